/* Reads Arrow IPC: a stream's schema and its first record batch, as trees of the C data interface that point into the bytes (spec: rrd format, 3.1).
 *
 * The bytes come from anybody. What is accepted here can be walked without another look: lengths, offsets and type codes stay within the buffers, texts are UTF-8, buffers are
 * aligned to their values (those that are not are copied), a bitmap is there only if something is null, and null counts are counted, not believed.
 * Of dictionaries, views and run ends only the sizes of buffers are checked (is_encoded): arrow_import.h looks at the rest, and decodes them.
 * Not read: big-endian data, ZSTD, dictionaries in pieces: REEL_E_UNSUPPORTED names them. */
#ifndef REEL_ARROW_IPC_READ_H
#define REEL_ARROW_IPC_READ_H

#include "../base/shared_memory.h"
#include "arrow_metadata.h"

#include <reel/arrow.h>
#include <reel/base.h>

#define REEL__IPC_DEPTH_MAX 64

typedef struct reel__ipc_memory reel__ipc_memory;

/* The values of one dictionary as one field has them. */
typedef struct reel__ipc_dictionary {
    struct reel__ipc_dictionary *next;
    int64_t id;
    struct ArrowSchema schema;
    struct ArrowArray array;   /* release NULL: they did not come yet */
} reel__ipc_dictionary;

/* A schema and a batch. Their structs belong to this tree and are never released on their own: `release` in them only says that they are there. */
typedef struct reel__ipc_tree {
    reel__held held;
    struct ArrowSchema schema; /* "+s": a child per column; its metadata is the schema's */
    struct ArrowArray array;   /* the same; its length is the number of rows */
    bool has_batch;
    uint64_t body_size;        /* of the batch */
    size_t size;               /* bytes of the stream that were looked at */
    size_t n_tables;           /* flatbuffer tables of its schema */
    reel__held *owner;         /* of the bytes; NULL: somebody else keeps them */
    reel__ipc_memory *blocks;
    size_t block_room;
    uint64_t copies_left;      /* bytes that may still be unpacked or copied */
    uint64_t bytes_left;       /* of buffers that may still be named */
    reel__ipc_dictionary *dictionaries;
    bool is_encoded;           /* some values are not stored as they are: dictionaries, views, run ends */
} reel__ipc_tree;

/* The bytes are kept by `owner`, of which the tree takes a reference. Without a batch has_batch is false and the array empty.
 * packed: how many bytes came from outside, where the stream itself was unpacked; else its size. They justify the memory that packed buffers take. */
reel_status reel__ipc_read(const uint8_t *data, size_t size, size_t packed, reel__held *owner, reel__ipc_tree **out);

/* A stream's schema, field by field, from number `first` on, n of them at most: a wide one takes the memory of one field. Schemas are valid during the call. What it returns ends it, if not REEL_OK.
 * *n_tables: of the message's flatbuffer, when all fields were given. */
typedef reel_status (*reel__ipc_field_fn)(void *user, uint32_t number, const struct ArrowSchema *field);
reel_status reel__ipc_fields(const uint8_t *data, size_t size, uint32_t first, uint32_t n, reel__ipc_field_fn each, void *user, size_t *n_tables);

/* A tree without anything, to be filled by others with what reel__ipc_alloc gives. */
reel__ipc_tree *reel__ipc_tree_new(reel__held *owner);
/* Memory that lives as long as the tree, aligned to 16; NULL when it is out. */
void *reel__ipc_alloc(reel__ipc_tree *tree, size_t size);
/* Gives a parent n children one behind another, to be filled by the caller; NULL when memory is out. */
struct ArrowSchema *reel__ipc_schema_children(reel__ipc_tree *tree, struct ArrowSchema *parent, size_t n);
struct ArrowArray *reel__ipc_array_children(reel__ipc_tree *tree, struct ArrowArray *parent, size_t n);

#endif
