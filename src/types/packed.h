/* Archetypes as the generator writes them: without a pointer, since each would cost the library 24 bytes of relocation beside its own 8, and the start of every program the time to
 * fill it in. The tables that the rest of the library looks at (schema.h) are made from them in memory when they are first asked for. */
#ifndef REEL_TYPES_PACKED_H
#define REEL_TYPES_PACKED_H

#include "../base/sync.h"
#include "schema.h"

enum { REEL__PACKED_MANY = 1, REEL__PACKED_OWN_CHUNK = 2 };

typedef struct reel__packed_field {
    uint16_t component, component_type; /* where the texts begin: "Points3D:positions", "rerun.components.Position3D" */
    uint8_t arrow;                      /* index of reel__arrow_types */
    uint8_t enumeration, layout;        /* 1 + index of reel__enums, of the set's layouts; 0: none */
    uint8_t element, form, level, flags;
    uint16_t width, offset, offset_2, offset_stride, end;
} reel__packed_field;

typedef struct reel__packed_archetype {
    uint16_t name;                      /* where the text begins: "rerun.archetypes.Points3D" */
    uint16_t struct_size;
    uint8_t n_fields, image_buffer, image_format;
} reel__packed_archetype;

typedef struct reel__packed_set {
    const char *texts;                  /* one after another, each ended by NUL */
    const reel__layout *const *layouts;
    const reel__packed_field *fields;   /* of all archetypes, in their order */
    const reel__packed_archetype *archetypes;
    uint32_t n_archetypes;
    /* what is made of them: room for all fields, and for the archetypes behind an empty one */
    reel__field *made_fields;
    reel__archetype *made_archetypes;
} reel__packed_set;

/* The same for Arrow types and enums. */
typedef struct reel__packed_node {
    uint16_t name;
    uint8_t kind;
    bool nullable;
    uint16_t n;
} reel__packed_node;
typedef struct reel__packed_type {
    uint16_t first_node;
    uint8_t n_nodes, n_streams;
} reel__packed_type;
typedef struct reel__packed_enum {
    uint16_t name, first_variant, n;
} reel__packed_enum;
typedef struct reel__packed_types {
    const char *texts;
    const reel__packed_node *nodes;
    uint32_t n_nodes;
    const reel__packed_type *types;
    const reel__packed_enum *enums;
    const uint32_t *values;
    const uint16_t *variants;
    uint32_t n_variants;
    reel__arrow_node *made_nodes;
    const char **made_variants;
} reel__packed_types;
extern const reel__packed_types reel__packed_types_of_components;

/* Makes a set's archetypes, and all types and enums, unless somebody has. Thread-safe. */
void reel__unpack(const reel__packed_set *set, _Atomic(bool) *is_made);

/* The archetypes of a set, counted from 1; the first call makes them. */
static inline const reel__archetype *reel__unpacked(const reel__packed_set *set, _Atomic(bool) *is_made) {
    if (REEL__UNLIKELY(!atomic_load_explicit(is_made, memory_order_acquire)))
        reel__unpack(set, is_made);
    return set->made_archetypes;
}

#endif
