/* A knot and its shadow: two closed lines in one row, each with a colour and a thickness. */
#include <reel/reel.h>

#include <math.h>

enum { N = 200 };

int main(int argc, char **argv) {
    static float points[2][N][3];
    static const uint32_t lengths[] = { N, N }, colors[] = { 0xFACC15FF, 0x71717AFF };
    static const float radii[] = { 0.09f, 0.03f };
    reel_recording *rec = reel_new("reel_line_strips3d", NULL);
    reel_save(rec, argc > 1 ? argv[1] : "line_strips3d.rrd");

    for (int i = 0; i < N; i++) {
        float t = 6.2831853f * (float)i / (N - 1);
        float *knot = points[0][i], *shadow = points[1][i];
        knot[0] = shadow[0] = sinf(t) + 2 * sinf(2 * t);
        knot[1] = shadow[1] = cosf(t) - 2 * cosf(2 * t);
        knot[2] = -sinf(3 * t);
        shadow[2] = -2;
    }
    reel_line_strips3d lines = { .strips = { .points = points[0][0], .lengths = lengths, .n_strips = 2 },
                                 .radii = radii, .n_radii = 2, .colors = colors, .n_colors = 2 };
    reel_log_line_strips3d(rec, "knot", &lines);
    return reel_close(rec, -1) == REEL_OK ? 0 : 1;
}
