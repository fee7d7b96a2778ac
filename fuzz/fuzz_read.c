/* A recording from anywhere: framing, protobuf, LZ4, Arrow IPC and chunks, read to the last value. The first byte chooses how: bit 0 looks for what is intact behind damage, bit 1 reads strictly, bit
 * 2 stops at each damage. */
#include "../tests/unit/look_at_chunk.h"

#include <reel/arrow.h>
#include <reel/read.h>

#include <stdlib.h>
#include <string.h>

static volatile size_t seen;

/* Of each type, and of any size. */
static void look_at_numbers(const reel_chunk *chunk, size_t component) {
    const void *values;
    size_t n;
    for (int type = REEL_VALUE_U8; type <= REEL_VALUE_BOOL; type++)
        for (uint32_t width = 0; width < 5; width++)
            if (reel_chunk_values(chunk, component, (reel_value_type)type, width, &values, &n) == REEL_OK && n)
                seen += ((const uint8_t *)values)[0];
}

static void look_at(const reel_chunk *chunk) {
    struct ArrowSchema schema;
    struct ArrowArray array;
    size_t rows = reel_chunk_rows(chunk), sum = 0;
    if (!look_at_chunk(chunk, &sum))
        abort();
    seen += sum;
    for (size_t i = 0; i < reel_chunk_components(chunk); i++) {
        look_at_streams(chunk, i);
        look_at_numbers(chunk, i);
        (void)reel_chunk_check_codes(chunk, i);
        seen += reel_chunk_component_bytes(chunk, i);
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
