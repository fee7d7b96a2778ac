/* Numbers and times as text, for people and for JSON. */
#ifndef REEL_CLI_NUMBER_TEXT_H
#define REEL_CLI_NUMBER_TEXT_H

#include "text_buffer.h"

#include <reel/recording.h>

/* The fewest digits that read back as the same number. NaN is "NaN", infinities are "inf" and "-inf". */
bool cli_number_append_double(cli_text *out, double value);
bool cli_number_append_float(cli_text *out, float value);
bool cli_number_append_half(cli_text *out, uint16_t bits);

/* 42; 1.5s, -0.000000001s; 2024-05-01T12:30:05.25Z. INT64_MIN, which stands for static, is "static". */
bool cli_time_append(cli_text *out, reel_time_type type, int64_t time);
/* A timestamp as ISO 8601 in UTC, with as many digits behind the second as it needs. */
bool cli_time_append_iso(cli_text *out, int64_t since_epoch_ns);
/* "sequence", "duration", "timestamp". */
const char *cli_time_type_name(reel_time_type type);
/* A timeline's "name" and "type", and if it has times "min" and "max", for the JSON object at hand. */
void cli_timeline_append_json(cli_text *out, const char *name, reel_time_type type, bool has_times, int64_t min, int64_t max);

/* 17, 3.1 kB, 25 MB, 4.3 GB. */
bool cli_size_append(cli_text *out, uint64_t bytes);
/* The same into a text of 16 bytes. */
const char *cli_size_text(char text[16], uint64_t bytes);

#endif
