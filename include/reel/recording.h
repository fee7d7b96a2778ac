/* reel/recording.h: recordings, their timelines, and what is asked of a recording as a whole.
 *
 *     reel_recording *rec = reel_new("my_app", NULL);
 *     reel_save(rec, "run.rrd");
 *     reel_set_time_sequence(rec, "frame", 7);
 *     reel_log_scalars(rec, "motor/current", &(reel_scalars){ .scalars = &amps, .n_scalars = 1 });
 *     reel_flush(rec, -1);
 *     reel_free(rec);
 *
 * A recording may be shared between threads; every function here is thread-safe. `rec` may be NULL wherever a
 * recording is logged to: then the active recording is meant (thread-local, then global), and without one the call
 * returns REEL_E_ARGUMENT. */
#ifndef REEL_RECORDING_H
#define REEL_RECORDING_H

#include <reel/base.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct reel_recording reel_recording;

/* A clock for deterministic recordings: nanoseconds since 1970-01-01 UTC. Called from any thread that logs. */
typedef struct reel_clock {
    int64_t (*now_ns)(void *user);
    void *user;
} reel_clock;

/* What kind of store a recording writes. Blueprints describe a viewer's layout. */
typedef enum reel_store_kind { REEL_STORE_RECORDING = 1, REEL_STORE_BLUEPRINT = 2 } reel_store_kind;

/* An error that happened later, on an I/O thread, or that was worth telling once. */
typedef struct reel_event {
    size_t struct_size;
    reel_status status;
    uint32_t sink;       /* the sink it concerns, 0 for the recording itself */
    const char *message; /* valid during the call */
} reel_event;
/* May log; must not flush, close or add sinks. */
typedef void (*reel_event_fn)(void *user, reel_recording *rec, const reel_event *event);

/* Zero is the default in every field. Times are in nanoseconds, sizes in bytes. */
typedef struct reel_options {
    size_t struct_size;            /* sizeof(reel_options) */
    const char *recording_id;      /* made ("rec_" and 32 hexadecimal digits) when NULL; several processes may give the same one */
    const char *recording_name;    /* property RecordingInfo:name */
    reel_store_kind store_kind;    /* 0: a recording */
    bool disabled;                 /* start disabled; the variable RERUN=on|off wins */
    bool no_log_time;              /* do not add the timeline log_time */
    bool log_tick;                 /* add the timeline log_tick: a count of logged rows */
    bool no_properties;            /* do not write RecordingInfo:start_time */
    bool strict;                   /* instance counts that do not match are an error, and nothing is logged */
    bool deterministic;            /* segments are taken by rows alone: no tick. With clock and id_seed, two runs of a single-threaded program give equal bytes */
    uint64_t id_seed;              /* row and chunk ids start from this instead of from random bits (0: random) */
    reel_clock clock;              /* now_ns NULL: the system's */
    /* Micro-batching. 0: RERUN_FLUSH_TICK_SECS, RERUN_FLUSH_NUM_BYTES, RERUN_FLUSH_NUM_ROWS, else the class's own limit: prompt sinks
     * 50 ms (8 ms while a live sink is attached), 1 MiB, no row limit; bulk sinks (file, memory, buffer) 200 ms, 256 KiB, 4,096 rows.
     * A value given here or by environment replaces the limit in both classes. -1: no limit. 1: each row a chunk of its own (bytes, rows). */
    int64_t flush_tick_ns;
    int64_t flush_bytes;
    int64_t flush_rows;
    int64_t memory_max_bytes;      /* ceiling of the account: segments, encoded messages, kept state (256 MiB) */
    int64_t block_ms;              /* longest wait of a log call for an encoder that makes no progress (1,000); -1: do not wait at all */
    reel_event_fn on_event;
    void *on_event_user;
} reel_options;

/* A new recording. application_id: 1 to 4,096 bytes of UTF-8. The caller owns one reference. Until a first sink is added, rows go to
 * a buffer of at most 1 GiB, which the first sink receives. NULL on error; reel_error_message() says why. */
REEL_API reel_recording *reel_new(const char *application_id, const reel_options *options);

/* References. reel_ref returns rec. The object goes with the last reference, closing first if need be. NULL is allowed. */
REEL_API reel_recording *reel_ref(reel_recording *rec);
REEL_API void reel_unref(reel_recording *rec);

/* Ends the recording: takes what was logged, ends every sink (footers are written) within timeout_ms (-1: 5,000). Logging after that
 * returns REEL_E_CLOSED. A second close returns REEL_E_CLOSED and does nothing. REEL_E_TOO_LARGE: a file is complete but for its footer,
 * which official readers could not use (docs/guarantees.md); an event tells the same. */
REEL_API reel_status reel_close(reel_recording *rec, int64_t timeout_ms);

/* reel_close and reel_unref. NULL is allowed. */
REEL_API void reel_free(reel_recording *rec);

/* The ids; valid as long as the recording. NULL without a recording. */
REEL_API const char *reel_recording_id(reel_recording *rec);
REEL_API const char *reel_application_id(reel_recording *rec);

/* Every call on a disabled recording returns REEL_OK and does nothing. */
REEL_API bool reel_is_enabled(reel_recording *rec);
REEL_API reel_status reel_set_enabled(reel_recording *rec, bool enabled);

/* The active recording: explicit, else this thread's, else the global one. A slot holds a reference. reel_active and the getters return
 * a borrowed pointer, NULL if there is none. A call with NULL borrows too: replace the global recording only when no other thread is within such a
 * call, or keep a reference to the old one until then. */
REEL_API reel_recording *reel_active(reel_recording *rec_or_null);
REEL_API reel_recording *reel_thread_recording(void);
REEL_API reel_recording *reel_global_recording(void);
REEL_API void reel_set_thread_recording(reel_recording *rec);
REEL_API void reel_set_global_recording(reel_recording *rec);

/* Timelines. A time holds for this thread and this recording until it is set again, disabled or reset. The type of a timeline is fixed
 * by its first use in the recording: REEL_E_TIMELINE_TYPE afterwards. The name is any non-empty UTF-8. Never waits. INT64_MIN is not a time. */
typedef enum reel_time_type { REEL_TIME_SEQUENCE = 1, REEL_TIME_DURATION_NS = 2, REEL_TIME_TIMESTAMP_NS = 3 } reel_time_type;
REEL_API reel_status reel_set_time(reel_recording *rec, const char *timeline, reel_time_type type, int64_t value);
REEL_API reel_status reel_set_time_sequence(reel_recording *rec, const char *timeline, int64_t sequence);
REEL_API reel_status reel_set_time_duration_ns(reel_recording *rec, const char *timeline, int64_t duration_ns);
REEL_API reel_status reel_set_time_timestamp_ns(reel_recording *rec, const char *timeline, int64_t since_epoch_ns);
/* This thread's rows carry the timeline no more, until it is set again. "log_time" and "log_tick" too: until reel_reset_time. */
REEL_API reel_status reel_disable_timeline(reel_recording *rec, const char *timeline);
/* This thread's rows carry only what they did at first: log_time, and log_tick if the recording has it. */
REEL_API reel_status reel_reset_time(reel_recording *rec);

/* Hands everything that any thread logged before this call to the sinks and waits until each has confirmed it: a file has given it to the
 * operating system (durability sync: to the disk). timeout_ms: -1 waits as long as it takes. REEL_OK only if all sinks confirm; else the
 * worst sink's status. With -1 a file may be written by the calling thread itself. */
REEL_API reel_status reel_flush(reel_recording *rec, int64_t timeout_ms);

/* Properties: static rows below /__properties. */
REEL_API reel_status reel_set_recording_name(reel_recording *rec, const char *name);
REEL_API reel_status reel_set_start_time_ns(reel_recording *rec, int64_t since_epoch_ns);

/* The complete recording so far as one file that a viewer opens at once, while logging goes on: written beside the target, synced, renamed
 * over it. REEL_CAPTURE_DRAIN also empties the memory or buffer sink it was taken from. Needs a sink that retains everything: buffer, memory or an
 * unrotated file; else REEL_E_NOT_RETAINED. Waits for the disk. */
typedef enum reel_capture_mode { REEL_CAPTURE_KEEP = 0, REEL_CAPTURE_DRAIN = 1 } reel_capture_mode;
REEL_API reel_status reel_capture(reel_recording *rec, const char *path, reel_capture_mode mode);

/* What a recording holds and has lost, in rows and bytes. */
typedef struct reel_stats {
    size_t struct_size;
    uint64_t rows_logged;      /* rows taken from the lanes so far */
    uint64_t chunks_encoded;
    uint64_t rows_dropped;     /* by log calls that returned REEL_E_BUSY or REEL_E_NO_MEMORY */
    uint64_t bytes_dropped;
    uint64_t memory_bytes;     /* the account now */
    uint64_t memory_peak_bytes;
    uint64_t lanes;            /* open (thread, entity, column set, timeline set) */
    uint64_t entities;
} reel_stats;
REEL_API reel_status reel_get_stats(reel_recording *rec, reel_stats *stats);

/* The newest error that happened outside a call (I/O threads), or REEL_OK. message may be NULL; it is filled with at most size bytes, ended by NUL. */
REEL_API reel_status reel_last_error(reel_recording *rec, char *message, size_t size);

#ifdef __cplusplus
}
#endif
#endif
