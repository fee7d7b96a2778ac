#include "split_plan.h"
#include "path_glob.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define PROPERTIES "/__properties"

bool cli_split_by_parse(cli_split_plan *plan, const char *by) {
    static const char *const words[] = { "", "time", "size", "entity", "store" };
    plan->by = (cli_split_by)0;
    for (int i = CLI_BY_TIME; i <= CLI_BY_STORE; i++) {
        if (strcmp(by, words[i]) == 0) plan->by = (cli_split_by)i;
    }
    return plan->by != 0;
}

bool cli_split_time_parse(cli_split_plan *plan, const char *argument) {
    free(plan->timeline);
    plan->timeline = NULL;
    return cli_named_time_parse(argument, &plan->timeline, &plan->step) && plan->step.value > 0 && !plan->step.is_date;
}

static int64_t step_of(const cli_split_plan *plan, int64_t time) {
    int64_t step = time / plan->step.value;
    return time % plan->step.value < 0 ? step - 1 : step;
}

uint32_t cli_split_part_of(const cli_split_plan *plan, int64_t time) { return (uint32_t)(step_of(plan, time) - plan->first_step); }

static const reel_index_range *range_of(const reel_index_entry *entry, const char *timeline) {
    for (size_t i = 0; i < entry->n_ranges; i++) {
        if (strcmp(entry->ranges[i].timeline, timeline) == 0) return &entry->ranges[i];
    }
    return NULL;
}

static bool is_blueprint(const cli_whole *whole, const reel_index_entry *entry) {
    return reel_index_store(whole->index, entry->store)->kind == REEL_STORE_BLUEPRINT;
}

/* ---- by time */

static bool plan_times(cli_split_plan *plan, const cli_whole *whole, cli_reshape *job) {
    reel_index_entry entry;
    int64_t least = INT64_MAX, most = INT64_MIN;
    size_t n = reel_index_size(whole->index);
    for (size_t i = 0; i < n; i++) {
        if (reel_index_at(whole->index, i, &entry) != REEL_OK || is_blueprint(whole, &entry)) continue;
        const reel_index_range *range = range_of(&entry, plan->timeline);
        if (!range) continue;
        if (!cli_time_fits(&plan->step, range->type)) {
            cli_reshape_fail(job, "the timeline %s is a sequence: its steps are plain numbers", plan->timeline);
            return false;
        }
        if (range->min < least) least = range->min;
        if (range->max > most) most = range->max;
    }
    if (most < least) {
        cli_reshape_fail(job, "%s: nothing in it is on the timeline %s", whole->in.name, plan->timeline);
        return false;
    }
    plan->first_step = step_of(plan, least);
    uint64_t steps = (uint64_t)step_of(plan, most) - (uint64_t)plan->first_step;
    if (steps >= CLI_PARTS_MAX) {
        cli_reshape_fail(job, "steps of this length would make %" PRIu64 " parts: at most %d are made", steps + 1, CLI_PARTS_MAX);
        return false;
    }
    plan->n_parts = (uint32_t)steps + 2;
    for (size_t i = 0; i < n; i++) {
        if (reel_index_at(whole->index, i, &entry) != REEL_OK) continue;
        const reel_index_range *range = range_of(&entry, plan->timeline);
        bool is_every = entry.is_static || is_blueprint(whole, &entry);
        plan->first[i] = is_every ? CLI_EVERY_PART : range ? cli_split_part_of(plan, range->min) : plan->n_parts - 1;
        plan->last[i] = is_every ? CLI_EVERY_PART : range ? cli_split_part_of(plan, range->max) : plan->n_parts - 1;
    }
    return true;
}

/* ---- by size, entity, store */

static bool plan_sizes(cli_split_plan *plan, const cli_whole *whole, cli_reshape *job) {
    reel_index_entry entry;
    uint64_t common = 0, size = 0;
    size_t n = reel_index_size(whole->index);
    for (size_t i = 0; i < n; i++) {
        if (reel_index_at(whole->index, i, &entry) == REEL_OK && (entry.is_static || is_blueprint(whole, &entry))) common += entry.size;
    }
    plan->n_parts = 1;
    for (size_t i = 0; i < n; i++) {
        if (reel_index_at(whole->index, i, &entry) != REEL_OK) continue;
        plan->first[i] = CLI_EVERY_PART;
        if (entry.is_static || is_blueprint(whole, &entry)) continue;
        if (size && common + size + entry.size > plan->bytes) {
            plan->n_parts++;
            size = 0;
        }
        size += entry.size;
        plan->first[i] = plan->last[i] = plan->n_parts - 1;
    }
    if (plan->n_parts <= CLI_PARTS_MAX) return true;
    cli_reshape_fail(job, "parts of this size would be %u: at most %d are made (%" PRIu64 " bytes of each are static data and blueprints)", plan->n_parts,
                     CLI_PARTS_MAX, common);
    return false;
}

/* The first `depth` parts of a path, in bytes. A slash behind a backslash is part of a name. */
static size_t upper_size(const char *path, int64_t depth) {
    size_t i = 0;
    for (; path[i]; i++) {
        if (path[i] == '\\' && path[i + 1])
            i++;
        else if (path[i] == '/' && i && !depth--)
            break;
        else if (path[i] == '/' && !i)
            depth--;
    }
    return i;
}

static bool plan_names(cli_split_plan *plan, const cli_whole *whole, cli_reshape *job) {
    reel_index_entry entry;
    for (size_t i = 0; i < reel_index_size(whole->index); i++) {
        if (reel_index_at(whole->index, i, &entry) != REEL_OK) continue;
        const reel_index_store_info *store = reel_index_store(whole->index, entry.store);
        bool is_every = plan->by == CLI_BY_ENTITY && (is_blueprint(whole, &entry) || cli_path_is_below(PROPERTIES, entry.entity));
        plan->first[i] = plan->last[i] = CLI_EVERY_PART;
        if (is_every) continue;
        size_t part;
        bool is_new;
        cli_text key = { 0 };
        bool fits = plan->by == CLI_BY_STORE ? cli_text_printf(&key, "%s%c%u", store->recording_id, 0, entry.store)
                                             : cli_text_append(&key, entry.entity, upper_size(entry.entity, plan->depth));
        fits = fits && cli_map_add(&plan->names, key.data, key.size, &part, &is_new);
        cli_text_free(&key);
        if (!fits || plan->names.n > CLI_PARTS_MAX) {
            cli_reshape_fail(job, fits ? "there would be more than %d parts" : "no memory for %d parts", CLI_PARTS_MAX);
            return false;
        }
        plan->first[i] = plan->last[i] = (uint32_t)part;
    }
    plan->n_parts = (uint32_t)plan->names.n;
    return true;
}

bool cli_split_make(cli_split_plan *plan, const cli_whole *whole, cli_reshape *job) {
    size_t n = reel_index_size(whole->index);
    plan->first = calloc(n + 1, sizeof *plan->first);
    plan->last = calloc(n + 1, sizeof *plan->last);
    if (!plan->first || !plan->last) {
        cli_reshape_fail(job, "no memory to plan with %zu chunks", n);
        return false;
    }
    return plan->by == CLI_BY_TIME ? plan_times(plan, whole, job) : plan->by == CLI_BY_SIZE ? plan_sizes(plan, whole, job) : plan_names(plan, whole, job);
}

/* ---- names */

static bool append_clean(cli_text *out, const char *name) {
    enum { NAME_MAX_BYTES = 120 };
    bool fits = true;
    for (size_t i = 0; name[i] && i < NAME_MAX_BYTES && fits; i++) {
        unsigned char c = (unsigned char)name[i];
        bool is_plain = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '-' || c == '.' || c == '_';
        fits = cli_text_append(out, is_plain ? (const char *)&name[i] : "_", 1);
    }
    return fits;
}

bool cli_split_part_name(const cli_split_plan *plan, uint32_t part, cli_text *out) {
    if (plan->by == CLI_BY_SIZE || (plan->by == CLI_BY_TIME && part + 1 < plan->n_parts)) return cli_text_printf(out, "-%04u", part + 1);
    if (plan->by == CLI_BY_TIME) return cli_text_printf(out, "-without-") && append_clean(out, plan->timeline);
    const char *name = cli_map_key(&plan->names, part, NULL);
    if (plan->by == CLI_BY_ENTITY) name = strcmp(name, "/") == 0 ? "root" : name + 1;
    return cli_text_append(out, "-", 1) && append_clean(out, name);
}

void cli_split_free(cli_split_plan *plan) {
    free(plan->timeline);
    free(plan->first);
    free(plan->last);
    cli_map_free(&plan->names);
    *plan = (cli_split_plan) { 0 };
}
