/* Which chunks were seen, by store and id. A large set lies in a file without a name that is mapped, so that it takes pages of the file cache, which the system
 * can write back, instead of memory. */
#ifndef REEL_CLI_CHUNK_SET_H
#define REEL_CLI_CHUNK_SET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Zero-initialise; free with cli_chunk_set_free. */
typedef struct cli_chunk_set {
    struct cli_chunk_slot *slots;
    size_t n, n_slots;
    int fd; /* of its file, if is_mapped */
    bool is_mapped;
} cli_chunk_set;

/* False: there is no room for it, in memory or in the file (errno says why). *is_new: it was not in the set. */
bool cli_chunk_set_add(cli_chunk_set *set, uint32_t store, const uint8_t id[16], bool *is_new);
void cli_chunk_set_free(cli_chunk_set *set);

#endif
