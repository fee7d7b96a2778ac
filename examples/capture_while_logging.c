/* Looking while logging goes on: reel_capture writes everything so far as a complete file that a viewer opens at once, while the recording
 * itself continues into its own file. */
#define _POSIX_C_SOURCE 200809L
#include <reel/reel.h>

#include <stdio.h>
#include <time.h>

/* What goes wrong on the library's own threads, such as a full disk, arrives here. */
static void on_event(void *user, reel_recording *rec, const reel_event *event) {
    (void)user;
    (void)rec;
    fprintf(stderr, "capture_while_logging: %s\n", event->message);
}

static reel_status log_rows(reel_recording *rec, int64_t begin, int64_t end) {
    reel_status status = REEL_OK;
    for (int64_t i = begin; i < end && status == REEL_OK; i++) {
        double value = (double)(i % 100);
        status = reel_set_time_sequence(rec, "step", i);
        if (status == REEL_OK) status = reel_log_scalars(rec, "saw", &(reel_scalars) { .scalars = &value, .n_scalars = 1 });
    }
    return status;
}

int main(int argc, char **argv) {
    const char *path = argc > 1 ? argv[1] : "capture.rrd";
    const char *snapshot = argc > 2 ? argv[2] : "capture_so_far.rrd";
    reel_options options = { .struct_size = sizeof options, .on_event = on_event };
    reel_recording *rec = reel_new("reel_example_capture_while_logging", &options);
    reel_status status = rec ? reel_save(rec, path) : REEL_E_NO_MEMORY;
    for (int64_t part = 0; part < 5 && status == REEL_OK; part++) {
        status = log_rows(rec, part * 1000, (part + 1) * 1000);
        /* `reel view capture_so_far.rrd` in another terminal shows the newest state on every reload. */
        if (status == REEL_OK) status = reel_capture(rec, snapshot, REEL_CAPTURE_KEEP);
        nanosleep(&(struct timespec) { .tv_nsec = 200000000 }, NULL);
    }
    if (status == REEL_OK) status = reel_close(rec, -1);
    if (status != REEL_OK) fprintf(stderr, "capture_while_logging: %s\n", reel_error_message());
    reel_free(rec);
    return status == REEL_OK ? 0 : 1;
}
