#include "chunk_summary.h"

#include "../arrow/arrow_import.h"
#include "../base/alloc.h"
#include "../base/error.h"

#include <string.h>

#define CELLS_MAX 65536 /* timelines x components that any chunk may have; more than the encoder writes */

void reel__summariser_free(reel__summariser *s) {
    reel__kinds_free(&s->kinds);
    reel__buf_free(&s->room);
    if (s->unpacked)
        reel__held_unref(&s->unpacked->held);
}

/* ---- of a chunk */

/* What stands for a type that cannot be written: readers take a footer's types as hints. */
static const reel__arrow_node unknown_node = {.name = "item", .kind = REEL__ARROW_NULL, .nullable = true};
static const reel__arrow_type unknown_type = {.nodes = &unknown_node, .n_nodes = 1, .n_streams = 1};

static reel_status find_kind(reel__summariser *s, const reel__chunk_parts *p, reel__kind **out) {
    reel__timeline *timelines = reel__alloc_array(p->n_times, sizeof *timelines);
    reel__descriptor *columns = reel__alloc_array(p->n_columns, sizeof *columns);
    reel__arrow_type **types = reel__alloc_zero((p->n_columns + 1) * sizeof *types);
    reel_status status = timelines && columns && types ? REEL_OK : reel__fail(REEL_E_NO_MEMORY, "%s: no memory for %zu columns", p->entity, p->n_columns);
    for (size_t i = 0; i < p->n_times && status == REEL_OK; i++)
        timelines[i] = (reel__timeline){p->times[i].name, p->times[i].type, (uint32_t)i};
    for (size_t i = 0; i < p->n_columns && status == REEL_OK; i++) {
        const reel__chunk_column *c = &p->columns[i];
        status = reel__arrow_type_from_schema(c->item, false, c->component, &types[i]);
        if (status != REEL_E_NO_MEMORY)
            status = REEL_OK;
        columns[i] = (reel__descriptor){c->component, c->archetype, c->component_type, types[i] ? types[i] : &unknown_type};
    }
    if (status == REEL_OK)
        status = reel__kinds_find(&s->kinds, timelines, p->n_times, columns, p->n_columns, out);
    for (size_t i = 0; types && i < p->n_columns; i++)
        reel__release(types[i]);
    reel__release(types);
    reel__release(columns);
    reel__release(timelines);
    return status;
}

/* Room for what depends on the numbers of timelines and columns, whose product grows faster than the bytes that claim them: it is held against those. */
static reel_status make_room(reel__summariser *s, const reel__shape *outline, const reel__chunk_parts *parts, reel__chunk_info *info) {
    size_t ranges = outline->n_timelines * sizeof(reel__time_range), cells, counts = outline->n_columns * sizeof(uint32_t), size;
    uint64_t n_cells = (uint64_t)outline->n_timelines * outline->n_columns;
    if (n_cells > CELLS_MAX && n_cells > parts->bytes / 16)
        return reel__fail(REEL_E_TOO_LARGE, "%s: a chunk of %u timelines and %u components has no more than %zu bytes", parts->entity, (unsigned)outline->n_timelines,
                          (unsigned)outline->n_columns, parts->bytes);
    s->room.size = 0;
    bool fits = reel__mul_size(ranges, outline->n_columns, &cells) && reel__add_size(ranges + counts, cells, &size);
    uint8_t *at = fits ? reel__buf_reserve(&s->room, size + 1) : NULL;
    s->room.failed = false;
    if (!at)
        return reel__fail(REEL_E_NO_MEMORY, "no memory for the ranges of %u timelines and %u columns", (unsigned)outline->n_timelines, (unsigned)outline->n_columns);
    *info = (reel__chunk_info){.ranges = (reel__time_range *)(void *)at, .cell_ranges = (reel__time_range *)(void *)(at + ranges), .non_null = (uint32_t *)(void *)(at + ranges + cells)};
    return REEL_OK;
}

static reel__time_range range_of_column(const reel_chunk *chunk, size_t timeline, size_t column) {
    const int64_t *times = chunk->parts.times[timeline].times;
    reel__time_range r = {INT64_MAX, INT64_MIN, chunk->timelines[timeline].is_sorted};
    for (size_t i = 0; i < chunk->parts.n_rows; i++) {
        int64_t at, n;
        if (!reel__chunk_row(&chunk->parts.columns[column], i, &at, &n))
            continue;
        r.min = times[i] < r.min ? times[i] : r.min;
        r.max = times[i] > r.max ? times[i] : r.max;
    }
    return r;
}

static void fill_info(const reel_chunk *chunk, reel__chunk_info *info) {
    size_t n_times = chunk->parts.n_times, n_columns = chunk->parts.n_columns;
    for (size_t i = 0; i < n_times; i++)
        info->ranges[i] = (reel__time_range){chunk->timelines[i].min, chunk->timelines[i].max, chunk->timelines[i].is_sorted};
    for (size_t i = 0; i < n_columns; i++) {
        info->non_null[i] = (uint32_t)chunk->components[i].n_rows;
        info->has_nulls |= chunk->components[i].n_rows != chunk->parts.n_rows;
    }
    for (size_t t = 0; t < n_times && info->has_nulls; t++)
        for (size_t c = 0; c < n_columns; c++)
            info->cell_ranges[t * n_columns + c] = chunk->components[c].n_rows == chunk->parts.n_rows ? info->ranges[t] : range_of_column(chunk, t, c);
}

reel_status reel__summary_begin(reel__summariser *s, const reel__chunk_parts *parts, reel__chunk_summary *out) {
    reel__kind *kind;
    *out = (reel__chunk_summary){0};
    REEL__TRY(find_kind(s, parts, &kind));
    REEL__TRY(reel__kinds_entity(&s->kinds, parts->entity, &out->entity));
    REEL__TRY(make_room(s, &kind->outline, parts, &out->info));
    out->kind = kind;
    out->info.n_rows = parts->n_rows;
    memcpy(out->chunk_id, parts->id, sizeof out->chunk_id);
    return REEL_OK;
}

reel_status reel__summarise_chunk(reel__summariser *s, const reel_chunk *chunk, reel__chunk_summary *out) {
    REEL__TRY(reel__summary_begin(s, &chunk->parts, out));
    fill_info(chunk, &out->info);
    return REEL_OK;
}
