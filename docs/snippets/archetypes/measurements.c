/* The voltage of a battery, measured ever less surely: each number comes with its variance, and the series with its unit. */
#include <reel/reel.h>

#include <math.h>

int main(int argc, char **argv) {
    static const char *unit[] = { "V" }, *name[] = { "cell 1" };
    static const uint32_t green = 0x4ADE80FF;
    reel_recording *rec = reel_new("reel_measurements", NULL);
    reel_save(rec, argc > 1 ? argv[1] : "measurements.rrd");

    reel_measurements style = { .units = unit, .n_units = 1, .names = name, .n_names = 1, .colors = &green, .n_colors = 1 };
    reel_log_static_measurements(rec, "battery/cell_1", &style);
    for (int64_t minute = 0; minute < 120; minute++) {
        double hours = (double)minute / 60;
        double voltage = 4.2 - 0.35 * hours - 0.05 * exp(3 * (hours - 1.5));
        double deviation = 0.01 + 0.02 * hours;
        double variance = deviation * deviation;
        reel_set_time_duration_ns(rec, "time", minute * 60000000000);
        reel_log_measurements(rec, "battery/cell_1",
                              &(reel_measurements) { .values = &voltage, .n_values = 1, .variances = &variance, .n_variances = 1 });
    }
    return reel_close(rec, -1) == REEL_OK ? 0 : 1;
}
