#include "capsule.h"

#include <stdlib.h>

#define CAPSULE_FUNCTIONS(name, type, label)                       \
    static void name##_destroy(PyObject *capsule) {                \
        struct type *held = PyCapsule_GetPointer(capsule, label);  \
        if (held && held->release)                                 \
            held->release(held);                                   \
        free(held);                                                \
    }                                                              \
    static PyObject *name##_capsule(struct type *given) {          \
        struct type *held = malloc(sizeof *held);                  \
        if (!held) {                                               \
            given->release(given);                                 \
            return PyErr_NoMemory();                               \
        }                                                          \
        *held = *given;                                            \
        given->release = NULL;                                     \
        PyObject *capsule = PyCapsule_New(held, label, name##_destroy); \
        if (!capsule) {                                            \
            held->release(held);                                   \
            free(held);                                            \
        }                                                          \
        return capsule;                                            \
    }                                                              \
    static int name##_take(PyObject *capsule, struct type *out) {  \
        struct type *held = PyCapsule_GetPointer(capsule, label);  \
        if (!held)                                                 \
            return -1;                                             \
        if (!held->release) {                                      \
            PyErr_SetString(PyExc_ValueError, "the capsule \"" label "\" was used up before"); \
            return -1;                                             \
        }                                                          \
        *out = *held;                                              \
        held->release = NULL;                                      \
        return 0;                                                  \
    }

CAPSULE_FUNCTIONS(schema, ArrowSchema, "arrow_schema")
CAPSULE_FUNCTIONS(array, ArrowArray, "arrow_array")
CAPSULE_FUNCTIONS(stream, ArrowArrayStream, "arrow_array_stream")

PyObject *capsule_schema(struct ArrowSchema *schema) { return schema_capsule(schema); }
PyObject *capsule_stream(struct ArrowArrayStream *stream) { return stream_capsule(stream); }

PyObject *capsule_array(struct ArrowSchema *schema, struct ArrowArray *array) {
    PyObject *first = schema_capsule(schema), *second = array_capsule(array), *pair = first && second ? PyTuple_Pack(2, first, second) : NULL;
    Py_XDECREF(first);
    Py_XDECREF(second);
    return pair;
}

int capsule_take_array(PyObject *object, struct ArrowSchema *schema, struct ArrowArray *array) {
    PyObject *pair = PyObject_CallMethod(object, "__arrow_c_array__", NULL);
    if (!pair)
        return -1;
    int result = -1;
    if (!PyTuple_Check(pair) || PyTuple_Size(pair) != 2)
        PyErr_Format(PyExc_TypeError, "__arrow_c_array__ of a %.100R gave no pair of capsules", (PyObject *)Py_TYPE(object));
    else if (schema_take(PyTuple_GetItem(pair, 0), schema) == 0 && (result = array_take(PyTuple_GetItem(pair, 1), array)) < 0)
        schema->release(schema);
    Py_DECREF(pair);
    return result;
}

int capsule_take_stream(PyObject *object, struct ArrowArrayStream *stream) {
    PyObject *capsule = PyObject_CallMethod(object, "__arrow_c_stream__", NULL);
    int result = capsule ? stream_take(capsule, stream) : -1;
    Py_XDECREF(capsule);
    return result;
}

int capsule_take_schema(PyObject *object, struct ArrowSchema *schema) {
    PyObject *capsule = PyObject_CallMethod(object, "__arrow_c_schema__", NULL);
    int result = capsule ? schema_take(capsule, schema) : -1;
    Py_XDECREF(capsule);
    return result;
}
