/* The footers at the end of a recording: found, checked, and made into an index (spec: rrd format, 1.4 and "Footer manifest").
 *
 * A footer tells of the stream that it ends. Where recordings stand one behind another, the place where a footer stands and the place where it says that it stands differ by its
 * stream's begin; there the next footer ends, and so on to the first: if all have one, all chunks are known. */
#ifndef REEL_READ_FOOTER_READ_H
#define REEL_READ_FOOTER_READ_H

#include "index.h"

/* REEL_E_NOT_FOUND: some stream has none. REEL_E_FORMAT, REEL_E_UNSUPPORTED: one is damaged, or tells what cannot be. The index is unfinished until reel__index_end. */
reel_status reel__footers_read(reel_index *index);

/* The schema of all columns of a store, an Arrow stream without batches, as each manifest has it. The same for several manifests of one store; NULL and 0: there is none. */
typedef reel_status (*reel__schema_fn)(void *user, uint32_t store, const uint8_t *data, size_t size);
/* Of a finished index that came from footers. Stores without chunks are passed over. */
reel_status reel__footers_schemas(const reel_index *index, reel__schema_fn each, void *user);

/* A stream and where its footer is. */
typedef struct reel__footer_place {
    uint64_t stream;      /* its header */
    uint64_t start, size; /* the RrdFooter */
} reel__footer_place;
/* The one that ends at `end`. */
reel_status reel__footer_find(const uint8_t *data, uint64_t end, reel__footer_place *place);

/* One manifest's table, an Arrow stream, for chunks of this store that stand within the stream (manifest_read.c). */
reel_status reel__manifest_read(reel_index *index, const reel__footer_place *place, uint32_t store, const uint8_t *data, size_t size);

#endif
