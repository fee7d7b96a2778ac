/* Which chunks a query means. Names are looked at once per name, not once per chunk. */
#include "../base/alloc.h"
#include "../base/error.h"
#include "../base/text.h"
#include "index.h"

#include <reel/make.h>
#include <string.h>

static reel_status no_memory(void) { return reel__fail(REEL_E_NO_MEMORY, "no memory for a query"); }

static bool *flags(size_t n) { return reel__alloc_zero(n ? n : 1); }

static reel_status choose_stores(const reel_index *index, reel__index_choice *choice) {
    const reel_query *q = &choice->query;
    if (!q->store_kind && !q->recording_id)
        return REEL_OK;
    choice->stores = flags(index->stores.n);
    if (!choice->stores)
        return no_memory();
    for (size_t i = 0; i < index->stores.n; i++) {
        const reel_index_store_info *s = &index->stores.items[i];
        choice->stores[i] = (!q->store_kind || q->store_kind == s->kind) && (!q->recording_id || strcmp(q->recording_id, s->recording_id) == 0);
    }
    return REEL_OK;
}

/* "/a" is that entity; "/a" with slash and two stars behind it is that and all below; slash and two stars alone are all. */
static reel_status choose_entities(const reel_index *index, reel__index_choice *choice) {
    const char *text = choice->query.entity;
    if (!text)
        return REEL_OK;
    size_t size = strlen(text);
    bool with_below = size >= 2 && memcmp(text + size - 2, "**", 2) == 0 && (size == 2 || text[size - 3] == '/');
    choice->is_one_entity = !with_below;
    reel__buf path = {0};
    choice->entities = flags(index->entities.n);
    reel_status status = choice->entities ? reel__path_canonical(&path, text, with_below ? size - 2 : size) : no_memory();
    for (size_t i = 0; status == REEL_OK && i < index->entities.n; i++) {
        const char *entity = index->entities.items[i];
        bool begins = strncmp(entity, (const char *)path.data, path.size) == 0;
        char next = begins ? entity[path.size] : 1;
        choice->entities[i] = begins && (!next || (with_below && (next == '/' || path.size == 1)));
    }
    reel__buf_free(&path);
    return status;
}

static reel_status choose_sets(const reel_index *index, reel__index_choice *choice) {
    const char *component = choice->query.component;
    if (!component)
        return REEL_OK;
    choice->sets = flags(index->sets.n);
    if (!choice->sets)
        return no_memory();
    for (size_t i = 1; i < index->sets.n; i++) {
        const reel__index_set *s = &index->sets.items[i];
        choice->sets[i] = choice->sets[s->parent] || strcmp(index->components.items[s->component].component, component) == 0;
    }
    return REEL_OK;
}

reel_status reel__index_choose(const reel_index *index, const reel_query *query, reel__index_choice *choice) {
    *choice = (reel__index_choice){0};
    if (query)
        memcpy(&choice->query, query, query->struct_size && query->struct_size < sizeof *query ? query->struct_size : sizeof *query);
    if (choice->query.store_kind > REEL_STORE_BLUEPRINT)
        return reel__fail(REEL_E_ARGUMENT, "a query for stores of kind %d", (int)choice->query.store_kind);
    reel_status status = choose_stores(index, choice);
    if (status == REEL_OK)
        status = choose_entities(index, choice);
    if (status == REEL_OK)
        status = choose_sets(index, choice);
    if (status != REEL_OK)
        reel__index_choice_free(choice);
    return status;
}

void reel__index_choice_free(reel__index_choice *choice) {
    reel__release(choice->stores);
    reel__release(choice->entities);
    reel__release(choice->sets);
    *choice = (reel__index_choice){0};
}

/* Whether the component asked for may be in the range asked for: any of the chunk's components of that name (they differ in their archetype). */
static bool component_overlaps(const reel_index *index, const reel__index_choice *choice, const reel__index_chunk *c, const reel_index_range *range) {
    const reel_query *q = &choice->query;
    uint32_t timeline = 0;
    int64_t min, max;
    uint64_t n;
    while (index->timelines.items[timeline].name != range->timeline)
        timeline++;
    for (uint32_t set = c->set; set; set = index->sets.items[set].parent) {
        uint32_t number = index->sets.items[set].component;
        if (strcmp(index->components.items[number].component, q->component) == 0 && reel__index_range(index, c, timeline, number, &min, &max, &n) && max >= q->min && min <= q->max)
            return true;
    }
    return false;
}

bool reel__index_chosen(const reel_index *index, const reel__index_choice *choice, size_t chunk) {
    const reel__index_chunk *c = &index->chunks.items[chunk];
    const reel_query *q = &choice->query;
    if ((choice->stores && !choice->stores[c->store]) || (choice->entities && !choice->entities[c->entity]) || (choice->sets && !choice->sets[c->set]))
        return false;
    if (!q->timeline)
        return true;
    if (c->is_static)
        return q->with_static;
    for (uint32_t i = 0; i < c->n_ranges; i++) {
        const reel_index_range *r = &index->ranges.items[c->first_range + i];
        if (strcmp(r->timeline, q->timeline) == 0 && r->max >= q->min && r->min <= q->max && (!q->component || component_overlaps(index, choice, c, r)))
            return true;
    }
    return false;
}

reel_status reel_index_select(const reel_index *index, const reel_query *query, uint64_t **chunks, size_t *n) {
    if (!index || !chunks || !n)
        return reel__fail(REEL_E_ARGUMENT, "reel_index_select needs an index, and where its answer goes");
    *chunks = NULL;
    *n = 0;
    reel__index_choice choice;
    REEL__TRY(reel__index_choose(index, query, &choice));
    size_t found = 0;
    for (size_t i = 0; i < index->chunks.n; i++)
        found += reel__index_chosen(index, &choice, i);
    uint64_t *list = reel__alloc_array(found, sizeof *list);
    for (size_t i = 0, at = 0; list && i < index->chunks.n; i++)
        if (reel__index_chosen(index, &choice, i))
            list[at++] = i;
    reel__index_choice_free(&choice);
    if (!list)
        return no_memory();
    *chunks = list;
    *n = found;
    return REEL_OK;
}
