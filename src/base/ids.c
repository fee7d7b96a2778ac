#include "ids.h"

#include "buf.h"
#include "clock.h"

#include <string.h>
#include <sys/random.h>
#include <unistd.h>

static void hex(char *out, uint64_t v, const char *digits) {
    for (int i = 15; i >= 0; i--, v >>= 4)
        out[i] = digits[v & 15];
}

void reel__tuid_hex(char out[32], reel__tuid id) {
    hex(out, id.time_ns, "0123456789ABCDEF");
    hex(out + 16, id.inc, "0123456789abcdef");
}

uint64_t reel__random_u64(void) {
    uint64_t v;
    if (getrandom(&v, sizeof v, 0) == (ssize_t)sizeof v)
        return v;
    /* A system without getrandom: the clocks, the process and an address are the best there is. */
    v = (uint64_t)reel__realtime_ns() * UINT64_C(0x9E3779B97F4A7C15) ^ (uint64_t)reel__monotonic_ns() << 20 ^ (uint64_t)getpid() << 48 ^ (uint64_t)(uintptr_t)&v;
    v ^= v >> 31;
    return v * UINT64_C(0xD6E8FEB86659FD93);
}

void reel__make_recording_id(char out[37]) {
    uint64_t high = (reel__random_u64() & ~UINT64_C(0xF000)) | 0x4000;
    uint64_t low = (reel__random_u64() & ~(UINT64_C(3) << 62)) | UINT64_C(2) << 62;
    memcpy(out, "rec_", 4);
    hex(out + 4, high, "0123456789abcdef");
    hex(out + 20, low, "0123456789abcdef");
    out[36] = 0;
}
