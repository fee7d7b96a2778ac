/* Looks at everything a chunk has, to the last byte of the last value, as a program and as the encoder would: what is read beyond the chunk's memory is found out by a sanitizer. */
#ifndef LOOK_AT_CHUNK_H
#define LOOK_AT_CHUNK_H

#include <stdlib.h>
#include <string.h>

#include <reel/read.h>

#include "read/chunk_data.h"

static inline size_t look_at_bytes(const void *data, size_t size) {
    size_t sum = 0;
    for (size_t i = 0; i < size; i++)
        sum += ((const uint8_t *)data)[i];
    return sum;
}

/* Takes a column's values as the encoder does. */
static inline reel_status look_at_streams(const reel_chunk *chunk, size_t i) {
    const reel__chunk_column *c = &chunk->parts.columns[i];
    const reel__arrow_type *type;
    size_t sizes[REEL__ARROW_STREAMS_MAX], sum = 0;
    uint8_t *streams[REEL__ARROW_STREAMS_MAX];
    int64_t first = reel__chunk_begin(c), n = reel__chunk_end(c, chunk->parts.n_rows) - first;
    if (reel__chunk_type(chunk, i, &type) != REEL_OK)
        return REEL_OK; /* of a type that the encoder does not have */
    reel_status status = reel__arrow_measure(type, c->item, c->values, first, n, c->component, sizes);
    if (status != REEL_OK)
        return status;
    for (uint16_t s = 0; s < type->n_streams; s++)
        sum += sizes[s];
    uint8_t *all = malloc(sum + 1);
    streams[0] = all;
    for (uint16_t s = 1; s < type->n_streams; s++)
        streams[s] = streams[s - 1] + sizes[s - 1];
    reel__arrow_write(type, c->item, c->values, first, n, streams);
    free(all);
    return REEL_OK;
}

/* Adds to *seen, so that nothing is left out by the compiler. False: a cell leads out of its column. */
static inline bool look_at_chunk(const reel_chunk *chunk, size_t *seen) {
    size_t rows = reel_chunk_rows(chunk), size;
    *seen += look_at_bytes(reel_chunk_row_ids(chunk), 16 * rows);
    for (size_t i = 0; i < reel_chunk_timelines(chunk); i++)
        *seen += rows ? (size_t)reel_chunk_timeline_at(chunk, i)->times[rows - 1] : 0;
    for (size_t i = 0; i < reel_chunk_components(chunk); i++) {
        const reel_chunk_component *c = reel_chunk_component_at(chunk, i);
        const char *text;
        reel_bytes bytes;
        reel_cell cell;
        bool has_bytes = true;
        for (size_t row = 0; row < rows; row++)
            if (reel_chunk_cell(chunk, i, row, &cell) != REEL_OK || cell.first + cell.n > c->n_values)
                return false;
        for (size_t k = 0; k < c->n_values && has_bytes; k++) {
            if (reel_chunk_text(chunk, i, k, &text, &size) == REEL_OK)
                *seen += look_at_bytes(text, size);
            has_bytes = reel_chunk_bytes_at(chunk, i, k, &bytes) == REEL_OK;
            *seen += has_bytes ? look_at_bytes(bytes.data, bytes.size) : 0;
        }
        *seen += strlen(c->arrow_type);
    }
    return true;
}

#endif
