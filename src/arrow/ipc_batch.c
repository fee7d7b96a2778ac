/* A record batch: nodes and buffers in the order of the schema's fields, each used once. */
#include "ipc_batch.h"

#include "../base/alloc.h"
#include "../base/buf.h"
#include "../base/error.h"
#include "arrow_format.h"
#include "ipc_write.h"
#include "lz4_frame.h"

#include <string.h>

enum { NOT_COMPRESSED = -1, CODEC_LZ4_FRAME = 0, CODEC_ZSTD = 1 };
#define COUNT_MAX (INT64_MAX / 1024) /* of values: what is computed from them fits */
#define BYTELESS_MAX (1 << 24)       /* of values that take no bytes: nothing in the input justifies more */

typedef struct reading {
    reel__ipc_tree *tree;
    const uint8_t *head;            /* the flatbuffer's bytes */
    reel__flat_items nodes, buffers;
    uint32_t next_node, next_buffer;
    const uint8_t *body;
    size_t body_size;
    int codec;
    bool has_union_bitmaps;
    uint64_t bytes_left;            /* of buffers, if nobody uses one twice (those who do, a few times) */
} reading;

typedef struct bytes {
    const uint8_t *data;
    size_t size;
} bytes;

static reel_status no_memory(void) { return reel__fail(REEL_E_NO_MEMORY, "no memory for an Arrow record batch"); }
static reel_status bad(const struct ArrowSchema *field, const char *what, int64_t number) {
    return reel__fail(REEL_E_FORMAT, "an Arrow column's field \"%.60s\" (%.40s) has %s (%lld)", field->name, field->format, what, (long long)number);
}

/* Memory for bytes of a buffer. A buffer may be named again and again, so it is the sum that has to be held against the input. */
static reel_status take(reading *r, const struct ArrowSchema *field, uint64_t size, uint8_t **out) {
    if (size > r->tree->copies_left)
        return bad(field, "a compressed buffer that, with those before it, is larger than its message can be", (int64_t)size);
    r->tree->copies_left -= size;
    *out = reel__ipc_alloc(r->tree, (size_t)size);
    return *out ? REEL_OK : no_memory();
}

/* i64 size before compression | packed bytes. -1: they are not packed. */
static reel_status unpack(reading *r, const struct ArrowSchema *field, bytes *b) {
    if (r->codec == NOT_COMPRESSED || !b->size)
        return REEL_OK;
    if (r->codec == CODEC_ZSTD)
        return reel__fail(REEL_E_UNSUPPORTED, "an Arrow record batch is compressed with ZSTD");
    if (b->size < 8)
        return bad(field, "a compressed buffer that is too short", (int64_t)b->size);
    int64_t size = (int64_t)reel__load_u64(b->data);
    b->data += 8;
    b->size -= 8;
    if (size == -1)
        return REEL_OK;
    if (size < 0 || (uint64_t)size > reel__lz4_size_max(b->size))
        return bad(field, "a compressed buffer that cannot be as large as it says", size);
    uint8_t *out;
    REEL__TRY(take(r, field, (uint64_t)size, &out));
    REEL__TRY(reel__lz4_frame_unpack(b->data, b->size, out, (size_t)size));
    *b = (bytes){out, (size_t)size};
    return REEL_OK;
}

/* The next buffer, which has to hold size_min bytes; aligned. What is not needed is left out, so that no more is copied than is used. */
static reel_status next_buffer(reading *r, const struct ArrowSchema *field, uint64_t size_min, size_t alignment, bytes *out) {
    *out = (bytes){NULL, 0};
    if (r->next_buffer == r->buffers.n)
        return bad(field, "no buffers left", r->next_buffer);
    const uint8_t *at = r->head + r->buffers.at + 16 * (size_t)r->next_buffer++;
    uint64_t offset = reel__load_u64(at), size = reel__load_u64(at + 8);
    if (offset > r->body_size || size > r->body_size - offset)
        return bad(field, "a buffer outside of its message", (int64_t)offset);
    if (size > r->bytes_left)
        return bad(field, "a buffer that is used by too many", (int64_t)offset);
    r->bytes_left -= size;
    bytes b = {r->body + offset, (size_t)size};
    REEL__TRY(unpack(r, field, &b));
    if (b.size < size_min)
        return bad(field, "a buffer that is too short for its values", (int64_t)b.size);
    if ((uintptr_t)b.data % alignment) {
        uint8_t *copy;
        REEL__TRY(take(r, field, b.size, &copy));
        b.data = b.size ? memcpy(copy, b.data, b.size) : copy;
    }
    *out = b;
    return REEL_OK;
}

static int64_t count_zeros(const uint8_t *bits, int64_t n) {
    int64_t ones = 0, i = 0;
    for (; i + 64 <= n; i += 64)
        ones += __builtin_popcountll(reel__load_u64(bits + i / 8));
    for (; i < n; i++)
        ones += bits[i >> 3] >> (i & 7) & 1;
    return n - ones;
}

/* With a null count of 0 a bitmap may be empty, and is not looked at whatever it says: so does the official reader. */
static reel_status read_validity(reading *r, const struct ArrowSchema *field, struct ArrowArray *array, int64_t null_count) {
    bytes b;
    REEL__TRY(next_buffer(r, field, null_count ? ((uint64_t)array->length + 7) / 8 : 0, 1, &b));
    array->null_count = null_count ? count_zeros(b.data, array->length) : 0;
    array->buffers[0] = array->null_count ? b.data : NULL;
    return REEL_OK;
}

/* An array of no values may come without its only offset. */
static reel_status read_offsets(reading *r, const struct ArrowSchema *field, struct ArrowArray *array, int buffer, size_t width) {
    static const int64_t zero;
    bytes b;
    uint64_t size = array->length ? ((uint64_t)array->length + 1) * width : 0;
    REEL__TRY(next_buffer(r, field, size, width, &b));
    array->buffers[buffer] = b.size < width ? (const void *)&zero : b.data;
    return REEL_OK;
}

/* The buffers behind the validity. *bytes_size: of texts and binaries. */
static reel_status read_buffers(reading *r, const struct ArrowSchema *field, const reel__arrow_format *f, struct ArrowArray *array, size_t *bytes_size) {
    uint64_t n = (uint64_t)array->length;
    bytes b;
    switch (f->kind) {
    case REEL__ARROW_NULL: case REEL__ARROW_STRUCT: case REEL__ARROW_FIXED_LIST:
        return REEL_OK;
    case REEL__ARROW_UNION: case REEL__ARROW_SPARSE_UNION:
        REEL__TRY(next_buffer(r, field, n, 1, &b));
        array->buffers[0] = b.data;
        if (f->kind == REEL__ARROW_SPARSE_UNION)
            return REEL_OK;
        REEL__TRY(next_buffer(r, field, 4 * n, 4, &b));
        array->buffers[1] = b.data;
        return REEL_OK;
    case REEL__ARROW_LIST: case REEL__ARROW_LARGE_LIST: case REEL__ARROW_MAP:
        return read_offsets(r, field, array, 1, f->is_wide ? 8 : 4);
    case REEL__ARROW_UTF8: case REEL__ARROW_BINARY: case REEL__ARROW_LARGE_UTF8: case REEL__ARROW_LARGE_BINARY:
        REEL__TRY(read_offsets(r, field, array, 1, f->is_wide ? 8 : 4));
        REEL__TRY(next_buffer(r, field, 0, 1, &b));
        *bytes_size = b.size;
        break;
    case REEL__ARROW_BOOL:
        REEL__TRY(next_buffer(r, field, (n + 7) / 8, 1, &b));
        break;
    case REEL__ARROW_FIXED:
        if (n > (uint64_t)COUNT_MAX / f->n)
            return bad(field, "more bytes than can be counted", array->length);
        REEL__TRY(next_buffer(r, field, n * f->n, field->format[0] == 'w' ? 1 : f->n >= 8 ? 8 : f->n, &b));
        break;
    default:
        REEL__TRY(next_buffer(r, field, n * reel__arrow_width(f->kind), reel__arrow_width(f->kind), &b));
        break;
    }
    array->buffers[array->n_buffers - 1] = b.data;
    return REEL_OK;
}

static reel_status read_array(reading *r, const struct ArrowSchema *field, struct ArrowArray *array);

static void keep_array(struct ArrowArray *array) { (void)array; }

static reel_status read_children(reading *r, const struct ArrowSchema *field, struct ArrowArray *array) {
    size_t n = (size_t)field->n_children;
    if (!n)
        return REEL_OK;
    struct ArrowArray *children = reel__ipc_array_children(r->tree, array, n);
    if (!children)
        return no_memory();
    for (size_t i = 0; i < n; i++)
        REEL__TRY(read_array(r, field->children[i], &children[i]));
    return REEL_OK;
}

static reel_status read_array(reading *r, const struct ArrowSchema *field, struct ArrowArray *array) {
    reel__arrow_format f;
    size_t bytes_size = 0;
    reel__arrow_parse(field, &f); /* it has been parsed before */
    bool is_union = reel__arrow_is_union(f.kind);
    if (r->next_node == r->nodes.n)
        return bad(field, "no node left", r->next_node);
    const uint8_t *node = r->head + r->nodes.at + 16 * (size_t)r->next_node++;
    int64_t length = (int64_t)reel__load_u64(node), null_count = (int64_t)reel__load_u64(node + 8);
    if (length < 0 || length > COUNT_MAX)
        return bad(field, "a length that makes no sense", length);
    if (null_count < 0 || null_count > length)
        return bad(field, "a null count that makes no sense", null_count);
    bool is_byteless = f.kind == REEL__ARROW_NULL || (f.kind == REEL__ARROW_FIXED_LIST && !f.n) || (f.kind == REEL__ARROW_STRUCT && !field->n_children);
    if (is_byteless && length > BYTELESS_MAX)
        return bad(field, "more values without bytes than is sensible", length);
    *array = (struct ArrowArray){.length = length, .n_buffers = f.n_buffers, .release = keep_array};
    if (f.n_buffers) {
        array->buffers = reel__ipc_alloc(r->tree, f.n_buffers * sizeof *array->buffers);
        if (!array->buffers)
            return no_memory();
        memset(array->buffers, 0, f.n_buffers * sizeof *array->buffers);
    }
    if (f.kind == REEL__ARROW_NULL) {
        array->null_count = length;
    } else if (!is_union) {
        REEL__TRY(read_validity(r, field, array, null_count));
    } else if (r->has_union_bitmaps) {
        bytes ignored;
        REEL__TRY(next_buffer(r, field, 0, 1, &ignored));
    }
    REEL__TRY(read_buffers(r, field, &f, array, &bytes_size));
    REEL__TRY(read_children(r, field, array));
    return reel__ipc_check(field, array, bytes_size);
}

static reel_status read_codec(reading *r, reel__flat_view *view, const reel__flat_at *batch) {
    r->codec = NOT_COMPRESSED;
    if (!reel__flat_has(view, batch, 3))
        return REEL_OK;
    reel__flat_at compression = reel__flat_child(view, batch, 3);
    r->codec = (int)reel__flat_number(view, &compression, 0, 1, 0);
    int64_t method = reel__flat_number(view, &compression, 1, 1, 0);
    if (r->codec > CODEC_ZSTD || r->codec < 0 || method)
        return reel__fail(REEL_E_UNSUPPORTED, "an Arrow record batch is compressed in a way that is not known (codec %d, method %d)", r->codec, (int)method);
    return REEL_OK;
}

reel_status reel__ipc_batch_read(reel__ipc_tree *tree, reel__flat_view *view, const reel__flat_at *batch, const uint8_t *body, size_t body_size, bool has_union_bitmaps) {
    reading r = {.tree = tree, .head = view->data, .body = body, .body_size = body_size, .has_union_bitmaps = has_union_bitmaps};
    r.bytes_left = 16 * (uint64_t)body_size; /* sizes in memory: this fits */
    r.nodes = reel__flat_list(view, batch, 1, 16);
    r.buffers = reel__flat_list(view, batch, 2, 16);
    int64_t length = reel__flat_number(view, batch, 0, 8, 0);
    REEL__TRY(read_codec(&r, view, batch));
    if (view->is_bad)
        return reel__fail(REEL_E_FORMAT, "an Arrow record batch's head has an offset that leads out of it");
    if (length < 0 || length > COUNT_MAX)
        return reel__fail(REEL_E_FORMAT, "an Arrow record batch has a length that makes no sense (%lld)", (long long)length);
    tree->array.length = length;
    tree->array.n_buffers = 1;
    tree->array.buffers = reel__ipc_alloc(tree, sizeof *tree->array.buffers);
    if (!tree->array.buffers)
        return no_memory();
    tree->array.buffers[0] = NULL;
    REEL__TRY(read_children(&r, &tree->schema, &tree->array));
    for (int64_t i = 0; i < tree->array.n_children; i++)
        if (tree->array.children[i]->length != length)
            return bad(tree->schema.children[i], "another number of rows than its record batch", tree->array.children[i]->length);
    return REEL_OK;
}
