/* `reel recover`: what is intact in damaged recordings, with a new footer. */
#define _POSIX_C_SOURCE 200809L
#include "commands.h"
#include "json_text.h"
#include "number_text.h"
#include "options.h"
#include "recording_input.h"
#include "reshape.h"
#include "stop.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { OPTION_HELP = 1, OPTION_OUTPUT, OPTION_JSON };

static const cli_option options[] = {
    { OPTION_OUTPUT, 'o', "output", "OUT", "the recording to write, - for standard output (required)" },
    { OPTION_JSON, 0, "json", NULL, "report as JSON, one object a line" },
    { OPTION_HELP, 'h', "help", NULL, "print this and end" },
    { 0, 0, NULL, NULL, NULL },
};

static const cli_command command = {
    .name = "recover",
    .synopsis = "FILE... -o OUT [--json]",
    .summary = "Writes every intact message of damaged or unfinished recordings into a new one, with a footer.",
    .details = "Behind damage it looks for the next message that proves to be one. What was lost is reported, with\n"
               "its place and size, on standard output (on standard error if OUT is -).\n"
               "\n"
               "Exit codes: 0 nothing was lost, 1 it failed, or there was nothing to recover, 2 the command line\n"
               "makes no sense, 3 something was lost.",
    .options = options,
};

typedef struct recovery {
    const char *output;
    bool is_json;
    FILE *report;
    reel_writer *writer;
    const char *name; /* of the input */
    cli_progress *progress;
    uint64_t messages, chunks, rows, lost, bytes_lost; /* of the input */
    uint64_t all_messages, all_lost;
    cli_text line;
} recovery;

static void put_line(recovery *r) {
    cli_progress_clear(r->progress);
    if (r->line.data) fprintf(r->report, "%s\n", r->line.data);
    cli_text_clear(&r->line);
}

/* is_lost: data that OUT does not have; else it is a warning, or only a footer, which OUT has anew. */
static void tell(recovery *r, bool is_lost, uint64_t offset, uint64_t size, const char *message) {
    if (is_lost) {
        r->lost++;
        r->bytes_lost += size;
    }
    if (r->is_json) {
        cli_text_append(&r->line, "{", 1);
        cli_json_text(&r->line, "event", is_lost ? "lost" : "note");
        cli_json_text(&r->line, "file", r->name);
        cli_json_number(&r->line, "offset", offset);
        cli_json_number(&r->line, "bytes", size);
        cli_json_text(&r->line, "message", message);
        cli_text_append(&r->line, "}", 1);
    } else {
        cli_text_printf(&r->line, "%s: %s at byte %" PRIu64, r->name, is_lost ? "lost" : "note", offset);
        if (size) cli_text_printf(&r->line, ", %" PRIu64 " bytes", size);
        cli_text_printf(&r->line, ": %s", message);
        cli_text_defuse(&r->line);
    }
    put_line(r);
}

static void on_event(void *user, const reel_read_event *event) {
    bool is_lost = event->status != REEL_OK && event->topic != REEL_READ_FOOTER;
    tell(user, is_lost, event->offset, event->size, event->message);
}

/* False: nothing more can be written. */
static bool put(recovery *r, cli_recording *in, const reel_read_message *m) {
    if (!m->kind) {
        tell(r, true, m->offset, m->size, "a message of a kind that is not known is left out: readers would stop at it");
        return true;
    }
    reel_chunk *chunk = NULL;
    if (m->kind == REEL_MESSAGE_CHUNK) {
        chunk = cli_recording_chunk(in, m);
        if (!chunk) return !in->has_failed; /* damage was told as an event */
    }
    const reel_store_id store = { m->store_kind, m->application_id, m->recording_id };
    reel_status status = !chunk                     ? reel_writer_put_message(r->writer, m)
                         : cli_reshape_lacks_id(m) ? reel_writer_put_chunk(r->writer, &store, chunk)
                                                    : reel_writer_put_read(r->writer, m, chunk);
    if (status == REEL_OK) {
        r->messages++;
        r->chunks += chunk != NULL;
        r->rows += reel_chunk_rows(chunk);
    }
    reel_chunk_unref(chunk);
    switch (status) {
    case REEL_OK: return true;
    case REEL_E_FORMAT:
    case REEL_E_UNSUPPORTED:
    case REEL_E_TOO_LARGE:
    case REEL_E_UTF8:
    case REEL_E_ARGUMENT: tell(r, true, m->offset, m->size, reel_error_message()); return true;
    default:
        cli_progress_clear(r->progress);
        fprintf(stderr, "reel recover: %s\n", reel_error_message());
        return false;
    }
}

static void sum_up(recovery *r, const reel_read_stats *stats) {
    char size[16];
    if (r->is_json) {
        cli_text_append(&r->line, "{", 1);
        cli_json_text(&r->line, "event", "recovered");
        cli_json_text(&r->line, "file", r->name);
        cli_json_text(&r->line, "output", r->output);
        cli_json_number(&r->line, "messages", r->messages);
        cli_json_number(&r->line, "chunks", r->chunks);
        cli_json_number(&r->line, "rows", r->rows);
        cli_json_number(&r->line, "lost", r->lost);
        cli_json_number(&r->line, "bytes_lost", r->bytes_lost);
        cli_json_bool(&r->line, "is_truncated", stats->is_truncated);
        cli_json_bool(&r->line, "had_footer", stats->has_footer);
        cli_text_append(&r->line, "}", 1);
    } else {
        cli_text_printf(&r->line, "%s: %" PRIu64 " messages, of them %" PRIu64 " chunks with %" PRIu64 " rows", r->name, r->messages, r->chunks, r->rows);
        if (r->lost)
            cli_text_printf(&r->line, "; lost: %" PRIu64 " %s, %s", r->lost, r->lost == 1 ? "piece" : "pieces", cli_size_text(size, r->bytes_lost));
        else
            cli_text_printf(&r->line, "; nothing was lost");
    }
    put_line(r);
    r->all_messages += r->messages;
    r->all_lost += r->lost;
}

static bool recover_one(recovery *r, const char *path) {
    cli_recording in;
    cli_recording_options how = { .resynchronise = true, .is_strict = true, .wants_file = true, .on_event = on_event, .on_event_user = r };
    const reel_read_message *message;
    r->name = strcmp(path, "-") == 0 ? "standard input" : path;
    r->progress = &in.progress;
    r->messages = r->chunks = r->rows = r->lost = r->bytes_lost = 0;
    if (!cli_recording_open(&in, command.name, path, &how)) return false;
    bool goes_on = true;
    while (goes_on && (message = cli_recording_next(&in))) goes_on = put(r, &in, message);
    if (goes_on && cli_stop_requested()) {
        cli_progress_clear(&in.progress);
        fprintf(stderr, "reel recover: stopped: %s is not written\n", r->output);
        goes_on = false;
    }
    goes_on = goes_on && !in.has_failed;
    reel_read_stats stats = cli_recording_stats(&in);
    if (goes_on) sum_up(r, &stats);
    cli_recording_close(&in);
    return goes_on;
}

static int recover(recovery *r, const cli_paths *paths) {
    reel_writer_options how = { .struct_size = sizeof how };
    if (reel_writer_open(r->output, &how, &r->writer) != REEL_OK) {
        fprintf(stderr, "reel recover: %s\n", reel_error_message());
        return CLI_FAILED;
    }
    bool is_done = true;
    for (size_t i = 0; is_done && i < paths->n; i++) is_done = recover_one(r, paths->items[i]);
    if (is_done && !r->all_messages) {
        fprintf(stderr, "reel recover: there is nothing to recover: %s is not written\n", r->output);
        is_done = false;
    }
    if (!is_done) {
        reel_writer_abandon(r->writer);
        return CLI_FAILED;
    }
    reel_status status = reel_writer_close(r->writer);
    if (status != REEL_OK) fprintf(stderr, "reel recover: %s\n", reel_error_message());
    if (status != REEL_OK && status != REEL_E_TOO_LARGE) return CLI_FAILED; /* else it is there, without a footer */
    return r->all_lost ? CLI_LOST : CLI_OK;
}

int reel_cli_recover(int argc, char **argv) {
    cli_args args = { .command = &command, .argc = argc, .argv = argv };
    cli_paths paths = { 0 };
    recovery r = { 0 };
    int code = -1, id;
    while (code < 0 && (id = cli_next(&args)) != CLI_ARG_END) {
        if (id == OPTION_HELP) {
            cli_print_help(&command);
            code = CLI_OK;
        } else if (id == CLI_ARG_ERROR) {
            code = CLI_USAGE;
        } else if (id == OPTION_OUTPUT) {
            r.output = args.value;
        } else if (id == OPTION_JSON) {
            r.is_json = true;
        } else if (!cli_paths_add(&paths, command.name, args.value)) {
            code = CLI_USAGE;
        }
    }
    if (code < 0 && (!paths.n || !r.output)) {
        fprintf(stderr, "reel recover: %s (see reel recover --help)\n", r.output ? "which recording? (- is standard input)" : "where to? -o OUT is needed");
        code = CLI_USAGE;
    }
    if (code < 0 && cli_paths_have(&paths, command.name, r.output)) code = CLI_USAGE;
    if (code < 0) {
        cli_stop_install();
        r.report = strcmp(r.output, "-") == 0 ? stderr : stdout;
        code = recover(&r, &paths);
    }
    cli_text_free(&r.line);
    cli_paths_free(&paths);
    return code;
}
