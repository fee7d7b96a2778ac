/* A component batch: the values of one component for one row, or, with lengths, for many rows. Immutable once made; shared by archetypes, rows and columns.
 *
 * BaseBatch in Python; `Position3DBatch` and its sisters are its subclasses, one per kind. */
#ifndef REEL_PY_BATCH_H
#define REEL_PY_BATCH_H

#include "py_kinds.h"

#include <reel/arrow.h>

typedef struct batch {
    PyObject_HEAD
    kind *kind;              /* NULL: a type that no component has; then the form is ARROW */
    uint8_t form;            /* that of the kind, or ARROW */
    bool is_failed;          /* empty because what was given could not be converted: shown as it is, and never logged */
    uint32_t n;              /* values; strips: how many strips */
    const void *values;      /* by form; NULL with n 0, and for ARROW */
    const uint32_t *lengths; /* STRIPS */
    void *memory;            /* what values and lengths stand in, from malloc; NULL: in `small`, or in what `owner` keeps */
    PyObject *owner;         /* keeps alive what values point into; or NULL */
    struct ArrowSchema schema; /* ARROW; release NULL otherwise */
    struct ArrowArray array;
    uint64_t small[8];       /* room for one matrix or some numbers, so that a scalar needs no second allocation */
} batch;

/* An empty batch of this kind, of this type (NULL: the kind's own). */
batch *batch_new(kind *k, PyTypeObject *type);
/* Room for n values of the form PACKED or BOOL, or n points; in `small` if they fit. NULL: exception set. */
void *batch_room(batch *b, size_t bytes);
/* A new batch from any Python object that stands for values of this kind (convert.c). A batch of the kind is given back as it is. NULL: exception set, which says what was expected of what. */
batch *batch_from(kind *k, PyObject *data);
bool batch_check(PyObject *object);

/* The kind's own subclass of BaseBatch; borrowed. */
PyTypeObject *batch_type_of(kind *k);

/* The kind of a class: its own, or that of the nearest base; NULL: none, and no exception. */
kind *batch_kind_of(PyTypeObject *type);

/* As an Arrow array that keeps the batch alive. The schema's name is "item". */
int batch_export(batch *b, struct ArrowSchema *schema, struct ArrowArray *array);
/* Values from an Arrow array, which is taken over in any case. k NULL: of any type. Texts say what they are not: "fixed_size_list<float>[3] expected". */
batch *batch_import(kind *k, struct ArrowSchema *schema, struct ArrowArray *array, PyTypeObject *type);
/* The same of an object with __arrow_c_array__ or __arrow_c_stream__ (its chunks joined). */
batch *batch_import_object(kind *k, PyObject *object, PyTypeObject *type);
int has_arrow(PyObject *object); /* -1: exception set */

int batch_init(PyObject *module);

#endif
