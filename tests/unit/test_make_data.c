/* Images, tensors and meshes: sizes, packing out of strides and planes, and what is checked. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "scarce_memory.h"

#define assert_ok(expression) assert_int_equal((expression), REEL_OK)
#define assert_refused(status, expression, text)                     \
    do {                                                             \
        assert_int_equal((expression), (status));                    \
        assert_non_null(strstr(reel_error_message(), text));         \
    } while (0)

static size_t bytes_of(reel_image_format format) {
    size_t bytes = 4711;
    assert_ok(reel_image_bytes(&format, &bytes));
    return bytes;
}

static reel_image_format pixels_of(uint32_t width, uint32_t height, reel_pixel_format pixels) { return (reel_image_format){.width = width, .height = height, .pixel_format = pixels}; }

/* ---- images ---- */

static void every_format_has_its_size(void **state) {
    (void)state;
    static const struct {
        reel_pixel_format format;
        size_t even, odd; /* 6 x 4, 3 x 3 */
    } pixels[] = {
        {REEL_PIXEL_FORMAT_Y_U_V12_LIMITED_RANGE, 36, 17}, {REEL_PIXEL_FORMAT_Y_U_V12_FULL_RANGE, 36, 17}, {REEL_PIXEL_FORMAT_NV12, 36, 17},
        {REEL_PIXEL_FORMAT_Y_U_V16_LIMITED_RANGE, 48, 21}, {REEL_PIXEL_FORMAT_Y_U_V16_FULL_RANGE, 48, 21}, {REEL_PIXEL_FORMAT_YUY2, 48, 24},
        {REEL_PIXEL_FORMAT_Y_U_V24_LIMITED_RANGE, 72, 27}, {REEL_PIXEL_FORMAT_Y_U_V24_FULL_RANGE, 72, 27}, {REEL_PIXEL_FORMAT_Y8_LIMITED_RANGE, 24, 9},
        {REEL_PIXEL_FORMAT_Y8_FULL_RANGE, 24, 9}, {REEL_PIXEL_FORMAT_BAYER_RGGB8, 24, 9}, {REEL_PIXEL_FORMAT_BAYER_BGGR8, 24, 9},
        {REEL_PIXEL_FORMAT_BAYER_GBRG8, 24, 9}, {REEL_PIXEL_FORMAT_BAYER_GRBG8, 24, 9},
    };
    for (size_t i = 0; i < sizeof pixels / sizeof *pixels; i++) {
        assert_int_equal(bytes_of(pixels_of(6, 4, pixels[i].format)), pixels[i].even);
        assert_int_equal(bytes_of(pixels_of(3, 3, pixels[i].format)), pixels[i].odd);
        assert_int_equal(bytes_of(pixels_of(0, 3, pixels[i].format)), 0);
    }
    static const struct {
        reel_channel_datatype type;
        size_t size;
    } types[] = {{REEL_CHANNEL_DATATYPE_U8, 1}, {REEL_CHANNEL_DATATYPE_I8, 1}, {REEL_CHANNEL_DATATYPE_U16, 2}, {REEL_CHANNEL_DATATYPE_I16, 2}, {REEL_CHANNEL_DATATYPE_F16, 2},
                 {REEL_CHANNEL_DATATYPE_U32, 4}, {REEL_CHANNEL_DATATYPE_I32, 4}, {REEL_CHANNEL_DATATYPE_F32, 4}, {REEL_CHANNEL_DATATYPE_U64, 8}, {REEL_CHANNEL_DATATYPE_I64, 8},
                 {REEL_CHANNEL_DATATYPE_F64, 8}};
    static const size_t channels[] = {[REEL_COLOR_MODEL_UNSET] = 1, [REEL_COLOR_MODEL_L] = 1, [REEL_COLOR_MODEL_RGB] = 3, [REEL_COLOR_MODEL_RGBA] = 4, [REEL_COLOR_MODEL_BGR] = 3,
                                      [REEL_COLOR_MODEL_BGRA] = 4};
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        for (size_t model = 0; model < 6; model++)
            assert_int_equal(bytes_of(reel_format_of(5, 3, (reel_color_model)model, types[i].type)), 15 * channels[model] * types[i].size);
}

static void formats_that_are_none_are_refused(void **state) {
    (void)state;
    size_t bytes = 4711;
    reel_image_format f = pixels_of(6, 4, (reel_pixel_format)25);
    assert_refused(REEL_E_ARGUMENT, reel_image_bytes(&f, &bytes), "6 x 4: 25 is not a pixel_format");
    f = reel_format_of(6, 4, (reel_color_model)6, REEL_CHANNEL_DATATYPE_U8);
    assert_refused(REEL_E_ARGUMENT, reel_image_bytes(&f, &bytes), "color_model 6 with channel_datatype 6");
    f = reel_format_of(6, 4, REEL_COLOR_MODEL_RGB, REEL_CHANNEL_DATATYPE_UNSET);
    assert_refused(REEL_E_ARGUMENT, reel_image_bytes(&f, &bytes), "color_model 2 with channel_datatype 0");
    f = (reel_image_format){6, 4, REEL_PIXEL_FORMAT_NV12, REEL_COLOR_MODEL_RGB, REEL_CHANNEL_DATATYPE_UNSET};
    assert_refused(REEL_E_ARGUMENT, reel_image_bytes(&f, &bytes), "pixel_format 26 and, beside it, color_model 2");
    assert_int_equal(bytes, 4711);
    assert_int_equal(reel_image_buffer("x", &f).size, SIZE_MAX);
}

static void sizes_end_where_a_value_does(void **state) {
    (void)state;
    size_t bytes = 4711;
    assert_int_equal(bytes_of(reel_format_of(INT32_MAX, 1, REEL_COLOR_MODEL_L, REEL_CHANNEL_DATATYPE_U8)), INT32_MAX);
    const reel_image_format large[] = {
        reel_format_of(UINT32_C(1) << 31, 1, REEL_COLOR_MODEL_L, REEL_CHANNEL_DATATYPE_U8),
        reel_format_of(UINT32_MAX, UINT32_MAX, REEL_COLOR_MODEL_RGBA, REEL_CHANNEL_DATATYPE_F64),
        reel_format_of(UINT32_C(1) << 31, UINT32_C(1) << 31, REEL_COLOR_MODEL_RGBA, REEL_CHANNEL_DATATYPE_U8), /* 2^64: 0, if it were to wrap */
        pixels_of(UINT32_MAX, UINT32_MAX, REEL_PIXEL_FORMAT_Y_U_V24_FULL_RANGE), pixels_of(40000, 40000, REEL_PIXEL_FORMAT_NV12), pixels_of(UINT32_MAX, UINT32_MAX, REEL_PIXEL_FORMAT_YUY2),
    };
    for (size_t i = 0; i < sizeof large / sizeof *large; i++) {
        assert_refused(REEL_E_TOO_LARGE, reel_image_bytes(&large[i], &bytes), "more than 2147483647 bytes");
        assert_int_equal(reel_image_buffer("x", &large[i]).size, SIZE_MAX);
    }
    assert_int_equal(bytes, 4711);
}

static void padded_and_upside_down_rows_are_packed(void **state) {
    (void)state;
    uint8_t rows[3 * 8], packed[18];
    for (int i = 0; i < 24; i++)
        rows[i] = (uint8_t)i;
    const reel_image_format f = reel_format_of(2, 3, REEL_COLOR_MODEL_RGB, REEL_CHANNEL_DATATYPE_U8);
    assert_ok(reel_image_pack(&f, rows, 8, packed, sizeof packed));
    assert_memory_equal(packed, ((const uint8_t[]){0, 1, 2, 3, 4, 5, 8, 9, 10, 11, 12, 13, 16, 17, 18, 19, 20, 21}), 18);
    assert_ok(reel_image_pack(&f, rows + 16, -8, packed, sizeof packed));
    assert_memory_equal(packed, ((const uint8_t[]){16, 17, 18, 19, 20, 21, 8, 9, 10, 11, 12, 13, 0, 1, 2, 3, 4, 5}), 18);
    assert_ok(reel_image_pack(&f, rows, 0, packed, sizeof packed));
    assert_memory_equal(packed, rows, 18);
    reel_bytes_owned made;
    assert_ok(reel_image_pack_new(&f, rows, 7, &made));
    assert_int_equal(made.size, 18);
    assert_memory_equal(made.data, ((const uint8_t[]){0, 1, 2, 3, 4, 5, 7, 8, 9, 10, 11, 12, 14, 15, 16, 17, 18, 19}), 18);
    reel_bytes_free(&made);
    const reel_image_format none = reel_format_of(0, 3, REEL_COLOR_MODEL_L, REEL_CHANNEL_DATATYPE_U8);
    assert_ok(reel_image_pack(&none, NULL, 5, NULL, 0));
}

static void planes_are_packed_with_a_pitch_each(void **state) {
    (void)state;
    uint8_t y[3 * 4], u[2 * 5], v[2 * 3], packed[17];
    for (int i = 0; i < 12; i++)
        y[i] = (uint8_t)(100 + i);
    for (int i = 0; i < 10; i++)
        u[i] = (uint8_t)(50 + i);
    for (int i = 0; i < 6; i++)
        v[i] = (uint8_t)(10 + i);
    reel_image_format f = pixels_of(3, 3, REEL_PIXEL_FORMAT_Y_U_V12_FULL_RANGE);
    assert_ok(reel_image_pack_planes(&f, (const void *const[]){y, u, v + 3}, (const ptrdiff_t[]){4, 5, -3}, 3, packed, sizeof packed));
    assert_memory_equal(packed, ((const uint8_t[]){100, 101, 102, 104, 105, 106, 108, 109, 110, 50, 51, 55, 56, 13, 14, 10, 11}), 17);
    f.pixel_format = REEL_PIXEL_FORMAT_NV12;
    assert_ok(reel_image_pack_planes(&f, (const void *const[]){y, u}, (const ptrdiff_t[]){4, 5}, 2, packed, sizeof packed));
    assert_memory_equal(packed, ((const uint8_t[]){100, 101, 102, 104, 105, 106, 108, 109, 110, 50, 51, 52, 53, 55, 56, 57, 58}), 17);
    assert_refused(REEL_E_ARGUMENT, reel_image_pack(&f, y, 4, packed, sizeof packed), "3 x 3: 1 planes are given, its format has 2");
    assert_refused(REEL_E_ARGUMENT, reel_image_pack_planes(&f, (const void *const[]){y, NULL}, (const ptrdiff_t[]){4, 5}, 2, packed, sizeof packed), "plane 1 is NULL");
}

static void rows_that_do_not_fit_are_refused(void **state) {
    (void)state;
    uint8_t rows[64] = {0}, packed[18] = {7};
    reel_bytes_owned made = {packed, 7};
    const reel_image_format f = reel_format_of(2, 3, REEL_COLOR_MODEL_RGB, REEL_CHANNEL_DATATYPE_U8);
    assert_refused(REEL_E_ARGUMENT, reel_image_pack(&f, rows, 5, packed, sizeof packed), "a pitch of 5 bytes is less than a row of 6");
    assert_refused(REEL_E_ARGUMENT, reel_image_pack_new(&f, rows, -5, &made), "a pitch of -5 bytes is less than a row of 6");
    assert_refused(REEL_E_LENGTHS, reel_image_pack(&f, rows, 6, packed, 17), "takes 18 bytes, and there is room for 17");
    assert_refused(REEL_E_LENGTHS, reel_image_pack(&f, rows, 6, NULL, 18), "room for 0");
    assert_refused(REEL_E_ARGUMENT, reel_image_pack(&f, NULL, 6, packed, 18), "plane 0 is NULL");
    assert_refused(REEL_E_ARGUMENT, reel_image_pack_new(&(reel_image_format){.width = 1, .height = 1}, rows, 0, &made), "is not a format");
    scarcity_begin(&scarce_here, 1, false);
    assert_refused(REEL_E_NO_MEMORY, reel_image_pack_new(&f, rows, 6, &made), "18 bytes");
    scarcity_end(&scarce_here);
    assert_true(packed[0] == 7 && made.data == packed && made.size == 7);
}

static void images_are_made_of_packed_pixels(void **state) {
    (void)state;
    static const uint8_t pixels[64];
    reel_image image = reel_image_of(pixels, 4, 2, REEL_COLOR_MODEL_BGRA, REEL_CHANNEL_DATATYPE_U8);
    assert_true(image.buffer.data == pixels && image.buffer.size == 32 && image.format.width == 4 && image.format.height == 2 && !image.opacity.has);
    assert_true(image.format.color_model == REEL_COLOR_MODEL_BGRA && image.format.channel_datatype == REEL_CHANNEL_DATATYPE_U8);
    reel_depth_image depth = reel_depth_image_of(pixels, 4, 2, REEL_CHANNEL_DATATYPE_U16, 1000);
    assert_true(depth.buffer.size == 16 && depth.format.color_model == REEL_COLOR_MODEL_UNSET && depth.meter.has && depth.meter.v == 1000);
    assert_false(reel_depth_image_of(pixels, 4, 2, REEL_CHANNEL_DATATYPE_F32, 0).meter.has);
    assert_int_equal(reel_segmentation_image_of(pixels, 4, 2, REEL_CHANNEL_DATATYPE_U8).buffer.size, 8);
    reel_recording *rec = reel_new("app", NULL);
    image = reel_image_of(pixels, UINT32_MAX, UINT32_MAX, REEL_COLOR_MODEL_BGRA, REEL_CHANNEL_DATATYPE_U8);
    assert_refused(REEL_E_TOO_LARGE, reel_log_image(rec, "camera", &image), "camera");
    reel_free(rec);
}

/* ---- tensors ---- */

static void assert_packs(const void *first, const uint64_t *shape, const ptrdiff_t *strides, size_t n_dims, const uint16_t *wanted, size_t n) {
    reel_bytes_owned packed;
    assert_ok(reel_tensor_pack_new(REEL_TENSOR_U16, first, shape, strides, n_dims, &packed));
    assert_int_equal(packed.size, 2 * n);
    if (n)
        assert_memory_equal(packed.data, wanted, 2 * n);
    reel_bytes_free(&packed);
}

static void strided_arrays_are_packed(void **state) {
    (void)state;
    uint16_t a[24];
    for (uint16_t i = 0; i < 24; i++)
        a[i] = i;
    const uint64_t s234[3] = {2, 3, 4};
    assert_packs(a, s234, (const ptrdiff_t[]){24, 8, 2}, 3, a, 24);
    /* a[::-1, 1:, ::2] */
    assert_packs(a + 16, (const uint64_t[]){2, 2, 2}, (const ptrdiff_t[]){-24, 8, 4}, 3, (const uint16_t[]){16, 18, 20, 22, 4, 6, 8, 10}, 8);
    /* a.T of the first 2 x 3 */
    assert_packs(a, (const uint64_t[]){3, 2}, (const ptrdiff_t[]){2, 6}, 2, (const uint16_t[]){0, 3, 1, 4, 2, 5}, 6);
    /* broadcast: the same row thrice, the same element twice */
    assert_packs(a + 5, (const uint64_t[]){3, 2, 2}, (const ptrdiff_t[]){0, 2, 0}, 3, (const uint16_t[]){5, 5, 6, 6, 5, 5, 6, 6, 5, 5, 6, 6}, 12);
    /* dimensions of one element, whatever their strides say */
    assert_packs(a, (const uint64_t[]){1, 2, 1, 4, 1}, (const ptrdiff_t[]){-999, 8, PTRDIFF_MAX, 2, PTRDIFF_MIN}, 5, a, 8);
    assert_packs(a + 7, NULL, NULL, 0, a + 7, 1);
    assert_packs(NULL, (const uint64_t[]){2, 0, UINT64_MAX}, (const ptrdiff_t[]){1, 1, 1}, 3, NULL, 0);
    uint8_t odd[7] = {9, 1, 0, 9, 2, 0, 9}; /* elements at odd addresses */
    assert_packs(odd + 1, (const uint64_t[]){2}, (const ptrdiff_t[]){3}, 1, (const uint16_t[]){1, 2}, 2);
}

static void tensors_that_make_no_sense_are_refused(void **state) {
    (void)state;
    uint8_t byte = 0;
    reel_bytes_owned packed = {&byte, 7};
    uint64_t shape[256] = {0};
    ptrdiff_t strides[256] = {0};
    shape[0] = UINT64_C(1) << 31;
    assert_refused(REEL_E_TOO_LARGE, reel_tensor_pack_new(REEL_TENSOR_U8, &byte, shape, strides, 1, &packed), "dimension 0 of 2147483648 makes more than 2147483647 bytes");
    shape[0] = shape[1] = UINT64_C(1) << 32;
    assert_refused(REEL_E_TOO_LARGE, reel_tensor_pack_new(REEL_TENSOR_U8, &byte, shape, strides, 2, &packed), "dimension 0");
    shape[0] = 1 << 20;
    shape[1] = 1 << 10;
    assert_refused(REEL_E_TOO_LARGE, reel_tensor_pack_new(REEL_TENSOR_F64, &byte, shape, strides, 2, &packed), "dimension 1 of 1024");
    assert_refused(REEL_E_ARGUMENT, reel_tensor_pack_new(REEL_TENSOR_U8, &byte, shape, strides, 256, &packed), "256 dimensions");
    assert_refused(REEL_E_ARGUMENT, reel_tensor_pack_new((reel_tensor_type)12, &byte, shape, strides, 1, &packed), "12 is not a type");
    assert_refused(REEL_E_ARGUMENT, reel_tensor_pack_new((reel_tensor_type)0, &byte, shape, strides, 1, &packed), "0 is not a type");
    assert_refused(REEL_E_ARGUMENT, reel_tensor_pack_new(REEL_TENSOR_U8, &byte, NULL, strides, 1, &packed), "shape or strides are NULL");
    assert_refused(REEL_E_ARGUMENT, reel_tensor_pack_new(REEL_TENSOR_U8, NULL, (const uint64_t[]){3}, strides, 1, &packed), "3 bytes: its data is NULL");
    scarcity_begin(&scarce_here, 1, false);
    assert_refused(REEL_E_NO_MEMORY, reel_tensor_pack_new(REEL_TENSOR_U8, &byte, (const uint64_t[]){3}, strides, 1, &packed), "3 bytes");
    scarcity_end(&scarce_here);
    assert_true(packed.data == &byte && packed.size == 7);
    const char *const names[1] = {"x"};
    reel_tensor_data t = reel_tensor_of(REEL_TENSOR_F32, &byte, shape, 1, names);
    assert_true(t.type == REEL_TENSOR_F32 && t.data == &byte && t.shape == shape && t.n_dims == 1 && t.names == names);
}

/* ---- meshes ---- */

static const float square[4][3] = {{0, 0, 0}, {2, 0, 0}, {2, 2, 0}, {0, 2, 0}};
static const uint32_t two_triangles[2][3] = {{0, 1, 2}, {0, 2, 3}};

static void normals_are_means_by_area(void **state) {
    (void)state;
    float normals[15];
    assert_ok(reel_mesh_normals(square[0], 4, two_triangles[0], 2, normals));
    for (int i = 0; i < 4; i++)
        assert_true(normals[3 * i] == 0 && normals[3 * i + 1] == 0 && normals[3 * i + 2] == 1);
    /* Vertex 0 in a triangle of area 2 that faces z, and in one of area 1 that faces x; vertex 4 in none. */
    const float corner[5][3] = {{0, 0, 0}, {2, 0, 0}, {0, 2, 0}, {0, 0, 1}, {9, 9, 9}};
    assert_ok(reel_mesh_normals(corner[0], 5, (const uint32_t[]){0, 1, 2, 0, 2, 3}, 2, normals));
    assert_true(fabsf(normals[0] - 0.44721360f) < 1e-6f && fabsf(normals[2] - 0.89442719f) < 1e-6f && normals[1] == 0);
    assert_true(normals[12] == 0 && normals[13] == 0 && normals[14] == 0);
    /* Without triangles every three are one; a flat one has no normal. */
    const float soup[6][3] = {{0, 0, 0}, {0, 1e-10f, 0}, {0, 0, 1e-10f}, {1, 1, 1}, {2, 2, 2}, {3, 3, 3}};
    float soup_normals[18];
    assert_ok(reel_mesh_normals(soup[0], 6, NULL, 0, soup_normals));
    assert_true(fabsf(soup_normals[0] - 1) < 1e-6f && soup_normals[9] == 0 && soup_normals[10] == 0 && soup_normals[11] == 0);
    assert_refused(REEL_E_ARGUMENT, reel_mesh_normals(square[0], 3, two_triangles[0], 2, normals), "triangle 1 has vertex 3, and there are 3 vertices");
    assert_refused(REEL_E_LENGTHS, reel_mesh_normals(square[0], 4, NULL, 0, normals), "4 vertices without triangle_indices");
    assert_true(fabsf(normals[0] - 0.44721360f) < 1e-6f);
}

static void meshes_are_checked(void **state) {
    (void)state;
    static const uint8_t pixels[48];
    const reel_mesh3d good = {.vertex_positions = square[0], .n_vertex_positions = 4, .triangle_indices = two_triangles[0], .n_triangle_indices = 2};
    reel_mesh3d m = good;
    assert_ok(reel_check_mesh(&m));
    assert_ok(reel_mesh_texture(&m, pixels, 4, 3, REEL_COLOR_MODEL_RGBA));
    assert_true(m.albedo_texture_buffer.data == pixels && m.albedo_texture_buffer.size == 48 && m.albedo_texture_format.width == 4 && m.albedo_texture_format.height == 3);
    assert_refused(REEL_E_LENGTHS, reel_check_mesh(&m), "texture of 4 x 3, and no vertex_texcoords");
    m.vertex_texcoords = square[0];
    m.n_vertex_texcoords = 4;
    m.vertex_colors = two_triangles[0];
    m.n_vertex_colors = 1;
    assert_ok(reel_check_mesh(&m));
    m.albedo_texture_buffer.size = 47;
    assert_refused(REEL_E_LENGTHS, reel_check_mesh(&m), "4 x 3 takes 48 bytes and has 47");
    m.n_vertex_colors = 3;
    assert_refused(REEL_E_LENGTHS, reel_check_mesh(&m), "vertex_colors has 3 values for 4 vertices");
    m = good;
    m.n_vertex_positions = 2;
    assert_refused(REEL_E_ARGUMENT, reel_check_mesh(&m), "triangle 0 has vertex 2, and there are 2 vertices");
    m = good;
    m.triangle_indices = NULL;
    assert_refused(REEL_E_ARGUMENT, reel_check_mesh(&m), "triangle_indices is NULL with a count of 2");
    m.n_triangle_indices = 0;
    assert_refused(REEL_E_LENGTHS, reel_check_mesh(&m), "4 vertices");
    m = good;
    m.vertex_normals = square[0];
    m.n_vertex_normals = 1; /* one for all is for colours and classes only */
    assert_refused(REEL_E_LENGTHS, reel_check_mesh(&m), "vertex_normals has 1 values for 4 vertices");
    /* A caller compiled when the struct ended earlier: what lies behind is not looked at. */
    assert_ok(reel_check_mesh_(&m, offsetof(reel_mesh3d, vertex_normals)));
    m = good;
    assert_refused(REEL_E_ARGUMENT, reel_mesh_texture(&m, pixels, 4, 3, REEL_COLOR_MODEL_BGR), "color_model 4 is neither RGB nor RGBA");
    assert_refused(REEL_E_ARGUMENT, reel_mesh_texture(&m, NULL, 4, 3, REEL_COLOR_MODEL_RGB), "4 x 3: the pixels");
    assert_refused(REEL_E_TOO_LARGE, reel_mesh_texture(&m, pixels, UINT32_MAX, 3, REEL_COLOR_MODEL_RGB), "4294967295 x 3");
    assert_memory_equal(&m, &good, sizeof m);
}

/* ---- for those who extend ---- */

static void errors_and_memory_are_for_others_too(void **state) {
    (void)state;
    assert_int_equal(reel_fail(REEL_E_IO, "disk %d: %s", 7, "gone %n %s"), REEL_E_IO);
    assert_string_equal(reel_error_message(), "disk 7: gone %n %s");
    char text[2000];
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = 0;
    reel_fail(REEL_E_IO, "%s", text);
    assert_int_equal(strlen(reel_error_message()), 511);
    long alive = atomic_load(&scarce_alive);
    void *block = reel_allocate(0);
    assert_non_null(block);
    assert_int_equal(atomic_load(&scarce_alive), alive + 1);
    reel_release(block);
    reel_release(NULL);
    assert_int_equal(atomic_load(&scarce_alive), alive);
    scarcity_begin(&scarce_here, 1, false);
    assert_null(reel_allocate(10));
    scarcity_end(&scarce_here);
}

int main(void) {
    if (scarce_install() != REEL_OK)
        return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_format_has_its_size),
        cmocka_unit_test(formats_that_are_none_are_refused),
        cmocka_unit_test(sizes_end_where_a_value_does),
        cmocka_unit_test(padded_and_upside_down_rows_are_packed),
        cmocka_unit_test(planes_are_packed_with_a_pitch_each),
        cmocka_unit_test(rows_that_do_not_fit_are_refused),
        cmocka_unit_test(images_are_made_of_packed_pixels),
        cmocka_unit_test(strided_arrays_are_packed),
        cmocka_unit_test(tensors_that_make_no_sense_are_refused),
        cmocka_unit_test(normals_are_means_by_area),
        cmocka_unit_test(meshes_are_checked),
        cmocka_unit_test(errors_and_memory_are_for_others_too),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
