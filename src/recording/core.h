/* The inside of a recording: what the log path (lane.c, local.c) and the consumer (take.c, writer.c) share.
 *
 * A reel_recording is the handle that users hold; its *core* has the lanes, locks and sinks. The child of a fork gets a new core and never looks at the old one.
 *
 * Locks, in the order in which they may be taken: drain, names, state (fork.c), a sink's, the pools'. The log path takes names (a new path or timeline) and a pool's (a new
 * segment), both held for a few instructions; and drain only when a recording has no writer thread and a segment was closed. */
#ifndef REEL_RECORDING_CORE_H
#define REEL_RECORDING_CORE_H

#include "../base/map.h"
#include "../base/pool.h"
#include "../base/sync.h"
#include "../sink/keeper.h"
#include "../sink/sink.h"
#include "../types/interpret.h"

#include <reel/log.h>

typedef struct reel__core reel__core;
typedef struct reel__local reel__local;
typedef struct reel__lane reel__lane;
typedef struct reel__segment reel__segment;

enum { REEL__BULK = 0, REEL__PROMPT = 1, REEL__CLASSES = 2 };

#define REEL__ROWS_MAX 4096                        /* of a segment, and of a chunk unless the user says otherwise */
#define REEL__CHUNK_BYTES ((size_t)1 << 20)        /* a chunk joins segments up to this: rows of 100 KB need neighbours to compress (bench/README.md) */
#define REEL__NOTICE_BYTES ((size_t)1 << 20)       /* an owner wakes the writer once per so many bytes */
#define REEL__CLOSED_BYTES_MAX ((int64_t)32 << 20) /* closed segments not yet taken: beyond this a log call waits */
#define REEL__OPEN_BYTES_MAX ((int64_t)64 << 20)   /* open segments of all threads */
#define REEL__TIMELINES_PER_RECORDING_MAX 4096
#define REEL__PROPERTY_PATH_MAX 2048
#define REEL__ARCHETYPE_MIXED UINT32_MAX           /* a lane's rows are of several archetypes, or of single components; its mask is a hash of its columns */

/* ---- configuration, resolved from options and environment (config.c) */
typedef struct reel__config {
    bool strict, deterministic, log_tick, no_log_time, no_properties, disabled;
    reel_store_kind store_kind;
    uint64_t id_seed;
    reel_clock clock;
    int64_t tick_ns[REEL__CLASSES];  /* INT64_MAX: none */
    int64_t bytes[REEL__CLASSES];
    int64_t rows[REEL__CLASSES];
    int64_t cut_bytes, cut_rows;     /* where a chunk ends even if more is there */
    int64_t memory_max, block_ms;
    reel_event_fn on_event;
    void *on_event_user;
} reel__config;
reel_status reel__config_make(reel__config *c, const reel_options *options);

/* ---- names */
struct reel_entity {
    reel__core *core;
    const char *path;              /* canonical */
    size_t path_size;
    _Atomic(void *) newest;        /* the lane that drew the newest row ids of this entity */
    _Atomic(void *) owner;         /* the first thread that logged to it */
    atomic_bool is_shared;         /* more than one thread logs to it: every row takes an id time of its own */
    _Atomic uint64_t warned;       /* bit per field (hashed): a count that does not fit was reported */
};

/* A set of timelines that rows of one thread carry, sorted by name, and where their values stand. */
typedef struct reel__timeset {
    struct reel__timeset *next;
    uint32_t n;
    bool has_log_time, counts_ticks; /* the second: of static rows, too, which do not carry log_tick */
    const reel__timeline *timelines[REEL__TIMELINES_MAX];
    const int64_t *values[REEL__TIMELINES_MAX];
} reel__timeset;

/* ---- segments and lanes (lane.c has the protocol) */

/* Memory that a caller has handed over with a row; release is called once, without any lock. */
typedef struct reel__handed {
    struct reel__handed *next;
    void (*release)(void *owner);
    void *owner;
} reel__handed;

struct reel__segment {
    _Atomic(reel__segment *) next; /* set once, with release: this segment is closed, `rows` is final */
    _Atomic uint32_t rows;         /* published rows */
    uint32_t rows_max;
    uint32_t size_class;
    uint64_t inc_first;
    size_t size;                   /* bytes of the allocation */
    uint32_t closed_bytes;         /* what it counts in the budget */
    size_t held;                   /* bytes of handed memory that its streams point at */
    reel__handed *handed;
    reel__segment *free_next;
    uint8_t *streams[];            /* shape->n_streams, then the `ends` arrays; then their bytes */
};

/* LISTED: in the consumer's lists; without it the next row has to announce the lane. SEALED: no row will come any more, the consumer frees it when all is taken. */
enum { REEL__LANE_LISTED = 1, REEL__LANE_SEALED = 2 };

/* Per column: how to append to it. */
typedef struct reel__column_plan {
    const reel__field *field;
    uint16_t stream;               /* of its lengths; its values' first stream is the next */
    uint16_t n_streams;            /* of its type */
    uint16_t first_end;            /* index of its first `ends` array; only if n_streams > 1 */
} reel__column_plan;

struct reel__lane {
    /* the owner's */
    uint32_t row, rows_max;        /* of the current segment */
    uint32_t n_times, n_columns;
    uint64_t base_time;
    uint64_t clear_epoch;
    reel__segment *segment;
    reel_entity *entity;
    const reel__timeset *timeset;
    uint64_t mask;
    uint32_t archetype;
    bool draws_each;               /* static and Clear rows take an id time each */
    bool is_clear;
    bool is_flat;                  /* every column has one value stream, copied as it is */
    _Atomic uint8_t state;         /* REEL__LANE_LISTED, REEL__LANE_SEALED */
    uint8_t **write_at;            /* per value stream: where the next byte goes */
    uint8_t **write_end;
    uint32_t *used;                /* per `ends` array: bytes used */
    reel__local *local;
    struct reel__local_entity *local_entity;
    reel__shape *shape;
    const reel__column_plan *plans;
    uint32_t n_ends;
    uint32_t next_rows;            /* rows the next segment should have */
    reel__lane *entity_next;       /* the thread's lanes of this entity */
    reel__lane *age_older, *age_newer;
    /* between them */
    reel__lane *incoming_next;
    /* the consumer's */
    struct {
        reel__segment *segment;
        uint32_t row;
        uint32_t *taken;           /* per column: bytes taken of its one value stream in this segment (n_streams == 1) */
    } cursors[REEL__CLASSES];
    reel__segment *oldest;         /* first segment not yet recycled */
    uint8_t quiet_looks;           /* in a row in which nothing was taken from it */
    bool was_taken;                /* since the newest look */
    uint32_t trusted_class;        /* whose cursor was last looked after */
    uint32_t class_since[REEL__CLASSES];
};

/* ---- a thread's part of a recording (local.c) */
typedef struct reel__local_entity {
    reel_entity *entity;
    reel__lane *lanes, *recent;
    char path[];                   /* as the caller wrote it */
} reel__local_entity;

#define REEL__PATH_SLOTS 2048      /* two ways each */
typedef struct reel__path_slot {
    const char *path;
    reel__local_entity *entity;
} reel__path_slot;

typedef struct reel__local_time {
    const reel__timeline *timeline;
    int64_t value;
    bool is_set;
    struct reel__local_time *next;
} reel__local_time;

struct reel__local {
    _Atomic(reel__core *) core;    /* NULL: the core is gone */
    reel__local *thread_next;      /* of the thread's list; the thread's own */
    reel__local *core_next, *core_previous; /* of the core's list; under the lock of local.c */
    const reel__timeset *timeset;  /* NULL: has to be found again */
    const reel__timeset *timeless;
    reel__timeset *timesets;
    reel__local_time *times;
    reel__local_time *recent_time;
    int64_t log_time, log_tick;    /* of the row being logged */
    bool log_time_off, log_tick_off;
    uint64_t inc;
    reel__buf row_sizes;           /* scratch of the row being logged: bytes per stream, and as much again for a new segment */
    reel__buf row_cells;           /* scratch: the cells of a row of more than one archetype */
    size_t unnoticed_bytes;
    size_t notice_bytes, notice_row; /* wake the writer after so many bytes, of which each row counts for so many more than it has */
    int64_t open_bytes;
    reel__map paths;               /* as written -> reel__local_entity */
    reel__path_slot *slots;
    reel__lane *oldest_lane, *newest_lane;
};

/* ---- sinks as a recording holds them */
typedef struct reel__attached {
    reel__sink *sink;
    uint32_t class_index;
    atomic_uint refs;
    bool is_memory;
    bool is_file;
    bool is_ended;
    bool is_whole;              /* it was given everything since the recording began */
    bool was_looked_at;         /* by a close that found it slow */
    atomic_bool was_drained;    /* it does not hold everything any more */
    reel__mutex taking;         /* one drain, peek or capture at a time; never taken below another lock */
    struct reel__attached *next;
} reel__attached;

typedef struct reel__pending_event {
    reel_status status;
    uint32_t sink;
    char message[256];
} reel__pending_event;
#define REEL__EVENTS_MAX 32

struct reel__core {
    reel_recording *rec;
    reel__core *left_next;         /* cores that a forked child has left behind (fork.c) */
    reel__config config;
    const reel__store *store;      /* the recording's: the same in the child of a fork */
    reel__account account;
    reel__pool pool;               /* messages */
    /* segments kept for reuse, by size class */
    reel__mutex segments_mutex;
    reel__segment *segments_free[64 * 8];
    size_t segments_kept;
    _Atomic int64_t closed_bytes, open_bytes;
    _Atomic int64_t inline_at;     /* closed bytes at which a recording without a writer encodes what is due */
    _Atomic uint32_t n_locals;
    _Atomic uint64_t progress;     /* counts takes: who waits for room looks at it */
    atomic_bool is_stalled;
    atomic_uint n_waiting;
    reel__mutex room_mutex;
    reel__cond room;
    _Atomic uint64_t rows_dropped, bytes_dropped, n_lanes;
    /* ids */
    _Atomic uint64_t last_time;    /* deterministic recordings: their own; else unused */
    _Atomic uint64_t n_incs;       /* deterministic: blocks of counters given out */
    _Atomic uint64_t tick;
    /* names */
    reel__mutex names;
    reel__map entities, timelines, shapes;
    reel__map fields;              /* components of users (fields.c) */
    uint32_t n_timelines, n_shapes;
    /* lanes */
    _Atomic(reel__lane *) incoming;
    reel__local *locals;           /* under the lock of local.c */
    /* the consumer's, under drain */
    reel__mutex drain;
    reel__handed *handed_done;     /* handed memory that is not needed any more: released when drain is unlocked */
    reel__lane **lanes;            /* listed lanes */
    size_t n_listed, lanes_capacity;
    reel__encoder encoder;
    uint64_t chunk_inc;
    reel__attached *sinks;
    uint32_t next_sink_id;
    bool has_history;           /* something was delivered that the kept state does not hold */
    bool holds_buffers;         /* buffers stay although other sinks are there (reel__sinks_hold) */
    bool class_active[REEL__CLASSES];
    uint32_t class_since[REEL__CLASSES]; /* counts activations */
    int64_t next_tick[REEL__CLASSES];
    reel__buf part_spans;
    struct reel__batch *batch;     /* take.c: the chunk being gathered */
    int64_t take_until_ns;         /* monotonic; a take that is asked for in time stops between two chunks then. 0: no limit */
    _Atomic int64_t end_until_ns;  /* set by close: no put waits beyond it, and nobody but the close takes. 0: no limit */
    reel_status take_status;       /* why rows stayed in their lanes since the newest take of everything began */
    reel_status lost_status;       /* why rows were lost on the way to the sinks, until a flush or close has told it */
    _Atomic uint64_t rows_logged, chunks_encoded;
    bool is_ended;
    bool is_abandoned;             /* a sink hangs for ever: nothing that it may touch is freed */
    /* kept state: under the state lock (fork.c) */
    reel__keeper *keeper;
    /* the writer */
    atomic_bool has_writer;
    atomic_bool writer_stops;
    reel__thread writer;
    reel__event wake;
    /* events */
    reel__mutex events_mutex;
    reel__pending_event events[REEL__EVENTS_MAX];
    size_t n_events;
    reel_status last_error;
    char last_error_text[256];
};

enum { REEL__SLOW_CLOSED = 1, REEL__SLOW_DISABLED = 2 };
/* A blueprint that was sent: messages borrow its store as long as the recording lives. */
typedef struct reel__sent_blueprint {
    struct reel__sent_blueprint *next;
    reel__store store;
    char id[37];
} reel__sent_blueprint;

struct reel_recording {
    atomic_uint refs;
    atomic_bool is_enabled;
    atomic_bool is_closed;
    atomic_uint is_slow;           /* anything that makes a log call look closer: REEL__SLOW_DISABLED, REEL__SLOW_CLOSED */
    _Atomic(reel__core *) core;
    char *application_id, *recording_id;
    reel__store store;
    reel__config config;
    reel__sent_blueprint *blueprints; /* under drain */
    uint64_t n_blueprints;
    reel_recording *registry_next;
};

/* ---- recording.c */
reel_status reel__recording_new(const char *application_id, const reel_options *options, reel_recording **out); /* reel_new with a status */

/* ---- core.c */
reel__core *reel__core_new(reel_recording *rec);
void reel__core_free(reel__core *core);
/* Under names: the entity with this canonical path, made if new. */
reel_entity *reel__core_entity(reel__core *core, const char *path, size_t size);
reel_status reel__core_timeline(reel__core *core, const char *name, reel_time_type type, const reel__timeline **out);
reel_status reel__core_shape(reel__core *core, const reel__timeline *const *timelines, uint32_t n_timelines, const reel__descriptor *columns, uint32_t n_columns, reel__shape **out);
int64_t reel__core_now(reel__core *core);
/* A time half larger than any drawn before in this process (deterministic: in this recording), and the process-wide count of Clears. */
uint64_t reel__draw_time(reel__core *core);
reel__tuid reel__draw_chunk_id(reel__core *core); /* under drain */
extern _Atomic uint64_t reel__clear_epoch;
uint64_t reel__first_inc(reel__core *core);

/* ---- local.c: the calling thread's part of the recording, or NULL with an error said */
reel__local *reel__local_of(reel__core *core);
reel__local_entity *reel__local_entity_of(reel__local *l, const char *path, reel_status *status);
const reel__timeset *reel__local_timeset(reel__local *l, bool is_static, reel_status *status);
void reel__locals_core_gone(reel__core *core); /* the core goes: threads that knew it will not look at it again */
/* Whether rows carry "log_time" or "log_tick" (timeset.c, own_times.h): those of all threads, from now on. */
reel_status reel__set_own_timeline(reel_recording *rec, const char *name, bool on);
void reel__locals_forget(void);                /* in the child of a fork */
void reel__local_never_waits(bool never);      /* the calling thread is a writer: what it logs does not wait for itself */
bool reel__local_may_wait(void);

/* ---- lane.c */
/* Around every wait of a log call for the encoder; NULL: nothing. Set once, before the first recording: a language's bindings let its other threads run meanwhile. */
extern void (*reel__wait_begin)(void), (*reel__wait_end)(void);
reel_status reel__lane_find(reel__local *l, reel__local_entity *le, uint32_t archetype, uint64_t mask, const reel__timeset *timeset, const reel__row *row, reel__lane **out);
/* handed: NULL, or memory that was handed over with the row; NULL afterwards if the lane has taken it. */
reel_status reel__lane_append(reel__lane *lane, const reel__row *row, reel__handed **handed);
/* The owner is done with the lane for ever: the consumer takes what is left and frees it. */
void reel__lane_seal(reel__core *core, reel__lane *lane);
void reel__lane_free(reel__core *core, reel__lane *lane);
reel__segment *reel__segment_take(reel__core *core, size_t size);
void reel__segment_give(reel__core *core, reel__segment *s);
/* Its handed memory is not needed any more. */
void reel__segment_let_go(reel__core *core, reel__segment *s);
/* Bytes of an average row, with what stands elsewhere. */
static inline size_t reel__segment_row_bytes(const reel__segment *s) { return (s->size + s->held) / (s->rows_max ? s->rows_max : 1); }
/* Releases handed memory; no lock is held. */
void reel__handed_release(reel__handed *list);

/* ---- take.c: all under drain */
enum { REEL__TAKE_DUE = 0, REEL__TAKE_ALL = 1 };
/* Takes what the class's limits say is due, or everything. */
void reel__take(reel__core *core, uint32_t class_index, int how);
/* Everything, for all classes. An error: rows stay where they are, for want of memory; the next take tries again. */
reel_status reel__take_all(reel__core *core);
/* When to take inline again: once another bulk limit's worth has been closed. */
static inline void reel__inline_after(reel__core *core, int64_t closed_bytes) {
    int64_t step = core->config.bytes[REEL__BULK];
    atomic_store_explicit(&core->inline_at, step > INT64_MAX - closed_bytes ? INT64_MAX : closed_bytes + step, memory_order_relaxed);
}
/* Whether this class feeds the state keeper: one does. */
bool reel__class_keeps(const reel__core *core, uint32_t class_index);
void reel__deliver(reel__core *core, uint32_t class_index, reel__message *m, bool may_keep);
/* Locks and unlocks drain; unlocking hands out events that came up meanwhile. */
bool reel__drain_lock(reel__core *core, int64_t deadline_ns);
bool reel__drain_try_lock(reel__core *core);
void reel__drain_unlock(reel__core *core);
bool reel__is_draining(void);
/* Callbacks of the program (events, releases of handed memory) may log, so they wait while this thread is within a log call, whose scratch they would use. Pairs of hold and resume may nest; the
 * last resume calls what has waited, or leaves it to whoever unlocks drain next (core NULL). wait: whether to wait; then the resume knows of it. */
void reel__callbacks_hold(void);
bool reel__callbacks_wait(void);
void reel__callbacks_resume(reel__core *core);
/* Makes a class active or not; under drain, with everything taken. A class that becomes active starts where the other one is. */
void reel__class_activate(reel__core *core, uint32_t class_index, bool active);
reel_status reel__take_init(reel__core *core);

/* ---- writer.c */
reel_status reel__writer_start(reel__core *core);
void reel__writer_stop(reel__core *core);

/* ---- sinks.c */
reel_status reel__sinks_flush(reel__core *core, int64_t timeout_ms);
reel_status reel__sinks_end(reel__core *core, int64_t deadline_ns);
reel_status reel__sinks_add_buffer(reel__core *core);

/* ---- events.c */
void reel__report(void *core, uint32_t sink_id, reel_status status, const char *message);
void reel__events_dispatch(reel__core *core);

/* ---- fork.c: the registry of recordings, the lock of kept state, fork and exit */
reel_status reel__registry_add(reel_recording *rec);
void reel__registry_remove(reel_recording *rec);
void reel__state_lock(void);
void reel__state_unlock(void);

/* ---- properties.c */
reel_status reel__log_start_properties(reel_recording *rec, const reel_options *options);

#endif
