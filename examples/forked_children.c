/* One recording from several processes: children of a fork keep the recording's id, write to files of their own, and a viewer that opens all the
 * files shows them as one recording. */
#define _POSIX_C_SOURCE 200809L
#include <reel/reel.h>

#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

enum { N_CHILDREN = 3, N_ROWS = 1000 };

static reel_status log_rows(reel_recording *rec, const char *path) {
    reel_status status = REEL_OK;
    for (int64_t i = 0; i < N_ROWS && status == REEL_OK; i++) {
        double value = (double)(i * i);
        status = reel_set_time_sequence(rec, "step", i);
        if (status == REEL_OK) status = reel_log_scalars(rec, path, &(reel_scalars) { .scalars = &value, .n_scalars = 1 });
    }
    return status;
}

/* The parent's file stays the parent's: the child has dropped it, and what it logs waits in a buffer until it adds a sink. */
static int child(reel_recording *rec, const char *parents_path, int number) {
    char file[4096];
    char entity[32];
    snprintf(file, sizeof file, "%s.child_%d.rrd", parents_path, number);
    snprintf(entity, sizeof entity, "child_%d", number);
    reel_status status = log_rows(rec, entity);
    if (status == REEL_OK) status = reel_save(rec, file);
    if (status == REEL_OK) status = reel_close(rec, -1);
    if (status != REEL_OK) fprintf(stderr, "forked_children: child %d: %s\n", number, reel_error_message());
    return status == REEL_OK ? 0 : 1;
}

int main(int argc, char **argv) {
    const char *path = argc > 1 ? argv[1] : "forked_children.rrd";
    int failures = 0;
    reel_recording *rec = reel_new("reel_example_forked_children", NULL);
    if (!rec || reel_save(rec, path) != REEL_OK || log_rows(rec, "parent/before") != REEL_OK) {
        fprintf(stderr, "forked_children: %s\n", reel_error_message());
        return 1;
    }
    for (int i = 0; i < N_CHILDREN; i++) {
        pid_t pid = fork();
        if (pid == 0) _exit(child(rec, path, i));
        if (pid < 0) failures++;
    }
    if (log_rows(rec, "parent/after") != REEL_OK || reel_close(rec, -1) != REEL_OK) {
        fprintf(stderr, "forked_children: %s\n", reel_error_message());
        failures++;
    }
    for (int result; wait(&result) > 0;) failures += !WIFEXITED(result) || WEXITSTATUS(result) != 0;
    reel_unref(rec);
    return failures ? 1 : 0;
}
