/* The public sink interfaces behind a queue: the bytes a callback gets, and the messages a custom sink sees. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/error.h"
#include "made_message.h"
#include "sink/sink.h"

static reel__sink *new_queue(const reel__io_ops *ops, void *io) {
    reel__queue_config config = {.policy = REEL_POLICY_BLOCK, .is_prompt = true, .inline_io = true};
    reel__sink *s = NULL;
    assert_int_equal(reel__queue_sink_new(ops, io, &config, &s), REEL_OK);
    assert_true(s->is_prompt);
    s->defer_wake = true; /* everything happens in this thread, in flush and close */
    return s;
}
static void put_made(reel__sink *s, made a) {
    reel__message *m = make_message(&a);
    s->klass->put(s, m);
    reel__message_unref(m);
}
static reel_status flush(reel__sink *s) { return s->klass->flush(s, INT64_MAX, true); }

typedef struct stream {
    uint8_t bytes[4096];
    size_t size, n_calls, refuse_at; /* refuse_at: number of the call, from 1 */
} stream;
static reel_status take_bytes(void *user, const void *data, size_t size) {
    stream *s = user;
    if (++s->n_calls == s->refuse_at)
        return REEL_E_IO;
    assert_true(s->size + size <= sizeof s->bytes);
    memcpy(s->bytes + s->size, data, size);
    s->size += size;
    return REEL_OK;
}

static void a_callback_gets_one_stream(void **state) {
    (void)state;
    stream got = {0};
    const reel__io_ops *ops;
    void *io;
    assert_int_equal(reel__callback_io_new(take_bytes, &got, &ops, &io), REEL_OK);
    reel__sink *s = new_queue(ops, io);
    uint8_t want[4096];
    reel__stream_header(want);
    size_t size = REEL__STREAM_HEADER_SIZE;
    for (uint32_t id = 0; id < 5; id++) {
        reel__message *m = make_message(&(made){.id = id, .size = 50 + id});
        memcpy(want + size, m->data, m->size);
        size += m->size;
        s->klass->put(s, m);
        reel__message_unref(m);
        if (id % 2)
            assert_int_equal(flush(s), REEL_OK);
    }
    assert_int_equal(s->klass->close(s, INT64_MAX), REEL_OK);
    assert_int_equal(got.size, size);
    assert_memory_equal(got.bytes, want, size);
    s->klass->destroy(s);
}

static void a_refusing_callback_is_told_and_asked_again(void **state) {
    (void)state;
    stream got = {.refuse_at = 1};
    const reel__io_ops *ops;
    void *io;
    assert_int_equal(reel__callback_io_new(take_bytes, &got, &ops, &io), REEL_OK);
    reel__sink *s = new_queue(ops, io);
    put_made(s, (made){.id = 0});
    assert_int_equal(flush(s), REEL_E_IO);
    assert_non_null(strstr(reel_error_message(), "12 bytes"));
    put_made(s, (made){.id = 1});
    assert_int_equal(flush(s), REEL_OK);
    assert_int_equal(got.size, 12 + 100); /* the header was not given up */
    assert_memory_equal(got.bytes, "RRF2", 4);
    assert_int_equal(got.bytes[12], made_byte(1, 0));
    assert_int_equal(s->klass->close(s, INT64_MAX), REEL_OK);
    s->klass->destroy(s);
    assert_int_equal(reel__callback_io_new(NULL, &got, &ops, &io), REEL_E_ARGUMENT);
}

typedef struct seen {
    size_t n, n_calls, n_flushes, n_closes, n_releases, largest;
    int64_t close_timeout_ms, flush_timeout_ms;
    reel_message messages[200];
    size_t take_at_most; /* 0: all */
} seen;
static reel_status see_messages(void *user, const reel_message *messages, size_t n, size_t *n_done) {
    seen *s = user;
    s->n_calls++;
    s->largest = n > s->largest ? n : s->largest;
    size_t n_taken = s->take_at_most && n > s->take_at_most ? s->take_at_most : n;
    for (size_t i = 0; i < n_taken; i++) {
        assert_true(s->n < 200);
        s->messages[s->n++] = messages[i];
    }
    *n_done = n_taken;
    return n_taken == n ? REEL_OK : REEL_E_NO_SPACE;
}
static reel_status see_flush(void *user, int64_t timeout_ms) {
    ((seen *)user)->n_flushes++;
    ((seen *)user)->flush_timeout_ms = timeout_ms;
    return REEL_OK;
}
static reel_status see_close(void *user, int64_t timeout_ms) {
    ((seen *)user)->n_closes++;
    ((seen *)user)->close_timeout_ms = timeout_ms;
    return REEL_E_IO;
}
static void see_release(void *user) { ((seen *)user)->n_releases++; }

static void a_custom_sink_sees_every_message_once(void **state) {
    (void)state;
    seen got = {0};
    const reel__io_ops *ops;
    void *io;
    char name[] = "my sink";
    reel_sink_ops theirs = {sizeof theirs, name, see_messages, see_flush, see_close, see_release};
    assert_int_equal(reel__custom_io_new(&theirs, &got, &ops, &io), REEL_OK);
    memset(&theirs, 0, sizeof theirs); /* both were copied */
    name[0] = 'x';
    reel__sink *s = new_queue(ops, io);
    put_made(s, (made){.id = 0, .kind = REEL_MESSAGE_STORE_INFO, .n_rows = 9});
    put_made(s, (made){.id = 1, .n_rows = 5, .entity_path = "/a/b"});
    put_made(s, (made){.id = 2, .store = &made_blueprint, .is_static = true});
    for (uint32_t id = 3; id < 150; id++)
        put_made(s, (made){.id = id});
    assert_int_equal(flush(s), REEL_OK);
    assert_int_equal(got.n, 150);
    assert_int_equal(got.n_flushes, 1);
    assert_int_equal(got.flush_timeout_ms, -1);
    assert_true(got.largest <= 64);
    const reel_message *m = got.messages;
    assert_int_equal(m[0].kind, REEL_MESSAGE_STORE_INFO);
    assert_int_equal(m[0].store_kind, REEL_STORE_RECORDING);
    assert_string_equal(m[0].application_id, "made_app");
    assert_string_equal(m[0].recording_id, "rec_made");
    assert_null(m[0].entity_path);
    assert_int_equal(m[0].n_rows, 0);
    assert_int_equal(m[1].kind, REEL_MESSAGE_CHUNK);
    assert_string_equal(m[1].entity_path, "/a/b");
    assert_int_equal(m[1].n_rows, 5);
    assert_int_equal(m[1].size, 100);
    assert_int_equal(m[1].struct_size, sizeof(reel_message));
    assert_false(m[1].is_static);
    assert_true(m[2].is_static);
    assert_int_equal(m[2].store_kind, REEL_STORE_BLUEPRINT);
    assert_string_equal(m[2].recording_id, "bp_made");

    assert_int_equal(s->klass->close(s, reel__deadline_ms(60000)), REEL_E_IO);
    assert_string_equal(reel_error_message(), "my sink: close: the operating system reported an input or output error");
    assert_int_equal(got.n_closes, 1);
    assert_true(got.close_timeout_ms > 0 && got.close_timeout_ms <= 60000);
    assert_int_equal(got.n_releases, 0);
    s->klass->destroy(s);
    assert_int_equal(got.n_releases, 1);
}

static void a_custom_sink_may_take_less(void **state) {
    (void)state;
    seen got = {0};
    const reel__io_ops *ops;
    void *io;
    /* An older struct: what lies beyond its size is not there. */
    reel_sink_ops theirs = {.struct_size = offsetof(reel_sink_ops, flush), .write = see_messages, .flush = see_flush, .close = see_close, .release = see_release};
    assert_int_equal(reel__custom_io_new(&theirs, &got, &ops, &io), REEL_OK);
    reel__message *messages[100];
    for (uint32_t id = 0; id < 100; id++)
        messages[id] = make_message(&(made){.id = id});
    size_t n_done = 999;
    assert_int_equal(ops->write(io, messages, 100, &n_done), REEL_OK);
    assert_int_equal(n_done, 100);
    assert_int_equal(got.n_calls, 2);
    got.take_at_most = 50; /* of the first 64 */
    assert_int_equal(ops->write(io, messages, 100, &n_done), REEL_E_NO_SPACE);
    assert_int_equal(n_done, 50);
    assert_string_equal(reel_error_message(), "custom sink: write took 50 of 64 messages: no space left");
    got.take_at_most = 0;
    assert_int_equal(ops->write(io, messages + 50, 50, &n_done), REEL_OK);
    assert_int_equal(n_done, 50);
    assert_int_equal(got.n, 200);
    for (uint32_t id = 0; id < 100; id++) {
        assert_ptr_equal(got.messages[id].data, messages[id]->data);
        assert_ptr_equal(got.messages[100 + id].data, messages[id]->data);
    }
    assert_int_equal(ops->flush(io, INT64_MAX), REEL_OK);
    assert_int_equal(ops->close(io, INT64_MAX), REEL_OK);
    ops->destroy(io);
    assert_int_equal(got.n_flushes + got.n_closes + got.n_releases, 0);
    for (uint32_t id = 0; id < 100; id++)
        reel__message_unref(messages[id]);
}

static void a_custom_sink_without_write_is_refused(void **state) {
    (void)state;
    const reel__io_ops *ops;
    void *io;
    assert_int_equal(reel__custom_io_new(NULL, NULL, &ops, &io), REEL_E_ARGUMENT);
    reel_sink_ops theirs = {.struct_size = sizeof theirs, .flush = see_flush};
    assert_int_equal(reel__custom_io_new(&theirs, NULL, &ops, &io), REEL_E_ARGUMENT);
    theirs.write = see_messages;
    theirs.struct_size = 0;
    assert_int_equal(reel__custom_io_new(&theirs, NULL, &ops, &io), REEL_E_ARGUMENT);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_callback_gets_one_stream),
        cmocka_unit_test(a_refusing_callback_is_told_and_asked_again),
        cmocka_unit_test(a_custom_sink_sees_every_message_once),
        cmocka_unit_test(a_custom_sink_may_take_less),
        cmocka_unit_test(a_custom_sink_without_write_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
