/* The recording so far as one complete .rrd: drain and peek give it as bytes, capture writes it as a file. */
#include "sinks.h"

#include "../base/alloc.h"
#include "../base/clock.h"
#include "../base/error.h"

#include <string.h>

static bool same_static(const reel__message *a, const reel__message *b) {
    return a->kind == b->kind && a->store == b->store && (a->kind != REEL_MESSAGE_CHUNK || (a->entity_path == b->entity_path && a->shape == b->shape));
}

typedef struct static_key {
    reel_message_kind kind;
    const void *store, *path, *shape;
} static_key;

static static_key key_of(const reel__message *m) {
    static_key key;
    memset(&key, 0, sizeof key);
    key.kind = m->kind;
    key.store = m->store;
    key.path = m->entity_path;
    key.shape = m->shape;
    return key;
}

static bool has_of_store(reel__message *const *messages, size_t n, const reel__store *store) {
    while (n && messages[n - 1]->store != store)
        n--;
    return n > 0;
}

/* Kept messages that the held ones do not bring themselves, in front of them; but the activation of a blueprint that was just being sent behind them, where its end is. Takes both
 * arrays over. */
static reel_status join(reel__message **kept, size_t n_kept, reel__message **held, size_t n_held, reel__message ***out, size_t *n) {
    reel__map seen = {0};
    reel_status status = REEL_OK;
    reel__message **all = reel__alloc_array(n_kept + n_held + 1, sizeof *all);
    *n = 0;
    if (!all)
        status = reel__fail(REEL_E_NO_MEMORY, "no memory for a list of %zu messages", n_kept + n_held);
    for (size_t i = 0; i < n_held && status == REEL_OK; i++)
        if (held[i]->is_kept) {
            static_key key = key_of(held[i]);
            if (reel__map_put(&seen, &key, sizeof key, held[i]) != REEL_OK)
                status = reel__fail(REEL_E_NO_MEMORY, "no memory for a list of %zu messages", n_held);
        }
    size_t n_late = 0;
    for (size_t i = 0; i < n_kept; i++) {
        static_key key = key_of(kept[i]);
        const reel__message *known = status == REEL_OK ? reel__map_get(&seen, &key, sizeof key) : kept[i];
        if (known && same_static(known, kept[i]))
            reel__message_unref(kept[i]);
        else if (kept[i]->kind == REEL_MESSAGE_BLUEPRINT_ACTIVATION && has_of_store(held, n_held, kept[i]->store))
            kept[n_late++] = kept[i];
        else
            all[(*n)++] = kept[i];
    }
    for (size_t i = 0; i < n_held; i++)
        if (all)
            all[(*n)++] = held[i];
        else
            reel__message_unref(held[i]);
    for (size_t i = 0; i < n_late; i++)
        all[(*n)++] = kept[i];
    reel__map_free(&seen);
    reel__release(kept);
    reel__release(held);
    *out = all;
    return status;
}

reel_status reel__held_messages(reel__core *core, reel__sink *s, bool only_new, reel__message ***messages, size_t *n) {
    reel__message **held = NULL, **kept = NULL;
    size_t n_held = 0, n_kept = 0;
    bool has_new = false;
    uint64_t dropped = 0;
    *messages = NULL;
    *n = 0;
    REEL__TRY(reel__memory_sink_take(s, false, &held, &n_held, &has_new, &dropped));
    if (only_new && !has_new) {
        for (size_t i = 0; i < n_held; i++)
            reel__message_unref(held[i]);
        reel__release(held);
        return REEL_OK;
    }
    reel__state_lock();
    reel_status status = reel__keeper_all(core->keeper, &kept, &n_kept);
    reel__state_unlock();
    if (status != REEL_OK)
        n_kept = 0, kept = NULL;
    reel_status joined = join(kept, n_kept, held, n_held, messages, n);
    return status != REEL_OK ? status : joined;
}

static void unref_all(reel__message **messages, size_t n) {
    for (size_t i = 0; i < n; i++)
        reel__message_unref(messages[i]);
    reel__release(messages);
}

/* The sink lets go of what was drained only when that is safe elsewhere, and needs no memory for it: a drain that fails changes nothing. */
static void forget(reel__attached *a, reel__message *const *messages, size_t n) {
    reel__memory_sink_forget(a->sink, messages, n);
    atomic_store(&a->was_drained, true);
}

/* A recording that is complete but for its footer is one, and that is told. */
static reel_status without_footer(const reel__attached *a, reel_status status) {
    if (status != REEL_E_TOO_LARGE)
        return status;
    reel__sink_error(a->sink, status, reel_error_message());
    return REEL_OK;
}

/* Everything logged so far is in the sinks afterwards, or an error says why not. */
static reel_status take_now(reel__core *core) {
    reel__drain_lock(core, INT64_MAX);
    reel_status status = reel__take_all(core);
    reel__drain_unlock(core);
    return status;
}

static reel_status memory_sink(reel_recording *rec, reel_sink_id id, reel__core **core, reel__attached **a) {
    REEL__TRY(reel__sink_find(rec, id, core, a));
    reel_status status = (*a)->is_memory ? take_now(*core) : reel__fail(REEL_E_ARGUMENT, "sink %u is not a memory sink", (unsigned)id);
    if (status != REEL_OK)
        reel__attached_unref(*a);
    return status;
}

static reel_status bytes_of(reel_recording *rec, reel_sink_id id, reel_bytes_owned *bytes, bool drain) {
    reel__core *core = NULL;
    reel__attached *a;
    if (!bytes)
        return reel__fail(REEL_E_ARGUMENT, "the place for the bytes is NULL");
    *bytes = (reel_bytes_owned){NULL, 0};
    REEL__TRY(memory_sink(rec, id, &core, &a));
    reel__message **messages;
    size_t n;
    reel__mutex_lock(&a->taking);
    reel_status status = reel__held_messages(core, a->sink, true, &messages, &n);
    if (status == REEL_OK && n)
        status = reel__rrd_to_memory(messages, n, bytes);
    if ((status == REEL_OK || status == REEL_E_TOO_LARGE) && drain && n)
        forget(a, messages, n);
    reel__mutex_unlock(&a->taking);
    unref_all(messages, n);
    status = without_footer(a, status);
    reel__attached_unref(a);
    return status;
}

reel_status reel_drain(reel_recording *rec, reel_sink_id id, reel_bytes_owned *bytes) { return bytes_of(rec, id, bytes, true); }
reel_status reel_peek(reel_recording *rec, reel_sink_id id, reel_bytes_owned *bytes) { return bytes_of(rec, id, bytes, false); }

reel_status reel_num_msgs(reel_recording *rec, reel_sink_id id, uint64_t *n) {
    reel__core *core = NULL;
    reel__attached *a;
    if (!n)
        return reel__fail(REEL_E_ARGUMENT, "the place for the number is NULL");
    REEL__TRY(memory_sink(rec, id, &core, &a));
    *n = reel__memory_sink_count(a->sink);
    reel__attached_unref(a);
    return REEL_OK;
}

static reel_status reset(reel_recording *rec, reel_sink_id id, reel_store_kind kind) {
    reel__core *core = NULL;
    reel__attached *a;
    REEL__TRY(memory_sink(rec, id, &core, &a));
    reel__memory_sink_reset(a->sink, kind);
    if (kind == REEL_STORE_RECORDING)
        atomic_store(&a->was_drained, true);
    reel__attached_unref(a);
    return REEL_OK;
}
reel_status reel_reset_data(reel_recording *rec, reel_sink_id id) { return reset(rec, id, REEL_STORE_RECORDING); }
reel_status reel_reset_blueprint(reel_recording *rec, reel_sink_id id) { return reset(rec, id, REEL_STORE_BLUEPRINT); }

/* ---- capture */

/* The sink that holds everything since the recording began: a buffer or memory sink that lost nothing and was not drained, else a file. For a drain, which gives what came since the one
 * before: the first buffer or memory sink. With a reference. */
static reel__attached *retaining(reel__core *core, bool memory_only) {
    reel__attached *file = NULL, *memory = NULL;
    reel__drain_lock(core, INT64_MAX);
    for (reel__attached *a = core->sinks; a; a = a->next) {
        bool holds_all = a->is_whole && !atomic_load(&a->was_drained) && !(a->is_memory && reel__memory_sink_dropped(a->sink));
        if (a->is_memory && !memory && (memory_only || holds_all))
            memory = a;
        if (a->is_file && !file && holds_all && !a->is_ended)
            file = a;
    }
    reel__attached *found = memory ? memory : memory_only ? NULL : file;
    if (found)
        atomic_fetch_add(&found->refs, 1);
    reel__drain_unlock(core);
    return found;
}

/* With a->taking. */
static reel_status capture_memory(reel__core *core, reel__attached *a, const char *path, bool drain) {
    reel__message **messages = NULL, **held = NULL;
    size_t n = 0, n_held = 0;
    bool has_new;
    uint64_t dropped = 0;
    REEL__TRY(reel__memory_sink_take(a->sink, false, &held, &n_held, &has_new, &dropped));
    unref_all(held, n_held);
    if (dropped)
        return reel__fail(REEL_E_NOT_RETAINED, "%s: the memory sink has dropped %llu messages at its bound", path, (unsigned long long)dropped);
    if (drain && !has_new)
        return reel__fail(REEL_E_NOT_RETAINED, "%s: nothing was logged since the last drain", path);
    reel_status status = reel__held_messages(core, a->sink, false, &messages, &n);
    if (status == REEL_OK)
        status = reel__rrd_to_file(messages, n, path);
    if ((status == REEL_OK || status == REEL_E_TOO_LARGE) && drain)
        forget(a, messages, n);
    unref_all(messages, n);
    return status;
}

reel_status reel_capture(reel_recording *rec, const char *path, reel_capture_mode mode) {
    reel__core *core = NULL;
    REEL__TRY(reel__find_recording(&rec, &core));
    if (!path || !*path)
        return reel__fail(REEL_E_ARGUMENT, "the path of a capture is %s", path ? "empty" : "NULL");
    if (mode != REEL_CAPTURE_KEEP && mode != REEL_CAPTURE_DRAIN)
        return reel__fail(REEL_E_ARGUMENT, "%s: %d is not a capture mode", path, (int)mode);
    REEL__TRY(take_now(core));
    reel__attached *a = retaining(core, mode == REEL_CAPTURE_DRAIN);
    if (!a)
        return reel__fail(REEL_E_NOT_RETAINED, "%s: no %s sink of recording %s holds everything", path, mode == REEL_CAPTURE_DRAIN ? "memory or buffer" : "memory, buffer or file",
                          rec->recording_id);
    reel_status status;
    if (a->is_memory) {
        reel__mutex_lock(&a->taking);
        status = capture_memory(core, a, path, mode == REEL_CAPTURE_DRAIN);
        reel__mutex_unlock(&a->taking);
        status = without_footer(a, status);
    } else {
        status = a->sink->klass->flush(a->sink, INT64_MAX, true);
        if (status == REEL_OK)
            status = without_footer(a, reel__file_io_capture(reel__queue_sink_io(a->sink), path, INT64_MAX));
    }
    reel__attached_unref(a);
    return status;
}
