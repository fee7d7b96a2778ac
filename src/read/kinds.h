/* What the chunks of a recording have in common, each kept once for as long as it is written: entities, and *kinds* of chunks: timelines and columns with their types. */
#ifndef REEL_READ_KINDS_H
#define REEL_READ_KINDS_H

#include "../chunk/chunk.h"

typedef struct reel__kind {
    reel__shape *shape;  /* for the encoder; NULL until it is asked for */
    reel__shape outline; /* timelines and columns alone, of which a chunk may have more than the encoder writes: for the footer */
} reel__kind;

typedef struct reel__kinds {
    reel__map entities, kinds;
    const char *newest_entity; /* of which the next chunk often is, too */
} reel__kinds;

void reel__kinds_free(reel__kinds *kinds);
/* The entity's path, at an address of its own. */
reel_status reel__kinds_entity(reel__kinds *kinds, const char *path, const char **out);
/* The kind of chunks with these timelines (sorted by name; their index is not looked at) and columns; everything is copied. */
reel_status reel__kinds_find(reel__kinds *kinds, const reel__timeline *timelines, size_t n_timelines, const reel__descriptor *columns, size_t n_columns, reel__kind **out);
/* Makes kind->shape. REEL_E_TOO_LARGE: the encoder does not write so much. */
reel_status reel__kind_shape(reel__kind *kind, const char *entity);

#endif
