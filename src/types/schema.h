/* The data model as tables. They are made from what schema/generate.py writes from schema/types.txt (packed.h); this header says how they look.
 *
 * A field's member in the caller's struct has a *form*; the values behind it have an *element* (the C type of one value). So an optional float, a list of floats
 * and the floats of send_columns are all "n values of element FLAT at this address". */
#ifndef REEL_TYPES_SCHEMA_H
#define REEL_TYPES_SCHEMA_H

#include "../chunk/descriptor.h"
#include "places.h"

typedef enum reel__element {
    REEL__ELEMENT_NONE = 0,     /* no C type: the field has no member */
    REEL__ELEMENT_FLAT,         /* `width` bytes, copied as they are into the one stream: numbers, vectors, matrices */
    REEL__ELEMENT_BOOL,         /* bool -> one u8 stream */
    REEL__ELEMENT_ENUM,         /* a C enum (int) -> one stream of u8 or u32 (`width` 1 or 4); checked against `enumeration` */
    REEL__ELEMENT_CODES,        /* `width` bytes, each checked against `enumeration` -> one stream */
    REEL__ELEMENT_TEXT,         /* const char * (NULL: "") -> lengths, bytes */
    REEL__ELEMENT_BYTES,        /* reel_bytes -> lengths, bytes */
    REEL__ELEMENT_STRIP,        /* points + lengths -> lengths, points; `width` bytes a point */
    REEL__ELEMENT_STRUCT,       /* a struct, as `layout` says (places.h) */
    REEL__ELEMENT_TENSOR,       /* reel_tensor_data */
    REEL__ELEMENT_ARROW         /* one reel__arrow_values: the n values of an Arrow array from `first` on; fields of users only */
} reel__element;

typedef enum reel__form {
    REEL__FORM_NONE = 0,   /* no member */
    REEL__FORM_LIST,       /* const T *x; size_t n_x: set when x is not NULL (n_x 0: empty list) */
    REEL__FORM_OPTIONAL,   /* struct { bool has; T v; }: `offset` is has, `offset_2` is v */
    REEL__FORM_VALUE,      /* T in the struct; not set when zero: enums (0), texts (NULL), bytes (data NULL), structs (all zero), tensor (type 0) */
    REEL__FORM_POINTER,    /* const T *x: one value, or NULL (vectors, matrices, structs for which all zero is a value) */
    REEL__FORM_STRIPS      /* reel_strips, reel_geo_strips */
} reel__form;

typedef enum reel__level { REEL__OPTIONAL = 0, REEL__RECOMMENDED = 1, REEL__REQUIRED = 2 } reel__level;

typedef struct reel__field {
    const char *name;             /* "positions" */
    reel__descriptor descriptor;
    const reel__enum *enumeration; /* or NULL */
    const reel__layout *layout;    /* STRUCT; or NULL */
    uint8_t element, form, level;
    bool many;
    bool own_chunk;               /* its column gets a chunk of its own */
    uint16_t width;               /* bytes of one value in its (main) stream; STRIP: of one point */
    uint16_t offset, offset_2;    /* in the public struct; offset_2: the count (LIST) or the value (OPTIONAL) */
    uint16_t offset_stride;       /* of a LIST's member that says how many bytes lie from one value to the next; 0: it has none */
    uint16_t end;                 /* a struct shorter than this does not have the field */
} reel__field;

typedef struct reel__archetype {
    const char *name;             /* "rerun.archetypes.Points3D" */
    const reel__field *fields;
    uint16_t n_fields;            /* at most 62 */
    uint32_t struct_size;         /* as this library knows it; 0: no struct */
    uint64_t required;            /* bit per field */
    uint8_t image_buffer, image_format; /* 1 + index of the fields that have raw pixels and say how these are laid out; 0: there are none */
} reel__archetype;

#endif
