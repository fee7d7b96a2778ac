/* Images packed out of padded rows and separate planes. */
#include <reel/make.h>

#include "../base/alloc.h"
#include "../base/error.h"
#include "../types/image_size.h"

#include <string.h>

/* What log calls leave open, so that rows may say the rest elsewhere, is to be said here: a type of the channels, and one way of saying it. */
static reel_status planes_of(const reel_image_format *f, reel__image_planes *p, size_t *size) {
    if (f->pixel_format && (f->color_model || f->channel_datatype))
        return reel__fail(REEL_E_ARGUMENT, "an image of %u x %u has pixel_format %d and, beside it, color_model %d or channel_datatype %d: only one of both ways can hold",
                          (unsigned)f->width, (unsigned)f->height, (int)f->pixel_format, (int)f->color_model, (int)f->channel_datatype);
    bool is_format = reel__image_planes_of(f, p);
    if (f->pixel_format && !is_format)
        return reel__fail(REEL_E_ARGUMENT, "an image of %u x %u: %d is not a pixel_format", (unsigned)f->width, (unsigned)f->height, (int)f->pixel_format);
    if (!is_format || (!f->pixel_format && !f->channel_datatype))
        return reel__fail(REEL_E_ARGUMENT, "an image of %u x %u: color_model %d with channel_datatype %d is not a format", (unsigned)f->width, (unsigned)f->height,
                          (int)f->color_model, (int)f->channel_datatype);
    uint64_t bytes = reel__image_bytes(p);
    if (bytes > INT32_MAX)
        return reel__fail(REEL_E_TOO_LARGE, "an image of %u x %u: more than %d bytes fit into no row", (unsigned)f->width, (unsigned)f->height, INT32_MAX);
    *size = (size_t)bytes;
    return REEL_OK;
}

reel_status reel_image_bytes(const reel_image_format *format, size_t *bytes) {
    reel__image_planes p;
    return planes_of(format, &p, bytes);
}

reel_bytes reel_image_buffer(const void *pixels, const reel_image_format *format) {
    reel__image_planes p;
    size_t size;
    return (reel_bytes){pixels, planes_of(format, &p, &size) == REEL_OK ? size : SIZE_MAX};
}

static reel_status check_pitches(const reel_image_format *f, const reel__image_planes *p, const void *const *from, const ptrdiff_t *pitches, size_t n) {
    if (n != p->n)
        return reel__fail(REEL_E_ARGUMENT, "an image of %u x %u: %zu planes are given, its format has %zu", (unsigned)f->width, (unsigned)f->height, n, p->n);
    for (size_t i = 0; i < n; i++) {
        const uint64_t row_bytes = p->at[i].row_bytes;
        uint64_t pitch = pitches[i] < 0 ? 0 - (uint64_t)pitches[i] : (uint64_t)pitches[i];
        if (!from[i] && row_bytes && p->at[i].rows)
            return reel__fail(REEL_E_ARGUMENT, "an image of %u x %u: plane %zu is NULL", (unsigned)f->width, (unsigned)f->height, i);
        if (pitch && pitch < row_bytes)
            return reel__fail(REEL_E_ARGUMENT, "an image of %u x %u: a pitch of %td bytes is less than a row of %llu", (unsigned)f->width, (unsigned)f->height, pitches[i],
                              (unsigned long long)row_bytes);
    }
    return REEL_OK;
}

static void copy_planes(const reel__image_planes *p, const void *const *from, const ptrdiff_t *pitches, uint8_t *to) {
    for (size_t i = 0; i < p->n; i++) {
        const size_t row_bytes = (size_t)p->at[i].row_bytes, rows = (size_t)p->at[i].rows;
        const ptrdiff_t pitch = pitches[i] ? pitches[i] : (ptrdiff_t)row_bytes;
        if (!row_bytes)
            continue;
        if (pitch == (ptrdiff_t)row_bytes && rows)
            memcpy(to, from[i], row_bytes * rows);
        else
            for (size_t row = 0; row < rows; row++)
                memcpy(to + row * row_bytes, (const uint8_t *)from[i] + (ptrdiff_t)row * pitch, row_bytes);
        to += row_bytes * rows;
    }
}

reel_status reel_image_pack_planes(const reel_image_format *format, const void *const *from, const ptrdiff_t *pitches_bytes, size_t n_planes, void *packed, size_t packed_size) {
    reel__image_planes p;
    size_t size;
    REEL__TRY(planes_of(format, &p, &size));
    REEL__TRY(check_pitches(format, &p, from, pitches_bytes, n_planes));
    if (packed_size < size || (size && !packed))
        return reel__fail(REEL_E_LENGTHS, "an image of %u x %u takes %zu bytes, and there is room for %zu", (unsigned)format->width, (unsigned)format->height, size,
                          packed ? packed_size : 0);
    copy_planes(&p, from, pitches_bytes, packed);
    return REEL_OK;
}

reel_status reel_image_pack(const reel_image_format *format, const void *rows, ptrdiff_t pitch_bytes, void *packed, size_t packed_size) {
    return reel_image_pack_planes(format, &rows, &pitch_bytes, 1, packed, packed_size);
}

reel_status reel_image_pack_new(const reel_image_format *format, const void *rows, ptrdiff_t pitch_bytes, reel_bytes_owned *packed) {
    reel__image_planes p;
    size_t size;
    REEL__TRY(planes_of(format, &p, &size));
    REEL__TRY(check_pitches(format, &p, &rows, &pitch_bytes, 1));
    uint8_t *data = reel__alloc(size);
    if (!data)
        return reel__fail(REEL_E_NO_MEMORY, "no memory for an image of %zu bytes", size);
    copy_planes(&p, &rows, &pitch_bytes, data);
    *packed = (reel_bytes_owned){data, size};
    return REEL_OK;
}
