/* A whole recording whose footer's sum is made right: whatever its footer says, all that can be asked of an index is asked; then of one that is made by a look at
 * all chunks. The corpus has footers whose tables are plain, or packed buffer by buffer. */
#include "plain_footer.h"

#include <reel/arrow.h>
#include <reel/make.h>
#include <reel/read.h>

#include <stdlib.h>

enum { CHUNKS_MAX = 64 };

static void require(bool is_true) {
    if (!is_true) abort();
}

static void drain(struct ArrowArrayStream *stream) {
    struct ArrowSchema schema;
    struct ArrowArray array;
    if (stream->get_schema(stream, &schema) == 0) schema.release(&schema);
    for (int i = 0; i < CHUNKS_MAX && stream->get_next(stream, &array) == 0 && array.release; i++) {
        require(array.n_children > 0);
        array.release(&array);
    }
    stream->release(stream);
}

static void ask(const reel_index *index, const reel_query *query) {
    uint64_t *chunks;
    size_t n;
    struct ArrowArrayStream stream;
    if (reel_index_select(index, query, &chunks, &n) == REEL_OK) {
        for (size_t i = 0; i < n; i++) require(chunks[i] < reel_index_size(index) && (!i || chunks[i - 1] < chunks[i]));
        reel_release(chunks);
    }
    if (reel_index_export(index, query, &stream) == REEL_OK) drain(&stream);
}

static void ask_all(const reel_index *index, size_t size) {
    uint64_t end = 0;
    for (size_t i = 0; i < reel_index_size(index); i++) {
        reel_index_entry entry;
        require(reel_index_at(index, i, &entry) == REEL_OK);
        require(entry.offset >= end && entry.size <= size && entry.offset <= size - entry.size && entry.store < reel_index_stores(index));
        for (size_t r = 0; r < entry.n_ranges; r++) require(entry.ranges[r].min <= entry.ranges[r].max);
        end = entry.offset + entry.size;
        reel_chunk *chunk;
        reel_read_message message;
        const char *components[4];
        (void)reel_index_components(index, i, components, 4);
        if (reel_index_message(index, i, &message) == REEL_OK) require(message.size == entry.size && message.offset == entry.offset);
        if (i < CHUNKS_MAX && reel_index_chunk(index, i, &chunk) == REEL_OK) {
            require(reel_chunk_rows(chunk) == entry.n_rows);
            reel_chunk_unref(chunk);
        }
    }
    ask(index, NULL);
    ask(index, &(reel_query){.struct_size = sizeof(reel_query), .entity = "/a/**"});
    ask(index, &(reel_query){.struct_size = sizeof(reel_query), .store_kind = REEL_STORE_RECORDING, .component = "a b", .timeline = "frame", .min = 1, .max = 300, .with_static = true});
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    uint8_t *copy = malloc(size ? size : 1);
    reel_reader *reader;
    if (!copy) return 0;
    if (size) memcpy(copy, data, size);
    footer_sum(copy, size);
    if (reel_open_memory(copy, size, NULL, &reader) == REEL_OK) {
        reel_index *index;
        uint64_t n;
        if (reel_read_index(reader, REEL_INDEX_FOOTER, &index) == REEL_OK) {
            ask_all(index, size);
            reel_index_free(index);
        }
        if (reel_read_index(reader, REEL_INDEX_SCAN, &index) == REEL_OK) {
            ask_all(index, size);
            reel_index_free(index);
        }
        (void)reel_index_verify(reader, NULL, NULL, &n);
        reel_close_reader(reader);
    }
    free(copy);
    return 0;
}
