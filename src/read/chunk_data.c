#include "chunk_data.h"

#include "../arrow/arrow_bytes.h"
#include "../arrow/arrow_values.h"
#include "../arrow/arrow_words.h"
#include "../base/alloc.h"
#include "../base/clock.h"
#include "../base/error.h"
#include "../base/ids.h"
#include "../base/map.h"
#include "../base/text.h"

#include <stdlib.h>
#include <string.h>

void reel__chunk_new_id(uint8_t id[16]) { reel__tuid_bytes(id, (reel__tuid){(uint64_t)reel__realtime_ns(), reel__random_u64() >> 1}); }

bool reel__chunk_row(const reel__chunk_column *c, size_t row, int64_t *at, int64_t *n) {
    size_t i = c->first + row;
    bool is_set = !c->validity || reel__arrow_bit(c->validity, (int64_t)i);
    *at = c->offsets[i];
    *n = is_set ? (int64_t)c->offsets[i + 1] - c->offsets[i] : 0;
    return is_set;
}

/* ---- making: one block for the struct, its arrays and its texts */

typedef struct layout {
    size_t held, timelines, times, components, columns, types, texts, size;
} layout;

/* All of these arrays are in memory already, so their sizes cannot overflow by a constant factor that is this small; the counts are bounded nevertheless. */
static layout lay_out(const reel__chunk_parts *p, size_t texts_size) {
    layout l = {.held = (sizeof(reel_chunk) + 15) & ~(size_t)15};
    l.timelines = l.held + p->n_held * sizeof *p->held;
    l.times = l.timelines + p->n_times * sizeof(reel_chunk_timeline);
    l.components = l.times + p->n_times * sizeof *p->times;
    l.columns = l.components + p->n_columns * sizeof(reel_chunk_component);
    l.types = l.columns + p->n_columns * sizeof *p->columns;
    l.texts = l.types + p->n_columns * sizeof(_Atomic(reel__arrow_type *));
    l.size = l.texts + texts_size;
    return l;
}

static int by_name(const void *a, const void *b) { return strcmp(((const reel__chunk_time *)a)->name, ((const reel__chunk_time *)b)->name); }

static int compare(const char *a, const char *b) { return !a || !b ? (a != NULL) - (b != NULL) : strcmp(a, b); }

/* As writers have it. */
static int by_descriptor(const void *a, const void *b) {
    const reel__chunk_column *x = a, *y = b;
    int order = compare(x->archetype, y->archetype);
    order = order ? order : compare(x->component, y->component);
    return order ? order : compare(x->component_type, y->component_type);
}

static void look_at_times(reel_chunk_timeline *out, const reel__chunk_time *t, size_t n) {
    *out = (reel_chunk_timeline){t->name, t->type, t->times, true, INT64_MAX, INT64_MIN};
    if (!n)
        return;
    int64_t min = t->times[0], max = min, falls = 0;
    for (size_t i = 1; i < n; i++) {
        int64_t time = t->times[i];
        falls |= time < t->times[i - 1];
        min = time < min ? time : min;
        max = time > max ? time : max;
    }
    out->min = min;
    out->max = max;
    out->is_sorted = !falls;
}

static size_t rows_set(const reel__chunk_column *c, size_t n_rows) {
    size_t n = 0;
    if (!c->validity)
        return n_rows;
    for (size_t i = c->first; i < c->first + n_rows; i++)
        n += reel__arrow_bit(c->validity, (int64_t)i);
    return n;
}

/* Offsets and values. */
static size_t column_bytes(const reel__chunk_column *c, size_t n_rows) {
    int64_t values = reel__chunk_end(c, n_rows) - reel__chunk_begin(c);
    return 4 * (n_rows + 1) + reel__arrow_bytes(c->item, c->values, reel__chunk_begin(c), values);
}

/* What the columns' own arrays take; the values are counted by whoever decoded them. */
static size_t count_bytes(const reel__chunk_parts *p) {
    size_t n = 16 * p->n_rows + 8 * p->n_rows * p->n_times;
    for (size_t i = 0; i < p->n_columns; i++)
        n += column_bytes(&p->columns[i], p->n_rows);
    return n;
}

static void release_chunk(reel__held *held) {
    reel_chunk *chunk = (reel_chunk *)held;
    for (size_t i = 0; i < chunk->parts.n_columns; i++)
        reel__release(atomic_load_explicit(&chunk->types[i], memory_order_acquire));
    for (size_t i = 0; i < chunk->parts.n_held; i++)
        reel__held_unref(chunk->parts.held[i]);
    reel__release(chunk);
}

/* The words of all columns' types, NUL behind each. */
static reel_status describe_types(const reel__chunk_parts *parts, reel__buf *out) {
    for (size_t i = 0; i < parts->n_columns; i++) {
        reel__arrow_words(out, parts->columns[i].item);
        reel__buf_u8(out, 0);
    }
    return out->failed ? reel__fail(REEL_E_NO_MEMORY, "%s: no memory for the types of %zu columns", parts->entity, parts->n_columns) : REEL_OK;
}

static size_t texts_of(const reel__chunk_parts *p, const reel__buf *types) {
    size_t n = reel__text_size(p->entity) + types->size;
    for (size_t i = 0; i < p->n_times; i++)
        n += reel__text_size(p->times[i].name);
    for (size_t i = 0; i < p->n_columns; i++)
        n += reel__text_size(p->columns[i].component) + reel__text_size(p->columns[i].archetype) + reel__text_size(p->columns[i].component_type);
    return n;
}

/* Everything but what is held and the checks. */
static void fill(reel_chunk *chunk, const reel__chunk_parts *parts, const layout *l, const reel__buf *types) {
    uint8_t *base = (uint8_t *)chunk;
    char *texts = (char *)base + l->texts;
    reel__chunk_time *times = (reel__chunk_time *)(base + l->times);
    reel__chunk_column *columns = (reel__chunk_column *)(base + l->columns);
    chunk->parts = *parts;
    chunk->parts.entity = reel__text_put(&texts, parts->entity);
    chunk->timelines = (reel_chunk_timeline *)(base + l->timelines);
    chunk->components = (reel_chunk_component *)(base + l->components);
    chunk->types = (_Atomic(reel__arrow_type *) *)(base + l->types);
    for (size_t i = 0; i < parts->n_times; i++) {
        times[i] = parts->times[i];
        times[i].name = reel__text_put(&texts, parts->times[i].name);
    }
    if (parts->n_times)
        qsort(times, parts->n_times, sizeof *times, by_name);
    for (size_t i = 0; i < parts->n_times; i++)
        look_at_times(&chunk->timelines[i], &times[i], parts->n_rows);
    for (size_t i = 0; i < parts->n_columns; i++) {
        reel__chunk_column *c = &columns[i];
        *c = parts->columns[i];
        c->component = reel__text_put(&texts, c->component);
        c->archetype = reel__text_put(&texts, c->archetype);
        c->component_type = reel__text_put(&texts, c->component_type);
        atomic_init(&chunk->types[i], NULL);
    }
    if (types->size)
        memcpy(texts, types->data, types->size);
    for (size_t i = 0; i < parts->n_columns; texts += strlen(texts) + 1, i++) {
        const reel__chunk_column *c = &columns[i];
        chunk->components[i] = (reel_chunk_component){c->component, c->archetype, c->component_type, texts,
                                                      (size_t)(reel__chunk_end(c, parts->n_rows) - reel__chunk_begin(c)), rows_set(c, parts->n_rows)};
    }
    chunk->parts.times = times;
    chunk->parts.columns = columns;
}

/* Components are told apart by their names alone, whatever they say of their archetypes. */
static reel_status check_names(const reel__chunk_parts *parts) {
    reel__map seen = {0};
    reel_status status = REEL_OK;
    for (size_t i = 0; i < parts->n_columns && status == REEL_OK; i++) {
        const char *name = parts->columns[i].component;
        if (reel__map_get(&seen, name, strlen(name)))
            status = reel__fail(REEL_E_ARGUMENT, "%s: two columns of the component \"%.80s\"", parts->entity, name);
        else if (reel__map_put(&seen, name, strlen(name), &seen) != REEL_OK)
            status = reel__fail(REEL_E_NO_MEMORY, "%s: no memory for the names of %zu columns", parts->entity, parts->n_columns);
    }
    reel__map_free(&seen);
    return status;
}

static reel_status check_parts(const reel__chunk_parts *parts) {
    if (parts->n_columns > REEL__CHUNK_COLUMNS_MAX || parts->n_times > REEL__CHUNK_COLUMNS_MAX)
        return reel__fail(REEL_E_TOO_LARGE, "%s: a chunk of %zu timelines and %zu columns: at most %d are allowed", parts->entity, parts->n_times, parts->n_columns, REEL__CHUNK_COLUMNS_MAX);
    if (parts->n_columns > 16)
        return check_names(parts);
    for (size_t i = 1; i < parts->n_columns; i++) /* nearly all chunks: no memory for so few */
        for (size_t k = 0; k < i; k++)
            if (strcmp(parts->columns[i].component, parts->columns[k].component) == 0)
                return reel__fail(REEL_E_ARGUMENT, "%s: two columns of the component \"%.80s\"", parts->entity, parts->columns[i].component);
    return REEL_OK;
}

/* Everything is in its place, but times, which are sorted in the chunk. */
static reel_status make(const reel__chunk_parts *parts, reel_chunk **out) {
    reel__buf types = {0};
    reel_status status = describe_types(parts, &types);
    layout l = lay_out(parts, texts_of(parts, &types));
    reel_chunk *chunk = status == REEL_OK ? reel__alloc(l.size) : NULL;
    if (!chunk) {
        reel__buf_free(&types);
        return status != REEL_OK ? status : reel__fail(REEL_E_NO_MEMORY, "%s: no memory for a chunk's description of %zu bytes", parts->entity, l.size);
    }
    fill(chunk, parts, &l, &types);
    reel__buf_free(&types);
    for (size_t i = 1; i < parts->n_times; i++)
        if (strcmp(chunk->timelines[i].name, chunk->timelines[i - 1].name) == 0) {
            status = reel__fail(REEL_E_ARGUMENT, "%s: two timelines of the name \"%.80s\"", parts->entity, chunk->timelines[i].name);
            reel__release(chunk);
            return status;
        }
    reel__held_init(&chunk->is_held, release_chunk);
    reel__held **held = (reel__held **)((uint8_t *)chunk + l.held);
    for (size_t i = 0; i < parts->n_held; i++)
        held[i] = reel__held_ref(parts->held[i]);
    chunk->parts.held = held;
    if (!chunk->parts.bytes)
        chunk->parts.bytes = count_bytes(parts) + l.size;
    *out = chunk;
    return REEL_OK;
}

bool reel__chunk_columns_ascend(const reel__chunk_parts *parts) {
    for (size_t i = 1; i < parts->n_columns; i++)
        if (by_descriptor(&parts->columns[i - 1], &parts->columns[i]) >= 0)
            return false;
    return true;
}

reel_status reel__chunk_make(const reel__chunk_parts *parts, reel_chunk **out) {
    *out = NULL;
    REEL__TRY(check_parts(parts));
    if (reel__chunk_columns_ascend(parts))
        return make(parts, out);
    reel__chunk_parts sorted = *parts;
    reel__chunk_column *columns = reel__alloc_array(parts->n_columns, sizeof *columns);
    if (!columns)
        return reel__fail(REEL_E_NO_MEMORY, "%s: no memory for %zu columns", parts->entity, parts->n_columns);
    memcpy(columns, parts->columns, parts->n_columns * sizeof *columns);
    qsort(columns, parts->n_columns, sizeof *columns, by_descriptor);
    sorted.columns = columns;
    reel_status status = make(&sorted, out);
    reel__release(columns);
    return status;
}

reel_status reel__chunk_type(const reel_chunk *chunk, size_t column, const reel__arrow_type **type) {
    const reel__chunk_column *c = &chunk->parts.columns[column];
    reel__arrow_type *made = atomic_load_explicit(&chunk->types[column], memory_order_acquire), *none = NULL;
    *type = made;
    if (made)
        return REEL_OK;
    REEL__TRY(reel__arrow_import(c->item, c->values, c->component, &made));
    /* Somebody else may have made it meanwhile: the first one stays. */
    if (!atomic_compare_exchange_strong_explicit(&chunk->types[column], &none, made, memory_order_acq_rel, memory_order_acquire)) {
        reel__release(made);
        made = none;
    }
    *type = made;
    return REEL_OK;
}

/* ---- what everybody may ask */

reel_chunk *reel_chunk_ref(reel_chunk *chunk) { return chunk ? (reel_chunk *)reel__held_ref(&chunk->is_held) : NULL; }
void reel_chunk_unref(reel_chunk *chunk) {
    if (chunk)
        reel__held_unref(&chunk->is_held);
}
const char *reel_chunk_entity(const reel_chunk *chunk) { return chunk ? chunk->parts.entity : ""; }
const uint8_t *reel_chunk_id(const reel_chunk *chunk) { return chunk ? chunk->parts.id : NULL; }
size_t reel_chunk_rows(const reel_chunk *chunk) { return chunk ? chunk->parts.n_rows : 0; }
bool reel_chunk_is_static(const reel_chunk *chunk) { return chunk && !chunk->parts.n_times; }
const uint8_t *reel_chunk_row_ids(const reel_chunk *chunk) { return chunk ? chunk->parts.row_ids : NULL; }
size_t reel_chunk_bytes(const reel_chunk *chunk) { return chunk ? chunk->parts.bytes : 0; }
size_t reel_chunk_timelines(const reel_chunk *chunk) { return chunk ? chunk->parts.n_times : 0; }
const reel_chunk_timeline *reel_chunk_timeline_at(const reel_chunk *chunk, size_t i) { return i < reel_chunk_timelines(chunk) ? &chunk->timelines[i] : NULL; }
size_t reel_chunk_components(const reel_chunk *chunk) { return chunk ? chunk->parts.n_columns : 0; }
const reel_chunk_component *reel_chunk_component_at(const reel_chunk *chunk, size_t i) { return i < reel_chunk_components(chunk) ? &chunk->components[i] : NULL; }

const reel_chunk_timeline *reel_chunk_timeline_of(const reel_chunk *chunk, const char *name) {
    for (size_t i = 0; name && i < reel_chunk_timelines(chunk); i++)
        if (strcmp(chunk->timelines[i].name, name) == 0)
            return &chunk->timelines[i];
    return NULL;
}

size_t reel_chunk_component_bytes(const reel_chunk *chunk, size_t i) { return i < reel_chunk_components(chunk) ? column_bytes(&chunk->parts.columns[i], chunk->parts.n_rows) : 0; }

size_t reel_chunk_find(const reel_chunk *chunk, const char *component) {
    for (size_t i = 0; component && i < reel_chunk_components(chunk); i++)
        if (strcmp(chunk->components[i].component, component) == 0)
            return i;
    return SIZE_MAX;
}
