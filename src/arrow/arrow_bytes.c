#include "arrow_bytes.h"

#include "arrow_import.h"
#include "arrow_values.h"
#include "ipc_write.h"

size_t reel__arrow_bytes(const struct ArrowSchema *schema, const struct ArrowArray *array, int64_t first, int64_t n) {
    reel__arrow_format f;
    if (n <= 0 || !reel__arrow_parse(schema, &f) || f.storage != REEL__ARROW_AS_IT_IS)
        return 0;
    bool is_union = reel__arrow_is_union(f.kind);
    size_t bytes = !is_union && array->n_buffers && array->buffers[0] ? ((size_t)n + 7) / 8 : 0;
    int64_t child_first = array->offset + first, child_n = n;
    if (reel__arrow_is_list(f.kind) || reel__arrow_is_run(f.kind)) {
        child_first = reel__arrow_offset(array, 1, f.is_wide, first);
        child_n = reel__arrow_offset(array, 1, f.is_wide, first + n) - child_first;
        bytes += (size_t)n * (f.is_wide ? 8 : 4) + (reel__arrow_is_run(f.kind) ? (size_t)child_n : 0);
    } else if (f.kind == REEL__ARROW_FIXED_LIST) {
        child_first *= f.n;
        child_n *= f.n;
    } else if (f.kind == REEL__ARROW_UNION) {
        bytes += (size_t)n * 5;
    } else if (f.kind == REEL__ARROW_SPARSE_UNION) {
        bytes += (size_t)n;
    } else if (f.kind == REEL__ARROW_BOOL) {
        bytes += ((size_t)n + 7) / 8;
    } else {
        bytes += (size_t)n * (f.kind == REEL__ARROW_FIXED ? f.n : reel__arrow_width(f.kind));
    }
    for (int64_t i = 0; i < schema->n_children && i < array->n_children; i++) {
        if (f.kind == REEL__ARROW_UNION) /* which of them belong to these values is not told by a range */
            bytes += reel__arrow_bytes(schema->children[i], array->children[i], 0, array->children[i]->length);
        else
            bytes += reel__arrow_bytes(schema->children[i], array->children[i], child_first, child_n);
    }
    return bytes;
}
