/* Records what make.h makes of numbers that test_made.py has, too, and of the files it names: record_made OUT [ENTITY KIND FILE]... */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <reel/reel.h>

static reel_recording *rec;

static void check_at(reel_status status, int line) {
    if (status == REEL_OK)
        return;
    fprintf(stderr, "record_made.c:%d: %s: %s\n", line, reel_status_text(status), reel_error_message());
    exit(1);
}
#define check(expression) check_at((expression), __LINE__)

enum { N = 40 };

static float number(int i) { return (float)((i * 37 + 11) % 101 - 50) / 8; }
static float size(int i) { return (float)((i * 53 + 7) % 97) / 8; }
static float unit(int i) { return (float)((i * 73 + 5) % 997) / 996; }

static void fill(float *values, int n, float (*of)(int)) {
    for (int i = 0; i < n; i++)
        values[i] = of(i);
}

static void log_colors(void) {
    static const float origin[3];
    float channels[4 * N];
    uint32_t colors[N];
    uint8_t bytes[4 * N];
    fill(channels, 4 * N, unit);
    for (int i = 0; i < 4 * N; i++)
        bytes[i] = (uint8_t)(i * 7);
    reel_points3d points = {.positions = origin, .n_positions = 1, .colors = colors, .n_colors = N};
    check(reel_colors_from_floats(channels, N, REEL_COLOR_MODEL_RGB, 0, colors));
    check(reel_log_static_points3d(rec, "colors/rgb_floats", &points));
    check(reel_colors_from_floats(channels, N, REEL_COLOR_MODEL_RGBA, 0, colors));
    check(reel_log_static_points3d(rec, "colors/rgba_floats", &points));
    check(reel_colors_from_bytes(bytes, N, REEL_COLOR_MODEL_RGBA, 0, colors));
    check(reel_log_static_points3d(rec, "colors/rgba_bytes", &points));
    check(reel_colors_from_bytes(bytes, N, REEL_COLOR_MODEL_BGR, 4, colors));
    check(reel_log_static_points3d(rec, "colors/bgrx_bytes", &points));
    for (int i = 0; i < N; i++)
        colors[i] = reel_rgba(bytes[4 * i], bytes[4 * i + 1], bytes[4 * i + 2], bytes[4 * i + 3]);
    check(reel_log_static_points3d(rec, "colors/one_by_one", &points));
}

static void log_pinhole(const char *entity, const reel_pinhole_numbers *numbers) {
    reel_pinhole pinhole = reel_pinhole_of(numbers);
    check(reel_log_static_pinhole(rec, entity, &pinhole));
}

static void log_cameras(void) {
    reel_pinhole_numbers n;
    check(reel_pinhole_from_focal_length(500.3, 500.3, 641, 479, NULL, &n));
    log_pinhole("pinhole/focal_length", &n);
    check(reel_pinhole_from_focal_length(500.1, 510.7, 641, 479, (const double[2]){322.3, 238.9}, &n));
    log_pinhole("pinhole/two_focal_lengths", &n);
    check(reel_pinhole_from_fov_y(0.8, 1.7777, 1, &n));
    log_pinhole("pinhole/fov_y", &n);
    check(reel_pinhole_from_k_row_major((const double[9]){500.1, 0.3, 322.3, 0, 510.7, 238.9, 0, 0, 1}, 641, 479, &n));
    log_pinhole("pinhole/k", &n);

    float rows[16] = {[15] = 1};
    fill(rows, 12, number);
    reel_transform_numbers t;
    check(reel_transform_from_mat4_row_major(rows, &t));
    reel_transform3d transform = reel_transform3d_of(&t);
    check(reel_log_static_transform3d(rec, "transform/mat4", &transform));
    check(reel_transform_from_mat3x4_row_major(rows, &t));
    check(reel_log_static_transform3d(rec, "transform/mat3x4", &transform));
    float columns[9];
    reel_mat3_from_row_major(rows, columns);
    check(reel_log_static_transform3d(rec, "transform/mat3", &(reel_transform3d){.mat3x3 = columns}));
}

static void log_boxes(void) {
    static const struct {
        const char *entity;
        reel_box_format format;
        int n;
    } formats[] = {{"boxes2d/XYWH", REEL_BOX_XYWH, N}, {"boxes2d/XYXY", REEL_BOX_XYXY, N}, {"boxes2d/XCYCWH", REEL_BOX_XCYCWH, N}, {"boxes2d/XCYCW2H2", REEL_BOX_XCYCW2H2, N},
                   {"boxes2d/YXHW", REEL_BOX_YXHW, 1}, {"boxes2d/YXYX", REEL_BOX_YXYX, 1}};
    float mins[4 * N], sizes[4 * N], boxes[4 * N], centers[3 * N], halves[3 * N];
    fill(mins, 4 * N, number);
    fill(sizes, 4 * N, size);
    reel_boxes2d flat = {.centers = centers, .half_sizes = halves};
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
        bool has_corners = formats[i].format == REEL_BOX_XYXY || formats[i].format == REEL_BOX_YXYX;
        for (int k = 0; k < 4 * N; k++)
            boxes[k] = k % 4 < 2 ? mins[k] / 3 : has_corners ? mins[k - 2] / 3 + sizes[k] / 3 : sizes[k] / 3;
        flat.n_centers = flat.n_half_sizes = (size_t)formats[i].n;
        check(reel_boxes2d_from_array(boxes, flat.n_centers, formats[i].format, centers, halves));
        check(reel_log_static_boxes2d(rec, formats[i].entity, &flat));
    }
    flat.n_centers = flat.n_half_sizes = N;
    check(reel_boxes_from_mins_and_sizes(mins, sizes, N, 2, centers, halves));
    check(reel_log_static_boxes2d(rec, "boxes2d/mins_and_sizes", &flat));
    reel_boxes3d solid = {.centers = centers, .n_centers = N, .half_sizes = halves, .n_half_sizes = N};
    check(reel_boxes_from_mins_and_sizes(mins, sizes, N, 3, centers, halves));
    check(reel_log_static_boxes3d(rec, "boxes3d/mins_and_sizes", &solid));
    check(reel_boxes_from_sizes(sizes, N, 3, halves));
    check(reel_log_static_boxes3d(rec, "boxes3d/sizes", &(reel_boxes3d){.half_sizes = halves, .n_half_sizes = N}));
}

static uint8_t pixels[9 * 7 * 8 + 64];

static void log_images(void) {
    reel_bytes_owned packed;
    for (size_t i = 0; i < sizeof pixels; i++)
        pixels[i] = (uint8_t)(i * 31);
    static const struct {
        const char *entity;
        reel_color_model model;
        reel_channel_datatype type;
    } formats[] = {{"image/l8", REEL_COLOR_MODEL_L, REEL_CHANNEL_DATATYPE_U8}, {"image/rgb8", REEL_COLOR_MODEL_RGB, REEL_CHANNEL_DATATYPE_U8},
                   {"image/rgba8", REEL_COLOR_MODEL_RGBA, REEL_CHANNEL_DATATYPE_U8}, {"image/bgr8", REEL_COLOR_MODEL_BGR, REEL_CHANNEL_DATATYPE_U8},
                   {"image/l16", REEL_COLOR_MODEL_L, REEL_CHANNEL_DATATYPE_U16}, {"image/rgb16", REEL_COLOR_MODEL_RGB, REEL_CHANNEL_DATATYPE_U16}};
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
        reel_image image = reel_image_of(pixels, 7, 5, formats[i].model, formats[i].type);
        check(reel_log_static_image(rec, formats[i].entity, &image));
        /* Bottom up, rows 56 bytes apart. */
        check(reel_image_pack_new(&image.format, pixels + 4 * 56, -56, &packed));
        image.buffer = (reel_bytes){packed.data, packed.size};
        char entity[64];
        snprintf(entity, sizeof entity, "%s/bottom_up", formats[i].entity);
        check(reel_log_static_image(rec, entity, &image));
        reel_bytes_free(&packed);
    }
    reel_depth_image depth = reel_depth_image_of(pixels, 7, 5, REEL_CHANNEL_DATATYPE_U16, 1000);
    check(reel_log_static_depth_image(rec, "image/depth", &depth));
    reel_segmentation_image classes = reel_segmentation_image_of(pixels, 7, 5, REEL_CHANNEL_DATATYPE_U8);
    check(reel_log_static_segmentation_image(rec, "image/classes", &classes));
    const reel_image_format nv12 = {.width = 8, .height = 4, .pixel_format = REEL_PIXEL_FORMAT_NV12};
    uint8_t planes[48];
    check(reel_image_pack_planes(&nv12, (const void *const[]){pixels, pixels + 100}, (const ptrdiff_t[]){10, 12}, 2, planes, sizeof planes));
    check(reel_log_static_image(rec, "image/nv12", &(reel_image){.buffer = {planes, sizeof planes}, .format = nv12}));
}

static void log_tensors_and_meshes(void) {
    static const char *const names[] = {"z", "y", "x"};
    int16_t array[4][5][6];
    for (int i = 0; i < 120; i++)
        array[i / 30][i / 6 % 5][i % 6] = (int16_t)(i * 91 - 5000);
    reel_bytes_owned packed;
    const uint64_t shape[3] = {2, 6, 3}; /* array[::-2, ::2, :].transpose(0, 2, 1) */
    check(reel_tensor_pack_new(REEL_TENSOR_I16, array[3], shape, (const ptrdiff_t[]){-120, 2, 24}, 3, &packed));
    check(reel_log_static_tensor(rec, "tensor/strided", &(reel_tensor){.data = reel_tensor_of(REEL_TENSOR_I16, packed.data, shape, 3, names)}));
    reel_bytes_free(&packed);

    float positions[3 * 6], texcoords[2 * 6];
    const uint32_t triangles[] = {0, 1, 2, 3, 4, 5, 0, 2, 5};
    fill(positions, 18, number);
    fill(texcoords, 12, unit);
    reel_mesh3d mesh = {.vertex_positions = positions, .n_vertex_positions = 6, .triangle_indices = triangles, .n_triangle_indices = 3, .vertex_texcoords = texcoords, .n_vertex_texcoords = 6};
    check(reel_mesh_texture(&mesh, pixels, 7, 5, REEL_COLOR_MODEL_RGB));
    check(reel_check_mesh(&mesh));
    check(reel_log_static_mesh3d(rec, "mesh/rgb", &mesh));
    check(reel_mesh_texture(&mesh, pixels, 7, 5, REEL_COLOR_MODEL_RGBA));
    check(reel_log_static_mesh3d(rec, "mesh/rgba", &mesh));
}

static void log_file(const char *entity, const char *kind, const char *file) {
    if (!strcmp(kind, "EncodedImage"))
        check(reel_log_encoded_image_file(rec, entity, file, REEL_LOG_STATIC));
    else if (!strcmp(kind, "EncodedDepthImage"))
        check(reel_log_encoded_depth_image_file(rec, entity, file, 1000, REEL_LOG_STATIC));
    else if (!strcmp(kind, "Asset3D"))
        check(reel_log_asset3d_file(rec, entity, file, REEL_LOG_STATIC));
    else if (!strcmp(kind, "AssetVideo"))
        check(reel_log_asset_video_file(rec, entity, file, REEL_LOG_STATIC));
    else if (!strcmp(kind, "AssetAudio"))
        check(reel_log_asset_audio_file(rec, entity, file, REEL_LOG_STATIC));
    else
        exit(2);
}

int main(int argc, char **argv) {
    if (argc < 2)
        return 2;
    rec = reel_new("conformance", &(reel_options){.struct_size = sizeof(reel_options), .recording_id = "the_recording", .no_properties = true});
    check(rec ? reel_save(rec, argv[1]) : REEL_E_NO_MEMORY);
    log_colors();
    log_cameras();
    log_boxes();
    log_images();
    log_tensors_and_meshes();
    for (int i = 2; i + 2 < argc; i += 3)
        log_file(argv[i], argv[i + 1], argv[i + 2]);
    check(reel_close(rec, -1));
    reel_free(rec);
    return 0;
}
