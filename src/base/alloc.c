#include "alloc.h"

#include "error.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

static void *system_allocate(void *user, size_t size) {
    (void)user;
    return malloc(size);
}
static void *system_reallocate(void *user, void *block, size_t size_old, size_t size) {
    (void)user;
    (void)size_old;
    return realloc(block, size);
}
static void system_release(void *user, void *block) {
    (void)user;
    free(block);
}

static const reel_allocator system_allocator = {sizeof(reel_allocator), system_allocate, system_reallocate, system_release, NULL};
static reel_allocator chosen = {sizeof(reel_allocator), system_allocate, system_reallocate, system_release, NULL};
static atomic_bool sealed;

reel_status reel_set_allocator(const reel_allocator *allocator) {
    if (atomic_load(&sealed))
        return reel__fail(REEL_E_BUSY, "the allocator must be set before the first recording is made");
    if (!allocator) {
        chosen = system_allocator;
        return REEL_OK;
    }
    if (allocator->struct_size < sizeof(reel_allocator) || !allocator->allocate || !allocator->reallocate || !allocator->release)
        return reel__fail(REEL_E_ARGUMENT, "an allocator needs allocate, reallocate and release, and its struct_size");
    chosen = *allocator;
    return REEL_OK;
}

void reel__allocator_seal(void) { atomic_store(&sealed, true); }

void *reel__alloc(size_t size) { return chosen.allocate(chosen.user, size ? size : 1); }

void *reel__alloc_zero(size_t size) {
    void *block = reel__alloc(size);
    if (block)
        memset(block, 0, size ? size : 1);
    return block;
}

void *reel__alloc_array(size_t n, size_t size) {
    size_t bytes;
    return reel__mul_size(n, size, &bytes) ? reel__alloc_zero(bytes) : NULL;
}

void *reel__realloc(void *block, size_t size_old, size_t size) {
    if (!block)
        return reel__alloc(size);
    return chosen.reallocate(chosen.user, block, size_old, size ? size : 1);
}

void reel__release(void *block) {
    if (block)
        chosen.release(chosen.user, block);
}

char *reel__copy_text(const char *text, size_t size) {
    char *copy = reel__alloc(size + 1);
    if (copy) {
        memcpy(copy, text, size);
        copy[size] = 0;
    }
    return copy;
}
