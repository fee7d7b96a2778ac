#include "number_text.h"
#include "json_text.h"

#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool append_odd(cli_text *out, double value) { return cli_text_printf(out, "%s", isnan(value) ? "NaN" : value > 0 ? "inf" : "-inf"); }

/* "%g" writes whole numbers without a point; a point tells that it is a floating-point number. */
static bool append_digits(cli_text *out, const char *digits) { return cli_text_printf(out, "%s%s", digits, strpbrk(digits, ".en") ? "" : ".0"); }

bool cli_number_append_double(cli_text *out, double value) {
    char digits[40];
    if (!isfinite(value)) return append_odd(out, value);
    for (int n = fabs(value) < DBL_MIN ? 1 : 15; n <= 17; n++) { /* up to 15 digits always read back; the smallest numbers have fewer */
        snprintf(digits, sizeof digits, "%.*g", n, value);
        if (n == 17 || strtod(digits, NULL) == value) break;
    }
    return append_digits(out, digits);
}

bool cli_number_append_float(cli_text *out, float value) {
    char digits[40];
    if (!isfinite(value)) return append_odd(out, value);
    for (int n = fabsf(value) < FLT_MIN ? 1 : 6; n <= 9; n++) {
        snprintf(digits, sizeof digits, "%.*g", n, (double)value);
        if (n == 9 || strtof(digits, NULL) == value) break;
    }
    return append_digits(out, digits);
}

/* A sign bit, 5 bits of exponent, 10 of fraction. What lies less than half a step away means this number; below a power of two, steps are half as large. */
bool cli_number_append_half(cli_text *out, uint16_t bits) {
    int exponent = bits >> 10 & 31;
    double fraction = bits & 1023, step = ldexp(1, (exponent ? exponent : 1) - 25);
    double size = exponent == 31 ? (fraction ? NAN : INFINITY) : step * (fraction + (exponent ? 1024 : 0));
    double value = bits >> 15 ? -size : size;
    char digits[40];
    if (!isfinite(value)) return append_odd(out, value);
    for (int n = 1; n <= 6; n++) {
        snprintf(digits, sizeof digits, "%.*g", n, value);
        double off = fabs(strtod(digits, NULL)) - size;
        if (off < 0 && !fraction && exponent > 1 ? off > -step / 4 : fabs(off) < step / 2) break;
    }
    return append_digits(out, digits);
}

/* The year, month and day of a number of days since 1970-01-01. Years are counted from the first of March, in eras of 400 of them. */
static void civil_of(int64_t days, int64_t *year, int *month, int *day) {
    int64_t z = days + 719468;
    int64_t era = (z >= 0 ? z : z - 146096) / 146097;
    int64_t day_of_era = z - era * 146097;
    int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int month_from_march = (int)((5 * day_of_year + 2) / 153);
    *day = (int)(day_of_year - (153 * month_from_march + 2) / 5 + 1);
    *month = month_from_march < 10 ? month_from_march + 3 : month_from_march - 9;
    *year = year_of_era + era * 400 + (*month <= 2);
}

/* ".25", or nothing for 0. */
static bool append_fraction(cli_text *out, int64_t ns) {
    char digits[16];
    if (!ns) return true;
    snprintf(digits, sizeof digits, ".%09" PRId64, ns);
    size_t n = strlen(digits);
    while (digits[n - 1] == '0') n--;
    return cli_text_append(out, digits, n);
}

bool cli_time_append_iso(cli_text *out, int64_t t) {
    const int64_t second_ns = 1000000000, day_ns = 86400 * second_ns;
    int64_t days = t / day_ns - (t % day_ns < 0), rest = t % day_ns, year;
    int month, day;
    if (rest < 0) rest += day_ns;
    civil_of(days, &year, &month, &day);
    int64_t seconds = rest / second_ns;
    return cli_text_printf(out, "%04" PRId64 "-%02d-%02dT%02d:%02d:%02d", year, month, day, (int)(seconds / 3600), (int)(seconds / 60 % 60),
                           (int)(seconds % 60)) &&
           append_fraction(out, rest % second_ns) && cli_text_append(out, "Z", 1);
}

static bool append_duration(cli_text *out, int64_t ns) {
    uint64_t size = ns < 0 ? 0 - (uint64_t)ns : (uint64_t)ns;
    return cli_text_printf(out, "%s%" PRIu64, ns < 0 ? "-" : "", size / 1000000000) && append_fraction(out, (int64_t)(size % 1000000000)) &&
           cli_text_append(out, "s", 1);
}

bool cli_time_append(cli_text *out, reel_time_type type, int64_t time) {
    if (time == INT64_MIN) return cli_text_printf(out, "static");
    if (type == REEL_TIME_DURATION_NS) return append_duration(out, time);
    if (type == REEL_TIME_TIMESTAMP_NS) return cli_time_append_iso(out, time);
    return cli_text_printf(out, "%" PRId64, time);
}

const char *cli_time_type_name(reel_time_type type) {
    return type == REEL_TIME_DURATION_NS ? "duration" : type == REEL_TIME_TIMESTAMP_NS ? "timestamp" : "sequence";
}

void cli_timeline_append_json(cli_text *out, const char *name, reel_time_type type, bool has_times, int64_t min, int64_t max) {
    cli_json_text(out, "name", name);
    cli_json_text(out, "type", cli_time_type_name(type));
    if (!has_times) return;
    cli_json_integer(out, "min", min);
    cli_json_integer(out, "max", max);
}

const char *cli_size_text(char text[16], uint64_t bytes) {
    static const char *const units[] = { "kB", "MB", "GB", "TB", "PB", "EB" };
    if (bytes < 1000) {
        snprintf(text, 16, "%u B", (unsigned)bytes);
        return text;
    }
    double value = (double)bytes / 1000;
    size_t unit = 0;
    for (; value >= 999.5 && unit < 5; unit++) value /= 1000;
    snprintf(text, 16, value < 9.95 ? "%.1f %s" : "%.0f %s", value, units[unit]);
    return text;
}

bool cli_size_append(cli_text *out, uint64_t bytes) {
    char text[16];
    return cli_text_printf(out, "%s", cli_size_text(text, bytes));
}
