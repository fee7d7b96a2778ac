/* What the footer promises beside its contents, which the official reader judges (tests/conformance/test_footer.py): bounded memory, and that a footer which cannot be made leaves
 * the stream alone. */
#include "base/alloc.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/io.h"
#include "real_message.h"
#include "rrd/footer_records.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

/* ---- chunks that are only noted */

static const reel__timeline *const frame_only[] = {&real_frame};

typedef struct notes {
    reel__message message;
    reel__time_range ranges[1], cells[3];
    uint32_t non_null[3];
    reel__shape *temporal, *fixed;
} notes;

static void notes_begin(notes *n) {
    reel__descriptor columns[] = {real_scalars, real_a, real_b};
    *n = (notes){.temporal = real_shape(frame_only, 1, columns, 3), .fixed = real_shape(NULL, 0, columns, 2)};
    n->message = (reel__message){.kind = REEL_MESSAGE_CHUNK, .store = &real_recording, .entity_path = "/noted", .size = 500, .ipc_size = 900};
    n->message.info = (reel__chunk_info){.ranges = n->ranges, .cell_ranges = n->cells, .non_null = n->non_null};
}

/* Number i: every fifth is static, every third has nulls. */
static reel_status note(notes *n, reel__footer *f, uint32_t i) {
    reel__message *m = &n->message;
    m->shape = i % 5 == 4 ? n->fixed : n->temporal;
    m->chunk_id = (reel__tuid){1000 + i, i};
    m->info.n_rows = 1 + i % 9;
    m->info.has_nulls = i % 3 == 0;
    n->ranges[0] = (reel__time_range){i, i + 5, true};
    for (uint32_t c = 0; c < 3; c++) {
        n->non_null[c] = c == 1 ? 0 : 1 + i % 9;
        n->cells[c] = (reel__time_range){i + c, i + 5, true};
    }
    return reel__footer_add(f, m, 12 + (uint64_t)i * 500);
}

static void note_many(notes *n, reel__footer *f, uint32_t from, uint32_t to) {
    for (uint32_t i = from; i < to; i++)
        assert_int_equal(note(n, f, i), REEL_OK);
}

typedef struct sink {
    reel__buf bytes;
    size_t n_calls;
} sink;

static reel_status collect(void *user, const void *data, size_t size) {
    sink *s = user;
    s->n_calls++;
    reel__buf_put(&s->bytes, data, size);
    return s->bytes.failed ? REEL_E_NO_MEMORY : REEL_OK;
}

static void write_all(reel__footer *f, sink *s) {
    *s = (sink){0};
    assert_int_equal(reel__footer_write(f, 12, collect, s, INT64_MAX), REEL_OK);
}

static void assert_same(const sink *a, const sink *b) {
    assert_int_equal(a->bytes.size, b->bytes.size);
    assert_memory_equal(a->bytes.data, b->bytes.data, a->bytes.size);
}

/* ---- system calls */

static size_t n_calls, fail_at, n_opened;
static int fail_with;

static int hook(reel__io_call *call) {
    n_opened += call->op == REEL__IO_OPEN;
    return ++n_calls == fail_at ? fail_with : 0;
}

static void hook_begin(size_t at, int error) {
    n_calls = n_opened = 0;
    fail_at = at;
    fail_with = error;
    reel__io_hook = hook;
}

/* ---- allocations */

static size_t n_allocations, fail_allocation;
static void *counting_allocate(void *user, size_t size) {
    (void)user;
    return ++n_allocations == fail_allocation ? NULL : malloc(size);
}
static void *counting_reallocate(void *user, void *block, size_t size_old, size_t size) {
    (void)user;
    (void)size_old;
    return ++n_allocations == fail_allocation ? NULL : realloc(block, size);
}
static void counting_release(void *user, void *block) {
    (void)user;
    free(block);
}

/* ---- promises */

#define MANY 30000u

static void memory_stays_small_and_files_do_not_change_a_byte(void **state) {
    (void)state;
    notes n;
    sink a, b;
    notes_begin(&n);
    reel__footer *in_files = reel__footer_new("."), *in_memory = reel__footer_new(NULL);
    hook_begin(0, 0);
    note_many(&n, in_memory, 0, MANY);
    write_all(in_memory, &a);
    assert_int_equal(n_opened, 0);
    note_many(&n, in_files, 0, MANY);
    assert_int_equal(n_opened, 1); /* the records' */
    assert_true(reel__footer_memory(in_memory) > 3u << 20);
    assert_true(reel__footer_memory(in_files) < 2u << 20);
    write_all(in_files, &b);
    reel__io_hook = NULL;
    assert_same(&a, &b);
    reel__buf_free(&a.bytes);
    reel__buf_free(&b.bytes);
    reel__footer_free(in_files);
    reel__footer_free(in_memory);
    real_free();
}

static void a_copy_has_what_was_noted_so_far(void **state) {
    (void)state;
    notes n;
    notes_begin(&n);
    static const uint32_t counts[] = {0, 1, 100, MANY / 2};
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        sink a, b;
        reel__footer *f = reel__footer_new("."), *first = reel__footer_new(".");
        note_many(&n, f, 0, counts[i]);
        note_many(&n, first, 0, counts[i]);
        reel__footer *copy = reel__footer_copy(f);
        assert_non_null(copy);
        note_many(&n, f, counts[i], counts[i] + MANY / 2);
        write_all(copy, &a);
        write_all(first, &b);
        assert_same(&a, &b);
        reel__buf_free(&a.bytes);
        reel__buf_free(&b.bytes);
        reel__footer_free(f);
        reel__footer_free(first);
        reel__footer_free(copy);
    }
    real_free();
}

static void reset_forgets_everything(void **state) {
    (void)state;
    notes n;
    sink a, b;
    notes_begin(&n);
    reel__footer *f = reel__footer_new("."), *fresh = reel__footer_new(".");
    note_many(&n, f, 7, MANY / 2);
    reel__footer_reset(f);
    write_all(f, &a);
    write_all(fresh, &b);
    assert_int_equal(a.bytes.size, 16 + 32); /* an empty End message and the stream's footer */
    assert_same(&a, &b);
    reel__buf_free(&a.bytes);
    reel__buf_free(&b.bytes);
    reel__footer_free(f);
    reel__footer_free(fresh);
    real_free();
}

static void a_deadline_leaves_the_stream_alone(void **state) {
    (void)state;
    notes n;
    sink s = {0};
    notes_begin(&n);
    reel__footer *f = reel__footer_new(".");
    note_many(&n, f, 0, MANY);
    assert_int_equal(reel__footer_write(f, 12, collect, &s, reel__monotonic_ns() - 1), REEL_E_TIMEOUT);
    assert_int_equal(s.n_calls, 0);
    assert_non_null(strstr(reel_error_message(), "in time"));
    reel__footer_free(f);
    real_free();
}

static void paths_beyond_arrows_offsets_are_refused(void **state) {
    (void)state;
    notes n;
    notes_begin(&n);
    static const struct {
        uint64_t path_bytes;
        reel_status status;
    } cases[] = {{INT32_MAX - 1u, REEL_OK}, {INT32_MAX, REEL_OK}, {INT32_MAX + UINT64_C(1), REEL_E_TOO_LARGE}};
    for (size_t i = 0; i < 3; i++) {
        sink s = {0};
        reel__footer *f = reel__footer_new(NULL);
        note_many(&n, f, 0, 3);
        f->of_store[0].path_bytes = cases[i].path_bytes; /* as if they were that long */
        assert_int_equal(reel__footer_write(f, 12, collect, &s, INT64_MAX), cases[i].status);
        assert_true(cases[i].status == REEL_OK || s.n_calls == 0);
        reel__buf_free(&s.bytes);
        reel__footer_free(f);
    }
    real_free();
}

/* Every system call in turn: the footer is complete, or an error is told, which stays. */
static void each_failing_system_call_is_told(void **state) {
    (void)state;
    notes n;
    sink reference;
    notes_begin(&n);
    reel__footer *whole = reel__footer_new(NULL);
    note_many(&n, whole, 0, MANY);
    write_all(whole, &reference);
    size_t n_failed = 0;
    for (size_t at = 1;; at++) {
        sink s = {0};
        reel__footer *f = reel__footer_new("/tmp");
        hook_begin(at, ENOSPC);
        reel_status added = REEL_OK;
        for (uint32_t i = 0; i < MANY && added == REEL_OK; i++)
            added = note(&n, f, i);
        reel_status status = reel__footer_write(f, 12, collect, &s, INT64_MAX);
        bool was_reached = n_calls >= at;
        reel__io_hook = NULL;
        if (status == REEL_OK) {
            assert_same(&s, &reference);
        } else {
            assert_int_equal(status, REEL_E_NO_SPACE);
            n_failed++;
        }
        if (added != REEL_OK) {
            assert_int_equal(added, REEL_E_NO_SPACE);
            assert_int_equal(s.n_calls, 0);
            assert_int_equal(note(&n, f, MANY), REEL_E_NO_SPACE);
        }
        reel__buf_free(&s.bytes);
        reel__footer_free(f);
        if (!was_reached)
            break;
    }
    assert_true(n_failed > 10);
    reel__buf_free(&reference.bytes);
    reel__footer_free(whole);
    real_free();
}

/* Every allocation in turn, for a small footer and for one with slabs; a failure is told, and leaks nothing. */
static void each_failing_allocation_is_told(void **state) {
    (void)state;
    const reel_allocator counting = {sizeof counting, counting_allocate, counting_reallocate, counting_release, NULL};
    notes n;
    notes_begin(&n);
    static const uint32_t counts[] = {20, 9000};
    assert_int_equal(reel_set_allocator(&counting), REEL_OK);
    for (size_t c = 0; c < 2; c++) {
        size_t n_failed = 0;
        for (size_t at = 1;; at++) {
            static uint8_t out[1 << 20];
            reel__buf fixed = {out, 0, sizeof out, false};
            sink s = {fixed, 0};
            n_allocations = 0;
            fail_allocation = at;
            reel__footer *f = reel__footer_new("/tmp");
            reel_status status = f ? REEL_OK : REEL_E_NO_MEMORY;
            for (uint32_t i = 0; i < counts[c] && status == REEL_OK; i++)
                status = note(&n, f, i);
            reel__footer *copy = status == REEL_OK ? reel__footer_copy(f) : NULL;
            if (status == REEL_OK)
                status = copy ? reel__footer_write(copy, 12, collect, &s, INT64_MAX) : REEL_E_NO_MEMORY;
            bool was_reached = n_allocations >= at;
            fail_allocation = 0;
            reel__footer_free(copy);
            reel__footer_free(f);
            if (!was_reached) {
                assert_int_equal(status, REEL_OK);
                break;
            }
            n_failed += status != REEL_OK;
            assert_true(status == REEL_OK || status == REEL_E_NO_MEMORY);
        }
        assert_true(n_failed > 30);
    }
    assert_int_equal(reel_set_allocator(NULL), REEL_OK);
    real_free();
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(memory_stays_small_and_files_do_not_change_a_byte),
        cmocka_unit_test(a_copy_has_what_was_noted_so_far),
        cmocka_unit_test(reset_forgets_everything),
        cmocka_unit_test(a_deadline_leaves_the_stream_alone),
        cmocka_unit_test(paths_beyond_arrows_offsets_are_refused),
        cmocka_unit_test(each_failing_system_call_is_told),
        cmocka_unit_test(each_failing_allocation_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
