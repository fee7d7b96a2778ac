/* An index made by one look at every message; and what is compared with a footer. */
#ifndef REEL_READ_INDEX_SCAN_H
#define REEL_READ_INDEX_SCAN_H

#include "index.h"

/* Called for each chunk message; chunk NULL: it cannot be read, why reel_error_message() tells. */
typedef reel_status (*reel__scan_fn)(void *user, const reel_read_message *message, const reel_chunk *chunk);
/* All chunks of the index' bytes, in order. Damage is told by on_event (or NULL). */
reel_status reel__index_walk(const reel_index *index, reel_read_event_fn on_event, void *on_event_user, reel__scan_fn each, void *user);
/* Fills a new index. What cannot be read is told by the options' event, and is not in it. */
reel_status reel__index_scan(reel_index *index);

/* From the footer, or by a look at all chunks of the bytes that `of` is about. */
reel_status reel__index_make(const reel_index *of, reel_index_how how, reel_index **out);

/* The chunk that stands where chunk number `i` should; REEL_E_FORMAT: it is another. */
reel_status reel__index_load(const reel_index *index, size_t i, reel_chunk **chunk);

#endif
