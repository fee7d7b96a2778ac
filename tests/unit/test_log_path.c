/* The log path in steady state: no allocation, no system call that waits, no I/O, and none of its locks held by anybody across I/O. The sinks are a file whose thread writes, and one
 * that never returns from write. */
#include "base/io.h"
#include "recording/core.h"
#include "scarce_memory.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/futex.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

#include <cmocka.h>

#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
#  define HAS_FILTER 0 /* the sanitizers make system calls of their own */
#else
#  define HAS_FILTER 1
#endif
#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
enum { ROWS = 10000, WARM_ROWS = 4000 };
#else
enum { ROWS = 100000, WARM_ROWS = 20000 };
#endif
enum { FLUSH_EVERY = 1000 };

static char folder[64], path[96];

/* ---- what is logged */

static _Thread_local float xyz[300];
static _Thread_local uint8_t pixels[64 * 64];

static reel_status log_a_scalar(reel_recording *rec, int i) {
    double v = i;
    return reel_log_scalars(rec, "motor/current", &(reel_scalars){.scalars = &v, .n_scalars = 1});
}
static reel_status log_points(reel_recording *rec, int i) {
    const uint32_t color = (uint32_t)i;
    return reel_log_points3d(rec, "lidar", &(reel_points3d){.positions = xyz, .n_positions = (size_t)(1 + i % 100), .colors = &color, .n_colors = 1});
}
static reel_status log_a_text(reel_recording *rec, int i) {
    char text[64];
    snprintf(text, sizeof text, "message %d of many", i);
    return reel_log_text_log(rec, "log", &(reel_text_log){.text = text, .level = i % 2 ? "INFO" : "WARN"});
}
static reel_status log_a_transform(reel_recording *rec, int i) {
    xyz[0] = (float)i;
    return reel_log_transform3d(rec, "arm/hand", &(reel_transform3d){.translation = xyz, .quaternion = xyz});
}
static reel_status log_an_image(reel_recording *rec, int i) {
    pixels[i % (int)sizeof pixels] ^= 1;
    return reel_log_image(rec, "camera", &(reel_image){.buffer = {pixels, sizeof pixels}, .format = {64, 64, 0, REEL_COLOR_MODEL_L, REEL_CHANNEL_DATATYPE_U8}});
}
static reel_status log_static_scalar(reel_recording *rec, int i) {
    double v = i;
    return reel_log_static_scalars(rec, "limits", &(reel_scalars){.scalars = &v, .n_scalars = 1});
}

enum { ENTITIES = ROWS / 2000 };
static reel_status log_in_turn(reel_recording *rec, int i) {
    static char names[ENTITIES][32];
    double v = i;
    char *name = names[i % ENTITIES];
    if (!*name)
        snprintf(name, sizeof names[0], "entity/%d", i % ENTITIES);
    return reel_log_scalars(rec, name, &(reel_scalars){.scalars = &v, .n_scalars = 1});
}

typedef reel_status (*log_fn)(reel_recording *rec, int i);
static const struct {
    const char *name;
    log_fn log;
} kinds[] = {{"scalars", log_a_scalar}, {"points", log_points},      {"text", log_a_text},
             {"transforms", log_a_transform}, {"images", log_an_image}, {"static scalars", log_static_scalar}};
enum { KINDS = sizeof kinds / sizeof *kinds };

static reel_recording *new_recording(void) {
    reel_recording *rec = reel_new("log_path", NULL);
    assert_non_null(rec);
    return rec;
}

/* ---- no allocation */

/* The most that ever waits for the encoder is what is logged between two flushes: here the encoder is held up until twice as much waits, so that the segments for it are there. */
static void make_segments(reel_recording *rec, log_fn log, int n) {
    reel__core *core = atomic_load(&rec->core);
    reel__drain_lock(core, INT64_MAX);
    for (int i = 0; i < 2 * n; i++)
        assert_int_equal(log(rec, i), REEL_OK);
    reel__drain_unlock(core);
    assert_int_equal(reel_flush(rec, 60000), REEL_OK);
}

static void run_counted(const char *what, reel_recording *rec, log_fn log) {
    long in_log_calls = 0;
    for (int i = 0; i < WARM_ROWS + ROWS; i++) {
        if (i == WARM_ROWS)
            make_segments(rec, log, FLUSH_EVERY);
        long before = atomic_load(&scarce_here.requests);
        reel_status status = reel_set_time_sequence(rec, "frame", i);
        if (status == REEL_OK)
            status = log(rec, i);
        if (i >= WARM_ROWS)
            in_log_calls += atomic_load(&scarce_here.requests) - before;
        if (status != REEL_OK)
            fail_msg("%s: row %d: %s", what, i, reel_error_message());
        if (i % FLUSH_EVERY == 0) /* with a time limit the file's own thread writes */
            assert_int_equal(reel_flush(rec, 60000), REEL_OK);
    }
    if (in_log_calls)
        fail_msg("%s: %ld allocations in %d log calls after %d to warm up", what, in_log_calls, ROWS, WARM_ROWS);
}

static void nothing_is_allocated_beside_a_file(void **state) {
    (void)state;
    for (int k = 0; k < KINDS; k++) {
        reel_recording *rec = new_recording();
        assert_int_equal(reel_save(rec, path), REEL_OK);
        run_counted(kinds[k].name, rec, kinds[k].log);
        assert_int_equal(reel_close(rec, -1), REEL_OK);
        reel_free(rec);
    }
}

/* Each lane's segments grow up to a size of their own; when all have reached it, there is nothing more to ask for. */
static void nothing_is_allocated_by_many_entities_in_turn(void **state) {
    (void)state;
    enum { WARM = 6000 * ENTITIES };
    reel_recording *rec = new_recording();
    assert_int_equal(reel_save(rec, path), REEL_OK);
    long in_log_calls = 0;
    for (int i = 0; i < WARM + ROWS; i++) {
        if (i == WARM)
            make_segments(rec, log_in_turn, 10 * FLUSH_EVERY);
        long before = atomic_load(&scarce_here.requests);
        assert_int_equal(log_in_turn(rec, i), REEL_OK);
        if (i >= WARM)
            in_log_calls += atomic_load(&scarce_here.requests) - before;
        if (i % (10 * FLUSH_EVERY) == 0)
            assert_int_equal(reel_flush(rec, 60000), REEL_OK);
    }
    assert_int_equal(in_log_calls, 0);
    reel_free(rec);
}

/* A recording without a thread encodes what is full in the log call: it asks for memory for what the sink holds more of afterwards, a few times per chunk of 4,096 rows, not per row. */
static void a_memory_sink_asks_for_what_it_holds(void **state) {
    (void)state;
    reel_recording *rec = new_recording();
    reel_sink_id memory;
    uint64_t n_before, n_after;
    assert_int_equal(reel_add_memory(rec, NULL, &memory), REEL_OK);
    for (int i = 0; i < WARM_ROWS; i++)
        assert_int_equal(log_a_scalar(rec, i), REEL_OK);
    assert_int_equal(reel_num_msgs(rec, memory, &n_before), REEL_OK);
    long before = atomic_load(&scarce_here.requests);
    for (int i = 0; i < ROWS; i++)
        assert_int_equal(log_a_scalar(rec, i), REEL_OK);
    long requests = atomic_load(&scarce_here.requests) - before;
    assert_int_equal(reel_num_msgs(rec, memory, &n_after), REEL_OK);
    assert_true(n_after > n_before);
    assert_in_range(requests, n_after - n_before, 4 * (n_after - n_before));
    reel_free(rec);
}

/* ---- no waiting: a filter refuses the logging thread every system call but the end and the wake-up of others, and counts */

typedef struct frozen {
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    bool is_inside, may_go;
} frozen;

static reel_status freeze(void *user, const reel_message *messages, size_t n, size_t *n_done) {
    frozen *f = user;
    (void)messages;
    pthread_mutex_lock(&f->mutex);
    f->is_inside = true;
    pthread_cond_broadcast(&f->changed);
    while (!f->may_go)
        pthread_cond_wait(&f->changed, &f->mutex);
    pthread_mutex_unlock(&f->mutex);
    *n_done = n;
    return REEL_OK;
}

enum { TRAPS_MAX = 16 };
static struct {
    atomic_int n;
    struct {
        int number;
        uintptr_t argument;
    } calls[TRAPS_MAX];
} trapped;

static void on_trap(int signal_number, siginfo_t *info, void *context) {
    (void)signal_number;
    ucontext_t *u = context;
#if defined(__x86_64__)
    uintptr_t argument = (uintptr_t)u->uc_mcontext.gregs[REG_RDI];
    u->uc_mcontext.gregs[REG_RAX] = info->si_syscall == SYS_futex ? -EAGAIN : -EPERM;
#elif defined(__aarch64__)
    uintptr_t argument = (uintptr_t)u->uc_mcontext.regs[0];
    u->uc_mcontext.regs[0] = (unsigned long long)(info->si_syscall == SYS_futex ? -EAGAIN : -EPERM);
#else
#  error "where is a system call's result on this machine?"
#endif
    int n = atomic_fetch_add(&trapped.n, 1);
    if (n < TRAPS_MAX) {
        trapped.calls[n].number = info->si_syscall;
        trapped.calls[n].argument = argument;
    }
}

static bool install_filter(void) {
#define NUMBER offsetof(struct seccomp_data, nr)
#define OPERATION offsetof(struct seccomp_data, args[1]) /* of a futex; its low half on a little-endian machine */
    struct sock_filter program[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, NUMBER),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_rt_sigreturn, 6, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_exit, 5, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_futex, 0, 3),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, OPERATION),
        BPF_STMT(BPF_ALU | BPF_AND | BPF_K, FUTEX_CMD_MASK),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, FUTEX_WAKE, 1, 0),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRAP),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog filter = {sizeof program / sizeof *program, program};
    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) == 0;
}

typedef struct logging {
    reel_recording *rec;
    log_fn log;
    int n_refused, n_trapped;
    bool has_filter;
    reel_status status;
} logging;

static void *log_under_the_filter(void *user) {
    logging *l = user;
    reel__core *core = atomic_load(&l->rec->core);
    for (int i = 0; i < WARM_ROWS; i++)
        l->log(l->rec, i);
    atomic_store(&trapped.n, 0);
    scarce_uses_reserve = true; /* a thread far ahead of the encoder asks for segments, and malloc may ask the system: not what is looked at here */
    l->has_filter = !HAS_FILTER || install_filter();
    for (int i = 0; i < ROWS && l->has_filter; i++) {
        reel_status status = l->log(l->rec, i);
        if (status != REEL_OK) {
            l->n_refused++;
            l->status = status;
        }
        while (atomic_load(&core->closed_bytes) > 4 << 20) {} /* an encoder very far behind may be waited for */
    }
    l->n_trapped = atomic_load(&trapped.n); /* what comes now is the end of the thread */
    return NULL;
}

/* A wait is allowed for one lock alone: that of the recycled segments, which nobody holds for more than a few instructions (the test below). Here it is refused, and tried again. */
static void check_traps(const char *what, const logging *l) {
    const reel__core *core = atomic_load(&l->rec->core);
    int n = l->n_trapped, n_bad = 0;
    for (int i = 0; i < n && i < TRAPS_MAX; i++) {
        if (trapped.calls[i].number == SYS_futex && trapped.calls[i].argument == (uintptr_t)&core->segments_mutex)
            continue;
        print_error("%s: system call %d (first argument %#lx)\n", what, trapped.calls[i].number, (unsigned long)trapped.calls[i].argument);
        n_bad++;
    }
    assert_int_equal(n_bad, 0);
}

static void log_beside_a_frozen_sink(const char *what, log_fn log, const reel_queue_options *options) {
    frozen f = {.is_inside = false};
    pthread_mutex_init(&f.mutex, NULL);
    pthread_cond_init(&f.changed, NULL);
    logging l = {.rec = new_recording(), .log = log};
    const reel_sink_ops ops = {.struct_size = sizeof ops, .name = "frozen", .write = freeze};
    assert_int_equal(reel_add_sink(l.rec, &ops, &f, options, NULL), REEL_OK);
    pthread_mutex_lock(&f.mutex);
    while (!f.is_inside)
        pthread_cond_wait(&f.changed, &f.mutex);
    pthread_mutex_unlock(&f.mutex);

    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, log_under_the_filter, &l), 0);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_true(l.has_filter);
    if (l.n_refused)
        fail_msg("%s: %d rows refused with status %d", what, l.n_refused, (int)l.status);
    check_traps(what, &l);

    pthread_mutex_lock(&f.mutex);
    f.may_go = true;
    pthread_cond_broadcast(&f.changed);
    pthread_mutex_unlock(&f.mutex);
    reel_free(l.rec);
    pthread_cond_destroy(&f.changed);
    pthread_mutex_destroy(&f.mutex);
}

static void no_log_call_waits_for_a_sink_that_never_returns(void **state) {
    (void)state;
    struct sigaction action = {.sa_sigaction = on_trap, .sa_flags = SA_SIGINFO | SA_NODEFER}, old;
    assert_int_equal(sigaction(SIGSYS, &action, &old), 0);
    log_beside_a_frozen_sink("scalars, a queue that blocks", log_a_scalar, NULL);
    static const reel_policy policies[] = {REEL_POLICY_DROP_NEWEST, REEL_POLICY_DROP_OLDEST, REEL_POLICY_LATEST};
    for (int p = 0; p < 3; p++)
        for (int k = 0; k < KINDS; k++) {
            const reel_queue_options options = {.struct_size = sizeof options, .policy = policies[p], .queue_max_bytes = 1 << 20};
            char what[64];
            snprintf(what, sizeof what, "%s, policy %d", kinds[k].name, (int)policies[p]);
            log_beside_a_frozen_sink(what, kinds[k].log, &options);
        }
    sigaction(SIGSYS, &old, NULL);
}

/* The filter does see what it is there for. */
static void *sleep_under_the_filter(void *user) {
    bool *installed = user;
    *installed = install_filter();
    struct timespec none = {0, 1};
    syscall(SYS_nanosleep, &none, NULL);
    return NULL;
}
static void the_filter_sees_a_thread_that_waits(void **state) {
    (void)state;
    bool installed = false;
    struct sigaction action = {.sa_sigaction = on_trap, .sa_flags = SA_SIGINFO | SA_NODEFER}, old;
    assert_int_equal(sigaction(SIGSYS, &action, &old), 0);
    atomic_store(&trapped.n, 0);
    pthread_t thread;
    if (HAS_FILTER) {
        assert_int_equal(pthread_create(&thread, NULL, sleep_under_the_filter, &installed), 0);
        assert_int_equal(pthread_join(thread, NULL), 0);
        assert_true(installed);
        assert_true(atomic_load(&trapped.n) >= 1);
        assert_int_equal(trapped.calls[0].number, SYS_nanosleep);
    }
    sigaction(SIGSYS, &old, NULL);
}

/* ---- no I/O in a log call, no lock of the log path across I/O */

static reel__core *watched_core;
static _Thread_local bool in_log_call;
static atomic_long n_io_calls, n_io_in_log_calls, n_io_under_locks;
static char lock_found[64];

static int watch_io(reel__io_call *call) {
    reel__core *core = watched_core;
    (void)call;
    atomic_fetch_add(&n_io_calls, 1);
    if (in_log_call)
        atomic_fetch_add(&n_io_in_log_calls, 1);
    if (!core)
        return 0;
    const struct {
        const char *name;
        const reel__mutex *mutex;
    } locks[] = {{"names", &core->names}, {"segments", &core->segments_mutex}, {"messages", &core->pool.mutex}, {"room", &core->room_mutex}, {"events", &core->events_mutex}, {"drain", &core->drain}};
    for (size_t i = 0; i < sizeof locks / sizeof *locks; i++)
        if (reel__mutex_is_mine(locks[i].mutex)) {
            atomic_fetch_add(&n_io_under_locks, 1);
            snprintf(lock_found, sizeof lock_found, "%s", locks[i].name);
        }
    return 0;
}

static void *log_everything(void *user) {
    reel_recording *rec = user;
    for (int i = 0; i < ROWS / 10; i++) {
        in_log_call = true;
        reel_set_time_sequence(rec, "frame", i);
        for (int k = 0; k < KINDS; k++)
            kinds[k].log(rec, i);
        in_log_call = false;
        if (i % FLUSH_EVERY == 0)
            reel_flush(rec, i % (2 * FLUSH_EVERY) ? -1 : 60000);
    }
    return NULL;
}

static void no_lock_of_the_log_path_is_held_across_io(void **state) {
    (void)state;
    char captured[128];
    snprintf(captured, sizeof captured, "%s/captured.rrd", folder);
    reel_recording *rec = new_recording();
    const reel_file_options options = {.struct_size = sizeof options, .durability = REEL_DURABILITY_SYNC, .rotate_bytes = 1 << 20, .files_max = 2};
    reel_sink_id file;
    pthread_t threads[2];
    watched_core = atomic_load(&rec->core); /* before any other thread looks */
    reel__io_hook = watch_io;
    assert_int_equal(reel_add_file(rec, path, &options, &file), REEL_OK);
    assert_int_equal(reel_add_memory(rec, NULL, NULL), REEL_OK);
    for (int i = 0; i < 2; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, log_everything, rec), 0);
    for (int i = 0; i < 3; i++)
        assert_int_equal(reel_capture(rec, captured, REEL_CAPTURE_KEEP), REEL_OK);
    for (int i = 0; i < 2; i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    assert_int_equal(reel_remove_sink(rec, file, -1), REEL_OK);
    assert_int_equal(reel_close(rec, -1), REEL_OK);
    watched_core = NULL;
    reel__io_hook = NULL;
    reel_free(rec);
    unlink(captured);
    assert_true(atomic_load(&n_io_calls) > 20);
    assert_int_equal(atomic_load(&n_io_in_log_calls), 0);
    if (atomic_load(&n_io_under_locks))
        fail_msg("%ld calls with a lock held, among them %s", atomic_load(&n_io_under_locks), lock_found);
}

static int setup(void **state) {
    (void)state;
    const char *base = getenv("TMPDIR");
    snprintf(folder, sizeof folder, "%.40s/log-path-XXXXXX", base ? base : "/tmp");
    if (!mkdtemp(folder))
        return -1;
    snprintf(path, sizeof path, "%s/run.rrd", folder);
    return scarce_install() == REEL_OK ? 0 : -1;
}

static int teardown(void **state) {
    (void)state;
    char name[128];
    unlink(path);
    for (int i = 1; i < 1000; i++) {
        snprintf(name, sizeof name, "%s/run.%d.rrd", folder, i);
        unlink(name);
    }
    return rmdir(folder);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_allocated_beside_a_file),
        cmocka_unit_test(nothing_is_allocated_by_many_entities_in_turn),
        cmocka_unit_test(a_memory_sink_asks_for_what_it_holds),
        cmocka_unit_test(the_filter_sees_a_thread_that_waits),
        cmocka_unit_test(no_log_call_waits_for_a_sink_that_never_returns),
        cmocka_unit_test(no_lock_of_the_log_path_is_held_across_io),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
