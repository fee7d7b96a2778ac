/* Sinks that hold messages: what they keep, what they give out, and what happens at the bound. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/error.h"
#include "made_message.h"
#include "sink/sink.h"

typedef struct reports {
    size_t n;
    reel_status last;
    char text[256];
} reports;
static void note_report(void *user, uint32_t sink_id, reel_status status, const char *message) {
    (void)sink_id;
    reports *r = user;
    r->n++;
    r->last = status;
    strncpy(r->text, message, sizeof r->text - 1);
}

static reel__sink *new_memory(int64_t bytes_max, bool drop_oldest, bool is_buffer, reports *r) {
    memset(r, 0, sizeof *r);
    reel_memory_options options = {sizeof options, bytes_max, drop_oldest};
    reel__sink *s = NULL;
    assert_int_equal(reel__memory_sink_new(&options, is_buffer, NULL, note_report, r, &s), REEL_OK);
    assert_int_equal(s->is_buffer, is_buffer);
    assert_false(s->is_prompt);
    return s;
}
static void put_made(reel__sink *s, made a) {
    reel__message *m = make_message(&a);
    s->klass->put(s, m);
    reel__message_unref(m);
}
static void put_ids(reel__sink *s, uint32_t from, uint32_t until) {
    for (uint32_t id = from; id < until; id++)
        put_made(s, (made){.id = id, .n_rows = 3});
}
static void end(reel__sink *s) {
    assert_int_equal(s->klass->close(s, INT64_MAX), REEL_OK);
    s->klass->destroy(s);
}
static reel_status flush(reel__sink *s) { return s->klass->flush(s, INT64_MAX, true); }

typedef struct expected {
    bool has_new;
    uint64_t n_dropped;
} expected;
static void assert_taken(reel__sink *s, bool drain, const uint32_t *ids, size_t n_ids, expected e) {
    reel__message **messages = NULL;
    size_t n = 99;
    bool has_new = !e.has_new;
    uint64_t n_dropped = 99;
    assert_int_equal(reel__memory_sink_take(s, drain, &messages, &n, &has_new, &n_dropped), REEL_OK);
    assert_int_equal(n, n_ids);
    for (size_t i = 0; i < n; i++) {
        assert_int_equal(messages[i]->chunk_id.inc, ids[i]);
        assert_true(is_as_made(messages[i], ids[i]));
    }
    assert_int_equal(has_new, e.has_new);
    assert_int_equal(n_dropped, e.n_dropped);
    release_messages(messages, n);
}

static void peek_leaves_and_drain_empties(void **state) {
    (void)state;
    reports r;
    reel__sink *s = new_memory(0, false, false, &r);
    assert_taken(s, true, NULL, 0, (expected){false, 0});
    put_ids(s, 0, 3);
    assert_int_equal(reel__memory_sink_count(s), 3);
    reel_sink_stats stats;
    reel__sink_get_stats(s, &stats);
    assert_int_equal(stats.messages_written, 3);
    assert_int_equal(stats.bytes_written, 300);
    assert_int_equal(stats.rows_written, 9);
    assert_int_equal(stats.bytes_queued, 300);
    assert_taken(s, false, (uint32_t[]){0, 1, 2}, 3, (expected){true, 0});
    put_ids(s, 3, 4);
    assert_taken(s, false, (uint32_t[]){0, 1, 2, 3}, 4, (expected){true, 0});
    assert_taken(s, true, (uint32_t[]){0, 1, 2, 3}, 4, (expected){true, 0});
    assert_int_equal(reel__memory_sink_count(s), 0);
    assert_taken(s, true, NULL, 0, (expected){false, 0});
    reel__sink_get_stats(s, &stats);
    assert_int_equal(stats.bytes_queued, 0);
    put_ids(s, 4, 5);
    assert_taken(s, true, (uint32_t[]){4}, 1, (expected){true, 0});
    assert_int_equal(flush(s), REEL_OK);
    end(s);
}

static void many_messages_are_held_in_order(void **state) {
    (void)state;
    reports r;
    reel__sink *s = new_memory(0, false, false, &r);
    put_ids(s, 0, 100000);
    reel__message **messages;
    size_t n;
    bool has_new;
    uint64_t n_dropped;
    assert_int_equal(reel__memory_sink_take(s, true, &messages, &n, &has_new, &n_dropped), REEL_OK);
    assert_int_equal(n, 100000);
    for (size_t i = 0; i < n; i++)
        assert_int_equal(messages[i]->chunk_id.inc, i);
    release_messages(messages, n);
    end(s);
}

static void beyond_the_bound_the_newest_is_refused_once_reported(void **state) {
    (void)state;
    for (int is_buffer = 0; is_buffer < 2; is_buffer++) {
        reports r;
        reel__sink *s = new_memory(1000, false, is_buffer, &r);
        put_ids(s, 0, 10); /* exactly the bound */
        assert_int_equal(flush(s), REEL_OK);
        put_ids(s, 10, 13);
        assert_int_equal(r.n, 1);
        assert_int_equal(r.last, REEL_E_NO_SPACE);
        assert_non_null(strstr(r.text, "1000 of at most 1000"));
        assert_int_equal(flush(s), REEL_E_NO_SPACE);
        assert_int_equal(flush(s), REEL_OK);
        put_made(s, (made){.id = 20, .is_static = true}); /* kept: goes in */
        reel_sink_stats stats;
        reel__sink_get_stats(s, &stats);
        assert_int_equal(stats.messages_dropped, 3);
        assert_int_equal(stats.bytes_dropped, 300);
        assert_int_equal(stats.rows_dropped, 9);
        assert_int_equal(stats.last_error, REEL_E_NO_SPACE);
        assert_taken(s, false, (uint32_t[]){0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 20}, 11, (expected){true, 3});
        assert_taken(s, true, (uint32_t[]){0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 20}, 11, (expected){true, 3});
        put_ids(s, 30, 31);
        assert_taken(s, true, (uint32_t[]){30}, 1, (expected){true, 0});
        put_made(s, (made){.id = 31, .size = 1001}); /* never fits */
        assert_int_equal(r.n, 2);
        assert_taken(s, true, NULL, 0, (expected){false, 1});
        assert_int_equal(flush(s), REEL_E_NO_SPACE);
        end(s);
    }
}

static void drop_oldest_makes_room_but_not_with_what_is_kept(void **state) {
    (void)state;
    reports r;
    reel__sink *s = new_memory(1000, true, false, &r);
    put_made(s, (made){.id = 0, .is_static = true});
    put_ids(s, 1, 21);
    assert_int_equal(r.n, 0); /* as asked for */
    assert_int_equal(flush(s), REEL_OK);
    assert_taken(s, false, (uint32_t[]){0, 12, 13, 14, 15, 16, 17, 18, 19, 20}, 10, (expected){true, 11});
    put_made(s, (made){.id = 21, .size = 901}); /* does not fit beside what is kept: nobody gives way in vain */
    assert_int_equal(r.n, 1);
    assert_int_equal(r.last, REEL_E_NO_SPACE);
    assert_taken(s, false, (uint32_t[]){0, 12, 13, 14, 15, 16, 17, 18, 19, 20}, 10, (expected){true, 12});
    put_made(s, (made){.id = 22, .size = 900});
    assert_taken(s, true, (uint32_t[]){0, 22}, 2, (expected){true, 21});
    assert_int_equal(flush(s), REEL_E_NO_SPACE);
    end(s);
}

static void reset_forgets_one_kind_of_store(void **state) {
    (void)state;
    reports r;
    reel__sink *s = new_memory(0, false, false, &r);
    for (uint32_t id = 0; id < 6; id++)
        put_made(s, (made){.id = id, .store = id % 2 ? &made_blueprint : &made_recording});
    reel__memory_sink_reset(s, REEL_STORE_RECORDING);
    assert_taken(s, false, (uint32_t[]){1, 3, 5}, 3, (expected){true, 0});
    put_ids(s, 6, 7);
    reel__memory_sink_reset(s, REEL_STORE_BLUEPRINT);
    assert_taken(s, false, (uint32_t[]){6}, 1, (expected){true, 0});
    reel__memory_sink_reset(s, REEL_STORE_RECORDING);
    assert_taken(s, true, NULL, 0, (expected){false, 0});
    reel_sink_stats stats;
    reel__sink_get_stats(s, &stats);
    assert_int_equal(stats.bytes_queued, 0);
    assert_int_equal(stats.messages_dropped, 0);
    end(s);
}

static void a_closed_sink_still_gives_out_what_it_holds(void **state) {
    (void)state;
    reports r;
    reel__sink *s = new_memory(0, false, false, &r);
    put_ids(s, 0, 2);
    assert_int_equal(s->klass->close(s, INT64_MAX), REEL_OK);
    assert_int_equal(s->klass->close(s, INT64_MAX), REEL_E_CLOSED);
    put_ids(s, 2, 3);
    assert_taken(s, true, (uint32_t[]){0, 1}, 2, (expected){true, 1});
    s->klass->destroy(s);
}

static void destroying_a_full_sink_releases_what_it_holds(void **state) {
    (void)state;
    counting c;
    reports r;
    count_allocations(&c);
    reel__sink *s = new_memory(0, false, true, &r);
    put_ids(s, 0, 100);
    end(s);
    assert_int_equal(c.bytes, 0);
    reel_set_allocator(NULL);
}

static void a_negative_bound_is_refused(void **state) {
    (void)state;
    reel__sink *s = NULL;
    reel_memory_options options = {sizeof options, -5, false};
    assert_int_equal(reel__memory_sink_new(&options, false, NULL, NULL, NULL, &s), REEL_E_ARGUMENT);
    assert_non_null(strstr(reel_error_message(), "-5"));
    assert_int_equal(reel__memory_sink_new(NULL, true, NULL, NULL, NULL, &s), REEL_OK);
    s->klass->destroy(s);
}

static void no_memory_is_told_and_breaks_nothing(void **state) {
    (void)state;
    counting c;
    for (size_t fail_at = 1;; fail_at++) {
        reel__message *m[2] = {make_message(&(made){.id = 0}), make_message(&(made){.id = 1})};
        reports r = {0};
        reel__sink *s = NULL;
        count_allocations(&c);
        c.fail_at = fail_at;
        reel_status status = reel__memory_sink_new(NULL, false, NULL, note_report, &r, &s);
        if (status == REEL_OK) {
            for (int i = 0; i < 2; i++)
                s->klass->put(s, m[i]);
            size_t n_held = reel__memory_sink_count(s), n = 0;
            assert_int_equal(r.n, 2 - n_held);
            assert_int_equal(flush(s), n_held == 2 ? REEL_OK : REEL_E_NO_MEMORY);
            reel__message **messages = NULL;
            bool has_new;
            uint64_t n_dropped;
            status = reel__memory_sink_take(s, true, &messages, &n, &has_new, &n_dropped);
            if (status == REEL_OK) {
                assert_int_equal(n, n_held);
                release_messages(messages, n);
            } else {
                assert_int_equal(reel__memory_sink_count(s), n_held);
            }
            end(s);
        }
        assert_true(status == REEL_OK || status == REEL_E_NO_MEMORY);
        assert_int_equal(c.bytes, 0);
        reel_set_allocator(NULL);
        for (int i = 0; i < 2; i++) {
            assert_int_equal(atomic_load(&m[i]->refs), 1);
            reel__message_unref(m[i]);
        }
        if (c.n < fail_at)
            break;
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(peek_leaves_and_drain_empties),
        cmocka_unit_test(many_messages_are_held_in_order),
        cmocka_unit_test(beyond_the_bound_the_newest_is_refused_once_reported),
        cmocka_unit_test(drop_oldest_makes_room_but_not_with_what_is_kept),
        cmocka_unit_test(reset_forgets_one_kind_of_store),
        cmocka_unit_test(a_closed_sink_still_gives_out_what_it_holds),
        cmocka_unit_test(destroying_a_full_sink_releases_what_it_holds),
        cmocka_unit_test(a_negative_bound_is_refused),
        cmocka_unit_test(no_memory_is_told_and_breaks_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
