/* The hash map: what was put is found until it is removed, whatever was removed before. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/map.h"

enum { KEYS = 500 };

static uint32_t random_state = 7;
static uint32_t next_random(void) {
    random_state = random_state * 1664525 + 1013904223;
    return random_state >> 8;
}

/* Against an array: 50,000 puts and removals of 500 keys, looked at as a whole now and then. */
static void it_agrees_with_an_array(void **state) {
    (void)state;
    reel__map m = {0};
    static int values[KEYS];
    int *there[KEYS] = {0};
    size_t n = 0;
    for (int step = 0; step < 50000; step++) {
        uint32_t key = next_random() % KEYS;
        bool puts = next_random() % (step / 5000 % 2 ? 4 : 2); /* fuller and emptier in turn */
        if (puts) {
            n += there[key] == NULL;
            there[key] = &values[next_random() % KEYS];
            assert_int_equal(reel__map_put(&m, &key, sizeof key, there[key]), REEL_OK);
        } else {
            n -= there[key] != NULL;
            assert_ptr_equal(reel__map_remove(&m, &key, sizeof key), there[key]);
            there[key] = NULL;
        }
        assert_int_equal(m.n, n);
        for (uint32_t k = 0; step % 97 == 0 && k < KEYS; k++)
            assert_ptr_equal(reel__map_get(&m, &k, sizeof k), there[k]);
    }
    size_t at = 0, seen = 0;
    while (reel__map_next(&m, &at))
        seen++;
    assert_int_equal(seen, n);
    reel__map_free(&m);
}

static void an_empty_one_has_nothing_to_remove(void **state) {
    (void)state;
    reel__map m = {0};
    assert_null(reel__map_remove(&m, "a", 1));
    assert_int_equal(reel__map_put(&m, "a", 1, &m), REEL_OK);
    assert_null(reel__map_remove(&m, "b", 1));
    assert_ptr_equal(reel__map_remove(&m, "a", 1), &m);
    assert_null(reel__map_get(&m, "a", 1));
    reel__map_free(&m);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_agrees_with_an_array),
        cmocka_unit_test(an_empty_one_has_nothing_to_remove),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
