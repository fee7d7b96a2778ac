/* A chunk as a record batch of the Arrow C data interface.
 *
 * The structs are copies; what they point to is the chunk's. All structs of one tree lie in one block, which each of them holds: a consumer may move a child out of its parent and release
 * it on its own, and the last one lets go of the chunk. */
#include "chunk_data.h"

#include "../base/alloc.h"
#include "../base/buf.h"
#include "../base/error.h"
#include "../base/ids.h"

#include <string.h>

typedef struct exported {
    reel__held held;
    reel_chunk *chunk;
    uint8_t *at;       /* while it is made: where the next piece goes */
    size_t size;       /* and how much is needed, while it is counted */
} exported;

static void release_exported(reel__held *held) {
    exported *e = (exported *)held;
    reel_chunk_unref(e->chunk);
    reel__release(e);
}

static void release_schema(struct ArrowSchema *schema) {
    exported *e = schema->private_data;
    for (int64_t i = 0; i < schema->n_children; i++)
        if (schema->children[i]->release)
            schema->children[i]->release(schema->children[i]);
    if (schema->dictionary && schema->dictionary->release)
        schema->dictionary->release(schema->dictionary);
    schema->release = NULL;
    reel__held_unref(&e->held);
}

static void release_array(struct ArrowArray *array) {
    exported *e = array->private_data;
    for (int64_t i = 0; i < array->n_children; i++)
        if (array->children[i]->release)
            array->children[i]->release(array->children[i]);
    if (array->dictionary && array->dictionary->release)
        array->dictionary->release(array->dictionary);
    array->release = NULL;
    reel__held_unref(&e->held);
}

/* The same walk is made twice: without a block it counts. */
static void *take(exported *e, size_t n, size_t size) {
    size_t bytes = (n * size + 15) & ~(size_t)15;
    void *at = e->at;
    if (at)
        e->at += bytes;
    e->size += bytes;
    return at;
}

static const char *put(exported *e, const reel__buf *bytes) {
    void *at = take(e, bytes->size, 1);
    return at && bytes->size ? memcpy(at, bytes->data, bytes->size) : NULL;
}

/* ---- schemas */

static void own_schema(exported *e, struct ArrowSchema *s) {
    s->release = release_schema;
    s->private_data = e;
    reel__held_ref(&e->held);
}

static void copy_schema(exported *e, struct ArrowSchema *out, const struct ArrowSchema *from) {
    size_t n = (size_t)from->n_children;
    struct ArrowSchema *children = take(e, n, sizeof *children), **list = take(e, n, sizeof *list), *dictionary = from->dictionary ? take(e, 1, sizeof *dictionary) : NULL;
    if (out) {
        *out = *from;
        out->children = n ? list : NULL;
        out->dictionary = dictionary;
        own_schema(e, out);
    }
    for (size_t i = 0; i < n; i++) {
        if (list)
            list[i] = &children[i];
        copy_schema(e, children ? &children[i] : NULL, from->children[i]);
    }
    if (from->dictionary)
        copy_schema(e, dictionary, from->dictionary);
}

typedef struct pair {
    const char *key, *value; /* value NULL: left out */
} pair;

/* i32 count, then i32 size, key, i32 size, value. */
static const char *put_metadata(exported *e, reel__buf *room, const pair *pairs, size_t n) {
    room->size = 0;
    uint32_t count = 0;
    for (size_t i = 0; i < n; i++)
        count += pairs[i].value != NULL;
    reel__buf_put(room, &count, 4);
    for (size_t i = 0; i < n; i++) {
        if (!pairs[i].value)
            continue;
        uint32_t sizes[2] = {(uint32_t)strlen(pairs[i].key), (uint32_t)strlen(pairs[i].value)};
        reel__buf_put(room, &sizes[0], 4);
        reel__buf_put(room, pairs[i].key, sizes[0]);
        reel__buf_put(room, &sizes[1], 4);
        reel__buf_put(room, pairs[i].value, sizes[1]);
    }
    return put(e, room);
}

static void put_field(exported *e, struct ArrowSchema *out, const char *format, const char *name, int64_t flags, const char *metadata) {
    if (!out)
        return;
    *out = (struct ArrowSchema){.format = format, .name = name, .metadata = metadata, .flags = flags};
    own_schema(e, out);
}

static bool are_sorted(const uint8_t *row_ids, size_t n) {
    for (size_t i = 1; i < n; i++)
        if (memcmp(row_ids + 16 * (i - 1), row_ids + 16 * i, 16) > 0)
            return false;
    return true;
}

static void put_component(exported *e, reel__buf *room, struct ArrowSchema *out, const reel__chunk_column *c) {
    const char *metadata = put_metadata(e, room, (pair[]){{"rerun:archetype", c->archetype}, {"rerun:component", c->component}, {"rerun:component_type", c->component_type}, {"rerun:kind", "data"}}, 4);
    struct ArrowSchema *item = take(e, 1, sizeof *item), **list = take(e, 1, sizeof *list);
    put_field(e, out, "+l", c->component, ARROW_FLAG_NULLABLE, metadata);
    copy_schema(e, item, c->item);
    if (!out)
        return;
    list[0] = item;
    item->name = "item";
    item->flags |= ARROW_FLAG_NULLABLE;
    out->n_children = 1;
    out->children = list;
}

static void put_schema(exported *e, reel__buf *room, const reel_chunk *chunk, struct ArrowSchema *out) {
    const reel__chunk_parts *p = &chunk->parts;
    size_t n = 1 + p->n_times + p->n_columns, at = 0;
    char id[6 + 32 + 1] = "chunk_";
    uint64_t halves[2] = {0, 0};
    for (int i = 0; i < 16; i++)
        halves[i / 8] = halves[i / 8] << 8 | p->id[i];
    reel__tuid_hex(id + 6, (reel__tuid){halves[0], halves[1]});
    const char *metadata = put_metadata(e, room, (pair[]){{"rerun:entity_path", p->entity}, {"rerun:id", id}, {"sorbet:version", "0.1.3"}}, 3);
    struct ArrowSchema *children = take(e, n, sizeof *children), **list = take(e, n, sizeof *list);
    put_field(e, out, "+s", "", 0, metadata);
    if (out) {
        out->n_children = (int64_t)n;
        out->children = list;
        for (size_t i = 0; i < n; i++)
            list[i] = &children[i];
    }
    metadata = put_metadata(e, room, (pair[]){{"ARROW:extension:metadata", "{\"namespace\":\"row\"}"}, {"ARROW:extension:name", "rerun.datatypes.TUID"},
                                              {"rerun:is_sorted", are_sorted(p->row_ids, p->n_rows) ? "true" : NULL}, {"rerun:kind", "control"}}, 4);
    put_field(e, children ? &children[at] : NULL, "w:16", "rerun.controls.RowId", 0, metadata);
    for (size_t i = 0; i < p->n_times; i++) {
        const reel_chunk_timeline *t = &chunk->timelines[i];
        metadata = put_metadata(e, room, (pair[]){{"rerun:index_name", t->name}, {"rerun:is_sorted", t->is_sorted ? "true" : NULL}, {"rerun:kind", "index"}}, 3);
        put_field(e, children ? &children[1 + i] : NULL, t->type == REEL_TIME_SEQUENCE ? "l" : t->type == REEL_TIME_DURATION_NS ? "tDn" : "tsn:", t->name, ARROW_FLAG_NULLABLE, metadata);
    }
    at = 1 + p->n_times;
    for (size_t i = 0; i < p->n_columns; i++)
        put_component(e, room, children ? &children[at + i] : NULL, &p->columns[i]);
}

/* ---- arrays */

static void own_array(exported *e, struct ArrowArray *a) {
    a->release = release_array;
    a->private_data = e;
    reel__held_ref(&e->held);
}

static void copy_array(exported *e, struct ArrowArray *out, const struct ArrowArray *from) {
    size_t n = (size_t)from->n_children;
    struct ArrowArray *children = take(e, n, sizeof *children), **list = take(e, n, sizeof *list), *dictionary = from->dictionary ? take(e, 1, sizeof *dictionary) : NULL;
    if (out) {
        *out = *from;
        out->children = n ? list : NULL;
        out->dictionary = dictionary;
        own_array(e, out);
    }
    for (size_t i = 0; i < n; i++) {
        if (list)
            list[i] = &children[i];
        copy_array(e, children ? &children[i] : NULL, from->children[i]);
    }
    if (from->dictionary)
        copy_array(e, dictionary, from->dictionary);
}

static void put_array(exported *e, struct ArrowArray *out, int64_t length, int64_t offset, int64_t null_count, size_t n_buffers, const void *first, const void *second) {
    const void **buffers = take(e, n_buffers, sizeof *buffers);
    if (!out)
        return;
    buffers[0] = first;
    if (n_buffers > 1)
        buffers[1] = second;
    *out = (struct ArrowArray){.length = length, .null_count = null_count, .offset = offset, .n_buffers = (int64_t)n_buffers, .buffers = buffers};
    own_array(e, out);
}

static void put_arrays(exported *e, const reel_chunk *chunk, struct ArrowArray *out) {
    const reel__chunk_parts *p = &chunk->parts;
    size_t n = 1 + p->n_times + p->n_columns;
    int64_t rows = (int64_t)p->n_rows;
    struct ArrowArray *children = take(e, n, sizeof *children), **list = take(e, n, sizeof *list);
    put_array(e, out, rows, 0, 0, 1, NULL, NULL);
    if (out) {
        out->n_children = (int64_t)n;
        out->children = list;
        for (size_t i = 0; i < n; i++)
            list[i] = &children[i];
    }
    put_array(e, children, rows, 0, 0, 2, NULL, p->row_ids);
    for (size_t i = 0; i < p->n_times; i++)
        put_array(e, children ? &children[1 + i] : NULL, rows, 0, 0, 2, NULL, chunk->timelines[i].times);
    for (size_t i = 0; i < p->n_columns; i++) {
        const reel__chunk_column *c = &p->columns[i];
        struct ArrowArray *column = children ? &children[1 + p->n_times + i] : NULL, *values = take(e, 1, sizeof *values), **one = take(e, 1, sizeof *one);
        int64_t nulls = rows - (int64_t)chunk->components[i].n_rows;
        put_array(e, column, rows, (int64_t)c->first, nulls, 2, nulls ? c->validity : NULL, c->offsets);
        copy_array(e, values, c->values);
        if (column) {
            one[0] = values;
            column->n_children = 1;
            column->children = one;
        }
    }
}

/* ---- both */

static exported *exported_new(const reel_chunk *chunk, size_t size) {
    exported *e = reel__alloc(sizeof *e + 15 + size);
    if (!e)
        return NULL;
    *e = (exported){.chunk = reel_chunk_ref((reel_chunk *)chunk), .at = (uint8_t *)(((uintptr_t)(e + 1) + 15) & ~(uintptr_t)15)};
    reel__held_init(&e->held, release_exported);
    return e;
}

reel_status reel_chunk_export(const reel_chunk *chunk, struct ArrowSchema *schema, struct ArrowArray *array) {
    if (!chunk || !schema || !array)
        return reel__fail(REEL_E_ARGUMENT, "reel_chunk_export needs a chunk, a schema and an array");
    reel__buf room = {0};
    exported count_schema = {0}, count_array = {0};
    reel__held_init(&count_schema.held, release_exported);
    put_schema(&count_schema, &room, chunk, NULL);
    put_arrays(&count_array, chunk, NULL);
    exported *s = room.failed ? NULL : exported_new(chunk, count_schema.size), *a = s ? exported_new(chunk, count_array.size) : NULL;
    if (a) {
        put_schema(s, &room, chunk, schema);
        put_arrays(a, chunk, array);
    }
    reel__buf_free(&room);
    if (s)
        reel__held_unref(&s->held); /* from here on its structs hold it */
    if (a)
        reel__held_unref(&a->held);
    return a ? REEL_OK : reel__fail(REEL_E_NO_MEMORY, "%s: no memory to export a chunk of %zu columns", chunk->parts.entity, chunk->parts.n_columns);
}
