/* Arrow IPC on its own: a stream of a schema and a batch. What is accepted can be walked to its last value, written as our encoder writes values, taken one column at a time, be a chunk, and be
 * written as Arrow IPC, which read again has as many rows. */
#include "arrow/arrow_import.h"
#include "arrow/ipc_columns.h"
#include "arrow/ipc_read.h"
#include "base/alloc.h"
#include "read/chunk_decode.h"

#include <stdlib.h>
#include <string.h>

enum { WRITTEN_MAX = 1 << 22 };

static void require(bool is_true) {
    if (!is_true) abort();
}

/* A column as values of ours, in blocks of exactly the size that was counted. */
static void write_column(const struct ArrowSchema *schema, const struct ArrowArray *array) {
    reel__arrow_type *type;
    size_t sizes[REEL__ARROW_STREAMS_MAX];
    uint8_t *streams[REEL__ARROW_STREAMS_MAX];
    if (reel__arrow_import(schema, array, "fuzz", &type) != REEL_OK) return;
    require(reel__arrow_measure(type, schema, array, 0, array->length, "fuzz", sizes) == REEL_OK);
    for (uint16_t i = 0; i < type->n_streams; i++) require((streams[i] = malloc(sizes[i] ? sizes[i] : 1)) != NULL);
    reel__arrow_write(type, schema, array, 0, array->length, streams);
    for (uint16_t i = 0; i < type->n_streams; i++) free(streams[i]);
    reel__release(type);
}

static volatile size_t seen;

static void look_at_bytes(const uint8_t *bytes, size_t size) {
    for (size_t i = 0; bytes && i < size; i++) seen += bytes[i];
}

static bool width_of(const char *format, uint32_t *width) {
    static const struct {
        const char *letters;
        uint32_t width;
    } widths[] = {{"b", REEL__IPC_BITS}, {"cC", 1}, {"sSe", 2}, {"iIf", 4}, {"lLg", 8}, {"u", REEL__IPC_TEXTS}};
    for (size_t i = 0; i < sizeof widths / sizeof *widths; i++) {
        *width = widths[i].width;
        if (format[0] && !format[1] && strchr(widths[i].letters, format[0])) return true;
    }
    *width = 16;
    return strcmp(format, "w:16") == 0;
}

/* Those columns that may be read alone: a manifest's kinds. */
static void read_columns(const uint8_t *data, size_t size) {
    reel__ipc_columns table;
    if (reel__ipc_columns_open(&table, data, size) != REEL_OK) return;
    reel__ipc_column column = {0};
    for (size_t i = 0; i < (size_t)table.tree->schema.n_children; i++) {
        uint32_t width;
        size_t n = (size_t)table.n_rows;
        if (!width_of(table.tree->schema.children[i]->format, &width) || reel__ipc_column_read(&table, i, width, &column) != REEL_OK) continue;
        look_at_bytes(column.validity, (n + 7) / 8);
        if (width == REEL__IPC_TEXTS)
            look_at_bytes(column.bytes, n ? reel__load_u32(column.values + 4 * n) : 0);
        else
            look_at_bytes(column.values, width ? n * width : (n + 7) / 8);
    }
    reel__ipc_column_free(&column);
    reel__ipc_columns_close(&table);
}

/* ---- written and read again */

typedef struct one_batch {
    struct ArrowSchema schema;
    struct ArrowArray array;
} one_batch;

static int give_schema(struct ArrowArrayStream *stream, struct ArrowSchema *out) {
    one_batch *b = stream->private_data;
    *out = b->schema;
    b->schema.release = NULL;
    return 0;
}

static int give_batch(struct ArrowArrayStream *stream, struct ArrowArray *out) {
    one_batch *b = stream->private_data;
    *out = b->array;
    b->array.release = NULL;
    return 0;
}

static const char *no_error(struct ArrowArrayStream *stream) {
    (void)stream;
    return NULL;
}

static void released(struct ArrowArrayStream *stream) {
    one_batch *b = stream->private_data;
    if (b->schema.release) b->schema.release(&b->schema);
    if (b->array.release) b->array.release(&b->array);
    stream->release = NULL;
}

static reel_status keep(void *user, const void *data, size_t size) {
    reel__buf *out = user;
    if (size > WRITTEN_MAX - out->size) return REEL_E_NO_SPACE;
    reel__buf_put(out, data, size);
    return out->failed ? REEL_E_NO_MEMORY : REEL_OK;
}

static void write_again(const reel_chunk *chunk) {
    one_batch batch;
    uint64_t n_rows;
    reel__buf out = {0};
    if (reel_chunk_export(chunk, &batch.schema, &batch.array) != REEL_OK) return;
    struct ArrowArrayStream stream = {.get_schema = give_schema, .get_next = give_batch, .get_last_error = no_error, .release = released, .private_data = &batch};
    if (reel_write_arrow(&stream, REEL_ARROW_STREAM, keep, &out, &n_rows) == REEL_OK) {
        reel__ipc_tree *again;
        require(n_rows == reel_chunk_rows(chunk));
        reel_status status = reel__ipc_read(out.data, out.size, out.size, NULL, &again);
        require(status == REEL_OK && again->has_batch && again->array.length == (int64_t)n_rows);
        reel__held_unref(&again->held);
    }
    reel__buf_free(&out);
}

static void read_chunk(const uint8_t *data, size_t size) {
    reel_chunk *chunk;
    if (reel__chunk_decode(data, size, size, NULL, NULL, &chunk) != REEL_OK) return;
    for (size_t i = 0; i < reel_chunk_components(chunk); i++) {
        const reel_chunk_component *c = reel_chunk_component_at(chunk, i);
        bool has_codes;
        reel_cell cell;
        for (size_t row = 0; row < reel_chunk_rows(chunk); row++)
            require(reel_chunk_cell(chunk, i, row, &cell) == REEL_OK && cell.first + cell.n <= c->n_values);
        if (reel_chunk_check_type(chunk, i, &has_codes) == REEL_OK && has_codes) (void)reel_chunk_check_codes(chunk, i);
    }
    look_at_bytes(reel_chunk_row_ids(chunk), 16 * reel_chunk_rows(chunk));
    write_again(chunk);
    reel_chunk_unref(chunk);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    reel__ipc_tree *tree;
    if (reel__ipc_read(data, size, size, NULL, &tree) == REEL_OK) {
        require(tree->size <= size && tree->body_size <= size && (tree->has_batch || !tree->array.length));
        for (int64_t i = 0; tree->has_batch && i < tree->schema.n_children; i++) {
            require(tree->array.children[i]->length >= tree->array.length);
            write_column(tree->schema.children[i], tree->array.children[i]);
        }
        reel__held_unref(&tree->held);
    }
    read_columns(data, size);
    read_chunk(data, size);
    return 0;
}
