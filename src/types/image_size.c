#include "image_size.h"

#include "../base/error.h"

/* 0: not a type. */
static uint64_t channel_bytes(reel_channel_datatype type) {
    switch (type) {
    case REEL_CHANNEL_DATATYPE_UNSET: case REEL_CHANNEL_DATATYPE_U8: case REEL_CHANNEL_DATATYPE_I8: return 1;
    case REEL_CHANNEL_DATATYPE_U16: case REEL_CHANNEL_DATATYPE_I16: case REEL_CHANNEL_DATATYPE_F16: return 2;
    case REEL_CHANNEL_DATATYPE_U32: case REEL_CHANNEL_DATATYPE_I32: case REEL_CHANNEL_DATATYPE_F32: return 4;
    case REEL_CHANNEL_DATATYPE_U64: case REEL_CHANNEL_DATATYPE_I64: case REEL_CHANNEL_DATATYPE_F64: return 8;
    default: return 0;
    }
}

/* Depth and class ids have no colour model: one channel. 0: not a model. */
static uint64_t channels_of(reel_color_model model) {
    switch (model) {
    case REEL_COLOR_MODEL_UNSET: case REEL_COLOR_MODEL_L: return 1;
    case REEL_COLOR_MODEL_RGB: case REEL_COLOR_MODEL_BGR: return 3;
    case REEL_COLOR_MODEL_RGBA: case REEL_COLOR_MODEL_BGRA: return 4;
    default: return 0;
    }
}

/* One plane, and n more of another size. */
static void planes(reel__image_planes *p, uint64_t row_bytes, uint64_t rows, size_t n, uint64_t other_bytes, uint64_t other_rows) {
    p->at[0].row_bytes = row_bytes;
    p->at[0].rows = rows;
    for (size_t i = 1; i <= n; i++) {
        p->at[i].row_bytes = other_bytes;
        p->at[i].rows = other_rows;
    }
    p->n = 1 + n;
}

bool reel__image_planes_of(const reel_image_format *f, reel__image_planes *p) {
    const uint64_t w = f->width, h = f->height, half_w = (w + 1) / 2, half_h = (h + 1) / 2;
    uint64_t channels, bytes;
    switch (f->pixel_format) {
    case REEL_PIXEL_FORMAT_UNSET:
        channels = channels_of(f->color_model);
        bytes = channel_bytes(f->channel_datatype);
        planes(p, w * channels * bytes, h, 0, 0, 0);
        return channels && bytes;
    case REEL_PIXEL_FORMAT_Y_U_V12_LIMITED_RANGE: case REEL_PIXEL_FORMAT_Y_U_V12_FULL_RANGE: planes(p, w, h, 2, half_w, half_h); return true;
    case REEL_PIXEL_FORMAT_Y_U_V16_LIMITED_RANGE: case REEL_PIXEL_FORMAT_Y_U_V16_FULL_RANGE: planes(p, w, h, 2, half_w, h); return true;
    case REEL_PIXEL_FORMAT_Y_U_V24_LIMITED_RANGE: case REEL_PIXEL_FORMAT_Y_U_V24_FULL_RANGE: planes(p, w, h, 2, w, h); return true;
    case REEL_PIXEL_FORMAT_NV12: planes(p, w, h, 1, 2 * half_w, half_h); return true;
    case REEL_PIXEL_FORMAT_YUY2: planes(p, 4 * half_w, h, 0, 0, 0); return true; /* two pixels in four bytes */
    case REEL_PIXEL_FORMAT_Y8_LIMITED_RANGE: case REEL_PIXEL_FORMAT_Y8_FULL_RANGE:
    case REEL_PIXEL_FORMAT_BAYER_RGGB8: case REEL_PIXEL_FORMAT_BAYER_BGGR8: case REEL_PIXEL_FORMAT_BAYER_GBRG8: case REEL_PIXEL_FORMAT_BAYER_GRBG8: planes(p, w, h, 0, 0, 0); return true;
    default: return false;
    }
}

uint64_t reel__image_bytes(const reel__image_planes *p) {
    uint64_t bytes = 0;
    for (size_t i = 0; i < p->n; i++) {
        uint64_t rows = p->at[i].rows, row_bytes = p->at[i].row_bytes;
        if (rows && row_bytes > (UINT64_MAX - bytes) / rows)
            return UINT64_MAX;
        bytes += row_bytes * rows;
    }
    return bytes;
}

/* For those who round subsampled chroma down; of an image whose pixels are counted in bytes without overflow. */
static uint64_t rounded_down(const reel_image_format *f, uint64_t rounded_up) {
    const uint64_t pixels = (uint64_t)f->width * f->height;
    switch (f->pixel_format) {
    case REEL_PIXEL_FORMAT_NV12: case REEL_PIXEL_FORMAT_Y_U_V12_LIMITED_RANGE: case REEL_PIXEL_FORMAT_Y_U_V12_FULL_RANGE: return pixels + 2 * (pixels / 4);
    case REEL_PIXEL_FORMAT_YUY2: case REEL_PIXEL_FORMAT_Y_U_V16_LIMITED_RANGE: case REEL_PIXEL_FORMAT_Y_U_V16_FULL_RANGE: return 2 * pixels;
    default: return rounded_up;
    }
}

reel_status reel__check_image_size(const reel_image_format *format, size_t size, const char *path, const char *field) {
    reel__image_planes p;
    bool is_format = reel__image_planes_of(format, &p);
    uint64_t wanted = is_format ? reel__image_bytes(&p) : 0;
    bool is_counted = wanted != UINT64_MAX; /* so large an image cannot be logged anyhow */
    if (is_format && is_counted && (wanted == size || rounded_down(format, wanted) == size))
        return REEL_OK;
    return reel__fail(REEL_E_LENGTHS, "%s: %s has %zu bytes; an image of %u x %u in its format (pixel format %d, color model %d, channel datatype %d) has %s%llu", path, field, size,
                      (unsigned)format->width, (unsigned)format->height, (int)format->pixel_format, (int)format->color_model, (int)format->channel_datatype,
                      is_counted ? "" : "more than ", (unsigned long long)wanted);
}
