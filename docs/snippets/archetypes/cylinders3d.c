/* A round temple: twelve columns between two slabs. All are one row; a list of one value would hold for every cylinder. */
#include <reel/reel.h>

#include <math.h>

enum { N_COLUMNS = 12, N = N_COLUMNS + 2 };

int main(int argc, char **argv) {
    static float lengths[N], radii[N], centers[N][3];
    static uint32_t colors[N];
    reel_recording *rec = reel_new("reel_cylinders3d", NULL);
    reel_save(rec, argc > 1 ? argv[1] : "cylinders3d.rrd");

    for (int i = 0; i < N_COLUMNS; i++) {
        float angle = 6.2831853f * (float)i / N_COLUMNS;
        centers[i][0] = 3 * cosf(angle);
        centers[i][1] = 3 * sinf(angle);
        centers[i][2] = 1.5f;
        lengths[i] = 3;
        radii[i] = 0.25f;
        colors[i] = 0xE7E5E4FF;
    }
    for (int i = N_COLUMNS; i < N; i++) { /* the floor, then the roof */
        centers[i][2] = i == N_COLUMNS ? -0.15f : 3.15f;
        lengths[i] = 0.3f;
        radii[i] = i == N_COLUMNS ? 4 : 3.6f;
        colors[i] = i == N_COLUMNS ? 0xA8A29EFF : 0xEA580CFF;
    }
    reel_cylinders3d temple = { .lengths = lengths, .n_lengths = N, .radii = radii, .n_radii = N, .centers = centers[0], .n_centers = N,
                                .colors = colors, .n_colors = N, .fill_mode = REEL_FILL_MODE_SOLID };
    reel_log_cylinders3d(rec, "temple", &temple);
    return reel_close(rec, -1) == REEL_OK ? 0 : 1;
}
