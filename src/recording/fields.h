/* Fields that users bring: components of their own, and Arrow arrays. Made once per recording and kept as long as it, so that lanes and shapes can compare addresses. */
#ifndef REEL_RECORDING_FIELDS_H
#define REEL_RECORDING_FIELDS_H

#include "core.h"

#define REEL__COMPONENT_NAME_MAX 1024 /* bytes of each text of a descriptor */

/* reel_column.field of a component of one's own whose name is not joined with the archetype's: Python's descriptors mean what they say. */
enum { REEL__NAMED_AS_GIVEN = 0x7fffffff };

/* In the flags of a row: components without a type have as many values as they like. */
enum { REEL__LOG_FREE_COUNTS = 1 << 30 };

/* The field that a column is of: of an archetype (reel_column.archetype), or one of this recording. With Arrow data its element is REEL__ELEMENT_ARROW, and the array has been checked. */
reel_status reel__field_of(reel__core *core, const char *path, const reel_column *c, const reel__field **out);
/* The field with these texts and this type, which is the call's to keep or to free. */
reel_status reel__field_with_type(reel__core *core, const char *path, const reel_descriptor *d, reel__arrow_type *type, const reel__field **out);
void reel__fields_free(reel__core *core);

/* Releases an Arrow array and its schema as their interface says. NULL, and what is released already, are allowed. */
void reel__arrow_release(const reel_arrow *arrow);

#endif
