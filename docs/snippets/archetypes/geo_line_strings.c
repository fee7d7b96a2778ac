/* A survey flight: parallel tracks over a bay, and the line of the shore. Points are latitude, then longitude. */
#include <reel/reel.h>

enum { N_TRACKS = 9, N_TRACK = 2 * N_TRACKS, N_SHORE = 7 };

int main(int argc, char **argv) {
    static double points[N_TRACK + N_SHORE][2] = {
        [N_TRACK] = { 44.10, 9.70 }, { 44.14, 9.76 }, { 44.13, 9.83 }, { 44.09, 9.88 }, { 44.03, 9.89 }, { 43.99, 9.93 }, { 43.95, 9.99 },
    };
    static const uint32_t lengths[] = { N_TRACK, N_SHORE }, colors[] = { 0x38BDF8FF, 0xFBBF24FF };
    static const float radii[] = { -1.5f, -3 }; /* pixels; positive would be metres */
    reel_recording *rec = reel_new("reel_geo_line_strings", NULL);
    reel_save(rec, argc > 1 ? argv[1] : "geo_line_strings.rrd");

    for (int i = 0; i < N_TRACK; i++) {
        points[i][0] = 43.97 + 0.012 * (i / 2);
        points[i][1] = (i + 1) / 2 % 2 ? 9.82 : 9.70; /* to and fro */
    }
    reel_geo_line_strings lines = { .line_strings = { .points = points[0], .lengths = lengths, .n_strips = 2 },
                                    .colors = colors, .n_colors = 2, .radii = radii, .n_radii = 2 };
    reel_log_geo_line_strings(rec, "survey", &lines);
    return reel_close(rec, -1) == REEL_OK ? 0 : 1;
}
