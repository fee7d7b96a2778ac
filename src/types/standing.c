#include "standing.h"

#include "tensor.h"

static reel__standing_values values_of(const reel__cell *cell) {
    switch (cell->field->element) {
    case REEL__ELEMENT_FLAT:
        if (!cell->stride)
            return (reel__standing_values){cell->values, (size_t)cell->n * cell->field->width, 0};
        break;
    case REEL__ELEMENT_BYTES:
        if (cell->n == 1)
            return (reel__standing_values){((const reel_bytes *)cell->values)->data, ((const reel_bytes *)cell->values)->size, 1};
        break;
    case REEL__ELEMENT_STRIP: {
        size_t points = 0;
        for (uint32_t i = 0; i < cell->n; i++)
            points += cell->lengths[i];
        return (reel__standing_values){cell->values, points * cell->field->width, 1};
    }
    case REEL__ELEMENT_TENSOR:
        if (cell->n == 1) {
            const reel_tensor_data *t = cell->values;
            return (reel__standing_values){t->data, reel__tensor_bytes(t), REEL__TENSOR_VALUES((uint32_t)t->type)};
        }
        break;
    default: break;
    }
    return (reel__standing_values){NULL, 0, 0};
}

reel__standing_values reel__standing(const reel__cell *cell) {
    reel__standing_values v = values_of(cell);
    return v.size >= REEL__STANDING_MIN ? v : (reel__standing_values){NULL, 0, 0};
}

void reel__write_around(const reel__cell *cell, uint8_t *const *streams) {
    reel__cell rest = *cell;
    reel_bytes bytes;
    reel_tensor_data tensor;
    switch (cell->field->element) {
    case REEL__ELEMENT_BYTES:
        bytes = (reel_bytes){.size = ((const reel_bytes *)cell->values)->size};
        rest.values = &bytes;
        break;
    case REEL__ELEMENT_TENSOR:
        tensor = *(const reel_tensor_data *)cell->values;
        tensor.data = NULL;
        rest.values = &tensor;
        break;
    default: rest.values = NULL; break;
    }
    reel__write(&rest, streams);
}
