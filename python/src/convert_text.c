/* Texts, bytes, bools and strips. */
#include "convert.h"

#include "arrow_tree.h"

#include <stdlib.h>
#include <string.h>

/* What is one text of a batch: those of `_reel_`, bytes as UTF-8, and of anything else what str() makes of it. A new reference. */
static PyObject *text_of(PyObject *item) {
    if (PyUnicode_Check(item)) {
        Py_INCREF(item);
        return item;
    }
    if (PyBytes_Check(item))
        return PyUnicode_FromEncodedObject(item, "utf-8", "strict");
    PyObject *value;
    if (py_find(item, "_reel_", &value) < 0)
        return NULL;
    PyObject *text = PyObject_Str(value ? value : item);
    Py_XDECREF(value);
    return text;
}

/* The texts of an iterable; one text for what is none: texts, bytes, mappings, paths, numbers. A new list of str. */
static PyObject *texts_of(PyObject *data) {
    bool is_one = PyUnicode_Check(data) || PyBytes_Check(data) || PyDict_Check(data);
    PyObject *list = is_one ? NULL : list_of(data);
    if (!list) {
        if (!is_one && !py_forget(PyExc_TypeError))
            return NULL;
        if ((list = PyList_New(1))) {
            Py_INCREF(data);
            PyList_SetItem(list, 0, data);
        }
    }
    for (Py_ssize_t i = 0, n = list ? PyList_Size(list) : 0; i < n; i++) {
        PyObject *text = text_of(PyList_GetItem(list, i));
        if (!text || PyList_SetItem(list, i, text) < 0) {
            Py_DECREF(list);
            return NULL;
        }
    }
    return list;
}

/* Texts with NULs in them do not end at the first: they become an Arrow array. */
static int put_long_texts(batch *b, PyObject *list) {
    reel__buf streams[2] = {{0}};
    Py_ssize_t n = PyList_Size(list), size;
    int result = 0;
    for (Py_ssize_t i = 0; result == 0 && i < n; i++) {
        const char *text = PyUnicode_AsUTF8AndSize(PyList_GetItem(list, i), &size);
        result = text ? 0 : -1;
        if (text) {
            reel__buf_u32(&streams[0], (uint32_t)size);
            reel__buf_put(&streams[1], text, (size_t)size);
        }
    }
    if (result == 0 && (streams[0].failed || streams[1].failed || streams[1].size > INT32_MAX))
        PyErr_NoMemory(), result = -1;
    if (result == 0 && (result = tree_array(b->kind->arrow, n, streams, &b->array)) == 0 && (result = tree_schema(b->kind->arrow, "item", &b->schema)) < 0) {
        b->array.release(&b->array);
        b->array.release = NULL;
    }
    reel__buf_free(&streams[0]);
    reel__buf_free(&streams[1]);
    if (result == 0) {
        b->form = FORM_ARROW;
        b->n = (uint32_t)n;
    }
    return result;
}

int convert_text(batch *b, PyObject *data) {
    PyObject *list = texts_of(data);
    if (!list)
        return -1;
    b->owner = list;
    Py_ssize_t n = PyList_Size(list), size;
    const char **texts = n <= INT32_MAX ? batch_room(b, (size_t)n * sizeof *texts) : NULL;
    for (Py_ssize_t i = 0; texts && i < n; i++) {
        if (!(texts[i] = PyUnicode_AsUTF8AndSize(PyList_GetItem(list, i), &size)))
            return -1;
        if (strlen(texts[i]) != (size_t)size)
            return put_long_texts(b, list);
    }
    if (!texts)
        return PyErr_Occurred() ? -1 : (PyErr_NoMemory(), -1);
    b->values = texts;
    b->n = (uint32_t)n;
    return 0;
}

/* The bytes of one value. Buffers are taken as they stand when raw, else as numbers 0 to 255. */
static int put_run(numbers *held, PyObject *object, const kind *k, bool raw) {
    memset(held, 0, sizeof *held);
    if (PyUnicode_Check(object)) {
        PyErr_Format(PyExc_TypeError, "%s: a text was given, bytes expected", k->name);
        return -1;
    }
    if (numbers_from(object, REEL__ARROW_U8, held) < 0)
        return -1;
    if (held->type == REEL__ARROW_U8 || held->type == REEL__ARROW_I8 || held->type == REEL__ARROW_BOOL || (raw && !PyList_Check(object) && !PyTuple_Check(object) && held->data != &held->scalar))
        return 0;
    uint8_t *bytes = malloc(held->n ? held->n : 1);
    if (!bytes)
        return PyErr_NoMemory(), -1;
    if (numbers_cast(held->data, held->type, held->n, bytes, REEL__ARROW_U8, k->name) < 0) {
        free(bytes);
        return -1;
    }
    free(held->memory);
    held->memory = bytes;
    held->data = bytes;
    held->type = REEL__ARROW_U8;
    return 0;
}

/* n runs, already held, into one bytes object that the batch keeps: the caller may change his own. */
static int keep_runs(batch *b, reel_bytes *runs, size_t n) {
    size_t total = 0;
    for (size_t i = 0; i < n; i++)
        total += runs[i].size;
    if (n > INT32_MAX || total > INT32_MAX) {
        PyErr_Format(PyExc_ValueError, "%s: %zu values of %zu bytes were given, at most %d bytes are allowed", b->kind->name, n, total, INT32_MAX);
        return -1;
    }
    if (!(b->owner = PyBytes_FromStringAndSize(NULL, (Py_ssize_t)total)))
        return -1;
    char *to = PyBytes_AsString(b->owner);
    for (size_t i = 0; i < n; i++) {
        if (runs[i].size)
            memcpy(to, runs[i].data, runs[i].size);
        runs[i].data = to;
        to += runs[i].size;
    }
    b->values = runs;
    b->n = (uint32_t)n;
    return 0;
}

/* An array: one value, or, with two dimensions or more and not raw, a value per row. */
static int put_array(batch *b, PyObject *data, bool raw) {
    numbers held;
    int result = put_run(&held, data, b->kind, raw);
    if (result == 0) {
        int is_empty = held.n == 0 && held.n_dims ? py_has(data, "dtype") : 0;
        size_t n = !raw && held.n_dims >= 2 ? (size_t)held.shape[0] : !is_empty, bytes = held.n * number_bytes(held.type);
        if (n > INT32_MAX) /* of nothing each */
            PyErr_Format(PyExc_ValueError, "%s: %zu values were given, at most %d are allowed", b->kind->name, n, INT32_MAX);
        reel_bytes *runs = is_empty < 0 || n > INT32_MAX ? NULL : batch_room(b, n * sizeof *runs);
        for (size_t i = 0; runs && i < n; i++)
            runs[i] = (reel_bytes){(const uint8_t *)held.data + i * (bytes / n), bytes / n};
        result = runs ? keep_runs(b, runs, n) : -1;
    }
    numbers_free(&held);
    return result;
}

/* items: a tuple */
static int put_list(batch *b, PyObject *items, bool raw) {
    size_t n = (size_t)PyTuple_Size(items), n_held = 0;
    numbers *held = calloc(n ? n : 1, sizeof *held);
    reel_bytes *runs = held ? batch_room(b, n * sizeof *runs) : NULL;
    int result = runs ? 0 : -1;
    for (; result == 0 && n_held < n; n_held++) {
        result = put_run(&held[n_held], PyTuple_GetItem(items, (Py_ssize_t)n_held), b->kind, raw);
        if (result < 0)
            break;
        runs[n_held] = (reel_bytes){held[n_held].data, held[n_held].n * number_bytes(held[n_held].type)};
    }
    if (result == 0)
        result = keep_runs(b, runs, n);
    for (size_t i = 0; held && i <= n_held && i < n; i++)
        numbers_free(&held[i]);
    free(held);
    return result < 0 && !PyErr_Occurred() ? (PyErr_NoMemory(), -1) : result;
}

/* bytes, a buffer, an array, a list of numbers, something to read(); or a list of such. bytes objects are kept, the others copied. */
int convert_bytes(batch *b, PyObject *data) {
    bool raw = strcmp(b->kind->name, "ImageBuffer") == 0; /* of pixels of any type */
    if (PyBytes_Check(data)) {
        reel_bytes *run = batch_room(b, sizeof *run);
        *run = (reel_bytes){PyBytes_AsString(data), (size_t)PyBytes_Size(data)};
        Py_INCREF(data);
        b->owner = data;
        b->values = run;
        b->n = 1;
        return 0;
    }
    if (PyList_Check(data) || PyTuple_Check(data)) {
        PyObject *items = PySequence_Tuple(data); /* it may change while its items are looked at, or lie about its length */
        int is_numbers = !items ? -1 : PyTuple_Size(items) ? is_integer(PyTuple_GetItem(items, 0)) : 0;
        int result = is_numbers < 0 ? -1 : is_numbers ? put_array(b, items, raw) : put_list(b, items, raw);
        Py_XDECREF(items);
        return result;
    }
    int is_file = PyObject_CheckBuffer(data) ? 0 : py_has(data, "read");
    if (is_file < 0)
        return -1;
    if (is_file) {
        PyObject *content = PyObject_CallMethod(data, "read", NULL);
        int result = content && (PyBytes_Check(content) || PyByteArray_Check(content)) ? convert_bytes(b, content) : -1;
        Py_XDECREF(content);
        if (result < 0 && !PyErr_Occurred())
            PyErr_Format(PyExc_TypeError, "%s: read() gave no bytes", b->kind->name);
        return result;
    }
    return put_array(b, data, raw);
}

int convert_bools(batch *b, PyObject *data) {
    numbers from;
    if (numbers_from(data, REEL__ARROW_BOOL, &from) < 0)
        return -1;
    uint8_t *to = from.n <= INT32_MAX ? batch_room(b, from.n) : NULL;
    int result = to ? numbers_cast(from.data, from.type, from.n, to, REEL__ARROW_BOOL, b->kind->name) : -1;
    if (from.n > INT32_MAX)
        PyErr_Format(PyExc_ValueError, "%s: %zu values were given, at most %d are allowed", b->kind->name, from.n, INT32_MAX);
    if (to && result == 0) {
        b->values = to;
        b->n = (uint32_t)from.n;
    }
    numbers_free(&from);
    return result;
}

/* Each strip of a list by itself. */
static int put_strips(batch *b, PyObject *list, const kind *k) {
    size_t n = (size_t)PyList_Size(list), points = 0, n_held = 0;
    numbers *held = calloc(n ? n : 1, sizeof *held);
    bool ok = held != NULL;
    for (; ok && n_held < n; n_held++) {
        PyObject *strip = PySequence_GetItem(list, (Py_ssize_t)n_held);
        ok = strip && numbers_from(strip, k->number, &held[n_held]) == 0;
        Py_XDECREF(strip);
        if (!ok)
            break;
        const numbers *h = &held[n_held];
        if (h->n && (h->n_dims < 2 || h->shape[h->n_dims - 1] != k->size)) {
            PyErr_Format(PyExc_ValueError, "%s: strip %zu is %zu numbers, and not a list of points of %u", k->name, n_held, h->n, (unsigned)k->size);
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

/* Strips of different lengths: a list of whatever holds the points of one. Called with the exception that says why they are not alike. */
static int convert_ragged(batch *b, PyObject *data) {
    const kind *k = b->kind;
    if (!PyErr_ExceptionMatches(PyExc_ValueError) || PyUnicode_Check(data))
        return -1;
    PyObject *type, *value, *trace;
    PyErr_Fetch(&type, &value, &trace);
    PyObject *list = list_of(data);
    if (!list && !py_forget(PyExc_TypeError)) { /* says more than that they are not alike */
        Py_XDECREF(type);
        Py_XDECREF(value);
        Py_XDECREF(trace);
        return -1;
    }
    if (!list || PyList_Size(list) == 0) {
        Py_XDECREF(list);
        PyErr_Restore(type, value, trace);
        return -1;
    }
    Py_XDECREF(type);
    Py_XDECREF(value);
    Py_XDECREF(trace);
    int result = put_strips(b, list, k);
    Py_DECREF(list);
    return result;
}

/* Strips: a list of lists of points, an array of three dimensions, or one list of points. */
int convert_strips(batch *b, PyObject *data) {
    const kind *k = b->kind;
    numbers whole;
    if (PyIter_Check(data)) { /* read once, looked at twice */
        PyObject *list = list_of(data);
        int result = list ? convert_strips(b, list) : -1;
        Py_XDECREF(list);
        return result;
    }
    if (numbers_from(data, k->number, &whole) == 0) { /* regular: one strip, or several that are as long */
        bool is_one = whole.n_dims <= 2;
        size_t n = whole.n == 0 ? (whole.n_dims >= 2 ? (size_t)whole.shape[0] : 0) : is_one ? 1 : (size_t)whole.shape[0], points = whole.n / k->size;
        bool fits = whole.n % k->size == 0 && (whole.n_dims < 2 || whole.n == 0 || whole.shape[whole.n_dims - 1] == k->size) && points <= INT32_MAX && n <= INT32_MAX;
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
    return convert_ragged(b, data);
}
