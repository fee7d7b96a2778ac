/* A washing machine and a dryer: a row says which state begins; an empty text ends the state and leaves a gap. */
#include <reel/reel.h>

typedef struct change {
    int64_t minute;
    const char *machine, *state;
} change;

int main(int argc, char **argv) {
    static const change changes[] = {
        { 0, "washer", "fill" },  { 14, "washer", "wash" },  { 45, "washer", "rinse" }, { 60, "washer", "spin" }, { 76, "washer", "" },
        { 80, "dryer", "heat" },  { 96, "dryer", "tumble" }, { 84, "washer", "fill" },  { 98, "washer", "wash" }, { 130, "dryer", "cool" },
        { 146, "dryer", "" },     { 129, "washer", "rinse" }, { 144, "washer", "spin" }, { 160, "washer", "" },
    };
    reel_recording *rec = reel_new("reel_state_change", NULL);
    reel_save(rec, argc > 1 ? argv[1] : "state_change.rrd");

    for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
        reel_set_time_duration_ns(rec, "time", changes[i].minute * 60000000000);
        reel_log_state_change(rec, changes[i].machine, &(reel_state_change) { .state = &changes[i].state, .n_state = 1 });
    }
    return reel_close(rec, -1) == REEL_OK ? 0 : 1;
}
