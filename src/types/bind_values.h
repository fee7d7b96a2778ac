/* The values of one component, given by themselves instead of in an archetype's struct. */
#ifndef REEL_TYPES_BIND_VALUES_H
#define REEL_TYPES_BIND_VALUES_H

#include "interpret.h"

/* Bytes of one value as the caller lays it out; 0: not a fixed number (strips, Arrow arrays). */
size_t reel__value_size(const reel__field *f);
/* Checks a cell with field, values, n and, for strips, lengths, and sets its stride (0: packed). path is for messages. */
reel_status reel__bind_values(reel__cell *cell, size_t stride, const char *path);

#endif
