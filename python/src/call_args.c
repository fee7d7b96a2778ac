#include "call_args.h"

int only_keywords(const char *function, PyObject *names, PyObject *const *known, size_t n_known) {
    Py_ssize_t n_names = names ? PyTuple_Size(names) : 0;
    for (Py_ssize_t i = 0; i < n_names; i++) {
        PyObject *given = PyTuple_GetItem(names, i);
        size_t k = 0;
        while (k < n_known && given != known[k] && PyUnicode_Compare(given, known[k]) != 0)
            k++;
        if (k == n_known) {
            PyErr_Format(PyExc_TypeError, "%s() got an unexpected keyword argument '%U'", function, given);
            return -1;
        }
    }
    return 0;
}
