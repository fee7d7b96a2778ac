/* One message's payload on its own. The first byte says of which kind it is. Its fields are walked as protobuf and taken apart as what they should mean; then it is framed, and a reader has to come
 * to the same result. */
#include "rrd/message.h"
#include "read/message_read.h"

#include <stdlib.h>
#include <string.h>

enum { DEPTH_MAX = 6, UNPACKED_MAX = 1 << 22 };

static void require(bool is_true) {
    if (!is_true) abort();
}

/* Every field lies within its message, behind the one before it; whatever has bytes is looked at as a message, too. */
static void walk(const uint8_t *data, size_t size, int depth) {
    reel__proto_reader r = reel__proto_read(data, size), probe;
    reel__proto_field f;
    const uint8_t *before = data, *text_bytes;
    const char *text;
    size_t text_size;
    while (reel__proto_next(&r, &f)) {
        require(!r.is_bad && f.number && r.at > before && r.at <= data + size);
        before = r.at;
        probe = r;
        (void)reel__proto_get_uint(&probe, &f);
        require(probe.is_bad == (f.wire != REEL__PROTO_VARINT));
        probe = r;
        (void)reel__proto_get_fixed64(&probe, &f);
        require(probe.is_bad == (f.wire != REEL__PROTO_FIXED64));
        probe = r;
        require(reel__proto_get_bytes(&probe, &f, &text_bytes, &text_size) == (f.wire == REEL__PROTO_BYTES));
        probe = r;
        if (reel__proto_get_text(&probe, &f, &text, &text_size)) require(text_size == f.size);
        if (f.wire != REEL__PROTO_BYTES) continue;
        require(f.data >= data && f.size <= size && f.data + f.size == r.at);
        if (depth < DEPTH_MAX) walk(f.data, f.size, depth + 1);
    }
    require(r.is_bad || r.at == r.end);
}

static bool is_within(const void *piece, size_t piece_size, const uint8_t *data, size_t size) {
    const uint8_t *at = piece;
    return !piece_size || (at >= data && piece_size <= size && at - data <= (ptrdiff_t)(size - piece_size));
}

static void take_apart(const reel__payload *p, const uint8_t *data, size_t size) {
    reel__buf source = {0};
    reel__held_block *block;
    const uint8_t *plain;
    size_t plain_size;
    require(is_within(p->recording_id.data, p->recording_id.size, data, size) && is_within(p->application_id.data, p->application_id.size, data, size));
    require(is_within(p->body, p->body_size, data, size) && is_within(p->source_extra, p->source_extra_size, data, size));
    (void)reel__payload_source(p, &source);
    require(!source.size || !memchr(source.data, 0, source.size) || p->source_kind == 2 || p->source_kind == 3);
    reel__buf_free(&source);
    if (reel__payload_unpack(p, UNPACKED_MAX, NULL, &block, &plain, &plain_size) == REEL_OK) {
        require(block ? plain_size <= block->size && p->unpacked_size == block->size : plain == p->body && plain_size == p->body_size);
        if (block) reel__held_unref(&block->held);
    }
}

static bool is_text(const char *text, const reel__piece *piece) { return text && strlen(text) == piece->size && !memcmp(text, piece->size ? piece->data : "", piece->size); }

/* A stream of this message. */
static void frame(uint8_t kind, const uint8_t *data, size_t size, reel_status status, const reel__payload *p) {
    size_t whole = REEL__STREAM_HEADER_SIZE + REEL__MESSAGE_HEADER_SIZE + size;
    uint8_t *stream = malloc(whole);
    reel_reader *reader;
    const reel_read_message *m;
    reel_read_stats stats = {.struct_size = sizeof stats};
    require(stream != NULL);
    reel__stream_header(stream);
    reel__store_u64(stream + REEL__STREAM_HEADER_SIZE, kind);
    reel__store_u64(stream + REEL__STREAM_HEADER_SIZE + 8, size);
    if (size) memcpy(stream + REEL__STREAM_HEADER_SIZE + REEL__MESSAGE_HEADER_SIZE, data, size);
    const reel_read_options options = {.struct_size = sizeof options, .message_bytes_max = UNPACKED_MAX};
    require(reel_open_memory(stream, whole, &options, &reader) == REEL_OK && reel_next(reader, &m) == REEL_OK);
    if (status == REEL_OK && m) {
        reel_chunk *chunk;
        require(m->kind == kind && m->size == REEL__MESSAGE_HEADER_SIZE + size && m->store_kind == p->store_kind);
        require(is_text(m->recording_id, &p->recording_id));
        if (m->kind == REEL_MESSAGE_CHUNK && reel_read_chunk(reader, m, &chunk) == REEL_OK) reel_chunk_unref(chunk);
    } else { /* not to be read; or of a store whose application nothing before it has told */
        require(!m && (status != REEL_OK || !p->application_id.data) && reel_get_read_stats(reader, &stats) == REEL_OK && stats.damaged == 1);
    }
    reel_close_reader(reader);
    free(stream);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    reel__payload payload;
    if (!size) return 0;
    uint8_t kind = (uint8_t)(1 + data[0] % 3);
    walk(data + 1, size - 1, 0);
    reel_status status = reel__payload_read((reel__rrd_kind)kind, data + 1, size - 1, &payload);
    if (status == REEL_OK) take_apart(&payload, data + 1, size - 1);
    frame(kind, data + 1, size - 1, status, &payload);
    return 0;
}
