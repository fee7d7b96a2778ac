/* `reel export`: the rows of entities as Arrow, CSV or JSON lines. */
#define _POSIX_C_SOURCE 200809L
#include "commands.h"
#include "export_table.h"
#include "json_text.h"
#include "options.h"
#include "stop.h"
#include "text_buffer.h"
#include "text_map.h"
#include "whole_input.h"

#include <reel/make.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { OPTION_HELP = 1, OPTION_OUTPUT, OPTION_ENTITY, OPTION_COMPONENT, OPTION_STORE, OPTION_FORMAT, OPTION_LONG, OPTION_TIMELINE, OPTION_JSON };

static const cli_option options[] = {
    { OPTION_OUTPUT, 'o', "output", "OUT", "the file to write; - is standard output (default)" },
    { OPTION_ENTITY, 'e', "entity", "PATH", "the entity; with /** behind it, all below too (default: /**)" },
    { OPTION_COMPONENT, 0, "component", "NAME", "only chunks that have this component" },
    { OPTION_STORE, 0, "store", "ID", "which recording or blueprint, where there are several" },
    { OPTION_FORMAT, 'f', "format", "FORMAT", "arrow (a file), arrow-stream, csv or jsonl; by default what OUT ends with" },
    { OPTION_LONG, 0, "long", NULL, "a row per value: entity, component, time, value (as JSON)" },
    { OPTION_TIMELINE, 0, "timeline", "NAME", "with --long: whose times; by default the first, log_time last" },
    { OPTION_JSON, 0, "json", NULL, "print a summary as JSON" },
    { OPTION_HELP, 'h', "help", NULL, "print this and end" },
    { 0, 0, NULL, NULL, NULL },
};

static const cli_command command = {
    .name = "export",
    .synopsis = "FILE [--entity PATH] [--format arrow|arrow-stream|csv|jsonl] [-o OUT]",
    .summary = "Writes the rows of an entity, or of several, as a table that other programs read.",
    .details = "A column for each timeline and component, a row for each row, in the order of the file's chunks.\n"
               "Arrow keeps row ids, types and all metadata; a batch is a chunk. In CSV and JSON lines a sequence is\n"
               "a number, a duration seconds, a timestamp ISO 8601; a component that has one value (a number, a\n"
               "text, true or false) is that, others are lists (JSON); what was not logged is empty or null. OUT\n"
               "ending in .arrow or .feather is a file, .arrows a stream, .csv, .jsonl and .ndjson what they say;\n"
               "standard output needs --format. - is standard input.\n"
               "\n"
               "Exit codes: 0 done, 1 failed, 2 the command line makes no sense, 3 something could not be read (the\n"
               "rest was written).",
    .options = options,
};

typedef enum format { FORMAT_NONE, FORMAT_ARROW, FORMAT_ARROW_STREAM, FORMAT_CSV, FORMAT_JSONL } format;

typedef struct exporting {
    cli_reshape job;
    const char *path, *entity, *component, *store, *timeline;
    format format;
    bool is_long, is_damaged;
    bool has_other_types; /* a component does not have the same type in all chunks, or it is not known */
    cli_whole whole;
    cli_output output;
    uint64_t n_rows;
} exporting;

/* ---- what is exported */

/* One store: the one that was asked for, or the only recording. */
static bool choose_store(exporting *e, reel_query *query) {
    const reel_index *index = e->whole.index;
    const reel_index_store_info *found = NULL;
    size_t n = 0;
    for (size_t i = 0; i < reel_index_stores(index); i++) {
        const reel_index_store_info *s = reel_index_store(index, i);
        if (!s->n_chunks || (e->store ? strcmp(e->store, s->recording_id) != 0 : s->kind != REEL_STORE_RECORDING)) continue;
        found = s;
        n++;
    }
    if (n == 1) {
        query->store_kind = found->kind;
        query->recording_id = found->recording_id;
        return true;
    }
    if (e->store)
        cli_reshape_fail(&e->job, "%s: %zu recordings or blueprints have the id %s", e->whole.in.name, n, e->store);
    else
        cli_reshape_fail(&e->job, n ? "%s: it has %zu recordings: --store says which" : "%s: it has %zu recordings", e->whole.in.name, n);
    for (size_t i = 0; i < reel_index_stores(index) && n != 1; i++)
        fprintf(stderr, "  --store %s (%s of %s)\n", reel_index_store(index, i)->recording_id, cli_store_kind_name(reel_index_store(index, i)->kind),
                reel_index_store(index, i)->application_id);
    return false;
}

/* Looks for components with a type that is not the one they had before. */
static bool note_types(exporting *e, cli_map *components, cli_map *types, const reel_chunk *chunk) {
    bool is_known = true;
    for (size_t i = 0; is_known && i < reel_chunk_components(chunk); i++) {
        const reel_chunk_component *c = reel_chunk_component_at(chunk, i);
        cli_text both = { 0 };
        size_t number;
        bool is_new, is_other;
        is_known = cli_text_printf(&both, "%s %s", c->component, c->arrow_type) && cli_map_add(components, c->component, strlen(c->component), &number, &is_new) &&
                   cli_map_add(types, both.data, both.size, &number, &is_other);
        e->has_other_types |= is_known && is_other && !is_new;
        cli_text_free(&both);
    }
    return is_known;
}

/* A stream ends at the first chunk that cannot be read. So all of them are tried first, and what is damaged is taken out of the index by making it anew. */
static bool check_chunks(exporting *e, const reel_query *query) {
    uint64_t *chunks;
    size_t n, n_bad = 0;
    if (reel_index_select(e->whole.index, query, &chunks, &n) != REEL_OK) {
        cli_reshape_fail_with(&e->job, NULL);
        return false;
    }
    cli_map components = { 0 }, types = { 0 };
    for (size_t i = 0; i < n && !n_bad && !cli_stop_requested(); i++) {
        reel_chunk *chunk = NULL;
        n_bad += reel_index_chunk(e->whole.index, (size_t)chunks[i], &chunk) != REEL_OK;
        if (chunk && !e->has_other_types) e->has_other_types = !note_types(e, &components, &types, chunk) || e->has_other_types;
        reel_chunk_unref(chunk);
    }
    reel_release(chunks);
    cli_map_free(&components);
    cli_map_free(&types);
    e->is_damaged = n_bad != 0;
    e->has_other_types |= e->is_damaged;
    if (!n)
        cli_reshape_fail(&e->job, "%s: it has nothing of %s%s%s", e->whole.in.name, query->entity ? query->entity : "any entity", e->component ? " with " : "",
                         e->component ? e->component : "");
    e->job.chunks_out = n;
    return n > 0;
}

/* Where types may differ the whole stream is read once before anything is written: what goes to a pipe cannot be taken back. */
static bool check_stream(exporting *e, const reel_query *query) {
    struct ArrowArrayStream stream;
    struct ArrowArray batch = { 0 };
    bool fits = reel_index_export(e->whole.index, query, &stream) == REEL_OK;
    if (!fits) {
        cli_reshape_fail_with(&e->job, NULL);
        return false;
    }
    while (!cli_stop_requested() && (fits = stream.get_next(&stream, &batch) == 0) && batch.release) batch.release(&batch);
    if (!fits) cli_reshape_fail(&e->job, "%s", stream.get_last_error(&stream));
    stream.release(&stream);
    return fits;
}

static bool open_stream(exporting *e, struct ArrowArrayStream *stream) {
    reel_query query = { .struct_size = sizeof query, .entity = e->entity, .component = e->component };
    struct ArrowArrayStream wide;
    if (!choose_store(e, &query) || !check_chunks(e, &query)) return false;
    if (e->is_damaged && (!cli_whole_scan(&e->whole, &e->job) || !choose_store(e, &query))) return false;
    if (e->has_other_types && !check_stream(e, &query)) return false;
    if (reel_index_export(e->whole.index, &query, &wide) != REEL_OK) {
        cli_reshape_fail_with(&e->job, NULL);
        return false;
    }
    if (!e->is_long) {
        *stream = wide;
        return true;
    }
    if (cli_export_long(&wide, e->entity, e->timeline, stream)) return true;
    cli_reshape_fail(&e->job, "no memory for a long table");
    return false;
}

/* ---- where it goes */

static void write_stream(exporting *e, struct ArrowArrayStream *stream) {
    char why[400];
    bool fits;
    if (e->format == FORMAT_ARROW || e->format == FORMAT_ARROW_STREAM) {
        fits = reel_write_arrow(stream, e->format == FORMAT_ARROW ? REEL_ARROW_FILE : REEL_ARROW_STREAM, cli_output_write, &e->output, &e->n_rows) == REEL_OK;
        if (e->output.error)
            snprintf(why, sizeof why, "cannot write to %s: %s", e->output.path, strerror(e->output.error));
        else
            snprintf(why, sizeof why, "%s", reel_error_message());
    } else {
        fits = cli_export_table(stream, e->format == FORMAT_JSONL, &e->output, &e->n_rows, why);
    }
    if (!fits) cli_reshape_fail(&e->job, "%s", why);
}

static bool open_output(exporting *e) {
    bool is_binary = e->format == FORMAT_ARROW || e->format == FORMAT_ARROW_STREAM;
    if (is_binary && strcmp(e->job.output, "-") == 0 && isatty(STDOUT_FILENO))
        cli_reshape_fail(&e->job, "standard output is a terminal: Arrow is not written to it");
    else if (cli_output_open(&e->output, e->job.output))
        return true;
    else
        cli_reshape_fail(&e->job, "cannot write to %s: %s", e->job.output, strerror(errno));
    return false;
}

static int run(exporting *e) {
    struct ArrowArrayStream stream;
    cli_text more = { 0 };
    cli_stop_install();
    e->job.began_ns = cli_monotonic_ns();
    if (cli_whole_open(&e->whole, &e->job, e->path) && open_stream(e, &stream)) {
        if (open_output(e))
            write_stream(e, &stream);
        else
            stream.release(&stream);
    }
    if (cli_stop_requested() && !e->job.has_failed) cli_reshape_fail(&e->job, "stopped: nothing was written");
    if (e->job.has_failed)
        cli_output_abandon(&e->output);
    else if (!cli_output_close(&e->output))
        cli_reshape_fail(&e->job, "cannot write to %s: %s", e->job.output, strerror(errno));
    cli_whole_close(&e->whole);
    (void)cli_json_number(&more, "rows", e->n_rows);
    int code = cli_reshape_end(&e->job, &more);
    cli_text_free(&more);
    return code;
}

/* ---- the command line */

static int refuse(const char *what, const char *value) {
    fprintf(stderr, "reel export: %s%s\nTry: reel export --help\n", what, value);
    return CLI_USAGE;
}

static format format_of(const char *name) {
    static const char *const names[] = { "", "arrow", "arrow-stream", "csv", "jsonl" };
    for (int i = FORMAT_ARROW; i <= FORMAT_JSONL; i++) {
        if (strcmp(name, names[i]) == 0) return (format)i;
    }
    return FORMAT_NONE;
}

static format format_of_file(const char *path) {
    static const struct {
        const char *ending;
        format format;
    } endings[] = { { ".arrow", FORMAT_ARROW }, { ".feather", FORMAT_ARROW }, { ".arrows", FORMAT_ARROW_STREAM },
                    { ".csv", FORMAT_CSV },     { ".jsonl", FORMAT_JSONL },   { ".ndjson", FORMAT_JSONL } };
    const char *dot = strrchr(path, '.');
    for (size_t i = 0; dot && i < sizeof endings / sizeof endings[0]; i++) {
        if (strcmp(dot, endings[i].ending) == 0) return endings[i].format;
    }
    return FORMAT_NONE;
}

static int check_arguments(exporting *e) {
    if (!e->path) return refuse("which recording? FILE is missing", "");
    if (e->format == FORMAT_NONE) e->format = format_of_file(e->job.output);
    if (e->format == FORMAT_NONE) return refuse("--format is missing: what to write does not follow from the name ", e->job.output);
    if (e->timeline && !e->is_long) return refuse("--timeline goes with --long", "");
    return CLI_OK;
}

static int parse(exporting *e, cli_args *args, bool *is_help) {
    for (;;) {
        switch (cli_next(args)) {
        case CLI_ARG_END: return check_arguments(e);
        case CLI_ARG_PLAIN:
            if (e->path) return refuse("one recording is exported at a time: ", args->value);
            e->path = args->value;
            break;
        case OPTION_OUTPUT: e->job.output = args->value; break;
        case OPTION_ENTITY: e->entity = args->value; break;
        case OPTION_COMPONENT: e->component = args->value; break;
        case OPTION_STORE: e->store = args->value; break;
        case OPTION_TIMELINE: e->timeline = args->value; break;
        case OPTION_LONG: e->is_long = true; break;
        case OPTION_FORMAT:
            e->format = format_of(args->value);
            if (e->format == FORMAT_NONE) return refuse("--format is arrow, arrow-stream, csv or jsonl, not ", args->value);
            break;
        case OPTION_JSON: e->job.is_json = true; break;
        case OPTION_HELP: *is_help = true; return CLI_OK;
        default: return CLI_USAGE;
        }
    }
}

int reel_cli_export(int argc, char **argv) {
    cli_args args = { .command = &command, .argc = argc, .argv = argv };
    exporting e = { .job = { .command = command.name, .output = "-" }, .entity = "/**" };
    bool is_help = false;
    int code = parse(&e, &args, &is_help);
    if (is_help)
        cli_print_help(&command);
    else if (code == CLI_OK)
        code = run(&e);
    return code;
}
