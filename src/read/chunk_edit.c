/* Changes that share what they do not change: a new chunk is a new description of the memory that the old one holds. */
#include "chunk_data.h"

#include "../base/alloc.h"
#include "../base/clock.h"
#include "../base/error.h"
#include "../base/ids.h"
#include "../base/text.h"
#include "../chunk/chunk.h"

#include <string.h>

/* ---- what is common to all */

typedef struct edit {
    const reel_chunk *chunk;
    reel__chunk_parts parts;
    reel__held_block *brought; /* memory that the new chunk holds beside the old one's; or NULL */
} edit;

static reel_status begin(edit *e, const reel_chunk *chunk, reel_chunk **out) {
    if (!out)
        return reel__fail(REEL_E_ARGUMENT, "%s: nowhere to put the changed chunk", reel_chunk_entity(chunk));
    *out = NULL;
    if (!chunk)
        return reel__fail(REEL_E_ARGUMENT, "the chunk to be changed is NULL");
    *e = (edit){.chunk = chunk, .parts = chunk->parts};
    e->parts.bytes = 0;
    reel__chunk_new_id(e->parts.id);
    return REEL_OK;
}

/* Memory for n values of `size` bytes that the new chunk will hold. */
static void *bring(edit *e, size_t n, size_t size) {
    size_t bytes;
    e->brought = reel__mul_size(n, size, &bytes) ? reel__held_block_new(bytes) : NULL;
    if (!e->brought)
        reel__fail(REEL_E_NO_MEMORY, "%s: no memory for %zu values of %zu bytes", e->parts.entity, n, size);
    return e->brought ? e->brought->data : NULL;
}

static reel_status end(edit *e, reel_chunk **out) {
    const reel__chunk_parts *old = &e->chunk->parts;
    size_t n = old->n_held;
    reel__held **held = reel__alloc_array(n + 1, sizeof *held);
    reel_status status = held ? REEL_OK : reel__fail(REEL_E_NO_MEMORY, "%s: no memory for a chunk that holds %zu blocks", old->entity, n + 1);
    if (held) {
        if (n)
            memcpy(held, old->held, n * sizeof *held);
        if (e->brought)
            held[n++] = &e->brought->held;
        e->parts.held = held;
        e->parts.n_held = n;
        status = reel__chunk_make(&e->parts, out);
    }
    reel__release(held);
    if (e->brought)
        reel__held_unref(&e->brought->held); /* the chunk has its own reference now, if it was made */
    return status;
}

/* ---- entity and ids */

reel_status reel_chunk_rename(const reel_chunk *chunk, const char *entity_path, reel_chunk **out) {
    edit e;
    REEL__TRY(begin(&e, chunk, out));
    if (!entity_path)
        return reel__fail(REEL_E_ARGUMENT, "%s: its new entity path is NULL", e.parts.entity);
    reel__buf path = {0};
    reel_status status = reel__path_canonical(&path, entity_path, strlen(entity_path));
    reel__buf_u8(&path, 0);
    if (status == REEL_OK && path.failed)
        status = reel__fail(REEL_E_NO_MEMORY, "%s: no memory for an entity path", e.parts.entity);
    if (status == REEL_OK) {
        e.parts.entity = (const char *)path.data;
        status = end(&e, out);
    }
    reel__buf_free(&path);
    return status;
}

reel_status reel_chunk_with_new_row_ids(const reel_chunk *chunk, reel_chunk **out) {
    static _Atomic uint64_t newest; /* what is made later has larger ids */
    edit e;
    REEL__TRY(begin(&e, chunk, out));
    uint8_t *ids = bring(&e, e.parts.n_rows, 16);
    if (!ids)
        return REEL_E_NO_MEMORY;
    uint64_t now = (uint64_t)reel__realtime_ns(), before = atomic_load(&newest);
    reel__tuid id = {0, reel__random_u64() >> 1};
    do
        id.time_ns = now > before ? now : before + 1;
    while (!atomic_compare_exchange_weak(&newest, &before, id.time_ns));
    for (size_t i = 0; i < e.parts.n_rows; i++, id.inc++)
        reel__tuid_bytes(ids + 16 * i, id);
    e.parts.row_ids = ids;
    return end(&e, out);
}

/* ---- timelines */

static reel_status check_name(const edit *e, const char *name) {
    size_t size = name ? strlen(name) : 0;
    if (!size || size > REEL__PATH_BYTES_MAX)
        return reel__fail(REEL_E_ARGUMENT, "%s: a timeline's name has %zu bytes: 1 to %d are allowed", e->parts.entity, size, REEL__PATH_BYTES_MAX);
    return reel__utf8_valid(name, size) ? REEL_OK : reel__fail(REEL_E_UTF8, "%s: a timeline's name of %zu bytes is not valid UTF-8", e->parts.entity, size);
}

/* Its place; n_times when the chunk has none of this name. */
static size_t find_time(const edit *e, const char *name) {
    size_t i = 0;
    while (i < e->parts.n_times && strcmp(e->parts.times[i].name, name))
        i++;
    return i;
}

static reel_status need_time(const edit *e, const char *name, size_t *at) {
    if (!name)
        return reel__fail(REEL_E_ARGUMENT, "%s: the timeline's name is NULL", e->parts.entity);
    *at = find_time(e, name);
    return *at < e->parts.n_times ? REEL_OK : reel__fail(REEL_E_NOT_FOUND, "%s: this chunk of %zu rows has no timeline \"%.80s\"", e->parts.entity, e->parts.n_rows, name);
}

/* A copy of the timelines with room for one more. */
static reel__chunk_time *copy_times(const edit *e) {
    reel__chunk_time *times = reel__alloc_array(e->parts.n_times + 1, sizeof *times);
    if (times && e->parts.n_times)
        memcpy(times, e->parts.times, e->parts.n_times * sizeof *times);
    if (!times)
        reel__fail(REEL_E_NO_MEMORY, "%s: no memory for %zu timelines", e->parts.entity, e->parts.n_times + 1);
    return times;
}

static reel_status end_times(edit *e, reel__chunk_time *times, reel_chunk **out) {
    e->parts.times = times;
    reel_status status = end(e, out);
    reel__release(times);
    return status;
}

reel_status reel_chunk_with_timeline(const reel_chunk *chunk, const char *name, reel_time_type type, const int64_t *times, size_t n, reel_chunk **out) {
    edit e;
    REEL__TRY(begin(&e, chunk, out));
    REEL__TRY(check_name(&e, name));
    size_t n_rows = e.parts.n_rows;
    if (type < REEL_TIME_SEQUENCE || type > REEL_TIME_TIMESTAMP_NS)
        return reel__fail(REEL_E_ARGUMENT, "%s: timeline %s: %d is not a time type", e.parts.entity, name, (int)type);
    if ((n != n_rows && n != 1) || (n && !times))
        return reel__fail(REEL_E_LENGTHS, "%s: timeline %s has %zu times for %zu rows (1 or %zu expected)", e.parts.entity, name, times ? n : 0, n_rows, n_rows);
    for (size_t i = 0; i < n; i++)
        if (times[i] == INT64_MIN)
            return reel__fail(REEL_E_ARGUMENT, "%s: timeline %s: value %zu is not a time", e.parts.entity, name, i);
    reel__chunk_time *all = copy_times(&e);
    int64_t *values = all ? bring(&e, n_rows, sizeof *values) : NULL;
    if (!values) {
        reel__release(all);
        return REEL_E_NO_MEMORY;
    }
    for (size_t i = 0; i < n_rows; i++)
        values[i] = times[n == n_rows ? i : 0];
    size_t at = find_time(&e, name);
    all[at] = (reel__chunk_time){name, type, values};
    e.parts.n_times += at == e.parts.n_times;
    return end_times(&e, all, out);
}

reel_status reel_chunk_without_timeline(const reel_chunk *chunk, const char *name, bool make_static, reel_chunk **out) {
    edit e;
    size_t at;
    REEL__TRY(begin(&e, chunk, out));
    REEL__TRY(need_time(&e, name, &at));
    if (e.parts.n_times == 1 && !make_static)
        return reel__fail(REEL_E_ARGUMENT, "%s: without its only timeline %s this chunk of %zu rows would be static", e.parts.entity, name, e.parts.n_rows);
    reel__chunk_time *times = copy_times(&e);
    if (!times)
        return REEL_E_NO_MEMORY;
    memmove(times + at, times + at + 1, (e.parts.n_times - at - 1) * sizeof *times);
    e.parts.n_times--;
    return end_times(&e, times, out);
}

reel_status reel_chunk_rename_timeline(const reel_chunk *chunk, const char *name, const char *new_name, reel_chunk **out) {
    edit e;
    size_t at;
    REEL__TRY(begin(&e, chunk, out));
    REEL__TRY(need_time(&e, name, &at));
    REEL__TRY(check_name(&e, new_name));
    size_t other = find_time(&e, new_name);
    if (other < e.parts.n_times && other != at)
        return reel__fail(REEL_E_ARGUMENT, "%s: timeline %s cannot become %s: the chunk has one of that name", e.parts.entity, name, new_name);
    reel__chunk_time *times = copy_times(&e);
    if (!times)
        return REEL_E_NO_MEMORY;
    times[at].name = new_name;
    return end_times(&e, times, out);
}

reel_status reel_chunk_shift(const reel_chunk *chunk, const char *timeline, int64_t by, reel_chunk **out) {
    edit e;
    size_t at;
    REEL__TRY(begin(&e, chunk, out));
    REEL__TRY(need_time(&e, timeline, &at));
    const int64_t *from = e.parts.times[at].times;
    reel__chunk_time *times = copy_times(&e);
    int64_t *values = times ? bring(&e, e.parts.n_rows, sizeof *values) : NULL;
    reel_status status = values ? REEL_OK : REEL_E_NO_MEMORY;
    for (size_t i = 0; i < e.parts.n_rows && status == REEL_OK; i++) {
        if (by > 0 ? from[i] > INT64_MAX - by : from[i] <= INT64_MIN - by) /* INT64_MIN itself is not a time */
            status = reel__fail(REEL_E_TOO_LARGE, "%s: timeline %s: the time %lld of row %zu cannot be shifted by %lld", e.parts.entity, timeline, (long long)from[i], i, (long long)by);
        else
            values[i] = from[i] + by;
    }
    if (status != REEL_OK) {
        if (e.brought)
            reel__held_unref(&e.brought->held);
        reel__release(times);
        return status;
    }
    times[at].times = values;
    return end_times(&e, times, out);
}

/* ---- columns and rows */

static bool is_among(const char *text, const char *const *texts, size_t n) {
    for (size_t i = 0; i < n; i++)
        if (texts[i] && strcmp(text, texts[i]) == 0)
            return true;
    return false;
}

/* A copy of the columns. */
static reel__chunk_column *copy_columns(const edit *e) {
    reel__chunk_column *columns = reel__alloc_array(e->parts.n_columns, sizeof *columns);
    if (columns && e->parts.n_columns)
        memcpy(columns, e->parts.columns, e->parts.n_columns * sizeof *columns);
    if (!columns)
        reel__fail(REEL_E_NO_MEMORY, "%s: no memory for %zu columns", e->parts.entity, e->parts.n_columns);
    return columns;
}

static reel_status end_columns(edit *e, reel__chunk_column *columns, reel_chunk **out) {
    e->parts.columns = columns;
    reel_status status = end(e, out);
    reel__release(columns);
    return status;
}

reel_status reel_chunk_keep(const reel_chunk *chunk, const char *const *components, size_t n, bool all_but, reel_chunk **out) {
    edit e;
    REEL__TRY(begin(&e, chunk, out));
    if (n && !components)
        return reel__fail(REEL_E_ARGUMENT, "%s: %zu components and no list of them", e.parts.entity, n);
    reel__chunk_column *columns = copy_columns(&e);
    if (!columns)
        return REEL_E_NO_MEMORY;
    size_t kept = 0;
    for (size_t i = 0; i < e.parts.n_columns; i++)
        if (is_among(columns[i].component, components, n) != all_but)
            columns[kept++] = columns[i];
    e.parts.n_columns = kept;
    if (!kept) {
        reel__release(columns);
        return REEL_OK;
    }
    return end_columns(&e, columns, out);
}

reel_status reel_chunk_slice(const reel_chunk *chunk, size_t first, size_t n, reel_chunk **out) {
    edit e;
    REEL__TRY(begin(&e, chunk, out));
    if (first > e.parts.n_rows || n > e.parts.n_rows - first)
        return reel__fail(REEL_E_ARGUMENT, "%s: %zu rows from row %zu on: the chunk has %zu", e.parts.entity, n, first, e.parts.n_rows);
    reel__chunk_time *times = copy_times(&e);
    reel__chunk_column *columns = times ? copy_columns(&e) : NULL;
    if (!columns) {
        reel__release(times);
        return REEL_E_NO_MEMORY;
    }
    for (size_t i = 0; i < e.parts.n_times && first; i++)
        times[i].times += first;
    for (size_t i = 0; i < e.parts.n_columns; i++)
        columns[i].first += first;
    e.parts.times = times;
    if (first)
        e.parts.row_ids += 16 * first;
    e.parts.n_rows = n;
    reel_status status = end_columns(&e, columns, out);
    reel__release(times);
    return status;
}
