#include "interpret.h"

#include "image_size.h"
#include "tensor.h"
#include "types_table.h"
#include "walk.h"

#include "../arrow/arrow_import.h"
#include "../base/error.h"
#include "../base/sync.h"
#include "../base/text.h"

#include <reel/log.h>

#include <stdio.h>
#include <string.h>

const reel__archetype *reel__archetype_of(uint32_t number) {
    const reel__archetype *a = reel__data_archetype(number);
    return REEL__LIKELY(a != NULL) ? a : reel__blueprint_archetype(number);
}

static bool all_zero(const uint8_t *p, size_t n) {
    for (size_t i = 0; i < n; i++)
        if (p[i])
            return false;
    return true;
}

/* Whether a value that stands in the struct itself is set. */
static bool value_is_set(const reel__field *f, const uint8_t *at) {
    switch (f->element) {
    case REEL__ELEMENT_ENUM: return !all_zero(at, sizeof(int));
    case REEL__ELEMENT_TEXT: case REEL__ELEMENT_BYTES: return reel__pointer_at(at, 0) != NULL;
    case REEL__ELEMENT_STRUCT: return !all_zero(at, f->layout->size);
    case REEL__ELEMENT_TENSOR: return ((const reel_tensor_data *)(const void *)at)->type != 0;
    default: return false;
    }
}

static REEL__NOINLINE reel_status bad_list(const reel__field *f, size_t n, const char *path) {
    if (n > INT32_MAX)
        return reel__fail(REEL_E_TOO_LARGE, "%s: %s has %zu values: at most %d are allowed", path, f->name, n, INT32_MAX);
    return reel__fail(REEL_E_ARGUMENT, "%s: %s is NULL with a count of %zu", path, f->name, n);
}

static reel_status bind_strips(const reel__field *f, const uint8_t *base, const char *path, reel__cell *cell, bool *set) {
    reel_strips strips; /* reel_geo_strips has the same layout */
    memcpy(&strips, base + f->offset, sizeof strips);
    if (strips.n_strips > INT32_MAX)
        return reel__fail(REEL_E_TOO_LARGE, "%s: %s has %zu strips: at most %d are allowed", path, f->name, strips.n_strips, INT32_MAX);
    if (strips.n_strips && !strips.lengths)
        return reel__fail(REEL_E_ARGUMENT, "%s: %s has %zu strips and no lengths", path, f->name, strips.n_strips);
    uint64_t points = 0; /* of at most 2^31 lengths of 32 bits: no overflow */
    for (size_t i = 0; i < strips.n_strips; i++)
        points += strips.lengths[i];
    if (points > INT32_MAX)
        return reel__fail(REEL_E_TOO_LARGE, "%s: %s has %llu points: at most %d are allowed", path, f->name, (unsigned long long)points, INT32_MAX);
    if (strips.n_points && strips.n_points != points)
        return reel__fail(REEL_E_LENGTHS, "%s: the lengths of %s add up to %llu for %zu points", path, f->name, (unsigned long long)points, strips.n_points);
    if (points && !strips.points)
        return reel__fail(REEL_E_ARGUMENT, "%s: %s has no points; its lengths add up to %llu", path, f->name, (unsigned long long)points);
    cell->values = strips.points;
    cell->lengths = strips.lengths;
    cell->n = (uint32_t)strips.n_strips;
    *set = strips.lengths || strips.points;
    return REEL_OK;
}

static REEL__NOINLINE reel_status bad_stride(const reel__field *f, size_t stride, const char *path) {
    return reel__fail(REEL_E_ARGUMENT, "%s: %s has a stride of %zu bytes, but each value has %u", path, f->name, stride, (unsigned)f->width);
}

static reel_status bytes_unset(const reel__field *f, const reel_bytes *bytes, const char *path) {
    return bytes->size ? reel__fail(REEL_E_ARGUMENT, "%s: %s is NULL with a size of %zu", path, f->name, bytes->size) : REEL_OK;
}

static reel_status bind_field(const reel__field *f, const uint8_t *base, const char *path, reel__cell *cell, bool *set) {
    *set = false;
    switch (f->form) {
    case REEL__FORM_STRIPS: return bind_strips(f, base, path, cell, set);
    case REEL__FORM_OPTIONAL:
        *set = base[f->offset] != 0;
        cell->values = base + f->offset_2;
        break;
    case REEL__FORM_VALUE:
        *set = value_is_set(f, base + f->offset);
        cell->values = base + f->offset;
        if (REEL__UNLIKELY(!*set && f->element == REEL__ELEMENT_BYTES))
            return bytes_unset(f, cell->values, path);
        break;
    case REEL__FORM_POINTER:
        cell->values = reel__pointer_at(base, f->offset);
        *set = cell->values != NULL;
        break;
    default: break;
    }
    cell->n = *set;
    return REEL_OK;
}

REEL__NOINLINE reel_status reel__check_image(const reel__row *row, const reel__archetype *a, uint32_t first, const char *path) {
    const reel__cell *buffer = NULL, *format = NULL;
    for (uint32_t i = first; i < row->n_cells; i++) {
        const reel__cell *cell = &row->cells[i];
        if (cell->n && cell->field == &a->fields[a->image_buffer - 1])
            buffer = cell;
        else if (cell->n && cell->field == &a->fields[a->image_format - 1])
            format = cell;
    }
    if (!buffer || !format)
        return REEL_OK;
    size_t sizes[REEL__ARROW_STREAMS_MAX]; /* what is wrong with one of them by itself comes first */
    REEL__TRY(reel__measure(buffer, path, sizes));
    REEL__TRY(reel__measure(format, path, sizes));
    return reel__check_image_size(format->values, ((const reel_bytes *)buffer->values)->size, path, buffer->field->name);
}

reel_status reel__bind(reel__row *row, const reel__archetype *a, const void *fields, size_t struct_size, bool update, const char *path) {
    const uint8_t *base = fields;
    uint64_t clear;
    bool has_required = false;
    uint32_t first = row->n_cells;
    row->mask = 0;
    row->mismatch = row->n_instances = 0;
    if (REEL__UNLIKELY(row->capacity - first < a->n_fields))
        return reel__fail(REEL_E_TOO_LARGE, "%s: %s has no room in a row of %u columns: at most %u are allowed", path, a->name, (unsigned)first, (unsigned)row->capacity);
    if (REEL__UNLIKELY(!base || struct_size < sizeof clear))
        return reel__fail(REEL_E_ARGUMENT, "%s: %s needs a struct of at least 8 bytes", path, a->name);
    memcpy(&clear, base, sizeof clear);
    for (uint32_t i = 0; i < a->n_fields; i++) {
        const reel__field *f = &a->fields[i];
        reel__cell *cell = &row->cells[row->n_cells];
        bool set = false;
        cell->lengths = NULL;
        cell->stride = 0;
        if (REEL__LIKELY(f->form == REEL__FORM_LIST && f->end <= struct_size)) {
            size_t n;
            memcpy(&n, base + f->offset_2, sizeof n);
            cell->values = reel__pointer_at(base, f->offset);
            cell->n = (uint32_t)n;
            set = cell->values != NULL;
            if (REEL__UNLIKELY(n > INT32_MAX || (n && !set)))
                return bad_list(f, n, path);
            if (f->offset_stride) {
                memcpy(&n, base + f->offset_stride, sizeof n);
                if (REEL__UNLIKELY(n)) {
                    if (n < f->width)
                        return bad_stride(f, n, path);
                    cell->stride = n == f->width ? 0 : n;
                }
            }
        } else if (f->end <= struct_size) {
            REEL__TRY(bind_field(f, base, path, cell, &set));
        }
        bool required = f->level == REEL__REQUIRED && !update && f->form != REEL__FORM_NONE;
        if (!set) {
            bool cleared = (clear >> i & 1) || ((clear & REEL_CLEAR_REST) && f->form != REEL__FORM_NONE);
            if (!cleared && !required)
                continue;
            cell->n = 0;
            cell->values = NULL;
        }
        cell->field = f;
        row->mask |= UINT64_C(1) << i;
        row->n_cells++;
        if (f->many && f->level == REEL__REQUIRED && !has_required) {
            has_required = true;
            row->n_instances = cell->n;
        }
    }
    if (REEL__UNLIKELY(a->image_format))
        REEL__TRY(reel__check_image(row, a, first, path));
    if (has_required && row->n_cells - first > 1)
        for (uint32_t i = first; i < row->n_cells && !row->mismatch; i++)
            if (row->cells[i].field->many && row->cells[i].n > 1 && row->cells[i].n != row->n_instances)
                row->mismatch = i + 1;
    return REEL_OK;
}

reel_status reel__cell_too_large(const reel__cell *cell, const char *path, uint64_t bytes) {
    return reel__fail(REEL_E_TOO_LARGE, "%s: %s has %llu bytes: at most %d fit into a row", path, cell->field->name, (unsigned long long)bytes, INT32_MAX);
}

static bool is_of(const reel__enum *e, uint32_t value) {
    for (uint16_t k = 0; k < e->n; k++)
        if (e->values[k] == value)
            return true;
    return false;
}

static reel_status measure_codes(const reel__cell *cell, const char *path) {
    const uint8_t *codes = cell->values;
    const reel__field *f = cell->field;
    for (size_t i = 0; i < (size_t)cell->n * f->width; i++)
        if (!is_of(f->enumeration, codes[i]))
            return reel__fail(REEL_E_ARGUMENT, "%s: %s[%zu] is %u, which is not a %s", path, f->name, i, (unsigned)codes[i], f->enumeration->name);
    return REEL_OK;
}

static reel_status measure_enum(const reel__cell *cell, const char *path) {
    const int *values = cell->values;
    const reel__enum *e = cell->field->enumeration;
    for (uint32_t i = 0; i < cell->n; i++)
        if (!is_of(e, (uint32_t)values[i]))
            return reel__fail(REEL_E_ARGUMENT, "%s: %s[%u] is %d, which is not a %s", path, cell->field->name, (unsigned)i, values[i], e->name);
    return REEL_OK;
}

static reel_status measure_text(const reel__cell *cell, const char *path, size_t *sizes) {
    const char *const *texts = cell->values;
    uint64_t bytes = 0;
    for (uint32_t i = 0; i < cell->n; i++) {
        size_t size = texts[i] ? strlen(texts[i]) : 0;
        if (size && !reel__utf8_valid(texts[i], size))
            return reel__fail(REEL_E_UTF8, "%s: %s[%u], %zu bytes, is not valid UTF-8", path, cell->field->name, (unsigned)i, size);
        bytes += size;
    }
    if (bytes > INT32_MAX)
        return reel__cell_too_large(cell, path, bytes);
    sizes[0] = 4 * (size_t)cell->n;
    sizes[1] = (size_t)bytes;
    return REEL_OK;
}

static reel_status measure_bytes(const reel__cell *cell, const char *path, size_t *sizes) {
    const reel_bytes *runs = cell->values;
    uint64_t bytes = 0;
    for (uint32_t i = 0; i < cell->n; i++) {
        if (runs[i].size && !runs[i].data)
            return reel__fail(REEL_E_ARGUMENT, "%s: %s is NULL with a size of %zu", path, cell->field->name, runs[i].size);
        if (runs[i].size > INT32_MAX)
            return reel__cell_too_large(cell, path, runs[i].size);
        bytes += runs[i].size;
    }
    if (bytes > INT32_MAX)
        return reel__cell_too_large(cell, path, bytes);
    sizes[0] = 4 * (size_t)cell->n;
    sizes[1] = (size_t)bytes;
    return REEL_OK;
}

static uint64_t strip_points(const reel__cell *cell) {
    uint64_t points = 0;
    for (uint32_t i = 0; i < cell->n; i++)
        points += cell->lengths[i];
    return points;
}

static reel_status measure_arrow(const reel__cell *cell, const char *path, size_t *sizes) {
    const reel__arrow_values *v = cell->values;
    char where[512];
    snprintf(where, sizeof where, "%.250s: %.200s", path, cell->field->name);
    return reel__arrow_measure(cell->field->descriptor.arrow, v->schema, v->array, v->first, cell->n, where, sizes);
}

static void write_arrow(const reel__cell *cell, uint8_t *const *streams) {
    const reel__arrow_values *v = cell->values;
    reel__arrow_write(cell->field->descriptor.arrow, v->schema, v->array, v->first, cell->n, streams);
}

reel_status reel__measure(const reel__cell *cell, const char *path, size_t *sizes) {
    const reel__field *f = cell->field;
    uint64_t bytes;
    switch (f->element) {
    case REEL__ELEMENT_FLAT:
        bytes = (uint64_t)cell->n * f->width;
        if (REEL__UNLIKELY(bytes > INT32_MAX))
            return reel__cell_too_large(cell, path, bytes);
        sizes[0] = (size_t)bytes;
        return REEL_OK;
    case REEL__ELEMENT_BOOL: sizes[0] = cell->n; return REEL_OK;
    case REEL__ELEMENT_ENUM: sizes[0] = (size_t)cell->n * f->width; return measure_enum(cell, path);
    case REEL__ELEMENT_CODES: sizes[0] = (size_t)cell->n * f->width; return measure_codes(cell, path);
    case REEL__ELEMENT_TEXT: return measure_text(cell, path, sizes);
    case REEL__ELEMENT_BYTES: return measure_bytes(cell, path, sizes);
    case REEL__ELEMENT_STRIP:
        bytes = strip_points(cell);
        if (bytes > INT32_MAX)
            return reel__fail(REEL_E_TOO_LARGE, "%s: %s has %llu points: at most %d are allowed", path, f->name, (unsigned long long)bytes, INT32_MAX);
        if ((bytes *= f->width) > INT32_MAX)
            return reel__cell_too_large(cell, path, bytes);
        sizes[0] = 4 * (size_t)cell->n;
        sizes[1] = (size_t)bytes;
        return REEL_OK;
    case REEL__ELEMENT_STRUCT: return reel__measure_structs(cell, path, sizes);
    case REEL__ELEMENT_TENSOR: return reel__measure_tensors(cell, path, sizes);
    case REEL__ELEMENT_ARROW: return measure_arrow(cell, path, sizes);
    default: return reel__fail(REEL_E_UNSUPPORTED, "%s: %s cannot be logged from C yet", path, f->name);
    }
}

static void write_text(const reel__cell *cell, uint8_t *const *streams) {
    const char *const *texts = cell->values;
    uint8_t *lengths = streams[0], *bytes = streams[1];
    for (uint32_t i = 0; i < cell->n; i++, lengths += 4) {
        uint32_t size = texts[i] ? (uint32_t)strlen(texts[i]) : 0;
        memcpy(lengths, &size, 4);
        if (size)
            memcpy(bytes, texts[i], size);
        bytes += size;
    }
}

static void write_bytes(const reel__cell *cell, uint8_t *const *streams) {
    const reel_bytes *runs = cell->values;
    uint8_t *lengths = streams[0], *bytes = streams[1];
    for (uint32_t i = 0; i < cell->n; i++, lengths += 4) {
        uint32_t size = (uint32_t)runs[i].size;
        memcpy(lengths, &size, 4);
        if (size && runs[i].data) /* else it stays where it is */
            memcpy(bytes, runs[i].data, size);
        bytes += size;
    }
}

void reel__gather(const reel__cell *cell, uint8_t *to) {
    size_t width = cell->field->width, stride = cell->stride;
    const uint8_t *from = cell->values;
    if (!stride || stride == width) {
        if (cell->n)
            memcpy(to, from, cell->n * width);
        return;
    }
    for (uint32_t i = 0; i < cell->n; i++, from += stride, to += width)
        memcpy(to, from, width);
}

void reel__write(const reel__cell *cell, uint8_t *const *streams) {
    const reel__field *f = cell->field;
    switch (f->element) {
    case REEL__ELEMENT_FLAT: case REEL__ELEMENT_CODES:
        reel__gather(cell, streams[0]);
        break;
    case REEL__ELEMENT_BOOL:
        for (uint32_t i = 0; i < cell->n; i++)
            streams[0][i] = ((const uint8_t *)cell->values)[i] != 0;
        break;
    case REEL__ELEMENT_ENUM:
        for (uint32_t i = 0; i < cell->n; i++) {
            uint32_t value = (uint32_t)((const int *)cell->values)[i];
            if (f->width == 1)
                streams[0][i] = (uint8_t)value;
            else
                memcpy(streams[0] + 4 * i, &value, 4);
        }
        break;
    case REEL__ELEMENT_TEXT: write_text(cell, streams); break;
    case REEL__ELEMENT_BYTES: write_bytes(cell, streams); break;
    case REEL__ELEMENT_STRIP: {
        size_t bytes = (size_t)strip_points(cell) * f->width;
        if (cell->n)
            memcpy(streams[0], cell->lengths, 4 * (size_t)cell->n);
        if (bytes && cell->values)
            memcpy(streams[1], cell->values, bytes);
        break;
    }
    case REEL__ELEMENT_STRUCT: reel__write_structs(cell, streams); break;
    case REEL__ELEMENT_TENSOR: reel__write_tensors(cell, streams); break;
    case REEL__ELEMENT_ARROW: write_arrow(cell, streams); break;
    default: break;
    }
}
