/* The active recording: explicit, else this thread's, else the global one. A slot holds a reference. */
#include "core.h"

static _Atomic(reel_recording *) global;
static _Thread_local reel_recording *of_thread;
static pthread_key_t slot_key;
static pthread_once_t slot_once = PTHREAD_ONCE_INIT;

static void release_slot(void *rec) {
    of_thread = NULL; /* later destructors of the thread may log */
    reel_unref(rec);
}
static void make_slot_key(void) { pthread_key_create(&slot_key, release_slot); }

reel_recording *reel_thread_recording(void) { return of_thread; }
reel_recording *reel_global_recording(void) { return atomic_load_explicit(&global, memory_order_acquire); }

reel_recording *reel_active(reel_recording *rec) {
    if (rec)
        return rec;
    return of_thread ? of_thread : reel_global_recording();
}

void reel_set_thread_recording(reel_recording *rec) {
    pthread_once(&slot_once, make_slot_key);
    reel_recording *old = of_thread;
    of_thread = reel_ref(rec);
    pthread_setspecific(slot_key, of_thread); /* so that the reference goes with the thread */
    reel_unref(old);
}

void reel_set_global_recording(reel_recording *rec) { reel_unref(atomic_exchange(&global, reel_ref(rec))); }
