#include "footer_stream.h"

#include "../base/alloc.h"
#include "../base/error.h"

#include <lz4.h>
#include <string.h>

/* An LZ4 frame is a header, blocks (u32 size, top bit set when stored as it is; bytes) and a zero u32. This header says: version 1, independent blocks of at most 64 KiB, no checksums
 * and no content size; its last byte is the header's own checksum. */
static const uint8_t frame_header[7] = {0x04, 0x22, 0x4D, 0x18, 0x60, 0x40, 0x82};
#define BLOCK_STORED UINT32_C(0x80000000)

reel_status reel__segments_add(reel__segments *list, uint64_t at, uint64_t size) {
    if (!size)
        return REEL_OK;
    list->size += size;
    if (list->n && list->items[list->n - 1].at + list->items[list->n - 1].size == at) {
        list->items[list->n - 1].size += size;
        return REEL_OK;
    }
    if (list->n == list->capacity) {
        size_t capacity = list->capacity ? 2 * list->capacity : 4;
        reel__segment *items = reel__realloc(list->items, list->capacity * sizeof *items, capacity * sizeof *items);
        if (!items)
            return reel__fail(REEL_E_NO_MEMORY, "no memory for %zu pieces of the footer", capacity);
        list->items = items;
        list->capacity = capacity;
    }
    list->items[list->n++] = (reel__segment){at, size};
    return REEL_OK;
}

reel_status reel__segments_put(reel__segments *list, reel__spill *spill, const void *data, size_t size) {
    uint64_t at = reel__spill_size(spill);
    REEL__TRY(reel__spill_put(spill, data, size));
    return reel__segments_add(list, at, size);
}

void reel__segments_free(reel__segments *list) {
    reel__release(list->items);
    *list = (reel__segments){0};
}

/* ---- blocks */

/* Makes `size` bytes into k->block: one or more blocks of a frame, or themselves. */
static reel_status make_block(reel__footer_maker *k, const uint8_t *data, size_t size) {
    reel__buf *b = &k->block;
    b->size = 0;
    if (k->plain) {
        reel__buf_put(b, data, size);
        size = 0;
    }
    while (size && !b->failed) {
        size_t piece = size < REEL__FOOTER_BLOCK ? size : REEL__FOOTER_BLOCK;
        uint8_t *at = reel__buf_reserve(b, 4 + piece);
        if (!at)
            break;
        int compressed = piece < 16 ? 0 : LZ4_compress_fast_extState(k->lz4_state, (const char *)data, (char *)at + 4, (int)piece, (int)piece - 1, 1);
        if (compressed <= 0)
            memcpy(at + 4, data, piece);
        reel__store_u32(at, compressed > 0 ? (uint32_t)compressed : (uint32_t)piece | BLOCK_STORED);
        b->size += 4 + (compressed > 0 ? (size_t)compressed : piece);
        data += piece;
        size -= piece;
    }
    return b->failed ? reel__fail(REEL_E_NO_MEMORY, "no memory for a block of the footer") : REEL_OK;
}

static reel_status append(reel__footer_maker *k, reel__footer_stream *s, const void *data, size_t size) {
    reel__buf_put(&s->tail, data, size);
    if (s->tail.failed)
        return reel__fail(REEL_E_NO_MEMORY, "no memory for %zu bytes of a footer column", size);
    if (s->tail.size < k->extent)
        return REEL_OK;
    REEL__TRY(reel__segments_put(&s->extents, k->spill, s->tail.data, s->tail.size));
    s->tail.size = 0;
    return REEL_OK;
}

static reel_status append_block(reel__footer_maker *k, reel__footer_stream *s, const reel__buf *block, size_t raw) {
    if (!s->raw && !k->plain)
        REEL__TRY(append(k, s, frame_header, sizeof frame_header));
    s->raw += raw;
    return append(k, s, block->data, block->size);
}

static size_t slab_bytes(const reel__footer_stream *s, uint32_t n_rows) { return s->width ? (size_t)s->width * n_rows : ((size_t)n_rows + 7) / 8; }

/* Zeros for slabs that nothing was written to. Only streams of bits and of 8-byte words have such. */
static reel_status catch_up(reel__footer_maker *k, reel__footer_stream *s, uint32_t slab) {
    for (; s->n_slabs < slab; s->n_slabs++)
        REEL__TRY(append_block(k, s, s->width ? &k->zero_words : &k->zero_bits, slab_bytes(s, k->rows)));
    return REEL_OK;
}

/* ---- streams */

reel_status reel__footer_stream_bytes(reel__footer_maker *k, reel__footer_stream *s, const void *data, size_t size) {
    if (!size)
        return REEL_OK;
    REEL__TRY(make_block(k, data, size));
    return append_block(k, s, &k->block, size);
}

reel_status reel__footer_stream_slab(reel__footer_maker *k, reel__footer_stream *s, uint32_t slab, uint32_t n_rows) {
    size_t size = slab_bytes(s, n_rows);
    REEL__TRY(catch_up(k, s, slab));
    REEL__TRY(reel__footer_stream_bytes(k, s, s->stage, size));
    memset(s->stage, 0, size);
    s->n_slabs++;
    return REEL_OK;
}

reel_status reel__footer_stream_same(reel__footer_maker *k, reel__footer_stream *s, uint32_t slab, uint32_t n_rows, const reel__buf *block) {
    size_t size = slab_bytes(s, n_rows);
    REEL__TRY(catch_up(k, s, slab));
    REEL__TRY(append_block(k, s, block, size));
    memset(s->stage, 0, size);
    s->n_slabs++;
    return REEL_OK;
}

reel_status reel__footer_stream_end(reel__footer_maker *k, reel__footer_stream *s, uint64_t n_rows) {
    if (s->width == 8 || !s->width) {
        REEL__TRY(catch_up(k, s, (uint32_t)(n_rows / k->rows)));
        if ((uint64_t)s->n_slabs * k->rows < n_rows)
            REEL__TRY(reel__footer_stream_bytes(k, s, k->zeros, slab_bytes(s, (uint32_t)(n_rows % k->rows))));
    }
    static const uint8_t end_mark[4];
    if (!k->plain && s->raw)
        REEL__TRY(append(k, s, end_mark, sizeof end_mark));
    REEL__TRY(reel__segments_put(&s->extents, k->spill, s->tail.data, s->tail.size));
    reel__buf_free(&s->tail);
    return REEL_OK;
}

reel_status reel__footer_stream_buffer(reel__footer_maker *k, const reel__footer_stream *s, reel__segments *out) {
    if (!k->plain && s->raw) {
        uint8_t length[8];
        reel__store_u64(length, s->raw);
        REEL__TRY(reel__segments_put(out, k->spill, length, sizeof length));
    }
    for (size_t i = 0; i < s->extents.n; i++)
        REEL__TRY(reel__segments_add(out, s->extents.items[i].at, s->extents.items[i].size));
    return REEL_OK;
}

void reel__footer_stream_free(reel__footer_stream *s) {
    reel__buf_free(&s->tail);
    reel__segments_free(&s->extents);
}

/* ---- the maker */

static reel_status keep_zero_block(reel__footer_maker *k, reel__buf *out, size_t size) {
    REEL__TRY(make_block(k, k->zeros, size));
    reel__buf_put(out, k->block.data, k->block.size);
    return out->failed ? reel__fail(REEL_E_NO_MEMORY, "no memory for the footer") : REEL_OK;
}

reel_status reel__footer_maker_begin(reel__footer_maker *k, reel__spill *spill, bool plain, uint64_t n_rows, size_t n_streams, size_t row_bytes) {
    *k = (reel__footer_maker){.plain = plain, .spill = spill};
    size_t rows = REEL__FOOTER_STAGE / row_bytes;
    if (rows > REEL__FOOTER_BLOCK / 8) rows = REEL__FOOTER_BLOCK / 8;
    if (rows > n_rows) rows = (size_t)n_rows;
    k->rows = rows < 8 ? 8 : (uint32_t)((rows + 7) / 8 * 8);
    k->extent = REEL__FOOTER_EXTENTS / n_streams;
    if (k->extent > REEL__FOOTER_BLOCK) k->extent = REEL__FOOTER_BLOCK;
    if (k->extent < 256) k->extent = 256;
    k->zeros = reel__alloc_zero(8 * (size_t)k->rows);
    k->lz4_state = plain ? NULL : reel__alloc((size_t)LZ4_sizeofState());
    if (!k->zeros || (!plain && !k->lz4_state))
        return reel__fail(REEL_E_NO_MEMORY, "no memory for the footer");
    REEL__TRY(keep_zero_block(k, &k->zero_bits, k->rows / 8));
    return keep_zero_block(k, &k->zero_words, 8 * (size_t)k->rows);
}

void reel__footer_maker_end(reel__footer_maker *k) {
    reel__release(k->zeros);
    reel__release(k->lz4_state);
    reel__buf_free(&k->block);
    reel__buf_free(&k->zero_bits);
    reel__buf_free(&k->zero_words);
    *k = (reel__footer_maker){0};
}
