/* Messages of a .rrd stream, encoded once and shared by every sink that wants them (spec: rrd format, sections 1 and 2). */
#ifndef REEL_RRD_MESSAGE_H
#define REEL_RRD_MESSAGE_H

#include "../base/pool.h"
#include "../base/sync.h"
#include "../chunk/chunk.h"

#include <reel/sink.h>

/* Claimed by default: old enough for every reader from 0.33 on to stay silent. */
#define REEL__STREAM_VERSION_MAJOR 0
#define REEL__STREAM_VERSION_MINOR 33
#define REEL__STREAM_VERSION_PATCH 0
#define REEL__LZ4_ACCELERATION 1 /* bench/README.md: what higher ones cost and save */
#define REEL__STREAM_HEADER_SIZE 12
#define REEL__MESSAGE_HEADER_SIZE 16
#define REEL__STREAM_FOOTER_SIZE 32

typedef enum reel__rrd_kind { REEL__RRD_END = 0, REEL__RRD_SET_STORE_INFO = 1, REEL__RRD_ARROW_MSG = 2, REEL__RRD_BLUEPRINT_ACTIVATION = 3 } reel__rrd_kind;

/* Which store a message belongs to. Lives as long as the recording's core. */
typedef struct reel__store {
    reel_store_kind kind;
    const char *application_id, *recording_id;
} reel__store;

/* Immutable once made; counted references. Entity path, shape and store are borrowed from the recording's core, which outlives its sinks. */
typedef struct reel__message {
    atomic_uint refs;
    reel_message_kind kind;
    const reel__store *store;
    bool is_static;
    bool is_kept;                 /* never dropped by a policy: store info, static data, Clear, blueprints */
    bool makes_active, makes_default; /* blueprint activations only */
    const uint8_t *data;          /* 16 bytes of header, then the protobuf payload */
    size_t size;
    size_t block_size;            /* what the account counts */
    /* chunks only */
    const reel__shape *shape;
    const char *entity_path;      /* canonical; its address is unique within the recording: compare pointers */
    reel__tuid chunk_id;
    reel__tuid newest_row;        /* id of the last row: of two static chunks with the same columns the one with the larger id holds */
    uint64_t ipc_size;            /* the Arrow stream before LZ4 */
    reel__chunk_info info;        /* its arrays lie in the same block */
    reel__pool *pool;             /* where the block goes when the last reference is dropped; NULL: reel__release */
} reel__message;

reel__message *reel__message_ref(reel__message *m);
void reel__message_unref(reel__message *m); /* NULL is allowed */

/* 12 bytes that begin a stream. */
void reel__stream_header(uint8_t out[REEL__STREAM_HEADER_SIZE]);
/* SetStoreInfo. NULL when memory is out. */
reel__message *reel__message_store_info(reel__pool *pool, const reel__store *store, reel__tuid row_id);
/* BlueprintActivationCommand, which follows everything of its blueprint. NULL when memory is out. */
reel__message *reel__message_activation(reel__pool *pool, const reel__store *store, bool make_active, bool make_default);

/* Encodes a chunk as one message. compress false: stored plain. The encoder's scratch memory belongs to the caller. */
typedef struct reel__encoder {
    reel__buf scratch;            /* compressed bytes, before their size is known */
    reel__buf plain;              /* small Arrow streams */
    reel__buf info;
    reel__buf head;
    void *lz4_state;
    reel__pool *pool;             /* or NULL */
    bool no_compression;
} reel__encoder;
void reel__encoder_free(reel__encoder *e);
reel_status reel__message_chunk(reel__encoder *e, const reel__store *store, reel__shape *shape, const char *entity_path, reel__tuid chunk_id, const reel__part *parts, size_t n_parts,
                                reel__message **out);

/* Protobuf pieces that the footer needs too: appends the StoreId message (without tag and length). */
void reel__proto_store_id(reel__buf *out, const reel__store *store);
void reel__proto_varint(reel__buf *out, uint64_t v);
void reel__proto_tag(reel__buf *out, uint32_t field, uint32_t wire_type);
void reel__proto_bytes(reel__buf *out, uint32_t field, const void *data, size_t size); /* tag, length, bytes */
void reel__proto_uint(reel__buf *out, uint32_t field, uint64_t v);                   /* left out when 0 */
size_t reel__proto_varint_size(uint64_t v);

#endif
