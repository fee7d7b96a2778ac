/* The format texts of the Arrow C data interface, taken apart. */
#ifndef REEL_ARROW_FORMAT_H
#define REEL_ARROW_FORMAT_H

#include "arrow_type.h"

#include <reel/arrow.h>

/* How an array stores values of a kind. */
typedef enum reel__arrow_storage {
    REEL__ARROW_AS_IT_IS,
    REEL__ARROW_DICTIONARY, /* integers that point into another array */
    REEL__ARROW_RUN_ENDS,   /* two children: where each run ends, and its value */
    REEL__ARROW_VIEWS,      /* 16 bytes per value, and buffers that they point into */
    REEL__ARROW_LIST_VIEWS  /* an offset and a size per list */
} reel__arrow_storage;

typedef struct reel__arrow_format {
    uint8_t kind;          /* reel__arrow_kind; DICTIONARY: of the integers; RUN_ENDS: not set */
    uint8_t storage;       /* reel__arrow_storage */
    bool is_wide;          /* offsets have 8 bytes */
    bool keeps_text;       /* the node has to have the format's text */
    uint32_t n;            /* FIXED: bytes; FIXED_LIST: its size */
    uint8_t n_buffers;     /* VIEWS: at least */
    const char *codes;     /* unions: "5,7", the codes of their children; may be empty */
} reel__arrow_format;

#define REEL__ARROW_UNION_CHILDREN_MAX 64

/* false: not a format of the Arrow specification. */
bool reel__arrow_parse(const struct ArrowSchema *schema, reel__arrow_format *out);
/* The codes of a union's n children, "5,7"; "" stands for 0 to n-1 (what some leave out). false: not n different numbers from 0 to 127. */
bool reel__arrow_codes(const char *codes, uint32_t n, uint8_t out[REEL__ARROW_UNION_CHILDREN_MAX]);

#endif
