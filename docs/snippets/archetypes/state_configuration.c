/* A gripper that picks parts. Its states are short words for programs; the configuration gives them texts and colours for people, and
 * hides the one that does not matter. */
#include <reel/reel.h>

int main(int argc, char **argv) {
    static const char *states[] = { "OPN", "CLS", "HLD", "ERR", "CAL" };
    static const char *labels[] = { "open", "closing", "holding a part", "jammed", "calibrating" };
    static const uint32_t colors[] = { 0x60A5FAFF, 0xFBBF24FF, 0x34D399FF, 0xEF4444FF, 0x6B7280FF };
    static const bool visible[] = { true, true, true, true, false };
    static const int order[] = { 4, 0, 1, 2, 0, 1, 3, 4 };
    reel_recording *rec = reel_new("reel_state_configuration", NULL);
    reel_save(rec, argc > 1 ? argv[1] : "state_configuration.rrd");

    reel_state_configuration words = { .values = states, .n_values = 5, .labels = labels, .n_labels = 5,
                                       .colors = colors, .n_colors = 5, .visible = visible, .n_visible = 5 };
    reel_log_static_state_configuration(rec, "gripper", &words);
    int64_t second = 0;
    for (size_t i = 0; i < sizeof order / sizeof order[0]; i++) {
        reel_set_time_duration_ns(rec, "time", second * 1000000000);
        reel_log_state_change(rec, "gripper", &(reel_state_change) { .state = &states[order[i]], .n_state = 1 });
        second += 8 + 3 * order[i];
    }
    return reel_close(rec, -1) == REEL_OK ? 0 : 1;
}
