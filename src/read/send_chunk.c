/* Chunks that were read, given to a recording: encoded again with the recording's own names, and delivered like what is logged. */
#include "chunk_rows.h"

#include "../arrow/arrow_import.h"
#include "../base/alloc.h"
#include "../base/error.h"
#include "../recording/fields.h"
#include "../recording/sinks.h"

#include <string.h>

/* The recording's own descriptors of these columns: texts and types of the chunk go with it, and shapes compare addresses. */
static reel_status own_columns(reel__core *core, const reel_chunk *chunk, reel__row_columns *columns) {
    for (size_t i = 0; i < columns->n_columns; i++) {
        reel__descriptor *d = &columns->columns[i];
        const reel__chunk_column *c = &chunk->parts.columns[columns->places[i]];
        reel__arrow_type *type;
        const reel__field *field;
        REEL__TRY(reel__arrow_type_from_schema(c->item, d->arrow->root_nulls, d->component, &type));
        REEL__TRY(reel__field_with_type(core, chunk->parts.entity, &(reel_descriptor){d->component, d->archetype, d->component_type}, type, &field));
        *d = field->descriptor;
    }
    return REEL_OK;
}

static reel_status own_shape(reel__core *core, const reel_chunk *chunk, reel__row_columns *columns, reel__shape **shape) {
    const reel__timeline *timelines[REEL__TIMELINES_MAX];
    const reel__chunk_parts *p = &chunk->parts;
    if (p->n_times > REEL__TIMELINES_MAX || columns->n_columns > REEL__COLUMNS_MAX)
        return reel__fail(REEL_E_TOO_LARGE, "%s: a chunk of %zu timelines and %zu components: at most %d and %d can be sent", p->entity, p->n_times, columns->n_columns, REEL__TIMELINES_MAX,
                          REEL__COLUMNS_MAX);
    for (size_t i = 0; i < p->n_times; i++)
        REEL__TRY(reel__core_timeline(core, p->times[i].name, p->times[i].type, &timelines[i]));
    REEL__TRY(own_columns(core, chunk, columns));
    return reel__core_shape(core, timelines, (uint32_t)p->n_times, columns->columns, (uint32_t)columns->n_columns, shape);
}

static reel__tuid newest_row(const reel__chunk_parts *p) {
    const uint8_t *newest = p->row_ids;
    for (size_t i = 1; i < p->n_rows; i++)
        if (memcmp(p->row_ids + 16 * i, newest, 16) > 0)
            newest = p->row_ids + 16 * i;
    return reel__tuid_load(newest);
}

/* Under drain. */
static reel_status deliver(reel__core *core, const reel_chunk *chunk, reel__shape *shape, const char *path, const reel__part *part) {
    reel__message *m;
    if (core->is_ended)
        return reel__fail(REEL_E_CLOSED, "recording %s is closed", core->store->recording_id);
    REEL__TRY(reel__message_chunk(&core->encoder, core->store, shape, path, reel__tuid_load(chunk->parts.id), part, 1, &m));
    m->newest_row = newest_row(&chunk->parts);
    for (uint32_t c = 0; c < REEL__CLASSES; c++)
        if (core->class_active[c])
            reel__deliver(core, c, m, reel__class_keeps(core, c));
    atomic_fetch_add_explicit(&core->rows_logged, chunk->parts.n_rows, memory_order_relaxed);
    atomic_fetch_add_explicit(&core->chunks_encoded, 1, memory_order_relaxed);
    reel__message_unref(m);
    return REEL_OK;
}

static reel_status send(reel__core *core, const reel_chunk *chunk, reel__row_columns *columns) {
    const reel__chunk_parts *p = &chunk->parts;
    reel__row_streams streams = {0};
    reel__shape *shape;
    reel_entity *entity = reel__core_entity(core, p->entity, strlen(p->entity));
    if (!entity)
        return reel__fail(REEL_E_NO_MEMORY, "%s: no memory for its path", p->entity);
    reel_status status = reel__row_streams_make(&streams, columns, &(reel__row_run){0, 0, p->n_rows}, 1);
    if (status == REEL_OK)
        status = own_shape(core, chunk, columns, &shape);
    if (status == REEL_OK) {
        reel__drain_lock(core, INT64_MAX);
        status = deliver(core, chunk, shape, entity->path, &streams.part);
        reel__drain_unlock(core);
    }
    reel__row_streams_free(&streams);
    return status;
}

reel_status reel_send_chunk(reel_recording *rec, const reel_chunk *chunk) {
    reel__core *core;
    reel__row_columns columns;
    if (!chunk)
        return reel__fail(REEL_E_ARGUMENT, "the chunk to be sent is NULL");
    REEL__TRY(reel__find_recording(&rec, &core));
    if (atomic_load(&rec->is_closed))
        return reel__fail(REEL_E_CLOSED, "recording %s is closed", rec->recording_id);
    if (!atomic_load(&rec->is_enabled) || !chunk->parts.n_rows)
        return REEL_OK;
    REEL__TRY(reel__row_columns_make(&columns, &chunk, 1));
    reel_status status = send(core, chunk, &columns);
    reel__row_columns_free(&columns);
    return status;
}
