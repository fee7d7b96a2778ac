#include "optimize_group.h"

#include <stdlib.h>
#include <string.h>

#define WAITING_BYTES_MAX  ((uint64_t)8 << 20)
#define AS_IT_IS_BYTES_MAX ((uint64_t)8 << 20) /* of a chunk of several rows that is not cut */

static bool check(cli_group *g, reel_status status) {
    if (status != REEL_OK) cli_reshape_fail_with(g->job, g->job->output);
    return status == REEL_OK;
}

/* ---- writing */

/* Viewers keep rows by their ids, so that is their order within a chunk; times order the chunks. */
static void put_rows(cli_group *g, const reel_chunk *chunk, size_t first, size_t n) {
    reel_chunk *rows = NULL, *sorted = NULL;
    if (check(g, reel_chunk_slice(chunk, first, n, &rows)) && check(g, reel_chunk_sort(rows, NULL, &sorted))) cli_reshape_put_chunk(g->job, &g->store, sorted);
    reel_chunk_unref(rows);
}

static size_t rows_at_once(const cli_group *g, const reel_chunk *chunk) {
    uint64_t n = reel_chunk_rows(chunk), bytes = reel_chunk_bytes(chunk), fit = bytes ? g->limits.bytes * n / bytes : n;
    if (fit > g->limits.rows) fit = g->limits.rows;
    return fit ? (size_t)fit : 1;
}

/* Rows of equal size, but for one, so that no small rest is left. */
static void put_cut(cli_group *g, const reel_chunk *chunk, size_t n) {
    size_t most = rows_at_once(g, chunk), parts = (n + most - 1) / most;
    for (size_t i = 0; i < parts && !g->job->has_failed; i++) {
        size_t first = n / parts * i + (i < n % parts ? i : n % parts), end = n / parts * (i + 1) + (i + 1 < n % parts ? i + 1 : n % parts);
        put_rows(g, chunk, first, end - first);
    }
}

static void forget_waiting(cli_group *g) {
    for (size_t i = 0; i < g->n_waiting; i++) reel_chunk_unref(g->waiting[i]);
    g->n_waiting = 0;
    g->rows = g->bytes = 0;
}

/* Chunks that cannot be one, since a component has another type in each. */
static void put_each(cli_group *g) {
    for (size_t i = 0; i < g->n_waiting && !g->job->has_failed; i++) put_cut(g, g->waiting[i], reel_chunk_rows(g->waiting[i]));
    forget_waiting(g);
}

/* How many rows, from the first on, lie before `next`. The times are sorted. */
static size_t rows_before(const reel_chunk *chunk, const char *timeline, int64_t next) {
    const reel_chunk_timeline *t = reel_chunk_timeline_of(chunk, timeline);
    size_t low = 0, high = reel_chunk_rows(chunk);
    while (t && low < high) {
        size_t middle = low + (high - low) / 2;
        if (t->times[middle] < next)
            low = middle + 1;
        else
            high = middle;
    }
    return t ? low : reel_chunk_rows(chunk);
}

/* Joins what waits, and writes what lies before `next`, or all of it if there is too much. What is left waits again, as one chunk. */
static void put_waiting(cli_group *g, int64_t next) {
    reel_chunk *joined = NULL, *sorted = NULL, *rest = NULL;
    if (!g->n_waiting) return;
    if (reel_chunk_join(g->waiting, g->n_waiting, &joined) != REEL_OK) {
        put_each(g);
        return;
    }
    if (check(g, reel_chunk_sort(joined, g->timeline, &sorted))) {
        size_t n = reel_chunk_rows(sorted), before = next == INT64_MAX ? n : rows_before(sorted, g->timeline, next);
        if (g->bytes >= WAITING_BYTES_MAX && before < n / 2) before = n;
        if (next != INT64_MAX) before -= before % rows_at_once(g, sorted); /* whole chunks; the rest becomes part of the next one */
        g->joined += g->n_waiting;
        forget_waiting(g);
        put_cut(g, sorted, before);
        if (before < n && check(g, reel_chunk_slice(sorted, before, n - before, &rest))) {
            g->waiting[g->n_waiting++] = rest;
            g->rows = reel_chunk_rows(rest);
            g->bytes = reel_chunk_bytes(rest);
        }
    }
    reel_chunk_unref(sorted);
    reel_chunk_unref(joined);
}

/* ---- taking */

/* Whether a chunk is good as it stands: not small, not large, alone in its time. */
static bool is_good(const cli_group *g, const reel_chunk *chunk, const reel_chunk_timeline *t, int64_t next) {
    uint64_t rows = reel_chunk_rows(chunk), bytes = reel_chunk_bytes(chunk);
    bool is_alone = !g->n_waiting && next == INT64_MAX; /* there is nothing to join it with */
    bool is_enough = is_alone || 2 * rows >= g->limits.rows || 2 * bytes >= g->limits.bytes;
    bool is_too_much = rows > 2 * g->limits.rows || (rows > 1 && bytes > 2 * g->limits.bytes && bytes > AS_IT_IS_BYTES_MAX);
    return is_enough && !is_too_much && t && t->min >= g->max && t->max <= next && cli_has_sorted_ids(chunk);
}

void cli_group_add(cli_group *g, reel_chunk *chunk, const reel_read_message *message, int64_t next) {
    const reel_chunk_timeline *t = reel_chunk_timeline_of(chunk, g->timeline);
    if (message && is_good(g, chunk, t, next)) {
        put_waiting(g, INT64_MAX);
        cli_reshape_put_message(g->job, message, chunk);
        g->copied++;
        g->max = t->max;
        reel_chunk_unref(chunk);
        return;
    }
    if (g->n_waiting == g->capacity) {
        size_t capacity = g->capacity ? 2 * g->capacity : 64;
        reel_chunk **waiting = realloc(g->waiting, capacity * sizeof *waiting);
        if (!waiting) {
            cli_reshape_fail(g->job, "no memory for %zu chunks", capacity);
            reel_chunk_unref(chunk);
            return;
        }
        g->waiting = waiting;
        g->capacity = capacity;
    }
    g->waiting[g->n_waiting++] = chunk;
    g->rows += reel_chunk_rows(chunk);
    g->bytes += reel_chunk_bytes(chunk);
    if (t && t->max > g->max) g->max = t->max;
    bool is_enough = g->rows >= 2 * g->limits.rows || g->bytes >= 2 * g->limits.bytes; /* for one and a rest, so that rests are not joined over and over */
    if (g->bytes >= WAITING_BYTES_MAX || (is_enough && g->max < next)) put_waiting(g, next);
}

void cli_group_end(cli_group *g) {
    if (!g->job->has_failed) put_waiting(g, INT64_MAX);
    forget_waiting(g);
    g->max = INT64_MIN;
    free(g->timeline);
    g->timeline = NULL;
}

void cli_group_free(cli_group *g) {
    forget_waiting(g);
    free(g->waiting);
    free(g->timeline);
    *g = (cli_group) { 0 };
}
