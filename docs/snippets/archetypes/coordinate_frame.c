/* A drill stand with named frames, as robots have them: transforms join frames by name, and an entity says which frame it is drawn in,
 * wherever its path is. */
#include <reel/reel.h>

static void log_part(reel_recording *rec, const char *path, const char *frame, const float half_size[3], uint32_t color) {
    reel_log_static_coordinate_frame(rec, path, &(reel_coordinate_frame) { .frame = frame });
    reel_log_static_boxes3d(rec, path, &(reel_boxes3d) { .half_sizes = half_size, .n_half_sizes = 1, .colors = &color, .n_colors = 1,
                                                         .fill_mode = REEL_FILL_MODE_SOLID });
}

static void log_joint(reel_recording *rec, const char *path, const char *parent, const char *child, const float place[3], float turn) {
    reel_log_static_transform3d(rec, path, &(reel_transform3d) { .translation = place, .parent_frame = parent, .child_frame = child,
                                                                 .rotation_axis_angle = &(reel_axis_angle) { { 0, 0, 1 }, turn } });
}

int main(int argc, char **argv) {
    reel_recording *rec = reel_new("reel_coordinate_frame", NULL);
    reel_save(rec, argc > 1 ? argv[1] : "coordinate_frame.rrd");

    reel_log_static_coordinate_frame(rec, "/", &(reel_coordinate_frame) { .frame = "floor" });
    log_joint(rec, "joints/1", "floor", "table", (float[3]) { 0, 0, 0.5f }, 0.4f);
    log_joint(rec, "joints/2", "table", "column", (float[3]) { -0.4f, 0, 0.5f }, 0);
    log_joint(rec, "joints/3", "column", "drill", (float[3]) { 0.4f, 0, 0.3f }, 0.8f);
    log_part(rec, "parts/table", "table", (float[3]) { 0.6f, 0.4f, 0.04f }, 0xA8A29EFF);
    log_part(rec, "parts/column", "column", (float[3]) { 0.06f, 0.06f, 0.5f }, 0x64748BFF);
    log_part(rec, "parts/drill", "drill", (float[3]) { 0.12f, 0.12f, 0.2f }, 0xF97316FF);
    return reel_close(rec, -1) == REEL_OK ? 0 : 1;
}
