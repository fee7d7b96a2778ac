/* A video that runs backwards: it is stored once, at its own entity, and another entity refers to its frames, the last one first. Run it
 * where the repository is, or give another file as second argument. */
#include <reel/reel.h>

#include <stdio.h>

int main(int argc, char **argv) {
    reel_recording *rec = reel_new("reel_video_frame_reference", NULL);
    reel_save(rec, argc > 1 ? argv[1] : "video_frame_reference.rrd");

    const char *file = argc > 2 ? argv[2] : "docs/snippets/data/ball.mp4";
    if (reel_log_asset_video_file(rec, "video", file, REEL_LOG_STATIC) != REEL_OK) {
        fprintf(stderr, "%s\n", reel_error_message());
        return 1;
    }
    const int64_t frame_ns = 1000000000 / 24;
    for (int64_t i = 0; i < 44; i++) {
        reel_video_frame_reference frame = { .timestamp = { true, (47 - i) * frame_ns }, .video_reference = "video" };
        reel_set_time_duration_ns(rec, "time", i * frame_ns);
        reel_log_video_frame_reference(rec, "replay", &frame);
    }
    return reel_close(rec, -1) == REEL_OK ? 0 : 1;
}
