/* Columns whose values are more than numbers one after the other: strips, texts, tensors, structs, strides, offsets, Arrow arrays; sorted and gathered, with every allocation failing once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "held.h"
#include "scarce_memory.h"
#include "watcher.h"

#include <reel/arrow.h>

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

/* ---- an Arrow array of our own: lists of texts with a null, each row one list */

static int n_released;
static void release_array(struct ArrowArray *a) { a->release = NULL, n_released++; }
static void release_schema(struct ArrowSchema *s) { s->release = NULL, n_released++; }

typedef struct made {
    struct ArrowSchema schema, item, *items;
    struct ArrowArray array, item_array, *item_arrays;
    const void *buffers[2], *item_buffers[3];
    reel_arrow arrow;
} made;

static const int32_t list_offsets[4] = {0, 2, 2, 3}, text_offsets[4] = {0, 3, 3, 6};
static const uint8_t validity = 5; /* of the three lists the one in the middle is null */

static reel_arrow *make_arrow(made *m) {
    *m = (made){.schema = {.format = "+l", .n_children = 1, .flags = ARROW_FLAG_NULLABLE, .release = release_schema}, .item = {.format = "u", .name = "item", .release = release_schema},
                .array = {.length = 3, .null_count = 1, .n_buffers = 2, .n_children = 1, .release = release_array}, .item_array = {.length = 3, .n_buffers = 3, .release = release_array},
                .buffers = {&validity, list_offsets}, .item_buffers = {NULL, text_offsets, "onetwo"}};
    m->items = &m->item;
    m->schema.children = &m->items;
    m->item_arrays = &m->item_array;
    m->array.children = &m->item_arrays;
    m->array.buffers = m->buffers;
    m->item_array.buffers = m->item_buffers;
    m->arrow = (reel_arrow){&m->array, &m->schema};
    n_released = 0;
    return &m->arrow;
}

/* ---- */

static void strips_are_gathered_by_their_points(void **state) {
    (void)state;
    reel_recording *rec = new_plain();
    int64_t frames[3] = {3, 1, 2};
    float xyz[7][3];
    for (int i = 0; i < 7; i++)
        for (int k = 0; k < 3; k++)
            xyz[i][k] = (float)i;
    uint32_t points[4] = {2, 0, 4, 1}, lengths[3] = {2, 1, 1};
    reel_time_column time = {"frame", REEL_TIME_SEQUENCE, frames, 3};
    reel_column column = {REEL_COLUMN(line_strips3d, strips), .values = xyz, .n_values = 4, .strip_lengths = points, .lengths = lengths, .n_rows = 3};
    assert_ok(reel_send_columns(rec, "a", &time, 1, &column, 1));
    float sorted[7][3]; /* the strips of row 1, then 2, then 0 */
    memcpy(sorted, xyz[2], sizeof xyz[0] * 5);
    memcpy(sorted[5], xyz[0], sizeof xyz[0] * 2);
    held h = held_of(rec, memory);
    assert_int_equal(h.n, 1);
    assert_int_equal(h.messages[0]->info.n_rows, 3);
    const uint8_t *data = h.messages[0]->data;
    bool found = false;
    for (size_t at = 0; at + sizeof sorted <= h.messages[0]->size && !found; at++)
        found = memcmp(data + at, sorted, sizeof sorted) == 0;
    assert_true(found);
    held_free(&h);
    column.strip_lengths = NULL;
    assert_int_equal(reel_send_columns(rec, "a", &time, 1, &column, 1), REEL_E_ARGUMENT);
    assert_says("strip_lengths");
    column.strip_lengths = points;
    column.values = NULL;
    assert_int_equal(reel_send_columns(rec, "a", &time, 1, &column, 1), REEL_E_ARGUMENT);
    assert_says("add up to 7");
    reel_free(rec);
}

static void arrow_arrays_are_released_whatever_comes(void **state) {
    (void)state;
    made m;
    int64_t frames[3] = {3, 1, 2};
    uint32_t lengths[2] = {1, 1};
    reel_time_column time = {"frame", REEL_TIME_SEQUENCE, frames, 3};
    reel_recording *rec = new_plain();
    reel_column column = {.name = "lists", .arrow = make_arrow(&m)};
    assert_ok(reel_send_columns(rec, "a", &time, 1, &column, 1));
    assert_int_equal(n_released, 2); /* the children are their parents' */
    assert_int_equal(reel_send_columns(rec, "a", &time, 1, &column, 1), REEL_E_ARGUMENT); /* there is nothing any more */
    assert_int_equal(n_released, 2);
    column.arrow = make_arrow(&m);
    column.lengths = lengths;
    column.n_rows = 2;
    assert_int_equal(reel_send_columns(rec, "a", NULL, 0, &column, 1), REEL_E_LENGTHS);
    assert_int_equal(n_released, 2);
    column.arrow = make_arrow(&m);
    assert_int_equal(reel_send_columns(rec, NULL, NULL, 0, &column, 1), REEL_E_ARGUMENT);
    assert_int_equal(n_released, 2);
    column.arrow = make_arrow(&m);
    assert_ok(reel_set_enabled(rec, false));
    assert_ok(reel_send_columns(rec, "a", NULL, 0, &column, 1));
    assert_int_equal(n_released, 2);
    assert_ok(reel_set_enabled(rec, true));
    reel_close(rec, -1);
    column.arrow = make_arrow(&m);
    assert_int_equal(reel_send_columns(rec, "a", NULL, 0, &column, 1), REEL_E_CLOSED);
    assert_int_equal(n_released, 2);
    reel_unref(rec);
}

typedef struct point {
    uint8_t kind, xyz_at[12];
    float celsius;
} point;

static reel_status send_kinds(reel_recording *rec) {
    static const point points[3] = {{.celsius = 1}, {.celsius = 2}, {.celsius = 3}};
    static const char *const texts[4] = {"<left out", "<b", "<a", "<c"};
    static const uint64_t shape[2] = {2, 3};
    static const uint8_t elements[6] = {1, 2, 3, 4, 5, 6};
    reel_tensor_data tensors[3];
    for (int i = 0; i < 3; i++)
        tensors[i] = (reel_tensor_data){.type = REEL_TENSOR_U8, .data = elements, .shape = shape, .n_dims = (size_t)i % 3};
    tensors[0].n_dims = 2, tensors[1].n_dims = 1;
    tensors[2].n_dims = 1;
    made m;
    int64_t frames[3] = {2, 1, 3};
    uint32_t offsets[4] = {1, 2, 3, 4};
    reel_time_column time = {"frame", REEL_TIME_SEQUENCE, frames, 3};
    const reel_column columns[] = {
        {.name = "celsius", .type = REEL_VALUE_F32, .values = &points[0].celsius, .n_values = 3, .stride = sizeof(point)},
        {.name = "texts", .type = REEL_VALUE_TEXT, .values = texts, .n_values = 4, .offsets = offsets, .n_rows = 3},
        {REEL_COLUMN(tensor, data), .values = tensors, .n_values = 3},
        {.name = "lists", .archetype_name = "Mine", .arrow = make_arrow(&m)},
    };
    reel_status status = reel_send_columns(rec, "a", &time, 1, columns, 4);
    assert_int_equal(n_released, 2);
    return status;
}

static void kinds_stand_beside_each_other(void **state) {
    (void)state;
    reel_recording *rec = new_plain();
    assert_ok(send_kinds(rec));
    held h = held_of(rec, memory);
    assert_int_equal(h.n, 1);
    assert_int_equal(h.messages[0]->info.n_rows, 3);
    assert_int_equal(h.messages[0]->shape->n_columns, 4);
    assert_true(bytes_hold(h.messages[0]->data, h.messages[0]->size, "<a<b<c"));
    assert_false(bytes_hold(h.messages[0]->data, h.messages[0]->size, "<left out"));
    held_free(&h);
    reel_free(rec);
}

static void zero_rows_are_no_rows(void **state) {
    (void)state;
    reel_recording *rec = new_plain();
    uint32_t offset = 7;
    reel_column columns[2] = {{.name = "a", .type = REEL_VALUE_F64}, {.name = "b", .type = REEL_VALUE_TEXT, .offsets = &offset, .n_rows = 0}};
    assert_ok(reel_send_columns(rec, "a", NULL, 0, columns, 2));
    held h = held_of(rec, memory);
    assert_int_equal(h.n, 0);
    held_free(&h);
    reel_free(rec);
}

static void memory_that_runs_out_loses_no_more_than_the_call(void **state) {
    (void)state;
    bool failed = false, worked = false;
    long alive = atomic_load(&scarce_alive);
    for (long nth = 1; nth < 400 && !worked; nth++) {
        reel_recording *rec = new_plain();
        scarcity_begin(&scarce_here, nth, false);
        reel_status status = send_kinds(rec);
        scarcity_end(&scarce_here);
        worked = !atomic_load(&scarce_here.has_refused);
        failed |= status == REEL_E_NO_MEMORY;
        assert_true(status == REEL_OK || (status == REEL_E_NO_MEMORY && !worked));
        assert_ok(send_kinds(rec));
        reel_free(rec);
    }
    assert_true(failed && worked);
    assert_true(atomic_load(&scarce_alive) <= alive + 8); /* what a thread keeps; nothing per round */
}

int main(void) {
    if (scarce_install() != REEL_OK)
        return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(strips_are_gathered_by_their_points),
        cmocka_unit_test(arrow_arrays_are_released_whatever_comes),
        cmocka_unit_test(kinds_stand_beside_each_other),
        cmocka_unit_test(zero_rows_are_no_rows),
        cmocka_unit_test(memory_that_runs_out_loses_no_more_than_the_call),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
