/* Times, spans of time and sizes as arguments of the command. */
#ifndef REEL_CLI_TIME_ARGUMENT_H
#define REEL_CLI_TIME_ARGUMENT_H

#include <reel/recording.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* 42 (on any timeline), 1.5s and 200ms (not on sequences), 2024-05-01T12:30:00 (timestamps). Units: ns, us, ms, s, min, h, d. */
typedef struct cli_time {
    int64_t value;
    bool has_unit, is_date;
} cli_time;

bool cli_time_parse(const char *text, size_t size, cli_time *out);
/* Whether it means something on a timeline of this type. */
bool cli_time_fits(const cli_time *time, reel_time_type type);

/* "NAME:MIN:MAX", of which MIN and MAX may be missing. Names and dates may have colons of their own: the shortest name is taken behind which two times stand.
 * *name is the caller's to free. */
bool cli_time_range_parse(const char *text, char **name, cli_time *min, cli_time *max);
/* "NAME:TIME": the shortest name behind which a time stands. */
bool cli_named_time_parse(const char *text, char **name, cli_time *time);

/* 4096, 500kB, 8MiB. */
bool cli_size_parse(const char *text, uint64_t *bytes);

#endif
