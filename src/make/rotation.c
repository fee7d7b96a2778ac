/* Rotations, as unit quaternions x, y, z, w. Computed in double precision: the result is rounded once. */
#include <reel/make.h>

#include "../base/error.h"

#include <math.h>
#include <string.h>

#define DEGREE 0.017453292519943295

static void store(const double q[4], float xyzw[4]) {
    for (int i = 0; i < 4; i++)
        xyzw[i] = (float)q[i];
}

reel_status reel_quat_from_axis_angle(const float axis[3], double angle, float xyzw[4]) {
    double x = axis[0], y = axis[1], z = axis[2], length = sqrt(x * x + y * y + z * z);
    if (!(length > 0) || !isfinite(length) || !isfinite(angle))
        return reel__fail(REEL_E_ARGUMENT, "a rotation by %g about the axis %g, %g, %g: the axis needs a length, and all numbers must be finite", angle, x, y, z);
    double s = sin(angle / 2) / length;
    store((const double[4]){x * s, y * s, z * s, cos(angle / 2)}, xyzw);
    return REEL_OK;
}

reel_status reel_quat_from_axis_degrees(const float axis[3], double degrees, float xyzw[4]) { return reel_quat_from_axis_angle(axis, degrees * DEGREE, xyzw); }

static void multiply(const double a[4], const double b[4], double out[4]) {
    const double q[4] = {
        a[3] * b[0] + a[0] * b[3] + a[1] * b[2] - a[2] * b[1],
        a[3] * b[1] - a[0] * b[2] + a[1] * b[3] + a[2] * b[0],
        a[3] * b[2] + a[0] * b[1] - a[1] * b[0] + a[2] * b[3],
        a[3] * b[3] - a[0] * b[0] - a[1] * b[1] - a[2] * b[2],
    };
    memcpy(out, q, sizeof q);
}

reel_status reel_quat_from_euler(const double angles[3], const char *order, float xyzw[4]) {
    bool turns_along = order && order[0] >= 'X' && order[0] <= 'Z';
    const char first = turns_along ? 'X' : 'x';
    double q[4] = {0, 0, 0, 1};
    for (int i = 0; i < 3; i++) {
        if (!order || order[i] < first || order[i] > first + 2 || (i == 2 && order[3]))
            return reel__fail(REEL_E_ARGUMENT, "\"%.8s\" is not an order of Euler angles: three of x, y, z, or three of X, Y, Z", order ? order : "NULL");
        if (!isfinite(angles[i]))
            return reel__fail(REEL_E_ARGUMENT, "the Euler angle %d is %g", i, angles[i]);
        double turn[4] = {0, 0, 0, cos(angles[i] / 2)};
        turn[order[i] - first] = sin(angles[i] / 2);
        /* A turn about an axis that stands still comes after those before it: it is multiplied from the left. */
        if (turns_along)
            multiply(q, turn, q);
        else
            multiply(turn, q, q);
    }
    store(q, xyzw);
    return REEL_OK;
}

reel_status reel_quat_from_rpy(double roll, double pitch, double yaw, float xyzw[4]) {
    return reel_quat_from_euler((const double[3]){roll, pitch, yaw}, "xyz", xyzw);
}

static reel_status check_rotation(const double m[3][3]) {
    for (int i = 0; i < 3; i++)
        for (int k = i; k < 3; k++) {
            double product = m[0][i] * m[0][k] + m[1][i] * m[1][k] + m[2][i] * m[2][k];
            if (!(fabs(product - (i == k)) <= 1e-3))
                return reel__fail(REEL_E_ARGUMENT, "a rotation matrix: columns %d and %d have the product %g instead of %d", i, k, product, i == k);
        }
    double determinant = 0;
    for (int i = 0; i < 3; i++)
        determinant += m[0][i] * (m[1][(i + 1) % 3] * m[2][(i + 2) % 3] - m[1][(i + 2) % 3] * m[2][(i + 1) % 3]);
    return determinant > 0 ? REEL_OK : reel__fail(REEL_E_ARGUMENT, "a rotation matrix: it mirrors (its determinant is %g)", determinant);
}

reel_status reel_quat_from_mat3_row_major(const float rows[9], float xyzw[4]) {
    double m[3][3], q[4], length = 0;
    for (int i = 0; i < 9; i++)
        m[i / 3][i % 3] = rows[i];
    REEL__TRY(check_rotation(m));
    /* Products of the quaternion's parts stand in the matrix. Those of its largest part with each are taken, so that nothing small is divided by. */
    const double trace = m[0][0] + m[1][1] + m[2][2];
    int largest = 3;
    for (int i = 0; i < 3; i++)
        if (1 - trace + 2 * m[i][i] > (largest == 3 ? 1 + trace : 1 - trace + 2 * m[largest][largest]))
            largest = i;
    for (int i = 0; i < 4; i++) {
        if (i == largest)
            q[i] = i == 3 ? 1 + trace : 1 - trace + 2 * m[i][i];
        else if (i == 3 || largest == 3) {
            int axis = i == 3 ? largest : i;
            q[i] = m[(axis + 2) % 3][(axis + 1) % 3] - m[(axis + 1) % 3][(axis + 2) % 3];
        } else
            q[i] = m[i][largest] + m[largest][i];
        length += q[i] * q[i];
    }
    for (int i = 0; i < 4; i++)
        xyzw[i] = (float)(q[i] / sqrt(length));
    return REEL_OK;
}

static reel_status normalize(const float in[4], double out[4]) {
    double length = sqrt((double)in[0] * in[0] + (double)in[1] * in[1] + (double)in[2] * in[2] + (double)in[3] * in[3]);
    if (!(length > 0) || !isfinite(length))
        return reel__fail(REEL_E_ARGUMENT, "the quaternion %g, %g, %g, %g has the length %g", (double)in[0], (double)in[1], (double)in[2], (double)in[3], length);
    for (int i = 0; i < 4; i++)
        out[i] = in[i] / length;
    return REEL_OK;
}

reel_status reel_quat_normalize(const float in[4], float out[4]) {
    double q[4];
    REEL__TRY(normalize(in, q));
    store(q, out);
    return REEL_OK;
}

reel_status reel_axis_angle_from_quat(const float xyzw[4], reel_axis_angle *out) {
    double q[4];
    REEL__TRY(normalize(xyzw, q));
    /* q and -q are one rotation: the one with w >= 0 has the angle up to pi. */
    double s = sqrt(q[0] * q[0] + q[1] * q[1] + q[2] * q[2]), sign = q[3] < 0 ? -1 : 1;
    *out = s > 0 ? (reel_axis_angle){{(float)(sign * q[0] / s), (float)(sign * q[1] / s), (float)(sign * q[2] / s)}, (float)(2 * atan2(s, sign * q[3]))}
                 : (reel_axis_angle){{1, 0, 0}, 0};
    return REEL_OK;
}
