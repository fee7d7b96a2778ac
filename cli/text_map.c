#include "text_map.h"

#include <stdlib.h>
#include <string.h>

struct cli_map_key {
    char *bytes;
    uint32_t size, hash;
};

/* Keys stand one behind another in blocks, the newest first. */
struct cli_map_block {
    struct cli_map_block *next;
    size_t used, size;
    char bytes[];
};
enum { BLOCK_SIZE = 1 << 15 };

static uint32_t hash_of(const void *key, size_t size) {
    const unsigned char *p = key;
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    for (size_t i = 0; i < size; i++) hash = (hash ^ p[i]) * UINT64_C(0x100000001b3);
    return (uint32_t)(hash ^ hash >> 29);
}

/* Where the key stands, or the empty slot where it would. */
static size_t slot_of(const cli_map *map, const void *key, size_t size, uint32_t hash) {
    size_t at = hash & (map->n_slots - 1);
    for (; map->slots[at]; at = (at + 1) & (map->n_slots - 1)) {
        const struct cli_map_key *k = &map->keys[map->slots[at] - 1];
        if (k->hash == hash && k->size == size && memcmp(k->bytes, key, size) == 0) break;
    }
    return at;
}

static bool grow(cli_map *map) {
    if (map->n == map->capacity) {
        size_t capacity = map->capacity ? 2 * map->capacity : 64;
        struct cli_map_key *keys = realloc(map->keys, capacity * sizeof *keys);
        if (!keys) return false;
        map->keys = keys;
        map->capacity = capacity;
    }
    if (2 * (map->n + 1) <= map->n_slots) return true;
    size_t n_slots = map->n_slots ? 2 * map->n_slots : 128;
    uint32_t *slots = n_slots > UINT32_MAX ? NULL : calloc(n_slots, sizeof *slots);
    if (!slots) return false;
    free(map->slots);
    map->slots = slots;
    map->n_slots = n_slots;
    for (size_t i = 0; i < map->n; i++) {
        size_t at = map->keys[i].hash & (n_slots - 1);
        while (slots[at]) at = (at + 1) & (n_slots - 1);
        slots[at] = (uint32_t)i + 1;
    }
    return true;
}

bool cli_map_find(const cli_map *map, const void *key, size_t size, size_t *number) {
    if (!map->n) return false;
    size_t at = slot_of(map, key, size, hash_of(key, size));
    if (!map->slots[at]) return false;
    *number = map->slots[at] - 1;
    return true;
}

/* A copy with a NUL behind it; NULL: memory is out. */
static char *keep(cli_map *map, const void *key, size_t size) {
    struct cli_map_block *block = map->blocks;
    if (!block || block->size - block->used <= size) {
        size_t room = size < BLOCK_SIZE ? BLOCK_SIZE : size + 1;
        block = size > UINT32_MAX - 1 ? NULL : malloc(sizeof *block + room);
        if (!block) return NULL;
        *block = (struct cli_map_block) { map->blocks, 0, room };
        map->blocks = block;
    }
    char *bytes = block->bytes + block->used;
    if (size) memcpy(bytes, key, size);
    bytes[size] = 0;
    block->used += size + 1;
    return bytes;
}

bool cli_map_add(cli_map *map, const void *key, size_t size, size_t *number, bool *is_new) {
    uint32_t hash = hash_of(key, size);
    *is_new = false;
    if (cli_map_find(map, key, size, number)) return true;
    if (!grow(map)) return false;
    char *bytes = keep(map, key, size);
    if (!bytes) return false;
    map->slots[slot_of(map, key, size, hash)] = (uint32_t)map->n + 1;
    map->keys[map->n] = (struct cli_map_key) { bytes, (uint32_t)size, hash };
    *number = map->n++;
    *is_new = true;
    return true;
}

const char *cli_map_key(const cli_map *map, size_t number, size_t *size) {
    if (size) *size = map->keys[number].size;
    return map->keys[number].bytes;
}

void cli_map_free(cli_map *map) {
    while (map->blocks) {
        struct cli_map_block *next = map->blocks->next;
        free(map->blocks);
        map->blocks = next;
    }
    free(map->keys);
    free(map->slots);
    *map = (cli_map) { 0 };
}
