/* What a component column is: its name, where it belongs, and its type. The texts and the type live as long as the library, or as the chunk schema that holds them. */
#ifndef REEL_CHUNK_DESCRIPTOR_H
#define REEL_CHUNK_DESCRIPTOR_H

#include "../arrow/arrow_type.h"

typedef struct reel__descriptor {
    const char *component;      /* "Points3D:positions" */
    const char *archetype;      /* "rerun.archetypes.Points3D", or NULL */
    const char *component_type; /* "rerun.components.Position3D", or NULL */
    const reel__arrow_type *arrow;
} reel__descriptor;

#endif
