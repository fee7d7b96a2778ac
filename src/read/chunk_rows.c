#include "chunk_rows.h"

#include "../arrow/ipc_write.h"
#include "../base/alloc.h"
#include "../base/error.h"
#include "../base/text.h"

#include <string.h>

/* ---- columns */

static reel_status same_timelines(const reel_chunk *a, const reel_chunk *b) {
    for (size_t i = 0; i < a->parts.n_times || i < b->parts.n_times; i++) {
        const reel__chunk_time *x = i < a->parts.n_times ? &a->parts.times[i] : NULL, *y = i < b->parts.n_times ? &b->parts.times[i] : NULL;
        if (!x || !y || strcmp(x->name, y->name))
            return reel__fail(REEL_E_ARGUMENT, "%s: one of the chunks has no timeline \"%.80s\"", a->parts.entity, !x ? y->name : !y || strcmp(x->name, y->name) < 0 ? x->name : y->name);
        if (x->type != y->type)
            return reel__fail(REEL_E_TIMELINE_TYPE, "%s: timeline %s is of type %d in one chunk and %d in another", a->parts.entity, x->name, (int)x->type, (int)y->type);
    }
    return REEL_OK;
}

/* The column of this component, most often the one that stands in the same place; n_columns if there is none. */
static size_t find_column(const reel__row_columns *columns, const char *component, size_t guess) {
    if (guess < columns->n_columns && strcmp(columns->columns[guess].component, component) == 0)
        return guess;
    size_t i = 0;
    while (i < columns->n_columns && strcmp(columns->columns[i].component, component))
        i++;
    return i;
}

/* The same type, or the same but that values may be null in one of them: then in both. */
static reel_status unify_type(reel__row_columns *columns, size_t column, const reel_chunk *chunk, size_t place, const reel__arrow_type *type) {
    reel__descriptor *d = &columns->columns[column];
    if (reel__arrow_type_equal(d->arrow, type))
        return REEL_OK;
    reel__arrow_type without_nulls = *type, plain = *d->arrow;
    without_nulls.root_nulls = plain.root_nulls = false;
    if (!reel__arrow_type_equal(&without_nulls, &plain))
        return reel__fail(REEL_E_ARGUMENT, "%s: component %s has values of the type %.200s in one chunk and of another in a chunk before", chunk->parts.entity, d->component,
                          chunk->components[place].arrow_type);
    if (d->arrow->root_nulls)
        return REEL_OK;
    REEL__TRY(reel__arrow_type_from_schema(chunk->parts.columns[place].item, true, d->component, &columns->made[column]));
    d->arrow = columns->made[column];
    return REEL_OK;
}

static reel_status add_column(reel__row_columns *columns, size_t k, size_t place) {
    const reel_chunk *chunk = columns->chunks[k];
    const reel__chunk_column *c = &chunk->parts.columns[place];
    const reel__arrow_type *type;
    size_t at = find_column(columns, c->component, place);
    REEL__TRY(reel__chunk_type(chunk, place, &type));
    if (at == columns->n_columns) {
        columns->columns[columns->n_columns++] = (reel__descriptor){c->component, c->archetype, c->component_type, type};
        return REEL_OK;
    }
    const reel__descriptor *d = &columns->columns[at];
    if (!reel__text_same(d->archetype, c->archetype) || !reel__text_same(d->component_type, c->component_type))
        return reel__fail(REEL_E_ARGUMENT, "%s: component %s is a %.80s of %.80s, and elsewhere a %.80s of %.80s", chunk->parts.entity, c->component, c->component_type ? c->component_type : "value",
                          c->archetype ? c->archetype : "no archetype", d->component_type ? d->component_type : "value", d->archetype ? d->archetype : "no archetype");
    return unify_type(columns, at, chunk, place, type);
}

/* One chunk's columns as they are, even two of one component. */
static reel_status only_columns(reel__row_columns *columns) {
    const reel_chunk *chunk = columns->chunks[0];
    for (size_t i = 0; i < chunk->parts.n_columns; i++) {
        const reel__chunk_column *c = &chunk->parts.columns[i];
        const reel__arrow_type *type;
        REEL__TRY(reel__chunk_type(chunk, i, &type));
        columns->columns[columns->n_columns] = (reel__descriptor){c->component, c->archetype, c->component_type, type};
        columns->places[columns->n_columns++] = (uint32_t)i;
    }
    return REEL_OK;
}

static reel_status all_columns(reel__row_columns *columns) {
    for (size_t k = 0; k < columns->n_chunks; k++) {
        REEL__TRY(same_timelines(columns->chunks[0], columns->chunks[k]));
        for (size_t i = 0; i < columns->chunks[k]->parts.n_columns; i++)
            REEL__TRY(add_column(columns, k, i));
    }
    size_t bytes, n = columns->n_columns;
    if (!reel__mul_size(columns->n_chunks, n * sizeof *columns->places, &bytes) || !(columns->places = reel__alloc(bytes)))
        return reel__fail(REEL_E_NO_MEMORY, "%s: no memory for the columns of %zu chunks", columns->chunks[0]->parts.entity, columns->n_chunks);
    memset(columns->places, 0xFF, bytes);
    for (size_t k = 0; k < columns->n_chunks; k++)
        for (size_t i = 0; i < columns->chunks[k]->parts.n_columns; i++)
            columns->places[k * n + find_column(columns, columns->chunks[k]->parts.columns[i].component, i)] = (uint32_t)i;
    return REEL_OK;
}

reel_status reel__row_columns_make(reel__row_columns *columns, const reel_chunk *const *chunks, size_t n_chunks) {
    size_t most = 0;
    for (size_t k = 0; k < n_chunks; k++)
        if (!reel__add_size(most, chunks[k]->parts.n_columns, &most))
            most = SIZE_MAX;
    *columns = (reel__row_columns){.chunks = chunks, .n_chunks = n_chunks};
    columns->columns = reel__alloc_array(most, sizeof *columns->columns);
    columns->made = reel__alloc_zero(most < SIZE_MAX / sizeof *columns->made ? most * sizeof *columns->made : SIZE_MAX);
    if (n_chunks == 1)
        columns->places = reel__alloc_array(most, sizeof *columns->places);
    reel_status status = columns->columns && columns->made && (n_chunks != 1 || columns->places)
                             ? REEL_OK
                             : reel__fail(REEL_E_NO_MEMORY, "%s: no memory for %zu columns of %zu chunks", chunks[0]->parts.entity, most, n_chunks);
    if (status == REEL_OK)
        status = n_chunks == 1 ? only_columns(columns) : all_columns(columns);
    if (status != REEL_OK)
        reel__row_columns_free(columns);
    return status;
}

void reel__row_columns_free(reel__row_columns *columns) {
    for (size_t i = 0; columns->made && i < columns->n_columns; i++)
        reel__release(columns->made[i]);
    reel__release(columns->made);
    reel__release(columns->columns);
    reel__release(columns->places);
    *columns = (reel__row_columns){0};
}

/* ---- streams */

/* A column of one chunk. */
typedef struct source {
    const reel__chunk_column *column; /* NULL: the chunk does not have it */
    const uint8_t *flat;              /* where its values stand as they would in the stream; NULL: they do not */
    uint32_t value_bytes;
} source;

typedef struct making {
    const reel__row_columns *columns;
    const reel__row_run *runs;
    size_t n_runs, n_rows;
    size_t n_times, n_streams;
    source *sources;      /* [chunk * n_columns + column] */
    reel__row_streams *out;
    size_t block_size;
} making;

static const char *entity_of(const making *m) { return m->columns->chunks[0]->parts.entity; }

/* The next values that stand in one piece, of the rows [*row, end). */
static bool next_piece(const reel__chunk_column *c, size_t *row, size_t end, int64_t *at, int64_t *n) {
    size_t last;
    if (c->validity) {
        int64_t skipped;
        while (*row < end && !reel__chunk_row(c, *row, at, &skipped))
            ++*row;
        for (last = *row; last < end && reel__chunk_row(c, last, at, &skipped);)
            last++;
    } else {
        last = end;
    }
    if (*row == end)
        return false;
    *at = c->offsets[c->first + *row];
    *n = c->offsets[c->first + last] - *at;
    *row = last;
    return true;
}

static reel_status measure_column(const making *m, size_t column, size_t *sizes) {
    const reel__descriptor *d = &m->columns->columns[column];
    uint64_t flat_bytes = 0;
    for (size_t r = 0; r < m->n_runs; r++) {
        const reel__row_run *run = &m->runs[r];
        const source *s = &m->sources[run->chunk * m->columns->n_columns + column];
        int64_t at, n;
        for (size_t row = run->first; s->column && next_piece(s->column, &row, run->first + run->n, &at, &n);) {
            if (s->flat)
                flat_bytes += (uint64_t)n * s->value_bytes;
            else
                REEL__TRY(reel__arrow_measure_more(d->arrow, s->column->item, s->column->values, at, n, d->component, sizes));
        }
        if (flat_bytes > INT32_MAX)
            return reel__fail(REEL_E_TOO_LARGE, "%s: %s has more than %d bytes in %zu rows", entity_of(m), d->component, INT32_MAX, m->n_rows);
    }
    if (flat_bytes + sizes[0] > INT32_MAX)
        return reel__fail(REEL_E_TOO_LARGE, "%s: %s has more than %d bytes in %zu rows", entity_of(m), d->component, INT32_MAX, m->n_rows);
    sizes[0] += (size_t)flat_bytes; /* flat ones have only this stream */
    return REEL_OK;
}

/* Rows that are moved come one by one, and most are of 8 bytes: a copy of a size that is known is an instruction. */
static uint8_t *put_bytes(uint8_t *to, const uint8_t *from, size_t size) {
    if (size == 8)
        memcpy(to, from, 8);
    else if (size == 16)
        memcpy(to, from, 16);
    else if (size)
        memcpy(to, from, size);
    return to + size;
}

static void write_lengths(const source *s, const reel__row_run *run, uint32_t *lengths) {
    int64_t at, n;
    for (size_t i = 0; i < run->n; i++) {
        bool is_set = s->column && reel__chunk_row(s->column, run->first + i, &at, &n);
        lengths[i] = is_set ? (uint32_t)n : REEL__CELL_NULL;
    }
}

static void write_column(const making *m, size_t column, uint32_t *lengths, uint8_t **streams) {
    const reel__descriptor *d = &m->columns->columns[column];
    for (size_t r = 0; r < m->n_runs; lengths += m->runs[r++].n) {
        const reel__row_run *run = &m->runs[r];
        const source *s = &m->sources[run->chunk * m->columns->n_columns + column];
        int64_t at, n;
        write_lengths(s, run, lengths);
        for (size_t row = run->first; s->column && next_piece(s->column, &row, run->first + run->n, &at, &n);) {
            if (s->flat)
                streams[0] = put_bytes(streams[0], s->flat + (size_t)at * s->value_bytes, (size_t)n * s->value_bytes);
            else
                reel__arrow_write_more(d->arrow, s->column->item, s->column->values, at, n, streams);
        }
    }
}

/* The only piece of a flat column, if it is one: it need not be copied. */
static const uint8_t *borrowed(const making *m, size_t column) {
    const source *s = &m->sources[column];
    int64_t at, n, other_n;
    if (m->n_runs != 1 || m->columns->n_chunks != 1 || !s->flat)
        return NULL;
    size_t row = m->runs[0].first, end = row + m->runs[0].n;
    if (!next_piece(s->column, &row, end, &at, &n))
        return NULL;
    const uint8_t *found = s->flat + (size_t)at * s->value_bytes;
    return next_piece(s->column, &row, end, &at, &other_n) ? NULL : found;
}

/* Texts, and lists of numbers: lengths, and bytes that stand behind each other. */
static bool is_run_of_bytes(const reel__arrow_type *type) {
    const reel__arrow_node *node = type->nodes;
    if (type->root_nulls || type->n_streams != 2 || reel__arrow_is_large(node->kind))
        return false;
    return reel__arrow_is_run(node->kind) || (node->kind == REEL__ARROW_LIST && type->n_nodes == 2 && reel__arrow_width(node[1].kind));
}

/* Such a column's only piece: its bytes need not be copied, which may be all of an image. NULL if it is none. *offsets are those of its values, n and one more. */
static const uint8_t *borrowed_run(const making *m, size_t column, const int32_t **offsets, int64_t *n) {
    const source *s = &m->sources[column];
    const reel__arrow_type *type = m->columns->columns[column].arrow;
    int64_t at, other, other_n;
    if (m->n_runs != 1 || m->columns->n_chunks != 1 || !s->column || !is_run_of_bytes(type))
        return NULL;
    const struct ArrowSchema *item = s->column->item;
    const struct ArrowArray *values = s->column->values;
    bool is_list = type->nodes->kind == REEL__ARROW_LIST;
    if (item->dictionary || strlen(item->format) != (is_list ? 2 : 1) || (is_list && (item->format[1] != 'l' || item->children[0]->dictionary || item->children[0]->format[1])))
        return NULL; /* stored in another way */
    size_t row = m->runs[0].first, end = row + m->runs[0].n;
    if (!next_piece(s->column, &row, end, &at, n) || next_piece(s->column, &row, end, &other, &other_n) || !*n)
        return NULL;
    *offsets = (const int32_t *)values->buffers[1] + values->offset + at;
    if (!is_list)
        return (const uint8_t *)values->buffers[2] + **offsets;
    const struct ArrowArray *child = values->children[0];
    return (const uint8_t *)child->buffers[1] + (size_t)(child->offset + **offsets) * reel__arrow_width(type->nodes[1].kind);
}

static void write_run_lengths(const int32_t *offsets, int64_t n, uint8_t *to) {
    for (int64_t i = 0; i < n; i++, to += 4)
        reel__store_u32(to, (uint32_t)(offsets[i + 1] - offsets[i]));
}

static void make_sources(making *m) {
    for (size_t k = 0; k < m->columns->n_chunks; k++)
        for (size_t i = 0; i < m->columns->n_columns; i++) {
            size_t at = k * m->columns->n_columns + i;
            uint32_t place = m->columns->places[at];
            source s = {NULL, NULL, 0};
            if (place != UINT32_MAX) {
                s.column = &m->columns->chunks[k]->parts.columns[place];
                s.flat = reel__arrow_flat(m->columns->columns[i].arrow, s.column->item, s.column->values, &s.value_bytes);
            }
            m->sources[at] = s;
        }
}

/* All sizes; and where a stream stands if it need not be copied. */
static reel_status measure(making *m) {
    reel__span *spans = m->out->spans;
    size_t at = 1 + m->n_times;
    for (size_t i = 0; i < at; i++)
        spans[i].size = 8 * m->n_rows;
    for (size_t c = 0; c < m->columns->n_columns; c++) {
        size_t sizes[REEL__ARROW_STREAMS_MAX] = {0}, n = m->columns->columns[c].arrow->n_streams;
        REEL__TRY(measure_column(m, c, sizes));
        spans[at++].size = 4 * m->n_rows;
        for (size_t i = 0; i < n; i++)
            spans[at++].size = sizes[i];
        const int32_t *offsets;
        int64_t n_values;
        const uint8_t *found = borrowed(m, c);
        spans[at - 1].data = found ? found : sizes[1] ? borrowed_run(m, c, &offsets, &n_values) : NULL;
    }
    return REEL_OK;
}

static const uint8_t *gather(const making *m, size_t width, const uint8_t *(*values_of)(const reel_chunk *chunk, size_t which), size_t which, uint8_t *to) {
    const uint8_t *start = to;
    if (m->n_runs == 1)
        return values_of(m->columns->chunks[m->runs[0].chunk], which) + width * m->runs[0].first;
    for (size_t r = 0; r < m->n_runs; r++) {
        const reel__row_run *run = &m->runs[r];
        to = put_bytes(to, values_of(m->columns->chunks[run->chunk], which) + width * run->first, width * run->n);
    }
    return start;
}

static const uint8_t *ids_of(const reel_chunk *chunk, size_t which) {
    (void)which;
    return chunk->parts.row_ids;
}
static const uint8_t *times_of(const reel_chunk *chunk, size_t which) { return (const uint8_t *)chunk->parts.times[which].times; }

static size_t aligned(size_t size) { return (size + 15) & ~(size_t)15; }

/* The block of before, unless it is too small, or far too large. */
static uint8_t *take_block(reel__row_streams *streams, size_t size) {
    if (streams->block && streams->block_size >= size && streams->block_size / 4 <= size + 65536)
        return streams->block;
    reel__release(streams->block);
    streams->block = reel__alloc(size);
    streams->block_size = streams->block ? size : 0;
    return streams->block;
}

static reel_status fill(making *m) {
    reel__span *spans = m->out->spans;
    size_t size = aligned(16 * m->n_rows);
    for (size_t i = 1; i < m->n_streams; i++)
        size += spans[i].data ? 0 : aligned(spans[i].size); /* each is below 2 GiB */
    if (m->out->bytes_max && size > m->out->bytes_max)
        return reel__fail(REEL_E_TOO_LARGE, "%s: decoded, %zu rows have %zu bytes, which is more than those they came from can have", entity_of(m), m->n_rows, size);
    uint8_t *at = take_block(m->out, size);
    if (!at)
        return reel__fail(REEL_E_NO_MEMORY, "%s: no memory for %zu rows of %zu bytes", entity_of(m), m->n_rows, size);
    m->out->part = (reel__part){.n_rows = (uint32_t)m->n_rows, .streams = spans, .row_ids = gather(m, 16, ids_of, 0, at)};
    at += aligned(16 * m->n_rows);
    for (size_t i = 0; i < m->n_times; i++, at += aligned(8 * m->n_rows))
        spans[1 + i].data = gather(m, 8, times_of, i, at);
    size_t stream = 1 + m->n_times;
    for (size_t c = 0; c < m->columns->n_columns; c++) {
        uint8_t *streams[REEL__ARROW_STREAMS_MAX];
        size_t n = m->columns->columns[c].arrow->n_streams;
        uint32_t *lengths = (uint32_t *)(void *)at;
        spans[stream++].data = at;
        at += aligned(4 * m->n_rows);
        bool is_borrowed = n && spans[stream + n - 1].data;
        for (size_t i = 0; i < n - is_borrowed; at += aligned(spans[stream + i++].size))
            spans[stream + i].data = streams[i] = at;
        stream += n;
        const int32_t *offsets;
        int64_t n_values;
        if (is_borrowed)
            write_lengths(&m->sources[c], &m->runs[0], lengths);
        else
            write_column(m, c, lengths, streams);
        if (is_borrowed && n == 2 && borrowed_run(m, c, &offsets, &n_values))
            write_run_lengths(offsets, n_values, streams[0]);
    }
    return REEL_OK;
}

reel_status reel__row_streams_make(reel__row_streams *streams, const reel__row_columns *columns, const reel__row_run *runs, size_t n_runs) {
    making m = {.columns = columns, .runs = runs, .n_runs = n_runs, .n_times = columns->chunks[0]->parts.n_times, .out = streams};
    for (size_t r = 0; r < n_runs; r++)
        if (!reel__add_size(m.n_rows, runs[r].n, &m.n_rows) || m.n_rows > INT32_MAX / 16)
            return reel__fail(REEL_E_TOO_LARGE, "%s: a chunk of more than %d rows", entity_of(&m), INT32_MAX / 16);
    m.n_streams = 1 + m.n_times;
    for (size_t c = 0; c < columns->n_columns; c++)
        m.n_streams += 1u + columns->columns[c].arrow->n_streams;
    reel__release(streams->spans);
    streams->spans = reel__alloc_zero(m.n_streams * sizeof *streams->spans);
    m.sources = reel__alloc_array(columns->n_chunks * columns->n_columns, sizeof *m.sources);
    reel_status status = streams->spans && m.sources ? REEL_OK : reel__fail(REEL_E_NO_MEMORY, "%s: no memory for %zu columns", entity_of(&m), columns->n_columns);
    if (status == REEL_OK) {
        make_sources(&m);
        status = measure(&m);
    }
    if (status == REEL_OK)
        status = fill(&m);
    reel__release(m.sources);
    return status;
}

void reel__row_streams_free(reel__row_streams *streams) {
    reel__release(streams->spans);
    reel__release(streams->block);
    *streams = (reel__row_streams){0};
}
