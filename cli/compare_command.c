/* `reel compare`: whether two recordings hold the same data, however their rows are cut into chunks.
 *
 * First each row of both becomes a hash, and an entity the sums of its rows' hashes, with and without their ids: little memory, whatever the size. Equal sums
 * end it. Only for entities whose sums differ are the rows themselves lined up, 40 bytes each, to find the first that differs. */
#include "commands.h"
#include "compare_rows.h"
#include "json_text.h"
#include "options.h"
#include "stop.h"
#include "text_map.h"
#include "whole_input.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { OPTION_HELP = 1, OPTION_UNORDERED, OPTION_IGNORE_LOG_TIME, OPTION_IGNORE_TIMELINE, OPTION_MAX, OPTION_JSON };

static const cli_option options[] = {
    { OPTION_UNORDERED, 0, "unordered", NULL, "the order of an entity's rows makes no difference" },
    { OPTION_IGNORE_LOG_TIME, 0, "ignore-log-time", NULL, "leave the timeline log_time out of it" },
    { OPTION_IGNORE_TIMELINE, 0, "ignore-timeline", "NAME", "leave this timeline out of it" },
    { OPTION_MAX, 0, "max", "N", "how many differences are told (default 10)" },
    { OPTION_JSON, 0, "json", NULL, "print the result as JSON" },
    { OPTION_HELP, 'h', "help", NULL, "print this and end" },
    { 0, 0, NULL, NULL, NULL },
};

static const cli_command command = {
    .name = "compare",
    .synopsis = "A B [--unordered] [--ignore-log-time]",
    .summary = "Says whether two recordings hold the same data, or where it differs first.",
    .details = "Compared are, per store and entity, the rows in the order of their ids: times, components, their\n"
               "types and values, bit by bit, but NaN equals NaN. Row ids, chunk ids, how rows are cut into chunks and\n"
               "columns without values make no difference. Stores are paired by their ids; one recording in each\n"
               "file is a pair whatever its id. - is standard input.\n"
               "\n"
               "Exit codes: 0 equal, 1 different, or one cannot be read, 2 the command line makes no sense, 3 no\n"
               "difference was found, but some of them could not be read.",
    .options = options,
};

/* An entity of a store, in one of the two. */
typedef struct sums {
    cli_hash rows, rows_with_ids;
    uint64_t n;
} sums;

typedef struct side {
    cli_whole whole;
    cli_reshape job;
    size_t *pairs;  /* which pair of stores each store is of */
    sums *entities; /* by number */
    size_t n_entities;
} side;

typedef struct comparing {
    side sides[2];
    const char *paths[2];
    size_t n_paths;
    cli_row_rules rules;
    bool is_unordered, is_json;
    int64_t max;
    cli_map stores, entities; /* pairs; a pair's number and an entity */
    uint64_t n_rows, n_differences;
    cli_text list; /* JSON of the differences */
    bool has_failed;
} comparing;

static void fail(comparing *c, const char *what) {
    fprintf(stderr, "reel compare: %s\n", what);
    c->has_failed = true;
}

/* ---- telling */

static void differ(comparing *c, const char *entity, const char *what) {
    c->n_differences++;
    if (c->n_differences > (uint64_t)c->max) return;
    if (!c->is_json) printf("%s%s%s\n", entity ? entity : "", entity ? ": " : "", what);
    (void)(cli_json_comma(&c->list) && cli_text_append(&c->list, "{", 1) && cli_json_text(&c->list, "entity", entity) &&
           cli_json_text(&c->list, "what", what) && cli_text_append(&c->list, "}", 1));
}

/* ---- stores */

static size_t count_kind(const side *s, reel_store_kind kind) {
    size_t n = 0;
    for (size_t i = 0; i < reel_index_stores(s->whole.index); i++) n += reel_index_store(s->whole.index, i)->kind == kind;
    return n;
}

/* Stores of the same ids are a pair; so are the only ones of a kind. */
static bool pair_stores(comparing *c) {
    for (int k = 0; k < 2; k++) {
        side *s = &c->sides[k];
        s->pairs = calloc(reel_index_stores(s->whole.index) + 1, sizeof *s->pairs);
        for (size_t i = 0; i < reel_index_stores(s->whole.index) && s->pairs; i++) {
            const reel_index_store_info *info = reel_index_store(s->whole.index, i);
            bool is_only = count_kind(&c->sides[0], info->kind) == 1 && count_kind(&c->sides[1], info->kind) == 1, is_new;
            cli_text key = { 0 };
            bool fits = is_only ? cli_text_printf(&key, "the %s", cli_store_kind_name(info->kind))
                                : cli_text_printf(&key, "the %s %s of %s", cli_store_kind_name(info->kind), info->recording_id, info->application_id);
            fits = fits && cli_map_add(&c->stores, key.data, key.size, &s->pairs[i], &is_new);
            cli_text_free(&key);
            if (!fits) return false;
        }
        if (!s->pairs) return false;
    }
    return true;
}

/* ---- sums */

typedef struct summing {
    sums *to;
} summing;

static bool add_row(void *user, const cli_row *row) {
    sums *to = ((summing *)user)->to;
    cli_hash hash = row->hash, with_id = row->hash;
    cli_hash_number(&hash, row->is_static);
    hash = cli_hash_end(hash);
    cli_hash_bytes(&with_id, row->id, sizeof row->id);
    cli_hash_number(&with_id, row->is_static);
    cli_hash_add(&to->rows, hash);
    cli_hash_add(&to->rows_with_ids, cli_hash_end(with_id));
    to->n++;
    return true;
}

static sums *sums_of(comparing *c, side *s, size_t pair, const char *entity) {
    cli_text key = { 0 };
    size_t number;
    bool is_new;
    bool fits = cli_text_printf(&key, "%zu%s", pair, entity) && cli_map_add(&c->entities, key.data, key.size, &number, &is_new);
    cli_text_free(&key);
    if (!fits) return NULL;
    if (number >= s->n_entities) {
        size_t n = 2 * number + 64;
        sums *entities = realloc(s->entities, n * sizeof *entities);
        if (!entities) return NULL;
        memset(entities + s->n_entities, 0, (n - s->n_entities) * sizeof *entities);
        s->entities = entities;
        s->n_entities = n;
    }
    return &s->entities[number];
}

static bool sum_up(comparing *c, side *s) {
    size_t n = reel_index_size(s->whole.index);
    cli_progress progress;
    cli_progress_start(&progress, (double)n);
    for (size_t i = 0; i < n && !c->has_failed && !cli_stop_requested(); i++) {
        reel_index_entry entry;
        reel_chunk *chunk = cli_whole_chunk(&s->whole, &s->job, i);
        if (!chunk) continue;
        reel_index_at(s->whole.index, i, &entry);
        summing to = { sums_of(c, s, s->pairs[entry.store], reel_chunk_entity(chunk)) };
        if (!to.to || !cli_rows_hash(chunk, (uint32_t)i, &c->rules, add_row, &to)) fail(c, "no memory to compare rows with");
        reel_chunk_unref(chunk);
        cli_progress_show(&progress, (double)i, s->whole.in.name);
    }
    cli_progress_clear(&progress);
    if (cli_stop_requested() && !c->has_failed) fail(c, "stopped");
    return !c->has_failed;
}

/* ---- the rows of an entity */

typedef struct rows {
    cli_row *items;
    size_t n, capacity;
} rows;

static bool keep_row(void *user, const cli_row *row) {
    rows *all = user;
    if (all->n == all->capacity) {
        size_t capacity = all->capacity ? 2 * all->capacity : 1024;
        cli_row *items = realloc(all->items, capacity * sizeof *items);
        if (!items) return false;
        all->items = items;
        all->capacity = capacity;
    }
    all->items[all->n++] = *row;
    return true;
}

static int by_id(const void *left, const void *right) {
    const cli_row *a = left, *b = right;
    if (a->is_static != b->is_static) return a->is_static ? -1 : 1;
    int order = memcmp(a->id, b->id, sizeof a->id);
    return order ? order : a->chunk != b->chunk ? (a->chunk < b->chunk ? -1 : 1) : a->row < b->row ? -1 : a->row > b->row;
}

static int by_hash(const cli_row *a, const cli_row *b) {
    if (a->is_static != b->is_static) return a->is_static ? -1 : 1;
    if (a->hash.a != b->hash.a) return a->hash.a < b->hash.a ? -1 : 1;
    return a->hash.b < b->hash.b ? -1 : a->hash.b > b->hash.b;
}

static int by_hash_then_id(const void *left, const void *right) {
    int order = by_hash(left, right);
    return order ? order : by_id(left, right);
}

static bool collect(comparing *c, side *s, size_t pair, const char *entity, rows *all) {
    for (size_t i = 0; i < reel_index_size(s->whole.index); i++) {
        reel_index_entry entry;
        if (reel_index_at(s->whole.index, i, &entry) != REEL_OK || s->pairs[entry.store] != pair || strcmp(entry.entity, entity) != 0) continue;
        reel_chunk *chunk = NULL;
        if (reel_index_chunk(s->whole.index, i, &chunk) != REEL_OK) continue; /* it was told when the sums were made */
        bool fits = cli_rows_hash(chunk, (uint32_t)i, &c->rules, keep_row, all);
        reel_chunk_unref(chunk);
        if (!fits) return false;
    }
    if (all->n) qsort(all->items, all->n, sizeof *all->items, by_id);
    return true;
}

/* Takes away what both have; what is left stays in the order of ids. */
static void drop_common(rows *a, rows *b) {
    size_t i = 0, k = 0, n_a = 0, n_b = 0;
    if (a->n) qsort(a->items, a->n, sizeof *a->items, by_hash_then_id);
    if (b->n) qsort(b->items, b->n, sizeof *b->items, by_hash_then_id);
    while (i < a->n || k < b->n) {
        int order = i == a->n ? 1 : k == b->n ? -1 : by_hash(&a->items[i], &b->items[k]);
        if (order == 0) {
            i++;
            k++;
        } else if (order < 0) {
            a->items[n_a++] = a->items[i++];
        } else {
            b->items[n_b++] = b->items[k++];
        }
    }
    a->n = n_a;
    b->n = n_b;
    if (n_a) qsort(a->items, n_a, sizeof *a->items, by_id);
    if (n_b) qsort(b->items, n_b, sizeof *b->items, by_id);
}

/* ---- the first difference of an entity */

static bool tell_row(comparing *c, const char *entity, int which, const cli_row *row, size_t place) {
    reel_chunk *chunk = NULL;
    cli_text text = { 0 };
    bool fits = reel_index_chunk(c->sides[which].whole.index, row->chunk, &chunk) == REEL_OK && cli_text_printf(&text, "row %zu (", place + 1) &&
                cli_row_times(&text, chunk, row->row) && cli_text_printf(&text, ") is only in %s", c->paths[which]);
    if (fits) differ(c, entity, text.data);
    cli_text_free(&text);
    reel_chunk_unref(chunk);
    return fits;
}

static bool tell_pair(comparing *c, const char *entity, const cli_row *a, const cli_row *b, size_t place) {
    reel_chunk *left = NULL, *right = NULL;
    cli_text text = { 0 };
    bool fits = reel_index_chunk(c->sides[0].whole.index, a->chunk, &left) == REEL_OK &&
                reel_index_chunk(c->sides[1].whole.index, b->chunk, &right) == REEL_OK && cli_text_printf(&text, "row %zu (", place + 1) &&
                cli_row_times(&text, left, a->row) && cli_text_append(&text, "): ", 3) && cli_rows_tell(&text, left, a->row, right, b->row, &c->rules);
    if (fits) differ(c, entity, text.data);
    cli_text_free(&text);
    reel_chunk_unref(left);
    reel_chunk_unref(right);
    return fits;
}

/* The rows line up by their place. True if a difference was found. */
static bool tell_first(comparing *c, const char *entity, const rows *a, const rows *b) {
    size_t n = a->n < b->n ? a->n : b->n, i = 0;
    while (i < n && by_hash(&a->items[i], &b->items[i]) == 0) i++;
    if (i == a->n && i == b->n) return false;
    bool fits = i < n ? tell_pair(c, entity, &a->items[i], &b->items[i], i) : tell_row(c, entity, a->n > n ? 0 : 1, a->n > n ? &a->items[i] : &b->items[i], i);
    if (!fits) fail(c, "no memory to tell the difference");
    return true;
}

static void compare_entity(comparing *c, size_t pair, const char *entity) {
    rows a = { 0 }, b = { 0 };
    if (!collect(c, &c->sides[0], pair, entity, &a) || !collect(c, &c->sides[1], pair, entity, &b)) {
        fail(c, "no memory to line rows up");
    } else {
        size_t n_a = a.n, n_b = b.n;
        if (n_a != n_b) {
            char text[160];
            snprintf(text, sizeof text, "%zu rows and %zu rows", n_a, n_b);
            differ(c, entity, text);
        }
        if (c->is_unordered) drop_common(&a, &b);
        if (!c->has_failed) tell_first(c, entity, &a, &b);
    }
    free(a.items);
    free(b.items);
}

static bool is_same(cli_hash a, cli_hash b) { return a.a == b.a && a.b == b.b; }

static void compare_sums(comparing *c) {
    static const sums none;
    for (size_t i = 0; i < c->entities.n && !c->has_failed; i++) {
        const sums *a = i < c->sides[0].n_entities ? &c->sides[0].entities[i] : &none, *b = i < c->sides[1].n_entities ? &c->sides[1].entities[i] : &none;
        char *entity;
        size_t pair = (size_t)strtoull(cli_map_key(&c->entities, i, NULL), &entity, 10);
        c->n_rows += a->n;
        if (is_same(a->rows_with_ids, b->rows_with_ids) || (c->is_unordered && is_same(a->rows, b->rows))) continue;
        if (a->n && b->n) {
            compare_entity(c, pair, entity);
            continue;
        }
        char text[400];
        snprintf(text, sizeof text, "%" PRIu64 " rows, in %.200s of %.100s only", a->n + b->n, cli_map_key(&c->stores, pair, NULL), c->paths[a->n ? 0 : 1]);
        differ(c, entity, text);
    }
}

/* ---- the command */

static int result(comparing *c) {
    uint64_t damaged = c->sides[0].job.damaged + c->sides[1].job.damaged;
    int code = c->has_failed || c->n_differences ? CLI_FAILED : damaged ? CLI_LOST : CLI_OK;
    if (damaged) fprintf(stderr, "reel compare: %" PRIu64 " places could not be read\n", damaged);
    if (c->is_json) {
        cli_text text = { 0 };
        bool fits = cli_text_append(&text, "{", 1) && cli_json_text(&text, "command", "compare") && cli_json_bool(&text, "is_equal", code == CLI_OK) &&
                    cli_json_number(&text, "entities", c->entities.n) && cli_json_number(&text, "rows", c->n_rows) &&
                    cli_json_number(&text, "damaged", damaged) && cli_json_number(&text, "n_differences", c->n_differences) &&
                    cli_json_key(&text, "differences") && cli_text_append(&text, "[", 1) &&
                    cli_text_append(&text, c->list.data ? c->list.data : "", c->list.size) && cli_text_append(&text, "]", 1) &&
                    cli_json_number(&text, "exit_code", (uint64_t)code) && cli_text_append(&text, "}\n", 2);
        if (fits) fputs(text.data, stdout);
        cli_text_free(&text);
    } else if (code == CLI_OK) {
        printf("equal: %zu entities, %" PRIu64 " rows\n", c->entities.n, c->n_rows);
    } else if (c->n_differences > (uint64_t)c->max) {
        printf("... %" PRIu64 " differences in all\n", c->n_differences);
    }
    return code;
}

static int run(comparing *c) {
    cli_stop_install();
    for (int k = 0; k < 2; k++) {
        c->sides[k].whole.copy = -1;
        c->sides[k].job = (cli_reshape) { .command = command.name };
    }
    for (int k = 0; k < 2 && !c->has_failed; k++) c->has_failed = !cli_whole_open(&c->sides[k].whole, &c->sides[k].job, c->paths[k]);
    if (!c->has_failed && !pair_stores(c)) fail(c, "no memory for the list of stores");
    for (int k = 0; k < 2 && !c->has_failed; k++) sum_up(c, &c->sides[k]);
    if (!c->has_failed) compare_sums(c);
    int code = result(c);
    for (int k = 0; k < 2; k++) {
        cli_whole_close(&c->sides[k].whole);
        free(c->sides[k].pairs);
        free(c->sides[k].entities);
    }
    return code;
}

static int parse(comparing *c, cli_args *args, bool *is_help) {
    for (;;) {
        bool fits = true;
        switch (cli_next(args)) {
        case CLI_ARG_END:
            if (c->n_paths == 2) return CLI_OK;
            fprintf(stderr, "reel compare: two recordings are compared, %zu were given\nTry: reel compare --help\n", c->n_paths);
            return CLI_USAGE;
        case CLI_ARG_PLAIN:
            if (c->n_paths < 2) c->paths[c->n_paths] = args->value;
            c->n_paths++;
            break;
        case OPTION_UNORDERED: c->is_unordered = true; break;
        case OPTION_IGNORE_LOG_TIME: fits = cli_names_add(&c->rules.ignored, "log_time"); break;
        case OPTION_IGNORE_TIMELINE: fits = cli_names_add(&c->rules.ignored, args->value); break;
        case OPTION_MAX:
            if (!cli_number(args, "--max", 1, 1000000, &c->max)) return CLI_USAGE;
            break;
        case OPTION_JSON: c->is_json = true; break;
        case OPTION_HELP: *is_help = true; return CLI_OK;
        default: return CLI_USAGE;
        }
        if (!fits) return CLI_USAGE;
    }
}

int reel_cli_compare(int argc, char **argv) {
    cli_args args = { .command = &command, .argc = argc, .argv = argv };
    comparing c = { .max = 10 };
    bool is_help = false;
    int code = parse(&c, &args, &is_help);
    if (!is_help && code == CLI_OK && strcmp(c.paths[0], "-") == 0 && strcmp(c.paths[1], "-") == 0) {
        fprintf(stderr, "reel compare: standard input (-) can be read only once\n");
        code = CLI_USAGE;
    }
    if (is_help)
        cli_print_help(&command);
    else if (code == CLI_OK)
        code = run(&c);
    cli_names_free(&c.rules.ignored);
    cli_map_free(&c.stores);
    cli_map_free(&c.entities);
    cli_text_free(&c.list);
    return code;
}
