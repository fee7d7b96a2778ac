/* A recording from anywhere: framing, protobuf, LZ4, Arrow IPC and chunks, read to the last value. The first byte chooses how: bit 0 looks for what is intact behind damage, bit 1 reads strictly, bit
 * 2 stops at each damage. */
#include "read/chunk_data.h"

#include <reel/arrow.h>
#include <reel/read.h>

#include <stdlib.h>
#include <string.h>

static volatile size_t seen;

static void write_column(const reel_chunk *chunk, size_t i) {
    const reel__chunk_column *c = &chunk->parts.columns[i];
    const reel__arrow_type *type;
    size_t sizes[REEL__ARROW_STREAMS_MAX], sum = 0;
    uint8_t *streams[REEL__ARROW_STREAMS_MAX];
    int64_t first = reel__chunk_begin(c), n = reel__chunk_end(c, chunk->parts.n_rows) - first;
    if (reel__chunk_type(chunk, i, &type) != REEL_OK || reel__arrow_measure(type, c->item, c->values, first, n, "fuzz", sizes) != REEL_OK)
        return;
    for (uint16_t s = 0; s < type->n_streams; s++)
        sum += sizes[s];
    uint8_t *all = malloc(sum + 1);
    streams[0] = all;
    for (uint16_t s = 1; s < type->n_streams; s++)
        streams[s] = streams[s - 1] + sizes[s - 1];
    reel__arrow_write(type, c->item, c->values, first, n, streams);
    free(all);
}

static void look_at(const reel_chunk *chunk) {
    struct ArrowSchema schema;
    struct ArrowArray array;
    size_t rows = reel_chunk_rows(chunk);
    for (size_t i = 0; i < 16 * rows; i++)
        seen += reel_chunk_row_ids(chunk)[i];
    for (size_t i = 0; i < reel_chunk_timelines(chunk); i++)
        seen += rows ? (size_t)reel_chunk_timeline_at(chunk, i)->times[rows - 1] : 0;
    for (size_t i = 0; i < reel_chunk_components(chunk); i++) {
        const reel_chunk_component *c = reel_chunk_component_at(chunk, i);
        reel_bytes bytes;
        reel_cell cell;
        for (size_t row = 0; row < rows; row++)
            if (reel_chunk_cell(chunk, i, row, &cell) != REEL_OK || cell.first + cell.n > c->n_values)
                abort();
        for (size_t k = 0; k < c->n_values && reel_chunk_bytes_at(chunk, i, k, &bytes) == REEL_OK; k++)
            for (size_t at = 0; at < bytes.size; at++)
                seen += ((const uint8_t *)bytes.data)[at];
        seen += strlen(c->arrow_type);
        write_column(chunk, i);
    }
    if (reel_chunk_export(chunk, &schema, &array) == REEL_OK) {
        reel_chunk *again;
        if (reel_chunk_import(&schema, &array, &again) == REEL_OK && reel_chunk_rows(again) != rows)
            abort();
        else
            reel_chunk_unref(again);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    reel_reader *r;
    const reel_read_message *m;
    if (!size)
        return 0;
    reel_read_options options = {.struct_size = sizeof options, .resynchronise = data[0] & 1, .is_strict = data[0] & 2, .stop_at_damage = data[0] & 4, .message_bytes_max = 1 << 22};
    reel_status status = reel_open_memory(data + 1, size - 1, &options, &r);
    if (status != REEL_OK)
        return 0;
    for (size_t steps = 0;; steps++) {
        reel_chunk *chunk;
        status = reel_next(r, &m);
        if (status == REEL_OK ? !m : !options.stop_at_damage)
            break;
        if (steps > size)
            abort(); /* it does not come forward */
        if (status != REEL_OK || m->kind != REEL_MESSAGE_CHUNK || reel_read_chunk(r, m, &chunk) != REEL_OK)
            continue;
        look_at(chunk);
        reel_chunk_unref(chunk);
    }
    reel_close_reader(r);
    return 0;
}
