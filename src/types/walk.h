/* Values of element STRUCT: checked, measured and written by their places (places.h). */
#ifndef REEL_TYPES_WALK_H
#define REEL_TYPES_WALK_H

#include "interpret.h"

/* As reel__measure and reel__write. */
reel_status reel__measure_structs(const reel__cell *cell, const char *path, size_t *sizes);
void reel__write_structs(const reel__cell *cell, uint8_t *const *streams);

#endif
