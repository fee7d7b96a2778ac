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
    reel__flat_items nodes, buffers, views;
    uint32_t next_node, next_buffer, next_views;
    const uint8_t *body;
    size_t body_size;
    int codec;
    bool has_union_bitmaps;
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
    if (size > r->tree->bytes_left)
        return bad(field, "a buffer that is used by too many", (int64_t)offset);
    r->tree->bytes_left -= size;
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

/* 16 bytes per value, and buffers that they point into, behind which the sizes of those stand. */
static reel_status read_views(reading *r, const struct ArrowSchema *field, struct ArrowArray *array) {
    size_t n = (size_t)array->n_buffers - 3;
    uint64_t *sizes = reel__ipc_alloc(r->tree, n * sizeof *sizes);
    bytes b;
    if (!sizes)
        return no_memory();
    REEL__TRY(next_buffer(r, field, 16 * (uint64_t)array->length, 8, &b));
    array->buffers[1] = b.data;
    for (size_t i = 0; i < n; i++) {
        REEL__TRY(next_buffer(r, field, 0, 1, &b));
        array->buffers[2 + i] = b.data;
        sizes[i] = b.size;
    }
    array->buffers[2 + n] = sizes;
    return REEL_OK;
}

/* An offset and a size per list. */
static reel_status read_list_views(reading *r, const struct ArrowSchema *field, struct ArrowArray *array, size_t width) {
    bytes b;
    for (int i = 1; i < 3; i++) {
        REEL__TRY(next_buffer(r, field, width * (uint64_t)array->length, width, &b));
        array->buffers[i] = b.data;
    }
    return REEL_OK;
}

/* The buffers behind the validity. *bytes_size: of texts and binaries. */
static reel_status read_buffers(reading *r, const struct ArrowSchema *field, const reel__arrow_format *f, struct ArrowArray *array, size_t *bytes_size) {
    uint64_t n = (uint64_t)array->length;
    bytes b;
    if (f->storage == REEL__ARROW_VIEWS)
        return read_views(r, field, array);
    if (f->storage == REEL__ARROW_LIST_VIEWS)
        return read_list_views(r, field, array, f->is_wide ? 8 : 4);
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

static reel_status find_dictionary(reading *r, const struct ArrowSchema *field, struct ArrowArray *array) {
    reel__ipc_dictionary *d = r->tree->dictionaries;
    while (d && &d->schema != field->dictionary)
        d = d->next;
    if (!d || !d->array.release)
        return bad(field, "a dictionary that did not come before it", d ? d->id : 0);
    array->dictionary = &d->array;
    return REEL_OK;
}

/* Buffers of a field. Those of views are counted in the batch. */
static reel_status count_buffers(reading *r, const struct ArrowSchema *field, const reel__arrow_format *f, size_t *n) {
    *n = f->n_buffers;
    if (f->storage != REEL__ARROW_VIEWS)
        return REEL_OK;
    uint64_t more = r->next_views < r->views.n ? reel__load_u64(r->head + r->views.at + 8 * (size_t)r->next_views++) : UINT64_MAX;
    if (more > r->buffers.n - r->next_buffer)
        return bad(field, "more buffers than there are", (int64_t)more);
    *n += (size_t)more;
    return REEL_OK;
}

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
    size_t n_buffers;
    REEL__TRY(count_buffers(r, field, &f, &n_buffers));
    *array = (struct ArrowArray){.length = length, .n_buffers = (int64_t)n_buffers};
    if (n_buffers) {
        array->buffers = reel__ipc_alloc(r->tree, n_buffers * sizeof *array->buffers);
        if (!array->buffers)
            return no_memory();
        memset(array->buffers, 0, n_buffers * sizeof *array->buffers);
    }
    if (f.kind == REEL__ARROW_NULL) {
        array->null_count = f.storage == REEL__ARROW_AS_IT_IS ? length : 0; /* run ends have none of their own */
    } else if (!is_union) {
        REEL__TRY(read_validity(r, field, array, null_count));
    } else if (r->has_union_bitmaps) {
        bytes ignored;
        REEL__TRY(next_buffer(r, field, 0, 1, &ignored));
    }
    REEL__TRY(read_buffers(r, field, &f, array, &bytes_size));
    REEL__TRY(read_children(r, field, array));
    if (f.storage == REEL__ARROW_DICTIONARY)
        REEL__TRY(find_dictionary(r, field, array));
    array->release = keep_array;
    return f.storage == REEL__ARROW_AS_IT_IS ? reel__ipc_check(field, array, bytes_size) : REEL_OK;
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

/* A RecordBatch table and its body. */
static reel_status begin(reading *r, reel__ipc_tree *tree, reel__ipc_message *m, const reel__flat_at *batch, int64_t *length) {
    *r = (reading){.tree = tree, .head = m->view.data, .body = m->body, .body_size = m->body_size, .has_union_bitmaps = m->version == REEL__IPC_V4};
    r->nodes = reel__flat_list(&m->view, batch, 1, 16);
    r->buffers = reel__flat_list(&m->view, batch, 2, 16);
    r->views = reel__flat_list(&m->view, batch, 4, 8);
    *length = reel__flat_number(&m->view, batch, 0, 8, 0);
    REEL__TRY(read_codec(r, &m->view, batch));
    if (m->view.is_bad)
        return reel__fail(REEL_E_FORMAT, "an Arrow record batch's head has an offset that leads out of it");
    if (*length < 0 || *length > COUNT_MAX)
        return reel__fail(REEL_E_FORMAT, "an Arrow record batch has a length that makes no sense (%lld)", (long long)*length);
    return REEL_OK;
}

reel_status reel__ipc_batch_read(reel__ipc_tree *tree, reel__ipc_message *m) {
    reading r;
    int64_t length;
    REEL__TRY(begin(&r, tree, m, &m->header, &length));
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

/* id, batch, whether it is more of one that was there. Each field that names it has it in its own type. */
reel_status reel__ipc_dictionary_read(reel__ipc_tree *tree, reel__ipc_message *m) {
    reel__flat_at batch = reel__flat_child(&m->view, &m->header, 1);
    int64_t id = reel__flat_number(&m->view, &m->header, 0, 8, 0), length;
    for (reel__ipc_dictionary *d = tree->dictionaries; d; d = d->next) {
        reading r;
        if (d->id != id)
            continue;
        if (d->array.release)
            return reel__fail(REEL_E_UNSUPPORTED, "an Arrow stream has a dictionary that comes in several pieces");
        REEL__TRY(begin(&r, tree, m, &batch, &length));
        REEL__TRY(read_array(&r, &d->schema, &d->array));
    }
    return REEL_OK;
}
