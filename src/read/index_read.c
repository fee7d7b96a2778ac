/* An index, from the footer or from a look at everything; and the chunks it leads to. */
#include "../base/alloc.h"
#include "../base/error.h"
#include "../base/mapping.h"
#include "footer_read.h"
#include "index_scan.h"
#include "reader.h"

#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

static reel_status make(const reel_index *of, reel_status (*fill)(reel_index *), reel_index **out) {
    reel_index *index = reel__index_new(of->data, of->size, of->owner);
    if (!index)
        return reel__fail(REEL_E_NO_MEMORY, "no memory for an index");
    index->options = of->options;
    reel_status status = fill(index);
    if (status == REEL_OK)
        status = reel__index_end(index);
    if (status == REEL_OK)
        *out = index;
    else
        reel_index_free(index);
    return status;
}

static void tell(const reel_read_options *options, reel_status status, uint64_t offset) {
    char message[512];
    snprintf(message, sizeof message, "the footer is not used, all chunks are looked at: %s", reel_error_message());
    if (options->on_event)
        options->on_event(options->on_event_user, &(reel_read_event){.struct_size = sizeof(reel_read_event), .topic = REEL_READ_FOOTER, .status = status == REEL_E_NOT_FOUND ? REEL_OK : status, .offset = offset, .message = message});
}

reel_status reel__index_make(const reel_index *of, reel_index_how how, reel_index **out) {
    *out = NULL;
    if (how == REEL_INDEX_SCAN)
        return make(of, reel__index_scan, out);
    reel_status status = make(of, reel__footers_read, out);
    if (status == REEL_OK || status == REEL_E_NO_MEMORY || how == REEL_INDEX_FOOTER)
        return status;
    tell(&of->options, status, of->size);
    return make(of, reel__index_scan, out);
}

static reel_status bytes_of(reel_reader *reader, reel_index *of) {
    if (!reader->source.is_whole)
        return reel__fail(REEL_E_UNSUPPORTED, "an index needs a recording that is a file or in memory as a whole");
    *of = (reel_index){.data = reader->source.data, .size = (size_t)reader->source.size, .options = reader->options};
    reel__source_keeps(&reader->source, &of->owner);
    return REEL_OK;
}

reel_status reel_read_index(reel_reader *reader, reel_index_how how, reel_index **index) {
    reel_index of;
    if (!reader || !index || how < REEL_INDEX_ANY || how > REEL_INDEX_SCAN)
        return reel__fail(REEL_E_ARGUMENT, "reel_read_index needs a reader, a way, and where the index goes");
    *index = NULL;
    REEL__TRY(bytes_of(reader, &of));
    return reel__index_make(&of, how, index);
}

/* ---- one chunk */

static const char *difference(const reel_index *index, const reel__index_chunk *c, const reel__payload *payload, const reel_chunk *chunk) {
    const reel_index_store_info *store = &index->stores.items[c->store];
    if (payload->store_kind != store->kind || payload->recording_id.size != strlen(store->recording_id) || memcmp(payload->recording_id.data, store->recording_id, payload->recording_id.size) != 0)
        return "is of another store";
    if (strcmp(reel_chunk_entity(chunk), index->entities.items[c->entity]) != 0)
        return "is of another entity";
    if (memcmp(reel_chunk_id(chunk), c->id, sizeof c->id) != 0)
        return "has another id";
    if (reel_chunk_rows(chunk) != c->n_rows)
        return "has another number of rows";
    return reel_chunk_is_static(chunk) != c->is_static ? "is static, or should be" : NULL;
}

void reel__index_looked_at(const reel_index *index, size_t size) {
    static const size_t kept = (size_t)4 << 20, around = (size_t)1 << 16; /* the system brings what stands around a page, too */
    reel_index *changed = (reel_index *)index; /* a count that several threads may add to */
    size_t before = atomic_fetch_add_explicit(&changed->looked_at, size + around, memory_order_relaxed);
    if (!index->owner || before + size + around < kept)
        return;
    reel_index_forget(index);
}

void reel_index_forget(const reel_index *index) {
    if (!index || !index->owner)
        return;
    atomic_store_explicit(&((reel_index *)index)->looked_at, 0, memory_order_relaxed);
    reel__mapping_forget((const reel__mapping *)index->owner, SIZE_MAX);
}

reel_status reel__index_load(const reel_index *index, size_t i, reel_chunk **out) {
    const reel__index_chunk *c = &index->chunks.items[i];
    const uint8_t *header = index->data + c->offset;
    const char *entity = index->entities.items[c->entity];
    unsigned long long offset = c->offset;
    *out = NULL;
    if (reel__load_u64(header) != REEL__RRD_ARROW_MSG || reel__load_u64(header + 8) != c->size - REEL__MESSAGE_HEADER_SIZE)
        return reel__fail(REEL_E_FORMAT, "the index says that a chunk of %.200s stands at byte %llu, and there is none of its size", entity, offset);
    reel__payload payload;
    REEL__TRY(reel__payload_read(REEL__RRD_ARROW_MSG, header + REEL__MESSAGE_HEADER_SIZE, (size_t)c->size - REEL__MESSAGE_HEADER_SIZE, &payload));
    REEL__TRY(reel__chunk_of_payload(&payload, index->options.message_bytes_max, true, index->owner, NULL, NULL, out));
    const char *what = difference(index, c, &payload, *out);
    reel__index_looked_at(index, (size_t)c->size);
    if (!what)
        return REEL_OK;
    reel_chunk_unref(*out);
    *out = NULL;
    return reel__fail(REEL_E_FORMAT, "the chunk at byte %llu, which should be of %.200s, %s than the index says", offset, entity, what);
}

reel_status reel_index_chunk(const reel_index *index, size_t chunk, reel_chunk **out) {
    if (!out || chunk >= reel_index_size(index))
        return reel__fail(REEL_E_ARGUMENT, "chunk %zu of an index of %zu", chunk, reel_index_size(index));
    return reel__index_load(index, chunk, out);
}
