/* A whole MP4 file, static, and the moments of a timeline at which its frames are to be seen. Run it where the repository is, or give
 * another file as second argument. */
#include <reel/reel.h>

#include <stdio.h>

int main(int argc, char **argv) {
    reel_recording *rec = reel_new("reel_asset_video", NULL);
    reel_save(rec, argc > 1 ? argv[1] : "asset_video.rrd");

    const char *file = argc > 2 ? argv[2] : "docs/snippets/data/ball.mp4";
    if (reel_log_asset_video_file(rec, "clip", file, REEL_LOG_STATIC) != REEL_OK) {
        fprintf(stderr, "%s\n", reel_error_message());
        return 1;
    }
    for (int64_t frame = 0; frame < 48; frame++) {
        int64_t time_ns = frame * 1000000000 / 24;
        reel_set_time_duration_ns(rec, "time", time_ns);
        reel_log_video_frame_reference(rec, "clip", &(reel_video_frame_reference) { .timestamp = { true, time_ns } });
    }
    return reel_close(rec, -1) == REEL_OK ? 0 : 1;
}
