/* What every file of the extension needs: Python's stable interface (3.11), the library, and the module's one state.
 *
 * The extension is thin: it turns Python objects into the values that the library takes (batch.h), hands them over (log_call.c), and wraps recordings, readers and chunks. Names, signatures and
 * everything that is not called once per row are in the package's Python files.
 *
 * Errors: a function that returns PyObject * or int has set an exception when it returns NULL or -1. */
#ifndef REEL_PY_H
#define REEL_PY_H

#define PY_SSIZE_T_CLEAN
#ifndef Py_LIMITED_API
#  define Py_LIMITED_API 0x030B0000
#endif
#include <Python.h>
#include <stdbool.h>
#include <stdio.h>

#include <reel/reel.h>

/* What the module keeps. There is one: sub-interpreters are refused (module.c). */
typedef struct py_state {
    PyObject *module;
    PyObject *support;       /* the package's module _support: what conversions and errors need from Python; imported when first asked for */
    PyObject *reel_error;    /* reel.ReelError */
    PyTypeObject *batch_type, *archetype_type, *recording_type;
} py_state;
extern py_state py;

/* Attribute of reel._support; a new reference. */
PyObject *py_support(const char *name);

/* Raises what a status means (ValueError, OSError, MemoryError, ReelError...) with the library's message. Returns NULL. */
PyObject *py_raise(reel_status status);

/* A str as UTF-8 that lives as long as the object; what: the argument's name, for messages. Texts with NUL are refused. NULL on error. */
const char *py_text(PyObject *object, const char *what);

/* With an exception set by what the program gave: in strict mode it stays (-1), else it becomes a warning (0). context: what could not be done. strict: True, False, or None as strict_mode(). */
int py_soften(const char *context, PyObject *strict);

/* Attributes that an object may have: 1, or 0 and no exception; -1: the look-up raised something else than AttributeError, which stays. *out: a new reference, or NULL. */
int py_find(PyObject *object, const char *name, PyObject **out);
int py_has(PyObject *object, const char *name);
/* With an exception set: clears it if it is of this type (or tuple of types). False: it is another one, and stays: KeyboardInterrupt and MemoryError say nothing about a value. */
bool py_forget(PyObject *type);

/* Interned str for attribute names; made once, kept. */
#define PY_NAME(variable, text) \
    static PyObject *variable; \
    if (!variable && !(variable = PyUnicode_InternFromString(text))) return NULL

#endif
