#include "buf.h"

#include "alloc.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void reel__buf_free(reel__buf *b) {
    reel__release(b->data);
    memset(b, 0, sizeof *b);
}

uint8_t *reel__buf_reserve(reel__buf *b, size_t n) {
    size_t need;
    if (b->failed || !reel__add_size(b->size, n, &need)) {
        b->failed = true;
        return NULL;
    }
    if (need > b->capacity || !b->data) { /* no bytes have an address, too: NULL says that memory is out */
        size_t capacity = b->capacity + b->capacity / 2;
        if (capacity < need)
            capacity = need;
        if (capacity < 64)
            capacity = 64;
        uint8_t *data = reel__realloc(b->data, b->capacity, capacity);
        if (!data) {
            b->failed = true;
            return NULL;
        }
        b->data = data;
        b->capacity = capacity;
    }
    return b->data + b->size;
}

uint8_t *reel__buf_extend(reel__buf *b, size_t n) {
    uint8_t *at = reel__buf_reserve(b, n);
    if (at)
        b->size += n;
    return at;
}

void reel__buf_put(reel__buf *b, const void *data, size_t n) {
    if (!n)
        return; /* no bytes have no address */
    uint8_t *at = reel__buf_extend(b, n);
    if (at)
        memcpy(at, data, n);
}

void reel__buf_zero(reel__buf *b, size_t n) {
    uint8_t *at = reel__buf_extend(b, n);
    if (at && n)
        memset(at, 0, n);
}

void reel__buf_pad(reel__buf *b, size_t start, size_t alignment) { reel__buf_zero(b, (alignment - ((b->size - start) & (alignment - 1))) & (alignment - 1)); }

void reel__buf_u8(reel__buf *b, uint8_t v) { reel__buf_put(b, &v, 1); }

void reel__buf_u16(reel__buf *b, uint16_t v) {
    uint8_t *at = reel__buf_extend(b, 2);
    if (at)
        reel__store_u16(at, v);
}

void reel__buf_u32(reel__buf *b, uint32_t v) {
    uint8_t *at = reel__buf_extend(b, 4);
    if (at)
        reel__store_u32(at, v);
}

void reel__buf_u64(reel__buf *b, uint64_t v) {
    uint8_t *at = reel__buf_extend(b, 8);
    if (at)
        reel__store_u64(at, v);
}

void reel__buf_text(reel__buf *b, const char *text) { reel__buf_put(b, text, strlen(text)); }

void reel__buf_format(reel__buf *b, const char *format, ...) {
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int n = vsnprintf(NULL, 0, format, args);
    va_end(args);
    uint8_t *at = n < 0 ? NULL : reel__buf_reserve(b, (size_t)n + 1);
    if (at) {
        vsnprintf((char *)at, (size_t)n + 1, format, again);
        b->size += (size_t)n;
    } else {
        b->failed = true;
    }
    va_end(again);
}
