/* The parts that a reader stands on, given what no writer writes: protobuf, LZ4 frames, flatbuffers that share and nest, and paths of bytes into a source. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "arrow/flatbuf.h"
#include "arrow/ipc_read.h"
#include "arrow/lz4_frame.h"
#include "base/buf.h"
#include "read/source.h"
#include "rrd/proto_read.h"

#include <reel/reel.h>

#include <lz4frame.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define assert_ok(expression) assert_int_equal((expression), REEL_OK)

/* ---- protobuf */

static size_t count_fields(const void *data, size_t size, bool *is_bad) {
    uint8_t *copy = malloc(size ? size : 1); /* of just this size */
    if (size)
        memcpy(copy, data, size);
    reel__proto_reader r = reel__proto_read(copy, size);
    reel__proto_field f;
    size_t n = 0;
    while (reel__proto_next(&r, &f))
        n++;
    *is_bad = r.is_bad;
    free(copy);
    return n;
}

static void fields_of_every_kind(void **state) {
    (void)state;
    static const uint8_t data[] = {0x08, 0x96, 0x01, 0x11, 1, 2, 3, 4, 5, 6, 7, 8, 0x1A, 2, 'a', 'b', 0x25, 1, 0, 0, 0, 0x2B, 0x08, 1, 0x33, 0x34, 0x2C, 0x30, 7};
    reel__proto_reader r = reel__proto_read(data, sizeof data);
    reel__proto_field f;
    assert_true(reel__proto_next(&r, &f) && f.number == 1 && f.value == 150 && reel__proto_get_uint(&r, &f) == 150);
    assert_true(reel__proto_next(&r, &f) && f.number == 2 && reel__proto_get_fixed64(&r, &f) == 0x0807060504030201u);
    assert_true(reel__proto_next(&r, &f) && f.number == 3 && f.size == 2 && f.data == data + 14);
    assert_true(reel__proto_next(&r, &f) && f.number == 4 && f.value == 1);
    assert_true(reel__proto_next(&r, &f) && f.number == 6 && f.value == 7); /* behind a group within a group */
    assert_false(reel__proto_next(&r, &f));
    assert_false(r.is_bad);
    for (size_t size = 1; size < sizeof data; size++) { /* cut off: bad, but for the places between fields */
        bool is_bad, is_between = size == 3 || size == 12 || size == 16 || size == 21 || size == 27;
        count_fields(data, size, &is_bad);
        assert_int_equal(is_bad, !is_between);
    }
}

static void fields_that_are_none(void **state) {
    (void)state;
    static const struct {
        const char *bytes;
        size_t size;
    } bad[] = {
        {"\x00\x01", 2}, {"\x02\x00", 2}, {"\x0F", 1}, {"\x0E", 1}, {"\x0C", 1}, /* number 0; kinds 7 and 6; the end of no group */
        {"\x08\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x02", 11}, {"\x08\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x01", 12}, /* more than 64 bits */
        {"\x0A\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x01", 11}, {"\x88\x80\x80\x80\x80\x80\x01\x00", 8}, /* sizes and numbers that are too large */
        {"\x0B\x14", 2}, {"\x0B\x08\x01", 3},
    };
    bool is_bad;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        count_fields(bad[i].bytes, bad[i].size, &is_bad);
        assert_true(is_bad);
    }
    char groups[300];
    memset(groups, 0x0B, 150);
    memset(groups + 150, 0x0C, 150);
    assert_int_equal(count_fields(groups + 50, 200, &is_bad), 0); /* 100 deep */
    assert_false(is_bad);
    count_fields(groups, 300, &is_bad);
    assert_true(is_bad);
}

static void fields_of_another_kind(void **state) {
    (void)state;
    const reel__proto_field number = {.number = 1, .wire = REEL__PROTO_VARINT}, text = {.number = 1, .wire = REEL__PROTO_BYTES, .data = (const uint8_t *)"\xC3", .size = 1};
    const char *out;
    size_t size;
    reel__proto_reader r = reel__proto_read("", 0), inner;
    reel__proto_get_uint(&r, &text);
    assert_true(r.is_bad);
    r.is_bad = false;
    inner = reel__proto_get_message(&r, &number);
    assert_true(r.is_bad && inner.at == inner.end);
    r.is_bad = false;
    assert_false(reel__proto_get_text(&r, &text, &out, &size)); /* half a character */
    assert_true(r.is_bad);
}

/* ---- LZ4 frames */

static void frames_of_every_kind(void **state) {
    (void)state;
    enum { SIZE = 300000 };
    uint8_t *data = malloc(SIZE), *out = malloc(SIZE);
    size_t capacity = LZ4F_compressFrameBound(SIZE, NULL) + 4096;
    uint8_t *packed = malloc(capacity);
    for (size_t i = 0; i < SIZE; i++)
        data[i] = (uint8_t)(i < SIZE / 2 ? i * i >> 7 : (size_t)rand() & 255); /* half of it cannot be packed */
    for (int kind = 0; kind < 32; kind++) {
        LZ4F_preferences_t p = {.frameInfo = {.blockSizeID = kind & 1 ? LZ4F_max64KB : LZ4F_max4MB, .blockMode = kind & 2 ? LZ4F_blockLinked : LZ4F_blockIndependent,
                                              .contentChecksumFlag = kind & 4 ? LZ4F_contentChecksumEnabled : LZ4F_noContentChecksum,
                                              .blockChecksumFlag = kind & 8 ? LZ4F_blockChecksumEnabled : LZ4F_noBlockChecksum, .contentSize = kind & 16 ? SIZE : 0}};
        size_t size = LZ4F_compressFrame(packed, capacity, data, SIZE, &p);
        assert_false(LZ4F_isError(size));
        memset(out, 0, SIZE);
        assert_ok(reel__lz4_frame_unpack(packed, size, out, SIZE));
        assert_memory_equal(out, data, SIZE);
        assert_int_equal(reel__lz4_frame_unpack(packed, size, out, SIZE - 1), REEL_E_FORMAT);
        assert_int_equal(reel__lz4_frame_unpack(packed, size - 1, out, SIZE), REEL_E_FORMAT);
        for (size_t cut = 0; cut < 40; cut++)
            assert_int_equal(reel__lz4_frame_unpack(packed, cut, out, SIZE), REEL_E_FORMAT);
        if (kind & 4) /* with a sum over all of it, whatever is changed is found out */
            for (int i = 0; i < 200; i++) {
                size_t at = (size_t)rand() % size;
                packed[at] ^= 0x10;
                assert_int_equal(reel__lz4_frame_unpack(packed, size, out, SIZE), REEL_E_FORMAT);
                packed[at] ^= 0x10;
            }
    }
    free(data);
    free(out);
    free(packed);
}

/* ---- flatbuffers */

/* A schema message of one field, whose children are `width` times the same field, whose children are ... `depth` times: a few bytes that stand for width ^ depth fields. */
static void shared_fields(reel__buf *out, size_t width, size_t depth) {
    size_t at[REEL__FLAT_SLOTS_MAX], start = out->size, vector;
    reel__buf_u32(out, UINT32_MAX);
    reel__buf_u32(out, 0);
    reel__buf_u32(out, 0);
    reel__flat f = {.out = out, .start = start + 8};
    const uint8_t message[REEL__FLAT_SLOTS_MAX] = {2, 1, 4, 8}, schema[REEL__FLAT_SLOTS_MAX] = {0, 4}, field[REEL__FLAT_SLOTS_MAX] = {0, 1, 1, 4, 0, 4};
    reel__flat_link(&f, f.start, reel__flat_table(&f, message, at));
    reel__flat_store(&f, at[0], 4, 2);
    reel__flat_store(&f, at[1], 1, 1);
    size_t hole = at[2];
    reel__flat_link(&f, hole, reel__flat_table(&f, schema, at));
    vector = reel__flat_offsets(&f, 1);
    reel__flat_link(&f, at[1], vector);
    for (size_t level = 0; level <= depth; level++) {
        size_t n = level ? width : 1, table;
        size_t holes = vector + 4;
        table = reel__flat_table(&f, field, at);
        for (size_t i = 0; i < n; i++)
            reel__flat_link(&f, holes + 4 * i, table);
        const uint8_t none[REEL__FLAT_SLOTS_MAX] = {0};
        size_t unused[REEL__FLAT_SLOTS_MAX];
        reel__flat_store(&f, at[2], level < depth ? 13 : 1, 1); /* a struct, at the end null */
        reel__flat_link(&f, at[3], reel__flat_table(&f, none, unused));
        vector = reel__flat_offsets(&f, level < depth ? width : 0);
        reel__flat_link(&f, at[5], vector);
    }
    reel__buf_pad(out, start, 8);
    reel__store_u32(out->data + start + 4, (uint32_t)(out->size - start - 8));
}

static void fields_that_are_shared(void **state) {
    (void)state;
    static const struct {
        size_t width, depth;
        reel_status status;
    } cases[] = {{1, 3, REEL_OK}, {2, 2, REEL_OK}, {2, 40, REEL_E_FORMAT}, {16, 30, REEL_E_FORMAT}, {1, 63, REEL_OK}, {1, 64, REEL_E_TOO_LARGE}, {1, 500, REEL_E_TOO_LARGE}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        reel__buf out = {0};
        reel__ipc_tree *tree;
        shared_fields(&out, cases[i].width, cases[i].depth);
        reel_status status = reel__ipc_read(out.data, out.size, out.size, NULL, &tree);
        if (status != cases[i].status)
            fail_msg("%zu fields %zu deep in %zu bytes: %d, %s", cases[i].width, cases[i].depth, out.size, status, reel_error_message());
        if (tree)
            reel__held_unref(&tree->held);
        reel__buf_free(&out);
    }
}

/* ---- sources */

typedef struct giver {
    uint64_t at, size, step;
} giver;
static reel_status give(void *user, void *data, size_t size, size_t *n) {
    giver *g = user;
    *n = g->size - g->at < size ? (size_t)(g->size - g->at) : size;
    *n = *n > g->step ? (size_t)g->step : *n;
    for (size_t i = 0; i < *n; i++)
        ((uint8_t *)data)[i] = (uint8_t)((g->at + i) * 7 >> 3);
    g->at += *n;
    return REEL_OK;
}

static void a_window_moves_over_what_comes(void **state) {
    (void)state;
    static const uint64_t steps[] = {1, 13, 4096, 1 << 20};
    for (size_t k = 0; k < sizeof steps / sizeof *steps; k++) {
        giver g = {.size = 400000, .step = steps[k]};
        reel__source s;
        reel__source_callback(&s, give, &g);
        uint64_t at = 0, got;
        const uint8_t *data;
        for (uint64_t i = 0; at < g.size; i++) {
            uint64_t size = i % 5 ? i * 37 % 3000 : 16;
            assert_ok(reel__source_get(&s, at, size, &data, &got));
            assert_int_equal(got, size < g.size - at ? size : g.size - at);
            for (uint64_t b = 0; b < got; b++)
                assert_int_equal(data[b], (uint8_t)((at + b) * 7 >> 3));
            at += i % 3 ? size : size + 5000; /* past the window, too */
        }
        assert_true(s.window.capacity < 300000);
        assert_ok(reel__source_get(&s, g.size + 100, 10, &data, &got));
        assert_int_equal(got, 0);
        reel__source_close(&s);
    }
}

static reel_status refuse(void *user, void *data, size_t size, size_t *n) {
    (void)user;
    (void)data;
    *n = size + 1;
    return REEL_OK;
}

static void memory_follows_what_comes(void **state) {
    (void)state;
    giver g = {.size = 50000, .step = 50000};
    reel__source s;
    const uint8_t *data;
    uint64_t got;
    reel__source_callback(&s, give, &g);
    assert_ok(reel__source_get(&s, 0, (uint64_t)15 << 30, &data, &got)); /* so much is claimed */
    assert_int_equal(got, 50000);
    assert_true(s.window.capacity < (64 << 20));
    reel__source_close(&s);
    reel__source_callback(&s, refuse, NULL);
    assert_int_equal(reel__source_get(&s, 0, 10, &data, &got), REEL_E_ARGUMENT);
    reel__source_close(&s);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fields_of_every_kind),
        cmocka_unit_test(fields_that_are_none),
        cmocka_unit_test(fields_of_another_kind),
        cmocka_unit_test(frames_of_every_kind),
        cmocka_unit_test(fields_that_are_shared),
        cmocka_unit_test(a_window_moves_over_what_comes),
        cmocka_unit_test(memory_follows_what_comes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
