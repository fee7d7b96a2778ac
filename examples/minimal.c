/* The smallest recording: a sine and its cosine, in minimal.rrd.
 *
 *     cc minimal.c $(pkg-config --cflags --libs reel) -lm && ./a.out && reel view minimal.rrd */
#include <reel/reel.h>

#include <math.h>
#include <stdio.h>

static int fail(void) {
    fprintf(stderr, "minimal: %s\n", reel_error_message());
    return 1;
}

int main(int argc, char **argv) {
    const char *path = argc > 1 ? argv[1] : "minimal.rrd";
    reel_recording *rec = reel_new("reel_example_minimal", NULL);
    if (!rec || reel_save(rec, path) != REEL_OK) return fail();

    for (int64_t frame = 0; frame < 1000; frame++) {
        double sine = sin((double)frame / 50);
        double cosine = cos((double)frame / 50);
        if (reel_set_time_sequence(rec, "frame", frame) != REEL_OK) return fail();
        if (reel_log_scalars(rec, "wave/sine", &(reel_scalars) { .scalars = &sine, .n_scalars = 1 }) != REEL_OK) return fail();
        if (reel_log_scalars(rec, "wave/cosine", &(reel_scalars) { .scalars = &cosine, .n_scalars = 1 }) != REEL_OK) return fail();
    }

    /* Closing by hand tells whether everything reached the file; reel_free alone would do it silently. */
    if (reel_close(rec, -1) != REEL_OK) return fail();
    reel_unref(rec);
    return 0;
}
