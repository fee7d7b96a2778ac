/* Chunks that were read as messages of a recording's stream: of its own store, or of another that goes with it. */
#ifndef REEL_READ_SEND_CHUNK_H
#define REEL_READ_SEND_CHUNK_H

#include "../blueprint/sending.h"
#include "chunk_data.h"

/* A message made, appended to a run of pointers; NULL: memory is out. */
reel_status reel__keep_message(reel__buf *messages, reel__message *m);
/* One message, appended to a run of pointers as reel__blueprint_deliver takes it. Under drain. */
reel_status reel__encode_chunk(reel__core *core, const reel__store *store, const reel_chunk *chunk, reel__buf *messages);

#endif
