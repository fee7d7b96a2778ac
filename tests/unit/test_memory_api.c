/* Memory and buffer sinks as a program uses them: counting, draining, peeking, forgetting, bounds. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "held.h"
#include "watcher.h"

#define assert_ok(expression) assert_int_equal((expression), REEL_OK)

static reel_recording *new_plain(void) {
    reel_recording *rec = reel_new("app", NULL);
    assert_non_null(rec);
    store_plain(rec);
    return rec;
}

static uint64_t count(reel_recording *rec, reel_sink_id id) {
    uint64_t n = 999999;
    assert_ok(reel_num_msgs(rec, id, &n));
    return n;
}

/* A complete .rrd: a header, messages of the kinds known, an end with its footer. Returns how many store infos and chunks there are. */
typedef struct contents {
    size_t infos, chunks;
} contents;
static contents assert_complete(const reel_bytes_owned *b) {
    contents c = {0, 0};
    assert_true(b->size > 12 + 16 + 32);
    assert_memory_equal(b->data, "RRF2", 4);
    size_t at = 12;
    for (;;) {
        uint64_t kind, size;
        assert_true(at + 16 <= b->size);
        memcpy(&kind, b->data + at, 8);
        memcpy(&size, b->data + at + 8, 8);
        assert_true(size <= b->size - at - 16);
        at += 16 + size;
        if (kind == REEL__RRD_END)
            break;
        if (!c.infos)
            assert_int_equal(kind, REEL__RRD_SET_STORE_INFO); /* before anything else */
        c.infos += kind == REEL__RRD_SET_STORE_INFO;
        c.chunks += kind == REEL__RRD_ARROW_MSG;
    }
    assert_int_equal(b->size - at, REEL__STREAM_FOOTER_SIZE);
    return c;
}

static bool holds(const reel_bytes_owned *b, const char *text) { return bytes_hold(b->data, b->size, text); }

static reel_status log_text(reel_recording *rec, const char *path, const char *text) { return reel_log_text_log(rec, path, &(reel_text_log){.text = text}); }
static reel_status log_static_text(reel_recording *rec, const char *path, const char *text) { return reel_log_static_text_log(rec, path, &(reel_text_log){.text = text}); }

static void the_number_of_messages_is_the_same_every_time(void **state) {
    (void)state;
    for (int run = 0; run < 20; run++) {
        reel_recording *rec = reel_new("app", NULL);
        reel_sink_id id;
        assert_ok(reel_add_memory(rec, NULL, &id));
        assert_int_equal(count(rec, id), 2); /* store info, start time */
        for (int i = 0; i < 100; i++)
            assert_ok(log_number(rec, "a", i));
        assert_int_equal(count(rec, id), 3);
        assert_int_equal(count(rec, id), 3);
        for (int i = 0; i < 100; i++)
            assert_ok(log_number(rec, i % 2 ? "a" : "b", i));
        assert_int_equal(count(rec, id), 5);
        reel_free(rec);
    }
}

static void a_drain_gives_everything_and_leaves_nothing(void **state) {
    (void)state;
    reel_recording *rec = new_plain();
    reel_sink_id id;
    reel_bytes_owned b, peeked;
    assert_ok(log_text(rec, "t", "before the sink"));
    assert_ok(reel_add_memory(rec, NULL, &id));
    assert_ok(log_text(rec, "t", "after the sink"));
    assert_ok(reel_peek(rec, id, &peeked));
    assert_ok(reel_drain(rec, id, &b));
    assert_int_equal(peeked.size, b.size);
    assert_memory_equal(peeked.data, b.data, b.size);
    contents c = assert_complete(&b);
    assert_int_equal(c.infos, 1);
    assert_int_equal(c.chunks, 3);
    assert_true(holds(&b, "before the sink") && holds(&b, "after the sink"));
    reel_bytes_free(&b);
    reel_bytes_free(&peeked);
    assert_null(b.data);

    assert_int_equal(count(rec, id), 0);
    assert_ok(reel_drain(rec, id, &b));
    assert_null(b.data);
    assert_int_equal(b.size, 0);
    assert_ok(reel_peek(rec, id, &b));
    assert_int_equal(b.size, 0);
    reel_bytes_free(&b);
    reel_free(rec);
}

static void every_drain_with_new_rows_stands_alone(void **state) {
    (void)state;
    reel_recording *rec = new_plain();
    reel_sink_id id;
    reel_bytes_owned b;
    assert_ok(reel_set_recording_name(rec, "the name of the run"));
    assert_ok(reel_add_memory(rec, NULL, &id));
    assert_ok(log_static_text(rec, "s", "static one"));
    assert_ok(log_text(rec, "t", "timed one"));
    assert_ok(reel_drain(rec, id, &b));
    reel_bytes_free(&b);

    assert_ok(log_text(rec, "t", "timed two"));
    assert_ok(reel_drain(rec, id, &b));
    contents c = assert_complete(&b);
    assert_int_equal(c.infos, 1);
    assert_true(holds(&b, "the name of the run") && holds(&b, "static one") && holds(&b, "timed two"));
    assert_false(holds(&b, "timed one"));
    reel_bytes_free(&b);

    assert_ok(log_static_text(rec, "s", "static two"));
    assert_ok(reel_drain(rec, id, &b));
    c = assert_complete(&b);
    assert_int_equal(c.infos, 1);
    assert_true(holds(&b, "static two"));
    assert_false(holds(&b, "static one") || holds(&b, "timed two"));
    reel_bytes_free(&b);
    reel_free(rec);
}

static void two_memory_sinks_are_drained_apart(void **state) {
    (void)state;
    reel_recording *rec = new_plain();
    reel_sink_id one, two;
    reel_bytes_owned b;
    assert_ok(reel_add_memory(rec, NULL, &one));
    assert_ok(reel_add_memory(rec, NULL, &two));
    assert_ok(log_text(rec, "t", "for both"));
    assert_ok(reel_drain(rec, one, &b));
    assert_true(holds(&b, "for both"));
    reel_bytes_free(&b);
    assert_ok(log_text(rec, "t", "the second"));
    assert_ok(reel_drain(rec, two, &b));
    assert_true(holds(&b, "for both") && holds(&b, "the second"));
    assert_complete(&b);
    reel_bytes_free(&b);
    assert_ok(reel_drain(rec, one, &b));
    assert_false(holds(&b, "for both"));
    assert_true(holds(&b, "the second"));
    reel_bytes_free(&b);
    reel_free(rec);
}

static void a_closed_recording_can_still_be_drained(void **state) {
    (void)state;
    reel_recording *rec = new_plain();
    reel_sink_id id;
    reel_bytes_owned b;
    assert_ok(reel_add_memory(rec, NULL, &id));
    assert_ok(log_text(rec, "t", "the last words"));
    assert_ok(reel_close(rec, -1));
    assert_int_equal(count(rec, id), 3);
    assert_ok(reel_drain(rec, id, &b));
    assert_true(holds(&b, "the last words"));
    assert_complete(&b);
    reel_bytes_free(&b);
    assert_ok(reel_drain(rec, id, &b));
    assert_int_equal(b.size, 0);
    reel_unref(rec);
}

static void what_is_reset_is_forgotten(void **state) {
    (void)state;
    reel_recording *rec = new_plain();
    reel_sink_id id;
    reel_bytes_owned b;
    assert_ok(reel_add_memory(rec, NULL, &id));
    assert_ok(log_static_text(rec, "s", "static one"));
    assert_ok(log_text(rec, "t", "timed one"));
    assert_ok(reel_reset_blueprint(rec, id)); /* there is none */
    assert_int_equal(count(rec, id), 4);
    assert_ok(reel_reset_data(rec, id));
    assert_int_equal(count(rec, id), 0);
    assert_ok(reel_drain(rec, id, &b));
    assert_int_equal(b.size, 0);
    assert_ok(log_text(rec, "t", "timed two"));
    assert_ok(reel_drain(rec, id, &b));
    assert_complete(&b);
    assert_true(holds(&b, "timed two") && holds(&b, "static one")); /* what holds, holds */
    assert_false(holds(&b, "timed one"));
    reel_bytes_free(&b);
    reel_free(rec);
}

static void a_blueprint_is_reset_by_itself(void **state) {
    (void)state;
    reel_recording *rec = reel_new("app", &(reel_options){.struct_size = sizeof(reel_options), .store_kind = REEL_STORE_BLUEPRINT});
    reel_sink_id id;
    assert_ok(reel_add_memory(rec, NULL, &id));
    assert_ok(log_text(rec, "t", "x"));
    uint64_t n = count(rec, id);
    assert_true(n >= 2);
    assert_ok(reel_reset_data(rec, id));
    assert_int_equal(count(rec, id), n);
    assert_ok(reel_reset_blueprint(rec, id));
    assert_int_equal(count(rec, id), 0);
    reel_free(rec);
}

static void log_blobs(reel_recording *rec, int n) {
    static uint8_t blob[10000];
    for (int i = 0; i < n; i++) {
        char name[32];
        snprintf(name, sizeof name, "blob number %d.", i);
        for (size_t k = 0; k < sizeof blob; k++)
            blob[k] = (uint8_t)((k + (size_t)i) * 2654435761u >> 11);
        memcpy(blob, name, strlen(name) + 1);
        assert_ok(reel_log_encoded_image(rec, "image", &(reel_encoded_image){.blob = {blob, sizeof blob}}));
        reel_status status = reel_flush(rec, -1);
        assert_true(status == REEL_OK || status == REEL_E_NO_SPACE);
    }
}

static void a_full_memory_sink_drops_the_newest_or_the_oldest(void **state) {
    (void)state;
    for (int oldest = 0; oldest < 2; oldest++) {
        reel_recording *rec = new_plain();
        reel_sink_id id;
        reel_bytes_owned b;
        assert_ok(reel_add_memory(rec, &(reel_memory_options){.struct_size = sizeof(reel_memory_options), .bytes_max = 100000, .drop_oldest = oldest}, &id));
        assert_ok(log_static_text(rec, "s", "what holds"));
        log_blobs(rec, 50);
        reel_sink_stats stats = {.struct_size = sizeof stats};
        assert_ok(reel_get_sink_stats(rec, id, &stats));
        assert_true(stats.bytes_queued <= 100000);
        assert_in_range(stats.rows_dropped, 40, 43);
        assert_int_equal(stats.last_error, oldest ? REEL_OK : REEL_E_NO_SPACE);
        assert_ok(reel_drain(rec, id, &b));
        assert_complete(&b);
        assert_true(holds(&b, "what holds"));
        assert_int_equal(holds(&b, "blob number 0."), !oldest);
        assert_int_equal(holds(&b, "blob number 49."), oldest);
        reel_bytes_free(&b);
        assert_ok(log_text(rec, "t", "room again"));
        assert_ok(reel_flush(rec, -1));
        assert_ok(reel_drain(rec, id, &b));
        assert_true(holds(&b, "room again"));
        reel_bytes_free(&b);
        reel_free(rec);
    }
}

/* What is logged statically a million times is one row for whoever comes late, and takes no more memory than it needs. */
static void a_million_static_rows_are_kept_as_one(void **state) {
    (void)state;
    int n = WATCHER_LESS ? 100000 : 1000000;
    watcher all, late;
    watcher_init(&all);
    watcher_init(&late);
    reel_recording *rec = new_plain();
    assert_ok(watcher_add(&all, rec, &(reel_queue_options){.struct_size = sizeof(reel_queue_options), .block_ms = 60000}, NULL));
    char text[64];
    for (int i = 0; i < n; i++) {
        snprintf(text, sizeof text, "static number %d.", i);
        assert_ok(log_static_text(rec, "s", text));
    }
    assert_ok(watcher_add(&late, rec, NULL, NULL));
    reel_stats stats = {.struct_size = sizeof stats};
    assert_ok(reel_get_stats(rec, &stats));
    assert_true(stats.memory_peak_bytes < (uint64_t)200 << 20);
    assert_ok(reel_close(rec, 60000));
    assert_int_equal(all.static_rows, n);
    assert_int_equal(late.static_rows, 1);
    bool found = false;
    for (size_t i = 0; i < late.n_messages; i++)
        found |= bytes_hold(late.first[i].bytes, late.first[i].message.size, text);
    assert_true(found);
    assert_true(reel__keeper_memory(core_of(rec)->keeper) < 100000);
    reel_unref(rec);
    watcher_free(&all);
    watcher_free(&late);
}

static void a_buffer_is_handed_on_even_when_it_was_drained(void **state) {
    (void)state;
    watcher w;
    watcher_init(&w);
    reel_recording *rec = new_plain();
    reel_sink_id id;
    reel_bytes_owned b;
    assert_ok(reel_add_buffer(rec, NULL, &id));
    assert_ok(log_static_text(rec, "s", "what holds"));
    assert_ok(log_number(rec, "a", 1));
    assert_ok(reel_drain(rec, id, &b));
    assert_true(b.size > 0);
    reel_bytes_free(&b);
    for (int i = 0; i < 10; i++)
        assert_ok(log_number(rec, "a", i));
    assert_ok(watcher_add(&w, rec, NULL, NULL));
    uint64_t n;
    assert_int_equal(reel_num_msgs(rec, id, &n), REEL_E_CLOSED); /* the buffer has gone */
    reel_free(rec);
    assert_int_equal(w.rows, 10);
    assert_int_equal(w.static_rows, 1);
    assert_int_equal(w.n_infos, 1);
    assert_int_equal(w.first[0].message.kind, REEL_MESSAGE_STORE_INFO);
    watcher_free(&w);
}

typedef struct drainer {
    reel_recording *rec;
    reel_sink_id id;
    atomic_bool stop;
    size_t n, size;
    bool is_bad;
} drainer;
static void *drain_on(void *given) {
    drainer *d = given;
    while (!atomic_load(&d->stop)) {
        reel_bytes_owned b;
        if (reel_drain(d->rec, d->id, &b) != REEL_OK || (b.size && memcmp(b.data, "RRF2", 4)))
            d->is_bad = true;
        d->n += b.size > 0;
        d->size += b.size;
        reel_bytes_free(&b);
    }
    return NULL;
}

static void draining_while_others_log_loses_nothing(void **state) {
    (void)state;
    watcher w;
    watcher_init(&w);
    reel_recording *rec = reel_new("app", NULL);
    drainer d = {.rec = rec};
    assert_ok(watcher_add(&w, rec, &(reel_queue_options){.struct_size = sizeof(reel_queue_options), .batching = REEL_BATCHING_BULK, .block_ms = 60000}, NULL));
    assert_ok(reel_add_memory(rec, NULL, &d.id));
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, drain_on, &d), 0);
    int n = WATCHER_LESS ? 20000 : 200000;
    for (int i = 0; i < n; i++)
        assert_ok(log_number(rec, i % 2 ? "a" : "b", i));
    atomic_store(&d.stop, true);
    pthread_join(thread, NULL);
    assert_false(d.is_bad);
    reel_bytes_owned b;
    assert_ok(reel_drain(rec, d.id, &b));
    reel_bytes_free(&b);
    reel_sink_stats stats = {.struct_size = sizeof stats};
    assert_ok(reel_get_sink_stats(rec, d.id, &stats));
    assert_int_equal(stats.rows_written, n + 1);
    assert_int_equal(stats.rows_dropped, 0);
    assert_int_equal(stats.bytes_queued, 0);
    reel_free(rec);
    assert_int_equal(w.rows, n);
    watcher_free(&w);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_number_of_messages_is_the_same_every_time),
        cmocka_unit_test(a_drain_gives_everything_and_leaves_nothing),
        cmocka_unit_test(every_drain_with_new_rows_stands_alone),
        cmocka_unit_test(two_memory_sinks_are_drained_apart),
        cmocka_unit_test(a_closed_recording_can_still_be_drained),
        cmocka_unit_test(what_is_reset_is_forgotten),
        cmocka_unit_test(a_blueprint_is_reset_by_itself),
        cmocka_unit_test(a_full_memory_sink_drops_the_newest_or_the_oldest),
        cmocka_unit_test(a_million_static_rows_are_kept_as_one),
        cmocka_unit_test(a_buffer_is_handed_on_even_when_it_was_drained),
        cmocka_unit_test(draining_while_others_log_loses_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
