/* What the footer remembers of every chunk: one small record each, in memory up to 1 MiB, then in a temporary file. Names are interned, so that records are numbers only
 * and memory grows with distinct (store, entity) and (store, shape) pairs, not with chunks. */
#ifndef REEL_RRD_FOOTER_RECORDS_H
#define REEL_RRD_FOOTER_RECORDS_H

#include "../base/spill.h"
#include "footer.h"

#define REEL__FOOTER_MEMORY_MAX (1u << 20) /* bytes of records kept in memory */

/* Numbers for (pointer, tag) pairs, in the order in which they came. */
typedef struct reel__interned {
    const void *pointer;
    uint32_t tag;
    uint32_t text_size; /* entities: of the path */
} reel__interned;
typedef struct reel__intern {
    reel__interned *items;
    uint32_t *slots; /* number + 1, 0: empty */
    uint32_t n, capacity, n_slots;
} reel__intern;

/* A record; behind it lie, each run padded to 8 bytes:
 *   reel__time_pair ranges[n_timelines]
 *   with_nulls: uint32_t non_null[n_columns]; reel__time_pair cells[n_timelines * n_columns] */
typedef struct reel__footer_record {
    uint32_t size; /* with what follows */
    uint32_t store, entity, kind;
    uint64_t n_rows, offset, byte_size, ipc_size; /* offset and byte_size: of the protobuf message, behind its header */
    uint8_t chunk_id[16];
    uint64_t with_nulls;
} reel__footer_record;
typedef struct reel__time_pair {
    int64_t min, max;
} reel__time_pair;

typedef struct reel__footer_store {
    uint64_t n_chunks, path_bytes;
    uint64_t first_at; /* where its first record stands */
} reel__footer_store;

struct reel__footer {
    char *dir;              /* NULL: nothing goes to a file */
    reel_status status;     /* not REEL_OK: given up */
    char why[200];
    reel__intern stores, entities, kinds; /* kind: a shape used in a store (the tag) */
    reel__footer_store *of_store;
    uint32_t of_store_capacity;
    reel__spill records;
};

/* The number of (pointer, tag), a new one if need be; UINT32_MAX when memory is out. */
uint32_t reel__intern_put(reel__intern *t, const void *pointer, uint32_t tag);
void reel__intern_free(reel__intern *t);

/* Reads records in order. */
typedef struct reel__footer_reader {
    const reel__footer *footer;
    uint64_t at;     /* position of the next byte to load */
    reel__buf window;
    size_t window_at;
} reel__footer_reader;
void reel__footer_reader_begin(reel__footer_reader *r, const reel__footer *f, uint64_t position);
void reel__footer_reader_end(reel__footer_reader *r);
/* *record is NULL behind the last one; it is valid until the next call. */
reel_status reel__footer_reader_next(reel__footer_reader *r, const reel__footer_record **record);

#endif
