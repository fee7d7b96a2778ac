/* The places of the structs of blueprints. */
#include "places.h"

#include "blueprint_values.h"
#include "types_table.h"

#define AT(type, member) { .offset = offsetof(type, member) }
#define ENUM(type, member, name) { .offset = offsetof(type, member), .enumeration = &reel__enums[REEL__ENUM_##name] }
#define LIST(type, member) { .offset = offsetof(type, member), .offset_2 = offsetof(type, n_##member) }
#define ITEM(type) { .size = sizeof(type) }
#define NOTHING { .offset = 0 }
#define LAYOUT(places, type) { places, sizeof(places) / sizeof *(places), sizeof(type) }

static const reel__place component_mapping[] = {
    NOTHING,
    AT(reel__bp_component_mapping, target),
    ENUM(reel__bp_component_mapping, source_kind, COMPONENT_SOURCE_KIND),
    AT(reel__bp_component_mapping, source_component),
    AT(reel__bp_component_mapping, selector),
};
const reel__layout reel__layout_bp_component_mapping = LAYOUT(component_mapping, reel__bp_component_mapping);

static const uint32_t bound_kinds[] = { REEL__BP_TIME_BOUND_KIND_CURSOR_RELATIVE, REEL__BP_TIME_BOUND_KIND_ABSOLUTE, REEL__BP_TIME_BOUND_KIND_INFINITE };
static const char *const bound_names[] = { "CursorRelative", "Absolute", "Infinite" };
static const reel__enum bound_enum = { "TimeRangeBoundary", bound_kinds, bound_names, 3 };

/* A union: the code; the null that stands for no bound, a relative and an absolute time, and nothing for infinity. */
#define BOUND(type, member) \
    { .offset = offsetof(type, member.kind), .enumeration = &bound_enum }, NOTHING, AT(type, member.time), AT(type, member.time), NOTHING

static const reel__place time_range[] = { NOTHING, BOUND(reel__bp_time_range, start), BOUND(reel__bp_time_range, end) };
const reel__layout reel__layout_bp_time_range = LAYOUT(time_range, reel__bp_time_range);

static const reel__place visible_time_range[] = {
    NOTHING,
    AT(reel__bp_visible_time_range, timeline),
    NOTHING,
    BOUND(reel__bp_visible_time_range, range.start),
    BOUND(reel__bp_visible_time_range, range.end),
};
const reel__layout reel__layout_bp_visible_time_range = LAYOUT(visible_time_range, reel__bp_visible_time_range);

static const reel__place absolute_time_range[] = { NOTHING, AT(reel__bp_absolute_time_range, min), AT(reel__bp_absolute_time_range, max) };
const reel__layout reel__layout_bp_absolute_time_range = LAYOUT(absolute_time_range, reel__bp_absolute_time_range);

static const reel__place bounds2d[] = { NOTHING, AT(reel__bp_bounds2d, x_range), NOTHING, AT(reel__bp_bounds2d, y_range), NOTHING };
const reel__layout reel__layout_bp_bounds2d = LAYOUT(bounds2d, reel__bp_bounds2d);

static const reel__place timeline_column[] = { NOTHING, AT(reel__bp_timeline_column, visible), AT(reel__bp_timeline_column, timeline) };
const reel__layout reel__layout_bp_timeline_column = LAYOUT(timeline_column, reel__bp_timeline_column);

static const reel__place text_log_column[] = { NOTHING, AT(reel__bp_text_log_column, visible), ENUM(reel__bp_text_log_column, kind, TEXT_LOG_COLUMN_KIND) };
const reel__layout reel__layout_bp_text_log_column = LAYOUT(text_log_column, reel__bp_text_log_column);

static const reel__place tensor_dimension[] = { NOTHING, AT(reel__bp_tensor_dimension, dimension), AT(reel__bp_tensor_dimension, invert) };
const reel__layout reel__layout_bp_tensor_dimension = LAYOUT(tensor_dimension, reel__bp_tensor_dimension);

static const reel__place tensor_index[] = { NOTHING, AT(reel__bp_tensor_index, dimension), AT(reel__bp_tensor_index, index) };
const reel__layout reel__layout_bp_tensor_index = LAYOUT(tensor_index, reel__bp_tensor_index);

static const reel__place tensor_slider[] = { NOTHING, AT(reel__bp_tensor_slider, dimension) };
const reel__layout reel__layout_bp_tensor_slider = LAYOUT(tensor_slider, reel__bp_tensor_slider);

static const reel__place filter_range[] = { NOTHING, AT(reel__bp_filter_range, start), AT(reel__bp_filter_range, end) };
const reel__layout reel__layout_bp_filter_range = LAYOUT(filter_range, reel__bp_filter_range);

static const reel__place filter_not_null[] = {
    NOTHING,
    AT(reel__bp_filter_not_null, active),
    NOTHING,
    AT(reel__bp_filter_not_null, column.entity_path),
    AT(reel__bp_filter_not_null, column.component),
};
const reel__layout reel__layout_bp_filter_not_null = LAYOUT(filter_not_null, reel__bp_filter_not_null);

static const reel__place column_selection[] = {
    NOTHING,
    LIST(reel__bp_column_selection, time_columns),
    ITEM(const char *),
    LIST(reel__bp_column_selection, component_columns),
    ITEM(reel__bp_component_column),
    AT(reel__bp_component_column, entity_path),
    AT(reel__bp_component_column, component),
};
const reel__layout reel__layout_bp_column_selection = LAYOUT(column_selection, reel__bp_column_selection);

static const reel__place column_names[] = { LIST(reel__bp_column_names, names), ITEM(const char *) };
const reel__layout reel__layout_bp_column_names = LAYOUT(column_names, reel__bp_column_names);

static const reel__place sort_order[] = { NOTHING, AT(reel__bp_sort_order, column), ENUM(reel__bp_sort_order, direction, SORT_DIRECTION) };
const reel__layout reel__layout_bp_sort_order = LAYOUT(sort_order, reel__bp_sort_order);

static const reel__place column_kind[] = { NOTHING, AT(reel__bp_column_kind, component), AT(reel__bp_column_kind, component_type_name) };
const reel__layout reel__layout_bp_column_kind = LAYOUT(column_kind, reel__bp_column_kind);
