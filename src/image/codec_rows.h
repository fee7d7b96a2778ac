/* What both codecs share: the rows of an image, checked once, and a growing run of bytes from the memory that the caller will free.
 *
 * This room is a library of its own: of Reel it uses public headers only. */
#ifndef REEL_IMAGE_CODEC_ROWS_H
#define REEL_IMAGE_CODEC_ROWS_H

#include <reel/image_codec.h>

typedef struct reel__codec_rows {
    const uint8_t *top;
    ptrdiff_t pitch;
    uint32_t width, height;
    int channels;
    int bytes; /* per channel: 1 or 2 */
    bool is_bgr;
} reel__codec_rows;

typedef struct reel__codec_bytes {
    uint8_t *data;
    size_t size, capacity;
} reel__codec_bytes;

/* codec: "JPEG" or "PNG", for the texts of errors. */
reel_status reel__codec_check(const char *codec, const reel_image_format *format, const void *rows, ptrdiff_t pitch_bytes, uint32_t side_max, int bytes_max, reel__codec_rows *out);

static inline const uint8_t *reel__codec_row(const reel__codec_rows *rows, size_t i) { return rows->top + (ptrdiff_t)i * rows->pitch; }

/* Room for at least `more` bytes behind those that are there; false when memory is out, or beyond 2^31 - 1 bytes. */
bool reel__codec_grow(reel__codec_bytes *bytes, size_t more);

#endif
