/* Row ids and chunk ids that stand twice in a store, found in bounded memory (spill_sort.h).
 *
 * A row may be spread over several chunks of one entity, each with other components: that is one row still, and no duplicate. */
#ifndef REEL_CLI_ID_CHECK_H
#define REEL_CLI_ID_CHECK_H

#include "spill_sort.h"
#include "text_map.h"

#include <reel/read.h>

typedef struct cli_id_check {
    cli_sorter *sorter, *found;
    cli_map sets; /* an entity and the names of its components, NUL behind each */
} cli_id_check;

typedef struct cli_duplicate {
    bool is_chunk_id;
    uint8_t id[16];              /* the first one */
    uint64_t n;                  /* how many row ids these two chunks have in common */
    uint64_t offset_a, offset_b; /* equal: it stands twice in one chunk */
    const char *entity_a, *entity_b;
} cli_duplicate;

bool cli_id_check_begin(cli_id_check *check); /* false: memory is out */
/* store: any number that tells stores apart, below 2^31. False: errno says why. */
bool cli_id_check_add(cli_id_check *check, uint32_t store, uint64_t offset, const reel_chunk *chunk);
/* Calls `tell` for each pair of chunks that have ids in common, in their order; of those that have the same chunk id only for that. False: errno says why. */
bool cli_id_check_end(cli_id_check *check, void (*tell)(void *user, const cli_duplicate *duplicate), void *user);
void cli_id_check_free(cli_id_check *check);

#endif
