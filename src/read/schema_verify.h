/* A footer's schema of all columns, held against the columns that chunks have. */
#ifndef REEL_READ_SCHEMA_VERIFY_H
#define REEL_READ_SCHEMA_VERIFY_H

#include "../arrow/ipc_read.h"
#include "../base/buf.h"
#include "index.h"

typedef struct reel__schema_check {
    const reel_index *index;
    void (*tell)(void *user, const char *text);
    void *user;
    reel__map pairs;           /* store, entity, component -> what the schema says of it */
    reel__ipc_tree **trees;    /* of the schemas */
    size_t n_trees;
    reel__buf key;
} reel__schema_check;

/* Reads all manifests' schemas. What is wrong with them is told. */
reel_status reel__schema_check_begin(reel__schema_check *check, const reel_index *index, void (*tell)(void *user, const char *text), void *user);
reel_status reel__schema_check_chunk(reel__schema_check *check, uint32_t store, const reel_chunk *chunk);
/* What the schemas have and no chunk had is told, if all chunks were looked at. Frees everything. */
void reel__schema_check_end(reel__schema_check *check, bool all_were_seen);

#endif
