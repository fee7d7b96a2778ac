/* What the commands that read recordings and write others have in common: where the output goes, what was read and lost, and the summary at the end. */
#ifndef REEL_CLI_RESHAPE_H
#define REEL_CLI_RESHAPE_H

#include "chunk_queue.h"
#include "recording_input.h"
#include "text_buffer.h"
#include "text_map.h"

#include <stdbool.h>
#include <stdint.h>

typedef struct cli_reshape {
    const char *command;
    const char *output; /* "-": standard output */
    bool is_json;
    reel_writer *writer; /* while one is open */
    cli_queue *queue;    /* chunks on their way to it */
    uint64_t inputs, bytes_in, chunks_in, chunks_out;
    uint64_t damaged, bytes_lost; /* places where something could not be read */
    uint64_t left_out;            /* messages of kinds that are not known */
    bool has_failed;              /* it was said; the output is not finished */
    int64_t began_ns;
} cli_reshape;

/* Says it on standard error, with the command's name in front, and notes that the job has failed. */
void cli_reshape_fail(cli_reshape *job, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* The library's newest error, of what was done with `what` (NULL: the message names it). */
void cli_reshape_fail_with(cli_reshape *job, const char *what);

/* False after a failure. A terminal is not written to. */
bool cli_reshape_open(cli_reshape *job, const char *path);
/* The chunk is taken over, and encoded while the next ones are read. */
void cli_reshape_put_chunk(cli_reshape *job, const reel_store_id *store, reel_chunk *chunk);
/* Old writers left the chunk's id out of the message. Where there is a footer official readers need it: then the chunk is written again. */
bool cli_reshape_lacks_id(const reel_read_message *message);
/* A message as it stands, unless it lacks its id; the chunk that was read from it (NULL: there is none). */
void cli_reshape_put_message(cli_reshape *job, const reel_read_message *message, const reel_chunk *chunk);
void cli_reshape_put_activation(cli_reshape *job, const reel_store_id *store, bool make_active, bool make_default);
/* Finishes the output, or gives it up if the job has failed or a stop was asked for. */
void cli_reshape_close(cli_reshape *job);
/* The number of a store in a list of them (text_map.h). False after having said that memory is out. */
bool cli_reshape_number_store(cli_reshape *job, cli_map *map, const reel_store_id *id, size_t *number, bool *is_new);
/* Adds what the reader of an input has read and lost, before the input is closed. */
void cli_reshape_count(cli_reshape *job, const cli_recording *in);
/* A chunk was lost that an index led to. */
void cli_reshape_lost(cli_reshape *job, const char *name, uint64_t offset, uint64_t size);

/* The exit code: 0, 1 after a failure, 3 when something was lost. What was lost is said; with is_json a summary is printed: its members, and more if `more` is
 * not NULL ("\"a\":1"). */
int cli_reshape_end(cli_reshape *job, const cli_text *more);

#endif
