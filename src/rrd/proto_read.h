/* Protobuf, read field by field from bytes that nobody vouches for. Nothing is allocated: texts and messages are pieces of the input. */
#ifndef REEL_RRD_PROTO_READ_H
#define REEL_RRD_PROTO_READ_H

#include <reel/base.h>

typedef enum reel__proto_wire { REEL__PROTO_VARINT = 0, REEL__PROTO_FIXED64 = 1, REEL__PROTO_BYTES = 2, REEL__PROTO_FIXED32 = 5 } reel__proto_wire;

typedef struct reel__proto_field {
    uint32_t number;
    uint8_t wire;          /* reel__proto_wire; groups are passed over */
    uint64_t value;        /* varint, fixed */
    const uint8_t *data;   /* bytes */
    size_t size;
} reel__proto_field;

typedef struct reel__proto_reader {
    const uint8_t *at, *end;
    bool is_bad;           /* what is at `at` is not a field, or was not of the kind it should be */
} reel__proto_reader;

static inline reel__proto_reader reel__proto_read(const void *data, size_t size) { return (reel__proto_reader){data, size ? (const uint8_t *)data + size : data, false}; }
/* false at the end, and where the bytes are bad. */
bool reel__proto_next(reel__proto_reader *r, reel__proto_field *field);

/* What a field should be; another kind makes the reader bad, as the official reader has it. */
uint64_t reel__proto_get_uint(reel__proto_reader *r, const reel__proto_field *field);
uint64_t reel__proto_get_fixed64(reel__proto_reader *r, const reel__proto_field *field);
/* A message or bytes within. */
reel__proto_reader reel__proto_get_message(reel__proto_reader *r, const reel__proto_field *field);
bool reel__proto_get_bytes(reel__proto_reader *r, const reel__proto_field *field, const uint8_t **data, size_t *size);
/* UTF-8, checked. */
bool reel__proto_get_text(reel__proto_reader *r, const reel__proto_field *field, const char **text, size_t *size);
/* At the end of a message within: what was bad in it is bad in the one around it. */
static inline void reel__proto_end(reel__proto_reader *outer, const reel__proto_reader *inner) { outer->is_bad |= inner->is_bad; }

#endif
