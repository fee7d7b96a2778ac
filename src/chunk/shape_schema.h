/* The Arrow schema message of a chunk, up to the entity path. */
#ifndef REEL_CHUNK_SHAPE_SCHEMA_H
#define REEL_CHUNK_SHAPE_SCHEMA_H

#include "../arrow/ipc_write.h"
#include "chunk.h"

/* Appends to an empty `out` everything that stands before the entity path's text (which follows as length, bytes, NUL, padding). unsorted: of the row ids, then per timeline; or NULL for none.
 * *chunk_id_at: where the 32 digits go. */
reel_status reel__shape_schema(const reel__shape *shape, const bool *unsorted, reel__buf *out, size_t *chunk_id_at);

#endif
