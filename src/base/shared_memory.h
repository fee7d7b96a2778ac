/* Memory that several hold: counted, and given back by whoever lets go of it last, in whatever thread. */
#ifndef REEL_BASE_SHARED_MEMORY_H
#define REEL_BASE_SHARED_MEMORY_H

#include "sync.h"

/* Stands first in what is counted. */
typedef struct reel__held {
    atomic_uint refs;
    void (*release)(struct reel__held *held);
} reel__held;

static inline void reel__held_init(reel__held *h, void (*release)(reel__held *)) {
    atomic_init(&h->refs, 1);
    h->release = release;
}
static inline reel__held *reel__held_ref(reel__held *h) {
    if (h)
        atomic_fetch_add_explicit(&h->refs, 1, memory_order_relaxed);
    return h;
}
static inline void reel__held_unref(reel__held *h) {
    if (h && atomic_fetch_sub_explicit(&h->refs, 1, memory_order_acq_rel) == 1)
        h->release(h);
}

/* A block of `size` bytes behind the count, aligned as allocations are; NULL when memory is out. */
typedef struct reel__held_block {
    reel__held held;
    size_t size;
    _Alignas(16) uint8_t data[];
} reel__held_block;
reel__held_block *reel__held_block_new(size_t size);

#endif
