#include "footer_plan.h"

#include "../base/alloc.h"
#include "../base/error.h"

#include <stdlib.h>
#include <string.h>

static reel_status no_memory(void) { return reel__fail(REEL_E_NO_MEMORY, "no memory for the footer's columns"); }

/* ---- orders: the official writer's, which sorts by archetype, component, type, with the absent ones first */

static int compare_texts(const char *a, const char *b) { return a && b ? strcmp(a, b) : (a != NULL) - (b != NULL); }

static int compare_descriptors(const void *left, const void *right) {
    const reel__descriptor *a = *(const reel__descriptor *const *)left, *b = *(const reel__descriptor *const *)right;
    int order = compare_texts(a->archetype, b->archetype);
    if (!order) order = strcmp(a->component, b->component);
    return order ? order : compare_texts(a->component_type, b->component_type);
}

static int compare_timelines(const void *left, const void *right) {
    const reel__timeline *a = *(const reel__timeline *const *)left, *b = *(const reel__timeline *const *)right;
    int order = strcmp(a->name, b->name);
    return order ? order : (a->type > b->type) - (a->type < b->type);
}

static int compare_keys(const void *left, const void *right) {
    uint64_t a = *(const uint64_t *)left, b = *(const uint64_t *)right;
    return (a > b) - (a < b);
}

typedef int (*compare_fn)(const void *, const void *);

/* Sorts items of `size` bytes and removes doubles. */
static size_t sort_unique(void *items, size_t n, size_t size, compare_fn compare) {
    char *at = items;
    size_t kept = 0;
    if (n)
        qsort(items, n, size, compare);
    for (size_t i = 0; i < n; i++)
        if (!kept || compare(at + (kept - 1) * size, at + i * size))
            memmove(at + kept++ * size, at + i * size, size);
    return kept;
}

/* The number of an item that is known to be there. */
static uint32_t find(const void *items, size_t n, size_t size, const void *key, compare_fn compare) {
    const char *found = bsearch(key, items, n, size, compare);
    return (uint32_t)((size_t)(found - (const char *)items) / size);
}

/* ---- making */

typedef struct totals {
    size_t timelines, columns, cells;
} totals;

static totals count(const reel__footer_plan *plan) {
    totals t = {0, 0, 0};
    for (uint32_t i = 0; i < plan->footer->kinds.n; i++) {
        const reel__shape *s = plan->kinds[i].shape;
        if (s) {
            t.timelines += s->n_timelines;
            t.columns += s->n_columns;
            t.cells += (size_t)s->n_timelines * s->n_columns;
        }
    }
    return t;
}

static reel_status make_timelines(reel__footer_plan *plan, size_t n_max) {
    plan->timelines = reel__alloc_array(n_max, sizeof *plan->timelines);
    if (!plan->timelines)
        return no_memory();
    size_t n = 0;
    for (uint32_t i = 0; i < plan->footer->kinds.n; i++)
        for (uint32_t t = 0; plan->kinds[i].shape && t < plan->kinds[i].shape->n_timelines; t++)
            plan->timelines[n++] = plan->kinds[i].shape->timelines[t];
    plan->n_timelines = sort_unique(plan->timelines, n, sizeof *plan->timelines, compare_timelines);
    return REEL_OK;
}

static reel_status make_components(reel__footer_plan *plan, size_t n_max) {
    const reel__descriptor **found = reel__alloc_array(n_max, sizeof *found);
    if (!found)
        return no_memory();
    size_t n = 0;
    for (uint32_t i = 0; i < plan->footer->kinds.n; i++)
        for (uint32_t c = 0; plan->kinds[i].shape && c < plan->kinds[i].shape->n_columns; c++)
            found[n++] = &plan->kinds[i].shape->columns[c];
    n = sort_unique(found, n, sizeof *found, compare_descriptors);
    plan->components = reel__alloc_array(n, sizeof *plan->components);
    bool ok = plan->components != NULL;
    for (size_t i = 0; ok && i < n; i++)
        plan->components[i].descriptor = found[i];
    plan->n_components = ok ? n : 0;
    for (uint32_t i = 0; ok && i < plan->footer->kinds.n; i++) {
        reel__footer_kind *kind = &plan->kinds[i];
        if (!kind->shape)
            continue;
        kind->components = reel__alloc_array(kind->shape->n_columns, sizeof *kind->components);
        ok = kind->components != NULL;
        for (uint32_t c = 0; ok && c < kind->shape->n_columns; c++) {
            const reel__descriptor *key = &kind->shape->columns[c];
            kind->components[c] = find(found, n, sizeof *found, &key, compare_descriptors);
        }
    }
    reel__release(found);
    return ok ? REEL_OK : no_memory();
}

static uint64_t cell_key(uint32_t timeline, uint32_t component) { return (uint64_t)timeline << 32 | component; }

/* The numbers of a kind's cells: the timelines' own come first, then the others by key. */
static bool number_cells(reel__footer_plan *plan, reel__footer_kind *kind, const uint64_t *keys, size_t n) {
    const reel__shape *s = kind->shape;
    kind->cells = reel__alloc_array(s->n_timelines * ((size_t)s->n_columns + 1), sizeof *kind->cells);
    if (!kind->cells)
        return false;
    for (uint32_t t = 0; t < s->n_timelines; t++) {
        uint32_t timeline = find(plan->timelines, plan->n_timelines, sizeof *plan->timelines, &s->timelines[t], compare_timelines);
        kind->cells[t] = timeline;
        for (uint32_t c = 0; c < s->n_columns; c++) {
            uint64_t key = cell_key(timeline, kind->components[c]);
            kind->cells[s->n_timelines + (size_t)t * s->n_columns + c] = (uint32_t)(plan->n_timelines + find(keys, n, sizeof *keys, &key, compare_keys));
        }
    }
    return true;
}

static reel_status make_cells(reel__footer_plan *plan, size_t n_max) {
    uint64_t *keys = reel__alloc_array(n_max, sizeof *keys);
    if (!keys)
        return no_memory();
    size_t n = 0;
    for (uint32_t i = 0; i < plan->footer->kinds.n; i++) {
        const reel__footer_kind *kind = &plan->kinds[i];
        for (uint32_t t = 0; kind->shape && t < kind->shape->n_timelines; t++) {
            uint32_t timeline = find(plan->timelines, plan->n_timelines, sizeof *plan->timelines, &kind->shape->timelines[t], compare_timelines);
            for (uint32_t c = 0; c < kind->shape->n_columns; c++)
                keys[n++] = cell_key(timeline, kind->components[c]);
        }
    }
    n = sort_unique(keys, n, sizeof *keys, compare_keys);
    plan->cells = reel__alloc_array(plan->n_timelines + n, sizeof *plan->cells);
    bool ok = plan->cells != NULL;
    plan->n_cells = ok ? plan->n_timelines + n : 0;
    for (size_t i = 0; ok && i < plan->n_cells; i++) {
        uint64_t key = i < plan->n_timelines ? cell_key((uint32_t)i, UINT32_MAX) : keys[i - plan->n_timelines];
        plan->cells[i].timeline = (uint32_t)(key >> 32);
        plan->cells[i].component = (uint32_t)key;
    }
    for (uint32_t i = 0; ok && i < plan->footer->kinds.n; i++)
        if (plan->kinds[i].shape)
            ok = number_cells(plan, &plan->kinds[i], keys, n);
    reel__release(keys);
    return ok ? REEL_OK : no_memory();
}

reel_status reel__footer_plan_make(reel__footer_plan *plan, const reel__footer *f, uint32_t store) {
    *plan = (reel__footer_plan){.footer = f, .store = store, .n_rows = f->of_store[store].n_chunks};
    plan->kinds = reel__alloc_array(f->kinds.n, sizeof *plan->kinds);
    if (!plan->kinds)
        return no_memory();
    for (uint32_t i = 0; i < f->kinds.n; i++)
        plan->kinds[i].shape = f->kinds.items[i].tag == store ? f->kinds.items[i].pointer : NULL;
    totals t = count(plan);
    REEL__TRY(make_timelines(plan, t.timelines));
    REEL__TRY(make_components(plan, t.columns));
    return make_cells(plan, t.cells);
}

void reel__footer_plan_free(reel__footer_plan *plan) {
    for (uint32_t i = 0; plan->kinds && i < plan->footer->kinds.n; i++) {
        reel__release(plan->kinds[i].components);
        reel__release(plan->kinds[i].cells);
    }
    for (size_t i = 0; i < plan->n_components; i++)
        reel__footer_stream_free(&plan->components[i].is_static);
    for (size_t i = 0; i < plan->n_cells; i++) {
        reel__footer_stream_free(&plan->cells[i].valid);
        reel__footer_stream_free(&plan->cells[i].start);
        reel__footer_stream_free(&plan->cells[i].end);
        reel__footer_stream_free(&plan->cells[i].counts);
    }
    reel__footer_stream *fixed[] = {&plan->path_offsets, &plan->path_bytes, &plan->chunk_id, &plan->is_static, &plan->n_chunk_rows, &plan->offset, &plan->byte_size, &plan->ipc_size};
    for (size_t i = 0; i < sizeof fixed / sizeof *fixed; i++)
        reel__footer_stream_free(fixed[i]);
    reel__release(plan->kinds);
    reel__release(plan->timelines);
    reel__release(plan->components);
    reel__release(plan->cells);
    reel__intern_free(&plan->seen);
    reel__intern_free(&plan->seen_columns);
    memset(plan, 0, sizeof *plan);
}
