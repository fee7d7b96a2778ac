/* What an index leads to beside chunks: their messages as they stand, and which components they have. */
#include "../base/error.h"
#include "index.h"
#include "reader.h"

#include <string.h>

reel_status reel_index_message(const reel_index *index, size_t chunk, reel_read_message *message) {
    if (!message || chunk >= reel_index_size(index))
        return reel__fail(REEL_E_ARGUMENT, "the message of chunk %zu of an index of %zu", chunk, reel_index_size(index));
    const reel__index_chunk *c = &index->chunks.items[chunk];
    const reel_index_store_info *store = &index->stores.items[c->store];
    const uint8_t *header = index->data + c->offset;
    reel__payload payload;
    if (reel__load_u64(header) != REEL__RRD_ARROW_MSG || reel__load_u64(header + 8) != c->size - REEL__MESSAGE_HEADER_SIZE)
        return reel__fail(REEL_E_FORMAT, "the index says that a chunk of %.200s stands at byte %llu, and there is none of its size", index->entities.items[c->entity],
                          (unsigned long long)c->offset);
    REEL__TRY(reel__payload_read(REEL__RRD_ARROW_MSG, header + REEL__MESSAGE_HEADER_SIZE, (size_t)c->size - REEL__MESSAGE_HEADER_SIZE, &payload));
    *message = (reel_read_message){.struct_size = sizeof *message, .kind = REEL_MESSAGE_CHUNK, .offset = c->offset, .data = header, .size = (size_t)c->size, .store_kind = store->kind,
                                   .application_id = store->application_id, .recording_id = store->recording_id, .store_source = "", .has_chunk_id = payload.has_chunk_id,
                                   .is_static = payload.is_static, .is_compressed = payload.packing != REEL__PACKING_NONE, .unpacked_size = payload.unpacked_size};
    memcpy(message->chunk_id, payload.chunk_id, sizeof message->chunk_id);
    return REEL_OK;
}

size_t reel_index_components(const reel_index *index, size_t chunk, const char **components, size_t room) {
    if (chunk >= reel_index_size(index))
        return 0;
    size_t n = 0;
    for (uint32_t set = index->chunks.items[chunk].set; set; set = index->sets.items[set].parent, n++)
        if (n < room)
            components[n] = index->components.items[index->sets.items[set].component].component;
    return n;
}
