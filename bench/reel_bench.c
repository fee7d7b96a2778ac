/* reel-bench: the workloads that recorders are raced with, behind one command line (bench/README.md):
 *
 *     reel-bench [--handles] WORKLOAD SINK(file|mem) OUTFILE N   ->   one JSON line
 *
 * Data is made outside the clock, by the same generators for every recorder in the race. Each row is logged as a user would: a time, a path string, a
 * plain struct; --handles uses prepared paths instead. floor1 and floor1000 are no recorder at all but the machine's own floor: one clock reading and one
 * columnar append per row, on one set of columns or on a thousand in turn. p1 logs at a pace, and is about the bytes per row. */
#define _POSIX_C_SOURCE 200809L
#include <reel/reel.h>

#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>

enum { N_ENTITIES = 1000, N_POINTS = 10000, WIDTH = 1920, HEIGHT = 1080, THREADS_MAX = 256 };

typedef struct bench {
    const char *workload, *sink, *out;
    size_t n;
    bool handles;
    /* data */
    double *values;
    char (*paths)[24];
    size_t n_paths;
    float *positions;
    uint32_t *colors;
    uint8_t *image;
    char **texts;
    float *transforms;
    int64_t *latencies_ns;
    reel_entity **entities; /* with --handles, one per path */
    /* run */
    reel_recording *rec;
    reel_sink_id memory;
    size_t calls, rows;
    char extra[256];
} bench;

static void fail(const char *what) {
    fprintf(stderr, "reel-bench: %s: %s\n", what, reel_error_message());
    exit(1);
}

static void require(bool holds, const char *what) {
    if (!holds) fail(what);
}

static void ok(reel_status status) {
    if (status != REEL_OK) fail(reel_status_text(status));
}

static void *allocate(size_t n, size_t size) {
    void *block = calloc(n ? n : 1, size);
    require(block != NULL, "out of memory");
    return block;
}

/* ---- clocks and counters */

static int64_t clock_ns(clockid_t clock) {
    struct timespec now;
    clock_gettime(clock, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static uint64_t process_status(const char *key) {
    char line[256];
    uint64_t value = 0;
    FILE *file = fopen("/proc/self/status", "r");
    while (file && fgets(line, sizeof line, file)) {
        if (strncmp(line, key, strlen(key)) == 0) value = strtoull(line + strlen(key), NULL, 10);
    }
    if (file) fclose(file);
    return value;
}

static void cpu_seconds(double *user, double *system) {
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    *user = (double)usage.ru_utime.tv_sec + (double)usage.ru_utime.tv_usec * 1e-6;
    *system = (double)usage.ru_stime.tv_sec + (double)usage.ru_stime.tv_usec * 1e-6;
}

static size_t environment_number(const char *name, size_t otherwise) {
    const char *text = getenv(name);
    size_t value = text ? strtoul(text, NULL, 10) : 0;
    return value ? value : otherwise;
}

/* ---- data, equal in every recorder of the race */

static int64_t next_random(int64_t *state) {
    *state = (int64_t)(UINT64_C(1140671485) * (uint64_t)*state + UINT64_C(128201163)) % 16777216;
    return *state;
}

static void make_values(bench *b) {
    int64_t state = 42;
    double x = 0;
    size_t n = b->n ? b->n : 1;
    b->values = allocate(n, sizeof *b->values);
    for (size_t i = 0; i < n; i++) b->values[i] = x += (double)(next_random(&state) % 2001 - 1000) * 1e-4;
}

static void make_paths(bench *b, const char *prefix, size_t n) {
    b->paths = allocate(n, sizeof *b->paths);
    b->n_paths = n;
    for (size_t i = 0; i < n; i++) snprintf(b->paths[i], sizeof *b->paths, "%s%zu", prefix, i);
}

static void make_points(bench *b, int64_t seed, size_t n) {
    int64_t state = seed;
    b->positions = allocate(n * 3, sizeof *b->positions);
    b->colors = allocate(n, sizeof *b->colors);
    for (size_t i = 0; i < n * 3; i++) b->positions[i] = (float)next_random(&state);
    for (size_t i = 0; i < n; i++) b->colors[i] = (uint32_t)next_random(&state);
}

/* A gradient with four bits of noise: neither trivial to compress nor impossible. */
static void make_image(bench *b) {
    int64_t state = 7;
    uint8_t *pixel = b->image = allocate(WIDTH * HEIGHT, 3);
    for (size_t y = 0; y < HEIGHT; y++) {
        for (size_t x = 0; x < WIDTH; x++) {
            for (size_t c = 0; c < 3; c++) *pixel++ = (uint8_t)((uint8_t)((x * (c + 1) + y) / 8) + (uint8_t)(next_random(&state) >> 12 & 15));
        }
    }
}

static void make_texts(bench *b) {
    b->texts = allocate(b->n, sizeof *b->texts);
    for (size_t i = 0; i < b->n; i++) {
        b->texts[i] = allocate(96, 1);
        snprintf(b->texts[i], 96, "[node%03zu] step %zu finished in %zu us with status OK", i % 97, i, i * 7919 % 10007);
    }
}

static void make_transforms(bench *b) {
    int64_t state = 12345;
    b->transforms = allocate(b->n, 12 * sizeof *b->transforms);
    for (size_t i = 0; i < b->n * 12; i++) b->transforms[i] = (float)(next_random(&state) % 1000) / 500.0f - 1.0f;
}

/* ---- the workloads: each logs everything, and returns when its last call has returned */

static void set_step(bench *b, size_t step) { ok(reel_set_time_sequence(b->rec, "step", (int64_t)step)); }

static void log_scalar(bench *b, size_t path, double value) {
    reel_scalars row = { .scalars = &value, .n_scalars = 1 };
    ok(b->handles ? reel_log_at_scalars(b->entities[path], &row) : reel_log_scalars(b->rec, b->paths[path], &row));
}

static void run_scalars(bench *b) {
    for (size_t i = 0; i < b->n; i++) {
        set_step(b, i);
        log_scalar(b, 0, b->values[i]);
    }
}

static void run_scalars_in_turn(bench *b) {
    for (size_t i = 0; i < b->n; i++) {
        set_step(b, i / N_ENTITIES);
        log_scalar(b, i % N_ENTITIES, b->values[i]);
    }
}

static void log_points(bench *b, size_t n) {
    static const float radius = 0.5f;
    reel_points3d row = { .positions = b->positions, .n_positions = n, .colors = b->colors, .n_colors = n, .radii = &radius, .n_radii = 1 };
    ok(b->handles ? reel_log_at_points3d(b->entities[0], &row) : reel_log_points3d(b->rec, b->paths[0], &row));
}

static void run_points(bench *b) {
    for (size_t i = 0; i < b->n; i++) {
        set_step(b, i);
        b->positions[0] = (float)i;
        log_points(b, N_POINTS);
    }
}

static void run_one_big_cloud(bench *b) {
    b->calls = 1;
    log_points(b, b->n);
}

static void run_images(bench *b) {
    reel_image row = {
        .buffer = { .data = b->image, .size = (size_t)WIDTH * HEIGHT * 3 },
        .format = { .width = WIDTH, .height = HEIGHT, .color_model = REEL_COLOR_MODEL_RGB, .channel_datatype = REEL_CHANNEL_DATATYPE_U8 },
    };
    for (size_t i = 0; i < b->n; i++) {
        set_step(b, i);
        b->image[i % row.buffer.size]++;
        ok(b->handles ? reel_log_at_image(b->entities[0], &row) : reel_log_image(b->rec, b->paths[0], &row));
    }
}

static void run_texts(bench *b) {
    for (size_t i = 0; i < b->n; i++) {
        reel_text_log row = { .text = b->texts[i], .level = "INFO" };
        set_step(b, i);
        ok(b->handles ? reel_log_at_text_log(b->entities[0], &row) : reel_log_text_log(b->rec, b->paths[0], &row));
    }
}

static void run_transforms(bench *b) {
    for (size_t i = 0; i < b->n; i++) {
        const float *m = b->transforms + i * 12;
        reel_transform3d row = { .translation = m, .mat3x3 = m + 3 };
        set_step(b, i / 10);
        ok(b->handles ? reel_log_at_transform3d(b->entities[i % 10], &row) : reel_log_transform3d(b->rec, b->paths[i % 10], &row));
    }
}

static void run_columns(bench *b) {
    int64_t *steps = allocate(b->n, sizeof *steps);
    for (size_t i = 0; i < b->n; i++) steps[i] = (int64_t)i;
    reel_time_column times = { .timeline = "step", .type = REEL_TIME_SEQUENCE, .values = steps, .n = b->n };
    reel_column column = { REEL_COLUMN(scalars, scalars), .values = b->values, .n_values = b->n };
    b->calls = 1;
    ok(reel_send_columns(b->rec, b->paths[0], &times, 1, &column, 1));
    free(steps);
}

static int by_size(const void *a, const void *b) {
    int64_t x = *(const int64_t *)a;
    int64_t y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static void run_round_trips(bench *b) {
    for (size_t i = 0; i < b->n; i++) {
        int64_t start_ns = clock_ns(CLOCK_MONOTONIC);
        set_step(b, i);
        log_scalar(b, 0, b->values[i]);
        ok(reel_flush(b->rec, -1));
        b->latencies_ns[i] = clock_ns(CLOCK_MONOTONIC) - start_ns;
    }
    qsort(b->latencies_ns, b->n, sizeof *b->latencies_ns, by_size);
    snprintf(b->extra, sizeof b->extra, ",\"p50_ns\":%" PRId64 ",\"p99_ns\":%" PRId64 ",\"max_ns\":%" PRId64, b->latencies_ns[b->n / 2],
             b->latencies_ns[b->n * 99 / 100], b->latencies_ns[b->n - 1]);
}

typedef struct share {
    bench *b;
    size_t path, begin, end;
} share;

static void *run_share(void *argument) {
    share *s = argument;
    for (size_t i = s->begin; i < s->end; i++) {
        set_step(s->b, i);
        log_scalar(s->b, s->path, s->b->values[i]);
    }
    return NULL;
}

static void run_threads(bench *b) {
    static share shares[THREADS_MAX];
    static pthread_t threads[THREADS_MAX];
    for (size_t k = 0; k < b->n_paths; k++) {
        shares[k] = (share) { b, k, k * b->n / b->n_paths, (k + 1) * b->n / b->n_paths };
        require(pthread_create(&threads[k], NULL, run_share, &shares[k]) == 0, "pthread_create");
    }
    for (size_t k = 0; k < b->n_paths; k++) pthread_join(threads[k], NULL);
}

/* ENTITIES, HZ: how many are logged how often; N is the number of rounds. */
static void run_paced(bench *b) {
    int64_t period_ns = 1000000000 / (int64_t)environment_number("HZ", 50);
    int64_t due_ns = clock_ns(CLOCK_MONOTONIC);
    for (size_t round = 0; round < b->n; round++) {
        set_step(b, round);
        for (size_t k = 0; k < b->n_paths; k++) log_scalar(b, k, b->values[round] + (double)k);
        due_ns += period_ns;
        struct timespec due = { .tv_sec = due_ns / 1000000000, .tv_nsec = due_ns % 1000000000 };
        while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &due, NULL) != 0) continue;
    }
    b->calls = b->rows = b->n * b->n_paths;
}

/* ---- the floor: what a row costs when nothing is done with it but to note it */

typedef struct floor_columns {
    int64_t row_ids[2 * 4096], log_times[4096], steps[4096];
    double values[4096];
    uint32_t rows;
} floor_columns;

static __attribute__((noinline)) void floor_append(floor_columns *to, int64_t step, double value) {
    uint32_t row = to->rows;
    int64_t now_ns = clock_ns(CLOCK_REALTIME);
    to->row_ids[2 * row] = now_ns;
    to->row_ids[2 * row + 1] = step;
    to->log_times[row] = now_ns;
    to->steps[row] = step;
    to->values[row] = value;
    to->rows = (row + 1) % 4096;
}

static void run_floor(bench *b, size_t n_lanes) {
    floor_columns *lanes = allocate(n_lanes, sizeof *lanes);
    /* Warm pages: a recorder in steady state works on memory that it has used before. */
    memset(lanes, 1, n_lanes * sizeof *lanes);
    for (size_t i = 0; i < n_lanes; i++) lanes[i].rows = 0;
    int64_t start_ns = clock_ns(CLOCK_MONOTONIC);
    for (size_t i = 0; i < b->n; i++) floor_append(&lanes[i % n_lanes], (int64_t)(i / n_lanes), b->values[i]);
    int64_t log_ns = clock_ns(CLOCK_MONOTONIC) - start_ns;
    printf("{\"impl\":\"floor\",\"w\":\"%s\",\"n\":%zu,\"calls\":%zu,\"log_ns\":%" PRId64 ",\"ns_per_call\":%.2f}\n", b->workload, b->n, b->n, log_ns,
           b->n ? (double)log_ns / (double)b->n : 0);
    free(lanes);
}

/* ---- what is what */

static void prepare_scalar(bench *b) {
    make_values(b);
    make_paths(b, "scalar", 1);
    snprintf(b->paths[0], sizeof *b->paths, "scalar");
}

static void prepare_in_turn(bench *b) {
    make_values(b);
    make_paths(b, "scalar_", N_ENTITIES);
}

static void prepare_points(bench *b) {
    make_points(b, 1337, N_POINTS);
    make_paths(b, "points", 1);
    snprintf(b->paths[0], sizeof *b->paths, "points");
}

static void prepare_one_big_cloud(bench *b) {
    make_points(b, 42, b->n);
    make_paths(b, "points", 1);
    snprintf(b->paths[0], sizeof *b->paths, "points");
}

static void prepare_images(bench *b) {
    make_image(b);
    make_paths(b, "image", 1);
    snprintf(b->paths[0], sizeof *b->paths, "image");
}

static void prepare_texts(bench *b) {
    make_texts(b);
    make_paths(b, "log", 1);
    snprintf(b->paths[0], sizeof *b->paths, "log");
}

static void prepare_transforms(bench *b) {
    make_transforms(b);
    make_paths(b, "tf_", 10);
}

static void prepare_round_trips(bench *b) {
    require(b->n > 0, "w8 needs N above 0");
    prepare_scalar(b);
    b->latencies_ns = allocate(b->n, sizeof *b->latencies_ns);
}

static void prepare_threads(bench *b) {
    size_t threads = environment_number("THREADS", 1);
    require(threads <= THREADS_MAX, "more THREADS than 256");
    make_values(b);
    make_paths(b, "scalar_", threads);
}

static void prepare_paced(bench *b) {
    if (b->n == 0) b->n = environment_number("HZ", 50) * environment_number("SECONDS", 4);
    make_values(b);
    make_paths(b, "scalar_", environment_number("ENTITIES", 200));
}

static const struct workload {
    const char *name;
    void (*prepare)(bench *b);
    void (*run)(bench *b);
    size_t floor_lanes; /* not a recorder: the machine's floor with so many sets of columns */
} workloads[] = {
    { "w1", prepare_scalar, run_scalars, 0 },
    { "w2", prepare_in_turn, run_scalars_in_turn, 0 },
    { "w3a", prepare_points, run_points, 0 },
    { "w3b", prepare_one_big_cloud, run_one_big_cloud, 0 },
    { "w4", prepare_images, run_images, 0 },
    { "w5", prepare_texts, run_texts, 0 },
    { "w6", prepare_transforms, run_transforms, 0 },
    { "w7", prepare_scalar, run_columns, 0 },
    { "w8", prepare_round_trips, run_round_trips, 0 },
    { "w9", prepare_threads, run_threads, 0 },
    { "w10", prepare_scalar, run_scalars, 0 },
    { "p1", prepare_paced, run_paced, 0 },
    { "floor1", prepare_scalar, NULL, 1 },
    { "floor1000", prepare_scalar, NULL, 1000 },
};

static void open_recording(bench *b) {
    b->rec = reel_new("rerun_example_bench", NULL);
    require(b->rec != NULL, "reel_new");
    if (strcmp(b->sink, "file") == 0)
        ok(reel_save(b->rec, b->out));
    else
        ok(reel_add_memory(b->rec, NULL, &b->memory));
    if (!b->handles) return;
    b->entities = allocate(b->n_paths, sizeof(reel_entity *));
    for (size_t i = 0; i < b->n_paths; i++) require((b->entities[i] = reel_entity_of(b->rec, b->paths[i])) != NULL, b->paths[i]);
}

/* Takes the bytes out of the memory sink; how long that took. */
static int64_t drain(bench *b) {
    uint64_t messages = 0;
    reel_bytes_owned bytes = { NULL, 0 };
    if (b->memory == 0) return 0;
    ok(reel_num_msgs(b->rec, b->memory, &messages));
    int64_t start_ns = clock_ns(CLOCK_MONOTONIC);
    ok(reel_drain(b->rec, b->memory, &bytes));
    int64_t drain_ns = clock_ns(CLOCK_MONOTONIC) - start_ns;
    size_t used = strlen(b->extra);
    snprintf(b->extra + used, sizeof b->extra - used, ",\"msgs\":%" PRIu64 ",\"drained_bytes\":%zu", messages, bytes.size);
    reel_bytes_free(&bytes);
    return drain_ns;
}

static void race(bench *b, const struct workload *w, int64_t main_ns) {
    double user0, system0, user1, system1;
    uint64_t rss0_kb = process_status("VmRSS:");
    cpu_seconds(&user0, &system0);
    int64_t t0 = clock_ns(CLOCK_MONOTONIC);
    open_recording(b);
    int64_t init_ns = clock_ns(CLOCK_MONOTONIC) - t0;
    int64_t thread_ns = clock_ns(CLOCK_THREAD_CPUTIME_ID);
    int64_t t1 = clock_ns(CLOCK_MONOTONIC);
    w->run(b);
    int64_t log_ns = clock_ns(CLOCK_MONOTONIC) - t1;
    thread_ns = clock_ns(CLOCK_THREAD_CPUTIME_ID) - thread_ns;
    ok(reel_flush(b->rec, -1));
    int64_t flush_ns = clock_ns(CLOCK_MONOTONIC) - t1;
    uint64_t threads = process_status("Threads:");
    int64_t drain_ns = drain(b);
    ok(reel_close(b->rec, -1));
    reel_unref(b->rec);
    int64_t close_ns = clock_ns(CLOCK_MONOTONIC) - t1;
    cpu_seconds(&user1, &system1);
    struct stat file = { 0 };
    if (b->memory == 0) require(stat(b->out, &file) == 0, b->out);
    if (b->rows) {
        size_t used = strlen(b->extra);
        snprintf(b->extra + used, sizeof b->extra - used, ",\"bytes_per_row\":%.1f", (double)file.st_size / (double)b->rows);
    }
    printf("{\"impl\":\"%s\",\"w\":\"%s\",\"sink\":\"%s\",\"n\":%zu,\"calls\":%zu,\"init_ns\":%" PRId64 ",\"log_ns\":%" PRId64 ",\"flush_ns\":%" PRId64
           ",\"close_ns\":%" PRId64 ",\"drain_ns\":%" PRId64 ",\"thread_cpu_s\":%.6f,\"user_s\":%.6f,\"sys_s\":%.6f,\"rss0_kb\":%" PRIu64 ",\"hwm_kb\":%" PRIu64
           ",\"threads\":%" PRIu64 ",\"bytes\":%lld,\"since_main_ns\":%" PRId64 "%s}\n",
           b->handles ? "reel-handles" : "reel", b->workload, b->sink, b->n, b->calls, init_ns, log_ns, flush_ns, close_ns, drain_ns, (double)thread_ns / 1e9,
           user1 - user0, system1 - system0, rss0_kb, process_status("VmHWM:"), threads, (long long)file.st_size, clock_ns(CLOCK_MONOTONIC) - main_ns,
           b->extra);
}

static int usage(void) {
    fprintf(stderr, "usage: reel-bench [--handles] WORKLOAD SINK(file|mem) OUTFILE N\nworkloads:");
    for (size_t i = 0; i < sizeof workloads / sizeof workloads[0]; i++) fprintf(stderr, " %s", workloads[i].name);
    fputc('\n', stderr);
    return 2;
}

int main(int argc, char **argv) {
    int64_t main_ns = clock_ns(CLOCK_MONOTONIC);
    static bench b; /* what it holds stays in reach to the end, for leak checkers */
    char *arguments[4] = { NULL, NULL, NULL, NULL };
    int n = 0;
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--handles") == 0)
            b.handles = true;
        else if (n < 4)
            arguments[n++] = argv[i];
        else
            return usage();
    }
    if (n < 3 || (strcmp(arguments[1], "file") != 0 && strcmp(arguments[1], "mem") != 0)) return usage();
    b.workload = arguments[0];
    b.sink = arguments[1];
    b.out = arguments[2];
    b.n = n == 4 ? strtoul(arguments[3], NULL, 10) : 0;
    b.calls = b.n;
    for (size_t i = 0; i < sizeof workloads / sizeof workloads[0]; i++) {
        const struct workload *w = &workloads[i];
        if (strcmp(w->name, b.workload) != 0) continue;
        w->prepare(&b);
        if (w->floor_lanes)
            run_floor(&b, w->floor_lanes);
        else
            race(&b, w, main_ns);
        return 0;
    }
    return usage();
}
