/* Columns: many rows of one entity in one call. They bypass the lanes: slices of at most 1 MiB are encoded by the caller and given to the sinks, with row ids drawn at the call. */
#include "sinks.h"

#include "../base/alloc.h"
#include "../base/error.h"
#include "../types/bind_values.h"

#include <stdlib.h>
#include <string.h>

#define SLICE_BYTES ((size_t)1 << 20)
#define SEND_COLUMNS_MAX 64
#define ROW_BYTES_MAX ((uint64_t)INT32_MAX - (1 << 20)) /* of values; the rest of a chunk has room beside it */

typedef struct sent_column {
    const reel__field *field;
    const uint8_t *values;
    const uint32_t *lengths;  /* NULL: one each */
    size_t value_size;
    size_t at_value;          /* where the next slice begins */
    uint8_t *owned_values;    /* sorted copies */
    uint32_t *owned_lengths;
    size_t stream;            /* first value stream within the shape */
} sent_column;

typedef struct sending {
    reel__core *core;
    reel_entity *entity;
    reel__shape *shape;
    size_t n_rows, n_columns, n_times;
    sent_column columns[SEND_COLUMNS_MAX];
    const int64_t *times[REEL__TIMELINES_MAX];
    int64_t *owned_times[REEL__TIMELINES_MAX];
    uint64_t id_time, id_inc;
} sending;

/* What a slice would refuse is refused before the first one is sent. */
static reel_status check_values(const reel_column *c, const char *path, const reel__field *f, size_t size) {
    for (size_t i = 0; f->element == REEL__ELEMENT_FLAT && c->lengths && i < c->n_rows; i++)
        if ((uint64_t)c->lengths[i] * size > ROW_BYTES_MAX)
            return reel__fail(REEL_E_TOO_LARGE, "%s: row %zu of %s has %llu bytes: at most %llu fit", path, i, f->name, (unsigned long long)c->lengths[i] * size,
                              (unsigned long long)ROW_BYTES_MAX);
    const reel_bytes *runs = c->values;
    for (size_t i = 0; f->element == REEL__ELEMENT_BYTES && i < c->n_values; i++)
        if (runs[i].size > ROW_BYTES_MAX)
            return reel__fail(REEL_E_TOO_LARGE, "%s: %s[%zu] has %zu bytes: at most %llu fit", path, f->name, i, runs[i].size, (unsigned long long)ROW_BYTES_MAX);
    if (f->element == REEL__ELEMENT_FLAT || f->element == REEL__ELEMENT_BOOL || !c->n_values)
        return REEL_OK;
    size_t sizes[REEL__ARROW_STREAMS_MAX];
    reel_status status = reel__measure(&(reel__cell){f, c->values, NULL, (uint32_t)c->n_values, 0}, path, sizes);
    return status == REEL_E_TOO_LARGE ? REEL_OK : status; /* together they may be large: they are sent in slices */
}

static reel_status check_column(const reel_column *c, const char *path, sent_column *out, size_t *n_rows) {
    const reel__archetype *a = reel__archetype_of(c->archetype);
    if (!a || c->field >= a->n_fields)
        return reel__fail(REEL_E_ARGUMENT, "%s: archetype %u has no field %u", path, (unsigned)c->archetype, (unsigned)c->field);
    const reel__field *f = &a->fields[c->field];
    *out = (sent_column){.field = f, .values = c->values, .lengths = c->lengths, .value_size = reel__value_size(f)};
    if (!out->value_size)
        return reel__fail(REEL_E_UNSUPPORTED, "%s: %s cannot be sent as a column", path, f->name);
    if (c->n_values && !c->values)
        return reel__fail(REEL_E_ARGUMENT, "%s: %s is NULL with a count of %zu", path, f->name, c->n_values);
    *n_rows = c->lengths ? c->n_rows : c->n_values;
    if (c->n_values > INT32_MAX || *n_rows > INT32_MAX) /* before any of it is read */
        return reel__fail(REEL_E_TOO_LARGE, "%s: %s has %zu values and %zu rows: at most %d are allowed", path, f->name, c->n_values, *n_rows, INT32_MAX);
    if (!c->lengths && c->n_rows && c->n_rows != c->n_values)
        return reel__fail(REEL_E_LENGTHS, "%s: %s has %zu values for %zu rows and no lengths", path, f->name, c->n_values, c->n_rows);
    uint64_t sum = 0;
    for (size_t i = 0; c->lengths && i < c->n_rows; i++)
        sum += c->lengths[i];
    if (c->lengths && sum != c->n_values)
        return reel__fail(REEL_E_LENGTHS, "%s: the lengths of %s add up to %llu for %zu values", path, f->name, (unsigned long long)sum, c->n_values);
    return check_values(c, path, f, out->value_size);
}

static reel_status check(sending *s, const reel_time_column *times, size_t n_times, const reel_column *columns, size_t n_columns) {
    const char *path = s->entity->path;
    if (!n_columns || !columns || (n_times && !times))
        return reel__fail(REEL_E_ARGUMENT, "%s: %zu columns and %zu times were given", path, n_columns, n_times);
    if (n_columns > SEND_COLUMNS_MAX || n_times > REEL__TIMELINES_MAX)
        return reel__fail(REEL_E_TOO_LARGE, "%s: %zu columns and %zu times: at most %d and %d are allowed", path, n_columns, n_times, SEND_COLUMNS_MAX, REEL__TIMELINES_MAX);
    for (size_t i = 0; i < n_columns; i++) {
        size_t rows = 0;
        REEL__TRY(check_column(&columns[i], path, &s->columns[i], &rows));
        if (i && rows != s->n_rows)
            return reel__fail(REEL_E_LENGTHS, "%s: %s has %zu rows, %s has %zu", path, s->columns[i].field->name, rows, s->columns[0].field->name, s->n_rows);
        s->n_rows = rows;
        for (size_t k = 0; k < i; k++)
            if (s->columns[k].field == s->columns[i].field)
                return reel__fail(REEL_E_ARGUMENT, "%s: %s was given twice", path, s->columns[i].field->name);
    }
    for (size_t t = 0; t < n_times; t++) {
        if (times[t].n != s->n_rows || (times[t].n && !times[t].values))
            return reel__fail(REEL_E_LENGTHS, "%s: timeline %s has %zu values for %zu rows", path, times[t].timeline ? times[t].timeline : "NULL", times[t].values ? times[t].n : 0, s->n_rows);
        for (size_t i = 0; i < times[t].n; i++)
            if (times[t].values[i] == INT64_MIN)
                return reel__fail(REEL_E_ARGUMENT, "%s: timeline %s: value %zu is not a time", path, times[t].timeline, i);
    }
    s->n_columns = n_columns;
    s->n_times = n_times;
    return REEL_OK;
}

/* ---- the shape */

static reel_status find_shape(sending *s, const reel_time_column *times) {
    const reel__timeline *timelines[REEL__TIMELINES_MAX];
    reel__descriptor columns[SEND_COLUMNS_MAX];
    for (size_t t = 0; t < s->n_times; t++) {
        const reel__timeline *timeline;
        REEL__TRY(reel__core_timeline(s->core, times[t].timeline, times[t].type, &timeline));
        size_t at = t;
        for (; at > 0 && strcmp(timelines[at - 1]->name, timeline->name) > 0; at--) {
            timelines[at] = timelines[at - 1];
            s->times[at] = s->times[at - 1];
        }
        if (at > 0 && timelines[at - 1] == timeline)
            return reel__fail(REEL_E_ARGUMENT, "%s: timeline %s was given twice", s->entity->path, timeline->name);
        timelines[at] = timeline;
        s->times[at] = times[t].values;
    }
    for (size_t c = 0; c < s->n_columns; c++)
        columns[c] = s->columns[c].field->descriptor;
    REEL__TRY(reel__core_shape(s->core, timelines, (uint32_t)s->n_times, columns, (uint32_t)s->n_columns, &s->shape));
    for (size_t c = 0; c < s->n_columns; c++)
        s->columns[c].stream = s->shape->column_stream[c] + 1;
    return REEL_OK;
}

/* ---- sorting by the first timeline, stable */

typedef struct row_key {
    int64_t time;
    size_t row;
} row_key;

static int by_time(const void *a, const void *b) {
    const row_key *x = a, *y = b;
    return x->time != y->time ? (x->time < y->time ? -1 : 1) : (x->row < y->row ? -1 : 1);
}

static reel_status reorder_column(sent_column *c, const row_key *keys, size_t n_rows) {
    size_t *starts = reel__alloc_array(n_rows + 1, sizeof *starts);
    c->owned_lengths = c->lengths ? reel__alloc_array(n_rows, sizeof *c->owned_lengths) : NULL;
    for (size_t i = 0; starts && i < n_rows; i++)
        starts[i + 1] = starts[i] + (c->lengths ? c->lengths[i] : 1);
    c->owned_values = starts ? reel__alloc_array(starts[n_rows] + 1, c->value_size) : NULL;
    bool ok = starts && c->owned_values && (!c->lengths || c->owned_lengths);
    uint8_t *to = c->owned_values;
    for (size_t i = 0; ok && i < n_rows; i++) {
        size_t row = keys[i].row, bytes = (starts[row + 1] - starts[row]) * c->value_size;
        if (bytes)
            memcpy(to, c->values + starts[row] * c->value_size, bytes);
        to += bytes;
        if (c->lengths)
            c->owned_lengths[i] = c->lengths[row];
    }
    reel__release(starts);
    if (!ok)
        return reel__fail(REEL_E_NO_MEMORY, "no memory to sort %zu rows", n_rows);
    c->values = c->owned_values;
    if (c->lengths)
        c->lengths = c->owned_lengths;
    return REEL_OK;
}

static reel_status reorder(sending *s, row_key *keys) {
    for (size_t i = 0; i < s->n_rows; i++)
        keys[i] = (row_key){s->times[0][i], i};
    qsort(keys, s->n_rows, sizeof *keys, by_time);
    for (size_t t = 0; t < s->n_times; t++) {
        s->owned_times[t] = reel__alloc_array(s->n_rows, sizeof *s->owned_times[t]);
        if (!s->owned_times[t])
            return reel__fail(REEL_E_NO_MEMORY, "no memory to sort %zu rows", s->n_rows);
        for (size_t i = 0; i < s->n_rows; i++)
            s->owned_times[t][i] = s->times[t][keys[i].row];
        s->times[t] = s->owned_times[t];
    }
    for (size_t c = 0; c < s->n_columns; c++)
        REEL__TRY(reorder_column(&s->columns[c], keys, s->n_rows));
    return REEL_OK;
}

static reel_status sort(sending *s) {
    bool sorted = true;
    for (size_t i = 1; s->n_times && i < s->n_rows && sorted; i++)
        sorted = s->times[0][i] >= s->times[0][i - 1];
    if (sorted)
        return REEL_OK;
    row_key *keys = reel__alloc_array(s->n_rows, sizeof *keys);
    reel_status status = keys ? reorder(s, keys) : reel__fail(REEL_E_NO_MEMORY, "no memory to sort %zu rows", s->n_rows);
    reel__release(keys);
    return status;
}

/* ---- slices, under drain */

/* How many rows from `row` on make a slice. Texts and blobs count what they hold. */
static size_t slice_rows(const sending *s, size_t row) {
    size_t bytes = 0, n = 0, at[SEND_COLUMNS_MAX];
    for (size_t c = 0; c < s->n_columns; c++)
        at[c] = s->columns[c].at_value;
    for (; row + n < s->n_rows && bytes < SLICE_BYTES; n++) {
        bytes += 16 + 8 * s->n_times + 4 * s->n_columns;
        for (size_t c = 0; c < s->n_columns; c++) {
            const sent_column *col = &s->columns[c];
            size_t count = col->lengths ? col->lengths[row + n] : 1;
            if (col->field->element == REEL__ELEMENT_TEXT || col->field->element == REEL__ELEMENT_BYTES)
                for (size_t i = at[c]; i < at[c] + count; i++)
                    bytes += col->field->element == REEL__ELEMENT_BYTES ? ((const reel_bytes *)(const void *)col->values)[i].size
                             : ((const char *const *)(const void *)col->values)[i] ? strlen(((const char *const *)(const void *)col->values)[i]) : 0;
            else
                bytes += count * col->value_size;
            at[c] += count;
        }
    }
    return n;
}

/* Rows of fixed size: no need to look at each. */
static size_t slice_rows_fixed(const sending *s, size_t row) {
    size_t per_row = 16 + 8 * s->n_times;
    for (size_t c = 0; c < s->n_columns; c++) {
        if (s->columns[c].lengths || s->columns[c].field->element != REEL__ELEMENT_FLAT)
            return slice_rows(s, row);
        per_row += 4 + s->columns[c].value_size;
    }
    size_t n = SLICE_BYTES / per_row + 1;
    return n < s->n_rows - row ? n : s->n_rows - row;
}

/* The streams of a column's rows: values of flat fields are used where they stand, others are written to scratch. The column moves on to the next
 * slice's values. */
static reel_status column_spans(sending *s, sent_column *c, size_t row, size_t n, reel__span *spans, reel__buf *scratch, const uint32_t *ones) {
    uint64_t count = n;
    if (c->lengths)
        for (size_t i = count = 0; i < n; i++)
            count += c->lengths[row + i];
    if (count > INT32_MAX)
        return reel__fail(REEL_E_TOO_LARGE, "%s: %s has %llu values in a row: at most %d fit", s->entity->path, c->field->name, (unsigned long long)count, INT32_MAX);
    spans[c->stream - 1] = (reel__span){c->lengths ? c->lengths + row : ones, 4 * n};
    reel__cell cell = {c->field, c->values + c->at_value * c->value_size, NULL, (uint32_t)count, 0};
    c->at_value += count;
    size_t sizes[REEL__ARROW_STREAMS_MAX], total = 0;
    uint8_t *streams[REEL__ARROW_STREAMS_MAX];
    REEL__TRY(reel__measure(&cell, s->entity->path, sizes));
    uint16_t n_streams = c->field->descriptor.arrow->n_streams;
    if (c->field->element == REEL__ELEMENT_FLAT) {
        spans[c->stream] = (reel__span){cell.values, sizes[0]};
        return REEL_OK;
    }
    for (uint16_t i = 0; i < n_streams; i++)
        total += (sizes[i] + 7) & ~(size_t)7;
    scratch->size = 0;
    uint8_t *at = reel__buf_reserve(scratch, total + 8);
    if (!at) {
        scratch->failed = false;
        return reel__fail(REEL_E_NO_MEMORY, "%s: no memory for %zu bytes of %s", s->entity->path, total, c->field->name);
    }
    for (uint16_t i = 0; i < n_streams; i++) {
        streams[i] = at;
        spans[c->stream + i] = (reel__span){at, sizes[i]};
        at += (sizes[i] + 7) & ~(size_t)7;
    }
    reel__write(&cell, streams);
    return REEL_OK;
}

static reel_status send_slice(sending *s, size_t row, size_t n, reel__buf *scratch) {
    reel__core *core = s->core;
    size_t n_spans = s->shape->n_streams;
    core->part_spans.size = core->send_scratch[0].size = core->send_scratch[1].size = 0;
    reel__span *spans = (reel__span *)(void *)reel__buf_extend(&core->part_spans, n_spans * sizeof *spans);
    uint64_t *row_times = (uint64_t *)(void *)reel__buf_extend(&core->send_scratch[0], 8 * n);
    uint32_t *ones = (uint32_t *)(void *)reel__buf_extend(&core->send_scratch[1], 4 * n);
    if (!spans || !row_times || !ones) {
        core->part_spans.failed = core->send_scratch[0].failed = core->send_scratch[1].failed = false;
        return reel__fail(REEL_E_NO_MEMORY, "%s: no memory for %zu rows", s->entity->path, n);
    }
    for (size_t i = 0; i < n; i++)
        row_times[i] = s->id_time, ones[i] = 1;
    spans[0] = (reel__span){row_times, 8 * n};
    for (size_t t = 0; t < s->n_times; t++)
        spans[1 + t] = (reel__span){s->times[t] + row, 8 * n};
    for (size_t c = 0; c < s->n_columns; c++)
        REEL__TRY(column_spans(s, &s->columns[c], row, n, spans, &scratch[c], ones));
    reel__part part = {(uint32_t)n, s->id_inc + row, spans};
    reel__message *m;
    REEL__TRY(reel__message_chunk(&core->encoder, core->store, s->shape, s->entity->path, reel__draw_chunk_id(core), &part, 1, &m));
    for (uint32_t c = 0; c < REEL__CLASSES; c++)
        if (core->class_active[c])
            reel__deliver(core, c, m, reel__class_keeps(core, c));
    atomic_fetch_add_explicit(&core->rows_logged, n, memory_order_relaxed);
    atomic_fetch_add_explicit(&core->chunks_encoded, 1, memory_order_relaxed);
    reel__message_unref(m);
    return REEL_OK;
}

/* The mutex is let go between slices, so that a long column does not hold up a flush. */
static reel_status send_slices(sending *s) {
    reel__buf scratch[SEND_COLUMNS_MAX];
    memset(scratch, 0, sizeof scratch);
    reel_status status = REEL_OK;
    for (size_t row = 0; row < s->n_rows && status == REEL_OK;) {
        size_t n = slice_rows_fixed(s, row);
        reel__drain_lock(s->core, INT64_MAX);
        status = s->core->is_ended ? reel__fail(REEL_E_CLOSED, "recording %s is closed", s->core->store->recording_id) : send_slice(s, row, n, scratch);
        reel__drain_unlock(s->core);
        row += n;
    }
    for (size_t c = 0; c < s->n_columns; c++)
        reel__buf_free(&scratch[c]);
    return status;
}

static reel_status send_all(sending *s, reel__local *l, const reel_time_column *times, size_t n_times, const reel_column *columns, size_t n_columns) {
    REEL__TRY(check(s, times, n_times, columns, n_columns));
    REEL__TRY(find_shape(s, times));
    REEL__TRY(sort(s));
    /* Rows of this thread's lanes that come later must have larger ids: they see that somebody else drew last. */
    s->id_time = reel__draw_time(s->core);
    s->id_inc = l->inc;
    l->inc += s->n_rows;
    atomic_store(&s->entity->newest, NULL);
    return send_slices(s);
}

reel_status reel_send_columns(reel_recording *rec, const char *entity_path, const reel_time_column *times, size_t n_times, const reel_column *columns, size_t n_columns) {
    reel__core *core;
    reel_status status = REEL_OK;
    REEL__TRY(reel__find_recording(&rec, &core));
    if (atomic_load(&rec->is_closed))
        return reel__fail(REEL_E_CLOSED, "recording %s is closed", rec->recording_id);
    if (!atomic_load(&rec->is_enabled))
        return REEL_OK;
    if (!entity_path)
        return reel__fail(REEL_E_ARGUMENT, "the entity path is NULL");
    reel__local *l = reel__local_of(core);
    reel__local_entity *le = l ? reel__local_entity_of(l, entity_path, &status) : NULL;
    sending *s = le ? reel__alloc_zero(sizeof *s) : NULL;
    if (!s)
        return status != REEL_OK ? status : reel__fail(REEL_E_NO_MEMORY, "%.200s: no memory to send columns", entity_path);
    s->core = core;
    s->entity = le->entity;
    status = send_all(s, l, times, n_times, columns, n_columns);
    for (size_t c = 0; c < SEND_COLUMNS_MAX; c++) {
        reel__release(s->columns[c].owned_values);
        reel__release(s->columns[c].owned_lengths);
    }
    for (size_t t = 0; t < REEL__TIMELINES_MAX; t++)
        reel__release(s->owned_times[t]);
    reel__release(s);
    return status;
}
