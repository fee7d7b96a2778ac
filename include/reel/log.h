/* reel/log.h: logging itself. The typed functions (reel_log_points3d and its sisters) are in types.h and end here.
 *
 * `log` writes the required fields always (an empty list when they are not set) and the others when they are set; `update` writes only what is set;
 * the bits in `.clear` write empty lists. A count of 1 for a list beside longer ones is a splat. Everything is copied before the call returns.
 * A log call does no I/O and takes no lock that is held across I/O; in steady state it allocates nothing. It waits only when the encoder is behind by
 * more than its budget or a blocking sink's queue is full, at most block_ms without progress, and then returns REEL_E_BUSY: the row is dropped and counted. */
#ifndef REEL_LOG_H
#define REEL_LOG_H

#include <reel/recording.h>
#include <reel/values.h>

#ifdef __cplusplus
extern "C" {
#endif

/* `.clear = REEL_CLEAR_REST`: every field that is not set is written as an empty list. */
#define REEL_CLEAR_REST (UINT64_C(1) << 63)

/* Flags of the calls below. */
#define REEL_LOG_STATIC UINT32_C(1)   /* the row has no time: it holds always, and wins over timed rows of the same columns */
#define REEL_LOG_UPDATE UINT32_C(2)   /* write only what is set */
#define REEL_LOG_PROPERTY UINT32_C(4) /* entity_path is relative to /__properties; static */
#define REEL_LOG_STRICT UINT32_C(8)   /* counts that do not match are an error, and nothing is logged, for this row */
#define REEL_LOG_LENIENT UINT32_C(16) /* counts that do not match are written as they are, for this row, even if the recording is strict */

/* One archetype struct at one entity. archetype and struct_size come from types.h; use its inline functions.
 * entity_path: parts joined by '/', up to 16,384 bytes of UTF-8; NULL is an error, "" is the root. */
REEL_API reel_status reel_log_(reel_recording *rec, const char *entity_path, uint32_t archetype, const void *fields, size_t struct_size, uint32_t flags);

/* A prepared path: looked up and checked once, for loops that log to it often. Belongs to the recording, is freed with it. NULL on error. */
typedef struct reel_entity reel_entity;
REEL_API reel_entity *reel_entity_of(reel_recording *rec, const char *entity_path);
REEL_API reel_status reel_log_at_(reel_entity *entity, uint32_t archetype, const void *fields, size_t struct_size, uint32_t flags);

/* ---- Rows of any make-up */

/* What the values of a component of one's own are. */
typedef enum reel_value_type {
    REEL_VALUE_U8 = 1, REEL_VALUE_U16 = 2, REEL_VALUE_U32 = 3, REEL_VALUE_U64 = 4,
    REEL_VALUE_I8 = 5, REEL_VALUE_I16 = 6, REEL_VALUE_I32 = 7, REEL_VALUE_I64 = 8,
    REEL_VALUE_F16 = 9, REEL_VALUE_F32 = 10, REEL_VALUE_F64 = 11,
    REEL_VALUE_BOOL = 12,        /* bool */
    REEL_VALUE_TEXT = 13,        /* const char *; NULL is "" */
    REEL_VALUE_BYTES = 14        /* reel_bytes; Arrow: binary */
} reel_value_type;

/* An array in the Arrow C data interface. Both are taken over: the call moves or releases them, whatever it returns. */
struct ArrowArray;
struct ArrowSchema;
typedef struct reel_arrow {
    struct ArrowArray *array;
    struct ArrowSchema *schema;
} reel_arrow;

/* The values of one component, for one row (reel_log_components, reel_row) or for many (reel_send_columns). What it is of is said in one of two ways:
 *     { REEL_COLUMN(points3d, positions), .values = xyz, .n_values = 12 }                                   a field of an archetype
 *     { .name = "temperature", .type = REEL_VALUE_F64, .values = celsius, .n_values = 3 }                   a component of one's own
 * With .arrow the values, and for a component of one's own their type, come from an Arrow array. */
typedef struct reel_column {
    uint32_t archetype;            /* REEL_COLUMN(points3d, positions) fills both; 0: a component of one's own */
    uint32_t field;
    const void *values;            /* as in the archetype's struct: floats for vectors, char pointers for texts, reel_bytes for blobs; for strips, the points */
    size_t n_values;
    const uint32_t *lengths;       /* many rows: values per row, n_rows of them; NULL, with offsets NULL: one value per row */
    size_t n_rows;                 /* 0 with lengths and offsets NULL: n_values */
    const uint32_t *offsets;       /* many rows, instead of lengths: row i has the values offsets[i] to offsets[i + 1]; n_rows + 1 of them */
    size_t stride;                 /* bytes from one value to the next; 0: packed */
    const uint32_t *strip_lengths; /* strips: points per strip, n_values of them */
    const char *name;              /* a component of one's own: "temperature" */
    const char *archetype_name;    /* groups such components: "Battery" makes it "Battery:temperature", unless the name has a colon already; or NULL */
    const char *component_type;    /* or NULL */
    reel_value_type type;
    uint32_t size;                 /* numbers per value, for vectors and matrices; 0: one number, text or run of bytes */
    const reel_arrow *arrow;
} reel_column;

/* An archetype struct as part of a row: REEL_PART(points3d, &points). */
typedef struct reel_part {
    uint32_t archetype;
    const void *fields;
    size_t struct_size;
} reel_part;
#define REEL_PART(archetype_, fields_) { reel_archetype_##archetype_##_, (fields_), sizeof *(fields_) }

/* One row, whatever it is made of: several archetypes, single components, both. Zero is the default in every member. */
typedef struct reel_row {
    const reel_part *parts;
    size_t n_parts;
    const reel_column *columns;
    size_t n_columns;
    uint32_t flags;                /* REEL_LOG_... */
    reel_opt_u64 num_instances;    /* how many instances there are: each list of `columns` must have as many values, or 1, or 0. Not set: as many as the longest */
    /* Hands the memory behind the pointers of this row over: it stays as it is until release(owner) is called, once, whatever this call returns, from any thread, perhaps before
     * this call returns. Values of 64 KiB and more are then written from where they stand. release may log; it must not flush or close. */
    void (*release)(void *owner);
    void *owner;
} reel_row;

/* Logs one row. A component given twice is written once, as given first, and told by an event (strict: REEL_E_ARGUMENT). At most 512 components. */
REEL_API reel_status reel_log_row(reel_recording *rec, const char *entity_path, const reel_row *row);

/* A row of component batches: each is written, an empty one (n_values 0) clears its component, one value holds for all instances. */
REEL_API reel_status reel_log_components(reel_recording *rec, const char *entity_path, const reel_column *components, size_t n_components, uint32_t flags);

/* What a component is called, where it belongs and what it means; only component is needed. */
typedef struct reel_descriptor {
    const char *component;         /* "Battery:temperature", "Points3D:positions"; "temperature" with an archetype becomes the first */
    const char *archetype;         /* "Battery", "rerun.archetypes.Points3D"; or NULL */
    const char *component_type;    /* "rerun.components.Position3D"; or NULL */
} reel_descriptor;

/* A row of one component from an Arrow array: its elements are the instances. Takes array and schema over, whatever it returns. */
REEL_API reel_status reel_log_arrow(reel_recording *rec, const char *entity_path, const reel_descriptor *descriptor, struct ArrowArray *array, struct ArrowSchema *schema, uint32_t flags);

/* ---- Many rows of one entity in one call */

typedef struct reel_time_column {
    const char *timeline;
    reel_time_type type;
    const int64_t *values;
    size_t n;
} reel_time_column;
/* Sends rows as they are, sorted by time if they are not; without times they are static. All columns have the same number of rows. log_time is not added. Returns when the rows are encoded;
 * the memory is read until then. 4 MiB and more are encoded by two threads, and become chunks of about 1 MiB that may stand in a file in another order (not in a deterministic recording). */
REEL_API reel_status reel_send_columns(reel_recording *rec, const char *entity_path, const reel_time_column *times, size_t n_times, const reel_column *columns, size_t n_columns);

#ifdef __cplusplus
}
#endif

#include <reel/types.h>

#endif
