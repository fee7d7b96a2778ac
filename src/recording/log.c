/* The log call: which recording, which times, which lane; then lane.c appends. */
#include "core.h"

#include "../base/error.h"

#include <reel/types.h>

#include <stdio.h>
#include <string.h>

static REEL__NOINLINE reel_status no_recording(void) { return reel__fail(REEL_E_ARGUMENT, "no recording was given and none is active"); }

static REEL__NOINLINE reel_status not_open(reel_recording *rec) {
    return atomic_load(&rec->is_closed) ? reel__fail(REEL_E_CLOSED, "recording %s is closed", rec->recording_id) : REEL_OK;
}

/* Counts that fit neither the required field nor a splat: an error when strict; else the row is written as it is, and told once per entity and field. */
static REEL__NOINLINE reel_status mismatch(reel__core *core, reel_entity *entity, const reel__row *row) {
    for (uint32_t i = row->mismatch - 1; i < row->n_cells; i++) {
        const reel__cell *cell = &row->cells[i];
        if (!cell->field->many || cell->n <= 1 || cell->n == row->n_instances)
            continue;
        char text[256];
        snprintf(text, sizeof text, "%.150s: %s has %u values for %u instances (1 or %u expected)", entity->path, cell->field->name, (unsigned)cell->n, (unsigned)row->n_instances,
                 (unsigned)row->n_instances);
        if (core->config.strict)
            return reel__fail(REEL_E_LENGTHS, "%s", text);
        uint64_t bit = UINT64_C(1) << (reel__hash(cell->field->descriptor.component, strlen(cell->field->descriptor.component)) & 63);
        if (!(atomic_fetch_or(&entity->warned, bit) & bit))
            reel__report(core, 0, REEL_E_LENGTHS, text);
    }
    return REEL_OK;
}

static inline reel_status log_row(reel_recording *rec, reel__core *core, reel__local *l, reel__local_entity *le, uint32_t number, const void *fields, size_t struct_size, uint32_t flags) {
    reel__cell cells[REEL__CELLS_MAX];
    reel__row row = {.capacity = REEL__CELLS_MAX, .cells = cells};
    reel_status status = REEL_OK;
    const reel__archetype *a = reel__archetype_of(number);
    if (REEL__UNLIKELY(!a))
        return reel__fail(REEL_E_ARGUMENT, "%s: %u is not an archetype", le->entity->path, (unsigned)number);
    REEL__TRY(reel__bind(&row, a, fields, struct_size, (flags & REEL_LOG_UPDATE) != 0, le->entity->path));
    if (REEL__UNLIKELY(!row.n_cells))
        return REEL_OK; /* an update of nothing */
    if (REEL__UNLIKELY(row.mismatch))
        REEL__TRY(mismatch(core, le->entity, &row));
    const reel__timeset *timeset = flags & (REEL_LOG_STATIC | REEL_LOG_PROPERTY) ? l->timeless : l->timeset;
    if (REEL__UNLIKELY(!timeset) && !(timeset = reel__local_timeset(l, (flags & (REEL_LOG_STATIC | REEL_LOG_PROPERTY)) != 0, &status)))
        return status;
    if (timeset->has_log_time)
        l->log_time = reel__core_now(core);
    if (REEL__UNLIKELY(timeset->counts_ticks))
        l->log_tick = (int64_t)atomic_fetch_add_explicit(&core->tick, 1, memory_order_relaxed);
    reel__lane *lane = le->recent;
    if (REEL__UNLIKELY(!lane || lane->archetype != number || lane->mask != row.mask || lane->timeset != timeset)) {
        REEL__TRY(reel__lane_find(l, le, number, row.mask, timeset, &row, &lane));
        le->recent = lane;
    }
    REEL__TRY(reel__lane_append(lane, &row));
    /* A close that began meanwhile either sees the row (lane.c, the same fence) or is seen here. */
    if (REEL__UNLIKELY(atomic_load_explicit(&rec->is_slow, memory_order_relaxed)))
        return not_open(rec);
    return REEL_OK;
}

static reel_status log_property(reel_recording *rec, const char *path, uint32_t archetype, const void *fields, size_t struct_size, uint32_t flags) {
    char full[REEL__PROPERTY_PATH_MAX];
    int n = snprintf(full, sizeof full, "/__properties/%s", path);
    if (n < 0 || (size_t)n >= sizeof full)
        return reel__fail(REEL_E_TOO_LARGE, "a property's name has %zu bytes: at most %zu are allowed", strlen(path), sizeof full - 16);
    return reel_log_(rec, full, archetype, fields, struct_size, (flags & ~REEL_LOG_PROPERTY) | REEL_LOG_STATIC);
}

reel_status reel_log_(reel_recording *rec, const char *entity_path, uint32_t archetype, const void *fields, size_t struct_size, uint32_t flags) {
    if (!rec && !(rec = reel_active(NULL)))
        return no_recording();
    if (REEL__UNLIKELY(atomic_load_explicit(&rec->is_slow, memory_order_relaxed)))
        return not_open(rec);
    if (REEL__UNLIKELY(!entity_path))
        return reel__fail(REEL_E_ARGUMENT, "the entity path is NULL");
    if (REEL__UNLIKELY(flags & REEL_LOG_PROPERTY))
        return log_property(rec, entity_path, archetype, fields, struct_size, flags);
    reel__core *core = atomic_load_explicit(&rec->core, memory_order_relaxed);
    reel__local *l = reel__local_of(core);
    if (REEL__UNLIKELY(!l))
        return REEL_E_NO_MEMORY;
    reel_status status = REEL_OK;
    reel__local_entity *le = reel__local_entity_of(l, entity_path, &status);
    return REEL__LIKELY(le != NULL) ? log_row(rec, core, l, le, archetype, fields, struct_size, flags) : status;
}

reel_entity *reel_entity_of(reel_recording *rec, const char *entity_path) {
    reel_status status = REEL_OK;
    rec = reel_active(rec);
    if (!rec || !entity_path || atomic_load(&rec->is_closed)) {
        reel__fail(REEL_E_ARGUMENT, !rec ? "no recording was given and none is active" : !entity_path ? "the entity path is NULL" : "the recording is closed");
        return NULL;
    }
    reel__local *l = reel__local_of(atomic_load(&rec->core));
    reel__local_entity *le = l ? reel__local_entity_of(l, entity_path, &status) : NULL;
    return le ? le->entity : NULL;
}

/* The handle's canonical path has an address of its own, so that this thread's slot finds it as it finds a caller's text. */
reel_status reel_log_at_(reel_entity *entity, uint32_t archetype, const void *fields, size_t struct_size, uint32_t flags) {
    if (REEL__UNLIKELY(!entity))
        return reel__fail(REEL_E_ARGUMENT, "the entity is NULL");
    return reel_log_(entity->core->rec, entity->path, archetype, fields, struct_size, flags & ~REEL_LOG_PROPERTY);
}
