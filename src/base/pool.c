#include "pool.h"

#include "alloc.h"

#include <string.h>

#define KEEP_FROM ((size_t)32 << 10)

void reel__pool_init(reel__pool *p, reel__account *account, size_t kept_bytes_max) {
    memset(p, 0, sizeof *p);
    reel__mutex_init(&p->mutex);
    p->account = account;
    p->kept_bytes_max = kept_bytes_max;
}

void reel__pool_destroy(reel__pool *p) {
    for (size_t i = 0; i < p->n; i++) {
        reel__release(p->slots[i].block);
        if (p->account)
            reel__account_add(p->account, -(int64_t)p->slots[i].size);
    }
    reel__mutex_destroy(&p->mutex);
    memset(p, 0, sizeof *p);
}

/* The smallest kept block that fits and does not waste more than half of itself. */
static void *from_kept(reel__pool *p, size_t *size) {
    void *block = NULL;
    reel__mutex_lock(&p->mutex);
    size_t best = p->n;
    for (size_t i = 0; i < p->n; i++)
        if (p->slots[i].size >= *size && p->slots[i].size / 2 <= *size && (best == p->n || p->slots[i].size < p->slots[best].size))
            best = i;
    if (best < p->n) {
        block = p->slots[best].block;
        *size = p->slots[best].size;
        p->kept_bytes -= *size;
        p->slots[best] = p->slots[--p->n];
    }
    reel__mutex_unlock(&p->mutex);
    return block;
}

void *reel__pool_take(reel__pool *p, size_t *size) {
    if (p && *size >= KEEP_FROM) {
        void *kept = from_kept(p, size);
        if (kept)
            return kept; /* counted all the time */
    }
    void *block = reel__alloc(*size);
    if (block && p && p->account)
        reel__account_add(p->account, (int64_t)*size);
    return block;
}

void reel__pool_give(reel__pool *p, void *block, size_t size) {
    if (p && size >= KEEP_FROM) {
        reel__mutex_lock(&p->mutex);
        bool keep = p->n < REEL__POOL_SLOTS && p->kept_bytes + size <= p->kept_bytes_max;
        if (keep) {
            p->slots[p->n].block = block;
            p->slots[p->n++].size = size;
            p->kept_bytes += size;
        }
        reel__mutex_unlock(&p->mutex);
        if (keep)
            return;
    }
    if (p && p->account)
        reel__account_add(p->account, -(int64_t)size);
    reel__release(block);
}
