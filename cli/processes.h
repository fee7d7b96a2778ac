/* The busiest processes since the last look, as a Markdown table. */
#ifndef REEL_CLI_PROCESSES_H
#define REEL_CLI_PROCESSES_H

#include "text_buffer.h"

#include <stdint.h>

typedef struct cli_process {
    int pid;
    char state;
    char name[32];
    uint64_t started; /* ticks after boot: tells a process from an earlier one of the same number */
    uint64_t ticks;   /* CPU time used so far */
    uint64_t resident_bytes;
    long threads;
    double cpu_percent; /* of one core, since the last look; -1 after the first look */
} cli_process;

typedef struct cli_processes {
    cli_process *items; /* by pid */
    size_t n;
    size_t capacity;
    cli_process *before;
    size_t n_before;
    size_t capacity_before;
    int64_t looked_at_ns;
} cli_processes;

/* Looks at all processes. False if /proc cannot be read or memory runs out. */
bool cli_processes_look(cli_processes *processes);
/* Appends the n busiest. Sorts the items by use; the next look sorts them back. */
bool cli_processes_table(cli_processes *processes, size_t n, cli_text *markdown);
void cli_processes_free(cli_processes *processes);

#endif
