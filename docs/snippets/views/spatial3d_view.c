/* A town of blocks, seen from a chosen place, on a chosen ground. */
#include <reel/reel.h>

#include <math.h>

enum { SIDE = 9, N = SIDE * SIDE };

int main(int argc, char **argv) {
    static float centers[N][3], half_sizes[N][3];
    static uint32_t colors[N];
    reel_recording *rec = reel_new("reel_spatial3d_view", NULL);
    reel_save(rec, argc > 1 ? argv[1] : "spatial3d_view.rrd");

    reel_blueprint *bp = reel_blueprint_new();
    reel_node view = reel_blueprint_view(bp, REEL_ROOT, REEL_VIEW_SPATIAL_3D, "town", "/town");
    reel_blueprint_set_numbers(bp, view, "EyeControls3D:position", (double[]) { -4, -7, 6 }, 3);
    reel_blueprint_set_numbers(bp, view, "EyeControls3D:look_target", (double[]) { 4, 4, 0 }, 3);
    reel_blueprint_set_text(bp, view, "Background:kind", "GradientBright");
    reel_blueprint_set_number(bp, view, "LineGrid3D:spacing", 2);
    reel_blueprint_set_number(bp, view, "LineGrid3D:color", 0x33415580);
    reel_send_blueprint(rec, bp, true, true);
    reel_blueprint_free(bp);

    for (int i = 0; i < N; i++) {
        float x = (float)(i % SIDE), y = (float)(i / SIDE);
        float height = 0.3f + 2.5f * expf(-(powf(x - 5, 2) + powf(y - 4, 2)) / 6) + 0.2f * (float)(i * 7 % 5);
        centers[i][0] = x;
        centers[i][1] = y;
        centers[i][2] = height / 2;
        half_sizes[i][0] = half_sizes[i][1] = 0.35f;
        half_sizes[i][2] = height / 2;
        colors[i] = reel_rgb((int)(80 + 60 * height), (int)(140 + 20 * height), 200);
    }
    reel_log_static_boxes3d(rec, "town", &(reel_boxes3d) { .centers = centers[0], .n_centers = N, .half_sizes = half_sizes[0], .n_half_sizes = N,
                                                           .colors = colors, .n_colors = N, .fill_mode = REEL_FILL_MODE_SOLID });
    return reel_close(rec, -1) == REEL_OK ? 0 : 1;
}
