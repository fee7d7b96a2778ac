/* A sink takes encoded messages in order. Two kinds: *queued* ones (file, callback, custom, live) have a bounded queue and an I/O thread of their own; *held* ones (memory, buffer)
 * keep messages and need neither.
 *
 *   recording --put--> [queue] --write--> I/O        put never does I/O; it may wait, at most block_ms without progress, and only with policy "block"
 *
 * Who calls: put, under the recording's drain mutex, one caller at a time. flush, close, stats: any thread. write and flush of the I/O side: one thread at a time, the one
 * that holds the queue's I/O token: the sink's own thread, or a caller of flush without a deadline who finds the token free and writes what is queued himself. */
#ifndef REEL_SINK_SINK_H
#define REEL_SINK_SINK_H

#include "../base/pool.h"
#include "../rrd/message.h"

/* How a sink tells its recording what happened later: called without any lock of the sink held, from any thread. */
typedef void (*reel__report_fn)(void *user, uint32_t sink_id, reel_status status, const char *message);

typedef struct reel__sink reel__sink;

typedef struct reel__sink_class {
    const char *name;
    /* Takes a reference of its own, or drops the message by policy (REEL_OK: that is counted, not returned). */
    void (*put)(reel__sink *s, reel__message *m);
    /* Waits until everything put before is confirmed. inline_ok: the caller may do the I/O itself. */
    reel_status (*flush)(reel__sink *s, int64_t deadline_ns, bool inline_ok);
    /* Flushes, ends, joins the I/O thread. Once. After REEL_E_TIMEOUT the sink is abandoned: its thread may still hang in write, and destroy leaks what that thread uses. */
    reel_status (*close)(reel__sink *s, int64_t deadline_ns);
    void (*destroy)(reel__sink *s);
} reel__sink_class;

struct reel__sink {
    const reel__sink_class *klass;
    uint32_t id;
    bool is_prompt;             /* its batching class */
    bool is_buffer;             /* gives way to the next sink */
    const _Atomic int64_t *end_until_ns; /* when not 0, no put waits beyond it: the recording is closing. May be NULL */
    bool defer_wake;            /* set by the caller of put, under the same lock: a flush follows at once, do not wake the I/O thread for this message */
    reel__report_fn report;
    void *report_user;
    reel__account *account;     /* may be NULL */
    reel__mutex mutex;          /* guards stats and error of every kind of sink, and the queue of queued ones */
    reel_sink_stats stats;
    char error[256];
    uint32_t reported;          /* a bit for every status that was reported since the last write that went well */
};
/* The common part; the concrete sink begins with a reel__sink. */
void reel__sink_init(reel__sink *s, const reel__sink_class *klass, bool is_prompt, reel__account *account, reel__report_fn report, void *report_user);
/* Notes an error and reports it (once per distinct status until a write succeeds). Mutex not held. */
void reel__sink_error(reel__sink *s, reel_status status, const char *message);
void reel__sink_get_stats(reel__sink *s, reel_sink_stats *out);
/* After close: the I/O side still hangs, so what its messages borrow (paths, shapes, stores) and what report uses must never be released. */
bool reel__sink_is_abandoned(reel__sink *s);
/* For the sinks themselves, mutex held: counts a message in the statistics. */
void reel__sink_count_written(reel__sink *s, const reel__message *m);
void reel__sink_count_dropped(reel__sink *s, const reel__message *m);

/* ---- queued sinks (sink_queue.c) */
/* The I/O side. Never called by two threads at once. */
typedef struct reel__io_ops {
    const char *name;
    reel_status (*write)(void *self, reel__message *const *messages, size_t n, size_t *n_done);
    reel_status (*flush)(void *self, int64_t deadline_ns);  /* NULL: nothing to do */
    reel_status (*close)(void *self, int64_t deadline_ns);  /* NULL: nothing to do */
    void (*destroy)(void *self);
    /* Asks for the time at which write should be called even with no message (rotation, delayed blocks); INT64_MAX: never. NULL allowed.
     * Called with the sink's mutex held: it only looks. */
    int64_t (*due)(void *self);
} reel__io_ops;
typedef struct reel__queue_config {
    reel_policy policy;         /* resolved: not DEFAULT */
    bool is_prompt;
    int64_t bytes_max;
    int64_t block_ms;           /* -1: never wait */
    bool inline_io;             /* a flush without a deadline may write in the caller's thread */
    reel__account *account;
    reel__report_fn report;
    void *report_user;
} reel__queue_config;
/* The I/O thread starts with the first message that needs it. On error io is not destroyed. */
reel_status reel__queue_sink_new(const reel__io_ops *ops, void *io, const reel__queue_config *config, reel__sink **out);
void *reel__queue_sink_io(reel__sink *s); /* the `io` given */

/* ---- held sinks (sink_memory.c) */
reel_status reel__memory_sink_new(const reel_memory_options *options, bool is_buffer, reel__account *account, reel__report_fn report, void *report_user, reel__sink **out);
uint64_t reel__memory_sink_count(reel__sink *s);
uint64_t reel__memory_sink_dropped(reel__sink *s); /* messages lost to the bound since it was made or drained */
/* Every message held, in order, with a reference each, in an array to reel__release; drain empties the sink. *has_new: something was put since the last drain. *n_dropped: messages
 * lost to the bound since it was made or drained (then a capture must be refused). */
reel_status reel__memory_sink_take(reel__sink *s, bool drain, reel__message ***messages, size_t *n, bool *has_new, uint64_t *n_dropped);
/* Lets go of messages that were taken without draining, given in the order in which they are held; others may stand between them. */
void reel__memory_sink_forget(reel__sink *s, reel__message *const *messages, size_t n);
void reel__memory_sink_reset(reel__sink *s, reel_store_kind kind);

/* ---- callback and custom sinks (sink_custom.c): adapters for the public interface */
reel_status reel__callback_io_new(reel_write_fn write, void *user, const reel__io_ops **ops, void **io);
reel_status reel__custom_io_new(const reel_sink_ops *public_ops, void *user, const reel__io_ops **ops, void **io);

/* ---- file sinks (sink_file.c) */
/* opening: `first` are messages that every part begins with: what a part repeats after rotation is asked for by `begin_part`, called on the I/O side without locks:
 * returns the kept state (store info, properties, static) as an array with a reference each, to be released by the caller. */
typedef reel_status (*reel__begin_part_fn)(void *user, reel__message ***messages, size_t *n);
reel_status reel__file_io_new(const char *path, const reel_file_options *options, reel__begin_part_fn begin_part, void *begin_user, reel__report_fn report, void *report_user,
                              const reel__io_ops **ops, void **io);
/* The complete recording in this file so far, as a file at target: flush first. Reads the file again; REEL_E_NOT_RETAINED when parts were rotated away. Any thread. */
reel_status reel__file_io_capture(void *io, const char *target, int64_t deadline_ns);

/* ---- writing a whole recording (rrd_file.c): used by capture, drain and peek */
/* A complete .rrd with footer of n messages, into memory. REEL_E_TOO_LARGE, here and below and from a capture: it is there, without the footer (footer.h). */
reel_status reel__rrd_to_memory(reel__message *const *messages, size_t n, reel_bytes_owned *out);
/* The same beside path, synced, renamed over it, folder synced. */
reel_status reel__rrd_to_file(reel__message *const *messages, size_t n, const char *path);

#endif
