/* `reel filter`: a part of recordings, and changes to all of it, in one pass. */
#include "commands.h"
#include "filter_chunk.h"
#include "json_text.h"
#include "options.h"
#include "reshape.h"
#include "stop.h"

#include <stdio.h>
#include <string.h>

enum {
    OPTION_HELP = 1,
    OPTION_OUTPUT,
    OPTION_ENTITY,
    OPTION_NOT_ENTITY,
    OPTION_COMPONENT,
    OPTION_TIMELINE,
    OPTION_DROP_TIMELINE,
    OPTION_KEEP_TIMELINE,
    OPTION_STATIC_ONLY,
    OPTION_STORE,
    OPTION_RENAME,
    OPTION_SHIFT,
    OPTION_JSON
};

static const cli_option options[] = {
    { OPTION_OUTPUT, 'o', "output", "OUT", "the recording to write (required); - is standard output" },
    { OPTION_ENTITY, 0, "entity", "GLOB", "keep these entities only; * is part of a name, ** any path; /__properties stay" },
    { OPTION_NOT_ENTITY, 0, "not-entity", "GLOB", "leave these entities out" },
    { OPTION_COMPONENT, 0, "component", "GLOB", "keep these components only: Points3D:positions, Points3D:*" },
    { OPTION_TIMELINE, 0, "timeline", "NAME:MIN:MAX", "keep rows from MIN to MAX only, of what is on this timeline; either may be missing" },
    { OPTION_DROP_TIMELINE, 0, "drop-timeline", "NAME", "take this timeline away; what is on no other becomes static" },
    { OPTION_KEEP_TIMELINE, 0, "keep-timeline", "NAME", "take all other timelines away, and what is on none of the named" },
    { OPTION_STATIC_ONLY, 0, "static-only", NULL, "keep static data only" },
    { OPTION_STORE, 0, "store", "ID", "keep this recording, or blueprint, only" },
    { OPTION_RENAME, 0, "rename-entity", "OLD=NEW", "put an entity, and all below it, elsewhere" },
    { OPTION_SHIFT, 0, "shift", "TIMELINE:BY", "add BY to all times of a timeline" },
    { OPTION_JSON, 0, "json", NULL, "print a summary as JSON" },
    { OPTION_HELP, 'h', "help", NULL, "print this and end" },
    { 0, 0, NULL, NULL, NULL },
};

static const cli_command command = {
    .name = "filter",
    .synopsis = "FILE... -o OUT [OPTIONS]",
    .summary = "Writes the part of recordings that all of the options ask for.",
    .details = "All options but --output, --static-only and --json may be given several times. Of --entity,\n"
               "--component, --store and --keep-timeline one has to fit; of --timeline all. Chunks are cut only where\n"
               "a range of time asks for it; row ids stay. Blueprints are copied as they stand.\n"
               "Times are numbers (of nanoseconds, but on sequences), numbers with a unit (1.5s, 200ms, 2h), or dates\n"
               "(2024-05-01T12:30:00). - is standard input.\n"
               "\n"
               "Exit codes: 0 done, 1 failed, 2 the command line makes no sense, 3 something could not be read (the\n"
               "rest was written).",
    .options = options,
};

typedef struct filtering {
    cli_reshape job;
    cli_paths paths;
    cli_filter filter;
    uint64_t rows_in, rows_out, changed;
} filtering;

static void say_refused(filtering *f, const reel_chunk *chunk, reel_status status, const char *why) {
    if (status == REEL_E_TIMELINE_TYPE)
        cli_reshape_fail(&f->job, "the timeline %s of %s has another type than the time given: units are for durations and timestamps, dates for timestamps",
                         why, reel_chunk_entity(chunk));
    else if (why && status == REEL_E_ARGUMENT)
        cli_reshape_fail(&f->job, "%s", why);
    else
        cli_reshape_fail_with(&f->job, NULL);
}

static void filter_chunk(filtering *f, cli_recording *in, const reel_read_message *message) {
    reel_chunk *chunk = cli_recording_chunk(in, message), *left = NULL;
    const char *why = NULL;
    if (!chunk) return; /* damaged: it was told and counted */
    reel_status status =
        message->store_kind == REEL_STORE_BLUEPRINT ? (left = reel_chunk_ref(chunk), REEL_OK) : cli_filter_apply(&f->filter, chunk, &left, &why);
    f->rows_in += reel_chunk_rows(chunk);
    if (status != REEL_OK) {
        say_refused(f, chunk, status, why);
    } else if (left == chunk) {
        cli_reshape_put_message(&f->job, message, chunk);
    } else if (left) {
        reel_store_id store = { message->store_kind, message->application_id, message->recording_id };
        cli_reshape_put_chunk(&f->job, &store, reel_chunk_ref(left));
        f->changed++;
    }
    if (left) f->rows_out += reel_chunk_rows(left);
    reel_chunk_unref(left);
    reel_chunk_unref(chunk);
}

static void filter_file(filtering *f, const char *path) {
    cli_recording in;
    const reel_read_message *message;
    if (!cli_recording_open(&in, command.name, path, NULL)) {
        f->job.has_failed = true;
        return;
    }
    while (!f->job.has_failed && (message = cli_recording_next(&in)) != NULL) {
        if (!message->kind)
            f->job.left_out++;
        else if (!cli_filter_keeps_store(&f->filter, message))
            continue;
        else if (message->kind == REEL_MESSAGE_CHUNK)
            filter_chunk(f, &in, message);
        else
            cli_reshape_put_message(&f->job, message, NULL);
    }
    if (in.has_failed) f->job.has_failed = true;
    cli_reshape_count(&f->job, &in);
    cli_recording_close(&in);
}

static int run(filtering *f) {
    cli_text more = { 0 };
    cli_stop_install();
    f->job.began_ns = cli_monotonic_ns();
    (void)cli_reshape_open(&f->job, f->job.output);
    for (size_t i = 0; i < f->paths.n && !f->job.has_failed && !cli_stop_requested(); i++) filter_file(f, f->paths.items[i]);
    cli_reshape_close(&f->job);
    (void)cli_json_number(&more, "chunks_changed", f->changed);
    (void)cli_json_number(&more, "rows", f->rows_in);
    (void)cli_json_number(&more, "rows_written", f->rows_out);
    int code = cli_reshape_end(&f->job, &more);
    cli_text_free(&more);
    return code;
}

/* ---- the command line */

static int refuse(const char *option, const char *value, const char *why) {
    fprintf(stderr, "reel filter: %s %s: %s\nTry: reel filter --help\n", option, value, why);
    return CLI_USAGE;
}

static int check_arguments(const filtering *f) {
    const char *what = !f->paths.n ? "which recordings? FILE is missing" : !f->job.output ? "where to? -o OUT is missing" : NULL;
    if (!what) return CLI_OK;
    fprintf(stderr, "reel filter: %s\nTry: reel filter --help\n", what);
    return CLI_USAGE;
}

static int take(filtering *f, int option, const char *value) {
    cli_filter *filter = &f->filter;
    bool fits = true;
    switch (option) {
    case OPTION_OUTPUT: f->job.output = value; break;
    case OPTION_ENTITY: fits = cli_names_add(&filter->entities, value); break;
    case OPTION_NOT_ENTITY: fits = cli_names_add(&filter->not_entities, value); break;
    case OPTION_COMPONENT: fits = cli_names_add(&filter->components, value); break;
    case OPTION_DROP_TIMELINE: fits = cli_names_add(&filter->drop_timelines, value); break;
    case OPTION_KEEP_TIMELINE: fits = cli_names_add(&filter->keep_timelines, value); break;
    case OPTION_STORE: fits = cli_names_add(&filter->stores, value); break;
    case OPTION_STATIC_ONLY: filter->static_only = true; break;
    case OPTION_JSON: f->job.is_json = true; break;
    case OPTION_TIMELINE: return cli_filter_add_range(filter, value) ? CLI_OK : refuse("--timeline", value, "NAME:MIN:MAX is expected, MIN not above MAX");
    case OPTION_SHIFT:
        return cli_filter_add_shift(filter, value) ? CLI_OK : refuse("--shift", value, "TIMELINE:BY is expected, BY a number or one with a unit");
    case OPTION_RENAME: return cli_filter_add_rename(filter, value) ? CLI_OK : refuse("--rename-entity", value, "OLD=NEW is expected");
    default: return CLI_USAGE;
    }
    return fits ? CLI_OK : refuse("--help", "", "no memory");
}

static int parse(filtering *f, cli_args *args, bool *is_help) {
    for (;;) {
        int option = cli_next(args), code = CLI_OK;
        if (option == CLI_ARG_END) return check_arguments(f);
        if (option == OPTION_HELP) {
            *is_help = true;
            return CLI_OK;
        }
        if (option == CLI_ARG_PLAIN)
            code = cli_paths_add(&f->paths, command.name, args->value) ? CLI_OK : CLI_USAGE;
        else
            code = take(f, option, args->value);
        if (code != CLI_OK) return code;
    }
}

int reel_cli_filter(int argc, char **argv) {
    cli_args args = { .command = &command, .argc = argc, .argv = argv };
    filtering f = { .job = { .command = command.name } };
    bool is_help = false;
    int code = parse(&f, &args, &is_help);
    if (is_help)
        cli_print_help(&command);
    else if (code == CLI_OK)
        code = run(&f);
    cli_paths_free(&f.paths);
    cli_filter_free(&f.filter);
    return code;
}
