/* Sizes of raw images, and images packed out of padded rows and separate planes. All of it follows from one table: which planes a format has. */
#include <reel/make.h>

#include "../base/alloc.h"
#include "../base/error.h"

#include <string.h>

enum { PLANES_MAX = 3 };

typedef struct plane {
    uint64_t row_bytes, rows;
} plane;

typedef struct planes {
    plane at[PLANES_MAX];
    size_t n;
    size_t bytes; /* of all */
} planes;

/* 0: not a type. */
static unsigned channel_bytes(reel_channel_datatype type) {
    switch (type) {
    case REEL_CHANNEL_DATATYPE_U8: case REEL_CHANNEL_DATATYPE_I8: return 1;
    case REEL_CHANNEL_DATATYPE_U16: case REEL_CHANNEL_DATATYPE_I16: case REEL_CHANNEL_DATATYPE_F16: return 2;
    case REEL_CHANNEL_DATATYPE_U32: case REEL_CHANNEL_DATATYPE_I32: case REEL_CHANNEL_DATATYPE_F32: return 4;
    case REEL_CHANNEL_DATATYPE_U64: case REEL_CHANNEL_DATATYPE_I64: case REEL_CHANNEL_DATATYPE_F64: return 8;
    default: return 0;
    }
}

/* Depth and class ids have no colour model: one channel. 0: not a model. */
static unsigned channels_of(reel_color_model model) {
    switch (model) {
    case REEL_COLOR_MODEL_UNSET: case REEL_COLOR_MODEL_L: return 1;
    case REEL_COLOR_MODEL_RGB: case REEL_COLOR_MODEL_BGR: return 3;
    case REEL_COLOR_MODEL_RGBA: case REEL_COLOR_MODEL_BGRA: return 4;
    default: return 0;
    }
}

static reel_status planes_of_channels(const reel_image_format *f, planes *p) {
    unsigned channels = channels_of(f->color_model), bytes = channel_bytes(f->channel_datatype);
    if (!channels || !bytes)
        return reel__fail(REEL_E_ARGUMENT, "an image of %u x %u: color_model %d with channel_datatype %d is not a format", (unsigned)f->width, (unsigned)f->height,
                          (int)f->color_model, (int)f->channel_datatype);
    p->at[0] = (plane){(uint64_t)f->width * channels * bytes, f->height};
    p->n = 1;
    return REEL_OK;
}

static reel_status planes_of_pixels(const reel_image_format *f, planes *p) {
    const uint64_t w = f->width, h = f->height, half_w = (w + 1) / 2, half_h = (h + 1) / 2;
    p->at[0] = (plane){w, h};
    p->n = 3;
    switch (f->pixel_format) {
    case REEL_PIXEL_FORMAT_Y_U_V12_LIMITED_RANGE: case REEL_PIXEL_FORMAT_Y_U_V12_FULL_RANGE: p->at[1] = p->at[2] = (plane){half_w, half_h}; return REEL_OK;
    case REEL_PIXEL_FORMAT_Y_U_V16_LIMITED_RANGE: case REEL_PIXEL_FORMAT_Y_U_V16_FULL_RANGE: p->at[1] = p->at[2] = (plane){half_w, h}; return REEL_OK;
    case REEL_PIXEL_FORMAT_Y_U_V24_LIMITED_RANGE: case REEL_PIXEL_FORMAT_Y_U_V24_FULL_RANGE: p->at[1] = p->at[2] = (plane){w, h}; return REEL_OK;
    case REEL_PIXEL_FORMAT_NV12:
        p->at[1] = (plane){2 * half_w, half_h};
        p->n = 2;
        return REEL_OK;
    case REEL_PIXEL_FORMAT_YUY2:
        p->at[0].row_bytes = 4 * half_w;
        p->n = 1;
        return REEL_OK;
    case REEL_PIXEL_FORMAT_Y8_LIMITED_RANGE: case REEL_PIXEL_FORMAT_Y8_FULL_RANGE:
    case REEL_PIXEL_FORMAT_BAYER_RGGB8: case REEL_PIXEL_FORMAT_BAYER_BGGR8: case REEL_PIXEL_FORMAT_BAYER_GBRG8: case REEL_PIXEL_FORMAT_BAYER_GRBG8: p->n = 1; return REEL_OK;
    default: return reel__fail(REEL_E_ARGUMENT, "an image of %u x %u: %d is not a pixel_format", (unsigned)f->width, (unsigned)f->height, (int)f->pixel_format);
    }
}

static reel_status planes_of(const reel_image_format *f, planes *p) {
    *p = (planes){.n = 0};
    if (f->pixel_format && (f->color_model || f->channel_datatype))
        return reel__fail(REEL_E_ARGUMENT, "an image of %u x %u has pixel_format %d and, beside it, color_model %d or channel_datatype %d: only one of both ways can hold",
                          (unsigned)f->width, (unsigned)f->height, (int)f->pixel_format, (int)f->color_model, (int)f->channel_datatype);
    REEL__TRY(f->pixel_format ? planes_of_pixels(f, p) : planes_of_channels(f, p));
    uint64_t bytes = 0;
    for (size_t i = 0; i < p->n; i++) {
        const plane *one = &p->at[i];
        if (one->rows && one->row_bytes > INT32_MAX / one->rows)
            bytes = UINT64_MAX;
        else if (bytes != UINT64_MAX)
            bytes += one->row_bytes * one->rows;
    }
    if (bytes > INT32_MAX)
        return reel__fail(REEL_E_TOO_LARGE, "an image of %u x %u: more than %d bytes fit into no row", (unsigned)f->width, (unsigned)f->height, INT32_MAX);
    p->bytes = (size_t)bytes;
    return REEL_OK;
}

reel_status reel_image_bytes(const reel_image_format *format, size_t *bytes) {
    planes p;
    REEL__TRY(planes_of(format, &p));
    *bytes = p.bytes;
    return REEL_OK;
}

reel_bytes reel_image_buffer(const void *pixels, const reel_image_format *format) {
    planes p;
    return (reel_bytes){pixels, planes_of(format, &p) == REEL_OK ? p.bytes : SIZE_MAX};
}

static reel_status check_pitches(const reel_image_format *f, const planes *p, const void *const *from, const ptrdiff_t *pitches, size_t n) {
    if (n != p->n)
        return reel__fail(REEL_E_ARGUMENT, "an image of %u x %u: %zu planes are given, its format has %zu", (unsigned)f->width, (unsigned)f->height, n, p->n);
    for (size_t i = 0; i < n; i++) {
        const plane *one = &p->at[i];
        uint64_t pitch = pitches[i] < 0 ? 0 - (uint64_t)pitches[i] : (uint64_t)pitches[i];
        if (!from[i] && one->row_bytes && one->rows)
            return reel__fail(REEL_E_ARGUMENT, "an image of %u x %u: plane %zu is NULL", (unsigned)f->width, (unsigned)f->height, i);
        if (pitch && pitch < one->row_bytes)
            return reel__fail(REEL_E_ARGUMENT, "an image of %u x %u: a pitch of %td bytes is less than a row of %llu", (unsigned)f->width, (unsigned)f->height, pitches[i],
                              (unsigned long long)one->row_bytes);
    }
    return REEL_OK;
}

static void copy_planes(const planes *p, const void *const *from, const ptrdiff_t *pitches, uint8_t *to) {
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
    planes p;
    REEL__TRY(planes_of(format, &p));
    REEL__TRY(check_pitches(format, &p, from, pitches_bytes, n_planes));
    if (packed_size < p.bytes || (p.bytes && !packed))
        return reel__fail(REEL_E_LENGTHS, "an image of %u x %u takes %zu bytes, and there is room for %zu", (unsigned)format->width, (unsigned)format->height, p.bytes,
                          packed ? packed_size : 0);
    copy_planes(&p, from, pitches_bytes, packed);
    return REEL_OK;
}

reel_status reel_image_pack(const reel_image_format *format, const void *rows, ptrdiff_t pitch_bytes, void *packed, size_t packed_size) {
    return reel_image_pack_planes(format, &rows, &pitch_bytes, 1, packed, packed_size);
}

reel_status reel_image_pack_new(const reel_image_format *format, const void *rows, ptrdiff_t pitch_bytes, reel_bytes_owned *packed) {
    planes p;
    REEL__TRY(planes_of(format, &p));
    REEL__TRY(check_pitches(format, &p, &rows, &pitch_bytes, 1));
    uint8_t *data = reel__alloc(p.bytes);
    if (!data)
        return reel__fail(REEL_E_NO_MEMORY, "no memory for an image of %zu bytes", p.bytes);
    copy_planes(&p, &rows, &pitch_bytes, data);
    *packed = (reel_bytes_owned){data, p.bytes};
    return REEL_OK;
}
