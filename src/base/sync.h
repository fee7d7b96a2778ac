/* Threads, locks, waiting and atomics: the one header that knows the platform's names for them.
 *
 * Atomics are C11's. A reel__event is a counter that one side posts and another waits for; posting takes no lock that anybody holds
 * while waiting, and makes a system call only when somebody waits, so that the log path may post. */
#ifndef REEL_BASE_SYNC_H
#define REEL_BASE_SYNC_H

#include <reel/base.h>

#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>

typedef pthread_mutex_t reel__mutex;
typedef pthread_cond_t reel__cond;
typedef pthread_t reel__thread;
#define REEL__MUTEX_INIT PTHREAD_MUTEX_INITIALIZER

void reel__mutex_init(reel__mutex *m);
void reel__mutex_destroy(reel__mutex *m);
void reel__mutex_lock(reel__mutex *m);
bool reel__mutex_try_lock(reel__mutex *m);
/* deadline_ns: reel__monotonic_ns() time, INT64_MAX for no limit. false when the time ran out. */
bool reel__mutex_lock_until(reel__mutex *m, int64_t deadline_ns);
void reel__mutex_unlock(reel__mutex *m);
#ifdef REEL_TEST_HOOKS
/* Whether the calling thread holds it. */
bool reel__mutex_is_mine(const reel__mutex *m);
#endif

void reel__cond_init(reel__cond *c);
void reel__cond_destroy(reel__cond *c);
void reel__cond_broadcast(reel__cond *c);
/* false when the deadline (monotonic) passed. May wake early: test the condition again. */
bool reel__cond_wait_until(reel__cond *c, reel__mutex *m, int64_t deadline_ns);

typedef struct reel__event {
    sem_t semaphore;
    atomic_uint posted; /* 1 while a post has not been taken: a second post is free */
} reel__event;
void reel__event_init(reel__event *e);
void reel__event_destroy(reel__event *e);
void reel__event_post(reel__event *e);
/* true: posted since the last wait; false: the deadline passed. */
bool reel__event_wait_until(reel__event *e, int64_t deadline_ns);

/* Starts a thread with all signals blocked. The name is for debuggers, at most 15 bytes. */
reel_status reel__thread_start(reel__thread *thread, const char *name, void *(*run)(void *), void *user);
void reel__thread_join(reel__thread thread);
void reel__thread_detach(reel__thread thread);

/* Makes every store that any thread of the process did before visible to the caller, and orders the caller's earlier stores before later loads
 * of the others: the heavy half of an asymmetric fence (membarrier). false where the system has none. */
bool reel__heavy_fence(void);

/* TSan does not know about fences between atomics; nothing here depends on it. */
#if defined(__GNUC__)
#  define REEL__LIKELY(x) __builtin_expect(!!(x), 1)
#  define REEL__UNLIKELY(x) __builtin_expect(!!(x), 0)
#  define REEL__NOINLINE __attribute__((noinline))
#else
#  define REEL__LIKELY(x) (x)
#  define REEL__UNLIKELY(x) (x)
#  define REEL__NOINLINE
#endif
#define REEL__COMPILER_BARRIER() atomic_signal_fence(memory_order_seq_cst)

#endif
