/* Four threads log into one recording. Each thread has times of its own; the recording is shared without any lock of the program's.
 * One flush at the end covers the rows of all of them. */
#define _POSIX_C_SOURCE 200809L
#include <reel/reel.h>

#include <math.h>
#include <pthread.h>
#include <stdio.h>

enum { N_THREADS = 4, N_ROWS = 2500 };

typedef struct worker {
    reel_recording *rec;
    pthread_t thread;
    int number;
    reel_status status;
} worker;

static void *work(void *argument) {
    worker *w = argument;
    char path[32];
    snprintf(path, sizeof path, "worker_%d/load", w->number);
    /* A prepared path saves the look-up in a hot loop. */
    reel_entity *entity = reel_entity_of(w->rec, path);
    if (!entity) {
        w->status = REEL_E_NO_MEMORY;
        return NULL;
    }
    for (int64_t step = 0; step < N_ROWS && w->status == REEL_OK; step++) {
        double load = fabs(sin((double)(step * (w->number + 1)) / 100));
        w->status = reel_set_time_sequence(w->rec, "step", step);
        if (w->status == REEL_OK) w->status = reel_log_at_scalars(entity, &(reel_scalars) { .scalars = &load, .n_scalars = 1 });
    }
    return NULL;
}

int main(int argc, char **argv) {
    worker workers[N_THREADS] = { { 0 } };
    int failures = 0;
    reel_recording *rec = reel_new("reel_example_threads", NULL);
    if (!rec || reel_save(rec, argc > 1 ? argv[1] : "threads.rrd") != REEL_OK) {
        fprintf(stderr, "threads: %s\n", reel_error_message());
        return 1;
    }
    for (int i = 0; i < N_THREADS; i++) {
        workers[i].rec = rec;
        workers[i].number = i;
        if (pthread_create(&workers[i].thread, NULL, work, &workers[i]) != 0) {
            fprintf(stderr, "threads: no thread\n");
            return 1;
        }
    }
    for (int i = 0; i < N_THREADS; i++) {
        pthread_join(workers[i].thread, NULL);
        if (workers[i].status != REEL_OK) {
            fprintf(stderr, "threads: worker %d: %s\n", i, reel_status_text(workers[i].status));
            failures++;
        }
    }
    if (reel_flush(rec, -1) != REEL_OK || reel_close(rec, -1) != REEL_OK) {
        fprintf(stderr, "threads: %s\n", reel_error_message());
        failures++;
    }
    reel_unref(rec);
    return failures ? 1 : 0;
}
