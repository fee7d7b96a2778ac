/* Two instruments that measure the same swell, one of them noisily: a marker shape, a size and a colour for each series. */
#include <reel/reel.h>

#include <math.h>

int main(int argc, char **argv) {
    static const reel_marker_shape markers[] = { REEL_MARKER_SHAPE_CIRCLE, REEL_MARKER_SHAPE_DIAMOND };
    static const uint32_t colors[] = { 0x22D3EEFF, 0xF472B6FF };
    static const char *names[] = { "buoy", "radar" };
    static const float sizes[] = { 3, 6 };
    reel_recording *rec = reel_new("reel_series_points", NULL);
    reel_save(rec, argc > 1 ? argv[1] : "series_points.rrd");

    reel_series_points style = { .markers = markers, .n_markers = 2, .colors = colors, .n_colors = 2,
                                 .names = names, .n_names = 2, .marker_sizes = sizes, .n_marker_sizes = 2 };
    reel_log_static_series_points(rec, "swell", &style);

    for (int64_t step = 0; step < 80; step++) {
        double height = sin((double)step / 6) + 0.3 * sin((double)step / 2.5);
        double noise = 0.4 * sin((double)(step * step)); /* as good as random */
        reel_set_time_sequence(rec, "step", step);
        reel_log_scalars(rec, "swell", &(reel_scalars) { .scalars = (double[]) { height, height + noise }, .n_scalars = 2 });
    }
    return reel_close(rec, -1) == REEL_OK ? 0 : 1;
}
