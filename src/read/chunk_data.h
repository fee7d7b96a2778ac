/* The inside of a chunk: where its row ids, times and columns stand.
 *
 * Nothing of a chunk's values is its own. They lie in memory that is *held*: counted, shared by chunks, their slices and their exports, and never changed. A chunk is
 * a short description of such memory, so renaming an entity, leaving out a column or taking rows from the middle costs a description, not the values.
 *
 *     reel_chunk -- held[0]: a record batch's trees (arrow/ipc_read.h) -- the bytes they point into
 *                `- held[1]: times that somebody brought
 *
 * A column is what Arrow's List<T> is: a bitmap of rows that have a value at all, offsets of 4 bytes, and an array of values. Row r of the chunk is row first + r of both. */
#ifndef REEL_READ_CHUNK_DATA_H
#define REEL_READ_CHUNK_DATA_H

#include "../arrow/arrow_import.h"
#include "../base/shared_memory.h"

#include <reel/read.h>

#define REEL__CHUNK_COLUMNS_MAX 65536

typedef struct reel__chunk_column {
    const char *component;              /* "Points3D:positions" */
    const char *archetype;              /* or NULL */
    const char *component_type;         /* or NULL */
    const struct ArrowSchema *item;     /* the type of the values, with all below it; held */
    const struct ArrowArray *values;    /* all of them; held, and checked: offsets, codes and texts are good */
    const uint8_t *validity;            /* a bit per row; NULL: every row has the component */
    const int32_t *offsets;             /* where each row's values begin, and one more; aligned to 4 */
    size_t first;                       /* which of both is the chunk's first row */
} reel__chunk_column;

typedef struct reel__chunk_time {
    const char *name;
    reel_time_type type;
    const int64_t *times;               /* one per row, aligned to 8; held */
} reel__chunk_time;

/* What a chunk is made of. Texts are copied, the rest is held. */
typedef struct reel__chunk_parts {
    const char *entity;                 /* canonical */
    uint8_t id[16];
    size_t n_rows;
    const uint8_t *row_ids;             /* 16 bytes a row; held */
    const reel__chunk_time *times;      /* none: the chunk is static. In any order; no name twice */
    size_t n_times;
    const reel__chunk_column *columns;  /* in any order; no component twice */
    size_t n_columns;
    reel__held *const *held;            /* the chunk takes references of its own */
    size_t n_held;
    size_t bytes;                       /* of values and their description, for the account; 0: counted */
} reel__chunk_parts;

/* Whether the columns are in the order that a chunk has them in, as writers have it. */
bool reel__chunk_columns_ascend(const reel__chunk_parts *parts);

struct reel_chunk {
    reel__held is_held;                 /* a chunk is counted, too, and may be held by another */
    reel__chunk_parts parts;            /* its pointers lie in the chunk's own block, but for what is held */
    reel_chunk_timeline *timelines;     /* parts.n_times, sorted by name */
    reel_chunk_component *components;   /* parts.n_columns */
    _Atomic(reel__arrow_type *) *types; /* made when first asked for */
};

/* Nothing of *parts is changed. The chunk's columns are sorted by archetype (none first), component and type, its times by name. REEL_E_NO_MEMORY, REEL_E_TOO_LARGE,
 * REEL_E_ARGUMENT: two timelines or components of one name. */
reel_status reel__chunk_make(const reel__chunk_parts *parts, reel_chunk **out);

/* The type of a column's values as the encoder knows types: what arrow_import.h's measure and write are called with, beside column->item and column->values. Checks the
 * values when called first. REEL_E_UNSUPPORTED, REEL_E_TOO_LARGE: it can be read and exported, but not be written by the encoder. */
reel_status reel__chunk_type(const reel_chunk *chunk, size_t column, const reel__arrow_type **type);

/* Whether row r has the component, and which of column->values are its values: *n from *at on. A row that has none has *n 0. */
bool reel__chunk_row(const reel__chunk_column *column, size_t row, int64_t *at, int64_t *n);
static inline int64_t reel__chunk_begin(const reel__chunk_column *c) { return c->offsets[c->first]; }
static inline int64_t reel__chunk_end(const reel__chunk_column *c, size_t n_rows) { return c->offsets[c->first + n_rows]; }

/* Fresh ids, from this process's own counter. */
void reel__chunk_new_id(uint8_t id[16]);

#endif
