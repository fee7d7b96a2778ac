/* Colours: 0xRRGGBBAA from what programs have. */
#include <reel/make.h>

#include "../base/error.h"
#include "../base/text.h"

#include <math.h>
#include <string.h>

/* The comparison is written so that NaN becomes 0. */
static uint32_t channel(float v) { return !(v > 0) ? 0 : v >= 1 ? 255 : (uint32_t)lrintf(v * 255); }

static float srgb_curve(float v) { return v <= 0.0031308f ? 12.92f * v : 1.055f * powf(v, 1 / 2.4f) - 0.055f; }

uint32_t reel_rgba_from_floats(float r, float g, float b, float a) { return channel(r) << 24 | channel(g) << 16 | channel(b) << 8 | channel(a); }

uint32_t reel_rgba_from_linear(float r, float g, float b, float a) { return reel_rgba_from_floats(srgb_curve(r), srgb_curve(g), srgb_curve(b), a); }

reel_status reel_color_from_hex(const char *text, uint32_t *color) {
    if (!text)
        return reel__fail(REEL_E_ARGUMENT, "a colour's text is NULL");
    const char *digits = text + (*text == '#');
    uint32_t value = 0;
    size_t n = 0;
    for (; digits[n] && n <= 8; n++) {
        int digit = reel__hex_digit(digits[n]);
        if (digit < 0)
            break;
        value = value << 4 | (uint32_t)digit;
    }
    if (digits[n] || (n != 3 && n != 6 && n != 8))
        return reel__fail(REEL_E_FORMAT, "the colour \"%.32s\" is none of #rgb, #rrggbb and #rrggbbaa", text);
    if (n == 3)
        value = ((value & 0xF00) << 8 | (value & 0xF0) << 4 | (value & 0xF)) * 0x11;
    *color = n == 8 ? value : value << 8 | 0xFF;
    return REEL_OK;
}

/* Where red, green, blue and alpha stand in a colour of so many channels. */
typedef struct layout {
    size_t channels, at[4];
} layout;

static bool layout_of(reel_color_model order, layout *l) {
    switch (order) {
    case REEL_COLOR_MODEL_L: *l = (layout){1, {0, 0, 0, 0}}; return true;
    case REEL_COLOR_MODEL_RGB: *l = (layout){3, {0, 1, 2, 0}}; return true;
    case REEL_COLOR_MODEL_RGBA: *l = (layout){4, {0, 1, 2, 3}}; return true;
    case REEL_COLOR_MODEL_BGR: *l = (layout){3, {2, 1, 0, 0}}; return true;
    case REEL_COLOR_MODEL_BGRA: *l = (layout){4, {2, 1, 0, 3}}; return true;
    default: return false;
    }
}

static reel_status prepare(const void *channels, size_t n, reel_color_model order, size_t width, size_t *stride, uint32_t *colors, layout *l) {
    if (!layout_of(order, l))
        return reel__fail(REEL_E_ARGUMENT, "colours: %d is not an order of channels (L, RGB, RGBA, BGR, BGRA)", (int)order);
    if (n && (!channels || !colors))
        return reel__fail(REEL_E_ARGUMENT, "colours: %s is NULL for %zu colours", channels ? "colors" : "channels", n);
    if (!*stride)
        *stride = width * l->channels;
    if (*stride < width * l->channels)
        return reel__fail(REEL_E_ARGUMENT, "colours: a stride of %zu bytes is less than a colour of %zu", *stride, width * l->channels);
    return REEL_OK;
}

reel_status reel_colors_from_bytes(const uint8_t *channels, size_t n, reel_color_model order, size_t stride_bytes, uint32_t *colors) {
    layout l;
    REEL__TRY(prepare(channels, n, order, 1, &stride_bytes, colors, &l));
    for (size_t i = 0; i < n; i++) {
        const uint8_t *c = channels + i * stride_bytes;
        colors[i] = (uint32_t)c[l.at[0]] << 24 | (uint32_t)c[l.at[1]] << 16 | (uint32_t)c[l.at[2]] << 8 | (l.channels == 4 ? c[l.at[3]] : 255u);
    }
    return REEL_OK;
}

reel_status reel_colors_from_floats(const float *channels, size_t n, reel_color_model order, size_t stride_bytes, uint32_t *colors) {
    layout l;
    REEL__TRY(prepare(channels, n, order, sizeof(float), &stride_bytes, colors, &l));
    for (size_t i = 0; i < n; i++) {
        float c[4]; /* read byte by byte: a stride may break the alignment of floats */
        memcpy(c, (const uint8_t *)channels + i * stride_bytes, l.channels * sizeof *c);
        colors[i] = reel_rgba_from_floats(c[l.at[0]], c[l.at[1]], c[l.at[2]], l.channels == 4 ? c[l.at[3]] : 1);
    }
    return REEL_OK;
}
