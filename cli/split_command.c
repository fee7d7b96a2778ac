/* `reel split`: a recording in parts that each stand alone. */
#define _POSIX_C_SOURCE 200809L
#include "commands.h"
#include "json_text.h"
#include "options.h"
#include "split_plan.h"
#include "stop.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define CACHE_BYTES_MAX ((size_t)16 << 20) /* of chunks that several parts take rows from */

enum { OPTION_HELP = 1, OPTION_OUTPUT, OPTION_BY, OPTION_DEPTH, OPTION_JSON };

static const cli_option options[] = {
    { OPTION_OUTPUT, 'o', "output", "DIR", "the folder for the parts (required); it is made if need be" },
    { OPTION_BY, 'b', "by", "time TIMELINE:STEP | size BYTES | entity | store", "what makes a part (required)" },
    { OPTION_DEPTH, 0, "depth", "N", "by entity: how many names of a path are looked at (default 1)" },
    { OPTION_JSON, 0, "json", NULL, "print a summary as JSON" },
    { OPTION_HELP, 'h', "help", NULL, "print this and end" },
    { 0, 0, NULL, NULL, NULL },
};

static const cli_command command = {
    .name = "split",
    .synopsis = "FILE -o DIR --by time TIMELINE:STEP | size BYTES | entity | store",
    .summary = "Writes a recording in parts that each stand alone, and prints their names.",
    .details = "time: a part has the rows of STEP (100, 1.5s, 1h) from a multiple of STEP on; what is not on the\n"
               "timeline goes to a part of its own. size: a part ends before it would have more than BYTES (8MiB),\n"
               "its footer apart; chunks are not cut. Both have all static data, properties and blueprints in each\n"
               "part. entity: a part for each upper path, with the properties and blueprints. store: a part for each\n"
               "recording and blueprint. Ids stay: reel merge makes of the parts what was split. - is standard input.\n"
               "\n"
               "Exit codes: 0 done, 1 failed, 2 the command line makes no sense, 3 something could not be read (the\n"
               "rest was written).",
    .options = options,
};

typedef struct split {
    cli_reshape job;
    const char *path, *folder;
    cli_split_plan plan;
    cli_whole whole;
    reel_chunk **cache; /* by number: chunks that are needed again */
    size_t cache_bytes;
    cli_map files;     /* names that were given */
    uint64_t n_chunks; /* of this part, those that are in all parts aside */
    cli_progress progress;
    cli_text list; /* JSON of the parts */
} split;

static bool check(split *s, reel_status status) {
    if (status != REEL_OK) cli_reshape_fail_with(&s->job, s->job.output);
    return status == REEL_OK;
}

/* ---- chunks */

static reel_chunk *load(split *s, size_t number, uint32_t part) {
    reel_chunk *chunk = s->cache[number];
    if (!chunk) {
        chunk = cli_whole_chunk(&s->whole, &s->job, number);
        if (!chunk) s->plan.first[number] = s->plan.last[number] = s->plan.n_parts; /* told once */
        if (chunk && s->cache_bytes + reel_chunk_bytes(chunk) <= CACHE_BYTES_MAX) {
            s->cache[number] = chunk;
            s->cache_bytes += reel_chunk_bytes(chunk);
        }
    }
    if (!chunk) return NULL;
    reel_chunk *used = s->cache[number] ? reel_chunk_ref(chunk) : chunk;
    if (s->cache[number] && s->plan.last[number] == part) {
        s->cache_bytes -= reel_chunk_bytes(chunk);
        reel_chunk_unref(chunk);
        s->cache[number] = NULL;
    }
    return used;
}

/* The rows of a chunk that lie in this part; NULL if none do. */
static reel_chunk *cut(split *s, size_t number, uint32_t part) {
    reel_chunk *chunk = load(s, number, part), *left = NULL;
    const reel_chunk_timeline *timeline = chunk ? reel_chunk_timeline_of(chunk, s->plan.timeline) : NULL;
    size_t n = timeline ? reel_chunk_rows(chunk) : 0, kept = 0;
    uint64_t *rows = malloc((n + 1) * sizeof *rows);
    if (!rows) cli_reshape_fail(&s->job, "no memory for %zu rows", n);
    for (size_t i = 0; rows && i < n; i++) {
        if (cli_split_part_of(&s->plan, timeline->times[i]) == part) rows[kept++] = i;
    }
    if (kept) check(s, reel_chunk_select(chunk, rows, kept, &left));
    free(rows);
    reel_chunk_unref(chunk);
    return left;
}

static void copy_chunk(split *s, size_t number) {
    reel_read_message message;
    reel_index_entry entry;
    reel_status status = reel_index_message(s->whole.index, number, &message);
    reel_chunk *chunk = status == REEL_OK ? cli_whole_chunk(&s->whole, &s->job, number) : NULL;
    if (chunk)
        cli_reshape_put_message(&s->job, &message, chunk);
    else if (status == REEL_E_FORMAT && reel_index_at(s->whole.index, number, &entry) == REEL_OK)
        cli_reshape_lost(&s->job, s->whole.in.name, entry.offset, entry.size);
    else
        check(s, status);
    reel_chunk_unref(chunk);
}

/* ---- a part */

static bool is_of_part(const split *s, const reel_read_message *message, uint32_t part) {
    if (s->plan.by != CLI_BY_STORE) return true;
    const char *name = cli_map_key(&s->plan.names, part, NULL);
    size_t store = (size_t)strtoul(name + strlen(name) + 1, NULL, 10);
    const reel_index_store_info *info = reel_index_store(s->whole.index, store);
    return info->kind == message->store_kind && strcmp(info->application_id, message->application_id) == 0 &&
           strcmp(info->recording_id, message->recording_id) == 0;
}

static bool was_announced(const split *s, size_t number) {
    const reel_read_message *a = &s->whole.notes[number].message;
    for (size_t i = 0; i < number; i++) {
        const reel_read_message *b = &s->whole.notes[i].message;
        if (a->kind == b->kind && a->store_kind == b->store_kind && strcmp(a->application_id, b->application_id) == 0 &&
            strcmp(a->recording_id, b->recording_id) == 0)
            return true;
    }
    return false;
}

static void copy_notes(split *s, int kind, uint32_t part) {
    for (size_t i = 0; i < s->whole.n_notes && !s->job.has_failed; i++) {
        const reel_read_message *message = &s->whole.notes[i].message;
        if (message->kind != kind || !is_of_part(s, message, part) || (kind == REEL_MESSAGE_STORE_INFO && was_announced(s, i))) continue;
        cli_reshape_put_message(&s->job, message, NULL);
    }
}

/* What is in all parts: first the blueprints, behind which their activations may stand, then static data. */
static void copy_common(split *s, bool is_blueprint) {
    reel_index_entry entry;
    for (size_t i = 0; i < reel_index_size(s->whole.index) && !s->job.has_failed; i++) {
        if (s->plan.first[i] != CLI_EVERY_PART || reel_index_at(s->whole.index, i, &entry) != REEL_OK) continue;
        if ((reel_index_store(s->whole.index, entry.store)->kind == REEL_STORE_BLUEPRINT) == is_blueprint) copy_chunk(s, i);
    }
}

static bool name_part(split *s, uint32_t part, cli_text *path) {
    const char *base = strrchr(s->path, '/');
    base = strcmp(s->path, "-") == 0 ? "recording" : base ? base + 1 : s->path;
    const char *dot = strrchr(base, '.');
    size_t size = dot && dot > base ? (size_t)(dot - base) : strlen(base), store = 0, number;
    bool is_new = false, is_blueprint = false;
    if (s->plan.by == CLI_BY_STORE) {
        const char *name = cli_map_key(&s->plan.names, part, NULL);
        store = (size_t)strtoul(name + strlen(name) + 1, NULL, 10);
        is_blueprint = reel_index_store(s->whole.index, store)->kind == REEL_STORE_BLUEPRINT;
    }
    for (int attempt = 1; !is_new; attempt++) {
        cli_text_clear(path);
        bool fits = cli_text_printf(path, "%s/", s->folder) && cli_text_append(path, base, size) && cli_split_part_name(&s->plan, part, path) &&
                    (attempt == 1 || cli_text_printf(path, "-%d", attempt)) && cli_text_printf(path, is_blueprint ? ".rbl" : ".rrd") &&
                    cli_map_add(&s->files, path->data, path->size, &number, &is_new);
        if (!fits) return false;
    }
    return true;
}

static bool begin_part(split *s, uint32_t part, cli_text *path) {
    if (!name_part(s, part, path)) {
        cli_reshape_fail(&s->job, "no memory for the name of a part");
        return false;
    }
    s->job.output = path->data;
    if (!cli_reshape_open(&s->job, path->data)) return false;
    copy_notes(s, REEL_MESSAGE_STORE_INFO, part);
    copy_common(s, true);
    if (s->plan.by != CLI_BY_STORE) copy_notes(s, REEL_MESSAGE_BLUEPRINT_ACTIVATION, part);
    copy_common(s, false);
    return !s->job.has_failed;
}

static void end_part(split *s, uint32_t part, const cli_text *path) {
    if (s->plan.by == CLI_BY_STORE) copy_notes(s, REEL_MESSAGE_BLUEPRINT_ACTIVATION, part);
    cli_reshape_close(&s->job);
    if (s->job.has_failed) return;
    cli_progress_clear(&s->progress);
    if (!s->job.is_json) printf("%s\n", path->data);
    (void)(cli_json_comma(&s->list) && cli_text_append(&s->list, "{", 1) && cli_json_text(&s->list, "path", path->data) &&
           cli_json_number(&s->list, "chunks", s->n_chunks) && cli_text_append(&s->list, "}", 1));
}

/* A part without anything of its own is not written. */
static void write_part(split *s, uint32_t part) {
    cli_text path = { 0 };
    s->n_chunks = 0;
    for (size_t i = 0; i < reel_index_size(s->whole.index) && !s->job.has_failed && !cli_stop_requested(); i++) {
        if (s->plan.first[i] == CLI_EVERY_PART || part < s->plan.first[i] || part > s->plan.last[i]) continue;
        bool is_cut = s->plan.first[i] != s->plan.last[i];
        reel_chunk *chunk = is_cut ? cut(s, i, part) : NULL;
        if ((is_cut && !chunk) || (!s->job.writer && !begin_part(s, part, &path))) {
            reel_chunk_unref(chunk);
            continue;
        }
        if (chunk) {
            reel_index_entry entry;
            reel_index_at(s->whole.index, i, &entry);
            const reel_index_store_info *store = reel_index_store(s->whole.index, entry.store);
            cli_reshape_put_chunk(&s->job, &(reel_store_id) { store->kind, store->application_id, store->recording_id }, reel_chunk_ref(chunk));
        } else {
            copy_chunk(s, i);
        }
        s->n_chunks++;
        reel_chunk_unref(chunk);
    }
    if (s->job.writer) end_part(s, part, &path);
    s->job.output = s->folder;
    cli_text_free(&path);
}

static bool make_folder(split *s) {
    struct stat info;
    if (mkdir(s->folder, 0777) == 0 || (errno == EEXIST && stat(s->folder, &info) == 0 && S_ISDIR(info.st_mode))) return true;
    cli_reshape_fail(&s->job, "%s: the folder cannot be made: %s", s->folder, strerror(errno));
    return false;
}

static void write_parts(split *s) {
    s->cache = calloc(reel_index_size(s->whole.index) + 1, sizeof *s->cache);
    if (!s->cache) {
        cli_reshape_fail(&s->job, "no memory for %zu chunks", reel_index_size(s->whole.index));
        return;
    }
    cli_progress_start(&s->progress, (double)s->plan.n_parts);
    for (uint32_t part = 0; part < s->plan.n_parts && !s->job.has_failed; part++) {
        cli_progress_show(&s->progress, (double)part, s->whole.in.name);
        write_part(s, part);
        if (cli_stop_requested() && !s->job.has_failed) cli_reshape_fail(&s->job, "stopped: not all parts were written");
    }
    cli_progress_clear(&s->progress);
    for (size_t i = 0; i < reel_index_size(s->whole.index); i++) reel_chunk_unref(s->cache[i]);
    free(s->cache);
}

static int run(split *s) {
    cli_text more = { 0 };
    cli_stop_install();
    s->job.began_ns = cli_monotonic_ns();
    s->job.output = s->folder;
    if (cli_whole_open(&s->whole, &s->job, s->path) && make_folder(s) && cli_split_make(&s->plan, &s->whole, &s->job)) write_parts(s);
    cli_whole_close(&s->whole);
    (void)(cli_json_key(&more, "parts") && cli_text_append(&more, "[", 1) && cli_text_append(&more, s->list.data ? s->list.data : "", s->list.size) &&
           cli_text_append(&more, "]", 1));
    int code = cli_reshape_end(&s->job, &more);
    cli_text_free(&more);
    return code;
}

/* ---- the command line */

static int refuse(const char *what, const char *value) {
    fprintf(stderr, "reel split: %s%s\nTry: reel split --help\n", what, value);
    return CLI_USAGE;
}

/* The word after --by is followed by one more argument where it needs one. */
static int take_by(split *s, cli_args *args) {
    if (!cli_split_by_parse(&s->plan, args->value)) return refuse("--by is followed by time TIMELINE:STEP, size BYTES, entity or store, not by ", args->value);
    bool needs_more = s->plan.by == CLI_BY_TIME || s->plan.by == CLI_BY_SIZE;
    if (!needs_more) return CLI_OK;
    const char *argument = args->next < args->argc ? args->argv[args->next++] : "";
    if (s->plan.by == CLI_BY_TIME && !cli_split_time_parse(&s->plan, argument))
        return refuse("--by time needs TIMELINE:STEP, with a step above 0, not ", argument);
    if (s->plan.by == CLI_BY_SIZE && (!cli_size_parse(argument, &s->plan.bytes) || !s->plan.bytes))
        return refuse("--by size needs a number of bytes above 0, as 500000 or 8MiB, not ", argument);
    return CLI_OK;
}

static int check_arguments(const split *s) {
    if (!s->path) return refuse("which recording? FILE is missing", "");
    if (!s->folder || !*s->folder) return refuse("where to? -o DIR is missing", "");
    if (!s->plan.by) return refuse("what makes a part? --by is missing", "");
    return CLI_OK;
}

static int parse(split *s, cli_args *args, bool *is_help) {
    for (;;) {
        int code = CLI_OK;
        switch (cli_next(args)) {
        case CLI_ARG_END: return check_arguments(s);
        case CLI_ARG_PLAIN:
            if (s->path) code = refuse("one recording is split at a time: ", args->value);
            s->path = args->value;
            break;
        case OPTION_OUTPUT: s->folder = args->value; break;
        case OPTION_BY: code = take_by(s, args); break;
        case OPTION_DEPTH: code = cli_number(args, "--depth", 1, 1000, &s->plan.depth) ? CLI_OK : CLI_USAGE; break;
        case OPTION_JSON: s->job.is_json = true; break;
        case OPTION_HELP: *is_help = true; return CLI_OK;
        default: code = CLI_USAGE;
        }
        if (code != CLI_OK) return code;
    }
}

int reel_cli_split(int argc, char **argv) {
    cli_args args = { .command = &command, .argc = argc, .argv = argv };
    split s = { .job = { .command = command.name }, .plan = { .depth = 1 } };
    bool is_help = false;
    int code = parse(&s, &args, &is_help);
    if (is_help)
        cli_print_help(&command);
    else if (code == CLI_OK)
        code = run(&s);
    cli_split_free(&s.plan);
    cli_map_free(&s.files);
    cli_text_free(&s.list);
    return code;
}
