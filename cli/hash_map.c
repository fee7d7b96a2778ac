#include "hash_map.h"

#include <stdlib.h>

/* Open addressing with linear probing, at most 3/4 full. 0 stands for an empty slot. */
struct cli_hash_slot {
    uint64_t hash, value;
};

static struct cli_hash_slot *find(struct cli_hash_slot *slots, size_t n_slots, uint64_t hash) {
    size_t at = (size_t)hash & (n_slots - 1);
    while (slots[at].hash && slots[at].hash != hash) at = (at + 1) & (n_slots - 1);
    return &slots[at];
}

static bool grow(cli_hash_map *map) {
    size_t n_slots = map->n_slots ? 2 * map->n_slots : 64;
    struct cli_hash_slot *slots = calloc(n_slots, sizeof *slots);
    if (!slots) return false;
    for (size_t i = 0; i < map->n_slots; i++)
        if (map->slots[i].hash) *find(slots, n_slots, map->slots[i].hash) = map->slots[i];
    free(map->slots);
    map->slots = slots;
    map->n_slots = n_slots;
    return true;
}

const uint64_t *cli_hash_map_add(cli_hash_map *map, uint64_t hash, uint64_t value, bool *is_new) {
    if (!hash) hash = 1;
    if (map->n >= map->n_slots / 4 * 3 && !grow(map)) return NULL;
    struct cli_hash_slot *slot = find(map->slots, map->n_slots, hash);
    *is_new = !slot->hash;
    if (*is_new) {
        *slot = (struct cli_hash_slot) { hash, value };
        map->n++;
    }
    return &slot->value;
}

void cli_hash_map_free(cli_hash_map *map) {
    free(map->slots);
    *map = (cli_hash_map) { 0 };
}
