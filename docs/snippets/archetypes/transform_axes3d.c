/* A tentacle of eight links: each is bent against the one before, and shows the axes of its frame. */
#include <reel/reel.h>

#include <stdio.h>
#include <string.h>

enum { N_LINKS = 8 };

int main(int argc, char **argv) {
    static const float step[3] = { 0.8f, 0, 0 }, size[3] = { 0.3f, 0.06f, 0.06f }, middle[3] = { 0.4f, 0, 0 };
    static const uint32_t color = 0x84CC1680;
    char path[16 * N_LINKS] = "tentacle";
    reel_recording *rec = reel_new("reel_transform_axes3d", NULL);
    reel_save(rec, argc > 1 ? argv[1] : "transform_axes3d.rrd");

    for (int i = 0; i < N_LINKS; i++) {
        size_t length = strlen(path);
        snprintf(path + length, sizeof path - length, "/link_%d", i); /* below the link before */
        reel_axis_angle bend = { { 0, 0.5f, 1 }, 0.9f };
        reel_log_static_transform3d(rec, path, &(reel_transform3d) { .translation = step, .rotation_axis_angle = &bend });
        reel_log_static_transform_axes3d(rec, path, &(reel_transform_axes3d) { .axis_length = { true, 0.5f } });
        reel_log_static_boxes3d(rec, path, &(reel_boxes3d) { .half_sizes = size, .n_half_sizes = 1, .centers = middle, .n_centers = 1,
                                                             .colors = &color, .n_colors = 1 });
    }
    return reel_close(rec, -1) == REEL_OK ? 0 : 1;
}
