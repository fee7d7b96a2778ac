#include "shape_schema.h"

#include "../base/alloc.h"
#include "../base/error.h"

#include <string.h>

static const reel__arrow_node i64_node = {"", REEL__ARROW_I64, true, 0};

static reel__ipc_key_value pair(const char *key, const char *value) { return (reel__ipc_key_value){key, value, strlen(value)}; }

/* The field metadata of one chunk is small and fixed in form: at most 5 entries a column. */
typedef struct field_text {
    reel__ipc_key_value pairs[5];
} field_text;

static void row_id_field(reel__ipc_field *field, field_text *text, bool is_sorted) {
    uint32_t n = 0;
    text->pairs[n++] = pair("ARROW:extension:metadata", "{\"namespace\":\"row\"}");
    text->pairs[n++] = pair("ARROW:extension:name", "rerun.datatypes.TUID");
    if (is_sorted)
        text->pairs[n++] = pair("rerun:is_sorted", "true");
    text->pairs[n++] = pair("rerun:kind", "control");
    *field = (reel__ipc_field){"rerun.controls.RowId", &i64_node, 1, false, REEL__IPC_FIXED_BINARY_16, text->pairs, n};
}

static void timeline_field(reel__ipc_field *field, field_text *text, const reel__timeline *timeline, bool is_sorted) {
    uint32_t n = 0;
    text->pairs[n++] = pair("rerun:index_name", timeline->name);
    if (is_sorted)
        text->pairs[n++] = pair("rerun:is_sorted", "true");
    text->pairs[n++] = pair("rerun:kind", "index");
    uint8_t logical = timeline->type == REEL_TIME_SEQUENCE ? REEL__IPC_AS_NODES : timeline->type == REEL_TIME_DURATION_NS ? REEL__IPC_DURATION_NS : REEL__IPC_TIMESTAMP_NS;
    *field = (reel__ipc_field){timeline->name, &i64_node, 1, true, logical, text->pairs, n};
}

static void column_field(reel__ipc_field *field, field_text *text, const reel__descriptor *d) {
    uint32_t n = 0;
    if (d->archetype)
        text->pairs[n++] = pair("rerun:archetype", d->archetype);
    text->pairs[n++] = pair("rerun:component", d->component);
    if (d->component_type)
        text->pairs[n++] = pair("rerun:component_type", d->component_type);
    text->pairs[n++] = pair("rerun:kind", "data");
    *field = (reel__ipc_field){d->component, d->arrow->nodes, d->arrow->n_nodes, true, REEL__IPC_LIST_OF_NODES, text->pairs, n};
}

/* Where a text that is known to be there stands for the last time. */
static size_t last_text(const reel__buf *b, const char *text) {
    size_t size = strlen(text), at = b->size - size;
    while (at > 0 && memcmp(b->data + at, text, size) != 0)
        at--;
    return at;
}

/* Chunk metadata: keys in byte order; the entity path is moved to the end, since it is the only one whose length varies. */
reel_status reel__shape_schema(const reel__shape *shape, const bool *unsorted, reel__buf *out, size_t *chunk_id_at) {
    size_t n_fields = 1 + (size_t)shape->n_timelines + shape->n_columns, n = 0;
    reel__ipc_field *fields = reel__alloc_array(n_fields, sizeof *fields);
    field_text *texts = reel__alloc_array(n_fields, sizeof *texts);
    if (!fields || !texts) {
        reel__release(fields);
        reel__release(texts);
        return reel__fail(REEL_E_NO_MEMORY, "no memory for a schema of %zu columns", n_fields);
    }
    row_id_field(&fields[0], &texts[0], !(unsorted && unsorted[0]));
    for (n = 1; n <= shape->n_timelines; n++)
        timeline_field(&fields[n], &texts[n], shape->timelines[n - 1], !(unsorted && unsorted[n]));
    for (uint32_t c = 0; c < shape->n_columns; c++, n++)
        column_field(&fields[n], &texts[n], &shape->columns[c]);
    const char id[] = "chunk_00000000000000000000000000000000";
    reel__ipc_key_value metadata[3] = {pair("rerun:id", id), pair("sorbet:version", "0.1.3"), pair("rerun:entity_path", "")};
    reel__ipc_schema(out, fields, n_fields, metadata, 3);
    reel__release(fields);
    reel__release(texts);
    if (out->failed)
        return reel__fail(REEL_E_NO_MEMORY, "no memory for a schema of %zu columns", n_fields);
    /* The last text is the path, right behind its key; positions are multiples of 4 from the start. */
    out->size = (last_text(out, "rerun:entity_path") + sizeof "rerun:entity_path" + 3) & ~(size_t)3;
    *chunk_id_at = last_text(out, id) + 6;
    return REEL_OK;
}

/* Bytes in the IPC body per byte of a node's own stream, at most. */
static uint8_t scale_of(const reel__arrow_node *node) {
    if (node->kind == REEL__ARROW_UNION)
        return 5; /* type code, and an i32 offset */
    return reel__arrow_is_large(node->kind) ? 2 : 1;
}

/* Fills the streams of one type, from stream *at; returns with *at behind them. */
static void describe_streams(const reel__arrow_type *type, uint8_t *scale, uint32_t *at) {
    for (uint16_t i = 0; i < type->n_nodes; i++) {
        const reel__arrow_node *node = &type->nodes[i];
        if (i ? reel__arrow_has_validity(node) : type->root_nulls)
            scale[(*at)++] = 1;
        for (uint32_t k = 0; k < reel__arrow_own_streams(node); k++)
            scale[(*at)++] = scale_of(node);
    }
}

/* How many buffers a node of an IPC batch has. */
static uint32_t buffers_of(const reel__arrow_node *node) {
    switch (node->kind) {
    case REEL__ARROW_NULL: return 0;
    case REEL__ARROW_FIXED_LIST: case REEL__ARROW_STRUCT: case REEL__ARROW_SPARSE_UNION: return 1;
    default: return reel__arrow_is_run(node->kind) ? 3 : 2; /* list: validity, offsets; dense union: type codes, offsets; else validity, values */
    }
}

static reel_status fill(reel__shape *s, const reel__timeline *const *timelines, const reel__descriptor *columns, uint8_t *scale, uint32_t *first) {
    if (s->n_timelines)
        memcpy((void *)s->timelines, timelines, s->n_timelines * sizeof *timelines);
    if (s->n_columns)
        memcpy((void *)s->columns, columns, s->n_columns * sizeof *columns);
    uint32_t at = 0;
    scale[at++] = 2;
    for (uint32_t t = 0; t < s->n_timelines; t++)
        scale[at++] = 1;
    for (uint32_t c = 0; c < s->n_columns; c++) {
        first[c] = at;
        scale[at++] = 1;
        describe_streams(columns[c].arrow, scale, &at);
    }
    REEL__TRY(reel__shape_schema(s, NULL, &s->ipc_schema, &s->ipc_chunk_id_at));
    s->ipc_nodes = reel__alloc_array(s->n_ipc_nodes, sizeof *s->ipc_nodes);
    s->ipc_buffers = reel__alloc_array(s->n_ipc_buffers, sizeof *s->ipc_buffers);
    s->ipc_head_size = reel__ipc_batch_size(s->n_ipc_nodes, s->n_ipc_buffers);
    return s->ipc_nodes && s->ipc_buffers && s->ipc_head_size ? REEL_OK : reel__fail(REEL_E_NO_MEMORY, "no memory for a chunk shape of %u columns", (unsigned)s->n_columns);
}

reel_status reel__shape_new(reel__shape **out, const reel__timeline *const *timelines, uint32_t n_timelines, const reel__descriptor *columns, uint32_t n_columns) {
    *out = NULL;
    if (n_timelines > REEL__TIMELINES_MAX || n_columns > REEL__COLUMNS_MAX)
        return reel__fail(REEL_E_TOO_LARGE, "a row with %u timelines and %u components: at most %d and %d are allowed", (unsigned)n_timelines, (unsigned)n_columns, REEL__TIMELINES_MAX, REEL__COLUMNS_MAX);
    uint32_t n_streams = 1 + n_timelines, n_nodes = 1 + n_timelines, n_buffers = 2 * (1 + n_timelines);
    for (uint32_t c = 0; c < n_columns; c++) {
        n_streams += 1u + columns[c].arrow->n_streams;
        n_nodes += 1u + columns[c].arrow->n_nodes;
        n_buffers += 2;
        for (uint16_t i = 0; i < columns[c].arrow->n_nodes; i++)
            n_buffers += buffers_of(&columns[c].arrow->nodes[i]);
    }
    size_t pointers = n_timelines * sizeof *timelines, descriptors = n_columns * sizeof *columns;
    reel__shape *s = reel__alloc_zero(sizeof *s + pointers + descriptors + n_columns * sizeof(uint32_t) + n_streams);
    if (!s)
        return reel__fail(REEL_E_NO_MEMORY, "no memory for a chunk shape of %u columns", (unsigned)n_columns);
    uint8_t *room = (uint8_t *)(s + 1);
    s->n_timelines = n_timelines;
    s->n_columns = n_columns;
    s->n_streams = n_streams;
    s->n_ipc_nodes = n_nodes;
    s->n_ipc_buffers = n_buffers;
    s->timelines = (const reel__timeline *const *)room;
    s->columns = (const reel__descriptor *)(room + pointers);
    uint32_t *first = (uint32_t *)(room + pointers + descriptors);
    uint8_t *scale = (uint8_t *)(first + n_columns);
    s->column_stream = first;
    s->stream_scale = scale;
    reel_status status = fill(s, timelines, columns, scale, first);
    if (status != REEL_OK) {
        reel__shape_free(s);
        return status;
    }
    *out = s;
    return REEL_OK;
}

void reel__shape_free(reel__shape *shape) {
    if (!shape)
        return;
    reel__buf_free(&shape->ipc_schema);
    reel__release(shape->ipc_nodes);
    reel__release(shape->ipc_buffers);
    reel__release(shape);
}
