/* Dates and times as text (ISO 8601, RFC 3339) to nanoseconds since 1970-01-01 UTC. */
#ifndef REEL_CLI_ISO_TIME_H
#define REEL_CLI_ISO_TIME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Reads "2024-05-01", "2024-05-01 12:30", "2024-05-01T12:30:05.25+02:00" and their like at the start of text; without a zone it is UTC.
 * *length is how many bytes were read. False if text starts otherwise, or the time lies outside what 64 bits of nanoseconds hold. */
bool cli_iso_time(const char *text, int64_t *since_epoch_ns, size_t *length);

#endif
