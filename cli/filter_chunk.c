#define _POSIX_C_SOURCE 200809L
#include "filter_chunk.h"
#include "path_glob.h"
#include "text_buffer.h"

#include <stdlib.h>
#include <string.h>

#define PROPERTIES "/__properties"

/* ---- arguments */

static bool add_time(cli_filter_time **list, size_t *n, const cli_filter_time *time) {
    cli_filter_time *items = realloc(*list, (*n + 1) * sizeof *items);
    if (!items) return false;
    *list = items;
    items[(*n)++] = *time;
    return true;
}

bool cli_filter_add_range(cli_filter *filter, const char *argument) {
    cli_filter_time t;
    if (!cli_time_range_parse(argument, &t.name, &t.min, &t.max)) return false;
    if (t.min.value <= t.max.value && add_time(&filter->ranges, &filter->n_ranges, &t)) return true;
    free(t.name);
    return false;
}

bool cli_filter_add_shift(cli_filter *filter, const char *argument) {
    cli_filter_time t = { 0 };
    if (!cli_named_time_parse(argument, &t.name, &t.min)) return false;
    if (!t.min.is_date && add_time(&filter->shifts, &filter->n_shifts, &t)) return true;
    free(t.name);
    return false;
}

/* The first equals sign that has no backslash before it. Paths may be given without their first slash. */
bool cli_filter_add_rename(cli_filter *filter, const char *argument) {
    const char *equals = strchr(argument, '=');
    while (equals && equals > argument && equals[-1] == '\\') equals = strchr(equals + 1, '=');
    if (!equals || equals == argument || !equals[1]) return false;
    cli_filter_rename *items = realloc(filter->renames, (filter->n_renames + 1) * sizeof *items);
    if (!items) return false;
    filter->renames = items;
    size_t size = (size_t)(equals - argument);
    char *from = malloc(size + 2);
    if (!from) return false;
    from[0] = '/';
    memcpy(from + 1, argument, size);
    from[1 + size] = 0;
    if (argument[0] == '/') memmove(from, from + 1, size + 1);
    items[filter->n_renames++] = (cli_filter_rename) { from, equals + 1 };
    return true;
}

void cli_filter_free(cli_filter *filter) {
    cli_names *lists[] = { &filter->entities, &filter->not_entities, &filter->components, &filter->stores, &filter->drop_timelines, &filter->keep_timelines };
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) cli_names_free(lists[i]);
    for (size_t i = 0; i < filter->n_ranges; i++) free(filter->ranges[i].name);
    for (size_t i = 0; i < filter->n_shifts; i++) free(filter->shifts[i].name);
    for (size_t i = 0; i < filter->n_renames; i++) free(filter->renames[i].from);
    free(filter->ranges);
    free(filter->shifts);
    free(filter->renames);
    *filter = (cli_filter) { 0 };
}

bool cli_filter_keeps_store(const cli_filter *filter, const reel_read_message *message) {
    return !filter->stores.n || cli_names_have(&filter->stores, message->recording_id);
}

/* ---- one chunk */

/* A chunk that takes the place of the one before it. */
static reel_status replaced(reel_chunk **chunk, reel_chunk *by, reel_status status) {
    if (status != REEL_OK) return status;
    reel_chunk_unref(*chunk);
    *chunk = by;
    return REEL_OK;
}

static bool keeps_entity(const cli_filter *filter, const char *entity) {
    if (cli_names_match(&filter->not_entities, entity)) return false;
    return !filter->entities.n || cli_path_is_below(PROPERTIES, entity) || cli_names_match(&filter->entities, entity);
}

static reel_status keep_components(const cli_filter *filter, reel_chunk **chunk) {
    size_t n = reel_chunk_components(*chunk), kept = 0;
    if (!filter->components.n || cli_path_is_below(PROPERTIES, reel_chunk_entity(*chunk))) return REEL_OK;
    const char **names = malloc((n + 1) * sizeof *names);
    if (!names) return REEL_E_NO_MEMORY;
    for (size_t i = 0; i < n; i++) {
        const char *name = reel_chunk_component_at(*chunk, i)->component;
        if (cli_names_match(&filter->components, name)) names[kept++] = name;
    }
    reel_chunk *changed = NULL;
    reel_status status = kept == n ? REEL_OK : reel_chunk_keep(*chunk, names, kept, false, &changed);
    free(names);
    return kept == n ? status : replaced(chunk, changed, status);
}

static bool is_inside(const cli_filter_time *range, int64_t time) { return time >= range->min.value && time <= range->max.value; }

static bool keeps_row(const cli_filter *filter, const reel_chunk_timeline *const *timelines, size_t row) {
    for (size_t i = 0; i < filter->n_ranges; i++) {
        if (!is_inside(&filter->ranges[i], timelines[i]->times[row])) return false;
    }
    return true;
}

static reel_status select_rows(const cli_filter *filter, reel_chunk **chunk, const reel_chunk_timeline *const *timelines) {
    size_t n = reel_chunk_rows(*chunk), kept = 0;
    uint64_t *rows = malloc((n + 1) * sizeof *rows);
    if (!rows) return REEL_E_NO_MEMORY;
    for (size_t i = 0; i < n; i++) {
        if (keeps_row(filter, timelines, i)) rows[kept++] = i;
    }
    reel_chunk *changed = NULL;
    reel_status status = kept && kept < n ? reel_chunk_select(*chunk, rows, kept, &changed) : REEL_OK;
    free(rows);
    return kept == n ? status : replaced(chunk, changed, status);
}

/* Rows outside of a range go; so do chunks that are not on its timeline at all. Static ones stay. */
static reel_status keep_times(const cli_filter *filter, reel_chunk **chunk, const char **why) {
    enum { RANGES_MAX = 32 };
    const reel_chunk_timeline *timelines[RANGES_MAX];
    bool is_whole = true;
    if (!filter->n_ranges || reel_chunk_is_static(*chunk)) return REEL_OK;
    if (filter->n_ranges > RANGES_MAX) {
        *why = "more than 32 ranges of time";
        return REEL_E_ARGUMENT;
    }
    for (size_t i = 0; i < filter->n_ranges; i++) {
        const cli_filter_time *range = &filter->ranges[i];
        timelines[i] = reel_chunk_timeline_of(*chunk, range->name);
        if (!timelines[i]) return replaced(chunk, NULL, REEL_OK);
        if (!cli_time_fits(&range->min, timelines[i]->type) || !cli_time_fits(&range->max, timelines[i]->type)) {
            *why = range->name;
            return REEL_E_TIMELINE_TYPE;
        }
        is_whole = is_whole && timelines[i]->min >= range->min.value && timelines[i]->max <= range->max.value;
    }
    return is_whole ? REEL_OK : select_rows(filter, chunk, timelines);
}

static bool drops_timeline(const cli_filter *filter, const char *name) {
    return cli_names_have(&filter->drop_timelines, name) || (filter->keep_timelines.n && !cli_names_have(&filter->keep_timelines, name));
}

static bool has_kept_timeline(const cli_filter *filter, const reel_chunk *chunk) {
    for (size_t i = 0; i < filter->keep_timelines.n; i++) {
        if (reel_chunk_timeline_of(chunk, filter->keep_timelines.items[i])) return true;
    }
    return false;
}

/* A chunk whose last timeline was named to go becomes static, as it does with the official tool; one that has none of those that were named to stay goes. */
static reel_status drop_timelines(const cli_filter *filter, reel_chunk **chunk) {
    if (reel_chunk_is_static(*chunk)) return REEL_OK;
    if (filter->keep_timelines.n && !has_kept_timeline(filter, *chunk)) return replaced(chunk, NULL, REEL_OK);
    reel_status status = REEL_OK;
    for (size_t i = 0; i < reel_chunk_timelines(*chunk) && status == REEL_OK;) {
        const char *name = reel_chunk_timeline_at(*chunk, i)->name;
        reel_chunk *changed = NULL;
        if (!drops_timeline(filter, name)) {
            i++;
            continue;
        }
        status = reel_chunk_without_timeline(*chunk, name, true, &changed);
        status = replaced(chunk, changed, status);
    }
    return status;
}

static reel_status shift_times(const cli_filter *filter, reel_chunk **chunk, const char **why) {
    reel_status status = REEL_OK;
    for (size_t i = 0; i < filter->n_shifts && status == REEL_OK; i++) {
        const cli_filter_time *shift = &filter->shifts[i];
        const reel_chunk_timeline *timeline = reel_chunk_timeline_of(*chunk, shift->name);
        reel_chunk *changed = NULL;
        if (!timeline) continue;
        *why = shift->name;
        if (!cli_time_fits(&shift->min, timeline->type)) return REEL_E_TIMELINE_TYPE;
        status = reel_chunk_shift(*chunk, shift->name, shift->min.value, &changed);
        status = replaced(chunk, changed, status);
    }
    return status;
}

/* The first that fits is taken. */
static reel_status rename_entity(const cli_filter *filter, reel_chunk **chunk) {
    const char *entity = reel_chunk_entity(*chunk);
    for (size_t i = 0; i < filter->n_renames; i++) {
        const cli_filter_rename *rename = &filter->renames[i];
        if (!cli_path_is_below(rename->from, entity)) continue;
        size_t size = strlen(rename->from);
        while (size && rename->from[size - 1] == '/') size--;
        cli_text path = { 0 };
        reel_chunk *changed = NULL;
        bool fits = cli_text_append(&path, rename->to, strlen(rename->to)) && cli_text_append(&path, "/", 1) &&
                    cli_text_append(&path, entity + size, strlen(entity + size));
        reel_status status = fits ? reel_chunk_rename(*chunk, path.data, &changed) : REEL_E_NO_MEMORY;
        cli_text_free(&path);
        return replaced(chunk, changed, status);
    }
    return REEL_OK;
}

reel_status cli_filter_apply(const cli_filter *filter, reel_chunk *chunk, reel_chunk **out, const char **why) {
    *out = NULL;
    *why = NULL;
    if (!keeps_entity(filter, reel_chunk_entity(chunk)) || (filter->static_only && !reel_chunk_is_static(chunk))) return REEL_OK;
    reel_chunk *left = reel_chunk_ref(chunk);
    reel_status status = keep_components(filter, &left);
    if (left && status == REEL_OK) status = keep_times(filter, &left, why);
    if (left && status == REEL_OK) status = drop_timelines(filter, &left);
    if (left && status == REEL_OK) status = shift_times(filter, &left, why);
    if (left && status == REEL_OK) status = rename_entity(filter, &left);
    if (status == REEL_OK)
        *out = left;
    else
        reel_chunk_unref(left);
    return status;
}
