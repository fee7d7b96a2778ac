/* The head of a sunflower: each seed sits a golden angle further than the one before. */
#include <reel/reel.h>

#include <math.h>

enum { N = 600 };

int main(int argc, char **argv) {
    static float positions[N][2], radii[N];
    static uint32_t colors[N];
    const float golden_angle = 2.39996323f;
    reel_recording *rec = reel_new("reel_points2d", NULL);
    reel_save(rec, argc > 1 ? argv[1] : "points2d.rrd");

    for (int i = 0; i < N; i++) {
        float distance = sqrtf((float)i / N);
        positions[i][0] = 100 * distance * cosf((float)i * golden_angle);
        positions[i][1] = 100 * distance * sinf((float)i * golden_angle);
        radii[i] = 1 + 1.5f * distance;
        colors[i] = reel_rgb((int)(90 + 160 * distance), (int)(50 + 100 * distance), 20);
    }
    reel_points2d seeds = { .positions = positions[0], .n_positions = N, .radii = radii, .n_radii = N, .colors = colors, .n_colors = N };
    reel_log_points2d(rec, "seeds", &seeds);
    return reel_close(rec, -1) == REEL_OK ? 0 : 1;
}
