/* Numbers for hashes: what takes a few bytes for each of very many. Hashes are taken for what they were made of: of a million, two are equal once in 10^7
 * cases. */
#ifndef REEL_CLI_HASH_MAP_H
#define REEL_CLI_HASH_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Zero-initialise; free with cli_hash_map_free. */
typedef struct cli_hash_map {
    struct cli_hash_slot *slots;
    size_t n, n_slots;
} cli_hash_map;

/* The value that was first given for this hash: `value` if none was, and *is_new. NULL: memory is out. */
const uint64_t *cli_hash_map_add(cli_hash_map *map, uint64_t hash, uint64_t value, bool *is_new);
void cli_hash_map_free(cli_hash_map *map);

#endif
