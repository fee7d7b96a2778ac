/* Rows of chunks as the streams that the encoder takes: how a chunk is written again, and how rows of several become one.
 *
 *     chunks  ->  columns (what they have together)  ->  streams (the rows asked for, as one part)  ->  reel__chunk_encode, reel__message_chunk */
#ifndef REEL_READ_CHUNK_ROWS_H
#define REEL_READ_CHUNK_ROWS_H

#include "../chunk/chunk.h"
#include "chunk_data.h"

/* The columns of n chunks together. They have the same timelines, and columns of one component are of one type; what is told otherwise is in the error. */
typedef struct reel__row_columns {
    const reel_chunk *const *chunks;
    size_t n_chunks;
    reel__descriptor *columns; /* texts and types are the chunks', or made for here */
    size_t n_columns;
    uint32_t *places;          /* [chunk * n_columns + column]: which column of this chunk it is; UINT32_MAX: none */
    reel__arrow_type **made;   /* per column, or NULL */
} reel__row_columns;

/* The chunks are borrowed. On an error nothing is to be freed. */
reel_status reel__row_columns_make(reel__row_columns *columns, const reel_chunk *const *chunks, size_t n_chunks);
void reel__row_columns_free(reel__row_columns *columns);

/* Rows [first, first + n) of a chunk. */
typedef struct reel__row_run {
    size_t chunk, first, n;
} reel__row_run;

typedef struct reel__row_streams {
    reel__part part;    /* its streams are these spans: in the block, or where the chunk has them */
    reel__span *spans;
    uint8_t *block;
    size_t block_size;
    size_t bytes_max;   /* of the block; 0: any */
} reel__row_streams;

/* The runs' rows behind each other. REEL_E_TOO_LARGE: more than a chunk can have. streams is all zeros, or has been made before: then its memory is used again. On an error,
 * too, it is to be freed some time. */
reel_status reel__row_streams_make(reel__row_streams *streams, const reel__row_columns *columns, const reel__row_run *runs, size_t n_runs);
void reel__row_streams_free(reel__row_streams *streams);

#endif
