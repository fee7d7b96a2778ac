#include "summary.h"
#include "number_text.h"
#include "stop.h"
#include "value_text.h"

#include <reel/arrow.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PROPERTIES "/__properties"
enum { PROPERTY_ITEMS_MAX = 32, INTRODUCTION_MESSAGES_MAX = 10000 };
#define INTRODUCTION_BYTES_MAX ((uint64_t)256 << 20)

static char *copy_of(const char *text) {
    char *copy = malloc(strlen(text) + 1);
    return copy ? strcpy(copy, text) : NULL;
}

static bool grow(void **items, size_t n, size_t size) {
    if (n & (n - 1)) return true; /* room is made whenever n is a power of two */
    void *grown = realloc(*items, (n ? 2 * n : 1) * size);
    if (!grown) return false;
    *items = grown;
    return true;
}

/* ---- keys: the store's number, then texts with a NUL between */

uint32_t cli_summary_key_store(const char *key) {
    uint32_t store;
    memcpy(&store, key, sizeof store);
    return store;
}
const char *cli_summary_key_entity(const char *key) { return key + sizeof(uint32_t); }
const char *cli_summary_key_component(const char *key) { return cli_summary_key_entity(key) + strlen(cli_summary_key_entity(key)) + 1; }

static bool add_key(cli_summary *s, cli_map *map, uint32_t store, const char *a, const char *b, size_t *number, bool *is_new) {
    cli_text_clear(&s->key);
    return cli_text_append(&s->key, (const char *)&store, sizeof store) && cli_text_append(&s->key, a, strlen(a) + 1) &&
           (!b || cli_text_append(&s->key, b, strlen(b) + 1)) && cli_map_add(map, s->key.data, s->key.size, number, is_new);
}

/* ---- stores, entities, ranges */

static bool find_store(cli_summary *s, reel_store_kind kind, const char *application_id, const char *recording_id, size_t *number) {
    bool is_new;
    if (!add_key(s, &s->store_keys, (uint32_t)kind, application_id, recording_id, number, &is_new)) return false;
    if (!is_new) return true;
    if (!grow((void **)&s->stores, s->n_stores, sizeof *s->stores)) return false;
    cli_summary_store *store = &s->stores[s->n_stores++];
    *store = (cli_summary_store) { .kind = kind, .application_id = copy_of(application_id), .recording_id = copy_of(recording_id), .source = copy_of("") };
    return store->application_id && store->recording_id && store->source;
}

static bool add_entity(cli_summary *s, size_t store, const char *entity) {
    size_t number;
    bool is_new;
    if (!add_key(s, &s->entities, (uint32_t)store, entity, NULL, &number, &is_new)) return false;
    s->stores[store].n_entities += is_new;
    return true;
}

static bool add_component(cli_summary *s, size_t store, const char *entity, const char *component) {
    size_t number;
    bool is_new;
    if (!add_key(s, &s->cells, (uint32_t)store, entity, component, &number, &is_new)) return false;
    s->stores[store].n_components += is_new;
    return true;
}

static bool add_range(cli_summary *s, size_t store, const char *timeline, reel_time_type type, int64_t min, int64_t max) {
    size_t number;
    bool is_new;
    char type_text[2] = { (char)('0' + type), 0 };
    if (!add_key(s, &s->range_keys, (uint32_t)store, timeline, type_text, &number, &is_new)) return false;
    if (is_new) {
        if (!grow((void **)&s->ranges, s->n_ranges, sizeof *s->ranges)) return false;
        char *name = copy_of(timeline);
        if (!name) return false;
        s->ranges[s->n_ranges++] = (cli_summary_range) { .store = (uint32_t)store, .timeline = name, .type = type, .min = min, .max = max };
    }
    cli_summary_range *r = &s->ranges[number];
    if (min < r->min) r->min = min;
    if (max > r->max) r->max = max;
    r->n_chunks++;
    return true;
}

static void add_chunk(cli_summary_store *store, bool is_static, uint64_t rows, uint64_t bytes, uint64_t unpacked) {
    store->n_chunks++;
    store->n_static += is_static;
    store->n_rows += rows;
    store->bytes += bytes;
    store->unpacked += unpacked;
    if (bytes > store->largest) store->largest = bytes;
}

static bool add_store_info(cli_summary *s, const reel_read_message *m) {
    size_t number;
    if (!find_store(s, m->store_kind, m->application_id, m->recording_id, &number)) return false;
    cli_summary_store *store = &s->stores[number];
    char *source = copy_of(m->store_source);
    if (!source) return false;
    free(store->source);
    store->source = source;
    memcpy(store->version, m->store_version, sizeof store->version);
    store->is_introduced = true;
    return true;
}

/* ---- properties */

static bool is_property(const char *entity) {
    return strncmp(entity, PROPERTIES, strlen(PROPERTIES)) == 0 && (entity[strlen(PROPERTIES)] == 0 || entity[strlen(PROPERTIES)] == '/');
}

/* "name" of RecordingInfo; "vehicle:age" of what the user added. */
static char *property_name(const char *entity, const char *component) {
    cli_text text = { 0 };
    const char *path = entity + strlen(PROPERTIES), *info = "RecordingInfo:";
    bool is_info = !*path && strncmp(component, info, strlen(info)) == 0;
    if (is_info)
        cli_text_printf(&text, "%s", component + strlen(info));
    else
        cli_text_printf(&text, "%s%s%s", *path ? path + 1 : "", *path ? ":" : "", component);
    return text.data;
}

/* The newest value: static rows of the same component replace each other. */
static bool add_property(cli_summary *s, size_t store, const char *entity, const reel_chunk_component *c, const struct ArrowSchema *schema,
                         const struct ArrowArray *array, int64_t row) {
    const cli_value_style text_style = { .items_max = PROPERTY_ITEMS_MAX }, json_style = { .is_json = true };
    int64_t first, n;
    cli_text text = { 0 }, json = { 0 };
    if (!cli_value_list(schema, array, row, &first, &n)) return true;
    const struct ArrowSchema *item = schema->children[0];
    const struct ArrowArray *values = array->children[0];
    bool is_time = strcmp(c->component, "RecordingInfo:start_time") == 0 && strcmp(item->format, "l") == 0 && n == 1 && !cli_value_is_null(item, values, first);
    bool fits = n == 1 ? cli_value_append(&json, &json_style, item, values, first) : cli_values_append(&json, &json_style, item, values, first, n);
    if (is_time)
        fits = fits && cli_time_append_iso(&text, ((const int64_t *)values->buffers[1])[values->offset + first]);
    else
        fits = fits && (n == 1 ? cli_value_append(&text, &text_style, item, values, first) : cli_values_append(&text, &text_style, item, values, first, n));
    char *name = property_name(entity, c->component);
    cli_summary_property *p = NULL;
    for (size_t i = 0; i < s->n_properties && name; i++)
        if (s->properties[i].store == store && strcmp(s->properties[i].name, name) == 0) p = &s->properties[i];
    if (fits && name && !p && grow((void **)&s->properties, s->n_properties, sizeof *p)) {
        p = &s->properties[s->n_properties++];
        *p = (cli_summary_property) { .store = (uint32_t)store, .name = name };
        name = NULL;
    }
    if (!fits || !p) {
        cli_text_free(&text);
        cli_text_free(&json);
        free(name);
        return false;
    }
    free(name);
    free(p->text);
    free(p->json);
    p->text = text.data;
    p->json = json.data;
    return true;
}

static bool add_properties(cli_summary *s, size_t store, const reel_chunk *chunk) {
    struct ArrowSchema schema;
    struct ArrowArray array;
    const char *entity = reel_chunk_entity(chunk);
    size_t rows = reel_chunk_rows(chunk), components = reel_chunk_components(chunk);
    bool fits = true;
    if (!rows || !is_property(entity) || s->stores[store].kind != REEL_STORE_RECORDING) return true;
    if (reel_chunk_export(chunk, &schema, &array) != REEL_OK) return false;
    for (size_t i = 0; i < components && fits; i++) {
        int64_t column = schema.n_children - (int64_t)components + (int64_t)i; /* row ids and timelines stand before them */
        for (size_t row = 0; row < rows && fits; row++) {
            if (cli_value_is_null(schema.children[column], array.children[column], (int64_t)row)) continue;
            fits = add_property(s, store, entity, reel_chunk_component_at(chunk, i), schema.children[column], array.children[column], (int64_t)row);
        }
    }
    schema.release(&schema);
    array.release(&array);
    return fits;
}

/* ---- by a look at every chunk */

static bool add_read_chunk(cli_summary *s, const reel_read_message *m, const reel_chunk *chunk) {
    size_t store;
    const char *entity = reel_chunk_entity(chunk);
    if (!find_store(s, m->store_kind, m->application_id, m->recording_id, &store)) return false;
    add_chunk(&s->stores[store], reel_chunk_is_static(chunk), reel_chunk_rows(chunk), m->size, m->unpacked_size);
    s->stores[store].n_compressed += m->is_compressed;
    bool fits = add_entity(s, store, entity) && add_properties(s, store, chunk);
    for (size_t i = 0; i < reel_chunk_components(chunk) && fits; i++) fits = add_component(s, store, entity, reel_chunk_component_at(chunk, i)->component);
    for (size_t i = 0; i < reel_chunk_timelines(chunk) && fits; i++) {
        const reel_chunk_timeline *t = reel_chunk_timeline_at(chunk, i);
        fits = !reel_chunk_rows(chunk) || add_range(s, store, t->name, t->type, t->min, t->max);
    }
    return fits;
}

static bool add_activation(cli_summary *s, const reel_read_message *m) {
    size_t store;
    if (!find_store(s, m->store_kind, m->application_id, m->recording_id, &store)) return false;
    s->stores[store].make_active |= m->make_active;
    s->stores[store].make_default |= m->make_default;
    return true;
}

static bool scan(cli_summary *s, cli_recording *in) {
    const reel_read_message *m;
    bool fits = true;
    while (fits && (m = cli_recording_next(in))) {
        if (m->kind == REEL_MESSAGE_STORE_INFO)
            fits = add_store_info(s, m);
        else if (m->kind == REEL_MESSAGE_BLUEPRINT_ACTIVATION)
            fits = add_activation(s, m);
        reel_chunk *chunk = m->kind == REEL_MESSAGE_CHUNK ? cli_recording_chunk(in, m) : NULL;
        if (chunk) fits = add_read_chunk(s, m, chunk);
        reel_chunk_unref(chunk);
    }
    return fits;
}

/* ---- by the footers */

/* Store infos stand before the chunks of their stores. */
static bool introduce(cli_summary *s, cli_recording *in) {
    const reel_read_message *m;
    size_t missing = s->n_stores;
    for (int i = 0; i < INTRODUCTION_MESSAGES_MAX && (missing || !i) && (m = cli_recording_next(in)); i++) {
        size_t n_before = s->n_stores;
        size_t store;
        if (m->kind == REEL_MESSAGE_BLUEPRINT_ACTIVATION && !add_activation(s, m)) return false;
        if (m->kind == REEL_MESSAGE_STORE_INFO) {
            if (!find_store(s, m->store_kind, m->application_id, m->recording_id, &store)) return false;
            if (store < n_before && !s->stores[store].is_introduced) missing--;
            if (!add_store_info(s, m)) return false;
        }
        if (m->offset > INTRODUCTION_BYTES_MAX) break;
    }
    return true;
}

static bool add_entry(cli_summary *s, const reel_index *index, size_t i, const size_t *stores, const char ***names, size_t *room) {
    reel_index_entry e;
    if (reel_index_at(index, i, &e) != REEL_OK) return false;
    size_t store = stores[e.store], n = reel_index_components(index, i, *names, *room);
    if (n > *room) {
        const char **grown = realloc((void *)*names, n * sizeof *grown);
        if (!grown) return false;
        *names = grown;
        *room = n;
        reel_index_components(index, i, grown, n);
    }
    add_chunk(&s->stores[store], e.is_static, e.n_rows, e.size, e.unpacked_size);
    s->stores[store].n_compressed += e.size < e.unpacked_size; /* a plain one has its ids and lengths beside its stream */
    bool fits = add_entity(s, store, e.entity);
    for (size_t c = 0; c < n && fits; c++) fits = add_component(s, store, e.entity, (*names)[c]);
    for (size_t r = 0; r < e.n_ranges && fits; r++) fits = add_range(s, store, e.ranges[r].timeline, e.ranges[r].type, e.ranges[r].min, e.ranges[r].max);
    if (fits && is_property(e.entity)) {
        reel_chunk *chunk = NULL;
        if (reel_index_chunk(index, i, &chunk) == REEL_OK) fits = add_properties(s, store, chunk);
        reel_chunk_unref(chunk);
    }
    return fits;
}

static bool take_index(cli_summary *s, const reel_index *index) {
    size_t n_stores = reel_index_stores(index), room = 0;
    size_t *stores = calloc(n_stores + 1, sizeof *stores);
    const char **names = NULL;
    bool fits = stores != NULL;
    for (size_t i = 0; i < n_stores && fits; i++) {
        const reel_index_store_info *info = reel_index_store(index, i);
        fits = find_store(s, info->kind, info->application_id, info->recording_id, &stores[i]);
    }
    for (size_t i = 0; i < reel_index_size(index) && fits; i++) fits = add_entry(s, index, i, stores, &names, &room);
    free((void *)names);
    free(stores);
    return fits;
}

bool cli_summarise(cli_summary *s, cli_recording *in, cli_summary_how how) {
    reel_index *index = NULL;
    bool fits;
    *s = (cli_summary) { 0 };
    if (how == CLI_SUMMARY_ANY && reel_read_index(in->reader, REEL_INDEX_FOOTER, &index) == REEL_OK) {
        s->is_from_footer = true;
        fits = take_index(s, index) && introduce(s, in);
        reel_index_free(index);
    } else {
        fits = scan(s, in);
    }
    s->stats = cli_recording_stats(in);
    cli_progress_clear(&in->progress);
    if (!fits) fprintf(stderr, "reel %s: %s: no memory for what is in it\n", in->command, in->name);
    if (cli_stop_requested()) fprintf(stderr, "reel %s: %s: stopped\n", in->command, in->name);
    return fits && !in->has_failed && !cli_stop_requested();
}

void cli_summary_free(cli_summary *s) {
    for (size_t i = 0; i < s->n_stores; i++) {
        free(s->stores[i].application_id);
        free(s->stores[i].recording_id);
        free(s->stores[i].source);
    }
    for (size_t i = 0; i < s->n_ranges; i++) free((void *)s->ranges[i].timeline);
    for (size_t i = 0; i < s->n_properties; i++) {
        free(s->properties[i].name);
        free(s->properties[i].text);
        free(s->properties[i].json);
    }
    free(s->stores);
    free(s->ranges);
    free(s->properties);
    cli_map_free(&s->store_keys);
    cli_map_free(&s->entities);
    cli_map_free(&s->cells);
    cli_map_free(&s->range_keys);
    cli_text_free(&s->key);
    *s = (cli_summary) { 0 };
}
