/* Encodings: the layouts that components have, as kinds of their own ("rerun.encodings.Vec3D"), and the few components that no archetype has. */
#ifndef REEL_PY_ENCODINGS_H
#define REEL_PY_ENCODINGS_H

#include "py_kinds.h"

typedef struct encoding {
    const char *name;
    const char *arrow;       /* its type as schema/types.txt writes them, or "=" and the name of a component that has it */
    const char *enumeration; /* of the data model; or NULL */
} encoding;

size_t encodings_count(void);
const encoding *encoding_at(size_t index);
/* The type of an encoding, kept as long as the process; NULL with an exception set. */
const reel__arrow_type *encoding_type(const encoding *e);

#endif
