/* `reel print`: messages, chunks and values as text. */
#define _POSIX_C_SOURCE 200809L
#include "commands.h"
#include "name_list.h"
#include "options.h"
#include "print_stable.h"
#include "recording_input.h"
#include "stop.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

enum { OPTION_HELP = 1, OPTION_VERBOSE, OPTION_ENTITY, OPTION_STORE, OPTION_STABLE, OPTION_ITEMS, OPTION_WIDTH, OPTION_JSON };
enum { ITEMS = 8, STABLE_ITEMS = 32, WIDTH = 48, WIDTH_MIN = 4 };

static const cli_option options[] = {
    { OPTION_VERBOSE, 'v', "verbose", NULL, "show columns and their types; twice (-vv): a table of the values, too" },
    { OPTION_ENTITY, 'e', "entity", "GLOB", "only chunks of these entities; * is part of a name, ** any path; may be given several times" },
    { OPTION_STORE, 0, "store", "STORE", "only of this store: recording, blueprint, or a recording id; may be given several times" },
    { OPTION_STABLE, 0, "stable", NULL, "values alone, in an order that does not depend on chunks, ids and when they were logged: for diff" },
    { OPTION_ITEMS, 0, "items", "N",
      "show N items of a list, and 8 N bytes of a text, at most, 0: all (default 8; 32 with --stable, which adds a hash of longer ones; all in JSON)" },
    { OPTION_WIDTH, 0, "width", "N", "characters of a table's column at most, 0: no bound (default 48)" },
    { OPTION_JSON, 0, "json", NULL, "print one JSON object a line: messages, with -vv rows, with --stable values" },
    { OPTION_HELP, 'h', "help", NULL, "print this and end" },
    { 0, 0, NULL, NULL, NULL },
};

static const cli_command command = {
    .name = "print",
    .synopsis = "FILE... [-v|-vv|--stable] [--entity GLOB] [--store STORE] [--items N] [--json]",
    .summary = "Prints what recordings hold, a line for each message.",
    .details = "In tables - stands where a component was not logged, [] where it was cleared, null for a missing value.\n"
               "With --stable there is a line for each component of each row: store, entity, component, times, values;\n"
               "log_time, the start time and all ids are left out, and several files are printed as one.\n"
               "- is standard input.\n"
               "\n"
               "Exit codes: 0 done, 1 one is no recording, or is damaged, 2 the command line makes no sense.",
    .options = options,
};

typedef struct settings {
    cli_print_style style;
    cli_names entities, stores;
    bool is_stable;
    cli_stable stable;
} settings;

static bool is_wanted(const settings *set, const reel_read_message *m) {
    return !set->stores.n || cli_names_have(&set->stores, cli_store_kind_name(m->store_kind)) || cli_names_have(&set->stores, m->recording_id);
}

/* False: memory is out, or the disk full. */
static bool print_message(settings *set, cli_recording *in, const reel_read_message *m) {
    bool is_chunk = m->kind == REEL_MESSAGE_CHUNK;
    if (!is_wanted(set, m) || ((set->entities.n || set->is_stable) && !is_chunk)) return true;
    reel_chunk *chunk = is_chunk ? cli_recording_chunk(in, m) : NULL;
    bool is_entity = !set->entities.n || (chunk && cli_names_match(&set->entities, reel_chunk_entity(chunk)));
    bool fits = true;
    errno = ENOMEM;
    if (is_entity && (chunk || !set->is_stable)) {
        cli_progress_clear(&in->progress);
        fits = set->is_stable ? cli_stable_add(&set->stable, m, chunk) : cli_print_message(&set->style, in->name, m, chunk);
    }
    reel_chunk_unref(chunk);
    return fits;
}

static int print(void *user, const char *path) {
    settings *set = user;
    cli_recording in;
    const reel_read_message *m;
    bool fits = true;
    if (!cli_recording_open(&in, command.name, path, NULL)) return CLI_FAILED;
    if (!set->is_stable) in.progress.on = false; /* what is printed shows it */
    while (fits && !ferror(stdout) && (m = cli_recording_next(&in))) fits = print_message(set, &in, m);
    cli_progress_clear(&in.progress);
    if (!fits) fprintf(stderr, "reel print: %s: %s\n", in.name, strerror(errno));
    reel_read_stats stats = cli_recording_stats(&in);
    bool is_fine = fits && !in.has_failed && !stats.damaged && !cli_stop_requested();
    if (is_fine && !stats.streams) {
        fprintf(stderr, "reel print: %s: it is empty\n", in.name);
        is_fine = false;
    }
    cli_recording_close(&in);
    return is_fine ? CLI_OK : CLI_FAILED;
}

static int print_all(settings *set, const cli_paths *paths) {
    set->style.items_max = set->style.items_max >= 0 ? set->style.items_max : set->is_stable ? STABLE_ITEMS : set->style.is_json ? 0 : ITEMS;
    if (set->style.is_json && set->is_stable && set->style.items_max == STABLE_ITEMS) set->style.items_max = 0;
    if (set->style.width_max && set->style.width_max < WIDTH_MIN) set->style.width_max = WIDTH_MIN;
    if (set->is_stable && !cli_stable_begin(&set->stable, &set->style)) {
        fprintf(stderr, "reel print: no memory\n");
        return CLI_FAILED;
    }
    int code = cli_paths_each(paths, command.name, print, set);
    if (set->is_stable && code != CLI_USAGE && !cli_stop_requested() && !cli_stable_print(&set->stable)) {
        fprintf(stderr, "reel print: %s\n", strerror(errno));
        code = CLI_FAILED;
    }
    if (set->is_stable) cli_stable_free(&set->stable);
    return cli_stop_requested() ? CLI_FAILED : code;
}

/* -1: the next option. */
static int take_option(settings *set, cli_paths *paths, const cli_args *args, int id) {
    bool has_memory = true;
    switch (id) {
    case OPTION_HELP: cli_print_help(&command); return CLI_OK;
    case OPTION_VERBOSE: set->style.detail++; break;
    case OPTION_ENTITY: has_memory = cli_names_add(&set->entities, args->value); break;
    case OPTION_STORE: has_memory = cli_names_add(&set->stores, args->value); break;
    case OPTION_STABLE: set->is_stable = true; break;
    case OPTION_ITEMS: return cli_number(args, "--items", 0, INT32_MAX, &set->style.items_max) ? -1 : CLI_USAGE;
    case OPTION_WIDTH: return cli_number(args, "--width", 0, INT32_MAX, &set->style.width_max) ? -1 : CLI_USAGE;
    case OPTION_JSON: set->style.is_json = true; break;
    case CLI_ARG_PLAIN: return cli_paths_add(paths, command.name, args->value) ? -1 : CLI_USAGE;
    default: return CLI_USAGE;
    }
    if (has_memory) return -1;
    fprintf(stderr, "reel print: no memory\n");
    return CLI_FAILED;
}

int reel_cli_print(int argc, char **argv) {
    cli_args args = { .command = &command, .argc = argc, .argv = argv };
    cli_paths paths = { 0 };
    settings set = { .style = { .items_max = -1, .width_max = WIDTH } };
    int code = -1, id;
    while (code < 0 && (id = cli_next(&args)) != CLI_ARG_END) code = take_option(&set, &paths, &args, id);
    if (code < 0) code = print_all(&set, &paths);
    cli_names_free(&set.entities);
    cli_names_free(&set.stores);
    cli_paths_free(&paths);
    return code;
}
