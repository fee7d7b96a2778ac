/* The places of the public structs. */
#include "places.h"

#include "types_table.h"

#include <reel/types.h>

#define AT(type, member) { .offset = offsetof(type, member) }
#define MAYBE(type, member) { .offset = offsetof(type, member.has), .offset_2 = offsetof(type, member.v) }
#define ENUM(type, member, name) { .offset = offsetof(type, member), .enumeration = &reel__enums[REEL__ENUM_##name] }
#define LIST(type, member) { .offset = offsetof(type, member), .offset_2 = offsetof(type, n_##member) }
#define ITEM(type) { .size = sizeof(type) }
#define NOTHING { .offset = 0 }
#define LAYOUT(places, type) { places, sizeof(places) / sizeof *(places), sizeof(type) }

static const reel__place image_format[] = {
    NOTHING,
    AT(reel_image_format, width),
    AT(reel_image_format, height),
    ENUM(reel_image_format, pixel_format, PIXEL_FORMAT),
    ENUM(reel_image_format, color_model, COLOR_MODEL),
    ENUM(reel_image_format, channel_datatype, CHANNEL_DATATYPE),
};
const reel__layout reel__layout_image_format = LAYOUT(image_format, reel_image_format);

static const reel__place axis_angle[] = { NOTHING, AT(reel_axis_angle, axis), NOTHING, AT(reel_axis_angle, angle) };
const reel__layout reel__layout_axis_angle = LAYOUT(axis_angle, reel_axis_angle);

static const reel__place graph_edge[] = { NOTHING, AT(reel_graph_edge, first), AT(reel_graph_edge, second) };
const reel__layout reel__layout_graph_edge = LAYOUT(graph_edge, reel_graph_edge);

static const reel__place annotation_classes[] = {
    LIST(reel_annotation_classes, classes),
    ITEM(reel_annotation_class),
    AT(reel_annotation_class, info.id), /* the class's key, */
    NOTHING,
    NOTHING,
    AT(reel_annotation_class, info.id), /* and the same number in its description */
    AT(reel_annotation_class, info.label),
    MAYBE(reel_annotation_class, info.color),
    LIST(reel_annotation_class, keypoints),
    ITEM(reel_annotation_info),
    AT(reel_annotation_info, id),
    AT(reel_annotation_info, label),
    MAYBE(reel_annotation_info, color),
    LIST(reel_annotation_class, connections),
    ITEM(reel_keypoint_pair),
    AT(reel_keypoint_pair, keypoint0),
    AT(reel_keypoint_pair, keypoint1),
};
const reel__layout reel__layout_annotation_classes = LAYOUT(annotation_classes, reel_annotation_classes);

static const reel__place key_value_pairs[] = { LIST(reel_key_value_pairs, pairs), ITEM(reel_key_value), AT(reel_key_value, key), AT(reel_key_value, value) };
const reel__layout reel__layout_key_value_pairs = LAYOUT(key_value_pairs, reel_key_value_pairs);

static const reel__place channel_message_counts[] = {
    LIST(reel_channel_message_counts, counts),
    ITEM(reel_channel_message_count),
    AT(reel_channel_message_count, channel_id),
    AT(reel_channel_message_count, message_count),
};
const reel__layout reel__layout_channel_message_counts = LAYOUT(channel_message_counts, reel_channel_message_counts);
