/* With REEL_DISABLED a log call is OK, evaluates none of its arguments, and leaves no variable unused. */
#define REEL_DISABLED
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <reel/types.h>

static int evaluated;

static const char *path(void) {
    evaluated++;
    return "points";
}

static void calls_evaluate_nothing(void **state) {
    (void)state;
    float xyz[3] = { 1, 2, 3 };
    double amps;
    amps = 2;
    reel_log_points3d(NULL, path(), &(reel_points3d){ .positions = xyz, .n_positions = 1 });
    assert_int_equal(reel_log_scalars(NULL, path(), &(reel_scalars){ .scalars = &amps, .n_scalars = 1 }), REEL_OK);
    assert_int_equal(reel_update_scalars(NULL, path(), NULL), REEL_OK);
    assert_int_equal(reel_log_static_view_coordinates(NULL, path(), &(reel_view_coordinates){ .xyz = REEL_VIEW_RDF }), REEL_OK);
    assert_int_equal(reel_log_at_scalars((evaluated++, (reel_entity *)NULL), NULL), REEL_OK);
    assert_int_equal(reel_update_at_scalars((evaluated++, (reel_entity *)NULL), NULL), REEL_OK);
    assert_int_equal(reel_set_time_sequence(NULL, path(), 1), REEL_OK);
    assert_int_equal(reel_log_components(NULL, path(), NULL, 1, 0), REEL_OK);
    assert_int_equal(reel_log_row(NULL, path(), NULL), REEL_OK);
    assert_int_equal(reel_send_columns(NULL, path(), NULL, 1, NULL, 1), REEL_OK);
    assert_int_equal(evaluated, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = { cmocka_unit_test(calls_evaluate_nothing) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
