/* Recordings that were cut off, changed or put together wrongly, at every place: nothing is read that is not there, what is intact is read, and what is lost is told. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/buf.h"
#include "look_at_chunk.h"
#include "read/reader.h"

#include <reel/arrow.h>
#include <reel/reel.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define assert_ok(expression)                                                     \
    do {                                                                          \
        if ((expression) != REEL_OK)                                              \
            fail_msg("%s: %s", #expression, reel_error_message());                \
    } while (0)

typedef struct recording {
    reel_bytes_owned bytes;
    uint64_t ends[256];   /* where the stream's header, and each message, ends */
    size_t n;             /* messages */
} recording;

/* ---- recordings */

static void log_rows(reel_recording *rec, int n) {
    static const float points[] = {1, 2, 3, 4, 5, 6};
    static const char *const labels[] = {"one", "zw\xc3\xb6lf"};
    static const uint8_t pixels[48];
    for (int i = 0; i < n; i++) {
        reel_set_time_sequence(rec, "frame", i);
        assert_ok(reel_log_scalars(rec, "a/scalar", &(reel_scalars){.scalars = (double[]){i}, .n_scalars = 1}));
        assert_ok(reel_log_points3d(rec, "a/points", &(reel_points3d){.positions = points, .n_positions = 2, .labels = labels, .n_labels = (size_t)(i % 3)}));
        if (i % 8 == 0)
            assert_ok(reel_flush(rec, -1));
    }
    assert_ok(reel_log_text_document(rec, "text", &(reel_text_document){.text = "what it is"}));
    assert_ok(reel_log_components(rec, "own", (reel_column[]){{.name = "blob", .type = REEL_VALUE_BYTES, .values = &(reel_bytes){pixels, sizeof pixels}, .n_values = 1}}, 1, REEL_LOG_STATIC));
}

/* One row of each of three entities. */
static void log_few_rows(reel_recording *rec) {
    static const uint8_t pixels[8] = {1, 2, 3};
    static const char *const texts[] = {"zw\xc3\xb6lf"};
    reel_set_time_sequence(rec, "frame", 7);
    assert_ok(reel_log_points3d(rec, "p", &(reel_points3d){.positions = (float[]){1, 2, 3}, .n_positions = 1, .labels = texts, .n_labels = 1}));
    assert_ok(reel_log_components(rec, "own", (reel_column[]){{.name = "blob", .type = REEL_VALUE_BYTES, .values = &(reel_bytes){pixels, sizeof pixels}, .n_values = 1}}, 1, REEL_LOG_STATIC));
}

/* n 0: as little as there can be of everything. */
static recording make(int n, bool deterministic) {
    recording r = {0};
    reel_sink_id sink;
    reel_recording *rec = reel_new("damage", &(reel_options){.struct_size = sizeof(reel_options), .recording_id = "damaged", .deterministic = deterministic, .no_properties = !n});
    assert_non_null(rec);
    assert_ok(reel_add_memory(rec, NULL, &sink));
    if (n)
        log_rows(rec, n);
    else
        log_few_rows(rec);
    assert_ok(reel_drain(rec, sink, &r.bytes));
    assert_ok(reel_close(rec, -1));
    reel_free(rec);
    return r;
}

/* The same rows with every chunk as it is, so that damage gets to the Arrow stream. */
static reel_status append(void *user, const void *data, size_t size) {
    reel__buf_put(user, data, size);
    return REEL_OK;
}

static recording unpacked(const recording *from) {
    reel__buf out = {0};
    reel_writer *w;
    reel_reader *r;
    const reel_read_message *m;
    assert_ok(reel_writer_callback(append, &out, &(reel_writer_options){.struct_size = sizeof(reel_writer_options), .no_compression = true, .no_footer = true}, &w));
    assert_ok(reel_open_memory(from->bytes.data, from->bytes.size, NULL, &r));
    while (reel_next(r, &m) == REEL_OK && m) {
        reel_chunk *chunk;
        if (m->kind != REEL_MESSAGE_CHUNK)
            continue;
        assert_ok(reel_read_chunk(r, m, &chunk));
        assert_ok(reel_writer_put_chunk(w, &(reel_store_id){m->store_kind, m->application_id, m->recording_id}, chunk));
        reel_chunk_unref(chunk);
    }
    reel_close_reader(r);
    assert_ok(reel_writer_close(w));
    assert_false(out.failed);
    return (recording){.bytes = {out.data, out.size}};
}

static void find_ends(recording *r) {
    const uint8_t *data = r->bytes.data;
    uint64_t at = r->ends[0] = 12;
    while (at < r->bytes.size && reel__load_u64(data + at)) {
        at += 16 + reel__load_u64(data + at + 8);
        assert_true(r->n + 1 < 256);
        r->ends[++r->n] = at;
    }
}

/* ---- reading */

static size_t n_touched;

static void touch_array(const struct ArrowSchema *s, const struct ArrowArray *a) {
    char path[64];
    snprintf(path, sizeof path, "%s %s", s->format, s->name);
    n_touched += strlen(path) + (size_t)a->length;
    for (int64_t i = 0; i < a->n_children; i++)
        touch_array(s->children[i], a->children[i]);
}

static void touch(const reel_chunk *chunk) {
    struct ArrowSchema schema;
    struct ArrowArray array;
    assert_true(look_at_chunk(chunk, &n_touched));
    for (size_t i = 0; i < reel_chunk_components(chunk); i++)
        assert_ok(look_at_streams(chunk, i));
    assert_ok(reel_chunk_export(chunk, &schema, &array));
    touch_array(&schema, &array);
    array.release(&array);
    schema.release(&schema);
}

typedef struct result {
    reel_status opened, status;
    size_t messages, chunks, events;
    uint64_t lost_told;
    reel_read_stats stats;
} result;

static void on_event(void *user, const reel_read_event *event) {
    result *r = user;
    assert_true(event->message && *event->message);
    r->events++;
    r->lost_told += event->size;
}

static result read_all(const uint8_t *data, size_t size, bool resynchronise) {
    result r = {.stats = {.struct_size = sizeof(reel_read_stats)}};
    reel_reader *reader;
    const reel_read_message *m;
    const reel_read_options options = {.struct_size = sizeof options, .on_event = on_event, .on_event_user = &r, .resynchronise = resynchronise, .message_bytes_max = 1 << 24};
    uint8_t *copy = malloc(size ? size : 1); /* of just this size: a byte too far is found out */
    if (size)
        memcpy(copy, data, size);
    r.opened = reel_open_memory(copy, size, &options, &reader);
    if (r.opened == REEL_OK) {
        while ((r.status = reel_next(reader, &m)) == REEL_OK && m) {
            reel_chunk *chunk;
            r.messages++;
            if (m->kind != REEL_MESSAGE_CHUNK || reel_read_chunk(reader, m, &chunk) != REEL_OK)
                continue;
            r.chunks++;
            touch(chunk);
            reel_chunk_unref(chunk);
        }
        assert_ok(reel_get_read_stats(reader, &r.stats));
        assert_int_equal(r.stats.damaged + r.stats.warnings, r.events);
        reel_close_reader(reader);
    }
    free(copy);
    return r;
}

/* Every message is there, or something was said. */
static void assert_told(const recording *from, const result *r, size_t place) {
    if (r->opened == REEL_OK && r->status == REEL_OK && r->messages < from->n && !r->stats.damaged && !r->stats.warnings)
        fail_msg("place %zu: %zu of %zu messages were read, and nothing was told", place, r->messages, from->n);
}

/* ---- the promises */

static void cut_off_at_every_byte(void **state) {
    (void)state;
    recording whole = make(45, false);
    find_ends(&whole);
    assert_true(whole.bytes.size > 20000 && whole.n > 15);
    for (size_t size = 0; size < whole.bytes.size; size++) {
        size_t n = 0;
        bool is_between = size == 0 || size == whole.bytes.size;
        for (size_t i = 0; i <= whole.n; i++) {
            n = whole.ends[i] <= size ? i : n;
            is_between |= whole.ends[i] == size;
        }
        result r = read_all(whole.bytes.data, size, false);
        bool is_after_end = size > whole.ends[whole.n]; /* the footer is what is cut off: End alone is allowed */
        assert_int_equal(r.opened, REEL_OK);
        assert_int_equal(r.status, REEL_OK);
        assert_int_equal(r.messages, n);
        if (!is_after_end)
            assert_int_equal(r.stats.is_truncated, !is_between);
        assert_int_equal(r.stats.damaged, r.stats.is_truncated);
        uint64_t good = size < 12 ? 0 : whole.ends[n];
        if (r.stats.is_truncated && !is_after_end)
            assert_int_equal(r.stats.bytes_lost, size - good);
        if (size % 5) /* the search reads everything once more */
            continue;
        result searched = read_all(whole.bytes.data, size, true);
        assert_int_equal(searched.messages, n);
        assert_int_equal(searched.stats.damaged != 0, r.stats.damaged != 0);
    }
    reel_bytes_free(&whole.bytes);
}

/* Headers, and whatever stands behind the last message. */
static bool is_framing(const recording *r, size_t at) {
    for (size_t i = 0; i <= r->n; i++)
        if (at >= r->ends[i] && at < r->ends[i] + 16)
            return true;
    return at < 12 || at >= r->ends[r->n];
}

static void flip_every_bit_of(recording *whole) {
    find_ends(whole);
    size_t chunks = read_all(whole->bytes.data, whole->bytes.size, false).chunks;
    for (size_t bit = 0; bit < 8 * whole->bytes.size; bit++) {
        whole->bytes.data[bit / 8] ^= (uint8_t)(1 << bit % 8);
        result r = read_all(whole->bytes.data, whole->bytes.size, false);
        assert_told(whole, &r, bit);
        if (bit % 2 || is_framing(whole, bit / 8)) { /* within payloads half of them are enough: both ways do the same there */
            r = read_all(whole->bytes.data, whole->bytes.size, true);
            assert_told(whole, &r, bit);
            assert_true(r.chunks + 1 >= chunks); /* one bit costs one message at most */
        }
        whole->bytes.data[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
    reel_bytes_free(&whole->bytes);
}

static void every_bit_flipped(void **state) {
    (void)state;
    recording whole = make(0, true);
    assert_true(whole.bytes.size > 2000);
    flip_every_bit_of(&whole);
}

static void every_bit_flipped_where_nothing_is_packed(void **state) {
    (void)state;
    recording packed = make(0, true), whole = unpacked(&packed);
    reel_bytes_free(&packed.bytes);
    flip_every_bit_of(&whole);
}

static uint64_t random_state = 88172645463325252u;
static size_t random_below(size_t n) {
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return (size_t)(random_state % n);
}

/* Pieces moved, doubled, left out, overwritten; numbers replaced by extreme ones. */
static void splice(uint8_t *data, size_t size, size_t *out_size, size_t capacity) {
    static const uint64_t extremes[] = {0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, INT64_MAX, UINT64_MAX, (uint64_t)1 << 62};
    size_t n = 1 + random_below(size / 4), from = random_below(size - n), to = random_below(size - n);
    *out_size = size;
    switch (random_below(5)) {
    case 0:
        memmove(data + to, data + from, n);
        break;
    case 1:
        memmove(data + from, data + from + n, size - from - n);
        *out_size = size - n;
        break;
    case 2:
        if (size + n > capacity)
            break;
        memmove(data + from + n, data + from, size - from);
        *out_size = size + n;
        break;
    case 3:
        for (size_t i = 0; i < n; i++)
            data[to + i] = (uint8_t)random_below(256);
        break;
    default:
        n = (size_t)1 << random_below(4);
        from = random_below(size - 8);
        memcpy(data + from, &extremes[random_below(sizeof extremes / sizeof *extremes)], n);
        break;
    }
}

static void splices_of(const recording *whole, int times) {
    size_t capacity = 2 * whole->bytes.size;
    uint8_t *data = malloc(capacity);
    for (int i = 0; i < times; i++) {
        size_t size = whole->bytes.size;
        memcpy(data, whole->bytes.data, size);
        for (size_t k = random_below(3) + 1; k; k--)
            splice(data, size, &size, capacity);
        read_all(data, size, i & 1);
    }
    free(data);
}

static void random_splices(void **state) {
    (void)state;
    recording packed = make(9, true), plain = unpacked(&packed);
    splices_of(&packed, 2000);
    splices_of(&plain, 3000);
    reel_bytes_free(&packed.bytes);
    reel_bytes_free(&plain.bytes);
}

/* Fields that point at each other, or claim to be more than there is room for. Each byte of an Arrow head takes all of a few values in turn. */
static void heads_with_other_bytes(void **state) {
    (void)state;
    recording packed = make(0, true), plain = unpacked(&packed);
    find_ends(&plain);
    size_t last = plain.n, begin = plain.ends[last - 1], end = plain.ends[last];
    static const uint8_t values[] = {0, 1, 4, 0x10, 0x7F, 0x80, 0xFC, 0xFF};
    for (size_t at = begin; at < end; at++) {
        uint8_t before = plain.bytes.data[at];
        for (size_t v = 0; v < sizeof values; v++) {
            plain.bytes.data[at] = values[v];
            result r = read_all(plain.bytes.data, plain.bytes.size, false);
            assert_told(&plain, &r, at);
        }
        plain.bytes.data[at] = before;
    }
    reel_bytes_free(&packed.bytes);
    reel_bytes_free(&plain.bytes);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cut_off_at_every_byte),
        cmocka_unit_test(every_bit_flipped),
        cmocka_unit_test(every_bit_flipped_where_nothing_is_packed),
        cmocka_unit_test(random_splices),
        cmocka_unit_test(heads_with_other_bytes),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    return failed || !n_touched;
}
