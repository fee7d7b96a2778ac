/* A hash map from bytes to a pointer. Keys are copied. Not thread-safe. */
#ifndef REEL_BASE_MAP_H
#define REEL_BASE_MAP_H

#include <reel/base.h>

typedef struct reel__map_entry {
    uint64_t hash;
    const void *key;
    size_t key_size;
    void *value; /* NULL: the slot is empty */
} reel__map_entry;

typedef struct reel__map {
    reel__map_entry *entries;
    size_t n, capacity; /* capacity: 0 or a power of two */
} reel__map;

uint64_t reel__hash(const void *data, size_t size);
void reel__map_free(reel__map *m); /* keys too; not the values */
void *reel__map_get(const reel__map *m, const void *key, size_t key_size);
/* value is not NULL. REEL_E_NO_MEMORY leaves the map as it was. Replaces. */
reel_status reel__map_put(reel__map *m, const void *key, size_t key_size, void *value);
/* The key is forgotten; its value, or NULL if there is none, is the caller's. */
void *reel__map_remove(reel__map *m, const void *key, size_t key_size);
/* Iterates: start with *at = 0; NULL at the end. Do not change the map meanwhile. */
const reel__map_entry *reel__map_next(const reel__map *m, size_t *at);

#endif
