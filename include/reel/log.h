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

/* One archetype struct at one entity. archetype and struct_size come from types.h; use its inline functions.
 * entity_path: parts joined by '/', up to 16,384 bytes of UTF-8; NULL is an error, "" is the root. */
REEL_API reel_status reel_log_(reel_recording *rec, const char *entity_path, uint32_t archetype, const void *fields, size_t struct_size, uint32_t flags);

/* A prepared path: looked up and checked once, for loops that log to it often. Belongs to the recording, is freed with it. NULL on error. */
typedef struct reel_entity reel_entity;
REEL_API reel_entity *reel_entity_of(reel_recording *rec, const char *entity_path);
REEL_API reel_status reel_log_at_(reel_entity *entity, uint32_t archetype, const void *fields, size_t struct_size, uint32_t flags);

/* Columns: many rows of one entity in one call. */
typedef struct reel_time_column {
    const char *timeline;
    reel_time_type type;
    const int64_t *values;
    size_t n;
} reel_time_column;
typedef struct reel_column {
    uint32_t archetype;          /* REEL_COLUMN(points3d, positions) fills both */
    uint32_t field;
    const void *values;          /* as in the archetype's struct: floats for vectors, char pointers for texts, reel_bytes for blobs */
    size_t n_values;
    const uint32_t *lengths;     /* values per row, n_rows of them; NULL: one value per row */
    size_t n_rows;               /* 0 with lengths NULL: n_values */
} reel_column;
/* Sends rows as they are, sorted by time if they are not; without times they are static. All columns have the same number of rows. log_time is not added. */
REEL_API reel_status reel_send_columns(reel_recording *rec, const char *entity_path, const reel_time_column *times, size_t n_times, const reel_column *columns, size_t n_columns);

#ifdef __cplusplus
}
#endif

#include <reel/types.h>

#endif
