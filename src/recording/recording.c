/* The handle: making, sharing, closing, freeing. */
#include "sinks.h"

#include "../base/alloc.h"
#include "../base/clock.h"
#include "../base/error.h"
#include "../base/text.h"

#include <string.h>

#define APPLICATION_ID_MAX 4096
#define CLOSE_DEFAULT_MS 5000

static reel_status check_id(const char *id, const char *what) {
    size_t size = strlen(id);
    if (size == 0 || size > APPLICATION_ID_MAX)
        return reel__fail(size ? REEL_E_TOO_LARGE : REEL_E_ARGUMENT, "the %s id has %zu bytes: 1 to %d are allowed", what, size, APPLICATION_ID_MAX);
    if (!reel__utf8_valid(id, size))
        return reel__fail(REEL_E_UTF8, "the %s id of %zu bytes is not valid UTF-8", what, size);
    return REEL_OK;
}

/* Ids made from a seed are the same in every run. */
static reel_status make_ids(reel_recording *rec, const char *application_id, const char *recording_id) {
    char made[37];
    if (!recording_id) {
        reel__make_recording_id(made);
        if (rec->config.id_seed) {
            static const char digits[] = "0123456789abcdef";
            uint64_t v = rec->config.id_seed;
            for (int i = 4; i < 36; i++) {
                v = v * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
                made[i] = digits[v >> 60];
            }
        }
        recording_id = made;
    }
    REEL__TRY(check_id(recording_id, "recording"));
    rec->application_id = reel__copy_text(application_id, strlen(application_id));
    rec->recording_id = reel__copy_text(recording_id, strlen(recording_id));
    return rec->application_id && rec->recording_id ? REEL_OK : reel__fail(REEL_E_NO_MEMORY, "no memory for a recording");
}

/* Every stream begins with it; it is the first thing the keeper holds. */
static reel_status put_store_info(reel__core *core) {
    reel__message *m = reel__message_store_info(&core->pool, core->store, reel__draw_chunk_id(core));
    if (!m)
        return reel__fail(REEL_E_NO_MEMORY, "no memory for the store info");
    reel__drain_lock(core, INT64_MAX);
    reel__deliver(core, REEL__BULK, m, true);
    reel_status status = core->last_error;
    reel__drain_unlock(core);
    reel__message_unref(m);
    return status == REEL_OK ? REEL_OK : reel__fail(status, "no memory for the store info");
}

static void destroy(reel_recording *rec) {
    reel__core *core = atomic_load(&rec->core);
    if (core && core->is_abandoned)
        return; /* a thread of a sink hangs and may still look at it */
    if (core)
        reel__core_free(core);
    for (reel__sent_blueprint *b = rec->blueprints, *next; b; b = next) {
        next = b->next;
        reel__release(b);
    }
    reel__release(rec->application_id);
    reel__release(rec->recording_id);
    reel__release(rec);
}

static reel_status recording_new(reel_recording *rec, const char *application_id, const reel_options *options) {
    if (!application_id)
        return reel__fail(REEL_E_ARGUMENT, "the application id is NULL");
    REEL__TRY(check_id(application_id, "application"));
    REEL__TRY(reel__config_make(&rec->config, options));
    REEL__TRY(make_ids(rec, application_id, options ? options->recording_id : NULL));
    rec->store = (reel__store){rec->config.store_kind, rec->application_id, rec->recording_id};
    atomic_init(&rec->refs, 1);
    atomic_init(&rec->is_enabled, !rec->config.disabled);
    atomic_init(&rec->is_slow, rec->config.disabled ? REEL__SLOW_DISABLED : 0);
    reel__core *core = reel__core_new(rec);
    if (!core)
        return reel__fail(REEL_E_NO_MEMORY, "no memory for a recording");
    atomic_init(&rec->core, core);
    REEL__TRY(put_store_info(core));
    REEL__TRY(reel__log_start_properties(rec, options));
    return reel__registry_add(rec);
}

reel_status reel__recording_new(const char *application_id, const reel_options *options, reel_recording **out) {
    reel__allocator_seal();
    *out = NULL;
    reel_recording *rec = reel__alloc_zero(sizeof *rec);
    if (!rec)
        return reel__fail(REEL_E_NO_MEMORY, "no memory for a recording");
    reel_status status = recording_new(rec, application_id, options);
    if (status == REEL_OK)
        *out = rec;
    else
        destroy(rec);
    return status;
}

reel_recording *reel_new(const char *application_id, const reel_options *options) {
    reel_recording *rec;
    reel__recording_new(application_id, options, &rec);
    return rec;
}

reel_recording *reel_ref(reel_recording *rec) {
    if (rec)
        atomic_fetch_add_explicit(&rec->refs, 1, memory_order_relaxed);
    return rec;
}

void reel_unref(reel_recording *rec) {
    if (!rec || atomic_fetch_sub_explicit(&rec->refs, 1, memory_order_acq_rel) != 1)
        return;
    /* Off the registry first: neither the end of the process nor a fork looks at it from here on. */
    reel__registry_remove(rec);
    if (!atomic_load(&rec->is_closed))
        reel_close(rec, -1);
    destroy(rec);
}

/* Lets a log call that saw the recording open publish its row before the last take, or see that it is closed. */
static void fence_off_owners(void) {
    if (!reel__heavy_fence())
        reel__sleep_ms(20);
}

reel_status reel_close(reel_recording *rec, int64_t timeout_ms) {
    if (!rec)
        return reel__fail(REEL_E_ARGUMENT, "the recording is NULL");
    if (atomic_exchange(&rec->is_closed, true))
        return reel__fail(REEL_E_CLOSED, "recording %s is closed already", rec->recording_id);
    int64_t deadline = reel__deadline_ms(timeout_ms < 0 ? CLOSE_DEFAULT_MS : timeout_ms);
    reel__core *core = atomic_load(&rec->core);
    atomic_fetch_or(&rec->is_slow, REEL__SLOW_CLOSED);
    fence_off_owners();
    /* Half of the time is for sinks that are slow; then they drop, so that the others get what was logged until three quarters are over. The rest is for the sinks to end: a footer is
     * worth more than the last rows. */
    int64_t now = reel__monotonic_ns(), quarter = deadline == INT64_MAX ? 0 : (deadline - now) / 4;
    atomic_store(&core->end_until_ns, quarter ? now + 2 * quarter : 0);
    if (!reel__drain_lock(core, deadline)) {
        core->is_abandoned = true;
        return reel__fail(REEL_E_TIMEOUT, "recording %s: the encoder did not come to an end", rec->recording_id);
    }
    core->take_until_ns = quarter ? now + 3 * quarter : 0;
    reel_status taken = reel__take_all(core);
    if (taken == REEL_OK)
        taken = core->lost_status;
    core->is_ended = true;
    reel__drain_unlock(core);
    reel__writer_stop(core);
    reel_status status = reel__sinks_end(core, deadline);
    return taken == REEL_OK ? status : reel__fail(taken, "recording %s: rows could not be encoded and are lost: %s", rec->recording_id, reel_status_text(taken));
}

void reel_free(reel_recording *rec) {
    if (!rec)
        return;
    if (!atomic_load(&rec->is_closed))
        reel_close(rec, -1);
    reel_unref(rec);
}

const char *reel_recording_id(reel_recording *rec) {
    rec = reel_active(rec);
    return rec ? rec->recording_id : NULL;
}

const char *reel_application_id(reel_recording *rec) {
    rec = reel_active(rec);
    return rec ? rec->application_id : NULL;
}

bool reel_is_enabled(reel_recording *rec) {
    rec = reel_active(rec);
    return rec && atomic_load(&rec->is_enabled);
}

reel_status reel_set_enabled(reel_recording *rec, bool enabled) {
    rec = reel_active(rec);
    if (!rec)
        return reel__fail(REEL_E_ARGUMENT, "no recording was given and none is active");
    atomic_store(&rec->is_enabled, enabled);
    if (enabled)
        atomic_fetch_and(&rec->is_slow, ~(unsigned)REEL__SLOW_DISABLED);
    else
        atomic_fetch_or(&rec->is_slow, REEL__SLOW_DISABLED);
    return REEL_OK;
}

reel_status reel_get_stats(reel_recording *rec, reel_stats *stats) {
    reel__core *core;
    REEL__TRY(reel__find_recording(&rec, &core));
    if (!stats || stats->struct_size < sizeof(size_t) || stats->struct_size > 4096)
        return reel__fail(REEL_E_ARGUMENT, "stats needs its struct_size");
    reel__mutex_lock(&core->names);
    uint64_t entities = core->entities.n;
    reel__mutex_unlock(&core->names);
    reel_stats all = {stats->struct_size,
                      atomic_load(&core->rows_logged),
                      atomic_load(&core->chunks_encoded),
                      atomic_load(&core->rows_dropped),
                      atomic_load(&core->bytes_dropped),
                      (uint64_t)atomic_load(&core->account.bytes),
                      (uint64_t)atomic_load(&core->account.peak),
                      atomic_load(&core->n_lanes),
                      entities};
    memcpy(stats, &all, stats->struct_size < sizeof all ? stats->struct_size : sizeof all);
    return REEL_OK;
}
