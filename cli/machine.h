/* This machine's counters, read from Linux's /proc: nothing here knows recordings. */
#ifndef REEL_CLI_MACHINE_H
#define REEL_CLI_MACHINE_H

#include <stdbool.h>

#include <stdint.h>

/* A named number, handed to a visitor while a file of /proc is read. */
typedef void (*cli_counter_fn)(void *user, const char *name, const uint64_t *values);

/* False where /proc is missing: not Linux. */
bool cli_machine_is_readable(void);

bool cli_machine_load(double average[3]); /* over 1, 5 and 15 minutes */
/* name "cpu" (all together), "cpu0", ...; values: busy ticks, all ticks. */
bool cli_machine_cpu(cli_counter_fn visit, void *user);
typedef struct cli_memory {
    uint64_t total, available, cached, swap_total, swap_free; /* bytes */
} cli_memory;
bool cli_machine_memory(cli_memory *memory);
/* Whole disks; values: bytes read, bytes written. */
bool cli_machine_disks(cli_counter_fn visit, void *user);
/* Network interfaces; values: bytes received, bytes sent. */
bool cli_machine_networks(cli_counter_fn visit, void *user);

/* Kernel and host facts, name and text each. */
typedef void (*cli_fact_fn)(void *user, const char *name, const char *text);
void cli_machine_facts(cli_fact_fn visit, void *user);

#endif
