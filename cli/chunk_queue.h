/* Chunks on their way to a writer, which encodes and packs them on a thread of its own while the next ones are read and changed. They are written in the order
 * in which they came.
 *
 * What waits is bounded: QUEUE_CHUNKS_MAX chunks and QUEUE_BYTES_MAX bytes, or one chunk; a large one is waited for, so that it is in memory once. Between
 * cli_queue_drain and the next chunk the writer may be used directly. */
#ifndef REEL_CLI_CHUNK_QUEUE_H
#define REEL_CLI_CHUNK_QUEUE_H

#include <reel/read.h>

typedef struct cli_queue cli_queue;

/* NULL: memory or threads are out. */
cli_queue *cli_queue_start(reel_writer *writer);
/* Takes the chunk over. The status is that of the first chunk that could not be written, whose text is cli_queue_error; it may come with a later chunk. */
reel_status cli_queue_put(cli_queue *queue, const reel_store_id *store, reel_chunk *chunk);
/* Waits until all are written. */
reel_status cli_queue_drain(cli_queue *queue);
const char *cli_queue_error(const cli_queue *queue);
/* Waits, and ends the thread. NULL is allowed. */
void cli_queue_end(cli_queue *queue);

#endif
