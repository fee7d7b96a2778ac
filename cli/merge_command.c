/* `reel merge`: many recordings into one, in one pass, messages as they stand. */
#include "chunk_set.h"
#include "commands.h"
#include "json_text.h"
#include "options.h"
#include "reshape.h"
#include "stop.h"
#include "text_map.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { OPTION_HELP = 1, OPTION_OUTPUT, OPTION_RECORDING_ID, OPTION_APPLICATION_ID, OPTION_KEEP_DUPLICATES, OPTION_JSON };

static const cli_option options[] = {
    { OPTION_OUTPUT, 'o', "output", "OUT", "the recording to write (required); - is standard output" },
    { OPTION_RECORDING_ID, 0, "recording-id", "ID", "make all recordings one, of this id" },
    { OPTION_APPLICATION_ID, 0, "application-id", "ID", "give all recordings and blueprints this application id" },
    { OPTION_KEEP_DUPLICATES, 0, "keep-duplicates", NULL, "write chunks again that were written before (same store and chunk id)" },
    { OPTION_JSON, 0, "json", NULL, "print a summary as JSON" },
    { OPTION_HELP, 'h', "help", NULL, "print this and end" },
    { 0, 0, NULL, NULL, NULL },
};

static const cli_command command = {
    .name = "merge",
    .synopsis = "FILE... -o OUT [--recording-id ID] [--application-id ID] [--json]",
    .summary = "Writes several recordings into one file, in the order of the arguments, with one footer.",
    .details = "Messages are copied as they stand, unless a new id is asked for. A store that is announced in\n"
               "several files is announced once; a chunk that is in several files is written once.\n"
               "- is standard input. Memory does not grow with the files.\n"
               "\n"
               "Exit codes: 0 done, 1 failed, 2 the command line makes no sense, 3 something could not be read (the\n"
               "rest was written).",
    .options = options,
};

typedef struct merge {
    cli_reshape job;
    cli_paths paths;
    const char *recording_id, *application_id;
    bool keeps_duplicates;
    cli_map stores;    /* as they are written: kind, application id, recording id */
    cli_map announced; /* store infos that were copied */
    cli_chunk_set chunks;
    uint64_t duplicates;
} merge;

/* ---- stores */

/* The store that a message goes to. Blueprints keep ids of their own. */
static reel_store_id target_of(const merge *m, const reel_read_message *message) {
    reel_store_id id = { message->store_kind, message->application_id, message->recording_id };
    if (m->application_id) id.application_id = m->application_id;
    if (m->recording_id && message->store_kind != REEL_STORE_BLUEPRINT) id.recording_id = m->recording_id;
    return id;
}

static bool is_moved(const reel_store_id *to, const reel_read_message *message) {
    return strcmp(to->application_id, message->application_id) != 0 || strcmp(to->recording_id, message->recording_id) != 0;
}

/* ---- messages */

static void merge_store_info(merge *m, const reel_read_message *message, const reel_store_id *to) {
    size_t number;
    bool is_new;
    if (is_moved(to, message)) return; /* the writer makes one of its own */
    if (cli_reshape_number_store(&m->job, &m->announced, to, &number, &is_new) && is_new) cli_reshape_put_message(&m->job, message, NULL);
}

static void merge_chunk(merge *m, cli_recording *in, const reel_read_message *message, const reel_store_id *to) {
    size_t store;
    bool is_new, is_new_store;
    reel_chunk *chunk = cli_recording_chunk(in, message);
    if (!chunk) return; /* damaged: it was told and counted */
    if (!cli_reshape_number_store(&m->job, &m->stores, to, &store, &is_new_store)) {
        reel_chunk_unref(chunk);
        return;
    }
    is_new = true;
    if (!m->keeps_duplicates && !cli_chunk_set_add(&m->chunks, (uint32_t)store, reel_chunk_id(chunk), &is_new))
        cli_reshape_fail(&m->job, "no room to remember %zu chunk ids: %s (set TMPDIR, or --keep-duplicates)", m->chunks.n, strerror(errno));
    else if (!is_new)
        m->duplicates++;
    else if (is_moved(to, message))
        cli_reshape_put_chunk(&m->job, to, reel_chunk_ref(chunk));
    else
        cli_reshape_put_message(&m->job, message, chunk);
    reel_chunk_unref(chunk);
}

static void merge_message(merge *m, cli_recording *in, const reel_read_message *message) {
    reel_store_id to = target_of(m, message);
    switch (message->kind) {
    case REEL_MESSAGE_STORE_INFO: merge_store_info(m, message, &to); break;
    case REEL_MESSAGE_CHUNK: merge_chunk(m, in, message, &to); break;
    case REEL_MESSAGE_BLUEPRINT_ACTIVATION:
        if (is_moved(&to, message))
            cli_reshape_put_activation(&m->job, &to, message->make_active, message->make_default);
        else
            cli_reshape_put_message(&m->job, message, NULL);
        break;
    default: m->job.left_out++;
    }
}

static void merge_file(merge *m, const char *path) {
    cli_recording in;
    const reel_read_message *message;
    if (!cli_recording_open(&in, command.name, path, NULL)) {
        m->job.has_failed = true;
        return;
    }
    while (!m->job.has_failed && (message = cli_recording_next(&in)) != NULL) merge_message(m, &in, message);
    if (in.has_failed) m->job.has_failed = true;
    cli_reshape_count(&m->job, &in);
    cli_recording_close(&in);
}

static int run(merge *m) {
    cli_text more = { 0 };
    cli_stop_install();
    m->job.began_ns = cli_monotonic_ns();
    (void)cli_reshape_open(&m->job, m->job.output);
    for (size_t i = 0; i < m->paths.n && !m->job.has_failed && !cli_stop_requested(); i++) merge_file(m, m->paths.items[i]);
    cli_reshape_close(&m->job);
    (void)cli_json_number(&more, "stores", m->stores.n);
    (void)cli_json_number(&more, "duplicates", m->duplicates);
    int code = cli_reshape_end(&m->job, &more);
    cli_text_free(&more);
    return code;
}

/* ---- the command line */

static int check_arguments(const merge *m) {
    const char *what = !m->paths.n ? "which recordings? FILE is missing" : !m->job.output ? "where to? -o OUT is missing" : NULL;
    if (m->recording_id && !*m->recording_id) what = "--recording-id is empty";
    if (m->application_id && !*m->application_id) what = "--application-id is empty";
    if (!what) return CLI_OK;
    fprintf(stderr, "reel merge: %s\nTry: reel merge --help\n", what);
    return CLI_USAGE;
}

static int parse(merge *m, cli_args *args, bool *is_help) {
    for (;;) {
        switch (cli_next(args)) {
        case CLI_ARG_END: return check_arguments(m);
        case CLI_ARG_PLAIN:
            if (!cli_paths_add(&m->paths, command.name, args->value)) return CLI_USAGE;
            break;
        case OPTION_OUTPUT: m->job.output = args->value; break;
        case OPTION_RECORDING_ID: m->recording_id = args->value; break;
        case OPTION_APPLICATION_ID: m->application_id = args->value; break;
        case OPTION_KEEP_DUPLICATES: m->keeps_duplicates = true; break;
        case OPTION_JSON: m->job.is_json = true; break;
        case OPTION_HELP: *is_help = true; return CLI_OK;
        default: return CLI_USAGE;
        }
    }
}

int reel_cli_merge(int argc, char **argv) {
    cli_args args = { .command = &command, .argc = argc, .argv = argv };
    merge m = { .job = { .command = command.name } };
    bool is_help = false;
    int code = parse(&m, &args, &is_help);
    if (is_help)
        cli_print_help(&command);
    else if (code == CLI_OK)
        code = run(&m);
    cli_paths_free(&m.paths);
    cli_map_free(&m.stores);
    cli_map_free(&m.announced);
    cli_chunk_set_free(&m.chunks);
    return code;
}
