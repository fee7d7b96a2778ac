/* A chunk: rows of one entity with the same timelines and the same component columns.
 *
 * What all chunks of a kind share is a *shape*: timelines and columns, without the entity. Shapes are interned in a recording and live as long as it, so
 * a million entities share a few of them. Rows come as *parts* (one per lane segment); the encoder joins them into one record batch. */
#ifndef REEL_CHUNK_H
#define REEL_CHUNK_H

#include "../base/buf.h"
#include "../base/ids.h"
#include "../base/map.h"
#include "descriptor.h"

#include <reel/recording.h>

#define REEL__TIMELINES_MAX 64     /* per row */
#define REEL__COLUMNS_MAX 512      /* per chunk */
#define REEL__CELL_NULL UINT32_MAX /* in a column's length stream: the component was not logged in this row */

typedef struct reel__timeline {
    const char *name;
    reel_time_type type;
    uint32_t index; /* within its recording */
} reel__timeline;

typedef struct reel__shape {
    uint32_t index;                       /* within its recording, from 0 */
    uint32_t n_timelines, n_columns;
    const reel__timeline *const *timelines; /* sorted by name; none: the chunk is static */
    const reel__descriptor *columns;
    uint32_t n_streams;                   /* 1 (row times) + n_timelines + per column 1 (lengths) + its type's */
    const uint32_t *column_stream;        /* where each column's streams begin: its lengths */
    const uint8_t *stream_scale;          /* bytes in the IPC body per byte of the stream, at most */
    /* The encoder's own, used under the drain mutex: */
    reel__buf ipc_schema;                 /* cache: the schema message with every timeline sorted, up to the entity path, which comes last */
    size_t ipc_chunk_id_at;               /* where the 32 digits of the chunk id go */
    struct reel__ipc_node *ipc_nodes;
    struct reel__ipc_buffer *ipc_buffers;
    uint32_t n_ipc_nodes, n_ipc_buffers;
    size_t ipc_head_size;                 /* of the record batch's head: depends on these counts alone */
} reel__shape;

typedef struct reel__span {
    const void *data;
    size_t size; /* bytes */
} reel__span;

/* n_rows rows. streams[0]: u64 time half of each row id; streams[1 ..]: i64 per timeline; then per column u32 values per row (REEL__CELL_NULL: null) and
 * the streams of its type (src/arrow/arrow_type.h). Row ids: (streams[0][i], inc_first + i); or row_ids, 16 bytes each, then streams[0] has no data, though the size that it would have. */
typedef struct reel__part {
    uint32_t n_rows;
    uint64_t inc_first;
    const reel__span *streams;
    const uint8_t *row_ids;
} reel__part;

typedef struct reel__time_range {
    int64_t min, max; /* inclusive */
    bool is_sorted;
} reel__time_range;

/* What an encoded chunk tells about itself; the arrays belong to the caller and have room for the shape's timelines and columns. */
typedef struct reel__chunk_info {
    uint64_t n_rows;
    reel__time_range *ranges;  /* per timeline */
    uint32_t *non_null;        /* per column */
    /* Per timeline and column, [timeline * n_columns + column]: the range of the rows whose cell is not null; only when has_nulls, else NULL is allowed. */
    reel__time_range *cell_ranges;
    bool has_nulls;
} reel__chunk_info;

reel_status reel__shape_new(reel__shape **out, const reel__timeline *const *timelines, uint32_t n_timelines, const reel__descriptor *columns, uint32_t n_columns);
void reel__shape_free(reel__shape *shape);

/* An upper bound of the IPC stream's size in bytes for these parts; REEL_E_TOO_LARGE when a column passes 2^31 - 1 bytes or values. */
reel_status reel__chunk_bound(const reel__shape *shape, size_t path_size, const reel__part *parts, size_t n_parts, size_t *bound);
/* Writes the IPC stream (schema, one batch, end) at out, which has room for the bound; *size is what it took. entity_path is canonical. */
reel_status reel__chunk_encode(reel__shape *shape, const char *entity_path, reel__tuid chunk_id, const reel__part *parts, size_t n_parts, uint8_t *out, size_t *size,
                               reel__chunk_info *info);

#endif
