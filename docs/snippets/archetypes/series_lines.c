/* A kettle under a thermostat. Names, colours and widths of its two series are logged once, static, for all numbers of the entity. */
#include <reel/reel.h>

#include <stdbool.h>

int main(int argc, char **argv) {
    static const char *names[] = { "water, °C", "heater, %" };
    static const uint32_t colors[] = { 0x3B82F6FF, 0xF97316FF };
    static const float widths[] = { 4, 1.5f };
    reel_recording *rec = reel_new("reel_series_lines", NULL);
    reel_save(rec, argc > 1 ? argv[1] : "series_lines.rrd");

    reel_series_lines style = { .names = names, .n_names = 2, .colors = colors, .n_colors = 2, .widths = widths, .n_widths = 2,
                                .interpolation_mode = REEL_INTERPOLATION_MODE_STEP_AFTER };
    reel_log_static_series_lines(rec, "kettle", &style);

    double water = 20;
    bool on = true;
    for (int64_t step = 0; step < 60; step++) {
        on = on ? water < 84 : water < 76;
        double values[2] = { water, on ? 100 : 0 };
        reel_set_time_sequence(rec, "step", step);
        reel_log_scalars(rec, "kettle", &(reel_scalars) { .scalars = values, .n_scalars = 2 });
        water += (on ? 7 : 0) - 0.05 * (water - 20);
    }
    return reel_close(rec, -1) == REEL_OK ? 0 : 1;
}
