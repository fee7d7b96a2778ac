/* A footer's schema of all columns, held against the columns that chunks have. Of each column hashes are kept; its field is read again when something is to be said of it. */
#ifndef REEL_READ_SCHEMA_VERIFY_H
#define REEL_READ_SCHEMA_VERIFY_H

#include "../base/buf.h"
#include "index.h"

/* Of an (entity, component) in a store. */
typedef struct reel__schema_pair {
    uint64_t key, type;        /* hashes */
    uint64_t place;            /* number of its schema, and below it of its field */
    bool is_static, was_static, was_seen;
} reel__schema_pair;

typedef struct reel__schema_place {
    const uint8_t *data;
    size_t size;
    uint32_t store;
} reel__schema_place;

typedef struct reel__schema_check {
    const reel_index *index;
    void (*tell)(void *user, reel_status status, const char *text); /* REEL_OK: nothing is wrong, but official readers cannot use it */
    void *user;
    reel__buf pairs;           /* reel__schema_pair, by key */
    size_t n_pairs;
    reel__buf places;          /* reel__schema_place */
    reel__buf key;
} reel__schema_check;

/* Reads all manifests' schemas. What is wrong with them is told. */
reel_status reel__schema_check_begin(reel__schema_check *check, const reel_index *index, void (*tell)(void *user, reel_status status, const char *text), void *user);
reel_status reel__schema_check_chunk(reel__schema_check *check, uint32_t store, const reel_chunk *chunk);
/* What the schemas have and no chunk had is told, if all chunks were looked at. Frees everything. */
void reel__schema_check_end(reel__schema_check *check, bool all_were_seen);

#endif
