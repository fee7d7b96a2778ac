/* Deterministic recordings: with a clock and a seed, two runs of the same program give equal bytes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "held.h"
#include "watcher.h"

#define assert_ok(expression) assert_int_equal((expression), REEL_OK)

static int64_t ticking(void *user) { return *(int64_t *)user += 1000; }

typedef struct bytes {
    uint8_t *data;
    size_t size;
} bytes;
static reel_status append(void *user, const void *data, size_t size) {
    bytes *b = user;
    b->data = realloc(b->data, b->size + size);
    memcpy(b->data + b->size, data, size);
    b->size += size;
    return REEL_OK;
}

typedef struct run {
    bytes callback;
    reel_bytes_owned memory;
    uint8_t *file;
    size_t file_size;
    char id[64];
} run;

static void log_all(reel_recording *rec) {
    float xyz[30] = {0};
    double values[8];
    for (int i = 0; i < 20000; i++) {
        char path[32];
        assert_ok(reel_set_time_sequence(rec, "frame", i));
        snprintf(path, sizeof path, "lane/%d", i % 17);
        assert_ok(log_number(rec, path, i * 0.5));
        if (i % 50 == 0) {
            xyz[i % 30] = (float)i;
            assert_ok(reel_log_points3d(rec, "points", &(reel_points3d){.positions = xyz, .n_positions = 10}));
            assert_ok(log_static_number(rec, "static", i));
        }
        if (i % 700 == 0) {
            assert_ok(reel_log_clear(rec, "lane", &(reel_clear){.is_recursive = {true, true}}));
            assert_ok(reel_log_text_log(rec, "text", &(reel_text_log){.text = path}));
        }
        if (i == 9000) {
            int64_t times[8];
            for (int k = 0; k < 8; k++)
                times[k] = 8 - k, values[k] = k;
            reel_time_column time = {"frame", REEL_TIME_SEQUENCE, times, 8};
            reel_column column = {REEL_COLUMN(scalars, scalars), .values = values, .n_values = 8};
            assert_ok(reel_send_columns(rec, "columns", &time, 1, &column, 1));
            assert_ok(reel_flush(rec, -1));
        }
    }
}

static run run_once(uint64_t seed) {
    run r;
    memset(&r, 0, sizeof r);
    char path[] = "/tmp/reel-deterministic-XXXXXX";
    close(mkstemp(path));
    int64_t clock = 1700000000000000000;
    reel_options o = {.struct_size = sizeof o, .deterministic = true, .id_seed = seed, .clock = {ticking, &clock}, .log_tick = true, .recording_name = "again"};
    reel_recording *rec = reel_new("app", &o);
    assert_non_null(rec);
    reel_sink_id memory;
    assert_ok(reel_save(rec, path));
    assert_ok(reel_add_memory(rec, NULL, &memory));
    assert_ok(reel_add_callback(rec, append, &r.callback, NULL, NULL));
    snprintf(r.id, sizeof r.id, "%s", reel_recording_id(rec));
    log_all(rec);
    assert_ok(reel_close(rec, 60000));
    assert_ok(reel_drain(rec, memory, &r.memory));
    reel_free(rec);
    FILE *f = fopen(path, "rb");
    assert_non_null(f);
    fseek(f, 0, SEEK_END);
    r.file_size = (size_t)ftell(f);
    rewind(f);
    r.file = malloc(r.file_size);
    assert_int_equal(fread(r.file, 1, r.file_size, f), r.file_size);
    fclose(f);
    unlink(path);
    return r;
}

static void free_run(run *r) {
    free(r->callback.data);
    free(r->file);
    reel_bytes_free(&r->memory);
}

static void two_runs_give_equal_bytes(void **state) {
    (void)state;
    run a = run_once(42), b = run_once(42), other = run_once(43);
    assert_string_equal(a.id, b.id);
    assert_true(a.file_size > 100000);
    assert_int_equal(a.file_size, b.file_size);
    assert_memory_equal(a.file, b.file, a.file_size);
    assert_int_equal(a.memory.size, b.memory.size);
    assert_memory_equal(a.memory.data, b.memory.data, a.memory.size);
    assert_int_equal(a.callback.size, b.callback.size);
    assert_memory_equal(a.callback.data, b.callback.data, a.callback.size);
    assert_string_not_equal(a.id, other.id);
    assert_true(other.file_size != a.file_size || memcmp(other.file, a.file, a.file_size) != 0);
    free_run(&a);
    free_run(&b);
    free_run(&other);
}

/* Nothing but rows decides: no thread of the recording's own ever looks. */
static void rows_wait_for_no_clock(void **state) {
    (void)state;
    watcher w;
    watcher_init(&w);
    reel_recording *rec = reel_new("app", &(reel_options){.struct_size = sizeof(reel_options), .deterministic = true});
    assert_ok(watcher_add(&w, rec, NULL, NULL));
    assert_ok(log_number(rec, "a", 1));
    usleep(400000);
    assert_int_equal(watcher_rows(&w), 0);
    for (int i = 0; i < 100000; i++)
        assert_ok(log_number(rec, "a", i));
    assert_true(watcher_await(&w, 50000, 5000) >= 50000); /* what is full goes out without a flush, to prompt sinks too */
    reel_free(rec);
    assert_int_equal(w.rows, 100001);
    watcher_free(&w);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_runs_give_equal_bytes),
        cmocka_unit_test(rows_wait_for_no_clock),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
