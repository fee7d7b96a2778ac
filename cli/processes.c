#define _POSIX_C_SOURCE 200809L
#include "processes.h"
#include "stop.h"

#include <ctype.h>
#include <dirent.h>
#include <inttypes.h>
#include <stdlib.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* /proc/PID/stat: "pid (name) state ...". The name may hold spaces and brackets, so the fields are counted from the last ')'. */
static bool read_process(int pid, cli_process *process) {
    char path[64];
    char line[1024];
    snprintf(path, sizeof path, "/proc/%d/stat", pid);
    FILE *file = fopen(path, "r");
    if (!file) return false;
    size_t length = fread(line, 1, sizeof line - 1, file);
    fclose(file);
    line[length] = 0;
    char *open = strchr(line, '(');
    char *close = strrchr(line, ')');
    if (!open || !close || close < open) return false;
    uint64_t user_ticks;
    uint64_t system_ticks;
    long resident_pages;
    int n = sscanf(close + 1, " %c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %" SCNu64 " %" SCNu64 " %*d %*d %*d %*d %ld %*d %" SCNu64 " %*u %ld",
                   &process->state, &user_ticks, &system_ticks, &process->threads, &process->started, &resident_pages);
    if (n != 6) return false;
    *close = 0;
    snprintf(process->name, sizeof process->name, "%.31s", open + 1);
    process->pid = pid;
    process->ticks = user_ticks + system_ticks;
    process->resident_bytes = (uint64_t)(resident_pages > 0 ? resident_pages : 0) * (uint64_t)sysconf(_SC_PAGESIZE);
    process->cpu_percent = 0;
    return true;
}

static int by_pid(const void *a, const void *b) {
    int x = ((const cli_process *)a)->pid;
    int y = ((const cli_process *)b)->pid;
    return (x > y) - (x < y);
}

static int by_use(const void *a, const void *b) {
    const cli_process *x = a;
    const cli_process *y = b;
    if (x->cpu_percent != y->cpu_percent) return x->cpu_percent < y->cpu_percent ? 1 : -1;
    if (x->resident_bytes != y->resident_bytes) return x->resident_bytes < y->resident_bytes ? 1 : -1;
    return by_pid(a, b);
}

static bool add(cli_processes *processes, const cli_process *process) {
    if (processes->n == processes->capacity) {
        size_t capacity = processes->capacity ? processes->capacity * 2 : 256;
        cli_process *items = realloc(processes->items, capacity * sizeof *items);
        if (!items) return false;
        processes->items = items;
        processes->capacity = capacity;
    }
    processes->items[processes->n++] = *process;
    return true;
}

/* The last look's list becomes the one to compare with; its predecessor's memory is used again. */
static void swap_lists(cli_processes *p) {
    cli_process *items = p->before;
    size_t capacity = p->capacity_before;
    p->before = p->items;
    p->n_before = p->n;
    p->capacity_before = p->capacity;
    p->items = items;
    p->capacity = capacity;
    p->n = 0;
    if (p->n_before) qsort(p->before, p->n_before, sizeof *p->before, by_pid);
}

bool cli_processes_look(cli_processes *p) {
    int64_t now_ns = cli_monotonic_ns();
    double seconds = (double)(now_ns - p->looked_at_ns) / 1e9;
    double ticks_per_second = (double)sysconf(_SC_CLK_TCK);
    DIR *folder = opendir("/proc");
    if (!folder) return false;
    swap_lists(p);
    bool fits = true;
    for (struct dirent *entry; fits && (entry = readdir(folder)) != NULL;) {
        cli_process process;
        if (!isdigit((unsigned char)entry->d_name[0]) || !read_process(atoi(entry->d_name), &process)) continue;
        const cli_process *before = p->n_before ? bsearch(&process, p->before, p->n_before, sizeof process, by_pid) : NULL;
        bool is_same = before && before->started == process.started && process.ticks >= before->ticks;
        bool is_first_look = p->looked_at_ns == 0;
        /* A process that was not there before has used all its time since. */
        uint64_t used = process.ticks - (is_same ? before->ticks : 0);
        process.cpu_percent = is_first_look || seconds <= 0 ? -1 : (double)used / ticks_per_second / seconds * 100;
        fits = add(p, &process);
    }
    closedir(folder);
    p->looked_at_ns = now_ns;
    return fits;
}

/* A name comes from a program: what Markdown would take for a mark is escaped. */
static bool append_name(cli_text *markdown, const char *name) {
    cli_text clean = { 0 };
    bool fits = cli_text_append_clean(&clean, name, strlen(name)) && cli_text_append(&clean, "", 0);
    for (const char *c = clean.data; fits && *c; c++) {
        char pair[2] = { '\\', *c };
        bool is_mark = strchr("\\|`*_<>[]#~&", *c) != NULL;
        bool is_control = (unsigned char)*c < 0x20;
        fits = is_control ? cli_text_append(markdown, " ", 1) : is_mark ? cli_text_append(markdown, pair, 2) : cli_text_append(markdown, c, 1);
    }
    cli_text_free(&clean);
    return fits;
}

bool cli_processes_table(cli_processes *p, size_t n, cli_text *markdown) {
    if (p->n) qsort(p->items, p->n, sizeof *p->items, by_use);
    bool fits = cli_text_printf(markdown, "| PID | Name | State | CPU (%%) | Memory (MB) | Threads |\n| ---: | :--- | :---: | ---: | ---: | ---: |\n");
    for (size_t i = 0; fits && i < p->n && i < n; i++) {
        const cli_process *process = &p->items[i];
        char cpu[32] = "-";
        if (process->cpu_percent >= 0) snprintf(cpu, sizeof cpu, "%.1f", process->cpu_percent);
        fits = cli_text_printf(markdown, "| %d | ", process->pid) && append_name(markdown, process->name) &&
               cli_text_printf(markdown, " | %c | %s | %.1f | %ld |\n", process->state, cpu, (double)process->resident_bytes / 1e6, process->threads);
    }
    return fits && cli_text_printf(markdown, "\n%zu processes\n", p->n);
}

void cli_processes_free(cli_processes *p) {
    free(p->items);
    free(p->before);
    *p = (cli_processes) { 0 };
}
