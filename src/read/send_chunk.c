/* Chunks that were read, given to a recording: encoded again with the recording's own names, and delivered like what is logged. */
#include "send_chunk.h"

#include "chunk_rows.h"

#include "../arrow/arrow_import.h"
#include "../base/alloc.h"
#include "../base/error.h"
#include "../recording/fields.h"

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

reel_status reel__keep_message(reel__buf *messages, reel__message *m) {
    if (m)
        reel__buf_put(messages, &m, sizeof m);
    if (m && !messages->failed)
        return REEL_OK;
    reel__message_unref(m);
    return reel__fail(REEL_E_NO_MEMORY, "no memory for a message");
}

/* One message of a store, appended to a run of pointers. Under drain. */
static reel_status encode(reel__core *core, const reel__store *store, const reel_chunk *chunk, reel__row_columns *columns, reel__buf *messages) {
    const reel__chunk_parts *p = &chunk->parts;
    reel__row_streams streams = {0};
    reel__shape *shape;
    reel_entity *entity = reel__core_entity(core, p->entity, strlen(p->entity));
    if (!entity)
        return reel__fail(REEL_E_NO_MEMORY, "%s: no memory for its path", p->entity);
    reel_status status = reel__row_streams_make(&streams, columns, &(reel__row_run){0, 0, p->n_rows}, 1);
    if (status == REEL_OK)
        status = own_shape(core, chunk, columns, &shape);
    reel__message *m = NULL;
    if (status == REEL_OK)
        status = reel__message_chunk(&core->encoder, store, shape, entity->path, reel__tuid_load(p->id), &streams.part, 1, &m);
    reel__row_streams_free(&streams);
    if (status != REEL_OK)
        return status;
    m->newest_row = newest_row(p);
    return reel__keep_message(messages, m);
}

reel_status reel__encode_chunk(reel__core *core, const reel__store *store, const reel_chunk *chunk, reel__buf *messages) {
    reel__row_columns columns;
    REEL__TRY(reel__row_columns_make(&columns, &chunk, 1));
    reel_status status = encode(core, store, chunk, &columns, messages);
    reel__row_columns_free(&columns);
    return status;
}

/* The recording that takes something; *core NULL: it is disabled. */
static reel_status receiver(reel_recording **rec, reel__core **core) {
    REEL__TRY(reel__find_recording(rec, core));
    if (atomic_load(&(*rec)->is_closed))
        return reel__fail(REEL_E_CLOSED, "recording %s is closed", (*rec)->recording_id);
    if (!atomic_load(&(*rec)->is_enabled))
        *core = NULL;
    return REEL_OK;
}

static reel_status not_ended(const reel__core *core) {
    return core->is_ended ? reel__fail(REEL_E_CLOSED, "recording %s is closed", core->store->recording_id) : REEL_OK;
}

reel_status reel_send_chunk(reel_recording *rec, const reel_chunk *chunk) {
    reel__core *core;
    reel__buf messages = {0};
    if (!chunk)
        return reel__fail(REEL_E_ARGUMENT, "the chunk to be sent is NULL");
    REEL__TRY(receiver(&rec, &core));
    if (!core || !chunk->parts.n_rows)
        return REEL_OK;
    reel__drain_lock(core, INT64_MAX);
    reel_status status = not_ended(core);
    if (status == REEL_OK)
        status = reel__encode_chunk(core, core->store, chunk, &messages);
    reel__blueprint_deliver(core, &messages, status == REEL_OK);
    reel__drain_unlock(core);
    return status;
}

/* Store info, chunks, activation: all are made before the first is delivered. */
static reel_status encode_blueprint(reel__core *core, const reel__store *store, reel_chunk *const *chunks, size_t n, bool make_active, bool make_default, reel__buf *messages) {
    if (store != core->store)
        REEL__TRY(reel__keep_message(messages, reel__message_store_info(&core->pool, store, reel__draw_chunk_id(core))));
    for (size_t i = 0; i < n; i++)
        if (chunks[i]->parts.n_rows)
            REEL__TRY(reel__encode_chunk(core, store, chunks[i], messages));
    return reel__keep_message(messages, reel__message_activation(&core->pool, store, make_active, make_default));
}

reel_status reel_send_blueprint_chunks(reel_recording *rec, reel_chunk *const *chunks, size_t n, bool make_active, bool make_default) {
    reel__core *core;
    reel__buf messages = {0};
    if (n && !chunks)
        return reel__fail(REEL_E_ARGUMENT, "the %zu chunks of a blueprint are NULL", n);
    REEL__TRY(receiver(&rec, &core));
    if (!core)
        return REEL_OK;
    bool is_blueprint = core->store->kind == REEL_STORE_BLUEPRINT; /* then they are of its own store */
    reel__drain_lock(core, INT64_MAX);
    reel__sent_blueprint *own = NULL;
    reel_status status = not_ended(core);
    if (status == REEL_OK && !is_blueprint && !(own = reel__blueprint_store(rec)))
        status = reel__fail(REEL_E_NO_MEMORY, "no memory to send a blueprint");
    if (status == REEL_OK)
        status = encode_blueprint(core, own ? &own->store : core->store, chunks, n, make_active, make_default, &messages);
    reel__blueprint_deliver(core, &messages, status == REEL_OK);
    reel__blueprint_store_done(core, own, status == REEL_OK);
    reel__drain_unlock(core);
    return status;
}
