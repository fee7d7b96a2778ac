/* An Arrow type as a constant array of nodes in pre-order, and the flat "streams" in which Reel holds values of that type.
 *
 * Streams, in pre-order, per node: a nullable node other than a union or NULL has a validity stream (u8 per value: 1 valid, 0 null) before its own; then
 *   primitive        one data stream, its width per value
 *   FIXED(n)         one data stream, n bytes per value
 *   BOOL             u8 per value
 *   UTF8, BINARY     u32 length per value; the bytes (LARGE_ ones too)
 *   LIST, MAP        u32 length per value; then the child's streams (LARGE_LIST too)
 *   FIXED_LIST(n)    nothing of its own; the child has n values for each
 *   STRUCT           nothing of its own; the children's
 *   UNION (dense)    u8 child index per value; the children's, each with as many values as have its index
 *   SPARSE_UNION     u8 child index per value; the children's, each with as many values as the union
 *   NULL             u8 per value (the count is what matters)
 * Offsets, bitmaps, type codes and padding are made when the chunk is encoded. The root node is the type of one instance: its name is "item", nullable. That is Arrow's flag for
 * the outer list's item; the root has a validity stream only if the type says so (root_nulls). */
#ifndef REEL_ARROW_TYPE_H
#define REEL_ARROW_TYPE_H

#include <reel/base.h>

typedef enum reel__arrow_kind {
    REEL__ARROW_NULL = 0,
    REEL__ARROW_U8, REEL__ARROW_I8, REEL__ARROW_U16, REEL__ARROW_I16, REEL__ARROW_U32, REEL__ARROW_I32, REEL__ARROW_U64, REEL__ARROW_I64,
    REEL__ARROW_F16, REEL__ARROW_F32, REEL__ARROW_F64,
    REEL__ARROW_BOOL, REEL__ARROW_UTF8, REEL__ARROW_FIXED_LIST, REEL__ARROW_LIST, REEL__ARROW_STRUCT, REEL__ARROW_UNION,
    /* Only in types that users bring. */
    REEL__ARROW_BINARY, REEL__ARROW_LARGE_UTF8, REEL__ARROW_LARGE_BINARY, REEL__ARROW_LARGE_LIST, REEL__ARROW_MAP, REEL__ARROW_SPARSE_UNION,
    REEL__ARROW_FIXED /* times, dates, decimals, fixed-size binary: `format` tells which */
} reel__arrow_kind;

typedef struct reel__arrow_node {
    const char *name;     /* of the field within its parent */
    uint8_t kind;         /* reel__arrow_kind */
    bool nullable;
    uint32_t n;           /* FIXED_LIST: its size; FIXED: its bytes; STRUCT, unions: how many children; LIST, MAP: 1 */
    const char *format;   /* FIXED, a MAP with sorted keys, unions whose codes are not 0 to n-1: the C data interface's text for the type, "tsu:UTC", "+m", "+ud:5,7"; else NULL */
    const char *metadata; /* of the field, as in the C data interface: i32 count, then per pair i32 size, key, i32 size, value; or NULL. The root has none */
} reel__arrow_node;

typedef struct reel__arrow_type {
    const reel__arrow_node *nodes;
    uint16_t n_nodes;
    uint16_t n_streams;
    bool root_nulls;      /* the root has a validity stream */
} reel__arrow_type;

#define REEL__ARROW_STREAMS_MAX 64 /* of one type; checked when a type is made */

static inline bool reel__arrow_is_union(uint8_t kind) { return kind == REEL__ARROW_UNION || kind == REEL__ARROW_SPARSE_UNION; }
static inline bool reel__arrow_is_list(uint8_t kind) { return kind == REEL__ARROW_LIST || kind == REEL__ARROW_LARGE_LIST || kind == REEL__ARROW_MAP; }
/* Lengths and bytes. */
static inline bool reel__arrow_is_run(uint8_t kind) {
    return kind == REEL__ARROW_UTF8 || kind == REEL__ARROW_BINARY || kind == REEL__ARROW_LARGE_UTF8 || kind == REEL__ARROW_LARGE_BINARY;
}
/* Whether the buffer of offsets has 8 bytes per value instead of 4. */
static inline bool reel__arrow_is_large(uint8_t kind) { return kind == REEL__ARROW_LARGE_LIST || kind == REEL__ARROW_LARGE_UTF8 || kind == REEL__ARROW_LARGE_BINARY; }
/* How many child nodes follow. */
static inline uint32_t reel__arrow_children(const reel__arrow_node *n) {
    return n->kind == REEL__ARROW_STRUCT || reel__arrow_is_union(n->kind) ? n->n : reel__arrow_is_list(n->kind) || n->kind == REEL__ARROW_FIXED_LIST;
}
/* Whether a node that is not the root has a validity stream. */
static inline bool reel__arrow_has_validity(const reel__arrow_node *n) { return n->nullable && !reel__arrow_is_union(n->kind) && n->kind != REEL__ARROW_NULL; }

/* How many streams a node has beside its validity and its children's. */
static inline uint32_t reel__arrow_own_streams(const reel__arrow_node *n) {
    return n->kind == REEL__ARROW_STRUCT || n->kind == REEL__ARROW_FIXED_LIST ? 0 : reel__arrow_is_run(n->kind) ? 2 : 1;
}

#endif
