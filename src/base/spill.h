/* Bytes that are appended and read back by position, of which only the newest stay in memory: the others go to an unlinked temporary file, which is made when it is needed.
 *
 *     0 ... in_file - 1: the file        in_file ... in_file + memory.size - 1: memory */
#ifndef REEL_BASE_SPILL_H
#define REEL_BASE_SPILL_H

#include "buf.h"

typedef struct reel__spill {
    const char *folder; /* where the file is made, borrowed; NULL: everything stays in memory */
    int fd;             /* -1: none yet */
    size_t memory_max;
    uint64_t in_file;
    reel__buf memory;
} reel__spill;

void reel__spill_init(reel__spill *s, const char *folder, size_t memory_max);
void reel__spill_free(reel__spill *s);
static inline uint64_t reel__spill_size(const reel__spill *s) { return s->in_file + s->memory.size; }
/* Appends size bytes, which the caller fills in before the next call: *at. */
reel_status reel__spill_extend(reel__spill *s, size_t size, uint8_t **at);
reel_status reel__spill_put(reel__spill *s, const void *data, size_t size);
/* size bytes from a position, all of which were put before. */
reel_status reel__spill_get(const reel__spill *s, uint64_t position, void *out, size_t size);
/* A copy of what was put so far. Only one of the two may put more afterwards: they share the file. */
reel_status reel__spill_copy(reel__spill *copy, const reel__spill *s, const char *folder);

#endif
