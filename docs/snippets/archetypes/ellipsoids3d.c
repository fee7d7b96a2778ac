/* Where a vehicle believes to be, at six moments: the further it drives, the larger the ellipsoid that holds its true place. */
#include <reel/reel.h>

#include <math.h>

enum { N = 6 };

int main(int argc, char **argv) {
    static float centers[N][3], half_sizes[N][3];
    static reel_axis_angle turns[N];
    static uint32_t colors[N];
    reel_recording *rec = reel_new("reel_ellipsoids3d", NULL);
    reel_save(rec, argc > 1 ? argv[1] : "ellipsoids3d.rrd");

    for (int i = 0; i < N; i++) {
        float angle = 0.5f * (float)i;
        centers[i][0] = 4 * sinf(angle);
        centers[i][1] = 4 * (1 - cosf(angle));
        half_sizes[i][0] = 0.4f + 0.1f * (float)i; /* along the road */
        half_sizes[i][1] = 0.4f + 0.22f * (float)i; /* across */
        half_sizes[i][2] = 0.4f;
        turns[i] = (reel_axis_angle) { { 0, 0, 1 }, angle };
        colors[i] = reel_rgb(30 + 40 * i, 220 - 35 * i, 96);
    }
    reel_ellipsoids3d places = { .half_sizes = half_sizes[0], .n_half_sizes = N,
                                 .centers = centers[0], .n_centers = N,
                                 .rotation_axis_angles = turns, .n_rotation_axis_angles = N,
                                 .colors = colors, .n_colors = N,
                                 .fill_mode = REEL_FILL_MODE_TRANSPARENT_FILL_MAJOR_WIREFRAME };
    reel_log_ellipsoids3d(rec, "vehicle/uncertainty", &places);
    return reel_close(rec, -1) == REEL_OK ? 0 : 1;
}
