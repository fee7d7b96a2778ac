#include "call_args.h"

/* Names in calls are interned by the compiler, nearly always: the same object. */
static size_t number_of(PyObject *name, PyObject *const *known, size_t n_known) {
    for (size_t k = 0; k < n_known; k++)
        if (name == known[k])
            return k;
    size_t k = 0;
    while (k < n_known && PyUnicode_Compare(name, known[k]) != 0)
        k++;
    return k;
}

int keywords(const char *function, PyObject *const *args, Py_ssize_t n, PyObject *names, const char *const *texts, PyObject **known, PyObject **found, size_t n_known) {
    if (!names)
        return 0;
    if (!known[n_known - 1])
        for (size_t k = 0; k < n_known; k++)
            if (!known[k] && !(known[k] = PyUnicode_InternFromString(texts[k])))
                return -1;
    Py_ssize_t n_names = PyTuple_Size(names);
    for (Py_ssize_t i = 0; i < n_names; i++) {
        PyObject *name = PyTuple_GetItem(names, i);
        size_t k = number_of(name, known, n_known);
        if (k == n_known) {
            PyErr_Format(PyExc_TypeError, "%s() got an unexpected keyword argument '%U'", function, name);
            return -1;
        }
        found[k] = args[n + i];
    }
    return 0;
}
