/* reel/make.h: makes what archetypes take from what programs have: colours from floats, a camera from its field of view, boxes from corners, an image from padded rows,
 * an asset from a file.
 *
 *     reel_pinhole_numbers lens;
 *     reel_pinhole_from_fov_y(0.9, 640, 480, &lens);
 *     reel_pinhole pinhole = reel_pinhole_of(&lens);
 *     reel_log_pinhole(rec, "camera", &pinhole);
 *     reel_log_asset3d_file(rec, "robot", "robot.glb", REEL_LOG_STATIC);
 *
 * Plain functions: they keep nothing, may run in any thread, and write only where the last arguments point. Where one fails it says why (reel_error_message) and leaves its
 * results as they were. Pointers are not NULL unless NULL is explained. Angles are radians unless the name says degrees. */
#ifndef REEL_MAKE_H
#define REEL_MAKE_H

#include <reel/log.h>
#include <reel/sink.h>

/* All members zero, in both languages. */
#ifdef __cplusplus
#  define REEL_ZERO_ {}
extern "C" {
#else
#  define REEL_ZERO_ {0}
#endif

/* ---- Colours: 0xRRGGBBAA -------------------------------------------------------------------------------------------------------------- */

/* Channels 0 to 255; what is beyond is clamped, never wrapped. */
static inline uint32_t reel_rgba(int r, int g, int b, int a) {
    return (uint32_t)(r < 0 ? 0 : r > 255 ? 255 : r) << 24 | (uint32_t)(g < 0 ? 0 : g > 255 ? 255 : g) << 16 |
           (uint32_t)(b < 0 ? 0 : b > 255 ? 255 : b) << 8 | (uint32_t)(a < 0 ? 0 : a > 255 ? 255 : a);
}
static inline uint32_t reel_rgb(int r, int g, int b) { return reel_rgba(r, g, b, 255); }

/* Channels 0 to 1, clamped, times 255 and rounded; NaN is 0. */
REEL_API uint32_t reel_rgba_from_floats(float r, float g, float b, float a);
/* The same for linear light, as renderers compute with: r, g and b get the sRGB curve, a does not. */
REEL_API uint32_t reel_rgba_from_linear(float r, float g, float b, float a);
/* "#rgb", "#rrggbb" or "#rrggbbaa", with or without '#'. REEL_E_FORMAT: anything else. */
REEL_API reel_status reel_color_from_hex(const char *text, uint32_t *color);

/* Packs n colours. order: L, RGB, RGBA, BGR or BGRA; alpha is full where the order has none. stride_bytes: from one colour to the next; 0: packed. Floats as for
 * reel_rgba_from_floats. REEL_E_ARGUMENT: an order that is none of these, a stride shorter than a colour. */
REEL_API reel_status reel_colors_from_bytes(const uint8_t *channels, size_t n, reel_color_model order, size_t stride_bytes, uint32_t *colors);
REEL_API reel_status reel_colors_from_floats(const float *channels, size_t n, reel_color_model order, size_t stride_bytes, uint32_t *colors);

/* ---- Rotations: unit quaternions x, y, z, w, as .quaternion takes them ---------------------------------------------------------------- */

/* The axis may have any length but 0. REEL_E_ARGUMENT: a zero axis, a number that is not finite. */
REEL_API reel_status reel_quat_from_axis_angle(const float axis[3], double angle, float xyzw[4]);
REEL_API reel_status reel_quat_from_axis_degrees(const float axis[3], double degrees, float xyzw[4]);
/* Roll about x, then pitch about y, then yaw about z, all of them axes that stand still (URDF, ROS). */
REEL_API reel_status reel_quat_from_rpy(double roll, double pitch, double yaw, float xyzw[4]);
/* Three turns about the axes that `order` names, in that order: "xyz" about axes that stand still, "XYZ" about axes that turn along. Any three letters of one case.
 * REEL_E_ARGUMENT: another order, an angle that is not finite. */
REEL_API reel_status reel_quat_from_euler(const double angles[3], const char *order, float xyzw[4]);
/* REEL_E_ARGUMENT: not a rotation (columns of length 1 at right angles, right-handed, within 1e-3). */
REEL_API reel_status reel_quat_from_mat3_row_major(const float rows[9], float xyzw[4]);
/* To length 1. in and out may be the same. REEL_E_ARGUMENT: length 0, not finite. */
REEL_API reel_status reel_quat_normalize(const float in[4], float out[4]);
/* Angle from 0 to pi; the axis of no rotation is x. Normalises first; errors as there. */
REEL_API reel_status reel_axis_angle_from_quat(const float xyzw[4], reel_axis_angle *out);
/* From libraries that store w first. */
static inline void reel_quat_from_wxyz(const float wxyz[4], float xyzw[4]) {
    const float w = wxyz[0];
    xyzw[0] = wxyz[1];
    xyzw[1] = wxyz[2];
    xyzw[2] = wxyz[3];
    xyzw[3] = w;
}

/* ---- Matrices: archetypes take them column by column ---------------------------------------------------------------------------------- */

/* Transposes 3x3 numbers that are given row by row. rows and columns may be the same. */
REEL_API void reel_mat3_from_row_major(const float rows[9], float columns[9]);

/* A transform as translation and 3x3 matrix. reel_transform3d_of points into it: keep it until the call that logs. */
typedef struct reel_transform_numbers {
    float translation[3]; /* scene units */
    float mat3x3[9];      /* column-major */
} reel_transform_numbers;
/* From a 4x4 or 3x4 matrix that maps child to parent. REEL_E_ARGUMENT: a number that is not finite, a last row other than 0 0 0 1 (within 1e-6). */
REEL_API reel_status reel_transform_from_mat4_row_major(const float rows[16], reel_transform_numbers *out);
REEL_API reel_status reel_transform_from_mat4_column_major(const float columns[16], reel_transform_numbers *out); /* OpenGL, glm */
REEL_API reel_status reel_transform_from_mat3x4_row_major(const float rows[12], reel_transform_numbers *out);
static inline reel_transform3d reel_transform3d_of(const reel_transform_numbers *numbers) {
    reel_transform3d transform = REEL_ZERO_;
    transform.translation = numbers->translation;
    transform.mat3x3 = numbers->mat3x3;
    return transform;
}

/* ---- Cameras -------------------------------------------------------------------------------------------------------------------------- */

/* A pinhole camera's numbers. reel_pinhole_of points into it: keep it until the call that logs. */
typedef struct reel_pinhole_numbers {
    float image_from_camera[9]; /* pixels; column-major */
    float resolution[2];        /* pixels; width, height */
} reel_pinhole_numbers;
/* All: width and height in pixels; where only their ratio is known, pass the ratio and 1, and other lengths in image heights.
 * REEL_E_ARGUMENT: a size or focal length that is not positive and finite, a field of view not between 0 and pi, a principal point that is not finite. */

/* focal_x, focal_y: pixels; equal for square pixels. principal_point: pixels from the upper left corner; NULL: the centre. */
REEL_API reel_status reel_pinhole_from_focal_length(double focal_x, double focal_y, double width, double height, const double principal_point[2], reel_pinhole_numbers *out);
/* Vertical or horizontal field of view; square pixels, principal point in the centre. */
REEL_API reel_status reel_pinhole_from_fov_y(double fov_y, double width, double height, reel_pinhole_numbers *out);
REEL_API reel_status reel_pinhole_from_fov_x(double fov_x, double width, double height, reel_pinhole_numbers *out);
/* From the calibration matrix K, row by row: fx s cx, 0 fy cy, 0 0 1. REEL_E_ARGUMENT, too: another shape of matrix. */
REEL_API reel_status reel_pinhole_from_k_row_major(const double k[9], double width, double height, reel_pinhole_numbers *out);
static inline reel_pinhole reel_pinhole_of(const reel_pinhole_numbers *numbers) {
    reel_pinhole pinhole = REEL_ZERO_;
    pinhole.image_from_camera = numbers->image_from_camera;
    pinhole.resolution = numbers->resolution;
    return pinhole;
}

/* ---- Boxes: centers and half_sizes for Boxes2D (2 dimensions) and Boxes3D (3) --------------------------------------------------------- */
/* Each array holds n times `dimensions` floats, scene units. Results may be written over the arguments of the same shape.
 * REEL_E_ARGUMENT: dimensions other than 2 and 3, a negative size. NaN passes through. */

REEL_API reel_status reel_boxes_from_mins_and_sizes(const float *mins, const float *sizes, size_t n, int dimensions, float *centers, float *half_sizes);
REEL_API reel_status reel_boxes_from_mins_and_maxs(const float *mins, const float *maxs, size_t n, int dimensions, float *centers, float *half_sizes);
/* Sizes alone, for boxes whose centres are known. */
REEL_API reel_status reel_boxes_from_sizes(const float *sizes, size_t n, int dimensions, float *half_sizes);

/* How detectors give rectangles: four floats each. */
typedef enum reel_box_format {
    REEL_BOX_XYWH = 1,     /* left, top, width, height */
    REEL_BOX_YXHW = 2,     /* top, left, height, width */
    REEL_BOX_XYXY = 3,     /* left, top, right, bottom */
    REEL_BOX_YXYX = 4,     /* top, left, bottom, right */
    REEL_BOX_XCYCWH = 5,   /* centre x, centre y, width, height */
    REEL_BOX_XCYCW2H2 = 6  /* centre x, centre y, half the width, half the height */
} reel_box_format;
/* boxes: [n][4]. */
REEL_API reel_status reel_boxes2d_from_array(const float *boxes, size_t n, reel_box_format format, float *centers, float *half_sizes);

/* ---- Images --------------------------------------------------------------------------------------------------------------------------- */

/* The format of plain channels; color_model unset (0) for depth and class ids. */
static inline reel_image_format reel_format_of(uint32_t width, uint32_t height, reel_color_model color_model, reel_channel_datatype channel_datatype) {
    reel_image_format format = REEL_ZERO_;
    format.width = width;
    format.height = height;
    format.color_model = color_model;
    format.channel_datatype = channel_datatype;
    return format;
}

/* Bytes of a packed image. Subsampled chroma is rounded up: NV12 of 3 x 3 pixels is 9 + 2 * 4 bytes.
 * REEL_E_ARGUMENT: a format that is none; REEL_E_TOO_LARGE: more than 2^31 - 1 bytes, which no log call takes. */
REEL_API reel_status reel_image_bytes(const reel_image_format *format, size_t *bytes);
/* Packed pixels as .buffer takes them; borrowed. For a format that reel_image_bytes refuses the size is SIZE_MAX, which log calls refuse in turn. */
REEL_API reel_bytes reel_image_buffer(const void *pixels, const reel_image_format *format);

/* Packs rows that are padded, upside down, or a part of a larger image. rows: the first byte of the top row. pitch_bytes: from one row to the next below it, negative for
 * an image that is stored bottom up (rows then points at the last row in memory); 0: packed. packed: reel_image_bytes bytes of the caller's, packed_size at least that many.
 * REEL_E_ARGUMENT: a pitch shorter than a row, a format of several planes; REEL_E_LENGTHS: packed is too small; else as reel_image_bytes. */
REEL_API reel_status reel_image_pack(const reel_image_format *format, const void *rows, ptrdiff_t pitch_bytes, void *packed, size_t packed_size);
/* The same for formats of several planes: NV12 has two (Y, UV), Y_U_V ones have three, all others one. */
REEL_API reel_status reel_image_pack_planes(const reel_image_format *format, const void *const *planes, const ptrdiff_t *pitches_bytes, size_t n_planes, void *packed,
                                            size_t packed_size);
/* Packs into a new buffer, to be freed with reel_bytes_free. REEL_E_NO_MEMORY. */
REEL_API reel_status reel_image_pack_new(const reel_image_format *format, const void *rows, ptrdiff_t pitch_bytes, reel_bytes_owned *packed);

/* Images of packed pixels, ready to be logged; borrowed. */
static inline reel_image reel_image_of(const void *pixels, uint32_t width, uint32_t height, reel_color_model color_model, reel_channel_datatype channel_datatype) {
    reel_image image = REEL_ZERO_;
    image.format = reel_format_of(width, height, color_model, channel_datatype);
    image.buffer = reel_image_buffer(pixels, &image.format);
    return image;
}
/* unit: stored units per metre (1000 for millimetres); 0: not set. */
static inline reel_depth_image reel_depth_image_of(const void *distances, uint32_t width, uint32_t height, reel_channel_datatype channel_datatype, float unit) {
    reel_depth_image image = REEL_ZERO_;
    image.format = reel_format_of(width, height, REEL_COLOR_MODEL_UNSET, channel_datatype);
    image.buffer = reel_image_buffer(distances, &image.format);
    image.meter.has = unit != 0;
    image.meter.v = unit;
    return image;
}
static inline reel_segmentation_image reel_segmentation_image_of(const void *class_ids, uint32_t width, uint32_t height, reel_channel_datatype channel_datatype) {
    reel_segmentation_image image = REEL_ZERO_;
    image.format = reel_format_of(width, height, REEL_COLOR_MODEL_UNSET, channel_datatype);
    image.buffer = reel_image_buffer(class_ids, &image.format);
    return image;
}

/* ---- Files: encoded images, 3D models, videos, sounds --------------------------------------------------------------------------------- */

/* What a file is, as a MIME type in static storage, or NULL: by its bytes; by its name only for formats that have no mark of their own (OBJ, glTF, RVL, texts), and to tell
 * sound from video in MP4. head: the file's first bytes, 4,096 or all of them; size: of the whole file; name: a path, or NULL.
 * Known: image/ png, jpeg, gif, webp, bmp, tiff, avif, heic; model/ gltf-binary, gltf+json, obj, stl; application/ x-ply, rvl; video/mp4;
 * audio/ wav, mpeg, flac, ogg, aac, mp4; text/ plain, markdown. */
REEL_API const char *reel_media_type(const void *head, size_t head_size, uint64_t size, const char *name);
/* What a name says alone, whatever the file holds: "image/png" for "a/b.PNG". NULL: nothing. */
REEL_API const char *reel_media_type_of_name(const char *name);

/* Who takes which media types. */
typedef enum reel_file_kind {
    REEL_FILE_ANY = 0,
    REEL_FILE_IMAGE = 1,   /* EncodedImage */
    REEL_FILE_DEPTH = 2,   /* EncodedDepthImage: image/png, application/rvl */
    REEL_FILE_MODEL = 3,   /* Asset3D */
    REEL_FILE_VIDEO = 4,   /* AssetVideo */
    REEL_FILE_AUDIO = 5    /* AssetAudio */
} reel_file_kind;

/* Reads a whole file into memory of the caller, to be freed with reel_bytes_free. media_type may be NULL. kind: what it must be; with REEL_FILE_ANY, *media_type may become NULL.
 * REEL_E_NOT_FOUND, REEL_E_IO; REEL_E_ARGUMENT: a folder, a pipe, a device, an unknown kind; REEL_E_TOO_LARGE: more than 2^31 - 1 bytes; REEL_E_FORMAT: not of that kind. */
REEL_API reel_status reel_read_file(const char *file, reel_file_kind kind, reel_bytes_owned *bytes, const char **media_type);

/* A file as one row of one entity, with its media type. flags: REEL_LOG_STATIC or 0. Errors as reel_read_file and reel_log_. */
REEL_API reel_status reel_log_encoded_image_file(reel_recording *rec, const char *entity_path, const char *file, uint32_t flags);
REEL_API reel_status reel_log_encoded_depth_image_file(reel_recording *rec, const char *entity_path, const char *file, float unit, uint32_t flags); /* unit as above */
REEL_API reel_status reel_log_asset3d_file(reel_recording *rec, const char *entity_path, const char *file, uint32_t flags);
REEL_API reel_status reel_log_asset_video_file(reel_recording *rec, const char *entity_path, const char *file, uint32_t flags);
REEL_API reel_status reel_log_asset_audio_file(reel_recording *rec, const char *entity_path, const char *file, uint32_t flags);
#ifdef REEL_DISABLED
#  define reel_log_encoded_image_file(...) (0 ? (reel_log_encoded_image_file)(__VA_ARGS__) : reel_disabled_())
#  define reel_log_encoded_depth_image_file(...) (0 ? (reel_log_encoded_depth_image_file)(__VA_ARGS__) : reel_disabled_())
#  define reel_log_asset3d_file(...) (0 ? (reel_log_asset3d_file)(__VA_ARGS__) : reel_disabled_())
#  define reel_log_asset_video_file(...) (0 ? (reel_log_asset_video_file)(__VA_ARGS__) : reel_disabled_())
#  define reel_log_asset_audio_file(...) (0 ? (reel_log_asset_audio_file)(__VA_ARGS__) : reel_disabled_())
#endif

/* ---- Meshes --------------------------------------------------------------------------------------------------------------------------- */

/* Gives a mesh its texture: packed u8 pixels, RGB or RGBA; borrowed. The mesh needs texture coordinates, too. REEL_E_ARGUMENT: another color_model; else as reel_image_bytes. */
REEL_API reel_status reel_mesh_texture_(const void *pixels, uint32_t width, uint32_t height, reel_color_model color_model, reel_bytes *buffer, reel_image_format *format);
static inline reel_status reel_mesh_texture(reel_mesh3d *mesh, const void *pixels, uint32_t width, uint32_t height, reel_color_model color_model) {
    return reel_mesh_texture_(pixels, width, height, color_model, &mesh->albedo_texture_buffer, &mesh->albedo_texture_format);
}
/* What a log call does not look for: a triangle with a vertex that is not there (REEL_E_ARGUMENT); vertices that make no whole triangles; normals, texture coordinates, colours
 * or class ids that are neither one per vertex nor, for the last two, one for all; a texture without coordinates (REEL_E_LENGTHS); or one whose bytes do not fit its format. */
REEL_API reel_status reel_check_mesh_(const reel_mesh3d *mesh, size_t struct_size);
static inline reel_status reel_check_mesh(const reel_mesh3d *mesh) { return reel_check_mesh_(mesh, sizeof *mesh); }
/* One normal per vertex, the mean of its triangles' by their areas, counter-clockwise fronts: [n][3]. A vertex without a triangle, or with flat ones only, gets 0, 0, 0.
 * triangles NULL: every three vertices are one. REEL_E_ARGUMENT: a vertex that is not there; REEL_E_LENGTHS: without triangles, n is no multiple of 3. */
REEL_API reel_status reel_mesh_normals(const float *positions, size_t n, const uint32_t *triangles, size_t n_triangles, float *normals);

/* ---- Tensors -------------------------------------------------------------------------------------------------------------------------- */

/* Row-major data; everything is borrowed. names: n_dims texts, or NULL. */
static inline reel_tensor_data reel_tensor_of(reel_tensor_type type, const void *data, const uint64_t *shape, size_t n_dims, const char *const *names) {
    reel_tensor_data tensor = REEL_ZERO_;
    tensor.type = type;
    tensor.data = data;
    tensor.shape = shape;
    tensor.n_dims = n_dims;
    tensor.names = names;
    return tensor;
}
/* Packs an array with any strides (bytes, as numpy's; negative and 0, too) row-major into a new buffer, to be freed with reel_bytes_free. first: the element at 0, 0, ...
 * REEL_E_ARGUMENT: an unknown type, more than 255 dimensions; REEL_E_TOO_LARGE: more than 2^31 - 1 bytes; REEL_E_NO_MEMORY. */
REEL_API reel_status reel_tensor_pack_new(reel_tensor_type type, const void *first, const uint64_t *shape, const ptrdiff_t *strides_bytes, size_t n_dims, reel_bytes_owned *packed);

/* ---- For those who extend Reel -------------------------------------------------------------------------------------------------------- */

/* Makes this thread's reel_error_message() and returns status: for custom sinks, bindings and helpers. At most 511 bytes are kept. */
REEL_API reel_status reel_fail(reel_status status, const char *format, ...) REEL_PRINTF(2, 3);
/* Memory from the allocator that Reel uses, for what is freed with reel_bytes_free; NULL when there is none. size 0 is taken as 1. */
REEL_API void *reel_allocate(size_t size);
/* Frees it; NULL is allowed. */
REEL_API void reel_release(void *block);

#ifdef __cplusplus
}
#endif
#endif
