/* The log call: which recording, which times, which lane; then lane.c appends. */
#include "fields.h"
#include "own_times.h"

#include "../base/alloc.h"
#include "../base/error.h"
#include "../types/bind_values.h"

#include <reel/arrow.h>
#include <reel/types.h>

#include <stdio.h>
#include <string.h>

static REEL__NOINLINE reel_status no_recording(void) { return reel__fail(REEL_E_ARGUMENT, "no recording was given and none is active"); }

static REEL__NOINLINE reel_status not_open(reel_recording *rec) {
    return atomic_load(&rec->is_closed) ? reel__fail(REEL_E_CLOSED, "recording %s is closed", rec->recording_id) : REEL_OK;
}

/* Of a recording that is slow: whether the row is logged all the same. */
static REEL__NOINLINE bool goes_on(reel_recording *rec) {
    unsigned slow = atomic_load(&rec->is_slow);
    if (slow & (REEL__SLOW_CLOSED | REEL__SLOW_DISABLED))
        return false;
    reel__local *l = reel__local_of(atomic_load(&rec->core));
    if (l && slow & REEL__SLOW_SWITCHED)
        reel__local_look(l, slow);
    return true;
}

static bool is_strict(const reel__core *core, uint32_t flags) { return flags & REEL_LOG_STRICT || (core->config.strict && !(flags & REEL_LOG_LENIENT)); }

/* Something that a strict recording refuses: else the row is written, and it is told once per entity and field. */
static REEL__NOINLINE reel_status refuse_or_tell(reel__core *core, reel_entity *entity, const reel__field *field, uint32_t flags, reel_status status, const char *text) {
    if (is_strict(core, flags))
        return reel__fail(status, "%s", text);
    uint64_t bit = UINT64_C(1) << (reel__hash(field->descriptor.component, strlen(field->descriptor.component)) & 63);
    if (!(atomic_fetch_or(&entity->warned, bit) & bit))
        reel__report(core, 0, status, text);
    return REEL_OK;
}

/* Counts that fit neither the number of instances nor a splat. alone: behind this many cells are single components whose instances are as many as the longest of their archetype has: the edges
 * of a graph are not as many as its nodes. */
static REEL__NOINLINE reel_status mismatch(reel__core *core, reel_entity *entity, const reel__row *row, uint32_t alone, uint32_t flags) {
    for (uint32_t i = row->mismatch - 1; i < row->n_cells; i++) {
        const reel__cell *cell = &row->cells[i];
        uint32_t n = alone < row->n_cells ? 0 : row->n_instances;
        for (uint32_t j = alone; j < row->n_cells; j++)
            if (row->cells[j].field->descriptor.archetype == cell->field->descriptor.archetype && row->cells[j].n > n)
                n = row->cells[j].n;
        bool is_free = flags & REEL__LOG_FREE_COUNTS && !cell->field->descriptor.component_type;
        if (!cell->field->many || cell->n <= 1 || cell->n == n || is_free)
            continue;
        char text[256];
        snprintf(text, sizeof text, "%.150s: %s has %u values for %u instances (1 or %u expected)", entity->path, cell->field->name, (unsigned)cell->n, (unsigned)n, (unsigned)n);
        REEL__TRY(refuse_or_tell(core, entity, cell->field, flags, REEL_E_LENGTHS, text));
    }
    return REEL_OK;
}

/* Cells that are bound and fit: into the lane that has this column set. */
static inline reel_status append(reel_recording *rec, reel__core *core, reel__local *l, reel__local_entity *le, uint32_t number, const reel__row *row, uint32_t flags, reel__handed **handed) {
    reel_status status = REEL_OK;
    const reel__timeset *timeset = flags & (REEL_LOG_STATIC | REEL_LOG_PROPERTY) ? l->timeless : l->timeset;
    if (REEL__UNLIKELY(!timeset) && !(timeset = reel__local_timeset(l, (flags & (REEL_LOG_STATIC | REEL_LOG_PROPERTY)) != 0, &status)))
        return status;
    if (timeset->has_log_time)
        l->log_time = reel__core_now(core);
    if (REEL__UNLIKELY(timeset->counts_ticks))
        l->log_tick = (int64_t)atomic_fetch_add_explicit(&core->tick, 1, memory_order_relaxed);
    reel__lane *lane = le->recent;
    if (REEL__UNLIKELY(!lane || lane->archetype != number || lane->mask != row->mask || lane->timeset != timeset || number == REEL__ARCHETYPE_MIXED)) {
        REEL__TRY(reel__lane_find(l, le, number, row->mask, timeset, row, &lane));
        le->recent = lane;
    }
    REEL__TRY(reel__lane_append(lane, row, handed));
    /* A close that began meanwhile either sees the row (lane.c, the same fence) or is seen here. */
    if (REEL__UNLIKELY(atomic_load_explicit(&rec->is_slow, memory_order_relaxed)))
        return not_open(rec);
    return REEL_OK;
}

static inline reel_status log_row(reel_recording *rec, reel__core *core, reel__local *l, reel__local_entity *le, uint32_t number, const void *fields, size_t struct_size, uint32_t flags) {
    reel__cell cells[REEL__CELLS_MAX];
    reel__row row = {.capacity = REEL__CELLS_MAX, .cells = cells};
    const reel__archetype *a = reel__archetype_of(number);
    if (REEL__UNLIKELY(!a))
        return reel__fail(REEL_E_ARGUMENT, "%s: %u is not an archetype", le->entity->path, (unsigned)number);
    REEL__TRY(reel__bind(&row, a, fields, struct_size, (flags & REEL_LOG_UPDATE) != 0, le->entity->path));
    if (REEL__UNLIKELY(!row.n_cells))
        return REEL_OK; /* an update of nothing */
    if (REEL__UNLIKELY(row.mismatch))
        REEL__TRY(mismatch(core, le->entity, &row, row.n_cells, flags));
    return append(rec, core, l, le, number, &row, flags, NULL);
}

/* Where a property's row goes. */
static reel_status property_path(const char *path, char *full, size_t size) {
    int n = snprintf(full, size, "/__properties/%s", path);
    if (n < 0 || (size_t)n >= size)
        return reel__fail(REEL_E_TOO_LARGE, "a property's name has %zu bytes: at most %zu are allowed", strlen(path), size - 16);
    return REEL_OK;
}

static reel_status log_property(reel_recording *rec, const char *path, uint32_t archetype, const void *fields, size_t struct_size, uint32_t flags) {
    char full[REEL__PROPERTY_PATH_MAX];
    REEL__TRY(property_path(path, full, sizeof full));
    return reel_log_(rec, full, archetype, fields, struct_size, (flags & ~REEL_LOG_PROPERTY) | REEL_LOG_STATIC);
}

reel_status reel_log_(reel_recording *rec, const char *entity_path, uint32_t archetype, const void *fields, size_t struct_size, uint32_t flags) {
    if (!rec && !(rec = reel_active(NULL)))
        return no_recording();
    if (REEL__UNLIKELY(atomic_load_explicit(&rec->is_slow, memory_order_relaxed) && !goes_on(rec)))
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

/* ---- rows of any make-up */

/* One component batch as a cell. view: where the cell of an Arrow array points; it lives as long as the call. */
static reel_status bind_column(reel__core *core, reel__row *row, const reel_column *c, const char *path, reel__arrow_values *view) {
    if (row->n_cells == row->capacity)
        return reel__fail(REEL_E_TOO_LARGE, "%s: the components of a row are more than %u: at most %d are allowed", path, (unsigned)row->n_cells, REEL__COLUMNS_MAX);
    reel__cell *cell = &row->cells[row->n_cells];
    *cell = (reel__cell){.values = c->values, .lengths = c->strip_lengths, .n = (uint32_t)c->n_values};
    if (c->lengths || c->offsets)
        return reel__fail(REEL_E_ARGUMENT, "%s: column %u has lengths or offsets of rows: this is one row", path, (unsigned)row->n_cells);
    REEL__TRY(reel__field_of(core, path, c, &cell->field));
    const reel__field *f = cell->field;
    if (c->arrow) {
        if (c->arrow->array->length > INT32_MAX)
            return reel__fail(REEL_E_TOO_LARGE, "%s: %s has %lld values: at most %d are allowed", path, f->name, (long long)c->arrow->array->length, INT32_MAX);
        *view = (reel__arrow_values){c->arrow->schema, c->arrow->array, 0};
        cell->values = view;
        cell->n = (uint32_t)c->arrow->array->length;
        row->n_cells++;
        return REEL_OK;
    }
    if (c->n_values > INT32_MAX)
        return reel__fail(REEL_E_TOO_LARGE, "%s: %s has %zu values: at most %d are allowed", path, f->name, c->n_values, INT32_MAX);
    if (c->n_values && !c->values && !(f->element == REEL__ELEMENT_STRIP && c->strip_lengths))
        return reel__fail(REEL_E_ARGUMENT, "%s: %s is NULL with a count of %zu", path, f->name, c->n_values);
    REEL__TRY(reel__bind_values(cell, c->stride, path));
    row->n_cells++;
    return REEL_OK;
}

/* Of what is given under one component's name the first counts; strict: the row is refused. */
static reel_status drop_repeated(reel__core *core, reel_entity *entity, reel__row *row, uint32_t flags) {
    uint32_t n = 0;
    for (uint32_t i = 0; i < row->n_cells; i++) {
        const char *name = row->cells[i].field->descriptor.component;
        uint32_t k = 0;
        while (k < n && strcmp(row->cells[k].field->descriptor.component, name) != 0)
            k++;
        if (k == n) {
            row->cells[n++] = row->cells[i];
            continue;
        }
        char text[256];
        snprintf(text, sizeof text, "%.130s: %.80s was given twice in one row", entity->path, name);
        REEL__TRY(refuse_or_tell(core, entity, row->cells[i].field, flags, REEL_E_ARGUMENT, text));
    }
    row->n_cells = n;
    return REEL_OK;
}

/* Of single components, counts must be that of the instances, 1 or 0; if the number of instances is not given, each archetype has its own. `first`: behind the archetypes, which have been looked at. */
static reel_status check_instances(reel__core *core, reel_entity *entity, reel__row *row, uint32_t first, const reel_row *given) {
    uint32_t least = UINT32_MAX, most = 0; /* of those that are no splats */
    for (uint32_t i = first; i < row->n_cells; i++) {
        uint32_t n = row->cells[i].n;
        if (row->cells[i].field->many && n > 1) {
            least = n < least ? n : least;
            most = n > most ? n : most;
        }
    }
    if (given->num_instances.has && given->num_instances.v > INT32_MAX)
        return reel__fail(REEL_E_TOO_LARGE, "%s: %llu instances: at most %d are allowed", entity->path, (unsigned long long)given->num_instances.v, INT32_MAX);
    row->n_instances = given->num_instances.has ? (uint32_t)given->num_instances.v : most;
    if (least > most || (least == most && most == row->n_instances))
        return REEL_OK;
    row->mismatch = first + 1;
    return mismatch(core, entity, row, given->num_instances.has ? row->n_cells : first, given->flags);
}

static uint64_t hash_of_columns(const reel__row *row) {
    uint64_t h = row->n_cells;
    for (uint32_t i = 0; i < row->n_cells; i++)
        h = (h ^ (uint64_t)(uintptr_t)row->cells[i].field) * UINT64_C(0x9E3779B97F4A7C15), h ^= h >> 29;
    return h;
}

static reel_status check_images(const reel__row *row, const reel_row *given, const char *path) {
    for (size_t i = 0; i < given->n_columns; i++) {
        const reel__archetype *a = given->columns[i].archetype ? reel__archetype_of(given->columns[i].archetype) : NULL;
        if (a && a->image_buffer == given->columns[i].field + 1)
            REEL__TRY(reel__check_image(row, a, 0, path));
    }
    return REEL_OK;
}

/* The cells of all parts and columns. */
static reel_status bind_all(reel__core *core, reel_entity *entity, reel__row *row, const reel_row *given, reel__arrow_values *views) {
    for (size_t i = 0; i < given->n_parts; i++) {
        const reel_part *part = &given->parts[i];
        const reel__archetype *a = reel__archetype_of(part->archetype);
        if (!a)
            return reel__fail(REEL_E_ARGUMENT, "%s: %u is not an archetype", entity->path, (unsigned)part->archetype);
        REEL__TRY(reel__bind(row, a, part->fields, part->struct_size, (given->flags & REEL_LOG_UPDATE) != 0, entity->path));
        if (row->mismatch)
            REEL__TRY(mismatch(core, entity, row, row->n_cells, given->flags));
    }
    uint32_t first = row->n_cells;
    for (size_t i = 0; i < given->n_columns; i++)
        REEL__TRY(bind_column(core, row, &given->columns[i], entity->path, &views[i]));
    REEL__TRY(check_images(row, given, entity->path));
    REEL__TRY(check_instances(core, entity, row, first, given));
    return given->n_parts + given->n_columns > 1 ? drop_repeated(core, entity, row, given->flags) : REEL_OK;
}

/* Room for the cells of a row, and for what those of Arrow arrays point at. */
static reel__cell *row_storage(reel__local *l, const reel_row *given, uint32_t *capacity, reel__arrow_values **views) {
    size_t cells = REEL__CELLS_MAX + given->n_columns;
    for (size_t i = 0; i < given->n_parts; i++)
        cells += given->parts[i].archetype ? REEL__CELLS_MAX : 0;
    cells = cells > REEL__COLUMNS_MAX ? REEL__COLUMNS_MAX : cells;
    l->row_cells.size = 0;
    uint8_t *room = reel__buf_reserve(&l->row_cells, cells * sizeof(reel__cell) + given->n_columns * sizeof **views);
    l->row_cells.failed = false;
    *capacity = (uint32_t)cells;
    *views = (reel__arrow_values *)(void *)(room ? room + cells * sizeof(reel__cell) : NULL);
    return (reel__cell *)(void *)room;
}

static reel_status log_given(reel_recording *rec, reel__core *core, reel__local *l, reel__local_entity *le, const reel_row *given, reel__handed **handed) {
    reel__row row = {0};
    reel__arrow_values *views;
    const char *path = le->entity->path;
    if ((given->n_parts && !given->parts) || (given->n_columns && !given->columns))
        return reel__fail(REEL_E_ARGUMENT, "%s: %zu archetypes and %zu components, of which one is NULL", path, given->n_parts, given->n_columns);
    if (given->n_parts > REEL__COLUMNS_MAX || given->n_columns > REEL__COLUMNS_MAX)
        return reel__fail(REEL_E_TOO_LARGE, "%s: %zu archetypes and %zu components in a row: at most %d are allowed", path, given->n_parts, given->n_columns, REEL__COLUMNS_MAX);
    row.cells = row_storage(l, given, &row.capacity, &views);
    if (!row.cells)
        return reel__fail(REEL_E_NO_MEMORY, "%s: no memory for a row of %zu archetypes and %zu components", path, given->n_parts, given->n_columns);
    REEL__TRY(bind_all(core, le->entity, &row, given, views));
    if (!row.n_cells)
        return REEL_OK;
    uint32_t number = REEL__ARCHETYPE_MIXED;
    if (given->n_parts == 1 && !given->n_columns)
        number = given->parts[0].archetype;
    else
        row.mask = hash_of_columns(&row);
    return append(rec, core, l, le, number, &row, given->flags, handed);
}

static reel_status log_any(reel_recording *rec, const char *entity_path, const reel_row *given, reel__handed **handed) {
    char property[REEL__PROPERTY_PATH_MAX];
    if (!rec && !(rec = reel_active(NULL)))
        return no_recording();
    if (atomic_load_explicit(&rec->is_slow, memory_order_relaxed) && !goes_on(rec))
        return not_open(rec);
    if (!entity_path)
        return reel__fail(REEL_E_ARGUMENT, "the entity path is NULL");
    if (given->flags & REEL_LOG_PROPERTY) {
        REEL__TRY(property_path(entity_path, property, sizeof property));
        entity_path = property;
    }
    reel__core *core = atomic_load_explicit(&rec->core, memory_order_relaxed);
    reel__local *l = reel__local_of(core);
    if (!l)
        return REEL_E_NO_MEMORY;
    reel_status status = REEL_OK;
    reel__local_entity *le = reel__local_entity_of(l, entity_path, &status);
    if (!le)
        return status;
    reel__callbacks_hold();
    status = log_given(rec, core, l, le, given, handed);
    reel__callbacks_resume(status == REEL_OK ? core : NULL); /* their errors would hide this one */
    return status;
}

reel_status reel_log_row(reel_recording *rec, const char *entity_path, const reel_row *row) {
    if (!row)
        return reel__fail(REEL_E_ARGUMENT, "the row is NULL");
    reel__handed *handed = NULL;
    reel_status status = REEL_OK;
    if (row->release && !(handed = reel__alloc(sizeof *handed)))
        status = reel__fail(REEL_E_NO_MEMORY, "no memory to take over a row's memory");
    else if (handed)
        *handed = (reel__handed){NULL, row->release, row->owner};
    bool was_handed = handed != NULL;
    if (status == REEL_OK)
        status = log_any(rec, entity_path, row, handed ? &handed : NULL);
    for (size_t i = 0; row->columns && i < row->n_columns; i++)
        reel__arrow_release(row->columns[i].arrow);
    if (handed)
        reel__handed_release(handed);
    else if (row->release && !was_handed)
        row->release(row->owner);
    return status;
}

reel_status reel_log_components(reel_recording *rec, const char *entity_path, const reel_column *components, size_t n_components, uint32_t flags) {
    return reel_log_row(rec, entity_path, &(reel_row){.columns = components, .n_columns = n_components, .flags = flags});
}

reel_status reel_log_arrow(reel_recording *rec, const char *entity_path, const reel_descriptor *descriptor, struct ArrowArray *array, struct ArrowSchema *schema, uint32_t flags) {
    const reel_arrow arrow = {array, schema};
    if (!descriptor) {
        reel__arrow_release(&arrow);
        return reel__fail(REEL_E_ARGUMENT, "the descriptor of an Arrow array is NULL");
    }
    const reel_column column = {.name = descriptor->component, .archetype_name = descriptor->archetype, .component_type = descriptor->component_type, .arrow = &arrow};
    return reel_log_row(rec, entity_path, &(reel_row){.columns = &column, .n_columns = 1, .flags = flags});
}
