/* Metadata as the Arrow C data interface has it (schema->metadata, which may be NULL): how many pairs, then of each its key and its value, either after its size. */
#ifndef REEL_ARROW_METADATA_H
#define REEL_ARROW_METADATA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The pairs one after another. Nothing of them ends with a NUL. */
typedef struct reel__arrow_pairs {
    const char *key, *value;
    size_t key_size, value_size;
    const char *next;
    int32_t left;
} reel__arrow_pairs;
reel__arrow_pairs reel__arrow_pairs_of(const char *metadata);
bool reel__arrow_pairs_next(reel__arrow_pairs *pairs); /* false: there is none left */

/* The value of a key; NULL if it is not there. */
const char *reel__arrow_metadata_get(const char *metadata, const char *key, size_t *size);
/* How many bytes all of it takes. */
size_t reel__arrow_metadata_size(const char *metadata);

#endif
