#define _POSIX_C_SOURCE 200809L
#include "machine.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

/* Reads a file of /proc, which has no size, line by line. */
typedef bool (*line_fn)(void *user, char *line); /* false: enough */
static bool each_line(const char *path, line_fn take, void *user) {
    char line[1024];
    FILE *file = fopen(path, "r");
    if (!file) return false;
    while (fgets(line, sizeof line, file)) {
        /* The interrupt line of /proc/stat is far longer than any line of use here: the rest of it is skipped. */
        char *end = strchr(line, '\n');
        if (end)
            *end = 0;
        else
            for (int c = getc(file); c != EOF && c != '\n';) c = getc(file);
        if (!take(user, line)) break;
    }
    fclose(file);
    return true;
}

bool cli_machine_is_readable(void) { return access("/proc/stat", R_OK) == 0 && access("/proc/meminfo", R_OK) == 0; }

bool cli_machine_load(double average[3]) {
    FILE *file = fopen("/proc/loadavg", "r");
    if (!file) return false;
    int n = fscanf(file, "%lf %lf %lf", &average[0], &average[1], &average[2]);
    fclose(file);
    return n == 3;
}

typedef struct visitor {
    cli_counter_fn visit;
    void *user;
} visitor;

/* "cpu0 user nice system idle iowait irq softirq steal ...", in ticks. Guest time is part of user time already. */
static bool take_cpu_line(void *user, char *line) {
    const visitor *v = user;
    char name[16];
    uint64_t ticks[8] = { 0 };
    if (strncmp(line, "cpu", 3) != 0) return false;
    int n = sscanf(line, "%15s %" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64, name, &ticks[0], &ticks[1],
                   &ticks[2], &ticks[3], &ticks[4], &ticks[5], &ticks[6], &ticks[7]);
    if (n < 5) return true;
    uint64_t all = 0;
    for (size_t i = 0; i < 8; i++) all += ticks[i];
    uint64_t values[2] = { all - ticks[3] - ticks[4], all };
    v->visit(v->user, name, values);
    return true;
}

bool cli_machine_cpu(cli_counter_fn visit, void *user) { return each_line("/proc/stat", take_cpu_line, &(visitor) { visit, user }); }

static bool take_memory_line(void *user, char *line) {
    cli_memory *memory = user;
    const struct {
        const char *name;
        uint64_t *bytes;
    } wanted[] = { { "MemTotal:", &memory->total },
                   { "MemAvailable:", &memory->available },
                   { "Cached:", &memory->cached },
                   { "SwapTotal:", &memory->swap_total },
                   { "SwapFree:", &memory->swap_free } };
    for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++) {
        size_t length = strlen(wanted[i].name);
        if (strncmp(line, wanted[i].name, length) == 0) *wanted[i].bytes = strtoull(line + length, NULL, 10) * 1024;
    }
    return true;
}

bool cli_machine_memory(cli_memory *memory) {
    *memory = (cli_memory) { 0 };
    return each_line("/proc/meminfo", take_memory_line, memory) && memory->total > 0;
}

/* "8 0 sda reads merged sectors_read ms writes merged sectors_written ...". A sector is 512 bytes here, whatever the disk's own are. Whole disks are those
 * that /sys/block lists; loop and RAM disks would count what another disk counts as well. */
static bool take_disk_line(void *user, char *line) {
    const visitor *v = user;
    char name[64];
    char folder[96];
    uint64_t read_sectors;
    uint64_t written_sectors;
    if (sscanf(line, "%*u %*u %63s %*u %*u %" SCNu64 " %*u %*u %*u %" SCNu64, name, &read_sectors, &written_sectors) != 3) return true;
    if (strncmp(name, "loop", 4) == 0 || strncmp(name, "ram", 3) == 0) return true;
    snprintf(folder, sizeof folder, "/sys/block/%s", name);
    if (access(folder, F_OK) != 0) return true;
    uint64_t values[2] = { read_sectors * 512, written_sectors * 512 };
    v->visit(v->user, name, values);
    return true;
}

bool cli_machine_disks(cli_counter_fn visit, void *user) { return each_line("/proc/diskstats", take_disk_line, &(visitor) { visit, user }); }

/* "  eth0: bytes packets errs drop fifo frame compressed multicast bytes ...": received first, then sent; two lines of headings have no colon after a name. */
static bool take_network_line(void *user, char *line) {
    const visitor *v = user;
    char *colon = strrchr(line, ':');
    uint64_t values[2];
    if (!colon) return true;
    *colon = 0;
    if (sscanf(colon + 1, "%" SCNu64 " %*u %*u %*u %*u %*u %*u %*u %" SCNu64, &values[0], &values[1]) != 2) return true;
    v->visit(v->user, line + strspn(line, " "), values);
    return true;
}

bool cli_machine_networks(cli_counter_fn visit, void *user) { return each_line("/proc/net/dev", take_network_line, &(visitor) { visit, user }); }

typedef struct lookup {
    const char *key;
    char *value;
    size_t size;
} lookup;

/* Copies what stands behind the key, without separators and quotes around it. */
static bool take_keyed_line(void *user, char *line) {
    lookup *wanted = user;
    size_t length = strlen(wanted->key);
    if (strncmp(line, wanted->key, length) != 0) return true;
    const char *value = line + length + strspn(line + length, " \t:=\"");
    snprintf(wanted->value, wanted->size, "%s", value);
    wanted->value[strcspn(wanted->value, "\"")] = 0;
    return false;
}

void cli_machine_facts(cli_fact_fn visit, void *user) {
    struct utsname names;
    char text[1024];
    cli_memory memory;
    if (uname(&names) == 0) {
        visit(user, "host_name", names.nodename);
        snprintf(text, sizeof text, "%s %s %s", names.sysname, names.release, names.version);
        visit(user, "kernel", text);
        visit(user, "architecture", names.machine);
    }
    text[0] = 0;
    each_line("/etc/os-release", take_keyed_line, &(lookup) { "PRETTY_NAME=", text, sizeof text });
    if (text[0]) visit(user, "operating_system", text);
    text[0] = 0;
    each_line("/proc/cpuinfo", take_keyed_line, &(lookup) { "model name", text, sizeof text });
    if (text[0]) visit(user, "cpu_model", text);
    snprintf(text, sizeof text, "%ld", sysconf(_SC_NPROCESSORS_ONLN));
    visit(user, "cpu_cores", text);
    if (cli_machine_memory(&memory)) {
        snprintf(text, sizeof text, "%" PRIu64, memory.total);
        visit(user, "memory_total_bytes", text);
    }
}
