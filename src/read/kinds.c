#include "kinds.h"

#include "../arrow/arrow_import.h"
#include "../arrow/ipc_read.h"
#include "../base/alloc.h"
#include "../base/error.h"

#include <string.h>

/* ---- entities */

reel_status reel__kinds_entity(reel__kinds *kinds, const char *path, const char **out) {
    if (!kinds->newest_entity || strcmp(kinds->newest_entity, path)) {
        size_t size = strlen(path);
        char *known = reel__map_get(&kinds->entities, path, size);
        if (!known) {
            known = reel__copy_text(path, size);
            if (!known || reel__map_put(&kinds->entities, path, size, known) != REEL_OK) {
                reel__release(known);
                return reel__fail(REEL_E_NO_MEMORY, "%s: no memory for its path beside %zu others", path, kinds->entities.n);
            }
        }
        kinds->newest_entity = known;
    }
    *out = kinds->newest_entity;
    return REEL_OK;
}

/* ---- one kind, in one block: laid out twice, first to learn its size */

typedef struct room {
    uint8_t *block; /* NULL: only counted */
    size_t used;
} room;

static void *take(room *r, size_t n, size_t size) {
    r->used = (r->used + 15) & ~(size_t)15;
    void *at = r->block ? r->block + r->used : NULL;
    r->used += n * size;
    return at;
}

static const void *copy(room *r, const void *data, size_t size) {
    void *at = r->block ? r->block + r->used : NULL;
    r->used += size;
    return at && data ? memcpy(at, data, size) : NULL;
}

static const char *copy_text(room *r, const char *text) { return text ? copy(r, text, strlen(text) + 1) : NULL; }

static const reel__arrow_type *copy_type(room *r, const reel__arrow_type *type) {
    reel__arrow_type *to = take(r, 1, sizeof *to);
    reel__arrow_node *nodes = take(r, type->n_nodes, sizeof *nodes);
    for (uint16_t i = 0; i < type->n_nodes; i++) {
        reel__arrow_node node = type->nodes[i];
        node.name = copy_text(r, node.name);
        node.format = copy_text(r, node.format);
        node.metadata = node.metadata ? copy(r, node.metadata, reel__arrow_metadata_size(node.metadata)) : NULL;
        if (nodes)
            nodes[i] = node;
    }
    if (to) {
        *to = *type;
        to->nodes = nodes;
    }
    return to;
}

static reel__kind *lay_out(room *r, const reel__timeline *timelines, size_t n_timelines, const reel__descriptor *columns, size_t n_columns) {
    reel__kind *kind = take(r, 1, sizeof *kind);
    reel__timeline *times = take(r, n_timelines, sizeof *times);
    const reel__timeline **list = take(r, n_timelines, sizeof *list);
    reel__descriptor *descriptors = take(r, n_columns, sizeof *descriptors);
    for (size_t i = 0; i < n_timelines; i++) {
        const char *name = copy_text(r, timelines[i].name);
        if (times) {
            times[i] = (reel__timeline){name, timelines[i].type, (uint32_t)i};
            list[i] = &times[i];
        }
    }
    for (size_t i = 0; i < n_columns; i++) {
        const reel__descriptor *c = &columns[i];
        reel__descriptor d = {copy_text(r, c->component), copy_text(r, c->archetype), copy_text(r, c->component_type), copy_type(r, c->arrow)};
        if (descriptors)
            descriptors[i] = d;
    }
    if (kind)
        *kind = (reel__kind){.outline = {.n_timelines = (uint32_t)n_timelines, .n_columns = (uint32_t)n_columns, .timelines = list, .columns = descriptors}};
    return kind;
}

/* ---- all of them */

static void put_text(reel__buf *key, const char *text) {
    reel__buf_u8(key, text != NULL);
    if (text)
        reel__buf_put(key, text, strlen(text) + 1);
}

static void make_key(reel__buf *key, const reel__timeline *timelines, size_t n_timelines, const reel__descriptor *columns, size_t n_columns) {
    reel__buf_u32(key, (uint32_t)n_timelines);
    for (size_t i = 0; i < n_timelines; i++) {
        reel__buf_u8(key, (uint8_t)timelines[i].type);
        put_text(key, timelines[i].name);
    }
    for (size_t i = 0; i < n_columns; i++) {
        put_text(key, columns[i].component);
        put_text(key, columns[i].archetype);
        put_text(key, columns[i].component_type);
        reel__arrow_type_key(columns[i].arrow, key);
    }
}

reel_status reel__kinds_find(reel__kinds *kinds, const reel__timeline *timelines, size_t n_timelines, const reel__descriptor *columns, size_t n_columns, reel__kind **out) {
    reel__buf key = {0};
    make_key(&key, timelines, n_timelines, columns, n_columns);
    *out = key.failed ? NULL : reel__map_get(&kinds->kinds, key.data, key.size);
    if (!*out && !key.failed) {
        room r = {0};
        lay_out(&r, timelines, n_timelines, columns, n_columns);
        r.block = reel__alloc(r.used);
        r.used = 0;
        *out = r.block ? lay_out(&r, timelines, n_timelines, columns, n_columns) : NULL;
        if (*out && reel__map_put(&kinds->kinds, key.data, key.size, *out) != REEL_OK) {
            reel__release(*out);
            *out = NULL;
        }
    }
    reel__buf_free(&key);
    return *out ? REEL_OK : reel__fail(REEL_E_NO_MEMORY, "no memory for a kind of chunks with %zu columns beside %zu others", n_columns, kinds->kinds.n);
}

reel_status reel__kind_shape(reel__kind *kind, const char *entity) {
    const reel__shape *o = &kind->outline;
    if (kind->shape)
        return REEL_OK;
    if (o->n_timelines > REEL__TIMELINES_MAX || o->n_columns > REEL__COLUMNS_MAX)
        return reel__fail(REEL_E_TOO_LARGE, "%s: a chunk of %u timelines and %u components: at most %d and %d can be written", entity, (unsigned)o->n_timelines, (unsigned)o->n_columns,
                          REEL__TIMELINES_MAX, REEL__COLUMNS_MAX);
    return reel__shape_new(&kind->shape, o->timelines, o->n_timelines, o->columns, o->n_columns);
}

void reel__kinds_free(reel__kinds *kinds) {
    size_t at = 0;
    const reel__map_entry *entry;
    while ((entry = reel__map_next(&kinds->entities, &at)))
        reel__release(entry->value);
    at = 0;
    while ((entry = reel__map_next(&kinds->kinds, &at))) {
        reel__shape_free(((reel__kind *)entry->value)->shape);
        reel__release(entry->value);
    }
    reel__map_free(&kinds->entities);
    reel__map_free(&kinds->kinds);
    *kinds = (reel__kinds){0};
}
