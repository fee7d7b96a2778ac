/* Messages and chunks as lines of text or JSON. */
#ifndef REEL_CLI_PRINT_CHUNK_H
#define REEL_CLI_PRINT_CHUNK_H

#include "text_buffer.h"
#include "value_text.h"

#include <reel/read.h>

typedef struct cli_print_style {
    bool is_json;
    int detail;        /* 0: a line per message; 1: columns too; 2: values too */
    int64_t items_max; /* of a list that are shown; 0: all */
    int64_t width_max; /* of a table's column; 0: no bound */
} cli_print_style;

/* Prints to standard output. name: of the file. chunk is NULL if the message has none, or a damaged one. False: memory is out. */
bool cli_print_message(const cli_print_style *style, const char *name, const reel_read_message *message, const reel_chunk *chunk);

/* A chunk's columns as exported, to be released with cli_batch_release. */
typedef struct cli_batch {
    struct ArrowSchema schema;
    struct ArrowArray array;
    int64_t first_component; /* the column of component 0 */
} cli_batch;
bool cli_batch_of(cli_batch *batch, const reel_chunk *chunk); /* false: memory is out */
void cli_batch_release(cli_batch *batch);
/* Appends what a component has in a row; *is_set is false if it was not logged there. */
bool cli_batch_append(cli_text *out, const cli_value_style *style, const cli_batch *batch, size_t component, size_t row, bool *is_set);

#endif
