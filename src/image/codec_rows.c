#include "codec_rows.h"

#include <string.h>

reel_status reel__codec_check(const char *codec, const reel_image_format *f, const void *rows, ptrdiff_t pitch_bytes, uint32_t side_max, int bytes_max, reel__codec_rows *out) {
    static const uint8_t channels[] = {[REEL_COLOR_MODEL_UNSET] = 1, [REEL_COLOR_MODEL_L] = 1, [REEL_COLOR_MODEL_RGB] = 3, [REEL_COLOR_MODEL_RGBA] = 4, [REEL_COLOR_MODEL_BGR] = 3,
                                       [REEL_COLOR_MODEL_BGRA] = 4};
    const unsigned w = f->width, h = f->height;
    const int bytes = f->channel_datatype == REEL_CHANNEL_DATATYPE_U8 ? 1 : f->channel_datatype == REEL_CHANNEL_DATATYPE_U16 ? 2 : 0;
    size_t size;
    reel_status status = reel_image_bytes(f, &size);
    if (status != REEL_OK)
        return status;
    if (f->pixel_format || !bytes || bytes > bytes_max)
        return reel_fail(REEL_E_ARGUMENT, "%s of %u x %u: it has no pixel_format %d, color_model %d with channel_datatype %d", codec, w, h, (int)f->pixel_format,
                         (int)f->color_model, (int)f->channel_datatype);
    if (!w || !h || w > side_max || h > side_max)
        return reel_fail(REEL_E_ARGUMENT, "%s of %u x %u: each side must be 1 to %u pixels", codec, w, h, (unsigned)side_max);
    const size_t row = size / h;
    const size_t pitch = pitch_bytes < 0 ? (size_t)0 - (size_t)pitch_bytes : (size_t)pitch_bytes;
    if (!rows)
        return reel_fail(REEL_E_ARGUMENT, "%s of %u x %u: the rows are NULL", codec, w, h);
    if (pitch && pitch < row)
        return reel_fail(REEL_E_ARGUMENT, "%s of %u x %u: a pitch of %td bytes is less than a row of %zu", codec, w, h, pitch_bytes, row);
    *out = (reel__codec_rows){rows, pitch ? pitch_bytes : (ptrdiff_t)row, f->width, f->height, channels[f->color_model], bytes,
                              f->color_model == REEL_COLOR_MODEL_BGR || f->color_model == REEL_COLOR_MODEL_BGRA};
    return REEL_OK;
}

bool reel__codec_grow(reel__codec_bytes *b, size_t more) {
    if (b->size > INT32_MAX || more > INT32_MAX - b->size)
        return false;
    if (b->size + more <= b->capacity)
        return true;
    const size_t capacity = b->size + more > 2 * b->capacity ? b->size + more : 2 * b->capacity;
    uint8_t *data = reel_allocate(capacity);
    if (!data)
        return false;
    if (b->size)
        memcpy(data, b->data, b->size);
    reel_release(b->data);
    b->data = data;
    b->capacity = capacity;
    return true;
}

/* The bytes are handed over with the row, so that they are not copied. */
static reel_status log_compressed(reel_recording *rec, const char *entity_path, const reel_part *part, const reel_bytes_owned *bytes, uint32_t flags) {
    return reel_log_row(rec, entity_path, &(reel_row){.parts = part, .n_parts = 1, .flags = flags, .release = reel_release, .owner = bytes->data});
}

static reel_status log_image(reel_recording *rec, const char *entity_path, const reel_bytes_owned *bytes, const char *media_type, uint32_t flags) {
    const reel_encoded_image fields = {.blob = {bytes->data, bytes->size}, .media_type = media_type};
    return log_compressed(rec, entity_path, &(reel_part){REEL_ARCHETYPE_ENCODED_IMAGE, &fields, sizeof fields}, bytes, flags);
}

reel_status reel_log_jpeg(reel_recording *rec, const char *entity_path, const reel_image_format *format, const void *rows, ptrdiff_t pitch_bytes, int quality, uint32_t flags) {
    reel_bytes_owned bytes;
    reel_status status = reel_compress_jpeg(format, rows, pitch_bytes, quality, &bytes);
    return status == REEL_OK ? log_image(rec, entity_path, &bytes, "image/jpeg", flags) : status;
}

reel_status reel_log_png(reel_recording *rec, const char *entity_path, const reel_image_format *format, const void *rows, ptrdiff_t pitch_bytes, int level, uint32_t flags) {
    reel_bytes_owned bytes;
    reel_status status = reel_compress_png(format, rows, pitch_bytes, level, &bytes);
    return status == REEL_OK ? log_image(rec, entity_path, &bytes, "image/png", flags) : status;
}

reel_status reel_log_depth_png(reel_recording *rec, const char *entity_path, const reel_image_format *format, const void *rows, ptrdiff_t pitch_bytes, int level, float unit,
                               uint32_t flags) {
    reel_bytes_owned bytes;
    if (format->color_model > REEL_COLOR_MODEL_L)
        return reel_fail(REEL_E_ARGUMENT, "a depth image of %u x %u has one channel, not color_model %d", (unsigned)format->width, (unsigned)format->height, (int)format->color_model);
    reel_status status = reel_compress_png(format, rows, pitch_bytes, level, &bytes);
    if (status != REEL_OK)
        return status;
    const reel_encoded_depth_image fields = {.blob = {bytes.data, bytes.size}, .media_type = "image/png", .meter = {unit != 0, unit}};
    return log_compressed(rec, entity_path, &(reel_part){REEL_ARCHETYPE_ENCODED_DEPTH_IMAGE, &fields, sizeof fields}, &bytes, flags);
}
