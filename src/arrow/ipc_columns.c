#include "ipc_columns.h"

#include "../base/alloc.h"
#include "../base/error.h"
#include "../base/text.h"
#include "arrow_format.h"
#include "ipc_batch.h"
#include "lz4_frame.h"

#include <string.h>

enum { CODEC_LZ4_FRAME = 0, DEPTH_MAX = 64 };

/* A field's nodes and buffers are passed over; false: its type is not known. */
static bool pass_field(const struct ArrowSchema *field, unsigned depth, uint64_t *n_nodes, uint64_t *n_buffers) {
    reel__arrow_format format;
    if (depth == DEPTH_MAX || !reel__arrow_parse(field, &format) || format.storage != REEL__ARROW_AS_IT_IS)
        return false;
    ++*n_nodes;
    *n_buffers += format.n_buffers;
    for (int64_t i = 0; i < field->n_children; i++)
        if (!pass_field(field->children[i], depth + 1, n_nodes, n_buffers))
            return false;
    return true;
}

static reel_status place_columns(reel__ipc_columns *t) {
    const struct ArrowSchema *schema = &t->tree->schema;
    uint64_t n_nodes = 0, n_buffers = 0;
    t->places = reel__alloc_array((size_t)schema->n_children, sizeof *t->places);
    if (!t->places)
        return reel__fail(REEL_E_NO_MEMORY, "no memory for a table of %lld columns", (long long)schema->n_children);
    for (int64_t i = 0; i < schema->n_children; i++) {
        t->places[i].node = (uint32_t)n_nodes;
        t->places[i].buffer = (uint32_t)n_buffers;
        if (!pass_field(schema->children[i], 0, &n_nodes, &n_buffers))
            return reel__fail(REEL_E_UNSUPPORTED, "a table's column \"%.80s\" is of the type \"%.40s\"", schema->children[i]->name, schema->children[i]->format);
        if (n_nodes > t->nodes.n || n_buffers > t->buffers.n)
            return reel__fail(REEL_E_FORMAT, "a table has %u nodes and %u buffers, too few for its columns", t->nodes.n, t->buffers.n);
    }
    return REEL_OK;
}

/* Buffers stand one behind another, so that no bytes are read as two columns, and what all columns take together is bounded by the bytes. */
static reel_status check_places(const reel__ipc_columns *t) {
    uint64_t end = 0;
    for (uint32_t i = 0; i < t->buffers.n; i++) {
        const uint8_t *entry = t->head.data + t->buffers.at + 16 * (size_t)i;
        uint64_t at = reel__load_u64(entry), length = reel__load_u64(entry + 8);
        if (!length)
            continue;
        if (at < end || at > t->body_size || length > t->body_size - at)
            return reel__fail(REEL_E_FORMAT, "a table's buffer %u of %llu bytes at %llu is not within its %zu bytes, behind those before it", i, (unsigned long long)length, (unsigned long long)at, t->body_size);
        end = at + length;
    }
    return REEL_OK;
}

static reel_status open_table(reel__ipc_columns *t, const uint8_t *data, size_t size) {
    reel__ipc_message batch;
    size_t at = 0;
    REEL__TRY(reel__ipc_next(data, size, &at, &batch)); /* the schema */
    REEL__TRY(reel__ipc_read(data, at, at, NULL, &t->tree));
    REEL__TRY(reel__ipc_next(data, size, &at, &batch));
    if (batch.type != REEL__IPC_BATCH)
        return reel__fail(REEL_E_FORMAT, "a table has no batch");
    t->head = batch.view;
    t->body = batch.body;
    t->body_size = batch.body_size;
    int64_t n_rows = reel__flat_number(&t->head, &batch.header, 0, 8, 0);
    t->nodes = reel__flat_list(&t->head, &batch.header, 1, 16);
    t->buffers = reel__flat_list(&t->head, &batch.header, 2, 16);
    t->is_packed = reel__flat_has(&t->head, &batch.header, 3);
    reel__flat_at packing = reel__flat_child(&t->head, &batch.header, 3);
    int64_t codec = reel__flat_number(&t->head, &packing, 0, 1, 0);
    if (t->head.is_bad || n_rows < 0)
        return reel__fail(REEL_E_FORMAT, "a table's batch of %lld rows is malformed", (long long)n_rows);
    if (t->is_packed && codec != CODEC_LZ4_FRAME)
        return reel__fail(REEL_E_UNSUPPORTED, "a table's batch is compressed with codec %lld", (long long)codec);
    t->n_rows = (uint64_t)n_rows;
    REEL__TRY(check_places(t));
    return place_columns(t);
}

reel_status reel__ipc_columns_open(reel__ipc_columns *t, const uint8_t *data, size_t size) {
    *t = (reel__ipc_columns){0};
    reel_status status = open_table(t, data, size);
    if (status != REEL_OK)
        reel__ipc_columns_close(t);
    return status;
}

void reel__ipc_columns_close(reel__ipc_columns *t) {
    if (t->tree)
        reel__held_unref(&t->tree->held);
    reel__release(t->places);
    *t = (reel__ipc_columns){0};
}

/* ---- one column */

typedef struct wanted {
    const char *name;
    uint64_t size_min;  /* bytes that are needed */
    bool exact;         /* what is beyond is not needed, and need not be unpacked into memory of its own */
} wanted;

/* Buffer number `index`: *size bytes at *out, at least wanted->size_min; an empty one is NULL. Compressed ones begin with their size (-1: not compressed after all). */
static reel_status read_buffer(const reel__ipc_columns *t, uint32_t index, const wanted *w, reel__buf *room, const uint8_t **out, size_t *size) {
    const uint8_t *entry = t->head.data + t->buffers.at + 16 * (size_t)index;
    uint64_t at = reel__load_u64(entry), length = reel__load_u64(entry + 8);
    *out = NULL;
    *size = 0;
    if (!length && !w->size_min)
        return REEL_OK;
    const uint8_t *data = length ? t->body + at : t->body;
    uint64_t plain = length;
    if (t->is_packed && length) {
        if (length < 8)
            return reel__fail(REEL_E_FORMAT, "column \"%.80s\" has a compressed buffer of %llu bytes", w->name, (unsigned long long)length);
        plain = reel__load_u64(data);
        data += 8;
        length -= 8;
    }
    bool is_packed = t->is_packed && plain != UINT64_MAX;
    plain = is_packed ? plain : length;
    if (plain < w->size_min || (is_packed && plain > reel__lz4_size_max(length)) || plain > PTRDIFF_MAX)
        return reel__fail(REEL_E_FORMAT, "column \"%.80s\" has %llu bytes where %llu are needed", w->name, (unsigned long long)plain, (unsigned long long)w->size_min);
    *out = data;
    *size = (size_t)plain;
    if (!is_packed || !plain)
        return REEL_OK;
    if (w->exact && plain > w->size_min + 64)
        return reel__fail(REEL_E_FORMAT, "column \"%.80s\" has %llu bytes where %llu are needed", w->name, (unsigned long long)plain, (unsigned long long)w->size_min);
    room->size = 0;
    uint8_t *to = reel__buf_extend(room, (size_t)plain);
    if (!to)
        return reel__fail(REEL_E_NO_MEMORY, "no memory for column \"%.80s\" of %llu bytes", w->name, (unsigned long long)plain);
    *out = to;
    return reel__lz4_frame_unpack(data, (size_t)length, to, (size_t)plain);
}

static reel_status check_texts(const reel__ipc_columns *t, const char *name, const reel__ipc_column *c, size_t size) {
    uint32_t last = t->n_rows ? reel__load_u32(c->values) : 0;
    for (uint64_t i = 0; i < t->n_rows; i++) {
        uint32_t next = reel__load_u32(c->values + 4 * (i + 1));
        if (next < last || next > size)
            return reel__fail(REEL_E_FORMAT, "column \"%.80s\": the text in row %llu is not within the column's %zu bytes", name, (unsigned long long)i, size);
        if (!reel__utf8_valid(c->bytes + last, next - last))
            return reel__fail(REEL_E_FORMAT, "column \"%.80s\": the text in row %llu is not valid UTF-8", name, (unsigned long long)i);
        last = next;
    }
    return REEL_OK;
}

reel_status reel__ipc_column_read(const reel__ipc_columns *t, size_t column, uint32_t width, reel__ipc_column *out) {
    const struct ArrowSchema *field = t->tree->schema.children[column];
    struct reel__ipc_place place = t->places[column];
    const uint8_t *node = t->head.data + t->nodes.at + 16 * (size_t)place.node;
    size_t size, bytes = 0;
    uint64_t n = t->n_rows, value_bytes = width == REEL__IPC_BITS ? n / 8 + (n % 8 != 0) : width == REEL__IPC_TEXTS ? (n ? 4 : 0) : width;
    if (reel__load_u64(node) != n)
        return reel__fail(REEL_E_FORMAT, "column \"%.80s\" has %llu values in a table of %llu rows", field->name, (unsigned long long)reel__load_u64(node), (unsigned long long)n);
    if (n > PTRDIFF_MAX / 32)
        return reel__fail(REEL_E_FORMAT, "a table says that it has %llu rows", (unsigned long long)n);
    value_bytes = width == REEL__IPC_BITS ? value_bytes : width == REEL__IPC_TEXTS ? value_bytes * (n + 1) : value_bytes * n;
    wanted validity = {field->name, reel__load_u64(node + 8) ? n / 8 + (n % 8 != 0) : 0, true}, values = {field->name, value_bytes, true}, texts = {field->name, 0, false};
    out->validity = NULL;
    if (validity.size_min)
        REEL__TRY(read_buffer(t, place.buffer, &validity, &out->room[0], &out->validity, &size));
    REEL__TRY(read_buffer(t, place.buffer + 1, &values, &out->room[1], &out->values, &size));
    out->bytes = NULL;
    if (width != REEL__IPC_TEXTS)
        return REEL_OK;
    REEL__TRY(read_buffer(t, place.buffer + 2, &texts, &out->room[2], &out->bytes, &bytes));
    if (!out->bytes)
        out->bytes = (const uint8_t *)"";
    return check_texts(t, field->name, out, bytes);
}

void reel__ipc_column_free(reel__ipc_column *c) {
    for (int i = 0; i < 3; i++)
        reel__buf_free(&c->room[i]);
    *c = (reel__ipc_column){0};
}
