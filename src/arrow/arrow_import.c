/* What the interface says about an array's structure, checked before any value is looked at. */
#include "arrow_import.h"

#include "../base/alloc.h"
#include "../base/error.h"
#include "arrow_values.h"
#include "ipc_write.h"

#define COUNT_MAX (INT64_MAX / 64) /* of an array's offset and length: what is computed from them fits */

typedef struct part {
    const struct ArrowSchema *schema;
    const struct ArrowArray *array;
    const char *where;
} part;

static reel_status bad(const part *p, const char *what, int64_t number) {
    return reel__fail(REEL_E_ARGUMENT, "%s: an Arrow array of the format \"%.60s\" has %s (%lld)", p->where, p->schema->format, what, (long long)number);
}

static reel_status check_part(const part *p, int64_t length_min);

static reel_status check_child(const part *p, int64_t i, int64_t length_min) {
    return check_part(&(part){p->schema->children[i], p->array->children[i], p->where}, length_min);
}

static reel_status check_counts(const part *p, const reel__arrow_format *f, int64_t length_min) {
    const struct ArrowArray *a = p->array;
    if (!a)
        return reel__fail(REEL_E_ARGUMENT, "%s: an Arrow array of the format \"%.60s\" is NULL", p->where, p->schema->format);
    if (a->length < 0 || a->offset < 0 || a->length > COUNT_MAX || a->offset > COUNT_MAX)
        return bad(p, "a length or offset that makes no sense", a->length < 0 || a->length > COUNT_MAX ? a->length : a->offset);
    if (a->length < length_min)
        return bad(p, "fewer values than what contains it", a->length);
    if (a->null_count < -1 || a->null_count > a->length)
        return bad(p, "a null count that makes no sense", a->null_count);
    if (f->storage == REEL__ARROW_VIEWS ? a->n_buffers < f->n_buffers : a->n_buffers != f->n_buffers)
        return bad(p, "another number of buffers", a->n_buffers);
    if (a->n_buffers && !a->buffers)
        return bad(p, "no list of buffers", a->n_buffers);
    if (a->n_children != p->schema->n_children || (a->n_children && !a->children))
        return bad(p, "another number of children", a->n_children);
    if (f->storage == REEL__ARROW_DICTIONARY && !a->dictionary)
        return bad(p, "no dictionary", 0);
    return REEL_OK;
}

static bool has_validity_buffer(const reel__arrow_format *f) { return f->storage != REEL__ARROW_RUN_ENDS && f->kind != REEL__ARROW_NULL && !reel__arrow_is_union(f->kind); }

/* Buffers that are read when there is a value. The last ones of texts and views depend on the values. */
static reel_status check_buffers(const part *p, const reel__arrow_format *f) {
    const struct ArrowArray *a = p->array;
    if (!a->length)
        return REEL_OK;
    if (has_validity_buffer(f) && a->null_count > 0 && !a->buffers[0])
        return bad(p, "nulls and no validity buffer", a->null_count);
    int first = has_validity_buffer(f) ? 1 : 0, end = f->storage == REEL__ARROW_VIEWS || (f->storage == REEL__ARROW_AS_IT_IS && reel__arrow_is_run(f->kind)) ? 2 : f->n_buffers;
    for (int i = first; i < end; i++)
        if (!a->buffers[i])
            return bad(p, "values and a buffer that is NULL", i);
    if (f->storage == REEL__ARROW_VIEWS && a->n_buffers > 3 && !a->buffers[a->n_buffers - 1])
        return bad(p, "no sizes of its buffers", a->n_buffers);
    return REEL_OK;
}

/* Offsets ascend from at least 0; *last is the one behind the last value. */
static reel_status check_offsets(const part *p, bool is_wide, int64_t *last) {
    const struct ArrowArray *a = p->array;
    *last = 0;
    if (!a->length)
        return REEL_OK;
    int64_t first = reel__arrow_offset(a, 1, is_wide, 0), before = first;
    if (first < 0)
        return bad(p, "a negative offset", first);
    for (int64_t i = 1; i <= a->length; i++) {
        int64_t offset = reel__arrow_offset(a, 1, is_wide, i);
        if (offset < before)
            return bad(p, "an offset smaller than the one before", i);
        before = offset;
    }
    *last = before;
    if (before > COUNT_MAX)
        return bad(p, "an offset that makes no sense", before);
    return a->n_buffers == 3 && before > first && !a->buffers[2] ? bad(p, "values and a buffer that is NULL", 2) : REEL_OK;
}

static reel_status check_run_ends(const part *p) {
    const struct ArrowArray *a = p->array, *ends = a->children[0];
    uint8_t kind = reel__arrow_run_ends_kind(p->schema);
    int64_t before = 0;
    REEL__TRY(check_child(p, 0, 0));
    for (int64_t i = 0; i < ends->length; i++) {
        int64_t end = reel__arrow_integer(ends->buffers[1], kind, ends->offset + i);
        if (end <= before)
            return bad(p, "runs that do not ascend", end);
        before = end;
    }
    if (a->length && before < a->offset + a->length)
        return bad(p, "runs that end before its last value", before);
    return check_child(p, 1, ends->length);
}

/* Everything but the values. The depth is the schema's, which has been checked. */
static reel_status check_part(const part *p, int64_t length_min) {
    const struct ArrowArray *a = p->array;
    reel__arrow_format f;
    if (!reel__arrow_parse(p->schema, &f))
        return reel__fail(REEL_E_UNSUPPORTED, "%s: the Arrow format is not one that can be recorded", p->where);
    REEL__TRY(check_counts(p, &f, length_min));
    REEL__TRY(check_buffers(p, &f));
    int64_t last = a->offset + a->length;
    if (f.storage == REEL__ARROW_RUN_ENDS)
        return check_run_ends(p);
    if (f.storage == REEL__ARROW_DICTIONARY)
        return check_part(&(part){p->schema->dictionary, a->dictionary, p->where}, 0);
    if (f.storage == REEL__ARROW_LIST_VIEWS)
        return check_child(p, 0, 0);
    if (f.storage == REEL__ARROW_AS_IT_IS && (reel__arrow_is_list(f.kind) || reel__arrow_is_run(f.kind)))
        REEL__TRY(check_offsets(p, f.is_wide, &last));
    if (f.kind == REEL__ARROW_FIXED_LIST) {
        if (f.n && last > COUNT_MAX / (int64_t)f.n)
            return bad(p, "more values than can be counted", last);
        last *= f.n;
    }
    if (f.kind == REEL__ARROW_FIXED && last > COUNT_MAX / (int64_t)f.n)
        return bad(p, "more bytes than can be counted", last);
    if (f.kind == REEL__ARROW_UNION)
        last = 0;
    for (int64_t i = 0; i < a->n_children; i++)
        REEL__TRY(check_child(p, i, last));
    return REEL_OK;
}

static reel_status check_structure(const struct ArrowSchema *schema, const struct ArrowArray *array, const char *where) {
    if (!array || !array->release)
        return reel__fail(REEL_E_ARGUMENT, "%s: the Arrow array is %s", where, array ? "released" : "NULL");
    return check_part(&(part){schema, array, where}, 0);
}

reel_status reel__arrow_check(const reel__arrow_type *type, const struct ArrowSchema *schema, const struct ArrowArray *array, const char *where) {
    int64_t left = REEL__ARROW_DECODED_MAX;
    REEL__TRY(check_structure(schema, array, where));
    return reel__arrow_check_values(type, schema, array, where, &left);
}

reel_status reel__arrow_import(const struct ArrowSchema *schema, const struct ArrowArray *array, const char *where, reel__arrow_type **out) {
    int64_t left = REEL__ARROW_DECODED_MAX;
    return reel__arrow_import_within(schema, array, where, &left, out);
}

reel_status reel__arrow_import_within(const struct ArrowSchema *schema, const struct ArrowArray *array, const char *where, int64_t *left, reel__arrow_type **out) {
    reel__arrow_type *type;
    *out = NULL;
    REEL__TRY(reel__arrow_type_from_schema(schema, false, where, &type));
    reel_status status = check_structure(schema, array, where);
    if (status == REEL_OK && reel__arrow_has_nulls(schema, array, 0, array->length)) {
        reel__release(type);
        REEL__TRY(reel__arrow_type_from_schema(schema, true, where, &type));
    }
    if (status == REEL_OK)
        status = reel__arrow_check_values(type, schema, array, where, left);
    if (status != REEL_OK) {
        reel__release(type);
        return status;
    }
    *out = type;
    return REEL_OK;
}
