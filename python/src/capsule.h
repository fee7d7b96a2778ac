/* The Arrow PyCapsule interface: Arrow structs of the C data interface handed between Python packages. */
#ifndef REEL_PY_CAPSULE_H
#define REEL_PY_CAPSULE_H

#include "py.h"

#include <reel/arrow.h>

/* Capsules that take the structs over, in any case. NULL: exception set, and the structs are released. */
PyObject *capsule_schema(struct ArrowSchema *schema);
PyObject *capsule_array(struct ArrowSchema *schema, struct ArrowArray *array); /* (schema, array) */
PyObject *capsule_stream(struct ArrowArrayStream *stream);

/* What an object's __arrow_c_array__ gives, moved here. -1: exception set, nothing to release. */
int capsule_take_array(PyObject *object, struct ArrowSchema *schema, struct ArrowArray *array);
int capsule_take_stream(PyObject *object, struct ArrowArrayStream *stream);
int capsule_take_schema(PyObject *object, struct ArrowSchema *schema);

#endif
