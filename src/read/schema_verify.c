#include "schema_verify.h"

#include "../arrow/arrow_format.h"
#include "../arrow/arrow_words.h"
#include "../arrow/ipc_read.h"
#include "../base/alloc.h"
#include "../base/error.h"
#include "../base/text.h"
#include "../rrd/footer.h"
#include "chunk_data.h"
#include "footer_read.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static reel__schema_pair *pairs_of(const reel__schema_check *c) { return (reel__schema_pair *)c->pairs.data; }
static const reel__schema_place *place_at(const reel__schema_check *c, uint32_t schema) { return (const reel__schema_place *)c->places.data + schema; }

static reel_status no_memory(void) { return reel__fail(REEL_E_NO_MEMORY, "no memory to check a footer's schema"); }

REEL_PRINTF(3, 4) static void tell(const reel__schema_check *c, reel_status status, const char *format, ...) {
    char text[700];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    c->tell(c->user, status, text);
}

static void tell_tables(const reel__schema_check *c, size_t n) {
    if (n > REEL__FOOTER_TABLES_MAX)
        tell(c, REEL_OK, "official readers cannot use the footer: a schema in it has %zu flatbuffer tables, and they take %zu", n, REEL__FOOTER_TABLES_MAX);
}

/* ---- what the schemas say */

/* The hash of a column's name. */
static uint64_t key_of(reel__schema_check *c, uint32_t store, const char *entity, const char *component, size_t component_size) {
    c->key.size = 0;
    reel__buf_u32(&c->key, store);
    reel__buf_put(&c->key, entity, strlen(entity) + 1);
    reel__buf_put(&c->key, component, component_size);
    return reel__hash(c->key.data, c->key.size);
}

/* The hash of a type: of all in which it may differ, but for the codes of unions further down. */
static uint64_t hash_of(reel__schema_check *c, const struct ArrowSchema *type) {
    c->key.size = 0;
    reel__buf_put(&c->key, type->format, strlen(type->format) + 1);
    reel__arrow_words(&c->key, type);
    return reel__hash(c->key.data, c->key.size);
}

static const struct ArrowSchema *item_of(const struct ArrowSchema *field) { return strcmp(field->format, "+l") == 0 ? field->children[0] : field; }

static reel_status add_pair(reel__schema_check *c, uint32_t number, const char *entity, const struct ArrowSchema *field) {
    size_t size, static_size;
    const char *component = reel__arrow_metadata_get(field->metadata, "rerun:component", &size), *is_static = reel__arrow_metadata_get(field->metadata, "rerun:is_static", &static_size);
    uint32_t schema = (uint32_t)(c->places.size / sizeof(reel__schema_place)) - 1;
    if (!component) {
        tell(c, REEL_E_FORMAT, "the footer's schema has a column \"%.200s\" of no component", field->name);
        return REEL_OK;
    }
    reel__schema_pair p = {.place = (uint64_t)schema << 32 | number, .is_static = is_static && static_size == 4 && memcmp(is_static, "true", 4) == 0};
    p.type = hash_of(c, item_of(field));
    p.key = key_of(c, place_at(c, schema)->store, entity, component, size);
    reel__buf_put(&c->pairs, &p, sizeof p);
    c->n_pairs++;
    return c->key.failed || c->pairs.failed ? no_memory() : REEL_OK;
}

/* The entity of a field of data; NULL in *entity: it is of another kind, or it was told why not. */
static reel_status entity_of(const reel__schema_check *c, const struct ArrowSchema *field, reel__buf *entity) {
    size_t size;
    const char *kind = reel__arrow_metadata_get(field->metadata, "rerun:kind", &size);
    if (kind && !((size == 4 && memcmp(kind, "data", 4) == 0) || (size == 9 && memcmp(kind, "component", 9) == 0)))
        return REEL_E_NOT_FOUND;
    const char *path = reel__arrow_metadata_get(field->metadata, "rerun:entity_path", &size);
    if (!path) {
        tell(c, REEL_E_FORMAT, "the footer's schema has a column \"%.200s\" of no entity", field->name);
        return REEL_E_NOT_FOUND;
    }
    reel_status status = reel__path_canonical(entity, path, size);
    reel__buf_u8(entity, 0);
    if (status == REEL_E_NO_MEMORY || entity->failed)
        return no_memory();
    if (status != REEL_OK)
        tell(c, REEL_E_FORMAT, "the footer's schema: %.300s", reel_error_message());
    return status == REEL_OK ? REEL_OK : REEL_E_NOT_FOUND;
}

static reel_status add_field(void *user, uint32_t number, const struct ArrowSchema *field) {
    reel__schema_check *c = user;
    reel__buf entity = {0};
    reel_status status = entity_of(c, field, &entity);
    if (status == REEL_OK)
        status = add_pair(c, number, (const char *)entity.data, field);
    reel__buf_free(&entity);
    return status == REEL_E_NOT_FOUND ? REEL_OK : status;
}

static reel_status add_schema(void *user, uint32_t store, const uint8_t *data, size_t size) {
    reel__schema_check *c = user;
    size_t n_tables = 0;
    reel__buf_put(&c->places, &(reel__schema_place){data, size, store}, sizeof(reel__schema_place));
    if (c->places.failed)
        return no_memory();
    reel_status status = data ? reel__ipc_fields(data, size, 0, UINT32_MAX, add_field, c, &n_tables) : reel__fail(REEL_E_FORMAT, "it is not there");
    if (status == REEL_E_NO_MEMORY)
        return status;
    if (status != REEL_OK)
        tell(c, REEL_E_FORMAT, "the footer's schema of \"%.80s\" cannot be read: %.300s", c->index->stores.items[store].recording_id, reel_error_message());
    tell_tables(c, n_tables);
    return REEL_OK;
}

static int by_key(const void *a, const void *b) {
    const reel__schema_pair *x = a, *y = b;
    int order = (x->key > y->key) - (x->key < y->key);
    return order ? order : (x->place > y->place) - (x->place < y->place);
}

/* By key, and one of each: the last. */
static void sort_pairs(reel__schema_check *c) {
    reel__schema_pair *pairs = pairs_of(c);
    size_t n = 0;
    if (c->n_pairs)
        qsort(pairs, c->n_pairs, sizeof *pairs, by_key);
    for (size_t i = 0; i < c->n_pairs; i++) {
        bool is_same = n && pairs[n - 1].key == pairs[i].key;
        pairs[i].is_static |= is_same && pairs[n - 1].is_static;
        n += !is_same;
        pairs[n - 1] = pairs[i];
    }
    c->n_pairs = n;
}

reel_status reel__schema_check_begin(reel__schema_check *c, const reel_index *index, void (*tell_it)(void *user, reel_status status, const char *text), void *user) {
    *c = (reel__schema_check){.index = index, .tell = tell_it, .user = user};
    tell_tables(c, index->n_tables);
    REEL__TRY(reel__footers_schemas(index, add_schema, c));
    sort_pairs(c);
    return REEL_OK;
}

/* The one with this key; NULL: there is none. */
static reel__schema_pair *find(const reel__schema_check *c, uint64_t key) {
    reel__schema_pair *pairs = pairs_of(c);
    size_t low = 0, high = c->n_pairs;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (pairs[middle].key == key)
            return &pairs[middle];
        if (pairs[middle].key < key)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

/* ---- what the chunks say */

typedef struct saying {
    reel__schema_check *check;
    const char *before, *after; /* around a pair's name; NULL: it is about the type of a chunk's column */
    const reel_chunk *chunk;
    const reel__chunk_column *column;
} saying;

static void tell_types(const saying *s, const struct ArrowSchema *told) {
    const reel__chunk_column *column = s->column;
    reel__buf words[2] = {{0}, {0}};
    reel__arrow_words(&words[0], told);
    reel__arrow_words(&words[1], column->item);
    for (int i = 0; i < 2; i++)
        reel__buf_u8(&words[i], 0);
    if (!words[0].failed && !words[1].failed)
        tell(s->check, REEL_E_FORMAT, "the footer's schema says that %.120s of %.200s is %.120s, and it is %.120s", column->component, s->chunk->parts.entity, (const char *)words[0].data,
             (const char *)words[1].data);
    for (int i = 0; i < 2; i++)
        reel__buf_free(&words[i]);
}

/* Dictionaries and the like are decoded when a chunk is read. */
static bool is_encoded(const struct ArrowSchema *schema) {
    reel__arrow_format f;
    bool is = !reel__arrow_parse(schema, &f) || f.storage != REEL__ARROW_AS_IT_IS;
    for (int64_t i = 0; i < schema->n_children && !is; i++)
        is = is_encoded(schema->children[i]);
    return is;
}

static reel_status say(void *user, uint32_t number, const struct ArrowSchema *field) {
    const saying *s = user;
    size_t size, path_size;
    (void)number;
    if (s->before) {
        const char *component = reel__arrow_metadata_get(field->metadata, "rerun:component", &size), *path = reel__arrow_metadata_get(field->metadata, "rerun:entity_path", &path_size);
        tell(s->check, REEL_E_FORMAT, "the footer's schema %s %.*s of %.*s%s", s->before, (int)size, component, (int)path_size, path, s->after);
    } else if (strcmp(item_of(field)->format, "n") != 0 && !is_encoded(item_of(field))) { /* which stands for what a writer could not name */
        tell_types(s, item_of(field));
    }
    return REEL_OK;
}

static reel_status say_of(const saying *s, const reel__schema_pair *p) {
    const reel__schema_place *at = place_at(s->check, (uint32_t)(p->place >> 32));
    size_t n_tables;
    return reel__ipc_fields(at->data, at->size, (uint32_t)p->place, 1, say, (void *)s, &n_tables);
}

reel_status reel__schema_check_chunk(reel__schema_check *c, uint32_t store, const reel_chunk *chunk) {
    for (size_t i = 0; i < chunk->parts.n_columns; i++) {
        const reel__chunk_column *column = &chunk->parts.columns[i];
        if (!chunk->components[i].n_rows)
            continue;
        uint64_t type = hash_of(c, column->item), key = key_of(c, store, chunk->parts.entity, column->component, strlen(column->component));
        if (c->key.failed)
            return no_memory();
        reel__schema_pair *p = find(c, key);
        if (!p) {
            tell(c, REEL_E_FORMAT, "the footer's schema does not have %.200s of %.200s", column->component, chunk->parts.entity);
            continue;
        }
        p->was_seen = true;
        p->was_static |= !chunk->parts.n_times;
        if (p->type != type)
            REEL__TRY(say_of(&(saying){c, NULL, NULL, chunk, column}, p));
    }
    return REEL_OK;
}

void reel__schema_check_end(reel__schema_check *c, bool all_were_seen) {
    for (size_t i = 0; all_were_seen && i < c->n_pairs; i++) {
        const reel__schema_pair *p = &pairs_of(c)[i];
        saying s = {c, "has", ", which no chunk has", NULL, NULL};
        if (p->was_seen)
            s.before = "says that", s.after = p->is_static ? " is static" : " is not static";
        if (!p->was_seen || p->is_static != p->was_static)
            (void)say_of(&s, p);
    }
    reel__buf_free(&c->pairs);
    reel__buf_free(&c->places);
    reel__buf_free(&c->key);
    *c = (reel__schema_check){0};
}
