/* Where the values of an Arrow type stand in a C struct: a place for every node of the type, in the order of its nodes (arrow_type.h). One recursion over both
 * checks, measures and writes every struct there is; a new one needs a table and no code.
 *
 * What a place says depends on its node; offsets count from the beginning of the struct that the node belongs to, which is the value itself, or an item of the
 * LIST above:
 *   primitive        `offset`: the number; nullable: struct { bool has; T v; }, has at `offset` and v at `offset_2`
 *                    with an enumeration: a C enum (int) at `offset`; nullable: 0 is null
 *   BOOL             `offset`: the bool
 *   UTF8             `offset`: a const char *; NULL is an empty text, or null when nullable
 *   LIST             `offset`: a pointer to the items, `offset_2`: their count (size_t); the place of the items' node says how far they are apart (`size`)
 *   FIXED_LIST       `offset`: an array of so many primitives; its child has no place of its own
 *   STRUCT           nothing: its children stand in the same C struct
 *   UNION            `offset`: which child, as a C enum (int) that counts like them; the children's places say where each has its payload
 *   NULL             nothing */
#ifndef REEL_TYPES_PLACES_H
#define REEL_TYPES_PLACES_H

#include "../arrow/arrow_type.h"

typedef struct reel__enum {
    const char *name;        /* "MarkerShape" */
    const uint32_t *values;
    const char *const *names;
    uint16_t n;
} reel__enum;

typedef struct reel__place {
    uint16_t offset, offset_2;
    uint16_t size;                 /* items of a LIST: bytes of one */
    const reel__enum *enumeration; /* or NULL */
} reel__place;

typedef struct reel__layout {
    const reel__place *places;
    uint16_t n_places; /* as many as the Arrow type has nodes */
    uint16_t size;     /* of the C struct */
} reel__layout;

/* Named after the C structs. Those of blueprints are apart (places_blueprint.c). */
extern const reel__layout reel__layout_image_format, reel__layout_axis_angle, reel__layout_graph_edge, reel__layout_annotation_classes, reel__layout_key_value_pairs,
    reel__layout_channel_message_counts;
extern const reel__layout reel__layout_bp_component_mapping, reel__layout_bp_visible_time_range, reel__layout_bp_time_range, reel__layout_bp_absolute_time_range,
    reel__layout_bp_bounds2d, reel__layout_bp_timeline_column, reel__layout_bp_text_log_column, reel__layout_bp_tensor_dimension, reel__layout_bp_tensor_index,
    reel__layout_bp_tensor_slider, reel__layout_bp_filter_range, reel__layout_bp_filter_not_null, reel__layout_bp_column_selection, reel__layout_bp_column_names,
    reel__layout_bp_sort_order, reel__layout_bp_column_kind;

#endif
