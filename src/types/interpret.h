/* The one interpreter that turns a caller's struct into column cells: bind finds what is set, measure says how many bytes each stream needs (and checks the values),
 * write copies them. The lane makes room between the two. */
#ifndef REEL_TYPES_INTERPRET_H
#define REEL_TYPES_INTERPRET_H

#include "schema.h"

#include <string.h>

#define REEL__CELLS_MAX 64

typedef struct reel__cell {
    const reel__field *field;
    const void *values;      /* n of the field's element (schema.h) */
    const uint32_t *lengths; /* STRIP: points per strip */
    uint32_t n;
    size_t stride;           /* FLAT: bytes from one value to the next; 0: packed */
} reel__cell;

/* What a cell of element ARROW points at; the array was checked when its field was made. */
typedef struct reel__arrow_values {
    const struct ArrowSchema *schema;
    const struct ArrowArray *array;
    int64_t first;
} reel__arrow_values;

/* Cells in storage of the caller's. Several archetypes are bound one after another; mask, mismatch and n_instances speak of the one bound last. */
typedef struct reel__row {
    uint64_t mask;           /* bit per field of the archetype that has a cell */
    uint32_t n_cells;
    uint32_t capacity;       /* of cells; REEL__CELLS_MAX is enough for one archetype */
    uint32_t mismatch;       /* 1 + index of the first cell whose count is not 0, 1 or that of the required field; 0: all fit */
    uint32_t n_instances;    /* of the first required list */
    reel__cell *cells;
} reel__row;

/* The archetype with this number, of data (from 1) or of blueprints (from 1001), or NULL. */
const reel__archetype *reel__archetype_of(uint32_t number);

/* Appends the cells of one archetype. path is for messages. update: write only what is set. */
reel_status reel__bind(reel__row *row, const reel__archetype *a, const void *fields, size_t struct_size, bool update, const char *path);

/* Pixels and format of one row must fit: an archetype that has both, in the cells from `first` on. A row with only one of them relies on an earlier row for the other. */
reel_status reel__check_image(const reel__row *row, const reel__archetype *a, uint32_t first, const char *path);

/* Bytes per stream of the type, without the cell's own length. Checks UTF-8, enum values, and that sizes fit. */
reel_status reel__measure(const reel__cell *cell, const char *path, size_t *sizes);
/* Writes to streams[i], which has room for sizes[i] bytes. */
void reel__write(const reel__cell *cell, uint8_t *const *streams);
/* Writes a FLAT cell's values packed, n times its width; what a stride leaves between them is passed over. */
void reel__gather(const reel__cell *cell, uint8_t *to);

/* What is measured has more bytes than 32 bits can tell. */
reel_status reel__cell_too_large(const reel__cell *cell, const char *path, uint64_t bytes);

/* A pointer that stands in a struct of the caller's. */
static inline const void *reel__pointer_at(const uint8_t *base, uint16_t offset) {
    const void *p;
    memcpy(&p, base + offset, sizeof p);
    return p;
}

/* The stream of a tensor type that has the elements of a buffer of this kind (reel_tensor_type). */
#define REEL__TENSOR_VALUES(type) (8 + 2 * ((type) - 1) + 1)

#endif
