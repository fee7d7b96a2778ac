/* Whole files, and the rows that are made of them. */
#include <reel/make.h>

#include "../base/alloc.h"
#include "../base/error.h"
#include "../base/io.h"

#include <string.h>

enum { HEAD_BYTES = 4096 };

static const char *const kind_names[] = {"anything", "an image", "a depth image", "a 3D model", "a video", "a sound"};

static bool begins(const char *text, const char *with) { return strncmp(text, with, strlen(with)) == 0; }

static bool is_of_kind(const char *type, reel_file_kind kind) {
    switch (kind) {
    case REEL_FILE_IMAGE: return begins(type, "image/");
    case REEL_FILE_DEPTH: return strcmp(type, "image/png") == 0 || strcmp(type, "application/rvl") == 0;
    case REEL_FILE_MODEL: return begins(type, "model/") || strcmp(type, "application/x-ply") == 0;
    case REEL_FILE_VIDEO: return begins(type, "video/");
    case REEL_FILE_AUDIO: return begins(type, "audio/");
    default: return true;
    }
}

/* The path is looked at first: a pipe that is opened waits for its writer. */
static reel_status open_regular(const char *path, int *fd, uint64_t *size) {
    reel__io_info info;
    int error = reel__io_info_at(path, &info);
    if (error)
        return reel__fail_errno(error, "%s", path);
    if (!info.is_regular)
        return reel__fail(REEL_E_ARGUMENT, "%s is a %s, not a file", path, info.is_folder ? "folder" : "pipe or device");
    if (info.size > INT32_MAX)
        return reel__fail(REEL_E_TOO_LARGE, "%s: %llu bytes are more than a value may have (%d)", path, (unsigned long long)info.size, INT32_MAX);
    error = reel__io_open(fd, path, REEL__IO_READ);
    if (error)
        return reel__fail_errno(error, "%s", path);
    *size = info.size;
    return REEL_OK;
}

/* Until the end, wherever it is by then: files grow, and some (below /proc) say that they are empty. One byte more than expected is asked for, to see the end. */
static reel_status read_all(const char *path, int fd, uint64_t expected, reel__buf *bytes) {
    for (size_t wanted = (size_t)expected + 1;; wanted = bytes->size / 2 + HEAD_BYTES) {
        uint8_t *to = reel__buf_reserve(bytes, wanted);
        size_t done;
        if (!to)
            return reel__fail(REEL_E_NO_MEMORY, "%s: no memory for %zu bytes", path, bytes->size + wanted);
        int error = reel__io_read(fd, bytes->size, to, wanted, &done);
        if (error)
            return reel__fail_errno(error, "%s, after %zu bytes", path, bytes->size);
        bytes->size += done;
        if (bytes->size > INT32_MAX)
            return reel__fail(REEL_E_TOO_LARGE, "%s: it has more bytes than a value may have (%d)", path, INT32_MAX);
        if (done < wanted)
            return REEL_OK;
    }
}

reel_status reel_read_file(const char *path, reel_file_kind kind, reel_bytes_owned *bytes, const char **media_type) {
    if (!path || (unsigned)kind > REEL_FILE_AUDIO)
        return path ? reel__fail(REEL_E_ARGUMENT, "%s: %d is not a kind of file", path, (int)kind) : reel__fail(REEL_E_ARGUMENT, "the path of a file is NULL");
    reel__buf read = {0};
    uint64_t size = 0;
    int fd = -1;
    REEL__TRY(open_regular(path, &fd, &size));
    reel_status status = read_all(path, fd, size, &read);
    reel__io_close(fd);
    if (status == REEL_OK) {
        const char *type = reel_media_type(read.data, read.size < HEAD_BYTES ? read.size : HEAD_BYTES, read.size, path);
        if (kind != REEL_FILE_ANY && !type)
            status = reel__fail(REEL_E_FORMAT, "%s (%zu bytes): its bytes are not known as %s", path, read.size, kind_names[kind]);
        else if (kind != REEL_FILE_ANY && !is_of_kind(type, kind))
            status = reel__fail(REEL_E_FORMAT, "%s is %s, not %s", path, type, kind_names[kind]);
        else if (media_type)
            *media_type = type;
    }
    if (status == REEL_OK)
        *bytes = (reel_bytes_owned){read.data, read.size};
    else
        reel__buf_free(&read);
    return status;
}

/* An archetype of a file: where its struct keeps the bytes and their type. */
typedef struct file_row {
    const char *entity_path, *file;
    reel_file_kind kind;
    uint32_t flags;
    reel_part part;
    reel_bytes *blob;
    const char **media_type;
} file_row;

static reel_status log_file(reel_recording *rec, const file_row *row) {
    reel_bytes_owned bytes;
    if (row->flags & ~REEL_LOG_STATIC)
        return reel__fail(REEL_E_ARGUMENT, "%s: the flags %#x are not those of a file", row->file ? row->file : "NULL", (unsigned)row->flags);
    REEL__TRY(reel_read_file(row->file, row->kind, &bytes, row->media_type));
    *row->blob = (reel_bytes){bytes.data, bytes.size};
    return reel_log_row(rec, row->entity_path, &(reel_row){.parts = &row->part, .n_parts = 1, .flags = row->flags, .release = reel_release, .owner = bytes.data});
}

reel_status reel_log_encoded_image_file(reel_recording *rec, const char *entity_path, const char *file, uint32_t flags) {
    reel_encoded_image fields = {0};
    return log_file(rec, &(file_row){entity_path, file, REEL_FILE_IMAGE, flags, {REEL_ARCHETYPE_ENCODED_IMAGE, &fields, sizeof fields}, &fields.blob, &fields.media_type});
}

reel_status reel_log_encoded_depth_image_file(reel_recording *rec, const char *entity_path, const char *file, float unit, uint32_t flags) {
    reel_encoded_depth_image fields = {.meter = {unit != 0, unit}};
    return log_file(rec, &(file_row){entity_path, file, REEL_FILE_DEPTH, flags, {REEL_ARCHETYPE_ENCODED_DEPTH_IMAGE, &fields, sizeof fields}, &fields.blob, &fields.media_type});
}

reel_status reel_log_asset3d_file(reel_recording *rec, const char *entity_path, const char *file, uint32_t flags) {
    reel_asset3d fields = {0};
    return log_file(rec, &(file_row){entity_path, file, REEL_FILE_MODEL, flags, {REEL_ARCHETYPE_ASSET3D, &fields, sizeof fields}, &fields.blob, &fields.media_type});
}

reel_status reel_log_asset_video_file(reel_recording *rec, const char *entity_path, const char *file, uint32_t flags) {
    reel_asset_video fields = {0};
    return log_file(rec, &(file_row){entity_path, file, REEL_FILE_VIDEO, flags, {REEL_ARCHETYPE_ASSET_VIDEO, &fields, sizeof fields}, &fields.blob, &fields.media_type});
}

reel_status reel_log_asset_audio_file(reel_recording *rec, const char *entity_path, const char *file, uint32_t flags) {
    reel_asset_audio fields = {0};
    return log_file(rec, &(file_row){entity_path, file, REEL_FILE_AUDIO, flags, {REEL_ARCHETYPE_ASSET_AUDIO, &fields, sizeof fields}, &fields.blob, &fields.media_type});
}
