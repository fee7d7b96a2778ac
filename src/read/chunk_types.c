/* Components held against the data model: is a value of the type that the component's name promises, and does the archetype have such a field? */
#include "chunk_data.h"

#include "../arrow/arrow_format.h"
#include "../arrow/arrow_import.h"
#include "../arrow/arrow_values.h"
#include "../base/buf.h"
#include "../base/error.h"
#include "../types/types_table.h"

#include <string.h>

#define OFFICIAL "rerun."
#define COMPONENTS "rerun.components."

/* Components of the data model that no archetype has a field of. Without pointers, which would cost relocations. */
static const struct {
    uint8_t arrow;
    char name[15];
} without_field[] = {{REEL__TYPE_BOOL, "Bool"}, {REEL__TYPE_U8, "EntryKind"}, {REEL__TYPE_BOOL, "Flag"}, {REEL__TYPE_LIST_U8, "Thumbnail"}, {REEL__TYPE_UTF8, "Url"}};

/* The archetype behind *number: those of data, then those of blueprints; NULL behind the last one. */
static const reel__archetype *next_archetype(uint32_t *number) {
    const reel__archetype *a = *number < REEL__BLUEPRINT_FIRST ? reel__data_archetype(*number + 1) : reel__blueprint_archetype(*number + 1);
    *number = a || *number >= REEL__BLUEPRINT_FIRST ? *number + 1 : REEL__BLUEPRINT_FIRST + 1;
    return a || *number != REEL__BLUEPRINT_FIRST + 1 ? a : reel__blueprint_archetype(*number);
}

static const reel__archetype *find_archetype(const char *name) {
    const reel__archetype *a;
    for (uint32_t number = 0; (a = next_archetype(&number)) != NULL;)
        if (strcmp(a->name, name) == 0)
            return a;
    return NULL;
}

/* The type of a component's values, and a field of it (NULL if there is none). */
static const reel__arrow_type *find_type(const char *component_type, const reel__field **field) {
    const reel__archetype *a;
    *field = NULL;
    for (uint32_t number = 0; (a = next_archetype(&number)) != NULL;)
        for (uint32_t f = 0; f < a->n_fields; f++)
            if (a->fields[f].descriptor.component_type && strcmp(a->fields[f].descriptor.component_type, component_type) == 0) {
                *field = &a->fields[f];
                return a->fields[f].descriptor.arrow;
            }
    for (size_t i = 0; i < sizeof without_field / sizeof *without_field; i++) /* the types are made with the archetypes: looked at behind them */
        if (strncmp(component_type, COMPONENTS, strlen(COMPONENTS)) == 0 && strcmp(without_field[i].name, component_type + strlen(COMPONENTS)) == 0)
            return &reel__arrow_types[without_field[i].arrow];
    return NULL;
}

/* Names of a struct's fields count; names of lists' items, and what may be null, do not. *at moves behind the node and all below it. */
static bool fits(const reel__arrow_node **at, const struct ArrowSchema *schema) {
    const reel__arrow_node *node = (*at)++;
    reel__arrow_format f;
    uint32_t n = reel__arrow_children(node);
    if (!reel__arrow_parse(schema, &f) || f.storage != REEL__ARROW_AS_IT_IS || f.kind != node->kind || (uint64_t)schema->n_children != n)
        return false;
    if (node->kind == REEL__ARROW_FIXED_LIST && f.n != node->n)
        return false;
    if (node->format && strcmp(node->format, schema->format) != 0)
        return false;
    for (uint32_t i = 0; i < n; i++) {
        bool is_named = node->kind == REEL__ARROW_STRUCT || reel__arrow_is_union(node->kind);
        if (is_named && strcmp((*at)->name, schema->children[i]->name ? schema->children[i]->name : "") != 0)
            return false;
        if (!fits(at, schema->children[i]))
            return false;
    }
    return true;
}

static reel_status check_archetype(const reel_chunk *chunk, const reel_chunk_component *c) {
    const reel__archetype *a = find_archetype(c->archetype);
    if (!a)
        return reel__fail(REEL_E_NOT_FOUND, "%s: the archetype %.120s of %.120s is not known", chunk->parts.entity, c->archetype, c->component);
    for (uint32_t f = 0; f < a->n_fields; f++) {
        const reel__descriptor *d = &a->fields[f].descriptor;
        if (strcmp(d->component, c->component) != 0)
            continue;
        if (d->component_type && (!c->component_type || strcmp(d->component_type, c->component_type) != 0))
            return reel__fail(REEL_E_FORMAT, "%s: %.120s is of the type %.120s, and should be of %s", chunk->parts.entity, c->component,
                              c->component_type ? c->component_type : "(none)", d->component_type);
        return REEL_OK;
    }
    return reel__fail(REEL_E_NOT_FOUND, "%s: the archetype %.120s has no field %.120s", chunk->parts.entity, c->archetype, c->component);
}

/* ---- enumerations */

/* Of a node of the type; NULL: its values are none. */
static const reel__enum *enumeration_of(const reel__field *field, size_t node) {
    const reel__layout *l = field->layout;
    return l ? (node < l->n_places ? l->places[node].enumeration : NULL) : field->enumeration;
}

static bool has_enumeration(const reel__field *field) {
    bool has = field->enumeration != NULL;
    for (size_t i = 0; field->layout && i < field->layout->n_places; i++)
        has |= field->layout->places[i].enumeration != NULL;
    return has;
}

typedef struct codes {
    const reel__field *field;
    const reel__arrow_node *nodes;
    size_t node;           /* the next one */
    uint32_t bad;          /* a code that there is not */
    const reel__enum *of;  /* NULL: all are good */
} codes;

static bool has_code(const reel__enum *e, uint32_t code) {
    for (uint16_t i = 0; i < e->n; i++)
        if (e->values[i] == code)
            return true;
    return false;
}

static void look_at_codes(codes *c, const reel__enum *e, const struct ArrowArray *array, int64_t first, int64_t n, bool is_byte) {
    const uint8_t *validity = array->null_count ? array->buffers[0] : NULL, *values = array->buffers[1];
    for (int64_t i = array->offset + first; i < array->offset + first + n; i++) {
        uint32_t code = is_byte ? values[i] : reel__load_u32(values + 4 * i);
        if ((!validity || reel__arrow_bit(validity, i)) && !has_code(e, code)) {
            c->bad = code;
            c->of = e;
            return;
        }
    }
}

/* The type fits: its nodes, and the schema's fields, are the same. Unions have no enumerations within. */
static void walk(codes *c, const struct ArrowArray *array, int64_t first, int64_t n) {
    size_t number = c->node++;
    const reel__arrow_node *node = &c->nodes[number];
    const reel__enum *e = enumeration_of(c->field, number);
    int64_t at = array->offset + first;
    if (e && n && (node->kind == REEL__ARROW_U8 || node->kind == REEL__ARROW_U32))
        look_at_codes(c, e, array, first, n, node->kind == REEL__ARROW_U8);
    uint32_t children = reel__arrow_children(node);
    for (uint32_t i = 0; i < children && !c->of; i++) {
        if (node->kind == REEL__ARROW_STRUCT) {
            walk(c, array->children[i], at, n);
        } else if (node->kind == REEL__ARROW_FIXED_LIST) {
            walk(c, array->children[i], at * node->n, n * node->n);
        } else if (node->kind == REEL__ARROW_LIST) {
            const int32_t *offsets = array->buffers[1];
            int64_t begin = n ? offsets[at] : 0;
            walk(c, array->children[i], begin, n ? offsets[at + n] - begin : 0);
        } else {
            walk(c, array->children[i], 0, 0);
        }
    }
}

reel_status reel_chunk_check_codes(const reel_chunk *chunk, size_t component) {
    const reel__field *field;
    bool has_codes;
    REEL__TRY(reel_chunk_check_type(chunk, component, &has_codes));
    if (!has_codes)
        return REEL_OK;
    const reel_chunk_component *c = &chunk->components[component];
    const reel__chunk_column *column = &chunk->parts.columns[component];
    codes walking = {.nodes = find_type(c->component_type, &field)->nodes};
    walking.field = field;
    int64_t begin = reel__chunk_begin(column);
    walk(&walking, column->values, begin, reel__chunk_end(column, chunk->parts.n_rows) - begin);
    if (!walking.of)
        return REEL_OK;
    return reel__fail(REEL_E_FORMAT, "%s: %.120s has the value %u, which the enumeration %s does not have", chunk->parts.entity, c->component, (unsigned)walking.bad, walking.of->name);
}

/* ---- types */

reel_status reel_chunk_check_type(const reel_chunk *chunk, size_t component, bool *has_codes) {
    if (has_codes)
        *has_codes = false;
    if (component >= reel_chunk_components(chunk))
        return reel__fail(REEL_E_ARGUMENT, "a chunk has no component %zu", component);
    const reel_chunk_component *c = &chunk->components[component];
    if (c->component_type && strncmp(c->component_type, OFFICIAL, strlen(OFFICIAL)) == 0) {
        const reel__field *field;
        const reel__arrow_type *type = find_type(c->component_type, &field);
        const reel__arrow_node *node = type ? type->nodes : NULL;
        if (!type)
            return reel__fail(REEL_E_NOT_FOUND, "%s: the type %.120s of %.120s is not known", chunk->parts.entity, c->component_type, c->component);
        if (!fits(&node, chunk->parts.columns[component].item))
            return reel__fail(REEL_E_FORMAT, "%s: the values of %.120s are %.200s, which %.120s is not", chunk->parts.entity, c->component, c->arrow_type, c->component_type);
        if (has_codes && field)
            *has_codes = has_enumeration(field);
    }
    if (c->archetype && strncmp(c->archetype, OFFICIAL, strlen(OFFICIAL)) == 0)
        return check_archetype(chunk, c);
    return REEL_OK;
}
