/* A chirp that fades, between the two lines of its envelope: three series at one entity. */
#include <reel/reel.h>

#include <math.h>

int main(int argc, char **argv) {
    reel_recording *rec = reel_new("reel_scalars", NULL);
    reel_save(rec, argc > 1 ? argv[1] : "scalars.rrd");

    for (int64_t i = 0; i < 800; i++) {
        double t = (double)i / 100;
        double envelope = exp(-t / 4);
        double values[3] = { envelope * sin(1.5 * t * t), envelope, -envelope };
        reel_set_time_duration_ns(rec, "time", i * 10000000);
        reel_log_scalars(rec, "chirp", &(reel_scalars) { .scalars = values, .n_scalars = 3 });
    }
    return reel_close(rec, -1) == REEL_OK ? 0 : 1;
}
