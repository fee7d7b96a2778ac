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

/* n_strips polylines: their points one after another, and how many points each has. lengths NULL with n_strips 0: not set. */
typedef struct reel_strips {
    const float *points;       /* 2 or 3 floats a point */
    const uint32_t *lengths;   /* points per strip */
    size_t n_strips;
} reel_strips;
typedef struct reel_geo_strips {
    const double *points;      /* latitude, longitude in degrees */
    const uint32_t *lengths;
    size_t n_strips;
} reel_geo_strips;

/* A rotation by angle (radians) about an axis. */
typedef struct reel_axis_angle {
    float axis[3];
    float angle;
} reel_axis_angle;

/* A dense array in row-major order. shape has n_dims entries; their product is the number of elements. names: n_dims texts, or NULL. */
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
} reel_tensor_data;

#ifdef __cplusplus
}
#endif
#endif
