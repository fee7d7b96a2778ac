#include "fields.h"
#include "sinks.h"

#include "../base/alloc.h"
#include "../base/clock.h"
#include "../base/error.h"
#include "../base/text.h"

#include <string.h>

#define MESSAGES_KEPT_MAX ((size_t)24 << 20)

_Atomic uint64_t reel__clear_epoch = 1;
static _Atomic uint64_t last_time_of_process;

int64_t reel__core_now(reel__core *core) { return core->config.clock.now_ns ? core->config.clock.now_ns(core->config.clock.user) : reel__realtime_ns(); }

uint64_t reel__draw_time(reel__core *core) {
    _Atomic uint64_t *last = core->config.deterministic ? &core->last_time : &last_time_of_process;
    uint64_t now = (uint64_t)reel__core_now(core), previous = atomic_load_explicit(last, memory_order_relaxed), next;
    do
        next = now > previous ? now : previous + 1;
    while (!atomic_compare_exchange_weak_explicit(last, &previous, next, memory_order_acq_rel, memory_order_relaxed));
    return next;
}

reel__tuid reel__draw_chunk_id(reel__core *core) { return (reel__tuid){reel__draw_time(core), core->chunk_inc++}; }

/* Counters start at 63 random bits per thread; with a seed, threads take far-apart blocks in the order in which they come. */
uint64_t reel__first_inc(reel__core *core) {
    if (!core->config.id_seed)
        return reel__random_u64() >> 1;
    uint64_t block = atomic_fetch_add(&core->n_incs, 1);
    return (core->config.id_seed * UINT64_C(0x9E3779B97F4A7C15) + (block << 44)) >> 1;
}

static reel_status core_init(reel__core *core) {
    core->chunk_inc = reel__first_inc(core);
    core->keeper = reel__keeper_new(0);
    REEL__TRY(reel__take_init(core));
    return core->keeper ? reel__sinks_add_buffer(core) : REEL_E_NO_MEMORY;
}

reel__core *reel__core_new(reel_recording *rec) {
    reel__core *core = reel__alloc_zero(sizeof *core);
    if (!core)
        return NULL;
    core->rec = rec;
    core->config = rec->config;
    reel__inline_after(core, 0);
    core->store = &rec->store;
    core->account.max = rec->config.memory_max;
    reel__pool_init(&core->pool, &core->account, MESSAGES_KEPT_MAX);
    core->encoder.pool = &core->pool;
    reel__mutex_init(&core->segments_mutex);
    reel__mutex_init(&core->room_mutex);
    reel__mutex_init(&core->names);
    reel__mutex_init(&core->drain);
    reel__mutex_init(&core->events_mutex);
    reel__cond_init(&core->room);
    reel__event_init(&core->wake);
    if (core_init(core) != REEL_OK) {
        reel__core_free(core);
        return NULL;
    }
    return core;
}

static void free_names(reel__core *core) {
    const reel__map_entry *e;
    for (size_t at = 0; (e = reel__map_next(&core->entities, &at));)
        reel__release(e->value);
    for (size_t at = 0; (e = reel__map_next(&core->timelines, &at));)
        reel__release(e->value);
    for (size_t at = 0; (e = reel__map_next(&core->shapes, &at));)
        reel__shape_free(e->value);
    reel__fields_free(core);
    reel__map_free(&core->entities);
    reel__map_free(&core->timelines);
    reel__map_free(&core->shapes);
}

void reel__core_free(reel__core *core) {
    reel__locals_core_gone(core);
    reel__sinks_destroy(core);
    for (reel__lane *lane; (lane = atomic_load(&core->incoming));) {
        atomic_store(&core->incoming, lane->incoming_next);
        reel__lane_free(core, lane);
    }
    for (size_t i = 0; i < core->n_listed; i++)
        reel__lane_free(core, core->lanes[i]);
    reel__handed_release(core->handed_done);
    reel__release(core->lanes);
    reel__release(core->batch);
    reel__keeper_free(core->keeper);
    for (size_t i = 0; i < sizeof core->segments_free / sizeof *core->segments_free; i++)
        while (core->segments_free[i]) {
            reel__segment *s = core->segments_free[i];
            core->segments_free[i] = s->free_next;
            reel__release(s);
        }
    reel__encoder_free(&core->encoder);
    reel__buf_free(&core->part_spans);
    reel__pool_destroy(&core->pool);
    free_names(core);
    reel__event_destroy(&core->wake);
    reel__cond_destroy(&core->room);
    reel__mutex_destroy(&core->segments_mutex);
    reel__mutex_destroy(&core->room_mutex);
    reel__mutex_destroy(&core->names);
    reel__mutex_destroy(&core->drain);
    reel__mutex_destroy(&core->events_mutex);
    reel__release(core);
}

reel_entity *reel__core_entity(reel__core *core, const char *path, size_t size) {
    reel__mutex_lock(&core->names);
    reel_entity *e = reel__map_get(&core->entities, path, size);
    if (!e && (e = reel__alloc_zero(sizeof *e + size + 1))) {
        char *copy = (char *)(e + 1);
        memcpy(copy, path, size);
        copy[size] = 0;
        e->core = core;
        e->path = copy;
        e->path_size = size;
        if (reel__map_put(&core->entities, path, size, e) != REEL_OK) {
            reel__release(e);
            e = NULL;
        } else {
            reel__account_add(&core->account, (int64_t)(sizeof *e + 2 * size + 2 * sizeof(reel__map_entry)));
        }
    }
    reel__mutex_unlock(&core->names);
    return e;
}

static const char *time_type_name(reel_time_type type) { return type == REEL_TIME_SEQUENCE ? "sequence" : type == REEL_TIME_DURATION_NS ? "duration" : "timestamp"; }

/* Under names. */
static reel_status timeline_locked(reel__core *core, const char *name, size_t size, reel_time_type type, const reel__timeline **out) {
    reel__timeline *t = reel__map_get(&core->timelines, name, size);
    if (t) {
        *out = t;
        return t->type == type ? REEL_OK : reel__fail(REEL_E_TIMELINE_TYPE, "timeline %s is a %s in this recording and cannot be a %s", name, time_type_name(t->type), time_type_name(type));
    }
    if (core->n_timelines == REEL__TIMELINES_PER_RECORDING_MAX)
        return reel__fail(REEL_E_TOO_LARGE, "timeline %s: a recording has at most %d timelines", name, REEL__TIMELINES_PER_RECORDING_MAX);
    t = reel__alloc(sizeof *t + size + 1);
    if (!t)
        return reel__fail(REEL_E_NO_MEMORY, "timeline %s: no memory", name);
    char *copy = (char *)(t + 1);
    memcpy(copy, name, size + 1);
    *t = (reel__timeline){copy, type, core->n_timelines};
    if (reel__map_put(&core->timelines, name, size, t) != REEL_OK) {
        reel__release(t);
        return reel__fail(REEL_E_NO_MEMORY, "timeline %s: no memory", name);
    }
    core->n_timelines++;
    *out = t;
    return REEL_OK;
}

reel_status reel__core_timeline(reel__core *core, const char *name, reel_time_type type, const reel__timeline **out) {
    size_t size = name ? strlen(name) : 0;
    if (!size || size > REEL__PATH_BYTES_MAX)
        return reel__fail(REEL_E_ARGUMENT, "a timeline's name has %zu bytes: 1 to %d are allowed", size, REEL__PATH_BYTES_MAX);
    if (!reel__utf8_valid(name, size))
        return reel__fail(REEL_E_UTF8, "a timeline's name of %zu bytes is not valid UTF-8", size);
    if (type < REEL_TIME_SEQUENCE || type > REEL_TIME_TIMESTAMP_NS)
        return reel__fail(REEL_E_ARGUMENT, "timeline %s: %d is not a time type", name, (int)type);
    reel__mutex_lock(&core->names);
    reel_status status = timeline_locked(core, name, size, type, out);
    reel__mutex_unlock(&core->names);
    return status;
}

/* Shapes are found by their timelines' addresses and their columns' descriptors' texts: both are the same object whenever they are equal. */
reel_status reel__core_shape(reel__core *core, const reel__timeline *const *timelines, uint32_t n_timelines, const reel__descriptor *columns, uint32_t n_columns, reel__shape **out) {
    reel__buf key = {0};
    reel__buf_put(&key, &n_timelines, sizeof n_timelines);
    reel__buf_put(&key, timelines, n_timelines * sizeof *timelines);
    for (uint32_t i = 0; i < n_columns; i++) {
        reel__buf_put(&key, &columns[i].component, sizeof columns[i].component);
        reel__buf_put(&key, &columns[i].arrow, sizeof columns[i].arrow);
    }
    reel_status status = key.failed ? reel__fail(REEL_E_NO_MEMORY, "no memory for a chunk shape") : REEL_OK;
    if (status == REEL_OK) {
        reel__mutex_lock(&core->names);
        *out = reel__map_get(&core->shapes, key.data, key.size);
        if (!*out && (status = reel__shape_new(out, timelines, n_timelines, columns, n_columns)) == REEL_OK) {
            (*out)->index = core->n_shapes;
            if (reel__map_put(&core->shapes, key.data, key.size, *out) == REEL_OK) {
                core->n_shapes++;
            } else {
                reel__shape_free(*out);
                *out = NULL;
                status = reel__fail(REEL_E_NO_MEMORY, "no memory for a chunk shape");
            }
        }
        reel__mutex_unlock(&core->names);
    }
    reel__buf_free(&key);
    return status;
}
