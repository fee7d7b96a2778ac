/* Footers whose tables are not compressed, so that a change of a byte is a change of what they tell; and sums that are right again afterwards. */
#ifndef PLAIN_FOOTER_H
#define PLAIN_FOOTER_H

#include "base/buf.h"
#include "rrd/message.h"
#include "rrd/proto_read.h"

#include <lz4.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

/* Where the footer of a recording of one stream begins and how long it is; false: there is none whose place makes sense. */
static inline bool footer_place(const uint8_t *data, size_t size, size_t *start, size_t *length) {
    if (size < 60 || memcmp(data + size - 12, "RRF2FOOT", 8) != 0)
        return false;
    uint64_t at = reel__load_u64(data + size - 32), n = reel__load_u64(data + size - 24);
    *start = (size_t)at;
    *length = (size_t)n;
    return at >= 28 && at <= size - 32 && n <= size - 32 - at;
}

static inline void footer_sum(uint8_t *data, size_t size) {
    size_t start, length;
    if (footer_place(data, size, &start, &length))
        reel__store_u32(data + size - 16, XXH32(data + start, length, 7850921));
}

/* A table as it is before compression. */
static inline void put_plain_table(reel__buf *out, const reel__proto_field *part) {
    reel__proto_reader r = reel__proto_read(part->data, part->size);
    reel__proto_field f, payload = {0};
    uint64_t compression = 0, plain_size = 0;
    while (reel__proto_next(&r, &f)) {
        if (f.number == 2) payload = f;
        if (f.number == 3) compression = f.value;
        if (f.number == 4) plain_size = f.value;
    }
    reel__buf table = {0}, inner = {0};
    if (compression == 2) {
        uint8_t *to = reel__buf_extend(&table, (size_t)plain_size);
        if (!to || LZ4_decompress_safe((const char *)payload.data, (char *)to, (int)payload.size, (int)plain_size) != (int)plain_size)
            abort();
    } else {
        reel__buf_put(&table, payload.data, payload.size);
    }
    reel__proto_uint(&inner, 1, 1);
    reel__proto_bytes(&inner, 2, table.data, table.size);
    reel__proto_uint(&inner, 3, 1);
    reel__proto_bytes(out, 4, inner.data, inner.size);
    reel__buf_free(&table);
    reel__buf_free(&inner);
}

/* The recording once more, its footer plain. */
static inline void plain_footer(const uint8_t *data, size_t size, reel__buf *out) {
    size_t start, length;
    if (!footer_place(data, size, &start, &length))
        abort();
    reel__buf footer = {0}, manifest = {0};
    reel__proto_reader r = reel__proto_read(data + start, length), m;
    reel__proto_field f, g;
    while (reel__proto_next(&r, &f)) {
        manifest.size = 0;
        m = reel__proto_get_message(&r, &f);
        while (reel__proto_next(&m, &g)) {
            if (g.number == 4)
                put_plain_table(&manifest, &g);
            else
                reel__proto_bytes(&manifest, g.number, g.data, g.size);
        }
        reel__proto_bytes(&footer, 1, manifest.data, manifest.size);
    }
    reel__buf_put(out, data, start - 16);
    reel__buf_u64(out, 0);
    reel__buf_u64(out, footer.size);
    reel__buf_put(out, footer.data, footer.size);
    reel__buf_u64(out, start);
    reel__buf_u64(out, footer.size);
    reel__buf_u32(out, 0);
    reel__buf_put(out, "RRF2FOOT\1\0\0\0", 12);
    if (out->failed)
        abort();
    footer_sum(out->data, out->size);
    reel__buf_free(&footer);
    reel__buf_free(&manifest);
}

#endif
