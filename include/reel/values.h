/* reel/values.h: the small structs that archetype structs (types.h) are made of.
 *
 * Pointers are borrowed: a log call copies what it needs before it returns. Zero-initialised means "not set" everywhere. */
#ifndef REEL_VALUES_H
#define REEL_VALUES_H

#include <reel/base.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A single number that may be set: { .has = true, .v = 0.5f }, or { true, 0.5f }. */
typedef struct reel_opt_bool { bool has; bool v; } reel_opt_bool;
typedef struct reel_opt_u8   { bool has; uint8_t v; } reel_opt_u8;
typedef struct reel_opt_u16  { bool has; uint16_t v; } reel_opt_u16;
typedef struct reel_opt_u32  { bool has; uint32_t v; } reel_opt_u32;
typedef struct reel_opt_u64  { bool has; uint64_t v; } reel_opt_u64;
typedef struct reel_opt_i64  { bool has; int64_t v; } reel_opt_i64;
typedef struct reel_opt_f32  { bool has; float v; } reel_opt_f32;
typedef struct reel_opt_f64  { bool has; double v; } reel_opt_f64;

/* A run of bytes: encoded files, image buffers, video samples. data NULL: not set. At most 2^31 - 1 bytes. */
typedef struct reel_bytes {
    const void *data;
    size_t size;
} reel_bytes;

/* n_strips polylines: their points one after another, and how many points each has. lengths NULL with n_strips 0: not set.
 * n_points: how many points there are, when the lengths are to be checked against it (REEL_E_LENGTHS); 0: as many as the lengths say. */
typedef struct reel_strips {
    const float *points;       /* 2 or 3 floats a point */
    const uint32_t *lengths;   /* points per strip */
    size_t n_strips;
    size_t n_points;
} reel_strips;
typedef struct reel_geo_strips {
    const double *points;      /* latitude, longitude in degrees */
    const uint32_t *lengths;
    size_t n_strips;
    size_t n_points;
} reel_geo_strips;

/* A rotation by angle (radians) about an axis. */
typedef struct reel_axis_angle {
    float axis[3];
    float angle;
} reel_axis_angle;

/* A dense array in row-major order. shape has n_dims entries; their product is the number of elements. names: n_dims texts, or NULL.
 * size: bytes of data, when they are to be checked against the shape (REEL_E_LENGTHS); 0: as many as the shape says. */
typedef enum reel_tensor_type {
    REEL_TENSOR_U8 = 1, REEL_TENSOR_U16 = 2, REEL_TENSOR_U32 = 3, REEL_TENSOR_U64 = 4,
    REEL_TENSOR_I8 = 5, REEL_TENSOR_I16 = 6, REEL_TENSOR_I32 = 7, REEL_TENSOR_I64 = 8,
    REEL_TENSOR_F16 = 9, REEL_TENSOR_F32 = 10, REEL_TENSOR_F64 = 11
} reel_tensor_type;
typedef struct reel_tensor_data {
    reel_tensor_type type;     /* 0: not set */
    const void *data;
    const uint64_t *shape;
    size_t n_dims;
    const char *const *names;
    size_t size;
} reel_tensor_data;

/* An edge of a graph: the names of the nodes where it begins and ends. */
typedef struct reel_graph_edge {
    const char *first, *second;
} reel_graph_edge;

/* What a class or a keypoint is called and how it looks. */
typedef struct reel_annotation_info {
    uint16_t id;
    const char *label;         /* NULL: none */
    reel_opt_u32 color;        /* 0xRRGGBBAA; the viewer chooses when absent */
} reel_annotation_info;

/* A line between two keypoints of a class. */
typedef struct reel_keypoint_pair {
    uint16_t keypoint0, keypoint1;
} reel_keypoint_pair;

/* A class, with its keypoints and the lines of its skeleton. */
typedef struct reel_annotation_class {
    reel_annotation_info info;
    const reel_annotation_info *keypoints;
    size_t n_keypoints;
    const reel_keypoint_pair *connections;
    size_t n_connections;
} reel_annotation_class;

/* All classes of an annotation context. classes NULL with n_classes 0: not set. */
typedef struct reel_annotation_classes {
    const reel_annotation_class *classes;
    size_t n_classes;
} reel_annotation_classes;

/* Free pairs of texts. pairs NULL with n_pairs 0: not set. */
typedef struct reel_key_value {
    const char *key, *value;
} reel_key_value;
typedef struct reel_key_value_pairs {
    const reel_key_value *pairs;
    size_t n_pairs;
} reel_key_value_pairs;

/* How many messages each channel has. counts NULL with n_counts 0: not set. */
typedef struct reel_channel_message_count {
    uint16_t channel_id;
    uint64_t message_count;
} reel_channel_message_count;
typedef struct reel_channel_message_counts {
    const reel_channel_message_count *counts;
    size_t n_counts;
} reel_channel_message_counts;

#ifdef __cplusplus
}
#endif
#endif
