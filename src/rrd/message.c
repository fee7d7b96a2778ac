#include "message.h"

#include "../base/alloc.h"
#include "../base/error.h"

#include <lz4.h>
#include <string.h>

/* Room in front of an Arrow stream for the message header and the ArrowMsg fields before the payload (both ids at their longest come to less than this plus their text). */
#define HEAD_ROOM 128
/* Behind the payload: chunk id and is_static. */
#define TAIL_ROOM 32
#define SMALL_STREAM ((size_t)256 << 10)
#define MEDIUM_STREAM ((size_t)2 << 20) /* up to here streams are built in memory that stays warm */

reel__message *reel__message_ref(reel__message *m) {
    atomic_fetch_add_explicit(&m->refs, 1, memory_order_relaxed);
    return m;
}

void reel__message_unref(reel__message *m) {
    if (m && atomic_fetch_sub_explicit(&m->refs, 1, memory_order_acq_rel) == 1)
        reel__pool_give(m->pool, m, m->block_size);
}

void reel__stream_header(uint8_t out[REEL__STREAM_HEADER_SIZE]) {
    static const uint8_t header[REEL__STREAM_HEADER_SIZE] = {'R', 'R', 'F', '2', REEL__STREAM_VERSION_MAJOR, REEL__STREAM_VERSION_MINOR, REEL__STREAM_VERSION_PATCH, 0, 1, 2, 0, 0};
    memcpy(out, header, sizeof header);
}

static void message_header(uint8_t *out, reel__rrd_kind kind, size_t size) {
    reel__store_u64(out, kind);
    reel__store_u64(out + 8, size);
}

static void put_tuid(reel__buf *out, uint32_t field, reel__tuid id) {
    reel__proto_tag(out, field, 2);
    reel__proto_varint(out, 18);
    reel__proto_tag(out, 1, 1);
    reel__buf_u64(out, id.time_ns);
    reel__proto_tag(out, 2, 1);
    reel__buf_u64(out, id.inc);
}

static void put_store(reel__buf *out, uint32_t field, const reel__store *store) {
    reel__buf id = {0};
    reel__proto_store_id(&id, store);
    reel__proto_bytes(out, field, id.data, id.size);
    out->failed |= id.failed;
    reel__buf_free(&id);
}

/* A message of a payload, which is freed. NULL when memory is out. */
static reel__message *small_message(reel__pool *pool, reel_message_kind kind, reel__rrd_kind rrd_kind, const reel__store *store, reel__buf *payload) {
    size_t size = REEL__MESSAGE_HEADER_SIZE + payload->size, block_size = sizeof(reel__message) + size;
    reel__message *m = payload->failed ? NULL : reel__pool_take(pool, &block_size);
    if (m) {
        uint8_t *data = (uint8_t *)(m + 1);
        *m = (reel__message){.kind = kind, .store = store, .is_kept = true, .data = data, .size = size, .block_size = block_size, .pool = pool};
        atomic_init(&m->refs, 1);
        message_header(data, rrd_kind, payload->size);
        memcpy(data + REEL__MESSAGE_HEADER_SIZE, payload->data, payload->size);
    }
    reel__buf_free(payload);
    return m;
}

reel__message *reel__message_store_info(reel__pool *pool, const reel__store *store, reel__tuid row_id) {
    reel__buf info = {0}, payload = {0};
    put_store(&info, 2, store);
    reel__buf source = {0};
    reel__proto_uint(&source, 1, 6); /* other; its text is a StoreSourceExtra */
    reel__buf extra = {0};
    reel__proto_bytes(&extra, 1, "Reel " REEL_VERSION, sizeof "Reel " REEL_VERSION - 1);
    reel__proto_bytes(&source, 2, extra.data, extra.size);
    reel__proto_bytes(&info, 5, source.data, source.size);
    reel__buf version = {0};
    reel__proto_uint(&version, 1, (uint32_t)(REEL__STREAM_VERSION_MAJOR | REEL__STREAM_VERSION_MINOR << 8 | REEL__STREAM_VERSION_PATCH << 16));
    reel__proto_bytes(&info, 6, version.data, version.size);
    put_tuid(&payload, 1, row_id);
    reel__proto_bytes(&payload, 2, info.data, info.size);
    payload.failed |= info.failed | source.failed | extra.failed | version.failed;
    reel__message *m = small_message(pool, REEL_MESSAGE_STORE_INFO, REEL__RRD_SET_STORE_INFO, store, &payload);
    reel__buf_free(&info);
    reel__buf_free(&source);
    reel__buf_free(&extra);
    reel__buf_free(&version);
    return m;
}

reel__message *reel__message_activation(reel__pool *pool, const reel__store *store, bool make_active, bool make_default) {
    reel__buf payload = {0};
    put_store(&payload, 1, store);
    reel__proto_uint(&payload, 2, make_active);
    reel__proto_uint(&payload, 3, make_default);
    reel__message *m = small_message(pool, REEL_MESSAGE_BLUEPRINT_ACTIVATION, REEL__RRD_BLUEPRINT_ACTIVATION, store, &payload);
    if (m) {
        m->makes_active = make_active;
        m->makes_default = make_default;
    }
    return m;
}

void reel__encoder_free(reel__encoder *e) {
    reel__buf_free(&e->scratch);
    reel__buf_free(&e->plain);
    reel__buf_free(&e->info);
    reel__buf_free(&e->head);
    reel__release(e->lz4_state);
    e->lz4_state = NULL;
}

/* The ArrowMsg up to its payload's bytes, and what follows them, into e->head: returns the size of the front. */
static size_t put_arrow_msg(reel__encoder *e, const reel__store *store, reel__tuid chunk_id, bool is_static, bool compressed, size_t ipc_size, size_t payload_size) {
    reel__buf *b = &e->head;
    b->size = 0;
    reel__buf_zero(b, REEL__MESSAGE_HEADER_SIZE);
    put_store(b, 1, store);
    reel__proto_uint(b, 2, compressed ? 2 : 1);
    reel__proto_uint(b, 3, ipc_size);
    reel__proto_uint(b, 4, 1);
    reel__proto_tag(b, 5, 2);
    reel__proto_varint(b, payload_size);
    size_t front = b->size;
    put_tuid(b, 6, chunk_id);
    reel__proto_tag(b, 7, 0); /* optional: written even when false */
    reel__proto_varint(b, is_static);
    if (!b->failed)
        message_header(b->data, REEL__RRD_ARROW_MSG, b->size - REEL__MESSAGE_HEADER_SIZE + payload_size);
    return front;
}

/* A block with the message struct, the info's arrays, `front` bytes of room before and `back` bytes after `payload_size` bytes. */
static reel__message *new_block(reel__encoder *e, const reel__shape *shape, size_t front, size_t payload_size, size_t back, uint8_t **payload) {
    size_t ranges = shape->n_timelines * sizeof(reel__time_range), cells = (size_t)shape->n_timelines * shape->n_columns * sizeof(reel__time_range);
    size_t info = ranges + cells + (shape->n_columns * sizeof(uint32_t) + 7) / 8 * 8;
    size_t size = sizeof(reel__message) + info + front + payload_size + back;
    reel__message *m = reel__pool_take(e->pool, &size);
    if (!m)
        return NULL;
    uint8_t *at = (uint8_t *)(m + 1);
    *m = (reel__message){.kind = REEL_MESSAGE_CHUNK, .shape = shape, .block_size = size, .pool = e->pool};
    atomic_init(&m->refs, 1);
    m->info.ranges = (reel__time_range *)at;
    m->info.cell_ranges = (reel__time_range *)(at + ranges);
    m->info.non_null = (uint32_t *)(at + ranges + cells);
    *payload = at + info + front;
    return m;
}

static void copy_info(reel__chunk_info *to, const reel__chunk_info *from, const reel__shape *s) {
    reel__chunk_info arrays = *to;
    *to = *from;
    to->ranges = arrays.ranges;
    to->cell_ranges = arrays.cell_ranges;
    to->non_null = arrays.non_null;
    memcpy(to->ranges, from->ranges, s->n_timelines * sizeof *to->ranges);
    memcpy(to->non_null, from->non_null, s->n_columns * sizeof *to->non_null);
    if (from->has_nulls)
        memcpy(to->cell_ranges, from->cell_ranges, (size_t)s->n_timelines * s->n_columns * sizeof *to->cell_ranges);
}

/* The size of the stream after LZ4, at `to` with room for as much as before; 0 when that does not shrink it: then it is stored plain. Noise costs little: LZ4 skips through it
 * at 20 GB/s. */
static size_t compress(reel__encoder *e, const uint8_t *ipc, size_t size, uint8_t *to) {
    if (e->no_compression || size > LZ4_MAX_INPUT_SIZE || !to)
        return 0;
    if (!e->lz4_state && !(e->lz4_state = reel__alloc((size_t)LZ4_sizeofState())))
        return 0;
    int got = LZ4_compress_fast_extState(e->lz4_state, (const char *)ipc, (char *)to, (int)size, (int)size - 1, REEL__LZ4_ACCELERATION);
    return got > 0 ? (size_t)got : 0;
}

static uint8_t *scratch_room(reel__encoder *e, size_t size) {
    e->scratch.size = 0;
    uint8_t *to = reel__buf_reserve(&e->scratch, size);
    e->scratch.failed = false;
    return to;
}

/* Room for what the chunk tells about itself, until its message's block is made. */
static reel_status info_room(reel__encoder *e, const reel__shape *s, reel__chunk_info *info) {
    size_t ranges = s->n_timelines * sizeof(reel__time_range), cells = (size_t)s->n_timelines * s->n_columns * sizeof(reel__time_range);
    e->info.size = 0;
    uint8_t *at = reel__buf_reserve(&e->info, ranges + cells + s->n_columns * sizeof(uint32_t));
    if (!at) {
        e->info.failed = false;
        return reel__fail(REEL_E_NO_MEMORY, "no memory for a chunk of %u columns", (unsigned)s->n_columns);
    }
    *info = (reel__chunk_info){.ranges = (reel__time_range *)(void *)at, .cell_ranges = (reel__time_range *)(void *)(at + ranges), .non_null = (uint32_t *)(void *)(at + ranges + cells)};
    return REEL_OK;
}

/* The stream, as small as it gets, in a block with `front` bytes of room before it. Bytes are moved as seldom as their number asks for: a small stream is compressed into scratch and
 * copied into a block of exactly its size; one of medium size into its block at once; a large one is built in a block of its own, which is also where it stays when it does not shrink. */
static reel__message *pack(reel__encoder *e, const reel__shape *shape, size_t front, reel__message *built_in, const uint8_t *built, size_t size, size_t *packed_size, uint8_t **payload) {
    bool medium = !built_in && size > SMALL_STREAM;
    reel__message *m = medium ? new_block(e, shape, front, size, TAIL_ROOM, payload) : NULL;
    uint8_t *to = m ? *payload : scratch_room(e, size);
    size_t shrunk = compress(e, built, size, to);
    *packed_size = shrunk ? shrunk : size;
    if (m && shrunk > size / 2)
        return m;
    if (m && !shrunk) {
        memcpy(*payload, built, size);
        return m;
    }
    if (built_in && !shrunk) {
        *payload = (uint8_t *)built;
        return reel__message_ref(built_in);
    }
    reel__message *exact = new_block(e, shape, front, *packed_size, TAIL_ROOM, payload);
    if (exact)
        memcpy(*payload, shrunk ? to : built, *packed_size);
    reel__message_unref(m);
    return exact;
}

static reel_status payload_block(reel__encoder *e, reel__shape *shape, const char *entity_path, reel__tuid chunk_id, const reel__part *parts, size_t n_parts, size_t front, bool *is_compressed,
                                 reel__message **out) {
    size_t bound, ipc_size, size;
    reel__chunk_info info;
    uint8_t *built, *payload = NULL;
    reel__message *built_in = NULL;
    REEL__TRY(reel__chunk_bound(shape, strlen(entity_path), parts, n_parts, &bound));
    REEL__TRY(info_room(e, shape, &info));
    e->plain.size = 0;
    if (bound > MEDIUM_STREAM) {
        built_in = new_block(e, shape, front, bound, TAIL_ROOM, &payload);
        built = built_in ? payload : NULL;
    } else {
        built = reel__buf_reserve(&e->plain, bound);
        e->plain.failed = false;
    }
    reel_status status = built ? reel__chunk_encode(shape, entity_path, chunk_id, parts, n_parts, built, &ipc_size, &info) : REEL_E_NO_MEMORY;
    reel__message *m = status == REEL_OK ? pack(e, shape, front, built_in, built, ipc_size, &size, &payload) : NULL;
    reel__message_unref(built_in);
    if (!m)
        return status == REEL_OK || status == REEL_E_NO_MEMORY ? reel__fail(REEL_E_NO_MEMORY, "%s: no memory for a chunk of %zu bytes", entity_path, bound) : status;
    copy_info(&m->info, &info, shape);
    m->data = payload;
    m->size = size;
    m->ipc_size = ipc_size;
    *is_compressed = size < ipc_size;
    *out = m;
    return REEL_OK;
}

reel_status reel__message_chunk(reel__encoder *e, const reel__store *store, reel__shape *shape, const char *entity_path, reel__tuid chunk_id, const reel__part *parts, size_t n_parts,
                                reel__message **out) {
    bool is_static = shape->n_timelines == 0, is_compressed = false;
    size_t front_max = HEAD_ROOM + strlen(store->application_id) + strlen(store->recording_id);
    reel__message *m = NULL;
    *out = NULL;
    REEL__TRY(payload_block(e, shape, entity_path, chunk_id, parts, n_parts, front_max, &is_compressed, &m));
    uint8_t *payload = (uint8_t *)m->data;
    size_t front = put_arrow_msg(e, store, chunk_id, is_static, is_compressed, m->ipc_size, m->size);
    if (e->head.failed || front > front_max) {
        e->head.failed = false;
        reel__message_unref(m);
        return reel__fail(REEL_E_NO_MEMORY, "%s: no memory for a message head", entity_path);
    }
    memcpy(payload - front, e->head.data, front);
    memcpy(payload + m->size, e->head.data + front, e->head.size - front);
    m->data = payload - front;
    m->size += e->head.size;
    m->store = store;
    m->is_static = is_static;
    m->is_kept = is_static || store->kind == REEL_STORE_BLUEPRINT;
    m->entity_path = entity_path;
    m->chunk_id = chunk_id;
    const reel__part *last = &parts[n_parts - 1]; /* row ids of a recording's chunks ascend; of others, which come as bytes, the caller says it */
    if (!last->row_ids)
        m->newest_row = (reel__tuid){((const uint64_t *)last->streams[0].data)[last->n_rows - 1], last->inc_first + last->n_rows - 1};
    *out = m;
    return REEL_OK;
}
