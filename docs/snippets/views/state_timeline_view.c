/* Four lifts of a building over ten minutes: a lane for each. */
#include <reel/reel.h>

#include <stdio.h>

enum { N_LIFTS = 4 };

int main(int argc, char **argv) {
    static const char *states[] = { "idle", "up", "down", "service" };
    static const uint32_t colors[] = { 0x475569FF, 0x4ADE80FF, 0x38BDF8FF, 0xF87171FF };
    reel_recording *rec = reel_new("reel_state_timeline_view", NULL);
    reel_save(rec, argc > 1 ? argv[1] : "state_timeline_view.rrd");

    reel_blueprint *bp = reel_blueprint_new();
    reel_blueprint_view(bp, REEL_ROOT, REEL_VIEW_STATE_TIMELINE, "lifts", "/lifts");
    reel_send_blueprint(rec, bp, true, true);
    reel_blueprint_free(bp);

    reel_state_configuration look = { .values = states, .n_values = 4, .colors = colors, .n_colors = 4 };
    for (int lift = 0; lift < N_LIFTS; lift++) {
        char path[16];
        snprintf(path, sizeof path, "lifts/%d", lift + 1);
        reel_log_static_state_configuration(rec, path, &look);
        for (int64_t second = 0, step = 0; second < 600; step++) {
            int64_t state = lift == 2 && second > 240 ? 3 : (step * (lift % 2 + 1) + lift) % 3;
            reel_set_time_duration_ns(rec, "time", second * 1000000000);
            reel_log_state_change(rec, path, &(reel_state_change) { .state = &states[state], .n_state = 1 });
            second += 20 + (step * 17 + lift * 29) % 50;
        }
    }
    return reel_close(rec, -1) == REEL_OK ? 0 : 1;
}
