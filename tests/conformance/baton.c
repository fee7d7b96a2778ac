/* Writes recordings whose rows have one true order: two threads that pass a baton, and a process with forked children. test_baton.py asks the official reader for that order.
 *
 *     baton static|equal|columns|clear PATH TURNS
 *     baton fork PATH ROWS                       writes PATH, PATH.0.rrd ... PATH.7.rrd
 */
#include <reel/reel.h>

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { CHILDREN = 8 };

static reel_recording *rec;
static const char *scenario;
static long turns;
static atomic_long turn;

static void must(reel_status status, const char *what) {
    if (status == REEL_OK)
        return;
    fprintf(stderr, "%s: %s: %s\n", what, reel_status_text(status), reel_error_message());
    _exit(1);
}

static reel_status log_turn(long n) {
    double value = (double)n;
    reel_scalars scalars = {.scalars = &value, .n_scalars = 1};
    if (!strcmp(scenario, "static"))
        return reel_log_static_scalars(rec, "a", &scalars);
    if (!strcmp(scenario, "clear")) { /* the timeline says which turn it was; what counts is the order of the ids */
        must(reel_set_time_sequence(rec, "turn", n), "turn");
        return n % 2 ? reel_log_clear(rec, "parent", &(reel_clear){.is_recursive = {true, true}}) : reel_log_scalars(rec, "parent/child", &scalars);
    }
    int64_t frame = 7;
    if (!strcmp(scenario, "columns") && n % 2) {
        reel_time_column time = {"frame", REEL_TIME_SEQUENCE, &frame, 1};
        reel_column column = {REEL_COLUMN(scalars, scalars), .values = &value, .n_values = 1};
        return reel_send_columns(rec, "a", &time, 1, &column, 1);
    }
    must(reel_set_time_sequence(rec, "frame", frame), "frame");
    return reel_log_scalars(rec, "a", &scalars);
}

static void *pass_baton(void *given) {
    long mine = (long)(intptr_t)given;
    for (long n = mine; n < turns; n += 2) {
        while (atomic_load_explicit(&turn, memory_order_acquire) != n)
            sched_yield();
        must(log_turn(n), "log");
        atomic_store_explicit(&turn, n + 1, memory_order_release);
    }
    return NULL;
}

static void *flush_on(void *unused) {
    while (atomic_load(&turn) < turns) {
        must(reel_flush(rec, -1), "flush");
        usleep(1000);
    }
    return unused;
}

static int baton(const char *path) {
    pthread_t threads[3];
    rec = reel_new("baton", &(reel_options){.struct_size = sizeof(reel_options), .no_log_time = true, .recording_id = "baton"});
    must(rec ? reel_save(rec, path) : REEL_E_NO_MEMORY, path);
    for (intptr_t i = 0; i < 2; i++)
        pthread_create(&threads[i], NULL, pass_baton, (void *)i);
    pthread_create(&threads[2], NULL, flush_on, NULL);
    for (int i = 0; i < 3; i++)
        pthread_join(threads[i], NULL);
    must(reel_close(rec, 60000), "close");
    reel_unref(rec);
    return 0;
}

static void log_rows(long n_rows) {
    for (long i = 0; i < n_rows; i++) {
        double value = (double)i;
        must(reel_set_time_sequence(rec, "row", i), "row");
        must(reel_log_scalars(rec, i % 3 ? "a" : "b", &(reel_scalars){.scalars = &value, .n_scalars = 1}), "log");
    }
}

static int family(const char *path, long n_rows) {
    char own[4096];
    rec = reel_new("baton", &(reel_options){.struct_size = sizeof(reel_options), .recording_id = "family"});
    must(rec ? reel_save(rec, path) : REEL_E_NO_MEMORY, path);
    double value = 1;
    must(reel_log_static_scalars(rec, "kept", &(reel_scalars){.scalars = &value, .n_scalars = 1}), "log");
    must(reel_flush(rec, -1), "flush");
    for (int c = 0; c < CHILDREN; c++) {
        pid_t pid = fork();
        if (pid == 0) {
            snprintf(own, sizeof own, "%s.%d.rrd", path, c);
            log_rows(n_rows / 2);
            must(reel_save(rec, own), own);
            log_rows(n_rows / 2);
            exit(0); /* ends the file */
        }
        if (pid < 0)
            return 1;
    }
    log_rows(n_rows);
    int worst = 0, status;
    while (wait(&status) > 0)
        worst |= status;
    must(reel_close(rec, 60000), "close");
    reel_unref(rec);
    return worst ? 1 : 0;
}

int main(int argc, char **argv) {
    if (argc != 4)
        return 2;
    scenario = argv[1];
    turns = strtol(argv[3], NULL, 10);
    return !strcmp(scenario, "fork") ? family(argv[2], turns) : baton(argv[2]);
}
