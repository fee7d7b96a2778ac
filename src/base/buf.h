/* A growable run of bytes. Errors stick: after a failed growth `failed` is set, later writes do nothing, and the owner asks once at the end. */
#ifndef REEL_BASE_BUF_H
#define REEL_BASE_BUF_H

#include <reel/base.h>

typedef struct reel__buf {
    uint8_t *data;
    size_t size, capacity;
    bool failed;
} reel__buf;

void reel__buf_free(reel__buf *b);
/* Room for n more bytes; returns where they go, or NULL. The size is not changed. */
uint8_t *reel__buf_reserve(reel__buf *b, size_t n);
/* Room for n more bytes, counted as written; NULL when memory is out. */
uint8_t *reel__buf_extend(reel__buf *b, size_t n);
void reel__buf_put(reel__buf *b, const void *data, size_t n);
void reel__buf_zero(reel__buf *b, size_t n);
/* Zeros up to the next multiple of alignment (a power of two), counted from the position `start`. */
void reel__buf_pad(reel__buf *b, size_t start, size_t alignment);
void reel__buf_u8(reel__buf *b, uint8_t v);
void reel__buf_u16(reel__buf *b, uint16_t v); /* little-endian, as all of them */
void reel__buf_u32(reel__buf *b, uint32_t v);
void reel__buf_u64(reel__buf *b, uint64_t v);
void reel__buf_text(reel__buf *b, const char *text); /* without the NUL */
void reel__buf_format(reel__buf *b, const char *format, ...) REEL_PRINTF(2, 3);

/* Bytes in a fixed order whatever the machine's; compilers turn each into one instruction. */
static inline void reel__store_u16(uint8_t *p, uint16_t v) { p[0] = (uint8_t)v; p[1] = (uint8_t)(v >> 8); }
static inline void reel__store_u32(uint8_t *p, uint32_t v) { p[0] = (uint8_t)v; p[1] = (uint8_t)(v >> 8); p[2] = (uint8_t)(v >> 16); p[3] = (uint8_t)(v >> 24); }
static inline void reel__store_u64(uint8_t *p, uint64_t v) {
    p[0] = (uint8_t)v; p[1] = (uint8_t)(v >> 8); p[2] = (uint8_t)(v >> 16); p[3] = (uint8_t)(v >> 24);
    p[4] = (uint8_t)(v >> 32); p[5] = (uint8_t)(v >> 40); p[6] = (uint8_t)(v >> 48); p[7] = (uint8_t)(v >> 56);
}
static inline void reel__store_u64_be(uint8_t *p, uint64_t v) {
    p[7] = (uint8_t)v; p[6] = (uint8_t)(v >> 8); p[5] = (uint8_t)(v >> 16); p[4] = (uint8_t)(v >> 24);
    p[3] = (uint8_t)(v >> 32); p[2] = (uint8_t)(v >> 40); p[1] = (uint8_t)(v >> 48); p[0] = (uint8_t)(v >> 56);
}
static inline uint32_t reel__load_u32(const uint8_t *p) { return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24; }
static inline uint64_t reel__load_u64(const uint8_t *p) { return (uint64_t)reel__load_u32(p) | (uint64_t)reel__load_u32(p + 4) << 32; }

#endif
