/* The index: whatever a footer says, an answer is right or an error. What it says when nothing is wrong, the official reader judges (tests/conformance/test_index.py). */
#include "base/error.h"
#include "plain_footer.h"
#include "read/index_scan.h"
#include "real_message.h"
#include "rrd/footer.h"
#include "scarce_memory.h"
#include "sink/sink.h"

#include <reel/arrow.h>
#include <reel/reel.h>

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

/* ---- a recording */

static const reel__timeline *const frame_only[] = {&real_frame};
static const reel__timeline *const frame_and_clock[] = {&real_frame, &real_clock};

enum { MESSAGES = 9, CHUNKS = 8 };

/* Static and temporal chunks, two timelines, nulls. */
static void record(reel__buf *out) {
    reel__descriptor two[] = {real_scalars, real_a}, three[] = {real_scalars, real_a, real_b};
    reel__shape *scalar = real_shape(frame_only, 1, &real_scalars, 1), *pair = real_shape(frame_and_clock, 2, two, 2), *triple = real_shape(frame_only, 1, three, 3);
    reel__shape *fixed = real_shape(NULL, 0, &real_a, 1);
    reel__message *list[MESSAGES] = {
        reel__message_store_info(NULL, &real_recording, (reel__tuid){1, 1}),
        real_chunk(&real_recording, fixed, "/fixed", 1, 2, 9, 0),
        real_chunk(&real_recording, scalar, "/a/b", 2, 5, -3, 0),
        real_chunk(&real_recording, scalar, "/a/b", 3, 5, 50, 0),
        real_chunk(&real_recording, pair, "/a", 4, 10, 100, 3),
        real_chunk(&real_recording, pair, "/ab", 5, 4, 200, 0),
        real_chunk(&real_recording, triple, "/a/c", 6, 9, 300, 2),
        real_chunk(&real_recording, triple, "/a/c", 7, 1, 400, 1),
        real_chunk(&real_recording, scalar, "/", 8, 1, 0, 0),
    };
    reel_bytes_owned bytes;
    assert_int_equal(reel__rrd_to_memory(list, MESSAGES, &bytes), REEL_OK);
    *out = (reel__buf){0};
    reel__buf_put(out, bytes.data, bytes.size);
    reel_bytes_free(&bytes);
    for (int i = 0; i < MESSAGES; i++)
        reel__message_unref(list[i]);
    real_free();
}

static reel_status read_index(const uint8_t *data, size_t size, reel_index_how how, reel_index **index) {
    reel_reader *reader;
    *index = NULL;
    reel_status status = reel_open_memory(data, size, NULL, &reader);
    if (status != REEL_OK)
        return status;
    status = reel_read_index(reader, how, index);
    reel_close_reader(reader);
    return status;
}

/* Every component that a has of this chunk, b has, too. */
static bool has_all(const reel_index *a, const reel_index *b, size_t chunk) {
    const char *of_a[64], *of_b[64];
    size_t n_a = reel_index_components(a, chunk, of_a, 64), n_b = reel_index_components(b, chunk, of_b, 64);
    bool all = n_a <= 64 && n_b <= 64;
    for (size_t i = 0; all && i < n_a; i++) {
        bool has = false;
        for (size_t k = 0; !has && k < n_b; k++)
            has = strcmp(of_a[i], of_b[k]) == 0;
        all = has;
    }
    return all;
}

/* Everything that both say is the same, details too. */
static bool same(const reel_index *a, const reel_index *b) {
    if (a->chunks.n != b->chunks.n || a->details.n != b->details.n)
        return false;
    for (size_t i = 0; i < a->chunks.n; i++) {
        reel_index_entry x, y;
        if (reel_index_at(a, i, &x) != REEL_OK || reel_index_at(b, i, &y) != REEL_OK)
            return false;
        bool equal = !strcmp(x.entity, y.entity) && !memcmp(x.chunk_id, y.chunk_id, 16) && x.is_static == y.is_static && x.n_rows == y.n_rows && x.offset == y.offset && x.size == y.size &&
                     x.unpacked_size == y.unpacked_size && x.n_ranges == y.n_ranges &&
                     !strcmp(a->stores.items[x.store].recording_id, b->stores.items[y.store].recording_id);
        for (size_t r = 0; equal && r < x.n_ranges; r++)
            equal = !strcmp(x.ranges[r].timeline, y.ranges[r].timeline) && x.ranges[r].type == y.ranges[r].type && x.ranges[r].min == y.ranges[r].min && x.ranges[r].max == y.ranges[r].max;
        if (!equal || !has_all(a, b, i) || !has_all(b, a, i))
            return false;
    }
    return true;
}

static void drain(struct ArrowArrayStream *stream, size_t *n_rows) {
    struct ArrowSchema schema;
    struct ArrowArray array;
    *n_rows = 0;
    if (stream->get_schema(stream, &schema) == 0)
        schema.release(&schema);
    while (stream->get_next(stream, &array) == 0 && array.release) {
        *n_rows += (size_t)array.length;
        array.release(&array);
    }
    stream->release(stream);
}

/* Everything that can be asked of it, for the sanitizers to watch. */
static void ask_all(const reel_index *index) {
    const reel_query queries[] = {{.struct_size = sizeof(reel_query)},
                                  {.struct_size = sizeof(reel_query), .entity = "/a/**", .component = "a b", .timeline = "frame", .min = 101, .max = 300, .with_static = true}};
    for (size_t i = 0; i < reel_index_size(index); i++) {
        reel_chunk *chunk;
        if (reel_index_chunk(index, i, &chunk) == REEL_OK)
            reel_chunk_unref(chunk);
        else
            assert_true(*reel_error_message());
    }
    for (int i = 0; i < 2; i++) {
        uint64_t *chunks;
        size_t n;
        struct ArrowArrayStream stream;
        assert_int_equal(reel_index_select(index, &queries[i], &chunks, &n), REEL_OK);
        assert_true(n <= reel_index_size(index));
        reel_release(chunks);
        if (reel_index_export(index, &queries[i], &stream) == REEL_OK)
            drain(&stream, &n);
    }
}

typedef struct told_texts {
    char text[8192];
    size_t used;
    uint64_t n;
} told_texts;

static void note(void *user, const reel_read_event *event) {
    told_texts *t = user;
    assert_int_equal(event->topic, REEL_READ_FOOTER);
    t->used += (size_t)snprintf(t->text + t->used, sizeof t->text - t->used, "%s\n", event->message);
    assert_true(t->used < sizeof t->text);
    t->n++;
}

static void verify(const reel__buf *bytes, told_texts *told) {
    reel_reader *reader;
    uint64_t n;
    assert_int_equal(reel_open_memory(bytes->data, bytes->size, NULL, &reader), REEL_OK);
    assert_int_equal(reel_index_verify(reader, note, told, &n), REEL_OK);
    assert_int_equal(n, told->n);
    reel_close_reader(reader);
}

/* ---- promises */

static void a_footer_says_what_a_look_at_all_chunks_says(void **state) {
    (void)state;
    reel__buf bytes, plain = {0};
    reel_index *footer, *scan;
    record(&bytes);
    plain_footer(bytes.data, bytes.size, &plain);
    for (int i = 0; i < 2; i++) {
        const reel__buf *b = i ? &plain : &bytes;
        assert_int_equal(read_index(b->data, b->size, REEL_INDEX_FOOTER, &footer), REEL_OK);
        assert_int_equal(read_index(b->data, b->size, REEL_INDEX_SCAN, &scan), REEL_OK);
        assert_int_equal(reel_index_size(scan), CHUNKS);
        assert_true(same(footer, scan));
        assert_true(scan->details.n > 0);
        ask_all(footer);
        reel_index_free(footer);
        reel_index_free(scan);
    }
    reel__buf_free(&bytes);
    reel__buf_free(&plain);
}

/* From the End message to the last byte. */
static void every_flipped_bit_of_a_footer_is_refused(void **state) {
    (void)state;
    reel__buf bytes;
    size_t start = 0, length = 0;
    reel_index *index, *scan;
    record(&bytes);
    assert_true(footer_place(bytes.data, bytes.size, &start, &length));
    assert_int_equal(read_index(bytes.data, bytes.size, REEL_INDEX_SCAN, &scan), REEL_OK);
    for (size_t at = start - 16; at < bytes.size; at++)
        for (int bit = 0; bit < 8; bit++) {
            bytes.data[at] ^= (uint8_t)(1u << bit);
            assert_int_not_equal(read_index(bytes.data, bytes.size, REEL_INDEX_FOOTER, &index), REEL_OK);
            if (bit == (int)(at % 8)) {
                assert_int_equal(read_index(bytes.data, bytes.size, REEL_INDEX_ANY, &index), REEL_OK);
                assert_true(same(index, scan));
                reel_index_free(index);
            }
            bytes.data[at] ^= (uint8_t)(1u << bit);
        }
    for (size_t size = start - 16; size < bytes.size; size++)
        assert_int_equal(read_index(bytes.data, size, REEL_INDEX_FOOTER, &index), REEL_E_NOT_FOUND);
    reel_index_free(scan);
    reel__buf_free(&bytes);
}

/* Somebody lies who can count sums. What is accepted is the truth, or differs from the chunks, and that is told. */
static void whatever_a_footer_says_is_right_or_told(void **state) {
    (void)state;
    static const uint8_t changes[] = {0x01, 0x80, 0xFF};
    reel__buf bytes, plain = {0};
    size_t start = 0, length = 0, n_refused = 0, n_different = 0;
    reel_index *index, *scan;
    record(&bytes);
    plain_footer(bytes.data, bytes.size, &plain);
    assert_true(footer_place(plain.data, plain.size, &start, &length));
    assert_int_equal(read_index(bytes.data, bytes.size, REEL_INDEX_SCAN, &scan), REEL_OK);
    for (size_t i = 0; i < sizeof changes * length; i++) {
        size_t at = start + i / sizeof changes;
        plain.data[at] ^= changes[i % sizeof changes];
        footer_sum(plain.data, plain.size);
        reel_status status = read_index(plain.data, plain.size, REEL_INDEX_FOOTER, &index);
        n_refused += status != REEL_OK;
        if (status == REEL_OK && !same(index, scan)) {
            reel_reader *reader;
            uint64_t n;
            assert_int_equal(reel_open_memory(plain.data, plain.size, NULL, &reader), REEL_OK);
            assert_int_equal(reel_index_verify(reader, NULL, NULL, &n), REEL_OK);
            assert_true(n > 0);
            reel_close_reader(reader);
            ask_all(index);
            n_different++;
        }
        reel_index_free(index);
        plain.data[at] ^= changes[i % sizeof changes];
    }
    assert_true(n_refused > 1000 && n_different > 100);
    reel_index_free(scan);
    reel__buf_free(&bytes);
    reel__buf_free(&plain);
}

/* The schema of all columns, which nothing is found by. */
static void a_schema_that_lies_is_told(void **state) {
    (void)state;
    static const struct {
        const char *text;
        uint8_t last;         /* what its last byte becomes */
        const char *says;
    } lies[] = {
        {"/a/b", 'x', "the footer's schema does not have Scalars:scalars of /a/b"},
        {"my.Arch:_b", 'c', "the footer's schema does not have my.Arch:_b of /a/c"},
        {"rerun:is_static", 'x', "the footer's schema says that a b of /fixed is not static"},
        {"rerun:entity_path", 'x', "of no entity"},
        {"rerun:component", 'x', "of no component"},
    };
    reel__buf bytes, plain = {0};
    size_t start = 0, length = 0;
    record(&bytes);
    plain_footer(bytes.data, bytes.size, &plain);
    assert_true(footer_place(plain.data, plain.size, &start, &length));
    reel__proto_reader r = reel__proto_read(plain.data + start, length), m;
    reel__proto_field f, g = {0};
    assert_true(reel__proto_next(&r, &f));
    m = reel__proto_get_message(&r, &f);
    while (reel__proto_next(&m, &g) && g.number != 2)
        continue;
    for (size_t i = 0; i < sizeof lies / sizeof *lies; i++) {
        reel__buf copy = {0};
        told_texts told = {0};
        size_t size = strlen(lies[i].text);
        reel__buf_put(&copy, plain.data, plain.size);
        uint8_t *schema = copy.data + (g.data - plain.data);
        for (size_t at = 0; at + size <= g.size; at++) {
            bool is_whole = memcmp(schema + at, lies[i].text, size) == 0 && schema[at + size] == 0;
            if (is_whole && (lies[i].text[0] != '/' || schema[at - 4] == size))
                schema[at + size - 1] = lies[i].last;
        }
        footer_sum(copy.data, copy.size);
        verify(&copy, &told);
        if (!strstr(told.text, lies[i].says))
            fail_msg("%s: %s", lies[i].text, told.text);
        reel__buf_free(&copy);
    }
    told_texts nothing = {0};
    verify(&plain, &nothing);
    assert_string_equal(nothing.text, "");
    reel__buf_free(&bytes);
    reel__buf_free(&plain);
}

/* ---- places and counts that cannot be */

static reel_status collect(void *user, const void *data, size_t size) {
    reel__buf_put(user, data, size);
    return REEL_OK;
}

typedef struct noted {
    uint64_t offset, size, n_rows;
} noted;

static void write_noted(reel__buf *out, const noted *list, size_t n) {
    reel__shape *shape = real_shape(frame_only, 1, &real_scalars, 1);
    reel__time_range range = {0, 5, true};
    uint32_t non_null = 1;
    reel__footer *f = reel__footer_new(NULL);
    uint8_t header[REEL__STREAM_HEADER_SIZE];
    *out = (reel__buf){0};
    reel__stream_header(header);
    reel__buf_put(out, header, sizeof header);
    reel__buf_zero(out, 1000);
    for (size_t i = 0; i < n; i++) {
        reel__message m = {.kind = REEL_MESSAGE_CHUNK, .store = &real_recording, .entity_path = "/noted", .size = (size_t)list[i].size, .ipc_size = 900, .shape = shape, .chunk_id = {7, i}};
        m.info = (reel__chunk_info){.n_rows = list[i].n_rows, .ranges = &range, .non_null = &non_null};
        assert_int_equal(reel__footer_add(f, &m, list[i].offset), REEL_OK);
    }
    assert_int_equal(reel__footer_write(f, out->size, collect, out, INT64_MAX), REEL_OK);
    reel__footer_free(f);
    real_free();
}

static void places_outside_of_the_stream_are_refused(void **state) {
    (void)state;
    static const struct {
        noted chunks[2];
        size_t n;
        const char *says; /* NULL: it is accepted */
    } cases[] = {
        {{{12, 1000, 1}}, 1, NULL},
        {{{12, 500, UINT64_C(1) << 63}, {512, 500, UINT64_MAX}}, 2, NULL}, /* rows are looked at with the chunk */
        {{{512, 500, 1}, {12, 500, 1}}, 2, NULL},                         /* out of order */
        {{{12, 1001, 1}}, 1, "a chunk of 985 bytes at 28, in a stream of 1012"},
        {{{11, 500, 1}}, 1, "at 27"},
        {{{0, 500, 1}}, 1, "at 16"},
        {{{13, 1000, 1}}, 1, "at 29"},
        {{{1012, 17, 1}}, 1, "at 1028"},
        {{{UINT64_MAX - 100, 500, 1}}, 1, "a chunk of 484 bytes"},
        {{{12, SIZE_MAX, 1}}, 1, "a chunk of"},
        {{{12, 16, 1}}, 1, "a chunk of 0 bytes"},
        {{{12, 501, 1}, {512, 500, 1}}, 2, "two chunks overlap"},
        {{{12, 500, 1}, {12, 500, 1}}, 2, "two chunks overlap"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        reel__buf bytes;
        reel_index *index;
        write_noted(&bytes, cases[i].chunks, cases[i].n);
        reel_status status = read_index(bytes.data, bytes.size, REEL_INDEX_FOOTER, &index);
        assert_int_equal(status, cases[i].says ? REEL_E_FORMAT : REEL_OK);
        if (cases[i].says && !strstr(reel_error_message(), cases[i].says))
            fail_msg("case %zu: %s", i, reel_error_message());
        if (index)
            ask_all(index);
        reel_index_free(index);
        reel__buf_free(&bytes);
    }
}

/* A few bytes of LZ4 could tell of a great many chunks. */
static void more_chunks_than_bytes_are_refused_before_they_take_memory(void **state) {
    (void)state;
    enum { MANY = 400000 };
    noted *list = calloc(MANY, sizeof *list);
    reel__buf bytes;
    reel_index *index;
    assert_non_null(list);
    write_noted(&bytes, list, MANY);
    free(list);
    assert_true(bytes.size < 17 * (size_t)MANY);
    assert_int_equal(read_index(bytes.data, bytes.size, REEL_INDEX_FOOTER, &index), REEL_E_FORMAT);
    assert_non_null(strstr(reel_error_message(), "tells of 400000 chunks in"));
    reel__buf_free(&bytes);
}

/* ---- the stream's manners */

static void a_stream_and_its_parts_are_released_in_any_order(void **state) {
    (void)state;
    reel__buf bytes;
    reel_index *index;
    struct ArrowArrayStream stream;
    struct ArrowSchema schema, schema_child;
    struct ArrowArray first, second, child;
    record(&bytes);
    assert_int_equal(read_index(bytes.data, bytes.size, REEL_INDEX_ANY, &index), REEL_OK);
    assert_int_equal(reel_index_export(index, NULL, &stream), REEL_OK);
    stream.release(&stream); /* before anything was asked */
    assert_null(stream.release);
    assert_int_equal(reel_index_export(index, NULL, &stream), REEL_OK);
    assert_int_equal(stream.get_schema(&stream, &schema), 0);
    assert_int_equal(stream.get_next(&stream, &first), 0);
    assert_int_equal(stream.get_next(&stream, &second), 0);
    assert_null(stream.get_last_error(&stream));
    stream.release(&stream);
    reel_index_free(index); /* what came out of it stays */
    assert_int_equal(first.n_children, schema.n_children);
    child = *first.children[0];
    first.children[0]->release = NULL;
    first.release(&first);
    schema_child = *schema.children[0];
    schema.children[0]->release = NULL;
    schema.release(&schema);
    assert_int_equal(child.length, 2);
    assert_string_equal(schema_child.name, "rerun.controls.RowId");
    child.release(&child);
    second.children[1]->release(second.children[1]);
    second.release(&second);
    schema_child.release(&schema_child);
    reel__buf_free(&bytes);
}

static void a_damaged_chunk_ends_the_stream_and_says_why(void **state) {
    (void)state;
    reel__buf bytes;
    reel_index *index;
    reel_index_entry entry;
    struct ArrowArrayStream stream;
    struct ArrowArray array;
    record(&bytes);
    assert_int_equal(read_index(bytes.data, bytes.size, REEL_INDEX_FOOTER, &index), REEL_OK);
    const reel_query query = {.struct_size = sizeof query, .entity = "a/b"};
    assert_int_equal(reel_index_export(index, &query, &stream), REEL_OK);
    assert_int_equal(reel_index_at(index, 2, &entry), REEL_OK);
    assert_string_equal(entry.entity, "/a/b");
    bytes.data[entry.offset] ^= 1;
    assert_int_equal(stream.get_next(&stream, &array), 0);
    array.release(&array);
    for (int i = 0; i < 2; i++) {
        assert_int_not_equal(stream.get_next(&stream, &array), 0);
        assert_null(array.release);
        assert_non_null(strstr(stream.get_last_error(&stream), "there is none of its size"));
    }
    stream.release(&stream);
    reel_index_free(index);
    reel__buf_free(&bytes);
}

/* ---- scarce memory, and calls that make no sense */

static reel_status use_everything(const reel__buf *bytes) {
    reel_reader *reader;
    reel_index *index = NULL;
    reel_chunk *chunk;
    uint64_t *chunks, n_differences;
    size_t n;
    struct ArrowArrayStream stream;
    struct ArrowSchema schema;
    struct ArrowArray array;
    const reel_query query = {.struct_size = sizeof query, .store_kind = REEL_STORE_RECORDING, .entity = "/a/**", .component = "a b", .timeline = "frame", .max = 1000};
    REEL__TRY(reel_open_memory(bytes->data, bytes->size, NULL, &reader));
    reel_status status = reel_index_verify(reader, NULL, NULL, &n_differences);
    for (int how = REEL_INDEX_FOOTER; how <= REEL_INDEX_SCAN && status == REEL_OK; how++) {
        status = reel_read_index(reader, (reel_index_how)how, &index);
        if (status == REEL_OK && (status = reel_index_select(index, &query, &chunks, &n)) == REEL_OK)
            reel_release(chunks);
        if (status == REEL_OK && (status = reel_index_chunk(index, 3, &chunk)) == REEL_OK)
            reel_chunk_unref(chunk);
        if (status == REEL_OK && (status = reel_index_export(index, NULL, &stream)) == REEL_OK) {
            if (stream.get_schema(&stream, &schema) == 0)
                schema.release(&schema);
            while (status == REEL_OK) {
                status = stream.get_next(&stream, &array) == 0 ? REEL_OK : REEL_E_NO_MEMORY;
                if (status == REEL_OK && !array.release)
                    break;
                if (status == REEL_OK)
                    array.release(&array);
            }
            stream.release(&stream);
        }
        reel_index_free(index);
        index = NULL;
    }
    reel_close_reader(reader);
    return status;
}

static void each_failing_allocation_is_told_and_nothing_leaks(void **state) {
    (void)state;
    reel__buf bytes;
    record(&bytes);
    reel__buf copy = {malloc(bytes.size), bytes.size, bytes.size, false};
    memcpy(copy.data, bytes.data, bytes.size);
    reel__buf_free(&bytes);
    assert_int_equal(scarce_install(), REEL_OK);
    assert_int_equal(use_everything(&copy), REEL_OK);
    long alive = atomic_load(&scarce_alive);
    for (long nth = 1;; nth++) {
        scarcity_begin(&scarce_here, nth, false);
        reel_status status = use_everything(&copy);
        bool was_refused = atomic_load(&scarce_here.has_refused);
        scarcity_end(&scarce_here);
        assert_int_equal(atomic_load(&scarce_alive), alive);
        if (!was_refused) {
            assert_int_equal(status, REEL_OK);
            assert_true(nth > 500);
            break;
        }
        assert_true(status == REEL_OK || status == REEL_E_NO_MEMORY);
    }
    assert_int_equal(reel_set_allocator(NULL), REEL_OK);
    free(copy.data);
}

static void senseless_calls_are_refused(void **state) {
    (void)state;
    reel__buf bytes;
    reel_index *index;
    reel_index_entry entry;
    reel_chunk *chunk;
    uint64_t *chunks;
    size_t n;
    record(&bytes);
    assert_int_equal(read_index(bytes.data, bytes.size, REEL_INDEX_ANY, &index), REEL_OK);
    assert_int_equal(reel_index_at(index, CHUNKS, &entry), REEL_E_ARGUMENT);
    assert_int_equal(reel_index_at(NULL, 0, &entry), REEL_E_ARGUMENT);
    assert_int_equal(reel_index_chunk(index, CHUNKS, &chunk), REEL_E_ARGUMENT);
    assert_int_equal(reel_index_chunk(index, 0, NULL), REEL_E_ARGUMENT);
    assert_int_equal(reel_index_select(NULL, NULL, &chunks, &n), REEL_E_ARGUMENT);
    assert_int_equal(reel_index_select(index, &(reel_query){.struct_size = sizeof(reel_query), .store_kind = (reel_store_kind)9}, &chunks, &n), REEL_E_ARGUMENT);
    assert_int_equal(reel_index_select(index, &(reel_query){.struct_size = sizeof(reel_query), .entity = "\xff"}, &chunks, &n), REEL_E_UTF8);
    assert_int_equal(reel_index_export(index, NULL, NULL), REEL_E_ARGUMENT);
    assert_int_equal(reel_read_index(NULL, REEL_INDEX_ANY, &index), REEL_E_ARGUMENT);
    assert_int_equal(reel_index_size(NULL), 0);
    assert_int_equal(reel_index_stores(NULL), 0);
    assert_null(reel_index_store(index, 1));
    reel_index_free(NULL);
    reel_index_free(index);
    reel__buf_free(&bytes);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_footer_says_what_a_look_at_all_chunks_says),
        cmocka_unit_test(every_flipped_bit_of_a_footer_is_refused),
        cmocka_unit_test(whatever_a_footer_says_is_right_or_told),
        cmocka_unit_test(a_schema_that_lies_is_told),
        cmocka_unit_test(places_outside_of_the_stream_are_refused),
        cmocka_unit_test(more_chunks_than_bytes_are_refused_before_they_take_memory),
        cmocka_unit_test(a_stream_and_its_parts_are_released_in_any_order),
        cmocka_unit_test(a_damaged_chunk_ends_the_stream_and_says_why),
        cmocka_unit_test(each_failing_allocation_is_told_and_nothing_leaks),
        cmocka_unit_test(senseless_calls_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
