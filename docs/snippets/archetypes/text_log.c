/* The log of a pump: a line a row, with the usual levels and one of its own. */
#include <reel/reel.h>

typedef struct line {
    int64_t second;
    const char *level, *text;
} line;

int main(int argc, char **argv) {
    static const line lines[] = {
        { 0, "INFO", "pump 3: started, 1450 rpm" },
        { 2, "DEBUG", "pump 3: suction 0.92 bar, discharge 4.10 bar" },
        { 9, "DEBUG", "pump 3: suction 0.71 bar, discharge 4.02 bar" },
        { 14, "WARN", "pump 3: suction 0.38 bar is below 0.5: is the inlet blocked?" },
        { 21, "ERROR", "pump 3: cavitation, 62 knocks in 1 s" },
        { 22, "ACTION", "operator: reduce pump 3 to 900 rpm" },
        { 24, "INFO", "pump 3: 900 rpm" },
        { 31, "INFO", "pump 3: suction 0.83 bar, quiet again" },
    };
    reel_recording *rec = reel_new("reel_text_log", NULL);
    reel_save(rec, argc > 1 ? argv[1] : "text_log.rrd");

    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        reel_text_log row = { .text = lines[i].text, .level = lines[i].level };
        reel_set_time_duration_ns(rec, "time", lines[i].second * 1000000000);
        reel_log_text_log(rec, "plant/log", &row);
    }
    return reel_close(rec, -1) == REEL_OK ? 0 : 1;
}
