#include "index.h"

#include "../base/alloc.h"
#include "../base/error.h"
#include "../base/text.h"

#include <stdlib.h>
#include <string.h>

/* ---- its memory */

#define BUDGET_FLOOR ((size_t)1 << 20)

reel_index *reel__index_new(const uint8_t *data, size_t size, reel__held *owner) {
    reel_index *index = reel__alloc_zero(sizeof *index);
    if (!index)
        return NULL;
    index->data = data;
    index->size = size;
    index->owner = reel__held_ref(owner);
    index->budget = BUDGET_FLOOR + (size > (SIZE_MAX - BUDGET_FLOOR) / 4 ? SIZE_MAX - BUDGET_FLOOR : 4 * size);
    index->detail_budget = BUDGET_FLOOR + size / 2;
    index->cell_budget = BUDGET_FLOOR + 64 * (uint64_t)size;
    return index;
}

void reel_index_free(reel_index *index) {
    if (!index)
        return;
    for (size_t i = 0; i < index->stores.n; i++)
        reel__release((void *)index->stores.items[i].application_id);
    for (size_t i = 0; i < index->entities.n; i++)
        reel__release((void *)index->entities.items[i]);
    for (size_t i = 0; i < index->timelines.n; i++)
        reel__release((void *)index->timelines.items[i].name);
    for (size_t i = 0; i < index->components.n; i++)
        reel__release((void *)index->components.items[i].component);
    void *const blocks[] = {index->chunks.items, index->stores.items, index->entities.items, index->timelines.items, index->components.items,
                            index->sets.items, index->details.items, index->ranges.items};
    for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++)
        reel__release(blocks[i]);
    reel__map_free(&index->names);
    reel__map_free(&index->set_steps);
    reel__held_unref(index->owner);
    reel__release(index);
}

static reel_status no_memory(const reel_index *index) { return reel__fail(REEL_E_NO_MEMORY, "no memory for an index of %zu chunks", index->chunks.n); }

static reel_status charge(reel_index *index, size_t size) {
    if (size > index->budget)
        return reel__fail(REEL_E_FORMAT, "what is told of the chunks is more than the recording's %zu bytes can hold", index->size);
    index->budget -= size;
    return REEL_OK;
}

static bool grow(void **items, size_t *capacity, size_t n, size_t size) {
    if (n < *capacity)
        return true;
    size_t more = *capacity ? *capacity + *capacity / 2 + 1 : 8, bytes;
    void *moved = reel__mul_size(more, size, &bytes) ? reel__realloc(*items, *capacity * size, bytes) : NULL;
    if (!moved)
        return false;
    *items = moved;
    *capacity = more;
    return true;
}
/* Room for one more item, counted; false when memory is out. */
#define MORE(list) (grow((void **)&(list).items, &(list).capacity, (list).n, sizeof *(list).items) ? ++(list).n, true : false)
#define LAST(list) ((list).items[(list).n - 1])

/* ---- names */

enum { NAME_STORE, NAME_ENTITY, NAME_TIMELINE, NAME_COMPONENT };

/* A key in room: what kind of name it is, then its texts with a NUL behind each. A NULL text differs from an empty one. */
static void begin_key(reel__buf *room, uint8_t what) {
    room->size = 0;
    reel__buf_u8(room, what);
}
static void key_text(reel__buf *room, const char *text, size_t size) {
    reel__buf_u8(room, text != NULL);
    if (text)
        reel__buf_put(room, text, size);
    reel__buf_u8(room, 0);
}

static bool known(const reel_index *index, const reel__buf *key, uint32_t *number) {
    void *value = key->failed ? NULL : reel__map_get(&index->names, key->data, key->size);
    if (value)
        *number = (uint32_t)((uintptr_t)value - 1);
    return value != NULL;
}

static reel_status keep(reel_index *index, reel__buf *key, size_t n_known, uint32_t *number) {
    *number = (uint32_t)n_known;
    reel_status status = key->failed ? no_memory(index) : charge(index, 128 + 2 * key->size);
    if (status == REEL_OK && reel__map_put(&index->names, key->data, key->size, (void *)(uintptr_t)(n_known + 1)) != REEL_OK)
        status = no_memory(index);
    return status;
}

/* Up to three texts behind each other in one block, the first at its begin. */
static char *join(const char *const *texts, const char **out, size_t n) {
    size_t size = 1, sizes[3];
    for (size_t i = 0; i < n; i++)
        size += sizes[i] = texts[i] ? strlen(texts[i]) + 1 : 0;
    char *block = reel__alloc(size), *at = block;
    for (size_t i = 0; block && i < n; at += sizes[i++]) {
        out[i] = texts[i] ? at : NULL;
        if (texts[i])
            memcpy(at, texts[i], sizes[i]);
    }
    return block;
}

reel_status reel__index_store(reel_index *index, reel_store_kind kind, const char *application_id, const char *recording_id, uint32_t *number) {
    reel__buf key = {0};
    begin_key(&key, NAME_STORE);
    reel__buf_u8(&key, (uint8_t)kind);
    key_text(&key, application_id, strlen(application_id));
    key_text(&key, recording_id, strlen(recording_id));
    reel_status status = known(index, &key, number) ? REEL_OK : keep(index, &key, index->stores.n, number);
    if (status == REEL_OK && *number == index->stores.n) {
        const char *texts[] = {application_id, recording_id}, *copies[2];
        if (!join(texts, copies, 2))
            status = no_memory(index);
        else if (MORE(index->stores))
            LAST(index->stores) = (reel_index_store_info){kind, copies[0], copies[1], 0};
        else
            reel__release((void *)copies[0]), status = no_memory(index);
    }
    reel__buf_free(&key);
    return status;
}

static reel_status new_entity(reel_index *index, const char *path, size_t size, uint32_t *number) {
    reel__buf canonical = {0}, key = {0};
    reel_status status = reel__path_canonical(&canonical, path, size);
    begin_key(&key, NAME_ENTITY);
    key_text(&key, (const char *)canonical.data, canonical.size);
    if (status == REEL_OK && !known(index, &key, number)) {
        char *copy = reel__copy_text((const char *)canonical.data, canonical.size);
        status = copy ? keep(index, &key, index->entities.n, number) : no_memory(index);
        if (status == REEL_OK && !MORE(index->entities))
            status = no_memory(index);
        if (status == REEL_OK)
            LAST(index->entities) = copy;
        else
            reel__release(copy);
    }
    reel__buf_free(&canonical);
    reel__buf_free(&key);
    return status;
}

/* A path is made canonical once, and found as it was written from then on. */
reel_status reel__index_entity(reel_index *index, const char *path, size_t size, uint32_t *number) {
    reel__buf key = {0};
    begin_key(&key, NAME_ENTITY);
    key_text(&key, path, size);
    reel_status status = REEL_OK;
    if (!known(index, &key, number)) {
        status = memchr(path, 0, size) ? reel__fail(REEL_E_FORMAT, "an entity path has a NUL within") : new_entity(index, path, size, number);
        if (status == REEL_OK) /* the same again if it was canonical */
            status = keep(index, &key, *number, number);
    }
    reel__buf_free(&key);
    return status;
}

reel_status reel__index_timeline_of(reel_index *index, const char *name, size_t size, reel_time_type type, uint32_t *number) {
    reel__buf key = {0};
    begin_key(&key, NAME_TIMELINE);
    reel__buf_u8(&key, (uint8_t)type);
    key_text(&key, name, size);
    reel_status status = known(index, &key, number) ? REEL_OK : keep(index, &key, index->timelines.n, number);
    if (status == REEL_OK && *number == index->timelines.n) {
        char *copy = reel__copy_text(name, size);
        if (copy && MORE(index->timelines))
            LAST(index->timelines) = (reel__index_timeline){copy, type};
        else
            reel__release(copy), status = no_memory(index);
    }
    reel__buf_free(&key);
    return status;
}

reel_status reel__index_component_of(reel_index *index, const char *component, const char *archetype, const char *component_type, uint32_t *number) {
    const char *texts[] = {component, archetype, component_type}, *copies[3];
    reel__buf key = {0};
    begin_key(&key, NAME_COMPONENT);
    for (int i = 0; i < 3; i++)
        key_text(&key, texts[i], texts[i] ? strlen(texts[i]) : 0);
    reel_status status = known(index, &key, number) ? REEL_OK : keep(index, &key, index->components.n, number);
    if (status == REEL_OK && *number == index->components.n) {
        if (!join(texts, copies, 3))
            status = no_memory(index);
        else if (MORE(index->components))
            LAST(index->components) = (reel__index_component){copies[0], copies[1], copies[2]};
        else
            reel__release((void *)copies[0]), status = no_memory(index);
    }
    reel__buf_free(&key);
    return status;
}

/* ---- chunks */

reel_status reel__index_add(reel_index *index, reel__index_chunk **chunk) {
    REEL__TRY(charge(index, sizeof **chunk));
    if (index->chunks.n >= UINT32_MAX - 1)
        return reel__fail(REEL_E_TOO_LARGE, "an index of more than %zu chunks", index->chunks.n);
    if (!MORE(index->chunks))
        return no_memory(index);
    *chunk = &LAST(index->chunks);
    **chunk = (reel__index_chunk){0};
    return REEL_OK;
}

reel_status reel__index_add_range(reel_index *index, uint32_t chunk, uint32_t timeline, int64_t min, int64_t max) {
    REEL__TRY(charge(index, sizeof(reel_index_range)));
    if (index->ranges.n == UINT32_MAX || !MORE(index->ranges))
        return no_memory(index);
    LAST(index->ranges) = (reel_index_range){(const char *)(uintptr_t)timeline, (reel_time_type)chunk, min, max};
    index->chunks.items[chunk].n_ranges++;
    return REEL_OK;
}

reel_status reel__index_add_detail(reel_index *index, const reel__index_detail *detail) {
    if (index->detail_budget < 2 * sizeof *detail) {
        index->lacks_details = true;
        return REEL_OK;
    }
    index->detail_budget -= 2 * sizeof *detail;
    if (!MORE(index->details))
        return no_memory(index);
    LAST(index->details) = *detail;
    return REEL_OK;
}

static bool set_has(const reel_index *index, uint32_t set, uint32_t component) {
    for (; set; set = index->sets.items[set].parent)
        if (index->sets.items[set].component == component)
            return true;
    return false;
}

/* Most chunks of a column come from few sets, so each set remembers what it became last. */
reel_status reel__index_add_component(reel_index *index, uint32_t chunk, uint32_t component) {
    uint32_t set = index->chunks.items[chunk].set, key[2] = {set, component};
    if (!index->cell_budget--)
        return charge(index, SIZE_MAX);
    if (!index->sets.n) {
        if (!MORE(index->sets))
            return no_memory(index);
        LAST(index->sets) = (reel__index_set){0, UINT32_MAX, UINT32_MAX, 0};
    }
    reel__index_set *from = &index->sets.items[set];
    if (from->mark != component) {
        uintptr_t next = set_has(index, set, component) ? (uintptr_t)set + 1 : (uintptr_t)reel__map_get(&index->set_steps, key, sizeof key);
        if (!next) {
            next = (uintptr_t)index->sets.n + 1;
            REEL__TRY(charge(index, sizeof(reel__index_set) + 96));
            if (reel__map_put(&index->set_steps, key, sizeof key, (void *)next) != REEL_OK || !MORE(index->sets))
                return no_memory(index);
            LAST(index->sets) = (reel__index_set){set, component, UINT32_MAX, 0};
            from = &index->sets.items[set];
        }
        from->mark = component;
        from->next = (uint32_t)(next - 1);
    }
    index->chunks.items[chunk].set = from->next;
    return REEL_OK;
}

/* ---- the end: everything in the order of the file */

static int by_offset(const void *a, const void *b) {
    const reel__index_chunk *x = a, *y = b;
    return (x->offset > y->offset) - (x->offset < y->offset);
}

/* Chunks move, and what names them by number follows. While they are sorted, first_range is the number that a chunk had. */
static reel_status sort_chunks(reel_index *index) {
    bool is_sorted = true;
    size_t n = index->chunks.n;
    reel__index_chunk *chunks = index->chunks.items;
    for (size_t i = 1; i < n && is_sorted; i++)
        is_sorted = chunks[i - 1].offset < chunks[i].offset;
    if (!is_sorted) {
        uint32_t *numbers = reel__alloc_array(n, sizeof *numbers);
        if (!numbers)
            return no_memory(index);
        for (size_t i = 0; i < n; i++)
            chunks[i].first_range = (uint32_t)i;
        qsort(chunks, n, sizeof *chunks, by_offset);
        for (size_t i = 0; i < n; i++)
            numbers[chunks[i].first_range] = (uint32_t)i;
        for (size_t i = 0; i < index->ranges.n; i++)
            index->ranges.items[i].type = (reel_time_type)numbers[(uint32_t)index->ranges.items[i].type];
        for (size_t i = 0; i < index->details.n; i++)
            index->details.items[i].chunk = numbers[index->details.items[i].chunk];
        reel__release(numbers);
    }
    for (size_t i = 1; i < n; i++)
        if (chunks[i].offset - chunks[i - 1].offset < chunks[i - 1].size)
            return reel__fail(REEL_E_FORMAT, "two chunks overlap: %llu bytes at %llu, and one at %llu", (unsigned long long)chunks[i - 1].size, (unsigned long long)chunks[i - 1].offset,
                              (unsigned long long)chunks[i].offset);
    return REEL_OK;
}

static int by_timeline(const void *a, const void *b) { return strcmp(((const reel_index_range *)a)->timeline, ((const reel_index_range *)b)->timeline); }

/* Ranges to their chunks' places, by name within each. They change places with one another, so that no memory is needed for a second array: a chunk's first_range counts those that are where
 * they belong. */
static void place_ranges(reel_index *index) {
    reel__index_chunk *chunks = index->chunks.items;
    reel_index_range *ranges = index->ranges.items;
    uint32_t end = 0;
    for (size_t i = 0; i < index->chunks.n; end += chunks[i++].n_ranges)
        chunks[i].first_range = end;
    end = 0;
    for (size_t i = 0; i < index->chunks.n; i++) {
        reel__index_chunk *chunk = &chunks[i];
        for (end += chunk->n_ranges; chunk->first_range < end;) {
            uint32_t from = chunk->first_range;
            reel_index_range range = ranges[from], *to = &ranges[chunks[(uint32_t)range.type].first_range++];
            ranges[from] = *to;
            *to = range;
        }
        chunk->first_range -= chunk->n_ranges;
        reel_index_range *own = ranges + chunk->first_range;
        for (uint32_t k = 0; k < chunk->n_ranges; k++) {
            const reel__index_timeline *timeline = &index->timelines.items[(uintptr_t)own[k].timeline];
            own[k].timeline = timeline->name;
            own[k].type = timeline->type;
        }
        if (chunk->n_ranges > 1)
            qsort(own, chunk->n_ranges, sizeof *own, by_timeline);
    }
}

static int by_cell(const void *a, const void *b) {
    const reel__index_detail *x = a, *y = b;
    int order = (x->chunk > y->chunk) - (x->chunk < y->chunk);
    if (!order)
        order = (x->timeline > y->timeline) - (x->timeline < y->timeline);
    return order ? order : (x->component > y->component) - (x->component < y->component);
}

/* In the order of their first chunks; those without go. */
static reel_status place_stores(reel_index *index) {
    size_t n = index->stores.n, n_placed = 0;
    reel_index_store_info *placed = reel__alloc_array(n, sizeof *placed);
    uint32_t *numbers = reel__alloc_array(n, sizeof *numbers); /* and one more */
    for (size_t i = 0; placed && numbers && i < index->chunks.n; i++) {
        uint32_t *store = &index->chunks.items[i].store;
        if (!numbers[*store]) {
            placed[n_placed++] = index->stores.items[*store];
            index->stores.items[*store].application_id = NULL;
            numbers[*store] = (uint32_t)n_placed;
        }
        *store = numbers[*store] - 1;
        placed[*store].n_chunks++;
    }
    bool ok = placed && numbers;
    reel__release(numbers);
    if (!ok) {
        reel__release(placed);
        return no_memory(index);
    }
    for (size_t i = 0; i < n; i++)
        reel__release((void *)index->stores.items[i].application_id);
    reel__release(index->stores.items);
    index->stores.items = placed;
    index->stores.n = n_placed;
    index->stores.capacity = n;
    return REEL_OK;
}

reel_status reel__index_end(reel_index *index) {
    REEL__TRY(sort_chunks(index));
    place_ranges(index);
    if (index->details.n)
        qsort(index->details.items, index->details.n, sizeof *index->details.items, by_cell);
    REEL__TRY(place_stores(index));
    reel__map_free(&index->set_steps);
    reel__map_free(&index->names);
    return REEL_OK;
}

/* ---- what it says */

bool reel__index_range(const reel_index *index, const reel__index_chunk *chunk, uint32_t timeline, uint32_t component, int64_t *min, int64_t *max, uint64_t *n_rows) {
    const reel__index_detail key = {.chunk = (uint32_t)(chunk - index->chunks.items), .timeline = timeline, .component = component};
    const reel__index_detail *d = index->details.n && component != UINT32_MAX ? bsearch(&key, index->details.items, index->details.n, sizeof key, by_cell) : NULL;
    if (d) {
        *min = d->min;
        *max = d->max;
        *n_rows = d->n_rows;
        return d->n_rows != 0;
    }
    const reel__index_timeline *t = &index->timelines.items[timeline];
    for (uint32_t i = 0; i < chunk->n_ranges; i++) {
        const reel_index_range *r = &index->ranges.items[chunk->first_range + i];
        if (r->timeline == t->name) {
            *min = r->min;
            *max = r->max;
            *n_rows = chunk->n_rows;
            return true;
        }
    }
    return false;
}

size_t reel_index_stores(const reel_index *index) { return index ? index->stores.n : 0; }
const reel_index_store_info *reel_index_store(const reel_index *index, size_t store) { return store < reel_index_stores(index) ? &index->stores.items[store] : NULL; }
size_t reel_index_size(const reel_index *index) { return index ? index->chunks.n : 0; }

reel_status reel_index_at(const reel_index *index, size_t chunk, reel_index_entry *entry) {
    if (!entry || chunk >= reel_index_size(index))
        return reel__fail(REEL_E_ARGUMENT, "chunk %zu of an index of %zu", chunk, reel_index_size(index));
    const reel__index_chunk *c = &index->chunks.items[chunk];
    *entry = (reel_index_entry){c->store, index->entities.items[c->entity], c->id, c->is_static, c->n_rows, c->offset, c->size, c->unpacked_size, index->ranges.items + c->first_range, c->n_ranges};
    return REEL_OK;
}
