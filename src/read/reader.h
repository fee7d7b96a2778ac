/* The framing of a .rrd stream (spec: rrd format, section 1), read from bytes that may end anywhere, be damaged anywhere, or be several streams one behind another.
 *
 *     header -> message -> message -> ... -> End -> footer -> header -> ...
 *                  `----------------- header (a stream without an End, and the next one)
 *
 * What cannot be read is told (reel__reader_damage) and passed over as far as the framing says how far; where it does not, reading stops there, as the official reader's does, or,
 * to recover, looks for the next thing that proves to be a message (resync.c). */
#ifndef REEL_READ_READER_H
#define REEL_READ_READER_H

#include "../base/map.h"
#include "chunk_decode.h"
#include "message_read.h"
#include "source.h"

#define REEL__READ_BYTES_MAX ((uint64_t)16 << 30) /* of a message, as the official reader has it */
#define REEL__READ_OLDEST 23                      /* 0.23 */
#define REEL__READ_NEWEST 41                      /* 0.41: what is newer is read with a warning */

typedef enum reel__reader_state { REEL__READER_HEADER, REEL__READER_MESSAGES, REEL__READER_FOOTER, REEL__READER_STOPPED } reel__reader_state;

struct reel_reader {
    reel__source source;
    reel_read_options options;
    reel_read_stats stats;
    reel__reader_state state;
    uint64_t at;                 /* the next byte to be read */
    bool end_had_payload;        /* of the newest End */
    bool has_warned_of_version;
    reel_read_topic topic;       /* of what is told next */
    uint64_t doubtful_at, doubtful_end; /* of the newest chunk that could not be read: its size may be wrong, too */
    uint64_t doubtful_work;      /* what it cost to look at it */
    uint64_t truncated_at;       /* where it was told that the bytes end within something; UINT64_MAX: nowhere */
    uint64_t truncated_size;
    bool work_begun;
    uint64_t work_left;          /* bytes that may be decoded while looking for messages (resync.c) */
    reel_read_message message;
    reel__payload payload;       /* of the newest message */
    reel__buf texts;             /* its ids */
    reel__held_block *unpacked;  /* the newest block, used again when nobody holds it */
    reel__map applications;      /* (kind, recording id) -> application id, of store infos */
    size_t applications_size;
};

/* A message's header, its kind and length plausible or not. */
typedef struct reel__frame {
    uint64_t kind, length;
} reel__frame;

static inline reel__frame reel__frame_of(const uint8_t header[REEL__MESSAGE_HEADER_SIZE]) { return (reel__frame){reel__load_u64(header), reel__load_u64(header + 8)}; }
/* What is wrong with 12 bytes as a stream's header; *status is REEL_OK if nothing is. */
const char *reel__stream_header_check(const uint8_t header[REEL__STREAM_HEADER_SIZE], reel_status *status);
static inline bool reel__is_stream_header(const uint8_t header[REEL__STREAM_HEADER_SIZE]) {
    reel_status status;
    reel__stream_header_check(header, &status);
    return status == REEL_OK;
}
/* Whether 32 bytes end like a stream's footer of one entry. */
bool reel__is_stream_footer(const uint8_t footer[REEL__STREAM_FOOTER_SIZE]);

/* Counts and tells that `size` bytes at `offset` were not read, for the reason that reel_error_message() gives. Returns status. */
reel_status reel__reader_damage(reel_reader *r, reel_status status, uint64_t offset, uint64_t size);
void reel__reader_warn(reel_reader *r, uint64_t offset, const char *text);

/* Looks for the next message or stream header from `from` on: *found is where it is, UINT64_MAX if there is none. */
reel_status reel__resync(reel_reader *r, uint64_t from, uint64_t *found);
/* Takes work from the account that bounds looking for messages (resync.c); false: there is not as much. */
bool reel__resync_pay(reel_reader *r, uint64_t work);

/* For others that read messages at places they know: the message whose header and payload stand at data (size bytes, checked to be just that). Texts go to `texts`. */
reel_status reel__message_of(const uint8_t *data, size_t size, uint64_t offset, reel__buf *texts, reel__payload *payload, reel_read_message *out);
/* The chunk of a payload, whose bytes are kept by `owner` if is_kept (NULL: by the caller), else copied. used: as reel__payload_unpack, or NULL. */

reel_status reel__chunk_of_payload(const reel__payload *payload, uint64_t bytes_max, bool is_kept, reel__held *owner, reel__held_block **used, const reel__decode_notes *notes,
                                   reel_chunk **out);

#endif
