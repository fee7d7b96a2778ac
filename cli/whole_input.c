#define _POSIX_C_SOURCE 200809L
#include "whole_input.h"
#include "stop.h"
#include "temporary_file.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool keep_note(cli_whole *whole, const reel_read_message *message) {
    cli_note *notes = whole->n_notes & (whole->n_notes - 1) ? whole->notes : realloc(whole->notes, (whole->n_notes ? 2 * whole->n_notes : 1) * sizeof *notes);
    size_t sizes[2] = { strlen(message->application_id) + 1, strlen(message->recording_id) + 1 };
    if (notes) whole->notes = notes;
    char *block = notes ? malloc(sizes[0] + sizes[1] + message->size) : NULL;
    if (!block) return false;
    cli_note *note = &notes[whole->n_notes++];
    *note = (cli_note) { *message, block };
    note->message.application_id = memcpy(block, message->application_id, sizes[0]);
    note->message.recording_id = memcpy(block + sizes[0], message->recording_id, sizes[1]);
    note->message.data = memcpy(block + sizes[0] + sizes[1], message->data, message->size);
    note->message.store_source = "";
    return true;
}

/* Whether the index has just this chunk in this place: a footer may have been left behind by another tool. */
static bool leads_to(const reel_index *index, size_t number, const reel_read_message *message) {
    reel_index_entry entry;
    return reel_index_at(index, number, &entry) == REEL_OK && entry.offset == message->offset && entry.size == message->size &&
           (!message->has_chunk_id || memcmp(entry.chunk_id, message->chunk_id, sizeof message->chunk_id) == 0);
}

/* Looks at all messages but not into their chunks. *agrees: the index has all of them. */
static bool read_notes(cli_whole *whole, cli_reshape *job, bool *agrees) {
    const reel_read_message *message;
    size_t n_chunks = 0;
    *agrees = true;
    while ((message = cli_recording_next(&whole->in)) != NULL) {
        if (message->kind == REEL_MESSAGE_CHUNK) {
            *agrees = *agrees && whole->index && leads_to(whole->index, n_chunks, message);
            n_chunks++;
        } else if (!message->kind) {
            job->left_out++;
        } else if (!keep_note(whole, message)) {
            cli_reshape_fail(job, "%s: no memory for its stores", whole->in.name);
            return false;
        }
    }
    *agrees = *agrees && whole->index && n_chunks == reel_index_size(whole->index);
    if (whole->in.has_failed) job->has_failed = true;
    return !job->has_failed;
}

/* ---- events. A first look that has no good footer to go by is followed by a second one at everything, which tells the same again, and more. */

typedef struct telling {
    cli_whole *whole;
    cli_reshape *job;
} telling;

static void tell_nothing(void *user, const reel_read_event *event) {
    (void)user;
    (void)event;
}

static void tell(void *user, const reel_read_event *event) {
    const telling *t = user;
    fprintf(stderr, "reel %s: %s: at byte %" PRIu64 ": %s%s\n", t->job->command, t->whole->in.name, event->offset, event->status == REEL_OK ? "warning: " : "",
            event->message);
    if (event->status == REEL_OK) return;
    t->job->damaged++;
    t->job->bytes_lost += event->size;
}

bool cli_whole_scan(cli_whole *whole, cli_reshape *job) {
    telling t = { whole, job };
    reel_read_stats stats = cli_recording_stats(&whole->in);
    reel_index_free(whole->index);
    whole->index = NULL;
    whole->in.options = (cli_recording_options) { .on_event = tell, .on_event_user = &t };
    reel_status status = reel_read_index(whole->in.reader, REEL_INDEX_SCAN, &whole->index);
    whole->in.options = (cli_recording_options) { .on_event = tell_nothing };
    if (status != REEL_OK) {
        cli_recording_say_error(&whole->in);
        job->has_failed = true;
    }
    if (!whole->is_counted) {
        job->inputs++;
        job->bytes_in += stats.bytes;
        job->chunks_in += stats.chunks;
        whole->is_counted = true;
    }
    return !job->has_failed;
}

/* Pipes are copied: an index leads to and fro. */
static const char *path_of(cli_whole *whole, cli_reshape *job, const char *path) {
    struct stat info;
    bool is_input = strcmp(path, "-") == 0;
    int error = is_input ? fstat(STDIN_FILENO, &info) : stat(path, &info);
    if ((error && !is_input) || (!error && (S_ISREG(info.st_mode) || S_ISDIR(info.st_mode)))) return path;
    int fd = is_input ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
    whole->copy = fd < 0 ? -1 : cli_temporary_copy(fd);
    if (whole->copy < 0)
        cli_reshape_fail(job, "%s cannot be copied to a temporary file: %s (TMPDIR says where)", is_input ? "standard input" : path, strerror(errno));
    if (fd >= 0 && !is_input) close(fd);
    if (whole->copy < 0) return NULL;
    snprintf(whole->path, sizeof whole->path, "/dev/fd/%d", whole->copy);
    return whole->path;
}

bool cli_whole_open(cli_whole *whole, cli_reshape *job, const char *path) {
    bool agrees;
    *whole = (cli_whole) { .copy = -1 };
    const char *opened = path_of(whole, job, path);
    if (!opened || !cli_recording_open(&whole->in, job->command, opened, NULL)) {
        job->has_failed = true;
        return false;
    }
    if (opened != path) whole->in.name = strcmp(path, "-") == 0 ? "standard input" : path;
    reel_status status = reel_read_index(whole->in.reader, REEL_INDEX_FOOTER, &whole->index);
    if (status != REEL_OK) {
        whole->index = NULL;
        whole->in.options.on_event = tell_nothing;
    }
    if (status == REEL_E_UNSUPPORTED) cli_reshape_fail(job, "%s: %s", whole->in.name, whole->in.size ? reel_error_message() : "it is empty");
    if (job->has_failed || !read_notes(whole, job, &agrees)) return false;
    if (cli_stop_requested()) return false;
    if (!agrees) return cli_whole_scan(whole, job);
    cli_reshape_count(job, &whole->in);
    whole->is_counted = true;
    return true;
}

reel_chunk *cli_whole_chunk(const cli_whole *whole, cli_reshape *job, size_t number) {
    reel_chunk *chunk = NULL;
    reel_index_entry entry;
    reel_status status = reel_index_chunk(whole->index, number, &chunk);
    if (status == REEL_OK) return chunk;
    if (status == REEL_E_NO_MEMORY || reel_index_at(whole->index, number, &entry) != REEL_OK)
        cli_reshape_fail_with(job, whole->in.name);
    else
        cli_reshape_lost(job, whole->in.name, entry.offset, entry.size);
    return NULL;
}

void cli_whole_close(cli_whole *whole) {
    reel_index_free(whole->index);
    cli_recording_close(&whole->in);
    for (size_t i = 0; i < whole->n_notes; i++) free(whole->notes[i].block);
    free(whole->notes);
    if (whole->copy >= 0) close(whole->copy);
    *whole = (cli_whole) { .copy = -1 };
}
