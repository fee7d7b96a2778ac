/* A recording from making to freeing: lifetime, ids, being enabled, the active recording, properties. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "held.h"
#include "watcher.h"

#define assert_ok(expression) assert_int_equal((expression), REEL_OK)
#define assert_says(text) assert_non_null(strstr(reel_error_message(), text))

/* ---- lifetime */

static void a_closed_recording_refuses_everything_but_its_ids(void **state) {
    (void)state;
    watcher w;
    watcher_init(&w);
    reel_recording *rec = reel_new("app", &(reel_options){.struct_size = sizeof(reel_options), .recording_id = "one"});
    assert_non_null(rec);
    assert_ok(watcher_add(&w, rec, NULL, NULL));
    reel_entity *prepared = reel_entity_of(rec, "a");
    assert_non_null(prepared);
    double v = 1;
    for (int i = 0; i < 100; i++)
        assert_ok(log_number(rec, "a", i));
    assert_ok(reel_close(rec, -1));
    assert_int_equal(w.rows, 100);
    assert_true(w.is_closed);
    assert_false(w.is_frozen);

    assert_int_equal(reel_close(rec, -1), REEL_E_CLOSED);
    assert_says("one");
    assert_int_equal(log_number(rec, "a", 1), REEL_E_CLOSED);
    assert_says("one");
    assert_int_equal(log_static_number(rec, "a", 1), REEL_E_CLOSED);
    assert_int_equal(reel_log_at_scalars(prepared, &(reel_scalars){.scalars = &v, .n_scalars = 1}), REEL_E_CLOSED);
    assert_int_equal(reel_set_time_sequence(rec, "frame", 1), REEL_E_CLOSED);
    assert_int_equal(reel_disable_timeline(rec, "frame"), REEL_E_CLOSED);
    assert_int_equal(reel_reset_time(rec), REEL_E_CLOSED);
    assert_int_equal(reel_flush(rec, -1), REEL_E_CLOSED);
    assert_int_equal(reel_set_recording_name(rec, "late"), REEL_E_CLOSED);
    assert_int_equal(reel_save(rec, "never.rrd"), REEL_E_CLOSED);
    assert_int_not_equal(access("never.rrd", F_OK), 0);
    assert_int_equal(reel_add_memory(rec, NULL, NULL), REEL_E_CLOSED);
    reel_column column = {REEL_COLUMN(scalars, scalars), .values = &v, .n_values = 1};
    assert_int_equal(reel_send_columns(rec, "a", NULL, 0, &column, 1), REEL_E_CLOSED);
    assert_string_equal(reel_recording_id(rec), "one");
    assert_string_equal(reel_application_id(rec), "app");
    assert_int_equal(w.rows, 100);
    reel_unref(rec);
    assert_true(w.is_released);
    watcher_free(&w);
}

static void the_last_reference_closes(void **state) {
    (void)state;
    watcher w;
    watcher_init(&w);
    reel_recording *rec = reel_new("app", NULL);
    assert_ok(watcher_add(&w, rec, NULL, NULL));
    assert_ptr_equal(reel_ref(rec), rec);
    assert_ok(log_number(rec, "a", 1));
    reel_unref(rec);
    assert_false(w.is_closed);
    assert_ok(log_number(rec, "a", 2));
    reel_unref(rec);
    assert_true(w.is_closed && w.is_released);
    assert_int_equal(w.rows, 2);
    watcher_free(&w);
}

static void free_closes_though_others_still_hold_it(void **state) {
    (void)state;
    watcher w;
    watcher_init(&w);
    reel_recording *rec = reel_new("app", NULL);
    assert_ok(watcher_add(&w, rec, NULL, NULL));
    reel_recording *other = reel_ref(rec);
    assert_ok(log_number(rec, "a", 1));
    reel_free(rec);
    assert_true(w.is_closed);
    assert_int_equal(w.rows, 1);
    assert_int_equal(log_number(other, "a", 2), REEL_E_CLOSED);
    reel_free(other);
    assert_true(w.is_released);
    watcher_free(&w);
}

static void nothing_is_done_to_no_recording(void **state) {
    (void)state;
    assert_null(reel_ref(NULL));
    reel_unref(NULL);
    reel_free(NULL);
    assert_int_equal(reel_close(NULL, 0), REEL_E_ARGUMENT);
    assert_null(reel_recording_id(NULL));
    assert_null(reel_application_id(NULL));
    assert_false(reel_is_enabled(NULL));
    assert_int_equal(log_number(NULL, "a", 1), REEL_E_ARGUMENT);
    assert_says("none is active");
    assert_int_equal(reel_set_time_sequence(NULL, "frame", 1), REEL_E_ARGUMENT);
    assert_int_equal(reel_flush(NULL, -1), REEL_E_ARGUMENT);
    assert_int_equal(reel_set_enabled(NULL, true), REEL_E_ARGUMENT);
    assert_int_equal(reel_add_memory(NULL, NULL, NULL), REEL_E_ARGUMENT);
    assert_int_equal(reel_capture(NULL, "x", REEL_CAPTURE_KEEP), REEL_E_ARGUMENT);
    assert_null(reel_entity_of(NULL, "a"));
}

static void a_recording_may_be_made_and_freed_a_thousand_times(void **state) {
    (void)state;
    for (int i = 0; i < 1000; i++) {
        reel_recording *rec = reel_new("app", NULL);
        assert_non_null(rec);
        assert_ok(log_number(rec, "a", i)); /* this thread knew the ones before */
        reel_free(rec);
    }
}

/* ---- ids and options */

static void ids_are_given_or_made(void **state) {
    (void)state;
    reel_recording *a = reel_new("app", NULL), *b = reel_new("app", NULL), *c = reel_new("äpp", &(reel_options){.struct_size = sizeof(reel_options), .recording_id = "mine"});
    assert_int_equal(strlen(reel_recording_id(a)), 36);
    assert_memory_equal(reel_recording_id(a), "rec_", 4);
    assert_int_equal(strspn(reel_recording_id(a) + 4, "0123456789abcdef"), 32);
    assert_string_not_equal(reel_recording_id(a), reel_recording_id(b));
    assert_string_equal(reel_recording_id(c), "mine");
    assert_string_equal(reel_application_id(c), "äpp");
    reel_free(a);
    reel_free(b);
    reel_free(c);
}

static void bad_ids_and_options_are_refused_with_words(void **state) {
    (void)state;
    char *longest = malloc(4098);
    memset(longest, 'x', 4097);
    longest[4097] = 0;
    assert_null(reel_new(longest, NULL));
    assert_says("4097");
    longest[4096] = 0;
    reel_recording *rec = reel_new(longest, &(reel_options){.struct_size = sizeof(reel_options), .recording_id = longest});
    assert_non_null(rec);
    reel_free(rec);
    free(longest);
    assert_null(reel_new(NULL, NULL));
    assert_says("NULL");
    assert_null(reel_new("", NULL));
    assert_says("application id");
    assert_null(reel_new("a\xff", NULL));
    assert_says("UTF-8");
    assert_null(reel_new("app", &(reel_options){.struct_size = sizeof(reel_options), .recording_id = ""}));
    assert_says("recording id");
    assert_null(reel_new("app", &(reel_options){.recording_id = "x"}));
    assert_says("struct_size");
    assert_null(reel_new("app", &(reel_options){.struct_size = sizeof(reel_options), .store_kind = (reel_store_kind)3}));
    assert_says("store_kind");
}

static void an_older_options_struct_is_understood(void **state) {
    (void)state;
    reel_options o = {.struct_size = offsetof(reel_options, recording_name), .recording_id = "old", .recording_name = (const char *)1, .disabled = true};
    reel_recording *rec = reel_new("app", &o);
    assert_non_null(rec);
    assert_true(reel_is_enabled(rec)); /* what lies beyond its size is not looked at */
    reel_free(rec);
}

/* ---- enabled */

static void a_disabled_recording_does_nothing_and_says_ok(void **state) {
    (void)state;
    watcher w;
    watcher_init(&w);
    reel_recording *rec = reel_new("app", &(reel_options){.struct_size = sizeof(reel_options), .disabled = true});
    assert_ok(watcher_add(&w, rec, NULL, NULL));
    assert_false(reel_is_enabled(rec));
    assert_ok(log_number(rec, "a", 1));
    assert_ok(log_number(rec, NULL, 1));
    assert_ok(reel_set_time_sequence(rec, "frame", 1));
    double v = 1;
    reel_column column = {REEL_COLUMN(scalars, scalars), .values = &v, .n_values = 1};
    assert_ok(reel_send_columns(rec, "a", NULL, 0, &column, 1));
    assert_ok(reel_flush(rec, -1));
    assert_int_equal(w.n_chunks, 0);

    assert_ok(reel_set_enabled(rec, true));
    assert_true(reel_is_enabled(rec));
    assert_ok(log_number(rec, "a", 1));
    assert_ok(reel_set_enabled(rec, false));
    assert_ok(log_number(rec, "a", 1));
    assert_ok(reel_set_enabled(rec, true));
    assert_ok(reel_flush(rec, -1));
    assert_int_equal(w.rows, 1);

    assert_ok(reel_set_enabled(rec, false));
    assert_ok(reel_close(rec, -1));
    assert_int_equal(log_number(rec, "a", 1), REEL_E_CLOSED);
    assert_ok(reel_set_enabled(rec, true)); /* does not open it again */
    assert_int_equal(log_number(rec, "a", 1), REEL_E_CLOSED);
    reel_free(rec);
    watcher_free(&w);
}

static void the_variable_rerun_wins(void **state) {
    (void)state;
    const char *on[] = {"on", "ON", "1", "true", "yes"}, *off[] = {"off", "Off", "0", "false", "no"};
    reel_options disabled = {.struct_size = sizeof disabled, .disabled = true};
    for (size_t i = 0; i < 5; i++) {
        setenv("RERUN", on[i], 1);
        reel_recording *rec = reel_new("app", &disabled);
        assert_true(reel_is_enabled(rec));
        reel_free(rec);
        setenv("RERUN", off[i], 1);
        rec = reel_new("app", NULL);
        assert_false(reel_is_enabled(rec));
        assert_ok(log_number(rec, "a", 1));
        reel_free(rec);
    }
    setenv("RERUN", "maybe", 1);
    assert_null(reel_new("app", NULL));
    assert_says("RERUN=\"maybe\"");
    setenv("RERUN", "", 1);
    reel_recording *rec = reel_new("app", NULL);
    assert_true(reel_is_enabled(rec));
    reel_free(rec);
    unsetenv("RERUN");
}

/* ---- the active recording */

static void *other_thread(void *given) {
    reel_recording **recs = given;
    if (reel_thread_recording() != NULL || reel_active(NULL) != recs[1])
        return (void *)1;
    reel_set_thread_recording(recs[0]); /* goes with the thread */
    return reel_active(NULL) == recs[0] ? NULL : (void *)2;
}

static void explicit_goes_before_thread_before_global(void **state) {
    (void)state;
    watcher w[3];
    reel_recording *rec[3];
    for (int i = 0; i < 3; i++) {
        watcher_init(&w[i]);
        rec[i] = reel_new("app", NULL);
        assert_ok(watcher_add(&w[i], rec[i], NULL, NULL));
    }
    assert_null(reel_active(NULL));
    reel_set_global_recording(rec[1]);
    assert_ptr_equal(reel_global_recording(), rec[1]);
    assert_ptr_equal(reel_active(NULL), rec[1]);
    assert_ok(log_number(NULL, "a", 1));
    reel_set_thread_recording(rec[2]);
    assert_ptr_equal(reel_thread_recording(), rec[2]);
    assert_ptr_equal(reel_active(NULL), rec[2]);
    assert_string_equal(reel_recording_id(NULL), reel_recording_id(rec[2]));
    assert_ok(log_number(NULL, "a", 1));
    assert_ok(log_number(NULL, "a", 1));
    assert_ptr_equal(reel_active(rec[0]), rec[0]);
    assert_ok(log_number(rec[0], "a", 1));

    void *wrong = NULL;
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, other_thread, rec), 0);
    pthread_join(thread, &wrong);
    assert_null(wrong);
    assert_int_equal(atomic_load(&rec[0]->refs), 1);

    reel_set_thread_recording(NULL);
    assert_ptr_equal(reel_active(NULL), rec[1]);
    reel_set_global_recording(NULL);
    assert_null(reel_active(NULL));
    for (int i = 0; i < 3; i++) {
        reel_free(rec[i]);
        assert_int_equal(w[i].rows, i == 2 ? 2 : 1);
        assert_true(w[i].is_released);
        watcher_free(&w[i]);
    }
}

static void slots_hold_references(void **state) {
    (void)state;
    watcher w;
    watcher_init(&w);
    reel_recording *rec = reel_new("app", NULL);
    assert_ok(watcher_add(&w, rec, NULL, NULL));
    reel_set_global_recording(rec);
    reel_set_thread_recording(rec);
    reel_set_thread_recording(rec); /* the same again */
    assert_int_equal(atomic_load(&rec->refs), 3);
    reel_unref(rec);
    assert_ok(log_number(NULL, "a", 1));
    reel_set_global_recording(NULL);
    assert_ok(log_number(NULL, "a", 1));
    assert_false(w.is_closed);
    reel_set_thread_recording(NULL);
    assert_true(w.is_released);
    assert_int_equal(w.rows, 2);
    watcher_free(&w);
}

/* ---- properties */

static void properties_come_right_after_the_store_info(void **state) {
    (void)state;
    watcher w;
    watcher_init(&w);
    reel_recording *rec = reel_new("app", &(reel_options){.struct_size = sizeof(reel_options), .recording_name = "my run"});
    store_plain(rec);
    assert_ok(reel_set_recording_name(rec, "a better name"));
    assert_int_equal(reel_set_recording_name(rec, NULL), REEL_E_ARGUMENT);
    assert_ok(reel_set_start_time_ns(rec, 12345));
    double volts = 3;
    assert_ok(reel_log_(rec, "robot", REEL_ARCHETYPE_SCALARS, &(reel_scalars){.scalars = &volts, .n_scalars = 1}, sizeof(reel_scalars), REEL_LOG_PROPERTY));
    assert_ok(log_number(rec, "a", 1));
    assert_ok(watcher_add(&w, rec, NULL, NULL));
    assert_ok(reel_close(rec, -1));
    assert_int_equal(w.first[0].message.kind, REEL_MESSAGE_STORE_INFO);
    bool has_name = false, has_user = false;
    for (size_t i = 1; i < w.n_messages; i++) {
        const reel_message *m = &w.first[i].message;
        assert_int_equal(m->kind, REEL_MESSAGE_CHUNK);
        if (!strncmp(m->entity_path, "/__properties", 13))
            assert_true(m->is_static);
        has_name |= !strcmp(m->entity_path, "/__properties") && bytes_hold(m->data, m->size, "a better name");
        has_user |= !strcmp(m->entity_path, "/__properties/robot");
    }
    assert_true(has_name && has_user);
    assert_int_equal(w.rows, 1);
    reel_free(rec);
    watcher_free(&w);
}

static void no_properties_means_none(void **state) {
    (void)state;
    reel_recording *rec = reel_new("app", &(reel_options){.struct_size = sizeof(reel_options), .no_properties = true});
    reel_sink_id id;
    uint64_t n;
    assert_ok(reel_add_memory(rec, NULL, &id));
    assert_ok(reel_num_msgs(rec, id, &n));
    assert_int_equal(n, 1); /* the store info */
    reel_free(rec);
}

static void numbers_are_counted(void **state) {
    (void)state;
    reel_recording *rec = reel_new("app", &(reel_options){.struct_size = sizeof(reel_options), .no_properties = true});
    for (int i = 0; i < 10; i++)
        assert_ok(log_number(rec, i % 2 ? "a" : "/b/", i));
    assert_ok(reel_flush(rec, -1));
    reel_stats stats = {.struct_size = sizeof stats};
    assert_ok(reel_get_stats(rec, &stats));
    assert_int_equal(stats.rows_logged, 10);
    assert_int_equal(stats.entities, 2);
    assert_int_equal(stats.lanes, 2);
    assert_int_equal(stats.rows_dropped, 0);
    assert_true(stats.memory_bytes > 0 && stats.memory_peak_bytes >= stats.memory_bytes);
    assert_int_equal(reel_get_stats(rec, NULL), REEL_E_ARGUMENT);
    assert_int_equal(reel_get_stats(rec, &(reel_stats){0}), REEL_E_ARGUMENT);
    reel_stats less = {.struct_size = offsetof(reel_stats, chunks_encoded), .chunks_encoded = 77};
    assert_ok(reel_get_stats(rec, &less));
    assert_int_equal(less.rows_logged, 10);
    assert_int_equal(less.chunks_encoded, 77);
    reel_free(rec);
}

static void the_allocator_is_settled_by_the_first_recording(void **state) {
    (void)state;
    assert_int_equal(reel_set_allocator(NULL), REEL_E_BUSY);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_closed_recording_refuses_everything_but_its_ids),
        cmocka_unit_test(the_last_reference_closes),
        cmocka_unit_test(free_closes_though_others_still_hold_it),
        cmocka_unit_test(nothing_is_done_to_no_recording),
        cmocka_unit_test(a_recording_may_be_made_and_freed_a_thousand_times),
        cmocka_unit_test(ids_are_given_or_made),
        cmocka_unit_test(bad_ids_and_options_are_refused_with_words),
        cmocka_unit_test(an_older_options_struct_is_understood),
        cmocka_unit_test(a_disabled_recording_does_nothing_and_says_ok),
        cmocka_unit_test(the_variable_rerun_wins),
        cmocka_unit_test(properties_come_right_after_the_store_info),
        cmocka_unit_test(no_properties_means_none),
        cmocka_unit_test(numbers_are_counted),
        cmocka_unit_test(explicit_goes_before_thread_before_global),
        cmocka_unit_test(slots_hold_references),
        cmocka_unit_test(the_allocator_is_settled_by_the_first_recording),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
