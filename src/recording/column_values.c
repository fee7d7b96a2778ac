#include "columns.h"

#include "../base/alloc.h"
#include "../base/error.h"
#include "../types/bind_values.h"

#include <reel/arrow.h>

#include <string.h>

/* ---- cells */

static reel__cell cell_of(reel__sent_column *c, uint32_t first, uint32_t n) {
    reel__cell cell = {.field = c->field, .n = n, .stride = c->stride};
    if (c->field->element == REEL__ELEMENT_ARROW) {
        c->arrow.first = first;
        cell.values = &c->arrow;
    } else if (c->field->element == REEL__ELEMENT_STRIP) {
        cell.values = c->values ? c->values + c->points[first] * c->field->width : NULL;
        cell.lengths = c->strip_lengths ? c->strip_lengths + first : NULL;
    } else {
        cell.values = c->values ? c->values + (size_t)first * (c->stride ? c->stride : c->size) : NULL;
    }
    return cell;
}

reel_status reel__sent_measure(reel__sent_column *c, const char *path, uint32_t first, uint32_t n, size_t *sizes, uint64_t *bytes) {
    uint16_t n_streams = c->field->descriptor.arrow->n_streams;
    reel__cell cell = cell_of(c, first, n);
    *bytes = 0;
    memset(sizes, 0, n_streams * sizeof *sizes);
    if (n)
        REEL__TRY(reel__measure(&cell, path, sizes));
    for (uint16_t i = 0; i < n_streams; i++)
        *bytes += sizes[i];
    return REEL_OK;
}

void reel__sent_write(reel__sent_column *c, uint32_t first, uint32_t n, uint8_t *const *streams) {
    reel__cell cell = cell_of(c, first, n);
    if (n)
        reel__write(&cell, streams);
}

/* ---- binding */

static reel_status bind_rows(const reel_column *c, const char *path, reel__sent_column *out, size_t *n_rows) {
    const char *name = out->field->name;
    *n_rows = c->lengths || c->offsets ? c->n_rows : out->n_values;
    if (c->lengths && c->offsets)
        return reel__fail(REEL_E_ARGUMENT, "%s: %s has both lengths and offsets", path, name);
    if (*n_rows > INT32_MAX) /* before any of it is read */
        return reel__fail(REEL_E_TOO_LARGE, "%s: %s has %zu rows: at most %d are allowed", path, name, *n_rows, INT32_MAX);
    if (!c->lengths && !c->offsets)
        return !c->n_rows || c->n_rows == out->n_values ? REEL_OK
               : reel__fail(REEL_E_LENGTHS, "%s: %s has %u values for %zu rows, and neither lengths nor offsets", path, name, (unsigned)out->n_values, c->n_rows);
    if (c->offsets) {
        for (size_t i = 0; i < c->n_rows; i++)
            if (c->offsets[i] > c->offsets[i + 1])
                return reel__fail(REEL_E_LENGTHS, "%s: offset %zu of %s is %u, behind it comes %u", path, i, name, (unsigned)c->offsets[i], (unsigned)c->offsets[i + 1]);
        if (c->n_rows && c->offsets[c->n_rows] > out->n_values)
            return reel__fail(REEL_E_LENGTHS, "%s: the offsets of %s end at %u for %u values", path, name, (unsigned)c->offsets[c->n_rows], (unsigned)out->n_values);
        out->offsets = c->offsets;
        return REEL_OK;
    }
    uint64_t sum = 0;
    for (size_t i = 0; i < c->n_rows; i++)
        sum += c->lengths[i];
    if (sum != out->n_values)
        return reel__fail(REEL_E_LENGTHS, "%s: the lengths of %s add up to %llu for %u values", path, name, (unsigned long long)sum, (unsigned)out->n_values);
    out->offsets = out->owned_offsets = reel__alloc_array(c->n_rows + 1, sizeof *out->owned_offsets);
    if (!out->offsets)
        return reel__fail(REEL_E_NO_MEMORY, "%s: no memory for %zu rows of %s", path, c->n_rows, name);
    out->owned_offsets[0] = 0;
    for (size_t i = 0; i < c->n_rows; i++)
        out->owned_offsets[i + 1] = out->owned_offsets[i] + c->lengths[i];
    return REEL_OK;
}

/* Where each strip's points begin. */
static reel_status bind_strips(const char *path, reel__sent_column *c) {
    if (c->n_values && !c->strip_lengths)
        return reel__fail(REEL_E_ARGUMENT, "%s: %s has %u strips and no strip_lengths", path, c->field->name, (unsigned)c->n_values);
    c->points = reel__alloc_array((size_t)c->n_values + 1, sizeof *c->points);
    if (!c->points)
        return reel__fail(REEL_E_NO_MEMORY, "%s: no memory for %u strips of %s", path, (unsigned)c->n_values, c->field->name);
    c->points[0] = 0;
    for (uint32_t i = 0; i < c->n_values; i++)
        c->points[i + 1] = c->points[i] + c->strip_lengths[i];
    if (c->points[c->n_values] && !c->values)
        return reel__fail(REEL_E_ARGUMENT, "%s: %s has no points; its strip_lengths add up to %llu", path, c->field->name, (unsigned long long)c->points[c->n_values]);
    return REEL_OK;
}

/* What a slice would refuse is refused before the first one is sent. Values that are too large together are looked at in halves. */
static reel_status check_values(reel__sent_column *c, const char *path, uint32_t first, uint32_t n) {
    size_t sizes[REEL__ARROW_STREAMS_MAX];
    uint64_t bytes;
    reel_status status = reel__sent_measure(c, path, first, n, sizes, &bytes);
    c->bytes += status == REEL_OK ? bytes : 0;
    if (status != REEL_E_TOO_LARGE || n <= 1)
        return status;
    REEL__TRY(check_values(c, path, first, n / 2));
    return check_values(c, path, first + n / 2, n - n / 2);
}

static reel_status bind_plain(const reel_column *c, const char *path, reel__sent_column *out) {
    const reel__field *f = out->field;
    if (c->n_values > INT32_MAX)
        return reel__fail(REEL_E_TOO_LARGE, "%s: %s has %zu values: at most %d are allowed", path, f->name, c->n_values, INT32_MAX);
    if (c->n_values && !c->values && f->element != REEL__ELEMENT_STRIP)
        return reel__fail(REEL_E_ARGUMENT, "%s: %s is NULL with a count of %zu", path, f->name, c->n_values);
    out->values = c->values;
    out->strip_lengths = c->strip_lengths;
    out->n_values = (uint32_t)c->n_values;
    out->size = reel__value_size(f);
    if (f->element == REEL__ELEMENT_STRIP)
        REEL__TRY(bind_strips(path, out));
    else if (!out->size)
        return reel__fail(REEL_E_UNSUPPORTED, "%s: %s cannot be sent as a column", path, f->name);
    reel__cell cell = {.field = f, .values = c->values, .lengths = c->strip_lengths, .n = f->element == REEL__ELEMENT_STRIP ? 0 : out->n_values};
    REEL__TRY(reel__bind_values(&cell, c->stride, path));
    out->stride = cell.stride;
    if (f->element != REEL__ELEMENT_FLAT && f->element != REEL__ELEMENT_BOOL)
        return check_values(out, path, 0, out->n_values);
    out->bytes = (uint64_t)out->n_values * out->size; /* nothing about them can be wrong */
    return REEL_OK;
}

static reel_status bind(reel__core *core, const char *path, const reel_column *c, reel__sent_column *out, size_t *n_rows) {
    REEL__TRY(reel__field_of(core, path, c, &out->field));
    if (c->arrow) {
        int64_t length = c->arrow->array->length;
        if (length > INT32_MAX)
            return reel__fail(REEL_E_TOO_LARGE, "%s: %s has %lld values: at most %d are allowed", path, out->field->name, (long long)length, INT32_MAX);
        out->arrow = (reel__arrow_values){c->arrow->schema, c->arrow->array, 0};
        out->n_values = (uint32_t)length;
        REEL__TRY(check_values(out, path, 0, out->n_values));
    } else {
        REEL__TRY(bind_plain(c, path, out));
    }
    return bind_rows(c, path, out, n_rows);
}

reel_status reel__sent_column_bind(reel__core *core, const char *path, const reel_column *c, reel__sent_column *out, size_t *n_rows) {
    *out = (reel__sent_column){0};
    *n_rows = 0;
    return bind(core, path, c, out, n_rows);
}

void reel__sent_column_free(reel__sent_column *c) {
    reel__release(c->points);
    reel__release(c->owned_offsets);
    reel__buf_free(&c->scratch);
    reel__buf_free(&c->lengths);
}
