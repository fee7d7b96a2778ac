/* Numbers of texts: which keys were seen, and in what order they came. */
#ifndef REEL_CLI_TEXT_MAP_H
#define REEL_CLI_TEXT_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Zero-initialise; free with cli_map_free. */
typedef struct cli_map {
    struct cli_map_key *keys; /* in the order in which they came */
    size_t n, capacity;
    uint32_t *slots; /* a key's number and one; 0: empty */
    size_t n_slots;
    struct cli_map_block *blocks;
} cli_map;

/* The number of a key: 0 for the first that was added. *is_new if it was added now. False: memory is out. */
bool cli_map_add(cli_map *map, const void *key, size_t size, size_t *number, bool *is_new);
/* The same without adding: false if it is not there. */
bool cli_map_find(const cli_map *map, const void *key, size_t size, size_t *number);
/* The key with a NUL behind it. */
const char *cli_map_key(const cli_map *map, size_t number, size_t *size);
void cli_map_free(cli_map *map);

#endif
