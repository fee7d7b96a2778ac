/* `reel optimize`: the same data in chunks of a good size, in order. */
#define _POSIX_C_SOURCE 200809L
#include "chunk_set.h"
#include "commands.h"
#include "json_text.h"
#include "optimize_group.h"
#include "options.h"
#include "stop.h"
#include "text_map.h"
#include "time_argument.h"
#include "whole_input.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RECENT_MAX = 64 }; /* files that stay in memory: as they are small where they are many, this is little */

enum { OPTION_HELP = 1, OPTION_OUTPUT, OPTION_PROFILE, OPTION_MAX_ROWS, OPTION_MAX_BYTES, OPTION_JSON };

static const cli_option options[] = {
    { OPTION_OUTPUT, 'o', "output", "OUT", "the recording to write (required); - is standard output" },
    { OPTION_PROFILE, 'p', "profile", "NAME", "viewer: chunks of 4096 rows or 384 KiB (default); object-store: 65536 rows or 2 MiB" },
    { OPTION_MAX_ROWS, 0, "max-rows", "N", "rows that a chunk should have at most" },
    { OPTION_MAX_BYTES, 0, "max-bytes", "N", "bytes, unpacked, that a chunk should have at most: 384KiB, 2MiB" },
    { OPTION_JSON, 0, "json", NULL, "print a summary as JSON" },
    { OPTION_HELP, 'h', "help", NULL, "print this and end" },
    { 0, 0, NULL, NULL, NULL },
};

static const cli_command command = {
    .name = "optimize",
    .synopsis = "FILE... -o OUT [--profile viewer|object-store] [--max-rows N] [--max-bytes N]",
    .summary = "Writes recordings anew so that they load and show fast: small chunks joined, large ones cut.",
    .details = "Chunks of one entity with the same timelines and components become chunks that do not overlap on the\n"
               "first of their timelines by name (log_time and log_tick come last); rows in a chunk are in the order\n"
               "of their ids. Static data, blueprints, and chunks that are good already are copied as they stand.\n"
               "Rows, times, values and row ids stay the same; chunk ids are new. Several files become one.\n"
               "Memory: 150 bytes for each chunk, and up to 8 MiB that wait to be ordered, three times. Where more\n"
               "than these overlap in time, chunks overlap in the output, too. - is standard input.\n"
               "\n"
               "Exit codes: 0 done, 1 failed, 2 the command line makes no sense, 3 something could not be read (the\n"
               "rest was written).",
    .options = options,
};

/* A chunk that is ordered with others. */
typedef struct item {
    uint32_t group, input;
    size_t number;
    int64_t min, max;
} item;

typedef struct optimize {
    cli_reshape job;
    cli_paths paths;
    cli_optimize_limits limits;
    bool has_rows, has_bytes;
    cli_whole *inputs;
    size_t n_inputs;
    cli_map stores, groups, announced;
    cli_chunk_set chunks;
    item *items;
    size_t n_items, capacity;
    cli_group group;
    cli_progress progress;
    uint64_t duplicates;
    /* Inputs that were looked at last: of the others no pages are kept in memory. */
    uint32_t recent[RECENT_MAX];
    size_t n_recent, next_recent;
} optimize;

static bool check(optimize *o, reel_status status) {
    if (status != REEL_OK) cli_reshape_fail_with(&o->job, o->job.output);
    return status == REEL_OK;
}

/* ---- what belongs together */

static int by_text(const void *a, const void *b) { return strcmp(*(const char *const *)a, *(const char *const *)b); }

static bool append_names(cli_text *key, const char **names, size_t n) {
    bool fits = true;
    qsort(names, n, sizeof *names, by_text);
    for (size_t i = 0; i < n && fits; i++) fits = cli_text_append(key, names[i], strlen(names[i]) + 1);
    return fits && cli_text_append(key, "\1", 2);
}

/* A group's key: store, entity, timelines, components; the timeline that orders it is told apart from the others, which come behind. */
static bool append_key(const cli_whole *in, size_t number, const reel_index_entry *entry, size_t store, cli_text *key) {
    size_t n = reel_index_components(in->index, number, NULL, 0), most = n > entry->n_ranges ? n : entry->n_ranges;
    const char **names = malloc((most + 1) * sizeof *names);
    bool fits = names && cli_text_printf(key, "%zu", store) && cli_text_append(key, "", 1) && cli_text_append(key, entry->entity, strlen(entry->entity) + 1);
    for (size_t i = 0; i < entry->n_ranges && names; i++) names[i] = entry->ranges[i].timeline;
    fits = fits && append_names(key, names, entry->n_ranges);
    if (names) reel_index_components(in->index, number, names, most);
    fits = fits && append_names(key, names, n);
    free(names);
    return fits;
}

static const reel_index_range *ordering_range(const reel_index_entry *entry) {
    const reel_index_range *best = entry->n_ranges ? &entry->ranges[0] : NULL;
    for (size_t i = 1; i < entry->n_ranges; i++) {
        const reel_index_range *r = &entry->ranges[i];
        bool is_log = cli_timeline_is_of_the_log(r->timeline), best_is_log = cli_timeline_is_of_the_log(best->timeline);
        if (is_log != best_is_log ? best_is_log : strcmp(r->timeline, best->timeline) < 0) best = r;
    }
    return best;
}

static bool add_item(optimize *o, const item *it) {
    if (o->n_items == o->capacity) {
        size_t capacity = o->capacity ? 2 * o->capacity : 1024;
        item *items = realloc(o->items, capacity * sizeof *items);
        if (!items) return false;
        o->items = items;
        o->capacity = capacity;
    }
    o->items[o->n_items++] = *it;
    return true;
}

static void look_at(optimize *o, uint32_t input) {
    for (size_t i = 0; i < o->n_recent; i++) {
        if (o->recent[i] == input) return;
    }
    if (o->n_recent == RECENT_MAX)
        reel_index_forget(o->inputs[o->recent[o->next_recent]].index);
    else
        o->n_recent++;
    o->recent[o->next_recent] = input;
    o->next_recent = (o->next_recent + 1) % RECENT_MAX;
}

/* ---- what is copied as it stands: store infos, blueprints and their activations, static data */

static void copy_notes(optimize *o, const cli_whole *in, int kind) {
    size_t number;
    for (size_t i = 0; i < in->n_notes && !o->job.has_failed; i++) {
        const reel_read_message *m = &in->notes[i].message;
        const reel_store_id id = { m->store_kind, m->application_id, m->recording_id };
        bool is_new = true;
        if (m->kind != kind || (kind == REEL_MESSAGE_STORE_INFO && !cli_reshape_number_store(&o->job, &o->announced, &id, &number, &is_new))) continue;
        if (is_new) cli_reshape_put_message(&o->job, m, NULL);
    }
}

static void copy_chunk(optimize *o, size_t input, size_t number) {
    cli_whole *in = &o->inputs[input];
    reel_read_message message;
    look_at(o, (uint32_t)input);
    reel_chunk *chunk = cli_whole_chunk(in, &o->job, number);
    if (!chunk) return;
    if (check(o, reel_index_message(in->index, number, &message))) cli_reshape_put_message(&o->job, &message, chunk);
    reel_chunk_unref(chunk);
}

/* Copies what is copied, lists what is ordered. */
static void take_chunk(optimize *o, size_t input, size_t number, bool is_blueprint_pass) {
    cli_whole *in = &o->inputs[input];
    reel_index_entry entry;
    size_t store, group;
    bool is_new = true, is_new_store;
    if (reel_index_at(in->index, number, &entry) != REEL_OK || !entry.n_rows) return;
    const reel_index_store_info *info = reel_index_store(in->index, entry.store);
    const reel_index_range *range = ordering_range(&entry);
    const reel_store_id id = { info->kind, info->application_id, info->recording_id };
    if ((info->kind == REEL_STORE_BLUEPRINT) != is_blueprint_pass || !cli_reshape_number_store(&o->job, &o->stores, &id, &store, &is_new_store)) return;
    if (!cli_chunk_set_add(&o->chunks, (uint32_t)store, entry.chunk_id, &is_new)) {
        cli_reshape_fail(&o->job, "no room to remember %zu chunk ids: %s (TMPDIR says where)", o->chunks.n, strerror(errno));
    } else if (!is_new) {
        o->duplicates++;
    } else if (is_blueprint_pass || !range) {
        copy_chunk(o, input, number);
    } else {
        cli_text key = { 0 };
        bool is_new_group;
        bool fits = append_key(in, number, &entry, store, &key) && cli_map_add(&o->groups, key.data, key.size, &group, &is_new_group) &&
                    add_item(o, &(item) { (uint32_t)group, (uint32_t)input, number, range->min, range->max });
        cli_text_free(&key);
        if (!fits) cli_reshape_fail(&o->job, "no memory for a list of %zu chunks", o->n_items + 1);
    }
}

static void take_all(optimize *o) {
    for (size_t i = 0; i < o->n_inputs; i++) copy_notes(o, &o->inputs[i], REEL_MESSAGE_STORE_INFO);
    for (int pass = 0; pass < 2; pass++) {
        for (size_t i = 0; i < o->n_inputs && !o->job.has_failed; i++) {
            for (size_t k = 0; k < reel_index_size(o->inputs[i].index) && !o->job.has_failed; k++) take_chunk(o, i, k, pass == 0);
        }
        for (size_t i = 0; i < o->n_inputs && pass == 0; i++) copy_notes(o, &o->inputs[i], REEL_MESSAGE_BLUEPRINT_ACTIVATION);
    }
}

/* ---- what is ordered */

static int by_group_and_time(const void *left, const void *right) {
    const item *a = left, *b = right;
    if (a->group != b->group) return a->group < b->group ? -1 : 1;
    if (a->min != b->min) return a->min < b->min ? -1 : 1;
    if (a->max != b->max) return a->max < b->max ? -1 : 1;
    if (a->input != b->input) return a->input < b->input ? -1 : 1;
    return a->number < b->number ? -1 : a->number > b->number;
}

static bool begin_group(optimize *o, const item *it) {
    reel_index_entry entry;
    const reel_index *index = o->inputs[it->input].index;
    cli_group_end(&o->group);
    reel_index_at(index, it->number, &entry);
    const reel_index_store_info *info = reel_index_store(index, entry.store);
    o->group.store = (reel_store_id) { info->kind, info->application_id, info->recording_id };
    o->group.timeline = strdup(ordering_range(&entry)->timeline);
    if (!o->group.timeline) cli_reshape_fail(&o->job, "no memory for a timeline's name");
    return o->group.timeline != NULL;
}

static void order_all(optimize *o) {
    o->group.job = &o->job;
    o->group.limits = o->limits;
    o->group.max = INT64_MIN;
    if (o->n_items) qsort(o->items, o->n_items, sizeof *o->items, by_group_and_time);
    cli_progress_start(&o->progress, (double)o->n_items);
    for (size_t i = 0; i < o->n_items && !o->job.has_failed && !cli_stop_requested(); i++) {
        const item *it = &o->items[i];
        reel_read_message message;
        bool is_last = i + 1 == o->n_items || o->items[i + 1].group != it->group;
        if ((!i || o->items[i - 1].group != it->group) && !begin_group(o, it)) break;
        look_at(o, it->input);
        reel_chunk *chunk = cli_whole_chunk(&o->inputs[it->input], &o->job, it->number);
        bool has_message = chunk && reel_index_message(o->inputs[it->input].index, it->number, &message) == REEL_OK;
        if (chunk) cli_group_add(&o->group, chunk, has_message ? &message : NULL, is_last ? INT64_MAX : o->items[i + 1].min);
        cli_progress_show(&o->progress, (double)i, o->job.output);
    }
    if (!cli_stop_requested()) cli_group_end(&o->group);
    cli_progress_clear(&o->progress);
}

static void open_all(optimize *o) {
    o->inputs = calloc(o->paths.n, sizeof *o->inputs);
    if (!o->inputs) cli_reshape_fail(&o->job, "no memory for %zu files", o->paths.n);
    for (size_t i = 0; i < o->paths.n && !o->job.has_failed; i++) {
        bool is_open = cli_whole_open(&o->inputs[i], &o->job, o->paths.items[i]);
        o->n_inputs++;
        if (!is_open) return;
        cli_recording_close(&o->inputs[i].in); /* the index has the bytes: there may be more files than descriptors */
    }
}

static int run(optimize *o) {
    cli_text more = { 0 };
    cli_stop_install();
    o->job.began_ns = cli_monotonic_ns();
    open_all(o);
    if (!o->job.has_failed && !cli_stop_requested() && cli_reshape_open(&o->job, o->job.output)) {
        take_all(o);
        cli_chunk_set_free(&o->chunks);
        if (!o->job.has_failed) order_all(o);
        cli_reshape_close(&o->job);
    }
    (void)cli_json_number(&more, "groups", o->groups.n);
    (void)cli_json_number(&more, "copied", o->group.copied);
    (void)cli_json_number(&more, "joined", o->group.joined);
    (void)cli_json_number(&more, "duplicates", o->duplicates);
    int code = cli_reshape_end(&o->job, &more);
    cli_text_free(&more);
    return code;
}

/* ---- the command line */

static int refuse(const char *what, const char *value) {
    fprintf(stderr, "reel optimize: %s%s\nTry: reel optimize --help\n", what, value);
    return CLI_USAGE;
}

static int take_profile(optimize *o, const char *name) {
    bool is_viewer = strcmp(name, "viewer") == 0;
    if (!is_viewer && strcmp(name, "object-store") != 0) return refuse("--profile is viewer or object-store, not ", name);
    if (!o->has_rows) o->limits.rows = is_viewer ? 4096 : 65536;
    if (!o->has_bytes) o->limits.bytes = is_viewer ? 384 * 1024 : 2048 * 1024;
    return CLI_OK;
}

static int take(optimize *o, int option, const cli_args *args) {
    int64_t rows;
    switch (option) {
    case CLI_ARG_PLAIN: return cli_paths_add(&o->paths, command.name, args->value) ? CLI_OK : CLI_USAGE;
    case OPTION_OUTPUT: o->job.output = args->value; return CLI_OK;
    case OPTION_PROFILE: return take_profile(o, args->value);
    case OPTION_JSON: o->job.is_json = true; return CLI_OK;
    case OPTION_MAX_ROWS:
        if (!cli_number(args, "--max-rows", 1, INT32_MAX / 16, &rows)) return CLI_USAGE;
        o->limits.rows = (uint64_t)rows;
        o->has_rows = true;
        return CLI_OK;
    case OPTION_MAX_BYTES:
        if (!cli_size_parse(args->value, &o->limits.bytes) || !o->limits.bytes || o->limits.bytes > (1 << 30))
            return refuse("--max-bytes is a number of bytes up to 1 GiB, as 384KiB, not ", args->value);
        o->has_bytes = true;
        return CLI_OK;
    default: return CLI_USAGE;
    }
}

static int parse(optimize *o, cli_args *args, bool *is_help) {
    for (;;) {
        int option = cli_next(args);
        if (option == OPTION_HELP) {
            *is_help = true;
            return CLI_OK;
        }
        if (option == CLI_ARG_END)
            return !o->paths.n ? refuse("which recordings? FILE is missing", "") : !o->job.output ? refuse("where to? -o OUT is missing", "") : CLI_OK;
        int code = take(o, option, args);
        if (code != CLI_OK) return code;
    }
}

int reel_cli_optimize(int argc, char **argv) {
    cli_args args = { .command = &command, .argc = argc, .argv = argv };
    optimize o = { .job = { .command = command.name } };
    bool is_help = false;
    take_profile(&o, "viewer");
    int code = parse(&o, &args, &is_help);
    if (is_help)
        cli_print_help(&command);
    else if (code == CLI_OK)
        code = run(&o);
    cli_group_free(&o.group);
    for (size_t i = 0; i < o.n_inputs; i++) cli_whole_close(&o.inputs[i]);
    free(o.inputs);
    free(o.items);
    cli_paths_free(&o.paths);
    cli_map_free(&o.stores);
    cli_map_free(&o.groups);
    cli_map_free(&o.announced);
    cli_chunk_set_free(&o.chunks);
    return code;
}
