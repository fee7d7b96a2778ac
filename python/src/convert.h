/* From Python objects to values of a kind. */
#ifndef REEL_PY_CONVERT_H
#define REEL_PY_CONVERT_H

#include "batch.h"

/* Fills an empty batch. 0, or -1 with an exception (TypeError, ValueError, OverflowError) that says what was expected and what was given. */
int convert(batch *b, PyObject *data);

/* Numbers of any object that holds some: scalars, nested lists and tuples, buffers (numpy, array.array, bytes, memoryview), __array_interface__, DLPack, __array__, Arrow. */
typedef struct numbers {
    const void *data;        /* n numbers of `type`, packed */
    size_t n;
    uint8_t type;            /* reel__arrow_kind: U8 to F64, BOOL (bytes) */
    int n_dims;              /* 0: a scalar; lists: how deep they are nested, all alike */
    uint64_t shape[8];
    void *memory;            /* from malloc; or NULL */
    PyObject *owner;         /* or NULL */
    Py_buffer view;          /* view.obj not NULL: to be released */
    double scalar;           /* room for one number */
} numbers;
enum { NUMBERS_DIMS_MAX = 8 };

/* Numbers as they are; wanted: the type that lists and scalars are read as (ARROW_NULL: int64, float64 or bool, as they are). -1: exception set. */
int numbers_from(PyObject *object, uint8_t wanted, numbers *out);
void numbers_free(numbers *n);
/* n numbers of one type to another, packed; floats to integers only when whole and in range, integers only when in range (ValueError with the first that is not). what: for messages. */
int numbers_cast(const void *from, uint8_t from_type, size_t n, void *to, uint8_t to_type, const char *what);
/* Whether an object is one integer, and not an array of one. -1: exception set. */
int is_integer(PyObject *object);
/* Lets a batch use numbers where they stand, in a buffer or an Arrow array of the caller's, which it keeps from going away; what the caller writes there before the batch is logged is logged. Only
 * for many: false, nothing happened: they are few, or stand in memory of their own. */
bool numbers_share(batch *b, const numbers *from);
/* A new list of what an iterable gives; TypeError: it is none. */
PyObject *list_of(PyObject *object);
uint32_t number_bytes(uint8_t type);
const char *number_name(uint8_t type);

/* Colours (convert_color.c), texts and bytes (convert_text.c), structs by their Arrow type (convert_struct.c). */
int convert_color(batch *b, PyObject *data);
int convert_enum(batch *b, PyObject *data);
int convert_text(batch *b, PyObject *data);
int convert_bytes(batch *b, PyObject *data);
int convert_bools(batch *b, PyObject *data);
int convert_strips(batch *b, PyObject *data);
int convert_struct(batch *b, PyObject *data);
/* batch_of_any(nodes, values, has_nulls): values of any type that can be told in a tuple of (name, format of Arrow's C data interface, children), as a batch of no component (convert_any.c). */
PyObject *batch_of_any(PyObject *self, PyObject *args);

#endif
