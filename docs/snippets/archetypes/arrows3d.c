/* A whirlwind: arrows that show where the air goes, redder where it goes faster. */
#include <reel/reel.h>

#include <math.h>

enum { N_LEVELS = 7, N_AROUND = 14, N = N_LEVELS * N_AROUND };

int main(int argc, char **argv) {
    static float origins[N][3], vectors[N][3];
    static uint32_t colors[N];
    static const float radius = 0.025f;
    reel_recording *rec = reel_new("reel_arrows3d", NULL);
    reel_save(rec, argc > 1 ? argv[1] : "arrows3d.rrd");

    for (int i = 0; i < N; i++) {
        float height = (float)(i / N_AROUND);
        float angle = 6.2831853f * (float)(i % N_AROUND) / N_AROUND + 0.3f * height;
        float distance = 0.4f + 0.05f * height * height;
        float speed = 0.6f / (0.4f + 0.3f * distance);
        origins[i][0] = distance * cosf(angle);
        origins[i][1] = distance * sinf(angle);
        origins[i][2] = 0.6f * height;
        vectors[i][0] = -speed * sinf(angle);
        vectors[i][1] = speed * cosf(angle);
        vectors[i][2] = 0.3f;
        int heat = (int)(255 * speed); /* reel_rgb clamps what is beyond 0 and 255 */
        colors[i] = reel_rgb(heat, 80, 255 - heat);
    }
    reel_arrows3d wind = { .vectors = vectors[0], .n_vectors = N, .origins = origins[0], .n_origins = N,
                           .colors = colors, .n_colors = N, .radii = &radius, .n_radii = 1 };
    reel_log_arrows3d(rec, "wind", &wind);
    return reel_close(rec, -1) == REEL_OK ? 0 : 1;
}
