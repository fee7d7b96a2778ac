/* The queue of a sink that does I/O: what arrives, what is dropped, and who waits, with an I/O side that the test freezes, slows down and makes fail. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/error.h"
#include "made_message.h"
#include "sink/sink.h"

#include <stdio.h>
#include <unistd.h>

enum { IDS_MAX = 8192 };

typedef struct fake_io {
    reel__mutex mutex;
    reel__cond changed;
    bool is_frozen, is_in_write, is_destroyed, was_foreign;
    unsigned delay_us;              /* per message */
    uint32_t fail_from, fail_until; /* ids that write refuses */
    reel_status fail_status, flush_status;
    uint32_t ids[IDS_MAX];
    size_t n_ids, n_writes, n_empty_writes, n_flushes, n_closes;
    pthread_t expected;             /* who alone may call; only looked at when has_expected */
    bool has_expected;
    _Atomic int64_t due_ns;
    /* reports */
    size_t n_reports;
    reel_status reported[64];
} fake_io;

static reel_status fake_write(void *self, reel__message *const *messages, size_t n, size_t *n_done) {
    fake_io *io = self;
    reel_status status = REEL_OK;
    reel__mutex_lock(&io->mutex);
    io->is_in_write = true;
    io->n_writes++;
    io->n_empty_writes += n == 0;
    if (io->has_expected && !pthread_equal(io->expected, pthread_self()))
        io->was_foreign = true;
    reel__cond_broadcast(&io->changed);
    while (io->is_frozen)
        reel__cond_wait_until(&io->changed, &io->mutex, INT64_MAX);
    unsigned delay_us = io->delay_us;
    reel__mutex_unlock(&io->mutex);
    if (n == 0)
        atomic_store(&io->due_ns, INT64_MAX);
    for (*n_done = 0; *n_done < n && status == REEL_OK; ) {
        uint32_t id = (uint32_t)messages[*n_done]->chunk_id.inc;
        if (delay_us)
            usleep(delay_us);
        if (id >= io->fail_from && id < io->fail_until) {
            status = reel__fail(io->fail_status, "fake: message %u is refused", id);
        } else {
            reel__mutex_lock(&io->mutex);
            if (io->n_ids < IDS_MAX)
                io->ids[io->n_ids++] = id;
            reel__mutex_unlock(&io->mutex);
            (*n_done)++;
        }
    }
    reel__mutex_lock(&io->mutex);
    io->is_in_write = false;
    reel__cond_broadcast(&io->changed);
    reel__mutex_unlock(&io->mutex);
    return status;
}

static reel_status fake_flush(void *self, int64_t deadline_ns) {
    (void)deadline_ns;
    fake_io *io = self;
    reel__mutex_lock(&io->mutex);
    io->n_flushes++;
    reel_status status = io->flush_status;
    reel__mutex_unlock(&io->mutex);
    return status == REEL_OK ? REEL_OK : reel__fail(status, "fake: flush is refused");
}

static reel_status fake_close(void *self, int64_t deadline_ns) {
    (void)deadline_ns;
    fake_io *io = self;
    reel__mutex_lock(&io->mutex);
    io->n_closes++;
    reel__mutex_unlock(&io->mutex);
    return REEL_OK;
}

static void fake_destroy(void *self) { ((fake_io *)self)->is_destroyed = true; }
static int64_t fake_due(void *self) { return atomic_load(&((fake_io *)self)->due_ns); }

static const reel__io_ops fake_ops = {"fake", fake_write, fake_flush, fake_close, fake_destroy, fake_due};

static void fake_report(void *user, uint32_t sink_id, reel_status status, const char *message) {
    (void)sink_id;
    (void)message;
    fake_io *io = user;
    reel__mutex_lock(&io->mutex);
    if (io->n_reports < 64)
        io->reported[io->n_reports++] = status;
    reel__mutex_unlock(&io->mutex);
}

static void fake_init(fake_io *io) {
    memset(io, 0, sizeof *io);
    reel__mutex_init(&io->mutex);
    reel__cond_init(&io->changed);
    atomic_init(&io->due_ns, INT64_MAX);
}

static reel__sink *new_queue(fake_io *io, reel_policy policy, int64_t bytes_max, int64_t block_ms, bool inline_io) {
    reel__queue_config config = {.policy = policy, .bytes_max = bytes_max, .block_ms = block_ms, .inline_io = inline_io, .report = fake_report, .report_user = io};
    reel__sink *s = NULL;
    assert_int_equal(reel__queue_sink_new(&fake_ops, io, &config, &s), REEL_OK);
    assert_ptr_equal(reel__queue_sink_io(s), io);
    return s;
}

static void set_frozen(fake_io *io, bool is_frozen) {
    reel__mutex_lock(&io->mutex);
    io->is_frozen = is_frozen;
    reel__cond_broadcast(&io->changed);
    reel__mutex_unlock(&io->mutex);
}

static void wait_in_write(fake_io *io, bool is_in_write) {
    reel__mutex_lock(&io->mutex);
    while (io->is_in_write != is_in_write)
        reel__cond_wait_until(&io->changed, &io->mutex, INT64_MAX);
    reel__mutex_unlock(&io->mutex);
}

static void put_made(reel__sink *s, made a) {
    reel__message *m = make_message(&a);
    s->klass->put(s, m);
    reel__message_unref(m);
}
static void put_ids(reel__sink *s, uint32_t from, uint32_t until) {
    for (uint32_t id = from; id < until; id++)
        put_made(s, (made){.id = id, .n_rows = 3});
}
/* One message that the I/O side hangs in: from here on what is queued is exactly what is put. */
static void freeze_with(reel__sink *s, fake_io *io, made first) {
    set_frozen(io, true);
    put_made(s, first);
    wait_in_write(io, true);
}

static reel_status flush(reel__sink *s) { return s->klass->flush(s, INT64_MAX, true); }

static void end(reel__sink *s, fake_io *io) {
    assert_int_equal(s->klass->close(s, INT64_MAX), REEL_OK);
    assert_int_equal(s->klass->close(s, INT64_MAX), REEL_E_CLOSED);
    assert_int_equal(io->n_closes, 1);
    assert_false(io->is_destroyed);
    s->klass->destroy(s);
    assert_true(io->is_destroyed);
    reel__cond_destroy(&io->changed);
    reel__mutex_destroy(&io->mutex);
}

static void assert_ids(fake_io *io, const uint32_t *ids, size_t n) {
    reel__mutex_lock(&io->mutex);
    assert_int_equal(io->n_ids, n);
    for (size_t i = 0; i < n; i++)
        assert_int_equal(io->ids[i], ids[i]);
    reel__mutex_unlock(&io->mutex);
}
/* first, then from ... until - 1 */
static void assert_ids_then(fake_io *io, uint32_t first, uint32_t from, uint32_t until) {
    uint32_t ids[IDS_MAX];
    size_t n = 0;
    ids[n++] = first;
    while (from < until)
        ids[n++] = from++;
    assert_ids(io, ids, n);
}
static void assert_dropped(reel__sink *s, uint64_t n, uint64_t bytes, uint64_t rows) {
    reel_sink_stats stats;
    reel__sink_get_stats(s, &stats);
    assert_int_equal(stats.messages_dropped, n);
    assert_int_equal(stats.bytes_dropped, bytes);
    assert_int_equal(stats.rows_dropped, rows);
}

static void messages_arrive_in_order_and_are_counted(void **state) {
    (void)state;
    fake_io io;
    fake_init(&io);
    reel__sink *s = new_queue(&io, REEL_POLICY_BLOCK, 0, 0, false);
    put_ids(s, 0, 3000);
    assert_int_equal(flush(s), REEL_OK);
    assert_ids_then(&io, 0, 1, 3000);
    reel_sink_stats stats;
    reel__sink_get_stats(s, &stats);
    assert_int_equal(stats.messages_written, 3000);
    assert_int_equal(stats.bytes_written, 300000);
    assert_int_equal(stats.rows_written, 9000);
    assert_int_equal(stats.bytes_queued, 0);
    assert_int_equal(stats.last_error, REEL_OK);
    assert_dropped(s, 0, 0, 0);
    end(s, &io);
}

static void a_flush_writes_in_the_callers_thread(void **state) {
    (void)state;
    fake_io io;
    fake_init(&io);
    io.expected = pthread_self();
    io.has_expected = true;
    reel__sink *s = new_queue(&io, REEL_POLICY_BLOCK, 0, 0, true);
    for (uint32_t id = 0; id < 1000; id++) {
        s->defer_wake = true;
        put_ids(s, id, id + 1);
        s->defer_wake = false;
        assert_int_equal(flush(s), REEL_OK);
        assert_int_equal(io.n_ids, id + 1);
        assert_int_equal(io.n_flushes, id + 1);
    }
    assert_int_equal(flush(s), REEL_OK);
    assert_int_equal(io.n_flushes, 1000); /* nothing new: nothing to do */
    end(s, &io);
    assert_false(io.was_foreign); /* the close too */
}

static void a_frozen_sink_holds_up_no_other(void **state) {
    (void)state;
    fake_io frozen, slow, fast;
    fake_init(&frozen);
    fake_init(&slow);
    fake_init(&fast);
    slow.delay_us = 300;
    reel__sink *a = new_queue(&frozen, REEL_POLICY_DROP_OLDEST, 1000, 0, false);
    reel__sink *b = new_queue(&slow, REEL_POLICY_BLOCK, 2000, 10000, false);
    reel__sink *c = new_queue(&fast, REEL_POLICY_BLOCK, 2000, 10000, true);
    freeze_with(a, &frozen, (made){.id = 0});
    put_ids(b, 0, 1);
    put_ids(c, 0, 1);
    for (uint32_t id = 1; id < 500; id++) {
        reel__message *m = make_message(&(made){.id = id, .n_rows = 3});
        a->klass->put(a, m);
        b->klass->put(b, m);
        c->klass->put(c, m);
        reel__message_unref(m);
        if (id % 100 == 0)
            assert_int_equal(flush(c), REEL_OK);
    }
    assert_int_equal(flush(c), REEL_OK);
    assert_ids_then(&fast, 0, 1, 500);
    assert_int_equal(flush(b), REEL_OK);
    assert_ids_then(&slow, 0, 1, 500);
    assert_int_equal(a->klass->flush(a, reel__deadline_ms(20), false), REEL_E_TIMEOUT);
    assert_int_equal(frozen.n_ids, 0);
    set_frozen(&frozen, false);
    assert_int_equal(flush(a), REEL_E_DROPPED);
    assert_ids_then(&frozen, 0, 491, 500); /* nine of 100 bytes beside the one in flight */
    assert_int_equal(flush(a), REEL_OK);
    end(a, &frozen);
    end(b, &slow);
    end(c, &fast);
}

static void drop_newest_keeps_what_was_there(void **state) {
    (void)state;
    fake_io io;
    fake_init(&io);
    reel__sink *s = new_queue(&io, REEL_POLICY_DROP_NEWEST, 1000, 0, false);
    freeze_with(s, &io, (made){.id = 0});
    put_ids(s, 1, 21);
    reel_sink_stats stats;
    reel__sink_get_stats(s, &stats);
    assert_int_equal(stats.bytes_queued, 1000);
    assert_dropped(s, 11, 1100, 33);
    put_made(s, (made){.id = 21, .is_kept = true}); /* beyond the bound */
    assert_dropped(s, 11, 1100, 33);
    set_frozen(&io, false);
    assert_int_equal(flush(s), REEL_E_DROPPED);
    assert_non_null(strstr(reel_error_message(), "11 messages"));
    assert_ids(&io, (uint32_t[]){0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 21}, 11);
    assert_int_equal(flush(s), REEL_OK);
    put_made(s, (made){.id = 22, .size = 5000}); /* larger than the bound: passes an empty queue */
    assert_int_equal(flush(s), REEL_OK);
    assert_int_equal(io.n_ids, 12);
    end(s, &io);
}

static void drop_oldest_keeps_the_newest_and_what_is_kept(void **state) {
    (void)state;
    fake_io io;
    fake_init(&io);
    reel__sink *s = new_queue(&io, REEL_POLICY_DROP_OLDEST, 1000, 0, false);
    freeze_with(s, &io, (made){.id = 0});
    put_ids(s, 1, 3);
    put_made(s, (made){.id = 3, .is_kept = true});
    put_ids(s, 4, 21);
    assert_dropped(s, 11, 1100, 33);
    set_frozen(&io, false);
    assert_int_equal(flush(s), REEL_E_DROPPED);
    assert_ids(&io, (uint32_t[]){0, 3, 13, 14, 15, 16, 17, 18, 19, 20}, 10);

    /* Only kept ones wait and fill the bound: the newest still gets in, one at a time. */
    freeze_with(s, &io, (made){.id = 30});
    for (uint32_t id = 31; id < 51; id++)
        put_made(s, (made){.id = id, .is_static = true});
    put_ids(s, 51, 61);
    assert_dropped(s, 11 + 9, 1100 + 900, 33 + 27);
    set_frozen(&io, false);
    assert_int_equal(flush(s), REEL_E_DROPPED);
    assert_int_equal(io.n_ids, 10 + 1 + 20 + 1);
    assert_int_equal(io.ids[io.n_ids - 1], 60);
    assert_int_equal(io.ids[io.n_ids - 2], 50);
    end(s, &io);
}

static void latest_replaces_the_same_entity_and_shape(void **state) {
    (void)state;
    static const char *const paths[] = {"/a", "/b", "/c"};
    fake_io io;
    fake_init(&io);
    reel__sink *s = new_queue(&io, REEL_POLICY_LATEST, 1000, 0, false);
    freeze_with(s, &io, (made){.id = 0, .entity_path = paths[0]}); /* in flight: never replaced */
    put_made(s, (made){.id = 1, .entity_path = paths[1], .is_static = true});
    put_made(s, (made){.id = 2, .entity_path = paths[1], .shape = &made_shapes[1]});
    for (uint32_t id = 3; id < 33; id++)
        put_made(s, (made){.id = id, .entity_path = paths[id % 3], .n_rows = 3});
    assert_dropped(s, 27, 2700, 81);
    set_frozen(&io, false);
    assert_int_equal(flush(s), REEL_E_DROPPED);
    assert_ids(&io, (uint32_t[]){0, 1, 2, 30, 31, 32}, 6);
    end(s, &io);
}

static void latest_stays_bounded_with_many_entities(void **state) {
    (void)state;
    static char paths[300][16];
    fake_io io;
    fake_init(&io);
    for (int i = 0; i < 300; i++)
        snprintf(paths[i], sizeof paths[i], "/%d", i);
    reel__sink *s = new_queue(&io, REEL_POLICY_LATEST, 20000, 0, false);
    freeze_with(s, &io, (made){.id = 0, .entity_path = "/first"});
    uint32_t id = 1;
    for (int round = 0; round < 10; round++)
        for (int i = 0; i < 300; i++)
            put_made(s, (made){.id = id++, .entity_path = paths[i]});
    assert_dropped(s, 3000 - 199, 280100, 2801);
    set_frozen(&io, false);
    assert_int_equal(flush(s), REEL_E_DROPPED);
    assert_ids_then(&io, 0, 3001 - 199, 3001);
    end(s, &io);
}

static void block_gives_up_once_and_recovers(void **state) {
    (void)state;
    fake_io io;
    fake_init(&io);
    reel__sink *s = new_queue(&io, REEL_POLICY_BLOCK, 1000, 100, false);
    freeze_with(s, &io, (made){.id = 0});
    put_ids(s, 1, 10);
    int64_t start_ns = reel__monotonic_ns();
    put_ids(s, 10, 1010); /* were each of them to wait, this would take 100 seconds */
    assert_true(reel__monotonic_ns() - start_ns < INT64_C(50000000000));
    assert_true(reel__monotonic_ns() - start_ns >= 100000000);
    put_made(s, (made){.id = 2000, .is_static = true}); /* never dropped */
    assert_dropped(s, 1000, 100000, 3000);
    assert_int_equal(io.n_reports, 1);
    assert_int_equal(io.reported[0], REEL_E_BUSY);
    assert_non_null(strstr(s->error, "100 ms"));

    set_frozen(&io, false);
    assert_int_equal(flush(s), REEL_E_DROPPED);
    put_ids(s, 2001, 2100); /* it moves again: waits, loses nothing */
    assert_int_equal(flush(s), REEL_OK);
    assert_dropped(s, 1000, 100000, 3000);
    assert_int_equal(io.n_ids, 10 + 1 + 99);
    assert_int_equal(io.ids[10], 2000);
    assert_int_equal(io.ids[109], 2099);
    end(s, &io);
}

static void block_never_waits_with_minus_one(void **state) {
    (void)state;
    fake_io io;
    fake_init(&io);
    reel__sink *s = new_queue(&io, REEL_POLICY_BLOCK, 1000, -1, false);
    freeze_with(s, &io, (made){.id = 0});
    put_ids(s, 1, 13);
    assert_dropped(s, 3, 300, 9);
    set_frozen(&io, false);
    assert_int_equal(flush(s), REEL_E_DROPPED);
    assert_ids_then(&io, 0, 1, 10);
    end(s, &io);
}

static void slow_progress_is_no_stall(void **state) {
    (void)state;
    fake_io io;
    fake_init(&io);
    io.delay_us = 20000;
    /* A quarter of the bound is 16 messages: written as one batch they would take longer than the 250 ms allowed without progress. */
    reel__sink *s = new_queue(&io, REEL_POLICY_BLOCK, 6400, 250, false);
    put_ids(s, 0, 90);
    assert_int_equal(flush(s), REEL_OK);
    assert_dropped(s, 0, 0, 0);
    assert_int_equal(io.n_reports, 0);
    assert_ids_then(&io, 0, 1, 90);
    end(s, &io);
}

static void a_refused_message_is_lost_and_the_next_is_tried(void **state) {
    (void)state;
    fake_io io;
    fake_init(&io);
    io.fail_from = 3;
    io.fail_until = 7;
    io.fail_status = REEL_E_NO_SPACE;
    reel__sink *s = new_queue(&io, REEL_POLICY_BLOCK, 0, 0, true);
    s->defer_wake = true;
    put_ids(s, 0, 10);
    assert_int_equal(flush(s), REEL_E_NO_SPACE);
    assert_string_equal(reel_error_message(), "fake: message 6 is refused");
    assert_ids(&io, (uint32_t[]){0, 1, 2, 7, 8, 9}, 6);
    assert_dropped(s, 4, 400, 12);
    assert_int_equal(io.n_reports, 1);
    assert_int_equal(io.reported[0], REEL_E_NO_SPACE);
    put_ids(s, 10, 12);
    assert_int_equal(flush(s), REEL_OK);
    reel_sink_stats stats;
    reel__sink_get_stats(s, &stats);
    assert_int_equal(stats.last_error, REEL_E_NO_SPACE);

    io.fail_from = 12; /* after a write that went well it is news again */
    io.fail_until = 13;
    put_ids(s, 12, 13);
    assert_int_equal(flush(s), REEL_E_NO_SPACE);
    assert_int_equal(io.n_reports, 2);

    io.flush_status = REEL_E_IO;
    put_ids(s, 13, 14);
    assert_int_equal(flush(s), REEL_E_IO);
    assert_int_equal(flush(s), REEL_E_IO); /* not confirmed yet: tried again */
    io.flush_status = REEL_OK;
    assert_int_equal(flush(s), REEL_OK);
    end(s, &io);
}

typedef struct flusher {
    reel__sink *sink;
    reel_status status;
} flusher;
static void *run_flush(void *user) {
    flusher *f = user;
    f->status = f->sink->klass->flush(f->sink, INT64_MAX, false);
    return NULL;
}

static void flushes_that_overlap_a_loss_both_tell_it(void **state) {
    (void)state;
    /* When both are waiting cannot be seen from here, so a try may not overlap; one of many does. */
    for (int attempt = 0, n_both = 0; n_both == 0; attempt++) {
        assert_true(attempt < 100);
        fake_io io;
        fake_init(&io);
        io.fail_until = 1;
        io.fail_status = REEL_E_IO;
        reel__sink *s = new_queue(&io, REEL_POLICY_BLOCK, 0, 0, false);
        freeze_with(s, &io, (made){.id = 0});
        flusher flushers[2] = {{s, REEL_OK}, {s, REEL_OK}};
        reel__thread threads[2];
        for (int i = 0; i < 2; i++)
            assert_int_equal(reel__thread_start(&threads[i], "flusher", run_flush, &flushers[i]), REEL_OK);
        usleep(20000);
        set_frozen(&io, false);
        for (int i = 0; i < 2; i++)
            reel__thread_join(threads[i]);
        assert_true(flushers[0].status == REEL_E_IO || flushers[1].status == REEL_E_IO);
        n_both = flushers[0].status == REEL_E_IO && flushers[1].status == REEL_E_IO;
        assert_int_equal(flush(s), REEL_OK);
        end(s, &io);
    }
}

static void a_flush_of_a_frozen_sink_times_out(void **state) {
    (void)state;
    fake_io io;
    fake_init(&io);
    reel__sink *s = new_queue(&io, REEL_POLICY_BLOCK, 0, 0, true);
    freeze_with(s, &io, (made){.id = 0});
    put_ids(s, 1, 5);
    assert_int_equal(s->klass->flush(s, reel__deadline_ms(30), false), REEL_E_TIMEOUT);
    assert_non_null(strstr(reel_error_message(), "500 bytes queued"));
    assert_int_equal(s->klass->flush(s, reel__monotonic_ns() - 1, false), REEL_E_TIMEOUT);
    assert_int_equal(io.n_ids, 0);
    set_frozen(&io, false);
    assert_int_equal(s->klass->flush(s, reel__deadline_ms(60000), false), REEL_OK);
    assert_ids_then(&io, 0, 1, 5);
    end(s, &io);
}

static void close_writes_what_waits(void **state) {
    (void)state;
    for (int by_thread = 0; by_thread < 2; by_thread++) {
        fake_io io;
        fake_init(&io);
        reel__sink *s = new_queue(&io, REEL_POLICY_BLOCK, 0, 0, !by_thread);
        s->defer_wake = true;
        put_ids(s, 0, 500);
        assert_int_equal(s->klass->close(s, reel__deadline_ms(60000)), REEL_OK);
        assert_false(reel__sink_is_abandoned(s));
        assert_ids_then(&io, 0, 1, 500);
        assert_int_equal(io.n_flushes, 1);
        assert_int_equal(io.n_closes, 1);
        put_ids(s, 500, 502);
        assert_dropped(s, 2, 200, 6);
        assert_int_equal(flush(s), REEL_E_CLOSED);
        s->klass->destroy(s);
        assert_true(io.is_destroyed);
        assert_int_equal(io.n_ids, 500);
    }
}

static void close_of_a_frozen_sink_is_bounded(void **state) {
    (void)state;
    static fake_io io; /* its thread still uses it when the test is over */
    fake_init(&io);
    reel__sink *s = new_queue(&io, REEL_POLICY_BLOCK, 0, 0, true);
    reel__message *hanging = make_message(&(made){.id = 0, .n_rows = 3});
    set_frozen(&io, true);
    s->klass->put(s, hanging);
    wait_in_write(&io, true);
    put_ids(s, 1, 4);
    assert_int_equal(s->klass->close(s, reel__deadline_ms(50)), REEL_E_TIMEOUT);
    assert_true(reel__sink_is_abandoned(s));
    assert_dropped(s, 4, 400, 12);
    s->klass->destroy(s);
    set_frozen(&io, false);
    wait_in_write(&io, false);
    usleep(20000); /* room for a thread that would go on where it should not */
    reel__mutex_lock(&io.mutex);
    assert_int_equal(io.n_ids, 1);
    assert_int_equal(io.n_writes, 1);
    assert_int_equal(io.n_flushes + io.n_closes, 0);
    assert_false(io.is_destroyed);
    reel__mutex_unlock(&io.mutex);
    assert_int_equal(atomic_load(&hanging->refs), 2); /* given back to a pool that may be gone: never */
    reel__message_unref(hanging);
}

static void *run_inline_flush(void *user) {
    flusher *f = user;
    f->status = flush(f->sink);
    return NULL;
}

static void close_is_bounded_while_a_caller_hangs_in_its_flush(void **state) {
    (void)state;
    static fake_io io;
    fake_init(&io);
    set_frozen(&io, true);
    reel__sink *s = new_queue(&io, REEL_POLICY_BLOCK, 0, 0, true);
    s->defer_wake = true;
    put_ids(s, 0, 3);
    flusher f = {s, REEL_OK};
    reel__thread thread;
    assert_int_equal(reel__thread_start(&thread, "flusher", run_inline_flush, &f), REEL_OK);
    wait_in_write(&io, true);
    assert_int_equal(s->klass->close(s, reel__deadline_ms(50)), REEL_E_TIMEOUT);
    s->klass->destroy(s);
    set_frozen(&io, false);
    reel__thread_join(thread);
    assert_int_equal(f.status, REEL_E_TIMEOUT);
    assert_int_equal(io.n_ids, 1);
    assert_int_equal(io.n_flushes + io.n_closes, 0);
}

static void close_of_a_slow_sink_ends_it_without_the_rest(void **state) {
    (void)state;
    fake_io io;
    fake_init(&io);
    io.delay_us = 10000;
    reel__sink *s = new_queue(&io, REEL_POLICY_BLOCK, 0, 0, false);
    put_ids(s, 0, 2000);
    assert_int_equal(s->klass->close(s, reel__deadline_ms(1000)), REEL_E_DROPPED);
    assert_false(reel__sink_is_abandoned(s));
    assert_int_equal(io.n_closes, 1);
    assert_true(io.n_ids > 0 && io.n_ids < 2000);
    reel_sink_stats stats;
    reel__sink_get_stats(s, &stats);
    assert_int_equal(stats.messages_written, io.n_ids);
    assert_int_equal(stats.messages_dropped, 2000 - io.n_ids);
    assert_int_equal(stats.bytes_queued, 0);
    s->klass->destroy(s);
    assert_true(io.is_destroyed);
}

static void a_sink_is_called_when_it_is_due(void **state) {
    (void)state;
    for (int by_thread = 0; by_thread < 2; by_thread++) {
        fake_io io;
        fake_init(&io);
        atomic_store(&io.due_ns, reel__deadline_ms(20));
        reel__sink *s = new_queue(&io, REEL_POLICY_BLOCK, 0, 0, true);
        s->defer_wake = !by_thread;
        put_ids(s, 0, 1);
        if (!by_thread)
            assert_int_equal(flush(s), REEL_OK); /* nobody but a thread can be on time */
        reel__mutex_lock(&io.mutex);
        while (!io.n_empty_writes)
            reel__cond_wait_until(&io.changed, &io.mutex, INT64_MAX);
        reel__mutex_unlock(&io.mutex);
        assert_int_equal(flush(s), REEL_OK);
        assert_ids_then(&io, 0, 1, 1);
        end(s, &io);
    }
}

/* Flushes from several threads, inline or not, while one puts: whoever gets REEL_OK finds what was put before. */
typedef struct crowd {
    reel__sink *sink;
    fake_io *io;
    _Atomic uint32_t n_put;
    atomic_bool is_over;
    atomic_int n_wrong;
    bool inline_ok;
} crowd;
static void *run_crowd(void *user) {
    crowd *c = user;
    while (!atomic_load(&c->is_over)) {
        uint32_t n_put = atomic_load(&c->n_put);
        reel_status status = c->sink->klass->flush(c->sink, reel__deadline_ms(60000), c->inline_ok);
        reel__mutex_lock(&c->io->mutex);
        size_t n_written = c->io->n_ids;
        reel__mutex_unlock(&c->io->mutex);
        if (status != REEL_OK || n_written < n_put)
            atomic_fetch_add(&c->n_wrong, 1);
        reel_sink_stats stats;
        reel__sink_get_stats(c->sink, &stats);
        if (stats.messages_written > 5000)
            atomic_fetch_add(&c->n_wrong, 1);
    }
    return NULL;
}

static void flushes_from_everywhere_confirm_what_was_put(void **state) {
    (void)state;
    fake_io io;
    fake_init(&io);
    reel__sink *s = new_queue(&io, REEL_POLICY_BLOCK, 3000, 60000, true);
    crowd crowds[3];
    reel__thread threads[3];
    for (int i = 0; i < 3; i++) {
        crowds[i].sink = s;
        crowds[i].io = &io;
        crowds[i].inline_ok = i > 0;
        atomic_init(&crowds[i].n_put, 0);
        atomic_init(&crowds[i].is_over, false);
        atomic_init(&crowds[i].n_wrong, 0);
        assert_int_equal(reel__thread_start(&threads[i], "crowd", run_crowd, &crowds[i]), REEL_OK);
    }
    for (uint32_t id = 0; id < 5000; id++) {
        s->defer_wake = id % 3 == 0;
        put_ids(s, id, id + 1);
        for (int i = 0; i < 3; i++)
            atomic_store(&crowds[i].n_put, id + 1);
        if (id % 7 == 0)
            assert_int_equal(flush(s), REEL_OK);
    }
    for (int i = 0; i < 3; i++) {
        atomic_store(&crowds[i].is_over, true);
        reel__thread_join(threads[i]);
        assert_int_equal(atomic_load(&crowds[i].n_wrong), 0);
    }
    assert_int_equal(flush(s), REEL_OK);
    assert_ids_then(&io, 0, 1, 5000);
    end(s, &io);
}

static void a_wrong_configuration_is_refused(void **state) {
    (void)state;
    fake_io io;
    fake_init(&io);
    reel__sink *s = NULL;
    reel__queue_config config = {.policy = REEL_POLICY_DEFAULT};
    assert_int_equal(reel__queue_sink_new(&fake_ops, &io, &config, &s), REEL_E_ARGUMENT);
    config = (reel__queue_config){.policy = REEL_POLICY_BLOCK, .bytes_max = -1};
    assert_int_equal(reel__queue_sink_new(&fake_ops, &io, &config, &s), REEL_E_ARGUMENT);
    config = (reel__queue_config){.policy = REEL_POLICY_BLOCK, .block_ms = -2};
    assert_int_equal(reel__queue_sink_new(&fake_ops, &io, &config, &s), REEL_E_ARGUMENT);
    assert_false(io.is_destroyed);
    assert_null(s);
}

static void no_memory_drops_the_message_and_tells(void **state) {
    (void)state;
    counting c;
    for (size_t fail_at = 1;; fail_at++) {
        fake_io io;
        fake_init(&io);
        reel__sink *s = NULL;
        reel__queue_config config = {.policy = REEL_POLICY_LATEST, .inline_io = true, .report = fake_report, .report_user = &io};
        reel__message *m[3];
        for (uint32_t id = 0; id < 3; id++)
            m[id] = make_message(&(made){.id = id, .entity_path = id ? "/b" : "/a", .shape = &made_shapes[id]});
        count_allocations(&c);
        c.fail_at = fail_at;
        reel_status status = reel__queue_sink_new(&fake_ops, &io, &config, &s);
        if (status == REEL_OK) {
            s->defer_wake = true;
            for (int id = 0; id < 3; id++)
                s->klass->put(s, m[id]);
            status = flush(s);
            assert_int_equal(io.n_ids, status == REEL_OK ? 3 : 2);
            assert_int_equal(io.n_reports, status == REEL_OK ? 0 : 1);
            end(s, &io);
        }
        assert_int_equal(c.bytes, 0);
        reel_set_allocator(NULL);
        for (int id = 0; id < 3; id++) {
            assert_int_equal(atomic_load(&m[id]->refs), 1);
            reel__message_unref(m[id]);
        }
        if (c.n < fail_at)
            break;
        assert_int_equal(status, REEL_E_NO_MEMORY);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(messages_arrive_in_order_and_are_counted),
        cmocka_unit_test(a_flush_writes_in_the_callers_thread),
        cmocka_unit_test(a_frozen_sink_holds_up_no_other),
        cmocka_unit_test(drop_newest_keeps_what_was_there),
        cmocka_unit_test(drop_oldest_keeps_the_newest_and_what_is_kept),
        cmocka_unit_test(latest_replaces_the_same_entity_and_shape),
        cmocka_unit_test(latest_stays_bounded_with_many_entities),
        cmocka_unit_test(block_gives_up_once_and_recovers),
        cmocka_unit_test(block_never_waits_with_minus_one),
        cmocka_unit_test(slow_progress_is_no_stall),
        cmocka_unit_test(a_refused_message_is_lost_and_the_next_is_tried),
        cmocka_unit_test(flushes_that_overlap_a_loss_both_tell_it),
        cmocka_unit_test(a_flush_of_a_frozen_sink_times_out),
        cmocka_unit_test(close_writes_what_waits),
        cmocka_unit_test(close_of_a_frozen_sink_is_bounded),
        cmocka_unit_test(close_is_bounded_while_a_caller_hangs_in_its_flush),
        cmocka_unit_test(close_of_a_slow_sink_ends_it_without_the_rest),
        cmocka_unit_test(a_sink_is_called_when_it_is_due),
        cmocka_unit_test(flushes_from_everywhere_confirm_what_was_put),
        cmocka_unit_test(a_wrong_configuration_is_refused),
        cmocka_unit_test(no_memory_drops_the_message_and_tells),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
