/* A record batch of plain columns (numbers, bits, texts, runs of bytes), read one column at a time: a wide table of which only little is kept takes the memory of one column, not of all.
 *
 * The bytes come from anybody, and are checked as in ipc_read.h. Columns of other types may be there; they are not to be read: whoever reads one looks at its format first. */
#ifndef REEL_ARROW_IPC_COLUMNS_H
#define REEL_ARROW_IPC_COLUMNS_H

#include "../base/buf.h"
#include "flat_read.h"
#include "ipc_read.h"

typedef struct reel__ipc_columns {
    reel__ipc_tree *tree;      /* its schema; the array is empty */
    uint64_t n_rows;
    const uint8_t *body;
    size_t body_size;
    reel__flat_view head;
    reel__flat_items nodes, buffers;
    bool is_packed;            /* each buffer is an LZ4 frame */
    struct reel__ipc_place {
        uint32_t node, buffer; /* the column's first ones */
    } *places;
} reel__ipc_columns;

/* A stream's schema and its first batch. The bytes are borrowed. REEL_E_FORMAT: also when there is no batch. */
reel_status reel__ipc_columns_open(reel__ipc_columns *table, const uint8_t *data, size_t size);
void reel__ipc_columns_close(reel__ipc_columns *table);

/* Values as they stand or unpacked, unaligned either way: use loads. */
typedef struct reel__ipc_column {
    const uint8_t *validity;   /* a bit per row; NULL: nothing is null */
    const uint8_t *values;     /* width bytes per row; bits; or a text's offsets, 4 bytes each, one more than rows, checked: they rise and stay within `bytes` */
    const uint8_t *bytes;      /* texts only */
    reel__buf room[3];         /* may be used again for another column; give each to reel__buf_free at the end */
} reel__ipc_column;
/* width: bytes per value; REEL__IPC_BITS, REEL__IPC_TEXTS. */
#define REEL__IPC_BITS 0
#define REEL__IPC_TEXTS UINT32_MAX
reel_status reel__ipc_column_read(const reel__ipc_columns *table, size_t column, uint32_t width, reel__ipc_column *out);
void reel__ipc_column_free(reel__ipc_column *column);

#endif
