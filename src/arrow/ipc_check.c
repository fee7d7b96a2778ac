/* What the values of one array say about other places: offsets into its bytes or its child, codes of children. Nulls are not exempt: theirs are walked over, too. */
#include "ipc_batch.h"

#include "../base/error.h"
#include "../base/text.h"
#include "arrow_format.h"
#include "arrow_values.h"

#include <string.h>

static reel_status bad(const struct ArrowSchema *field, const char *what, int64_t number) {
    return reel__fail(REEL_E_FORMAT, "an Arrow column's field \"%.60s\" (%.40s) has %s (%lld)", field->name, field->format, what, (long long)number);
}

/* They ascend from at least 0, to at most `end`. Written for speed: most of a list's check is this loop. */
static reel_status check_offsets(const struct ArrowSchema *field, const struct ArrowArray *array, bool is_wide, int64_t end) {
    int64_t first = reel__arrow_offset(array, 1, is_wide, 0), before = first, falls = 0;
    if (is_wide) {
        const int64_t *offsets = array->buffers[1];
        for (int64_t i = 1; i <= array->length; before = offsets[i++])
            falls |= offsets[i] < before;
    } else {
        const int32_t *offsets = array->buffers[1];
        for (int64_t i = 1; i <= array->length; before = offsets[i++])
            falls |= offsets[i] < before;
    }
    if (first < 0 || falls)
        return bad(field, "offsets that do not ascend", first);
    return before > end ? bad(field, "an offset beyond what it points to", before) : REEL_OK;
}

/* Each text is valid if all of them together are, and none begins within a character. */
static reel_status check_texts(const struct ArrowSchema *field, const struct ArrowArray *array, bool is_wide) {
    const uint8_t *texts = array->buffers[2];
    int64_t first = reel__arrow_offset(array, 1, is_wide, 0), end = reel__arrow_offset(array, 1, is_wide, array->length);
    if (first == end)
        return REEL_OK;
    if (!reel__utf8_valid(texts + first, (size_t)(end - first)))
        return bad(field, "a text that is not valid UTF-8", array->length);
    for (int64_t i = 0; i < array->length; i++) {
        int64_t at = reel__arrow_offset(array, 1, is_wide, i);
        if (at < end && (texts[at] & 0xC0) == 0x80)
            return bad(field, "a text that begins within a character", i);
    }
    return REEL_OK;
}

static reel_status check_child_lengths(const struct ArrowSchema *field, const struct ArrowArray *array, int64_t length_min) {
    for (int64_t i = 0; i < array->n_children; i++)
        if (array->children[i]->length < length_min)
            return bad(field, "a child with fewer values than it needs", array->children[i]->length);
    return REEL_OK;
}

static reel_status check_union(const struct ArrowSchema *field, const struct ArrowArray *array, const reel__arrow_format *f) {
    uint8_t codes[REEL__ARROW_UNION_CHILDREN_MAX];
    int16_t child_of[256];
    memset(child_of, -1, sizeof child_of);
    reel__arrow_codes(f->codes, (uint32_t)field->n_children, codes);
    for (int64_t i = 0; i < field->n_children; i++)
        child_of[codes[i]] = (int16_t)i;
    const uint8_t *values = array->buffers[0];
    const int32_t *offsets = f->kind == REEL__ARROW_UNION ? array->buffers[1] : NULL;
    if (!offsets) /* each child has a value for each of the union's, chosen or not */
        REEL__TRY(check_child_lengths(field, array, array->length));
    for (int64_t i = 0; i < array->length; i++) {
        int16_t child = child_of[values[i]];
        if (child < 0)
            return bad(field, "a code that no child has", values[i]);
        int64_t at = offsets ? offsets[i] : i;
        if (at < 0 || at >= array->children[child]->length)
            return bad(field, "an offset beyond its child", at);
    }
    return REEL_OK;
}

reel_status reel__ipc_check(const struct ArrowSchema *field, const struct ArrowArray *array, size_t bytes) {
    reel__arrow_format f;
    reel__arrow_parse(field, &f);
    switch (f.kind) {
    case REEL__ARROW_STRUCT:
        return check_child_lengths(field, array, array->length);
    case REEL__ARROW_FIXED_LIST:
        if (f.n && array->length > INT64_MAX / 1024 / (int64_t)f.n)
            return bad(field, "more values than can be counted", array->length);
        return check_child_lengths(field, array, array->length * (int64_t)f.n);
    case REEL__ARROW_LIST: case REEL__ARROW_LARGE_LIST: case REEL__ARROW_MAP:
        return check_offsets(field, array, f.is_wide, array->children[0]->length);
    case REEL__ARROW_UTF8: case REEL__ARROW_LARGE_UTF8:
        REEL__TRY(check_offsets(field, array, f.is_wide, bytes > INT64_MAX ? INT64_MAX : (int64_t)bytes));
        return check_texts(field, array, f.is_wide);
    case REEL__ARROW_BINARY: case REEL__ARROW_LARGE_BINARY:
        return check_offsets(field, array, f.is_wide, bytes > INT64_MAX ? INT64_MAX : (int64_t)bytes);
    case REEL__ARROW_UNION: case REEL__ARROW_SPARSE_UNION:
        return check_union(field, array, &f);
    default:
        return REEL_OK;
    }
}
