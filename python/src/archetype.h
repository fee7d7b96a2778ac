/* Archetypes: Python objects that hold one batch per field. */
#ifndef REEL_PY_ARCHETYPE_H
#define REEL_PY_ARCHETYPE_H

#include "batch.h"

typedef struct archetype {
    PyObject_HEAD
    shape *shape;            /* NULL: a class of somebody else's that derives from Archetype */
    batch *fields[];         /* shape->table->n_fields of them; NULL: not set */
} archetype;

/* The class of an archetype; borrowed. NULL: exception set. */
PyTypeObject *archetype_type_of(shape *s);
/* Whether an object is an archetype whose fields may be logged from C: its class does not say otherwise by a method as_component_batches of its own. -1: exception set. */
int archetype_is_plain(PyObject *object);

/* An object of the class with these batches; its own __init__ is passed over. NULL: exception set. */
PyObject *archetype_restored(PyTypeObject *type, PyObject *fields);

int archetype_init(PyObject *module);

#endif
