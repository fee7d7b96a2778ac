#define _POSIX_C_SOURCE 200809L
#include "record_system.h"
#include "machine.h"
#include "processes.h"
#include "stop.h"
#include "text_buffer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A plotted number. Disks and interfaces come and go, so the list grows as names turn up. */
typedef struct series {
    char *path;
    reel_entity *entity;
    bool has_previous;
    uint64_t previous;     /* of a counter */
    uint64_t previous_all; /* processors: all ticks */
} series;

typedef struct sampler {
    cli_job *job;
    series *list;
    size_t n;
    size_t capacity;
    size_t hint;               /* names come in the same order each time: where the next one should be */
    double seconds_since_last; /* 0: the first sample */
    int64_t last_ns;
    int64_t processes_due_ns;
    cli_processes processes;
    cli_text path;
    cli_text label;
    cli_text table;
    bool failed;
} sampler;

static void check(sampler *s, reel_status status, const char *subject) {
    if (!s->failed && !cli_job_check(s->job, status, subject)) s->failed = true;
}

static void out_of_memory(sampler *s) {
    if (!s->failed) cli_job_fail(s->job, "system: out of memory");
    s->failed = true;
}

/* A new series gets its name for the legend once, static. */
static series *add_series(sampler *s) {
    if (s->n == s->capacity) {
        size_t capacity = s->capacity ? s->capacity * 2 : 64;
        series *list = realloc(s->list, capacity * sizeof *list);
        if (!list) return NULL;
        s->list = list;
        s->capacity = capacity;
    }
    series *added = &s->list[s->n];
    *added = (series) { .path = strdup(s->path.data), .entity = reel_entity_of(s->job->rec, s->path.data) };
    if (!added->path || !added->entity) {
        free(added->path);
        return NULL;
    }
    const char *name = s->label.data;
    check(s, reel_log_static_series_lines(s->job->rec, s->path.data, &(reel_series_lines) { .names = &name, .n_names = 1 }), s->path.data);
    s->n++;
    return added;
}

/* The series /system/GROUP/NAME_WHAT, or /system/GROUP/NAME/WHAT with a device's name between. */
static series *series_of(sampler *s, const char *group, const char *device, const char *what, const char *label) {
    cli_text_clear(&s->path);
    cli_text_clear(&s->label);
    bool fits = cli_text_printf(&s->path, "/system/%s/", group);
    if (device) fits = fits && cli_text_append_part(&s->path, device) && cli_text_append(&s->path, "/", 1);
    fits = fits && cli_text_printf(&s->path, "%s", what) && cli_text_printf(&s->label, "%s%s%s", device ? device : "", device ? " " : "", label);
    for (size_t i = 0; fits && i < s->n; i++) {
        size_t at = (s->hint + i) % s->n;
        if (strcmp(s->list[at].path, s->path.data) != 0) continue;
        s->hint = at + 1;
        return &s->list[at];
    }
    series *added = fits ? add_series(s) : NULL;
    if (!added) out_of_memory(s);
    s->hint = 0;
    return added;
}

static void log_value(sampler *s, series *to, double value) {
    if (to && !s->failed) check(s, reel_log_at_scalars(to->entity, &(reel_scalars) { .scalars = &value, .n_scalars = 1 }), to->path);
}

static void log_level(sampler *s, const char *group, const char *what, const char *label, double value) {
    log_value(s, series_of(s, group, NULL, what, label), value);
}

/* A counter as a rate per second. A counter that fell was reset: nothing is known of the time between. */
static void log_rate(sampler *s, const char *group, const char *device, const char *what, const char *label, uint64_t counter) {
    series *to = series_of(s, group, device, what, label);
    if (!to) return;
    if (to->has_previous && counter >= to->previous && s->seconds_since_last > 0) {
        log_value(s, to, (double)(counter - to->previous) / s->seconds_since_last);
    }
    to->previous = counter;
    to->has_previous = true;
}

static void take_cpu(void *user, const char *name, const uint64_t *ticks) {
    sampler *s = user;
    char what[64];
    char label[64];
    snprintf(what, sizeof what, name[3] ? "core%s_percent" : "total_percent", name + 3);
    snprintf(label, sizeof label, name[3] ? "core %s (%%)" : "all cores (%%)", name + 3);
    series *to = series_of(s, "cpu", NULL, what, label);
    if (!to) return;
    /* The kernel's idle counter may step back by a tick: such a sample says nothing. */
    if (to->has_previous && ticks[1] > to->previous_all && ticks[0] >= to->previous) {
        double percent = 100.0 * (double)(ticks[0] - to->previous) / (double)(ticks[1] - to->previous_all);
        log_value(s, to, percent > 100 ? 100 : percent);
    }
    to->previous = ticks[0];
    to->previous_all = ticks[1];
    to->has_previous = true;
}

static void take_disk(void *user, const char *name, const uint64_t *bytes) {
    log_rate(user, "disk", name, "read_bytes_per_s", "read (bytes/s)", bytes[0]);
    log_rate(user, "disk", name, "written_bytes_per_s", "written (bytes/s)", bytes[1]);
}

static void take_network(void *user, const char *name, const uint64_t *bytes) {
    log_rate(user, "net", name, "received_bytes_per_s", "received (bytes/s)", bytes[0]);
    log_rate(user, "net", name, "sent_bytes_per_s", "sent (bytes/s)", bytes[1]);
}

static void sample_levels(sampler *s) {
    double load[3];
    cli_memory memory;
    if (cli_machine_load(load)) {
        log_level(s, "load", "average_1min_tasks", "load, 1 min (tasks)", load[0]);
        log_level(s, "load", "average_5min_tasks", "load, 5 min (tasks)", load[1]);
        log_level(s, "load", "average_15min_tasks", "load, 15 min (tasks)", load[2]);
    }
    if (cli_machine_memory(&memory)) {
        uint64_t used = memory.total > memory.available ? memory.total - memory.available : 0;
        log_level(s, "memory", "used_bytes", "used (bytes)", (double)used);
        log_level(s, "memory", "available_bytes", "available (bytes)", (double)memory.available);
        log_level(s, "memory", "cached_bytes", "page cache (bytes)", (double)memory.cached);
        uint64_t swap_used = memory.swap_total > memory.swap_free ? memory.swap_total - memory.swap_free : 0;
        if (memory.swap_total) log_level(s, "memory", "swap_used_bytes", "swap used (bytes)", (double)swap_used);
    }
}

static void sample_processes(sampler *s, int64_t now_ns) {
    enum { SHOWN = 20 };
    if (s->failed || now_ns < s->processes_due_ns) return;
    /* A little less than a second: a sample that comes a moment early must not put the table off to the next one. */
    s->processes_due_ns = now_ns + 950000000;
    cli_text_clear(&s->table);
    if (!cli_processes_look(&s->processes) || !cli_processes_table(&s->processes, SHOWN, &s->table)) {
        out_of_memory(s);
        return;
    }
    reel_text_document table = { .text = s->table.data, .media_type = "text/markdown" };
    check(s, reel_log_text_document(s->job->rec, "/system/processes", &table), "/system/processes");
}

static void sample(sampler *s) {
    int64_t now_ns = cli_monotonic_ns();
    s->seconds_since_last = s->last_ns ? (double)(now_ns - s->last_ns) / 1e9 : 0;
    s->last_ns = now_ns;
    cli_machine_cpu(take_cpu, s);
    sample_levels(s);
    cli_machine_disks(take_disk, s);
    cli_machine_networks(take_network, s);
    sample_processes(s, now_ns);
}

static void log_fact(void *user, const char *name, const char *text) {
    sampler *s = user;
    cli_text_clear(&s->label);
    if (!cli_text_append_clean(&s->label, text, strlen(text))) {
        out_of_memory(s);
        return;
    }
    reel_text_document fact = { .text = s->label.data, .media_type = "text/plain" };
    check(s, reel_log_(s->job->rec, name, REEL_ARCHETYPE_TEXT_DOCUMENT, &fact, sizeof fact, REEL_LOG_PROPERTY), name);
}

static void free_sampler(sampler *s) {
    for (size_t i = 0; i < s->n; i++) free(s->list[i].path);
    free(s->list);
    cli_processes_free(&s->processes);
    cli_text_free(&s->path);
    cli_text_free(&s->label);
    cli_text_free(&s->table);
}

/* Samples lie on a fixed grid; those that the machine was too busy for are left out rather than made up for. */
static void sample_on_grid(sampler *s, double seconds, int64_t every_ns) {
    int64_t start_ns = cli_monotonic_ns();
    int64_t due_ns = start_ns;
    cli_progress_start(&s->job->progress, seconds);
    for (;;) {
        sample(s);
        int64_t now_ns = cli_monotonic_ns();
        double elapsed = (double)(now_ns - start_ns) / 1e9;
        cli_progress_show(&s->job->progress, elapsed, "recording this machine");
        due_ns += (now_ns - due_ns) / every_ns * every_ns + every_ns;
        if (s->failed || (double)(due_ns - start_ns) / 1e9 > seconds + 1e-6) break;
        if (cli_stop_wait_until(due_ns)) break;
    }
}

bool cli_record_system(cli_job *job, double seconds, int64_t every_ms) {
    sampler s = { .job = job };
    if (!cli_machine_is_readable()) return cli_job_fail(job, "system: this machine has no /proc/stat and /proc/meminfo to read");
    cli_machine_facts(log_fact, &s);
    if (!s.failed) sample_on_grid(&s, seconds, every_ms * 1000000);
    cli_job_tell(job, "system: %zu series", s.n);
    free_sampler(&s);
    return !s.failed;
}
