#define _POSIX_C_SOURCE 200809L
#include "time_argument.h"
#include "iso_time.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct unit {
    const char *name;
    uint64_t factor;
} unit;

static const unit time_units[] = { { "ns", 1 },
                                   { "us", 1000 },
                                   { "ms", 1000000 },
                                   { "s", 1000000000 },
                                   { "min", UINT64_C(60000000000) },
                                   { "h", UINT64_C(3600000000000) },
                                   { "d", UINT64_C(86400000000000) },
                                   { NULL, 0 } };
static const unit size_units[] = { { "B", 1 },      { "kB", 1000 },     { "KB", 1000 },        { "MB", 1000000 },   { "GB", 1000000000 },
                                   { "k", 1024 },   { "K", 1024 },      { "M", 1048576 },      { "G", 1073741824 }, { "KiB", 1024 },
                                   { "kiB", 1024 }, { "MiB", 1048576 }, { "GiB", 1073741824 }, { NULL, 0 } };

static const unit *unit_of(const unit *units, const char *name) {
    for (; units->name; units++) {
        if (strcmp(units->name, name) == 0) return units;
    }
    return NULL;
}

static bool whole_number(const char *text, int64_t *value) {
    char *end;
    errno = 0;
    long long n = strtoll(text, &end, 10);
    *value = n;
    return !errno && end != text && !*end;
}

/* A number, with a fraction or not, and its unit. */
static bool with_unit(const char *text, const unit *units, long double *value) {
    size_t digits = strspn(text, "+-0123456789.");
    char *end;
    if (!digits) return false;
    *value = strtold(text, &end);
    const unit *u = end == text + digits ? unit_of(units, end) : NULL;
    if (!u) return false;
    *value = roundl(*value * (long double)u->factor);
    return true;
}

bool cli_time_parse(const char *text, size_t size, cli_time *out) {
    char copy[80];
    long double value;
    size_t length;
    if (!size || size >= sizeof copy) return false;
    memcpy(copy, text, size);
    copy[size] = 0;
    if (!strchr("+-0123456789.", copy[0])) return false;
    *out = (cli_time) { 0 };
    if (whole_number(copy, &out->value)) return out->value != INT64_MIN;
    if (with_unit(copy, time_units, &value)) {
        if (fabsl(value) >= 9223372036854775807.0L) return false;
        *out = (cli_time) { .value = (int64_t)value, .has_unit = true };
        return true;
    }
    out->is_date = true;
    return cli_iso_time(copy, &out->value, &length) && length == size;
}

bool cli_time_fits(const cli_time *time, reel_time_type type) {
    return (!time->has_unit || type != REEL_TIME_SEQUENCE) && (!time->is_date || type == REEL_TIME_TIMESTAMP_NS);
}

static bool copy_name(const char *text, size_t size, char **name) {
    *name = size ? strndup(text, size) : NULL;
    return *name != NULL;
}

bool cli_named_time_parse(const char *text, char **name, cli_time *time) {
    for (const char *colon = strchr(text, ':'); colon; colon = strchr(colon + 1, ':')) {
        if (cli_time_parse(colon + 1, strlen(colon + 1), time)) return copy_name(text, (size_t)(colon - text), name);
    }
    return false;
}

static bool time_or_nothing(const char *text, size_t size, int64_t nothing, cli_time *out) {
    *out = (cli_time) { .value = nothing };
    return !size || cli_time_parse(text, size, out);
}

bool cli_time_range_parse(const char *text, char **name, cli_time *min, cli_time *max) {
    for (const char *first = strchr(text, ':'); first; first = strchr(first + 1, ':')) {
        for (const char *second = strchr(first + 1, ':'); second; second = strchr(second + 1, ':')) {
            if (time_or_nothing(first + 1, (size_t)(second - first - 1), INT64_MIN, min) && time_or_nothing(second + 1, strlen(second + 1), INT64_MAX, max))
                return copy_name(text, (size_t)(first - text), name);
        }
    }
    return false;
}

bool cli_size_parse(const char *text, uint64_t *bytes) {
    int64_t whole;
    long double value;
    if (whole_number(text, &whole)) {
        *bytes = (uint64_t)whole;
        return whole >= 0;
    }
    if (!with_unit(text, size_units, &value) || value < 0 || value >= 9223372036854775807.0L) return false;
    *bytes = (uint64_t)value;
    return true;
}
