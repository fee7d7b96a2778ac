/* A file that appears whole or not at all: written under another name beside its target, synced, renamed over it. */
#ifndef REEL_BASE_REPLACE_H
#define REEL_BASE_REPLACE_H

#include "buf.h"

typedef struct reel__replace {
    const char *target; /* borrowed */
    char *path;         /* the name meanwhile */
    int fd;
    uint64_t size;      /* written by reel__replace_put */
    bool is_synced;     /* to be set false before the commit, when nobody waits for the disk */
} reel__replace;

/* Refuses targets that are there and are no regular files. */
reel_status reel__replace_begin(reel__replace *r, const char *target);
/* Appends; a void * so that it can serve as a write function. */
reel_status reel__replace_put(void *r, const void *data, size_t size);
reel_status reel__replace_commit(reel__replace *r); /* aborts on an error */
void reel__replace_abort(reel__replace *r);

#endif
