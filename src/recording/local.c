/* A thread's part of a recording: its times, the paths it knows, its lanes. Only the thread itself touches it; the one lock here guards the two lists that connect threads
 * and recordings, and is taken when a thread first logs to a recording, when a thread ends, and when a recording's core goes. */
#include "core.h"

#include "../base/alloc.h"
#include "../base/error.h"
#include "../base/text.h"

#include <string.h>

static _Thread_local reel__local *current; /* the one used last */
static _Thread_local reel__local *mine;    /* all of this thread's */
static _Thread_local bool never_waits;

static reel__mutex lists_mutex = REEL__MUTEX_INIT;
static pthread_key_t exit_key;
static pthread_once_t exit_once = PTHREAD_ONCE_INIT;

void reel__local_never_waits(bool never) { never_waits = never; }
bool reel__local_may_wait(void) { return !never_waits; }

static void free_own(reel__local *l) {
    const reel__map_entry *e;
    for (size_t at = 0; (e = reel__map_next(&l->paths, &at));)
        reel__release(e->value);
    reel__map_free(&l->paths);
    while (l->timesets) {
        reel__timeset *t = l->timesets;
        l->timesets = t->next;
        reel__release(t);
    }
    while (l->times) {
        reel__local_time *t = l->times;
        l->times = t->next;
        reel__release(t);
    }
    reel__release(l->slots);
    reel__buf_free(&l->row_sizes);
    reel__buf_free(&l->row_cells);
    reel__release(l);
}

/* After the last row of a thread: its lanes are the consumer's to finish and free. */
static void hand_over_lanes(reel__core *core, reel__local *l) {
    for (reel__lane *lane = l->oldest_lane, *next; lane; lane = next) {
        next = lane->age_newer;
        reel__lane_seal(core, lane);
    }
    if (atomic_load(&core->has_writer))
        reel__event_post(&core->wake);
}

static void unlink_locked(reel__core *core, reel__local *l) {
    if (l->core_previous)
        l->core_previous->core_next = l->core_next;
    else
        core->locals = l->core_next;
    if (l->core_next)
        l->core_next->core_previous = l->core_previous;
    atomic_fetch_sub(&core->n_locals, 1);
}

static void thread_ends(void *unused) {
    (void)unused;
    while (mine) {
        reel__local *l = mine;
        mine = l->thread_next;
        reel__mutex_lock(&lists_mutex);
        reel__core *core = atomic_load(&l->core);
        if (core) {
            hand_over_lanes(core, l);
            unlink_locked(core, l);
        }
        reel__mutex_unlock(&lists_mutex);
        free_own(l);
    }
    current = NULL;
}

static void make_exit_key(void) { pthread_key_create(&exit_key, thread_ends); }

void reel__locals_core_gone(reel__core *core) {
    reel__mutex_lock(&lists_mutex);
    for (reel__local *l = core->locals, *next_local; l; l = next_local) {
        next_local = l->core_next; /* once its core is NULL the owner may free it */
        /* What the consumer does not list any more only the owner knew. */
        for (reel__lane *lane = l->oldest_lane, *next; lane; lane = next) {
            next = lane->age_newer;
            if (!atomic_load(&lane->state))
                reel__lane_free(core, lane);
        }
        l->oldest_lane = l->newest_lane = NULL;
        atomic_store(&l->core, NULL);
    }
    core->locals = NULL;
    reel__mutex_unlock(&lists_mutex);
}

void reel__locals_forget(void) {
    static const reel__mutex fresh = REEL__MUTEX_INIT;
    lists_mutex = fresh;
    current = mine = NULL;
}

/* Frees what this thread knew of recordings that are gone. */
static void sweep(void) {
    for (reel__local **at = &mine; *at;) {
        reel__local *l = *at;
        if (atomic_load(&l->core)) {
            at = &l->thread_next;
            continue;
        }
        *at = l->thread_next;
        free_own(l);
    }
    current = NULL;
}

/* The classes' own limits are met soon enough when the writer is woken once a MiB, or by its tick. A limit of bytes that the user gave is met within an
 * eighth, one of rows within a sixty-fourth: up to 64 rows to the letter. */
static void set_notice(reel__local *l, const reel__config *config) {
    l->notice_bytes = REEL__NOTICE_BYTES;
    if (config->cut_bytes < (int64_t)REEL__CHUNK_BYTES)
        l->notice_bytes = config->cut_bytes < 8 ? 1 : (size_t)config->cut_bytes / 8;
    if (config->cut_rows < REEL__ROWS_MAX)
        l->notice_row = (l->notice_bytes * 64 + (size_t)config->cut_rows - 1) / (size_t)config->cut_rows;
}

static reel__local *make(reel__core *core) {
    reel__local *l = reel__alloc_zero(sizeof *l);
    if (!l || !(l->slots = reel__alloc_array(2 * REEL__PATH_SLOTS, sizeof *l->slots))) {
        reel__release(l);
        reel__fail(REEL_E_NO_MEMORY, "no memory for a thread's part of a recording");
        return NULL;
    }
    pthread_once(&exit_once, make_exit_key);
    pthread_setspecific(exit_key, l);
    l->inc = reel__first_inc(core);
    set_notice(l, &core->config);
    atomic_init(&l->core, core);
    reel__mutex_lock(&lists_mutex);
    l->core_next = core->locals;
    if (core->locals)
        core->locals->core_previous = l;
    core->locals = l;
    atomic_fetch_add(&core->n_locals, 1);
    reel__mutex_unlock(&lists_mutex);
    l->thread_next = mine;
    mine = l;
    return l;
}

static REEL__NOINLINE reel__local *local_slow(reel__core *core) {
    sweep();
    for (reel__local *l = mine; l; l = l->thread_next)
        if (atomic_load(&l->core) == core)
            return current = l;
    reel__local *l = make(core);
    if (l)
        current = l;
    return l;
}

reel__local *reel__local_of(reel__core *core) {
    reel__local *l = current;
    if (REEL__LIKELY(l && atomic_load_explicit(&l->core, memory_order_relaxed) == core))
        return l;
    return local_slow(core);
}

/* ---- paths */

static reel__local_entity *entity_slow(reel__local *l, const char *path, reel_status *status) {
    size_t size = strlen(path);
    reel__local_entity *le = reel__map_get(&l->paths, path, size);
    if (le)
        return le;
    reel__buf canonical = {0};
    *status = reel__path_canonical(&canonical, path, size);
    if (*status == REEL_OK) {
        reel_entity *entity = reel__core_entity(atomic_load(&l->core), (const char *)canonical.data, canonical.size);
        le = entity ? reel__alloc_zero(sizeof *le + size + 1) : NULL;
        if (le) {
            le->entity = entity;
            memcpy(le->path, path, size + 1);
            if (reel__map_put(&l->paths, path, size, le) != REEL_OK) {
                reel__release(le);
                le = NULL;
            }
        }
        if (!le)
            *status = reel__fail(REEL_E_NO_MEMORY, "%.200s: no memory for an entity", path);
    }
    reel__buf_free(&canonical);
    return le;
}

/* A path is found by its address first, and believed only when the bytes agree: the caller may have put other text there. */
reel__local_entity *reel__local_entity_of(reel__local *l, const char *path, reel_status *status) {
    uintptr_t hash = (uintptr_t)path * (uintptr_t)UINT64_C(0x9E3779B97F4A7C15);
    reel__path_slot *way = &l->slots[2 * (hash >> (8 * sizeof hash - 11))];
    if (REEL__LIKELY(way[0].path == path && !strcmp(path, way[0].entity->path)))
        return way[0].entity;
    if (way[1].path == path && !strcmp(path, way[1].entity->path))
        return way[1].entity;
    reel__local_entity *le = entity_slow(l, path, status);
    if (le) {
        way[1] = way[0];
        way[0] = (reel__path_slot){path, le};
    }
    return le;
}
