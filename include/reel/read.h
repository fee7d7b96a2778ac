/* reel/read.h: recordings as data: read, looked at, changed, written again.
 *
 *     reel_reader *r;
 *     const reel_read_message *m;
 *     reel_status status = reel_open("run.rrd", NULL, &r);
 *     while (status == REEL_OK && (status = reel_next(r, &m)) == REEL_OK && m) {
 *         if (m->kind != REEL_MESSAGE_CHUNK) continue;
 *         reel_chunk *chunk;
 *         if (reel_read_chunk(r, m, &chunk) != REEL_OK) continue;              (damage: it was told, and is counted)
 *         const double *numbers; size_t n;
 *         size_t at = reel_chunk_find(chunk, "Scalars:scalars");
 *         if (at != SIZE_MAX && reel_chunk_values(chunk, at, REEL_VALUE_F64, 0, (const void **)&numbers, &n) == REEL_OK) ...
 *         reel_chunk_unref(chunk);
 *     }
 *     reel_close_reader(r);
 *
 * Reads files of rerun 0.23 and later, finished or not, damaged or not, one behind another, from a path, memory, a descriptor or a callback. Whatever is wrong with the bytes is told by an event and counted;
 * what is intact is returned. Memory: one message and its decompressed form, plus what the caller keeps. */
#ifndef REEL_READ_H
#define REEL_READ_H

#include <reel/log.h>
#include <reel/sink.h>

#ifdef __cplusplus
extern "C" {
#endif

struct ArrowSchema;
struct ArrowArray;
struct ArrowArrayStream;

/* ---- Opening */

typedef struct reel_reader reel_reader;

/* What it was about, where that makes a difference. */
typedef enum reel_read_topic {
    REEL_READ_ANYTHING = 0,
    REEL_READ_FOOTER = 1,        /* a footer is damaged or cut: no data is */
    REEL_READ_CLAIM = 2,         /* a chunk is read, and says something of itself that is not so */
    REEL_READ_NEWER = 3          /* it says that it is of a later release than this library knows */
} reel_read_topic;
/* Something that was wrong with the bytes, or worth a warning. */
typedef struct reel_read_event {
    size_t struct_size;
    reel_status status;          /* REEL_OK: a warning, nothing was lost; REEL_E_FORMAT, ...: this much was not read */
    uint64_t offset;             /* where in the stream */
    uint64_t size;               /* bytes that were passed over; 0: unknown or none */
    const char *message;         /* valid during the call */
    reel_read_topic topic;
} reel_read_event;
typedef void (*reel_read_event_fn)(void *user, const reel_read_event *event);

typedef struct reel_read_options {
    size_t struct_size;
    reel_read_event_fn on_event; /* NULL: only counted */
    void *on_event_user;
    uint64_t message_bytes_max;  /* larger messages, packed or unpacked, are damage; 0: 16 GiB */
    bool stop_at_damage;         /* reel_next returns the error instead of going on behind it */
    bool resynchronise;          /* behind bytes that are no message, look for the next thing that is one (recover) */
    bool is_strict;              /* chunks that can be read, and that other readers refuse, are damage, too: looked for at some cost */
} reel_read_options;

/* "-" is standard input. Regular files are mapped: they may grow, but one that somebody cuts off while it is read ends the program (SIGBUS), as all mapped files do; where that may
 * happen a callback (below) that reads is the way. REEL_E_NOT_FOUND, REEL_E_IO; REEL_E_FORMAT: not a recording (an old one: REEL_E_UNSUPPORTED). */
REEL_API reel_status reel_open(const char *path, const reel_read_options *options, reel_reader **reader);
/* Borrowed until the reader and all its chunks are gone. */
REEL_API reel_status reel_open_memory(const void *data, size_t size, const reel_read_options *options, reel_reader **reader);
/* Not closed. From its position on; mapped if it is a regular file. */
REEL_API reel_status reel_open_descriptor(int descriptor, const reel_read_options *options, reel_reader **reader);
/* Fills at most size bytes, sets *n; 0 is the end. May wait. */
typedef reel_status (*reel_fill_fn)(void *user, void *data, size_t size, size_t *n);
REEL_API reel_status reel_open_callback(reel_fill_fn fill, void *user, const reel_read_options *options, reel_reader **reader);
REEL_API void reel_close_reader(reel_reader *reader); /* NULL is allowed; chunks live on */

/* What was read and what was not, so far. */
typedef struct reel_read_stats {
    size_t struct_size;
    uint64_t bytes;              /* looked at */
    uint64_t messages, chunks, rows;
    uint64_t damaged;            /* places where something was not read */
    uint64_t bytes_lost;
    uint64_t streams;            /* concatenated ones */
    uint64_t warnings;
    bool has_footer;             /* the newest stream ended with one */
    bool is_truncated;           /* the bytes end within a message */
    uint8_t version[4];          /* of the newest stream's header: major, minor, patch, meta */
} reel_read_stats;
REEL_API reel_status reel_get_read_stats(const reel_reader *reader, reel_read_stats *stats);

/* ---- Message by message. A message is borrowed until the next call. */

typedef struct reel_read_message {
    size_t struct_size;
    int kind;                    /* reel_message_kind; 0: a kind that is not known */
    uint64_t offset;             /* of its header, in the bytes read */
    const uint8_t *data;         /* 16 bytes of header, then the payload, as it stands */
    size_t size;
    reel_store_kind store_kind;
    const char *application_id, *recording_id;
    /* store info */
    const char *store_source;    /* in words: "Python SDK 3.11.7", "C/C++ SDK" */
    uint8_t store_version[4];
    /* chunks */
    bool has_chunk_id, is_static, is_compressed;
    uint8_t chunk_id[16];
    uint64_t unpacked_size;      /* of the Arrow stream */
    /* blueprint activation */
    bool make_active, make_default;
} reel_read_message;
/* *message is NULL at the end. A file that grows: call again, what came meanwhile is read; a piece of a message at the end is told as damage until the rest of it comes.
 * What does not parse is told and passed over; with stop_at_damage its status is returned, and the next call goes on behind it. REEL_E_NO_MEMORY: call again, nothing was passed over. */
REEL_API reel_status reel_next(reel_reader *reader, const reel_read_message **message);

/* ---- Chunks: rows of one entity. Immutable, counted references, safe to share between threads. */

typedef struct reel_chunk reel_chunk;
/* The chunk in a message. Uncompressed values of a mapped file are used where they stand; else they are unpacked once. Old forms (rerun 0.23 on) are brought to today's names.
 * Dictionaries, views and run ends are decoded, into no more than the input can hold. Any other error but REEL_E_NO_MEMORY was told, and is counted. Not read: ZSTD within Arrow
 * (REEL_E_UNSUPPORTED). */
REEL_API reel_status reel_read_chunk(reel_reader *reader, const reel_read_message *message, reel_chunk **chunk);
REEL_API reel_chunk *reel_chunk_ref(reel_chunk *chunk);
REEL_API void reel_chunk_unref(reel_chunk *chunk); /* NULL is allowed */

REEL_API const char *reel_chunk_entity(const reel_chunk *chunk);      /* canonical: "/a/b" */
REEL_API const uint8_t *reel_chunk_id(const reel_chunk *chunk);       /* 16 bytes, big-endian: they sort as ids do */
REEL_API size_t reel_chunk_rows(const reel_chunk *chunk);
REEL_API bool reel_chunk_is_static(const reel_chunk *chunk);
REEL_API const uint8_t *reel_chunk_row_ids(const reel_chunk *chunk);  /* 16 bytes a row */
REEL_API size_t reel_chunk_bytes(const reel_chunk *chunk);            /* of its values and their description in memory */

typedef struct reel_chunk_timeline {
    const char *name;
    reel_time_type type;
    const int64_t *times;        /* one per row */
    bool is_sorted;              /* looked at, not claimed */
    int64_t min, max;            /* INT64_MAX, INT64_MIN without rows */
} reel_chunk_timeline;
/* Sorted by name. */
REEL_API size_t reel_chunk_timelines(const reel_chunk *chunk);
REEL_API const reel_chunk_timeline *reel_chunk_timeline_at(const reel_chunk *chunk, size_t index); /* NULL: there is none */
REEL_API const reel_chunk_timeline *reel_chunk_timeline_of(const reel_chunk *chunk, const char *name);

typedef struct reel_chunk_component {
    const char *component;       /* "Points3D:positions" */
    const char *archetype;       /* or NULL */
    const char *component_type;  /* or NULL */
    const char *arrow_type;      /* of one value, in words: "fixed_size_list<float>[3]" */
    size_t n_values;             /* of all rows */
    size_t n_rows;               /* rows in which it was logged, cleared ones too */
} reel_chunk_component;
/* Sorted by archetype (none first), component and type. */
REEL_API size_t reel_chunk_components(const reel_chunk *chunk);
REEL_API const reel_chunk_component *reel_chunk_component_at(const reel_chunk *chunk, size_t index); /* NULL: there is none */
REEL_API size_t reel_chunk_component_bytes(const reel_chunk *chunk, size_t component); /* what its values take, unpacked; 0: there is none */
REEL_API size_t reel_chunk_find(const reel_chunk *chunk, const char *component); /* SIZE_MAX: it has none of this name */

/* The values of one row: n of them from `first` on; not is_set: the component was not logged in this row; n 0: cleared. */
typedef struct reel_cell {
    bool is_set;
    size_t first, n;
} reel_cell;
REEL_API reel_status reel_chunk_cell(const reel_chunk *chunk, size_t component, size_t row, reel_cell *cell);
/* All values as numbers of this type, size of them each (0: one), where they stand: no copy. REEL_E_ARGUMENT: another type; REEL_E_UNSUPPORTED: some are null. */
REEL_API reel_status reel_chunk_values(const reel_chunk *chunk, size_t component, reel_value_type type, uint32_t size, const void **values, size_t *n);
/* Value `index` (0: the chunk's first) as text or bytes, not ended by NUL; NULL: it is null. */
REEL_API reel_status reel_chunk_text(const reel_chunk *chunk, size_t component, size_t index, const char **text, size_t *size);
REEL_API reel_status reel_chunk_bytes_at(const reel_chunk *chunk, size_t component, size_t index, reel_bytes *bytes);
/* Holds a component against the data model of release 0.41. REEL_E_FORMAT: its values have another type than its name tells, or its archetype's field has another; REEL_E_NOT_FOUND: an official
 * archetype, field or component type that is not known. Those that are not official are always right. Takes some microseconds: what is asked again may be remembered by names and arrow_type.
 * *has_codes (NULL is allowed): there are values of an enumeration in it, which reel_chunk_check_codes looks at. REEL_E_FORMAT: one is none of them. */
REEL_API reel_status reel_chunk_check_type(const reel_chunk *chunk, size_t component, bool *has_codes);
REEL_API reel_status reel_chunk_check_codes(const reel_chunk *chunk, size_t component);

/* As a record batch of the Arrow C data interface: a struct array with the columns and metadata of the recording. It keeps the chunk alive; no copy. */
REEL_API reel_status reel_chunk_export(const reel_chunk *chunk, struct ArrowSchema *schema, struct ArrowArray *array);
/* The reverse: a record batch with the columns and metadata of a chunk. Taken over, whatever the call returns. */
REEL_API reel_status reel_chunk_import(struct ArrowSchema *schema, struct ArrowArray *array, reel_chunk **chunk);

/* ---- Changing chunks. Each returns a new chunk in *out with a chunk id of its own; row ids stay; the chunk given is not changed, and may be given back at once.
 * Values are shared, not copied, except by select, join and sort, which need what the writer needs (REEL_E_TOO_LARGE, REEL_E_UNSUPPORTED: see there).
 * REEL_E_NOT_FOUND: the chunk has no timeline of this name. */

REEL_API reel_status reel_chunk_rename(const reel_chunk *chunk, const char *entity_path, reel_chunk **out);
/* times: one per row, or one for all (n 1); INT64_MIN is not a time. Replaces a timeline of this name; a static chunk becomes temporal. */
REEL_API reel_status reel_chunk_with_timeline(const reel_chunk *chunk, const char *name, reel_time_type type, const int64_t *times, size_t n, reel_chunk **out);
/* Without its last timeline a chunk becomes static only if make_static; else REEL_E_ARGUMENT. */
REEL_API reel_status reel_chunk_without_timeline(const reel_chunk *chunk, const char *name, bool make_static, reel_chunk **out);
REEL_API reel_status reel_chunk_rename_timeline(const reel_chunk *chunk, const char *name, const char *new_name, reel_chunk **out);
/* REEL_E_TOO_LARGE when a time would leave the range. */
REEL_API reel_status reel_chunk_shift(const reel_chunk *chunk, const char *timeline, int64_t by, reel_chunk **out);
/* Only these, or all but these; names that the chunk does not have are passed over. *out is NULL when no component is left. */
REEL_API reel_status reel_chunk_keep(const reel_chunk *chunk, const char *const *components, size_t n, bool all_but, reel_chunk **out);
REEL_API reel_status reel_chunk_slice(const reel_chunk *chunk, size_t first, size_t n, reel_chunk **out); /* no copy */
REEL_API reel_status reel_chunk_select(const reel_chunk *chunk, const uint64_t *rows, size_t n, reel_chunk **out); /* in this order, even more than once */
/* Chunks of one entity with the same timelines, one behind the other; components that one does not have are null there. REEL_E_ARGUMENT, REEL_E_TIMELINE_TYPE: they do not fit together. */
REEL_API reel_status reel_chunk_join(reel_chunk *const *chunks, size_t n, reel_chunk **out);
/* By this timeline, equal times by row id; NULL: by row id. */
REEL_API reel_status reel_chunk_sort(const reel_chunk *chunk, const char *timeline, reel_chunk **out);
/* Fresh row ids, in order, larger than those of earlier calls. */
REEL_API reel_status reel_chunk_with_new_row_ids(const reel_chunk *chunk, reel_chunk **out);

/* ---- Random access: what a footer, or one look at all chunks, says of each */

typedef struct reel_index reel_index;
typedef struct reel_index_range {
    const char *timeline;
    reel_time_type type;
    int64_t min, max;
} reel_index_range;
typedef struct reel_index_entry {
    uint32_t store;              /* reel_index_store */
    const char *entity;
    const uint8_t *chunk_id;
    bool is_static;
    uint64_t n_rows, offset, size, unpacked_size; /* offset, size: of the message with its header */
    const reel_index_range *ranges; /* of the timelines it has */
    size_t n_ranges;
} reel_index_entry;
typedef struct reel_index_store_info {
    reel_store_kind kind;
    const char *application_id, *recording_id;
    uint64_t n_chunks;
} reel_index_store_info;
typedef enum reel_index_how { REEL_INDEX_ANY = 0, REEL_INDEX_FOOTER = 1, REEL_INDEX_SCAN = 2 } reel_index_how; /* any: the footer if there is a good one, else a scan */
/* For readers of paths, descriptors of regular files, and memory (others: REEL_E_UNSUPPORTED). The reader may be used beside it, and closed before it. An index is never changed: threads may share it.
 * Recordings one behind another are found by all of their footers. How REEL_INDEX_FOOTER fails: REEL_E_NOT_FOUND, some part has none; REEL_E_FORMAT, one is damaged. When REEL_INDEX_ANY
 * looks at all chunks instead, an event says why. Chunks that cannot be read are told by events, and are not in an index made by a look at them. */
REEL_API reel_status reel_read_index(reel_reader *reader, reel_index_how how, reel_index **index);
REEL_API void reel_index_free(reel_index *index); /* NULL is allowed */
REEL_API size_t reel_index_stores(const reel_index *index);
REEL_API const reel_index_store_info *reel_index_store(const reel_index *index, size_t store);
REEL_API size_t reel_index_size(const reel_index *index);
REEL_API reel_status reel_index_at(const reel_index *index, size_t chunk, reel_index_entry *entry); /* texts and ranges live as long as the index */
/* Holds the footer against the chunks: entity, id, rows, sizes, times, and per component its rows and their times; chunks that it does not have, and entries that lead to none; and
 * its schema of all columns: types, what is static. Each difference is told (NULL: only counted); an event of the status REEL_OK is none, but says that official readers cannot use the
 * footer. REEL_OK also when there are some; REEL_E_NOT_FOUND, REEL_E_FORMAT: there is no good footer. */
REEL_API reel_status reel_index_verify(reel_reader *reader, reel_read_event_fn on_event, void *user, uint64_t *n_differences);
/* The same for those who read the messages anyway, in their order: each chunk message, and its chunk (NULL: it could not be read, which reel_error_message() tells). */
typedef struct reel_footer_check reel_footer_check;
REEL_API reel_status reel_footer_check_begin(reel_reader *reader, reel_read_event_fn on_event, void *user, reel_footer_check **check);
REEL_API reel_status reel_footer_check_chunk(reel_footer_check *check, const reel_read_message *message, const reel_chunk *chunk);
REEL_API reel_status reel_footer_check_end(reel_footer_check *check, uint64_t *n_differences); /* tells what was not seen */
REEL_API void reel_footer_check_free(reel_footer_check *check); /* NULL is allowed */

typedef struct reel_query {
    size_t struct_size;
    reel_store_kind store_kind;  /* 0: any */
    const char *recording_id;    /* NULL: any */
    const char *entity;          /* NULL: any; with slash and two stars behind it: and all below */
    const char *component;       /* NULL: any */
    const char *timeline;        /* NULL: any, static ones too */
    int64_t min, max;            /* with a timeline, both inclusive */
    bool with_static;            /* with a timeline: static chunks too */
} reel_query;
/* The chunks that may hold what is asked for, in the order of the file: whole chunks, of which only some rows may be in the range. query NULL: all. *chunks is the caller's to give to reel_release. */
REEL_API reel_status reel_index_select(const reel_index *index, const reel_query *query, uint64_t **chunks, size_t *n);
/* Decodes it. REEL_E_FORMAT: there stands another than the index says, or it is damaged. */
REEL_API reel_status reel_index_chunk(const reel_index *index, size_t chunk, reel_chunk **out);
/* Its message as it stands, to be written again. It lives as long as the index. REEL_E_FORMAT: there stands none. */
REEL_API reel_status reel_index_message(const reel_index *index, size_t chunk, reel_read_message *message);
/* A hint: the index is not looked at soon. Memory that the system took for a mapped file is given back; it comes again when it is needed. (It is done now and then without being asked, too.) */
REEL_API void reel_index_forget(const reel_index *index);
/* How many components it has. Names, as many as there is room for, go to `components` (NULL if room is 0), and live as long as the index. */
REEL_API size_t reel_index_components(const reel_index *index, size_t chunk, const char **components, size_t room);

/* The chunks that a query selects as an Arrow C stream (reel/arrow.h): a record batch per chunk, decoded when it is asked for, no values copied. All batches have one schema, as chunks have it:
 * row ids; a column entity_path if the query is not for one entity; all timelines by name; all components that some row has, by name. What a chunk does not have is null in its batch.
 * REEL_E_ARGUMENT: the chunks are of several stores, or a component or timeline has two types: the message names both. A type that differs only later in the stream ends it with that
 * message (get_last_error), as a damaged chunk does. The index must outlive the stream, not what came out of it. */
REEL_API reel_status reel_index_export(const reel_index *index, const reel_query *query, struct ArrowArrayStream *stream);

/* Writes all batches of a stream as Arrow IPC: a stream, or a file with a footer. Metadata is kept; what takes most room, the values, is copied once. The stream is released, whatever the call
 * returns. REEL_E_UNSUPPORTED: a type that IPC is not written of here (dictionaries, views, run ends). n_rows may be NULL. */
typedef enum reel_arrow_form { REEL_ARROW_STREAM = 1, REEL_ARROW_FILE = 2 } reel_arrow_form;
REEL_API reel_status reel_write_arrow(struct ArrowArrayStream *stream, reel_arrow_form form, reel_write_fn write, void *user, uint64_t *n_rows);

/* ---- Writing */

typedef struct reel_writer reel_writer;
typedef struct reel_writer_options {
    size_t struct_size;
    bool no_compression;
    bool no_footer;
    reel_durability durability;  /* REEL_DURABILITY_SYNC: reel_writer_close waits for the disk; else the system writes when it likes */
} reel_writer_options;
typedef struct reel_store_id {
    reel_store_kind kind;
    const char *application_id, *recording_id;
} reel_store_id;
/* "-" is standard output. A regular file is written beside its name and renamed over it by reel_writer_close; until then the old one stays, and without that nothing is left. Pipes and devices
 * are written to as they are. REEL_E_LOCKED: this program records to the file. A writer is for one thread at a time; once a write failed, every call returns that. */
REEL_API reel_status reel_writer_open(const char *path, const reel_writer_options *options, reel_writer **writer);
REEL_API reel_status reel_writer_callback(reel_write_fn write, void *user, const reel_writer_options *options, reel_writer **writer);
/* Store info is written before the first message of a store, unless it was put. Chunks without rows are passed over. REEL_E_TOO_LARGE: more than 64 timelines, 512 components, or 2^31 - 1
 * bytes; REEL_E_UNSUPPORTED: an Arrow type that is nested too deep, or has lists of values without bytes. Nothing was written then. */
REEL_API reel_status reel_writer_put_chunk(reel_writer *writer, const reel_store_id *store, const reel_chunk *chunk);
/* As it stands, byte for byte. Its chunk is looked at for the footer: a small one as by reel_read_chunk, a large one, most often, only as far as its times go. REEL_E_FORMAT, ...: that did
 * not work, and nothing was written. REEL_E_UNSUPPORTED: a kind that is not known, at which readers would stop. */
REEL_API reel_status reel_writer_put_message(reel_writer *writer, const reel_read_message *message);
/* The same with the chunk that was read from the message, so that it need not be unpacked again. */
REEL_API reel_status reel_writer_put_read(reel_writer *writer, const reel_read_message *message, const reel_chunk *chunk);
/* Of a blueprint; behind all of its chunks. */
REEL_API reel_status reel_writer_put_activation(reel_writer *writer, const reel_store_id *store, bool make_active, bool make_default);
/* Footer, sync, rename. The writer is gone whatever it returns; after an error the file is as it was before, unless it was only the folder that could not be synced, or REEL_E_TOO_LARGE: the
 * file is there, complete but for the footer, which official readers would not take (docs/guarantees.md). */
REEL_API reel_status reel_writer_close(reel_writer *writer);
REEL_API void reel_writer_abandon(reel_writer *writer);

/* ---- Into a recording */

/* Gives a chunk to the sinks of a recording (NULL: the active one) as it is: chunk id, row ids and times are kept, nothing is added. Row ids that the recording draws itself do not know of those.
 * A chunk without rows, and a recording that is disabled: nothing happens. REEL_E_CLOSED; REEL_E_TIMELINE_TYPE: the recording has one of its timelines with another type; REEL_E_TOO_LARGE,
 * REEL_E_UNSUPPORTED: as reel_writer_put_chunk. */
REEL_API reel_status reel_send_chunk(reel_recording *rec, const reel_chunk *chunk);
/* Sends chunks of a blueprint as a store of its own, as reel_send_blueprint does one that was built: all of it or, after an error, nothing. A recording that is a blueprint itself takes
 * them as its own. */
REEL_API reel_status reel_send_blueprint_chunks(reel_recording *rec, reel_chunk *const *chunks, size_t n, bool make_active, bool make_default);

#ifdef __cplusplus
}
#endif
#endif
