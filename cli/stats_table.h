/* Sums over chunks, by store, entity and component, and how sizes are distributed. */
#ifndef REEL_CLI_STATS_TABLE_H
#define REEL_CLI_STATS_TABLE_H

#include "text_buffer.h"
#include "text_map.h"

#include <reel/read.h>

/* Numbers in bins that grow by a sixteenth, so that any share of them can be told to 3 percent, in little memory. */
enum { CLI_BINS = 16 * 61 + 16 };
typedef struct cli_distribution {
    uint64_t n, sum, min, max;
    uint64_t bins[CLI_BINS];
} cli_distribution;
void cli_distribution_add(cli_distribution *d, uint64_t value);
/* The number that `share` (0 to 1) of all are not larger than. */
uint64_t cli_distribution_at(const cli_distribution *d, double share);

typedef struct cli_sum {
    uint32_t parent;  /* entities: store; components: entity; timelines: store */
    const char *name; /* held by the map */
    const char *type; /* components: of the newest chunk; held by `types` */
    uint64_t chunks, static_chunks, rows, values;
    uint64_t bytes, unpacked; /* packed messages and Arrow streams; of components: a share of the messages, and the values */
    uint64_t sorted;          /* chunks by row id; of timelines: by time */
    uint64_t largest;         /* message */
} cli_sum;

typedef struct cli_sums {
    cli_map keys;
    cli_sum *items;
    size_t n;
} cli_sums;

typedef struct cli_stats_table {
    cli_sums stores, entities, components, timelines; /* a store's name: kind, application id, recording id, NUL between */
    cli_map types;
    cli_distribution bytes, unpacked, rows;
    cli_text key;
} cli_stats_table;

/* False: memory is out. */
bool cli_stats_add(cli_stats_table *table, const reel_read_message *message, const reel_chunk *chunk);
void cli_stats_free(cli_stats_table *table);

/* The texts of a store's name. */
reel_store_kind cli_stats_store_kind(const cli_sum *store);
const char *cli_stats_application(const cli_sum *store);
const char *cli_stats_recording(const cli_sum *store);

#endif
