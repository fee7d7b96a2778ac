/* reel/sink.h: where a recording goes: files, memory, callbacks, and sinks of your own.
 *
 *     reel_save(rec, "run.rrd");                                  a file, with defaults
 *     reel_sink_id mem;
 *     reel_add_memory(rec, NULL, &mem);                           and a copy in memory
 *     reel_bytes_owned bytes;
 *     reel_drain(rec, mem, &bytes);                               a complete .rrd; the sink is empty again
 *     reel_bytes_free(&bytes);
 *
 * A recording has any number of sinks; adding one never drops another. A sink added late begins with the store info, the properties and the
 * newest static data; the first sink also receives everything logged before it. */
#ifndef REEL_SINK_H
#define REEL_SINK_H

#include <reel/recording.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef uint32_t reel_sink_id; /* within one recording; 0 is none */

/* What happens when a sink's queue is full. */
typedef enum reel_policy {
    REEL_POLICY_DEFAULT = 0,     /* file: block; callback and custom: block; live: drop oldest */
    REEL_POLICY_BLOCK = 1,       /* the encoder waits, and with it, at the end, the log call: at most block_ms without progress, then rows are dropped */
    REEL_POLICY_DROP_NEWEST = 2,
    REEL_POLICY_DROP_OLDEST = 3,
    REEL_POLICY_LATEST = 4       /* a queued chunk gives way to a newer one of the same entity, columns and timelines; then drop oldest */
} reel_policy;

/* How often a sink is fed. */
typedef enum reel_batching { REEL_BATCHING_DEFAULT = 0, REEL_BATCHING_BULK = 1, REEL_BATCHING_PROMPT = 2 } reel_batching;

typedef enum reel_durability {
    REEL_DURABILITY_OS = 0,     /* a flush hands bytes to the operating system: they survive SIGKILL */
    REEL_DURABILITY_PROCESS = 1,/* bytes may wait in the process, written in blocks of 1 MiB, and on flush */
    REEL_DURABILITY_SYNC = 2    /* a flush also waits for fdatasync; the folder is synced when the file is made: survives power loss */
} reel_durability;

typedef struct reel_file_options {
    size_t struct_size;
    reel_durability durability;
    reel_policy policy;
    int64_t queue_max_bytes;     /* 0: 32 MiB */
    int64_t block_ms;            /* 0: 1,000; -1: never wait */
    bool no_footer;              /* leave the footer out */
    /* Rotation: a new part when the current one has this many bytes or is this old (0: never). Parts are run.rrd, run.1.rrd, run.2.rrd ...;
     * each stands alone (store info, properties, static data, footer). files_max > 0 removes the oldest part beyond that many. */
    int64_t rotate_bytes;
    int64_t rotate_ns;
    uint32_t files_max;
} reel_file_options;

/* Records into a file at path, replacing one that is there. The file is locked against a second writer (REEL_E_LOCKED). */
REEL_API reel_status reel_save(reel_recording *rec, const char *path);
REEL_API reel_status reel_add_file(reel_recording *rec, const char *path, const reel_file_options *options, reel_sink_id *id);

typedef struct reel_memory_options {
    size_t struct_size;
    int64_t bytes_max;           /* 0: no bound for memory, 1 GiB for buffer */
    bool drop_oldest;            /* beyond the bound: drop the oldest chunk instead of the newest */
} reel_memory_options;
/* Keeps encoded messages in memory, to be drained or peeked at. */
REEL_API reel_status reel_add_memory(reel_recording *rec, const reel_memory_options *options, reel_sink_id *id);
/* Keeps encoded messages until a later sink takes them over: the next sink that is added receives all of it, and the buffer goes. */
REEL_API reel_status reel_add_buffer(reel_recording *rec, const reel_memory_options *options, reel_sink_id *id);

/* Bytes that the library made and the caller owns. */
typedef struct reel_bytes_owned {
    uint8_t *data;
    size_t size;
} reel_bytes_owned;
REEL_API void reel_bytes_free(reel_bytes_owned *bytes);

/* A complete .rrd with footer (unless official readers could not use it, which an event tells: docs/guarantees.md) of what the memory
 * sink holds: peek leaves it there, drain empties the sink. Flushes first. Every non-empty
 * result stands alone (store info, properties, static state); with nothing new since the last drain the result is empty (size 0). */
REEL_API reel_status reel_drain(reel_recording *rec, reel_sink_id id, reel_bytes_owned *bytes);
REEL_API reel_status reel_peek(reel_recording *rec, reel_sink_id id, reel_bytes_owned *bytes);
/* The number of messages a memory sink holds, after a flush, hence deterministic. */
REEL_API reel_status reel_num_msgs(reel_recording *rec, reel_sink_id id, uint64_t *n);
/* Forget what a memory sink holds of the recording, or of blueprints. */
REEL_API reel_status reel_reset_data(reel_recording *rec, reel_sink_id id);
REEL_API reel_status reel_reset_blueprint(reel_recording *rec, reel_sink_id id);

/* Receives the bytes of a .rrd stream, in order, as they come. Called on a thread of the library, or within reel_flush. May log; must not flush or
 * close. A status other than REEL_OK is reported as the sink's error. */
typedef reel_status (*reel_write_fn)(void *user, const void *data, size_t size);
typedef struct reel_queue_options {
    size_t struct_size;
    reel_policy policy;
    reel_batching batching;      /* 0: prompt */
    int64_t queue_max_bytes;     /* 0: 32 MiB */
    int64_t block_ms;            /* 0: 1,000; -1: never wait */
} reel_queue_options;
REEL_API reel_status reel_add_callback(reel_recording *rec, reel_write_fn write, void *user, const reel_queue_options *options, reel_sink_id *id);

/* A sink of your own. */
typedef enum reel_message_kind {
    REEL_MESSAGE_STORE_INFO = 1,
    REEL_MESSAGE_CHUNK = 2,
    REEL_MESSAGE_BLUEPRINT_ACTIVATION = 3
} reel_message_kind;

/* One encoded message, borrowed for the length of the call. */
typedef struct reel_message {
    size_t struct_size;
    reel_message_kind kind;
    reel_store_kind store_kind;
    const char *application_id;
    const char *recording_id;
    const uint8_t *data;         /* as it stands in a .rrd: 16 bytes of header, then the payload */
    size_t size;
    const char *entity_path;     /* chunks: canonical, with a leading slash; else NULL */
    bool is_static;
    uint64_t n_rows;
} reel_message;

typedef struct reel_sink_ops {
    size_t struct_size;
    const char *name;            /* for messages to people */
    /* Takes n messages in order; may wait: it has a thread of its own. Sets *n_done to how many were taken; fewer than n only with an error. */
    reel_status (*write)(void *user, const reel_message *messages, size_t n, size_t *n_done);
    /* Everything written so far is to be safe where it goes; NULL: writing is enough. */
    reel_status (*flush)(void *user, int64_t timeout_ms);
    /* The last call but one; NULL: nothing to do. */
    reel_status (*close)(void *user, int64_t timeout_ms);
    /* The last call; no thread of the library uses user afterwards. NULL: nothing to do. Not called for a sink that hangs in write for ever. */
    void (*release)(void *user);
} reel_sink_ops;
REEL_API reel_status reel_add_sink(reel_recording *rec, const reel_sink_ops *ops, void *user, const reel_queue_options *options, reel_sink_id *id);

/* Flushes one sink. */
REEL_API reel_status reel_flush_sink(reel_recording *rec, reel_sink_id id, int64_t timeout_ms);
/* Ends one sink (a file gets its footer) and takes it off the recording; the others go on. */
REEL_API reel_status reel_remove_sink(reel_recording *rec, reel_sink_id id, int64_t timeout_ms);

typedef struct reel_sink_stats {
    size_t struct_size;
    reel_status last_error;      /* newest error of this sink, REEL_OK if none */
    uint64_t messages_written;
    uint64_t bytes_written;
    uint64_t rows_written;
    uint64_t messages_dropped;
    uint64_t bytes_dropped;
    uint64_t rows_dropped;
    uint64_t bytes_queued;
} reel_sink_stats;
REEL_API reel_status reel_get_sink_stats(reel_recording *rec, reel_sink_id id, reel_sink_stats *stats);
/* The text of a sink's newest error; "" if none. */
REEL_API reel_status reel_sink_error(reel_recording *rec, reel_sink_id id, char *message, size_t size);

#ifdef __cplusplus
}
#endif
#endif
