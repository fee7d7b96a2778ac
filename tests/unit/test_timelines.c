/* Timelines: per thread and per recording, typed by their first use, and really off when they are disabled. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "held.h"
#include "watcher.h"

#define assert_ok(expression) assert_int_equal((expression), REEL_OK)
#define assert_says(text) assert_non_null(strstr(reel_error_message(), text))

typedef struct fixture {
    reel_recording *rec;
    reel_sink_id id;
} fixture;

/* Each row a chunk, so that its times can be seen. */
static fixture new_fixture(reel_options o) {
    fixture f = {NULL, 0};
    o.struct_size = sizeof o;
    o.flush_rows = 1;
    f.rec = reel_new("app", &o);
    assert_non_null(f.rec);
    assert_ok(reel_add_memory(f.rec, NULL, &f.id));
    return f;
}

/* Logs a number, and has it taken at once: chunks of different timelines are in the order of the calls then. */
static reel_status log_one(const fixture *f, const char *path, bool is_static) {
    uint64_t n;
    reel_status status = is_static ? log_static_number(f->rec, path, 0) : log_number(f->rec, path, 0);
    return status != REEL_OK ? status : reel_num_msgs(f->rec, f->id, &n);
}

/* The timelines of row n of what was logged to an entity, one after the other: "name=value " for all but log_time, whose value no test knows. */
static void assert_times(const fixture *f, const char *path, size_t n, const char *expected) {
    static const char kinds[] = "?sdt";
    char text[512] = "";
    held h = held_of(f->rec, f->id);
    size_t seen = 0;
    for (size_t i = 0; i < h.n; i++) {
        const reel__message *m = h.messages[i];
        if (strcmp(m->entity_path, path) || seen++ != n)
            continue;
        assert_int_equal(m->info.n_rows, 1);
        assert_int_equal(m->is_static, m->shape->n_timelines == 0);
        for (uint32_t t = 0; t < m->shape->n_timelines; t++) {
            const reel__timeline *timeline = m->shape->timelines[t];
            size_t at = strlen(text);
            if (!strcmp(timeline->name, "log_time"))
                snprintf(text + at, sizeof text - at, "log_time ");
            else
                snprintf(text + at, sizeof text - at, "%s=%c%lld ", timeline->name, kinds[timeline->type], (long long)m->info.ranges[t].min);
        }
    }
    held_free(&h);
    assert_true(seen > n);
    assert_string_equal(text, expected);
}

static void a_time_holds_until_it_is_changed(void **state) {
    (void)state;
    fixture f = new_fixture((reel_options){0});
    assert_ok(log_one(&f, "a", false));
    assert_ok(reel_set_time_sequence(f.rec, "frame", 7));
    assert_ok(log_one(&f, "a", false));
    assert_ok(log_one(&f, "a", false));
    assert_ok(reel_set_time_duration_ns(f.rec, "elapsed", -5));
    assert_ok(reel_set_time_timestamp_ns(f.rec, "zeit", INT64_MAX));
    assert_ok(reel_set_time(f.rec, "frame", REEL_TIME_SEQUENCE, INT64_MIN + 1));
    assert_ok(log_one(&f, "a", false));
    assert_times(&f, "/a", 0, "log_time ");
    assert_times(&f, "/a", 1, "frame=s7 log_time ");
    assert_times(&f, "/a", 2, "frame=s7 log_time ");
    assert_times(&f, "/a", 3, "elapsed=d-5 frame=s-9223372036854775807 log_time zeit=t9223372036854775807 ");
    reel_free(f.rec);
}

static void log_time_is_the_time_of_the_call(void **state) {
    (void)state;
    fixture f = new_fixture((reel_options){0});
    struct timespec before, after;
    clock_gettime(CLOCK_REALTIME, &before);
    assert_ok(log_one(&f, "a", false));
    clock_gettime(CLOCK_REALTIME, &after);
    held h = held_of(f.rec, f.id);
    const reel__time_range *range = time_range(h.messages[0], "log_time", REEL_TIME_TIMESTAMP_NS);
    assert_non_null(range);
    assert_true(range->min >= before.tv_sec * 1000000000 + before.tv_nsec && range->min <= after.tv_sec * 1000000000 + after.tv_nsec);
    held_free(&h);
    reel_free(f.rec);
}

static void the_first_use_settles_the_type(void **state) {
    (void)state;
    fixture f = new_fixture((reel_options){0}), g = new_fixture((reel_options){0});
    assert_ok(reel_set_time_sequence(f.rec, "frame", 1));
    assert_int_equal(reel_set_time_duration_ns(f.rec, "frame", 2), REEL_E_TIMELINE_TYPE);
    assert_says("frame is a sequence in this recording and cannot be a duration");
    assert_int_equal(reel_set_time_timestamp_ns(f.rec, "frame", 2), REEL_E_TIMELINE_TYPE);
    assert_ok(reel_set_time_sequence(f.rec, "frame", 3));
    assert_ok(log_one(&f, "a", false));
    assert_times(&f, "/a", 0, "frame=s3 log_time ");
    assert_ok(reel_set_time_duration_ns(g.rec, "frame", 2)); /* of that recording */
    int64_t at = 1;
    double v = 1;
    reel_time_column time = {"frame", REEL_TIME_TIMESTAMP_NS, &at, 1};
    reel_column column = {REEL_COLUMN(scalars, scalars), .values = &v, .n_values = 1};
    assert_int_equal(reel_send_columns(f.rec, "a", &time, 1, &column, 1), REEL_E_TIMELINE_TYPE);
    reel_free(f.rec);
    reel_free(g.rec);
}

static void what_is_no_time_is_refused(void **state) {
    (void)state;
    fixture f = new_fixture((reel_options){0});
    assert_ok(reel_set_time_sequence(f.rec, "frame", 4));
    assert_int_equal(reel_set_time_sequence(f.rec, "frame", INT64_MIN), REEL_E_ARGUMENT);
    assert_says("frame");
    assert_int_equal(reel_set_time_sequence(f.rec, "", 1), REEL_E_ARGUMENT);
    assert_int_equal(reel_set_time_sequence(f.rec, NULL, 1), REEL_E_ARGUMENT);
    assert_int_equal(reel_set_time_sequence(f.rec, "\xc3(", 1), REEL_E_UTF8);
    assert_int_equal(reel_set_time(f.rec, "other", (reel_time_type)0, 1), REEL_E_ARGUMENT);
    assert_int_equal(reel_set_time(f.rec, "other", (reel_time_type)4, 1), REEL_E_ARGUMENT);
    assert_int_equal(reel_set_time_timestamp_ns(f.rec, "log_time", 1), REEL_E_ARGUMENT);
    assert_int_equal(reel_disable_timeline(f.rec, NULL), REEL_E_ARGUMENT);
    assert_ok(reel_set_time_sequence(f.rec, "the frame: 第一", 5));
    assert_ok(log_one(&f, "a", false));
    assert_times(&f, "/a", 0, "frame=s4 log_time the frame: 第一=s5 ");
    reel_free(f.rec);
}

static void a_disabled_timeline_is_gone_until_it_is_set_again(void **state) {
    (void)state;
    fixture f = new_fixture((reel_options){.log_tick = true});
    assert_ok(reel_set_time_sequence(f.rec, "frame", 1));
    assert_ok(reel_set_time_sequence(f.rec, "step", 2));
    assert_ok(log_one(&f, "a", false));
    assert_ok(reel_disable_timeline(f.rec, "frame"));
    assert_ok(reel_disable_timeline(f.rec, "frame"));
    assert_ok(reel_disable_timeline(f.rec, "never heard of"));
    assert_ok(log_one(&f, "a", false));
    assert_ok(reel_set_time_sequence(f.rec, "frame", 3));
    assert_ok(log_one(&f, "a", false));
    assert_ok(reel_disable_timeline(f.rec, "log_time"));
    assert_ok(log_one(&f, "a", false));
    assert_ok(reel_reset_time(f.rec));
    assert_ok(log_one(&f, "a", false)); /* as in the beginning */
    assert_ok(reel_disable_timeline(f.rec, "log_tick"));
    assert_ok(reel_set_time_sequence(f.rec, "step", 9));
    assert_ok(log_one(&f, "a", false));
    assert_times(&f, "/a", 0, "frame=s1 log_tick=s0 log_time step=s2 ");
    assert_times(&f, "/a", 1, "log_tick=s1 log_time step=s2 ");
    assert_times(&f, "/a", 2, "frame=s3 log_tick=s2 log_time step=s2 ");
    assert_times(&f, "/a", 3, "frame=s3 log_tick=s3 step=s2 ");
    assert_times(&f, "/a", 4, "log_tick=s4 log_time ");
    assert_times(&f, "/a", 5, "log_time step=s9 ");
    reel_free(f.rec);
}

static void without_any_timeline_a_row_is_static(void **state) {
    (void)state;
    fixture f = new_fixture((reel_options){.no_log_time = true});
    assert_ok(log_one(&f, "a", false));
    assert_times(&f, "/a", 0, "");
    reel_free(f.rec);
}

static void static_rows_carry_no_time(void **state) {
    (void)state;
    fixture f = new_fixture((reel_options){.log_tick = true});
    assert_ok(reel_set_time_sequence(f.rec, "frame", 1));
    assert_ok(log_one(&f, "a", true));
    assert_ok(log_one(&f, "b", false));
    assert_times(&f, "/a", 0, "");
    assert_times(&f, "/b", 0, "frame=s1 log_tick=s1 log_time "); /* it was counted, though */
    reel_free(f.rec);
}

static void log_tick_counts_rows_of_all_threads(void **state) {
    (void)state;
    fixture f = new_fixture((reel_options){.log_tick = true, .no_log_time = true});
    for (int i = 0; i < 3; i++)
        assert_ok(log_one(&f, "a", false));
    assert_times(&f, "/a", 0, "log_tick=s0 ");
    assert_times(&f, "/a", 2, "log_tick=s2 ");
    reel_free(f.rec);
}

static void *sets_its_own(void *given) {
    fixture *f = given;
    reel_set_time_sequence(f->rec, "step", 50);
    log_one(f, "other", false);
    reel_disable_timeline(f->rec, "log_time");
    log_one(f, "other", false);
    return NULL;
}

static void threads_have_times_of_their_own(void **state) {
    (void)state;
    fixture f = new_fixture((reel_options){0});
    pthread_t thread;
    assert_ok(reel_set_time_sequence(f.rec, "frame", 1));
    assert_int_equal(pthread_create(&thread, NULL, sets_its_own, &f), 0);
    pthread_join(thread, NULL);
    assert_ok(log_one(&f, "mine", false));
    assert_times(&f, "/other", 0, "log_time step=s50 ");
    assert_times(&f, "/other", 1, "step=s50 ");
    assert_times(&f, "/mine", 0, "frame=s1 log_time ");
    reel_free(f.rec);
}

static void recordings_have_times_of_their_own(void **state) {
    (void)state;
    fixture f = new_fixture((reel_options){0}), g = new_fixture((reel_options){0});
    for (int64_t i = 0; i < 3; i++) { /* in turn */
        assert_ok(reel_set_time_sequence(f.rec, "frame", i));
        assert_ok(reel_set_time_sequence(g.rec, "frame", 100 + i));
        assert_ok(log_one(&f, "a", false));
        assert_ok(log_one(&g, "a", false));
    }
    assert_times(&f, "/a", 2, "frame=s2 log_time ");
    assert_times(&g, "/a", 2, "frame=s102 log_time ");
    reel_free(f.rec);
    reel_free(g.rec);
}

/* Rows carry at most 64 timelines, the recorder's own two included. */
static void a_row_carries_sixty_two_timelines_and_no_more(void **state) {
    (void)state;
    fixture f = new_fixture((reel_options){.log_tick = true});
    char name[16];
    for (int i = 0; i < 62; i++) {
        snprintf(name, sizeof name, "t%02d", i);
        assert_ok(reel_set_time_sequence(f.rec, name, i));
    }
    assert_ok(log_one(&f, "a", false));
    assert_int_equal(reel_set_time_sequence(f.rec, "one more", 1), REEL_E_TOO_LARGE);
    assert_says("62");
    assert_ok(reel_disable_timeline(f.rec, "t00"));
    assert_ok(reel_set_time_sequence(f.rec, "one more", 1));
    assert_ok(log_one(&f, "a", false));
    assert_int_equal(reel_set_time_sequence(f.rec, "t00", 1), REEL_E_TOO_LARGE); /* known, but there is no room */
    assert_ok(log_one(&f, "a", false));
    assert_ok(reel_disable_timeline(f.rec, "t01"));
    assert_ok(reel_set_time_sequence(f.rec, "t00", 1));
    assert_ok(log_one(&f, "a", false));
    held h = held_of(f.rec, f.id);
    assert_int_equal(h.n, 4);
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(h.messages[i]->shape->n_timelines, 64);
    held_free(&h);
    reel_free(f.rec);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_time_holds_until_it_is_changed),
        cmocka_unit_test(log_time_is_the_time_of_the_call),
        cmocka_unit_test(the_first_use_settles_the_type),
        cmocka_unit_test(what_is_no_time_is_refused),
        cmocka_unit_test(a_disabled_timeline_is_gone_until_it_is_set_again),
        cmocka_unit_test(without_any_timeline_a_row_is_static),
        cmocka_unit_test(static_rows_carry_no_time),
        cmocka_unit_test(log_tick_counts_rows_of_all_threads),
        cmocka_unit_test(threads_have_times_of_their_own),
        cmocka_unit_test(recordings_have_times_of_their_own),
        cmocka_unit_test(a_row_carries_sixty_two_timelines_and_no_more),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
