/* Arrow arrays made of streams: the flat form in which values of a type are gathered (src/arrow/arrow_type.h says what each stream holds). */
#ifndef REEL_PY_ARROW_TREE_H
#define REEL_PY_ARROW_TREE_H

#include "py_kinds.h"

#include "../../src/base/buf.h"

#include <reel/arrow.h>

/* The type as a schema; name: of its field. 0, or -1 with an exception. */
int tree_schema(const reel__arrow_type *type, const char *name, struct ArrowSchema *out);
/* n values whose streams are given, copied. 0, or -1 with an exception. */
int tree_array(const reel__arrow_type *type, int64_t n, const reel__buf *streams, struct ArrowArray *out);
/* n numbers, vectors or matrices that stand somewhere; holder keeps them alive. */
int tree_packed(const reel__arrow_type *type, int64_t n, const void *values, PyObject *holder, struct ArrowArray *out);
/* The same array again, nothing copied; holder keeps the first one alive. */
int tree_share(const struct ArrowArray *array, PyObject *holder, struct ArrowArray *out);
int tree_copy_schema(const struct ArrowSchema *schema, struct ArrowSchema *out);

#endif
