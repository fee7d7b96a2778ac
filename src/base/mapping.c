#include "mapping.h"

#include "alloc.h"

#include <errno.h>
#include <sys/mman.h>

static void release_mapping(reel__held *held) {
    reel__mapping *mapping = (reel__mapping *)held;
    munmap((void *)mapping->data, mapping->size);
    reel__release(mapping);
}

int reel__mapping_new(int fd, uint64_t size, reel__mapping **out) {
    *out = NULL;
    if (size > SIZE_MAX / 2)
        return EFBIG;
    reel__mapping *mapping = reel__alloc(sizeof *mapping);
    if (!mapping)
        return ENOMEM;
    void *data = mmap(NULL, (size_t)size, PROT_READ, MAP_SHARED, fd, 0);
    if (data == MAP_FAILED) {
        int error = errno;
        reel__release(mapping);
        return error;
    }
    (void)madvise(data, (size_t)size, MADV_SEQUENTIAL);
    reel__held_init(&mapping->held, release_mapping);
    mapping->data = data;
    mapping->size = (size_t)size;
    *out = mapping;
    return 0;
}

void reel__mapping_forget(const reel__mapping *mapping, size_t end) {
    end = end < mapping->size ? end & ~(size_t)65535 : mapping->size; /* whole pages, of whatever size */
    if (end)
        (void)madvise((void *)mapping->data, end, MADV_DONTNEED);
}

void reel__mapping_want(const void *data, size_t size) {
#ifdef MADV_POPULATE_READ
    uintptr_t begin = ((uintptr_t)data + 65535) & ~(uintptr_t)65535, end = ((uintptr_t)data + size) & ~(uintptr_t)65535;
    if (begin < end)
        (void)madvise((void *)begin, end - begin, MADV_POPULATE_READ);
#else
    (void)data;
    (void)size;
#endif
}
