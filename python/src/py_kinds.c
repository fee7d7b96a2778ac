#include "py_kinds.h"

#include "py_encodings.h"

#include "../../src/arrow/ipc_write.h"
#include "../../src/types/interpret.h"
#include "../../src/types/types_table.h"

#include <stdlib.h>
#include <string.h>

enum { KINDS_MAX = 256, SHAPES_MAX = 128 };
static kind kinds[KINDS_MAX];
static size_t n_kinds;
static shape shapes[SHAPES_MAX];
static size_t n_shapes;

size_t kinds_count(void) { return n_kinds; }
kind *kind_at(size_t index) { return &kinds[index]; }
size_t shapes_count(void) { return n_shapes; }
shape *shape_at(size_t index) { return &shapes[index]; }

kind *kind_named(const char *component_type) {
    for (size_t i = 0; i < n_kinds; i++)
        if (strcmp(kinds[i].component_type, component_type) == 0)
            return &kinds[i];
    return NULL;
}

shape *shape_named(const char *archetype) {
    for (size_t i = 0; i < n_shapes; i++)
        if (strcmp(shapes[i].table->name, archetype) == 0)
            return &shapes[i];
    return NULL;
}

bool field_named(const char *archetype, const char *component, uint32_t *number, uint32_t *field) {
    const shape *s = archetype ? shape_named(archetype) : NULL;
    for (uint32_t i = 0; s && i < s->table->n_fields; i++)
        if (strcmp(s->table->fields[i].descriptor.component, component) == 0) {
            *number = s->number;
            *field = i;
            return true;
        }
    return false;
}

static const char *last_part(const char *dotted) {
    const char *dot = strrchr(dotted, '.');
    return dot ? dot + 1 : dotted;
}

/* What must be known beyond the type. */
static uint8_t conversion_of(const kind *k) {
    static const struct {
        const char *name;
        uint8_t conversion;
    } special[] = {
        {"Color", CONVERT_COLOR}, {"AlbedoFactor", CONVERT_COLOR}, {"EntityPath", CONVERT_PATH}, {"ViewCoordinates", CONVERT_VIEW_DIRS},
        {"RootContainer", CONVERT_UUID}, {"ViewMaximized", CONVERT_UUID}, {"VisualizerInstructionId", CONVERT_UUID}, {"Uuid", CONVERT_UUID}, {"Rgba32", CONVERT_COLOR},
        {"PinholeProjection", CONVERT_MATRIX}, {"TransformMat3x3", CONVERT_MATRIX}, {"Mat3x3", CONVERT_MATRIX}, {"Mat4x4", CONVERT_MATRIX},
    };
    for (size_t i = 0; i < sizeof special / sizeof *special; i++)
        if (strcmp(k->name, special[i].name) == 0)
            return special[i].conversion;
    if (k->enumeration && k->form == FORM_PACKED)
        return CONVERT_ENUM;
    return k->form == FORM_ARROW ? CONVERT_IN_PYTHON : CONVERT_PLAIN;
}

/* The form follows from the type alone. */
static uint8_t form_of(const reel__arrow_node *node) {
    const reel__arrow_node *inner = node;
    while (inner->kind == REEL__ARROW_FIXED_LIST)
        inner++;
    if (inner->kind >= REEL__ARROW_U8 && inner->kind <= REEL__ARROW_F64)
        return FORM_PACKED;
    if (node->kind == REEL__ARROW_LIST)
        return node[1].kind == REEL__ARROW_U8 ? FORM_BYTES : node[1].kind == REEL__ARROW_FIXED_LIST ? FORM_STRIPS : FORM_ARROW;
    return node->kind == REEL__ARROW_BOOL ? FORM_BOOL : node->kind == REEL__ARROW_UTF8 ? FORM_TEXT : FORM_ARROW;
}

static void make_kind(kind *k, const char *name, const reel__arrow_type *arrow, const reel__enum *enumeration) {
    const reel__arrow_node *node = arrow->nodes;
    *k = (kind){.component_type = name, .name = last_part(name), .arrow = arrow, .enumeration = enumeration, .form = form_of(node), .is_blueprint = strstr(name, ".blueprint.") != NULL,
                .is_encoding = strstr(name, ".encodings.") != NULL};
    if (k->form == FORM_STRIPS)
        node++;
    k->size = 1;
    for (; node->kind == REEL__ARROW_FIXED_LIST; node++)
        k->size = (uint8_t)(k->size * node->n);
    k->number = node->kind;
    if (k->form == FORM_PACKED || k->form == FORM_STRIPS)
        k->width = (uint16_t)(reel__arrow_width(k->number) * k->size);
    k->conversion = conversion_of(k);
    k->spreads = strcmp(k->component_type, "rerun.components.Scale3D") == 0;
}

static kind *kind_of(const reel__field *f, uint32_t number, uint32_t field) {
    kind *k = kind_named(f->descriptor.component_type);
    if (!k && n_kinds < KINDS_MAX) {
        k = &kinds[n_kinds];
        make_kind(k, f->descriptor.component_type, f->descriptor.arrow, f->enumeration);
        k->archetype = number;
        k->field = field;
        n_kinds++;
    }
    return k;
}

/* How many fields a constructor must be given, and how many of these by position too, where the data model does not say it: else all required ones, by position. */
static const struct {
    const char *name;
    uint8_t n_required, n_positional;
} constructors[] = {
    {"Arrows2D", 1, 0}, {"Arrows3D", 1, 0}, {"GridMap", 3, 0}, {"McapChannel", 3, 0}, {"McapSchema", 4, 0}, {"McapStatistics", 8, 0}, {"Mesh3D", 1, 0}, {"StateChange", 0, 0},
    {"MapBackground", 1, 1}, {"MapZoom", 1, 1}, {"NearClipPlane", 1, 1}, {"SpatialInformation", 1, 1}, {"ViewContents", 1, 1},
};

static void look_at_fields(shape *s) {
    s->is_transform = strcmp(s->name, "Transform3D") == 0;
    s->class_ids = s->keypoint_ids = -1;
    for (uint32_t i = 0; i < s->table->n_fields; i++) {
        const char *name = s->table->fields[i].name;
        if (strcmp(name, "class_ids") == 0)
            s->class_ids = (int)i;
        if (strcmp(name, "keypoint_ids") == 0)
            s->keypoint_ids = (int)i;
    }
    while (s->n_required < s->table->n_fields && s->table->fields[s->n_required].level == REEL__REQUIRED)
        s->n_required++;
    s->n_positional = s->n_required;
    for (size_t i = 0; i < sizeof constructors / sizeof *constructors; i++)
        if (strcmp(s->name, constructors[i].name) == 0) {
            s->n_required = constructors[i].n_required;
            s->n_positional = constructors[i].n_positional;
        }
}

static int make_shape(const reel__archetype *a, uint32_t number) {
    if (n_shapes == SHAPES_MAX) {
        PyErr_SetString(PyExc_SystemError, "reel: there are more archetypes than the extension has room for");
        return -1;
    }
    shape *s = &shapes[n_shapes];
    *s = (shape){.table = a, .number = number, .name = last_part(a->name), .kinds = calloc(a->n_fields, sizeof *s->kinds), .names = calloc(a->n_fields, sizeof *s->names)};
    if (!s->kinds || !s->names)
        return PyErr_NoMemory(), -1;
    for (uint32_t i = 0; i < a->n_fields; i++) {
        s->kinds[i] = kind_of(&a->fields[i], number, i);
        if (!s->kinds[i] || !(s->names[i] = PyUnicode_InternFromString(a->fields[i].name))) {
            if (!PyErr_Occurred())
                PyErr_SetString(PyExc_SystemError, "reel: there are more components than the extension has room for");
            return -1;
        }
    }
    look_at_fields(s);
    n_shapes++;
    return 0;
}

static const reel__enum *enum_named(const char *name) {
    for (size_t i = 0; name && i < REEL__N_ENUMS; i++)
        if (strcmp(reel__enums[i].name, name) == 0)
            return &reel__enums[i];
    static const char *const entry_names[] = {"Dataset", "DatasetView", "Table", "TableView", "BlueprintDataset", "AssetDataset"}; /* no archetype has it */
    static const uint32_t entry_values[] = {1, 2, 3, 4, 5, 6};
    static const reel__enum entry_kind = {"EntryKind", entry_values, entry_names, 6};
    return name ? &entry_kind : NULL;
}

static int make_encodings(void) {
    for (size_t i = 0; i < encodings_count(); i++) {
        const encoding *e = encoding_at(i);
        const reel__arrow_type *type = encoding_type(e);
        if (!type)
            return -1;
        if (n_kinds == KINDS_MAX) {
            PyErr_SetString(PyExc_SystemError, "reel: there are more components than the extension has room for");
            return -1;
        }
        make_kind(&kinds[n_kinds], e->name, type, enum_named(e->enumeration));
        n_kinds++;
    }
    return 0;
}

int kinds_init(void) {
    static const uint32_t firsts[] = {1, REEL__BLUEPRINT_FIRST + 1};
    for (int set = 0; set < 2 && n_shapes < SHAPES_MAX; set++) {
        const reel__archetype *a;
        for (uint32_t number = firsts[set]; (a = reel__archetype_of(number)); number++)
            if (make_shape(a, number) < 0)
                return -1;
    }
    return make_encodings();
}
