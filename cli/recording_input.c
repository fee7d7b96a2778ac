#define _POSIX_C_SOURCE 200809L
#include "recording_input.h"
#include "commands.h"
#include "input_list.h"
#include "stop.h"
#include "temporary_file.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

bool cli_paths_add(cli_paths *paths, const char *command, const char *path) {
    for (size_t i = 0; strcmp(path, "-") == 0 && i < paths->n; i++) {
        if (strcmp(paths->items[i], "-") == 0) {
            fprintf(stderr, "reel %s: standard input (-) can be read only once\n", command);
            return false;
        }
    }
    if (paths->n == paths->capacity) {
        size_t capacity = paths->capacity ? 2 * paths->capacity : 16;
        const char **items = realloc(paths->items, capacity * sizeof *items);
        if (!items) {
            fprintf(stderr, "reel %s: no memory\n", command);
            return false;
        }
        paths->items = items;
        paths->capacity = capacity;
    }
    paths->items[paths->n++] = path;
    return true;
}

void cli_paths_free(cli_paths *paths) {
    free(paths->items);
    *paths = (cli_paths) { 0 };
}

int cli_paths_each(const cli_paths *paths, const char *command, int (*visit)(void *user, const char *path), void *user) {
    int code = CLI_OK;
    if (!paths->n) {
        fprintf(stderr, "reel %s: which recordings? (- is standard input)\nTry: reel %s --help\n", command, command);
        return CLI_USAGE;
    }
    cli_stop_install();
    for (size_t i = 0; i < paths->n && !cli_stop_requested(); i++) {
        if (visit(user, paths->items[i]) != CLI_OK) code = CLI_FAILED;
    }
    return code;
}

bool cli_paths_have(const cli_paths *paths, const char *command, const char *output) {
    if (strcmp(output, "-") == 0) return false;
    for (size_t i = 0; i < paths->n; i++) {
        if (strcmp(paths->items[i], "-") == 0 || !cli_is_same_file(paths->items[i], output)) continue;
        fprintf(stderr, "reel %s: %s would be written while it is read: choose another output\n", command, output);
        return true;
    }
    return false;
}

static void on_event(void *user, const reel_read_event *event) {
    cli_recording *in = user;
    cli_progress_clear(&in->progress);
    if (in->options.on_event) {
        in->options.on_event(in->options.on_event_user, event);
        return;
    }
    fprintf(stderr, "reel %s: %s: at byte %" PRIu64 ": %s%s", in->command, in->name, event->offset, event->status == REEL_OK ? "warning: " : "",
            event->message);
    if (event->size) fprintf(stderr, " (%" PRIu64 " bytes are passed over)", event->size);
    fputc('\n', stderr);
}

void cli_recording_say_error(cli_recording *in) {
    const char *said = reel_error_message();
    cli_progress_clear(&in->progress);
    /* Most messages about opening and reading name the file already. */
    if (strstr(said, in->name))
        fprintf(stderr, "reel %s: %s\n", in->command, said);
    else
        fprintf(stderr, "reel %s: %s: %s\n", in->command, in->name, said);
}

static uint64_t size_of(const char *path) {
    struct stat info;
    int error = strcmp(path, "-") == 0 ? fstat(STDIN_FILENO, &info) : stat(path, &info);
    return error == 0 && S_ISREG(info.st_mode) ? (uint64_t)info.st_size : 0;
}

bool cli_recording_open(cli_recording *in, const char *command, const char *path, const cli_recording_options *options) {
    *in = (cli_recording) { .command = command, .path = path, .name = strcmp(path, "-") == 0 ? "standard input" : path };
    if (options) in->options = *options;
    in->size = size_of(path);
    cli_progress_start(&in->progress, (double)in->size);
    reel_read_options read_options = { .struct_size = sizeof read_options,
                                       .on_event = on_event,
                                       .on_event_user = in,
                                       .stop_at_damage = in->options.stop_at_damage,
                                       .resynchronise = in->options.resynchronise,
                                       .is_strict = in->options.is_strict };
    if (in->options.wants_file && strcmp(path, "-") == 0 && !in->size) {
        in->copy = cli_temporary_copy(STDIN_FILENO) + 1;
        if (!in->copy) fprintf(stderr, "reel %s: %s cannot be copied: %s\n", in->command, in->name, strerror(errno));
        in->has_failed = !in->copy;
        if (in->has_failed) return false;
    }
    reel_status status = in->copy ? reel_open_descriptor(in->copy - 1, &read_options, &in->reader) : reel_open(path, &read_options, &in->reader);
    if (status == REEL_OK) return true;
    cli_recording_say_error(in);
    cli_recording_close(in);
    in->has_failed = true;
    return false;
}

const reel_read_message *cli_recording_next(cli_recording *in) {
    const reel_read_message *message = NULL;
    if (in->has_failed || cli_stop_requested()) return NULL;
    if (reel_next(in->reader, &message) != REEL_OK) {
        cli_recording_say_error(in);
        in->has_failed = true;
        return NULL;
    }
    if (in->progress.on && message) cli_progress_show(&in->progress, (double)message->offset, in->name);
    if (!message) cli_progress_clear(&in->progress);
    return message;
}

reel_chunk *cli_recording_chunk(cli_recording *in, const reel_read_message *message) {
    reel_chunk *chunk = NULL;
    if (reel_read_chunk(in->reader, message, &chunk) == REEL_E_NO_MEMORY) {
        cli_recording_say_error(in);
        in->has_failed = true;
    }
    return chunk;
}

reel_read_stats cli_recording_stats(const cli_recording *in) {
    reel_read_stats stats = { .struct_size = sizeof stats };
    reel_get_read_stats(in->reader, &stats);
    return stats;
}

void cli_recording_close(cli_recording *in) {
    cli_progress_clear(&in->progress);
    reel_close_reader(in->reader);
    in->reader = NULL;
    if (in->copy) close(in->copy - 1);
    in->copy = 0;
}

bool cli_has_sorted_ids(const reel_chunk *chunk) {
    const uint8_t *ids = reel_chunk_row_ids(chunk);
    for (size_t i = 1; i < reel_chunk_rows(chunk); i++) {
        if (memcmp(ids + 16 * (i - 1), ids + 16 * i, 16) > 0) return false;
    }
    return true;
}

const char *cli_store_kind_name(reel_store_kind kind) {
    return kind == REEL_STORE_RECORDING ? "recording" : kind == REEL_STORE_BLUEPRINT ? "blueprint" : "store";
}

bool cli_timeline_is_of_the_log(const char *timeline) { return strcmp(timeline, "log_time") == 0 || strcmp(timeline, "log_tick") == 0; }
