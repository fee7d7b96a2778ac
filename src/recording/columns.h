/* Columns of many rows, as reel_send_columns is given them: what each row's values are, whatever they are made of. */
#ifndef REEL_RECORDING_COLUMNS_H
#define REEL_RECORDING_COLUMNS_H

#include "fields.h"

#define REEL__ROW_BYTES_MAX ((uint64_t)INT32_MAX - (1 << 20)) /* of values; the rest of a chunk has room beside it */

typedef struct reel__sent_column {
    const reel__field *field;
    const uint8_t *values;
    const uint32_t *offsets;       /* row i has the values offsets[i] to offsets[i + 1]; NULL: value i */
    const uint32_t *strip_lengths;
    uint64_t *points;              /* strips: where each one's points begin; owned */
    uint32_t *owned_offsets;       /* made from lengths */
    size_t size, stride;           /* bytes of one value, if that is a fixed number; from one to the next; 0: packed */
    uint32_t n_values;
    uint64_t bytes;                /* of all values */
    reel__arrow_values arrow;      /* where cells of Arrow arrays point */
    uint32_t stream;               /* first value stream within the shape */
    reel__buf scratch, lengths;
} reel__sent_column;

/* Binds a column and checks everything about it but the sizes of its rows. *n_rows: how many it has. The column is freed in any case. */
reel_status reel__sent_column_bind(reel__core *core, const char *path, const reel_column *c, reel__sent_column *out, size_t *n_rows);
void reel__sent_column_free(reel__sent_column *c);

/* Bytes of the values [first, first + n), which are cells' values one after the other. */
reel_status reel__sent_measure(reel__sent_column *c, const char *path, uint32_t first, uint32_t n, size_t *sizes, uint64_t *bytes);
void reel__sent_write(reel__sent_column *c, uint32_t first, uint32_t n, uint8_t *const *streams);

/* The values of a row. */
static inline uint32_t reel__sent_first(const reel__sent_column *c, size_t row) { return c->offsets ? c->offsets[row] : (uint32_t)row; }
static inline uint32_t reel__sent_end(const reel__sent_column *c, size_t row) { return c->offsets ? c->offsets[row + 1] : (uint32_t)row + 1; }
/* Whether values of these columns are used where they stand when they follow each other. */
static inline bool reel__sent_in_place(const reel__sent_column *c) { return c->field->element == REEL__ELEMENT_FLAT && !c->stride; }

#endif
