/* Arrays with strides, packed in row-major order. */
#include <reel/make.h>

#include "../base/alloc.h"
#include "../base/error.h"
#include "../types/tensor.h"

#include <string.h>

enum { DIMS_MAX = 255 };

static reel_status bytes_of(reel_tensor_type type, const void *first, const uint64_t *shape, const ptrdiff_t *strides, size_t n_dims, size_t *bytes) {
    if (type < REEL_TENSOR_U8 || type > REEL_TENSOR_F64)
        return reel__fail(REEL_E_ARGUMENT, "a tensor: %d is not a type", (int)type);
    if (n_dims > DIMS_MAX || (n_dims && (!shape || !strides)))
        return reel__fail(REEL_E_ARGUMENT, "a tensor of %zu dimensions: %s", n_dims, n_dims > DIMS_MAX ? "at most 255 are allowed" : "shape or strides are NULL");
    bool is_empty = false;
    for (size_t i = 0; i < n_dims; i++)
        is_empty |= shape[i] == 0;
    uint64_t n = is_empty ? 0 : reel__tensor_widths[type];
    for (size_t i = 0; i < n_dims && n; i++) {
        if (shape[i] > INT32_MAX / n)
            return reel__fail(REEL_E_TOO_LARGE, "a tensor: dimension %zu of %llu makes more than %d bytes", i, (unsigned long long)shape[i], INT32_MAX);
        n *= shape[i];
    }
    if (n && !first)
        return reel__fail(REEL_E_ARGUMENT, "a tensor of %llu bytes: its data is NULL", (unsigned long long)n);
    *bytes = (size_t)n;
    return REEL_OK;
}

/* Elements that lie one after another are copied in one piece: `piece` bytes, which the dimensions from n_outer on make. */
static size_t outer_dims(const uint64_t *shape, const ptrdiff_t *strides, size_t n_dims, size_t *piece) {
    while (n_dims && (shape[n_dims - 1] == 1 || strides[n_dims - 1] == (ptrdiff_t)*piece))
        *piece *= (size_t)shape[--n_dims];
    return n_dims;
}

static void copy(const uint8_t *from, const uint64_t *shape, const ptrdiff_t *strides, size_t n_outer, size_t piece, uint8_t *to, const uint8_t *end) {
    uint64_t at[DIMS_MAX] = {0};
    while (to < end) {
        memcpy(to, from, piece);
        to += piece;
        /* On to the next: the last dimension first; one that is through goes back to its start and carries. */
        for (size_t i = n_outer; i-- > 0;) {
            if (++at[i] < shape[i]) {
                from += strides[i];
                break;
            }
            from -= strides[i] * (ptrdiff_t)(shape[i] - 1);
            at[i] = 0;
        }
    }
}

reel_status reel_tensor_pack_new(reel_tensor_type type, const void *first, const uint64_t *shape, const ptrdiff_t *strides_bytes, size_t n_dims, reel_bytes_owned *packed) {
    size_t bytes = 0;
    REEL__TRY(bytes_of(type, first, shape, strides_bytes, n_dims, &bytes));
    uint8_t *data = reel__alloc(bytes);
    if (!data)
        return reel__fail(REEL_E_NO_MEMORY, "no memory for a tensor of %zu bytes", bytes);
    if (bytes) {
        size_t piece = reel__tensor_widths[type], n_outer = outer_dims(shape, strides_bytes, n_dims, &piece);
        copy(first, shape, strides_bytes, n_outer, piece, data, data + bytes);
    }
    *packed = (reel_bytes_owned){data, bytes};
    return REEL_OK;
}
