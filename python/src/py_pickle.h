/* What copy, pickle and multiprocessing ask of batches and archetypes. */
#ifndef REEL_PY_PICKLE_H
#define REEL_PY_PICKLE_H

#include "archetype.h"

#include "../../src/base/buf.h"

/* __reduce__: a function of this file, its arguments, and what a class of the program's adds. */
PyObject *batch_reduce(PyObject *self, PyObject *ignored);
PyObject *archetype_reduce(PyObject *self, PyObject *ignored);

/* A batch of a type of its kind from n values in streams, as src/arrow/arrow_type.h says. NULL: exception set. */
batch *batch_from_streams(kind *k, PyTypeObject *type, int64_t n, reel__buf *streams);

int pickle_init(PyObject *module);

#endif
