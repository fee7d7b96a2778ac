/* The protobuf payloads of a stream's messages, taken apart (spec: rrd format, section 2). Everything points into the payload. */
#ifndef REEL_READ_MESSAGE_READ_H
#define REEL_READ_MESSAGE_READ_H

#include "../base/buf.h"
#include "../base/shared_memory.h"
#include "../rrd/message.h"
#include "../rrd/proto_read.h"

#include <reel/read.h>

/* A text within a payload, not ended by NUL; data NULL: it is not there. */
typedef struct reel__piece {
    const char *data;
    size_t size;
} reel__piece;

typedef enum reel__packing { REEL__PACKING_NONE, REEL__PACKING_LZ4 } reel__packing;

typedef struct reel__payload {
    bool has_store, has_unknown;    /* fields that are not known */
    reel_store_kind store_kind;     /* may be 0: not told */
    reel__piece recording_id, application_id;
    /* ArrowMsg */
    reel__packing packing;
    const uint8_t *body;            /* the Arrow stream, packed or not */
    size_t body_size;
    uint64_t unpacked_size;
    bool has_chunk_id, is_static;
    uint8_t chunk_id[16];
    /* SetStoreInfo */
    uint64_t source_kind;
    const uint8_t *source_extra;
    size_t source_extra_size;
    bool has_bad_source;            /* reel__payload_source has said so */
    uint8_t version[4];
    /* BlueprintActivationCommand */
    bool make_active, make_default;
} reel__payload;

/* kind: one of the three that have payloads. REEL_E_FORMAT, REEL_E_UNSUPPORTED say what is wrong. */
reel_status reel__payload_read(reel__rrd_kind kind, const uint8_t *data, size_t size, reel__payload *out);
/* A store's source in words; false: what is told of it makes no sense. */
bool reel__payload_source(const reel__payload *payload, reel__buf *out);

/* The Arrow stream of an ArrowMsg. Plain ones are given as they stand: *block is NULL. Others are unpacked into a block, a used one if it is large enough and nobody else holds it (or NULL).
 * bytes_max: of the unpacked stream. */
reel_status reel__payload_unpack(const reel__payload *payload, uint64_t bytes_max, reel__held_block *used, reel__held_block **block, const uint8_t **data, size_t *size);

#endif
