#include "message.h"

#include <string.h>

size_t reel__proto_varint_size(uint64_t v) {
    size_t n = 1;
    while (v >= 0x80) {
        v >>= 7;
        n++;
    }
    return n;
}

void reel__proto_varint(reel__buf *out, uint64_t v) {
    while (v >= 0x80) {
        reel__buf_u8(out, (uint8_t)(v | 0x80));
        v >>= 7;
    }
    reel__buf_u8(out, (uint8_t)v);
}

void reel__proto_tag(reel__buf *out, uint32_t field, uint32_t wire_type) { reel__proto_varint(out, field << 3 | wire_type); }

void reel__proto_bytes(reel__buf *out, uint32_t field, const void *data, size_t size) {
    reel__proto_tag(out, field, 2);
    reel__proto_varint(out, size);
    reel__buf_put(out, data, size);
}

void reel__proto_uint(reel__buf *out, uint32_t field, uint64_t v) {
    if (!v)
        return;
    reel__proto_tag(out, field, 0);
    reel__proto_varint(out, v);
}

void reel__proto_store_id(reel__buf *out, const reel__store *store) {
    size_t id_size = strlen(store->application_id);
    reel__proto_uint(out, 1, store->kind);
    reel__proto_bytes(out, 2, store->recording_id, strlen(store->recording_id));
    reel__proto_tag(out, 3, 2);
    reel__proto_varint(out, 1 + reel__proto_varint_size(id_size) + id_size);
    reel__proto_bytes(out, 1, store->application_id, id_size);
}
