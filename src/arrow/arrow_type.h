/* An Arrow type as a constant array of nodes in pre-order, and the flat "streams" in which Reel holds values of that type.
 *
 * Streams, in pre-order, per node: a nullable node other than a union or NULL has a validity stream (u8 per value: 1 valid, 0 null) before its own; then
 *   primitive        one data stream, its width per value
 *   BOOL             u8 per value
 *   UTF8             u32 length per value; the bytes
 *   LIST             u32 length per value; then the child's streams
 *   FIXED_LIST(n)    nothing of its own; the child has n values for each
 *   STRUCT           nothing of its own; the children's
 *   UNION (dense)    u8 type code per value; the children's, each with as many values as have its code
 *   NULL             u8 per value (the count is what matters)
 * Offsets, bitmaps and padding are made when the chunk is encoded. The root node is the type of one instance: its name is "item", nullable. Its
 * nullability is Arrow's flag for the outer list's item and never has a validity stream. */
#ifndef REEL_ARROW_TYPE_H
#define REEL_ARROW_TYPE_H

#include <reel/base.h>

typedef enum reel__arrow_kind {
    REEL__ARROW_NULL = 0,
    REEL__ARROW_U8, REEL__ARROW_I8, REEL__ARROW_U16, REEL__ARROW_I16, REEL__ARROW_U32, REEL__ARROW_I32, REEL__ARROW_U64, REEL__ARROW_I64,
    REEL__ARROW_F16, REEL__ARROW_F32, REEL__ARROW_F64,
    REEL__ARROW_BOOL, REEL__ARROW_UTF8, REEL__ARROW_FIXED_LIST, REEL__ARROW_LIST, REEL__ARROW_STRUCT, REEL__ARROW_UNION
} reel__arrow_kind;

typedef struct reel__arrow_node {
    const char *name;  /* of the field within its parent */
    uint8_t kind;      /* reel__arrow_kind */
    bool nullable;
    uint16_t n;        /* FIXED_LIST: its size; STRUCT, UNION: how many children (codes 0 to n-1); LIST: 1 */
} reel__arrow_node;

typedef struct reel__arrow_type {
    const reel__arrow_node *nodes;
    uint16_t n_nodes;
    uint16_t n_streams;
} reel__arrow_type;

#define REEL__ARROW_STREAMS_MAX 64 /* of one type; checked when a type is made */

#endif
