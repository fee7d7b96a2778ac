/* Times: each thread has its own values per recording, and the set of timelines its rows carry. A set is found once per change and kept, since lanes are told apart by its address. */
#include "own_times.h"

#include "../base/alloc.h"
#include "../base/error.h"

#include <string.h>

static reel__local *local_for(reel_recording **rec, reel_status *status) {
    *rec = reel_active(*rec);
    if (!*rec) {
        *status = reel__fail(REEL_E_ARGUMENT, "no recording was given and none is active");
        return NULL;
    }
    *status = atomic_load(&(*rec)->is_closed) ? reel__fail(REEL_E_CLOSED, "recording %s is closed", (*rec)->recording_id) : REEL_OK;
    if (*status != REEL_OK || !atomic_load(&(*rec)->is_enabled))
        return NULL;
    reel__local *l = reel__local_of(atomic_load_explicit(&(*rec)->core, memory_order_acquire));
    if (!l)
        *status = REEL_E_NO_MEMORY;
    return l;
}

/* Asked before a timeline is added to those that rows carry, be it new or known. */
static reel_status room_for_one(const reel__local *l, const char *name) {
    uint32_t n = 0;
    for (const reel__local_time *t = l->times; t; t = t->next)
        n += t->is_set;
    return n < REEL__TIMELINES_MAX - 2 ? REEL_OK : reel__fail(REEL_E_TOO_LARGE, "timeline %s: a row carries at most %d timelines", name, REEL__TIMELINES_MAX - 2);
}

static reel_status set_time_new(reel__local *l, const char *name, reel_time_type type, reel__local_time **out) {
    const reel__timeline *timeline;
    REEL__TRY(reel__core_timeline(atomic_load(&l->core), name, type, &timeline));
    REEL__TRY(room_for_one(l, name));
    reel__local_time *t = reel__alloc_zero(sizeof *t);
    if (!t)
        return reel__fail(REEL_E_NO_MEMORY, "timeline %s: no memory", name);
    t->timeline = timeline;
    t->next = l->times;
    l->times = t;
    *out = t;
    return REEL_OK;
}

/* The timeline set last is mostly the one that is set next. */
static inline reel__local_time *known_time(reel__local *l, const char *name, reel_time_type type) {
    reel__local_time *t = l->recent_time;
    if (REEL__LIKELY(t && t->timeline->type == type && !strcmp(t->timeline->name, name)))
        return t;
    for (t = l->times; t; t = t->next)
        if (t->timeline->type == type && !strcmp(t->timeline->name, name))
            return t;
    return NULL;
}

static reel_status set_own_switch(reel__local *l, const char *name, bool off) {
    bool *flag = !strcmp(name, "log_time") ? &l->log_time_off : &l->log_tick_off;
    if (*flag != off)
        l->timeset = NULL;
    *flag = off;
    return REEL_OK;
}

static bool is_own(const char *name) { return !strcmp(name, "log_time") || !strcmp(name, "log_tick"); }

static reel_status set_time(reel_recording *rec, const char *name, reel_time_type type, int64_t value) {
    reel_status status;
    reel__local *l = local_for(&rec, &status);
    if (!l)
        return status;
    if (REEL__UNLIKELY(!name))
        return reel__fail(REEL_E_ARGUMENT, "a timeline's name is NULL");
    if (REEL__UNLIKELY(value == INT64_MIN))
        return reel__fail(REEL_E_ARGUMENT, "timeline %s: %lld is not a time", name, (long long)value);
    reel__local_time *t = known_time(l, name, type);
    if (REEL__UNLIKELY(!t)) {
        if (is_own(name))
            return reel__fail(REEL_E_ARGUMENT, "timeline %s is set by the recorder itself", name);
        REEL__TRY(set_time_new(l, name, type, &t));
    }
    if (REEL__UNLIKELY(!t->is_set)) {
        REEL__TRY(room_for_one(l, name));
        t->is_set = true;
        l->timeset = NULL;
    }
    t->value = value;
    l->recent_time = t;
    return REEL_OK;
}

reel_status reel_set_time(reel_recording *rec, const char *timeline, reel_time_type type, int64_t value) { return set_time(rec, timeline, type, value); }
reel_status reel_set_time_sequence(reel_recording *rec, const char *timeline, int64_t sequence) { return set_time(rec, timeline, REEL_TIME_SEQUENCE, sequence); }
reel_status reel_set_time_duration_ns(reel_recording *rec, const char *timeline, int64_t duration_ns) { return set_time(rec, timeline, REEL_TIME_DURATION_NS, duration_ns); }
reel_status reel_set_time_timestamp_ns(reel_recording *rec, const char *timeline, int64_t since_epoch_ns) { return set_time(rec, timeline, REEL_TIME_TIMESTAMP_NS, since_epoch_ns); }

reel_status reel_disable_timeline(reel_recording *rec, const char *timeline) {
    reel_status status;
    reel__local *l = local_for(&rec, &status);
    if (!l)
        return status;
    if (!timeline)
        return reel__fail(REEL_E_ARGUMENT, "a timeline's name is NULL");
    if (is_own(timeline))
        return set_own_switch(l, timeline, true);
    for (reel__local_time *t = l->times; t; t = t->next)
        if (t->is_set && !strcmp(t->timeline->name, timeline)) {
            t->is_set = false;
            l->timeset = NULL;
        }
    return REEL_OK;
}

/* The bits of own_times.h as they are now; of a recording that was never switched, as it was made. */
static unsigned own_bits(const reel__core *core, unsigned slow) {
    if (slow & REEL__SLOW_SWITCHED)
        return slow;
    return (core->config.no_log_time ? 0 : REEL__SWITCHED_LOG_TIME) | (core->config.log_tick ? REEL__SWITCHED_LOG_TICK : 0);
}

reel_status reel__set_own_timeline(reel_recording *rec, const char *name, bool on) {
    reel_status status;
    reel__local *l = local_for(&rec, &status);
    if (status != REEL_OK)
        return status;
    const reel__core *core = atomic_load(&rec->core);
    unsigned bit = !strcmp(name, "log_time") ? REEL__SWITCHED_LOG_TIME : REEL__SWITCHED_LOG_TICK, slow = atomic_load(&rec->is_slow), next;
    do
        next = slow | REEL__SLOW_SWITCHED | own_bits(core, slow), next = on ? next | bit : next & ~bit;
    while (!atomic_compare_exchange_weak(&rec->is_slow, &slow, next));
    return l && on ? set_own_switch(l, name, false) : REEL_OK;
}

void reel__local_look(reel__local *l, unsigned slow) {
    bool has_time = slow & REEL__SWITCHED_LOG_TIME && !l->log_time_off, ticks = slow & REEL__SWITCHED_LOG_TICK;
    if (l->timeset && (l->timeset->has_log_time != has_time || l->timeset->counts_ticks != ticks))
        l->timeset = NULL;
    if (l->timeless && l->timeless->counts_ticks != ticks)
        l->timeless = NULL;
}

reel_status reel_reset_time(reel_recording *rec) {
    reel_status status;
    reel__local *l = local_for(&rec, &status);
    if (!l)
        return status;
    for (reel__local_time *t = l->times; t; t = t->next)
        t->is_set = false;
    l->log_time_off = l->log_tick_off = false;
    l->timeset = NULL;
    return REEL_OK;
}

/* Inserts in order of names. */
static void add(reel__timeset *set, const reel__timeline *timeline, const int64_t *value) {
    uint32_t at = set->n++;
    for (; at > 0 && strcmp(set->timelines[at - 1]->name, timeline->name) > 0; at--) {
        set->timelines[at] = set->timelines[at - 1];
        set->values[at] = set->values[at - 1];
    }
    set->timelines[at] = timeline;
    set->values[at] = value;
}

static reel_status build(reel__local *l, bool is_static, reel__timeset *set) {
    reel__core *core = atomic_load(&l->core);
    const reel__timeline *own;
    unsigned bits = own_bits(core, atomic_load(&core->rec->is_slow));
    memset(set, 0, sizeof *set);
    set->counts_ticks = bits & REEL__SWITCHED_LOG_TICK;
    if (is_static)
        return REEL_OK;
    for (reel__local_time *t = l->times; t; t = t->next)
        if (t->is_set)
            add(set, t->timeline, &t->value);
    if (bits & REEL__SWITCHED_LOG_TIME && !l->log_time_off) {
        REEL__TRY(reel__core_timeline(core, "log_time", REEL_TIME_TIMESTAMP_NS, &own));
        add(set, own, &l->log_time);
        set->has_log_time = true;
    }
    if (set->counts_ticks && !l->log_tick_off) {
        REEL__TRY(reel__core_timeline(core, "log_tick", REEL_TIME_SEQUENCE, &own));
        add(set, own, &l->log_tick);
    }
    return REEL_OK;
}

const reel__timeset *reel__local_timeset(reel__local *l, bool is_static, reel_status *status) {
    const reel__timeset **cached = is_static ? &l->timeless : &l->timeset;
    if (*cached)
        return *cached;
    reel__timeset wanted;
    *status = build(l, is_static, &wanted);
    if (*status != REEL_OK)
        return NULL;
    for (reel__timeset *t = l->timesets; t; t = t->next)
        if (t->n == wanted.n && t->counts_ticks == wanted.counts_ticks && !memcmp(t->timelines, wanted.timelines, wanted.n * sizeof *wanted.timelines))
            return *cached = t;
    reel__timeset *t = reel__alloc(sizeof *t);
    if (!t) {
        *status = reel__fail(REEL_E_NO_MEMORY, "no memory for a set of %u timelines", (unsigned)wanted.n);
        return NULL;
    }
    *t = wanted;
    t->next = l->timesets;
    l->timesets = t;
    return *cached = t;
}
