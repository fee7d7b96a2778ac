/* A tide and what a gauge measures of it, one above the other. The blueprint shows the last day, fixes the upper axis, and has the lower series
 * drawn as points, whatever was logged. */
#include <reel/reel.h>

#include <math.h>

int main(int argc, char **argv) {
    static const reel_marker_shape cross = REEL_MARKER_SHAPE_CROSS;
    static const uint32_t orange = 0xFB923CFF;
    static const char *name[] = { "gauge, m" };
    reel_recording *rec = reel_new("reel_time_series_view", NULL);
    reel_save(rec, argc > 1 ? argv[1] : "time_series_view.rrd");

    reel_blueprint *bp = reel_blueprint_new();
    reel_node column = reel_blueprint_container(bp, REEL_ROOT, REEL_VERTICAL, NULL);
    const char *last_day = "{ \"start\": { \"CursorRelative\": -86400000000000 }, \"end\": { \"CursorRelative\": 0 } }"; /* nanoseconds */
    reel_node upper = reel_blueprint_view(bp, column, REEL_VIEW_TIME_SERIES, "tide", "/tide");
    reel_blueprint_set_numbers(bp, upper, "ScalarAxis:range", (double[]) { -3, 3 }, 2);
    reel_blueprint_set_json(bp, upper, "TimeAxis:view_range", last_day);
    reel_node lower = reel_blueprint_view(bp, column, REEL_VIEW_TIME_SERIES, "gauge", "/gauge");
    reel_blueprint_set_json(bp, lower, "TimeAxis:view_range", last_day);
    reel_series_points points = { .markers = &cross, .n_markers = 1, .colors = &orange, .n_colors = 1, .names = name, .n_names = 1 };
    reel_blueprint_visualizer(bp, lower, "/gauge", NULL, &(reel_part) REEL_PART(series_points, &points), 1);
    reel_send_blueprint(rec, bp, true, true);
    reel_blueprint_free(bp);

    for (int64_t i = 0; i < 300; i++) {
        double hours = (double)i / 6;
        double tide = 1.8 * sin(hours / 1.977) + 0.5 * sin(hours / 1.91 + 1);
        double gauge = tide + 0.15 * sin((double)(i * i));
        reel_set_time_duration_ns(rec, "time", i * 600 * 1000000000);
        reel_log_scalars(rec, "tide", &(reel_scalars) { .scalars = &tide, .n_scalars = 1 });
        if (i % 4 == 0) reel_log_scalars(rec, "gauge", &(reel_scalars) { .scalars = &gauge, .n_scalars = 1 });
    }
    return reel_close(rec, -1) == REEL_OK ? 0 : 1;
}
