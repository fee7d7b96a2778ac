#include "index_scan.h"

#include "../base/alloc.h"
#include "../base/error.h"
#include "chunk_summary.h"

#include <string.h>

static reel_status walk(reel_reader *reader, reel__scan_fn each, void *user) {
    const reel_read_message *m;
    for (;;) {
        REEL__TRY(reel_next(reader, &m));
        if (!m)
            return REEL_OK;
        if (m->kind != REEL_MESSAGE_CHUNK)
            continue;
        reel_chunk *chunk = NULL;
        reel_status status = reel_read_chunk(reader, m, &chunk);
        if (status == REEL_E_NO_MEMORY)
            return status;
        status = each(user, m, status == REEL_OK ? chunk : NULL);
        reel_chunk_unref(chunk);
        if (status != REEL_OK)
            return status;
    }
}

reel_status reel__index_walk(const reel_index *index, reel_read_event_fn on_event, void *on_event_user, reel__scan_fn each, void *user) {
    reel_read_options options = index->options;
    options.struct_size = sizeof options;
    options.on_event = on_event;
    options.on_event_user = on_event_user;
    reel_reader *reader;
    REEL__TRY(reel_open_memory(index->data, index->size, &options, &reader));
    reel_status status = walk(reader, each, user);
    reel_close_reader(reader);
    return status;
}

typedef struct scan {
    reel_index *index;
    reel__summariser summaries;
    uint32_t *components; /* numbers of the newest kind's columns */
    size_t component_room;
    const reel__kind *kind;
} scan;

/* Chunks of a kind come one after another, mostly. */
static reel_status number_components(scan *s, const reel__kind *kind) {
    const reel__shape *o = &kind->outline;
    if (kind == s->kind)
        return REEL_OK;
    s->kind = NULL;
    if (o->n_columns > s->component_room) {
        uint32_t *numbers = reel__alloc_array(o->n_columns, sizeof *numbers);
        if (!numbers)
            return reel__fail(REEL_E_NO_MEMORY, "no memory for %u columns of an index", o->n_columns);
        reel__release(s->components);
        s->components = numbers;
        s->component_room = o->n_columns;
    }
    for (uint32_t i = 0; i < o->n_columns; i++)
        REEL__TRY(reel__index_component_of(s->index, o->columns[i].component, o->columns[i].archetype, o->columns[i].component_type, &s->components[i]));
    s->kind = kind;
    return REEL_OK;
}

static reel_status add_times(scan *s, uint32_t number, const reel__chunk_summary *chunk) {
    const reel__shape *o = &chunk->kind->outline;
    const reel__chunk_info *info = &chunk->info;
    for (uint32_t t = 0; t < o->n_timelines && info->n_rows; t++) {
        const reel__time_range *range = &info->ranges[t];
        const reel__timeline *name = o->timelines[t];
        uint32_t timeline;
        REEL__TRY(reel__index_timeline_of(s->index, name->name, strlen(name->name), name->type, &timeline));
        REEL__TRY(reel__index_add_range(s->index, number, timeline, range->min, range->max));
        for (uint32_t c = 0; info->has_nulls && c < o->n_columns; c++) {
            const reel__time_range *cell = &info->cell_ranges[(size_t)t * o->n_columns + c];
            reel__index_detail d = {number, timeline, s->components[c], cell->min, cell->max, info->non_null[c]};
            if (d.n_rows && (d.n_rows != info->n_rows || d.min != range->min || d.max != range->max))
                REEL__TRY(reel__index_add_detail(s->index, &d));
        }
    }
    return REEL_OK;
}

static reel_status add_chunk(void *user, const reel_read_message *m, const reel_chunk *chunk) {
    scan *s = user;
    reel_index *index = s->index;
    reel__chunk_summary summary;
    reel__index_chunk *c;
    uint32_t number = (uint32_t)index->chunks.n;
    if (!chunk)
        return REEL_OK;
    REEL__TRY(reel__summarise_chunk(&s->summaries, chunk, &summary));
    REEL__TRY(number_components(s, summary.kind));
    REEL__TRY(reel__index_add(index, &c));
    c->offset = m->offset;
    c->size = m->size;
    c->unpacked_size = m->unpacked_size;
    c->n_rows = summary.info.n_rows;
    c->is_static = !summary.kind->outline.n_timelines;
    memcpy(c->id, summary.chunk_id, sizeof c->id);
    REEL__TRY(reel__index_store(index, m->store_kind, m->application_id ? m->application_id : "", m->recording_id ? m->recording_id : "", &c->store));
    REEL__TRY(reel__index_entity(index, summary.entity, strlen(summary.entity), &c->entity));
    REEL__TRY(add_times(s, number, &summary));
    for (uint32_t i = 0; i < summary.kind->outline.n_columns; i++)
        if (summary.info.non_null[i])
            REEL__TRY(reel__index_add_component(index, number, s->components[i]));
    return REEL_OK;
}

reel_status reel__index_scan(reel_index *index) {
    scan s = {.index = index};
    reel_status status = reel__index_walk(index, index->options.on_event, index->options.on_event_user, add_chunk, &s);
    reel__summariser_free(&s.summaries);
    reel__release(s.components);
    return status;
}
