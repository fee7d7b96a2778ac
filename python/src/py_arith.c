/* Small sums over arrays, so that constructors written in Python need no numpy: what an array is, columns of it, and sums of two. */
#include "convert.h"
#include "py_arith.h"

#include <string.h>

static PyObject *shape_of(const numbers *n) {
    PyObject *sizes = PyTuple_New(n->n_dims);
    for (int i = 0; sizes && i < n->n_dims; i++) {
        PyObject *size = PyLong_FromUnsignedLongLong(n->shape[i]);
        if (!size || PyTuple_SetItem(sizes, i, size) < 0)
            Py_CLEAR(sizes);
    }
    return sizes;
}

static PyObject *array_shape(PyObject *self, PyObject *data) {
    (void)self;
    numbers n;
    if (numbers_from(data, REEL__ARROW_NULL, &n) < 0)
        return NULL;
    PyObject *sizes = shape_of(&n);
    numbers_free(&n);
    return sizes;
}

/* (type, shape, bytes): "uint8", (480, 640, 3), its numbers in row-major order. */
static PyObject *array_facts(PyObject *self, PyObject *data) {
    (void)self;
    numbers n;
    if (numbers_from(data, REEL__ARROW_NULL, &n) < 0)
        return NULL;
    PyObject *sizes = shape_of(&n);
    PyObject *result = sizes ? Py_BuildValue("(sNy#)", number_name(n.type), sizes, n.n ? n.data : "", (Py_ssize_t)(n.n * number_bytes(n.type))) : NULL;
    numbers_free(&n);
    return result;
}

/* n float32 of any numbers; NULL: exception set. */
static float *floats_of(numbers *n, PyObject *data, const char *what, PyObject **keep) {
    if (numbers_from(data, REEL__ARROW_F32, n) < 0)
        return NULL;
    *keep = PyBytes_FromStringAndSize(NULL, (Py_ssize_t)(n->n * sizeof(float)));
    float *to = *keep ? (float *)(void *)PyBytes_AsString(*keep) : NULL;
    if (to && numbers_cast(n->data, n->type, n->n, to, REEL__ARROW_F32, what) < 0)
        to = NULL;
    return to;
}

/* float32 bytes as a memoryview of floats, which is an array for every consumer. */
static PyObject *as_floats(PyObject *bytes) {
    PyObject *view = bytes ? PyMemoryView_FromObject(bytes) : NULL, *result = view ? PyObject_CallMethod(view, "cast", "s", "f") : NULL;
    Py_XDECREF(view);
    return result;
}

/* x * a + y * b in float32; b None: nothing is added; one of them may be a single value of `size` numbers for all of the other. */
static PyObject *combine(PyObject *self, PyObject *args) {
    (void)self;
    PyObject *a, *b, *keep_a = NULL, *keep_b = NULL, *sum = NULL;
    float x, y;
    unsigned int size;
    const char *what;
    if (!PyArg_ParseTuple(args, "OfOfIs", &a, &x, &b, &y, &size, &what))
        return NULL;
    numbers na = {0}, nb = {0};
    const float *fa = floats_of(&na, a, what, &keep_a), *fb = fa && b != Py_None ? floats_of(&nb, b, what, &keep_b) : NULL;
    size_t n = fb && (!na.n || !nb.n) ? 0 : na.n > nb.n || !fb ? na.n : nb.n; /* with none of one of them there is no sum */
    bool fits = fa && (b == Py_None || fb);
    if (fits && (!size || na.n % size || nb.n % size || (fb && na.n != nb.n && na.n != size && nb.n != size))) {
        PyErr_Format(PyExc_ValueError, "%s: %zu and %zu numbers do not go together: values of %u numbers, as many on both sides, expected", what, na.n, nb.n, size);
        fits = false;
    }
    sum = fits ? PyBytes_FromStringAndSize(NULL, (Py_ssize_t)(n * sizeof(float))) : NULL;
    float *to = sum ? (float *)(void *)PyBytes_AsString(sum) : NULL;
    for (size_t i = 0; to && i < n; i++)
        to[i] = x * fa[na.n == n ? i : i % size] + (fb ? y * fb[nb.n == n ? i : i % size] : 0);
    PyObject *result = as_floats(sum);
    numbers_free(&na);
    numbers_free(&nb);
    Py_XDECREF(keep_a);
    Py_XDECREF(keep_b);
    Py_XDECREF(sum);
    return result;
}

/* Columns (by index) of rows of `size` numbers, in float32. */
static PyObject *pick(PyObject *self, PyObject *args) {
    (void)self;
    PyObject *data, *columns, *keep = NULL, *picked = NULL, *result = NULL;
    unsigned int size;
    const char *what;
    if (!PyArg_ParseTuple(args, "OIO!s", &data, &size, &PyTuple_Type, &columns, &what))
        return NULL;
    numbers n = {0};
    const float *from = floats_of(&n, data, what, &keep);
    Py_ssize_t n_columns = PyTuple_Size(columns);
    if (from && (!size || n.n % size))
        PyErr_Format(PyExc_ValueError, "%s: %zu numbers were given, a multiple of %u expected", what, n.n, size);
    else if (from && (picked = PyBytes_FromStringAndSize(NULL, (Py_ssize_t)(n.n / size) * n_columns * (Py_ssize_t)sizeof(float)))) {
        float *to = (float *)(void *)PyBytes_AsString(picked);
        for (Py_ssize_t c = 0; c < n_columns && !PyErr_Occurred(); c++) {
            unsigned long column = PyLong_AsUnsignedLong(PyTuple_GetItem(columns, c));
            if (column >= size && !PyErr_Occurred())
                PyErr_Format(PyExc_ValueError, "%s: there is no column %lu of %u", what, column, size);
            for (size_t i = 0; column < size && i < n.n / size; i++)
                to[i * (size_t)n_columns + (size_t)c] = from[i * size + column];
        }
        result = PyErr_Occurred() ? NULL : as_floats(picked);
    }
    numbers_free(&n);
    Py_XDECREF(keep);
    Py_XDECREF(picked);
    return result;
}

/* The same numbers in one dimension, as a memoryview of their own type. */
static PyObject *flat(PyObject *self, PyObject *data) {
    (void)self;
    static const char *const formats[] = {[REEL__ARROW_U8] = "B", [REEL__ARROW_I8] = "b", [REEL__ARROW_U16] = "H", [REEL__ARROW_I16] = "h", [REEL__ARROW_U32] = "I", [REEL__ARROW_I32] = "i",
                                          [REEL__ARROW_U64] = "Q", [REEL__ARROW_I64] = "q", [REEL__ARROW_F16] = "e", [REEL__ARROW_F32] = "f", [REEL__ARROW_F64] = "d", [REEL__ARROW_BOOL] = "?"};
    numbers n;
    if (numbers_from(data, REEL__ARROW_NULL, &n) < 0)
        return NULL;
    if (!number_bytes(n.type)) { /* an empty Arrow array of texts, say */
        numbers_free(&n);
        return PyErr_Format(PyExc_TypeError, "%.200R holds no numbers", data);
    }
    PyObject *bytes = PyBytes_FromStringAndSize(n.data, (Py_ssize_t)(n.n * number_bytes(n.type))), *view = bytes ? PyMemoryView_FromObject(bytes) : NULL;
    PyObject *result = view ? PyObject_CallMethod(view, "cast", "s", formats[n.type]) : NULL;
    numbers_free(&n);
    Py_XDECREF(bytes);
    Py_XDECREF(view);
    return result;
}

/* What numpy's arrays of objects hold, as a list of lists. NULL without an exception: it is no such array. */
static PyObject *objects_of(PyObject *data) {
    PyObject *type, *letter = NULL, *items = NULL;
    if (!PySequence_Check(data) || py_find(data, "dtype", &type) <= 0)
        return NULL;
    if (py_find(type, "kind", &letter) > 0 && PyUnicode_Check(letter) && PyUnicode_CompareWithASCIIString(letter, "O") == 0)
        items = PyObject_CallMethod(data, "tolist", NULL);
    Py_DECREF(type);
    Py_XDECREF(letter);
    return items;
}

/* What stands in a list, tuple, set, dict or array of objects, as a tuple. NULL without an exception: it is none. */
static PyObject *items_of(PyObject *data) {
    if (PyFloat_Check(data) || PyLong_Check(data) || PyUnicode_Check(data) || PyBytes_Check(data))
        return NULL;
    if (PyList_Check(data) || PyTuple_Check(data) || PyAnySet_Check(data))
        return PySequence_Tuple(data);
    PyObject *values = PyDict_Check(data) ? PyDict_Values(data) : objects_of(data), *items = values ? PySequence_Tuple(values) : NULL;
    Py_XDECREF(values);
    return items;
}

/* Values below each other, no deeper than Arrow types go. What contains itself has no end, and pyarrow does not look for one. */
static int check_depth(PyObject *data, int depth) {
    enum { DEPTH_MAX = 32 };
    PyObject *items = items_of(data);
    int result = PyErr_Occurred() ? -1 : 0;
    if (items && depth == DEPTH_MAX) {
        PyErr_Format(PyExc_ValueError, "values are nested more than %d deep, or contain themselves", (int)DEPTH_MAX);
        result = -1;
    }
    for (Py_ssize_t i = 0, n = items ? PyTuple_Size(items) : 0; result == 0 && i < n; i++)
        result = check_depth(PyTuple_GetItem(items, i), depth + 1);
    Py_XDECREF(items);
    return result;
}

static PyObject *check_nesting(PyObject *self, PyObject *data) {
    (void)self;
    if (check_depth(data, 0) < 0)
        return NULL;
    Py_RETURN_NONE;
}

static PyMethodDef functions[] = {
    {"check_nesting", check_nesting, METH_O, "check_nesting(data, /)\n--\n\nRaises ValueError when lists, sets and dicts are nested too deep, or contain themselves."},
    {"flat", flat, METH_O, "flat(data, /)\n--\n\nThe numbers in one dimension."},
    {"array_shape", array_shape, METH_O, "array_shape(data, /)\n--\n\nThe shape of anything that holds numbers."},
    {"array_facts", array_facts, METH_O, "array_facts(data, /)\n--\n\n(type, shape, bytes) of anything that holds numbers."},
    {"combine", combine, METH_VARARGS, "combine(a, x, b, y, size, what, /)\n--\n\nx * a + y * b in float32."},
    {"pick", pick, METH_VARARGS, "pick(data, size, columns, what, /)\n--\n\nColumns of rows of so many numbers, in float32."},
    {NULL, NULL, 0, NULL},
};

int arith_init(PyObject *module) { return PyModule_AddFunctions(module, functions); }
