/* Texts, bytes, bools and strips. */
#include "convert.h"

#include <stdlib.h>
#include <string.h>

/* A text, or several in any iterable; what is no text is made one by str(). */
int convert_text(batch *b, PyObject *data) {
    PyObject *list = PyUnicode_Check(data) ? PyList_New(1) : PySequence_List(data);
    if (!list && PyErr_ExceptionMatches(PyExc_TypeError)) { /* one thing that is neither a text nor a list of some */
        PyErr_Clear();
        list = PyList_New(1);
    }
    if (!list)
        return -1;
    if (PyList_Size(list) == 1 && (PyUnicode_Check(data) || !PyList_GetItem(list, 0))) {
        PyErr_Clear();
        Py_INCREF(data);
        PyList_SetItem(list, 0, data);
    }
    Py_ssize_t n = PyList_Size(list);
    const char **texts = batch_room(b, (size_t)n * sizeof *texts);
    b->owner = list;
    for (Py_ssize_t i = 0; texts && i < n; i++) {
        PyObject *item = PyList_GetItem(list, i);
        if (!PyUnicode_Check(item)) {
            PyObject *value = PyObject_GetAttrString(item, "_reel_");
            if (!value)
                PyErr_Clear();
            PyObject *text = PyObject_Str(value ? value : item);
            Py_XDECREF(value);
            if (!text)
                return -1;
            PyList_SetItem(list, i, text);
            item = text;
        }
        if (!(texts[i] = py_text(item, b->kind->name)))
            return -1;
    }
    if (!texts)
        return -1;
    b->values = texts;
    b->n = (uint32_t)n;
    return 0;
}

/* One run of bytes: what has a buffer. */
static int put_run(numbers *held, PyObject *object, const char *name, reel_bytes *out) {
    if (PyUnicode_Check(object)) {
        PyErr_Format(PyExc_TypeError, "%s: a text was given, bytes expected", name);
        return -1;
    }
    if (numbers_from(object, REEL__ARROW_U8, held) < 0)
        return -1;
    if (PyList_Check(object) || PyTuple_Check(object)) { /* of numbers 0 to 255 */
        uint8_t *bytes = malloc(held->n ? held->n : 1);
        if (!bytes)
            return PyErr_NoMemory(), -1;
        if (numbers_cast(held->data, held->type, held->n, bytes, REEL__ARROW_U8, name) < 0) {
            free(bytes);
            return -1;
        }
        free(held->memory);
        held->memory = bytes;
        held->data = bytes;
        held->type = REEL__ARROW_U8;
    }
    *out = (reel_bytes){held->data, held->n * number_bytes(held->type)};
    return 0;
}

/* bytes, a buffer, an array; or a list of such. They are copied: the caller may change them. bytes objects are kept instead. */
int convert_bytes(batch *b, PyObject *data) {
    bool is_one = PyBytes_Check(data) || PyObject_CheckBuffer(data) || !(PyList_Check(data) || PyTuple_Check(data));
    if (!is_one && PySequence_Size(data) > 0) {
        PyObject *first = PySequence_GetItem(data, 0);
        is_one = first && PyLong_Check(first);
        Py_XDECREF(first);
    }
    size_t n = is_one ? 1 : (size_t)PySequence_Size(data), total = 0;
    numbers *held = calloc(n ? n : 1, sizeof *held);
    reel_bytes *runs = batch_room(b, n * sizeof *runs);
    bool keep = is_one && PyBytes_Check(data), ok = held && runs;
    for (size_t i = 0; ok && i < n; i++) {
        PyObject *item = is_one ? data : PySequence_GetItem(data, (Py_ssize_t)i);
        ok = item && put_run(&held[i], item, b->kind->name, &runs[i]) == 0;
        total += ok ? runs[i].size : 0;
        if (!is_one)
            Py_XDECREF(item);
    }
    if (ok && keep) {
        Py_INCREF(data);
        b->owner = data;
    } else if (ok && (b->owner = PyBytes_FromStringAndSize(NULL, (Py_ssize_t)total))) {
        char *to = PyBytes_AsString(b->owner);
        for (size_t i = 0; i < n; i++) {
            if (runs[i].size)
                memcpy(to, runs[i].data, runs[i].size);
            runs[i].data = to;
            to += runs[i].size;
        }
    }
    for (size_t i = 0; held && i < n; i++)
        numbers_free(&held[i]);
    free(held);
    if (!ok || !b->owner) {
        if (!PyErr_Occurred())
            PyErr_NoMemory();
        return -1;
    }
    b->values = runs;
    b->n = (uint32_t)n;
    return 0;
}

int convert_bools(batch *b, PyObject *data) {
    numbers from;
    if (numbers_from(data, REEL__ARROW_BOOL, &from) < 0)
        return -1;
    bool *to = from.n <= INT32_MAX ? batch_room(b, from.n) : NULL;
    int result = to ? numbers_cast(from.data, from.type, from.n, to, REEL__ARROW_BOOL, b->kind->name) : -1;
    if (to && result == 0) {
        b->values = to;
        b->n = (uint32_t)from.n;
    }
    numbers_free(&from);
    return result;
}

/* Strips: a list of lists of points, an array of three dimensions, or one list of points. */
int convert_strips(batch *b, PyObject *data) {
    const kind *k = b->kind;
    numbers whole;
    if (numbers_from(data, k->number, &whole) == 0) { /* regular: one strip, or several that are as long */
        bool is_one = whole.n_dims <= 2;
        size_t n = whole.n == 0 ? 0 : is_one ? 1 : (size_t)whole.shape[0], points = whole.n / k->size;
        bool fits = whole.n % k->size == 0 && (whole.n_dims < 2 || whole.n == 0 || whole.shape[whole.n_dims - 1] == k->size) && points <= INT32_MAX;
        if (!fits)
            PyErr_Format(PyExc_ValueError, "%s: points of %llu numbers were given, %u expected", k->name, (unsigned long long)(whole.n_dims ? whole.shape[whole.n_dims - 1] : 1), (unsigned)k->size);
        uint8_t *to = fits ? batch_room(b, points * k->width + n * 4) : NULL;
        int result = to ? numbers_cast(whole.data, whole.type, whole.n, to, k->number, k->name) : -1;
        if (to && result == 0) {
            uint32_t *lengths = (uint32_t *)(void *)(to + points * k->width);
            for (size_t i = 0; i < n; i++)
                lengths[i] = (uint32_t)(points / n);
            b->values = to;
            b->lengths = lengths;
            b->n = (uint32_t)n;
        }
        numbers_free(&whole);
        return result;
    }
    if (!(PyList_Check(data) || PyTuple_Check(data)))
        return -1;
    PyErr_Clear();
    size_t n = (size_t)PySequence_Size(data), points = 0;
    numbers *held = calloc(n ? n : 1, sizeof *held);
    bool ok = held != NULL;
    size_t n_held = 0;
    for (; ok && n_held < n; n_held++) {
        PyObject *strip = PySequence_GetItem(data, (Py_ssize_t)n_held);
        ok = strip && numbers_from(strip, k->number, &held[n_held]) == 0;
        Py_XDECREF(strip);
        if (!ok)
            break;
        const numbers *h = &held[n_held];
        if (h->n % k->size || (h->n_dims >= 2 && h->n && h->shape[h->n_dims - 1] != k->size)) {
            PyErr_Format(PyExc_ValueError, "%s: strip %zu has %zu numbers, %u per point expected", k->name, n_held, h->n, (unsigned)k->size);
            ok = false;
            n_held++;
            break;
        }
        points += h->n / k->size;
    }
    uint8_t *to = ok && points <= INT32_MAX ? batch_room(b, points * k->width + n * 4) : NULL;
    uint32_t *lengths = (uint32_t *)(void *)(to ? to + points * k->width : NULL);
    size_t at = 0;
    for (size_t i = 0; to && i < n; i++) {
        if (numbers_cast(held[i].data, held[i].type, held[i].n, to + at, k->number, k->name) < 0) {
            to = NULL;
            break;
        }
        lengths[i] = (uint32_t)(held[i].n / k->size);
        at += lengths[i] * k->width;
    }
    for (size_t i = 0; held && i < n_held; i++)
        numbers_free(&held[i]);
    free(held);
    if (!to) {
        if (!PyErr_Occurred())
            PyErr_NoMemory();
        return -1;
    }
    b->values = to;
    b->lengths = lengths;
    b->n = (uint32_t)n;
    return 0;
}
