#include "proto_read.h"

#include "../base/buf.h"
#include "../base/text.h"

#define GROUP_DEPTH_MAX 100
enum { GROUP_BEGIN = 3, GROUP_END = 4 };

/* At most 10 bytes, and no more bits than 64. */
static bool varint(reel__proto_reader *r, uint64_t *out) {
    uint64_t v = 0;
    for (unsigned shift = 0; shift < 70 && r->at < r->end; shift += 7) {
        uint8_t byte = *r->at++;
        if (shift == 63 && byte > 1)
            break;
        v |= (uint64_t)(byte & 127) << shift;
        if (byte < 128) {
            *out = v;
            return true;
        }
    }
    r->is_bad = true;
    return false;
}

static bool take(reel__proto_reader *r, uint64_t size, const uint8_t **data) {
    if (size > (uint64_t)(r->end - r->at)) {
        r->is_bad = true;
        return false;
    }
    *data = r->at;
    r->at += size;
    return true;
}

static bool tag(reel__proto_reader *r, uint32_t *number, uint8_t *wire) {
    uint64_t key;
    if (!varint(r, &key))
        return false;
    *number = (uint32_t)(key >> 3);
    *wire = key & 7;
    r->is_bad |= key > UINT32_MAX || !*number;
    return !r->is_bad;
}

/* The field behind a tag. */
static bool body(reel__proto_reader *r, reel__proto_field *f) {
    uint64_t size;
    switch (f->wire) {
    case REEL__PROTO_VARINT:
        return varint(r, &f->value);
    case REEL__PROTO_FIXED64:
        if (!take(r, 8, &f->data))
            return false;
        f->value = reel__load_u64(f->data);
        return true;
    case REEL__PROTO_FIXED32:
        if (!take(r, 4, &f->data))
            return false;
        f->value = reel__load_u32(f->data);
        return true;
    case REEL__PROTO_BYTES:
        if (!varint(r, &size) || !take(r, size, &f->data))
            return false;
        f->size = (size_t)size;
        return true;
    default:
        r->is_bad = true;
        return false;
    }
}

/* Everything up to the group's end; groups lie within groups. */
static bool pass_group(reel__proto_reader *r, uint32_t number) {
    uint32_t open[GROUP_DEPTH_MAX];
    size_t depth = 0;
    open[depth++] = number;
    while (depth) {
        reel__proto_field f = {0};
        if (!tag(r, &f.number, &f.wire))
            return false;
        if (f.wire == GROUP_BEGIN && depth < GROUP_DEPTH_MAX) {
            open[depth++] = f.number;
        } else if (f.wire == GROUP_END && f.number == open[depth - 1]) {
            depth--;
        } else if (!body(r, &f)) {
            return false;
        }
    }
    return true;
}

bool reel__proto_next(reel__proto_reader *r, reel__proto_field *f) {
    while (!r->is_bad && r->at < r->end) {
        *f = (reel__proto_field){0};
        if (!tag(r, &f->number, &f->wire))
            return false;
        if (f->wire != GROUP_BEGIN)
            return body(r, f);
        if (!pass_group(r, f->number))
            return false;
    }
    return false;
}

static bool is_wire(reel__proto_reader *r, const reel__proto_field *f, uint8_t wire) {
    r->is_bad |= f->wire != wire;
    return f->wire == wire;
}

uint64_t reel__proto_get_uint(reel__proto_reader *r, const reel__proto_field *f) { return is_wire(r, f, REEL__PROTO_VARINT) ? f->value : 0; }
uint64_t reel__proto_get_fixed64(reel__proto_reader *r, const reel__proto_field *f) { return is_wire(r, f, REEL__PROTO_FIXED64) ? f->value : 0; }

reel__proto_reader reel__proto_get_message(reel__proto_reader *r, const reel__proto_field *f) {
    return is_wire(r, f, REEL__PROTO_BYTES) ? reel__proto_read(f->data, f->size) : reel__proto_read(NULL, 0);
}

bool reel__proto_get_bytes(reel__proto_reader *r, const reel__proto_field *f, const uint8_t **data, size_t *size) {
    if (!is_wire(r, f, REEL__PROTO_BYTES))
        return false;
    *data = f->data;
    *size = f->size;
    return true;
}

bool reel__proto_get_text(reel__proto_reader *r, const reel__proto_field *f, const char **text, size_t *size) {
    if (!is_wire(r, f, REEL__PROTO_BYTES))
        return false;
    if (!reel__utf8_valid(f->data, f->size)) {
        r->is_bad = true;
        return false;
    }
    *text = (const char *)f->data;
    *size = f->size;
    return true;
}
