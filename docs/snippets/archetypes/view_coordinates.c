/* An aircraft's axes: x forward, y right, z down. The view coordinates tell the viewer, which then draws the world the right way up. */
#include <reel/reel.h>

int main(int argc, char **argv) {
    static const float axes[][3] = { { 3.5f, 0, 0 }, { 0, 3.5f, 0 }, { 0, 0, 2 } };
    static const char *names[] = { "x: forward", "y: right", "z: down" };
    static const uint32_t colors[] = { 0xEF4444FF, 0x22C55EFF, 0x3B82F6FF }, grey = 0xCBD5E1FF;
    static const float parts[][3] = { { 0, 0, 0 }, { 0.1f, 0, 0 }, { -1.3f, 0, 0 }, { -1.4f, 0, -0.3f } };
    static const float half_sizes[][3] = { { 1.6f, 0.1f, 0.1f }, { 0.25f, 1.5f, 0.02f }, { 0.2f, 0.5f, 0.02f }, { 0.2f, 0.02f, 0.3f } };
    reel_recording *rec = reel_new("reel_view_coordinates", NULL);
    reel_save(rec, argc > 1 ? argv[1] : "view_coordinates.rrd");

    reel_log_static_view_coordinates(rec, "aircraft", &(reel_view_coordinates) { .xyz = REEL_VIEW_FRD });
    reel_log_boxes3d(rec, "aircraft/body", &(reel_boxes3d) { .half_sizes = half_sizes[0], .n_half_sizes = 4, .centers = parts[0], .n_centers = 4,
                                                             .colors = &grey, .n_colors = 1, .fill_mode = REEL_FILL_MODE_SOLID });
    reel_log_arrows3d(rec, "aircraft/axes", &(reel_arrows3d) { .vectors = axes[0], .n_vectors = 3, .colors = colors, .n_colors = 3,
                                                               .labels = names, .n_labels = 3 });
    return reel_close(rec, -1) == REEL_OK ? 0 : 1;
}
