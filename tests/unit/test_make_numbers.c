/* Colours, rotations, cameras and boxes from what programs have. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <reel/reel.h>

#define assert_ok(expression) assert_int_equal((expression), REEL_OK)
#define assert_says(text) assert_non_null(strstr(reel_error_message(), text))
#define assert_refused(status, expression, text) \
    do {                                         \
        assert_int_equal((expression), (status)); \
        assert_says(text);                       \
    } while (0)

static void assert_floats(const float *got, const float *wanted, size_t n, float tolerance) {
    for (size_t i = 0; i < n; i++)
        if (!(fabsf(got[i] - wanted[i]) <= tolerance))
            fail_msg("number %zu is %.9g instead of %.9g", i, (double)got[i], (double)wanted[i]);
}

/* ---- colours ---- */

static void colours_are_clamped_and_never_wrap(void **state) {
    (void)state;
    assert_int_equal(reel_rgba(1, 2, 3, 4), 0x01020304);
    assert_int_equal(reel_rgba(-1, 256, 1000, -2147483647), 0x00FFFF00);
    assert_int_equal(reel_rgb(255, 0, 128), 0xFF0080FF);
    assert_int_equal(reel_rgba_from_floats(0, 1, 0.5f, 0.25f), 0x00FF8040);
    assert_int_equal(reel_rgba_from_floats(-0.1f, 1.1f, 2, -INFINITY), 0x00FFFF00);
    assert_int_equal(reel_rgba_from_floats(NAN, INFINITY, -NAN, 1), 0x00FF00FF);
    assert_int_equal(reel_rgba_from_floats(254.4f / 255, 254.6f / 255, 0.4f / 255, 0.6f / 255), 0xFEFF0001);
    for (int i = 0; i < 256; i++)
        assert_int_equal(reel_rgba_from_floats((float)i / 255, 0, 0, 0) >> 24, i);
}

static void linear_light_gets_the_srgb_curve(void **state) {
    (void)state;
    assert_int_equal(reel_rgba_from_linear(0, 1, 0.5f, 0.5f), 0x00FFBC80);
    assert_int_equal(reel_rgba_from_linear(0.002f, 0.25f, NAN, 1), 0x078900FF);
    assert_int_equal(reel_rgba_from_linear(-3, 3, -INFINITY, INFINITY), 0x00FF00FF);
}

static void hex_texts_are_colours_or_refused(void **state) {
    (void)state;
    uint32_t color = 7;
    assert_ok(reel_color_from_hex("#fA0", &color));
    assert_int_equal(color, 0xFFAA00FF);
    assert_ok(reel_color_from_hex("12aBef", &color));
    assert_int_equal(color, 0x12ABEFFF);
    assert_ok(reel_color_from_hex("#12345678", &color));
    assert_int_equal(color, 0x12345678);
    static const char *const wrong[] = {"", "#", "#12", "#1234", "#12345", "#1234567", "#123456789", "#12345g", "red", "# 12345", "#12 ", "##123", "0x123456", "#\xc3\xbc\xc3\xbc\xc3\xbc"};
    color = 7;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_refused(REEL_E_FORMAT, reel_color_from_hex(wrong[i], &color), wrong[i]);
    assert_refused(REEL_E_ARGUMENT, reel_color_from_hex(NULL, &color), "NULL");
    assert_int_equal(color, 7);
}

static void colours_are_packed_from_every_order(void **state) {
    (void)state;
    const uint8_t bytes[] = {1, 2, 3, 4, 5, 6, 7, 8};
    const float floats[] = {0, 1, 0.5f, 0.25f, 2, -1, NAN, 0.75f};
    static const struct {
        reel_color_model order;
        uint32_t bytes[2], floats[2];
    } cases[] = {
        {REEL_COLOR_MODEL_L, {0x010101FF, 0x020202FF}, {0x000000FF, 0xFFFFFFFF}},
        {REEL_COLOR_MODEL_RGB, {0x010203FF, 0x040506FF}, {0x00FF80FF, 0x40FF00FF}},
        {REEL_COLOR_MODEL_BGR, {0x030201FF, 0x060504FF}, {0x80FF00FF, 0x00FF40FF}},
        {REEL_COLOR_MODEL_RGBA, {0x01020304, 0x05060708}, {0x00FF8040, 0xFF0000BF}},
        {REEL_COLOR_MODEL_BGRA, {0x03020104, 0x07060508}, {0x80FF0040, 0x0000FFBF}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        uint32_t colors[2];
        assert_ok(reel_colors_from_bytes(bytes, 2, cases[i].order, 0, colors));
        assert_memory_equal(colors, cases[i].bytes, sizeof colors);
        assert_ok(reel_colors_from_floats(floats, 2, cases[i].order, 0, colors));
        assert_memory_equal(colors, cases[i].floats, sizeof colors);
    }
}

static void colours_are_packed_with_a_stride(void **state) {
    (void)state;
    /* As in a vertex: one odd byte before each three floats, so that none of them is aligned. */
    uint8_t vertices[2 * 13];
    const float rgb[2][3] = {{1, 0, 0}, {0, 0, 1}};
    for (int i = 0; i < 2; i++)
        memcpy(vertices + 13 * i + 1, rgb[i], sizeof rgb[i]);
    uint32_t colors[2] = {7, 7};
    assert_ok(reel_colors_from_floats((const float *)(const void *)(vertices + 1), 2, REEL_COLOR_MODEL_RGB, 13, colors));
    assert_int_equal(colors[0], 0xFF0000FF);
    assert_int_equal(colors[1], 0x0000FFFF);
    const uint8_t bytes[] = {1, 2, 3, 99, 4, 5, 6};
    assert_ok(reel_colors_from_bytes(bytes, 2, REEL_COLOR_MODEL_RGB, 4, colors));
    assert_int_equal(colors[1], 0x040506FF);
    assert_ok(reel_colors_from_bytes(NULL, 0, REEL_COLOR_MODEL_RGB, 0, NULL));
    assert_refused(REEL_E_ARGUMENT, reel_colors_from_bytes(bytes, 2, REEL_COLOR_MODEL_RGB, 2, colors), "stride of 2 bytes is less than a colour of 3");
    assert_refused(REEL_E_ARGUMENT, reel_colors_from_floats(rgb[0], 2, REEL_COLOR_MODEL_RGBA, 15, colors), "15 bytes is less than a colour of 16");
    assert_refused(REEL_E_ARGUMENT, reel_colors_from_bytes(bytes, 2, (reel_color_model)17, 0, colors), "17 is not an order");
    assert_refused(REEL_E_ARGUMENT, reel_colors_from_bytes(NULL, 2, REEL_COLOR_MODEL_RGB, 0, colors), "channels is NULL for 2 colours");
    assert_refused(REEL_E_ARGUMENT, reel_colors_from_bytes(bytes, 2, REEL_COLOR_MODEL_RGB, 0, NULL), "colors is NULL for 2 colours");
    assert_int_equal(colors[1], 0x040506FF);
}

/* ---- rotations ---- */

#define SQRT_HALF 0.70710678f
#define PI 3.14159265358979323846

/* The matrix, row by row, that a quaternion means: written down once more, by another formula. */
static void matrix_of(const float q[4], float m[9]) {
    double v[3] = {q[0], q[1], q[2]}, w = q[3];
    const double cross[9] = {0, -v[2], v[1], v[2], 0, -v[0], -v[1], v[0], 0};
    for (int i = 0; i < 3; i++)
        for (int k = 0; k < 3; k++) {
            double square = 0;
            for (int j = 0; j < 3; j++)
                square += cross[3 * i + j] * cross[3 * j + k];
            m[3 * i + k] = (float)((i == k) + 2 * w * cross[3 * i + k] + 2 * square);
        }
}

static void quaternions_come_from_axes(void **state) {
    (void)state;
    float q[4];
    assert_ok(reel_quat_from_axis_angle((const float[3]){0, 0, 5}, PI / 2, q));
    assert_floats(q, (const float[4]){0, 0, SQRT_HALF, SQRT_HALF}, 4, 1e-7f);
    assert_ok(reel_quat_from_axis_degrees((const float[3]){-1e-20f, 0, 0}, 90, q));
    assert_floats(q, (const float[4]){-SQRT_HALF, 0, 0, SQRT_HALF}, 4, 1e-7f);
    assert_ok(reel_quat_from_axis_degrees((const float[3]){1e30f, 0, 0}, 180, q));
    assert_floats(q, (const float[4]){1, 0, 0, 0}, 4, 1e-7f);
    reel_quat_from_wxyz((const float[4]){1, 2, 3, 4}, q);
    assert_floats(q, (const float[4]){2, 3, 4, 1}, 4, 0);
    reel_quat_from_wxyz(q, q);
    assert_floats(q, (const float[4]){3, 4, 1, 2}, 4, 0);
    assert_refused(REEL_E_ARGUMENT, reel_quat_from_axis_angle((const float[3]){0, -0.0f, 0}, 1.5, q), "by 1.5 about the axis 0, -0, 0");
    assert_refused(REEL_E_ARGUMENT, reel_quat_from_axis_angle((const float[3]){1, NAN, 0}, 1, q), "1, nan, 0");
    assert_refused(REEL_E_ARGUMENT, reel_quat_from_axis_angle((const float[3]){1, 0, INFINITY}, 1, q), "inf");
    assert_refused(REEL_E_ARGUMENT, reel_quat_from_axis_angle((const float[3]){1, 0, 0}, INFINITY, q), "by inf");
    assert_floats(q, (const float[4]){3, 4, 1, 2}, 4, 0);
}

static void euler_angles_are_turns_in_the_order_named(void **state) {
    (void)state;
    static const char *const orders[] = {"xyz", "XYZ", "zyx", "ZYX", "zxz", "ZXZ", "yxz", "YXZ", "xxx", "YYX"};
    const double angles[3] = {0.3, -1.1, 2.5};
    for (size_t i = 0; i < sizeof orders / sizeof *orders; i++) {
        /* Matrices of single turns, multiplied: each later one from the left when the axes stand still, from the right when they turn along. */
        float wanted[9] = {1, 0, 0, 0, 1, 0, 0, 0, 1}, got[9], q[4];
        for (int turn = 0; turn < 3; turn++) {
            int axis = (orders[i][turn] | 32) - 'x', a = (axis + 1) % 3, b = (axis + 2) % 3;
            float one[9] = {0}, product[9] = {0};
            one[4 * axis] = 1;
            one[4 * a] = one[4 * b] = (float)cos(angles[turn]);
            one[3 * b + a] = (float)sin(angles[turn]);
            one[3 * a + b] = -one[3 * b + a];
            const float *left = orders[i][0] < 'a' ? wanted : one, *right = orders[i][0] < 'a' ? one : wanted;
            for (int k = 0; k < 27; k++)
                product[k / 9 * 3 + k % 3] += left[k / 9 * 3 + k / 3 % 3] * right[k / 3 % 3 * 3 + k % 3];
            memcpy(wanted, product, sizeof wanted);
        }
        assert_ok(reel_quat_from_euler(angles, orders[i], q));
        matrix_of(q, got);
        assert_floats(got, wanted, 9, 2e-6f);
        float again[4];
        assert_ok(reel_quat_from_mat3_row_major(got, again));
        float sign = q[3] * again[3] < 0 ? -1 : 1;
        assert_floats(again, (const float[4]){sign * q[0], sign * q[1], sign * q[2], sign * q[3]}, 4, 2e-6f);
    }
    float rpy[4], xyz[4];
    assert_ok(reel_quat_from_rpy(0.3, -1.1, 2.5, rpy));
    assert_ok(reel_quat_from_euler(angles, "xyz", xyz));
    assert_memory_equal(rpy, xyz, sizeof xyz);
    static const char *const wrong[] = {"", "x", "xy", "xyzz", "xyZ", "abc", "Xyz"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_refused(REEL_E_ARGUMENT, reel_quat_from_euler(angles, wrong[i], rpy), "order of Euler angles");
    assert_refused(REEL_E_ARGUMENT, reel_quat_from_euler(angles, NULL, rpy), "NULL");
    assert_refused(REEL_E_ARGUMENT, reel_quat_from_rpy(0, NAN, 0, rpy), "angle 1 is nan");
    assert_memory_equal(rpy, xyz, sizeof xyz);
}

static void matrices_are_rotations_or_refused(void **state) {
    (void)state;
    float q[4];
    /* Half turns about each axis, where the trace is -1: each part of the quaternion is once the largest. */
    for (int axis = 0; axis < 3; axis++) {
        float m[9] = {0};
        for (int i = 0; i < 3; i++)
            m[4 * i] = i == axis ? 1 : -1;
        assert_ok(reel_quat_from_mat3_row_major(m, q));
        assert_floats(q, (const float[4]){axis == 0, axis == 1, axis == 2, 0}, 4, 0);
    }
    assert_ok(reel_quat_from_mat3_row_major((const float[9]){0, -1, 0, 1, 0, 0, 0, 0, 1}, q));
    assert_floats(q, (const float[4]){0, 0, SQRT_HALF, SQRT_HALF}, 4, 1e-7f);
    assert_refused(REEL_E_ARGUMENT, reel_quat_from_mat3_row_major((const float[9]){1, 0, 0, 0, 2, 0, 0, 0, 1}, q), "columns 1 and 1 have the product 4 instead of 1");
    assert_refused(REEL_E_ARGUMENT, reel_quat_from_mat3_row_major((const float[9]){1, 0.5f, 0, 0, 0.8660254f, 0, 0, 0, 1}, q), "columns 0 and 1 have the product 0.5");
    assert_refused(REEL_E_ARGUMENT, reel_quat_from_mat3_row_major((const float[9]){1, 0, 0, 0, 1, 0, 0, 0, -1}, q), "determinant is -1");
    assert_refused(REEL_E_ARGUMENT, reel_quat_from_mat3_row_major((const float[9]){1, 0, 0, 0, 1, 0, 0, 0, NAN}, q), "nan");
    assert_refused(REEL_E_ARGUMENT, reel_quat_from_mat3_row_major((const float[9]){0}, q), "product 0 instead of 1");
    assert_floats(q, (const float[4]){0, 0, SQRT_HALF, SQRT_HALF}, 4, 1e-7f);
}

static void quaternions_are_normalised_and_told_as_axis_and_angle(void **state) {
    (void)state;
    float q[4] = {0, 0, 3, -4};
    assert_ok(reel_quat_normalize(q, q));
    assert_floats(q, (const float[4]){0, 0, 0.6f, -0.8f}, 4, 1e-7f);
    reel_axis_angle turn;
    assert_ok(reel_axis_angle_from_quat(q, &turn));
    assert_floats(turn.axis, (const float[3]){0, 0, -1}, 3, 1e-7f);
    assert_floats(&turn.angle, (const float[1]){1.2870022f}, 1, 1e-6f);
    assert_ok(reel_axis_angle_from_quat((const float[4]){0, 0, 0, -2}, &turn));
    assert_floats(turn.axis, (const float[3]){1, 0, 0}, 3, 0);
    assert_true(turn.angle == 0);
    assert_ok(reel_axis_angle_from_quat((const float[4]){0, 7, 0, 0}, &turn));
    assert_floats(turn.axis, (const float[3]){0, 1, 0}, 3, 0);
    assert_floats(&turn.angle, (const float[1]){(float)PI}, 1, 1e-6f);
    assert_refused(REEL_E_ARGUMENT, reel_quat_normalize((const float[4]){0, 0, 0, 0}, q), "0, 0, 0, 0 has the length 0");
    assert_refused(REEL_E_ARGUMENT, reel_axis_angle_from_quat((const float[4]){1, NAN, 0, 0}, &turn), "1, nan, 0, 0");
    assert_true(turn.axis[1] == 1 && q[3] < 0);
}

/* ---- matrices and cameras ---- */

static void matrices_are_turned_from_rows_to_columns(void **state) {
    (void)state;
    float m[9] = {1, 2, 3, 4, 5, 6, 7, 8, 9};
    reel_mat3_from_row_major(m, m);
    assert_floats(m, (const float[9]){1, 4, 7, 2, 5, 8, 3, 6, 9}, 9, 0);

    const float rows[16] = {1, 2, 3, 10, 4, 5, 6, 20, 7, 8, 9, 30, 0, 0, 0, 1};
    const float columns[16] = {1, 4, 7, 0, 2, 5, 8, 0, 3, 6, 9, 0, 10, 20, 30, 1};
    reel_transform_numbers a, b, c;
    assert_ok(reel_transform_from_mat4_row_major(rows, &a));
    assert_ok(reel_transform_from_mat4_column_major(columns, &b));
    assert_ok(reel_transform_from_mat3x4_row_major(rows, &c));
    assert_memory_equal(&a, &b, sizeof a);
    assert_memory_equal(&a, &c, sizeof a);
    assert_floats(a.translation, (const float[3]){10, 20, 30}, 3, 0);
    assert_floats(a.mat3x3, (const float[9]){1, 4, 7, 2, 5, 8, 3, 6, 9}, 9, 0);
    reel_transform3d transform = reel_transform3d_of(&a);
    assert_ptr_equal(transform.translation, a.translation);
    assert_ptr_equal(transform.mat3x3, a.mat3x3);
    assert_null(transform.quaternion);

    assert_refused(REEL_E_ARGUMENT, reel_transform_from_mat4_row_major(columns, &b), "column 0 of the last row is 10 instead of 0");
    assert_refused(REEL_E_ARGUMENT, reel_transform_from_mat4_row_major((const float[16]){[15] = 2}, &b), "column 3 of the last row is 2 instead of 1");
    assert_refused(REEL_E_ARGUMENT, reel_transform_from_mat3x4_row_major((const float[12]){[6] = NAN}, &b), "row 1, column 2 is nan");
    assert_memory_equal(&a, &b, sizeof a);
}

static void a_pinhole_comes_from_focal_lengths(void **state) {
    (void)state;
    reel_pinhole_numbers n;
    assert_ok(reel_pinhole_from_focal_length(500, 510, 640, 480, NULL, &n));
    assert_floats(n.image_from_camera, (const float[9]){500, 0, 0, 0, 510, 0, 320, 240, 1}, 9, 0);
    assert_floats(n.resolution, (const float[2]){640, 480}, 2, 0);
    assert_ok(reel_pinhole_from_focal_length(500, 500, 640, 480, (const double[2]){-5, 700}, &n));
    assert_floats(n.image_from_camera, (const float[9]){500, 0, 0, 0, 500, 0, -5, 700, 1}, 9, 0);
    reel_pinhole pinhole = reel_pinhole_of(&n);
    assert_ptr_equal(pinhole.image_from_camera, n.image_from_camera);
    assert_ptr_equal(pinhole.resolution, n.resolution);
    assert_false(pinhole.color.has);
    const double sizes[] = {0, -1, NAN, INFINITY, 1e39, 1e-50};
    reel_pinhole_numbers before = n;
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        assert_refused(REEL_E_ARGUMENT, reel_pinhole_from_focal_length(1, 1, sizes[i], 480, NULL, &n), "x 480 pixels");
        assert_refused(REEL_E_ARGUMENT, reel_pinhole_from_focal_length(1, 1, 640, sizes[i], NULL, &n), "the image is 640 x");
        assert_refused(REEL_E_ARGUMENT, reel_pinhole_from_focal_length(sizes[i], 7, 640, 480, NULL, &n), "x 7 pixels");
        assert_refused(REEL_E_ARGUMENT, reel_pinhole_from_focal_length(7, sizes[i], 640, 480, NULL, &n), "focal length is 7 x");
    }
    assert_refused(REEL_E_ARGUMENT, reel_pinhole_from_focal_length(1, 1, 640, 480, (const double[2]){3, NAN}, &n), "principal point is 3, nan");
    assert_memory_equal(&before, &n, sizeof n);
}

static void a_pinhole_comes_from_a_field_of_view(void **state) {
    (void)state;
    reel_pinhole_numbers n;
    assert_ok(reel_pinhole_from_fov_y(PI / 2, 640, 480, &n));
    assert_floats(n.image_from_camera, (const float[9]){240, 0, 0, 0, 240, 0, 320, 240, 1}, 9, 1e-4f);
    assert_ok(reel_pinhole_from_fov_x(PI / 2, 640, 480, &n));
    assert_floats(n.image_from_camera, (const float[9]){320, 0, 0, 0, 320, 0, 320, 240, 1}, 9, 1e-4f);
    assert_ok(reel_pinhole_from_fov_y(0.5, 1.5, 1, &n)); /* a ratio instead of pixels */
    assert_floats(n.image_from_camera, (const float[9]){1.9581587f, 0, 0, 0, 1.9581587f, 0, 0.75f, 0.5f, 1}, 9, 1e-6f);
    const double wrong[] = {0, -0.1, PI, 60, NAN, INFINITY};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_refused(REEL_E_ARGUMENT, reel_pinhole_from_fov_y(wrong[i], 640, 480, &n), "between 0 and pi");
    assert_refused(REEL_E_ARGUMENT, reel_pinhole_from_fov_x(60, 640, 480, &n), "field of view of 60");
    assert_refused(REEL_E_ARGUMENT, reel_pinhole_from_fov_x(1, 0, 480, &n), "0 x 480");
}

static void a_pinhole_comes_from_a_calibration_matrix(void **state) {
    (void)state;
    reel_pinhole_numbers n;
    assert_ok(reel_pinhole_from_k_row_major((const double[9]){500, 0.25, 321, 0, 510, 241, 0, 0, 1}, 640, 480, &n));
    assert_floats(n.image_from_camera, (const float[9]){500, 0, 0, 0.25f, 510, 0, 321, 241, 1}, 9, 0);
    assert_refused(REEL_E_ARGUMENT, reel_pinhole_from_k_row_major((const double[9]){500, 0, 0, 0, 510, 0, 321, 241, 1}, 640, 480, &n), "row 2, column 0 is 321 instead of 0");
    assert_refused(REEL_E_ARGUMENT, reel_pinhole_from_k_row_major((const double[9]){500, 0, 1, 0, 510, 1, 0, 0, 2}, 640, 480, &n), "column 2 is 2 instead of 1");
    assert_refused(REEL_E_ARGUMENT, reel_pinhole_from_k_row_major((const double[9]){500, 0, 1, 0, -510, 1, 0, 0, 1}, 640, 480, &n), "500 x -510");
    assert_refused(REEL_E_ARGUMENT, reel_pinhole_from_k_row_major((const double[9]){500, NAN, 1, 0, 510, 1, 0, 0, 1}, 640, 480, &n), "skew nan");
    assert_refused(REEL_E_ARGUMENT, reel_pinhole_from_k_row_major((const double[9]){500, 0, 1, NAN, 510, 1, 0, 0, 1}, 640, 480, &n), "row 1, column 0 is nan");
}

/* ---- boxes ---- */

static void boxes_come_from_corners_and_sizes(void **state) {
    (void)state;
    float mins[6] = {0, 1, 2, -4, -5, -6}, sizes[6] = {2, 4, 6, 1, 0, 3}, centers[6], halves[6];
    assert_ok(reel_boxes_from_mins_and_sizes(mins, sizes, 2, 3, centers, halves));
    assert_floats(centers, (const float[6]){1, 3, 5, -3.5f, -5, -4.5f}, 6, 0);
    assert_floats(halves, (const float[6]){1, 2, 3, 0.5f, 0, 1.5f}, 6, 0);
    const float maxs[6] = {2, 5, 8, -3, -5, -3};
    float again[6];
    assert_ok(reel_boxes_from_mins_and_maxs(mins, maxs, 3, 2, again, halves));
    assert_floats(again, centers, 6, 0);
    assert_ok(reel_boxes_from_sizes(sizes, 2, 3, again));
    assert_floats(again, halves, 6, 0);
    assert_ok(reel_boxes_from_mins_and_sizes(mins, sizes, 2, 3, mins, sizes)); /* over themselves */
    assert_floats(mins, centers, 6, 0);
    assert_floats(sizes, halves, 6, 0);
    assert_ok(reel_boxes_from_sizes(sizes, 0, 3, NULL));
    const float nan_size[2] = {NAN, 2};
    assert_ok(reel_boxes_from_sizes(nan_size, 1, 2, again));
    assert_true(isnan(again[0]) && again[1] == 1);
}

static void boxes_that_make_no_sense_are_refused(void **state) {
    (void)state;
    const float mins[6] = {0, 1, 2, 3, 4, 5}, sizes[6] = {1, 1, 1, 1, -0.5f, 1};
    float centers[6] = {7}, halves[6] = {7};
    assert_refused(REEL_E_ARGUMENT, reel_boxes_from_mins_and_sizes(mins, sizes, 2, 3, centers, halves), "box 1 has the size -0.5 along y");
    assert_refused(REEL_E_ARGUMENT, reel_boxes_from_mins_and_sizes(mins, sizes, 3, 2, centers, halves), "box 2 has the size -0.5 along x");
    assert_refused(REEL_E_ARGUMENT, reel_boxes_from_mins_and_maxs(mins, sizes, 2, 3, centers, halves), "box 0 has the size -1 along z");
    assert_refused(REEL_E_ARGUMENT, reel_boxes_from_sizes(sizes, 2, 4, halves), "not 4");
    assert_refused(REEL_E_ARGUMENT, reel_boxes_from_sizes(NULL, 2, 3, halves), "NULL for 2 boxes");
    assert_refused(REEL_E_ARGUMENT, reel_boxes_from_mins_and_sizes(mins, sizes, 2, 3, NULL, halves), "NULL for 2 boxes");
    assert_refused(REEL_E_ARGUMENT, reel_boxes2d_from_array(NULL, 2, REEL_BOX_XYWH, centers, halves), "NULL for 2 boxes");
    assert_refused(REEL_E_ARGUMENT, reel_boxes2d_from_array(mins, 1, (reel_box_format)7, centers, halves), "7 is not a format");
    assert_refused(REEL_E_ARGUMENT, reel_boxes2d_from_array((const float[4]){10, 20, 5, 30}, 1, REEL_BOX_XYXY, centers, halves), "box 0 has the size -5 along x");
    assert_refused(REEL_E_ARGUMENT, reel_boxes2d_from_array((const float[4]){10, 20, 5, 30}, 1, REEL_BOX_YXYX, centers, halves), "box 0 has the size -5 along y");
    assert_true(centers[0] == 7 && halves[0] == 7);
}

static void detections_of_every_format_are_the_same_boxes(void **state) {
    (void)state;
    static const struct {
        reel_box_format format;
        float boxes[8];
    } cases[] = {
        {REEL_BOX_XYWH, {10, 20, 4, 6, 0, 0, 1, 2}}, {REEL_BOX_YXHW, {20, 10, 6, 4, 0, 0, 2, 1}}, {REEL_BOX_XYXY, {10, 20, 14, 26, 0, 0, 1, 2}},
        {REEL_BOX_YXYX, {20, 10, 26, 14, 0, 0, 2, 1}}, {REEL_BOX_XCYCWH, {12, 23, 4, 6, 0.5f, 1, 1, 2}}, {REEL_BOX_XCYCW2H2, {12, 23, 2, 3, 0.5f, 1, 0.5f, 1}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        float centers[4], halves[4];
        assert_ok(reel_boxes2d_from_array(cases[i].boxes, 2, cases[i].format, centers, halves));
        assert_floats(centers, (const float[4]){12, 23, 0.5f, 1}, 4, 0);
        assert_floats(halves, (const float[4]){2, 3, 0.5f, 1}, 4, 0);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(colours_are_clamped_and_never_wrap),
        cmocka_unit_test(linear_light_gets_the_srgb_curve),
        cmocka_unit_test(hex_texts_are_colours_or_refused),
        cmocka_unit_test(colours_are_packed_from_every_order),
        cmocka_unit_test(colours_are_packed_with_a_stride),
        cmocka_unit_test(quaternions_come_from_axes),
        cmocka_unit_test(euler_angles_are_turns_in_the_order_named),
        cmocka_unit_test(matrices_are_rotations_or_refused),
        cmocka_unit_test(quaternions_are_normalised_and_told_as_axis_and_angle),
        cmocka_unit_test(matrices_are_turned_from_rows_to_columns),
        cmocka_unit_test(a_pinhole_comes_from_focal_lengths),
        cmocka_unit_test(a_pinhole_comes_from_a_field_of_view),
        cmocka_unit_test(a_pinhole_comes_from_a_calibration_matrix),
        cmocka_unit_test(boxes_come_from_corners_and_sizes),
        cmocka_unit_test(boxes_that_make_no_sense_are_refused),
        cmocka_unit_test(detections_of_every_format_are_the_same_boxes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
