/* The two halves of reading IPC that need the most care: types, and a batch's buffers. Only ipc_read.c calls them. */
#ifndef REEL_ARROW_IPC_BATCH_H
#define REEL_ARROW_IPC_BATCH_H

#include "flat_read.h"
#include "ipc_read.h"

/* Fills in the format of a field, whose children are there, from its type's number and table; and checks that it is one (ipc_type.c). */
reel_status reel__ipc_type(reel__ipc_tree *tree, reel__flat_view *view, int type, const reel__flat_at *table, struct ArrowSchema *field);
/* Makes the tree's array from a RecordBatch table and its body. has_union_bitmaps: unions have a validity buffer, as before V5. */
reel_status reel__ipc_batch_read(reel__ipc_tree *tree, reel__flat_view *view, const reel__flat_at *batch, const uint8_t *body, size_t body_size, bool has_union_bitmaps);
/* Looks at an array whose buffers are long enough: offsets, codes, texts (ipc_check.c). */
reel_status reel__ipc_check(const struct ArrowSchema *schema, const struct ArrowArray *array, size_t bytes);

#endif
