/* Changed chunks: what changes, what stays, what is shared, and what is refused. tests/conformance/test_edit.py has them judged by the official tools. */
#include "read_back.h"
#include "scarce_memory.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define assert_ok(expression) read_back_must(expression)
#define assert_says(text) assert_non_null(strstr(reel_error_message(), text))

enum { N = 6 };

static const int64_t when[N] = {50, 10, 40, 10, 30, 20};

/* /a: frame 0 to 5, "when" in disorder; Scalars:scalars 0 to 5, "words" with lists of 0 to 2 texts. */
static reel_chunk *made(void) {
    int64_t frames[N] = {0, 1, 2, 3, 4, 5};
    double numbers[N] = {0, 1, 2, 3, 4, 5};
    const char *words[N] = {"a", "b", "c", "d", "e", "f"};
    uint32_t lengths[N] = {1, 0, 2, 1, 2, 0};
    reel_time_column times[] = {{"frame", REEL_TIME_SEQUENCE, frames, N}, {"when", REEL_TIME_TIMESTAMP_NS, when, N}};
    reel_column columns[] = {{REEL_COLUMN(scalars, scalars), .values = numbers, .n_values = N},
                             {.name = "words", .type = REEL_VALUE_TEXT, .values = words, .n_values = N, .lengths = lengths, .n_rows = N}};
    reel_chunk *chunk = read_back("a", times, 2, columns, 2);
    assert_int_equal(reel_chunk_rows(chunk), N);
    return chunk;
}

static const double *numbers_of(const reel_chunk *chunk, size_t *n) {
    const void *values;
    size_t at = reel_chunk_find(chunk, "Scalars:scalars");
    assert_true(at != SIZE_MAX);
    assert_ok(reel_chunk_values(chunk, at, REEL_VALUE_F64, 0, &values, n));
    return values;
}

/* The texts of a row, one behind the other; "-": none were logged. */
static const char *words_of(const reel_chunk *chunk, size_t row) {
    static char text[64];
    reel_cell cell;
    size_t at = reel_chunk_find(chunk, "words"), used = 0;
    assert_ok(reel_chunk_cell(chunk, at, row, &cell));
    for (size_t i = 0; i < cell.n; i++) {
        const char *word;
        size_t size;
        assert_ok(reel_chunk_text(chunk, at, cell.first + i, &word, &size));
        memcpy(text + used, word, size);
        used += size;
    }
    text[used] = 0;
    return cell.is_set ? text : "-";
}

static int64_t time_of(const reel_chunk *chunk, const char *timeline, size_t row) {
    const reel_chunk_timeline *t = reel_chunk_timeline_of(chunk, timeline);
    assert_non_null(t);
    return t->times[row];
}

/* Row `row` of a chunk is row `was` of what made() gave. */
static void assert_row(const reel_chunk *chunk, size_t row, const reel_chunk *before, size_t was) {
    static const char *const words[N] = {"a", "", "bc", "d", "ef", ""};
    reel_cell cell;
    size_t n;
    const double *numbers = numbers_of(chunk, &n);
    assert_memory_equal(reel_chunk_row_ids(chunk) + 16 * row, reel_chunk_row_ids(before) + 16 * was, 16);
    assert_int_equal(time_of(chunk, "frame", row), was);
    assert_int_equal(time_of(chunk, "when", row), when[was]);
    assert_ok(reel_chunk_cell(chunk, reel_chunk_find(chunk, "Scalars:scalars"), row, &cell));
    assert_int_equal(cell.n, 1);
    assert_true(numbers[cell.first] == (double)was);
    assert_string_equal(words_of(chunk, row), words[was]);
}

/* ---- what shares */

static void renaming_shares_the_values_and_gives_a_new_chunk_id(void **state) {
    (void)state;
    reel_chunk *chunk = made(), *renamed;
    assert_ok(reel_chunk_rename(chunk, "b/c d/", &renamed));
    assert_string_equal(reel_chunk_entity(renamed), "/b/c\\ d");
    assert_string_equal(reel_chunk_entity(chunk), "/a");
    assert_memory_not_equal(reel_chunk_id(renamed), reel_chunk_id(chunk), 16);
    size_t n;
    assert_ptr_equal(numbers_of(renamed, &n), numbers_of(chunk, &n));
    assert_ptr_equal(reel_chunk_row_ids(renamed), reel_chunk_row_ids(chunk));
    reel_chunk_unref(chunk); /* the values stay */
    assert_true(numbers_of(renamed, &n)[5] == 5.0);
    reel_chunk_unref(renamed);
}

static void a_slice_is_a_part_without_a_copy(void **state) {
    (void)state;
    reel_chunk *chunk = made(), *slice, *part;
    assert_ok(reel_chunk_slice(chunk, 1, 4, &slice));
    assert_int_equal(reel_chunk_rows(slice), 4);
    for (size_t i = 0; i < 4; i++)
        assert_row(slice, i, chunk, i + 1);
    assert_ok(reel_chunk_slice(slice, 2, 2, &part)); /* of a slice */
    assert_row(part, 0, chunk, 3);
    assert_row(part, 1, chunk, 4);
    const reel_chunk_timeline *t = reel_chunk_timeline_of(part, "when");
    assert_int_equal(t->min, 10);
    assert_int_equal(t->max, 30);
    assert_true(t->is_sorted);
    assert_int_equal(reel_chunk_component_at(part, reel_chunk_find(part, "words"))->n_values, 3);
    reel_chunk_unref(part);
    assert_ok(reel_chunk_slice(chunk, 6, 0, &part));
    assert_int_equal(reel_chunk_rows(part), 0);
    reel_chunk_unref(part);
    assert_int_equal(reel_chunk_slice(chunk, 3, 4, &part), REEL_E_ARGUMENT);
    assert_says("/a: 4 rows from row 3 on: the chunk has 6");
    assert_null(part);
    assert_int_equal(reel_chunk_slice(chunk, 1, SIZE_MAX, &part), REEL_E_ARGUMENT);
    assert_int_equal(reel_chunk_slice(NULL, 0, 0, &part), REEL_E_ARGUMENT);
    reel_chunk_unref(slice);
    reel_chunk_unref(chunk);
}

static void components_are_kept_or_left_out(void **state) {
    (void)state;
    reel_chunk *chunk = made(), *out;
    const char *const words[] = {"words", "nonsense"}, *const both[] = {"words", "Scalars:scalars"};
    assert_ok(reel_chunk_keep(chunk, words, 2, false, &out));
    assert_int_equal(reel_chunk_components(out), 1);
    assert_string_equal(words_of(out, 2), "bc");
    reel_chunk_unref(out);
    assert_ok(reel_chunk_keep(chunk, words, 2, true, &out));
    assert_int_equal(reel_chunk_components(out), 1);
    assert_int_equal(reel_chunk_find(out, "words"), SIZE_MAX);
    reel_chunk_unref(out);
    assert_ok(reel_chunk_keep(chunk, both, 2, true, &out));
    assert_null(out);
    assert_ok(reel_chunk_keep(chunk, NULL, 0, false, &out));
    assert_null(out);
    assert_int_equal(reel_chunk_keep(chunk, NULL, 1, false, &out), REEL_E_ARGUMENT);
    reel_chunk_unref(chunk);
}

/* ---- timelines */

static void timelines_come_go_and_change_their_names(void **state) {
    (void)state;
    reel_chunk *chunk = made(), *out, *fewer, *none;
    int64_t times[N] = {9, 8, 7, 6, 5, 4}, one = 77;
    assert_ok(reel_chunk_with_timeline(chunk, "step", REEL_TIME_DURATION_NS, times, N, &out));
    assert_int_equal(reel_chunk_timelines(out), 3);
    assert_int_equal(time_of(out, "step", 1), 8);
    assert_int_equal(reel_chunk_timeline_of(out, "step")->type, REEL_TIME_DURATION_NS);
    assert_false(reel_chunk_timeline_of(out, "step")->is_sorted);
    for (size_t i = 0; i < N; i++)
        assert_row(out, i, chunk, i);
    reel_chunk_unref(out);
    assert_ok(reel_chunk_with_timeline(chunk, "frame", REEL_TIME_TIMESTAMP_NS, &one, 1, &out)); /* replaces one */
    assert_int_equal(reel_chunk_timelines(out), 2);
    assert_int_equal(time_of(out, "frame", 5), 77);
    assert_int_equal(reel_chunk_timeline_of(out, "frame")->type, REEL_TIME_TIMESTAMP_NS);
    reel_chunk_unref(out);
    assert_ok(reel_chunk_rename_timeline(chunk, "when", "a time", &out));
    assert_string_equal(reel_chunk_timeline_at(out, 0)->name, "a time"); /* they are sorted by name */
    assert_int_equal(time_of(out, "a time", 0), 50);
    reel_chunk_unref(out);
    assert_ok(reel_chunk_without_timeline(chunk, "frame", false, &fewer));
    assert_int_equal(reel_chunk_timelines(fewer), 1);
    assert_int_equal(reel_chunk_without_timeline(fewer, "when", false, &none), REEL_E_ARGUMENT);
    assert_says("/a: without its only timeline when this chunk of 6 rows would be static");
    assert_ok(reel_chunk_without_timeline(fewer, "when", true, &none));
    assert_true(reel_chunk_is_static(none));
    assert_ok(reel_chunk_with_timeline(none, "t", REEL_TIME_SEQUENCE, &one, 1, &out));
    assert_false(reel_chunk_is_static(out));
    reel_chunk_unref(out);
    reel_chunk_unref(none);
    reel_chunk_unref(fewer);
    reel_chunk_unref(chunk);
}

static void bad_timelines_are_refused_with_their_names_and_numbers(void **state) {
    (void)state;
    reel_chunk *chunk = made(), *out;
    int64_t times[N] = {1, 2, INT64_MIN, 4, 5, 6};
    assert_int_equal(reel_chunk_with_timeline(chunk, "t", REEL_TIME_SEQUENCE, times, 5, &out), REEL_E_LENGTHS);
    assert_says("/a: timeline t has 5 times for 6 rows (1 or 6 expected)");
    assert_int_equal(reel_chunk_with_timeline(chunk, "t", REEL_TIME_SEQUENCE, times, 0, &out), REEL_E_LENGTHS);
    assert_int_equal(reel_chunk_with_timeline(chunk, "t", REEL_TIME_SEQUENCE, times, N, &out), REEL_E_ARGUMENT);
    assert_says("value 2 is not a time");
    assert_int_equal(reel_chunk_with_timeline(chunk, "t", 0, times, 2, &out), REEL_E_ARGUMENT);
    assert_int_equal(reel_chunk_with_timeline(chunk, "", REEL_TIME_SEQUENCE, times, 1, &out), REEL_E_ARGUMENT);
    assert_int_equal(reel_chunk_with_timeline(chunk, NULL, REEL_TIME_SEQUENCE, times, 1, &out), REEL_E_ARGUMENT);
    assert_int_equal(reel_chunk_with_timeline(chunk, "\xff", REEL_TIME_SEQUENCE, times, 1, &out), REEL_E_UTF8);
    assert_int_equal(reel_chunk_rename_timeline(chunk, "when", "frame", &out), REEL_E_ARGUMENT);
    assert_says("timeline when cannot become frame");
    assert_int_equal(reel_chunk_rename_timeline(chunk, "other", "x", &out), REEL_E_NOT_FOUND);
    assert_says("has no timeline \"other\"");
    assert_int_equal(reel_chunk_shift(chunk, "other", 1, &out), REEL_E_NOT_FOUND);
    assert_int_equal(reel_chunk_without_timeline(chunk, "other", true, &out), REEL_E_NOT_FOUND);
    assert_int_equal(reel_chunk_sort(chunk, "other", &out), REEL_E_NOT_FOUND);
    assert_int_equal(reel_chunk_rename(chunk, NULL, &out), REEL_E_ARGUMENT);
    assert_int_equal(reel_chunk_rename(chunk, "a\xff", &out), REEL_E_UTF8);
    reel_chunk_unref(chunk);
}

static void shifts_end_at_the_ends_of_time(void **state) {
    (void)state;
    reel_chunk *chunk = made(), *early, *out;
    const int64_t up = INT64_MAX - 50, down = INT64_MIN + 1 + 50;
    assert_ok(reel_chunk_shift(chunk, "when", up, &out));
    assert_true(time_of(out, "when", 0) == INT64_MAX);
    assert_int_equal(time_of(out, "frame", 5), 5);
    reel_chunk_unref(out);
    assert_int_equal(reel_chunk_shift(chunk, "when", up + 1, &out), REEL_E_TOO_LARGE);
    assert_says("/a: timeline when: the time 50 of row 0 cannot be shifted by");
    assert_null(out);
    assert_ok(reel_chunk_shift(chunk, "when", -60, &early)); /* -50 is the earliest */
    assert_ok(reel_chunk_shift(early, "when", down, &out));
    assert_true(time_of(out, "when", 1) == INT64_MIN + 1);
    reel_chunk_unref(out);
    assert_int_equal(reel_chunk_shift(early, "when", down - 1, &out), REEL_E_TOO_LARGE);
    reel_chunk_unref(early);
    assert_ok(reel_chunk_shift(chunk, "when", 0, &out));
    assert_row(out, 4, chunk, 4);
    reel_chunk_unref(out);
    reel_chunk_unref(chunk);
}

static void new_row_ids_ascend_and_are_new(void **state) {
    (void)state;
    reel_chunk *chunk = made(), *first, *second;
    assert_ok(reel_chunk_with_new_row_ids(chunk, &first));
    assert_ok(reel_chunk_with_new_row_ids(chunk, &second));
    for (size_t i = 0; i < N; i++) {
        const uint8_t *id = reel_chunk_row_ids(first) + 16 * i;
        assert_memory_not_equal(id, reel_chunk_row_ids(chunk) + 16 * i, 16);
        assert_true(i + 1 == N || memcmp(id, id + 16, 16) < 0);
    }
    assert_true(memcmp(reel_chunk_row_ids(first) + 16 * (N - 1), reel_chunk_row_ids(second), 16) < 0); /* made later: larger */
    reel_chunk_unref(first);
    reel_chunk_unref(second);
    reel_chunk_unref(chunk);
}

/* ---- what moves rows */

static void rows_are_selected_in_any_order_and_more_than_once(void **state) {
    (void)state;
    reel_chunk *chunk = made(), *out;
    const uint64_t rows[] = {4, 5, 0, 2, 2, 3};
    assert_ok(reel_chunk_select(chunk, rows, 6, &out));
    assert_int_equal(reel_chunk_rows(out), 6);
    for (size_t i = 0; i < 6; i++)
        assert_row(out, i, chunk, (size_t)rows[i]);
    reel_chunk_unref(out);
    assert_ok(reel_chunk_select(chunk, NULL, 0, &out));
    assert_int_equal(reel_chunk_rows(out), 0);
    reel_chunk_unref(out);
    assert_int_equal(reel_chunk_select(chunk, (const uint64_t[]){0, 6}, 2, &out), REEL_E_ARGUMENT);
    assert_says("/a: row 6 is selected: the chunk has 6");
    reel_chunk_unref(chunk);
}

static void sorting_is_by_time_then_by_row_id(void **state) {
    (void)state;
    static const size_t expected[N] = {1, 3, 5, 4, 2, 0};
    reel_chunk *chunk = made(), *sorted, *back, *twice;
    assert_ok(reel_chunk_sort(chunk, "when", &sorted));
    for (size_t i = 0; i < N; i++)
        assert_row(sorted, i, chunk, expected[i]);
    assert_true(reel_chunk_timeline_of(sorted, "when")->is_sorted);
    assert_ok(reel_chunk_sort(sorted, NULL, &back));
    for (size_t i = 0; i < N; i++)
        assert_row(back, i, chunk, i);
    assert_ok(reel_chunk_sort(back, "frame", &twice)); /* it is sorted: nothing is moved */
    size_t n;
    assert_ptr_equal(numbers_of(twice, &n), numbers_of(back, &n));
    reel_chunk_unref(twice);
    reel_chunk_unref(back);
    reel_chunk_unref(sorted);
    reel_chunk_unref(chunk);
}

static void many_rows_are_sorted(void **state) {
    (void)state;
    enum { MANY = 20000 };
    reel_chunk *chunk = read_back_numbers("many", MANY, 0), *mixed, *sorted;
    int64_t *times = malloc(MANY * sizeof *times);
    uint64_t seed = 1;
    for (size_t i = 0; i < MANY; i++)
        times[i] = (int64_t)((seed = seed * 6364136223846793005u + 1442695040888963407u) >> 60); /* many of each */
    assert_ok(reel_chunk_with_timeline(chunk, "t", REEL_TIME_SEQUENCE, times, MANY, &mixed));
    assert_ok(reel_chunk_sort(mixed, "t", &sorted));
    size_t n;
    const double *numbers = numbers_of(sorted, &n);
    assert_int_equal(n, MANY);
    for (size_t i = 0; i < MANY; i++) {
        assert_int_equal(time_of(sorted, "t", i), times[(size_t)numbers[i]]);
        assert_true(numbers[i] == (double)time_of(sorted, "frame", i));
        assert_true(!i || time_of(sorted, "t", i - 1) < time_of(sorted, "t", i) || (time_of(sorted, "t", i - 1) == time_of(sorted, "t", i) && numbers[i - 1] < numbers[i]));
    }
    free(times);
    reel_chunk_unref(sorted);
    reel_chunk_unref(mixed);
    reel_chunk_unref(chunk);
}

/* ---- joining */

/* One row at `frame` with one value of "c", or an Arrow-like null where it can be: kind 0 a number, 1 a text, 2 nothing of "c" but of "d". */
static reel_chunk *one_row(int64_t frame, int kind) {
    double number = (double)frame;
    const char *text = "text";
    reel_time_column time = {"frame", REEL_TIME_SEQUENCE, &frame, 1};
    reel_column column = {.name = kind == 2 ? "d" : "c", .type = kind == 1 ? REEL_VALUE_TEXT : REEL_VALUE_F64, .values = kind == 1 ? (const void *)&text : &number, .n_values = 1};
    return read_back("j", &time, 1, &column, 1);
}

static void joined_chunks_have_the_columns_of_all(void **state) {
    (void)state;
    reel_chunk *parts[3] = {one_row(1, 0), one_row(2, 2), one_row(3, 0)}, *joined, *alone;
    assert_ok(reel_chunk_join(parts, 3, &joined));
    assert_int_equal(reel_chunk_rows(joined), 3);
    assert_int_equal(reel_chunk_components(joined), 2);
    for (size_t i = 0; i < 3; i++) {
        reel_cell c, d;
        const void *values;
        size_t n;
        assert_memory_equal(reel_chunk_row_ids(joined) + 16 * i, reel_chunk_row_ids(parts[i]), 16);
        assert_int_equal(time_of(joined, "frame", i), (int64_t)i + 1);
        assert_ok(reel_chunk_cell(joined, reel_chunk_find(joined, "c"), i, &c));
        assert_ok(reel_chunk_cell(joined, reel_chunk_find(joined, "d"), i, &d));
        assert_int_equal(c.is_set, i != 1);
        assert_int_equal(d.is_set, i == 1);
        assert_ok(reel_chunk_values(joined, reel_chunk_find(joined, i == 1 ? "d" : "c"), REEL_VALUE_F64, 0, &values, &n));
        assert_true(((const double *)values)[i == 1 ? d.first : c.first] == (double)(i + 1));
    }
    assert_ok(reel_chunk_join(parts, 1, &alone));
    assert_int_equal(reel_chunk_rows(alone), 1);
    reel_chunk_unref(alone);
    reel_chunk_unref(joined);
    for (size_t i = 0; i < 3; i++)
        reel_chunk_unref(parts[i]);
}

static void chunks_that_do_not_fit_are_not_joined(void **state) {
    (void)state;
    reel_chunk *number = one_row(1, 0), *text = one_row(2, 1), *out, *other;
    assert_int_equal(reel_chunk_join((reel_chunk *const[]){number, text}, 2, &out), REEL_E_ARGUMENT);
    assert_says("/j: component c has values of the type");
    assert_null(out);
    assert_ok(reel_chunk_rename_timeline(number, "frame", "step", &other));
    assert_int_equal(reel_chunk_join((reel_chunk *const[]){number, other}, 2, &out), REEL_E_ARGUMENT);
    assert_says("/j: one of the chunks has no timeline \"frame\"");
    reel_chunk_unref(other);
    int64_t time = 1;
    assert_ok(reel_chunk_with_timeline(number, "frame", REEL_TIME_DURATION_NS, &time, 1, &other));
    assert_int_equal(reel_chunk_join((reel_chunk *const[]){number, other}, 2, &out), REEL_E_TIMELINE_TYPE);
    reel_chunk_unref(other);
    assert_ok(reel_chunk_rename(number, "k", &other));
    assert_int_equal(reel_chunk_join((reel_chunk *const[]){number, other}, 2, &out), REEL_E_ARGUMENT);
    assert_says("chunks of /j and of /k");
    reel_chunk_unref(other);
    assert_int_equal(reel_chunk_join((reel_chunk *const[]){number, NULL}, 2, &out), REEL_E_ARGUMENT);
    assert_int_equal(reel_chunk_join(NULL, 0, &out), REEL_E_ARGUMENT);
    reel_chunk_unref(number);
    reel_chunk_unref(text);
}

/* ---- memory runs out: the first, second ... request of each change fails */

static reel_status change(int which, const reel_chunk *chunk, reel_chunk **out) {
    const int64_t time = 5;
    const uint64_t rows[] = {3, 1};
    const char *const words[] = {"words"};
    switch (which) {
    case 0: return reel_chunk_rename(chunk, "other", out);
    case 1: return reel_chunk_with_timeline(chunk, "t", REEL_TIME_SEQUENCE, &time, 1, out);
    case 2: return reel_chunk_without_timeline(chunk, "frame", false, out);
    case 3: return reel_chunk_rename_timeline(chunk, "frame", "f", out);
    case 4: return reel_chunk_shift(chunk, "frame", 3, out);
    case 5: return reel_chunk_keep(chunk, words, 1, false, out);
    case 6: return reel_chunk_slice(chunk, 1, 2, out);
    case 7: return reel_chunk_select(chunk, rows, 2, out);
    case 8: return reel_chunk_join((reel_chunk *const[]){(reel_chunk *)chunk, (reel_chunk *)chunk}, 2, out);
    case 9: return reel_chunk_sort(chunk, "when", out);
    default: return reel_chunk_with_new_row_ids(chunk, out);
    }
}

static void nothing_leaks_when_memory_runs_out(void **state) {
    (void)state;
    read_back_free();
    long before = atomic_load(&scarce_alive); /* a thread that recorded keeps a little */
    for (int which = 0; which <= 10; which++) {
        bool was_refused = true;
        for (long nth = 1; was_refused; nth++) {
            reel_chunk *chunk = made(), *out; /* anew, since a chunk keeps its types */
            long alive = atomic_load(&scarce_alive);
            scarcity_begin(&scarce_here, nth, false);
            reel_status status = change(which, chunk, &out);
            scarcity_end(&scarce_here);
            was_refused = atomic_load(&scarce_here.has_refused);
            assert_int_equal(status, was_refused ? REEL_E_NO_MEMORY : REEL_OK);
            if (was_refused) {
                assert_null(out);
                assert_says("memory");
            }
            reel_chunk_unref(out);
            assert_true(nth < 200);
            long kept = atomic_load(&scarce_alive) - alive;
            assert_in_range(kept, 0, 2); /* the types of two columns */
            reel_chunk_unref(chunk);
            read_back_free();
        }
    }
    assert_int_equal(atomic_load(&scarce_alive), before);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(renaming_shares_the_values_and_gives_a_new_chunk_id),
        cmocka_unit_test(a_slice_is_a_part_without_a_copy),
        cmocka_unit_test(components_are_kept_or_left_out),
        cmocka_unit_test(timelines_come_go_and_change_their_names),
        cmocka_unit_test(bad_timelines_are_refused_with_their_names_and_numbers),
        cmocka_unit_test(shifts_end_at_the_ends_of_time),
        cmocka_unit_test(new_row_ids_ascend_and_are_new),
        cmocka_unit_test(rows_are_selected_in_any_order_and_more_than_once),
        cmocka_unit_test(sorting_is_by_time_then_by_row_id),
        cmocka_unit_test(many_rows_are_sorted),
        cmocka_unit_test(joined_chunks_have_the_columns_of_all),
        cmocka_unit_test(chunks_that_do_not_fit_are_not_joined),
        cmocka_unit_test(nothing_leaks_when_memory_runs_out),
    };
    if (scarce_install() != REEL_OK)
        return 1;
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    read_back_free();
    return failed;
}
