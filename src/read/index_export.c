/* Selected chunks as an Arrow C stream. Which columns there are is settled first: timelines by what the index says, components by one chunk of each set of components; then chunk after chunk is
 * exported as it is (chunk_export.c), its columns moved to their places, and what it does not have filled with nulls. */
#include "../arrow/arrow_give.h"
#include "../arrow/arrow_words.h"
#include "../base/alloc.h"
#include "../base/error.h"
#include "chunk_decode.h"
#include "index_scan.h"

#include <reel/make.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct column {
    const char *name;
    reel_time_type type;        /* timelines */
    struct ArrowSchema *schema; /* components: the list */
} column;

typedef struct stream {
    const reel_index *index;
    uint64_t *chunks;
    size_t n_chunks, next;
    bool with_entity;
    reel__ipc_tree *arena;      /* of the schema */
    column *timelines, *components; /* sorted by name */
    reel__map known;            /* while they are found: the number of a name's component, and one more */
    size_t n_timelines, n_components, component_room;
    struct ArrowSchema root;
    reel_status status;         /* not REEL_OK: it ended with that */
    char error[600];
} stream;

static reel_status no_memory(void) { return reel__fail(REEL_E_NO_MEMORY, "no memory for an Arrow stream"); }

static void free_stream(stream *s) {
    reel__map_free(&s->known);
    reel__release(s->chunks);
    reel__release(s->timelines);
    reel__release(s->components);
    if (s->arena)
        reel__held_unref(&s->arena->held);
    reel__release(s);
}

/* ---- which columns */

static int by_name(const void *a, const void *b) { return strcmp(((const column *)a)->name, ((const column *)b)->name); }

static const char *const time_words[] = {"", "sequence", "duration", "timestamp"};

/* The addresses of a timeline's name in the index are one and the same. */
static reel_status find_timelines(stream *s) {
    const reel_index *index = s->index;
    s->timelines = reel__alloc_array(index->timelines.n, sizeof *s->timelines);
    if (!s->timelines)
        return no_memory();
    for (size_t i = 0; i < s->n_chunks; i++) {
        const reel__index_chunk *c = &index->chunks.items[s->chunks[i]];
        for (uint32_t r = 0; r < c->n_ranges; r++) {
            const reel_index_range *range = &index->ranges.items[c->first_range + r];
            if (reel__map_get(&s->known, &range->timeline, sizeof range->timeline))
                continue;
            if (reel__map_put(&s->known, &range->timeline, sizeof range->timeline, s) != REEL_OK)
                return no_memory();
            s->timelines[s->n_timelines++] = (column){.name = range->timeline, .type = range->type};
        }
    }
    reel__map_free(&s->known);
    qsort(s->timelines, s->n_timelines, sizeof *s->timelines, by_name);
    for (size_t t = 1; t < s->n_timelines; t++)
        if (strcmp(s->timelines[t - 1].name, s->timelines[t].name) == 0)
            return reel__fail(REEL_E_ARGUMENT, "the timeline \"%.200s\" is a %s in some chunks and a %s in others: one table cannot have both", s->timelines[t].name,
                              time_words[s->timelines[t - 1].type], time_words[s->timelines[t].type]);
    return REEL_OK;
}

static column *find_component(const stream *s, const char *name) { return s->n_components ? bsearch(&(column){.name = name}, s->components, s->n_components, sizeof *s->components, by_name) : NULL; }

static reel_status refuse_types(const column *c, const struct ArrowSchema *other, const reel_chunk *chunk) {
    reel__buf words[2] = {{0}, {0}};
    reel__arrow_words(&words[0], c->schema->children[0]);
    reel__arrow_words(&words[1], other->children[0]);
    reel__buf_u8(&words[0], 0);
    reel__buf_u8(&words[1], 0);
    reel_status status = words[0].failed || words[1].failed
                             ? no_memory()
                             : reel__fail(REEL_E_ARGUMENT, "%.200s is %.120s in other chunks, and %.120s in a chunk of %.200s: one table cannot have both", c->name, (const char *)words[0].data,
                                          (const char *)words[1].data, reel_chunk_entity(chunk));
    reel__buf_free(&words[0]);
    reel__buf_free(&words[1]);
    return status;
}

/* What may be null in one of them may be null in all. */
static void widen(struct ArrowSchema *to, const struct ArrowSchema *from) {
    to->flags |= from->flags & ARROW_FLAG_NULLABLE;
    for (int64_t i = 0; i < to->n_children; i++)
        widen(to->children[i], from->children[i]);
}

static reel_status add_component(stream *s, const struct ArrowSchema *field, const reel_chunk *chunk) {
    size_t name_size = strlen(field->name);
    uintptr_t number = (uintptr_t)reel__map_get(&s->known, field->name, name_size);
    column *known = number ? &s->components[number - 1] : NULL;
    if (known && !reel__arrow_same_type(known->schema, field))
        return refuse_types(known, field, chunk);
    if (known) {
        widen(known->schema, field);
        return REEL_OK;
    }
    if (s->n_components == s->component_room) {
        size_t room = s->component_room ? 2 * s->component_room : 16;
        column *moved = reel__realloc(s->components, s->component_room * sizeof *moved, room * sizeof *moved);
        if (!moved)
            return no_memory();
        s->components = moved;
        s->component_room = room;
    }
    struct ArrowSchema *copy = reel__ipc_alloc(s->arena, sizeof *copy);
    if (!copy || !reel__arrow_copy_schema(s->arena, field, true, copy) || reel__map_put(&s->known, field->name, name_size, (void *)(uintptr_t)(s->n_components + 1)) != REEL_OK)
        return no_memory();
    s->components[s->n_components++] = (column){.name = copy->name, .schema = copy};
    return REEL_OK;
}

static reel_status add_components(stream *s, size_t number) {
    reel_chunk *chunk;
    struct ArrowSchema schema;
    struct ArrowArray array;
    REEL__TRY(reel__index_load(s->index, number, &chunk));
    reel_status status = reel_chunk_export(chunk, &schema, &array);
    if (status == REEL_OK) {
        for (size_t i = 0; i < chunk->parts.n_columns && status == REEL_OK; i++)
            if (chunk->components[i].n_rows)
                status = add_component(s, schema.children[1 + chunk->parts.n_times + i], chunk);
        schema.release(&schema);
        array.release(&array);
    }
    reel_chunk_unref(chunk);
    return status;
}

static reel_status find_components(stream *s) {
    bool *seen = reel__alloc_zero(s->index->sets.n + 1);
    reel_status status = seen ? REEL_OK : no_memory();
    for (size_t i = 0; i < s->n_chunks && status == REEL_OK; i++) {
        uint32_t set = s->index->chunks.items[s->chunks[i]].set;
        if (set && !seen[set])
            status = add_components(s, (size_t)s->chunks[i]);
        if (seen)
            seen[set] = true;
    }
    reel__release(seen);
    if (status == REEL_OK && s->n_components)
        qsort(s->components, s->n_components, sizeof *s->components, by_name);
    reel__map_free(&s->known);
    return status;
}

static reel_status check_store(const stream *s) {
    for (size_t i = 1; i < s->n_chunks; i++) {
        const reel_index_store_info *a = &s->index->stores.items[s->index->chunks.items[s->chunks[0]].store], *b = &s->index->stores.items[s->index->chunks.items[s->chunks[i]].store];
        if (a != b)
            return reel__fail(REEL_E_ARGUMENT, "the chunks are of several stores, \"%.200s\" and \"%.200s\" among them: one table is of one store", a->recording_id, b->recording_id);
    }
    return REEL_OK;
}

/* ---- the schema */

static bool set_field(stream *s, struct ArrowSchema *field, const char *format, const char *name, int64_t flags, const char *const *pairs, size_t n_pairs) {
    *field = (struct ArrowSchema){.format = format, .name = name, .flags = flags, .metadata = reel__arrow_metadata(s->arena, pairs, n_pairs)};
    return field->metadata != NULL;
}

static reel_status make_schema(stream *s, const char *entity) {
    static const char *const row_id[] = {"rerun:kind", "control", "ARROW:extension:name", "rerun.datatypes.TUID", "ARROW:extension:metadata", "{\"namespace\":\"row\"}"};
    static const char *const path[] = {"rerun:kind", "control"};
    const char *root[] = {"rerun:entity_path", entity};
    size_t n = 1 + s->with_entity + s->n_timelines + s->n_components, at = 0;
    if (!set_field(s, &s->root, "+s", "", 0, root, 1))
        return no_memory();
    struct ArrowSchema *fields = reel__ipc_schema_children(s->arena, &s->root, n);
    if (!fields || !set_field(s, &fields[at++], "w:16", "rerun.controls.RowId", 0, row_id, 3))
        return no_memory();
    if (s->with_entity && !set_field(s, &fields[at++], "u", "entity_path", 0, path, 1))
        return no_memory();
    for (size_t i = 0; i < s->n_timelines; i++) {
        const column *t = &s->timelines[i];
        const char *pairs[] = {"rerun:index_name", t->name, "rerun:kind", "index"};
        if (!set_field(s, &fields[at++], reel__format_of_time(t->type), t->name, ARROW_FLAG_NULLABLE, pairs, 2))
            return no_memory();
    }
    for (size_t i = 0; i < s->n_components; i++)
        fields[at++] = *s->components[i].schema;
    return REEL_OK;
}

/* ---- a batch */

typedef struct batch {
    stream *s;
    const reel_chunk *chunk;
    reel__ipc_tree *arena;
    const uint8_t *zeros;
    struct ArrowArray *children; /* the batch's columns */
    size_t *from;                /* which of the chunk's columns goes there; SIZE_MAX: none */
    size_t n;
} batch;

static reel_status fill_entity(batch *b, struct ArrowArray *out) {
    const char *entity = reel_chunk_entity(b->chunk);
    size_t size = strlen(entity), n = reel_chunk_rows(b->chunk);
    if (size && n > INT32_MAX / size)
        return reel__fail(REEL_E_TOO_LARGE, "%.200s: a chunk of %zu rows is too many for a column of its path", entity, n);
    const void **buffers = reel__ipc_alloc(b->arena, 3 * sizeof *buffers);
    int32_t *offsets = reel__ipc_alloc(b->arena, 4 * (n + 1));
    char *bytes = reel__ipc_alloc(b->arena, n * size + 1);
    if (!buffers || !offsets || !bytes)
        return no_memory();
    for (size_t i = 0; i <= n; i++)
        offsets[i] = (int32_t)(i * size);
    for (size_t i = 0; i < n; i++)
        memcpy(bytes + i * size, entity, size);
    buffers[0] = NULL;
    buffers[1] = offsets;
    buffers[2] = bytes;
    *out = (struct ArrowArray){.length = (int64_t)n, .n_buffers = 3, .buffers = buffers};
    return REEL_OK;
}

static size_t timeline_in(const reel_chunk *chunk, const column *t, reel_status *status) {
    for (size_t i = 0; i < chunk->parts.n_times; i++) {
        if (strcmp(chunk->timelines[i].name, t->name) != 0)
            continue;
        if (chunk->timelines[i].type == t->type)
            return 1 + i;
        *status = reel__fail(REEL_E_ARGUMENT, "the timeline \"%.200s\" is a %s in other chunks, and a %s in one of %.200s: one table cannot have both", t->name, time_words[t->type],
                             time_words[chunk->timelines[i].type], reel_chunk_entity(chunk));
    }
    return SIZE_MAX;
}

static size_t component_in(const reel_chunk *chunk, const struct ArrowSchema *schema, const column *c, reel_status *status) {
    size_t i = reel_chunk_find(chunk, c->name), at = 1 + chunk->parts.n_times + i;
    if (i == SIZE_MAX || !chunk->components[i].n_rows)
        return SIZE_MAX;
    if (reel__arrow_same_type(c->schema, schema->children[at]))
        return at;
    *status = refuse_types(c, schema->children[at], chunk);
    return SIZE_MAX;
}

/* What a chunk has beyond what the index says of it is not lost in silence. */
static reel_status check_nothing_left(const batch *b) {
    const stream *s = b->s;
    for (size_t i = 0; i < b->chunk->parts.n_columns; i++) {
        const reel_chunk_component *c = &b->chunk->components[i];
        if (c->n_rows && !find_component(s, c->component))
            return reel__fail(REEL_E_FORMAT, "a chunk of %.200s has %.200s, which the index does not say", reel_chunk_entity(b->chunk), c->component);
    }
    for (size_t i = 0; i < b->chunk->parts.n_times && b->chunk->parts.n_rows; i++)
        if (!bsearch(&(column){.name = b->chunk->timelines[i].name}, s->timelines, s->n_timelines, sizeof *s->timelines, by_name))
            return reel__fail(REEL_E_FORMAT, "a chunk of %.200s has the timeline \"%.200s\", which the index does not say", reel_chunk_entity(b->chunk), b->chunk->timelines[i].name);
    return REEL_OK;
}

static reel_status fill_columns(batch *b, const struct ArrowSchema *schema) {
    const stream *s = b->s;
    reel_status status = REEL_OK;
    size_t at = 0;
    b->from[at++] = 0;
    if (s->with_entity) {
        b->from[at] = SIZE_MAX;
        REEL__TRY(fill_entity(b, &b->children[at++]));
    }
    for (size_t i = 0; i < s->n_timelines + s->n_components && status == REEL_OK; i++, at++) {
        bool is_time = i < s->n_timelines;
        b->from[at] = is_time ? timeline_in(b->chunk, &s->timelines[i], &status) : component_in(b->chunk, schema, &s->components[i - s->n_timelines], &status);
        if (b->from[at] == SIZE_MAX && !reel__arrow_nothing(b->arena, s->root.children[at], (int64_t)b->chunk->parts.n_rows, b->zeros, &b->children[at]))
            return no_memory();
    }
    return status == REEL_OK ? check_nothing_left(b) : status;
}

static reel_status make_batch(batch *b, struct ArrowArray *out) {
    struct ArrowSchema schema;
    struct ArrowArray array;
    size_t n_zeros = reel__arrow_zeros(b->chunk->parts.n_rows);
    b->n = (size_t)b->s->root.n_children;
    b->children = reel__ipc_alloc(b->arena, b->n * sizeof *b->children);
    b->from = reel__ipc_alloc(b->arena, b->n * sizeof *b->from);
    struct ArrowArray **list = reel__ipc_alloc(b->arena, b->n * sizeof *list);
    const void **buffers = reel__ipc_alloc(b->arena, sizeof *buffers);
    uint8_t *zeros = reel__ipc_alloc(b->arena, n_zeros);
    if (!b->children || !b->from || !list || !buffers || !zeros)
        return no_memory();
    memset(b->children, 0, b->n * sizeof *b->children);
    b->zeros = memset(zeros, 0, n_zeros);
    REEL__TRY(reel_chunk_export(b->chunk, &schema, &array));
    reel_status status = fill_columns(b, &schema);
    for (size_t i = 0; i < b->n && status == REEL_OK; i++) {
        list[i] = &b->children[i];
        if (b->from[i] == SIZE_MAX)
            continue;
        b->children[i] = *array.children[b->from[i]];
        array.children[b->from[i]]->release = NULL; /* moved */
    }
    schema.release(&schema);
    array.release(&array);
    if (status != REEL_OK)
        return status;
    buffers[0] = NULL;
    struct ArrowArray root = {.length = (int64_t)b->chunk->parts.n_rows, .n_buffers = 1, .buffers = buffers, .n_children = (int64_t)b->n, .children = list};
    reel__arrow_give_array(b->arena, &root, out);
    return REEL_OK;
}

static reel_status next_batch(stream *s, struct ArrowArray *out) {
    reel_chunk *chunk;
    REEL__TRY(reel__index_load(s->index, (size_t)s->chunks[s->next], &chunk));
    batch b = {.s = s, .chunk = chunk, .arena = reel__ipc_tree_new(NULL)};
    reel_status status = b.arena ? make_batch(&b, out) : no_memory();
    if (b.arena)
        reel__held_unref(&b.arena->held);
    reel_chunk_unref(chunk);
    s->next += status == REEL_OK;
    return status;
}

/* ---- the stream */

static int errno_of(reel_status status) { return status == REEL_E_NO_MEMORY ? ENOMEM : status == REEL_E_ARGUMENT || status == REEL_E_TOO_LARGE ? EINVAL : EIO; }

static int end_with(stream *s, reel_status status) {
    s->status = status;
    snprintf(s->error, sizeof s->error, "%s", reel_error_message());
    return errno_of(status);
}

static int get_schema(struct ArrowArrayStream *self, struct ArrowSchema *out) {
    stream *s = self->private_data;
    struct ArrowSchema root;
    out->release = NULL;
    reel__ipc_tree *arena = reel__ipc_tree_new(&s->arena->held);
    bool ok = arena && reel__arrow_copy_schema(arena, &s->root, false, &root);
    if (ok)
        reel__arrow_give_schema(arena, &root, out);
    if (arena)
        reel__held_unref(&arena->held);
    return ok ? 0 : end_with(s, no_memory());
}

static int get_next(struct ArrowArrayStream *self, struct ArrowArray *out) {
    stream *s = self->private_data;
    out->release = NULL;
    if (s->status != REEL_OK)
        return errno_of(s->status);
    if (s->next == s->n_chunks)
        return 0;
    reel_status status = next_batch(s, out);
    return status == REEL_OK ? 0 : end_with(s, status);
}

static const char *get_last_error(struct ArrowArrayStream *self) {
    const stream *s = self->private_data;
    return s->status == REEL_OK ? NULL : s->error;
}

static void release(struct ArrowArrayStream *self) {
    free_stream(self->private_data);
    self->release = NULL;
}

static reel_status fill_stream(stream *s, const reel_query *query) {
    reel__index_choice choice;
    REEL__TRY(reel__index_choose(s->index, query, &choice));
    s->with_entity = !choice.is_one_entity;
    reel__index_choice_free(&choice);
    REEL__TRY(reel_index_select(s->index, query, &s->chunks, &s->n_chunks));
    s->arena = reel__ipc_tree_new(NULL);
    if (!s->arena)
        return no_memory();
    REEL__TRY(check_store(s));
    REEL__TRY(find_timelines(s));
    REEL__TRY(find_components(s));
    const char *entity = s->with_entity || !s->n_chunks ? NULL : s->index->entities.items[s->index->chunks.items[s->chunks[0]].entity];
    return make_schema(s, entity);
}

reel_status reel_index_export(const reel_index *index, const reel_query *query, struct ArrowArrayStream *out) {
    if (!index || !out)
        return reel__fail(REEL_E_ARGUMENT, "reel_index_export needs an index and a stream");
    *out = (struct ArrowArrayStream){0};
    stream *s = reel__alloc_zero(sizeof *s);
    if (!s)
        return no_memory();
    s->index = index;
    reel_status status = fill_stream(s, query);
    if (status != REEL_OK) {
        free_stream(s);
        return status;
    }
    *out = (struct ArrowArrayStream){get_schema, get_next, get_last_error, release, s};
    return REEL_OK;
}
