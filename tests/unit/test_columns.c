/* Columns: many rows of one entity in one call, in slices, sorted, and in order with rows that are logged one by one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "held.h"
#include "watcher.h"

#define assert_ok(expression) assert_int_equal((expression), REEL_OK)
#define assert_says(text) assert_non_null(strstr(reel_error_message(), text))

static reel_sink_id memory;

static reel_recording *new_plain(void) {
    reel_recording *rec = reel_new("app", NULL);
    assert_non_null(rec);
    store_plain(rec);
    assert_ok(reel_add_memory(rec, NULL, &memory));
    return rec;
}

static void columns_are_there_at_once_with_their_times_and_no_others(void **state) {
    (void)state;
    reel_recording *rec = new_plain();
    int64_t frames[5] = {1, 2, 3, 4, 5}, stamps[5] = {50, 40, 30, 20, 10};
    double values[5] = {1, 2, 3, 4, 5};
    reel_time_column times[2] = {{"zeit", REEL_TIME_TIMESTAMP_NS, stamps, 5}, {"frame", REEL_TIME_SEQUENCE, frames, 5}};
    reel_column column = {REEL_COLUMN(scalars, scalars), .values = values, .n_values = 5};
    assert_ok(reel_set_time_sequence(rec, "step", 7));
    assert_ok(reel_send_columns(rec, "a", times, 2, &column, 1));
    held h = held_of(rec, memory);
    assert_int_equal(h.n, 1);
    const reel__message *m = h.messages[0];
    assert_int_equal(m->info.n_rows, 5);
    assert_int_equal(m->shape->n_timelines, 2);
    assert_string_equal(m->shape->timelines[0]->name, "frame");
    assert_int_equal(m->info.ranges[0].min, 1);
    assert_int_equal(m->info.ranges[0].max, 5);
    assert_string_equal(m->shape->timelines[1]->name, "zeit");
    assert_int_equal(m->info.ranges[1].min, 10);
    assert_int_equal(m->info.ranges[1].max, 50);
    assert_true(m->info.ranges[0].is_sorted || m->info.ranges[1].is_sorted);
    held_free(&h);
    reel_free(rec);
}

static void unsorted_columns_are_sorted_by_their_first_time(void **state) {
    (void)state;
    reel_recording *rec = new_plain();
    int64_t frames[4] = {3, 1, 2, 1};
    const char *texts[4] = {"<three", "<one", "<two", "<one again"};
    reel_time_column time = {"frame", REEL_TIME_SEQUENCE, frames, 4};
    reel_column column = {REEL_COLUMN(text_log, text), .values = texts, .n_values = 4};
    assert_ok(reel_send_columns(rec, "a", &time, 1, &column, 1));
    held h = held_of(rec, memory);
    assert_int_equal(h.n, 1);
    assert_true(h.messages[0]->info.ranges[0].is_sorted);
    assert_true(bytes_hold(h.messages[0]->data, h.messages[0]->size, "<one<one again<two<three"));
    held_free(&h);
    assert_int_equal(frames[0], 3); /* the caller's own are left alone */
    reel_free(rec);
}

static void rows_of_several_lengths_keep_them(void **state) {
    (void)state;
    reel_recording *rec = new_plain();
    int64_t frames[3] = {1, 2, 3};
    float xyz[18] = {0};
    uint32_t lengths[3] = {4, 0, 2}, colors[6] = {0};
    reel_time_column time = {"frame", REEL_TIME_SEQUENCE, frames, 3};
    reel_column columns[2] = {{REEL_COLUMN(points3d, positions), .values = xyz, .n_values = 6, .lengths = lengths, .n_rows = 3},
                              {REEL_COLUMN(points3d, colors), .values = colors, .n_values = 6, .lengths = lengths, .n_rows = 3}};
    assert_ok(reel_send_columns(rec, "a", &time, 1, columns, 2));
    held h = held_of(rec, memory);
    assert_int_equal(h.n, 1);
    assert_int_equal(h.messages[0]->info.n_rows, 3);
    assert_int_equal(h.messages[0]->shape->n_columns, 2);
    held_free(&h);
    reel_free(rec);
}

static void columns_without_times_are_static(void **state) {
    (void)state;
    watcher late;
    watcher_init(&late);
    reel_recording *rec = new_plain();
    double value = 4;
    reel_column column = {REEL_COLUMN(scalars, scalars), .values = &value, .n_values = 1};
    assert_ok(reel_send_columns(rec, "a", NULL, 0, &column, 1));
    assert_ok(watcher_add(&late, rec, NULL, NULL));
    reel_free(rec);
    assert_int_equal(late.static_rows, 1);
    watcher_free(&late);
}

static int by_first_frame(const void *a, const void *b) {
    const reel__message *x = *(reel__message *const *)a, *y = *(reel__message *const *)b;
    return (x->info.ranges[0].min > y->info.ranges[0].min) - (x->info.ranges[0].min < y->info.ranges[0].min);
}

static void long_columns_are_sent_in_slices_of_a_mebibyte(void **state) {
    (void)state;
    enum { N = 500000 };
    watcher w;
    watcher_init(&w);
    reel_recording *rec = new_plain();
    assert_ok(watcher_add(&w, rec, &(reel_queue_options){.struct_size = sizeof(reel_queue_options), .block_ms = 60000}, NULL));
    int64_t *frames = malloc(N * sizeof *frames);
    double *values = malloc(N * sizeof *values);
    for (int i = 0; i < N; i++)
        frames[i] = i, values[i] = i;
    reel_time_column time = {"frame", REEL_TIME_SEQUENCE, frames, N};
    reel_column column = {REEL_COLUMN(scalars, scalars), .values = values, .n_values = N};
    assert_ok(reel_send_columns(rec, "a", &time, 1, &column, 1));
    held h = held_of(rec, memory);
    assert_int_equal(held_rows(&h), N);
    assert_true(h.n >= 10 && h.n <= 40);
    qsort(h.messages, h.n, sizeof *h.messages, by_first_frame); /* two threads have encoded them */
    int64_t next = 0;
    for (size_t i = 0; i < h.n; i++) { /* one after the other, without a gap, ids as well */
        assert_int_equal(h.messages[i]->info.ranges[0].min, next);
        next = h.messages[i]->info.ranges[0].max + 1;
        assert_int_equal(h.messages[i]->newest_row.inc - h.messages[0]->newest_row.inc, next - h.messages[0]->info.ranges[0].max - 1);
        assert_ptr_equal(h.messages[i]->shape, h.messages[0]->shape);
        assert_true(h.messages[i]->info.n_rows * 32 <= (1 << 20) + 4096);
    }
    assert_int_equal(next, N);
    held_free(&h);
    reel_close(rec, 60000);
    assert_int_equal(w.rows, N);
    reel_unref(rec);
    free(frames);
    free(values);
    watcher_free(&w);
}

/* Values of several kinds, gathered and measured by both threads, in the wrong order: every row is there with what belongs to it. */
static void long_columns_keep_their_rows_together(void **state) {
    (void)state;
    enum { N = WATCHER_LESS ? 40000 : 200000 };
    reel_recording *rec = new_plain();
    int64_t *frames = malloc(N * sizeof *frames);
    uint32_t *lengths = malloc(N * sizeof *lengths), *colors = malloc(2 * N * sizeof *colors);
    char (*texts)[24] = malloc(N * sizeof *texts);
    const char **labels = malloc(2 * N * sizeof *labels);
    float *xyz = calloc(2 * N, 3 * sizeof *xyz);
    size_t n_values = 0;
    for (int i = 0; i < N; i++) {
        frames[i] = N - 1 - i;
        lengths[i] = (uint32_t)(i % 3);
        snprintf(texts[i], sizeof texts[i], "<%d: a label>", N - 1 - i);
        for (int k = 0; k < i % 3; k++, n_values++)
            labels[n_values] = texts[i], colors[n_values] = (uint32_t)i, xyz[3 * n_values] = (float)i;
    }
    reel_time_column time = {"frame", REEL_TIME_SEQUENCE, frames, N};
    reel_column columns[3] = {{REEL_COLUMN(points3d, positions), .values = xyz, .n_values = n_values, .lengths = lengths, .n_rows = N},
                              {REEL_COLUMN(points3d, labels), .values = labels, .n_values = n_values, .lengths = lengths, .n_rows = N},
                              {REEL_COLUMN(points3d, colors), .values = colors, .n_values = n_values, .lengths = lengths, .n_rows = N}};
    assert_ok(reel_send_columns(rec, "a", &time, 1, columns, 3));
    held h = held_of(rec, memory);
    assert_int_equal(held_rows(&h), N);
    assert_true(h.n > 4);
    qsort(h.messages, h.n, sizeof *h.messages, by_first_frame);
    int64_t next = 0;
    for (size_t i = 0; i < h.n; i++) {
        const reel__message *m = h.messages[i];
        assert_int_equal(m->info.ranges[0].min, next);
        next = m->info.ranges[0].max + 1;
        assert_int_equal(next - m->info.ranges[0].min, m->info.n_rows);
        for (int64_t frame = m->info.ranges[0].min; frame < next; frame += 97) { /* its labels are in this chunk, or it has none */
            char text[24];
            snprintf(text, sizeof text, "<%d: a label>", (int)frame);
            assert_int_equal(bytes_hold(m->data, m->size, text), (N - 1 - frame) % 3 != 0);
        }
    }
    held_free(&h);
    reel_free(rec);
    free(frames), free(lengths), free(colors), free(texts), free(labels), free(xyz);
}

static void *close_soon(void *rec) {
    usleep(20000);
    reel_close(rec, 60000);
    return NULL;
}

/* Whether both threads notice: the call ends with an error, and what came before it is whole. */
static void a_recording_that_is_closed_meanwhile_ends_long_columns(void **state) {
    (void)state;
    enum { N = 1000000 };
    watcher w;
    watcher_init(&w);
    reel_recording *rec = new_plain();
    assert_ok(watcher_add(&w, rec, &(reel_queue_options){.struct_size = sizeof(reel_queue_options), .block_ms = 60000}, NULL));
    double *values = calloc(N, sizeof *values);
    int64_t *frames = calloc(N, sizeof *frames);
    reel_time_column time = {"frame", REEL_TIME_SEQUENCE, frames, N};
    reel_column column = {REEL_COLUMN(scalars, scalars), .values = values, .n_values = N};
    pthread_t closer;
    assert_int_equal(pthread_create(&closer, NULL, close_soon, rec), 0);
    reel_status status = REEL_OK;
    uint64_t rows = 0;
    while ((status = reel_send_columns(rec, "a", &time, 1, &column, 1)) == REEL_OK)
        rows += N;
    assert_int_equal(status, REEL_E_CLOSED);
    pthread_join(closer, NULL);
    reel_unref(rec);
    assert_true(w.rows >= rows && w.rows < rows + N);
    free(values), free(frames);
    watcher_free(&w);
}

static uint64_t newest_row_time(reel_recording *rec, size_t n) {
    held h = held_of(rec, memory);
    assert_true(h.n > n);
    uint64_t time = h.messages[n]->newest_row.time_ns;
    held_free(&h);
    return time;
}

/* Of two rows that touch the same cell the later one has the larger id, also when one of them was sent as a column. */
static void ids_go_on_between_rows_and_columns(void **state) {
    (void)state;
    reel_recording *rec = new_plain();
    double value = 1;
    int64_t frame = 1;
    uint64_t n;
    reel_time_column time = {"frame", REEL_TIME_SEQUENCE, &frame, 1};
    reel_column column = {REEL_COLUMN(scalars, scalars), .values = &value, .n_values = 1};
    for (int i = 0; i < 4; i++) {
        if (i % 2)
            assert_ok(reel_send_columns(rec, "a", &time, 1, &column, 1));
        else
            assert_ok(log_number(rec, "a", i));
        assert_ok(reel_num_msgs(rec, memory, &n));
    }
    for (size_t i = 1; i < 4; i++)
        assert_true(newest_row_time(rec, i) > newest_row_time(rec, i - 1));
    reel_free(rec);
}

static void columns_that_do_not_fit_together_are_refused_whole(void **state) {
    (void)state;
    reel_recording *rec = new_plain();
    double values[4] = {0};
    int64_t frames[4] = {1, 2, 3, INT64_MIN};
    uint32_t lengths[2] = {1, 2}, colors[4] = {0};
    float xyz[12] = {0};
    reel_time_column time = {"frame", REEL_TIME_SEQUENCE, frames, 3};
    reel_column column = {REEL_COLUMN(scalars, scalars), .values = values, .n_values = 4};
    assert_int_equal(reel_send_columns(rec, "a/b", &time, 1, &column, 1), REEL_E_LENGTHS);
    assert_says("/a/b: timeline frame has 3 values for 4 rows");
    time.n = 4;
    assert_int_equal(reel_send_columns(rec, "a", &time, 1, &column, 1), REEL_E_ARGUMENT);
    assert_says("value 3 is not a time");
    column.lengths = lengths;
    column.n_rows = 2;
    time.n = 2;
    assert_int_equal(reel_send_columns(rec, "a", &time, 1, &column, 1), REEL_E_LENGTHS);
    assert_says("add up to 3 for 4 values");
    reel_column two[2] = {{REEL_COLUMN(points3d, positions), .values = xyz, .n_values = 4}, {REEL_COLUMN(points3d, colors), .values = colors, .n_values = 3}};
    assert_int_equal(reel_send_columns(rec, "a", NULL, 0, two, 2), REEL_E_LENGTHS);
    two[1] = two[0];
    assert_int_equal(reel_send_columns(rec, "a", NULL, 0, two, 2), REEL_E_ARGUMENT);
    reel_time_column twice[2] = {{"frame", REEL_TIME_SEQUENCE, frames, 1}, {"frame", REEL_TIME_SEQUENCE, frames, 1}};
    reel_column one = {REEL_COLUMN(scalars, scalars), .values = values, .n_values = 1};
    assert_int_equal(reel_send_columns(rec, "a", twice, 2, &one, 1), REEL_E_ARGUMENT);
    assert_int_equal(reel_send_columns(rec, "a", NULL, 0, NULL, 0), REEL_E_ARGUMENT);
    assert_int_equal(reel_send_columns(rec, NULL, NULL, 0, &one, 1), REEL_E_ARGUMENT);
    one.values = NULL;
    assert_int_equal(reel_send_columns(rec, "a", NULL, 0, &one, 1), REEL_E_ARGUMENT);
    one.field = 99;
    assert_int_equal(reel_send_columns(rec, "a", NULL, 0, &one, 1), REEL_E_ARGUMENT);
    held h = held_of(rec, memory);
    assert_int_equal(h.n, 0);
    held_free(&h);
    reel_free(rec);
}

typedef struct sender {
    reel_recording *rec;
    int n;
    uint64_t n_rows, n_else;
} sender;
static void *send_on(void *given) {
    sender *s = given;
    double values[100];
    int64_t frames[100];
    for (int i = 0; i < 100; i++)
        values[i] = frames[i] = i;
    reel_time_column time = {"frame", REEL_TIME_SEQUENCE, frames, 100};
    reel_column column = {REEL_COLUMN(scalars, scalars), .values = values, .n_values = 100};
    for (int i = 0; i < s->n; i++) {
        bool ok = reel_send_columns(s->rec, i % 2 ? "a" : "b", &time, 1, &column, 1) == REEL_OK;
        s->n_rows += ok ? 100 : 0;
        s->n_else += !ok;
        bool ok_too = log_number(s->rec, "a", i) == REEL_OK;
        s->n_rows += ok_too;
        s->n_else += !ok_too;
    }
    return NULL;
}

static void threads_send_columns_at_the_same_time(void **state) {
    (void)state;
    watcher w;
    watcher_init(&w);
    reel_recording *rec = new_plain();
    assert_ok(watcher_add(&w, rec, &(reel_queue_options){.struct_size = sizeof(reel_queue_options), .block_ms = 60000}, NULL));
    sender s[4];
    pthread_t threads[4];
    uint64_t rows = 0;
    for (int i = 0; i < 4; i++) {
        s[i] = (sender){.rec = rec, .n = WATCHER_LESS ? 200 : 1000};
        assert_int_equal(pthread_create(&threads[i], NULL, send_on, &s[i]), 0);
    }
    for (int i = 0; i < 4; i++) {
        pthread_join(threads[i], NULL);
        assert_int_equal(s[i].n_else, 0);
        rows += s[i].n_rows;
    }
    reel_free(rec);
    assert_int_equal(w.rows, rows);
    watcher_free(&w);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(columns_are_there_at_once_with_their_times_and_no_others),
        cmocka_unit_test(unsorted_columns_are_sorted_by_their_first_time),
        cmocka_unit_test(rows_of_several_lengths_keep_them),
        cmocka_unit_test(columns_without_times_are_static),
        cmocka_unit_test(long_columns_are_sent_in_slices_of_a_mebibyte),
        cmocka_unit_test(long_columns_keep_their_rows_together),
        cmocka_unit_test(a_recording_that_is_closed_meanwhile_ends_long_columns),
        cmocka_unit_test(ids_go_on_between_rows_and_columns),
        cmocka_unit_test(columns_that_do_not_fit_together_are_refused_whole),
        cmocka_unit_test(threads_send_columns_at_the_same_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
