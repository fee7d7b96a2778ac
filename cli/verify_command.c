/* `reel verify`: what is wrong with recordings. */
#define _POSIX_C_SOURCE 200809L
#include "commands.h"
#include "json_text.h"
#include "number_text.h"
#include "options.h"
#include "recording_input.h"
#include "stop.h"
#include "verify_chunk.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { OPTION_HELP = 1, OPTION_JSON, OPTION_NO_FOOTERS, OPTION_QUIET };

/* Footers of that many columns may be more than official readers take, and are left out then: 8 to 11 flatbuffer tables for each, of 1,000,000. */
enum { COLUMNS_MANY = 90000 };

static const cli_option options[] = {
    { OPTION_NO_FOOTERS, 0, "no-footers", NULL, "do not look at footers: recordings that were not finished are fine" },
    { OPTION_QUIET, 'q', "quiet", NULL, "print findings only, and nothing about recordings that are fine" },
    { OPTION_JSON, 0, "json", NULL, "print one JSON object a line" },
    { OPTION_HELP, 'h', "help", NULL, "print this and end" },
    { 0, 0, NULL, NULL, NULL },
};

static const cli_command command = {
    .name = "verify",
    .synopsis = "FILE... [--no-footers] [--quiet] [--json]",
    .summary = "Says what is wrong with recordings, a line for each finding, with its place and entity.",
    .details = "Framing, messages, compression, Arrow data and texts; components against the data model; what\n"
               "messages say of their chunks, and chunks of their order; timelines that change their type; row ids\n"
               "and chunk ids that stand twice; footers, their sums, and what they say of each chunk. The format has\n"
               "no checksum of values: one that was changed without breaking its chunk cannot be found.\n"
               "- is standard input. From a pipe, footers are not held against chunks.\n"
               "\n"
               "Exit codes: 0 no errors (warnings are allowed), 1 errors were found, 2 the command line makes no sense.",
    .options = options,
};

typedef struct verification {
    bool is_json, is_quiet, no_footers;
    cli_recording in;
    cli_verifier verifier;
    reel_footer_check *footers; /* NULL: there is nothing to hold against chunks */
    bool was_told;              /* that the footer's newest chunk is damaged */
    cli_text footer_error;      /* why there is none; empty: there was nothing wrong */
    uint64_t errors, warnings;
    cli_text line;
} verification;

static void on_finding(void *user, const cli_finding *f) {
    verification *v = user;
    bool is_error = f->severity == CLI_ERROR;
    cli_progress_clear(&v->in.progress);
    *(is_error ? &v->errors : &v->warnings) += 1;
    cli_text_clear(&v->line);
    if (v->is_json) {
        cli_text_append(&v->line, "{", 1);
        cli_json_text(&v->line, "event", is_error ? "error" : "warning");
        cli_json_text(&v->line, "file", v->in.name);
        if (f->offset != UINT64_MAX) cli_json_number(&v->line, "offset", f->offset);
        if (f->entity) cli_json_text(&v->line, "entity", f->entity);
        cli_json_text(&v->line, "message", f->message);
        cli_text_append(&v->line, "}", 1);
    } else {
        cli_text_printf(&v->line, "%s: ", v->in.name);
        if (f->offset != UINT64_MAX) cli_text_printf(&v->line, "byte %" PRIu64 ": ", f->offset);
        cli_text_printf(&v->line, "%s: ", is_error ? "error" : "warning");
        if (f->entity) cli_text_printf(&v->line, "%s: ", f->entity);
        cli_text_append_clean(&v->line, f->message, strlen(f->message));
        cli_text_defuse(&v->line);
    }
    printf("%s\n", v->line.data ? v->line.data : "");
}

static void find(verification *v, cli_severity severity, uint64_t offset, const char *message) {
    on_finding(v, &(cli_finding) { severity, offset, NULL, message });
}

static void on_read_event(void *user, const reel_read_event *event) {
    verification *v = user;
    bool is_error = event->status != REEL_OK || event->topic == REEL_READ_CLAIM;
    char message[700];
    if (event->topic == REEL_READ_NEWER) v->verifier.is_newer = true;
    if (event->topic == REEL_READ_FOOTER && v->no_footers) is_error = false;
    snprintf(message, sizeof message, event->size ? "%s (%" PRIu64 " bytes are not read)" : "%s", event->message, event->size);
    find(v, is_error ? CLI_ERROR : CLI_WARNING, event->offset, message);
}

static void on_footer_event(void *user, const reel_read_event *event) {
    verification *v = user;
    if (!v->was_told) find(v, event->status == REEL_OK ? CLI_WARNING : CLI_ERROR, event->offset, event->message);
}

/* What is wrong with the footers alone waits until the messages were looked at, which may say it better. */
static void begin_footers(verification *v) {
    v->footers = NULL;
    cli_text_clear(&v->footer_error);
    if (v->no_footers) return;
    reel_status status = reel_footer_check_begin(v->in.reader, on_footer_event, v, &v->footers);
    if (status == REEL_OK || status == REEL_E_NOT_FOUND) return;
    if (status == REEL_E_UNSUPPORTED)
        find(v, CLI_WARNING, UINT64_MAX, "footers are not held against chunks: the recording comes through a pipe");
    else
        cli_text_printf(&v->footer_error, "%s", reel_error_message());
}

static void end_footers(verification *v, const reel_read_stats *stats) {
    uint64_t n;
    if (v->no_footers) return;
    if (stats->streams > 1)
        find(v, CLI_ERROR, UINT64_MAX,
             "several recordings stand one behind another: readers that go by the footer see only the last (reel merge makes one of them)");
    if (v->footers && reel_footer_check_end(v->footers, &n) != REEL_OK) find(v, CLI_ERROR, UINT64_MAX, reel_error_message());
    if (!stats->has_footer && v->verifier.columns.n > COLUMNS_MANY) {
        char message[200];
        snprintf(message, sizeof message, "there is no footer: official readers take none of so many columns (%zu), or the recording was not finished",
                 v->verifier.columns.n);
        find(v, CLI_WARNING, UINT64_MAX, message);
    } else if (!stats->has_footer && !stats->is_truncated)
        find(v, CLI_ERROR, UINT64_MAX, "there is no footer: the recording was not finished (reel recover adds one)");
    else if (stats->has_footer && v->footer_error.size)
        find(v, CLI_ERROR, UINT64_MAX, v->footer_error.data);
}

static void sum_up(verification *v, const reel_read_stats *stats) {
    char size[16];
    cli_text_clear(&v->line);
    if (v->is_json) {
        cli_text_append(&v->line, "{", 1);
        cli_json_text(&v->line, "event", "verified");
        cli_json_text(&v->line, "file", v->in.name);
        cli_json_number(&v->line, "errors", v->errors);
        cli_json_number(&v->line, "warnings", v->warnings);
        cli_json_number(&v->line, "bytes", stats->bytes);
        cli_json_number(&v->line, "messages", stats->messages);
        cli_json_number(&v->line, "chunks", stats->chunks);
        cli_json_number(&v->line, "rows", stats->rows);
        cli_json_bool(&v->line, "has_footer", stats->has_footer);
        cli_text_append(&v->line, "}", 1);
    } else {
        cli_text_printf(&v->line, "%s: ", v->in.name);
        if (v->errors || v->warnings)
            cli_text_printf(&v->line, "%" PRIu64 " errors, %" PRIu64 " warnings", v->errors, v->warnings);
        else
            cli_text_printf(&v->line, "fine");
        cli_text_printf(&v->line, " (%s, %" PRIu64 " chunks, %" PRIu64 " rows)", cli_size_text(size, stats->bytes), stats->chunks, stats->rows);
    }
    if (!v->is_quiet) printf("%s\n", v->line.data ? v->line.data : "");
}

/* False: memory is out. */
static bool look_at_footer(verification *v, const reel_read_message *message, const reel_chunk *chunk) {
    if (!v->footers || message->kind != REEL_MESSAGE_CHUNK) return true;
    v->was_told = !chunk;
    reel_status status = reel_footer_check_chunk(v->footers, message, chunk);
    v->was_told = false;
    if (status == REEL_E_NO_MEMORY)
        errno = ENOMEM;
    else if (status != REEL_OK)
        find(v, CLI_ERROR, message->offset, reel_error_message());
    return status != REEL_E_NO_MEMORY;
}

/* False: it could not be finished, which was said. */
static bool look_at_messages(verification *v) {
    const reel_read_message *message;
    bool goes_on = true;
    while (goes_on && (message = cli_recording_next(&v->in))) {
        reel_chunk *chunk = message->kind == REEL_MESSAGE_CHUNK ? cli_recording_chunk(&v->in, message) : NULL;
        goes_on = cli_verifier_look(&v->verifier, message, chunk) && look_at_footer(v, message, chunk);
        reel_chunk_unref(chunk);
    }
    goes_on = goes_on && !v->in.has_failed && !cli_stop_requested();
    if (goes_on) goes_on = cli_verifier_end(&v->verifier);
    if (!goes_on && !v->in.has_failed) {
        cli_progress_clear(&v->in.progress);
        fprintf(stderr, "reel verify: %s: %s\n", v->in.name, cli_stop_requested() ? "stopped" : strerror(errno));
    }
    return goes_on;
}

static int verify(void *user, const char *path) {
    verification *v = user;
    cli_recording_options how = { .is_strict = true, .on_event = on_read_event, .on_event_user = v };
    v->errors = v->warnings = 0;
    if (!cli_verifier_begin(&v->verifier, on_finding, v)) {
        fprintf(stderr, "reel verify: no memory\n");
        return CLI_FAILED;
    }
    bool is_done = cli_recording_open(&v->in, command.name, path, &how);
    if (is_done) {
        begin_footers(v);
        is_done = look_at_messages(v);
    }
    if (is_done) {
        reel_read_stats stats = cli_recording_stats(&v->in);
        if (!stats.streams && !stats.is_truncated)
            find(v, CLI_ERROR, UINT64_MAX, "it is empty");
        else
            end_footers(v, &stats);
        sum_up(v, &stats);
    }
    reel_footer_check_free(v->footers);
    v->footers = NULL;
    cli_recording_close(&v->in);
    cli_verifier_free(&v->verifier);
    return is_done && !v->errors ? CLI_OK : CLI_FAILED;
}

int reel_cli_verify(int argc, char **argv) {
    cli_args args = { .command = &command, .argc = argc, .argv = argv };
    cli_paths paths = { 0 };
    verification v = { 0 };
    int code = -1, id;
    while (code < 0 && (id = cli_next(&args)) != CLI_ARG_END) {
        switch (id) {
        case OPTION_HELP:
            cli_print_help(&command);
            code = CLI_OK;
            break;
        case OPTION_JSON: v.is_json = true; break;
        case OPTION_QUIET: v.is_quiet = true; break;
        case OPTION_NO_FOOTERS: v.no_footers = true; break;
        case CLI_ARG_PLAIN:
            if (!cli_paths_add(&paths, command.name, args.value)) code = CLI_USAGE;
            break;
        default: code = CLI_USAGE;
        }
    }
    if (code < 0) code = cli_paths_each(&paths, command.name, verify, &v);
    cli_text_free(&v.line);
    cli_text_free(&v.footer_error);
    cli_paths_free(&paths);
    return code;
}
