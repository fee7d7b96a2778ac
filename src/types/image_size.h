/* How many bytes raw pixels have. */
#ifndef REEL_TYPES_IMAGE_SIZE_H
#define REEL_TYPES_IMAGE_SIZE_H

#include <reel/types.h>

/* Fails with REEL_E_LENGTHS unless `size` bytes are an image of this format. path and field are for the message. */
reel_status reel__check_image_size(const reel_image_format *format, size_t size, const char *path, const char *field);

#endif
