/* Parcels on a pallet: labelled boxes, one of them turned. A single fill mode holds for all of them. */
#include <reel/reel.h>

int main(int argc, char **argv) {
    static const float half_sizes[][3] = { { 0.60f, 0.40f, 0.07f }, { 0.20f, 0.30f, 0.15f }, { 0.25f, 0.15f, 0.10f }, { 0.12f, 0.12f, 0.20f } };
    static const float centers[][3] = { { 0, 0, 0.07f }, { -0.35f, 0, 0.29f }, { 0.25f, -0.2f, 0.24f }, { 0.28f, 0.2f, 0.34f } };
    static const reel_axis_angle turns[] = { { { 0, 0, 1 }, 0 }, { { 0, 0, 1 }, 0 }, { { 0, 0, 1 }, 0.2f }, { { 0, 0, 1 }, 0.6f } };
    static const uint32_t colors[] = { 0xA16207FF, 0xF87171FF, 0x60A5FAFF, 0x34D399FF };
    static const char *labels[] = { "pallet", "12.4 kg", "3.1 kg", "fragile" };
    reel_recording *rec = reel_new("reel_boxes3d", NULL);
    reel_save(rec, argc > 1 ? argv[1] : "boxes3d.rrd");

    reel_boxes3d parcels = { .half_sizes = half_sizes[0], .n_half_sizes = 4,
                             .centers = centers[0], .n_centers = 4,
                             .rotation_axis_angles = turns, .n_rotation_axis_angles = 4,
                             .colors = colors, .n_colors = 4,
                             .labels = labels, .n_labels = 4,
                             .fill_mode = REEL_FILL_MODE_TRANSPARENT_FILL_MAJOR_WIREFRAME };
    reel_log_boxes3d(rec, "parcels", &parcels);
    return reel_close(rec, -1) == REEL_OK ? 0 : 1;
}
