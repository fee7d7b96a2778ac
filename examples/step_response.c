/* Records the step response of a simulated DC motor under a PI controller: scalars over time, and the shaft's angle as a transform.
 *
 *     step_response OUT.rrd
 */
#include <reel/reel.h>

#include <math.h>
#include <stdio.h>

typedef struct motor {
    double current_a, speed_rad_s, angle_rad;
} motor;

/* One millisecond of a motor with 1.2 ohm, 10 mH, 0.35 V s/rad and a little friction. */
static void motor_step(motor *m, double voltage_v) {
    const double step_s = 0.001;
    m->current_a += step_s * (voltage_v - 1.2 * m->current_a - 0.35 * m->speed_rad_s) / 0.01;
    m->speed_rad_s += step_s * (0.35 * m->current_a - 0.02 * m->speed_rad_s) / 0.012;
    m->angle_rad += step_s * m->speed_rad_s;
}

static reel_status log_state(reel_recording *rec, const motor *m, double target_rad_s) {
    reel_status status = reel_log_scalars(rec, "motor/target", &(reel_scalars){.scalars = &target_rad_s, .n_scalars = 1});
    if (status == REEL_OK) status = reel_log_scalars(rec, "motor/speed", &(reel_scalars){.scalars = &m->speed_rad_s, .n_scalars = 1});
    if (status == REEL_OK) status = reel_log_scalars(rec, "motor/current", &(reel_scalars){.scalars = &m->current_a, .n_scalars = 1});
    const float c = (float)cos(m->angle_rad), s = (float)sin(m->angle_rad);
    const float tip[3] = {c, s, 0.0f};
    if (status == REEL_OK) status = reel_log_arrows3d(rec, "motor/shaft", &(reel_arrows3d){.vectors = tip, .n_vectors = 1});
    return status;
}

int main(int argc, char **argv) {
    if (argc != 2) {
        fprintf(stderr, "usage: %s OUT.rrd\n", argv[0]);
        return 2;
    }
    reel_recording *rec = reel_new("step_response", NULL);
    if (!rec || reel_save(rec, argv[1]) != REEL_OK) {
        fprintf(stderr, "%s\n", reel_error_message());
        reel_free(rec);
        return 1;
    }

    motor m = {0};
    double integral = 0;
    reel_status status = REEL_OK;
    for (int ms = 0; ms < 4000 && status == REEL_OK; ms++) {
        double target_rad_s = ms < 500 ? 0 : ms < 2500 ? 20 : 8;
        double error = target_rad_s - m.speed_rad_s;
        integral += error * 0.001;
        motor_step(&m, fmax(-24, fmin(24, 0.8 * error + 2.4 * integral)));
        if (ms % 20 == 0) {
            reel_set_time_duration_ns(rec, "time", (int64_t)ms * 1000000);
            status = log_state(rec, &m, target_rad_s);
        }
    }

    if (status == REEL_OK) status = reel_close(rec, -1);
    if (status != REEL_OK) fprintf(stderr, "%s\n", reel_error_message());
    reel_unref(rec);
    return status == REEL_OK ? 0 : 1;
}
