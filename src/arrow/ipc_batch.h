/* The two halves of reading IPC that need the most care: types, and a batch's buffers. Only ipc_read.c calls them. */
#ifndef REEL_ARROW_IPC_BATCH_H
#define REEL_ARROW_IPC_BATCH_H

#include "flat_read.h"
#include "ipc_read.h"

typedef struct reel__ipc_message {
    reel__flat_view view;
    reel__flat_at header;
    int type;               /* 0: the end of the stream */
    int version;
    const uint8_t *body;
    size_t body_size;
} reel__ipc_message;
enum { REEL__IPC_SCHEMA = 1, REEL__IPC_DICTIONARY = 2, REEL__IPC_BATCH = 3, REEL__IPC_V4 = 3, REEL__IPC_V5 = 4 };
#define REEL__IPC_TYPE_INT 2
/* The message at *at, which moves behind it. */
reel_status reel__ipc_next(const uint8_t *data, size_t size, size_t *at, reel__ipc_message *message);

/* Fills in the format of a field, whose children are there, from its type's number and table; and checks that it is one (ipc_type.c). */
reel_status reel__ipc_type(reel__ipc_tree *tree, reel__flat_view *view, int type, const reel__flat_at *table, struct ArrowSchema *field);
/* Makes the tree's array from a message of a RecordBatch, or a dictionary from one of a DictionaryBatch. */
reel_status reel__ipc_batch_read(reel__ipc_tree *tree, reel__ipc_message *message);
reel_status reel__ipc_dictionary_read(reel__ipc_tree *tree, reel__ipc_message *message);
/* Looks at an array whose buffers are long enough: offsets, codes, texts (ipc_check.c). */
reel_status reel__ipc_check(const struct ArrowSchema *schema, const struct ArrowArray *array, size_t bytes);

#endif
