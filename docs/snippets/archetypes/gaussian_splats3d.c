/* A galaxy of soft, flat ellipsoids: two spiral arms, bluer and fainter further out. */
#include <reel/reel.h>

#include <math.h>

enum { N = 3000 };

int main(int argc, char **argv) {
    static float centers[N][3], scales[N][3];
    static uint32_t colors[N];
    static const float upright[4] = { 0, 0, 0, 1 };
    reel_recording *rec = reel_new("reel_gaussian_splats3d", NULL);
    reel_save(rec, argc > 1 ? argv[1] : "gaussian_splats3d.rrd");

    for (int i = 0; i < N; i++) {
        float distance = (float)i / N; /* 0 to 1 */
        float scatter = 0.12f * sinf(12.9898f * (float)i), lift = 0.05f * sinf(78.233f * (float)i);
        float angle = 9 * sqrtf(distance) + (i % 2 ? 3.14159265f : 0) + scatter * 3;
        centers[i][0] = (distance + scatter) * cosf(angle);
        centers[i][1] = (distance + scatter) * sinf(angle);
        centers[i][2] = lift * (1 - distance);
        scales[i][0] = scales[i][1] = 0.02f;
        scales[i][2] = 0.005f;
        int blue = (int)(127 * distance);
        colors[i] = reel_rgba(255 - blue, 200, 100 + blue, (int)(200 - 150 * distance));
    }
    reel_gaussian_splats3d galaxy = { .centers = centers[0], .n_centers = N,
                                      .scales = scales[0], .n_scales = N,
                                      .quaternions = upright, .n_quaternions = 1,
                                      .colors = colors, .n_colors = N };
    reel_log_gaussian_splats3d(rec, "galaxy", &galaxy);
    return reel_close(rec, -1) == REEL_OK ? 0 : 1;
}
