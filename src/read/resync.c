/* Behind bytes that are no message: where is the next thing that is one?
 *
 * Every position is a candidate. A few bytes rule most of them out; what is left has to be a message whose payload parses, whose chunk unpacks and decodes, or an End with a footer behind it
 * whose sum is right, or a stream's header. Looking at candidates costs, and bytes can be made so that each of them costs much: all of it is paid from an account that grows with the
 * bytes that were passed. When it is empty, a payload that parses is believed; when not even that can be paid, the candidate is passed over. */
#include "reader.h"

#include "../arrow/lz4_frame.h"
#include "../base/error.h"

#include <string.h>
#include <xxhash.h>

#define STEP ((uint64_t)1 << 20)        /* looked through at once */
#define WORK_PER_BYTE 16
#define WORK_FIRST ((uint64_t)256 << 20)
#define FOOTER_SEED 7850921u

bool reel__resync_pay(reel_reader *r, uint64_t work) {
    if (!r->work_begun) {
        r->work_begun = true;
        r->work_left = WORK_FIRST;
    }
    if (work > r->work_left)
        return false;
    r->work_left -= work;
    return true;
}

static reel_status get(reel_reader *r, uint64_t at, uint64_t size, const uint8_t **data, bool *is_there) {
    uint64_t got;
    reel_status status = reel__source_get(&r->source, at, size, data, &got);
    *is_there = status == REEL_OK && got == size;
    return status;
}

/* A header, and behind it a message's or nothing. */
static reel_status is_stream(reel_reader *r, uint64_t at, bool *is) {
    const uint8_t *data;
    uint64_t got;
    reel_status status = reel__source_get(&r->source, at, REEL__STREAM_HEADER_SIZE + REEL__MESSAGE_HEADER_SIZE, &data, &got);
    *is = status == REEL_OK && got >= REEL__STREAM_HEADER_SIZE && reel__is_stream_header(data);
    if (*is && got == REEL__STREAM_HEADER_SIZE + REEL__MESSAGE_HEADER_SIZE)
        *is = reel__load_u64(data + REEL__STREAM_HEADER_SIZE) < 256;
    return status;
}

static reel_status is_end(reel_reader *r, uint64_t at, uint64_t length, bool *is) {
    const uint8_t *data;
    uint64_t size = REEL__MESSAGE_HEADER_SIZE + length + REEL__STREAM_FOOTER_SIZE;
    *is = false;
    if (r->source.is_whole && (size > r->source.size || at > r->source.size - size))
        return REEL_OK;
    reel_status status = get(r, at, size, &data, is);
    if (!*is)
        return status;
    const uint8_t *footer = data + REEL__MESSAGE_HEADER_SIZE + length;
    *is = reel__is_stream_footer(footer) && reel__resync_pay(r, length) && (!length || XXH32(data + REEL__MESSAGE_HEADER_SIZE, (size_t)length, FOOTER_SEED) == reel__load_u32(footer + 16));
    return status;
}

static reel_status is_message(reel_reader *r, uint64_t at, const reel__frame *f, bool *is) {
    const uint8_t *data;
    uint64_t size = REEL__MESSAGE_HEADER_SIZE + f->length;
    reel__payload payload;
    *is = false;
    if (f->length < 2 || f->length > r->options.message_bytes_max || (r->source.is_whole && size > r->source.size - at))
        return REEL_OK;
    /* The first field of each kind is a message: of SetStoreInfo a TUID, which may be missing, of the others the store's id. */
    reel_status status = get(r, at, REEL__MESSAGE_HEADER_SIZE + 1, &data, is);
    if (!*is || (data[REEL__MESSAGE_HEADER_SIZE] != 0x0A && !(f->kind == REEL__RRD_SET_STORE_INFO && data[REEL__MESSAGE_HEADER_SIZE] == 0x12))) {
        *is = false;
        return status;
    }
    status = get(r, at, size, &data, is);
    *is = *is && reel__resync_pay(r, f->length / 16 + 64) && reel__payload_read((reel__rrd_kind)f->kind, data + REEL__MESSAGE_HEADER_SIZE, (size_t)f->length, &payload) == REEL_OK;
    if (!*is || f->kind != REEL__RRD_ARROW_MSG)
        return status;
    if (reel__resync_pay(r, f->length + (payload.unpacked_size <= reel__lz4_size_max(payload.body_size) ? payload.unpacked_size : 0))) {
        reel_chunk *chunk;
        *is = reel__chunk_of_payload(&payload, r->options.message_bytes_max, true, NULL, &r->unpacked, NULL, &chunk) == REEL_OK;
        reel_chunk_unref(chunk);
    }
    return status;
}

static reel_status is_candidate(reel_reader *r, uint64_t at, const reel__frame *f, bool *is) {
    if (f->kind > REEL__RRD_BLUEPRINT_ACTIVATION)
        return is_stream(r, at, is);
    if (f->kind == REEL__RRD_END) {
        *is = false;
        return f->length <= r->options.message_bytes_max ? is_end(r, at, f->length, is) : REEL_OK;
    }
    return is_message(r, at, f, is);
}

/* The first position of `size` bytes from `i` on that a few bytes do not rule out; the last ones are too few to tell. */
static uint64_t next_candidate(const uint8_t *data, uint64_t i, uint64_t size, reel__frame *f) {
    for (; i + REEL__MESSAGE_HEADER_SIZE <= size; i++) {
        if (data[i] > 3 && data[i] != 'R')
            continue;
        *f = reel__frame_of(data + i);
        if (f->kind <= REEL__RRD_BLUEPRINT_ACTIVATION || memcmp(data + i, "RRF2", 4) == 0)
            return i;
    }
    return UINT64_MAX;
}

reel_status reel__resync(reel_reader *r, uint64_t from, uint64_t *found) {
    uint64_t at = from;
    *found = UINT64_MAX;
    (void)reel__resync_pay(r, 0);
    for (;;) {
        const uint8_t *data;
        uint64_t got, i;
        reel__frame f = {0, 0};
        REEL__TRY(reel__source_get(&r->source, at, STEP, &data, &got));
        if (got < REEL__MESSAGE_HEADER_SIZE) /* too few for a message. A stream's header alone would hold nothing */
            return REEL_OK;
        i = next_candidate(data, 0, got, &f);
        uint64_t passed = i != UINT64_MAX ? i + 1 : got - (REEL__MESSAGE_HEADER_SIZE - 1);
        r->work_left += WORK_PER_BYTE * passed;
        if (i != UINT64_MAX) {
            bool is = false;
            REEL__TRY(is_candidate(r, at + i, &f, &is));
            if (is) {
                *found = at + i;
                return REEL_OK;
            }
        }
        at += passed;
    }
}
