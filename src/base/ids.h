/* TUIDs: 16 bytes, a time half and a counter half, unique across processes and ordered in time (spec: rrd format, "TUID"). */
#ifndef REEL_BASE_IDS_H
#define REEL_BASE_IDS_H

#include "buf.h"

typedef struct reel__tuid {
    uint64_t time_ns, inc;
} reel__tuid;

/* 16 bytes, big-endian halves: bytewise order is the order of ids. */
static inline void reel__tuid_bytes(uint8_t out[16], reel__tuid id) {
    reel__store_u64_be(out, id.time_ns);
    reel__store_u64_be(out + 8, id.inc);
}
static inline reel__tuid reel__tuid_load(const uint8_t in[16]) {
    reel__tuid id = {0, 0};
    for (int i = 0; i < 8; i++) {
        id.time_ns = id.time_ns << 8 | in[i];
        id.inc = id.inc << 8 | in[8 + i];
    }
    return id;
}
/* 16 upper-case and 16 lower-case hexadecimal digits, as chunk ids are written; no NUL. */
void reel__tuid_hex(char out[32], reel__tuid id);

/* Random bits from the system. */
uint64_t reel__random_u64(void);
/* "rec_" and 32 hexadecimal digits (a random UUID, version 4); out has room for 37 bytes with the NUL. */
void reel__make_recording_id(char out[37]);

#endif
