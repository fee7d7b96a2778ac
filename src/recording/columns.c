/* Columns: many rows of one entity in one call. They bypass the lanes: slices of about 1 MiB are encoded by the caller and given to the sinks, with row ids drawn at the call.
 *
 * LZ4 is half of that work, so a long call is shared with a thread that lives as long as the call: each takes the next slice and encodes it outside of the drain mutex. Neighbouring slices
 * may so come to the sinks in another order than their rows, which have their times and ids all the same; a deterministic recording does not share.
 *
 * Rows that are not sorted by time are sent in the order of a list of their numbers; values stay where they are, and are gathered slice by slice. */
#include "columns.h"
#include "sinks.h"

#include "../base/alloc.h"
#include "../base/error.h"

#include <stdlib.h>
#include <string.h>

#define SLICE_BYTES ((size_t)1 << 20)
#define SLICES_TO_SHARE 4 /* a call of fewer is done before a thread is there */

typedef struct sending sending;

/* What encoding a slice writes to: one per thread. */
typedef struct slicer {
    sending *s;
    reel__sent_column *columns;
    reel__shape *shape;
    reel__encoder *encoder; /* the recording's, to be used under drain, or its own */
    reel__buf spans, row_times, ones;
    size_t row, n;          /* the newest slice */
} slicer;

struct sending {
    reel__core *core;
    reel_entity *entity;
    reel__shape *shape;
    size_t n_rows, n_columns, n_times;
    reel__sent_column *columns;
    reel__descriptor *descriptors;
    const uint32_t *order;         /* which row comes when; NULL: as given. Owned */
    const int64_t *times[REEL__TIMELINES_MAX];
    int64_t *owned_times[REEL__TIMELINES_MAX];
    size_t next, end;              /* rows that are in no slice yet: under drain */
    size_t guess;                  /* rows of the next slice */
    uint64_t id_time, id_inc;
};

/* ---- checks */

static reel_status check_times(const sending *s, const reel_time_column *times, size_t n_times) {
    const char *path = s->entity->path;
    for (size_t t = 0; t < n_times; t++) {
        const char *name = times[t].timeline ? times[t].timeline : "NULL";
        if (times[t].n != s->n_rows || (times[t].n && !times[t].values))
            return reel__fail(REEL_E_LENGTHS, "%s: timeline %s has %zu values for %zu rows", path, name, times[t].values ? times[t].n : 0, s->n_rows);
        for (size_t i = 0; i < times[t].n; i++)
            if (times[t].values[i] == INT64_MIN)
                return reel__fail(REEL_E_ARGUMENT, "%s: timeline %s: value %zu is not a time", path, name, i);
    }
    return REEL_OK;
}

/* Rows together are cut into slices, but one row has to fit into a chunk. */
static reel_status check_row_sizes(sending *s) {
    size_t sizes[REEL__ARROW_STREAMS_MAX];
    uint64_t total = 0, bytes;
    const char *path = s->entity->path;
    for (size_t c = 0; c < s->n_columns; c++)
        total += s->columns[c].bytes;
    for (size_t row = 0; total > REEL__ROW_BYTES_MAX && row < s->n_rows; row++) {
        uint64_t row_bytes = 0, most = 0;
        const char *largest = "";
        for (size_t c = 0; c < s->n_columns; c++) {
            reel__sent_column *col = &s->columns[c];
            uint32_t first = reel__sent_first(col, row);
            REEL__TRY(reel__sent_measure(col, path, first, reel__sent_end(col, row) - first, sizes, &bytes));
            row_bytes += bytes;
            if (bytes > most)
                most = bytes, largest = col->field->name;
        }
        if (row_bytes > REEL__ROW_BYTES_MAX)
            return reel__fail(REEL_E_TOO_LARGE, "%s: row %zu has %llu bytes, %s most of them: at most %llu fit", path, row, (unsigned long long)row_bytes, largest,
                              (unsigned long long)REEL__ROW_BYTES_MAX);
    }
    return REEL_OK;
}

static reel_status bind(sending *s, const reel_time_column *times, size_t n_times, const reel_column *columns, size_t n_columns) {
    const char *path = s->entity->path;
    for (size_t i = 0; i < n_columns; i++) {
        size_t rows = 0;
        s->n_columns = i + 1; /* what has to be freed */
        REEL__TRY(reel__sent_column_bind(s->core, path, &columns[i], &s->columns[i], &rows));
        if (i && rows != s->n_rows)
            return reel__fail(REEL_E_LENGTHS, "%s: %s has %zu rows, %s has %zu", path, s->columns[i].field->name, rows, s->columns[0].field->name, s->n_rows);
        s->n_rows = rows;
        s->descriptors[i] = s->columns[i].field->descriptor;
        for (size_t k = 0; k < i; k++)
            if (strcmp(s->descriptors[k].component, s->descriptors[i].component) == 0)
                return reel__fail(REEL_E_ARGUMENT, "%s: %s was given twice", path, s->descriptors[i].component);
    }
    REEL__TRY(check_times(s, times, n_times));
    s->n_times = n_times;
    return check_row_sizes(s);
}

/* ---- the shape */

static reel_status find_shape(sending *s, const reel_time_column *times) {
    const reel__timeline *timelines[REEL__TIMELINES_MAX];
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
    REEL__TRY(reel__core_shape(s->core, timelines, (uint32_t)s->n_times, s->descriptors, (uint32_t)s->n_columns, &s->shape));
    for (size_t c = 0; c < s->n_columns; c++)
        s->columns[c].stream = s->shape->column_stream[c] + 1;
    return REEL_OK;
}

/* ---- sorting by the first timeline, stable */

typedef struct row_key {
    int64_t time;
    uint32_t row;
} row_key;

static int by_time(const void *a, const void *b) {
    const row_key *x = a, *y = b;
    return x->time != y->time ? (x->time < y->time ? -1 : 1) : (x->row < y->row ? -1 : 1);
}

static bool reorder(sending *s, row_key *keys, uint32_t *order) {
    for (size_t i = 0; i < s->n_rows; i++)
        keys[i] = (row_key){s->times[0][i], (uint32_t)i};
    qsort(keys, s->n_rows, sizeof *keys, by_time);
    for (size_t i = 0; i < s->n_rows; i++)
        order[i] = keys[i].row;
    for (size_t t = 0; t < s->n_times; t++) {
        int64_t *times = s->owned_times[t] = reel__alloc_array(s->n_rows, sizeof *times);
        if (!times)
            return false;
        for (size_t i = 0; i < s->n_rows; i++)
            times[i] = s->times[t][order[i]];
        s->times[t] = times;
    }
    return true;
}

static reel_status sort(sending *s) {
    bool sorted = true;
    for (size_t i = 1; s->n_times && i < s->n_rows && sorted; i++)
        sorted = s->times[0][i] >= s->times[0][i - 1];
    if (sorted)
        return REEL_OK;
    row_key *keys = reel__alloc_array(s->n_rows, sizeof *keys);
    uint32_t *order = reel__alloc_array(s->n_rows, sizeof *order);
    s->order = order;
    bool ok = keys && order && reorder(s, keys, order);
    reel__release(keys);
    return ok ? REEL_OK : reel__fail(REEL_E_NO_MEMORY, "%s: no memory to sort %zu rows", s->entity->path, s->n_rows);
}

/* ---- slices, under drain */

/* Values of rows from *row on that stand one after the other; moves *row behind them. */
static uint32_t value_run(const sending *s, const reel__sent_column *c, size_t *row, size_t end, uint32_t *first) {
    size_t at = s->order ? s->order[*row] : *row;
    *first = reel__sent_first(c, at);
    if (!s->order) {
        *row = end;
        return reel__sent_end(c, end - 1) - *first;
    }
    uint32_t behind = reel__sent_end(c, at);
    while (++*row < end && reel__sent_first(c, s->order[*row]) == behind)
        behind = reel__sent_end(c, s->order[*row]);
    return behind - *first;
}

/* Bytes of a column's rows, per stream and altogether. */
static reel_status measure_rows(const sending *s, reel__sent_column *c, size_t row, size_t end, size_t *sizes, uint64_t *bytes) {
    size_t of_run[REEL__ARROW_STREAMS_MAX];
    uint16_t n_streams = c->field->descriptor.arrow->n_streams;
    memset(sizes, 0, n_streams * sizeof *sizes);
    *bytes = 0;
    while (row < end) {
        uint64_t more;
        uint32_t first, n = value_run(s, c, &row, end, &first);
        REEL__TRY(reel__sent_measure(c, s->entity->path, first, n, of_run, &more));
        for (uint16_t i = 0; i < n_streams; i++)
            sizes[i] += of_run[i];
        *bytes += more;
    }
    return REEL_OK;
}

/* Rows of fixed size: no need to look at each. 0: they are not. */
static size_t slice_rows_fixed(const sending *s) {
    size_t per_row = 16 + 8 * s->n_times;
    for (size_t c = 0; c < s->n_columns; c++) {
        if (s->columns[c].offsets || s->columns[c].field->element != REEL__ELEMENT_FLAT)
            return 0;
        per_row += 4 + s->columns[c].size;
    }
    return SLICE_BYTES / per_row + 1;
}

/* How many rows from `row` on make a slice: as many as the slice before, and half or twice as many when that is far off. */
static size_t slice_rows(sending *s, reel__sent_column *columns, size_t row) {
    size_t sizes[REEL__ARROW_STREAMS_MAX], left = s->end - row, n = slice_rows_fixed(s);
    if (n)
        return n < left ? n : left;
    for (n = s->guess < left ? s->guess : left; n > 1; n /= 2) {
        uint64_t total = n * (16 + 8 * (uint64_t)s->n_times + 4 * (uint64_t)s->n_columns), bytes;
        for (size_t c = 0; c < s->n_columns && total <= 2 * SLICE_BYTES; c++)
            total += measure_rows(s, &columns[c], row, row + n, sizes, &bytes) == REEL_OK ? bytes : UINT64_C(1) << 32;
        if (total <= 2 * SLICE_BYTES) {
            s->guess = total < SLICE_BYTES / 2 ? 2 * n : n;
            return n;
        }
    }
    s->guess = 2;
    return 1;
}

static reel_status no_memory(const sending *s, size_t n) { return reel__fail(REEL_E_NO_MEMORY, "%s: no memory for %zu rows", s->entity->path, n); }

/* Lengths of the rows. */
static bool lengths_span(const sending *s, reel__sent_column *c, size_t row, size_t n, reel__span *span, const uint32_t *ones) {
    *span = (reel__span){ones, 4 * n};
    if (!c->offsets)
        return true;
    c->lengths.size = 0;
    uint32_t *lengths = (uint32_t *)(void *)reel__buf_extend(&c->lengths, 4 * n);
    for (size_t i = 0; lengths && i < n; i++) {
        size_t at = s->order ? s->order[row + i] : row + i;
        lengths[i] = reel__sent_end(c, at) - reel__sent_first(c, at);
    }
    *span = (reel__span){lengths, 4 * n};
    return lengths != NULL;
}

/* The streams of a column's rows: numbers that stand one after the other are used where they are, all else is written to scratch. */
static reel_status column_spans(const sending *s, reel__sent_column *c, size_t row, size_t n, reel__span *spans, const uint32_t *ones) {
    size_t sizes[REEL__ARROW_STREAMS_MAX], of_run[REEL__ARROW_STREAMS_MAX], total = 0, end = row + n;
    uint8_t *streams[REEL__ARROW_STREAMS_MAX];
    uint64_t bytes;
    uint16_t n_streams = c->field->descriptor.arrow->n_streams;
    if (!lengths_span(s, c, row, n, &spans[c->stream - 1], ones))
        return no_memory(s, n);
    REEL__TRY(measure_rows(s, c, row, end, sizes, &bytes));
    if (!s->order && reel__sent_in_place(c)) {
        spans[c->stream] = (reel__span){c->values ? c->values + (size_t)reel__sent_first(c, row) * c->size : NULL, sizes[0]};
        return REEL_OK;
    }
    for (uint16_t i = 0; i < n_streams; i++)
        total += (sizes[i] + 7) & ~(size_t)7;
    c->scratch.size = 0;
    uint8_t *at = reel__buf_reserve(&c->scratch, total + 8);
    if (!at)
        return no_memory(s, n);
    for (uint16_t i = 0; i < n_streams; i++) {
        streams[i] = at;
        spans[c->stream + i] = (reel__span){at, sizes[i]};
        at += (sizes[i] + 7) & ~(size_t)7;
    }
    while (row < end) {
        uint32_t first, n_run = value_run(s, c, &row, end, &first);
        if (row < end || s->order) /* where the next run goes on */
            REEL__TRY(reel__sent_measure(c, s->entity->path, first, n_run, of_run, &bytes));
        reel__sent_write(c, first, n_run, streams);
        for (uint16_t i = 0; i < n_streams && row < end; i++)
            streams[i] += of_run[i];
    }
    return REEL_OK;
}

static reel_status encode_slice(slicer *by, reel__tuid id, reel__message **out) {
    const sending *s = by->s;
    size_t n_spans = by->shape->n_streams, row = by->row, n = by->n;
    by->spans.size = by->row_times.size = by->ones.size = 0;
    reel__span *spans = (reel__span *)(void *)reel__buf_extend(&by->spans, n_spans * sizeof *spans);
    uint64_t *row_times = (uint64_t *)(void *)reel__buf_extend(&by->row_times, 8 * n);
    uint32_t *ones = (uint32_t *)(void *)reel__buf_extend(&by->ones, 4 * n);
    if (!spans || !row_times || !ones)
        return no_memory(s, n);
    for (size_t i = 0; i < n; i++)
        row_times[i] = s->id_time, ones[i] = 1;
    spans[0] = (reel__span){row_times, 8 * n};
    for (size_t t = 0; t < s->n_times; t++)
        spans[1 + t] = (reel__span){s->times[t] + row, 8 * n};
    for (size_t c = 0; c < s->n_columns; c++)
        REEL__TRY(column_spans(s, &by->columns[c], row, n, spans, ones));
    reel__part part = {(uint32_t)n, s->id_inc + row, spans};
    return reel__message_chunk(by->encoder, s->core->store, by->shape, s->entity->path, id, &part, 1, out);
}

static void deliver_slice(const sending *s, reel__message *m, size_t n) {
    reel__core *core = s->core;
    m->shape = s->shape;
    for (uint32_t c = 0; c < REEL__CLASSES; c++)
        if (core->class_active[c])
            reel__deliver(core, c, m, reel__class_keeps(core, c));
    atomic_fetch_add_explicit(&core->rows_logged, n, memory_order_relaxed);
    atomic_fetch_add_explicit(&core->chunks_encoded, 1, memory_order_relaxed);
}

/* Slice by slice until all rows are taken. The mutex is let go between them, so that a long column does not hold up a flush. */
static reel_status send_slices(slicer *by) {
    sending *s = by->s;
    reel__core *core = s->core;
    bool has_own = by->encoder != &core->encoder;
    reel_status status = REEL_OK;
    for (bool more = true; more && status == REEL_OK;) {
        reel__message *m = NULL;
        reel__drain_lock(core, INT64_MAX);
        by->row = s->next;
        if (s->next < s->end) {
            s->next += by->n = slice_rows(s, by->columns, by->row);
            reel__tuid id = reel__draw_chunk_id(core);
            if (has_own)
                reel__drain_unlock(core);
            status = encode_slice(by, id, &m);
            if (has_own)
                reel__drain_lock(core, INT64_MAX);
        }
        more = s->next < s->end;
        if (core->is_ended && status == REEL_OK)
            status = reel__fail(REEL_E_CLOSED, "recording %s is closed", core->store->recording_id);
        else if (m)
            deliver_slice(s, m, by->n);
        reel__drain_unlock(core);
        reel__message_unref(m);
    }
    return status;
}

static void slicer_free(slicer *by) {
    reel__buf_free(&by->spans);
    reel__buf_free(&by->row_times);
    reel__buf_free(&by->ones);
}

/* ---- the second thread */

typedef struct second {
    slicer by;
    reel__encoder encoder, callers; /* its own, and one for the caller, who now works outside of drain */
    reel__thread thread;
    reel_status status;
} second;

static void *run_second(void *user) {
    second *h = user;
    reel__local_never_waits(true);
    h->status = send_slices(&h->by);
    return NULL;
}

static void second_free(second *h) {
    slicer_free(&h->by);
    reel__encoder_free(&h->encoder);
    reel__encoder_free(&h->callers);
    reel__shape_free(h->by.shape);
    for (size_t c = 0; h->by.columns && c < h->by.s->n_columns; c++) {
        reel__buf_free(&h->by.columns[c].scratch);
        reel__buf_free(&h->by.columns[c].lengths);
    }
    reel__release(h->by.columns);
    reel__release(h);
}

/* A thread that takes slices too. NULL where there are too few, and where there is no room for it: then the caller does all of it. */
static second *second_start(sending *s) {
    uint64_t bytes = s->n_rows * (16 + 8 * (uint64_t)s->n_times);
    for (size_t c = 0; c < s->n_columns; c++)
        bytes += s->columns[c].bytes;
    second *h = bytes < SLICES_TO_SHARE * SLICE_BYTES || s->core->config.deterministic ? NULL : reel__alloc_zero(sizeof *h);
    if (!h)
        return NULL;
    h->by.s = s;
    h->by.encoder = &h->encoder;
    h->encoder.pool = h->callers.pool = &s->core->pool;
    h->encoder.no_compression = h->callers.no_compression = s->core->encoder.no_compression;
    h->by.columns = reel__alloc_array(s->n_columns, sizeof *h->by.columns);
    for (size_t c = 0; h->by.columns && c < s->n_columns; c++) {
        h->by.columns[c] = s->columns[c];
        h->by.columns[c].scratch = h->by.columns[c].lengths = (reel__buf){0};
    }
    if (h->by.columns && reel__shape_new(&h->by.shape, s->shape->timelines, s->shape->n_timelines, s->shape->columns, s->shape->n_columns) == REEL_OK &&
        reel__thread_start(&h->thread, "reel-columns", run_second, h) == REEL_OK)
        return h;
    second_free(h);
    return NULL;
}

static reel_status send_rows(sending *s) {
    s->end = s->n_rows;
    s->guess = 1024;
    second *h = second_start(s);
    slicer own = {.s = s, .columns = s->columns, .shape = s->shape, .encoder = h ? &h->callers : &s->core->encoder};
    reel_status status = send_slices(&own);
    if (h) {
        reel__thread_join(h->thread);
        if (status == REEL_OK && h->status != REEL_OK) { /* its slice is the only one missing: tried again here, where an error is the caller's */
            s->next = h->by.row;
            s->end = s->next + h->by.n;
            status = send_slices(&own);
        }
        second_free(h);
    }
    slicer_free(&own);
    return status;
}

static reel_status send_all(sending *s, reel__local *l, const reel_time_column *times, size_t n_times, const reel_column *columns, size_t n_columns) {
    REEL__TRY(bind(s, times, n_times, columns, n_columns));
    REEL__TRY(find_shape(s, times));
    REEL__TRY(sort(s));
    /* Rows of this thread's lanes that come later must have larger ids: they see that somebody else drew last. */
    s->id_time = reel__draw_time(s->core);
    s->id_inc = l->inc;
    l->inc += s->n_rows;
    atomic_store(&s->entity->newest, NULL);
    return send_rows(s);
}

static reel_status send_columns(reel__core *core, const char *entity_path, const reel_time_column *times, size_t n_times, const reel_column *columns, size_t n_columns) {
    reel_status status = REEL_OK;
    reel__local *l = reel__local_of(core);
    reel__local_entity *le = l ? reel__local_entity_of(l, entity_path, &status) : NULL;
    if (!le)
        return status != REEL_OK ? status : reel__fail(REEL_E_NO_MEMORY, "%.200s: no memory to send columns", entity_path);
    sending *s = reel__alloc_zero(sizeof *s + n_columns * (sizeof *s->columns + sizeof *s->descriptors));
    if (!s)
        return reel__fail(REEL_E_NO_MEMORY, "%s: no memory for %zu columns", le->entity->path, n_columns);
    s->core = core;
    s->entity = le->entity;
    s->columns = (reel__sent_column *)(s + 1);
    s->descriptors = (reel__descriptor *)(s->columns + n_columns);
    status = send_all(s, l, times, n_times, columns, n_columns);
    for (size_t c = 0; c < s->n_columns; c++)
        reel__sent_column_free(&s->columns[c]);
    for (size_t t = 0; t < REEL__TIMELINES_MAX; t++)
        reel__release(s->owned_times[t]);
    reel__release((void *)s->order);
    reel__release(s);
    return status;
}

static reel_status check_call(reel_recording *rec, const char *path, const reel_time_column *times, size_t n_times, const reel_column *columns, size_t n_columns) {
    if (atomic_load(&rec->is_closed))
        return reel__fail(REEL_E_CLOSED, "recording %s is closed", rec->recording_id);
    if (!path)
        return reel__fail(REEL_E_ARGUMENT, "the entity path is NULL");
    if (!n_columns || !columns || (n_times && !times))
        return reel__fail(REEL_E_ARGUMENT, "%.200s: %zu columns and %zu times were given", path, n_columns, n_times);
    if (n_columns > REEL__COLUMNS_MAX || n_times > REEL__TIMELINES_MAX)
        return reel__fail(REEL_E_TOO_LARGE, "%.200s: %zu columns and %zu times: at most %d and %d are allowed", path, n_columns, n_times, REEL__COLUMNS_MAX, REEL__TIMELINES_MAX);
    return REEL_OK;
}

reel_status reel_send_columns(reel_recording *rec, const char *entity_path, const reel_time_column *times, size_t n_times, const reel_column *columns, size_t n_columns) {
    reel__core *core;
    reel_status status = reel__find_recording(&rec, &core);
    bool is_wanted = status == REEL_OK && (atomic_load(&rec->is_enabled) || atomic_load(&rec->is_closed));
    if (is_wanted)
        status = check_call(rec, entity_path, times, n_times, columns, n_columns);
    if (is_wanted && status == REEL_OK)
        status = send_columns(core, entity_path, times, n_times, columns, n_columns);
    for (size_t c = 0; columns && c < n_columns; c++)
        reel__arrow_release(columns[c].arrow);
    return status;
}
