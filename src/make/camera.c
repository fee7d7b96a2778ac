/* Matrices given row by row, transforms and pinhole cameras. */
#include <reel/make.h>

#include "../base/error.h"

#include <math.h>

#define PI 3.14159265358979323846

void reel_mat3_from_row_major(const float rows[9], float columns[9]) {
    const float m[9] = {rows[0], rows[3], rows[6], rows[1], rows[4], rows[7], rows[2], rows[5], rows[8]};
    for (int i = 0; i < 9; i++)
        columns[i] = m[i];
}

/* The element at (row, column) is m[row * row_step + column * column_step]. */
static reel_status transform_from(const float *m, int n_rows, int row_step, int column_step, reel_transform_numbers *out) {
    for (int row = 0; row < n_rows; row++)
        for (int column = 0; column < 4; column++) {
            float v = m[row * row_step + column * column_step];
            if (!isfinite(v))
                return reel__fail(REEL_E_ARGUMENT, "a transform: row %d, column %d is %g", row, column, (double)v);
            if (row == 3 && fabsf(v - (column == 3)) > 1e-6f)
                return reel__fail(REEL_E_ARGUMENT, "a transform: column %d of the last row is %g instead of %d (is the matrix row-major?)", column, (double)v, column == 3);
        }
    for (int row = 0; row < 3; row++) {
        for (int column = 0; column < 3; column++)
            out->mat3x3[column * 3 + row] = m[row * row_step + column * column_step];
        out->translation[row] = m[row * row_step + 3 * column_step];
    }
    return REEL_OK;
}

reel_status reel_transform_from_mat4_row_major(const float rows[16], reel_transform_numbers *out) { return transform_from(rows, 4, 4, 1, out); }
reel_status reel_transform_from_mat4_column_major(const float columns[16], reel_transform_numbers *out) { return transform_from(columns, 4, 1, 4, out); }
reel_status reel_transform_from_mat3x4_row_major(const float rows[12], reel_transform_numbers *out) { return transform_from(rows, 3, 4, 1, out); }

/* As a float, too: what is larger than floats are would be written as infinite. */
static bool is_size(double v) { return (float)v > 0 && isfinite((float)v); }

static reel_status pinhole_from(double fx, double fy, double skew, double cx, double cy, double width, double height, reel_pinhole_numbers *out) {
    if (!is_size(width) || !is_size(height))
        return reel__fail(REEL_E_ARGUMENT, "a pinhole camera: the image is %g x %g pixels", width, height);
    if (!is_size(fx) || !is_size(fy))
        return reel__fail(REEL_E_ARGUMENT, "a pinhole camera: the focal length is %g x %g pixels", fx, fy);
    if (!isfinite((float)cx) || !isfinite((float)cy) || !isfinite((float)skew))
        return reel__fail(REEL_E_ARGUMENT, "a pinhole camera: the principal point is %g, %g and the skew %g", cx, cy, skew);
    *out = (reel_pinhole_numbers){{(float)fx, 0, 0, (float)skew, (float)fy, 0, (float)cx, (float)cy, 1}, {(float)width, (float)height}};
    return REEL_OK;
}

reel_status reel_pinhole_from_focal_length(double focal_x, double focal_y, double width, double height, const double principal_point[2], reel_pinhole_numbers *out) {
    return pinhole_from(focal_x, focal_y, 0, principal_point ? principal_point[0] : width / 2, principal_point ? principal_point[1] : height / 2, width, height, out);
}

static reel_status pinhole_from_fov(double fov, double along, double width, double height, reel_pinhole_numbers *out) {
    if (!(fov > 0 && fov < PI))
        return reel__fail(REEL_E_ARGUMENT, "a pinhole camera: a field of view of %g is not between 0 and pi (radians)", fov);
    double focal = along * (0.5 / tan(fov * 0.5));
    return pinhole_from(focal, focal, 0, width / 2, height / 2, width, height, out);
}

reel_status reel_pinhole_from_fov_y(double fov_y, double width, double height, reel_pinhole_numbers *out) { return pinhole_from_fov(fov_y, height, width, height, out); }
reel_status reel_pinhole_from_fov_x(double fov_x, double width, double height, reel_pinhole_numbers *out) { return pinhole_from_fov(fov_x, width, width, height, out); }

reel_status reel_pinhole_from_k_row_major(const double k[9], double width, double height, reel_pinhole_numbers *out) {
    static const struct {
        int at, is;
    } fixed[] = {{3, 0}, {6, 0}, {7, 0}, {8, 1}};
    for (int i = 0; i < 4; i++)
        if (!(fabs(k[fixed[i].at] - fixed[i].is) <= 1e-6))
            return reel__fail(REEL_E_ARGUMENT, "a camera matrix: row %d, column %d is %g instead of %d (is the matrix row-major?)", fixed[i].at / 3, fixed[i].at % 3,
                              k[fixed[i].at], fixed[i].is);
    return pinhole_from(k[0], k[4], k[1], k[2], k[5], width, height, out);
}
