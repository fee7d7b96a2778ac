/* Chunks of numbers, encoded as a recording encodes them, for tests whose files are read by the official tools. */
#ifndef REAL_MESSAGE_H
#define REAL_MESSAGE_H

#include "rrd/message.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const reel__store real_recording = {REEL_STORE_RECORDING, "real_app", "rec_real"};
static const reel__store real_blueprint = {REEL_STORE_BLUEPRINT, "real_app", "bp_real"};

static const reel__timeline real_frame = {"frame", REEL_TIME_SEQUENCE, 0}, real_clock = {"log_time", REEL_TIME_TIMESTAMP_NS, 1}, real_took = {"took", REEL_TIME_DURATION_NS, 2};

static const reel__arrow_node real_f64_node = {"item", REEL__ARROW_F64, true, 0};
static const reel__arrow_type real_f64 = {&real_f64_node, 1, 1};
static const reel__arrow_node real_i64_node = {"item", REEL__ARROW_I64, true, 0};
static const reel__arrow_type real_i64 = {&real_i64_node, 1, 1};
/* All have 8 bytes a value. */
static const reel__descriptor real_scalars = {"Scalars:scalars", "rerun.archetypes.Scalars", "rerun.components.Scalar", &real_f64},
                              real_start = {"RecordingInfo:start_time", "rerun.archetypes.RecordingInfo", "rerun.components.Timestamp", &real_i64}, real_a = {"a b", NULL, NULL, &real_f64},
                              real_b = {"my.Arch:_b", "my.Arch", NULL, &real_i64};

static reel__shape *real_shapes[4096];
static size_t real_n_shapes;

/* Kept until real_free. */
static inline reel__shape *real_shape(const reel__timeline *const *timelines, uint32_t n_timelines, const reel__descriptor *columns, uint32_t n_columns) {
    reel__shape *shape;
    if (reel__shape_new(&shape, timelines, n_timelines, columns, n_columns) != REEL_OK) {
        fprintf(stderr, "shape: %s\n", reel_error_message());
        abort();
    }
    if (real_n_shapes == sizeof real_shapes / sizeof *real_shapes)
        abort();
    return real_shapes[real_n_shapes++] = shape;
}

static inline void real_free(void) {
    while (real_n_shapes)
        reel__shape_free(real_shapes[--real_n_shapes]);
}

/* n_rows rows: time and value of row i are first + i; columns other than the first have a null in every row i with (i + column) % nulls == 0 (nulls 0: none). id makes the chunk id. */
static inline reel__message *real_chunk(const reel__store *store, reel__shape *shape, const char *path, uint32_t id, uint32_t n_rows, int64_t first, uint32_t nulls) {
    static reel__encoder encoder;
    uint64_t *row_times = malloc(n_rows * sizeof *row_times);
    int64_t *values = malloc(n_rows * sizeof *values);
    uint32_t *lengths = malloc((size_t)shape->n_columns * n_rows * sizeof *lengths);
    double *cells = malloc((size_t)shape->n_columns * n_rows * sizeof *cells);
    reel__span *streams = calloc(shape->n_streams, sizeof *streams);
    if (!row_times || !values || !lengths || !cells || !streams)
        abort();
    for (uint32_t i = 0; i < n_rows; i++) {
        row_times[i] = 1000 + id;
        values[i] = first + i;
    }
    streams[0] = (reel__span){row_times, n_rows * sizeof *row_times};
    for (uint32_t t = 0; t < shape->n_timelines; t++)
        streams[1 + t] = (reel__span){values, n_rows * sizeof *values};
    for (uint32_t c = 0; c < shape->n_columns; c++) {
        uint32_t *length = lengths + (size_t)c * n_rows, n = 0;
        double *cell = cells + (size_t)c * n_rows;
        for (uint32_t i = 0; i < n_rows; i++) {
            bool is_null = c && nulls && (i + c) % nulls == 0;
            length[i] = is_null ? REEL__CELL_NULL : 1;
            if (is_null)
                continue;
            if (shape->columns[c].arrow == &real_i64)
                memcpy(&cell[n++], &values[i], 8);
            else
                cell[n++] = (double)values[i];
        }
        streams[shape->column_stream[c]] = (reel__span){length, n_rows * sizeof *length};
        streams[shape->column_stream[c] + 1] = (reel__span){cell, n * sizeof *cell};
    }
    reel__part part = {n_rows, (uint64_t)id << 20, streams};
    reel__message *m = NULL;
    if (reel__message_chunk(&encoder, store, shape, path, (reel__tuid){1000 + id, id}, &part, 1, &m) != REEL_OK) {
        fprintf(stderr, "chunk: %s\n", reel_error_message());
        abort();
    }
    reel__encoder_free(&encoder);
    memset(&encoder, 0, sizeof encoder);
    free(row_times);
    free(values);
    free(lengths);
    free(cells);
    free(streams);
    return m;
}

#endif
