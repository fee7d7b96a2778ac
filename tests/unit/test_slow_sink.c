/* A sink that goes on, but slowly: what was given a time ends in time, and a flush that ran out of time has lost nothing. */
#include <reel/reel.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <time.h>

#include <cmocka.h>

enum { ROW_BYTES = 200 * 1024, ROWS = 60 };

typedef struct slow {
    _Atomic int64_t delay_ns;
    _Atomic uint64_t rows;
} slow;

static int64_t now_ms(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static reel_status slow_write(void *user, const reel_message *messages, size_t n, size_t *n_done) {
    slow *s = user;
    for (size_t i = 0; i < n; i++) {
        nanosleep(&(struct timespec){0, (long)atomic_load(&s->delay_ns)}, NULL);
        atomic_fetch_add(&s->rows, messages[i].entity_path && messages[i].entity_path[1] == 'b' ? messages[i].n_rows : 0);
        *n_done = i + 1;
    }
    return REEL_OK;
}

static reel_recording *slow_recording(slow *s, reel_sink_id *id) {
    static const reel_sink_ops ops = {.struct_size = sizeof ops, .name = "slow", .write = slow_write};
    reel_recording *rec = reel_new("slow", NULL);
    assert_non_null(rec);
    assert_int_equal(reel_add_sink(rec, &ops, s, &(reel_queue_options){.struct_size = sizeof(reel_queue_options), .queue_max_bytes = 256 * 1024}, id), REEL_OK);
    return rec;
}

/* Each row is a chunk of its own, and no two fit into the queue. */
static void log_rows(reel_recording *rec, int n) {
    static uint8_t noise[ROW_BYTES];
    uint32_t state = 1;
    for (size_t i = 0; i < sizeof noise; i++)
        noise[i] = (uint8_t)((state = state * 1664525 + 1013904223) >> 24);
    for (int i = 0; i < n; i++) {
        char path[16];
        snprintf(path, sizeof path, "b%d", i);
        assert_int_equal(reel_log_asset3d(rec, path, &(reel_asset3d){.blob = {noise, sizeof noise}}), REEL_OK);
    }
}

static void a_flush_ends_in_time_and_loses_nothing(void **state) {
    (void)state;
    slow s = {.delay_ns = 40000000};
    reel_sink_id id;
    reel_recording *rec = slow_recording(&s, &id);
    log_rows(rec, ROWS);
    int64_t start = now_ms();
    assert_int_equal(reel_flush(rec, 200), REEL_E_TIMEOUT);
    assert_true(now_ms() - start < 1500);
    atomic_store(&s.delay_ns, 0);
    assert_int_equal(reel_flush(rec, -1), REEL_OK);
    assert_int_equal(atomic_load(&s.rows), ROWS);
    reel_sink_stats stats = {.struct_size = sizeof stats};
    assert_int_equal(reel_get_sink_stats(rec, id, &stats), REEL_OK);
    assert_int_equal(stats.rows_dropped, 0);
    reel_free(rec);
}

static void a_close_ends_in_time_and_tells_what_was_lost(void **state) {
    (void)state;
    slow s = {.delay_ns = 40000000};
    reel_sink_id id;
    reel_recording *rec = slow_recording(&s, &id);
    log_rows(rec, ROWS);
    int64_t start = now_ms();
    assert_int_not_equal(reel_close(rec, 400), REEL_OK);
    assert_true(now_ms() - start < 2000);
    assert_true(atomic_load(&s.rows) < ROWS);
    reel_unref(rec);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_flush_ends_in_time_and_loses_nothing),
        cmocka_unit_test(a_close_ends_in_time_and_tells_what_was_lost),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
