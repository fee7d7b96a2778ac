/* Memory that comes and goes in large blocks, counted in one account per recording. Blocks of 32 KiB and more are kept for reuse, since pages that were
 * touched before cost half of fresh ones; small ones go back to the allocator. Thread-safe; the lock is held for a few instructions. */
#ifndef REEL_BASE_POOL_H
#define REEL_BASE_POOL_H

#include "sync.h"

/* Bytes that a recording holds, and its ceiling; one for all of its parts. */
typedef struct reel__account {
    _Atomic int64_t bytes;
    _Atomic int64_t peak;
    int64_t max;
} reel__account;
static inline void reel__account_add(reel__account *a, int64_t bytes) {
    int64_t now = atomic_fetch_add_explicit(&a->bytes, bytes, memory_order_relaxed) + bytes;
    int64_t peak = atomic_load_explicit(&a->peak, memory_order_relaxed);
    while (now > peak && !atomic_compare_exchange_weak_explicit(&a->peak, &peak, now, memory_order_relaxed, memory_order_relaxed)) {}
}
/* Asked before more is taken: the ceiling may be passed by the one row in hand, so that a large one can be logged at all. */
static inline bool reel__account_allows(reel__account *a) { return atomic_load_explicit(&a->bytes, memory_order_relaxed) <= a->max; }

#define REEL__POOL_SLOTS 24

typedef struct reel__pool {
    reel__mutex mutex;
    reel__account *account; /* may be NULL */
    size_t kept_bytes, kept_bytes_max;
    size_t n;
    struct {
        void *block;
        size_t size;
    } slots[REEL__POOL_SLOTS];
} reel__pool;

void reel__pool_init(reel__pool *p, reel__account *account, size_t kept_bytes_max);
void reel__pool_destroy(reel__pool *p);
/* A block of at least size bytes; *size becomes what it really has and what has to be given back. NULL when memory is out. p may be NULL. */
void *reel__pool_take(reel__pool *p, size_t *size);
void reel__pool_give(reel__pool *p, void *block, size_t size);

#endif
