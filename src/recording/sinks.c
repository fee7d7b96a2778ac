/* The sinks of a recording: adding, flushing, ending, and what is asked of one of them. The list changes under the drain mutex; whoever works with a sink outside of it holds a
 * reference to its entry. */
#include "sinks.h"

#include "../base/alloc.h"
#include "../base/clock.h"
#include "../base/error.h"

#include <stdio.h>
#include <string.h>

#define FLUSHED_AT_ONCE 16
#define FIRST_LOOK_MS 20

reel_status reel__find_recording(reel_recording **rec, reel__core **core) {
    *rec = reel_active(*rec);
    if (!*rec)
        return reel__fail(REEL_E_ARGUMENT, "no recording was given and none is active");
    *core = atomic_load_explicit(&(*rec)->core, memory_order_acquire);
    return REEL_OK;
}

void reel__attached_unref(reel__attached *a) {
    if (!a || atomic_fetch_sub(&a->refs, 1) != 1)
        return;
    a->sink->klass->destroy(a->sink);
    reel__mutex_destroy(&a->taking);
    reel__release(a);
}

/* ---- adding */

/* A sink that has no memory for what it is to begin with would write a stream that nobody can read. */
static reel_status begin_failed(reel__sink *s) {
    reel__mutex_lock(&s->mutex);
    reel_status status = s->stats.last_error == REEL_E_NO_MEMORY ? reel__fail(REEL_E_NO_MEMORY, "no memory for what a new sink begins with: %s", s->error) : REEL_OK;
    reel__mutex_unlock(&s->mutex);
    return status;
}

/* What a new sink begins with: all that a buffer holds, which goes when the sink has it; else the kept state. is_whole: that is everything since the recording began. Under drain. */
static reel_status give_past(reel__core *core, reel__sink *s, bool *is_whole) {
    reel__message **messages = NULL;
    size_t n = 0;
    reel__attached *buffer = core->sinks;
    while (buffer && !buffer->sink->is_buffer)
        buffer = buffer->next;
    reel_status status;
    *is_whole = !core->has_history;
    if (buffer) {
        *is_whole |= buffer->is_whole && !atomic_load(&buffer->was_drained) && !reel__memory_sink_dropped(buffer->sink);
        status = reel__held_messages(core, buffer->sink, false, &messages, &n);
    } else {
        reel__state_lock();
        status = reel__keeper_all(core->keeper, &messages, &n);
        reel__state_unlock();
    }
    for (int recordings = 0; recordings < 2; recordings++) /* blueprints first */
        for (size_t i = 0; i < n; i++)
            if ((messages[i]->store->kind != REEL_STORE_BLUEPRINT) == recordings)
                s->klass->put(s, messages[i]);
    for (size_t i = 0; i < n; i++)
        reel__message_unref(messages[i]);
    reel__release(messages);
    return status == REEL_OK ? begin_failed(s) : status;
}

static void drop_buffer(reel__core *core) {
    for (reel__attached **at = &core->sinks; *at;) {
        reel__attached *a = *at;
        if (!a->sink->is_buffer) {
            at = &a->next;
            continue;
        }
        *at = a->next;
        a->sink->klass->close(a->sink, INT64_MAX);
        reel__attached_unref(a);
    }
}

static void activate_classes(reel__core *core) {
    bool active[REEL__CLASSES] = {false, false};
    for (reel__attached *a = core->sinks; a; a = a->next)
        active[a->class_index] = true;
    for (uint32_t c = 0; c < REEL__CLASSES; c++) /* first those that come, so that they start where the others are */
        if (active[c])
            reel__class_activate(core, c, true);
    for (uint32_t c = 0; c < REEL__CLASSES; c++)
        if (!active[c])
            reel__class_activate(core, c, false);
}

static reel__attached *attached_new(reel__sink *s, int kind) {
    reel__attached *a = reel__alloc_zero(sizeof *a);
    if (!a)
        return NULL;
    reel__mutex_init(&a->taking);
    atomic_init(&a->refs, 1);
    a->sink = s;
    a->is_memory = kind == REEL__KIND_MEMORY || kind == REEL__KIND_BUFFER;
    a->is_file = kind == REEL__KIND_FILE;
    s->is_buffer = kind == REEL__KIND_BUFFER;
    return a;
}

static void attached_free(reel__attached *a) {
    reel__mutex_destroy(&a->taking);
    reel__release(a);
}

/* Under drain, with everything taken. */
static reel_status link_sink(reel__core *core, reel__attached *a) {
    reel__sink *s = a->sink;
    REEL__TRY(give_past(core, s, &a->is_whole));
    if (!core->holds_buffers)
        drop_buffer(core);
    s->end_until_ns = &core->end_until_ns;
    s->id = ++core->next_sink_id;
    a->class_index = s->is_prompt ? REEL__PROMPT : REEL__BULK;
    reel__attached **at = &core->sinks;
    while (*at)
        at = &(*at)->next;
    *at = a;
    activate_classes(core);
    return REEL_OK;
}

static reel_status attach_locked(reel__core *core, reel__attached *a) {
    if (core->is_ended)
        return reel__fail(REEL_E_CLOSED, "recording %s is closed", core->store->recording_id);
    if (!a->is_memory)
        REEL__TRY(reel__writer_start(core));
    reel__take_all(core);
    return link_sink(core, a);
}

reel_status reel__attach(reel__core *core, reel__sink *s, int kind, reel_sink_id *id) {
    reel__attached *a = attached_new(s, kind);
    reel_status status = a ? REEL_OK : reel__fail(REEL_E_NO_MEMORY, "no memory for a sink");
    if (a) {
        reel__drain_lock(core, INT64_MAX);
        status = attach_locked(core, a);
        if (status == REEL_OK && id)
            *id = s->id;
        reel__drain_unlock(core);
    }
    if (status != REEL_OK) {
        s->klass->close(s, reel__deadline_ms(1000));
        s->klass->destroy(s);
        if (a)
            attached_free(a);
    }
    return status;
}

void reel__sinks_hold(reel__core *core, bool hold) {
    bool has_others = false;
    reel__drain_lock(core, INT64_MAX);
    reel__take_all(core);
    for (reel__attached *a = core->sinks; a; a = a->next) {
        a->sink->is_buffer |= hold && a->is_memory;
        has_others |= !a->sink->is_buffer;
    }
    core->holds_buffers = hold;
    if (!hold && has_others) {
        drop_buffer(core);
        activate_classes(core);
    }
    reel__drain_unlock(core);
}

reel_status reel__sinks_add_buffer(reel__core *core) {
    reel__sink *s;
    REEL__TRY(reel__memory_sink_new(NULL, true, &core->account, reel__report, core, &s));
    return reel__attach(core, s, REEL__KIND_BUFFER, NULL);
}

/* ---- finding */

/* The entry with this id, with a reference. */
reel_status reel__sink_find(reel_recording *rec, reel_sink_id id, reel__core **core, reel__attached **out) {
    REEL__TRY(reel__find_recording(&rec, core));
    reel__drain_lock(*core, INT64_MAX);
    reel__attached *a = (*core)->sinks;
    while (a && a->sink->id != id)
        a = a->next;
    if (a)
        atomic_fetch_add(&a->refs, 1);
    reel__drain_unlock(*core);
    *out = a;
    return a ? REEL_OK : reel__fail(REEL_E_CLOSED, "recording %s has no sink %u", rec->recording_id, (unsigned)id);
}

/* ---- flushing */

static reel_status worse(reel_status a, reel_status b) { return a != REEL_OK ? a : b; }

typedef struct flushed {
    reel__attached *attached;
    reel_status status;
} flushed;

/* All sinks with a reference each, in `few` if there are few of them, else in an array to be released. Under drain. */
static flushed *list_sinks(reel__core *core, flushed *few, size_t *n) {
    size_t count = 0;
    for (reel__attached *a = core->sinks; a; a = a->next)
        count++;
    flushed *list = count <= FLUSHED_AT_ONCE ? few : reel__alloc_array(count, sizeof *list);
    *n = 0;
    for (reel__attached *a = core->sinks; list && a; a = a->next) {
        atomic_fetch_add(&a->refs, 1);
        list[(*n)++] = (flushed){a, REEL_OK};
    }
    return list;
}

static size_t count_queued(const reel__core *core) {
    size_t n = 0;
    for (const reel__attached *a = core->sinks; a; a = a->next)
        n += !a->is_memory;
    return n;
}

/* Sinks that confirm at once do, whatever another one is stuck in; then those that did not get the rest of the time. Only a sink that is alone is written by the caller: a disk that
 * hangs would keep him from the others. */
static reel_status flush_all(flushed *list, size_t n, bool alone, int64_t deadline) {
    reel_status worst = REEL_OK;
    char said[256] = "";
    int64_t look = alone ? deadline : reel__deadline_ms(FIRST_LOOK_MS);
    if (look > deadline)
        look = deadline;
    for (int pass = 0; pass < 2; pass++)
        for (size_t i = 0; i < n; i++) {
            reel__sink *s = list[i].attached->sink;
            if (pass && (look == deadline || list[i].status != REEL_E_TIMEOUT))
                continue;
            list[i].status = s->klass->flush(s, pass ? deadline : look, alone && deadline == INT64_MAX);
            if (list[i].status != REEL_OK)
                snprintf(said, sizeof said, "%s", reel_error_message());
        }
    for (size_t i = 0; i < n; i++)
        worst = worse(worst, list[i].status);
    return worst == REEL_OK ? REEL_OK : reel__fail(worst, "%s", said);
}

/* Rows that could not be encoded, once. Under drain. */
static reel_status tell_lost(reel__core *core) {
    reel_status status = core->lost_status;
    core->lost_status = REEL_OK;
    return status;
}

reel_status reel__sinks_flush(reel__core *core, int64_t timeout_ms) {
    flushed few[FLUSHED_AT_ONCE];
    size_t n = 0;
    int64_t deadline = reel__deadline_ms(timeout_ms);
    if (!reel__drain_lock(core, deadline))
        return reel__fail(REEL_E_TIMEOUT, "flush: the encoder was busy for %lld ms", (long long)timeout_ms);
    bool alone = count_queued(core) == 1;
    for (reel__attached *a = core->sinks; a; a = a->next)
        a->sink->defer_wake = alone && timeout_ms < 0;
    core->take_until_ns = timeout_ms < 0 ? 0 : deadline;
    reel_status taken = reel__take_all(core);
    core->take_until_ns = 0;
    if (taken == REEL_OK)
        taken = tell_lost(core);
    for (reel__attached *a = core->sinks; a; a = a->next)
        a->sink->defer_wake = false;
    flushed *list = list_sinks(core, few, &n);
    reel__drain_unlock(core);
    reel_status status = list ? flush_all(list, n, alone, deadline) : reel__fail(REEL_E_NO_MEMORY, "flush: no memory for a list of sinks");
    for (size_t i = 0; i < n; i++)
        reel__attached_unref(list[i].attached);
    if (list != few)
        reel__release(list);
    return taken == REEL_OK ? status : reel__fail(taken, "recording %s: rows could not be encoded: %s", core->store->recording_id, reel_status_text(taken));
}

reel_status reel_flush(reel_recording *rec, int64_t timeout_ms) {
    reel__core *core = NULL;
    REEL__TRY(reel__find_recording(&rec, &core));
    if (atomic_load(&rec->is_closed))
        return reel__fail(REEL_E_CLOSED, "recording %s is closed", rec->recording_id);
    return reel__sinks_flush(core, timeout_ms);
}

reel_status reel_flush_sink(reel_recording *rec, reel_sink_id id, int64_t timeout_ms) {
    reel__core *core = NULL;
    reel__attached *a;
    REEL__TRY(reel__sink_find(rec, id, &core, &a));
    int64_t deadline = reel__deadline_ms(timeout_ms);
    reel_status status;
    if (!reel__drain_lock(core, deadline)) {
        status = reel__fail(REEL_E_TIMEOUT, "flush: the encoder was busy for %lld ms", (long long)timeout_ms);
    } else {
        core->take_until_ns = timeout_ms < 0 ? 0 : deadline;
        reel_status taken = reel__take_all(core);
        core->take_until_ns = 0;
        reel__drain_unlock(core);
        status = a->sink->klass->flush(a->sink, deadline, timeout_ms < 0);
        if (taken != REEL_OK)
            status = reel__fail(taken, "recording %s: rows could not be encoded: %s", core->store->recording_id, reel_status_text(taken));
    }
    reel__attached_unref(a);
    return status;
}

/* ---- ending */

/* The last sink has gone: rows are kept for one to come. Under drain, and without a take in between, so that none goes nowhere. */
static reel_status keep_rows(reel__core *core) {
    reel__sink *s;
    REEL__TRY(reel__memory_sink_new(NULL, true, &core->account, reel__report, core, &s));
    reel__attached *a = attached_new(s, REEL__KIND_BUFFER);
    reel_status status = a ? link_sink(core, a) : reel__fail(REEL_E_NO_MEMORY, "no memory for a buffer");
    if (status != REEL_OK) {
        s->klass->destroy(s);
        if (a)
            attached_free(a);
    }
    return status;
}

/* Under drain, with everything taken. */
static reel_status unlink_sink(reel__core *core, reel__attached *a) {
    reel__attached **at = &core->sinks;
    while (*at && *at != a)
        at = &(*at)->next;
    if (!*at)
        return reel__fail(REEL_E_CLOSED, "sink %u is gone already", (unsigned)a->sink->id);
    *at = a->next;
    reel_status status = REEL_OK;
    if (core->sinks || core->is_ended)
        activate_classes(core);
    else
        status = keep_rows(core);
    if (status != REEL_OK)
        *at = a; /* it stays */
    return status;
}

reel_status reel_remove_sink(reel_recording *rec, reel_sink_id id, int64_t timeout_ms) {
    reel__core *core = NULL;
    reel__attached *a;
    REEL__TRY(reel__sink_find(rec, id, &core, &a));
    int64_t deadline = reel__deadline_ms(timeout_ms);
    reel__drain_lock(core, INT64_MAX);
    reel_status taken = reel__take_all(core), status = unlink_sink(core, a);
    bool found = status == REEL_OK;
    reel__drain_unlock(core);
    if (found)
        status = a->sink->klass->close(a->sink, deadline);
    if (taken != REEL_OK)
        status = reel__fail(taken, "recording %s: rows did not reach sink %u: %s", core->store->recording_id, (unsigned)id, reel_status_text(taken));
    if (found && reel__sink_is_abandoned(a->sink))
        core->is_abandoned = true;
    if (found)
        reel__attached_unref(a);
    reel__attached_unref(a);
    return status;
}

/* The next queued sink that has not ended, with a reference; those that were found slow come last. n: how many there are. */
static reel__attached *next_to_end(reel__core *core, size_t *n) {
    reel__attached *next = NULL;
    *n = 0;
    reel__drain_lock(core, INT64_MAX);
    for (reel__attached *a = core->sinks; a; a = a->next)
        if (!a->is_memory && !a->is_ended) {
            ++*n;
            if (!next || (next->was_looked_at && !a->was_looked_at))
                next = a;
        }
    if (next)
        atomic_fetch_add(&next->refs, 1);
    reel__drain_unlock(core);
    return next;
}

static reel_status end_sink(reel__core *core, reel__attached *a, int64_t deadline_ns) {
    reel__drain_lock(core, INT64_MAX);
    a->is_ended = true;
    reel__drain_unlock(core);
    reel_status status = a->sink->klass->close(a->sink, deadline_ns);
    if (reel__sink_is_abandoned(a->sink))
        core->is_abandoned = true;
    return status;
}

/* Every queued sink ends; memory sinks stay, to be drained. First those that confirm what they have at once; then the others share the time that is left. */
reel_status reel__sinks_end(reel__core *core, int64_t deadline_ns) {
    reel_status worst = REEL_OK;
    char said[256] = "";
    size_t n;
    for (reel__attached *a; (a = next_to_end(core, &n)); reel__attached_unref(a)) {
        reel_status status = REEL_OK;
        if (!a->was_looked_at && n > 1)
            status = a->sink->klass->flush(a->sink, reel__deadline_ms(FIRST_LOOK_MS), false);
        bool is_slow = status == REEL_E_TIMEOUT;
        if (!is_slow) {
            int64_t now = reel__monotonic_ns(), share = a->was_looked_at && deadline_ns != INT64_MAX ? (deadline_ns - now) / (int64_t)n : 0;
            reel_status closed = end_sink(core, a, share > 0 ? now + share : deadline_ns);
            status = worse(status, closed);
        }
        a->was_looked_at = true;
        if (is_slow)
            continue;
        if (status != REEL_OK && worst == REEL_OK)
            snprintf(said, sizeof said, "%s", reel_error_message());
        worst = worse(worst, status);
    }
    return worst == REEL_OK ? REEL_OK : reel__fail(worst, "%s", said);
}

void reel__sinks_destroy(reel__core *core) {
    while (core->sinks) {
        reel__attached *a = core->sinks;
        core->sinks = a->next;
        reel__attached_unref(a);
    }
}

/* ---- numbers */

reel_status reel_get_sink_stats(reel_recording *rec, reel_sink_id id, reel_sink_stats *stats) {
    reel__core *core = NULL;
    reel__attached *a;
    if (!stats || stats->struct_size < sizeof(size_t) || stats->struct_size > 4096)
        return reel__fail(REEL_E_ARGUMENT, "stats needs its struct_size");
    REEL__TRY(reel__sink_find(rec, id, &core, &a));
    reel_sink_stats all;
    reel__sink_get_stats(a->sink, &all);
    size_t size = stats->struct_size < sizeof all ? stats->struct_size : sizeof all;
    all.struct_size = stats->struct_size;
    memcpy(stats, &all, size);
    reel__attached_unref(a);
    return REEL_OK;
}

reel_status reel_sink_error(reel_recording *rec, reel_sink_id id, char *message, size_t size) {
    reel__core *core = NULL;
    reel__attached *a;
    REEL__TRY(reel__sink_find(rec, id, &core, &a));
    reel__mutex_lock(&a->sink->mutex);
    reel_status status = a->sink->stats.last_error;
    if (message && size)
        snprintf(message, size, "%s", a->sink->error);
    reel__mutex_unlock(&a->sink->mutex);
    reel__attached_unref(a);
    return status;
}
