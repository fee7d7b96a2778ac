/* An allocator that counts what is alive and who asks, and that fails when it is told to: the Nth request from now, alone or with all that follow; of the calling thread, or of any. */
#ifndef REEL_TESTS_SCARCE_MEMORY_H
#define REEL_TESTS_SCARCE_MEMORY_H

#include <reel/reel.h>

#include <limits.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

typedef struct scarcity {
    atomic_long requests, first, last; /* first to last are refused; 0: none */
    atomic_bool has_refused;
} scarcity;

static atomic_long scarce_alive;
static scarcity scarce_anywhere;
static _Thread_local scarcity scarce_here;

static inline bool scarcity_refuses(scarcity *s) {
    long n = atomic_fetch_add(&s->requests, 1) + 1, first = atomic_load(&s->first);
    bool refuses = first && n >= first && n <= atomic_load(&s->last);
    if (refuses)
        atomic_store(&s->has_refused, true);
    return refuses;
}
static inline bool scarce_refuses(void) {
    bool here = scarcity_refuses(&scarce_here), anywhere = scarcity_refuses(&scarce_anywhere);
    return here || anywhere;
}
/* A thread may ask for memory that is there without asking the system: blocks from one array, never used again. */
enum { SCARCE_RESERVE = 64 << 20 };
static _Alignas(64) char scarce_reserve[SCARCE_RESERVE];
static atomic_size_t scarce_reserve_used;
static _Thread_local bool scarce_uses_reserve;

static inline bool scarce_is_reserve(const void *block) { return (const char *)block >= scarce_reserve && (const char *)block < scarce_reserve + SCARCE_RESERVE; }
static inline void *scarce_from_reserve(size_t size) {
    size_t at = atomic_fetch_add(&scarce_reserve_used, (size + 63) & ~(size_t)63);
    return at + size <= SCARCE_RESERVE ? scarce_reserve + at : NULL;
}

static inline void *scarce_allocate(void *user, size_t size) {
    (void)user;
    void *block = scarce_refuses() ? NULL : scarce_uses_reserve ? scarce_from_reserve(size) : malloc(size);
    if (block)
        atomic_fetch_add(&scarce_alive, 1);
    return block;
}
static inline void *scarce_reallocate(void *user, void *block, size_t size_old, size_t size) {
    (void)user;
    if (scarce_refuses())
        return NULL;
    if (!scarce_uses_reserve && !scarce_is_reserve(block))
        return realloc(block, size);
    void *moved = scarce_uses_reserve ? scarce_from_reserve(size) : malloc(size);
    if (moved) {
        memcpy(moved, block, size_old < size ? size_old : size);
        if (!scarce_is_reserve(block))
            free(block);
    }
    return moved;
}
static inline void scarce_release(void *user, void *block) {
    (void)user;
    atomic_fetch_sub(&scarce_alive, 1);
    if (!scarce_is_reserve(block))
        free(block);
}
static inline reel_status scarce_install(void) {
    return reel_set_allocator(&(reel_allocator){sizeof(reel_allocator), scarce_allocate, scarce_reallocate, scarce_release, NULL});
}

/* From now on the nth request (1: the next one) fails; with `and_later` every one after it, too. */
static inline void scarcity_begin(scarcity *s, long nth, bool and_later) {
    long first = atomic_load(&s->requests) + nth;
    atomic_store(&s->has_refused, false);
    atomic_store(&s->last, and_later ? LONG_MAX : first);
    atomic_store(&s->first, first);
}
static inline void scarcity_end(scarcity *s) { atomic_store(&s->first, 0); }

#endif
