/* Rings on the water around three drops: upright ellipses, thinner and paler the further they have run. */
#include <reel/reel.h>

enum { N_DROPS = 3, N_RINGS = 6, N = N_DROPS * N_RINGS };

int main(int argc, char **argv) {
    static const float drops[N_DROPS][2] = { { 0, 0 }, { 90, 35 }, { 40, -45 } };
    static float centers[N][2], half_sizes[N][2], line_radii[N];
    static uint32_t colors[N];
    reel_recording *rec = reel_new("reel_ellipses2d", NULL);
    reel_save(rec, argc > 1 ? argv[1] : "ellipses2d.rrd");

    for (int i = 0; i < N; i++) {
        const float *drop = drops[i / N_RINGS];
        float size = (float)(4 + 8 * (i % N_RINGS) * (3 - i / N_RINGS) / 2);
        centers[i][0] = drop[0];
        centers[i][1] = drop[1];
        half_sizes[i][0] = size;
        half_sizes[i][1] = size / 2;
        line_radii[i] = 1.2f - 0.18f * (float)(i % N_RINGS);
        colors[i] = reel_rgba(125, 211, 252, 255 - 32 * (i % N_RINGS));
    }
    reel_ellipses2d rings = { .half_sizes = half_sizes[0], .n_half_sizes = N, .centers = centers[0], .n_centers = N,
                              .colors = colors, .n_colors = N, .line_radii = line_radii, .n_line_radii = N };
    reel_log_ellipses2d(rec, "rings", &rings);
    return reel_close(rec, -1) == REEL_OK ? 0 : 1;
}
