/* Arguments of fast calls: positional ones, then keywords by name. */
#ifndef REEL_PY_CALL_ARGS_H
#define REEL_PY_CALL_ARGS_H

#include "py.h"

/* The value of a keyword, borrowed; NULL: it was not given. Names are interned by the compiler of the caller, nearly always. */
static inline PyObject *keyword(PyObject *const *args, Py_ssize_t n, PyObject *names, PyObject *name) {
    Py_ssize_t n_names = names ? PyTuple_Size(names) : 0;
    for (Py_ssize_t i = 0; i < n_names; i++) {
        PyObject *given = PyTuple_GetItem(names, i);
        if (given == name || PyUnicode_Compare(given, name) == 0)
            return args[n + i];
    }
    return NULL;
}

/* Every keyword must be one of these. -1: exception set. */
int only_keywords(const char *function, PyObject *names, PyObject *const *known, size_t n_known);

#endif
