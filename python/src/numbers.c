/* Numbers from whatever holds some. */
#include "convert.h"

#include "capsule.h"

#include "../../src/arrow/arrow_import.h"
#include "../../src/base/alloc.h"
#include "../../src/base/buf.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

uint32_t number_bytes(uint8_t type) {
    static const uint8_t bytes[] = {[REEL__ARROW_U8] = 1, [REEL__ARROW_I8] = 1, [REEL__ARROW_U16] = 2, [REEL__ARROW_I16] = 2, [REEL__ARROW_U32] = 4, [REEL__ARROW_I32] = 4,
                                    [REEL__ARROW_U64] = 8, [REEL__ARROW_I64] = 8, [REEL__ARROW_F16] = 2, [REEL__ARROW_F32] = 4, [REEL__ARROW_F64] = 8, [REEL__ARROW_BOOL] = 1};
    return type < sizeof bytes ? bytes[type] : 0;
}

const char *number_name(uint8_t type) {
    static const char *const names[] = {[REEL__ARROW_U8] = "uint8", [REEL__ARROW_I8] = "int8", [REEL__ARROW_U16] = "uint16", [REEL__ARROW_I16] = "int16", [REEL__ARROW_U32] = "uint32",
                                        [REEL__ARROW_I32] = "int32", [REEL__ARROW_U64] = "uint64", [REEL__ARROW_I64] = "int64", [REEL__ARROW_F16] = "float16",
                                        [REEL__ARROW_F32] = "float32", [REEL__ARROW_F64] = "float64", [REEL__ARROW_BOOL] = "bool"};
    return type < sizeof names / sizeof *names && names[type] ? names[type] : "something else";
}

int is_integer(PyObject *object) {
    int is_array = PyLong_Check(object) || !PyIndex_Check(object) ? 0 : py_has(object, "__len__");
    return is_array < 0 ? -1 : PyIndex_Check(object) && !is_array;
}

PyObject *list_of(PyObject *object) {
    int is_many = py_has(object, "__iter__"); /* what has __getitem__ alone may never end */
    if (is_many)
        return is_many < 0 ? NULL : PySequence_List(object);
    return PyErr_Format(PyExc_TypeError, "%.200R is no list", object);
}

static bool is_float(uint8_t type) { return type == REEL__ARROW_F16 || type == REEL__ARROW_F32 || type == REEL__ARROW_F64; }

/* ---- casting */

static float half_to_float(uint16_t h) {
    uint32_t sign = (uint32_t)(h & 0x8000) << 16, exponent = h >> 10 & 31, mantissa = h & 1023, bits;
    float value;
    if (exponent == 0) { /* zeros and subnormals: so many times 2^-24 */
        value = (float)mantissa * 0x1p-24f;
        return sign ? -value : value;
    }
    bits = sign | (exponent == 31 ? 0x7F800000u : (exponent + 112) << 23) | mantissa << 13;
    memcpy(&value, &bits, sizeof value);
    return value;
}

/* To the nearest, halves to even, as IEEE 754 says. */
static uint16_t double_to_half(double d) {
    uint16_t sign = signbit(d) ? 0x8000 : 0;
    d = fabs(d);
    if (d == 0)
        return sign;
    if (isnan(d))
        return sign | 0x7E00;
    if (d >= 65520)
        return sign | 0x7C00;
    int exponent;
    frexp(d, &exponent);
    exponent = exponent - 1 < -14 ? -14 : exponent - 1; /* subnormals share the smallest */
    uint32_t units = (uint32_t)rint(ldexp(d, 10 - exponent));
    return (uint16_t)(sign | (units + ((uint32_t)(exponent + 14) << 10)));
}

typedef struct number {
    double f;
    int64_t i;
    bool is_unsigned_beyond; /* i holds the bits of a uint64 above INT64_MAX */
} number;

static number read_number(const void *from, uint8_t type, size_t k) {
    number v = {0};
#define READ(kind, ctype) case kind: v.i = (int64_t)((const ctype *)from)[k]; v.f = (double)((const ctype *)from)[k]; break
    switch (type) {
    READ(REEL__ARROW_U8, uint8_t); READ(REEL__ARROW_I8, int8_t); READ(REEL__ARROW_U16, uint16_t); READ(REEL__ARROW_I16, int16_t);
    READ(REEL__ARROW_U32, uint32_t); READ(REEL__ARROW_I32, int32_t); READ(REEL__ARROW_I64, int64_t); READ(REEL__ARROW_BOOL, uint8_t);
    case REEL__ARROW_U64: {
        uint64_t u = ((const uint64_t *)from)[k];
        v = (number){(double)u, (int64_t)u, u > INT64_MAX};
        break;
    }
    case REEL__ARROW_F16: v.f = half_to_float(((const uint16_t *)from)[k]); break;
    case REEL__ARROW_F32: v.f = ((const float *)from)[k]; break;
    case REEL__ARROW_F64: v.f = ((const double *)from)[k]; break;
    }
#undef READ
    return v;
}

static int refuse_number(const number *v, bool from_float, uint8_t to_type, const char *what) {
    char text[40];
    if (from_float)
        snprintf(text, sizeof text, "%.17g", v->f);
    else if (v->is_unsigned_beyond)
        snprintf(text, sizeof text, "%llu", (unsigned long long)v->i);
    else
        snprintf(text, sizeof text, "%lld", (long long)v->i);
    PyErr_Format(PyExc_ValueError, "%s: %s is not a %s", what, text, number_name(to_type));
    return -1;
}

static int to_integer(number *v, bool from_float, uint8_t to_type, const char *what) {
    static const struct {
        double min, max; /* max: the first beyond */
    } ranges[] = {[REEL__ARROW_U8] = {0, 256}, [REEL__ARROW_I8] = {-128, 128}, [REEL__ARROW_U16] = {0, 65536}, [REEL__ARROW_I16] = {-32768, 32768}, [REEL__ARROW_U32] = {0, 4294967296.0},
                  [REEL__ARROW_I32] = {-2147483648.0, 2147483648.0}, [REEL__ARROW_U64] = {0, 18446744073709551616.0},
                  [REEL__ARROW_I64] = {-9223372036854775808.0, 9223372036854775808.0}, [REEL__ARROW_BOOL] = {0, 2}};
    bool fits = v->f >= ranges[to_type].min && v->f < ranges[to_type].max && !(v->is_unsigned_beyond && to_type != REEL__ARROW_U64);
    if (!from_float && to_type == REEL__ARROW_I64)
        fits = !v->is_unsigned_beyond; /* its double may have been rounded up */
    if (!fits || (from_float && v->f != floor(v->f)))
        return refuse_number(v, from_float, to_type, what);
    if (from_float)
        v->i = to_type == REEL__ARROW_U64 ? (int64_t)(uint64_t)v->f : (int64_t)v->f;
    return 0;
}

/* The casts that large arrays need: to float and double from all but halves, and from integers to indices and ids. False: not one of these, or a number that does not fit. */
static bool cast_fast(const void *from, uint8_t from_type, size_t n, void *to, uint8_t to_type) {
#define TO_FLOAT(kind, ctype, target)                          \
    case kind:                                                 \
        for (size_t i = 0; i < n; i++)                         \
            ((target *)to)[i] = (target)((const ctype *)from)[i]; \
        return true;
#define FROM_ALL(target)                                                                                                                                              \
    switch (from_type) {                                                                                                                                              \
        TO_FLOAT(REEL__ARROW_U8, uint8_t, target) TO_FLOAT(REEL__ARROW_I8, int8_t, target) TO_FLOAT(REEL__ARROW_U16, uint16_t, target)                                \
        TO_FLOAT(REEL__ARROW_I16, int16_t, target) TO_FLOAT(REEL__ARROW_U32, uint32_t, target) TO_FLOAT(REEL__ARROW_I32, int32_t, target)                             \
        TO_FLOAT(REEL__ARROW_U64, uint64_t, target) TO_FLOAT(REEL__ARROW_I64, int64_t, target) TO_FLOAT(REEL__ARROW_F32, float, target)                               \
        TO_FLOAT(REEL__ARROW_F64, double, target) TO_FLOAT(REEL__ARROW_BOOL, uint8_t, target)                                                                         \
    default: return false;                                                                                                                                            \
    }
#define TO_INDEX(kind, ctype, target, max)                     \
    case kind:                                                 \
        for (size_t i = 0; i < n; i++) {                       \
            ctype value = ((const ctype *)from)[i];            \
            if (value < 0 || value > (max))                    \
                return false;                                  \
            ((target *)to)[i] = (target)value;                 \
        }                                                      \
        return true;
    if (from_type == REEL__ARROW_F16 && to_type == REEL__ARROW_F32) {
        for (size_t i = 0; i < n; i++)
            ((float *)to)[i] = half_to_float(((const uint16_t *)from)[i]);
        return true;
    }
    if (to_type == REEL__ARROW_F32)
        FROM_ALL(float)
    if (to_type == REEL__ARROW_F64)
        FROM_ALL(double)
    if (to_type == REEL__ARROW_U32)
        switch (from_type) {
            TO_INDEX(REEL__ARROW_I32, int32_t, uint32_t, INT32_MAX) TO_INDEX(REEL__ARROW_I64, int64_t, uint32_t, UINT32_MAX)
        default: return false;
        }
    if (from_type == REEL__ARROW_U8 && to_type == REEL__ARROW_U16) {
        for (size_t i = 0; i < n; i++)
            ((uint16_t *)to)[i] = ((const uint8_t *)from)[i];
        return true;
    }
    if (to_type == REEL__ARROW_U16)
        switch (from_type) {
            TO_INDEX(REEL__ARROW_I32, int32_t, uint16_t, UINT16_MAX) TO_INDEX(REEL__ARROW_I64, int64_t, uint16_t, UINT16_MAX)
        default: return false;
        }
    return false;
#undef TO_INDEX
#undef FROM_ALL
#undef TO_FLOAT
}

/* Whatever is not zero is true, of bytes of other programs' bools, too. */
static void cast_truth(const void *from, uint8_t from_type, size_t n, uint8_t *to) {
    for (size_t i = 0; i < n; i++) {
        number v = read_number(from, from_type, i);
        to[i] = v.f != 0 || v.i != 0;
    }
}

int numbers_cast(const void *from, uint8_t from_type, size_t n, void *to, uint8_t to_type, const char *what) {
    if (from_type == to_type && to_type != REEL__ARROW_BOOL) {
        if (n)
            memcpy(to, from, n * number_bytes(to_type));
        return 0;
    }
    if (cast_fast(from, from_type, n, to, to_type))
        return 0;
    if (to_type == REEL__ARROW_BOOL) {
        cast_truth(from, from_type, n, to);
        return 0;
    }
    for (size_t i = 0; i < n; i++) {
        number v = read_number(from, from_type, i);
        switch (to_type) {
        case REEL__ARROW_F16: ((uint16_t *)to)[i] = double_to_half(v.f); continue;
        case REEL__ARROW_F32: ((float *)to)[i] = (float)v.f; continue;
        case REEL__ARROW_F64: ((double *)to)[i] = v.f; continue;
        default: break;
        }
        if (to_integer(&v, is_float(from_type), to_type, what) < 0)
            return -1;
        switch (number_bytes(to_type)) {
        case 1: ((uint8_t *)to)[i] = (uint8_t)v.i; break;
        case 2: ((uint16_t *)to)[i] = (uint16_t)v.i; break;
        case 4: ((uint32_t *)to)[i] = (uint32_t)v.i; break;
        default: ((int64_t *)to)[i] = v.i; break;
        }
    }
    return 0;
}

/* ---- buffers */

/* The type that a format of the struct module names, in this machine's byte order; 0: none of ours. */
static uint8_t type_of_format(const char *format, Py_ssize_t size) {
    if (!format)
        return REEL__ARROW_U8;
    if (*format == '@' || *format == '=' || *format == '<')
        format++;
    else if (*format == '>' || *format == '!')
        return 0;
    if (!*format || format[1] || size > 8)
        return 0;
    if (strchr("bhilqn", *format))
        return size == 1 ? REEL__ARROW_I8 : size == 2 ? REEL__ARROW_I16 : size == 4 ? REEL__ARROW_I32 : REEL__ARROW_I64;
    if (strchr("BHILQN", *format))
        return size == 1 ? REEL__ARROW_U8 : size == 2 ? REEL__ARROW_U16 : size == 4 ? REEL__ARROW_U32 : REEL__ARROW_U64;
    return *format == 'e' ? REEL__ARROW_F16 : *format == 'f' ? REEL__ARROW_F32 : *format == 'd' ? REEL__ARROW_F64 : *format == '?' ? REEL__ARROW_BOOL : 0;
}

/* The items of a view with any strides, one after another. */
static char *gather_items(char *to, const char *from, const Py_buffer *view, int dim) {
    Py_ssize_t n = view->shape[dim], stride = view->strides[dim], size = view->itemsize;
    if (dim == view->ndim - 2 && size == 4 && view->shape[dim + 1] < 16) { /* rows of few floats, by far the most frequent */
        Py_ssize_t width = view->shape[dim + 1], step = view->strides[dim + 1];
        for (Py_ssize_t i = 0; i < n; i++, from += stride)
            for (Py_ssize_t j = 0; j < width; j++, to += 4)
                memcpy(to, from + j * step, 4);
        return to;
    }
    if (dim == view->ndim - 2 && size == 8 && view->shape[dim + 1] < 16) {
        Py_ssize_t width = view->shape[dim + 1], step = view->strides[dim + 1];
        for (Py_ssize_t i = 0; i < n; i++, from += stride)
            for (Py_ssize_t j = 0; j < width; j++, to += 8)
                memcpy(to, from + j * step, 8);
        return to;
    }
    if (dim < view->ndim - 1) {
        for (Py_ssize_t i = 0; i < n; i++)
            to = gather_items(to, from + i * stride, view, dim + 1);
        return to;
    }
    if (stride == size)
        return memcpy(to, from, (size_t)(n * size)), to + n * size;
    switch (size) {
    case 1: for (Py_ssize_t i = 0; i < n; i++, to += 1) *to = from[i * stride]; break;
    case 4: for (Py_ssize_t i = 0; i < n; i++, to += 4) memcpy(to, from + i * stride, 4); break;
    case 8: for (Py_ssize_t i = 0; i < n; i++, to += 8) memcpy(to, from + i * stride, 8); break;
    default: for (Py_ssize_t i = 0; i < n; i++, to += size) memcpy(to, from + i * stride, (size_t)size); break;
    }
    return to;
}

static int from_view(numbers *out) {
    Py_buffer *view = &out->view;
    out->type = type_of_format(view->format, view->itemsize);
    if (!out->type || view->ndim > NUMBERS_DIMS_MAX) {
        PyErr_Format(PyExc_TypeError, "an array of %d dimensions with elements of the format '%.40s' was given: numbers in this machine's byte order, in up to %d dimensions, expected", view->ndim,
                     view->format ? view->format : "B", NUMBERS_DIMS_MAX);
        return -1;
    }
    out->n = 1;
    out->n_dims = view->ndim;
    for (int i = 0; i < view->ndim; i++) {
        out->shape[i] = (uint64_t)view->shape[i];
        out->n *= (size_t)view->shape[i];
    }
    out->data = view->buf;
    if (out->n && (!PyBuffer_IsContiguous(view, 'C') || (uintptr_t)view->buf % number_bytes(out->type))) {
        if (!(out->memory = malloc((size_t)view->len)))
            return PyErr_NoMemory(), -1;
        if (view->ndim && view->strides)
            gather_items(out->memory, view->buf, view, 0);
        else
            memcpy(out->memory, view->buf, (size_t)view->len);
        out->data = out->memory;
    }
    return 0;
}

/* An array whose elements are none of ours (another byte order, objects, times) by way of _support.plain_array. */
static int from_odd_array(PyObject *object, uint8_t wanted, numbers *out) {
    PyObject *f = py_support("plain_array"), *other = f ? PyObject_CallFunctionObjArgs(f, object, NULL) : NULL;
    Py_XDECREF(f);
    if (!other || other == object) {
        if (other && !PyErr_Occurred())
            PyErr_Format(PyExc_TypeError, "%.200R holds no numbers", object);
        Py_XDECREF(other);
        return -1;
    }
    int result = -1;
    if (!Py_EnterRecursiveCall(" in the numbers of an array")) {
        result = numbers_from(other, wanted, out);
        Py_LeaveRecursiveCall();
    }
    if (result == 0 && !out->owner)
        out->owner = other;
    else
        Py_DECREF(other);
    return result;
}

static int from_buffer(PyObject *object, uint8_t wanted, numbers *out) {
    if (PyObject_GetBuffer(object, &out->view, PyBUF_RECORDS_RO) < 0) {
        bool is_none = py_forget(PyExc_BufferError) || py_forget(PyExc_ValueError) || py_forget(PyExc_TypeError) || py_forget(PyExc_NotImplementedError);
        return is_none ? from_odd_array(object, wanted, out) : -1;
    }
    int is_odd = type_of_format(out->view.format, out->view.itemsize) ? 0 : py_has(object, "dtype");
    if (is_odd == 0)
        return from_view(out);
    PyBuffer_Release(&out->view);
    return is_odd < 0 ? -1 : from_odd_array(object, wanted, out);
}

static int from_arrow(PyObject *object, numbers *out) {
    PyObject *held = (PyObject *)batch_import_object(NULL, object, py.batch_type);
    if (!held)
        return -1;
    batch *b = (batch *)held;
    reel__arrow_type *type;
    out->owner = held;
    reel_status status = reel__arrow_import(&b->schema, &b->array, "values", &type);
    if (status != REEL_OK)
        return py_raise(status), -1;
    uint32_t bytes = 0;
    uint64_t per_value = 1;
    uint16_t node = 0;
    out->shape[0] = b->n;
    out->n_dims = 1;
    for (; type->nodes[node].kind == REEL__ARROW_FIXED_LIST && out->n_dims < NUMBERS_DIMS_MAX && per_value < UINT32_MAX; node++) {
        out->shape[out->n_dims++] = type->nodes[node].n;
        per_value *= type->nodes[node].n;
    }
    out->type = type->nodes[node].kind;
    out->n = (size_t)b->n * per_value;
    out->data = reel__arrow_flat(type, &b->schema, &b->array, &bytes);
    bool is_flat = out->data && number_bytes(out->type) && bytes == per_value * number_bytes(out->type) && out->type != REEL__ARROW_BOOL;
    reel__release(type);
    if (is_flat && (uintptr_t)out->data % number_bytes(out->type)) {
        if (!(out->memory = malloc(out->n * number_bytes(out->type))))
            return PyErr_NoMemory(), -1;
        out->data = memcpy(out->memory, out->data, out->n * number_bytes(out->type));
    }
    if (is_flat || !b->n)
        return 0;
    PyErr_SetString(PyExc_TypeError, "an Arrow array of something else than numbers, or with nulls among them, was given: numbers, or fixed-size lists of them, expected");
    return -1;
}

/* ---- lists */

typedef struct gather {
    reel__buf values;
    uint8_t type;            /* I64, U64, F64 or BOOL */
    bool is_open;            /* the type is still to be found: the widest of what comes (BOOL < I64 < F64) */
    numbers *out;
    int depth_of_values;     /* -1: not known yet */
} gather;

static int widen(gather *g, uint8_t to) {
    size_t n = g->values.size / number_bytes(g->type);
    if (g->type == to)
        return 0;
    if (n) {
        reel__buf wide = {0};
        uint8_t *room = reel__buf_extend(&wide, n * number_bytes(to));
        if (!room)
            return PyErr_NoMemory(), -1;
        numbers_cast(g->values.data, g->type, n, room, to, "list");
        reel__buf_free(&g->values);
        g->values = wide;
    }
    g->type = to;
    return 0;
}

static int put_value(gather *g, const void *value, uint8_t type) {
    if (g->is_open && type != g->type) {
        if (g->values.size == 0 && g->depth_of_values == -1)
            g->type = type;
        else if (widen(g, type == REEL__ARROW_F64 || g->type == REEL__ARROW_F64 ? REEL__ARROW_F64 : REEL__ARROW_I64) < 0)
            return -1;
    }
    uint8_t cast[8];
    if (type != g->type) {
        if (numbers_cast(value, type, 1, cast, g->type, "list") < 0)
            return -1;
        value = cast;
    }
    reel__buf_put(&g->values, value, number_bytes(g->type));
    return g->values.failed ? (PyErr_NoMemory(), -1) : 0;
}

static int put_long(gather *g, PyObject *object) {
    int overflow = 0;
    int64_t i = PyLong_AsLongLongAndOverflow(object, &overflow);
    if (overflow == 0)
        return i == -1 && PyErr_Occurred() ? -1 : put_value(g, &i, REEL__ARROW_I64);
    if (overflow > 0 && g->type == REEL__ARROW_U64) {
        uint64_t u = PyLong_AsUnsignedLongLong(object);
        return PyErr_Occurred() ? -1 : put_value(g, &u, REEL__ARROW_U64);
    }
    double d = PyLong_AsDouble(object);
    return PyErr_Occurred() ? -1 : put_value(g, &d, REEL__ARROW_F64);
}

static int put_scalar(gather *g, PyObject *object) {
    if (PyFloat_Check(object)) {
        double d = PyFloat_AsDouble(object);
        return put_value(g, &d, REEL__ARROW_F64);
    }
    if (PyBool_Check(object)) {
        uint8_t b = object == Py_True;
        return put_value(g, &b, REEL__ARROW_BOOL);
    }
    return put_long(g, object);
}

static int at_depth(gather *g, int depth) {
    if (g->depth_of_values == depth)
        return 0;
    if (g->depth_of_values == -1) {
        g->depth_of_values = depth;
        return 0;
    }
    PyErr_Format(PyExc_ValueError, "numbers stand in lists that are nested %d and %d deep", g->depth_of_values, depth);
    return -1;
}

/* How long the lists of one depth are: all alike. */
static int put_length(gather *g, int depth, uint64_t n, bool is_first) {
    if (is_first && depth >= g->out->n_dims) {
        if (depth >= NUMBERS_DIMS_MAX) {
            PyErr_Format(PyExc_ValueError, "lists are nested more than %d deep", NUMBERS_DIMS_MAX);
            return -1;
        }
        g->out->shape[depth] = n;
        g->out->n_dims = depth + 1;
        return 0;
    }
    if (g->out->shape[depth] == n)
        return 0;
    PyErr_Format(PyExc_ValueError, "lists of %llu and of %llu values stand side by side", (unsigned long long)g->out->shape[depth], (unsigned long long)n);
    return -1;
}

static int put_any(gather *g, PyObject *object, int depth);

static int put_items(gather *g, PyObject *list, int depth) {
    Py_ssize_t n = PyList_Check(list) ? PyList_Size(list) : PyTuple_Size(list);
    if (n < 0 || put_length(g, depth, (uint64_t)n, depth >= g->out->n_dims) < 0)
        return -1;
    for (Py_ssize_t i = 0; i < n; i++) {
        PyObject *item = PyList_Check(list) ? PyList_GetItem(list, i) : PyTuple_GetItem(list, i);
        if (!item) {
            PyErr_SetString(PyExc_ValueError, "a list became shorter while it was read");
            return -1;
        }
        Py_INCREF(item);
        int result = put_any(g, item, depth + 1);
        Py_DECREF(item);
        if (result < 0)
            return -1;
    }
    return 0;
}

/* An array within a list. */
static int put_array(gather *g, PyObject *object, int depth) {
    numbers part;
    if (numbers_from(object, REEL__ARROW_NULL, &part) < 0)
        return -1;
    int result = 0;
    for (int i = 0; result == 0 && i < part.n_dims; i++)
        result = put_length(g, depth + i, part.shape[i], depth + i >= g->out->n_dims);
    if (result == 0 && part.n)
        result = at_depth(g, depth + part.n_dims);
    uint8_t as = is_float(part.type) ? REEL__ARROW_F64 : part.type == REEL__ARROW_BOOL ? REEL__ARROW_BOOL : part.type == REEL__ARROW_U64 ? REEL__ARROW_U64 : REEL__ARROW_I64;
    for (size_t i = 0; result == 0 && i < part.n; i++) {
        uint8_t value[8], type = as;
        const uint8_t *from = (const uint8_t *)part.data + i * number_bytes(part.type);
        if (as == REEL__ARROW_U64 && g->type != REEL__ARROW_U64) {
            uint64_t u;
            memcpy(&u, from, sizeof u);
            type = u > INT64_MAX ? REEL__ARROW_F64 : REEL__ARROW_I64;
        }
        result = numbers_cast(from, part.type, 1, value, type, "array");
        if (result == 0)
            result = put_value(g, value, type);
    }
    numbers_free(&part);
    return result;
}

static int put_any(gather *g, PyObject *object, int depth) {
    if (PyFloat_Check(object) || PyLong_Check(object))
        return at_depth(g, depth) < 0 ? -1 : put_scalar(g, object);
    if (PyList_Check(object) || PyTuple_Check(object)) {
        if (depth >= NUMBERS_DIMS_MAX) {
            PyErr_Format(PyExc_ValueError, "lists are nested more than %d deep", NUMBERS_DIMS_MAX);
            return -1;
        }
        return put_items(g, object, depth);
    }
    if (object == Py_None && g->type == REEL__ARROW_F64 && !g->is_open) { /* as numpy reads it */
        double nan = NAN;
        return at_depth(g, depth) < 0 ? -1 : put_value(g, &nan, REEL__ARROW_F64);
    }
    return put_array(g, object, depth);
}

static int from_list(PyObject *list, uint8_t wanted, numbers *out) {
    gather g = {.out = out, .depth_of_values = -1, .is_open = wanted == REEL__ARROW_NULL};
    g.type = g.is_open ? REEL__ARROW_I64 : is_float(wanted) ? REEL__ARROW_F64 : wanted == REEL__ARROW_U64 ? REEL__ARROW_U64 : wanted == REEL__ARROW_BOOL ? REEL__ARROW_BOOL : REEL__ARROW_I64;
    if (put_items(&g, list, 0) < 0) {
        reel__buf_free(&g.values);
        return -1;
    }
    out->type = g.values.size ? g.type : g.is_open ? REEL__ARROW_F64 : g.type;
    out->n = g.values.size / number_bytes(g.type);
    out->data = out->memory = g.values.data; /* of the library's allocator, which here is malloc */
    return 0;
}

/* ---- everything */

static int from_scalar(PyObject *object, numbers *out) {
    out->n = 1;
    out->data = &out->scalar;
    if (PyFloat_Check(object)) {
        out->type = REEL__ARROW_F64;
        out->scalar = PyFloat_AsDouble(object);
        return 0;
    }
    if (PyBool_Check(object)) {
        out->type = REEL__ARROW_BOOL;
        *(uint8_t *)&out->scalar = object == Py_True;
        return 0;
    }
    int overflow = 0;
    int64_t i = PyLong_AsLongLongAndOverflow(object, &overflow);
    out->type = overflow > 0 ? REEL__ARROW_U64 : REEL__ARROW_I64;
    if (overflow > 0)
        i = (int64_t)PyLong_AsUnsignedLongLong(object);
    memcpy(&out->scalar, &i, sizeof i);
    return overflow < 0 ? (PyErr_Format(PyExc_OverflowError, "%R is less than any integer of 64 bits", object), -1) : PyErr_Occurred() ? -1 : 0;
}

/* What an object says it stands for: our own classes (`_reel_`), numpy's protocol, DLPack by way of _support, any iterable. A new reference; NULL without an exception: nothing. */
static PyObject *stand_in(PyObject *object) {
    static const char *const protocols[] = {"__array_interface__", "__dlpack__", "__array__"};
    PyObject *value;
    int has = py_find(object, "_reel_", &value);
    if (has)
        return value;
    for (size_t i = 0; !has && i < sizeof protocols / sizeof *protocols; i++)
        has = py_has(object, protocols[i]);
    if (has < 0)
        return NULL;
    if (has) {
        PyObject *f = py_support("array_of");
        value = f ? PyObject_CallFunctionObjArgs(f, object, NULL) : NULL;
        Py_XDECREF(f);
        return value;
    }
    if (PyObject_TypeCheck(object, &PySlice_Type)) { /* a range: from, to */
        PyObject *start = PyObject_GetAttrString(object, "start"), *stop = PyObject_GetAttrString(object, "stop"), *pair = start && stop ? PyTuple_Pack(2, start, stop) : NULL;
        Py_XDECREF(start);
        Py_XDECREF(stop);
        return pair;
    }
    bool is_none = PyUnicode_Check(object) || PyDict_Check(object) || PyType_Check(object);
    has = is_none ? 0 : py_has(object, "__iter__");
    if (has < 0)
        return NULL;
    if (!has) {
        PyErr_Format(PyUnicode_Check(object) ? PyExc_ValueError : PyExc_TypeError, "%.200R is no number and holds none", object);
        return NULL;
    }
    return list_of(object);
}

/* A number by Python's protocols: Fraction, Decimal, and whatever has __index__ or __float__, and is no array. 1: it was one. */
static int from_protocol(PyObject *object, numbers *out) {
    bool is_index = PyIndex_Check(object), is_float = PyType_GetSlot(Py_TYPE(object), Py_nb_float) != NULL;
    static const char *const others[] = {"_reel_", "__array__", "__len__"};
    int has = !is_index && !is_float;
    for (size_t i = 0; !has && i < sizeof others / sizeof *others; i++)
        has = py_has(object, others[i]);
    if (has)
        return has < 0 ? -1 : 0;
    PyObject *value = is_index ? PyNumber_Index(object) : PyNumber_Float(object);
    int result = value ? from_scalar(value, out) : -1;
    Py_XDECREF(value);
    return result < 0 ? -1 : 1;
}

int numbers_from(PyObject *object, uint8_t wanted, numbers *out) {
    memset(out, 0, sizeof *out);
    int result;
    if (PyFloat_Check(object) || PyLong_Check(object)) {
        result = from_scalar(object, out);
    } else if (PyList_Check(object) || PyTuple_Check(object)) {
        result = from_list(object, wanted, out);
    } else if (PyObject_CheckBuffer(object)) {
        result = from_buffer(object, wanted, out);
    } else if (has_arrow(object)) {
        result = from_arrow(object, out);
    } else {
        int is_number = from_protocol(object, out);
        if (is_number)
            return is_number < 0 ? -1 : 0;
        if (Py_EnterRecursiveCall(" in the numbers of an object"))
            return -1;
        PyObject *other = stand_in(object);
        result = other ? numbers_from(other, wanted, out) : -1;
        Py_LeaveRecursiveCall();
        if (result == 0 && !out->owner)
            out->owner = other;
        else
            Py_XDECREF(other);
        return result;
    }
    if (result < 0)
        numbers_free(out);
    return result;
}

bool numbers_share(batch *b, const numbers *from) {
    enum { FEW_BYTES = 4096 };
    if (from->memory || from->n * number_bytes(from->type) < FEW_BYTES || (!from->view.obj && !(from->owner && batch_check(from->owner))))
        return false;
    b->owner = from->view.obj ? PyMemoryView_FromObject(from->view.obj) : Py_NewRef(from->owner);
    if (b->owner)
        b->values = from->data;
    else
        PyErr_Clear(); /* MemoryError, or an object that gives its buffer only once: its numbers are copied */
    return b->owner != NULL;
}

void numbers_free(numbers *n) {
    free(n->memory);
    Py_XDECREF(n->owner);
    if (n->view.obj)
        PyBuffer_Release(&n->view);
    n->memory = n->owner = NULL;
}
