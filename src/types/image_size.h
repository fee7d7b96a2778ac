/* How many bytes raw pixels have. All of it follows from one table: which planes a format has. */
#ifndef REEL_TYPES_IMAGE_SIZE_H
#define REEL_TYPES_IMAGE_SIZE_H

#include <reel/types.h>

#define REEL__IMAGE_PLANES_MAX 3

typedef struct reel__image_planes {
    struct {
        uint64_t row_bytes, rows;
    } at[REEL__IMAGE_PLANES_MAX];
    size_t n;
} reel__image_planes;

/* The planes of a packed image, chroma rounded up for sides that are odd. Where pixel_format is set it alone counts; a channel_datatype that is not set is u8, a color_model
 * one channel. False: one of them has no such value. */
bool reel__image_planes_of(const reel_image_format *format, reel__image_planes *planes);
/* Bytes of all planes; UINT64_MAX: more than that. */
uint64_t reel__image_bytes(const reel__image_planes *planes);
/* Fails with REEL_E_LENGTHS unless `size` bytes are an image of this format. path and field are for the message. */
reel_status reel__check_image_size(const reel_image_format *format, size_t size, const char *path, const char *field);

#endif
