#include "schema_verify.h"

#include "../arrow/arrow_give.h"
#include "../arrow/arrow_words.h"
#include "../base/alloc.h"
#include "../base/error.h"
#include "../base/text.h"
#include "chunk_data.h"
#include "footer_read.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

typedef struct pair {
    const struct ArrowSchema *item; /* the type of one value */
    bool is_static, was_static, was_seen;
} pair;

static reel_status no_memory(void) { return reel__fail(REEL_E_NO_MEMORY, "no memory to check a footer's schema"); }

REEL_PRINTF(2, 3) static void tell(reel__schema_check *c, const char *format, ...) {
    char text[700];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    c->tell(c->user, text);
}

/* ---- what the schemas say */

static void make_key(reel__schema_check *c, uint32_t store, const char *entity, const char *component, size_t component_size) {
    c->key.size = 0;
    reel__buf_u32(&c->key, store);
    reel__buf_put(&c->key, entity, strlen(entity) + 1);
    reel__buf_put(&c->key, component, component_size);
}

static reel_status add_pair(reel__schema_check *c, uint32_t store, const char *entity, const struct ArrowSchema *field) {
    size_t size, static_size;
    const char *component = reel__arrow_metadata_get(field->metadata, "rerun:component", &size), *is_static = reel__arrow_metadata_get(field->metadata, "rerun:is_static", &static_size);
    if (!component) {
        tell(c, "the footer's schema has a column \"%.200s\" of no component", field->name);
        return REEL_OK;
    }
    make_key(c, store, entity, component, size);
    pair *known = c->key.failed ? NULL : reel__map_get(&c->pairs, c->key.data, c->key.size);
    pair *p = known ? known : reel__alloc_zero(sizeof *p);
    if (!p || c->key.failed || (!known && reel__map_put(&c->pairs, c->key.data, c->key.size, p) != REEL_OK)) {
        if (!known)
            reel__release(p);
        return no_memory();
    }
    p->item = strcmp(field->format, "+l") == 0 ? field->children[0] : field;
    p->is_static |= is_static && static_size == 4 && memcmp(is_static, "true", 4) == 0;
    return REEL_OK;
}

static reel_status add_field(reel__schema_check *c, uint32_t store, const struct ArrowSchema *field) {
    size_t size;
    const char *kind = reel__arrow_metadata_get(field->metadata, "rerun:kind", &size);
    if (kind && !((size == 4 && memcmp(kind, "data", 4) == 0) || (size == 9 && memcmp(kind, "component", 9) == 0)))
        return REEL_OK;
    const char *path = reel__arrow_metadata_get(field->metadata, "rerun:entity_path", &size);
    if (!path) {
        tell(c, "the footer's schema has a column \"%.200s\" of no entity", field->name);
        return REEL_OK;
    }
    reel__buf entity = {0};
    reel_status status = reel__path_canonical(&entity, path, size);
    reel__buf_u8(&entity, 0);
    if (status == REEL_OK && !entity.failed)
        status = add_pair(c, store, (const char *)entity.data, field);
    else if (status != REEL_E_NO_MEMORY && !entity.failed)
        tell(c, "the footer's schema: %.300s", reel_error_message()), status = REEL_OK;
    else
        status = no_memory();
    reel__buf_free(&entity);
    return status;
}

static reel_status add_schema(void *user, uint32_t store, const uint8_t *data, size_t size) {
    reel__schema_check *c = user;
    reel__ipc_tree *tree, **trees = reel__realloc(c->trees, c->n_trees * sizeof *trees, (c->n_trees + 1) * sizeof *trees);
    if (!trees)
        return no_memory();
    c->trees = trees;
    reel_status status = data ? reel__ipc_read(data, size, size, NULL, &tree) : reel__fail(REEL_E_FORMAT, "it is not there");
    if (status == REEL_E_NO_MEMORY)
        return status;
    if (status != REEL_OK) {
        tell(c, "the footer's schema of \"%.80s\" cannot be read: %.300s", c->index->stores.items[store].recording_id, reel_error_message());
        return REEL_OK;
    }
    c->trees[c->n_trees++] = tree;
    for (int64_t i = 0; i < tree->schema.n_children && status == REEL_OK; i++)
        status = add_field(c, store, tree->schema.children[i]);
    return status;
}

reel_status reel__schema_check_begin(reel__schema_check *c, const reel_index *index, void (*tell_it)(void *user, const char *text), void *user) {
    *c = (reel__schema_check){.index = index, .tell = tell_it, .user = user};
    return reel__footers_schemas(index, add_schema, c);
}

/* ---- what the chunks say */

static void tell_types(reel__schema_check *c, const reel_chunk *chunk, const reel__chunk_column *column, const struct ArrowSchema *told) {
    reel__buf words[2] = {{0}, {0}};
    reel__arrow_words(&words[0], told);
    reel__arrow_words(&words[1], column->item);
    for (int i = 0; i < 2; i++)
        reel__buf_u8(&words[i], 0);
    if (!words[0].failed && !words[1].failed)
        tell(c, "the footer's schema says that %.120s of %.200s is %.120s, and it is %.120s", column->component, chunk->parts.entity, (const char *)words[0].data, (const char *)words[1].data);
    for (int i = 0; i < 2; i++)
        reel__buf_free(&words[i]);
}

reel_status reel__schema_check_chunk(reel__schema_check *c, uint32_t store, const reel_chunk *chunk) {
    for (size_t i = 0; i < chunk->parts.n_columns; i++) {
        const reel__chunk_column *column = &chunk->parts.columns[i];
        if (!chunk->components[i].n_rows)
            continue;
        make_key(c, store, chunk->parts.entity, column->component, strlen(column->component));
        if (c->key.failed)
            return no_memory();
        pair *p = reel__map_get(&c->pairs, c->key.data, c->key.size);
        if (!p) {
            tell(c, "the footer's schema does not have %.200s of %.200s", column->component, chunk->parts.entity);
            continue;
        }
        p->was_seen = true;
        p->was_static |= !chunk->parts.n_times;
        /* "n" stands for what a writer could not name. */
        if (strcmp(p->item->format, "n") != 0 && !reel__arrow_same_type(p->item, column->item))
            tell_types(c, chunk, column, p->item);
    }
    return REEL_OK;
}

void reel__schema_check_end(reel__schema_check *c, bool all_were_seen) {
    size_t at = 0;
    const reel__map_entry *entry;
    while ((entry = reel__map_next(&c->pairs, &at))) {
        const char *entity = (const char *)entry->key + 4, *component = entity + strlen(entity) + 1; /* a map's keys end with a NUL */
        pair *p = entry->value;
        if (all_were_seen && !p->was_seen)
            tell(c, "the footer's schema has %.200s of %.200s, which no chunk has", component, entity);
        else if (all_were_seen && p->is_static != p->was_static)
            tell(c, "the footer's schema says that %.200s of %.200s is %sstatic", component, entity, p->is_static ? "" : "not ");
        reel__release(p);
    }
    reel__map_free(&c->pairs);
    for (size_t i = 0; i < c->n_trees; i++)
        reel__held_unref(&c->trees[i]->held);
    reel__release(c->trees);
    reel__buf_free(&c->key);
    *c = (reel__schema_check){0};
}
