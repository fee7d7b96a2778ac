/* The values of a chunk, one component or row at a time. */
#include "chunk_data.h"

#include "../arrow/arrow_format.h"
#include "../arrow/arrow_values.h"
#include "../arrow/ipc_write.h"
#include "../base/error.h"

static reel_status find(const reel_chunk *chunk, size_t component, const reel__chunk_column **out) {
    if (!chunk || component >= chunk->parts.n_columns)
        return reel__fail(REEL_E_ARGUMENT, "a chunk of %s has %zu components, and none with the number %zu", reel_chunk_entity(chunk), reel_chunk_components(chunk), component);
    *out = &chunk->parts.columns[component];
    return REEL_OK;
}

reel_status reel_chunk_cell(const reel_chunk *chunk, size_t component, size_t row, reel_cell *cell) {
    const reel__chunk_column *c;
    int64_t at, n;
    REEL__TRY(find(chunk, component, &c));
    if (!cell || row >= chunk->parts.n_rows)
        return reel__fail(REEL_E_ARGUMENT, "a chunk of %s has %zu rows, and none with the number %zu", chunk->parts.entity, chunk->parts.n_rows, row);
    bool is_set = reel__chunk_row(c, row, &at, &n);
    *cell = (reel_cell){is_set, (size_t)(at - reel__chunk_begin(c)), (size_t)n};
    return REEL_OK;
}

/* What an array's values are as numbers; 0: none. Times are integers of their width. */
static reel_value_type number_type(const reel__arrow_format *f, const char *format) {
    static const uint8_t types[] = {
        [REEL__ARROW_U8] = REEL_VALUE_U8,   [REEL__ARROW_I8] = REEL_VALUE_I8,   [REEL__ARROW_U16] = REEL_VALUE_U16, [REEL__ARROW_I16] = REEL_VALUE_I16,
        [REEL__ARROW_U32] = REEL_VALUE_U32, [REEL__ARROW_I32] = REEL_VALUE_I32, [REEL__ARROW_U64] = REEL_VALUE_U64, [REEL__ARROW_I64] = REEL_VALUE_I64,
        [REEL__ARROW_F16] = REEL_VALUE_F16, [REEL__ARROW_F32] = REEL_VALUE_F32, [REEL__ARROW_F64] = REEL_VALUE_F64,
    };
    if (f->storage != REEL__ARROW_AS_IT_IS)
        return 0;
    if (f->kind == REEL__ARROW_FIXED && format[0] == 't' && format[1] != 'i')
        return f->n == 8 ? REEL_VALUE_I64 : REEL_VALUE_I32;
    return f->kind < sizeof types ? (reel_value_type)types[f->kind] : 0;
}

reel_status reel_chunk_values(const reel_chunk *chunk, size_t component, reel_value_type type, uint32_t size, const void **values, size_t *n) {
    const reel__chunk_column *c;
    REEL__TRY(find(chunk, component, &c));
    if (!values || !n)
        return reel__fail(REEL_E_ARGUMENT, "reel_chunk_values needs somewhere to put the values");
    int64_t first = reel__chunk_begin(c), count = reel__chunk_end(c, chunk->parts.n_rows) - first, per = 1;
    const struct ArrowSchema *schema = c->item;
    const struct ArrowArray *array = c->values;
    reel__arrow_format f;
    bool has_nulls = count && array->null_count && reel__arrow_has_nulls(schema, array, first, count);
    *values = NULL;
    *n = (size_t)count;
    while (reel__arrow_parse(schema, &f) && f.storage == REEL__ARROW_AS_IT_IS && f.kind == REEL__ARROW_FIXED_LIST) { /* vectors, and vectors of them */
        first = (first + array->offset) * (int64_t)f.n;
        per *= f.n;
        array = array->children[0];
        schema = schema->children[0];
        has_nulls = has_nulls || (count && per && array->null_count && reel__arrow_has_nulls(schema, array, first, count * per));
    }
    if (!type || number_type(&f, schema->format) != type || (uint64_t)per != (size ? size : 1) || (size == 0 && schema != c->item))
        return reel__fail(REEL_E_ARGUMENT, "%s: %s has values of the type %s, which are not %u numbers of the type %d each", chunk->parts.entity, c->component,
                          chunk->components[component].arrow_type, (unsigned)(size ? size : 1), (int)type);
    if (has_nulls)
        return reel__fail(REEL_E_UNSUPPORTED, "%s: some values of %s are null", chunk->parts.entity, c->component);
    if (count)
        *values = (const uint8_t *)array->buffers[1] + (size_t)(first + array->offset) * (f.kind == REEL__ARROW_FIXED ? f.n : reel__arrow_width(f.kind));
    return REEL_OK;
}

static bool is_null(const struct ArrowArray *array, int64_t i) { return array->null_count && array->buffers[0] && !reel__arrow_bit(array->buffers[0], array->offset + i); }

/* The bytes of value i of an array that holds texts or bytes: *data NULL if it is null. false: it holds something else. */
static bool bytes_of(const struct ArrowSchema *schema, const struct ArrowArray *array, int64_t i, bool texts, reel_bytes *out) {
    reel__arrow_format f, item;
    *out = (reel_bytes){NULL, 0};
    if (!reel__arrow_parse(schema, &f) || f.storage != REEL__ARROW_AS_IT_IS)
        return false;
    bool is_text = f.kind == REEL__ARROW_UTF8 || f.kind == REEL__ARROW_LARGE_UTF8;
    if (is_text || (!texts && reel__arrow_is_run(f.kind))) {
        int64_t at = reel__arrow_offset(array, 1, f.is_wide, i), end = reel__arrow_offset(array, 1, f.is_wide, i + 1);
        if (!is_null(array, i))
            *out = (reel_bytes){(const uint8_t *)array->buffers[2] + at, (size_t)(end - at)};
        return true;
    }
    if (texts)
        return false;
    if (f.kind == REEL__ARROW_FIXED && schema->format[0] == 'w') {
        if (!is_null(array, i))
            *out = (reel_bytes){(const uint8_t *)array->buffers[1] + (size_t)(array->offset + i) * f.n, f.n};
        return true;
    }
    bool is_list = (f.kind == REEL__ARROW_LIST || f.kind == REEL__ARROW_LARGE_LIST || f.kind == REEL__ARROW_FIXED_LIST) && reel__arrow_parse(schema->children[0], &item);
    if (!is_list || item.kind != REEL__ARROW_U8 || item.storage != REEL__ARROW_AS_IT_IS)
        return false;
    const struct ArrowArray *child = array->children[0];
    bool is_fixed = f.kind == REEL__ARROW_FIXED_LIST;
    int64_t at = is_fixed ? (array->offset + i) * (int64_t)f.n : reel__arrow_offset(array, 1, f.is_wide, i);
    int64_t end = is_fixed ? at + (int64_t)f.n : reel__arrow_offset(array, 1, f.is_wide, i + 1);
    if (!is_null(array, i))
        *out = (reel_bytes){(const uint8_t *)child->buffers[1] + child->offset + at, (size_t)(end - at)};
    return true;
}

static reel_status get_bytes(const reel_chunk *chunk, size_t component, size_t index, bool texts, reel_bytes *out) {
    const reel__chunk_column *c;
    REEL__TRY(find(chunk, component, &c));
    if (index >= chunk->components[component].n_values)
        return reel__fail(REEL_E_ARGUMENT, "%s: %s has %zu values, and none with the number %zu", chunk->parts.entity, c->component, chunk->components[component].n_values, index);
    if (!bytes_of(c->item, c->values, reel__chunk_begin(c) + (int64_t)index, texts, out))
        return reel__fail(REEL_E_ARGUMENT, "%s: %s has values of the type %s, which are not %s", chunk->parts.entity, c->component, chunk->components[component].arrow_type,
                          texts ? "texts" : "bytes");
    return REEL_OK;
}

reel_status reel_chunk_text(const reel_chunk *chunk, size_t component, size_t index, const char **text, size_t *size) {
    reel_bytes bytes;
    if (!text || !size)
        return reel__fail(REEL_E_ARGUMENT, "reel_chunk_text needs somewhere to put the text");
    REEL__TRY(get_bytes(chunk, component, index, true, &bytes));
    *text = (const char *)bytes.data;
    *size = bytes.size;
    return REEL_OK;
}

reel_status reel_chunk_bytes_at(const reel_chunk *chunk, size_t component, size_t index, reel_bytes *bytes) {
    if (!bytes)
        return reel__fail(REEL_E_ARGUMENT, "reel_chunk_bytes_at needs somewhere to put the bytes");
    return get_bytes(chunk, component, index, false, bytes);
}
