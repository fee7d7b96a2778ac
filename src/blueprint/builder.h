/* The inside of a blueprint: a tree of nodes, each of which becomes an entity, with the columns set on it. Values are kept as the streams that a chunk is made of
 * (arrow_type.h), so that they are checked where they are set and copied once.
 *
 * Ids of views and containers are drawn when the blueprint is sent: they come from the recording's seed, if it has one. */
#ifndef REEL_BLUEPRINT_BUILDER_H
#define REEL_BLUEPRINT_BUILDER_H

#include "../base/buf.h"
#include "../types/schema.h"

#include <reel/blueprint.h>

typedef enum reel__node_kind {
    REEL__NODE_ROOT = 1, REEL__NODE_PANEL, REEL__NODE_TIME_PANEL, REEL__NODE_CONTAINER, REEL__NODE_VIEW,
    REEL__NODE_DEFAULTS, REEL__NODE_OVERRIDE, REEL__NODE_VISUALIZER, REEL__NODE_PROPERTY, REEL__NODE_ENTITY
} reel__node_kind;

typedef struct reel__bp_column {
    const reel__field *field;
    uint32_t n;
    reel__buf *streams; /* as many as the field's type has */
} reel__bp_column;

typedef struct reel__bp_node {
    uint8_t kind, view;                     /* reel__node_kind; VIEW: reel_view_kind */
    reel_node parent, first, last, next;    /* children, in the order in which they were made */
    reel_node front;                        /* CONTAINER: the tab in front; ROOT: the view that is maximized */
    char *text;                             /* CONTAINER, VIEW: the title, for messages; else the canonical path below the parent */
    reel__bp_column *columns;
    uint32_t n_columns, capacity;
} reel__bp_node;

/* Slot of the tabs around what stands at the root, if that is not one container. */
#define REEL__BP_TABS 6
#define REEL__BP_NODES_MAX 100000

struct reel_blueprint {
    reel__bp_node *nodes; /* [0] is empty */
    uint32_t n_nodes, capacity;
    bool collapse_panels;
    bool is_auto[2];      /* auto_layout and auto_views were set because there was no view */
    uint64_t id[2];       /* ids are made of these if the recording has no seed */
    reel_status status;
    char error[400];
};

/* ---- builder.c */
reel__bp_node *reel__bp_at(reel_blueprint *bp, reel_node node); /* NULL: there is no such node */
const char *reel__bp_name(const reel_blueprint *bp, reel_node node, char *text, size_t size); /* for messages: view "plot" */
/* Makes the error stick. */
reel_status reel__bp_keep(reel_blueprint *bp, reel_status status);
/* What every call begins with: the blueprint's error, if it has one. */
reel_status reel__bp_ready(const reel_blueprint *bp);
/* A new node below parent. *node is set only when that succeeds. */
reel_status reel__bp_add(reel_blueprint *bp, reel_node parent, reel__node_kind kind, const char *text, reel_node *node);
/* The child of this kind with this text, made if there is none. */
reel_status reel__bp_child(reel_blueprint *bp, reel_node parent, reel__node_kind kind, const char *text, reel_node *node);
/* The column of this field with empty streams, made if there is none; NULL when memory is out. */
reel__bp_column *reel__bp_column_of(reel__bp_node *node, const reel__field *field);
void reel__bp_column_drop(reel__bp_node *node, const reel__field *field);

/* ---- node_fields.c: values, wherever they come from */
typedef struct reel__leaf {
    char kind; /* 'i' integer, 'f' number, 't' text, 'b' bool */
    union {
        int64_t i;
        double f;
        const char *t;
        bool b;
    } v;
} reel__leaf;
typedef struct reel__source {
    char kind; /* as above: an array of these; 'l': leaves in the order of the type's nodes, with a count before the items of a list and a code before what a union holds; 'j': JSON */
    const void *values;
    size_t n, at;
} reel__source;

/* Sets a field on exactly this node, which need not be one where users may. */
reel_status reel__bp_set(reel_blueprint *bp, reel_node node, const reel__field *field, reel__source *from);
const reel__field *reel__bp_field(const char *name); /* of a blueprint archetype: "ScalarAxis:range"; or NULL */
/* The short name of an archetype: "Points3D". */
const char *reel__bp_short(const reel__archetype *a);
reel_status reel__bp_set_text(reel_blueprint *bp, reel_node node, const char *field, const char *text);

/* ---- encode_value.c: one value of a type into streams */
typedef struct reel__encoding {
    const reel__field *field;
    reel__source *from;
    reel__buf *streams;
    const char *what;       /* for messages: view "plot": ScalarAxis:range */
    uint32_t node, stream;  /* where it stands in the type */
} reel__encoding;
reel_status reel__encode_values(reel__encoding *e, uint32_t *n);

/* ---- view_kinds.c: what the viewer calls things */
const char *reel__view_identifier(reel_view_kind kind);      /* NULL: no such kind */
const char *reel__view_properties(reel_view_kind kind);      /* names of archetypes, parted by spaces */
/* The visualizer of a data archetype by its short name; NULL: it has none. */
const char *reel__visualizer_of(const char *archetype);

#endif
