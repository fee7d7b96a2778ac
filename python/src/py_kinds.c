#include "py_kinds.h"

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
        {"RootContainer", CONVERT_UUID}, {"ViewMaximized", CONVERT_UUID}, {"VisualizerInstructionId", CONVERT_UUID},
    };
    for (size_t i = 0; i < sizeof special / sizeof *special; i++)
        if (strcmp(k->name, special[i].name) == 0)
            return special[i].conversion;
    if (k->enumeration && k->form == FORM_PACKED)
        return CONVERT_ENUM;
    return k->form == FORM_ARROW ? CONVERT_IN_PYTHON : CONVERT_PLAIN;
}

static uint8_t form_of(const reel__field *f) {
    switch (f->element) {
    case REEL__ELEMENT_FLAT: case REEL__ELEMENT_ENUM: case REEL__ELEMENT_CODES: return FORM_PACKED;
    case REEL__ELEMENT_BOOL: return FORM_BOOL;
    case REEL__ELEMENT_TEXT: return FORM_TEXT;
    case REEL__ELEMENT_BYTES: return FORM_BYTES;
    case REEL__ELEMENT_STRIP: return FORM_STRIPS;
    default: return FORM_ARROW;
    }
}

static void make_kind(kind *k, const reel__field *f, uint32_t number, uint32_t field) {
    const reel__arrow_node *node = f->descriptor.arrow->nodes;
    *k = (kind){.component_type = f->descriptor.component_type, .name = last_part(f->descriptor.component_type), .arrow = f->descriptor.arrow, .enumeration = f->enumeration,
                .form = form_of(f), .is_blueprint = strstr(f->descriptor.component_type, ".blueprint.") != NULL, .archetype = number, .field = field};
    if (k->form == FORM_STRIPS)
        node++;
    k->size = 1;
    for (; node->kind == REEL__ARROW_FIXED_LIST; node++)
        k->size = (uint8_t)(k->size * node->n);
    k->number = node->kind;
    static const uint8_t widths[] = {[REEL__ARROW_U8] = 1, [REEL__ARROW_I8] = 1, [REEL__ARROW_U16] = 2, [REEL__ARROW_I16] = 2, [REEL__ARROW_U32] = 4, [REEL__ARROW_I32] = 4,
                                     [REEL__ARROW_U64] = 8, [REEL__ARROW_I64] = 8, [REEL__ARROW_F16] = 2, [REEL__ARROW_F32] = 4, [REEL__ARROW_F64] = 8};
    if (k->form == FORM_PACKED || k->form == FORM_STRIPS)
        k->width = (uint16_t)(widths[k->number] * k->size);
    k->conversion = conversion_of(k);
}

static kind *kind_of(const reel__field *f, uint32_t number, uint32_t field) {
    kind *k = kind_named(f->descriptor.component_type);
    if (!k && n_kinds < KINDS_MAX) {
        k = &kinds[n_kinds++];
        make_kind(k, f, number, field);
    }
    return k;
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
    n_shapes++;
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
    return 0;
}
