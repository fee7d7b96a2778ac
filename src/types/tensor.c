#include "tensor.h"

#include "../base/error.h"
#include "../base/text.h"

#include <string.h>

/* The streams: lengths of the shapes, shapes, whether there are names, lengths of the names, lengths of their texts, texts, code of the type, the variant that
 * has nothing, then per variant lengths and elements. */
enum { SHAPE_LENGTHS, SHAPES, NAMES_VALID, NAMES_LENGTHS, TEXT_LENGTHS, TEXTS, CODES, NULLS, VARIANTS };

const uint8_t reel__tensor_widths[REEL_TENSOR_F64 + 1] = {0, 1, 2, 4, 8, 1, 2, 4, 8, 2, 4, 8};

static uint32_t lengths_of(const reel_tensor_data *t) { return VARIANTS + 2 * ((uint32_t)t->type - 1); }

static size_t elements_of(const reel_tensor_data *t) {
    size_t n = 1;
    for (size_t i = 0; i < t->n_dims; i++)
        n *= (size_t)t->shape[i];
    return n;
}

size_t reel__tensor_bytes(const reel_tensor_data *tensor) { return elements_of(tensor) * reel__tensor_widths[tensor->type]; }

/* Whether shape, data and size go together. */
static reel_status check(const reel__cell *cell, const reel_tensor_data *t, const char *path) {
    const char *name = cell->field->name;
    uint64_t n = 1;
    if (t->type < 1 || t->type > 11)
        return reel__fail(REEL_E_ARGUMENT, "%s: %s has type %d, which is not a tensor type", path, name, (int)t->type);
    if (t->n_dims > 255 || (t->n_dims && !t->shape))
        return reel__fail(REEL_E_ARGUMENT, "%s: %s has %zu dimensions%s", path, name, t->n_dims, t->shape ? ": at most 255 are allowed" : " and no shape");
    for (size_t i = 0; i < t->n_dims; i++) {
        if (t->shape[i] && n > INT32_MAX / t->shape[i])
            return reel__fail(REEL_E_TOO_LARGE, "%s: %s: dimension %zu of %llu makes more than %d elements", path, name, i, (unsigned long long)t->shape[i], INT32_MAX);
        n *= t->shape[i];
    }
    uint64_t bytes = n * reel__tensor_widths[t->type];
    if (n && !t->data)
        return reel__fail(REEL_E_ARGUMENT, "%s: %s has %llu elements by its shape and no data", path, name, (unsigned long long)n);
    if (t->size && t->size != bytes)
        return reel__fail(REEL_E_LENGTHS, "%s: %s has %zu bytes, its shape asks for %llu: %llu elements of %d", path, name, t->size, (unsigned long long)bytes, (unsigned long long)n, reel__tensor_widths[t->type]);
    return bytes > INT32_MAX ? reel__cell_too_large(cell, path, bytes) : REEL_OK;
}

static reel_status measure_names(const reel__cell *cell, const reel_tensor_data *t, const char *path, uint64_t *sizes) {
    sizes[TEXT_LENGTHS] += t->names ? 4 * t->n_dims : 0;
    for (size_t i = 0; t->names && i < t->n_dims; i++) {
        size_t size = t->names[i] ? strlen(t->names[i]) : 0;
        if (size && !reel__utf8_valid(t->names[i], size))
            return reel__fail(REEL_E_UTF8, "%s: %s: the name of dimension %zu is not valid UTF-8", path, cell->field->name, i);
        sizes[TEXTS] += size;
    }
    return REEL_OK;
}

reel_status reel__measure_tensors(const reel__cell *cell, const char *path, size_t *sizes) {
    const reel_tensor_data *tensors = cell->values;
    uint64_t counted[VARIANTS + 22] = {0};
    for (uint32_t i = 0; i < cell->n; i++) {
        const reel_tensor_data *t = &tensors[i];
        REEL__TRY(check(cell, t, path));
        counted[SHAPES] += 8 * t->n_dims;
        REEL__TRY(measure_names(cell, t, path, counted));
        counted[lengths_of(t)] += 4;
        counted[lengths_of(t) + 1] += reel__tensor_bytes(t);
    }
    counted[SHAPE_LENGTHS] = counted[NAMES_LENGTHS] = 4 * (uint64_t)cell->n;
    counted[NAMES_VALID] = counted[CODES] = cell->n;
    for (int k = 0; k < VARIANTS + 22; k++) {
        if (counted[k] > INT32_MAX)
            return reel__cell_too_large(cell, path, counted[k]);
        sizes[k] = (size_t)counted[k];
    }
    return REEL_OK;
}

static void put(uint8_t **to, const void *bytes, size_t size) {
    if (size)
        memcpy(*to, bytes, size);
    *to += size;
}

void reel__write_tensors(const reel__cell *cell, uint8_t *const *streams) {
    const reel_tensor_data *tensors = cell->values;
    uint8_t *at[VARIANTS + 22];
    memcpy(at, streams, sizeof at);
    for (uint32_t i = 0; i < cell->n; i++) {
        const reel_tensor_data *t = &tensors[i];
        uint32_t n_dims = (uint32_t)t->n_dims, n_names = t->names ? n_dims : 0, count = (uint32_t)elements_of(t), lengths = lengths_of(t);
        put(&at[SHAPE_LENGTHS], &n_dims, 4);
        put(&at[SHAPES], t->shape, 8 * (size_t)n_dims);
        *at[NAMES_VALID]++ = t->names != NULL;
        put(&at[NAMES_LENGTHS], &n_names, 4);
        for (uint32_t k = 0; k < n_names; k++) {
            uint32_t size = t->names[k] ? (uint32_t)strlen(t->names[k]) : 0;
            put(&at[TEXT_LENGTHS], &size, 4);
            put(&at[TEXTS], t->names[k], size);
        }
        *at[CODES]++ = (uint8_t)t->type;
        put(&at[lengths], &count, 4);
        if (t->data)
            put(&at[lengths + 1], t->data, reel__tensor_bytes(t));
    }
}
