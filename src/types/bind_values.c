#include "bind_values.h"

#include "../base/error.h"

#include <reel/values.h>

size_t reel__value_size(const reel__field *f) {
    switch (f->element) {
    case REEL__ELEMENT_FLAT: case REEL__ELEMENT_CODES: return f->width;
    case REEL__ELEMENT_BOOL: return sizeof(bool);
    case REEL__ELEMENT_ENUM: return sizeof(int);
    case REEL__ELEMENT_TEXT: return sizeof(char *);
    case REEL__ELEMENT_BYTES: return sizeof(reel_bytes);
    case REEL__ELEMENT_STRUCT: return f->layout->size;
    case REEL__ELEMENT_TENSOR: return sizeof(reel_tensor_data);
    default: return 0;
    }
}

static reel_status check_strips(const reel__cell *cell, const char *path) {
    const char *name = cell->field->name;
    uint64_t points = 0;
    if (cell->n && !cell->lengths)
        return reel__fail(REEL_E_ARGUMENT, "%s: %s has %u strips and no strip_lengths", path, name, (unsigned)cell->n);
    for (uint32_t i = 0; i < cell->n; i++)
        points += cell->lengths[i];
    if (points > INT32_MAX)
        return reel__fail(REEL_E_TOO_LARGE, "%s: %s has %llu points: at most %d are allowed", path, name, (unsigned long long)points, INT32_MAX);
    if (points && !cell->values)
        return reel__fail(REEL_E_ARGUMENT, "%s: %s has no points; its lengths add up to %llu", path, name, (unsigned long long)points);
    return REEL_OK;
}

reel_status reel__bind_values(reel__cell *cell, size_t stride, const char *path) {
    const reel__field *f = cell->field;
    size_t size = reel__value_size(f);
    cell->stride = 0;
    if (stride && stride != size) {
        if (f->element != REEL__ELEMENT_FLAT)
            return reel__fail(REEL_E_ARGUMENT, "%s: %s has a stride of %zu bytes: only numbers and vectors may have one", path, f->name, stride);
        if (stride < size)
            return reel__fail(REEL_E_ARGUMENT, "%s: %s has a stride of %zu bytes: one value has %zu", path, f->name, stride, size);
        cell->stride = stride;
    }
    if (f->element == REEL__ELEMENT_STRIP)
        return check_strips(cell, path);
    if (cell->lengths)
        return reel__fail(REEL_E_ARGUMENT, "%s: %s has strip_lengths, and is no strip", path, f->name);
    return REEL_OK;
}
