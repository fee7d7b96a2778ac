/* How many bytes the values of an array take. */
#ifndef REEL_ARROW_BYTES_H
#define REEL_ARROW_BYTES_H

#include <reel/arrow.h>

#include <stddef.h>

/* Of n values from `first` on, which have been checked; bitmaps are counted as bits. For accounts: types that are not known count as nothing. */
size_t reel__arrow_bytes(const struct ArrowSchema *schema, const struct ArrowArray *array, int64_t first, int64_t n);

#endif
