/* Rows of two recordings, held against each other. */
#ifndef REEL_CLI_COMPARE_ROWS_H
#define REEL_CLI_COMPARE_ROWS_H

#include "name_list.h"
#include "text_buffer.h"
#include "value_hash.h"

#include <reel/read.h>

/* A row: who it is, what is in it (times, components, values), and where it stands. */
typedef struct cli_row {
    uint8_t id[16];
    cli_hash hash; /* of all that is compared but the id */
    bool is_static;
    uint32_t chunk, row;
} cli_row;

typedef struct cli_row_rules {
    cli_names ignored; /* timelines */
} cli_row_rules;

/* Calls `each` for each row of a chunk. False: memory is out, or `each` said so. */
typedef bool (*cli_row_fn)(void *user, const cli_row *row);
bool cli_rows_hash(const reel_chunk *chunk, uint32_t number, const cli_row_rules *rules, cli_row_fn each, void *user);

/* How a row of one chunk differs from a row of another, in words: "frame: 3 and 4", "Scalars:scalars: [1] and [2]". Texts of several differences are separated
 * by "; ". */
bool cli_rows_tell(cli_text *out, const reel_chunk *a, size_t row_a, const reel_chunk *b, size_t row_b, const cli_row_rules *rules);
/* The times of a row: "frame 3, log_time 2024-05-01T12:30:00Z"; "static". */
bool cli_row_times(cli_text *out, const reel_chunk *chunk, size_t row);

#endif
