/* The buffers of the manifest's columns, all made at once: values are staged for a *slab* of rows, then each buffer's slab becomes a block of an LZ4 frame of its own (or is
 * taken as it is), and finished bytes go to one spill in *extents*, so that memory is bounded whatever the number of rows.
 *
 *     stage (one slab) -> block -> tail (one extent) -> spill
 *
 * Buffers that nothing was written to in a slab cost nothing then: their zeros are made up for later. */
#ifndef REEL_RRD_FOOTER_STREAM_H
#define REEL_RRD_FOOTER_STREAM_H

#include "../base/spill.h"

#define REEL__FOOTER_BLOCK ((size_t)64 << 10)    /* of an LZ4 frame, before compression */
#define REEL__FOOTER_STAGE ((size_t)4 << 20)     /* bytes staged by all streams together */
#define REEL__FOOTER_EXTENTS ((size_t)4 << 20)   /* the same for finished bytes */

/* Bytes of the spill. */
typedef struct reel__segment {
    uint64_t at, size;
} reel__segment;
typedef struct reel__segments {
    reel__segment *items;
    size_t n, capacity;
    uint64_t size; /* sum */
} reel__segments;
reel_status reel__segments_add(reel__segments *list, uint64_t at, uint64_t size);
/* Appends bytes to the spill and the list. */
reel_status reel__segments_put(reel__segments *list, reel__spill *spill, const void *data, size_t size);
void reel__segments_free(reel__segments *list);

typedef struct reel__footer_stream {
    uint8_t *stage;
    uint32_t width;   /* bytes a row; 0: a bit a row */
    uint32_t n_slabs; /* done */
    uint64_t raw;     /* bytes before compression */
    reel__buf tail;
    reel__segments extents;
} reel__footer_stream;

typedef struct reel__footer_maker {
    bool plain;       /* no frames: the bytes as they are */
    uint32_t rows;    /* of a full slab, a multiple of 8 */
    size_t extent;
    reel__spill *spill;
    void *lz4_state;
    uint8_t *zeros;   /* 8 bytes a row */
    reel__buf block;  /* the newest block */
    reel__buf zero_bits, zero_words; /* blocks of a full slab of zeros */
} reel__footer_maker;

/* n_streams and the bytes they stage per row (their bits counted as an eighth) decide how many rows a slab has. */
reel_status reel__footer_maker_begin(reel__footer_maker *k, reel__spill *spill, bool plain, uint64_t n_rows, size_t n_streams, size_t row_bytes);
void reel__footer_maker_end(reel__footer_maker *k);

/* Makes a block of bytes, appends it, and leaves it in k->block. */
reel_status reel__footer_stream_bytes(reel__footer_maker *k, reel__footer_stream *s, const void *data, size_t size);
/* The stage's slab of n_rows rows, which is slab number `slab`; the stage is zero afterwards. */
reel_status reel__footer_stream_slab(reel__footer_maker *k, reel__footer_stream *s, uint32_t slab, uint32_t n_rows);
/* The same for a slab that is known to be equal to the one whose block is given. */
reel_status reel__footer_stream_same(reel__footer_maker *k, reel__footer_stream *s, uint32_t slab, uint32_t n_rows, const reel__buf *block);
/* Zeros up to n_rows rows in all, the frame's end, everything to the spill. */
reel_status reel__footer_stream_end(reel__footer_maker *k, reel__footer_stream *s, uint64_t n_rows);
/* The stream as an Arrow buffer: with its length in front when compressed, without padding. */
reel_status reel__footer_stream_buffer(reel__footer_maker *k, const reel__footer_stream *s, reel__segments *out);
void reel__footer_stream_free(reel__footer_stream *s);

#endif
