/* Arrow arrays of others (the Arrow C data interface) as values of ours.
 *
 * An array is taken in with its type kept, except that what only says how values are stored is decoded: dictionaries and run-end encoding become plain values, views become
 * utf8, binary, list and large list. Limits: nested REEL__ARROW_DEPTH_MAX deep, REEL__ARROW_NODES_MAX nodes, REEL__ARROW_STREAMS_MAX streams.
 * The interface says nothing about the sizes of most buffers; all that it does say is checked. What a null hides may point anywhere, and is not followed. */
#ifndef REEL_ARROW_IMPORT_H
#define REEL_ARROW_IMPORT_H

#include "../base/buf.h"
#include "arrow_type.h"

#include <reel/arrow.h>

#define REEL__ARROW_DEPTH_MAX 32
#define REEL__ARROW_NODES_MAX 256

/* Checks an array of values and makes its type, one block with all its nodes and texts (reel__release). `where` stands in front of messages: "path: component".
 * What was accepted here may be given to measure and write. Neither struct is changed or released. */
reel_status reel__arrow_import(const struct ArrowSchema *schema, const struct ArrowArray *array, const char *where, reel__arrow_type **out);
/* The same, where *left values and bytes may still come out of dictionaries, views and runs: a few bytes can stand for very many. */
reel_status reel__arrow_import_within(const struct ArrowSchema *schema, const struct ArrowArray *array, const char *where, int64_t *left, reel__arrow_type **out);
#define REEL__ARROW_DECODED_MAX ((int64_t)INT32_MAX)

/* The type alone. root_nulls: the values themselves may be null. */
reel_status reel__arrow_type_from_schema(const struct ArrowSchema *schema, bool root_nulls, const char *where, reel__arrow_type **out);
/* Of a type with one stream, which is always one of values of a fixed size: their bytes. Else 0. (A type of larger values than that can say has two streams, by root_nulls.) */
uint16_t reel__arrow_value_bytes(const reel__arrow_type *type);
/* An array against its type. */
reel_status reel__arrow_check(const reel__arrow_type *type, const struct ArrowSchema *schema, const struct ArrowArray *array, const char *where);

/* Bytes per stream of the values [first, first + n). REEL_E_TOO_LARGE when a stream passes 2^31 - 1 bytes. The type is one that equals the array's. */
reel_status reel__arrow_measure(const reel__arrow_type *type, const struct ArrowSchema *schema, const struct ArrowArray *array, int64_t first, int64_t n, const char *where,
                                size_t *sizes);
/* Writes to streams[i], which has room for sizes[i] bytes. */
void reel__arrow_write(const reel__arrow_type *type, const struct ArrowSchema *schema, const struct ArrowArray *array, int64_t first, int64_t n, uint8_t *const *streams);
/* The same for values in several places, one call each: adds to sizes; moves each at[i] on. */
reel_status reel__arrow_measure_more(const reel__arrow_type *type, const struct ArrowSchema *schema, const struct ArrowArray *array, int64_t first, int64_t n, const char *where,
                                     size_t *sizes);
void reel__arrow_write_more(const reel__arrow_type *type, const struct ArrowSchema *schema, const struct ArrowArray *array, int64_t first, int64_t n, uint8_t **at);
/* Where the array's values stand if they do as they would in the type's only stream, value_bytes each; NULL if not. */
const void *reel__arrow_flat(const reel__arrow_type *type, const struct ArrowSchema *schema, const struct ArrowArray *array, uint32_t *value_bytes);

/* Appends bytes that are equal for equal types and for no others: a key for a map. */
void reel__arrow_type_key(const reel__arrow_type *type, reel__buf *out);
bool reel__arrow_type_equal(const reel__arrow_type *a, const reel__arrow_type *b);

#endif
