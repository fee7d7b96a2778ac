/* Colours and enums. */
#include "convert.h"

#include <ctype.h>
#include <stdio.h>
#include <math.h>
#include <string.h>

/* One channel: floats are 0 to 1, integers 0 to 255; what lies outside is moved to the nearest end. */
static uint32_t channel(const void *data, uint8_t type, size_t i) {
    double value;
    numbers_cast((const uint8_t *)data + i * number_bytes(type), type, 1, &value, REEL__ARROW_F64, "colour");
    if (type == REEL__ARROW_F16 || type == REEL__ARROW_F32 || type == REEL__ARROW_F64)
        value = rint(value * 255);
    return value >= 255 ? 255 : value > 0 ? (uint32_t)value : 0;
}

static uint32_t pack(const numbers *from, size_t first, size_t n_channels) {
    uint32_t color = 0xFF;
    for (size_t i = 0; i < 3; i++)
        color |= channel(from->data, from->type, first + i) << (24 - 8 * i);
    return n_channels == 4 ? (color & ~UINT32_C(0xFF)) | channel(from->data, from->type, first + 3) : color;
}

/* A channel of 0.0 to 1.0, to the nearest; NaN is 0. */
static inline uint32_t from_unit(double value) { return value >= 1 ? 255 : value > 0 ? (uint32_t)rint(value * 255) : 0; }

#define PACK_FLOATS(ctype)                                                                                                                     \
    do {                                                                                                                                       \
        const ctype *at = from->data;                                                                                                          \
        for (size_t i = 0; i < n; i++, at += n_channels)                                                                                       \
            to[i] = from_unit((double)at[0]) << 24 | from_unit((double)at[1]) << 16 | from_unit((double)at[2]) << 8 | (n_channels == 4 ? from_unit((double)at[3]) : 255); \
    } while (0)

static inline uint32_t from_byte(int64_t value) { return value >= 255 ? 255 : value > 0 ? (uint32_t)value : 0; }

static void pack_longs(const int64_t *at, size_t n, size_t n_channels, uint32_t *to) {
    for (size_t i = 0; i < n; i++, at += n_channels)
        to[i] = from_byte(at[0]) << 24 | from_byte(at[1]) << 16 | from_byte(at[2]) << 8 | (n_channels == 4 ? from_byte(at[3]) : 255);
}

static void pack_all(const numbers *from, size_t n, size_t n_channels, uint32_t *to) {
    const uint8_t *bytes = from->data;
    if (from->type == REEL__ARROW_U8 && n_channels == 3)
        for (size_t i = 0; i < n; i++, bytes += 3)
            to[i] = (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | 0xFF;
    else if (from->type == REEL__ARROW_U8)
        for (size_t i = 0; i < n; i++, bytes += 4)
            to[i] = (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
    else if (from->type == REEL__ARROW_F32)
        PACK_FLOATS(float);
    else if (from->type == REEL__ARROW_F64)
        PACK_FLOATS(double);
    else if (from->type == REEL__ARROW_I64)
        pack_longs(from->data, n, n_channels, to);
    else
        for (size_t i = 0; i < n; i++)
            to[i] = pack(from, i * n_channels, n_channels);
}

/* How many numbers a colour has: 1 (packed), 3 or 4; 0: neither. *is_ambiguous: 3 or 4 integers in a row, taken for packed ones as they are too large for channels. */
static size_t channels_of(const numbers *from, bool *is_ambiguous) {
    bool is_float = from->type == REEL__ARROW_F16 || from->type == REEL__ARROW_F32 || from->type == REEL__ARROW_F64;
    uint64_t inner = 1;
    int n_dims = 0; /* but those of size 1 */
    for (int i = 0; i < from->n_dims; i++)
        if (from->shape[i] != 1) {
            inner = from->shape[i];
            n_dims++;
        }
    *is_ambiguous = false;
    uint64_t last = from->n_dims >= 2 ? from->shape[from->n_dims - 1] : 0;
    if (n_dims < 2 && (last == 3 || last == 4) && from->type != REEL__ARROW_U32) /* one row */
        return (size_t)last;
    if (n_dims >= 2)
        return from->type == REEL__ARROW_U32 && inner != 3 && inner != 4 ? 1 : inner == 3 || inner == 4 ? (size_t)inner : 0;
    if (from->n_dims == 0 || from->type == REEL__ARROW_U32)
        return is_float ? 0 : 1;
    if (is_float || from->type == REEL__ARROW_U8)
        return from->n == 3 || from->n == 4 ? from->n : from->n % 4 == 0 ? 4 : from->n % 3 == 0 ? 3 : 0;
    if (from->n != 3 && from->n != 4)
        return 1;
    for (size_t i = 0; i < from->n; i++) {
        double value;
        numbers_cast((const uint8_t *)from->data + i * number_bytes(from->type), from->type, 1, &value, REEL__ARROW_F64, "colour");
        *is_ambiguous = *is_ambiguous || value > 255;
    }
    return *is_ambiguous ? 1 : from->n;
}

/* Told, and done: -1 when warnings are errors. */
static int warn_ambiguous(size_t n) {
    PyObject *f = py_support("ambiguous_colors"), *told = f ? PyObject_CallFunction(f, "n", (Py_ssize_t)n) : NULL;
    Py_XDECREF(f);
    Py_XDECREF(told);
    return told ? 0 : -1;
}

static int refuse_color(const char *name) {
    PyErr_Format(PyExc_ValueError, "%s: colours are RGB or RGBA of 0 to 255 or 0.0 to 1.0, or 0xRRGGBBAA", name);
    return -1;
}

static int convert_regular(batch *b, const numbers *from) {
    bool is_ambiguous = false;
    size_t n_channels = from->n ? channels_of(from, &is_ambiguous) : 1;
    size_t n = n_channels ? from->n / n_channels : 0;
    if (!n_channels || n * n_channels != from->n || n > INT32_MAX)
        return refuse_color(b->kind->name);
    if (n_channels == 1 && from->type == REEL__ARROW_U32 && !is_ambiguous && numbers_share(b, from)) {
        b->n = (uint32_t)n;
        return 0;
    }
    uint32_t *to = !is_ambiguous || warn_ambiguous(n) == 0 ? batch_room(b, n * 4) : NULL;
    if (!to)
        return -1;
    if (n_channels == 1 && numbers_cast(from->data, from->type, n, to, REEL__ARROW_U32, b->kind->name) < 0)
        return -1;
    if (n_channels > 1)
        pack_all(from, n, n_channels, to);
    b->values = to;
    b->n = (uint32_t)n;
    return 0;
}

/* One colour of any form. False: it is none; or an exception is set. */
static bool put_color(uint32_t *to, PyObject *item, const char *name) {
    numbers from;
    if (numbers_from(item, REEL__ARROW_NULL, &from) < 0)
        return false;
    bool is_ambiguous;
    size_t n_channels = channels_of(&from, &is_ambiguous);
    bool is_one = n_channels && n_channels == from.n;
    if (is_one && n_channels == 1)
        is_one = numbers_cast(from.data, from.type, 1, to, REEL__ARROW_U32, name) == 0;
    else if (is_one)
        *to = pack(&from, 0, n_channels);
    numbers_free(&from);
    return is_one;
}

/* RGB, RGBA and packed ones side by side. */
static int convert_mixed(batch *b, PyObject *list) {
    PyObject *items = PySequence_Tuple(list); /* it may change while its items are looked at, or lie about its length */
    size_t n = items ? (size_t)PyTuple_Size(items) : 0;
    uint32_t *to = items && n <= INT32_MAX ? batch_room(b, n * 4) : NULL;
    bool ok = to != NULL;
    for (size_t i = 0; ok && i < n; i++)
        ok = put_color(&to[i], PyTuple_GetItem(items, (Py_ssize_t)i), b->kind->name);
    Py_XDECREF(items);
    if (!ok)
        return PyErr_Occurred() ? -1 : refuse_color(b->kind->name);
    b->values = to;
    b->n = (uint32_t)n;
    return 0;
}

int convert_color(batch *b, PyObject *data) {
    numbers from;
    if (PyUnicode_Check(data))
        return refuse_color(b->kind->name);
    if (numbers_from(data, REEL__ARROW_NULL, &from) < 0) {
        return (PyList_Check(data) || PyTuple_Check(data)) && py_forget(PyExc_ValueError) ? convert_mixed(b, data) : -1;
    }
    int result = convert_regular(b, &from);
    numbers_free(&from);
    return result;
}

/* ---- enums */

/* Names are alike in any case, with or without underscores. */
static bool is_same_name(const char *a, const char *b) {
    for (;; a++, b++) {
        while (*a == '_' || *a == '-' || *a == ' ')
            a++;
        while (*b == '_' || *b == '-' || *b == ' ')
            b++;
        if (tolower((unsigned char)*a) != tolower((unsigned char)*b))
            return false;
        if (!*a)
            return true;
    }
}

static int refuse_variant(const kind *k, PyObject *given) {
    char names[512] = "";
    size_t at = 0;
    for (uint16_t i = 0; i < k->enumeration->n && at < sizeof names; i++)
        at += (size_t)snprintf(names + at, sizeof names - at, "%s%s", i ? ", " : "", k->enumeration->names[i]);
    PyErr_Format(PyExc_ValueError, "%s: %.100R was given, one of %s expected", k->name, given, names);
    return -1;
}

static int put_variant(const kind *k, PyObject *item, uint32_t *out) {
    const reel__enum *e = k->enumeration;
    if (PyUnicode_Check(item)) {
        const char *text = py_text(item, k->name);
        if (!text)
            return -1;
        for (uint16_t i = 0; i < e->n; i++)
            if (is_same_name(text, e->names[i]))
                return *out = e->values[i], 0;
        return refuse_variant(k, item);
    }
    PyObject *index = PyNumber_Index(item);
    if (!index)
        return py_forget(PyExc_TypeError) ? refuse_variant(k, item) : -1;
    unsigned long long value = PyLong_AsUnsignedLongLong(index);
    Py_DECREF(index);
    if (value == (unsigned long long)-1 && PyErr_Occurred())
        return py_forget(PyExc_OverflowError) ? refuse_variant(k, item) : -1;
    for (uint16_t i = 0; i < e->n; i++)
        if (e->values[i] == value)
            return *out = (uint32_t)value, 0;
    return refuse_variant(k, item);
}

int convert_enum(batch *b, PyObject *data) {
    int is_one = PyUnicode_Check(data) ? 1 : is_integer(data), is_many = is_one ? 0 : py_has(data, "__iter__");
    if (is_one < 0 || is_many < 0)
        return -1;
    PyObject *list = is_one ? PyTuple_Pack(1, data) : is_many ? PySequence_Tuple(data) : NULL;
    if (!list)
        return !PyErr_Occurred() || py_forget(PyExc_TypeError) ? refuse_variant(b->kind, data) : -1;
    size_t n = (size_t)PyTuple_Size(list);
    uint8_t *to = batch_room(b, n * b->kind->width);
    int result = to ? 0 : -1;
    size_t n_given = n;
    n = 0;
    for (size_t i = 0; result == 0 && i < n_given; i++) {
        uint32_t code = 0;
        PyObject *item = PyTuple_GetItem(list, (Py_ssize_t)i);
        if (item == Py_None) /* nothing, among others that are something */
            continue;
        result = put_variant(b->kind, item, &code);
        if (result == 0 && b->kind->width == 1)
            to[n] = (uint8_t)code;
        else if (result == 0)
            memcpy(to + 4 * n, &code, 4);
        n++;
    }
    Py_DECREF(list);
    if (result < 0)
        return -1;
    b->values = to;
    b->n = (uint32_t)n;
    return 0;
}
