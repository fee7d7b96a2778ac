/* What a recording is called and when it began, for one made from older data: the viewer lists it so. The start that Reel writes by
 * itself is now. */
#include <reel/reel.h>

int main(int argc, char **argv) {
    reel_recording *rec = reel_new("reel_recording_info", NULL);
    reel_save(rec, argc > 1 ? argv[1] : "recording_info.rrd");

    const int64_t noon_ns = INT64_C(1718452800) * 1000000000; /* 2024-06-15 12:00 UTC */
    reel_set_recording_name(rec, "Field 4, second pass");
    reel_set_start_time_ns(rec, noon_ns);
    for (int64_t second = 0; second < 60; second++) {
        double moisture = 0.31 + 0.002 * (double)(second * second % 17);
        reel_set_time_timestamp_ns(rec, "time", noon_ns + second * 1000000000);
        reel_log_scalars(rec, "soil/moisture", &(reel_scalars) { .scalars = &moisture, .n_scalars = 1 });
    }
    return reel_close(rec, -1) == REEL_OK ? 0 : 1;
}
