/* What recordings hold in a form that depends on nothing else: for diff.
 *
 * A line for each value that a component has in a row, by store, entity, component, times, and the order of logging where times are equal. No ids, no log_time,
 * no start time; it does not show how rows were cut into chunks. Before the first value of a component stands a line that tells its type. */
#ifndef REEL_CLI_PRINT_STABLE_H
#define REEL_CLI_PRINT_STABLE_H

#include "print_chunk.h"
#include "spill_sort.h"
#include "text_map.h"

typedef struct cli_stable {
    const cli_print_style *style;
    cli_sorter *sorter;
    cli_map types; /* lines of types that were added */
    cli_text record;
} cli_stable;

bool cli_stable_begin(cli_stable *stable, const cli_print_style *style); /* false: memory is out */
/* Both: errno says why. */
bool cli_stable_add(cli_stable *stable, const reel_read_message *message, const reel_chunk *chunk);
bool cli_stable_print(cli_stable *stable);
void cli_stable_free(cli_stable *stable);

#endif
