/* reel/image_codec.h: raw images compressed to JPEG and PNG, by libjpeg and libpng.
 *
 *     reel_image_format format = reel_format_of(640, 480, REEL_COLOR_MODEL_BGR, REEL_CHANNEL_DATATYPE_U8);
 *     reel_log_jpeg(rec, "camera", &format, pixels, 0, 90, 0);
 *
 * A library of its own, libreel_image, so that libreel stands on no image library: link it beside libreel (pkg-config reel_image, CMake component image). It is built with
 * those of the two libraries that were found; the functions of the other one return REEL_E_UNSUPPORTED. Functions may run in any thread.
 *
 * format: color_model L, RGB, RGBA, BGR or BGRA, or unset for one channel of depth or class ids; width and height at least 1. rows and pitch_bytes: as for reel_image_pack
 * in make.h: the first byte of the top row, and bytes from one row to the next below it, negative for bottom-up images, 0 for packed ones.
 * Errors of all: REEL_E_ARGUMENT (a format that the codec does not have, a pitch shorter than a row), REEL_E_TOO_LARGE, REEL_E_NO_MEMORY, REEL_E_UNSUPPORTED; the text names
 * the numbers. */
#ifndef REEL_IMAGE_CODEC_H
#define REEL_IMAGE_CODEC_H

#include <reel/make.h>

#ifdef __cplusplus
extern "C" {
#endif

/* channel_datatype u8; at most 65,500 pixels wide and high. Alpha is left out: JPEG has none. quality: 1 to 100; 0: 90. The result is freed with reel_bytes_free. */
REEL_API reel_status reel_compress_jpeg(const reel_image_format *format, const void *rows, ptrdiff_t pitch_bytes, int quality, reel_bytes_owned *jpeg);
/* Without loss. channel_datatype u8 or u16, the latter in the machine's byte order. level: 1 (fast) to 9 (small); 0: 3. The result is freed with reel_bytes_free. */
REEL_API reel_status reel_compress_png(const reel_image_format *format, const void *rows, ptrdiff_t pitch_bytes, int level, reel_bytes_owned *png);

/* Compressed, then logged as an EncodedImage with its media type. flags: REEL_LOG_STATIC or 0. */
REEL_API reel_status reel_log_jpeg(reel_recording *rec, const char *entity_path, const reel_image_format *format, const void *rows, ptrdiff_t pitch_bytes, int quality, uint32_t flags);
REEL_API reel_status reel_log_png(reel_recording *rec, const char *entity_path, const reel_image_format *format, const void *rows, ptrdiff_t pitch_bytes, int level, uint32_t flags);
/* A depth image of u16 as PNG, logged as an EncodedDepthImage. unit: stored units per metre (1000 for millimetres); 0: not set. */
REEL_API reel_status reel_log_depth_png(reel_recording *rec, const char *entity_path, const reel_image_format *format, const void *rows, ptrdiff_t pitch_bytes, int level, float unit,
                                        uint32_t flags);
#ifdef REEL_DISABLED
#  define reel_log_jpeg(...) (0 ? (reel_log_jpeg)(__VA_ARGS__) : reel_disabled_())
#  define reel_log_png(...) (0 ? (reel_log_png)(__VA_ARGS__) : reel_disabled_())
#  define reel_log_depth_png(...) (0 ? (reel_log_depth_png)(__VA_ARGS__) : reel_disabled_())
#endif

#ifdef __cplusplus
}
#endif
#endif
