/* Records sorted by their bytes, in bounded memory: what does not fit is sorted in pieces that wait in a file without a name, and are merged at the end. */
#ifndef REEL_CLI_SPILL_SORT_H
#define REEL_CLI_SPILL_SORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct cli_sorter cli_sorter;

/* bytes_max: about as much memory as may be taken. NULL: memory is out. */
cli_sorter *cli_sorter_new(size_t bytes_max);
/* Copied. Records are compared as memcmp does, a shorter one before those it begins; equal ones stay in their order. False: errno says why; nothing more may be
 * added. */
bool cli_sorter_add(cli_sorter *sorter, const void *record, size_t size);
/* Once all are added, the records in order. Each lives until the next call. */
typedef enum cli_sorted { CLI_SORTED_END, CLI_SORTED_RECORD, CLI_SORTED_FAILED } cli_sorted;
cli_sorted cli_sorter_next(cli_sorter *sorter, const uint8_t **record, size_t *size);
void cli_sorter_free(cli_sorter *sorter); /* NULL is allowed */

#endif
