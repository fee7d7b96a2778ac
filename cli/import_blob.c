/* Files that are recorded whole: images, 3D assets, videos and documents, each as one value of one entity, static but for images. */
#include "import.h"
#include "mp4_frames.h"
#include "text_buffer.h"

#include <stdlib.h>
#include <string.h>

/* The whole file and a NUL behind it; NULL after having said why. */
static char *read_whole(cli_job *job, const cli_input *input, FILE *file, size_t *size) {
    if (input->size > INT32_MAX) {
        cli_job_fail(job, "%s: %llu bytes are more than one value may have (2,147,483,647)", input->path, (unsigned long long)input->size);
        return NULL;
    }
    size_t expected = (size_t)input->size;
    char *data = malloc(expected + 1);
    if (!data) {
        cli_job_fail(job, "%s: out of memory for %zu bytes", input->path, expected);
        return NULL;
    }
    *size = fread(data, 1, expected, file);
    if (*size < expected) {
        cli_job_fail(job, "%s: %s after %zu of %zu bytes", input->path, ferror(file) ? "cannot be read" : "ends", *size, expected);
        free(data);
        return NULL;
    }
    data[expected] = 0;
    return data;
}

static bool log_document(cli_job *job, const cli_input *input, const char *data, size_t size) {
    cli_text clean = { 0 };
    /* A byte order mark is no part of the text. */
    size_t skip = size >= 3 && memcmp(data, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
    if (!cli_text_append_clean(&clean, data + skip, size - skip)) return cli_job_fail(job, "%s: out of memory", input->path);
    reel_text_document document = { .text = clean.data, .media_type = input->type.media_type };
    bool done = cli_job_check(job, reel_log_static_text_document(job->rec, input->entity, &document), input->path);
    cli_text_free(&clean);
    return done;
}

/* The viewer shows a video where frame references stand on a timeline: one for each frame, at the frame's own time. */
static reel_status log_video(cli_job *job, const cli_input *input, reel_bytes blob) {
    reel_asset_video video = { .blob = blob, .media_type = input->type.media_type };
    reel_status status = reel_log_static_asset_video(job->rec, input->entity, &video);
    if (status != REEL_OK) return status;
    static const int64_t start = 0;
    size_t n;
    int64_t *frame_times = cli_mp4_frame_times(blob.data, blob.size, &n);
    const int64_t *times = frame_times ? frame_times : &start;
    if (!frame_times) n = 1;
    reel_time_column timeline = { .timeline = "video_time", .type = REEL_TIME_DURATION_NS, .values = times, .n = n };
    reel_column references = { REEL_COLUMN(video_frame_reference, timestamp), .values = times, .n_values = n };
    status = reel_send_columns(job->rec, input->entity, &timeline, 1, &references, 1);
    cli_job_tell(job, "%s: %zu video frames", input->path, n);
    free(frame_times);
    return status;
}

bool cli_import_blob(cli_job *job, const cli_input *input, FILE *file) {
    size_t size;
    char *data = read_whole(job, input, file, &size);
    if (!data) return false;
    reel_bytes blob = { .data = data, .size = size };
    const char *media_type = input->type.media_type;
    bool done;
    switch (input->type.kind) {
    case CLI_FILE_IMAGE: {
        /* Not static: the viewers 0.33.0 and 0.33.1 never return from drawing a static compressed image (docs/viewer-notes.md). */
        reel_encoded_image image = { .blob = blob, .media_type = media_type };
        done = cli_job_check(job, reel_log_encoded_image(job->rec, input->entity, &image), input->path);
        break;
    }
    case CLI_FILE_ASSET: {
        reel_asset3d asset = { .blob = blob, .media_type = media_type };
        done = cli_job_check(job, reel_log_static_asset3d(job->rec, input->entity, &asset), input->path);
        break;
    }
    case CLI_FILE_VIDEO: done = cli_job_check(job, log_video(job, input, blob), input->path); break;
    default: done = log_document(job, input, data, size); break;
    }
    free(data);
    return done;
}
