/* Summaries of messages. What a footer has to know of a large chunk stands in its first bytes: the schema, the batch's head, row ids and times come before all values.
 *
 *     schema | head of the batch | row ids | times ... | values ...............
 *     `------------- unpacked and looked at ---------'
 *
 * The head also says how many cells of each column are null. If some are, or anything is not as it mostly is, the whole chunk is read. */
#include "chunk_summary.h"

#include "../arrow/ipc_columns.h"
#include "../base/alloc.h"
#include "../base/error.h"
#include "../base/text.h"
#include "chunk_decode.h"
#include "migrate.h"

#include <lz4.h>
#include <string.h>

#ifdef REEL_TEST_HOOKS
#define LARGE_FROM 512
#else
#define LARGE_FROM ((uint64_t)256 << 10) /* bytes; below that the whole chunk is read */
#endif
#define FRONT_BYTES ((size_t)64 << 10)   /* unpacked first */

/* The first bytes of a message's Arrow stream. */
typedef struct front {
    const reel__payload *payload;
    reel__held_block *block; /* NULL: it is not packed */
    const uint8_t *data;
    size_t size, capacity;   /* what is there; what may be there */
} front;

/* false: there are no `size` bytes. */
static bool need(front *f, size_t size) {
    if (size <= f->size)
        return true;
    if (size > f->capacity || !f->block)
        return false;
    int done = LZ4_decompress_safe_partial((const char *)f->payload->body, (char *)f->block->data, (int)f->payload->body_size, (int)size, (int)f->capacity);
    f->size = done > 0 ? (size_t)done : 0;
    return f->size >= size;
}

static reel__held_block *take_block(reel__summariser *s, size_t size) {
    if (s->unpacked && (s->unpacked->size < size || s->unpacked->size / 4 > size)) {
        reel__held_unref(&s->unpacked->held);
        s->unpacked = NULL;
    }
    if (!s->unpacked)
        s->unpacked = reel__held_block_new(size);
    return s->unpacked;
}

/* Both heads are there; *heads is where they end. false: it is another way of writing them. */
static bool find_heads(front *f, size_t *heads) {
    if (!need(f, FRONT_BYTES < f->capacity ? FRONT_BYTES : f->capacity) || reel__load_u32(f->data) != UINT32_MAX)
        return false;
    size_t schema = 8 + (size_t)reel__load_u32(f->data + 4);
    if (!need(f, schema + 8) || reel__load_u32(f->data + schema) != UINT32_MAX)
        return false;
    *heads = schema + 8 + reel__load_u32(f->data + schema + 4);
    reel__flat_view view = {f->data + 8, schema - 8, false};
    reel__flat_at root = reel__flat_root(&view);
    bool has_body = reel__flat_number(&view, &root, 3, 8, 0) != 0;
    return need(f, *heads) && !view.is_bad && !has_body;
}

typedef struct outline {
    reel__chunk_parts parts;
    reel__chunk_time *times;
    reel__chunk_column *columns;
    uint32_t *places; /* of the times: which column of the table */
    reel__buf entity;
} outline;

static uint64_t nulls_of(const reel__ipc_columns *t, size_t column) { return reel__load_u64(t->head.data + t->nodes.at + 16 * (size_t)t->places[column].node + 8); }

/* One column; false: it needs a closer look. */
static bool add_column(outline *o, const reel__ipc_columns *t, size_t column, uint64_t version) {
    const struct ArrowSchema *field = t->tree->schema.children[column];
    reel__column_names names;
    if (nulls_of(t, column) || reel__sorbet_column(t->tree, field, version, &names) != REEL_OK || names.kind == REEL__COLUMN_DROPPED)
        return false;
    if (names.kind == REEL__COLUMN_ROW_ID)
        return column == 0 && strcmp(field->format, "w:16") == 0;
    if (names.kind == REEL__COLUMN_INDEX) {
        o->places[o->parts.n_times] = (uint32_t)column;
        o->times[o->parts.n_times] = (reel__chunk_time){names.name, reel__time_of_format(field->format), NULL};
        return o->times[o->parts.n_times++].type && *names.name && !o->parts.n_columns;
    }
    if (strcmp(field->format, "+l") != 0)
        return false;
    o->columns[o->parts.n_columns++] = (reel__chunk_column){.component = names.name, .archetype = names.archetype, .component_type = names.component_type, .item = field->children[0]};
    return true;
}

static bool times_are_by_name(const outline *o) {
    for (size_t i = 1; i < o->parts.n_times; i++)
        if (strcmp(o->times[i - 1].name, o->times[i].name) >= 0)
            return false;
    return true;
}

static bool read_outline(outline *o, const reel__ipc_columns *t, size_t bytes) {
    const struct ArrowSchema *schema = &t->tree->schema;
    uint64_t version = reel__sorbet_version(schema, NULL);
    const char *path;
    size_t size, n = (size_t)schema->n_children;
    if (version < REEL__SORBET(0, 0, 2) || !reel__sorbet_entity(schema, version, &path, &size) || reel__path_canonical(&o->entity, path, size) != REEL_OK ||
        !reel__chunk_read_id(schema, o->parts.id))
        return false;
    reel__buf_u8(&o->entity, 0);
    o->times = reel__alloc_array(n, sizeof *o->times);
    o->columns = reel__alloc_array(n, sizeof *o->columns);
    o->places = reel__alloc_array(n, sizeof *o->places);
    if (o->entity.failed || !o->times || !o->columns || !o->places)
        return false;
    o->parts.entity = (const char *)o->entity.data;
    o->parts.times = o->times;
    o->parts.columns = o->columns;
    o->parts.n_rows = (size_t)t->n_rows;
    o->parts.bytes = bytes;
    for (size_t i = 0; i < n; i++)
        if (!add_column(o, t, i, version))
            return false;
    return n && o->parts.n_rows && times_are_by_name(o) && reel__chunk_columns_ascend(&o->parts); /* else the footer would have them in another order */
}

static reel__time_range range_of(const uint8_t *times, size_t n) {
    reel__time_range r = {INT64_MAX, INT64_MIN, true};
    for (size_t i = 0; i < n; i++) {
        int64_t time = (int64_t)reel__load_u64(times + 8 * i);
        r.is_sorted &= !i || time >= (int64_t)reel__load_u64(times + 8 * (i - 1));
        r.min = time < r.min ? time : r.min;
        r.max = time > r.max ? time : r.max;
    }
    return r;
}

/* A column's values, `width` bytes each, unpacked as far as that; NULL: there are not as many as there are rows. */
static const uint8_t *values_of(front *f, const reel__ipc_columns *t, size_t column, unsigned width, size_t heads) {
    const uint8_t *entry = t->head.data + t->buffers.at + 16 * ((size_t)t->places[column].buffer + 1);
    uint64_t at = reel__load_u64(entry), length = reel__load_u64(entry + 8); /* within the body: that was looked at when the table was opened */
    return length / width >= t->n_rows && need(f, heads + (size_t)(at + length)) ? t->body + at : NULL;
}

static bool read_times(front *f, const reel__ipc_columns *t, const outline *o, size_t heads, reel__chunk_info *info) {
    if (!values_of(f, t, 0, 16, heads))
        return false;
    for (size_t i = 0; i < o->parts.n_times; i++) {
        const uint8_t *times = values_of(f, t, o->places[i], 8, heads);
        if (!times)
            return false;
        info->ranges[i] = range_of(times, (size_t)t->n_rows);
    }
    for (size_t i = 0; i < o->parts.n_columns; i++)
        info->non_null[i] = (uint32_t)t->n_rows;
    return true;
}

/* false: the whole chunk has to be read. */
static bool summarise_front(reel__summariser *s, front *f, reel__chunk_summary *out) {
    reel__ipc_columns table;
    outline o = {0};
    size_t heads;
    if (!find_heads(f, &heads) || reel__ipc_columns_open(&table, f->data, f->capacity) != REEL_OK)
        return false;
    bool is_done = !table.is_packed && table.n_rows <= UINT32_MAX && table.body == f->data + heads && read_outline(&o, &table, f->capacity) && reel__summary_begin(s, &o.parts, out) == REEL_OK &&
                   read_times(f, &table, &o, heads, &out->info);
    reel__release(o.times);
    reel__release(o.columns);
    reel__release(o.places);
    reel__buf_free(&o.entity);
    reel__ipc_columns_close(&table);
    return is_done;
}

static reel_status summarise_whole(reel__summariser *s, const reel__payload *payload, reel__chunk_summary *out) {
    reel__held_block *block;
    reel_chunk *chunk;
    const uint8_t *data;
    size_t size;
    REEL__TRY(reel__payload_unpack(payload, UINT64_MAX, s->unpacked, &block, &data, &size));
    reel_status status = reel__chunk_decode(data, size, payload->body_size, block ? &block->held : NULL, NULL, &chunk);
    if (status == REEL_OK) {
        status = reel__summarise_chunk(s, chunk, out);
        reel_chunk_unref(chunk);
    }
    if (block) { /* kept for the next one */
        if (s->unpacked)
            reel__held_unref(&s->unpacked->held);
        s->unpacked = block;
    }
    return status;
}

reel_status reel__summarise_payload(reel__summariser *s, const reel__payload *payload, reel__chunk_summary *out) {
    front f = {.payload = payload, .data = payload->body, .size = payload->body_size, .capacity = payload->body_size};
    bool is_packed = payload->packing == REEL__PACKING_LZ4, is_done = false;
    /* How much there may be is bounded by what there is (message_read.c); what cannot be goes the other way, and is told there. */
    if (is_packed && payload->unpacked_size <= LZ4_MAX_INPUT_SIZE && payload->unpacked_size / 255 <= payload->body_size && payload->body_size <= INT32_MAX)
        f = (front){.payload = payload, .capacity = (size_t)payload->unpacked_size, .block = payload->unpacked_size >= LARGE_FROM ? take_block(s, (size_t)payload->unpacked_size) : NULL};
    if (f.block)
        f.data = f.block->data;
    if (payload->unpacked_size >= LARGE_FROM && f.data)
        is_done = summarise_front(s, &f, out);
    if (!is_done)
        REEL__TRY(summarise_whole(s, payload, out));
    out->unpacked_size = payload->unpacked_size;
    return REEL_OK;
}
