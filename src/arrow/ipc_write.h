/* Writes Arrow IPC: encapsulated messages with a flatbuffer head (spec: rrd format, 3.1).
 *
 * The flatbuffers are written forwards: a table is followed by what it points to, so that texts and long vectors come last. Alignment is 8 bytes throughout. */
#ifndef REEL_ARROW_IPC_WRITE_H
#define REEL_ARROW_IPC_WRITE_H

#include "../base/buf.h"
#include "arrow_type.h"

typedef struct reel__ipc_key_value {
    const char *key;
    const char *value;
    size_t value_size;
} reel__ipc_key_value;

typedef enum reel__ipc_logical { REEL__IPC_AS_NODES = 0, REEL__IPC_TIMESTAMP_NS, REEL__IPC_DURATION_NS, REEL__IPC_FIXED_BINARY_16, REEL__IPC_LIST_OF_NODES } reel__ipc_logical;

typedef struct reel__ipc_field {
    const char *name;
    const reel__arrow_node *nodes; /* its type; its name and nullability are taken from here instead */
    uint16_t n_nodes;
    bool nullable;
    uint8_t logical;               /* what to make of the nodes: REEL__IPC_LIST_OF_NODES wraps them in a nullable list's item */
    const reel__ipc_key_value *metadata;
    uint32_t n_metadata;
} reel__ipc_field;

/* Exactly the size of an uncompressed batch's head; 0 when memory is out. */
size_t reel__ipc_batch_size(size_t n_nodes, size_t n_buffers);

typedef struct reel__ipc_node {
    int64_t length, null_count;
} reel__ipc_node;
typedef struct reel__ipc_buffer {
    int64_t offset, length;
} reel__ipc_buffer;

/* Appends a schema message. */
void reel__ipc_schema(reel__buf *out, const reel__ipc_field *fields, size_t n_fields, const reel__ipc_key_value *metadata, size_t n_metadata);
/* The same for readers of all kinds: larger, since tables share nothing (flatbuf.h). So is the footer below. */
void reel__ipc_schema_for_all(reel__buf *out, const reel__ipc_field *fields, size_t n_fields, const reel__ipc_key_value *metadata, size_t n_metadata);
/* Appends a record batch message's head; the body of body_size bytes (a multiple of 8) follows it. lz4_frame: the buffers are compressed as Arrow's BodyCompression. */
void reel__ipc_batch(reel__buf *out, int64_t n_rows, const reel__ipc_node *nodes, size_t n_nodes, const reel__ipc_buffer *buffers, size_t n_buffers, int64_t body_size, bool lz4_frame);
/* Appends the end-of-stream mark. */
void reel__ipc_end(reel__buf *out);
#define REEL__IPC_END_SIZE 8

/* An IPC file is the mark and two zeros, a stream, and a footer that says where the stream's batches stand. */
#define REEL__IPC_FILE_MARK "ARROW1"
typedef struct reel__ipc_block {
    uint64_t offset, head_size, body_size; /* of a batch's message in the file */
} reel__ipc_block;
/* Appends the footer, to stand at a multiple of 8. */
void reel__ipc_footer(reel__buf *out, const reel__ipc_field *fields, size_t n_fields, const reel__ipc_key_value *metadata, size_t n_metadata, const reel__ipc_block *blocks, size_t n_blocks);

/* Width in bytes of a primitive kind; 0 for the others. */
size_t reel__arrow_width(uint8_t kind);
/* The number of nodes of the subtree that begins at nodes[0]. */
uint16_t reel__arrow_subtree(const reel__arrow_node *nodes);

#endif
