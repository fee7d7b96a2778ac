/* Changes that move rows: they are encoded in their new order and read again, so that there is one way of writing values and one of reading them. */
#include "chunk_decode.h"
#include "chunk_rows.h"

#include "../base/alloc.h"
#include "../base/error.h"

#include <string.h>

/* ---- rows as a chunk */

/* The Arrow stream of a shape's rows, in a block that the caller gives back. */
static reel_status encode(reel__shape *shape, const char *entity, const uint8_t id[16], const reel__part *part, reel__held_block **out, size_t *size) {
    size_t bound, ranges = shape->n_timelines * sizeof(reel__time_range), cells = ranges * shape->n_columns;
    REEL__TRY(reel__chunk_bound(shape, strlen(entity), part, 1, &bound));
    uint8_t *room = reel__alloc(ranges + cells + shape->n_columns * sizeof(uint32_t));
    *out = room ? reel__held_block_new(bound) : NULL;
    reel_status status = *out ? REEL_OK : REEL_E_NO_MEMORY;
    if (status == REEL_OK) {
        reel__chunk_info info = {.ranges = (reel__time_range *)(void *)room, .cell_ranges = (reel__time_range *)(void *)(room + ranges), .non_null = (uint32_t *)(void *)(room + ranges + cells)};
        status = reel__chunk_encode(shape, entity, reel__tuid_load(id), part, 1, (*out)->data, size, &info);
    }
    reel__release(room);
    if (status == REEL_OK)
        return REEL_OK;
    if (*out)
        reel__held_unref(&(*out)->held);
    return reel__fail(status, "%s: no memory for a chunk of %zu bytes", entity, bound);
}

static reel_status encode_rows(const reel__row_columns *columns, const uint8_t id[16], const reel__part *part, reel__held_block **out, size_t *size) {
    const reel__chunk_parts *of = &columns->chunks[0]->parts;
    reel__timeline timelines[REEL__TIMELINES_MAX];
    const reel__timeline *list[REEL__TIMELINES_MAX];
    reel__shape *shape;
    if (of->n_times > REEL__TIMELINES_MAX || columns->n_columns > REEL__COLUMNS_MAX)
        return reel__fail(REEL_E_TOO_LARGE, "%s: a chunk of %zu timelines and %zu components: at most %d and %d can be written", of->entity, of->n_times, columns->n_columns,
                          REEL__TIMELINES_MAX, REEL__COLUMNS_MAX);
    for (uint32_t i = 0; i < of->n_times; i++) {
        timelines[i] = (reel__timeline){of->times[i].name, of->times[i].type, i};
        list[i] = &timelines[i];
    }
    REEL__TRY(reel__shape_new(&shape, list, (uint32_t)of->n_times, columns->columns, (uint32_t)columns->n_columns));
    reel_status status = encode(shape, of->entity, id, part, out, size);
    reel__shape_free(shape);
    return status;
}

/* The runs' rows, in this order. bytes_max: as in chunk_rows.h. */
static reel_status gather_as(const reel_chunk *const *chunks, size_t n_chunks, const reel__row_run *runs, size_t n_runs, const uint8_t id[16], size_t bytes_max, reel_chunk **out) {
    reel__row_columns columns;
    reel__row_streams streams = {.bytes_max = bytes_max};
    reel__held_block *block = NULL;
    size_t size = 0;
    REEL__TRY(reel__row_columns_make(&columns, chunks, n_chunks));
    reel_status status = reel__row_streams_make(&streams, &columns, runs, n_runs);
    if (status == REEL_OK)
        status = encode_rows(&columns, id, &streams.part, &block, &size);
    reel__row_streams_free(&streams);
    reel__row_columns_free(&columns);
    if (status == REEL_OK) {
        status = reel__chunk_decode(block->data, size, size, &block->held, NULL, out);
        reel__held_unref(&block->held);
    }
    return status;
}

static reel_status gather(const reel_chunk *const *chunks, size_t n_chunks, const reel__row_run *runs, size_t n_runs, reel_chunk **out) {
    uint8_t id[16];
    reel__chunk_new_id(id);
    return gather_as(chunks, n_chunks, runs, n_runs, id, 0, out);
}

reel_status reel__chunk_plain(const reel_chunk *chunk, uint64_t bytes_max, reel_chunk **out) {
    int64_t left = bytes_max < INT64_MAX ? (int64_t)bytes_max : INT64_MAX;
    *out = NULL;
    for (size_t i = 0; i < chunk->parts.n_columns; i++) {
        const reel__chunk_column *c = &chunk->parts.columns[i];
        reel__arrow_type *type;
        REEL__TRY(reel__arrow_import_within(c->item, c->values, c->component, &left, &type));
        atomic_store_explicit(&chunk->types[i], type, memory_order_release);
    }
    return gather_as(&chunk, 1, &(reel__row_run){0, 0, chunk->parts.n_rows}, 1, chunk->parts.id, bytes_max < SIZE_MAX ? (size_t)bytes_max : 0, out);
}

static reel_status check(const reel_chunk *chunk, reel_chunk **out) {
    if (out)
        *out = NULL;
    return chunk && out ? REEL_OK : reel__fail(REEL_E_ARGUMENT, "the %s is NULL", out ? "chunk to be changed" : "place for the changed chunk");
}

/* ---- select */

reel_status reel_chunk_select(const reel_chunk *chunk, const uint64_t *rows, size_t n, reel_chunk **out) {
    REEL__TRY(check(chunk, out));
    size_t n_rows = chunk->parts.n_rows, n_runs = 0;
    if (n && !rows)
        return reel__fail(REEL_E_ARGUMENT, "%s: %zu rows and no list of them", chunk->parts.entity, n);
    reel__row_run *runs = reel__alloc_array(n, sizeof *runs);
    if (!runs)
        return reel__fail(REEL_E_NO_MEMORY, "%s: no memory to select %zu rows", chunk->parts.entity, n);
    for (size_t i = 0; i < n; i++) {
        if (rows[i] >= n_rows) {
            reel__release(runs);
            return reel__fail(REEL_E_ARGUMENT, "%s: row %llu is selected: the chunk has %zu", chunk->parts.entity, (unsigned long long)rows[i], n_rows);
        }
        if (n_runs && runs[n_runs - 1].first + runs[n_runs - 1].n == rows[i])
            runs[n_runs - 1].n++;
        else
            runs[n_runs++] = (reel__row_run){0, (size_t)rows[i], 1};
    }
    reel_status status = n_runs > 1 ? gather(&chunk, 1, runs, n_runs, out) : reel_chunk_slice(chunk, n ? runs[0].first : 0, n, out);
    reel__release(runs);
    return status;
}

/* ---- join */

reel_status reel_chunk_join(reel_chunk *const *chunks, size_t n, reel_chunk **out) {
    REEL__TRY(check(chunks && n ? chunks[0] : NULL, out));
    const char *entity = chunks[0]->parts.entity;
    reel__row_run *runs = reel__alloc_array(n, sizeof *runs);
    reel_status status = runs ? REEL_OK : reel__fail(REEL_E_NO_MEMORY, "%s: no memory to join %zu chunks", entity, n);
    for (size_t i = 0; i < n && status == REEL_OK; i++) {
        if (!chunks[i])
            status = reel__fail(REEL_E_ARGUMENT, "%s: chunk %zu of %zu is NULL", entity, i, n);
        else if (strcmp(chunks[i]->parts.entity, entity))
            status = reel__fail(REEL_E_ARGUMENT, "chunks of %.200s and of %.200s cannot be one", entity, chunks[i]->parts.entity);
        else
            runs[i] = (reel__row_run){i, 0, chunks[i]->parts.n_rows};
    }
    if (status == REEL_OK)
        status = n > 1 ? gather((const reel_chunk *const *)chunks, n, runs, n, out) : reel_chunk_slice(chunks[0], 0, chunks[0]->parts.n_rows, out);
    reel__release(runs);
    return status;
}

/* ---- sort */

typedef struct key {
    int64_t time; /* without a timeline: the same for all */
    size_t row;
} key;

/* ids NULL: they ascend, so that rows of one time, which the sort leaves in their order, are in the right one. */
static bool is_after(const key *a, const key *b, const uint8_t *ids) {
    return a->time != b->time ? a->time > b->time : ids && memcmp(ids + 16 * a->row, ids + 16 * b->row, 16) > 0;
}

/* The end of what ascends from `first` on. */
static size_t ascent(const key *keys, size_t first, size_t n, const uint8_t *ids) {
    size_t end = first + 1;
    while (end < n && !is_after(&keys[end - 1], &keys[end], ids))
        end++;
    return end < n ? end : n;
}

/* [a, b) and [b, end), both in order, into `to`. */
static void merge(const key *keys, size_t a, size_t b, size_t end, key *to, const uint8_t *ids) {
    size_t i = a, k = b;
    for (size_t at = a; at < end; at++)
        to[at] = i < b && (k == end || !is_after(&keys[i], &keys[k], ids)) ? keys[i++] : keys[k++];
}

/* Merges neighbouring ascents until there is one: what is nearly sorted takes a pass or two. Returns which of the two arrays has the result. */
static key *sort_keys(key *keys, key *other, size_t n, const uint8_t *ids) {
    for (;;) {
        size_t first = 0, n_merged = 0;
        while (first < n) {
            size_t middle = ascent(keys, first, n, ids), end = middle < n ? ascent(keys, middle, n, ids) : n;
            merge(keys, first, middle, end, other, ids);
            first = end;
            n_merged++;
        }
        key *sorted = other;
        other = keys;
        keys = sorted;
        if (n_merged <= 1)
            return sorted;
    }
}

static bool is_sorted(const int64_t *times, const uint8_t *ids, size_t n) {
    for (size_t i = 1; i < n; i++) {
        key before = {times ? times[i - 1] : 0, i - 1}, now = {times ? times[i] : 0, i};
        if (is_after(&before, &now, ids))
            return false;
    }
    return true;
}

static reel_status sorted_rows(const reel_chunk *chunk, const int64_t *times, const uint8_t *ids, reel__row_run **out, size_t *n_runs) {
    size_t n = chunk->parts.n_rows, bytes;
    key *keys = reel__mul_size(n, 2 * sizeof *keys, &bytes) ? reel__alloc(bytes) : NULL;
    *out = reel__alloc_array(n, sizeof **out);
    *n_runs = 0;
    if (!keys || !*out) {
        reel__release(keys);
        reel__release(*out);
        return reel__fail(REEL_E_NO_MEMORY, "%s: no memory to sort %zu rows", chunk->parts.entity, n);
    }
    for (size_t i = 0; i < n; i++)
        keys[i] = (key){times ? times[i] : 0, i};
    const key *sorted = sort_keys(keys, keys + n, n, ids);
    for (size_t i = 0; i < n; i++) {
        reel__row_run *last = *n_runs ? &(*out)[*n_runs - 1] : NULL;
        if (last && last->first + last->n == sorted[i].row)
            last->n++;
        else
            (*out)[(*n_runs)++] = (reel__row_run){0, sorted[i].row, 1};
    }
    reel__release(keys);
    return REEL_OK;
}

reel_status reel_chunk_sort(const reel_chunk *chunk, const char *timeline, reel_chunk **out) {
    REEL__TRY(check(chunk, out));
    const reel_chunk_timeline *by = reel_chunk_timeline_of(chunk, timeline);
    if (timeline && !by)
        return reel__fail(REEL_E_NOT_FOUND, "%s: this chunk of %zu rows has no timeline \"%.80s\"", chunk->parts.entity, chunk->parts.n_rows, timeline);
    const int64_t *times = by ? by->times : NULL;
    size_t n = chunk->parts.n_rows;
    const uint8_t *ids = is_sorted(NULL, chunk->parts.row_ids, n) ? NULL : chunk->parts.row_ids;
    if (is_sorted(times, ids, n))
        return reel_chunk_slice(chunk, 0, n, out);
    reel__row_run *runs;
    size_t n_runs;
    REEL__TRY(sorted_rows(chunk, times, ids, &runs, &n_runs));
    reel_status status = gather(&chunk, 1, runs, n_runs, out);
    reel__release(runs);
    return status;
}
