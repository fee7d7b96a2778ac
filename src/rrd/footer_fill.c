#include "footer_plan.h"

#include "../base/alloc.h"
#include "../base/clock.h"
#include "../base/error.h"

#include <string.h>

/* The pass over the records: each sets its cells in the slab's stages; a slab that is full becomes a block of every stream that was touched.
 *
 * Most chunks have all their components in all rows, so that a component's start, end and number of rows are the chunk's own. Such slabs share the block of the timeline's (or the chunk's)
 * column instead of compressing the same bytes again (tests/conformance/footer_bench.c measures it). */

typedef struct filling {
    reel__footer_plan *plan;
    reel__footer_maker *maker;
    uint32_t slab, n; /* number of the slab, rows in it */
    uint64_t path_end;
    reel__buf paths;
    reel__buf shared[4]; /* blocks of this slab: the timeline's valid, start, end; the chunks' number of rows */
} filling;

static void set_bit(uint8_t *bits, uint32_t row) { bits[row >> 3] |= (uint8_t)(1u << (row & 7)); }
static void set_word(uint8_t *words, uint32_t row, uint64_t v) { memcpy(words + 8 * (size_t)row, &v, 8); }

static void set_cell(reel__footer_cell *cell, uint32_t slab, uint32_t row, const reel__time_pair *range) {
    if (cell->slab != slab + 1) {
        cell->slab = slab + 1;
        cell->n = 0;
        cell->differs = cell->counts_differ = false;
    }
    cell->n++;
    cell->n_set++;
    set_bit(cell->valid.stage, row);
    set_word(cell->start.stage, row, (uint64_t)range->min);
    set_word(cell->end.stage, row, (uint64_t)range->max);
}

/* ---- one record */

static void set_components(filling *f, const reel__footer_record *r, const reel__footer_kind *kind) {
    const reel__shape *s = kind->shape;
    const reel__time_pair *ranges = (const reel__time_pair *)(r + 1);
    const uint32_t *non_null = (const uint32_t *)(ranges + s->n_timelines);
    const reel__time_pair *cells = (const reel__time_pair *)((const uint8_t *)non_null + (s->n_columns * sizeof(uint32_t) + 7) / 8 * 8);
    const uint32_t *number = kind->cells + s->n_timelines;
    for (uint32_t t = 0; t < s->n_timelines; t++) {
        set_cell(&f->plan->cells[kind->cells[t]], f->slab, f->n, &ranges[t]);
        for (uint32_t c = 0; c < s->n_columns; c++) {
            reel__footer_cell *cell = &f->plan->cells[*number++];
            size_t at = (size_t)t * s->n_columns + c;
            uint64_t count = r->with_nulls ? non_null[c] : r->n_rows;
            if (!count)
                continue;
            const reel__time_pair *range = r->with_nulls ? &cells[at] : &ranges[t];
            set_cell(cell, f->slab, f->n, range);
            cell->differs |= range->min != ranges[t].min || range->max != ranges[t].max;
            cell->counts_differ |= count != r->n_rows;
            set_word(cell->counts.stage, f->n, count);
        }
    }
}

static void set_static(filling *f, const reel__footer_record *r, const reel__footer_kind *kind) {
    const uint32_t *non_null = (const uint32_t *)(r + 1);
    set_bit(f->plan->is_static.stage, f->n);
    for (uint32_t c = 0; c < kind->shape->n_columns; c++) {
        reel__footer_component *component = &f->plan->components[kind->components[c]];
        if (r->with_nulls && !non_null[c])
            continue;
        component->slab = f->slab + 1;
        set_bit(component->is_static.stage, f->n);
    }
}

/* Notes which (entity, component) pairs there are, for the recording's schema. */
static reel_status note_columns(filling *f, const reel__footer_record *r, const reel__footer_kind *kind) {
    const void *path = f->plan->footer->entities.items[r->entity].pointer;
    const uint32_t *non_null = (const uint32_t *)((const reel__time_pair *)(r + 1) + kind->shape->n_timelines);
    bool ok = r->with_nulls || reel__intern_put(&f->plan->seen, path, r->kind) != UINT32_MAX;
    for (uint32_t c = 0; r->with_nulls && ok && c < kind->shape->n_columns; c++)
        ok = !non_null[c] || reel__intern_put(&f->plan->seen_columns, path, 2 * kind->components[c] + (kind->shape->n_timelines == 0)) != UINT32_MAX;
    return ok ? REEL_OK : reel__fail(REEL_E_NO_MEMORY, "no memory for the footer's columns");
}

static void mark_used(reel__footer_plan *plan) {
    for (uint32_t i = 0; i < plan->seen.n; i++) {
        const reel__footer_kind *kind = &plan->kinds[plan->seen.items[i].tag];
        for (uint32_t c = 0; c < kind->shape->n_columns; c++)
            plan->components[kind->components[c]].is_used = true;
    }
    for (uint32_t i = 0; i < plan->seen_columns.n; i++)
        plan->components[plan->seen_columns.items[i].tag / 2].is_used = true;
}

static reel_status set_row(filling *f, const reel__footer_record *r) {
    reel__footer_plan *plan = f->plan;
    const reel__interned *entity = &plan->footer->entities.items[r->entity];
    const reel__footer_kind *kind = &plan->kinds[r->kind];
    if (f->paths.size + entity->text_size > REEL__FOOTER_BLOCK) {
        REEL__TRY(reel__footer_stream_bytes(f->maker, &plan->path_bytes, f->paths.data, f->paths.size));
        f->paths.size = 0;
    }
    reel__buf_put(&f->paths, entity->pointer, entity->text_size);
    reel__store_u32(plan->path_offsets.stage + 4 * (size_t)f->n, (uint32_t)f->path_end);
    f->path_end += entity->text_size;
    memcpy(plan->chunk_id.stage + 16 * (size_t)f->n, r->chunk_id, 16);
    set_word(plan->n_chunk_rows.stage, f->n, r->n_rows);
    set_word(plan->offset.stage, f->n, r->offset);
    set_word(plan->byte_size.stage, f->n, r->byte_size);
    set_word(plan->ipc_size.stage, f->n, r->ipc_size);
    if (kind->shape->n_timelines)
        set_components(f, r, kind);
    else
        set_static(f, r, kind);
    f->n++;
    return f->paths.failed ? reel__fail(REEL_E_NO_MEMORY, "no memory for the footer's columns") : note_columns(f, r, kind);
}

/* ---- one slab */

/* Keeps the newest block, for streams that turn out equal. */
static reel_status share(filling *f, int which) {
    f->shared[which].size = 0;
    reel__buf_put(&f->shared[which], f->maker->block.data, f->maker->block.size);
    return f->shared[which].failed ? reel__fail(REEL_E_NO_MEMORY, "no memory for a block of the footer") : REEL_OK;
}

static reel_status flush_stream(filling *f, reel__footer_stream *s, int shared, bool is_same) {
    return is_same ? reel__footer_stream_same(f->maker, s, f->slab, f->n, &f->shared[shared]) : reel__footer_stream_slab(f->maker, s, f->slab, f->n);
}

static reel_status flush_timeline(filling *f, reel__footer_cell *own) {
    reel__footer_stream *streams[3] = {&own->valid, &own->start, &own->end};
    for (int i = 0; i < 3; i++) {
        REEL__TRY(reel__footer_stream_slab(f->maker, streams[i], f->slab, f->n));
        REEL__TRY(share(f, i));
    }
    return REEL_OK;
}

static reel_status flush_cell(filling *f, const reel__footer_cell *own, reel__footer_cell *cell) {
    bool same_rows = cell->n == own->n, same_times = same_rows && !cell->differs;
    REEL__TRY(flush_stream(f, &cell->valid, 0, same_rows));
    REEL__TRY(flush_stream(f, &cell->start, 1, same_times));
    REEL__TRY(flush_stream(f, &cell->end, 2, same_times));
    return flush_stream(f, &cell->counts, 3, cell->n == f->n && !cell->counts_differ);
}

static reel_status flush_cells(filling *f) {
    reel__footer_plan *plan = f->plan;
    size_t at = plan->n_timelines;
    for (size_t t = 0; t < plan->n_timelines; t++) {
        reel__footer_cell *own = &plan->cells[t];
        bool is_touched = own->slab == f->slab + 1;
        if (is_touched)
            REEL__TRY(flush_timeline(f, own));
        for (; at < plan->n_cells && plan->cells[at].timeline == t; at++)
            if (plan->cells[at].slab == f->slab + 1)
                REEL__TRY(flush_cell(f, own, &plan->cells[at]));
    }
    return REEL_OK;
}

static reel_status flush_slab(filling *f) {
    if (!f->n)
        return REEL_OK;
    reel__footer_plan *plan = f->plan;
    reel__footer_stream *fixed[] = {&plan->path_offsets, &plan->chunk_id, &plan->is_static, &plan->offset, &plan->byte_size, &plan->ipc_size, &plan->n_chunk_rows};
    for (size_t i = 0; i < sizeof fixed / sizeof *fixed; i++)
        REEL__TRY(reel__footer_stream_slab(f->maker, fixed[i], f->slab, f->n));
    REEL__TRY(share(f, 3));
    for (size_t i = 0; i < plan->n_components; i++)
        if (plan->components[i].slab == f->slab + 1)
            REEL__TRY(reel__footer_stream_slab(f->maker, &plan->components[i].is_static, f->slab, f->n));
    REEL__TRY(flush_cells(f));
    f->slab++;
    f->n = 0;
    return REEL_OK;
}

/* ---- all of it */

typedef struct placing {
    uint8_t *memory; /* NULL: only counted */
    size_t used;
    uint32_t rows;
} placing;

static void place(placing *p, reel__footer_stream *s, uint32_t width) {
    s->stage = p->memory ? p->memory + p->used : NULL;
    s->width = width;
    p->used += width ? (size_t)width * p->rows : ((size_t)p->rows + 63) / 64 * 8;
}

/* Gives every stream its part of one block of staging memory; returns that block's size. */
static size_t place_all(reel__footer_plan *plan, uint8_t *memory, uint32_t rows) {
    placing p = {memory, 0, rows};
    place(&p, &plan->chunk_id, 16);
    place(&p, &plan->n_chunk_rows, 8);
    place(&p, &plan->offset, 8);
    place(&p, &plan->byte_size, 8);
    place(&p, &plan->ipc_size, 8);
    place(&p, &plan->is_static, 0);
    for (size_t i = 0; i < plan->n_components; i++)
        place(&p, &plan->components[i].is_static, 0);
    for (size_t i = 0; i < plan->n_cells; i++) {
        place(&p, &plan->cells[i].valid, 0);
        place(&p, &plan->cells[i].start, 8);
        place(&p, &plan->cells[i].end, 8);
        if (plan->cells[i].component != UINT32_MAX)
            place(&p, &plan->cells[i].counts, 8);
    }
    place(&p, &plan->path_offsets, 4);
    return p.used;
}

static reel_status end_streams(filling *f) {
    reel__footer_plan *plan = f->plan;
    uint8_t last[4];
    reel__store_u32(last, (uint32_t)f->path_end); /* offsets are one more than rows */
    REEL__TRY(reel__footer_stream_bytes(f->maker, &plan->path_offsets, last, sizeof last));
    REEL__TRY(reel__footer_stream_bytes(f->maker, &plan->path_bytes, f->paths.data, f->paths.size));
    reel__footer_stream *fixed[] = {&plan->path_offsets, &plan->chunk_id, &plan->is_static, &plan->n_chunk_rows, &plan->offset, &plan->byte_size, &plan->ipc_size};
    for (size_t i = 0; i < sizeof fixed / sizeof *fixed; i++)
        REEL__TRY(reel__footer_stream_end(f->maker, fixed[i], plan->n_rows));
    plan->path_bytes.width = 1; /* not a stream of rows: nothing is made up for it */
    REEL__TRY(reel__footer_stream_end(f->maker, &plan->path_bytes, plan->n_rows));
    for (size_t i = 0; i < plan->n_components; i++)
        REEL__TRY(reel__footer_stream_end(f->maker, &plan->components[i].is_static, plan->n_rows));
    for (size_t i = 0; i < plan->n_cells; i++) {
        reel__footer_cell *cell = &plan->cells[i];
        REEL__TRY(reel__footer_stream_end(f->maker, &cell->valid, plan->n_rows));
        REEL__TRY(reel__footer_stream_end(f->maker, &cell->start, plan->n_rows));
        REEL__TRY(reel__footer_stream_end(f->maker, &cell->end, plan->n_rows));
        if (cell->component != UINT32_MAX)
            REEL__TRY(reel__footer_stream_end(f->maker, &cell->counts, plan->n_rows));
    }
    return REEL_OK;
}

static reel_status read_all(filling *f, int64_t deadline_ns) {
    reel__footer_plan *plan = f->plan;
    const reel__footer *footer = plan->footer;
    reel__footer_reader reader;
    reel__footer_reader_begin(&reader, footer, footer->of_store[plan->store].first_at);
    reel_status status = REEL_OK;
    for (uint64_t left = plan->n_rows; left && status == REEL_OK;) {
        const reel__footer_record *r;
        status = reel__footer_reader_next(&reader, &r);
        if (status == REEL_OK && !r)
            status = reel__fail(REEL_E_IO, "the footer's records end early");
        if (status != REEL_OK || r->store != plan->store)
            continue;
        status = set_row(f, r);
        left--;
        if (status == REEL_OK && f->n == f->maker->rows) {
            status = flush_slab(f);
            if (status == REEL_OK && reel__monotonic_ns() > deadline_ns)
                status = reel__fail(REEL_E_TIMEOUT, "the footer for %llu chunks was not ready in time", (unsigned long long)plan->n_rows);
        }
    }
    reel__footer_reader_end(&reader);
    return status;
}

reel_status reel__footer_fill(reel__footer_plan *plan, reel__spill *spill, bool plain, int64_t deadline_ns, reel__footer_maker *maker) {
    size_t row_bytes = place_all(plan, NULL, 64) / 64 + 1;
    size_t n_streams = 8 + plan->n_components + 4 * plan->n_cells;
    REEL__TRY(reel__footer_maker_begin(maker, spill, plain, plan->n_rows, n_streams, row_bytes));
    uint8_t *stage = reel__alloc_zero(place_all(plan, NULL, maker->rows));
    if (!stage)
        return reel__fail(REEL_E_NO_MEMORY, "no memory for the footer's columns");
    place_all(plan, stage, maker->rows);
    filling f = {.plan = plan, .maker = maker};
    reel_status status = read_all(&f, deadline_ns);
    if (status == REEL_OK)
        status = flush_slab(&f);
    if (status == REEL_OK)
        status = end_streams(&f);
    mark_used(plan);
    for (int i = 0; i < 4; i++)
        reel__buf_free(&f.shared[i]);
    reel__buf_free(&f.paths);
    reel__release(stage);
    return status;
}
