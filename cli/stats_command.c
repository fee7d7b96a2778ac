/* `reel stats`: where the bytes of recordings are, and how their chunks are cut. */
#define _POSIX_C_SOURCE 200809L
#include "commands.h"
#include "json_text.h"
#include "number_text.h"
#include "options.h"
#include "recording_input.h"
#include "stats_table.h"
#include "stop.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { OPTION_HELP = 1, OPTION_JSON, OPTION_TOP, TOP = 20 };

static const cli_option options[] = {
    { OPTION_TOP, 'n', "top", "N", "list the N entities of a store that take most bytes (default 20, 0: all)" },
    { OPTION_JSON, 0, "json", NULL, "print one JSON object for each recording, a line each, with all entities" },
    { OPTION_HELP, 'h', "help", NULL, "print this and end" },
    { 0, 0, NULL, NULL, NULL },
};

static const cli_command command = {
    .name = "stats",
    .synopsis = "FILE... [--top N] [--json]",
    .summary = "Counts chunks, rows and bytes, by store, entity and component, and shows how chunks are cut.",
    .details = "Sizes are of whole messages as they stand in the file (packed), and of the Arrow data in them\n"
               "(unpacked); of components, of the values alone, and their share of the messages. Percentiles are right\n"
               "to 3 percent. - is standard input.\n"
               "\n"
               "Exit codes: 0 done, 1 one is no recording, or is damaged, 2 the command line makes no sense.",
    .options = options,
};

typedef struct settings {
    bool is_json;
    int64_t top;
} settings;

enum { PRINTED_FROM = 1 << 16 };

static double ratio(const cli_sum *s) { return s->bytes ? (double)s->unpacked / (double)s->bytes : 0; }

/* ---- order: by place in the file for stores, by name for timelines and components, by size for entities */

static int by_size(const void *a, const void *b) {
    const cli_sum *x = *(const cli_sum *const *)a, *y = *(const cli_sum *const *)b;
    return x->bytes != y->bytes ? (x->bytes > y->bytes ? -1 : 1) : strcmp(x->name, y->name);
}

static int by_name(const void *a, const void *b) {
    const cli_sum *x = *(const cli_sum *const *)a, *y = *(const cli_sum *const *)b;
    if (x->parent != y->parent) return x->parent < y->parent ? -1 : 1;
    return strcmp(x->name, y->name);
}

/* NULL: memory is out. */
static const cli_sum **sorted(const cli_sums *sums, int (*compare)(const void *, const void *)) {
    const cli_sum **list = malloc((sums->n + 1) * sizeof *list);
    if (!list) return NULL;
    for (size_t i = 0; i < sums->n; i++) list[i] = &sums->items[i];
    qsort((void *)list, sums->n, sizeof *list, compare);
    return list;
}

typedef struct lists {
    const cli_sum **entities, **components, **timelines;
} lists;

/* The components of an entity: *n of them. */
static const cli_sum **components_of(const cli_stats_table *t, const lists *l, const cli_sum *entity, size_t *n) {
    uint32_t number = (uint32_t)(entity - t->entities.items);
    size_t low = 0, high = t->components.n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (l->components[middle]->parent < number)
            low = middle + 1;
        else
            high = middle;
    }
    for (*n = 0; low + *n < t->components.n && l->components[low + *n]->parent == number;) ++*n;
    return l->components + low;
}

/* What there is of a long text is printed, all but its last byte: commas go by that. (JSON has nothing to be defused.) */
static void print_some(cli_text *out) {
    if (out->size < PRINTED_FROM) return;
    cli_text_defuse(out);
    char last = out->data[out->size - 1];
    fwrite(out->data, 1, out->size - 1, stdout);
    cli_text_clear(out);
    cli_text_append(out, &last, 1);
}

/* ---- text */

static void print_row(cli_text *out, const char *name, int indent, const cli_sum *s, const char *behind) {
    char packed[16], unpacked[16];
    size_t n = strlen(behind);
    cli_text_printf(out, "%*s%-*s %8" PRIu64 " %10" PRIu64 " %9s %9s %6.2f%s%.60s%s\n", indent, "", 40 - indent, name, s->chunks, s->rows,
                    cli_size_text(packed, s->bytes), cli_size_text(unpacked, s->unpacked), ratio(s), n ? "  " : "", behind, n > 60 ? "..." : "");
}

static void print_distribution(cli_text *out, const char *name, const cli_distribution *d, bool is_size) {
    static const double shares[] = { 0.1, 0.5, 0.9, 0.99 };
    char text[16];
    uint64_t numbers[6] = { d->min };
    for (size_t i = 0; i < 4; i++) numbers[i + 1] = cli_distribution_at(d, shares[i]);
    numbers[5] = d->max;
    cli_text_printf(out, "  %-22s", name);
    for (size_t i = 0; i < 6; i++) {
        if (is_size)
            cli_text_printf(out, " %9s", cli_size_text(text, numbers[i]));
        else
            cli_text_printf(out, " %9" PRIu64, numbers[i]);
    }
    cli_text_printf(out, "\n");
}

static void print_store(cli_text *out, const cli_stats_table *t, const lists *l, size_t store, int64_t top) {
    const cli_sum *s = &t->stores.items[store];
    char note[80];
    int64_t shown = 0;
    size_t n_entities = 0, n;
    cli_text_printf(out, "\n%s %s of %s\n%-40s %8s %10s %9s %9s %6s\n", cli_store_kind_name(cli_stats_store_kind(s)), cli_stats_recording(s),
                    cli_stats_application(s), "", "chunks", "rows", "packed", "unpacked", "ratio");
    snprintf(note, sizeof note, "%" PRIu64 " static", s->static_chunks);
    print_row(out, "all", 2, s, note);
    for (size_t i = 0; i < t->timelines.n; i++) {
        const cli_sum *line = l->timelines[i];
        if (line->parent != store) continue;
        snprintf(note, sizeof note, line->sorted == line->chunks ? "sorted" : "sorted in %.1f %% of its chunks",
                 100.0 * (double)line->sorted / (double)line->chunks);
        cli_text_printf(out, "  timeline %-29s %8" PRIu64 " %10" PRIu64 " %26s  %s\n", line->name, line->chunks, line->rows, "", note);
    }
    for (size_t i = 0; i < t->entities.n; i++) {
        const cli_sum *e = l->entities[i];
        if (e->parent != store) continue;
        n_entities++;
        if (top && shown == top) continue;
        shown++;
        *note = 0;
        if (e->sorted != e->chunks) snprintf(note, sizeof note, "row ids sorted in %.1f %%", 100.0 * (double)e->sorted / (double)e->chunks);
        print_row(out, e->name, 2, e, e->static_chunks == e->chunks && !*note ? "static" : note);
        const cli_sum **components = components_of(t, l, e, &n);
        for (size_t c = 0; c < n; c++) print_row(out, components[c]->name, 4, components[c], components[c]->type);
        print_some(out);
    }
    if ((uint64_t)shown < n_entities) cli_text_printf(out, "  ... and %zu more entities (--top 0 lists all)\n", n_entities - (size_t)shown);
}

static void print_text(const settings *set, const cli_recording *in, const cli_stats_table *t, const lists *l, const reel_read_stats *stats) {
    cli_text out = { 0 };
    char size[16], unpacked[16];
    cli_text_printf(&out, "%s: %s, %" PRIu64 " messages, %" PRIu64 " chunks, %" PRIu64 " rows, %zu entities, %zu components; unpacked %s", in->name,
                    cli_size_text(size, in->size ? in->size : stats->bytes), stats->messages, t->bytes.n, t->rows.sum, t->entities.n, t->components.n,
                    cli_size_text(unpacked, t->unpacked.sum));
    if (stats->damaged) cli_text_printf(&out, "; damaged in %" PRIu64 " places, %s lost", stats->damaged, cli_size_text(size, stats->bytes_lost));
    cli_text_printf(&out, "\n");
    if (t->bytes.n) {
        cli_text_printf(&out, "  %-22s %9s %9s %9s %9s %9s %9s\n", "of a chunk", "least", "p10", "p50", "p90", "p99", "most");
        print_distribution(&out, "size", &t->bytes, true);
        print_distribution(&out, "size unpacked", &t->unpacked, true);
        print_distribution(&out, "rows", &t->rows, false);
    }
    for (size_t i = 0; i < t->stores.n; i++) print_store(&out, t, l, i, set->top);
    cli_text_defuse(&out);
    if (out.data) fputs(out.data, stdout);
    cli_text_free(&out);
}

/* ---- JSON */

static void json_sum(cli_text *out, const cli_sum *s) {
    cli_json_number(out, "chunks", s->chunks);
    cli_json_number(out, "static_chunks", s->static_chunks);
    cli_json_number(out, "rows", s->rows);
    cli_json_number(out, "bytes", s->bytes);
    cli_json_number(out, "unpacked_bytes", s->unpacked);
    cli_json_key(out, "ratio");
    cli_json_double(out, ratio(s));
}

static void json_distribution(cli_text *out, const char *name, const cli_distribution *d) {
    static const struct {
        const char *name;
        double share;
    } points[] = { { "p10", 0.1 }, { "p50", 0.5 }, { "p90", 0.9 }, { "p99", 0.99 }, { "p999", 0.999 } };
    cli_json_key(out, name);
    cli_text_append(out, "{", 1);
    cli_json_number(out, "sum", d->sum);
    cli_json_number(out, "min", d->min);
    for (size_t i = 0; i < sizeof points / sizeof *points; i++) cli_json_number(out, points[i].name, cli_distribution_at(d, points[i].share));
    cli_json_number(out, "max", d->max);
    cli_text_append(out, "}", 1);
}

static void json_entity(cli_text *out, const cli_stats_table *t, const lists *l, const cli_sum *e) {
    size_t n;
    const cli_sum **components = components_of(t, l, e, &n);
    cli_json_comma(out);
    cli_text_append(out, "{", 1);
    cli_json_text(out, "entity", e->name);
    json_sum(out, e);
    cli_json_number(out, "sorted_chunks", e->sorted);
    cli_json_key(out, "components");
    cli_text_append(out, "[", 1);
    for (size_t i = 0; i < n; i++) {
        cli_json_comma(out);
        cli_text_append(out, "{", 1);
        cli_json_text(out, "component", components[i]->name);
        cli_json_text(out, "type", components[i]->type);
        json_sum(out, components[i]);
        cli_json_number(out, "values", components[i]->values);
        cli_text_append(out, "}", 1);
    }
    cli_text_append(out, "]}", 2);
}

static void json_store(cli_text *out, const cli_stats_table *t, const lists *l, size_t store) {
    const cli_sum *s = &t->stores.items[store];
    cli_json_comma(out);
    cli_text_append(out, "{", 1);
    cli_json_text(out, "kind", cli_store_kind_name(cli_stats_store_kind(s)));
    cli_json_text(out, "application_id", cli_stats_application(s));
    cli_json_text(out, "recording_id", cli_stats_recording(s));
    json_sum(out, s);
    cli_json_number(out, "largest_message", s->largest);
    cli_json_key(out, "timelines");
    cli_text_append(out, "[", 1);
    for (size_t i = 0; i < t->timelines.n; i++) {
        if (l->timelines[i]->parent != store) continue;
        cli_json_comma(out);
        cli_text_append(out, "{", 1);
        cli_json_text(out, "timeline", l->timelines[i]->name);
        cli_json_number(out, "chunks", l->timelines[i]->chunks);
        cli_json_number(out, "sorted_chunks", l->timelines[i]->sorted);
        cli_json_number(out, "rows", l->timelines[i]->rows);
        cli_text_append(out, "}", 1);
    }
    cli_text_append(out, "]", 1);
    cli_json_key(out, "entities");
    cli_text_append(out, "[", 1);
    for (size_t i = 0; i < t->entities.n; i++) {
        if (l->entities[i]->parent == store) json_entity(out, t, l, l->entities[i]);
        print_some(out);
    }
    cli_text_append(out, "]}", 2);
}

static void print_json(const cli_recording *in, const cli_stats_table *t, const lists *l, const reel_read_stats *stats) {
    cli_text out = { 0 };
    cli_text_append(&out, "{", 1);
    cli_json_text(&out, "file", in->name);
    cli_json_number(&out, "bytes", in->size ? in->size : stats->bytes);
    cli_json_number(&out, "messages", stats->messages);
    cli_json_number(&out, "chunks", t->bytes.n);
    cli_json_number(&out, "rows", t->rows.sum);
    cli_json_number(&out, "entities", t->entities.n);
    cli_json_number(&out, "components", t->components.n);
    cli_json_bool(&out, "has_footer", stats->has_footer);
    cli_json_number(&out, "damaged", stats->damaged);
    cli_json_number(&out, "bytes_lost", stats->bytes_lost);
    json_distribution(&out, "chunk_bytes", &t->bytes);
    json_distribution(&out, "chunk_unpacked_bytes", &t->unpacked);
    json_distribution(&out, "chunk_rows", &t->rows);
    cli_json_key(&out, "stores");
    cli_text_append(&out, "[", 1);
    for (size_t i = 0; i < t->stores.n; i++) json_store(&out, t, l, i);
    cli_text_append(&out, "]}", 2);
    if (out.data) puts(out.data);
    cli_text_free(&out);
}

/* ---- the command */

static bool count(cli_recording *in, cli_stats_table *t) {
    const reel_read_message *m;
    bool fits = true;
    while (fits && (m = cli_recording_next(in))) {
        reel_chunk *chunk = m->kind == REEL_MESSAGE_CHUNK ? cli_recording_chunk(in, m) : NULL;
        if (chunk) fits = cli_stats_add(t, m, chunk);
        reel_chunk_unref(chunk);
    }
    cli_progress_clear(&in->progress);
    if (!fits) fprintf(stderr, "reel stats: %s: no memory\n", in->name);
    if (cli_stop_requested()) fprintf(stderr, "reel stats: %s: stopped\n", in->name);
    return fits && !in->has_failed && !cli_stop_requested();
}

static int show(void *user, const char *path) {
    const settings *set = user;
    cli_recording in;
    if (!cli_recording_open(&in, command.name, path, NULL)) return CLI_FAILED;
    cli_stats_table *t = calloc(1, sizeof *t);
    bool is_done = t && count(&in, t);
    reel_read_stats stats = cli_recording_stats(&in);
    if (is_done) {
        lists l = { sorted(&t->entities, by_size), sorted(&t->components, by_name), sorted(&t->timelines, by_name) };
        is_done = l.entities && l.components && l.timelines;
        if (is_done && set->is_json)
            print_json(&in, t, &l, &stats);
        else if (is_done)
            print_text(set, &in, t, &l, &stats);
        free((void *)l.entities);
        free((void *)l.components);
        free((void *)l.timelines);
    }
    if (is_done && !stats.streams) fprintf(stderr, "reel stats: %s: it is empty\n", in.name);
    if (t) cli_stats_free(t);
    free(t);
    cli_recording_close(&in);
    return is_done && !stats.damaged && stats.streams ? CLI_OK : CLI_FAILED;
}

int reel_cli_stats(int argc, char **argv) {
    cli_args args = { .command = &command, .argc = argc, .argv = argv };
    cli_paths paths = { 0 };
    settings set = { .top = TOP };
    int code = -1, id;
    while (code < 0 && (id = cli_next(&args)) != CLI_ARG_END) {
        switch (id) {
        case OPTION_HELP:
            cli_print_help(&command);
            code = CLI_OK;
            break;
        case OPTION_JSON: set.is_json = true; break;
        case OPTION_TOP:
            if (!cli_number(&args, "--top", 0, INT32_MAX, &set.top)) code = CLI_USAGE;
            break;
        case CLI_ARG_PLAIN:
            if (!cli_paths_add(&paths, command.name, args.value)) code = CLI_USAGE;
            break;
        default: code = CLI_USAGE;
        }
    }
    if (code < 0) code = cli_paths_each(&paths, command.name, show, &set);
    cli_paths_free(&paths);
    return code;
}
