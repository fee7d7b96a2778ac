/* Where bytes to be read come from: memory, a mapped file, or something that gives them in order. A reader asks for a piece at a position; positions that were passed may be
 * gone, where the source has no memory of its own. */
#ifndef REEL_READ_SOURCE_H
#define REEL_READ_SOURCE_H

#include "../base/buf.h"
#include "../base/mapping.h"

#include <reel/read.h>

typedef struct reel__source {
    /* Memory and mapped files: all bytes. */
    const uint8_t *data;
    uint64_t size;
    reel__mapping *mapping;      /* NULL: not a mapped file */
    uint64_t skip;               /* the file's bytes in front of the first */
    bool is_whole;               /* data is all there is, or was when it was last looked at */
    /* Files and what comes in order. */
    int fd;                      /* -1: none */
    bool owns_fd, is_regular;
    reel_fill_fn fill;
    void *user;
    reel__buf window;            /* bytes from window_at on, of which those before the newest asked position are not needed */
    uint64_t window_at;
    bool is_at_end;              /* the newest attempt to read gave nothing */
    char *name;                  /* for messages */
} reel__source;

reel_status reel__source_path(reel__source *s, const char *path);
reel_status reel__source_descriptor(reel__source *s, int fd);
void reel__source_memory(reel__source *s, const void *data, size_t size);
void reel__source_callback(reel__source *s, reel_fill_fn fill, void *user);
void reel__source_close(reel__source *s);

/* The bytes from `at` on: size of them, or as many as there are: *got. Valid until the next call. Positions do not go back. No more memory is taken than bytes came. */
reel_status reel__source_get(reel__source *s, uint64_t at, uint64_t size, const uint8_t **data, uint64_t *got);
/* Who keeps the bytes that reel__source_get gave, if they stay beyond the next call: *held is that, or NULL for memory of the caller's. false: they have to be copied. */
bool reel__source_keeps(const reel__source *s, reel__held **held);
/* Everything below `at` was read and is not needed soon. */
void reel__source_passed(reel__source *s, uint64_t at);

#endif
