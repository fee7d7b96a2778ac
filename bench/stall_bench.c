/* How long a log call takes while a sink hangs: stall_bench [FOLDER [ROWS]]
 *
 * One thread sets a time and logs a scalar, ROWS times (1,000,000), one row about every 2 us, and measures each pair of calls. Printed are quantiles in nanoseconds, the reading of the
 * clock included, and how many rows were refused. The sinks: a file in FOLDER (/tmp), a sink of the program's own that never returns from write, and a pipe whose reader stopped reading
 * or reads 1 MB a second, which is what a stalled or slow disk looks like to a file sink. Recorded measurements: bench/README.md. */
#include <reel/reel.h>

#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { PACE_NS = 2000, WARM_ROWS = 50000 };

static const char *folder = "/tmp";
static int n_rows = 1000000;
static uint32_t *took_ns;
static atomic_bool may_go;

static int64_t now_ns(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static void sleep_ms(int ms) { nanosleep(&(struct timespec){ms / 1000, ms % 1000 * 1000000L}, NULL); }

static reel_status hang(void *user, const reel_message *messages, size_t n, size_t *n_done) {
    (void)user;
    (void)messages;
    while (!atomic_load(&may_go))
        sleep_ms(5);
    *n_done = n;
    return REEL_OK;
}

typedef struct reader {
    int fd;
    bool is_slow; /* else it does not read at all before the end */
} reader;

static void *read_pipe(void *user) {
    reader *r = user;
    static char bytes[1 << 16];
    while (!atomic_load(&may_go)) {
        if (r->is_slow && read(r->fd, bytes, 5000) == 0)
            return NULL;
        sleep_ms(5);
    }
    while (read(r->fd, bytes, sizeof bytes) > 0) {}
    return NULL;
}

static int compare(const void *a, const void *b) {
    const uint32_t *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

static void measure(const char *what, reel_recording *rec) {
    int n_refused = 0;
    int64_t next = now_ns();
    for (int i = -WARM_ROWS; i < n_rows; i++) {
        double value = i;
        while (now_ns() < next) {}
        int64_t start = now_ns();
        reel_set_time_sequence(rec, "row", i);
        reel_status status = reel_log_scalars(rec, "motor/current", &(reel_scalars){.scalars = &value, .n_scalars = 1});
        int64_t took = now_ns() - start;
        if (i >= 0)
            took_ns[i] = took > UINT32_MAX ? UINT32_MAX : (uint32_t)took;
        n_refused += status != REEL_OK;
        next += PACE_NS;
        if (next < start) /* never a burst to catch up */
            next = start;
    }
    qsort(took_ns, (size_t)n_rows, sizeof *took_ns, compare);
    printf("%-44s %7u %7u %7u %8u %10u %9d\n", what, took_ns[n_rows / 2], took_ns[(size_t)n_rows * 99 / 100], took_ns[(size_t)n_rows * 999 / 1000], took_ns[(size_t)n_rows * 9999 / 10000],
           took_ns[n_rows - 1], n_refused);
    fflush(stdout);
}

static void finish(reel_recording *rec) {
    atomic_store(&may_go, true);
    reel_free(rec);
    atomic_store(&may_go, false);
}

static reel_recording *begin(void) {
    reel_recording *rec = reel_new("stall_bench", NULL);
    if (!rec)
        exit(1);
    return rec;
}

static void beside_a_file(const char *what, bool has_frozen_sink, reel_policy policy) {
    char path[512];
    snprintf(path, sizeof path, "%s/stall_bench.rrd", folder);
    reel_recording *rec = begin();
    if (reel_save(rec, path) != REEL_OK) {
        fprintf(stderr, "stall_bench: %s\n", reel_error_message());
        exit(1);
    }
    const reel_sink_ops ops = {.struct_size = sizeof ops, .name = "frozen", .write = hang};
    const reel_queue_options options = {.struct_size = sizeof options, .policy = policy, .queue_max_bytes = policy == REEL_POLICY_BLOCK ? 0 : 1 << 20};
    if (has_frozen_sink && reel_add_sink(rec, &ops, NULL, &options, NULL) != REEL_OK)
        exit(1);
    measure(what, rec);
    finish(rec);
    unlink(path);
}

static void into_a_pipe(const char *what, bool is_slow, reel_policy policy) {
    char path[512];
    snprintf(path, sizeof path, "%s/stall_bench.pipe", folder);
    unlink(path);
    if (mkfifo(path, 0600))
        exit(1);
    reader r = {open(path, O_RDONLY | O_NONBLOCK), is_slow};
    fcntl(r.fd, F_SETFL, fcntl(r.fd, F_GETFL) & ~O_NONBLOCK);
    pthread_t thread;
    reel_recording *rec = begin();
    const reel_file_options options = {.struct_size = sizeof options, .policy = policy, .queue_max_bytes = policy == REEL_POLICY_BLOCK ? 0 : 1 << 20};
    if (reel_add_file(rec, path, &options, NULL) != REEL_OK || pthread_create(&thread, NULL, read_pipe, &r)) {
        fprintf(stderr, "stall_bench: %s\n", reel_error_message());
        exit(1);
    }
    measure(what, rec);
    atomic_store(&may_go, true);
    reel_free(rec);
    pthread_join(thread, NULL);
    atomic_store(&may_go, false);
    close(r.fd);
    unlink(path);
}

int main(int argc, char **argv) {
    if (argc > 1)
        folder = argv[1];
    if (argc > 2)
        n_rows = atoi(argv[2]);
    if (n_rows < 1000 || !(took_ns = malloc((size_t)n_rows * sizeof *took_ns)))
        return 2;
    memset(took_ns, 0, (size_t)n_rows * sizeof *took_ns);
    printf("%-44s %7s %7s %7s %8s %10s %9s\n", "ns per set_time + log of a scalar", "p50", "p99", "p99.9", "p99.99", "max", "refused");
    beside_a_file("a file", false, REEL_POLICY_DEFAULT);
    beside_a_file("a file, and a frozen sink (block)", true, REEL_POLICY_BLOCK);
    beside_a_file("a file, and a frozen sink (drop newest)", true, REEL_POLICY_DROP_NEWEST);
    beside_a_file("a file, and a frozen sink (latest)", true, REEL_POLICY_LATEST);
    into_a_pipe("a stalled disk (block)", false, REEL_POLICY_BLOCK);
    into_a_pipe("a stalled disk (drop newest)", false, REEL_POLICY_DROP_NEWEST);
    into_a_pipe("a disk of 1 MB/s (drop oldest)", true, REEL_POLICY_DROP_OLDEST);
    beside_a_file("a file, once more", false, REEL_POLICY_DEFAULT);
    free(took_ns);
    return 0;
}
