/* What is known of a chunk without its values: enough to find it again, and to write a footer. Made from a chunk, from a message (its schema, times and nulls), or from a row of a manifest. */
#ifndef REEL_READ_CHUNK_SUMMARY_H
#define REEL_READ_CHUNK_SUMMARY_H

#include "../chunk/chunk.h"

#include <reel/arrow.h>
#include <reel/read.h>

typedef struct reel__summary_timeline {
    const char *name;
    reel_time_type type;
} reel__summary_timeline;

typedef struct reel__summary_component {
    const char *component;
    const char *archetype;          /* or NULL */
    const char *component_type;     /* or NULL */
    const struct ArrowSchema *item; /* the type of one value; NULL: not known */
} reel__summary_component;

/* Everything is borrowed from where it was made. */
typedef struct reel__chunk_summary {
    const char *entity;             /* canonical */
    uint8_t chunk_id[16];
    uint64_t unpacked_size;         /* of its Arrow stream; 0: not known */
    const reel__summary_timeline *timelines; /* by name; none: it is static */
    size_t n_timelines;
    const reel__summary_component *components;
    size_t n_components;
    /* ranges: per timeline. non_null: rows per component. has_nulls: some component is not in all rows; then cell_ranges[timeline * n_components + component] is the range of
     * the rows that have it (INT64_MAX, INT64_MIN: none), else it is NULL and stands for the timeline's own. */
    reel__chunk_info info;
} reel__chunk_summary;

/* Of a chunk, as long as that and the room live. */
reel_status reel__chunk_summarise(const reel_chunk *chunk, reel__buf *room, reel__chunk_summary *out);

#endif
