#include "map.h"

#include "alloc.h"

#include <string.h>
#include <xxhash.h>

/* Open addressing with linear probing, at most 3/4 full. */

uint64_t reel__hash(const void *data, size_t size) { return XXH3_64bits(data, size); }

void reel__map_free(reel__map *m) {
    for (size_t i = 0; i < m->capacity; i++)
        if (m->entries[i].value)
            reel__release((void *)m->entries[i].key);
    reel__release(m->entries);
    memset(m, 0, sizeof *m);
}

static size_t find(const reel__map *m, uint64_t hash, const void *key, size_t key_size) {
    size_t mask = m->capacity - 1, i = hash & mask;
    while (m->entries[i].value && !(m->entries[i].hash == hash && m->entries[i].key_size == key_size && !memcmp(m->entries[i].key, key, key_size)))
        i = (i + 1) & mask;
    return i;
}

void *reel__map_get(const reel__map *m, const void *key, size_t key_size) {
    return m->n ? m->entries[find(m, reel__hash(key, key_size), key, key_size)].value : NULL;
}

static reel_status grow(reel__map *m) {
    size_t capacity = m->capacity ? 2 * m->capacity : 16;
    reel__map_entry *entries = reel__alloc_array(capacity, sizeof *entries);
    if (!entries)
        return REEL_E_NO_MEMORY;
    for (size_t i = 0; i < m->capacity; i++) {
        if (!m->entries[i].value)
            continue;
        size_t at = m->entries[i].hash & (capacity - 1);
        while (entries[at].value)
            at = (at + 1) & (capacity - 1);
        entries[at] = m->entries[i];
    }
    reel__release(m->entries);
    m->entries = entries;
    m->capacity = capacity;
    return REEL_OK;
}

reel_status reel__map_put(reel__map *m, const void *key, size_t key_size, void *value) {
    if ((m->n + 1) * 4 > m->capacity * 3 && grow(m) != REEL_OK)
        return REEL_E_NO_MEMORY;
    uint64_t hash = reel__hash(key, key_size);
    reel__map_entry *e = &m->entries[find(m, hash, key, key_size)];
    if (!e->value) {
        void *copy = reel__copy_text(key, key_size);
        if (!copy)
            return REEL_E_NO_MEMORY;
        *e = (reel__map_entry){hash, copy, key_size, NULL};
        m->n++;
    }
    e->value = value;
    return REEL_OK;
}

void *reel__map_remove(reel__map *m, const void *key, size_t key_size) {
    if (!m->n)
        return NULL;
    size_t mask = m->capacity - 1, hole = find(m, reel__hash(key, key_size), key, key_size);
    void *value = m->entries[hole].value;
    if (!value)
        return NULL;
    reel__release((void *)m->entries[hole].key);
    /* Whatever stands behind the hole because its own place was taken moves up. */
    for (size_t i = (hole + 1) & mask; m->entries[i].value; i = (i + 1) & mask)
        if (((i - m->entries[i].hash) & mask) >= ((i - hole) & mask)) {
            m->entries[hole] = m->entries[i];
            hole = i;
        }
    m->entries[hole] = (reel__map_entry){0};
    m->n--;
    return value;
}

const reel__map_entry *reel__map_next(const reel__map *m, size_t *at) {
    while (*at < m->capacity)
        if (m->entries[(*at)++].value)
            return &m->entries[*at - 1];
    return NULL;
}
