/* Arrow trees that are given away through the C data interface.
 *
 * A tree is built in the memory of a reel__ipc_tree, the *arena*; then its root is handed to whoever asked, and every node counts as a holder of the arena, so that a consumer may take children
 * out and release them in any order, in any thread, as the interface allows. What the buffers lie in is kept by the arena's owner. */
#ifndef REEL_ARROW_GIVE_H
#define REEL_ARROW_GIVE_H

#include "ipc_read.h"

/* Moves a tree whose nodes are in the arena's memory to *out. Nodes that have a release of their own already, moved there from elsewhere, keep it. The caller's own hold on the arena stays. */
void reel__arrow_give_schema(reel__ipc_tree *arena, const struct ArrowSchema *root, struct ArrowSchema *out);
void reel__arrow_give_array(reel__ipc_tree *arena, const struct ArrowArray *root, struct ArrowArray *out);

/* A copy in the arena, without a release; with_texts false: whose texts are the same. An array's buffers are the same in any case. false: memory is out. */
bool reel__arrow_copy_schema(reel__ipc_tree *arena, const struct ArrowSchema *from, bool with_texts, struct ArrowSchema *to);
bool reel__arrow_copy_array(reel__ipc_tree *arena, const struct ArrowArray *from, struct ArrowArray *to);
/* Whether arrays of the one may be taken for arrays of the other: names of lists' items, metadata and what may be null aside. */
bool reel__arrow_same_type(const struct ArrowSchema *a, const struct ArrowSchema *b);

/* n values of this type that are all null, or none at all (n 0) if it has no nulls. zeros: bytes of zero that the arena keeps, as many as reel__arrow_zeros says. */
bool reel__arrow_nothing(reel__ipc_tree *arena, const struct ArrowSchema *type, int64_t n, const uint8_t *zeros, struct ArrowArray *to);
static inline size_t reel__arrow_zeros(size_t n) { return 16 * (n + 1); }

/* Key and value pairs as the interface has them: pairs[2 * i] and [2 * i + 1], of which those without a value (NULL) are left out. NULL: memory is out. */
const char *reel__arrow_metadata(reel__ipc_tree *arena, const char *const *pairs, size_t n);

#endif
