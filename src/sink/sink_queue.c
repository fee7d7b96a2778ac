/* The queue between a recording and a sink that does I/O. A log call must never wait for a disk or a peer; this is where the two sides part.
 *
 *     put (one caller at a time)  ->  waiting messages  ->  batch in flight  ->  ops->write, ops->flush, ops->close
 *
 * Everything below `mutex` in struct reel__queue is guarded by the sink's mutex, and the mutex is never held across I/O. Who may do I/O is said by a token, the flag
 * io_busy: whoever sets it under the mutex is the I/O side until he clears it. There are two who do: the sink's own thread, and a caller of flush without a deadline who
 * finds the token free. The latter saves two thread switches and is what makes log + flush in a loop cheap: put with defer_wake wakes nobody, flush takes the token, writes
 * what waits and gives the token back, all without a system call but the write itself. The thread is started by the first message that nobody promises to flush.
 *
 * The token holder moves messages from the list into `batch`, so that policies only ever see messages which are not in flight. A batch is at most BATCH_MAX messages
 * and a quarter of the bound, and it starts small and grows while writes are quick: what is completed is known only when write returns, and a slow but healthy peer must
 * not look like one that hangs.
 *
 * Flush: a request is a number; with it goes the sequence number of the newest message, the ticket. A *round* takes the newest request and its ticket, writes until no
 * older message is left, calls ops->flush once and answers every request up to that number: callers who flush at the same time share one fdatasync, and a steady stream
 * of new messages cannot hold a flush up.
 *
 * Loss: whatever did not arrive (dropped by policy, refused by write, a failed flush) is counted in n_lost. A flush fails with the status of the loss when n_lost has moved
 * beyond what earlier, finished flushes have told; so two flushes that overlap a loss both tell it, and the next one is good again.
 *
 * Waiting for room (policy block): at most block_ms without the I/O side completing a message. After that the sink is stalled: messages are dropped at once, until the
 * I/O side completes one again. Kept messages (store info, static data, Clear) are never dropped by a policy; they go in beyond the bound.
 *
 * Abandoning: close with a deadline may find the I/O side within ops (in_ops): a write that hangs. Then the queue is left to it: waiting messages are dropped, the
 * thread is detached, and when it ever comes back it touches nothing but this queue's mutex and ends. The queue, the io and the messages in flight are never released;
 * they stay on a list so that leak checkers and people find them. The messages in flight borrow from the recording's core, which must then outlive them too. */
#include "../base/alloc.h"
#include "../base/clock.h"
#include "../base/error.h"
#include "message_list.h"
#include "sink.h"

#include <stdio.h>
#include <string.h>

enum {
    BATCH_MAX = 64,
    BYTES_MAX_DEFAULT = 32 << 20,
    BLOCK_MS_DEFAULT = 1000,
    LOOK_MS = 20,
};
/* A write call that takes longer makes the next batch smaller; one that takes less than a quarter makes it larger. */
static const int64_t write_slow_ns = 20000000;
/* A close that has run out of time still waits this long for an I/O call under way: one that does not hang shall end properly. */
static const int64_t close_grace_ns = 20000000;
/* How much of a close's time is left for the footer: a fifth, at most this. */
static const int64_t close_reserve_max_ns = 250000000;
/* A sink that asks for a call in the past is called at most this often. */
static const int64_t due_min_ns = 1000000;

typedef struct reel__queue {
    reel__sink base;
    const reel__io_ops *ops;
    void *io;
    reel__queue_config config;
    reel__event wake;        /* what the thread sleeps on; posted with the mutex held */
    reel__cond changed;      /* progress, token given back, flush answered, closed */

    /* --- guarded by base.mutex */
    reel__message_list list; /* waiting, not in flight */
    uint64_t sequence;       /* of the newest message put */
    uint64_t bytes_in_flight;
    size_t n_in_flight;
    uint64_t n_completed;    /* messages written or failed since the start */
    bool is_stalled;

    bool io_busy, in_ops, is_abandoned;
    bool is_dirty;           /* something was written since the last successful ops->flush */
    bool is_flush_failing;   /* a write that takes messages into a buffer does not mean that things go well again */
    uint64_t flush_requested, flush_done, flush_ticket;
    int64_t flush_deadline_ns;

    uint64_t n_lost, n_lost_told;
    reel_status lost_status;

    bool has_thread;
    reel__thread thread;
    int64_t due_ns;          /* when ops wants a call without messages */
    int64_t thread_wakes_ns; /* until when the thread sleeps if nobody posts; INT64_MIN: it is awake and will look by itself */

    bool is_closing, is_closed;
    int64_t close_deadline_ns, close_write_until_ns;

    /* --- the token holder's alone */
    reel__message *batch[BATCH_MAX];
    size_t batch_limit, n_batch;

    struct reel__queue *next_abandoned;
} reel__queue;

static _Atomic(reel__queue *) abandoned;

static bool has_room(const reel__queue *q, uint64_t size) {
    uint64_t held = q->list.bytes + q->bytes_in_flight;
    return held == 0 || held + size <= (uint64_t)q->config.bytes_max;
}

static void note_queued(reel__queue *q) { q->base.stats.bytes_queued = q->list.bytes + q->bytes_in_flight; }

static void note_lost(reel__queue *q, reel_status status) {
    if (q->n_lost == q->n_lost_told || q->lost_status == REEL_E_DROPPED)
        q->lost_status = status;
    q->n_lost++;
}

/* Drops a message that is on no list any more. The pool's lock, which unref may take, is a leaf: it is fine below the mutex. */
static void drop(reel__queue *q, reel__message *m, reel_status status) {
    reel__sink_count_dropped(&q->base, m);
    note_lost(q, status);
    reel__message_unref(m);
}

static void drop_waiting(reel__queue *q) {
    for (reel__message *m; (m = reel__message_list_take_first(&q->list)) != NULL;)
        drop(q, m, REEL_E_DROPPED);
    note_queued(q);
}

static bool wait_changed(reel__queue *q, int64_t deadline_ns) { return reel__cond_wait_until(&q->changed, &q->base.mutex, deadline_ns); }

/* ---- the I/O side; the caller holds the token and the mutex */

/* Around every call that may hang. leave_ops is false when the sink was abandoned meanwhile: then nothing of it may be touched any more, and only the mutex is to be
 * unlocked. */
static void enter_ops(reel__queue *q) {
    q->in_ops = true;
    if (q->is_closing)
        reel__cond_broadcast(&q->changed);
    reel__mutex_unlock(&q->base.mutex);
}
static bool leave_ops(reel__queue *q) {
    reel__mutex_lock(&q->base.mutex);
    if (q->is_abandoned)
        return false;
    q->in_ops = false;
    return true;
}

/* Reports what this thread's last failing call said. A report runs the program's own code, which may hang like any other. */
static bool report(reel__queue *q, reel_status status) {
    enter_ops(q);
    reel__sink_error(&q->base, status, reel_error_message());
    return leave_ops(q);
}

static size_t take_batch(reel__queue *q) {
    size_t n = 0;
    uint64_t bytes_max = (uint64_t)q->config.bytes_max / 4;
    while (n < q->batch_limit && q->list.first && (n == 0 || q->bytes_in_flight + q->list.first->message->size <= bytes_max)) {
        q->batch[n] = reel__message_list_take_first(&q->list);
        q->bytes_in_flight += q->batch[n++]->size;
    }
    q->n_in_flight = q->n_batch = n;
    return n;
}

static void complete(reel__queue *q, reel__message *const *messages, size_t n, reel_status status) {
    for (size_t i = 0; i < n; i++) {
        q->bytes_in_flight -= messages[i]->size;
        if (status == REEL_OK) {
            reel__sink_count_written(&q->base, messages[i]);
        } else {
            reel__sink_count_dropped(&q->base, messages[i]);
            note_lost(q, status);
        }
    }
    q->n_in_flight -= n;
    q->n_completed += n;
    if (n)
        q->is_stalled = false;
    note_queued(q);
    reel__cond_broadcast(&q->changed);
}

static void adapt_batch(reel__queue *q, int64_t took_ns) {
    if (took_ns > write_slow_ns)
        q->batch_limit = q->batch_limit > 1 ? q->batch_limit / 2 : 1;
    else if (took_ns < write_slow_ns / 4 && q->batch_limit < BATCH_MAX)
        q->batch_limit *= 2;
}

/* Writes one batch. A message that write refuses is lost, the ones behind it are tried: a full disk may have room again. False: abandoned. */
static bool write_batch(reel__queue *q) {
    size_t n = take_batch(q), at = 0;
    while (at < n) {
        size_t n_done = 0;
        enter_ops(q);
        int64_t start_ns = reel__monotonic_ns();
        reel_status status = q->ops->write(q->io, q->batch + at, n - at, &n_done);
        int64_t took_ns = reel__monotonic_ns() - start_ns;
        if (!leave_ops(q))
            return false;
        q->is_dirty = true;
        adapt_batch(q, took_ns);
        if (status == REEL_OK) {
            if (!q->is_flush_failing)
                q->base.reported = 0;
            n_done = n - at;
        } else if (n_done > n - at) {
            n_done = n - at;
        }
        complete(q, q->batch + at, n_done, REEL_OK);
        at += n_done;
        if (status != REEL_OK) {
            if (at < n)
                complete(q, q->batch + at++, 1, status);
            if (!report(q, status))
                return false;
        }
    }
    reel__mutex_unlock(&q->base.mutex);
    for (size_t i = 0; i < n; i++)
        reel__message_unref(q->batch[i]);
    reel__mutex_lock(&q->base.mutex);
    return true;
}

/* A close whose time for writing is over: drops the rest, so that a slow sink still gets its footer. False: abandoned. */
static bool give_up_waiting(reel__queue *q) {
    reel__fail(REEL_E_DROPPED, "%s: %zu messages (%llu bytes) were not written before the close's deadline", q->ops->name, q->list.n, (unsigned long long)q->list.bytes);
    drop_waiting(q);
    return report(q, REEL_E_DROPPED);
}

/* Answers every flush requested so far. False: abandoned. */
static bool flush_round(reel__queue *q) {
    uint64_t request = q->flush_requested, ticket = q->flush_ticket;
    int64_t deadline_ns = q->flush_deadline_ns;
    q->flush_deadline_ns = INT64_MIN;
    while (q->list.first && q->list.first->sequence <= ticket) {
        bool is_late = q->is_closing && reel__monotonic_ns() >= q->close_write_until_ns;
        if (!(is_late ? give_up_waiting(q) : write_batch(q)))
            return false;
    }
    if (q->is_dirty) {
        reel_status status = REEL_OK;
        q->is_dirty = false;
        if (q->ops->flush) {
            enter_ops(q);
            status = q->ops->flush(q->io, deadline_ns);
            if (!leave_ops(q))
                return false;
        }
        q->is_flush_failing = status != REEL_OK;
        if (status != REEL_OK) {
            q->is_dirty = true;
            note_lost(q, status);
            if (!report(q, status))
                return false;
        }
    }
    q->flush_done = request;
    reel__cond_broadcast(&q->changed);
    return true;
}

/* The end: everything that waits, a flush, ops->close. False: abandoned. */
static bool finish(reel__queue *q) {
    q->flush_requested++;
    q->flush_ticket = q->sequence;
    q->flush_deadline_ns = q->close_deadline_ns;
    if (!flush_round(q))
        return false;
    if (q->ops->close) {
        enter_ops(q);
        reel_status status = q->ops->close(q->io, q->close_deadline_ns);
        if (!leave_ops(q))
            return false;
        if (status != REEL_OK) {
            note_lost(q, status);
            if (!report(q, status))
                return false;
        }
    }
    q->is_closed = true;
    reel__cond_broadcast(&q->changed);
    return true;
}

/* ---- token and thread; the caller holds the mutex */

static void *thread_main(void *user);

/* Sees to it that the thread looks for work. */
static reel_status wake_thread(reel__queue *q) {
    if (!q->has_thread) {
        REEL__TRY(reel__thread_start(&q->thread, "reel-io", thread_main, q));
        q->has_thread = true;
    } else {
        reel__event_post(&q->wake);
    }
    return REEL_OK;
}

static bool thread_has_work(const reel__queue *q) { return q->list.n || q->flush_requested != q->flush_done || (q->is_closing && !q->is_closed); }

static void take_token(reel__queue *q) { q->io_busy = true; }

static void give_token(reel__queue *q) {
    q->io_busy = false;
    if (q->ops->due && !q->is_closed) {
        int64_t earliest_ns = reel__monotonic_ns() + due_min_ns;
        q->due_ns = q->ops->due(q->io);
        if (q->due_ns < earliest_ns)
            q->due_ns = earliest_ns;
    }
    reel__cond_broadcast(&q->changed);
}

/* After a caller was the I/O side: what came meanwhile, and what the sink wants later, is the thread's. */
static void give_token_to_thread(reel__queue *q) {
    give_token(q);
    bool has_thread_work = q->has_thread ? thread_has_work(q) : q->list.n > 0;
    if (has_thread_work || q->due_ns < q->thread_wakes_ns)
        wake_thread(q); /* when it cannot be started, the next put or flush tries again */
}

/* One step of the I/O thread, with the token taken. False: the thread ends. */
static bool thread_step(reel__queue *q) {
    if (q->flush_requested != q->flush_done)
        return flush_round(q);
    if (q->list.n && !q->is_closing)
        return write_batch(q);
    if (q->is_closing)
        return finish(q);

    size_t n_done = 0;
    enter_ops(q);
    reel_status status = q->ops->write(q->io, NULL, 0, &n_done);
    if (!leave_ops(q))
        return false;
    q->is_dirty = true;
    return status == REEL_OK || report(q, status);
}

static void *thread_main(void *user) {
    reel__queue *q = user;
    reel__mutex_lock(&q->base.mutex);
    bool goes_on = true;
    while (goes_on && !q->is_closed && !q->is_abandoned) {
        bool has_work = thread_has_work(q);
        if (!q->io_busy && (has_work || q->due_ns <= reel__monotonic_ns())) {
            take_token(q);
            goes_on = thread_step(q);
            if (goes_on)
                give_token(q);
            continue;
        }
        /* While a caller holds the token the thread waits for the post that comes with its return. */
        int64_t until_ns = q->io_busy ? INT64_MAX : q->due_ns;
        q->thread_wakes_ns = until_ns;
        reel__mutex_unlock(&q->base.mutex);
        reel__event_wait_until(&q->wake, until_ns);
        reel__mutex_lock(&q->base.mutex);
        q->thread_wakes_ns = INT64_MIN;
    }
    reel__mutex_unlock(&q->base.mutex);
    return NULL;
}

/* ---- put */

/* Policy block: false when the message is to be dropped. *has_stalled: this wait is the one that gave up. */
static bool wait_for_room(reel__queue *q, const reel__message *m, bool *has_stalled) {
    if (q->is_stalled || q->config.block_ms < 0 || wake_thread(q) != REEL_OK)
        return has_room(q, m->size);
    uint64_t seen = q->n_completed;
    int64_t until_ns = reel__deadline_ms(q->config.block_ms);
    while (!has_room(q, m->size) && !q->is_closing) {
        int64_t end_ns = q->base.end_until_ns ? atomic_load(q->base.end_until_ns) : 0;
        if (end_ns && reel__monotonic_ns() >= end_ns)
            break;
        int64_t look_ns = reel__deadline_ms(LOOK_MS); /* a close that begins meanwhile shortens the wait */
        bool in_time = wait_changed(q, until_ns < look_ns ? until_ns : look_ns) || reel__monotonic_ns() < until_ns;
        if (q->n_completed != seen) {
            seen = q->n_completed;
            until_ns = reel__deadline_ms(q->config.block_ms);
        } else if (!in_time) {
            q->is_stalled = *has_stalled = true;
            return false;
        }
    }
    return !q->is_closing && has_room(q, m->size);
}

/* True: the message may be appended. */
static bool make_room(reel__queue *q, const reel__message *m, bool *has_stalled) {
    reel__message *old;
    switch (q->config.policy) {
    case REEL_POLICY_LATEST:
        if ((old = reel__message_list_take_same(&q->list, m)) != NULL)
            drop(q, old, REEL_E_DROPPED);
        /* fall through */
    case REEL_POLICY_DROP_OLDEST:
        /* The new one always gets in: when nothing droppable waits, the bound is passed by one message and by what is kept. */
        while (!has_room(q, m->size) && (old = reel__message_list_take_droppable(&q->list)) != NULL)
            drop(q, old, REEL_E_DROPPED);
        return true;
    case REEL_POLICY_DROP_NEWEST:
        return m->is_kept || has_room(q, m->size);
    default:
        return m->is_kept || has_room(q, m->size) || wait_for_room(q, m, has_stalled);
    }
}

static void queue_put(reel__sink *s, reel__message *m) {
    reel__queue *q = (reel__queue *)s;
    bool has_stalled = false;
    reel_status status = REEL_OK;
    reel__message_ref(m);
    reel__mutex_lock(&s->mutex);
    if (q->is_closing || !make_room(q, m, &has_stalled)) {
        drop(q, m, REEL_E_DROPPED);
    } else if ((status = reel__message_list_append(&q->list, m, q->sequence + 1)) != REEL_OK) {
        reel__fail(status, "%s: no memory to queue a message", q->ops->name);
        drop(q, m, status);
    } else {
        q->sequence++;
        if (!s->defer_wake && !q->io_busy)
            status = wake_thread(q); /* when it cannot be started, the next put or flush tries again */
    }
    note_queued(q);
    reel__mutex_unlock(&s->mutex);

    if (has_stalled) {
        char text[128];
        snprintf(text, sizeof text, "%s: no progress for %lld ms: messages are dropped until the sink moves again", q->ops->name, (long long)q->config.block_ms);
        reel__sink_error(s, REEL_E_BUSY, text);
    }
    if (status != REEL_OK)
        reel__sink_error(s, status, reel_error_message());
}

/* ---- flush, close, destroy */

/* The status of a flush or close that began when `told` losses had been told; the text is left for the caller's thread. */
static reel_status tell_lost(reel__queue *q, uint64_t told) {
    if (q->n_lost <= told)
        return REEL_OK;
    uint64_t n = q->n_lost - told;
    if (q->n_lost_told < q->n_lost)
        q->n_lost_told = q->n_lost;
    if (q->lost_status == REEL_E_DROPPED)
        return reel__fail(REEL_E_DROPPED, "%s: %llu messages were dropped", q->ops->name, (unsigned long long)n);
    return reel__fail(q->lost_status, "%s", q->base.error[0] ? q->base.error : reel_status_text(q->lost_status));
}

static reel_status fail_timeout(const reel__queue *q, const char *what) {
    return reel__fail(REEL_E_TIMEOUT, "%s: %s ran out of time with %llu bytes queued", q->ops->name, what, (unsigned long long)q->base.stats.bytes_queued);
}

static reel_status flush_locked(reel__queue *q, int64_t deadline_ns, bool may_inline) {
    if (q->is_closing)
        return reel__fail(REEL_E_CLOSED, "%s: the sink is closed", q->ops->name);
    uint64_t told = q->n_lost_told;
    if (!q->list.n && !q->io_busy && !q->is_dirty)
        return tell_lost(q, told);
    if (!may_inline)
        REEL__TRY(wake_thread(q));

    uint64_t request = ++q->flush_requested;
    q->flush_ticket = q->sequence;
    if (q->flush_deadline_ns < deadline_ns)
        q->flush_deadline_ns = deadline_ns;
    while (q->flush_done < request && !q->is_closed && !q->is_abandoned) {
        if (may_inline && !q->io_busy) {
            take_token(q);
            if (!flush_round(q))
                return fail_timeout(q, "a flush");
            give_token_to_thread(q);
        } else if (!wait_changed(q, deadline_ns) && q->flush_done < request) {
            return fail_timeout(q, "a flush");
        }
    }
    return q->flush_done >= request ? tell_lost(q, told) : fail_timeout(q, "a flush");
}

static reel_status queue_flush(reel__sink *s, int64_t deadline_ns, bool inline_ok) {
    reel__queue *q = (reel__queue *)s;
    reel__mutex_lock(&s->mutex);
    reel_status status = flush_locked(q, deadline_ns, inline_ok && q->config.inline_io);
    reel__mutex_unlock(&s->mutex);
    return status;
}

static reel_status abandon(reel__queue *q) {
    reel_status status = fail_timeout(q, "close");
    q->is_abandoned = true;
    /* What is in flight may or may not arrive, and belongs to the write that hangs. */
    for (size_t i = q->n_batch - q->n_in_flight; i < q->n_batch; i++)
        reel__sink_count_dropped(&q->base, q->batch[i]);
    drop_waiting(q);
    if (q->has_thread)
        reel__thread_detach(q->thread);
    reel__cond_broadcast(&q->changed);
    return status;
}

/* By whom: the sink's thread when it runs, and for every sink but a file. A file whose thread was never needed is ended by the caller: a program that logs a little and exits
 * does not pay for a thread, and the file's own close keeps the deadline in mind. What this gives up is the bound when the disk itself hangs in that very moment. */
static reel_status close_locked(reel__queue *q, int64_t deadline_ns) {
    int64_t now_ns = reel__monotonic_ns(), reserve_ns = deadline_ns > now_ns ? (deadline_ns - now_ns) / 5 : 0;
    int64_t abandon_ns = deadline_ns < INT64_MAX - close_grace_ns ? deadline_ns + close_grace_ns : INT64_MAX;
    q->is_closing = true;
    q->close_deadline_ns = deadline_ns;
    q->close_write_until_ns = deadline_ns == INT64_MAX ? INT64_MAX : deadline_ns - (reserve_ns < close_reserve_max_ns ? reserve_ns : close_reserve_max_ns);
    uint64_t told = q->n_lost_told;
    reel__cond_broadcast(&q->changed);

    bool on_thread = (q->has_thread || !q->config.inline_io) && wake_thread(q) == REEL_OK;
    while (!q->is_closed) {
        if (!on_thread && !q->io_busy) {
            take_token(q);
            finish(q); /* never abandoned: only close does that */
            give_token(q);
        } else if (reel__monotonic_ns() < abandon_ns) {
            wait_changed(q, abandon_ns);
        } else if (q->in_ops) {
            return abandon(q);
        } else {
            wait_changed(q, INT64_MAX); /* the I/O side is between two calls and says when it enters the next or is done */
        }
    }
    return tell_lost(q, told);
}

static reel_status queue_close(reel__sink *s, int64_t deadline_ns) {
    reel__queue *q = (reel__queue *)s;
    reel__mutex_lock(&s->mutex);
    if (q->is_closing) {
        reel__mutex_unlock(&s->mutex);
        return reel__fail(REEL_E_CLOSED, "%s: the sink is closed", q->ops->name);
    }
    reel_status status = close_locked(q, deadline_ns);
    bool must_join = q->has_thread && !q->is_abandoned;
    q->has_thread = false;
    reel__mutex_unlock(&s->mutex);
    if (must_join) {
        /* It wrote the end itself and is on its last lines. */
        reel__thread_join(q->thread);
    }
    return status;
}

static void queue_destroy(reel__sink *s) {
    reel__queue *q = (reel__queue *)s;
    if (q->has_thread && !q->is_abandoned)
        queue_close(s, reel__monotonic_ns());
    if (q->is_abandoned) {
        q->next_abandoned = atomic_load(&abandoned);
        while (!atomic_compare_exchange_weak(&abandoned, &q->next_abandoned, q)) {}
        return;
    }
    reel__message_list_free(&q->list);
    q->ops->destroy(q->io);
    reel__event_destroy(&q->wake);
    reel__cond_destroy(&q->changed);
    reel__mutex_destroy(&s->mutex);
    reel__release(q);
}

static const reel__sink_class queue_class = {"queue", queue_put, queue_flush, queue_close, queue_destroy};

reel_status reel__queue_sink_new(const reel__io_ops *ops, void *io, const reel__queue_config *config, reel__sink **out) {
    if (config->bytes_max < 0 || config->block_ms < -1 || config->policy < REEL_POLICY_BLOCK || config->policy > REEL_POLICY_LATEST)
        return reel__fail(REEL_E_ARGUMENT, "%s: policy %d, queue_max_bytes %lld, block_ms %lld: not a queue", ops->name, (int)config->policy, (long long)config->bytes_max,
                          (long long)config->block_ms);
    reel__queue *q = reel__alloc_zero(sizeof *q);
    if (!q)
        return reel__fail(REEL_E_NO_MEMORY, "%s: no memory for a queue", ops->name);
    reel__sink_init(&q->base, &queue_class, config->is_prompt, config->account, config->report, config->report_user);
    reel__event_init(&q->wake);
    reel__cond_init(&q->changed);
    reel__message_list_init(&q->list, config->policy == REEL_POLICY_LATEST);
    q->ops = ops;
    q->io = io;
    q->config = *config;
    if (q->config.bytes_max == 0)
        q->config.bytes_max = BYTES_MAX_DEFAULT;
    if (q->config.block_ms == 0)
        q->config.block_ms = BLOCK_MS_DEFAULT;
    q->is_dirty = true; /* opening may have left something to be flushed */
    q->flush_deadline_ns = INT64_MIN;
    q->due_ns = INT64_MAX;
    q->thread_wakes_ns = INT64_MAX;
    q->batch_limit = 1;
    *out = &q->base;
    return REEL_OK;
}

bool reel__sink_is_abandoned(reel__sink *s) {
    if (s->klass != &queue_class)
        return false;
    reel__mutex_lock(&s->mutex);
    bool is_abandoned = ((reel__queue *)s)->is_abandoned;
    reel__mutex_unlock(&s->mutex);
    return is_abandoned;
}

void *reel__queue_sink_io(reel__sink *s) { return s->klass == &queue_class ? ((reel__queue *)s)->io : NULL; }
