/* Batches and archetypes as what pickle can keep: a batch as the bytes of its values (src/arrow/arrow_type.h says how they are arranged), an archetype as its batches.
 * Batches of no component, whose type is any of Arrow's, go as arrays of pyarrow. */
#include "py_pickle.h"

#include "arrow_tree.h"

#include "../../src/arrow/arrow_import.h"
#include "../../src/arrow/ipc_write.h"

#include <string.h>

static PyObject *restore_batch_function, *restore_archetype_function;

/* (function, arguments, state): the state is what __getstate__ says, a class's own or object's: None unless a program's class adds attributes. */
static PyObject *reduced(PyObject *function, PyObject *self, PyObject *arguments) {
    PyObject *state = arguments ? PyObject_CallMethod(self, "__getstate__", NULL) : NULL;
    PyObject *result = state ? PyTuple_Pack(3, function, arguments, state) : NULL;
    Py_XDECREF(arguments);
    Py_XDECREF(state);
    return result;
}

/* ---- batches */

/* The streams of n values as a tuple of bytes. */
static PyObject *streams_of(const reel__arrow_type *type, const struct ArrowSchema *schema, const struct ArrowArray *array) {
    size_t sizes[REEL__ARROW_STREAMS_MAX] = {0};
    uint8_t *at[REEL__ARROW_STREAMS_MAX];
    reel_status status = reel__arrow_measure(type, schema, array, 0, array->length, "values", sizes);
    if (status != REEL_OK)
        return py_raise(status);
    PyObject *streams = PyTuple_New(type->n_streams);
    for (uint16_t i = 0; streams && i < type->n_streams; i++) {
        PyObject *bytes = PyBytes_FromStringAndSize(NULL, (Py_ssize_t)sizes[i]);
        at[i] = (uint8_t *)(bytes ? PyBytes_AsString(bytes) : NULL);
        if (!bytes || PyTuple_SetItem(streams, i, bytes) < 0)
            Py_CLEAR(streams);
    }
    if (streams)
        reel__arrow_write(type, schema, array, 0, array->length, at);
    return streams;
}

PyObject *batch_reduce(PyObject *self, PyObject *ignored) {
    (void)ignored;
    batch *b = (batch *)self;
    PyObject *values;
    if (b->kind) {
        struct ArrowSchema schema;
        struct ArrowArray array;
        if (batch_export(b, &schema, &array) < 0)
            return NULL;
        values = streams_of(b->kind->arrow, &schema, &array);
        array.release(&array);
        schema.release(&schema);
    } else {
        PyObject *f = py_support("arrow_array");
        values = f ? PyObject_CallFunctionObjArgs(f, self, NULL) : NULL;
        Py_XDECREF(f);
    }
    return reduced(restore_batch_function, self, values ? Py_BuildValue("(OnNO)", (PyObject *)Py_TYPE(self), (Py_ssize_t)b->n, values, b->is_failed ? Py_True : Py_False) : NULL);
}

typedef struct walk {
    const reel__arrow_node *nodes;
    const reel__buf *streams;
    uint16_t node, stream;
} walk;

static bool has_size(const reel__buf *stream, int64_t n, size_t width) { return n >= 0 && n <= INT32_MAX && stream->size == (size_t)n * width; }

/* The lengths of n lists or texts; *total: their sum. */
static bool has_lengths(const reel__buf *stream, int64_t n, int64_t *total) {
    *total = 0;
    if (!has_size(stream, n, 4))
        return false;
    for (int64_t i = 0; i < n && *total <= INT32_MAX; i++) {
        uint32_t length;
        memcpy(&length, stream->data + 4 * i, 4);
        *total += length;
    }
    return *total <= INT32_MAX;
}

/* Whether the streams of the node at w are as long as n values need; moves w behind it. */
static bool fits(walk *w, int64_t n, bool has_validity) {
    const reel__arrow_node *node = &w->nodes[w->node++];
    int64_t counts[16] = {0}, total = n;
    bool ok = n >= 0 && n <= INT32_MAX && (!has_validity || has_size(&w->streams[w->stream++], n, 1));
    const reel__buf *own = &w->streams[w->stream];
    w->stream = (uint16_t)(w->stream + reel__arrow_own_streams(node));
    switch (node->kind) {
    case REEL__ARROW_STRUCT: break;
    case REEL__ARROW_FIXED_LIST: total = n * node->n; break;
    case REEL__ARROW_LIST: ok = ok && has_lengths(own, n, &total); break;
    case REEL__ARROW_UTF8: case REEL__ARROW_BINARY: return ok && has_lengths(own, n, &total) && own[1].size == (size_t)total;
    case REEL__ARROW_UNION:
        ok = ok && node->n <= 16 && has_size(own, n, 1);
        for (int64_t i = 0; ok && i < n; i++)
            ok = own->data[i] < node->n && ++counts[own->data[i]];
        break;
    case REEL__ARROW_NULL: case REEL__ARROW_BOOL: return ok && has_size(own, n, 1);
    default: return ok && has_size(own, n, reel__arrow_width(node->kind));
    }
    for (uint32_t i = 0, children = reel__arrow_children(node); ok && i < children; i++)
        ok = fits(w, node->kind == REEL__ARROW_UNION ? counts[i] : total, reel__arrow_has_validity(&w->nodes[w->node]));
    return ok;
}

batch *batch_from_streams(kind *k, PyTypeObject *type, int64_t n, reel__buf *streams) {
    walk w = {.nodes = k->arrow->nodes, .streams = streams};
    struct ArrowSchema schema;
    struct ArrowArray array;
    if (!fits(&w, n, k->arrow->root_nulls)) {
        PyErr_Format(PyExc_ValueError, "%s: these are not the bytes of %lld values", k->name, (long long)n);
        return NULL;
    }
    if (tree_array(k->arrow, n, streams, &array) < 0)
        return NULL;
    if (tree_schema(k->arrow, "item", &schema) < 0) {
        array.release(&array);
        return NULL;
    }
    return batch_import(k, &schema, &array, type);
}

/* The bytes of a tuple, not copied. */
static batch *from_tuple(kind *k, PyTypeObject *type, Py_ssize_t n, PyObject *values) {
    reel__buf streams[REEL__ARROW_STREAMS_MAX] = {{0}};
    if (!PyTuple_Check(values) || PyTuple_Size(values) != k->arrow->n_streams) {
        PyErr_Format(PyExc_TypeError, "%s: a tuple of %u bytes objects expected", k->name, (unsigned)k->arrow->n_streams);
        return NULL;
    }
    for (uint16_t i = 0; i < k->arrow->n_streams; i++) {
        char *data;
        Py_ssize_t size;
        if (PyBytes_AsStringAndSize(PyTuple_GetItem(values, i), &data, &size) < 0)
            return NULL;
        streams[i].data = (uint8_t *)data;
        streams[i].size = (size_t)size;
    }
    return batch_from_streams(k, type, n, streams);
}

static PyObject *restore_batch(PyObject *self, PyObject *args) {
    (void)self;
    PyObject *type, *values;
    Py_ssize_t n;
    int is_failed;
    if (!PyArg_ParseTuple(args, "O!nOp:_restore_batch", &PyType_Type, &type, &n, &values, &is_failed))
        return NULL;
    if (!PyType_IsSubtype((PyTypeObject *)type, py.batch_type))
        return PyErr_Format(PyExc_TypeError, "%R is no class of batches", type);
    kind *k = batch_kind_of((PyTypeObject *)type);
    batch *b = k ? from_tuple(k, (PyTypeObject *)type, n, values) : batch_import_object(NULL, values, (PyTypeObject *)type);
    if (b)
        b->is_failed = is_failed;
    return (PyObject *)b;
}

/* ---- archetypes */

PyObject *archetype_reduce(PyObject *self, PyObject *ignored) {
    (void)ignored;
    const shape *s = ((archetype *)self)->shape;
    PyObject *fields = PyDict_New();
    for (uint32_t i = 0; fields && s && i < s->table->n_fields; i++) {
        PyObject *b = (PyObject *)((archetype *)self)->fields[i];
        if (b && PyDict_SetItem(fields, s->names[i], b) < 0)
            Py_CLEAR(fields);
    }
    return reduced(restore_archetype_function, self, fields ? Py_BuildValue("(ON)", (PyObject *)Py_TYPE(self), fields) : NULL);
}

/* An object of the class with these batches; its __init__ is not called. */
static PyObject *restore_archetype(PyObject *self, PyObject *args) {
    (void)self;
    PyObject *type, *fields;
    if (!PyArg_ParseTuple(args, "O!O!:_restore_archetype", &PyType_Type, &type, &PyDict_Type, &fields))
        return NULL;
    if (!PyType_IsSubtype((PyTypeObject *)type, py.archetype_type))
        return PyErr_Format(PyExc_TypeError, "%R is no class of archetypes", type);
    return archetype_restored((PyTypeObject *)type, fields);
}

static PyMethodDef functions[] = {
    {"_restore_batch", restore_batch, METH_VARARGS, "_restore_batch(cls, n, values, is_failed, /)\n--\n\nA batch as it was pickled."},
    {"_restore_archetype", restore_archetype, METH_VARARGS, "_restore_archetype(cls, fields, /)\n--\n\nAn archetype as it was pickled."},
    {NULL, NULL, 0, NULL},
};

int pickle_init(PyObject *module) {
    if (PyModule_AddFunctions(module, functions) < 0)
        return -1;
    restore_batch_function = PyObject_GetAttrString(module, "_restore_batch");
    restore_archetype_function = PyObject_GetAttrString(module, "_restore_archetype");
    return restore_batch_function && restore_archetype_function ? 0 : -1;
}
