/* One walk through the values of an Arrow array, which checks, counts or copies them. The array's structure has been checked (arrow_import.c): walks read what it vouches for. */
#ifndef REEL_ARROW_VALUES_H
#define REEL_ARROW_VALUES_H

#include "arrow_format.h"

/* Bit i of a bitmap, low bit first. */
static inline bool reel__arrow_bit(const uint8_t *bits, int64_t i) { return bits[i >> 3] >> (i & 7) & 1; }
/* How many values from `first` on (at most n, which is not 0) are all valid, or all null. */
int64_t reel__arrow_run(const struct ArrowArray *array, int64_t first, int64_t n, bool *is_valid);
/* Entry i of a buffer of signed or unsigned integers; u64 ones that are too large are -1. */
int64_t reel__arrow_integer(const void *buffer, uint8_t kind, int64_t i);
int64_t reel__arrow_offset(const struct ArrowArray *array, int buffer, bool is_wide, int64_t i);
/* The run of a run-end encoded array in which value i lies. */
int64_t reel__arrow_run_of(const struct ArrowSchema *schema, const struct ArrowArray *array, int64_t i);
uint8_t reel__arrow_run_ends_kind(const struct ArrowSchema *schema);

/* Whether one of n values is null: by its bitmap, or by what it stands for. What points outside of an array is not. */
bool reel__arrow_has_nulls(const struct ArrowSchema *schema, const struct ArrowArray *array, int64_t first, int64_t n);
/* Looks at all values that can be seen: UTF-8, nulls where the type allows none, indices, codes, views. *left: as in arrow_import.h. */
reel_status reel__arrow_check_values(const reel__arrow_type *type, const struct ArrowSchema *schema, const struct ArrowArray *array, const char *where, int64_t *left);

#endif
