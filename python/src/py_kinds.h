/* What there is to convert to: kinds (one per component of the data model, and one per encoding) and shapes (one per archetype), looked up by name. They are made from the library's tables
 * and py_encodings.c once. */
#ifndef REEL_PY_KINDS_H
#define REEL_PY_KINDS_H

#include "py.h"

#include "../../src/types/schema.h"

/* How Python objects become values of a component, beyond what its Arrow type says. */
typedef enum conversion {
    CONVERT_PLAIN = 0,  /* by element and type alone: numbers, vectors, bools, texts, bytes, strips, structs */
    CONVERT_COLOR,      /* u32 0xRRGGBBAA: floats 0..1, ints 0..255, packed ints, RGB and RGBA */
    CONVERT_ENUM,       /* names in any case, numbers, members of the enum */
    CONVERT_PATH,       /* texts that are entity paths */
    CONVERT_VIEW_DIRS,  /* three directions */
    CONVERT_MATRIX,     /* rows are given, columns are kept */
    CONVERT_UUID,       /* 16 bytes, or a uuid.UUID */
    CONVERT_IN_PYTHON   /* reel._support.struct_values(name, data) gives a list of values: dicts, tuples or objects for structs, lists, numbers */
} conversion;

/* How the values of a batch stand in memory. */
typedef enum form {
    FORM_PACKED = 0,    /* `width` bytes a value: numbers, vectors, codes of enums */
    FORM_BOOL,          /* a bool each */
    FORM_TEXT,          /* const char * each, ended by NUL */
    FORM_BYTES,         /* reel_bytes each */
    FORM_STRIPS,        /* points, one after another, and a length per strip */
    FORM_ARROW          /* an Arrow array; everything that is made of structs */
} form;

typedef struct kind {
    const char *component_type;        /* "rerun.components.Position3D", "rerun.encodings.Vec3D" */
    const char *name;                  /* "Position3D" */
    const reel__arrow_type *arrow;
    const reel__enum *enumeration;     /* or NULL */
    uint8_t form, conversion;
    uint8_t number;                    /* PACKED, STRIPS: reel__arrow_kind of one number */
    uint8_t size;                      /* numbers per value or per point; 1: scalars */
    uint16_t width;                    /* bytes of one value or point */
    bool is_blueprint, is_encoding;
    bool spreads;                      /* one number stands for all of a value: a scale of 2 is (2, 2, 2) */
    uint32_t archetype, field;         /* a field that has it; 0 and 0: none has */
    PyTypeObject *batch_type;          /* "Position3DBatch"; made when first asked for (batch.c) */
} kind;

typedef struct shape {
    const reel__archetype *table;
    uint32_t number;                   /* of the archetype in the library */
    const char *name;                  /* "Points3D" */
    kind **kinds;                      /* per field */
    PyObject **names;                  /* per field, interned */
    int class_ids, keypoint_ids;       /* fields; -1: it has none. Keypoints without classes are of class 0 */
    uint32_t n_positional;             /* how many fields its constructor takes by position: the required ones, most often */
    uint32_t n_required;               /* fields that the constructor must be given: the first ones */
    bool is_transform;                 /* Transform3D, whose constructor takes more than its fields */
    PyTypeObject *type;                /* made when first asked for (archetype.c) */
} shape;

int kinds_init(void);
size_t kinds_count(void);
kind *kind_at(size_t index);
/* By "rerun.components.Position3D" or "rerun.blueprint.components.PanelState"; NULL: there is none (no exception). */
kind *kind_named(const char *component_type);
size_t shapes_count(void);
shape *shape_at(size_t index);
/* By "rerun.archetypes.Points3D"; NULL: there is none (no exception). */
shape *shape_named(const char *archetype);
/* The field "Points3D:positions" of an archetype "rerun.archetypes.Points3D"; false: there is none. */
bool field_named(const char *archetype, const char *component, uint32_t *number, uint32_t *field);

#endif
