#define _POSIX_C_SOURCE 200809L
#include "reshape.h"
#include "commands.h"
#include "json_text.h"
#include "number_text.h"
#include "stop.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

void cli_reshape_fail(cli_reshape *job, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    fprintf(stderr, "reel %s: ", job->command);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
    job->has_failed = true;
}

void cli_reshape_fail_with(cli_reshape *job, const char *what) {
    const char *said = reel_error_message();
    if (what && !strstr(said, what))
        cli_reshape_fail(job, "%s: %s", what, said);
    else
        cli_reshape_fail(job, "%s", said);
}

bool cli_reshape_open(cli_reshape *job, const char *path) {
    if (strcmp(path, "-") == 0 && isatty(STDOUT_FILENO))
        cli_reshape_fail(job, "standard output is a terminal: a recording is not written to it");
    else if (reel_writer_open(path, NULL, &job->writer) != REEL_OK)
        cli_reshape_fail_with(job, path);
    else
        return true;
    job->writer = NULL;
    return false;
}

static void written(cli_reshape *job, reel_status status) {
    if (status != REEL_OK && !job->has_failed) cli_reshape_fail_with(job, job->output);
}

static void queue_failed(cli_reshape *job) {
    if (!job->has_failed) cli_reshape_fail(job, "%s", cli_queue_error(job->queue));
}

/* One core reads, another one packs. Where a thread cannot be had it goes one after the other. */
void cli_reshape_put_chunk(cli_reshape *job, const reel_store_id *store, reel_chunk *chunk) {
    if (!job->queue && !job->has_failed) job->queue = cli_queue_start(job->writer);
    if (!job->queue) {
        if (!job->has_failed) written(job, reel_writer_put_chunk(job->writer, store, chunk));
        reel_chunk_unref(chunk);
    } else if (cli_queue_put(job->queue, store, chunk) != REEL_OK) {
        queue_failed(job);
    }
    if (!job->has_failed) job->chunks_out++;
}

static bool is_drained(cli_reshape *job) {
    if (job->queue && cli_queue_drain(job->queue) != REEL_OK) queue_failed(job);
    return !job->has_failed;
}

bool cli_reshape_lacks_id(const reel_read_message *message) {
    return message->kind == REEL_MESSAGE_CHUNK && !message->has_chunk_id && *message->application_id && *message->recording_id;
}

void cli_reshape_put_message(cli_reshape *job, const reel_read_message *message, const reel_chunk *chunk) {
    if (cli_reshape_lacks_id(message) && chunk) {
        reel_store_id store = { message->store_kind, message->application_id, message->recording_id };
        cli_reshape_put_chunk(job, &store, reel_chunk_ref((reel_chunk *)chunk));
        return;
    }
    if (!is_drained(job)) return;
    written(job, chunk ? reel_writer_put_read(job->writer, message, chunk) : reel_writer_put_message(job->writer, message));
    job->chunks_out += message->kind == REEL_MESSAGE_CHUNK && !job->has_failed;
}

void cli_reshape_put_activation(cli_reshape *job, const reel_store_id *store, bool make_active, bool make_default) {
    if (is_drained(job)) written(job, reel_writer_put_activation(job->writer, store, make_active, make_default));
}

void cli_reshape_close(cli_reshape *job) {
    if (!job->writer) return;
    if (cli_stop_requested() && !job->has_failed) cli_reshape_fail(job, "stopped: nothing was written");
    (void)is_drained(job);
    cli_queue_end(job->queue);
    if (job->has_failed) {
        reel_writer_abandon(job->writer);
    } else {
        reel_status status = reel_writer_close(job->writer);
        if (status == REEL_E_TOO_LARGE) /* it is there */
            fprintf(stderr, "reel %s: %s: %s\n", job->command, job->output, reel_error_message());
        else if (status != REEL_OK)
            cli_reshape_fail_with(job, job->output);
    }
    job->queue = NULL;
    job->writer = NULL;
}

bool cli_reshape_number_store(cli_reshape *job, cli_map *map, const reel_store_id *id, size_t *number, bool *is_new) {
    cli_text key = { 0 };
    bool fits = cli_text_printf(&key, "%d", (int)id->kind) && cli_text_append(&key, id->application_id, strlen(id->application_id) + 1) &&
                cli_text_append(&key, id->recording_id, strlen(id->recording_id)) && cli_map_add(map, key.data, key.size, number, is_new);
    cli_text_free(&key);
    if (!fits) cli_reshape_fail(job, "no memory for the list of stores");
    return fits;
}

void cli_reshape_count(cli_reshape *job, const cli_recording *in) {
    if (!in->reader) return;
    reel_read_stats stats = cli_recording_stats(in);
    if (!stats.streams && !stats.damaged && !in->has_failed) fprintf(stderr, "reel %s: %s: warning: it is empty\n", job->command, in->name);
    job->inputs++;
    job->bytes_in += stats.bytes;
    job->chunks_in += stats.chunks;
    job->damaged += stats.damaged;
    job->bytes_lost += stats.bytes_lost;
}

void cli_reshape_lost(cli_reshape *job, const char *name, uint64_t offset, uint64_t size) {
    fprintf(stderr, "reel %s: %s: at byte %" PRIu64 ": %s (%" PRIu64 " bytes are passed over)\n", job->command, name, offset, reel_error_message(), size);
    job->damaged++;
    job->bytes_lost += size;
}

static bool append_summary(cli_text *out, const cli_reshape *job, const cli_text *more, int code) {
    double seconds = (double)(cli_monotonic_ns() - job->began_ns) / 1e9;
    return cli_text_append(out, "{", 1) && cli_json_text(out, "command", job->command) && cli_json_text(out, "output", job->output) &&
           cli_json_number(out, "inputs", job->inputs) && cli_json_number(out, "bytes", job->bytes_in) && cli_json_number(out, "chunks", job->chunks_in) &&
           cli_json_number(out, "chunks_written", job->chunks_out) && cli_json_number(out, "damaged", job->damaged) &&
           cli_json_number(out, "bytes_lost", job->bytes_lost) && cli_json_number(out, "messages_left_out", job->left_out) &&
           (!more || !more->size || (cli_json_comma(out) && cli_text_append(out, more->data, more->size))) && cli_json_key(out, "seconds") &&
           cli_json_double(out, seconds) && cli_json_number(out, "exit_code", (uint64_t)code) && cli_text_append(out, "}\n", 2);
}

int cli_reshape_end(cli_reshape *job, const cli_text *more) {
    bool has_lost = job->damaged || job->left_out;
    int code = job->has_failed ? CLI_FAILED : has_lost ? CLI_LOST : CLI_OK;
    if (has_lost) {
        char size[16];
        fprintf(stderr, "reel %s: lost: %" PRIu64 " places could not be read (%s)", job->command, job->damaged, cli_size_text(size, job->bytes_lost));
        if (job->left_out) fprintf(stderr, ", and %" PRIu64 " messages of unknown kinds were left out", job->left_out);
        fprintf(stderr, "%s\n", job->has_failed ? "" : "; the rest was kept");
    }
    if (job->is_json) {
        cli_text text = { 0 };
        if (append_summary(&text, job, more, code)) fputs(text.data, job->output && strcmp(job->output, "-") == 0 ? stderr : stdout);
        cli_text_free(&text);
    }
    return code;
}
