/* Which columns one store's manifest has, and what they are called. */
#ifndef REEL_RRD_FOOTER_PLAN_H
#define REEL_RRD_FOOTER_PLAN_H

#include "../arrow/ipc_write.h"
#include "footer_records.h"
#include "footer_stream.h"

/* A timeline's or a (timeline, component)'s columns, while rows are filled in. */
typedef struct reel__footer_cell {
    uint32_t timeline, component; /* numbers in the plan; component UINT32_MAX: the timeline's own */
    uint32_t slab;                /* the newest slab that has rows of it, plus one */
    uint32_t n;                   /* rows in that slab */
    bool differs, counts_differ;  /* in that slab: from the timeline's own range; from the chunk's number of rows */
    uint64_t n_set;               /* rows in all; 0: it was null in every chunk that might have had it, and gets no columns */
    reel__footer_stream valid, start, end, counts; /* counts: not for a timeline's own */
} reel__footer_cell;

typedef struct reel__footer_component {
    const reel__descriptor *descriptor;
    uint32_t slab;
    bool is_used;                 /* some chunk has a value of it */
    reel__footer_stream is_static;
} reel__footer_component;

/* How one kind of chunk (a shape in this store) maps to the plan. */
typedef struct reel__footer_kind {
    const reel__shape *shape;
    uint32_t *components; /* per column */
    uint32_t *cells;      /* per timeline the timeline's own; then [timeline * n_columns + column] */
} reel__footer_kind;

typedef struct reel__footer_plan {
    const reel__footer *footer;
    uint32_t store;
    uint64_t n_rows;
    reel__footer_kind *kinds; /* by the footer's numbers; shape NULL: of another store */
    const reel__timeline **timelines;
    size_t n_timelines;
    reel__footer_component *components;
    size_t n_components;
    reel__footer_cell *cells; /* the timelines' own first, then by (timeline, component) */
    size_t n_cells;
    reel__footer_stream path_offsets, path_bytes, chunk_id, is_static, n_chunk_rows, offset, byte_size, ipc_size;
    reel__intern seen;         /* (entity path, kind) pairs of chunks without nulls */
    reel__intern seen_columns; /* (entity path, 2 * component + is static) of chunks with nulls: only those that have a value */
} reel__footer_plan;

/* On an error, too, reel__footer_plan_free is due. */
reel_status reel__footer_plan_make(reel__footer_plan *plan, const reel__footer *f, uint32_t store);
void reel__footer_plan_free(reel__footer_plan *plan);

/* The schema message of all columns of the recording, and of the manifest. */
reel_status reel__footer_recording_schema(const reel__footer_plan *plan, reel__buf *out);
reel_status reel__footer_manifest_schema(const reel__footer_plan *plan, reel__buf *out);

/* Fills all streams from the records (footer_fill.c). */
reel_status reel__footer_fill(reel__footer_plan *plan, reel__spill *spill, bool plain, int64_t deadline_ns, reel__footer_maker *maker);

#endif
