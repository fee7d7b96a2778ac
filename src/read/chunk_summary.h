/* What is known of a chunk without its values: enough to find it again, and to write a footer. */
#ifndef REEL_READ_CHUNK_SUMMARY_H
#define REEL_READ_CHUNK_SUMMARY_H

#include "chunk_data.h"
#include "kinds.h"
#include "message_read.h"

typedef struct reel__chunk_summary {
    const char *entity;        /* canonical; the same address for the same entity */
    const reel__kind *kind;    /* timelines and columns: kind->outline */
    uint8_t chunk_id[16];
    uint64_t unpacked_size;    /* of its Arrow stream */
    reel__chunk_info info;     /* rows, times, nulls; arrays live until the next summary is made */
} reel__chunk_summary;

/* Makes summaries, and keeps what they have in common. */
typedef struct reel__summariser {
    reel__kinds kinds;
    reel__buf room;
    reel__held_block *unpacked; /* the newest message, to be used again */
} reel__summariser;
void reel__summariser_free(reel__summariser *s);

reel_status reel__summarise_chunk(reel__summariser *s, const reel_chunk *chunk, reel__chunk_summary *out);
/* Of a chunk's message. A large one is only unpacked, and looked at, as far as its times go, if its columns say that they have no nulls (summary_read.c). */
reel_status reel__summarise_payload(reel__summariser *s, const reel__payload *payload, reel__chunk_summary *out);

/* What both are made of. */
reel_status reel__summary_begin(reel__summariser *s, const reel__chunk_parts *parts, reel__chunk_summary *out);

#endif
