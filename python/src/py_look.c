/* Looking at objects without losing what they raise: a property, __getattr__ or __index__ of the program's may be where the user pressed Ctrl+C. */
#include "py.h"

bool py_forget(PyObject *type) {
    bool is_it = PyErr_ExceptionMatches(type);
    if (is_it)
        PyErr_Clear();
    return is_it;
}

int py_find(PyObject *object, const char *name, PyObject **out) {
    *out = PyObject_GetAttrString(object, name);
    return *out ? 1 : py_forget(PyExc_AttributeError) ? 0 : -1;
}

int py_has(PyObject *object, const char *name) {
    PyObject *found;
    int result = py_find(object, name, &found);
    Py_XDECREF(found);
    return result;
}
