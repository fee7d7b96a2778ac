/* A forward flatbuffer writer, as small as Arrow's metadata needs: tables with at most 8 slots, vectors, texts.
 *
 * Offsets in flatbuffers point forwards, so a parent is written first with holes for its offsets, and each hole is filled when the child is written. Equal vtables
 * are written once. */
#ifndef REEL_ARROW_FLATBUF_H
#define REEL_ARROW_FLATBUF_H

#include "../base/buf.h"

#define REEL__FLAT_SLOTS_MAX 8
#define REEL__FLAT_VTABLES_MAX 12

typedef struct reel__flat {
    reel__buf *out;
    size_t start; /* where the flatbuffer begins in out */
    struct {
        size_t at;
        uint8_t sizes[REEL__FLAT_SLOTS_MAX];
    } vtables[REEL__FLAT_VTABLES_MAX];
    size_t n_vtables;
    bool shares_nothing; /* each table has a vtable of its own, right before it: some readers look for it nowhere else */
} reel__flat;

/* A table whose slot i takes sizes[i] bytes (0: absent; 1, 2, 4, 8). Positions of the slots' bytes go to at[]; all are zero until stored. Returns the table's position. */
size_t reel__flat_table(reel__flat *f, const uint8_t sizes[REEL__FLAT_SLOTS_MAX], size_t at[REEL__FLAT_SLOTS_MAX]);
/* Makes the offset at `hole` point to `target`. */
void reel__flat_link(reel__flat *f, size_t hole, size_t target);
/* A text with its length and NUL; returns its position. */
size_t reel__flat_text(reel__flat *f, const char *text, size_t size);
/* The head of a vector of n elements, aligned so that elements of `alignment` follow; returns its position. */
size_t reel__flat_vector(reel__flat *f, size_t n, size_t alignment);
/* A vector of n offsets, all holes; the first hole is at the returned position + 4. */
size_t reel__flat_offsets(reel__flat *f, size_t n);
void reel__flat_store(reel__flat *f, size_t at, uint64_t value, size_t size);

#endif
