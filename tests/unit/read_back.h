/* Chunks as a reader gives them: recorded into memory and read from there. The bytes stay until read_back_free. */
#ifndef REEL_TESTS_READ_BACK_H
#define REEL_TESTS_READ_BACK_H

#include <reel/reel.h>
#include <reel/read.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { READ_BACK_MAX = 256 };
static reel_bytes_owned read_back_bytes[READ_BACK_MAX];
static size_t read_back_n;

static inline void read_back_must(reel_status status) {
    if (status == REEL_OK)
        return;
    fprintf(stderr, "%s: %s\n", reel_status_text(status), reel_error_message());
    abort();
}

static inline void read_back_free(void) {
    while (read_back_n)
        reel_bytes_free(&read_back_bytes[--read_back_n]);
}

/* The first chunk that is not static properties; the caller's. NULL: there is none. */
static inline reel_chunk *read_back_first(const void *data, size_t size) {
    reel_reader *r;
    const reel_read_message *m;
    reel_chunk *chunk = NULL;
    read_back_must(reel_open_memory(data, size, NULL, &r));
    while (reel_next(r, &m) == REEL_OK && m && !chunk)
        if (m->kind == REEL_MESSAGE_CHUNK)
            read_back_must(reel_read_chunk(r, m, &chunk));
    reel_close_reader(r);
    return chunk;
}

/* What reel_send_columns records. */
static inline reel_chunk *read_back(const char *entity, const reel_time_column *times, size_t n_times, const reel_column *columns, size_t n_columns) {
    reel_recording *rec = reel_new("app", &(reel_options){.struct_size = sizeof(reel_options), .recording_id = "rec", .no_properties = true});
    reel_sink_id memory;
    if (!rec || read_back_n == READ_BACK_MAX)
        abort();
    reel_bytes_owned *bytes = &read_back_bytes[read_back_n++];
    read_back_must(reel_add_memory(rec, NULL, &memory));
    read_back_must(reel_send_columns(rec, entity, times, n_times, columns, n_columns));
    read_back_must(reel_drain(rec, memory, bytes));
    reel_free(rec);
    return read_back_first(bytes->data, bytes->size);
}

/* n rows "frame" first, first + 1 ... with a number each, the same. */
static inline reel_chunk *read_back_numbers(const char *entity, size_t n, int64_t first) {
    int64_t *frames = malloc(n * sizeof *frames);
    double *values = malloc(n * sizeof *values);
    if (!frames || !values)
        abort();
    for (size_t i = 0; i < n; i++)
        values[i] = (double)(frames[i] = first + (int64_t)i);
    reel_time_column time = {"frame", REEL_TIME_SEQUENCE, frames, n};
    reel_column column = {REEL_COLUMN(scalars, scalars), .values = values, .n_values = n};
    reel_chunk *chunk = read_back(entity, &time, 1, &column, 1);
    free(frames);
    free(values);
    return chunk;
}

#endif
