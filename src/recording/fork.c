/* The registry of recordings, the lock of kept state, and what happens at a fork and at the end of the process.
 *
 * FORK. The prepare handler takes one lock, that of kept state (which also guards the registry), so that the child finds both whole; the parent lets go of it. The child, which has one
 * thread and no idea in what state the parent's other threads were, gives every recording a new core: empty lanes, fresh locks, a buffer that begins with the kept state. The old core is left
 * where it is, for ever: its locks, lanes, descriptors and threads are the parent's.
 *
 * EXIT. A handler closes what is still open, within 2 s in all. */
#include "sinks.h"

#include "../base/alloc.h"
#include "../base/clock.h"
#include "../base/error.h"

#include <stdlib.h>

#define EXIT_MS 2000

static reel__mutex state_mutex = REEL__MUTEX_INIT;
static reel_recording *registry;
static pthread_once_t once = PTHREAD_ONCE_INIT;

void reel__state_lock(void) { reel__mutex_lock(&state_mutex); }
void reel__state_unlock(void) { reel__mutex_unlock(&state_mutex); }

/* Keepers are only ever used under the state lock, so their own locks are free here. */
static void for_keepers(void (*act)(reel__keeper *)) {
    for (reel_recording *rec = registry; rec; rec = rec->registry_next)
        act(atomic_load(&rec->core)->keeper);
}

static void before_fork(void) {
    reel__state_lock();
    for_keepers(reel__keeper_fork_lock);
}
static void after_fork_parent(void) {
    for_keepers(reel__keeper_fork_unlock);
    reel__state_unlock();
}

/* Kept messages lie in blocks whose pool is the parent's: here they belong to nobody's pool. */
static void inherit_state(reel__core *core) {
    reel__message **messages;
    size_t n;
    if (reel__keeper_all(core->keeper, &messages, &n) != REEL_OK)
        return;
    for (reel__attached *a = core->sinks; a; a = a->next)
        for (size_t i = 0; i < n; i++) {
            messages[i]->pool = NULL;
            a->sink->klass->put(a->sink, messages[i]);
        }
    for (size_t i = 0; i < n; i++)
        reel__message_unref(messages[i]);
    reel__release(messages);
}

/* The parent's cores, which this process must neither use nor free: on a list, so that who looks for leaks finds them. */
static reel__core *left_behind;

static void after_fork_child(void) {
    for_keepers(reel__keeper_fork_child);
    reel__state_unlock(); /* the thread that forked took it, and is the only one here */
    reel__locals_forget();
    for (reel_recording *rec = registry; rec; rec = rec->registry_next) {
        if (rec->config.id_seed) /* ids that are the same in every run must not be the same in every child */
            rec->config.id_seed = reel__random_u64() | 1;
        reel__core *old = atomic_load(&rec->core), *core = reel__core_new(rec);
        if (!core) { /* nothing can be recorded here, and nothing of the parent's be touched */
            atomic_store(&rec->is_closed, true);
            atomic_fetch_or(&rec->is_slow, REEL__SLOW_CLOSED);
            continue;
        }
        reel__keeper *unused = core->keeper;
        core->keeper = old->keeper;
        reel__keeper_free(unused);
        inherit_state(core);
        atomic_store(&rec->core, core);
        old->left_next = left_behind;
        left_behind = old;
    }
}

static void at_exit(void) {
    int64_t deadline = reel__deadline_ms(EXIT_MS);
    for (;;) {
        reel_recording *open = NULL;
        int64_t n = 0;
        reel__state_lock();
        for (reel_recording *rec = registry; rec; rec = rec->registry_next)
            if (!atomic_load(&rec->is_closed) && !n++)
                open = reel_ref(rec);
        reel__state_unlock();
        if (!open)
            return;
        reel_close(open, reel__left_ms(deadline) / n); /* none takes the time of the others */
        /* The reference is kept: the program's own may be used by threads that still run. */
    }
}

static void install(void) {
    pthread_atfork(before_fork, after_fork_parent, after_fork_child);
    atexit(at_exit);
}

reel_status reel__registry_add(reel_recording *rec) {
    pthread_once(&once, install);
    reel__state_lock();
    rec->registry_next = registry;
    registry = rec;
    reel__state_unlock();
    return REEL_OK;
}

void reel__registry_remove(reel_recording *rec) {
    reel__state_lock();
    for (reel_recording **at = &registry; *at; at = &(*at)->registry_next)
        if (*at == rec) {
            *at = rec->registry_next;
            break;
        }
    reel__state_unlock();
}
