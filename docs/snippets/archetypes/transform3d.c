/* A planet around its sun and a moon around the planet: each turns in the frame of its parent, and the path of the entity says which
 * that is. */
#include <reel/reel.h>

#include <math.h>

static void log_ball(reel_recording *rec, const char *path, float radius, uint32_t color) {
    const float half_size[3] = { radius, radius, radius };
    reel_log_static_ellipsoids3d(rec, path, &(reel_ellipsoids3d) { .half_sizes = half_size, .n_half_sizes = 1, .colors = &color, .n_colors = 1,
                                                                   .fill_mode = REEL_FILL_MODE_SOLID });
}

static void log_place(reel_recording *rec, const char *path, float distance, float angle) {
    const float place[3] = { distance * cosf(angle), distance * sinf(angle), 0 };
    reel_log_transform3d(rec, path, &(reel_transform3d) { .translation = place,
                                                          .rotation_axis_angle = &(reel_axis_angle) { { 0, 0, 1 }, angle } });
}

int main(int argc, char **argv) {
    reel_recording *rec = reel_new("reel_transform3d", NULL);
    reel_save(rec, argc > 1 ? argv[1] : "transform3d.rrd");

    log_ball(rec, "sun", 0.8f, 0xFACC15FF);
    log_ball(rec, "sun/planet", 0.4f, 0x38BDF8FF);
    log_ball(rec, "sun/planet/moon", 0.2f, 0xD4D4D8FF);
    for (int64_t day = 0; day < 100; day++) {
        reel_set_time_sequence(rec, "day", day);
        log_place(rec, "sun/planet", 2.5f, (float)day * 0.01f);
        log_place(rec, "sun/planet/moon", 1, (float)day * 0.12f);
    }
    return reel_close(rec, -1) == REEL_OK ? 0 : 1;
}
