/* H.264 as a camera delivers it: one frame a row. The file is a raw stream whose frames all begin with the same mark, by which they are
 * found. Run it where the repository is. */
#include <reel/reel.h>

#include <stdio.h>
#include <string.h>

static const uint8_t mark[] = { 0, 0, 0, 1, 9 }; /* an access unit delimiter */

static const uint8_t *next_frame(const uint8_t *from, const uint8_t *end) {
    while (from < end && ((size_t)(end - from) < sizeof mark || memcmp(from, mark, sizeof mark) != 0)) from++;
    return from;
}

int main(int argc, char **argv) {
    reel_bytes_owned file;
    reel_recording *rec = reel_new("reel_video_stream", NULL);
    reel_save(rec, argc > 1 ? argv[1] : "video_stream.rrd");

    if (reel_read_file(argc > 2 ? argv[2] : "docs/snippets/data/ball.h264", REEL_FILE_ANY, &file, NULL) != REEL_OK) {
        fprintf(stderr, "%s\n", reel_error_message());
        return 1;
    }
    reel_log_static_video_stream(rec, "camera", &(reel_video_stream) { .codec = REEL_VIDEO_CODEC_H264 });
    const uint8_t *end = (const uint8_t *)file.data + file.size;
    int64_t n = 0;
    for (const uint8_t *frame = file.data, *next; frame < end; frame = next, n++) {
        next = next_frame(frame + sizeof mark, end);
        reel_set_time_duration_ns(rec, "time", n * 1000000000 / 24);
        reel_update_video_stream(rec, "camera", &(reel_video_stream) { .sample = { frame, (size_t)(next - frame) } });
    }
    reel_bytes_free(&file);
    return reel_close(rec, -1) == REEL_OK ? 0 : 1;
}
