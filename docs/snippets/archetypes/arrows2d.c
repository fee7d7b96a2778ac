/* The field of a magnet: arrows of equal length that point from its north pole round to its south pole. */
#include <reel/reel.h>

#include <math.h>

enum { COLUMNS = 21, ROWS = 15, N = COLUMNS * ROWS };

int main(int argc, char **argv) {
    static float origins[N][2], vectors[N][2];
    static uint32_t colors[N];
    static const float radius = 0.04f;
    reel_recording *rec = reel_new("reel_arrows2d", NULL);
    reel_save(rec, argc > 1 ? argv[1] : "arrows2d.rrd");

    for (int i = 0; i < N; i++) {
        float x = (float)(i % COLUMNS - COLUMNS / 2), y = (float)(i / COLUMNS - ROWS / 2);
        float north = powf(hypotf(x - 3, y) + 0.3f, 3), south = powf(hypotf(x + 3, y) + 0.3f, 3);
        float field[2] = { (x - 3) / north - (x + 3) / south, y / north - y / south };
        float strength = hypotf(field[0], field[1]);
        for (int axis = 0; axis < 2; axis++) {
            vectors[i][axis] = 0.8f * field[axis] / strength;
            origins[i][axis] = (axis == 0 ? x : y) - vectors[i][axis] / 2;
        }
        int glow = (int)(765 * sqrtf(strength)); /* reel_rgb clamps what is beyond 0 and 255 */
        colors[i] = reel_rgb(glow, 112, 255 - glow);
    }
    reel_arrows2d field_lines = { .vectors = vectors[0], .n_vectors = N, .origins = origins[0], .n_origins = N,
                                  .colors = colors, .n_colors = N, .radii = &radius, .n_radii = 1 };
    reel_log_arrows2d(rec, "field", &field_lines);
    return reel_close(rec, -1) == REEL_OK ? 0 : 1;
}
