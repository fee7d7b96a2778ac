/* Values that can be encoded from where they stand, in memory that was handed over. */
#ifndef REEL_TYPES_STANDING_H
#define REEL_TYPES_STANDING_H

#include "interpret.h"

#define REEL__STANDING_MIN ((size_t)64 << 10) /* smaller ones are copied: a segment of their own would cost more */

typedef struct reel__standing_values {
    const void *data; /* NULL: the cell's values have to be copied */
    size_t size;
    uint32_t stream;  /* of the type */
} reel__standing_values;

/* The run of bytes in a measured cell that needs no copy. */
reel__standing_values reel__standing(const reel__cell *cell);
/* Writes all streams but that one. */
void reel__write_around(const reel__cell *cell, uint8_t *const *streams);

#endif
