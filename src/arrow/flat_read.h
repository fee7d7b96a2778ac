/* Flatbuffers that nobody vouches for: every place is checked against the buffer before it is read, where it is read.
 *
 * A table's fields may be absent, which is not an error; an offset that leads out of the buffer is one, and sticks: the reader asks once at the end. */
#ifndef REEL_ARROW_FLAT_READ_H
#define REEL_ARROW_FLAT_READ_H

#include <reel/base.h>

typedef struct reel__flat_view {
    const uint8_t *data;
    size_t size;      /* below 4 GiB */
    bool is_bad;
} reel__flat_view;

typedef struct reel__flat_at { /* a table; or nothing (at 0), whose fields are all absent */
    uint32_t at, size;
    uint32_t vtable, n_slots;
} reel__flat_at;

typedef struct reel__flat_items { /* a vector */
    uint32_t at, n;
} reel__flat_items;

reel__flat_at reel__flat_root(reel__flat_view *v);
/* The table a slot points to. */
reel__flat_at reel__flat_child(reel__flat_view *v, const reel__flat_at *table, unsigned slot);
/* A number of 1, 2, 4 or 8 bytes, sign-extended; `absent` if the slot is. */
int64_t reel__flat_number(reel__flat_view *v, const reel__flat_at *table, unsigned slot, unsigned width, int64_t absent);
bool reel__flat_has(const reel__flat_view *v, const reel__flat_at *table, unsigned slot);
/* A vector whose elements have this many bytes; empty if absent. */
reel__flat_items reel__flat_list(reel__flat_view *v, const reel__flat_at *table, unsigned slot, unsigned element);
/* The table that element i of a vector of offsets points to. */
reel__flat_at reel__flat_item(reel__flat_view *v, reel__flat_items items, uint32_t i);
/* A text, not ended by NUL; NULL if absent. */
const char *reel__flat_string(reel__flat_view *v, const reel__flat_at *table, unsigned slot, size_t *size);

#endif
