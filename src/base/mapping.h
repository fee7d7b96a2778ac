/* Files as memory. */
#ifndef REEL_BASE_MAPPING_H
#define REEL_BASE_MAPPING_H

#include "shared_memory.h"

/* The first `size` bytes of a regular file, read-only. Somebody who cuts the file off meanwhile ends the program that reads there (SIGBUS): so does the system have it. */
typedef struct reel__mapping {
    reel__held held;
    const uint8_t *data;
    size_t size;
} reel__mapping;

/* 0 or an errno value. size is not 0. */
int reel__mapping_new(int fd, uint64_t size, reel__mapping **out);
/* What was read up to here (SIZE_MAX: all of it) is not needed in memory any more. What is looked at again comes back. */
void reel__mapping_forget(const reel__mapping *mapping, size_t end);
/* Bytes, mapped or not, all of which are looked at next: the system maps them at once instead of a few pages at a time. */
void reel__mapping_want(const void *data, size_t size);

#endif
