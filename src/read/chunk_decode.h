/* A chunk out of an Arrow stream (spec: rrd format, sections 3.2 to 3.4). */
#ifndef REEL_READ_CHUNK_DECODE_H
#define REEL_READ_CHUNK_DECODE_H

#include "../arrow/ipc_read.h"
#include "chunk_data.h"

/* Told about a chunk that is read nevertheless. */
typedef struct reel__decode_notes {
    void (*warn)(void *user, reel_read_topic topic, const char *text);
    void *user;
} reel__decode_notes;

/* The bytes are kept by `owner`; packed: see ipc_read.h. notes may be NULL. REEL_E_FORMAT, REEL_E_UNSUPPORTED, REEL_E_UTF8, REEL_E_TOO_LARGE, REEL_E_NO_MEMORY. */
reel_status reel__chunk_decode(const uint8_t *data, size_t size, size_t packed, reel__held *owner, const reel__decode_notes *notes, reel_chunk **out);
/* The same of a tree whose array and schema are there and checked; the chunk takes a reference of its own. */
reel_status reel__chunk_of_tree(reel__ipc_tree *tree, const reel__decode_notes *notes, reel_chunk **out);
/* A chunk whose values are encoded (ipc_read.h), with the same id and rows, and values as they are. It is of nobody else's yet. bytes_max: of what comes out. */
reel_status reel__chunk_plain(const reel_chunk *encoded, uint64_t bytes_max, reel_chunk **out);
/* The chunk id in a schema's metadata; false: there is none. */
bool reel__chunk_read_id(const struct ArrowSchema *schema, uint8_t id[16]);
/* What a column of times is by its Arrow format; 0: it has none. And the format of new ones. */
reel_time_type reel__time_of_format(const char *format);
const char *reel__format_of_time(reel_time_type type);
/* Whether no row id is smaller than the one before it. */
bool reel__ids_ascend(const uint8_t *ids, size_t n);

#endif
