/* `reel info`: what recordings hold. */
#define _POSIX_C_SOURCE 200809L
#include "commands.h"
#include "json_text.h"
#include "number_text.h"
#include "options.h"
#include "summary.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { OPTION_HELP = 1, OPTION_JSON, OPTION_SCAN, OPTION_ENTITIES };

static const cli_option options[] = {
    { OPTION_ENTITIES, 'e', "entities", NULL, "list entities with their components" },
    { OPTION_SCAN, 0, "scan", NULL, "look at every chunk even if there is a footer, so that damage shows" },
    { OPTION_JSON, 0, "json", NULL, "print one JSON object for each recording, a line each" },
    { OPTION_HELP, 'h', "help", NULL, "print this and end" },
    { 0, 0, NULL, NULL, NULL },
};

static const cli_command command = {
    .name = "info",
    .synopsis = "FILE... [--entities] [--scan] [--json]",
    .summary = "Says what recordings hold: stores, properties, time ranges, entities, sizes.",
    .details = "A good footer tells all of it at once; without one every chunk is looked at. - is standard input.\n"
               "\n"
               "Exit codes: 0 done, 1 one is no recording, or is damaged or cut, 2 the command line makes no sense.",
    .options = options,
};

typedef struct settings {
    bool is_json, lists_entities;
    cli_summary_how how;
} settings;

/* ---- order */

static int by_key(const void *a, const void *b) {
    const char *key_a = *(const char *const *)a, *key_b = *(const char *const *)b;
    uint32_t store_a = cli_summary_key_store(key_a), store_b = cli_summary_key_store(key_b);
    if (store_a != store_b) return store_a < store_b ? -1 : 1;
    int order = strcmp(cli_summary_key_entity(key_a), cli_summary_key_entity(key_b));
    return order ? order : strcmp(cli_summary_key_component(key_a), cli_summary_key_component(key_b));
}

/* The keys of all cells, by store, entity and component; NULL: memory is out. */
static const char **sorted_cells(const cli_summary *s) {
    const char **keys = malloc((s->cells.n + 1) * sizeof *keys);
    size_t size;
    if (!keys) return NULL;
    for (size_t i = 0; i < s->cells.n; i++) keys[i] = cli_map_key(&s->cells, i, &size);
    qsort((void *)keys, s->cells.n, sizeof *keys, by_key);
    return keys;
}

static int by_timeline(const void *a, const void *b) {
    const cli_summary_range *ra = a, *rb = b;
    return ra->store != rb->store ? (ra->store < rb->store ? -1 : 1) : strcmp(ra->timeline, rb->timeline);
}

/* ---- text */

static void append_version(cli_text *out, const uint8_t v[4]) {
    static const char *const metas[] = { "", "-rc.", "-alpha.", "-alpha." };
    cli_text_printf(out, "%u.%u.%u", v[0], v[1], v[2]);
    if (v[3]) cli_text_printf(out, "%s%u%s", metas[v[3] >> 6], v[3] & 63, v[3] >> 6 == 3 ? "+dev" : "");
}

static const char *plural(uint64_t n, const char *one, const char *many) { return n == 1 ? one : many; }

static void append_store(cli_text *out, const cli_summary *s, size_t number) {
    const cli_summary_store *store = &s->stores[number];
    char packed[16], unpacked[16];
    cli_text_printf(out, "  %s ", cli_store_kind_name(store->kind));
    cli_text_append_clean(out, store->recording_id, strlen(store->recording_id));
    cli_text_printf(out, " of ");
    cli_text_append_clean(out, store->application_id, strlen(store->application_id));
    if (*store->source) cli_text_printf(out, " (%s)", store->source);
    if (store->make_active || store->make_default) cli_text_printf(out, ", %s", store->make_active ? "made active" : "made the default");
    cli_text_printf(out, "\n");
    for (size_t i = 0; i < s->n_properties; i++)
        if (s->properties[i].store == number) cli_text_printf(out, "    %-16s %s\n", s->properties[i].name, s->properties[i].text);
    cli_text_printf(out, "    %" PRIu64 " %s (%" PRIu64 " static), %" PRIu64 " %s, %" PRIu64 " %s, %" PRIu64 " %s\n", store->n_chunks,
                    plural(store->n_chunks, "chunk", "chunks"), store->n_static, store->n_rows, plural(store->n_rows, "row", "rows"), store->n_entities,
                    plural(store->n_entities, "entity", "entities"), store->n_components, plural(store->n_components, "component", "components"));
    cli_text_printf(out, "    %s, unpacked %s; %s\n", cli_size_text(packed, store->bytes), cli_size_text(unpacked, store->unpacked),
                    !store->n_compressed                     ? "not compressed"
                    : store->n_compressed == store->n_chunks ? "compressed"
                                                             : "compressed where that makes it smaller");
    for (size_t i = 0; i < s->n_ranges; i++) {
        const cli_summary_range *r = &s->ranges[i];
        if (r->store != number) continue;
        cli_text_printf(out, "    %-16s %-9s ", r->timeline, cli_time_type_name(r->type));
        cli_time_append(out, r->type, r->min);
        cli_text_printf(out, " to ");
        cli_time_append(out, r->type, r->max);
        cli_text_printf(out, "\n");
    }
}

static void append_entities(cli_text *out, const char *const *cells, size_t n, size_t store) {
    const char *before = "";
    for (size_t i = 0; i < n; i++) {
        if (cli_summary_key_store(cells[i]) != store) continue;
        const char *entity = cli_summary_key_entity(cells[i]);
        if (strcmp(entity, before) != 0) cli_text_printf(out, "%s    %s:", *before ? "\n" : "", entity);
        cli_text_printf(out, " %s", cli_summary_key_component(cells[i]));
        before = entity;
    }
    if (*before) cli_text_printf(out, "\n");
}

static void print_text(const settings *set, const cli_recording *in, const cli_summary *s, const char *const *cells) {
    cli_text out = { 0 };
    char size[16];
    const reel_read_stats *stats = &s->stats;
    cli_text_printf(&out, "%s: %s, release ", in->name, cli_size_text(size, in->size ? in->size : stats->bytes));
    append_version(&out, stats->version);
    cli_text_printf(&out, "%s", s->is_from_footer || stats->has_footer ? ", with footer" : ", without a footer");
    if (stats->streams > 1) cli_text_printf(&out, ", %" PRIu64 " recordings one behind another", stats->streams);
    if (stats->is_truncated) cli_text_printf(&out, ", cut");
    if (stats->damaged)
        cli_text_printf(&out, ", damaged in %" PRIu64 " %s (%s)", stats->damaged, plural(stats->damaged, "place", "places"),
                        cli_size_text(size, stats->bytes_lost));
    cli_text_printf(&out, "\n");
    for (size_t i = 0; i < s->n_stores; i++) {
        append_store(&out, s, i);
        if (set->lists_entities) append_entities(&out, cells, s->cells.n, i);
    }
    cli_text_defuse(&out);
    if (out.data) fputs(out.data, stdout);
    cli_text_free(&out);
}

/* ---- JSON */

static void json_version(cli_text *out, const char *name, const uint8_t version[4]) {
    cli_text text = { 0 };
    append_version(&text, version);
    cli_json_text(out, name, text.data ? text.data : "");
    cli_text_free(&text);
}

static void json_ranges(cli_text *out, const cli_summary *s, size_t store) {
    cli_text time = { 0 };
    cli_json_key(out, "timelines");
    cli_text_append(out, "[", 1);
    for (size_t i = 0; i < s->n_ranges; i++) {
        const cli_summary_range *r = &s->ranges[i];
        if (r->store != store) continue;
        cli_json_comma(out);
        cli_text_append(out, "{", 1);
        cli_timeline_append_json(out, r->timeline, r->type, true, r->min, r->max);
        cli_text_clear(&time);
        cli_time_append(&time, r->type, r->min);
        cli_json_text(out, "from", time.data);
        cli_text_clear(&time);
        cli_time_append(&time, r->type, r->max);
        cli_json_text(out, "to", time.data);
        cli_json_number(out, "chunks", r->n_chunks);
        cli_text_append(out, "}", 1);
    }
    cli_text_append(out, "]", 1);
    cli_text_free(&time);
}

static void json_entities(cli_text *out, const char *const *cells, size_t n, size_t store) {
    const char *before = NULL;
    cli_json_key(out, "entities");
    cli_text_append(out, "{", 1);
    for (size_t i = 0; i < n; i++) {
        if (cli_summary_key_store(cells[i]) != store) continue;
        const char *entity = cli_summary_key_entity(cells[i]), *component = cli_summary_key_component(cells[i]);
        if (!before || strcmp(entity, before) != 0) {
            if (before) cli_text_append(out, "]", 1);
            cli_json_key(out, entity);
            cli_text_append(out, "[", 1);
        }
        cli_json_comma(out);
        cli_json_string(out, component, strlen(component));
        before = entity;
    }
    cli_text_printf(out, "%s", before ? "]}" : "}");
}

static void json_store(cli_text *out, const cli_summary *s, size_t number, const char *const *cells) {
    const cli_summary_store *store = &s->stores[number];
    cli_json_comma(out);
    cli_text_append(out, "{", 1);
    cli_json_text(out, "kind", cli_store_kind_name(store->kind));
    cli_json_text(out, "application_id", store->application_id);
    cli_json_text(out, "recording_id", store->recording_id);
    cli_json_text(out, "source", *store->source ? store->source : NULL);
    if (store->is_introduced) json_version(out, "version", store->version);
    if (store->kind == REEL_STORE_BLUEPRINT) {
        cli_json_bool(out, "make_active", store->make_active);
        cli_json_bool(out, "make_default", store->make_default);
    }
    cli_json_number(out, "chunks", store->n_chunks);
    cli_json_number(out, "static_chunks", store->n_static);
    cli_json_number(out, "compressed_chunks", store->n_compressed);
    cli_json_number(out, "rows", store->n_rows);
    cli_json_number(out, "bytes", store->bytes);
    cli_json_number(out, "unpacked_bytes", store->unpacked);
    cli_json_number(out, "largest_message", store->largest);
    cli_json_key(out, "properties");
    cli_text_append(out, "{", 1);
    for (size_t i = 0; i < s->n_properties; i++) {
        if (s->properties[i].store != number) continue;
        cli_json_key(out, s->properties[i].name);
        cli_text_printf(out, "%s", s->properties[i].json);
    }
    cli_text_append(out, "}", 1);
    json_ranges(out, s, number);
    json_entities(out, cells, s->cells.n, number);
    cli_text_append(out, "}", 1);
}

static void print_json(const cli_recording *in, const cli_summary *s, const char *const *cells) {
    cli_text out = { 0 };
    const reel_read_stats *stats = &s->stats;
    cli_text_append(&out, "{", 1);
    cli_json_text(&out, "file", in->name);
    cli_json_number(&out, "bytes", in->size ? in->size : stats->bytes);
    json_version(&out, "version", stats->version);
    cli_json_bool(&out, "has_footer", s->is_from_footer || stats->has_footer);
    cli_json_bool(&out, "is_from_footer", s->is_from_footer);
    cli_json_bool(&out, "is_truncated", stats->is_truncated);
    cli_json_number(&out, "damaged", stats->damaged);
    cli_json_number(&out, "bytes_lost", stats->bytes_lost);
    if (!s->is_from_footer) cli_json_number(&out, "streams", stats->streams);
    cli_json_key(&out, "stores");
    cli_text_append(&out, "[", 1);
    for (size_t i = 0; i < s->n_stores; i++) json_store(&out, s, i, cells);
    cli_text_append(&out, "]}", 2);
    if (out.data) puts(out.data);
    cli_text_free(&out);
}

static int info(void *user, const char *path) {
    const settings *set = user;
    cli_recording in;
    cli_summary s;
    if (!cli_recording_open(&in, command.name, path, NULL)) return CLI_FAILED;
    bool is_done = cli_summarise(&s, &in, set->how);
    const char **cells = is_done ? sorted_cells(&s) : NULL;
    if (cells) {
        if (s.n_ranges) qsort(s.ranges, s.n_ranges, sizeof *s.ranges, by_timeline);
        if (set->is_json)
            print_json(&in, &s, cells);
        else
            print_text(set, &in, &s, cells);
    }
    bool is_fine = cells && !s.stats.damaged && (s.stats.streams || s.is_from_footer);
    if (cells && !s.stats.damaged && !is_fine) fprintf(stderr, "reel info: %s: it is empty\n", in.name);
    free((void *)cells);
    cli_summary_free(&s);
    cli_recording_close(&in);
    return is_fine ? CLI_OK : CLI_FAILED;
}

int reel_cli_info(int argc, char **argv) {
    cli_args args = { .command = &command, .argc = argc, .argv = argv };
    cli_paths paths = { 0 };
    settings set = { 0 };
    int code = -1, id;
    while (code < 0 && (id = cli_next(&args)) != CLI_ARG_END) {
        switch (id) {
        case OPTION_HELP:
            cli_print_help(&command);
            code = CLI_OK;
            break;
        case OPTION_JSON: set.is_json = true; break;
        case OPTION_SCAN: set.how = CLI_SUMMARY_SCAN; break;
        case OPTION_ENTITIES: set.lists_entities = true; break;
        case CLI_ARG_PLAIN:
            if (!cli_paths_add(&paths, command.name, args.value)) code = CLI_USAGE;
            break;
        default: code = CLI_USAGE;
        }
    }
    if (code < 0) code = cli_paths_each(&paths, command.name, info, &set);
    cli_paths_free(&paths);
    return code;
}
