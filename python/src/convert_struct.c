/* Structs, lists and unions from plain Python data, as an Arrow type says: dicts or objects with attributes for structs, iterables for lists, {"Variant": value} or "Variant" for unions,
 * None for null. What needs more knowledge is made plain first, by reel._support.convert_<Component>. */
#include "convert.h"

#include "arrow_tree.h"

#include "../../src/arrow/ipc_write.h"

#include <string.h>

typedef struct build {
    const kind *kind;
    const reel__arrow_type *type;
    uint16_t first_stream[256]; /* per node */
    reel__buf streams[REEL__ARROW_STREAMS_MAX];
} build;

static int put(build *w, uint16_t at, PyObject *value, bool is_root);

static int refuse(const build *w, uint16_t at, const char *expected, PyObject *given) {
    PyErr_Format(PyExc_TypeError, "%s%s%s: %.100R was given, %s expected", w->kind->name, at ? ", " : "", at ? w->type->nodes[at].name : "", given, expected);
    return -1;
}

/* Where each node's streams begin. */
static void number_streams(build *w) {
    uint16_t stream = 0;
    for (uint16_t i = 0; i < w->type->n_nodes; i++) {
        const reel__arrow_node *node = &w->type->nodes[i];
        w->first_stream[i] = stream;
        stream = (uint16_t)(stream + (i == 0 ? w->type->root_nulls : reel__arrow_has_validity(node)));
        stream = (uint16_t)(stream + (reel__arrow_is_run(node->kind) ? 2 : node->kind != REEL__ARROW_STRUCT && node->kind != REEL__ARROW_FIXED_LIST));
    }
}

static uint16_t next_node(const build *w, uint16_t at) { return (uint16_t)(at + reel__arrow_subtree(&w->type->nodes[at])); }

/* What a struct has under a name: an item of a mapping, an attribute. NULL without an exception: nothing. */
static PyObject *member(PyObject *value, const char *name) {
    PyObject *found = PyDict_Check(value) ? PyMapping_GetItemString(value, name) : PyObject_GetAttrString(value, name);
    if (!found)
        py_forget(PyDict_Check(value) ? PyExc_KeyError : PyExc_AttributeError);
    return found;
}

static int put_struct(build *w, uint16_t at, PyObject *value) {
    uint16_t child = (uint16_t)(at + 1);
    bool in_order = (PyTuple_Check(value) || PyList_Check(value)) && PySequence_Size(value) == (Py_ssize_t)w->type->nodes[at].n;
    for (uint32_t i = 0; i < w->type->nodes[at].n; i++, child = next_node(w, child)) {
        PyObject *given = in_order ? PySequence_GetItem(value, (Py_ssize_t)i) : member(value, w->type->nodes[child].name);
        if (!given && PyErr_Occurred())
            return -1;
        if (!given && !w->type->nodes[child].nullable) {
            PyErr_Format(PyExc_TypeError, "%s: %.100R has no %s", w->kind->name, value, w->type->nodes[child].name);
            return -1;
        }
        int result = put(w, child, given ? given : Py_None, false);
        Py_XDECREF(given);
        if (result < 0)
            return -1;
    }
    return 0;
}

static int put_list(build *w, uint16_t at, PyObject *value, uint16_t stream) {
    const reel__arrow_node *item = &w->type->nodes[at + 1];
    reel__buf *lengths = &w->streams[stream];
    if (value == Py_None) { /* null */
        reel__buf_u32(lengths, 0);
        return 0;
    }
    if (number_bytes(item->kind) && item->kind != REEL__ARROW_BOOL && !reel__arrow_has_validity(item)) {
        numbers from;
        if (numbers_from(value, item->kind, &from) < 0)
            return -1;
        reel__buf_u32(lengths, (uint32_t)from.n);
        reel__buf *items = &w->streams[w->first_stream[at + 1]];
        if (from.n > INT32_MAX || items->size + from.n * number_bytes(item->kind) > INT32_MAX) {
            PyErr_Format(PyExc_ValueError, "%s: %zu numbers were given, at most %d bytes are allowed", w->kind->name, from.n, INT32_MAX);
            numbers_free(&from);
            return -1;
        }
        uint8_t *to = reel__buf_extend(items, from.n * number_bytes(item->kind));
        int result = !to && from.n ? (PyErr_NoMemory(), -1) : numbers_cast(from.data, from.type, from.n, to, item->kind, w->kind->name);
        numbers_free(&from);
        return result;
    }
    if (PyUnicode_Check(value))
        return refuse(w, at, "a list", value);
    PyObject *list = list_of(value);
    if (!list)
        return py_forget(PyExc_TypeError) ? refuse(w, at, "a list", value) : -1;
    Py_ssize_t n = PyList_Size(list);
    reel__buf_u32(lengths, (uint32_t)n);
    int result = 0;
    for (Py_ssize_t i = 0; result == 0 && i < n; i++)
        result = put(w, (uint16_t)(at + 1), PyList_GetItem(list, i), false);
    Py_DECREF(list);
    return result;
}

static int put_variant(build *w, uint16_t at, PyObject *name, PyObject *payload) {
    const char *text = py_text(name, w->kind->name);
    uint16_t child = (uint16_t)(at + 1);
    if (!text)
        return -1;
    for (uint32_t i = 0; i < w->type->nodes[at].n; i++, child = next_node(w, child))
        if (strcmp(w->type->nodes[child].name, text) == 0) {
            reel__buf_u8(&w->streams[w->first_stream[at]], (uint8_t)i);
            return put(w, child, payload, false);
        }
    return refuse(w, at, "the name of a variant", name);
}

static int put_union(build *w, uint16_t at, PyObject *value) {
    if (value == Py_None) {
        reel__buf_u8(&w->streams[w->first_stream[at]], 0);
        return put(w, (uint16_t)(at + 1), Py_None, false);
    }
    if (PyUnicode_Check(value))
        return put_variant(w, at, value, Py_None);
    PyObject *key, *payload;
    Py_ssize_t position = 0;
    if (PyDict_Check(value) && PyDict_Size(value) == 1 && PyDict_Next(value, &position, &key, &payload))
        return put_variant(w, at, key, payload);
    return refuse(w, at, "{variant: value}", value);
}

static int put_text(build *w, uint16_t at, PyObject *value) {
    uint16_t stream = (uint16_t)(w->first_stream[at] + (at ? reel__arrow_has_validity(&w->type->nodes[at]) : w->type->root_nulls));
    PyObject *text = value == Py_None ? PyUnicode_FromString("") : PyObject_Str(value);
    Py_ssize_t size;
    const char *utf8 = text ? PyUnicode_AsUTF8AndSize(text, &size) : NULL;
    if (utf8) {
        reel__buf_u32(&w->streams[stream], (uint32_t)size);
        reel__buf_put(&w->streams[stream + 1], utf8, (size_t)size);
    }
    Py_XDECREF(text);
    return utf8 ? 0 : -1;
}

/* Numbers of one value: one, or those of a fixed-size list. */
static int put_numbers(build *w, uint16_t at, PyObject *value, uint16_t stream, uint32_t n) {
    const reel__arrow_node *node = &w->type->nodes[at];
    uint64_t zeros[16] = {0};
    if (value == Py_None && n <= 16) {
        reel__buf_put(&w->streams[stream], zeros, n * number_bytes(node->kind));
        return 0;
    }
    numbers from;
    if (numbers_from(value, node->kind, &from) < 0)
        return -1;
    int result = -1;
    uint8_t *to = from.n == n ? reel__buf_extend(&w->streams[stream], (size_t)n * number_bytes(node->kind)) : NULL;
    if (from.n != n)
        PyErr_Format(PyExc_ValueError, "%s, %s: %zu numbers were given, %u expected", w->kind->name, node->name, from.n, (unsigned)n);
    else if (to)
        result = numbers_cast(from.data, from.type, n, to, node->kind, w->kind->name);
    else
        PyErr_NoMemory();
    numbers_free(&from);
    return result;
}

static int put_binary(build *w, uint16_t stream, PyObject *value) {
    char *data = "";
    Py_ssize_t size = 0;
    if (value != Py_None && PyBytes_AsStringAndSize(value, &data, &size) < 0)
        return -1;
    reel__buf_u32(&w->streams[stream], (uint32_t)size);
    reel__buf_put(&w->streams[stream + 1], data, (size_t)size);
    return size <= INT32_MAX ? 0 : (PyErr_SetString(PyExc_OverflowError, "more than 2 GiB of bytes were given"), -1);
}

/* Times and dates as the integers they stand for. */
static int put_time(build *w, uint16_t at, PyObject *value, uint16_t stream) {
    const reel__arrow_node *node = &w->type->nodes[at];
    int64_t i = value == Py_None ? 0 : PyLong_AsLongLong(value);
    int32_t days = (int32_t)i;
    if ((i == -1 && PyErr_Occurred()) || (node->n != 8 && node->n != 4))
        return -1;
    reel__buf_put(&w->streams[stream], node->n == 8 ? (const void *)&i : &days, node->n);
    return 0;
}

static int put(build *w, uint16_t at, PyObject *given, bool is_root) {
    const reel__arrow_node *node = &w->type->nodes[at];
    uint16_t stream = w->first_stream[at];
    bool has_validity = is_root ? w->type->root_nulls : reel__arrow_has_validity(node);
    Py_INCREF(given); /* to ask for an attribute may run code that takes it out of its list or mapping */
    PyObject *value;
    int has = given == Py_None ? 0 : py_find(given, "_reel_", &value);
    if (has)
        Py_DECREF(given);
    else
        value = given;
    if (has < 0)
        return -1;
    if (has_validity)
        reel__buf_u8(&w->streams[stream++], value != Py_None);
    int result;
    if (value == Py_None && !has_validity && !reel__arrow_is_union(node->kind) && node->kind != REEL__ARROW_NULL)
        result = refuse(w, at, "a value", value);
    else
        switch (node->kind) {
        case REEL__ARROW_STRUCT: result = put_struct(w, at, value); break;
        case REEL__ARROW_LIST: result = put_list(w, at, value, stream); break;
        case REEL__ARROW_UNION: result = put_union(w, at, value); break;
        case REEL__ARROW_UTF8: result = put_text(w, at, value); break;
        case REEL__ARROW_BINARY: result = put_binary(w, stream, value); break;
        case REEL__ARROW_FIXED: result = put_time(w, at, value, stream); break;
        case REEL__ARROW_NULL: reel__buf_u8(&w->streams[stream], 0), result = 0; break;
        case REEL__ARROW_FIXED_LIST: result = put_numbers(w, (uint16_t)(at + 1), value, w->first_stream[at + 1], node->n); break;
        default: result = put_numbers(w, at, value, stream, 1); break;
        }
    Py_DECREF(value);
    return result;
}

/* One value or a list of values: a list where a struct can be none, and every other iterable but mappings. */
int convert_struct(batch *b, PyObject *data) {
    build w = {.kind = b->kind, .type = b->kind->arrow};
    PyObject *list = PyList_Check(data) ? (Py_INCREF(data), data) : NULL;
    if (!list && (list = PyList_New(1))) {
        Py_INCREF(data);
        PyList_SetItem(list, 0, data);
    }
    if (!list)
        return -1;
    number_streams(&w);
    Py_ssize_t n = PyList_Size(list);
    int result = 0;
    bool failed = false;
    for (Py_ssize_t i = 0; result == 0 && i < n; i++)
        result = put(&w, 0, PyList_GetItem(list, i), true);
    for (int i = 0; i < REEL__ARROW_STREAMS_MAX; i++)
        failed = failed || w.streams[i].failed;
    if (result == 0 && failed)
        PyErr_NoMemory(), result = -1;
    if (result == 0 && (result = tree_array(w.type, n, w.streams, &b->array)) == 0 && (result = tree_schema(w.type, "item", &b->schema)) < 0) {
        b->array.release(&b->array);
        b->array.release = NULL;
    }
    for (int i = 0; i < REEL__ARROW_STREAMS_MAX; i++)
        reel__buf_free(&w.streams[i]);
    Py_DECREF(list);
    b->n = result == 0 ? (uint32_t)n : 0;
    return result;
}
