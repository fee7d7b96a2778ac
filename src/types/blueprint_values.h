/* The small structs that blueprint archetypes (types_blueprint.h) are made of, as reel/values.h has those of data. Not public, as blueprints are not. */
#ifndef REEL_TYPES_BLUEPRINT_VALUES_H
#define REEL_TYPES_BLUEPRINT_VALUES_H

#include "types_blueprint_enums.h"

/* Where a visualizer takes one of its inputs from. */
typedef struct reel__bp_component_mapping {
    const char *target;                        /* the input: a component of the visualizer's archetype */
    reel__bp_component_source_kind source_kind;
    const char *source_component;              /* NULL: none */
    const char *selector;                      /* NULL: none */
} reel__bp_component_mapping;

/* One end of a span of time. */
typedef enum reel__bp_time_bound_kind {
    REEL__BP_TIME_BOUND_KIND_UNSET = 0, REEL__BP_TIME_BOUND_KIND_CURSOR_RELATIVE = 1, REEL__BP_TIME_BOUND_KIND_ABSOLUTE = 2, REEL__BP_TIME_BOUND_KIND_INFINITE = 3
} reel__bp_time_bound_kind;
typedef struct reel__bp_time_bound {
    reel__bp_time_bound_kind kind; /* required */
    int64_t time;                  /* ns or sequence number, from the time cursor or from zero */
} reel__bp_time_bound;

/* A span of time, by itself and on a timeline. */
typedef struct reel__bp_time_range {
    reel__bp_time_bound start, end;
} reel__bp_time_range;
typedef struct reel__bp_visible_time_range {
    const char *timeline;
    reel__bp_time_range range;
} reel__bp_visible_time_range;
typedef struct reel__bp_absolute_time_range {
    int64_t min, max;
} reel__bp_absolute_time_range;

/* A part of the plane: least and greatest x and y. */
typedef struct reel__bp_bounds2d {
    double x_range[2], y_range[2];
} reel__bp_bounds2d;

/* Columns of a text log. */
typedef struct reel__bp_timeline_column {
    bool visible;
    const char *timeline;
} reel__bp_timeline_column;
typedef struct reel__bp_text_log_column {
    bool visible;
    reel__bp_text_log_column_kind kind; /* required */
} reel__bp_text_log_column;

/* Dimensions of a tensor, counted from 0. */
typedef struct reel__bp_tensor_dimension {
    uint32_t dimension;
    bool invert;
} reel__bp_tensor_dimension;
typedef struct reel__bp_tensor_index {
    uint32_t dimension;
    uint64_t index;
} reel__bp_tensor_index;
typedef struct reel__bp_tensor_slider {
    uint32_t dimension;
} reel__bp_tensor_slider;

/* What a dataframe view asks for. */
typedef struct reel__bp_filter_range {
    int64_t start, end;
} reel__bp_filter_range;
typedef struct reel__bp_component_column {
    const char *entity_path, *component;
} reel__bp_component_column;
typedef struct reel__bp_filter_not_null {
    bool active;
    reel__bp_component_column column;
} reel__bp_filter_not_null;
typedef struct reel__bp_column_selection {
    const char *const *time_columns;
    size_t n_time_columns;
    const reel__bp_component_column *component_columns;
    size_t n_component_columns;
} reel__bp_column_selection;
typedef struct reel__bp_column_names {
    const char *const *names;
    size_t n_names;
} reel__bp_column_names;

/* Tables. */
typedef struct reel__bp_sort_order {
    const char *column;
    reel__bp_sort_direction direction; /* unset: null */
} reel__bp_sort_order;
typedef struct reel__bp_column_kind {
    const char *component, *component_type_name; /* NULL: none */
} reel__bp_column_kind;

#endif
