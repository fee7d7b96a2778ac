/* Memory that runs out while a recording is read: a status each time, nothing leaked, nothing counted as damage; and when there is memory again, reading goes on where it was. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "scarce_memory.h"

#include <reel/arrow.h>
#include <reel/read.h>

#include <stdio.h>

#define assert_ok(expression) assert_int_equal((expression), REEL_OK)

static reel_bytes_owned recorded;

static int record(void **state) {
    (void)state;
    reel_sink_id sink;
    scarce_install();
    reel_recording *rec = reel_new("memory", &(reel_options){.struct_size = sizeof(reel_options), .recording_id = "scarce"});
    assert_ok(reel_add_memory(rec, NULL, &sink));
    for (int i = 0; i < 5; i++) {
        reel_set_time_sequence(rec, "frame", i);
        assert_ok(reel_log_points3d(rec, "points", &(reel_points3d){.positions = (float[]){1, 2, 3}, .n_positions = 1, .labels = (const char *[]){"one"}, .n_labels = 1}));
        assert_ok(reel_log_scalars(rec, "scalar", &(reel_scalars){.scalars = (double[]){i}, .n_scalars = 1}));
    }
    assert_ok(reel_drain(rec, sink, &recorded));
    assert_ok(reel_close(rec, -1));
    reel_free(rec);
    return 0;
}

static int forget(void **state) {
    (void)state;
    reel_bytes_free(&recorded);
    return 0;
}

/* Gives at most 1000 bytes at once. */
typedef struct source {
    size_t at;
} source;
static reel_status fill(void *user, void *data, size_t size, size_t *n) {
    source *s = user;
    *n = recorded.size - s->at < size ? recorded.size - s->at : size;
    *n = *n > 1000 ? 1000 : *n;
    memcpy(data, recorded.data + s->at, *n);
    s->at += *n;
    return REEL_OK;
}

/* A call again and again: it fails once, for want of memory. */
#define UNTIL_DONE(status, expression)                         \
    do {                                                       \
        (status) = (expression);                               \
        if ((status) != REEL_OK) {                             \
            assert_int_equal((status), REEL_E_NO_MEMORY);      \
            scarcity_end(&scarce_here);                                     \
            (status) = (expression);                           \
        }                                                      \
        assert_ok(status);                                     \
    } while (0)

/* Everything is read, although the nth request fails. Returns whether there was one. */
static bool read_with_failure(long nth, bool from_memory) {
    reel_reader *r;
    reel_status status;
    source s = {0};
    size_t chunks = 0, rows = 0;
    reel_read_stats stats = {.struct_size = sizeof stats};
    scarcity_begin(&scarce_here, nth, false);
    UNTIL_DONE(status, from_memory ? reel_open_memory(recorded.data, recorded.size, NULL, &r) : reel_open_callback(fill, &s, NULL, &r));
    for (;;) {
        const reel_read_message *m;
        reel_chunk *chunk;
        struct ArrowSchema schema;
        struct ArrowArray array;
        UNTIL_DONE(status, reel_next(r, &m));
        if (!m)
            break;
        if (m->kind != REEL_MESSAGE_CHUNK)
            continue;
        UNTIL_DONE(status, reel_read_chunk(r, m, &chunk));
        UNTIL_DONE(status, reel_chunk_export(chunk, &schema, &array));
        chunks++;
        rows += reel_chunk_rows(chunk);
        reel_chunk_unref(chunk);
        reel_status imported = reel_chunk_import(&schema, &array, &chunk); /* takes both, whatever it returns */
        assert_true(imported == REEL_OK || imported == REEL_E_NO_MEMORY);
        reel_chunk_unref(chunk);
    }
    assert_ok(reel_get_read_stats(r, &stats));
    reel_close_reader(r);
    bool was_hit = atomic_load(&scarce_here.has_refused);
    scarcity_end(&scarce_here);
    assert_int_equal(chunks, 3);
    assert_int_equal(rows, 11);
    assert_int_equal(stats.damaged, 0);
    assert_int_equal(stats.rows, 11);
    return was_hit;
}

static void every_request_fails_once(bool from_memory) {
    long nth = 0, alive;
    do {
        alive = atomic_load(&scarce_alive);
        nth++;
        assert_true(nth < 100000);
        bool was_hit = read_with_failure(nth, from_memory);
        if (atomic_load(&scarce_alive) != alive)
            fail_msg("request %ld fails: %ld blocks leaked", nth, atomic_load(&scarce_alive) - alive);
        if (!was_hit)
            break;
    } while (true);
    assert_true(nth > 30);
}

static void reading_memory(void **state) {
    (void)state;
    every_request_fails_once(true);
}

static void reading_what_comes_in_order(void **state) {
    (void)state;
    every_request_fails_once(false);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reading_memory),
        cmocka_unit_test(reading_what_comes_in_order),
    };
    return cmocka_run_group_tests(tests, record, forget);
}
