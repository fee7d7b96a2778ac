/* What is known of all chunks: where each stands, of which entity it is, its times and its components (footer_read.c and index_scan.c make it, the rest asks it).
 *
 * An index is made once and not changed afterwards, so that threads may share it. Its memory is bounded by the size of the recording: what a footer tells beyond that is refused, or, where it
 * only sharpens an answer, left out.
 *
 *     chunk -- n ranges: one per timeline
 *           |- a set of components, shared by all chunks that have the same
 *           `- n details: (timeline, component) pairs that are not in all of its rows */
#ifndef REEL_READ_INDEX_H
#define REEL_READ_INDEX_H

#include "../base/shared_memory.h"
#include "../base/map.h"

#include <reel/read.h>

typedef struct reel__index_chunk {
    uint64_t offset, size, unpacked_size, n_rows; /* offset, size: of the message with its header */
    uint8_t id[16];
    uint32_t store, entity;
    uint32_t set;                /* of components: the last of its nodes; 0: none */
    uint32_t n_ranges, first_range;
    bool is_static;
} reel__index_chunk;

typedef struct reel__index_component {
    const char *component, *archetype, *component_type; /* the latter two may be NULL */
} reel__index_component;

typedef struct reel__index_timeline {
    const char *name;
    reel_time_type type;
} reel__index_timeline;

/* A set of components is a chain of these: itself, and all that its parents are. Parents come before their children. */
typedef struct reel__index_set {
    uint32_t parent, component;
    uint32_t mark, next;         /* while it is made: what it became when component `mark` was added */
} reel__index_set;

/* The rows of a chunk in which a component was logged, if not all of them. Sorted by the first three in the end. */
typedef struct reel__index_detail {
    uint32_t chunk, timeline, component;
    int64_t min, max;
    uint64_t n_rows;
} reel__index_detail;

#define REEL__INDEX_LIST(type) \
    struct {                   \
        type *items;           \
        size_t n, capacity;    \
    }

struct reel_index {
    const uint8_t *data;         /* the recording's bytes */
    size_t size;
    reel__held *owner;           /* keeps them: a reel__mapping, or NULL */
    _Atomic size_t looked_at;    /* bytes of chunks, since their pages were last given back */
    reel_read_options options;
    REEL__INDEX_LIST(reel__index_chunk) chunks;
    REEL__INDEX_LIST(reel_index_store_info) stores;
    REEL__INDEX_LIST(const char *) entities;
    REEL__INDEX_LIST(reel__index_timeline) timelines;
    REEL__INDEX_LIST(reel__index_component) components;
    REEL__INDEX_LIST(reel__index_set) sets; /* the first stands for none */
    REEL__INDEX_LIST(reel__index_detail) details;
    REEL__INDEX_LIST(reel_index_range) ranges; /* by chunk. While it is made, in any order: the timeline is its number, and the type stands for the chunk's */
    bool lacks_details;          /* there were too many of them */
    size_t n_tables;             /* flatbuffer tables of the largest manifest's schema, 0: there is none */
    /* While it is made: */
    reel__map names, set_steps;
    size_t budget, detail_budget; /* bytes that may be taken yet */
    uint64_t cell_budget;         /* how often a chunk may get a component yet */
};

/* The bytes are kept by `owner` (NULL: by somebody else). NULL when memory is out. */
reel_index *reel__index_new(const uint8_t *data, size_t size, reel__held *owner);

/* The number of a store, entity, timeline, component: a new one if need be. Texts are copied. REEL_E_NO_MEMORY, REEL_E_FORMAT: more than the recording's bytes can tell. */
reel_status reel__index_store(reel_index *index, reel_store_kind kind, const char *application_id, const char *recording_id, uint32_t *number);
reel_status reel__index_entity(reel_index *index, const char *path, size_t size, uint32_t *number);
reel_status reel__index_timeline_of(reel_index *index, const char *name, size_t size, reel_time_type type, uint32_t *number);
reel_status reel__index_component_of(reel_index *index, const char *component, const char *archetype, const char *component_type, uint32_t *number);

/* Room for one more chunk, to be filled in; chunks of later calls may move it. */
reel_status reel__index_add(reel_index *index, reel__index_chunk **chunk);
reel_status reel__index_add_range(reel_index *index, uint32_t chunk, uint32_t timeline, int64_t min, int64_t max);
reel_status reel__index_add_detail(reel_index *index, const reel__index_detail *detail);
/* A chunk has this component, too (known already: nothing changes). */
reel_status reel__index_add_component(reel_index *index, uint32_t chunk, uint32_t component);
/* Sorts all of it. REEL_E_FORMAT: two chunks overlap. */
reel_status reel__index_end(reel_index *index);

/* The range of a component's rows on a timeline (UINT32_MAX: of all rows); false: it has none there. */
bool reel__index_range(const reel_index *index, const reel__index_chunk *chunk, uint32_t timeline, uint32_t component, int64_t *min, int64_t *max, uint64_t *n_rows);

/* Notes that `size` bytes of a chunk were looked at. Pages of a mapped file are given back before long: the index leads to chunks all over a file, of which few are needed again. */
void reel__index_looked_at(const reel_index *index, size_t size);

/* A query, checked and with texts as an index has them: which entities, sets and stores it means. */
typedef struct reel__index_choice {
    reel_query query;
    bool *entities, *sets, *stores;  /* by number; NULL: any */
    bool is_one_entity;
} reel__index_choice;
reel_status reel__index_choose(const reel_index *index, const reel_query *query, reel__index_choice *choice);
bool reel__index_chosen(const reel_index *index, const reel__index_choice *choice, size_t chunk);
void reel__index_choice_free(reel__index_choice *choice);

#endif
