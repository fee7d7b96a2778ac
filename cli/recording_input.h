/* Recordings that a command reads: files, and "-" for standard input. Opening, a progress bar, and what was wrong with the bytes on standard error. */
#ifndef REEL_CLI_RECORDING_INPUT_H
#define REEL_CLI_RECORDING_INPUT_H

#include "progress.h"

#include <reel/read.h>

/* The FILE arguments of a command, in their order. */
typedef struct cli_paths {
    const char **items; /* not copied */
    size_t n, capacity;
} cli_paths;
/* False after having said what is wrong: memory is out, or "-" for the second time. */
bool cli_paths_add(cli_paths *paths, const char *command, const char *path);
void cli_paths_free(cli_paths *paths);
/* The exit code of a command that does this with each of them, until Ctrl-C asks for a stop; that there are none is said. `visit` returns CLI_OK or CLI_FAILED. */
int cli_paths_each(const cli_paths *paths, const char *command, int (*visit)(void *user, const char *path), void *user);
/* Whether `output` is the same file as one of them, which is then said: it would be destroyed while it is read. "-" is none. */
bool cli_paths_have(const cli_paths *paths, const char *command, const char *output);

/* How an input is opened. Zero-initialised: damage is said on standard error, and passed over as far as the framing goes. */
typedef struct cli_recording_options {
    bool resynchronise, is_strict;
    bool wants_file; /* a pipe is copied to a file without a name first */
    bool stop_at_damage;
    reel_read_event_fn on_event; /* called instead of saying it; the bar is off the line by then */
    void *on_event_user;
} cli_recording_options;

typedef struct cli_recording {
    const char *command; /* "info" */
    const char *path;    /* as given */
    const char *name;    /* for people: the path, or "standard input" */
    reel_reader *reader;
    uint64_t size; /* of a regular file; 0: unknown */
    int copy;      /* of a pipe: its descriptor and one; 0: there is none */
    cli_progress progress;
    cli_recording_options options;
    bool has_failed; /* something was read no further than here; it was said */
} cli_recording;

/* False after having said why on standard error. */
bool cli_recording_open(cli_recording *in, const char *command, const char *path, const cli_recording_options *options);
/* The next message; NULL at the end, after a failure (has_failed), or when a stop was asked for (stop.h). Shows progress. */
const reel_read_message *cli_recording_next(cli_recording *in);
/* The message's chunk; NULL if it is damaged, which was told as an event, or memory is out (has_failed). */
reel_chunk *cli_recording_chunk(cli_recording *in, const reel_read_message *message);
reel_read_stats cli_recording_stats(const cli_recording *in);
/* Says the newest error of the library with the recording's name before it. */
void cli_recording_say_error(cli_recording *in);
void cli_recording_close(cli_recording *in); /* may be called again */

/* Whether no row id of the chunk is smaller than the one before it. */
bool cli_has_sorted_ids(const reel_chunk *chunk);
/* "recording", "blueprint" or "store". */
const char *cli_store_kind_name(reel_store_kind kind);
/* Whether it is one of those that every row has by itself: log_time and log_tick. */
bool cli_timeline_is_of_the_log(const char *timeline);

#endif
