/* When rows become chunks: the three variables, the options, and the two classes of sinks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "held.h"
#include "watcher.h"

#define assert_ok(expression) assert_int_equal((expression), REEL_OK)
#define assert_says(text) assert_non_null(strstr(reel_error_message(), text))

static const char *const variables[] = {"RERUN_FLUSH_TICK_SECS", "RERUN_FLUSH_NUM_BYTES", "RERUN_FLUSH_NUM_ROWS"};

static reel_recording *new_with(reel_options o) {
    o.struct_size = sizeof o;
    return reel_new("app", &o);
}

static void a_bad_variable_is_an_error_that_names_it(void **state) {
    (void)state;
    static const char *const bad[][8] = {{"soon", "-1", "1s", "nan", "1e99", " ", NULL}, {"-1", "1XB", "1.5", "MiB", "1 MiB x", "0x10", NULL}, {"-3", "1KiB", "ten", "1.0", NULL}};
    for (int v = 0; v < 3; v++)
        for (int i = 0; bad[v][i]; i++) {
            setenv(variables[v], bad[v][i], 1);
            assert_null(reel_new("app", NULL));
            assert_says(variables[v]);
            assert_says(bad[v][i]);
            unsetenv(variables[v]);
        }
}

static void variables_replace_the_limits_of_both_classes(void **state) {
    (void)state;
    setenv(variables[0], "0.25", 1);
    setenv(variables[1], "64KiB", 1);
    setenv(variables[2], "100", 1);
    reel_recording *rec = new_with((reel_options){.flush_rows = 7});
    assert_non_null(rec);
    for (int c = 0; c < REEL__CLASSES; c++) {
        assert_int_equal(rec->config.tick_ns[c], 250000000);
        assert_int_equal(rec->config.bytes[c], 65536);
        assert_int_equal(rec->config.rows[c], 7); /* an option beats a variable */
    }
    reel_free(rec);
    setenv(variables[1], "18446744073709551615", 1); /* "unlimited" as the official SDK is told */
    setenv(variables[2], "18446744073709551615", 1);
    rec = reel_new("app", NULL);
    assert_non_null(rec);
    assert_int_equal(rec->config.bytes[REEL__BULK], INT64_MAX);
    assert_int_equal(rec->config.rows[REEL__BULK], INT64_MAX);
    reel_free(rec);
    for (int v = 0; v < 3; v++)
        unsetenv(variables[v]);
    rec = reel_new("app", NULL);
    assert_int_equal(rec->config.tick_ns[REEL__BULK], 200000000);
    assert_int_equal(rec->config.tick_ns[REEL__PROMPT], 50000000);
    assert_int_equal(rec->config.bytes[REEL__BULK], 256 << 10);
    assert_int_equal(rec->config.bytes[REEL__PROMPT], 1 << 20);
    assert_int_equal(rec->config.rows[REEL__BULK], 4096);
    assert_int_equal(rec->config.rows[REEL__PROMPT], INT64_MAX);
    reel_free(rec);
}

static size_t chunks_in_memory(reel_options o, int n_rows, int per_row) {
    double values[256] = {0};
    reel_recording *rec = new_with(o);
    reel_sink_id id;
    assert_ok(reel_add_memory(rec, NULL, &id));
    for (int i = 0; i < n_rows; i++) {
        values[0] = i;
        assert_ok(reel_log_scalars(rec, "a", &(reel_scalars){.scalars = values, .n_scalars = (size_t)per_row}));
    }
    held h = held_of(rec, id);
    size_t n = h.n;
    assert_int_equal(held_rows(&h), n_rows);
    for (size_t i = 0; i < h.n; i++)
        if (o.flush_rows > 0)
            assert_true((int64_t)h.messages[i]->info.n_rows <= o.flush_rows);
    held_free(&h);
    reel_free(rec);
    return n;
}

static void a_limit_of_rows_is_kept_to_the_letter(void **state) {
    (void)state;
    assert_int_equal(chunks_in_memory((reel_options){.flush_rows = 1}, 1000, 1), 1000);
    assert_int_equal(chunks_in_memory((reel_options){.flush_rows = 7}, 1000, 1), 143);
    assert_int_equal(chunks_in_memory((reel_options){.flush_rows = 100}, 1000, 1), 10);
    assert_int_equal(chunks_in_memory((reel_options){0}, 1000, 1), 1);
    assert_int_equal(chunks_in_memory((reel_options){0}, 10000, 1), 3);
}

static void a_limit_of_bytes_cuts_chunks_of_about_that_size(void **state) {
    (void)state;
    assert_int_equal(chunks_in_memory((reel_options){.flush_bytes = 1}, 500, 1), 500);
    size_t n = chunks_in_memory((reel_options){.flush_bytes = 8192}, 1000, 128); /* rows of 1 KiB */
    assert_in_range(n, 100, 170);
    n = chunks_in_memory((reel_options){.flush_bytes = 20000}, 1000, 128);
    assert_in_range(n, 40, 70);
    n = chunks_in_memory((reel_options){.flush_bytes = 100000}, 1000, 128);
    assert_in_range(n, 8, 14);
}

/* Sinks with threads: what is full goes at once, without a tick and without a flush. */
static void full_chunks_go_out_by_themselves(void **state) {
    (void)state;
    static const struct {
        int64_t flush_rows, flush_bytes;
        reel_batching batching;
        int n_rows;
    } cases[] = {{1, 0, REEL_BATCHING_PROMPT, 5}, {10, 0, REEL_BATCHING_PROMPT, 10}, {10, 0, REEL_BATCHING_BULK, 30}, {1000, 0, REEL_BATCHING_BULK, 2020},
                 {0, 1, REEL_BATCHING_BULK, 3}, {0, 40000, REEL_BATCHING_PROMPT, 4000}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        watcher w;
        watcher_init(&w);
        reel_recording *rec = new_with((reel_options){.flush_tick_ns = -1, .flush_rows = cases[i].flush_rows, .flush_bytes = cases[i].flush_bytes});
        assert_ok(watcher_add(&w, rec, &(reel_queue_options){.struct_size = sizeof(reel_queue_options), .batching = cases[i].batching}, NULL));
        for (int k = 0; k < cases[i].n_rows; k++) {
            assert_ok(log_number(rec, "a", k));
            if (!k)
                usleep(30000); /* the writer has seen the first row and sleeps again */
        }
        uint64_t n = (uint64_t)cases[i].n_rows, expected = cases[i].flush_rows ? n - n % (uint64_t)cases[i].flush_rows : cases[i].flush_bytes == 1 ? n : n / 2;
        if (watcher_await(&w, expected, 2000) < expected)
            fail_msg("case %zu: %llu of %llu rows came", i, (unsigned long long)watcher_rows(&w), (unsigned long long)expected);
        reel_free(rec);
        assert_int_equal(w.rows, cases[i].n_rows);
        if (cases[i].flush_rows)
            assert_true(w.largest_chunk_rows <= (uint64_t)cases[i].flush_rows);
        watcher_free(&w);
    }
}

static void a_tick_takes_what_is_there(void **state) {
    (void)state;
    watcher w;
    watcher_init(&w);
    reel_recording *rec = new_with((reel_options){.flush_tick_ns = 20000000});
    assert_ok(watcher_add(&w, rec, NULL, NULL));
    for (int round = 1; round <= 3; round++) {
        assert_ok(log_number(rec, "a", 1));
        assert_ok(log_number(rec, "b", 1));
        assert_int_equal(watcher_await(&w, 2 * (uint64_t)round, 5000), 2 * round);
        usleep(120000); /* long enough for the writer to fall asleep */
    }
    reel_free(rec);
    watcher_free(&w);
}

static void without_limits_only_a_flush_takes(void **state) {
    (void)state;
    watcher w;
    watcher_init(&w);
    reel_recording *rec = new_with((reel_options){.flush_tick_ns = -1, .flush_bytes = -1, .flush_rows = -1});
    assert_ok(watcher_add(&w, rec, NULL, NULL));
    for (int i = 0; i < 100; i++)
        assert_ok(log_number(rec, "a", i));
    usleep(300000);
    assert_int_equal(watcher_rows(&w), 0);
    assert_ok(reel_flush(rec, -1));
    assert_int_equal(watcher_rows(&w), 100);
    assert_int_equal(w.n_chunks, 1);
    reel_free(rec);
    watcher_free(&w);
}

/* Each class has cursors of its own into the lanes: both get every row once, in chunks of their own. */
static void prompt_and_bulk_sinks_each_get_every_row(void **state) {
    (void)state;
    watcher prompt, bulk;
    watcher_init(&prompt);
    watcher_init(&bulk);
    reel_queue_options o = {.struct_size = sizeof o};
    reel_recording *rec = new_with((reel_options){.flush_tick_ns = -1});
    reel_sink_id first, memory;
    assert_ok(watcher_add(&prompt, rec, &o, &first));
    for (int i = 0; i < 5000; i++)
        assert_ok(log_number(rec, i % 3 ? "a" : "b", i));
    o.batching = REEL_BATCHING_BULK;
    assert_ok(watcher_add(&bulk, rec, &o, NULL)); /* begins here */
    for (int i = 0; i < 20000; i++)
        assert_ok(log_number(rec, i % 3 ? "a" : "b", i));
    assert_ok(reel_add_memory(rec, NULL, &memory));
    assert_ok(reel_remove_sink(rec, first, -1)); /* and the prompt class goes */
    for (int i = 0; i < 3000; i++)
        assert_ok(log_number(rec, "c", i));
    assert_ok(reel_flush(rec, -1));
    held h = held_of(rec, memory);
    assert_int_equal(held_rows(&h), 3000);
    held_free(&h);
    assert_int_equal(prompt.rows, 25000);
    assert_int_equal(bulk.rows, 23000);
    reel_stats stats = {.struct_size = sizeof stats};
    assert_ok(reel_get_stats(rec, &stats));
    assert_int_equal(stats.rows_logged, 28001); /* and the start time */
    watcher again;
    watcher_init(&again);
    o.batching = REEL_BATCHING_PROMPT;
    assert_ok(watcher_add(&again, rec, &o, NULL));
    for (int i = 0; i < 1000; i++)
        assert_ok(log_number(rec, i % 2 ? "a" : "c", i));
    reel_free(rec);
    assert_int_equal(again.rows, 1000);
    assert_int_equal(bulk.rows, 24000);
    watcher_free(&prompt);
    watcher_free(&bulk);
    watcher_free(&again);
}

int main(void) {
    for (int v = 0; v < 3; v++)
        unsetenv(variables[v]);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_bad_variable_is_an_error_that_names_it),
        cmocka_unit_test(variables_replace_the_limits_of_both_classes),
        cmocka_unit_test(a_limit_of_rows_is_kept_to_the_letter),
        cmocka_unit_test(a_limit_of_bytes_cuts_chunks_of_about_that_size),
        cmocka_unit_test(full_chunks_go_out_by_themselves),
        cmocka_unit_test(a_tick_takes_what_is_there),
        cmocka_unit_test(without_limits_only_a_flush_takes),
        cmocka_unit_test(prompt_and_bulk_sinks_each_get_every_row),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
