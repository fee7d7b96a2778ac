/* A recording that is read in any order: what it says beside its chunks, and an index of these. Standard input that is a pipe is copied to a file without a
 * name first. */
#ifndef REEL_CLI_WHOLE_INPUT_H
#define REEL_CLI_WHOLE_INPUT_H

#include "reshape.h"

/* A store info or an activation, as it stands. */
typedef struct cli_note {
    reel_read_message message;
    char *block; /* its bytes and texts */
} cli_note;

typedef struct cli_whole {
    cli_recording in;
    int copy; /* of standard input; -1: none */
    reel_index *index;
    cli_note *notes;
    size_t n_notes;
    bool is_counted;
    char path[32];
} cli_whole;

/* Reads everything but the chunks' values, and counts what was lost in the job. False: it was said, and the job has failed. To be closed either way. */
bool cli_whole_open(cli_whole *whole, cli_reshape *job, const char *path);
/* A chunk; NULL if it is damaged, which is said and counted. */
reel_chunk *cli_whole_chunk(const cli_whole *whole, cli_reshape *job, size_t number);
/* Makes the index anew, by a look at all chunks: what is damaged is then not in it. It is said and counted. */
bool cli_whole_scan(cli_whole *whole, cli_reshape *job);
void cli_whole_close(cli_whole *whole);

#endif
