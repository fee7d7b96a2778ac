/* The tree: making nodes, and errors that stick. */
#include "builder.h"

#include "../base/alloc.h"
#include "../base/error.h"
#include "../base/ids.h"
#include "../base/text.h"
#include "../types/interpret.h"

#include <stdio.h>
#include <string.h>

/* ---- errors */

reel_status reel__bp_ready(const reel_blueprint *bp) {
    if (!bp)
        return reel__fail(REEL_E_ARGUMENT, "the blueprint is NULL");
    return bp->status == REEL_OK ? REEL_OK : reel__fail(bp->status, "%s", bp->error);
}

reel_status reel__bp_keep(reel_blueprint *bp, reel_status status) {
    if (status != REEL_OK && bp && bp->status == REEL_OK) {
        bp->status = status;
        snprintf(bp->error, sizeof bp->error, "%s", reel_error_message());
    }
    return status;
}

reel_status reel_blueprint_status(const reel_blueprint *bp) { return reel__bp_ready(bp); }

/* A node, or 0 with the error kept. */
static reel_node node_or_none(reel_blueprint *bp, reel_status status, const reel_node *node) { return reel__bp_keep(bp, status) == REEL_OK ? *node : 0; }

static const char *const kind_names[] = {"", "the viewport", "a panel", "the time panel", "container", "view", "the defaults", "override", "visualizer", "property", "entity"};

const char *reel__bp_name(const reel_blueprint *bp, reel_node node, char *text, size_t size) {
    static const char *const fixed[] = {"", "the viewport", "the top panel", "the blueprint panel", "the selection panel", "the time panel", "the tabs at the root"};
    const reel__bp_node *n = &bp->nodes[node];
    if (node <= REEL__BP_TABS)
        snprintf(text, size, "%s", fixed[node]);
    else if (n->text && *n->text)
        snprintf(text, size, "%s \"%.60s\"", kind_names[n->kind], n->text);
    else
        snprintf(text, size, "%s %u", kind_names[n->kind], (unsigned)node);
    return text;
}

/* ---- nodes */

reel__bp_node *reel__bp_at(reel_blueprint *bp, reel_node node) { return node && node < bp->n_nodes ? &bp->nodes[node] : NULL; }

static reel_status find(reel_blueprint *bp, reel_node node, reel__bp_node **out) {
    *out = node == REEL__BP_TABS ? NULL : reel__bp_at(bp, node);
    return *out ? REEL_OK : reel__fail(REEL_E_ARGUMENT, "%u is not a node of this blueprint", (unsigned)node);
}

/* The node, which is to be of one of these kinds. */
static reel_status find_kind(reel_blueprint *bp, reel_node node, uint32_t kinds, const char *wanted, reel__bp_node **out) {
    char name[100];
    REEL__TRY(find(bp, node, out));
    return kinds >> (*out)->kind & 1 ? REEL_OK : reel__fail(REEL_E_ARGUMENT, "%s is not %s", reel__bp_name(bp, node, name, sizeof name), wanted);
}

#define KIND(name) (1u << REEL__NODE_##name)

static reel_status grow(reel_blueprint *bp) {
    if (bp->n_nodes == REEL__BP_NODES_MAX)
        return reel__fail(REEL_E_TOO_LARGE, "a blueprint has at most %d nodes", REEL__BP_NODES_MAX);
    if (bp->n_nodes < bp->capacity)
        return REEL_OK;
    uint32_t capacity = bp->capacity ? 2 * bp->capacity : 16;
    reel__bp_node *nodes = reel__realloc(bp->nodes, bp->capacity * sizeof *nodes, capacity * sizeof *nodes);
    if (!nodes)
        return reel__fail(REEL_E_NO_MEMORY, "no memory for a blueprint of %u nodes", (unsigned)bp->n_nodes);
    bp->nodes = nodes;
    bp->capacity = capacity;
    return REEL_OK;
}

reel_status reel__bp_add(reel_blueprint *bp, reel_node parent, reel__node_kind kind, const char *text, reel_node *node) {
    if (text && !reel__utf8_valid(text, strlen(text)))
        return reel__fail(REEL_E_UTF8, "the name of a %s, %zu bytes, is not valid UTF-8", kind_names[kind], strlen(text));
    REEL__TRY(grow(bp));
    char *copy = text ? reel__copy_text(text, strlen(text)) : NULL;
    if (text && !copy)
        return reel__fail(REEL_E_NO_MEMORY, "no memory for a blueprint of %u nodes", (unsigned)bp->n_nodes);
    reel_node added = bp->n_nodes++;
    bp->nodes[added] = (reel__bp_node){.kind = (uint8_t)kind, .parent = parent, .text = copy};
    reel__bp_node *above = &bp->nodes[parent];
    if (parent && above->last)
        bp->nodes[above->last].next = added;
    else if (parent)
        above->first = added;
    above->last = added;
    *node = added;
    return REEL_OK;
}

reel_status reel__bp_child(reel_blueprint *bp, reel_node parent, reel__node_kind kind, const char *text, reel_node *node) {
    for (reel_node at = bp->nodes[parent].first; at; at = bp->nodes[at].next)
        if (bp->nodes[at].kind == kind && !strcmp(bp->nodes[at].text ? bp->nodes[at].text : "", text ? text : "")) {
            *node = at;
            return REEL_OK;
        }
    return reel__bp_add(bp, parent, kind, text, node);
}

/* ---- the blueprint */

static void free_column(reel__bp_column *c) {
    for (uint32_t i = 0; c->streams && i < c->field->descriptor.arrow->n_streams; i++)
        reel__buf_free(&c->streams[i]);
    reel__release(c->streams);
}

void reel_blueprint_free(reel_blueprint *bp) {
    if (!bp)
        return;
    for (uint32_t i = 0; i < bp->n_nodes; i++) {
        for (uint32_t c = 0; c < bp->nodes[i].n_columns; c++)
            free_column(&bp->nodes[i].columns[c]);
        reel__release(bp->nodes[i].columns);
        reel__release(bp->nodes[i].text);
    }
    reel__release(bp->nodes);
    reel__release(bp);
}

reel_blueprint *reel_blueprint_new(void) {
    static const uint8_t kinds[REEL__BP_TABS + 1] = {0, REEL__NODE_ROOT, REEL__NODE_PANEL, REEL__NODE_PANEL, REEL__NODE_PANEL, REEL__NODE_TIME_PANEL, REEL__NODE_CONTAINER};
    static const char *const paths[REEL__BP_TABS + 1] = {NULL, "/viewport", "/top_panel", "/blueprint_panel", "/selection_panel", "/time_panel", NULL};
    reel__allocator_seal();
    reel_blueprint *bp = reel__alloc_zero(sizeof *bp);
    reel_status status = bp ? grow(bp) : reel__fail(REEL_E_NO_MEMORY, "no memory for a blueprint");
    reel_node node;
    if (status == REEL_OK) {
        bp->nodes[0] = (reel__bp_node){0};
        bp->n_nodes = 1;
        bp->id[0] = reel__random_u64();
        bp->id[1] = reel__random_u64();
    }
    for (int i = 1; i <= REEL__BP_TABS && status == REEL_OK; i++)
        status = reel__bp_add(bp, 0, (reel__node_kind)kinds[i], paths[i], &node);
    if (status == REEL_OK)
        status = reel__bp_set_text(bp, REEL__BP_TABS, "ContainerBlueprint:container_kind", "Tabs");
    if (status == REEL_OK)
        return bp;
    reel_blueprint_free(bp);
    return NULL;
}

/* ---- columns */

reel__bp_column *reel__bp_column_of(reel__bp_node *node, const reel__field *field) {
    for (uint32_t i = 0; i < node->n_columns; i++)
        if (node->columns[i].field == field)
            return &node->columns[i];
    if (node->n_columns == node->capacity) {
        uint32_t capacity = node->capacity ? 2 * node->capacity : 2;
        reel__bp_column *columns = reel__realloc(node->columns, node->capacity * sizeof *columns, capacity * sizeof *columns);
        if (!columns)
            return NULL;
        node->columns = columns;
        node->capacity = capacity;
    }
    reel__bp_column *c = &node->columns[node->n_columns];
    *c = (reel__bp_column){field, 0, reel__alloc_zero(field->descriptor.arrow->n_streams * sizeof *c->streams)};
    if (!c->streams)
        return NULL;
    node->n_columns++;
    return c;
}

void reel__bp_column_drop(reel__bp_node *node, const reel__field *field) {
    for (uint32_t i = 0; i < node->n_columns; i++)
        if (node->columns[i].field == field) {
            free_column(&node->columns[i]);
            node->columns[i] = node->columns[--node->n_columns];
            return;
        }
}

/* ---- layout */

static reel_status add_container(reel_blueprint *bp, reel_node parent, reel_container_kind kind, const char *name, reel_node *node) {
    static const char *const kinds[] = {"", "Tabs", "Horizontal", "Vertical", "Grid"};
    reel__bp_node *above;
    REEL__TRY(reel__bp_ready(bp));
    REEL__TRY(find_kind(bp, parent, KIND(ROOT) | KIND(CONTAINER), "a container or REEL_ROOT: a container cannot stand in it", &above));
    if (kind < REEL_TABS || kind > REEL_GRID)
        return reel__fail(REEL_E_ARGUMENT, "%d is not a kind of container", (int)kind);
    REEL__TRY(reel__bp_add(bp, parent, REEL__NODE_CONTAINER, name, node));
    REEL__TRY(reel__bp_set_text(bp, *node, "ContainerBlueprint:container_kind", kinds[kind]));
    return name ? reel__bp_set_text(bp, *node, "ContainerBlueprint:display_name", name) : REEL_OK;
}

reel_node reel_blueprint_container(reel_blueprint *bp, reel_node parent, reel_container_kind kind, const char *name) {
    reel_node node = 0;
    return node_or_none(bp, add_container(bp, parent, kind, name, &node), &node);
}

static reel_status add_view(reel_blueprint *bp, reel_node parent, reel_view_kind kind, const char *name, const char *origin, reel_node *node) {
    reel__bp_node *above;
    reel_node contents;
    REEL__TRY(reel__bp_ready(bp));
    REEL__TRY(find_kind(bp, parent, KIND(ROOT) | KIND(CONTAINER), "a container or REEL_ROOT: a view cannot stand in it", &above));
    if (!reel__view_identifier(kind))
        return reel__fail(REEL_E_ARGUMENT, "%d is not a kind of view", (int)kind);
    REEL__TRY(reel__bp_add(bp, parent, REEL__NODE_VIEW, name, node));
    bp->nodes[*node].view = (uint8_t)kind;
    REEL__TRY(reel__bp_set_text(bp, *node, "ViewBlueprint:class_identifier", reel__view_identifier(kind)));
    REEL__TRY(reel__bp_set_text(bp, *node, "ViewBlueprint:space_origin", origin ? origin : "/"));
    if (name)
        REEL__TRY(reel__bp_set_text(bp, *node, "ViewBlueprint:display_name", name));
    REEL__TRY(reel__bp_child(bp, *node, REEL__NODE_PROPERTY, "ViewContents", &contents));
    return reel__bp_set_text(bp, contents, "ViewContents:query", "$origin/**");
}

reel_node reel_blueprint_view(reel_blueprint *bp, reel_node parent, reel_view_kind kind, const char *name, const char *origin) {
    reel_node node = 0;
    return node_or_none(bp, add_view(bp, parent, kind, name, origin, &node), &node);
}

static reel_status set_front(reel_blueprint *bp, reel_node container, reel_node tab) {
    reel__bp_node *above, *below;
    char name[100], other[100];
    REEL__TRY(reel__bp_ready(bp));
    REEL__TRY(find_kind(bp, container, KIND(CONTAINER) | KIND(ROOT), "a container: it has no tabs", &above));
    REEL__TRY(find_kind(bp, tab, KIND(CONTAINER) | KIND(VIEW), "a view or container: it is not a tab", &below));
    if (below->parent != container)
        return reel__fail(REEL_E_ARGUMENT, "%s is not in %s: it cannot be its tab in front", reel__bp_name(bp, tab, name, sizeof name), reel__bp_name(bp, container, other, sizeof other));
    bp->nodes[container == REEL_ROOT ? REEL__BP_TABS : container].front = tab;
    return REEL_OK;
}

reel_status reel_blueprint_set_active_tab(reel_blueprint *bp, reel_node container, reel_node tab) { return reel__bp_keep(bp, set_front(bp, container, tab)); }

static reel_status set_maximized(reel_blueprint *bp, reel_node view) {
    reel__bp_node *node;
    REEL__TRY(reel__bp_ready(bp));
    REEL__TRY(find_kind(bp, view, KIND(VIEW), "a view: it cannot be maximized", &node));
    bp->nodes[REEL_ROOT].front = view;
    return REEL_OK;
}

reel_status reel_blueprint_set_maximized(reel_blueprint *bp, reel_node view) { return reel__bp_keep(bp, set_maximized(bp, view)); }

reel_status reel_blueprint_set_visible(reel_blueprint *bp, reel_node node, bool visible) {
    const reel__bp_node *n = reel__bp_ready(bp) == REEL_OK ? reel__bp_at(bp, node) : NULL;
    int kind = n ? n->kind : REEL__NODE_VIEW;
    return reel_blueprint_set_bool(bp, node, kind == REEL__NODE_CONTAINER ? "ContainerBlueprint:visible" : kind == REEL__NODE_OVERRIDE ? "EntityBehavior:visible" : "ViewBlueprint:visible", visible);
}

reel_status reel_blueprint_collapse_panels(reel_blueprint *bp) {
    REEL__TRY(reel__bp_ready(bp));
    bp->collapse_panels = true;
    return REEL_OK;
}

/* ---- entities within a view */

/* A child whose path is canonical, without the leading slash. */
static reel_status add_entity(reel_blueprint *bp, reel_node parent, uint32_t parents, reel__node_kind kind, const char *path, reel_node *node) {
    reel__bp_node *above;
    REEL__TRY(reel__bp_ready(bp));
    REEL__TRY(find_kind(bp, parent, parents, kind == REEL__NODE_ENTITY ? "a view or REEL_ROOT: it has no entities" : "a view", &above));
    if (!path)
        return reel__fail(REEL_E_ARGUMENT, "an entity path is NULL");
    reel__buf canonical = {0};
    reel_status status = reel__path_canonical(&canonical, path, strlen(path));
    reel__buf_u8(&canonical, 0);
    if (status == REEL_OK && canonical.failed)
        status = reel__fail(REEL_E_NO_MEMORY, "%.200s: no memory for a path", path);
    if (status == REEL_OK)
        status = reel__bp_child(bp, parent, kind, (const char *)canonical.data + 1, node);
    reel__buf_free(&canonical);
    return status;
}

reel_node reel_blueprint_entity(reel_blueprint *bp, reel_node parent, const char *path) {
    reel_node node = 0;
    return node_or_none(bp, add_entity(bp, parent, KIND(ROOT) | KIND(VIEW), REEL__NODE_ENTITY, path, &node), &node);
}

reel_node reel_blueprint_override(reel_blueprint *bp, reel_node view, const char *entity_path) {
    reel_node node = 0;
    return node_or_none(bp, add_entity(bp, view, KIND(VIEW), REEL__NODE_OVERRIDE, entity_path, &node), &node);
}

reel_node reel_blueprint_defaults(reel_blueprint *bp, reel_node view) {
    reel_node node = 0;
    return node_or_none(bp, add_entity(bp, view, KIND(VIEW), REEL__NODE_DEFAULTS, "defaults", &node), &node);
}

static reel_status add_visualizer(reel_blueprint *bp, reel_node view, const char *path, const char *visualizer, const reel_part *parts, size_t n_parts, reel_node *node) {
    reel_node base = 0;
    REEL__TRY(add_entity(bp, view, KIND(VIEW), REEL__NODE_OVERRIDE, path, &base));
    if (!visualizer) {
        const reel__archetype *a = parts && n_parts ? reel__archetype_of(parts[0].archetype) : NULL;
        if (!a)
            return reel__fail(REEL_E_ARGUMENT, "%.200s: a visualizer needs a name, or an archetype to be named after", path);
        visualizer = reel__visualizer_of(reel__bp_short(a));
        if (!visualizer)
            return reel__fail(REEL_E_ARGUMENT, "%.200s: %s has no visualizer: give the name of one", path, reel__bp_short(a));
    }
    REEL__TRY(reel__bp_add(bp, base, REEL__NODE_VISUALIZER, NULL, node));
    REEL__TRY(reel__bp_set_text(bp, *node, "VisualizerInstruction:visualizer_type", visualizer));
    return n_parts ? reel_blueprint_put(bp, *node, parts, n_parts, NULL, 0) : REEL_OK;
}

reel_node reel_blueprint_visualizer(reel_blueprint *bp, reel_node view, const char *entity_path, const char *visualizer, const reel_part *parts, size_t n_parts) {
    reel_node node = 0;
    return node_or_none(bp, add_visualizer(bp, view, entity_path, visualizer, parts, n_parts, &node), &node);
}
