/* The footer: a manifest of every chunk, so that readers can go straight to what they want (spec: rrd format, "Footer manifest" and 1.4).
 *
 * Memory is bounded whatever the number of chunks: a record per chunk goes to an unlinked temporary file beside the target (or in TMPDIR), and at the end the
 * columns are made in one pass, block by block, compressed with Arrow's own buffer compression (LZ4 frame), and copied behind each other. */
#ifndef REEL_RRD_FOOTER_H
#define REEL_RRD_FOOTER_H

#include "message.h"

#define REEL__FOOTER_TABLES_MAX ((size_t)1000000) /* flatbuffer tables of a schema: official readers take no more */

typedef struct reel__footer reel__footer;

/* dir: where the temporary file is made when memory for records is used up; NULL: everything stays in memory. NULL when memory is out. */
reel__footer *reel__footer_new(const char *dir);
reel__footer *reel__footer_new_beside(const char *path); /* in the folder of a file */
void reel__footer_free(reel__footer *f);
/* Notes a message that stands at byte `offset` of the stream (of its 16-byte header). Other kinds than chunks are passed over. On an error the footer is given up:
 * later calls return the same status, and reel__footer_write refuses. */
reel_status reel__footer_add(reel__footer *f, const reel__message *m, uint64_t offset);
/* Forgets everything (a new part begins). */
void reel__footer_reset(reel__footer *f);
/* Bytes of memory it holds now, for the account. */
size_t reel__footer_memory(const reel__footer *f);
/* What it has noted so far, to be written while the original goes on. NULL when memory or descriptors are out. */
reel__footer *reel__footer_copy(const reel__footer *f);

/* Writes End message, manifest and StreamFooter through `write`, which appends to the stream, whose next byte is at offset_end. Stops with REEL_E_TIMEOUT when the deadline
 * passes before anything was written; REEL_E_TOO_LARGE when a manifest cannot be expressed, or when official readers would not take its schemas (more than 1,000,000 flatbuffer tables): they can do
 * nothing with a recording whose footer lacks one of its stores, and more with one that has no footer. In both cases nothing was written. */
typedef reel_status (*reel__footer_write_fn)(void *user, const void *data, size_t size);
reel_status reel__footer_write(reel__footer *f, uint64_t offset_end, reel__footer_write_fn write, void *user, int64_t deadline_ns);

#endif
