/* A double helix: points with a colour and a radius each. */
#include <reel/reel.h>

#include <math.h>

enum { N = 240 };

int main(int argc, char **argv) {
    static float positions[N][3], radii[N];
    static uint32_t colors[N];
    reel_recording *rec = reel_new("reel_points3d", NULL);
    reel_save(rec, argc > 1 ? argv[1] : "points3d.rrd");

    for (int i = 0; i < N; i++) {
        float height = (float)(i / 2) / (N / 2); /* 0 to 1; even points are one strand, odd ones the other */
        float angle = 12 * height + (i % 2 ? 3.14159265f : 0);
        positions[i][0] = 1.6f * cosf(angle);
        positions[i][1] = 1.6f * sinf(angle);
        positions[i][2] = 5 * height;
        radii[i] = 0.05f + 0.1f * (1 - height);
        colors[i] = i % 2 ? reel_rgb(255, (int)(255 * height), 48) : reel_rgb((int)(255 * height), 144, 255);
    }
    reel_points3d strands = { .positions = positions[0], .n_positions = N, .radii = radii, .n_radii = N, .colors = colors, .n_colors = N };
    reel_log_points3d(rec, "helix", &strands);
    return reel_close(rec, -1) == REEL_OK ? 0 : 1;
}
