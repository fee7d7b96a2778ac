/* Chunks that were read, sent into a recording: ids stay, every sink has them, late ones begin with static ones. */
#include "read_back.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define assert_ok(expression) read_back_must(expression)
#define assert_says(text) assert_non_null(strstr(reel_error_message(), text))

static reel_recording *new_recording(void) {
    reel_recording *rec = reel_new("other", &(reel_options){.struct_size = sizeof(reel_options), .recording_id = "sent", .no_properties = true});
    assert_non_null(rec);
    return rec;
}

static void assert_equal(const reel_chunk *a, const reel_chunk *b) {
    size_t rows = reel_chunk_rows(a);
    assert_string_equal(reel_chunk_entity(a), reel_chunk_entity(b));
    assert_memory_equal(reel_chunk_id(a), reel_chunk_id(b), 16);
    assert_int_equal(reel_chunk_rows(b), rows);
    assert_memory_equal(reel_chunk_row_ids(a), reel_chunk_row_ids(b), 16 * rows);
    assert_int_equal(reel_chunk_timelines(a), reel_chunk_timelines(b));
    assert_int_equal(reel_chunk_components(a), reel_chunk_components(b));
    for (size_t i = 0; i < reel_chunk_timelines(a); i++) {
        const reel_chunk_timeline *x = reel_chunk_timeline_at(a, i), *y = reel_chunk_timeline_at(b, i);
        assert_string_equal(x->name, y->name);
        assert_int_equal(x->type, y->type);
        assert_memory_equal(x->times, y->times, 8 * rows);
    }
    for (size_t i = 0; i < reel_chunk_components(a); i++) {
        const reel_chunk_component *x = reel_chunk_component_at(a, i), *y = reel_chunk_component_at(b, i);
        assert_string_equal(x->component, y->component);
        assert_string_equal(x->arrow_type, y->arrow_type);
        assert_int_equal(x->n_values, y->n_values);
        assert_int_equal(x->n_rows, y->n_rows);
    }
}

/* The only chunk in these bytes; bytes are freed with the others. */
static reel_chunk *only_chunk(reel_bytes_owned bytes) {
    read_back_bytes[read_back_n++] = bytes;
    reel_chunk *chunk = read_back_first(bytes.data, bytes.size);
    assert_non_null(chunk);
    return chunk;
}

static reel_chunk *drained(reel_recording *rec, reel_sink_id sink) {
    reel_bytes_owned bytes;
    assert_ok(reel_drain(rec, sink, &bytes));
    return only_chunk(bytes);
}

/* Rows in disorder, with a text and a list per row: everything that a chunk has of its own. */
static reel_chunk *made(bool is_static) {
    int64_t frames[3] = {1, 2, 3}, stamps[3] = {30, 10, 20};
    double numbers[3] = {1, 2, 3};
    const char *words[3] = {"a", "b", "c"};
    uint32_t lengths[3] = {1, 0, 2};
    reel_time_column times[] = {{"frame", REEL_TIME_SEQUENCE, frames, 3}, {"stamp", REEL_TIME_TIMESTAMP_NS, stamps, 3}};
    reel_column columns[] = {{REEL_COLUMN(scalars, scalars), .values = numbers, .n_values = 3},
                             {.name = "words", .type = REEL_VALUE_TEXT, .values = words, .n_values = 3, .lengths = lengths, .n_rows = 3}};
    return read_back("a/b", times, is_static ? 0 : 2, columns, 2);
}

static void a_sent_chunk_is_the_same_chunk(void **state) {
    (void)state;
    reel_recording *rec = new_recording();
    reel_sink_id memory;
    assert_ok(reel_add_memory(rec, NULL, &memory));
    reel_chunk *sorted = made(false), *chunk, *back;
    assert_ok(reel_chunk_select(sorted, (uint64_t[]){2, 0, 1}, 3, &chunk)); /* row ids in disorder, too */
    reel_chunk *again = reel_chunk_ref(chunk);
    assert_ok(reel_send_chunk(rec, chunk));
    reel_chunk_unref(chunk); /* what the recording knows of it is its own */
    back = drained(rec, memory);
    assert_equal(again, back);
    reel_stats stats = {.struct_size = sizeof stats};
    assert_ok(reel_get_stats(rec, &stats));
    assert_int_equal(stats.rows_logged, 3);
    reel_chunk_unref(back);
    reel_chunk_unref(again);
    reel_chunk_unref(sorted);
    reel_free(rec);
    read_back_free();
}

static void what_is_sent_before_there_is_a_sink_is_not_lost(void **state) {
    (void)state;
    reel_recording *rec = new_recording();
    reel_sink_id memory;
    reel_chunk *chunk = made(false), *back;
    assert_ok(reel_send_chunk(rec, chunk));
    assert_ok(reel_add_memory(rec, NULL, &memory));
    back = drained(rec, memory);
    assert_equal(chunk, back);
    reel_chunk_unref(back);
    reel_chunk_unref(chunk);
    reel_free(rec);
    read_back_free();
}

static void late_sinks_begin_with_the_newest_static_chunk(void **state) {
    (void)state;
    reel_recording *rec = new_recording();
    reel_sink_id first, late;
    reel_chunk *older = made(true), *newer = made(true), *back;
    assert_ok(reel_add_memory(rec, NULL, &first));
    assert_ok(reel_send_chunk(rec, newer));
    assert_ok(reel_send_chunk(rec, older));
    assert_ok(reel_add_memory(rec, NULL, &late));
    back = drained(rec, late);
    assert_equal(newer, back);
    reel_chunk_unref(back);
    reel_chunk_unref(older);
    reel_chunk_unref(newer);
    reel_free(rec);
    read_back_free();
}

static void rows_logged_afterwards_go_on(void **state) {
    (void)state;
    reel_recording *rec = new_recording();
    reel_sink_id memory;
    reel_chunk *chunk = made(false);
    reel_bytes_owned bytes;
    reel_reader *reader;
    const reel_read_message *m;
    size_t n = 0;
    double number = 4;
    assert_ok(reel_add_memory(rec, NULL, &memory));
    assert_ok(reel_send_chunk(rec, chunk));
    assert_ok(reel_set_time_sequence(rec, "frame", 4));
    assert_ok(reel_log_scalars(rec, "a/b", &(reel_scalars){.scalars = &number, .n_scalars = 1}));
    assert_ok(reel_send_chunk(rec, chunk));
    assert_ok(reel_drain(rec, memory, &bytes));
    assert_ok(reel_open_memory(bytes.data, bytes.size, NULL, &reader));
    while (reel_next(reader, &m) == REEL_OK && m)
        n += m->kind == REEL_MESSAGE_CHUNK;
    assert_int_equal(n, 3);
    reel_close_reader(reader);
    reel_bytes_free(&bytes);
    reel_chunk_unref(chunk);
    reel_free(rec);
    read_back_free();
}

static void what_cannot_be_sent_is_told(void **state) {
    (void)state;
    reel_recording *rec = new_recording();
    reel_chunk *chunk = made(false), *empty;
    assert_int_equal(reel_send_chunk(rec, NULL), REEL_E_ARGUMENT);
    assert_ok(reel_set_time_sequence(rec, "stamp", 4));
    assert_int_equal(reel_send_chunk(rec, chunk), REEL_E_TIMELINE_TYPE);
    assert_says("stamp");
    assert_ok(reel_chunk_slice(chunk, 0, 0, &empty));
    assert_ok(reel_send_chunk(rec, empty));
    reel_set_enabled(rec, false);
    assert_ok(reel_send_chunk(rec, chunk));
    reel_set_enabled(rec, true);
    assert_ok(reel_close(rec, -1));
    assert_int_equal(reel_send_chunk(rec, chunk), REEL_E_CLOSED);
    assert_says("sent");
    reel_chunk_unref(empty);
    reel_chunk_unref(chunk);
    reel_free(rec);
    read_back_free();
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_sent_chunk_is_the_same_chunk),
        cmocka_unit_test(what_is_sent_before_there_is_a_sink_is_not_lost),
        cmocka_unit_test(late_sinks_begin_with_the_newest_static_chunk),
        cmocka_unit_test(rows_logged_afterwards_go_on),
        cmocka_unit_test(what_cannot_be_sent_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
