#include "convert.h"

#include <stdlib.h>
#include <string.h>

/* Whether an object is what it is: to ask one for an attribute that it does not have costs more than to convert it. */
static bool is_plain(PyObject *data) {
    return PyFloat_Check(data) || PyLong_Check(data) || PyList_Check(data) || PyUnicode_Check(data) || PyTuple_CheckExact(data) || PyObject_CheckBuffer(data);
}

/* The plain data that an object of one of our own classes stands for; or the object itself. A new reference; NULL: exception set. */
static PyObject *plain(PyObject *data) {
    PyObject *value;
    int has = is_plain(data) ? 0 : py_find(data, "_reel_", &value);
    return has < 0 ? NULL : has ? value : Py_NewRef(data);
}

/* "(5,)": a shape as Python writes it. */
static void dims_text(const numbers *from, char *out, size_t size) {
    size_t at = (size_t)snprintf(out, size, "(");
    for (int i = 0; i < from->n_dims && at < size; i++)
        at += (size_t)snprintf(out + at, size - at, "%s%llu%s", i ? ", " : "", (unsigned long long)from->shape[i], from->n_dims == 1 ? "," : "");
    if (at < size)
        snprintf(out + at, size - at, ")");
}

/* The last dimension but the first that is not 1; 1: there is none. */
static uint64_t inner_of(const numbers *from) {
    for (int i = from->n_dims - 1; i > 0; i--)
        if (from->shape[i] != 1)
            return from->shape[i];
    return 1;
}

/* How numbers divide into values of so many: flat ones by their count, nested ones by their innermost lists. */
static int divide(const numbers *from, const kind *k, size_t *n) {
    char dims[160];
    uint64_t last = from->n_dims ? from->shape[from->n_dims - 1] : 1;
    bool fits;
    if (k->size == 1 || from->n == 0)
        fits = true;
    else if (k->arrow->nodes[1].kind == REEL__ARROW_FIXED_LIST) /* spherical harmonics: 15 times 3 numbers, or all 45 in a row */
        fits = from->n % k->size == 0 && (from->n_dims <= 1 || last == k->size || (last == k->arrow->nodes[1].n && from->shape[from->n_dims - 2] == k->arrow->nodes[0].n));
    else
        fits = from->n_dims <= 1 ? from->n % k->size == 0 : inner_of(from) == k->size && from->n % k->size == 0;
    if (!fits) {
        dims_text(from, dims, sizeof dims);
        PyErr_Format(PyExc_ValueError, "Expected either a flat array with a length multiple of %u elements, or an array with shape (`num_elements`, %u). Shape of passed array was %s.", (unsigned)k->size,
                     (unsigned)k->size, dims);
        return -1;
    }
    *n = from->n / k->size;
    if (*n <= INT32_MAX)
        return 0;
    PyErr_Format(PyExc_ValueError, "%s: %zu values were given, at most %d are allowed", k->name, *n, INT32_MAX);
    return -1;
}

static int spread(batch *b, const numbers *from) {
    const kind *k = b->kind;
    uint8_t *to = batch_room(b, k->width);
    if (!to || numbers_cast(from->data, from->type, 1, to, k->number, k->name) < 0)
        return -1;
    for (uint8_t i = 1; i < k->size; i++)
        memcpy(to + i * number_bytes(k->number), to, number_bytes(k->number));
    b->values = to;
    b->n = 1;
    return 0;
}

static int put_numbers(batch *b, const numbers *from) {
    const kind *k = b->kind;
    size_t n;
    if (k->spreads && from->n == 1)
        return spread(b, from);
    if (divide(from, k, &n) < 0)
        return -1;
    if (from->type == k->number && numbers_share(b, from)) {
        b->n = (uint32_t)n;
        return 0;
    }
    void *to = batch_room(b, n * k->width);
    if (!to || numbers_cast(from->data, from->type, from->n, to, k->number, k->name) < 0)
        return -1;
    b->values = to;
    b->n = (uint32_t)n;
    return 0;
}

static int convert_numbers(batch *b, PyObject *data) {
    numbers from;
    if (numbers_from(data, b->kind->number, &from) < 0)
        return -1;
    int result = put_numbers(b, &from);
    numbers_free(&from);
    return result;
}

/* ---- matrices: rows are given, columns are kept */

static void transpose(float *m, uint32_t side) {
    for (uint32_t row = 0; row < side; row++)
        for (uint32_t column = row + 1; column < side; column++) {
            float value = m[row * side + column];
            m[row * side + column] = m[column * side + row];
            m[column * side + row] = value;
        }
}

static int put_matrix(float *to, PyObject *data, const kind *k) {
    unsigned side = k->size == 16 ? 4 : 3;
    numbers from;
    if (numbers_from(data, k->number, &from) < 0)
        return -1;
    int result = from.n == k->size ? numbers_cast(from.data, from.type, from.n, to, k->number, k->name)
                                   : (PyErr_Format(PyExc_ValueError, "cannot reshape array of size %zu into shape (%u,%u)", from.n, side, side), -1);
    numbers_free(&from);
    if (result == 0)
        transpose(to, side);
    return result;
}

/* Matrices side by side, each in a form of its own. */
static int convert_matrix_list(batch *b, PyObject *list) {
    PyObject *items = PySequence_Tuple(list); /* it may change while its items are looked at, or lie about its length */
    Py_ssize_t n = items ? PyTuple_Size(items) : 0;
    float *to = !items || n > INT32_MAX ? NULL : batch_room(b, (size_t)n * b->kind->width);
    int result = to ? 0 : PyErr_Occurred() ? -1 : (PyErr_NoMemory(), -1);
    for (Py_ssize_t i = 0; result == 0 && i < n; i++)
        result = put_matrix(to + i * b->kind->size, PyTuple_GetItem(items, i), b->kind);
    Py_XDECREF(items);
    if (result < 0)
        return -1;
    b->values = to;
    b->n = (uint32_t)n;
    return 0;
}

static int convert_matrix(batch *b, PyObject *data) {
    const kind *k = b->kind;
    uint32_t side = k->size == 16 ? 4 : 3;
    bool is_list = PyList_Check(data) || PyTuple_Check(data);
    numbers from;
    if (numbers_from(data, k->number, &from) < 0) {
        return is_list && py_forget(PyExc_ValueError) ? convert_matrix_list(b, data) : -1;
    }
    int dims = from.n_dims;
    bool one = from.n == k->size || from.n == 0, many = dims >= 2 && (from.shape[dims - 1] == k->size || (dims >= 3 && from.shape[dims - 1] == side && from.shape[dims - 2] == side));
    int result = -1;
    if ((one || many) && from.n / k->size <= INT32_MAX) {
        size_t n = from.n / k->size;
        float *to = batch_room(b, n * k->width); /* a copy in any case: it is turned round */
        if (to && (result = numbers_cast(from.data, from.type, from.n, to, k->number, k->name)) == 0) {
            for (size_t i = 0; i < n; i++)
                transpose(to + i * k->size, side);
            b->values = to;
            b->n = (uint32_t)n;
        }
    } else {
        PyErr_Format(PyExc_ValueError, "cannot reshape array of size %zu into shape (%u,%u)", from.n, (unsigned)side, (unsigned)side);
    }
    numbers_free(&from);
    return result;
}

/* A float or an int for a scalar: what is logged most often. 1: it was one. */
static int convert_one(batch *b, PyObject *data) {
    const kind *k = b->kind;
    double d = 0;
    int64_t i = 0;
    if (k->size != 1 || (k->number != REEL__ARROW_F64 && k->number != REEL__ARROW_F32))
        return 0;
    if (PyFloat_Check(data)) {
        d = PyFloat_AsDouble(data);
    } else if (PyLong_Check(data) && !PyBool_Check(data)) {
        int overflow;
        i = PyLong_AsLongLongAndOverflow(data, &overflow);
        if (overflow)
            return 0;
        d = (double)i;
    } else {
        return 0;
    }
    float f = (float)d;
    memcpy(b->small, k->number == REEL__ARROW_F64 ? (void *)&d : (void *)&f, k->width);
    b->values = b->small;
    b->n = 1;
    return 1;
}

/* What is made of structs. _support.struct_values(name, data) gives a list of values that convert_struct understands; dicts, and objects of our own classes for structs, need no such help. */
static int convert_in_python(batch *b, PyObject *data) {
    const reel__arrow_node *nodes = b->kind->arrow->nodes;
    PyObject *values = NULL;
    int is_struct = nodes->kind != REEL__ARROW_STRUCT ? 0 : PyDict_Check(data) ? 1 : py_has(data, "_reel_struct_");
    if (is_struct > 0 && !PyDict_Check(data))
        is_struct = py_has(data, nodes[1].name);
    if (is_struct < 0)
        return -1;
    if (is_struct) {
        if ((values = PyList_New(1))) {
            Py_INCREF(data);
            PyList_SetItem(values, 0, data);
        }
    } else {
        PyObject *f = py_support("struct_values");
        values = f ? PyObject_CallFunction(f, "sO", b->kind->component_type, data) : NULL;
        Py_XDECREF(f);
    }
    int result = values ? convert_struct(b, values) : -1;
    Py_XDECREF(values);
    return result;
}

static int take_over(batch *b, PyObject *data) {
    batch *other = batch_import_object(b->kind, data, py.batch_type);
    if (!other)
        return -1;
    b->form = other->form;
    b->n = other->n;
    b->values = other->values;
    b->schema = other->schema;
    b->array = other->array;
    other->schema.release = NULL;
    other->array.release = NULL;
    Py_DECREF(other);
    return 0;
}

/* Arrow data of the very type is taken as it is; of another one only for numbers, which are cast. */
static int convert_arrow(batch *b, PyObject *data) {
    if (take_over(b, data) == 0)
        return 0;
    return b->form == FORM_PACKED && b->kind->conversion == CONVERT_PLAIN && py_forget(PyExc_TypeError) ? convert_numbers(b, data) : -1;
}

int convert(batch *b, PyObject *given) {
    if (b->kind->form == FORM_PACKED && b->kind->conversion == CONVERT_PLAIN) {
        int done = convert_one(b, given);
        if (done)
            return 0;
    }
    if (batch_check(given) ? ((batch *)given)->kind != NULL : false) {
        batch *other = (batch *)given;
        if (other->kind->arrow == b->kind->arrow && other->form == b->form) { /* of another component with the same type: a Vec3D for a Position3D */
            Py_INCREF(given);
            b->owner = given;
            b->n = other->n;
            b->values = other->values;
            b->lengths = other->lengths;
            b->is_failed = other->is_failed;
            if (b->form != FORM_ARROW)
                return 0;
            Py_CLEAR(b->owner);
        }
    }
    int is_arrow = is_plain(given) ? 0 : has_arrow(given);
    if (is_arrow)
        return is_arrow < 0 ? -1 : convert_arrow(b, given);
    PyObject *data = plain(given);
    int result;
    if (!data)
        return -1;
    switch (b->kind->conversion) {
    case CONVERT_COLOR: result = convert_color(b, data); break;
    case CONVERT_ENUM: result = convert_enum(b, data); break;
    case CONVERT_IN_PYTHON: result = convert_in_python(b, data); break;
    case CONVERT_MATRIX: result = convert_matrix(b, data); break;
    case CONVERT_VIEW_DIRS: case CONVERT_UUID: {
        PyObject *f = py_support(b->kind->conversion == CONVERT_UUID ? "uuid_bytes" : "view_directions"), *plain_data = f ? PyObject_CallFunctionObjArgs(f, data, NULL) : NULL;
        Py_XDECREF(f);
        result = plain_data ? convert_numbers(b, plain_data) : -1;
        Py_XDECREF(plain_data);
        break;
    }
    default:
        switch (b->kind->form) {
        case FORM_BOOL: result = convert_bools(b, data); break;
        case FORM_TEXT: result = convert_text(b, data); break;
        case FORM_BYTES: result = convert_bytes(b, data); break;
        case FORM_STRIPS: result = convert_strips(b, data); break;
        default: result = convert_numbers(b, data); break;
        }
    }
    Py_DECREF(data);
    return result;
}
