/* Chunks of one store, entity, timelines and components, on their way to chunks of a good size.
 *
 * They come ordered by their first time. What has come waits in memory until it is enough for a chunk and nothing that is still to come begins before its end;
 * then it is joined, sorted and cut. Where chunks overlap without end (a thousand recordings of the same minute), what waits is bounded: beyond
 * WAITING_BYTES_MAX it is sorted and written, and only its rows are in order. */
#ifndef REEL_CLI_OPTIMIZE_GROUP_H
#define REEL_CLI_OPTIMIZE_GROUP_H

#include "reshape.h"

typedef struct cli_optimize_limits {
    uint64_t rows, bytes;
} cli_optimize_limits;

typedef struct cli_group {
    cli_reshape *job;
    cli_optimize_limits limits;
    reel_store_id store;
    char *timeline; /* by which chunks are ordered */
    reel_chunk **waiting;
    size_t n_waiting, capacity;
    uint64_t rows, bytes; /* of what waits */
    int64_t max;          /* the last time of all that came */
    uint64_t copied, joined;
} cli_group;

/* A chunk is taken over. next: the first time of what comes behind it; INT64_MAX: nothing does. message: as which it stands, if it may stay so. */
void cli_group_add(cli_group *group, reel_chunk *chunk, const reel_read_message *message, int64_t next);
/* Writes what waits, and begins anew with another group. */
void cli_group_end(cli_group *group);
void cli_group_free(cli_group *group);

#endif
