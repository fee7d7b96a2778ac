#include "image_size.h"

#include "../base/error.h"

/* Chroma planes at half the resolution are rounded up for sides that are odd; `rounded` is false for those who round down. */
static uint64_t bytes_of(const reel_image_format *f, bool rounded) {
    static const uint8_t channels[] = {[REEL_COLOR_MODEL_UNSET] = 1, [REEL_COLOR_MODEL_L] = 1, [REEL_COLOR_MODEL_RGB] = 3,
                                       [REEL_COLOR_MODEL_RGBA] = 4, [REEL_COLOR_MODEL_BGR] = 3, [REEL_COLOR_MODEL_BGRA] = 4};
    uint64_t w = f->width, h = f->height, pixels = w * h, half = rounded ? (w + 1) / 2 : w / 2, quarter = rounded ? half * ((h + 1) / 2) : pixels / 4;
    switch (f->pixel_format) {
    case REEL_PIXEL_FORMAT_UNSET: break;
    case REEL_PIXEL_FORMAT_NV12: case REEL_PIXEL_FORMAT_Y_U_V12_LIMITED_RANGE: case REEL_PIXEL_FORMAT_Y_U_V12_FULL_RANGE: return pixels + 2 * quarter;
    case REEL_PIXEL_FORMAT_YUY2: return rounded ? 4 * half * h : 2 * pixels; /* two pixels in four bytes */
    case REEL_PIXEL_FORMAT_Y_U_V16_LIMITED_RANGE: case REEL_PIXEL_FORMAT_Y_U_V16_FULL_RANGE: return rounded ? pixels + 2 * half * h : 2 * pixels;
    case REEL_PIXEL_FORMAT_Y_U_V24_LIMITED_RANGE: case REEL_PIXEL_FORMAT_Y_U_V24_FULL_RANGE: return 3 * pixels;
    default: return pixels; /* one byte each: luminance or a Bayer pattern */
    }
    uint64_t width = 1;
    switch (f->channel_datatype) {
    case REEL_CHANNEL_DATATYPE_U16: case REEL_CHANNEL_DATATYPE_I16: case REEL_CHANNEL_DATATYPE_F16: width = 2; break;
    case REEL_CHANNEL_DATATYPE_U32: case REEL_CHANNEL_DATATYPE_I32: case REEL_CHANNEL_DATATYPE_F32: width = 4; break;
    case REEL_CHANNEL_DATATYPE_U64: case REEL_CHANNEL_DATATYPE_I64: case REEL_CHANNEL_DATATYPE_F64: width = 8; break;
    default: break;
    }
    return pixels * width * ((size_t)f->color_model < sizeof channels ? channels[f->color_model] : 1);
}

/* 32 bits times 32 bits times 32 bytes is more than 64 bits hold; so large an image cannot be logged anyhow. */
reel_status reel__check_image_size(const reel_image_format *format, size_t size, const char *path, const char *field) {
    bool fits_64 = (uint64_t)format->width * format->height <= UINT64_MAX / 64;
    uint64_t wanted = fits_64 ? bytes_of(format, true) : UINT64_MAX;
    if (wanted == size || (fits_64 && bytes_of(format, false) == size))
        return REEL_OK;
    return reel__fail(REEL_E_LENGTHS, "%s: %s has %zu bytes; an image of %u x %u in its format (pixel format %d, color model %d, channel datatype %d) has %s%llu", path, field, size,
                      (unsigned)format->width, (unsigned)format->height, (int)format->pixel_format, (int)format->color_model, (int)format->channel_datatype,
                      fits_64 ? "" : "more than ", (unsigned long long)wanted);
}
