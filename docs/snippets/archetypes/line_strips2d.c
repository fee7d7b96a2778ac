/* What a pen draws that is fixed to a wheel that rolls inside a ring: three holes of the wheel, three closed lines. */
#include <reel/reel.h>

#include <math.h>

enum { N = 800, N_HOLES = 3 };

int main(int argc, char **argv) {
    static float points[N_HOLES][N][2];
    static const uint32_t lengths[N_HOLES] = { N, N, N }, colors[N_HOLES] = { 0xFB7185FF, 0xFDE047FF, 0x38BDF8FF };
    static const float holes[N_HOLES] = { 80, 48, 16 };
    static const float radius = 0.8f;
    const float ring = 120, wheel = 50; /* closed after five turns */
    reel_recording *rec = reel_new("reel_line_strips2d", NULL);
    reel_save(rec, argc > 1 ? argv[1] : "line_strips2d.rrd");

    for (int hole = 0; hole < N_HOLES; hole++) {
        for (int i = 0; i < N; i++) {
            float t = 5 * 6.2831853f * (float)i / (N - 1);
            points[hole][i][0] = (ring - wheel) * cosf(t) + holes[hole] * cosf((ring - wheel) / wheel * t);
            points[hole][i][1] = (ring - wheel) * sinf(t) - holes[hole] * sinf((ring - wheel) / wheel * t);
        }
    }
    reel_line_strips2d figure = { .strips = { .points = points[0][0], .lengths = lengths, .n_strips = N_HOLES },
                                  .colors = colors, .n_colors = N_HOLES, .radii = &radius, .n_radii = 1 };
    reel_log_line_strips2d(rec, "figure", &figure);
    return reel_close(rec, -1) == REEL_OK ? 0 : 1;
}
