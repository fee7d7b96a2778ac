#include "sync.h"

#include "error.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <time.h>
#if defined(__linux__)
#  include <linux/membarrier.h>
#  include <sys/syscall.h>
#  include <unistd.h>
#endif

static struct timespec to_timespec(int64_t ns) { return (struct timespec){ns / 1000000000, ns % 1000000000}; }

void reel__mutex_init(reel__mutex *m) { pthread_mutex_init(m, NULL); }
void reel__mutex_destroy(reel__mutex *m) { pthread_mutex_destroy(m); }
#ifdef REEL_TEST_HOOKS
enum { HELD_MAX = 32 };
static _Thread_local const reel__mutex *held[HELD_MAX];
static _Thread_local size_t n_held;

static void note_locked(const reel__mutex *m) {
    if (n_held < HELD_MAX)
        held[n_held++] = m;
}
static void note_unlocked(const reel__mutex *m) {
    for (size_t i = n_held; i-- > 0;)
        if (held[i] == m) {
            held[i] = held[--n_held];
            return;
        }
}
bool reel__mutex_is_mine(const reel__mutex *m) {
    for (size_t i = 0; i < n_held; i++)
        if (held[i] == m)
            return true;
    return false;
}
#else
#  define note_locked(m) ((void)(m))
#  define note_unlocked(m) ((void)(m))
#endif

void reel__mutex_lock(reel__mutex *m) {
    pthread_mutex_lock(m);
    note_locked(m);
}
bool reel__mutex_try_lock(reel__mutex *m) {
    bool locked = pthread_mutex_trylock(m) == 0;
    if (locked)
        note_locked(m);
    return locked;
}
void reel__mutex_unlock(reel__mutex *m) {
    note_unlocked(m);
    pthread_mutex_unlock(m);
}

static bool lock_until(reel__mutex *m, int64_t deadline_ns) {
    if (deadline_ns == INT64_MAX) {
        pthread_mutex_lock(m);
        return true;
    }
    if (pthread_mutex_trylock(m) == 0)
        return true;
#if defined(__GLIBC__) && __GLIBC_PREREQ(2, 30) && !defined(__SANITIZE_THREAD__)
    struct timespec until = to_timespec(deadline_ns > 0 ? deadline_ns : 0);
    return pthread_mutex_clocklock(m, CLOCK_MONOTONIC, &until) == 0;
#else
    /* No timed lock on the monotonic clock (or a sanitizer that does not know it): try again every half millisecond. */
    for (;;) {
        struct timespec now, half = {0, 500000};
        clock_gettime(CLOCK_MONOTONIC, &now);
        if ((int64_t)now.tv_sec * 1000000000 + now.tv_nsec >= deadline_ns)
            return false;
        nanosleep(&half, NULL);
        if (pthread_mutex_trylock(m) == 0)
            return true;
    }
#endif
}

bool reel__mutex_lock_until(reel__mutex *m, int64_t deadline_ns) {
    bool locked = lock_until(m, deadline_ns);
    if (locked)
        note_locked(m);
    return locked;
}

void reel__cond_init(reel__cond *c) {
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(c, &attributes);
    pthread_condattr_destroy(&attributes);
}
void reel__cond_destroy(reel__cond *c) { pthread_cond_destroy(c); }
void reel__cond_broadcast(reel__cond *c) { pthread_cond_broadcast(c); }

bool reel__cond_wait_until(reel__cond *c, reel__mutex *m, int64_t deadline_ns) {
    if (deadline_ns == INT64_MAX) {
        pthread_cond_wait(c, m);
        return true;
    }
    struct timespec until = to_timespec(deadline_ns > 0 ? deadline_ns : 0);
    return pthread_cond_timedwait(c, m, &until) != ETIMEDOUT;
}

void reel__event_init(reel__event *e) {
    sem_init(&e->semaphore, 0, 0);
    atomic_init(&e->posted, 0);
}
void reel__event_destroy(reel__event *e) { sem_destroy(&e->semaphore); }

void reel__event_post(reel__event *e) {
    if (atomic_load_explicit(&e->posted, memory_order_relaxed) == 0 && atomic_exchange(&e->posted, 1) == 0)
        sem_post(&e->semaphore);
}

bool reel__event_wait_until(reel__event *e, int64_t deadline_ns) {
    for (;;) {
        int failed;
        if (deadline_ns == INT64_MAX) {
            failed = sem_wait(&e->semaphore);
        } else {
#if defined(__GLIBC__) && __GLIBC_PREREQ(2, 30) && !defined(__SANITIZE_THREAD__)
            struct timespec until = to_timespec(deadline_ns > 0 ? deadline_ns : 0);
            failed = sem_clockwait(&e->semaphore, CLOCK_MONOTONIC, &until);
#else
            struct timespec now, real;
            clock_gettime(CLOCK_MONOTONIC, &now);
            clock_gettime(CLOCK_REALTIME, &real);
            int64_t left = deadline_ns - ((int64_t)now.tv_sec * 1000000000 + now.tv_nsec);
            int64_t at = (int64_t)real.tv_sec * 1000000000 + real.tv_nsec + (left > 0 ? left : 0);
            struct timespec until = to_timespec(at);
            failed = sem_timedwait(&e->semaphore, &until);
#endif
        }
        if (!failed) {
            /* Taken before the work is looked at: a post from here on is a new one. */
            atomic_exchange(&e->posted, 0);
            return true;
        }
        if (errno != EINTR)
            return false;
    }
}

reel_status reel__thread_start(reel__thread *thread, const char *name, void *(*run)(void *), void *user) {
    sigset_t all, old;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &old);
    int error = pthread_create(thread, NULL, run, user);
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    if (error)
        return reel__fail_errno(error == EAGAIN ? ENOMEM : error, "thread %s cannot be started", name);
#if defined(__linux__)
    pthread_setname_np(*thread, name);
#endif
    return REEL_OK;
}
void reel__thread_join(reel__thread thread) { pthread_join(thread, NULL); }
void reel__thread_detach(reel__thread thread) { pthread_detach(thread); }

bool reel__heavy_fence(void) {
    atomic_thread_fence(memory_order_seq_cst);
#if defined(__linux__) && defined(SYS_membarrier) /* its commands are an enum: #if cannot see them */
    static _Atomic int state; /* 0: not asked, 1: works, 2: not there */
    int known = atomic_load_explicit(&state, memory_order_relaxed);
    if (known == 0) {
        known = syscall(SYS_membarrier, MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED, 0, 0) == 0 ? 1 : 2;
        atomic_store_explicit(&state, known, memory_order_relaxed);
    }
    return known == 1 && syscall(SYS_membarrier, MEMBARRIER_CMD_PRIVATE_EXPEDITED, 0, 0) == 0;
#else
    return false;
#endif
}
