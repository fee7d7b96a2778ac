/* Logs numbered rows from several threads until it is killed: crash_child FILE os|process|sync|rotate SEED.
 *
 * Thread k logs the rows 0, 1, 2 ... to thread/k, with their number as time (timeline "row") and as value. Whenever a flush has said yes, how many rows of each thread had been logged
 * before that flush began goes to standard output: THREADS numbers of 8 bytes, in one write. */
#include <reel/reel.h>

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { THREADS = 3 };

static reel_recording *rec;
static _Atomic uint64_t logged[THREADS];
static uint64_t seed;

static uint64_t next_random(uint64_t *state) {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

static void fail(const char *what) {
    fprintf(stderr, "crash_child: %s: %s\n", what, reel_error_message());
    exit(1);
}

static void flush_and_confirm(void) {
    uint64_t counts[THREADS];
    for (int k = 0; k < THREADS; k++)
        counts[k] = atomic_load(&logged[k]);
    if (reel_flush(rec, -1) != REEL_OK)
        fail("flush");
    if (write(STDOUT_FILENO, counts, sizeof counts) != sizeof counts)
        exit(1);
}

static void *log_rows(void *user) {
    int k = (int)(intptr_t)user;
    uint64_t random = seed * 31 + (uint64_t)k + 1, row = 0;
    float xyz[3 * 50] = {0};
    char path[16], cloud[16];
    snprintf(path, sizeof path, "thread/%d", k);
    snprintf(cloud, sizeof cloud, "cloud/%d", k);
    for (;;) {
        for (uint64_t n = 1 + next_random(&random) % 60; n > 0; n--, row++) {
            double value = (double)row;
            if (reel_set_time_sequence(rec, "row", (int64_t)row) != REEL_OK || reel_log_scalars(rec, path, &(reel_scalars){.scalars = &value, .n_scalars = 1}) != REEL_OK)
                fail("log");
            atomic_store(&logged[k], row + 1);
        }
        uint64_t choice = next_random(&random) % 16;
        if (choice < 4 && reel_log_points3d(rec, cloud, &(reel_points3d){.positions = xyz, .n_positions = 1 + choice * 16}) != REEL_OK)
            fail("log");
        if (choice == 5 && reel_log_static_scalars(rec, cloud, &(reel_scalars){.scalars = &(double){1}, .n_scalars = 1}) != REEL_OK)
            fail("log");
        if (choice > 10)
            flush_and_confirm();
        if (choice % 2)
            usleep((useconds_t)(next_random(&random) % 700));
    }
    return NULL;
}

int main(int argc, char **argv) {
    if (argc != 4)
        return 2;
    const char *mode = argv[2];
    seed = strtoull(argv[3], NULL, 10) + 1;
    reel_file_options options = {.struct_size = sizeof options, .durability = !strcmp(mode, "sync") ? REEL_DURABILITY_SYNC : !strcmp(mode, "process") ? REEL_DURABILITY_PROCESS : REEL_DURABILITY_OS};
    if (!strcmp(mode, "rotate"))
        options.rotate_bytes = 30000;
    char id[32];
    snprintf(id, sizeof id, "crash_%s", argv[3]);
    rec = reel_new("crash", &(reel_options){.struct_size = sizeof(reel_options), .recording_id = id, .flush_tick_ns = 3000000});
    if (!rec || reel_add_file(rec, argv[1], &options, NULL) != REEL_OK)
        fail(argv[1]);
    pthread_t threads[THREADS];
    for (intptr_t k = 0; k < THREADS; k++)
        if (pthread_create(&threads[k], NULL, log_rows, (void *)k))
            return 1;
    for (int k = 0; k < THREADS; k++)
        pthread_join(threads[k], NULL);
    return 0;
}
