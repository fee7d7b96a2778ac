/* Batches as Arrow arrays, and from them. */
#include "batch.h"

#include "arrow_tree.h"
#include "capsule.h"
#include "convert.h"

#include "../../src/arrow/arrow_import.h"
#include "../../src/arrow/arrow_words.h"
#include "../../src/base/alloc.h"

#include <string.h>

/* ---- out */

static void put_run(reel__buf streams[2], const void *data, size_t size) {
    reel__buf_u32(&streams[0], (uint32_t)size);
    reel__buf_put(&streams[1], data, size);
}

/* The streams of the forms that have two, or bools. */
static void gather(const batch *b, reel__buf streams[2]) {
    size_t points = 0;
    switch (b->form) {
    case FORM_BOOL: reel__buf_put(&streams[0], b->values, b->n); break;
    case FORM_TEXT:
        for (uint32_t i = 0; i < b->n; i++)
            put_run(streams, ((const char *const *)b->values)[i], strlen(((const char *const *)b->values)[i]));
        break;
    case FORM_BYTES:
        for (uint32_t i = 0; i < b->n; i++)
            put_run(streams, ((const reel_bytes *)b->values)[i].data, ((const reel_bytes *)b->values)[i].size);
        break;
    case FORM_STRIPS:
        for (uint32_t i = 0; i < b->n; i++)
            points += b->lengths[i];
        reel__buf_put(&streams[0], b->lengths, (size_t)b->n * 4);
        reel__buf_put(&streams[1], b->values, points * b->kind->width);
        break;
    default: break;
    }
}

static int export_values(batch *b, struct ArrowArray *array) {
    reel__buf streams[2] = {{0}};
    if (b->form == FORM_ARROW && b->array.release)
        return tree_share(&b->array, (PyObject *)b, array);
    if (b->form == FORM_PACKED)
        return tree_packed(b->kind->arrow, b->n, b->values, (PyObject *)b, array);
    if (b->form == FORM_ARROW) { /* empty */
        reel__buf none[REEL__ARROW_STREAMS_MAX] = {{0}};
        return tree_array(b->kind->arrow, 0, none, array);
    }
    gather(b, streams);
    int result = -1;
    if (streams[0].failed || streams[1].failed)
        PyErr_NoMemory();
    else
        result = tree_array(b->kind->arrow, b->n, streams, array);
    reel__buf_free(&streams[0]);
    reel__buf_free(&streams[1]);
    return result;
}

int batch_export(batch *b, struct ArrowSchema *schema, struct ArrowArray *array) {
    int result = b->schema.release ? tree_copy_schema(&b->schema, schema)
                 : b->kind         ? tree_schema(b->kind->arrow, "item", schema)
                                   : (PyErr_SetString(PyExc_ValueError, "a batch without a component is empty: it has no type"), -1);
    if (result == 0 && (result = export_values(b, array)) < 0)
        schema->release(schema);
    return result;
}

/* ---- in */

static bool fits(const reel__arrow_type *wanted, const reel__arrow_type *given) {
    bool same = wanted->n_nodes == given->n_nodes;
    for (uint16_t i = 0; same && i < wanted->n_nodes; i++)
        same = wanted->nodes[i].kind == given->nodes[i].kind && wanted->nodes[i].n == given->nodes[i].n;
    return same;
}

static int refuse_type(const kind *k, const struct ArrowSchema *given) {
    struct ArrowSchema wanted;
    reel__buf a = {0}, b = {0};
    if (tree_schema(k->arrow, "item", &wanted) < 0)
        return -1;
    reel__arrow_words(&a, &wanted);
    reel__arrow_words(&b, given);
    wanted.release(&wanted);
    reel__buf_u8(&a, 0);
    reel__buf_u8(&b, 0);
    PyErr_Format(PyExc_TypeError, "%s: an Arrow array of %s was given, %s expected", k->name, b.data ? (char *)b.data : "?", a.data ? (char *)a.data : "?");
    reel__buf_free(&a);
    reel__buf_free(&b);
    return -1;
}

/* Holds the array that the batch has taken over against its kind, and finds numbers where they stand. */
static int look(batch *b) {
    kind *k = b->kind;
    reel__arrow_type *type;
    char where[64];
    snprintf(where, sizeof where, "%s", k ? k->name : "values");
    if (b->array.length > INT32_MAX)
        return PyErr_Format(PyExc_ValueError, "%s: %lld values were given, at most %d are allowed", where, (long long)b->array.length, INT32_MAX), -1;
    reel_status status = reel__arrow_import(&b->schema, &b->array, where, &type);
    if (status != REEL_OK)
        return py_raise(status), -1;
    bool is_right = !k || fits(k->arrow, type);
    uint32_t bytes = 0;
    const void *flat = k && is_right && k->form == FORM_PACKED ? reel__arrow_flat(k->arrow, &b->schema, &b->array, &bytes) : NULL;
    reel__release(type);
    if (!is_right)
        return refuse_type(k, &b->schema);
    b->form = FORM_ARROW;
    b->n = (uint32_t)b->array.length;
    if (k && (status = reel__arrow_check(k->arrow, &b->schema, &b->array, where)) != REEL_OK)
        return py_raise(status), -1;
    if (flat && bytes == k->width && (uintptr_t)flat % number_bytes(k->number) == 0) {
        b->form = FORM_PACKED;
        b->values = flat;
    }
    return 0;
}

batch *batch_import(kind *k, struct ArrowSchema *schema, struct ArrowArray *array, PyTypeObject *type) {
    batch *b = batch_new(k, type);
    if (!b) {
        schema->release(schema);
        array->release(array);
        return NULL;
    }
    b->schema = *schema;
    b->array = *array;
    if (look(b) < 0)
        Py_CLEAR(b);
    return b;
}

/* The arrays of a stream as one. */
static int join_stream(struct ArrowArrayStream *stream, struct ArrowSchema *schema, struct ArrowArray *out) {
    reel__arrow_type *type = NULL;
    reel__buf streams[REEL__ARROW_STREAMS_MAX] = {{0}};
    size_t sizes[REEL__ARROW_STREAMS_MAX];
    uint8_t *at[REEL__ARROW_STREAMS_MAX];
    int64_t n = 0;
    *out = (struct ArrowArray){0};
    if (stream->get_schema(stream, schema) != 0)
        return PyErr_Format(PyExc_ValueError, "the Arrow stream gave no schema: %s", stream->get_last_error(stream) ? stream->get_last_error(stream) : "no reason"), -1;
    reel_status status = reel__arrow_type_from_schema(schema, true, "values", &type);
    while (status == REEL_OK) {
        struct ArrowArray array;
        if (stream->get_next(stream, &array) != 0) {
            PyErr_Format(PyExc_ValueError, "the Arrow stream broke off: %s", stream->get_last_error(stream) ? stream->get_last_error(stream) : "no reason");
            goto failed;
        }
        if (!array.release)
            break;
        if ((status = reel__arrow_check(type, schema, &array, "values")) == REEL_OK &&
            (status = reel__arrow_measure(type, schema, &array, 0, array.length, "values", sizes)) == REEL_OK) {
            for (uint16_t i = 0; i < type->n_streams; i++)
                at[i] = reel__buf_extend(&streams[i], sizes[i]), status = streams[i].failed ? REEL_E_NO_MEMORY : status;
            if (status == REEL_OK)
                reel__arrow_write(type, schema, &array, 0, array.length, at);
            n += array.length;
        }
        array.release(&array);
    }
    if (status != REEL_OK)
        py_raise(status);
    else if (tree_array(type, n, streams, out) == 0 && (schema->release(schema), tree_schema(type, "item", schema)) == 0)
        goto done;
failed:
    if (out->release)
        out->release(out);
    if (schema->release)
        schema->release(schema);
    *out = (struct ArrowArray){0};
done:
    for (int i = 0; i < REEL__ARROW_STREAMS_MAX; i++)
        reel__buf_free(&streams[i]);
    if (type)
        reel__release(type);
    return out->release ? 0 : -1;
}

/* Pictures of PIL are Arrow arrays, too, but without their shape: what has __array_interface__ is read by that. */
int has_arrow(PyObject *object) {
    int has = py_has(object, "__arrow_c_array__");
    if (!has)
        has = py_has(object, "__arrow_c_stream__");
    int is_picture = has > 0 ? py_has(object, "__array_interface__") : 0;
    return is_picture < 0 ? -1 : has && is_picture ? 0 : has;
}

batch *batch_import_object(kind *k, PyObject *object, PyTypeObject *type) {
    struct ArrowSchema schema;
    struct ArrowArray array;
    int is_array = py_has(object, "__arrow_c_array__");
    if (is_array < 0)
        return NULL;
    if (is_array)
        return capsule_take_array(object, &schema, &array) < 0 ? NULL : batch_import(k, &schema, &array, type);
    struct ArrowArrayStream stream;
    if (capsule_take_stream(object, &stream) < 0)
        return NULL;
    int result = join_stream(&stream, &schema, &array);
    stream.release(&stream);
    return result < 0 ? NULL : batch_import(k, &schema, &array, type);
}
