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

/* What a new sink begins with: all that a buffer holds, which goes when the sink has it; else the kept state. Under drain. */
static reel_status give_past(reel__core *core, reel__sink *s) {
    reel__message **messages = NULL;
    size_t n = 0;
    bool has_new;
    uint64_t dropped;
    reel__attached *buffer = core->sinks;
    while (buffer && !buffer->sink->is_buffer)
        buffer = buffer->next;
    reel_status status;
    if (buffer) {
        status = reel__memory_sink_take(buffer->sink, false, &messages, &n, &has_new, &dropped);
    } else {
        reel__state_lock();
        status = reel__keeper_all(core->keeper, &messages, &n);
        reel__state_unlock();
    }
    for (size_t i = 0; i < n; i++) {
        s->klass->put(s, messages[i]);
        reel__message_unref(messages[i]);
    }
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

/* Under drain. Takes the sink over, also when it fails. */
static reel_status attach_locked(reel__core *core, reel__sink *s, reel__attached *a, bool is_buffer) {
    if (core->is_ended)
        return reel__fail(REEL_E_CLOSED, "recording %s is closed", core->store->recording_id);
    reel__take_all(core);
    if (core->sinks)
        REEL__TRY(give_past(core, s));
    drop_buffer(core);
    s->end_until_ns = &core->end_until_ns;
    s->id = ++core->next_sink_id;
    s->is_buffer = is_buffer;
    a->sink = s;
    atomic_init(&a->refs, 1);
    a->class_index = s->is_prompt ? REEL__PROMPT : REEL__BULK;
    reel__attached **at = &core->sinks;
    while (*at)
        at = &(*at)->next;
    *at = a;
    activate_classes(core);
    return REEL_OK;
}

reel_status reel__attach(reel__core *core, reel__sink *s, int kind, reel_sink_id *id) {
    reel__attached *a = reel__alloc_zero(sizeof *a);
    reel_status status = a ? REEL_OK : reel__fail(REEL_E_NO_MEMORY, "no memory for a sink");
    if (a) {
        reel__mutex_init(&a->taking);
        a->is_memory = kind == REEL__KIND_MEMORY || kind == REEL__KIND_BUFFER;
        a->is_file = kind == REEL__KIND_FILE;
        reel__drain_lock(core, INT64_MAX);
        bool needs_writer = !a->is_memory && !core->is_ended;
        if (needs_writer)
            status = reel__writer_start(core);
        if (status == REEL_OK)
            status = attach_locked(core, s, a, kind == REEL__KIND_BUFFER);
        if (status == REEL_OK && id)
            *id = s->id;
        reel__drain_unlock(core);
    }
    if (status != REEL_OK) {
        s->klass->close(s, reel__deadline_ms(1000));
        s->klass->destroy(s);
        if (a)
            reel__mutex_destroy(&a->taking);
        reel__release(a);
    }
    return status;
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

/* Sinks that confirm at once do, whatever another one is stuck in; then those that did not get the rest of the time. */
static reel_status flush_all(reel__attached **sinks, size_t n, int64_t deadline) {
    reel_status results[FLUSHED_AT_ONCE], worst = REEL_OK;
    char said[256] = "";
    int64_t look = deadline == INT64_MAX || n < 2 ? deadline : reel__deadline_ms(FIRST_LOOK_MS);
    if (look > deadline)
        look = deadline;
    for (int pass = 0; pass < 2; pass++)
        for (size_t i = 0; i < n; i++) {
            if (pass && (look == deadline || results[i] != REEL_E_TIMEOUT))
                continue;
            results[i] = sinks[i]->sink->klass->flush(sinks[i]->sink, pass ? deadline : look, deadline == INT64_MAX);
            if (results[i] != REEL_OK)
                snprintf(said, sizeof said, "%s", reel_error_message());
        }
    for (size_t i = 0; i < n; i++)
        worst = worse(worst, results[i]);
    return worst == REEL_OK ? REEL_OK : reel__fail(worst, "%s", said);
}

/* Rows that could not be encoded, once. Under drain. */
static reel_status tell_lost(reel__core *core) {
    reel_status status = core->lost_status;
    core->lost_status = REEL_OK;
    return status;
}

reel_status reel__sinks_flush(reel__core *core, int64_t timeout_ms) {
    reel__attached *sinks[FLUSHED_AT_ONCE];
    size_t n = 0;
    int64_t deadline = reel__deadline_ms(timeout_ms);
    if (!reel__drain_lock(core, deadline))
        return reel__fail(REEL_E_TIMEOUT, "flush: the encoder was busy for %lld ms", (long long)timeout_ms);
    for (reel__attached *a = core->sinks; a; a = a->next)
        a->sink->defer_wake = timeout_ms < 0;
    core->take_until_ns = timeout_ms < 0 ? 0 : deadline;
    reel_status taken = reel__take_all(core);
    core->take_until_ns = 0;
    if (taken == REEL_OK)
        taken = tell_lost(core);
    for (reel__attached *a = core->sinks; a; a = a->next) {
        a->sink->defer_wake = false;
        if (a->is_memory)
            continue;
        if (n < FLUSHED_AT_ONCE) {
            atomic_fetch_add(&a->refs, 1);
            sinks[n++] = a;
        } else {
            reel__sink_kick(a->sink);
        }
    }
    reel__drain_unlock(core);
    reel_status status = flush_all(sinks, n, deadline);
    for (size_t i = 0; i < n; i++)
        reel__attached_unref(sinks[i]);
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

reel_status reel_remove_sink(reel_recording *rec, reel_sink_id id, int64_t timeout_ms) {
    reel__core *core = NULL;
    reel__attached *a;
    REEL__TRY(reel__sink_find(rec, id, &core, &a));
    int64_t deadline = reel__deadline_ms(timeout_ms);
    bool alone = false;
    reel__drain_lock(core, INT64_MAX);
    reel_status taken = reel__take_all(core);
    reel__attached **at = &core->sinks;
    while (*at && *at != a)
        at = &(*at)->next;
    bool found = *at == a;
    if (found) {
        *at = a->next;
        alone = !core->sinks && !core->is_ended;
        if (!alone)
            activate_classes(core);
    }
    reel__drain_unlock(core);
    if (alone) /* rows are kept for a sink to come */
        reel__sinks_add_buffer(core);
    reel_status status = found ? a->sink->klass->close(a->sink, deadline) : reel__fail(REEL_E_CLOSED, "sink %u is gone already", (unsigned)id);
    if (taken != REEL_OK)
        status = reel__fail(taken, "recording %s: rows did not reach sink %u: %s", core->store->recording_id, (unsigned)id, reel_status_text(taken));
    if (found && reel__sink_is_abandoned(a->sink))
        core->is_abandoned = true;
    if (found)
        reel__attached_unref(a);
    reel__attached_unref(a);
    return status;
}

/* Every queued sink ends; memory sinks stay, to be drained. Sinks share the time that is left, but each gets at least a look. */
reel_status reel__sinks_end(reel__core *core, int64_t deadline_ns) {
    reel_status worst = REEL_OK;
    char said[256] = "";
    for (reel__attached *a = core->sinks; a; a = a->next) {
        if (a->is_memory || a->is_ended)
            continue;
        a->is_ended = true;
        reel_status status = a->sink->klass->close(a->sink, deadline_ns);
        if (status != REEL_OK && worst == REEL_OK)
            snprintf(said, sizeof said, "%s", reel_error_message());
        worst = worse(worst, status);
        if (reel__sink_is_abandoned(a->sink))
            core->is_abandoned = true;
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
