/* Every allocation of the library goes through here, so that a program can replace it and a test can count it or make it fail. */
#ifndef REEL_BASE_ALLOC_H
#define REEL_BASE_ALLOC_H

#include <reel/base.h>

/* NULL when memory is out, or when the sizes overflow. A size of 0 is taken as 1. */
void *reel__alloc(size_t size);
void *reel__alloc_zero(size_t size);
void *reel__alloc_array(size_t n, size_t size);
void *reel__realloc(void *block, size_t size_old, size_t size);
void reel__release(void *block); /* NULL is allowed */
char *reel__copy_text(const char *text, size_t size); /* adds a NUL */

/* a * b and a + b with *overflow set when they do not fit; the only places where sizes are computed from foreign numbers. */
static inline bool reel__mul_size(size_t a, size_t b, size_t *out) {
    if (b && a > SIZE_MAX / b) return false;
    *out = a * b;
    return true;
}
static inline bool reel__add_size(size_t a, size_t b, size_t *out) {
    if (a > SIZE_MAX - b) return false;
    *out = a + b;
    return true;
}

/* Locks the choice of allocator; called when the first recording is made. */
void reel__allocator_seal(void);

#endif
