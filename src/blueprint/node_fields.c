/* Values on nodes: fields by name, archetype structs, columns. */
#include "builder.h"

#include "../base/error.h"
#include "../chunk/chunk.h"
#include "../recording/fields.h"
#include "../types/bind_values.h"
#include "../types/types_table.h"

#include <stdio.h>
#include <string.h>

#define CELLS_MAX 128 /* of one put */

static reel_status no_memory(const char *what) { return reel__fail(REEL_E_NO_MEMORY, "%s: no memory for a value", what); }

/* ---- fields by name */

const char *reel__bp_short(const reel__archetype *a) {
    const char *dot = strrchr(a->name, '.');
    return dot ? dot + 1 : a->name;
}

static const reel__archetype *archetype_named(const char *name, size_t size) {
    const reel__archetype *a = NULL;
    for (uint32_t first = 1; first <= REEL__BLUEPRINT_FIRST + 1; first += REEL__BLUEPRINT_FIRST) /* those of data, then those of blueprints; no name is used twice */
        for (uint32_t i = first; (a = reel__archetype_of(i)) != NULL; i++)
            if (!strncmp(reel__bp_short(a), name, size) && !reel__bp_short(a)[size])
                return a;
    return NULL;
}

static const reel__field *field_named(const reel__archetype *a, const char *name) {
    for (uint16_t i = 0; i < a->n_fields; i++)
        if (!strcmp(a->fields[i].name, name))
            return &a->fields[i];
    return NULL;
}

const reel__field *reel__bp_field(const char *name) {
    const char *colon = strchr(name, ':');
    const reel__archetype *a = archetype_named(name, (size_t)(colon - name));
    return a ? field_named(a, colon + 1) : NULL;
}

static bool has_word(const char *words, const char *word) {
    size_t size = strlen(word);
    for (const char *at = words; (at = strstr(at, word)); at += size)
        if ((at == words || at[-1] == ' ') && (!at[size] || at[size] == ' '))
            return true;
    return false;
}

/* What may be set on a kind of node: names of archetypes, "data" for all of data, "all". */
static const char *allowed_on(const reel__bp_node *node) {
    switch (node->kind) {
    case REEL__NODE_ROOT: return "ViewportBlueprint";
    case REEL__NODE_PANEL: return "PanelBlueprint";
    case REEL__NODE_TIME_PANEL: return "TimePanelBlueprint";
    case REEL__NODE_CONTAINER: return "ContainerBlueprint";
    case REEL__NODE_DEFAULTS: return "data";
    case REEL__NODE_OVERRIDE: return "EntityBehavior VisibleTimeRanges";
    case REEL__NODE_VISUALIZER: return "VisualizerInstruction data";
    case REEL__NODE_VIEW: return reel__view_properties((reel_view_kind)node->view);
    default: return "all";
    }
}

/* Made from the tree when the blueprint is sent. */
static bool is_made(const char *field) {
    return has_word("ContainerBlueprint:contents ContainerBlueprint:active_tab ViewportBlueprint:root_container ViewportBlueprint:maximized", field);
}

static reel_status check_allowed(const reel__bp_node *node, const reel__archetype *a, const char *what) {
    const char *allowed = allowed_on(node), *name = reel__bp_short(a);
    bool is_data = !strncmp(a->name, "rerun.archetypes.", 17), is_view = node->kind == REEL__NODE_VIEW;
    if (has_word(allowed, "all") || has_word(allowed, name) || (is_data && has_word(allowed, "data")) || (is_view && has_word("ViewBlueprint ViewContents", name)))
        return REEL_OK;
    return reel__fail(REEL_E_ARGUMENT, "%s: %s cannot be set here: only %s%s%s can", what, name, is_view ? "ViewBlueprint ViewContents " : "", has_word(allowed, "data") ? "archetypes of " : "", allowed);
}

/* The field, and the node that it is kept on: a property of a view has one of its own. */
static reel_status resolve(reel_blueprint *bp, reel_node node, const char *name, char *what, size_t size, const reel__field **field, reel_node *at) {
    char text[100];
    reel__bp_node *n = node == REEL__BP_TABS ? NULL : reel__bp_at(bp, node);
    if (!n)
        return reel__fail(REEL_E_ARGUMENT, "%s: %u is not a node of this blueprint", name ? name : "NULL", (unsigned)node);
    snprintf(what, size, "%s: %.80s", reel__bp_name(bp, node, text, sizeof text), name ? name : "NULL");
    const char *colon = name ? strchr(name, ':') : NULL;
    if (!colon)
        return reel__fail(REEL_E_ARGUMENT, "%s is not a field: its name is to be as \"ScalarAxis:range\"", what);
    const reel__archetype *a = archetype_named(name, (size_t)(colon - name));
    if (!a)
        return reel__fail(REEL_E_ARGUMENT, "%s: there is no such archetype; what can be set here: %s%s", what, n->kind == REEL__NODE_VIEW ? "ViewBlueprint ViewContents " : "", allowed_on(n));
    REEL__TRY(check_allowed(n, a, what));
    *field = field_named(a, colon + 1);
    if (!*field) {
        char fields[256] = "";
        for (uint16_t i = 0, used = 0; i < a->n_fields && used < sizeof fields - 1; i++)
            used = (uint16_t)(used + snprintf(fields + used, sizeof fields - used, "%s%s", i ? ", " : "", a->fields[i].name));
        return reel__fail(REEL_E_ARGUMENT, "%s: there is no such field; there are %s", what, fields);
    }
    if (is_made(name) && n->kind != REEL__NODE_ENTITY)
        return reel__fail(REEL_E_ARGUMENT, "%s follows from the nodes of the blueprint and cannot be set", what);
    *at = node;
    return n->kind == REEL__NODE_VIEW && strcmp(reel__bp_short(a), "ViewBlueprint") ? reel__bp_child(bp, node, REEL__NODE_PROPERTY, reel__bp_short(a), at) : REEL_OK;
}

/* ---- setting */

static reel_status set_on(reel__bp_node *node, const reel__field *field, reel__source *from, const char *what) {
    uint16_t n_streams = field->descriptor.arrow->n_streams;
    reel__buf streams[REEL__ARROW_STREAMS_MAX];
    reel__encoding e = {.field = field, .from = from, .streams = streams, .what = what};
    uint32_t n = 0;
    memset(streams, 0, sizeof streams);
    reel_status status = reel__encode_values(&e, &n);
    for (uint16_t i = 0; i < n_streams && status == REEL_OK; i++)
        if (streams[i].failed)
            status = no_memory(what);
    reel__bp_column *c = status == REEL_OK ? reel__bp_column_of(node, field) : NULL;
    if (status == REEL_OK && !c)
        status = no_memory(what);
    for (uint16_t i = 0; i < n_streams; i++) {
        if (status != REEL_OK) {
            reel__buf_free(&streams[i]);
            continue;
        }
        reel__buf_free(&c->streams[i]);
        c->streams[i] = streams[i];
        c->n = n;
    }
    return status;
}

reel_status reel__bp_set(reel_blueprint *bp, reel_node node, const reel__field *field, reel__source *from) {
    char what[200], name[100];
    snprintf(what, sizeof what, "%s: %s", reel__bp_name(bp, node, name, sizeof name), field->descriptor.component);
    return set_on(&bp->nodes[node], field, from, what);
}

reel_status reel__bp_set_text(reel_blueprint *bp, reel_node node, const char *field, const char *text) {
    reel__source from = {.kind = 't', .values = &text, .n = 1};
    return reel__bp_set(bp, node, reel__bp_field(field), &from);
}

static reel_status set_from(reel_blueprint *bp, reel_node node, const char *name, reel__source *from) {
    char what[200];
    const reel__field *field;
    reel_node at;
    REEL__TRY(reel__bp_ready(bp));
    REEL__TRY(resolve(bp, node, name, what, sizeof what, &field, &at));
    if (from->n && !from->values)
        return reel__fail(REEL_E_ARGUMENT, "%s is NULL with a count of %zu", what, from->n);
    return set_on(&bp->nodes[at], field, from, what);
}

reel_status reel_blueprint_set_numbers(reel_blueprint *bp, reel_node node, const char *field, const double *numbers, size_t n) {
    return reel__bp_keep(bp, set_from(bp, node, field, &(reel__source){.kind = 'f', .values = numbers, .n = n}));
}

reel_status reel_blueprint_set_integers(reel_blueprint *bp, reel_node node, const char *field, const int64_t *integers, size_t n) {
    return reel__bp_keep(bp, set_from(bp, node, field, &(reel__source){.kind = 'i', .values = integers, .n = n}));
}

reel_status reel_blueprint_set_texts(reel_blueprint *bp, reel_node node, const char *field, const char *const *texts, size_t n) {
    return reel__bp_keep(bp, set_from(bp, node, field, &(reel__source){.kind = 't', .values = texts, .n = n}));
}

reel_status reel_blueprint_set_bools(reel_blueprint *bp, reel_node node, const char *field, const bool *bools, size_t n) {
    return reel__bp_keep(bp, set_from(bp, node, field, &(reel__source){.kind = 'b', .values = bools, .n = n}));
}

reel_status reel_blueprint_set_json(reel_blueprint *bp, reel_node node, const char *field, const char *json) {
    return reel__bp_keep(bp, set_from(bp, node, field, &(reel__source){.kind = 'j', .values = json, .n = 1}));
}

/* ---- time ranges */

static reel_status put_bound(const char *what, const reel_time_bound *bound, reel__leaf **leaf) {
    if (bound->kind < REEL_BOUND_CURSOR || bound->kind > REEL_BOUND_INFINITE)
        return reel__fail(REEL_E_ARGUMENT, "%s: %d is not a kind of bound", what, (int)bound->kind);
    *(*leaf)++ = (reel__leaf){.kind = 'i', .v.i = bound->kind}; /* the codes of the union */
    if (bound->kind != REEL_BOUND_INFINITE)
        *(*leaf)++ = (reel__leaf){.kind = 'i', .v.i = bound->time};
    return REEL_OK;
}

static reel_status set_time_ranges(reel_blueprint *bp, reel_node node, const reel_visible_time_range *ranges, size_t n) {
    char what[200];
    const reel__field *field;
    reel_node at;
    REEL__TRY(reel__bp_ready(bp));
    REEL__TRY(resolve(bp, node, "VisibleTimeRanges:ranges", what, sizeof what, &field, &at));
    if (n && !ranges)
        return reel__fail(REEL_E_ARGUMENT, "%s is NULL with a count of %zu", what, n);
    reel__buf leaves = {0};
    reel_status status = REEL_OK;
    for (size_t i = 0; i < n && status == REEL_OK; i++) {
        reel__leaf one[5], *end = one;
        *end++ = (reel__leaf){.kind = 't', .v.t = ranges[i].timeline};
        status = put_bound(what, &ranges[i].start, &end);
        if (status == REEL_OK)
            status = put_bound(what, &ranges[i].end, &end);
        reel__buf_put(&leaves, one, (size_t)(end - one) * sizeof *one);
    }
    if (status == REEL_OK && leaves.failed)
        status = no_memory(what);
    if (status == REEL_OK)
        status = set_on(&bp->nodes[at], field, &(reel__source){.kind = 'l', .values = leaves.data, .n = leaves.size / sizeof(reel__leaf)}, what);
    reel__buf_free(&leaves);
    return status;
}

reel_status reel_blueprint_set_time_ranges(reel_blueprint *bp, reel_node node, const reel_visible_time_range *ranges, size_t n) {
    return reel__bp_keep(bp, set_time_ranges(bp, node, ranges, n));
}

/* ---- structs and columns */

static reel_status set_cell(reel__bp_node *node, const reel__cell *cell, const char *what) {
    size_t sizes[REEL__ARROW_STREAMS_MAX] = {0};
    uint8_t *streams[REEL__ARROW_STREAMS_MAX];
    REEL__TRY(reel__measure(cell, what, sizes));
    reel__bp_column *c = reel__bp_column_of(node, cell->field);
    if (!c)
        return no_memory(what);
    for (uint16_t i = 0; i < cell->field->descriptor.arrow->n_streams; i++) {
        c->streams[i].size = 0;
        streams[i] = reel__buf_extend(&c->streams[i], sizes[i] ? sizes[i] : 1);
        c->streams[i].size = sizes[i];
        if (!streams[i])
            return no_memory(what);
    }
    reel__write(cell, streams);
    c->n = cell->n;
    return REEL_OK;
}

static reel_status bind_column(reel__row *row, const reel_column *c, const char *what) {
    const reel__archetype *a = c->archetype ? reel__archetype_of(c->archetype) : NULL;
    if (!a || c->field >= a->n_fields)
        return reel__fail(REEL_E_ARGUMENT, "%s: a column is not a field of an archetype (%u, %u)", what, (unsigned)c->archetype, (unsigned)c->field);
    if (c->arrow || c->lengths || c->offsets)
        return reel__fail(REEL_E_ARGUMENT, "%s: %s is an Arrow array or has lengths of rows: a blueprint takes values of one row", what, a->fields[c->field].name);
    if (c->n_values > INT32_MAX || (c->n_values && !c->values))
        return reel__fail(REEL_E_ARGUMENT, "%s: %s is %s with a count of %zu", what, a->fields[c->field].name, c->values ? "too long" : "NULL", c->n_values);
    if (row->n_cells == row->capacity)
        return reel__fail(REEL_E_TOO_LARGE, "%s: more than %u components at once", what, (unsigned)row->capacity);
    row->cells[row->n_cells] = (reel__cell){.field = &a->fields[c->field], .values = c->values, .lengths = c->strip_lengths, .n = (uint32_t)c->n_values};
    return reel__bind_values(&row->cells[row->n_cells++], c->stride, what);
}

static reel_status put(reel_blueprint *bp, reel_node node, const reel_part *parts, size_t n_parts, const reel_column *columns, size_t n_columns) {
    char what[120];
    reel__cell cells[CELLS_MAX];
    reel__row row = {.capacity = CELLS_MAX, .cells = cells};
    REEL__TRY(reel__bp_ready(bp));
    reel__bp_node *n = node == REEL__BP_TABS ? NULL : reel__bp_at(bp, node);
    if (!n)
        return reel__fail(REEL_E_ARGUMENT, "%u is not a node of this blueprint", (unsigned)node);
    reel__bp_name(bp, node, what, sizeof what);
    if (n->kind == REEL__NODE_VIEW)
        return reel__fail(REEL_E_ARGUMENT, "%s: structs and columns belong to reel_blueprint_defaults(), _visualizer() or _entity() of a view", what);
    if ((n_parts && !parts) || (n_columns && !columns))
        return reel__fail(REEL_E_ARGUMENT, "%s: parts or columns are NULL with counts of %zu and %zu", what, n_parts, n_columns);
    for (size_t i = 0; i < n_parts; i++) {
        const reel__archetype *a = reel__archetype_of(parts[i].archetype);
        if (!a)
            return reel__fail(REEL_E_ARGUMENT, "%s: %u is not an archetype", what, (unsigned)parts[i].archetype);
        REEL__TRY(check_allowed(n, a, what));
        REEL__TRY(reel__bind(&row, a, parts[i].fields, parts[i].struct_size, true, what));
    }
    for (size_t i = 0; i < n_columns; i++) {
        REEL__TRY(bind_column(&row, &columns[i], what));
        REEL__TRY(check_allowed(n, reel__archetype_of(columns[i].archetype), what));
    }
    for (uint32_t i = 0; i < row.n_cells; i++)
        REEL__TRY(set_cell(n, &cells[i], what));
    return REEL_OK;
}

reel_status reel_blueprint_put(reel_blueprint *bp, reel_node node, const reel_part *parts, size_t n_parts, const reel_column *columns, size_t n_columns) {
    reel_status status = reel__bp_keep(bp, put(bp, node, parts, n_parts, columns, n_columns));
    for (size_t i = 0; columns && i < n_columns; i++)
        reel__arrow_release(columns[i].arrow); /* refused above, but taken over all the same */
    return status;
}
