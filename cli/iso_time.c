#include "iso_time.h"

static bool digits(const char **at, int n, int *number) {
    int value = 0;
    for (int i = 0; i < n; i++) {
        char c = (*at)[i];
        if (c < '0' || c > '9') return false;
        value = value * 10 + (c - '0');
    }
    *at += n;
    *number = value;
    return true;
}

static bool literal(const char **at, char c) {
    if (**at != c) return false;
    ++*at;
    return true;
}

/* Days from 1970-01-01 in the Gregorian calendar. Counted in eras of 400 years that begin on the first of March, so that the leap day is the
 * last day of its year. */
static int64_t days_since_epoch(int year, int month, int day) {
    int64_t y = month <= 2 ? year - 1 : year;
    int64_t era = y / 400;
    int64_t year_of_era = y - era * 400;
    int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719468;
}

static int days_in_month(int year, int month) {
    static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    bool is_leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return days[month - 1] + (month == 2 && is_leap);
}

/* ":05.25" or ",25": seconds and as many digits of a fraction as there are; more than nine say nothing. */
static bool read_seconds(const char **at, int64_t *ns) {
    int second = 0;
    if (!literal(at, ':')) return true;
    if (!digits(at, 2, &second) || second > 60) return false;
    *ns += (int64_t)second * 1000000000;
    if ((**at == '.' || **at == ',') && (*at)[1] >= '0' && (*at)[1] <= '9') {
        ++*at;
        for (int64_t unit = 100000000; **at >= '0' && **at <= '9'; unit /= 10) *ns += (*(*at)++ - '0') * unit;
    }
    return true;
}

/* "Z", "+02:00", "+0200", "+02" or nothing. */
static void read_zone(const char **at, int64_t *ns) {
    if (literal(at, 'Z') || literal(at, 'z') || (**at != '+' && **at != '-')) return;
    const char *p = *at + 1;
    int hours = 0;
    int minutes = 0;
    if (!digits(&p, 2, &hours)) return;
    const char *after_hours = p;
    literal(&p, ':');
    if (!digits(&p, 2, &minutes)) p = after_hours;
    int64_t offset_ns = (hours * INT64_C(60) + minutes) * 60 * 1000000000;
    *ns -= **at == '+' ? offset_ns : -offset_ns;
    *at = p;
}

bool cli_iso_time(const char *text, int64_t *since_epoch_ns, size_t *length) {
    const char *at = text;
    int year, month, day;
    if (!digits(&at, 4, &year) || !literal(&at, '-') || !digits(&at, 2, &month) || !literal(&at, '-') || !digits(&at, 2, &day)) return false;
    if (year < 1678 || year > 2261 || month < 1 || month > 12 || day < 1 || day > days_in_month(year, month)) return false;
    int64_t ns = days_since_epoch(year, month, day) * INT64_C(86400) * 1000000000;
    if (*at == 'T' || *at == 't' || *at == ' ') {
        const char *clock = at + 1;
        int hour, minute;
        int64_t clock_ns = 0;
        if (digits(&clock, 2, &hour) && literal(&clock, ':') && digits(&clock, 2, &minute) && hour <= 24 && minute <= 59 && read_seconds(&clock, &clock_ns)) {
            clock_ns += (hour * INT64_C(60) + minute) * 60 * 1000000000;
            at = clock;
            read_zone(&at, &clock_ns);
            ns += clock_ns;
        }
    }
    *since_epoch_ns = ns;
    *length = (size_t)(at - text);
    return true;
}
