/* Chunks as Python objects: counted references of the library's, nothing copied. */
#ifndef REEL_PY_CHUNK_H
#define REEL_PY_CHUNK_H

#include "py.h"

#include <reel/read.h>

/* The chunk is taken over. NULL: exception set. */
PyObject *chunk_object(reel_chunk *chunk);
/* The chunk within, borrowed. NULL: the object is none; exception set. */
reel_chunk *chunk_of(PyObject *object, const char *what);

int chunk_init(PyObject *module);
int reader_init(PyObject *module);

#endif
