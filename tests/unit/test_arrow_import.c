/* Arrow arrays of others: what is taken, and what is refused and how it is told. Arrays of every type come from pyarrow (tests/conformance/test_arrow.py). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "arrow/arrow_import.h"
#include "base/alloc.h"

#include <reel/reel.h>

#include <stdlib.h>
#include <string.h>

#define assert_ok(expression) assert_int_equal((expression), REEL_OK)
#define assert_says(text) assert_non_null(strstr(reel_error_message(), text))

/* Schemas and arrays that stand in the test itself; releasing them counts. */
static int n_released;
static void release_schema(struct ArrowSchema *s) { s->release = NULL, n_released++; }
static void release_array(struct ArrowArray *a) { a->release = NULL, n_released++; }

static struct ArrowSchema schema_of(const char *format) { return (struct ArrowSchema){.format = format, .flags = ARROW_FLAG_NULLABLE, .release = release_schema}; }
static struct ArrowArray array_of(int64_t length, const void **buffers, int64_t n_buffers) {
    return (struct ArrowArray){.length = length, .buffers = buffers, .n_buffers = n_buffers, .release = release_array};
}

static reel_status import(const struct ArrowSchema *s, const struct ArrowArray *a) {
    reel__arrow_type *type;
    reel_status status = reel__arrow_import(s, a, "lidar: points", &type);
    reel__release(type);
    return status;
}

static void refused(const struct ArrowSchema *s, const struct ArrowArray *a, reel_status status, const char *said) {
    assert_int_equal(import(s, a), status);
    assert_says("lidar: points");
    assert_says(said);
}

/* ---- types */

static void formats_that_are_none_are_named(void **state) {
    (void)state;
    static const char *const bad[] = {"", "x", "uu", "w:", "w:0", "w:-3", "w:99999999999", "d:", "d:0,1", "d:39,1", "d:10,2,33", "d:10", "+w", "+w:x", "+u:0", "tss", "tdX", "+vx", "+", "vx"};
    struct ArrowArray a = array_of(0, NULL, 0);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct ArrowSchema s = schema_of(bad[i]);
        refused(&s, &a, REEL_E_UNSUPPORTED, bad[i]);
    }
    struct ArrowSchema none = schema_of(NULL);
    refused(&none, &a, REEL_E_UNSUPPORTED, "lidar");
}

static void what_was_released_is_not_read(void **state) {
    (void)state;
    struct ArrowSchema s = schema_of("i"), gone = s;
    struct ArrowArray a = array_of(0, (const void *[2]){NULL, NULL}, 2);
    gone.release = NULL;
    refused(&gone, &a, REEL_E_ARGUMENT, "schema is released");
    a.release = NULL;
    refused(&s, &a, REEL_E_ARGUMENT, "array is released");
    refused(NULL, &a, REEL_E_ARGUMENT, "schema is NULL");
    refused(&s, NULL, REEL_E_ARGUMENT, "array is NULL");
}

static void children_have_to_be_there(void **state) {
    (void)state;
    struct ArrowSchema s = schema_of("+l"), *child = NULL;
    struct ArrowArray a = array_of(0, (const void *[2]){NULL, NULL}, 2);
    refused(&s, &a, REEL_E_ARGUMENT, "has 0 children");
    s.n_children = 1;
    refused(&s, &a, REEL_E_ARGUMENT, "is NULL");
    s.children = &child;
    refused(&s, &a, REEL_E_ARGUMENT, "is NULL");
    s.n_children = -1;
    refused(&s, &a, REEL_E_ARGUMENT, "has -1 children");
    s = schema_of("+s");
    s.n_children = INT64_MAX;
    refused(&s, &a, REEL_E_ARGUMENT, "children");
    struct ArrowSchema number = schema_of("i"), *numbers[2] = {&number, &number};
    s = schema_of("+ud:0,0");
    s.n_children = 2;
    s.children = numbers;
    refused(&s, &a, REEL_E_ARGUMENT, "does not fit its 2 children");
    s.format = "+ud:0";
    refused(&s, &a, REEL_E_ARGUMENT, "does not fit its 2 children");
    s.format = "+us:0,128";
    refused(&s, &a, REEL_E_ARGUMENT, "does not fit its 2 children");
}

static void nesting_ends_at_32(void **state) {
    (void)state;
    struct ArrowSchema s[REEL__ARROW_DEPTH_MAX + 1], *pointers[REEL__ARROW_DEPTH_MAX + 1];
    reel__arrow_type *type;
    for (int i = 0; i <= REEL__ARROW_DEPTH_MAX; i++) {
        s[i] = schema_of("+s");
        pointers[i] = &s[i];
        if (i)
            s[i - 1].n_children = 1, s[i - 1].children = &pointers[i];
    }
    s[REEL__ARROW_DEPTH_MAX].format = "i";
    assert_int_equal(reel__arrow_type_from_schema(&s[0], false, "deep", &type), REEL_E_TOO_LARGE);
    assert_says("more than 32 deep");
    assert_ok(reel__arrow_type_from_schema(&s[1], false, "deep", &type));
    assert_int_equal(type->n_nodes, REEL__ARROW_DEPTH_MAX);
    reel__release(type);
    s[5].children = &pointers[0]; /* a circle */
    assert_int_equal(reel__arrow_type_from_schema(&s[0], false, "round", &type), REEL_E_TOO_LARGE);
}

static void streams_end_at_64_and_nodes_at_256(void **state) {
    (void)state;
    enum { MANY = REEL__ARROW_NODES_MAX };
    struct ArrowSchema number = schema_of("i"), s = schema_of("+s"), *children[MANY];
    reel__arrow_type *type;
    number.flags = 0;
    for (int i = 0; i < MANY; i++)
        children[i] = &number;
    s.children = children;
    s.n_children = REEL__ARROW_STREAMS_MAX;
    assert_ok(reel__arrow_type_from_schema(&s, false, "wide", &type));
    assert_int_equal(type->n_streams, REEL__ARROW_STREAMS_MAX);
    reel__release(type);
    assert_int_equal(reel__arrow_type_from_schema(&s, true, "wide", &type), REEL_E_TOO_LARGE);
    s.n_children++;
    assert_int_equal(reel__arrow_type_from_schema(&s, false, "wide", &type), REEL_E_TOO_LARGE);
    assert_says("64");
    number.format = "+s"; /* nodes without a stream */
    s.n_children = MANY - 1;
    assert_ok(reel__arrow_type_from_schema(&s, false, "wide", &type));
    assert_true(type->root_nulls); /* a byte for each value after all */
    assert_int_equal(reel__arrow_value_bytes(type), 1);
    reel__release(type);
    s.n_children = MANY;
    assert_int_equal(reel__arrow_type_from_schema(&s, false, "wide", &type), REEL_E_TOO_LARGE);
    assert_says("256");
}

static char *metadata_of(char *room, int32_t n, const char *const *texts) {
    char *at = room;
    memcpy(at, &n, 4);
    at += 4;
    for (int32_t i = 0; i < 2 * n; i++) {
        int32_t size = (int32_t)strlen(texts[i]);
        memcpy(at, &size, 4);
        memcpy(at + 4, texts[i], (size_t)size);
        at += 4 + size;
    }
    return room;
}

static void types_are_equal_when_all_is(void **state) {
    (void)state;
    char room[2][64];
    const char *const notes[4] = {"unit", "m", "", "x"}, *const others[4] = {"unit", "m", "", "y"};
    struct ArrowSchema a = schema_of("tsu:UTC"), b = schema_of("u"), *children[2] = {&a, &b}, s = schema_of("+s");
    s.n_children = 2;
    s.children = children;
    a.name = "when";
    b.metadata = metadata_of(room[0], 2, notes);
    reel__arrow_type *type, *other;
    assert_ok(reel__arrow_type_from_schema(&s, false, "x", &type));
    assert_string_equal(type->nodes[0].name, "item");
    assert_string_equal(type->nodes[1].name, "when");
    assert_string_equal(type->nodes[1].format, "tsu:UTC");
    assert_string_equal(type->nodes[2].name, "");
    for (int change = 0; change < 7; change++) {
        struct ArrowSchema a_was = a, b_was = b;
        bool nulls = change == 1;
        if (change == 2) a.name = "wann";
        if (change == 3) a.format = "tsu:";
        if (change == 4) b.flags = 0;
        if (change == 5) b.metadata = metadata_of(room[1], 2, others);
        if (change == 6) b.metadata = NULL;
        assert_ok(reel__arrow_type_from_schema(&s, nulls, "x", &other));
        reel__buf keys[2] = {{0}, {0}};
        reel__arrow_type_key(type, &keys[0]);
        reel__arrow_type_key(other, &keys[1]);
        bool same_key = keys[0].size == keys[1].size && memcmp(keys[0].data, keys[1].data, keys[0].size) == 0;
        assert_int_equal(reel__arrow_type_equal(type, other), change == 0);
        assert_int_equal(same_key, change == 0);
        reel__buf_free(&keys[0]);
        reel__buf_free(&keys[1]);
        reel__release(other);
        a = a_was, b = b_was;
    }
    reel__release(type);
}

static void metadata_that_makes_no_sense_is_refused(void **state) {
    (void)state;
    struct ArrowSchema a = schema_of("i"), *child = &a, s = schema_of("+s");
    reel__arrow_type *type;
    s.n_children = 1;
    s.children = &child;
    const int32_t negative_count[1] = {-1}, negative_size[2] = {1, -2}, huge_size[2] = {1, INT32_MAX};
    a.metadata = (const char *)negative_count;
    assert_int_equal(reel__arrow_type_from_schema(&s, false, "x", &type), REEL_E_ARGUMENT);
    a.metadata = (const char *)negative_size;
    assert_int_equal(reel__arrow_type_from_schema(&s, false, "x", &type), REEL_E_TOO_LARGE);
    assert_says("-2 bytes");
    a.metadata = (const char *)huge_size;
    assert_int_equal(reel__arrow_type_from_schema(&s, false, "x", &type), REEL_E_TOO_LARGE);
    a.metadata = NULL;
    a.name = "\xff";
    assert_int_equal(reel__arrow_type_from_schema(&s, false, "x", &type), REEL_E_UTF8);
}

/* ---- arrays */

static void counts_that_make_no_sense_are_refused(void **state) {
    (void)state;
    int32_t values[4] = {1, 2, 3, 4};
    struct ArrowSchema s = schema_of("i");
    const void *buffers[2] = {NULL, values};
    struct ArrowArray good = array_of(4, buffers, 2), a = good;
    assert_ok(import(&s, &good));
    a.length = -1;
    refused(&s, &a, REEL_E_ARGUMENT, "makes no sense (-1)");
    a = good, a.offset = -5;
    refused(&s, &a, REEL_E_ARGUMENT, "makes no sense (-5)");
    a = good, a.offset = INT64_MAX;
    refused(&s, &a, REEL_E_ARGUMENT, "makes no sense");
    a = good, a.null_count = 5;
    refused(&s, &a, REEL_E_ARGUMENT, "null count");
    a = good, a.null_count = 2;
    refused(&s, &a, REEL_E_ARGUMENT, "nulls and no validity buffer");
    a = good, a.n_buffers = 1;
    refused(&s, &a, REEL_E_ARGUMENT, "another number of buffers (1)");
    a = good, a.buffers = NULL;
    refused(&s, &a, REEL_E_ARGUMENT, "no list of buffers");
    a = good, a.buffers = (const void *[2]){NULL, NULL};
    refused(&s, &a, REEL_E_ARGUMENT, "a buffer that is NULL (1)");
    a.length = 0;
    assert_ok(import(&s, &a)); /* nothing is read */
    a = good, a.n_children = 1;
    refused(&s, &a, REEL_E_ARGUMENT, "another number of children (1)");
}

static void offsets_have_to_ascend_within_what_is_there(void **state) {
    (void)state;
    const char bytes[] = "abc\xc3\xa9\xff";
    int32_t good[4] = {0, 1, 3, 5}, back[4] = {0, 3, 1, 5}, negative[4] = {-1, 0, 1, 2}, split[4] = {0, 1, 4, 5};
    struct ArrowSchema s = schema_of("u");
    const void *buffers[3] = {NULL, good, bytes};
    struct ArrowArray a = array_of(3, buffers, 3);
    assert_ok(import(&s, &a));
    buffers[1] = back;
    refused(&s, &a, REEL_E_ARGUMENT, "smaller than the one before (2)");
    buffers[1] = negative;
    refused(&s, &a, REEL_E_ARGUMENT, "a negative offset (-1)");
    buffers[1] = split;
    refused(&s, &a, REEL_E_UTF8, "not valid UTF-8"); /* within a character */
    buffers[1] = good;
    buffers[2] = NULL;
    refused(&s, &a, REEL_E_ARGUMENT, "a buffer that is NULL (2)");

    int32_t values[5] = {1, 2, 3, 4, 5};
    const void *value_buffers[2] = {NULL, values}, *list_buffers[2] = {NULL, good};
    struct ArrowSchema item = schema_of("i"), *items = &item, list = schema_of("+l");
    struct ArrowArray item_array = array_of(5, value_buffers, 2), *item_arrays = &item_array, list_array = array_of(3, list_buffers, 2);
    list.n_children = list_array.n_children = 1;
    list.children = &items;
    list_array.children = &item_arrays;
    assert_ok(import(&list, &list_array));
    item_array.length = 4;
    refused(&list, &list_array, REEL_E_ARGUMENT, "fewer values than what contains it (4)");
}

static void what_points_elsewhere_has_to_point_inside(void **state) {
    (void)state;
    int8_t indices[3] = {0, 1, 1}, outside[3] = {0, 2, 1};
    int32_t values[2] = {7, 8};
    struct ArrowSchema number = schema_of("i"), s = schema_of("c");
    const void *value_buffers[2] = {NULL, values}, *buffers[2] = {NULL, indices};
    struct ArrowArray dictionary = array_of(2, value_buffers, 2), a = array_of(3, buffers, 2);
    s.dictionary = &number;
    refused(&s, &a, REEL_E_ARGUMENT, "no dictionary");
    a.dictionary = &dictionary;
    assert_ok(import(&s, &a));
    buffers[1] = outside;
    refused(&s, &a, REEL_E_ARGUMENT, "2 values and no value 2");
    uint8_t validity = 5; /* the one in the middle is null: nobody looks where it points */
    buffers[0] = &validity;
    a.null_count = 1;
    assert_ok(import(&s, &a));

    int32_t ends[2] = {2, 3}, too_few[2] = {1, 2}, back[2] = {3, 3};
    struct ArrowSchema run_ends = schema_of("i"), *run_children[2] = {&run_ends, &number}, runs = schema_of("+r");
    const void *end_buffers[2] = {NULL, ends};
    struct ArrowArray end_array = array_of(2, end_buffers, 2), *arrays[2] = {&end_array, &dictionary}, run_array = array_of(3, NULL, 0);
    runs.n_children = run_array.n_children = 2;
    runs.children = run_children;
    run_array.children = arrays;
    assert_ok(import(&runs, &run_array));
    end_buffers[1] = too_few;
    refused(&runs, &run_array, REEL_E_ARGUMENT, "end before its last value (2)");
    end_buffers[1] = back;
    refused(&runs, &run_array, REEL_E_ARGUMENT, "do not ascend (3)");
    end_buffers[1] = ends;
    run_ends.format = "u";
    refused(&runs, &run_array, REEL_E_UNSUPPORTED, "\"u\"");
    run_ends.format = "i";
    struct ArrowSchema structs = schema_of("+s"); /* with a child that is not there */
    structs.n_children = 1;
    run_ends.dictionary = &structs;
    refused(&runs, &run_array, REEL_E_UNSUPPORTED, "\"i\" with a dictionary");
    run_ends.dictionary = NULL;
    run_ends.n_children = 1;
    refused(&runs, &run_array, REEL_E_UNSUPPORTED, "\"i\"");
    run_ends.n_children = 0;
    assert_ok(import(&runs, &run_array));
}

static void nulls_stand_only_where_they_may(void **state) {
    (void)state;
    int32_t values[3] = {1, 2, 3};
    uint8_t validity = 3; /* the last is null */
    const void *buffers[2] = {&validity, values}, *struct_buffers[1] = {NULL};
    struct ArrowSchema number = schema_of("i"), *children = &number, s = schema_of("+s");
    struct ArrowArray child = array_of(3, buffers, 2), *child_arrays = &child, a = array_of(3, struct_buffers, 1);
    number.name = "speed";
    child.null_count = -1; /* not counted */
    s.n_children = a.n_children = 1;
    s.children = &children;
    a.children = &child_arrays;
    assert_ok(import(&s, &a));
    number.flags = 0;
    refused(&s, &a, REEL_E_ARGUMENT, "\"speed\" is null");
    struct_buffers[0] = &validity; /* the struct itself is null there */
    a.null_count = 1;
    assert_ok(import(&s, &a));
    a.length = 2;
    a.offset = 1;
    assert_int_equal(import(&s, &a), REEL_OK);

    reel__arrow_type *type; /* values that are null themselves make a type with a stream for it */
    assert_ok(reel__arrow_import(&number, &child, "x", &type));
    assert_true(type->root_nulls);
    size_t sizes[REEL__ARROW_STREAMS_MAX];
    uint8_t streams[2][12];
    assert_ok(reel__arrow_measure(type, &number, &child, 1, 2, "x", sizes));
    assert_int_equal(sizes[0], 2);
    assert_int_equal(sizes[1], 8);
    reel__arrow_write(type, &number, &child, 1, 2, (uint8_t *[2]){streams[0], streams[1]});
    assert_memory_equal(streams[0], ((uint8_t[2]){1, 0}), 2);
    assert_int_equal(reel__arrow_measure(type, &number, &child, 1, 3, "x", sizes), REEL_E_ARGUMENT);
    reel__release(type);
    assert_int_equal(n_released, 0); /* an import takes nothing over */
}

static void values_too_large_for_a_chunk_are_refused_by_size(void **state) {
    (void)state;
    static uint8_t zeros[64];
    struct ArrowSchema s = schema_of("w:100000000");
    const void *buffers[2] = {NULL, zeros};
    struct ArrowArray a = array_of(30, buffers, 2);
    reel__arrow_type *type;
    size_t sizes[REEL__ARROW_STREAMS_MAX];
    assert_ok(reel__arrow_import(&s, &a, "x", &type));
    assert_int_equal(type->n_streams, 2); /* more bytes than a field's width can say */
    assert_ok(reel__arrow_measure(type, &s, &a, 0, 21, "x", sizes));
    assert_int_equal(sizes[1], 2100000000);
    assert_int_equal(reel__arrow_measure(type, &s, &a, 0, 22, "x", sizes), REEL_E_TOO_LARGE);
    reel__release(type);
}

/* Few bytes that mean many values: each use of a dictionary's value looks at all of it. */
static void dictionaries_cannot_make_more_than_fits(void **state) {
    (void)state;
    enum { USES = 4096, LONG = 1 << 20 };
    static const int32_t indices[USES], offsets[2] = {0, LONG}, *values = indices; /* of LONG only the first are there: nothing looks at numbers */
    const void *index_buffers[] = {NULL, indices}, *list_buffers[] = {NULL, offsets}, *value_buffers[] = {NULL, values};
    struct ArrowSchema item = schema_of("i"), list = schema_of("+l"), schema = schema_of("i"), *items[] = {&item};
    struct ArrowArray item_array = array_of(LONG, value_buffers, 2), list_array = array_of(1, list_buffers, 2), array = array_of(USES, index_buffers, 2), *item_arrays[] = {&item_array};
    list.n_children = list_array.n_children = 1;
    list.children = items;
    list_array.children = item_arrays;
    schema.dictionary = &list;
    array.dictionary = &list_array;
    refused(&schema, &array, REEL_E_TOO_LARGE, "decoded, the dictionaries, views or runs");
    array.length = 2;
    assert_ok(import(&schema, &array));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(formats_that_are_none_are_named),
        cmocka_unit_test(what_was_released_is_not_read),
        cmocka_unit_test(children_have_to_be_there),
        cmocka_unit_test(nesting_ends_at_32),
        cmocka_unit_test(streams_end_at_64_and_nodes_at_256),
        cmocka_unit_test(types_are_equal_when_all_is),
        cmocka_unit_test(metadata_that_makes_no_sense_is_refused),
        cmocka_unit_test(counts_that_make_no_sense_are_refused),
        cmocka_unit_test(offsets_have_to_ascend_within_what_is_there),
        cmocka_unit_test(what_points_elsewhere_has_to_point_inside),
        cmocka_unit_test(nulls_stand_only_where_they_may),
        cmocka_unit_test(dictionaries_cannot_make_more_than_fits),
        cmocka_unit_test(values_too_large_for_a_chunk_are_refused_by_size),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
