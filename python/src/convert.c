#include "convert.h"

#include <stdlib.h>
#include <string.h>

/* The plain data that an object of one of our own classes stands for; or the object itself. A new reference. */
static PyObject *plain(PyObject *data) {
    PyObject *value = PyFloat_Check(data) || PyLong_Check(data) || PyList_Check(data) || PyUnicode_Check(data) ? NULL : PyObject_GetAttrString(data, "_reel_");
    if (value)
        return value;
    PyErr_Clear();
    Py_INCREF(data);
    return data;
}

/* How numbers divide into values of so many: flat ones by their count, nested ones by their innermost lists. */
static int divide(const numbers *from, uint32_t size, const char *name, size_t *n) {
    if (from->n_dims >= 2 && size > 1 && from->n) {
        uint64_t inner = from->shape[from->n_dims - 1], inner2 = inner * from->shape[from->n_dims - 2];
        if (inner != size && inner2 != size && from->n != size) {
            PyErr_Format(PyExc_ValueError, "%s: values of %llu numbers were given, %u expected", name, (unsigned long long)inner, (unsigned)size);
            return -1;
        }
    }
    if (from->n % size) {
        PyErr_Format(PyExc_ValueError, "%s: %zu numbers were given, a multiple of %u expected", name, from->n, (unsigned)size);
        return -1;
    }
    *n = from->n / size;
    if (*n <= INT32_MAX)
        return 0;
    PyErr_Format(PyExc_ValueError, "%s: %zu values were given, at most %d are allowed", name, *n, INT32_MAX);
    return -1;
}

static int convert_numbers(batch *b, PyObject *data) {
    const kind *k = b->kind;
    numbers from;
    size_t n;
    if (numbers_from(data, k->number, &from) < 0)
        return -1;
    int result = divide(&from, k->size, k->name, &n);
    void *to = result == 0 ? batch_room(b, n * k->width) : NULL;
    if (to && (result = numbers_cast(from.data, from.type, from.n, to, k->number, k->name)) == 0) {
        b->values = to;
        b->n = (uint32_t)n;
    }
    numbers_free(&from);
    return to ? result : -1;
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

static int convert_in_python(batch *b, PyObject *data) {
    char name[80];
    snprintf(name, sizeof name, "convert_%s", b->kind->name);
    PyObject *f = py_support(name);
    if (!f) {
        if (!PyErr_ExceptionMatches(PyExc_AttributeError))
            return -1;
        PyErr_Clear();
        return convert_struct(b, data);
    }
    PyObject *plain_data = PyObject_CallFunctionObjArgs(f, data, NULL);
    Py_DECREF(f);
    int result = plain_data ? convert_struct(b, plain_data) : -1;
    Py_XDECREF(plain_data);
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
    if (!PyErr_ExceptionMatches(PyExc_TypeError) || b->form != FORM_PACKED || b->kind->conversion != CONVERT_PLAIN)
        return -1;
    PyErr_Clear();
    return convert_numbers(b, data);
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
            if (b->form != FORM_ARROW)
                return 0;
            Py_CLEAR(b->owner);
        }
    }
    if (!PyList_Check(given) && !PyTuple_Check(given) && !PyUnicode_Check(given) && has_arrow(given))
        return convert_arrow(b, given);
    PyObject *data = plain(given);
    int result;
    switch (b->kind->conversion) {
    case CONVERT_COLOR: result = convert_color(b, data); break;
    case CONVERT_ENUM: result = convert_enum(b, data); break;
    case CONVERT_IN_PYTHON: result = convert_in_python(b, data); break;
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
