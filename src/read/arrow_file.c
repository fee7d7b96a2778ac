/* Arrow IPC of the arrays that a C stream gives: its schema, a message per batch, and for a file the footer.
 *
 * Arrays may begin anywhere in their buffers. What is written begins at 0: bitmaps are shifted, offsets are made to count from the first value that belongs to the batch. */
#include "../arrow/arrow_format.h"
#include "../arrow/arrow_import.h"
#include "../arrow/ipc_write.h"
#include "../base/alloc.h"
#include "../base/error.h"

#include <reel/read.h>

#include <string.h>

typedef struct writing {
    reel_write_fn write;
    void *user;
    struct ArrowSchema schema;
    reel__ipc_field *fields;
    reel__arrow_type **types;
    reel__ipc_key_value *metadata;   /* of all fields, and of the schema */
    size_t n_fields, n_root_metadata;
    char *texts;                     /* keys, each ended by a NUL */
    reel__buf head, body;            /* of the newest message */
    reel__buf nodes, buffers, blocks;
    uint64_t offset, n_rows;
} writing;

static reel_status no_memory(void) { return reel__fail(REEL_E_NO_MEMORY, "no memory to write Arrow IPC"); }

static reel_status put(writing *w, const reel__buf *bytes) {
    if (bytes->failed)
        return no_memory();
    w->offset += bytes->size;
    return bytes->size ? w->write(w->user, bytes->data, bytes->size) : REEL_OK;
}

/* ---- the schema */

static int32_t number_at(const char *at) {
    int32_t n;
    memcpy(&n, at, sizeof n);
    return n;
}

/* The entries of metadata as the C data interface has it. With `out` they are filled in, their keys copied to *texts, since they lack a NUL. */
static size_t metadata_of(const char *at, reel__ipc_key_value *out, char **texts, size_t *texts_size) {
    size_t n = at ? (size_t)number_at(at) : 0;
    at = at ? at + 4 : NULL;
    for (size_t i = 0; i < n; i++) {
        size_t key_size = (size_t)number_at(at), value_size = (size_t)number_at(at + 4 + key_size);
        *texts_size += key_size + 1;
        if (out) {
            out[i] = (reel__ipc_key_value){*texts, at + 8 + key_size, value_size};
            memcpy(*texts, at + 4, key_size);
            (*texts)[key_size] = 0;
            *texts += key_size + 1;
        }
        at += 8 + key_size + value_size;
    }
    return n;
}

static reel_status check_type(const struct ArrowSchema *schema) {
    reel__arrow_format f;
    if (!reel__arrow_parse(schema, &f))
        return reel__fail(REEL_E_ARGUMENT, "the Arrow format \"%.60s\" of %.80s is not known", schema->format ? schema->format : "", schema->name ? schema->name : "");
    if (f.storage != REEL__ARROW_AS_IT_IS)
        return reel__fail(REEL_E_UNSUPPORTED, "%.80s: Arrow IPC of the format \"%.60s\"%s is not written", schema->name ? schema->name : "", schema->format,
                          schema->dictionary ? " with a dictionary" : "");
    for (int64_t i = 0; i < schema->n_children; i++)
        REEL__TRY(check_type(schema->children[i]));
    return REEL_OK;
}

static reel_status make_fields(writing *w) {
    size_t n = w->n_fields = (size_t)w->schema.n_children, n_metadata, texts_size = 0;
    if (strcmp(w->schema.format, "+s") != 0)
        return reel__fail(REEL_E_ARGUMENT, "an Arrow stream of \"%.60s\" is none of record batches", w->schema.format);
    n_metadata = metadata_of(w->schema.metadata, NULL, NULL, &texts_size);
    for (size_t i = 0; i < n; i++)
        n_metadata += metadata_of(w->schema.children[i]->metadata, NULL, NULL, &texts_size);
    w->fields = reel__alloc_zero((n + 1) * sizeof *w->fields);
    w->types = reel__alloc_zero((n + 1) * sizeof *w->types);
    w->metadata = reel__alloc_array(n_metadata + 1, sizeof *w->metadata);
    w->texts = reel__alloc(texts_size + 1);
    if (!w->fields || !w->types || !w->metadata || !w->texts)
        return no_memory();
    char *texts = w->texts;
    reel__ipc_key_value *at = w->metadata;
    at += w->n_root_metadata = metadata_of(w->schema.metadata, at, &texts, &texts_size);
    for (size_t i = 0; i < n; i++) {
        const struct ArrowSchema *child = w->schema.children[i];
        const char *name = child->name ? child->name : "";
        REEL__TRY(check_type(child));
        REEL__TRY(reel__arrow_type_from_schema(child, true, name, &w->types[i]));
        uint32_t own = (uint32_t)metadata_of(child->metadata, at, &texts, &texts_size);
        w->fields[i] = (reel__ipc_field){name, w->types[i]->nodes, w->types[i]->n_nodes, (child->flags & ARROW_FLAG_NULLABLE) != 0, REEL__IPC_AS_NODES, at, own};
        at += own;
    }
    return REEL_OK;
}

/* ---- a batch's body */

static void end_buffer(writing *w, size_t start) {
    reel__ipc_buffer buffer = {(int64_t)start, (int64_t)(w->body.size - start)};
    reel__buf_put(&w->buffers, &buffer, sizeof buffer);
    reel__buf_pad(&w->body, 0, 8);
}

static void put_buffer(writing *w, const void *data, size_t size) {
    size_t start = w->body.size;
    if (size)
        reel__buf_put(&w->body, data, size);
    end_buffer(w, start);
}

static bool bit_at(const uint8_t *bits, int64_t i) { return bits[i / 8] >> (i % 8) & 1; }

/* Bits [first, first + n), from the lowest bit of a byte on. */
static void put_bits(writing *w, const uint8_t *bits, int64_t first, int64_t n) {
    size_t start = w->body.size, size = (size_t)(n + 7) / 8;
    uint8_t *to = n ? reel__buf_extend(&w->body, size) : NULL;
    if (to) {
        memset(to, 0, size);
        for (int64_t i = 0; i < n; i++)
            to[i / 8] = (uint8_t)(to[i / 8] | bit_at(bits, first + i) << (i % 8));
    }
    end_buffer(w, start);
}

static int64_t count_nulls(const uint8_t *bits, int64_t first, int64_t n) {
    int64_t nulls = 0;
    for (int64_t i = 0; bits && i < n; i++)
        nulls += !bit_at(bits, first + i);
    return nulls;
}

static int64_t offset_at(const void *offsets, bool is_wide, int64_t i) { return is_wide ? ((const int64_t *)offsets)[i] : ((const int32_t *)offsets)[i]; }

/* n + 1 offsets, less the first of them. */
static void put_offsets(writing *w, const void *offsets, bool is_wide, int64_t first, int64_t n, int64_t *begin, int64_t *end) {
    size_t start = w->body.size, width = is_wide ? 8 : 4;
    *begin = *end = 0;
    uint8_t *to = reel__buf_extend(&w->body, (size_t)(n + 1) * width);
    if (offsets && n) {
        *begin = offset_at(offsets, is_wide, first);
        *end = offset_at(offsets, is_wide, first + n);
    }
    for (int64_t i = 0; to && i <= n; i++, to += width) {
        int64_t v = *end > *begin ? offset_at(offsets, is_wide, first + i) - *begin : 0;
        if (is_wide)
            reel__store_u64(to, (uint64_t)v);
        else
            reel__store_u32(to, (uint32_t)v);
    }
    end_buffer(w, start);
}

static void put_array(writing *w, const struct ArrowSchema *schema, const struct ArrowArray *array, int64_t first, int64_t n);

static void put_children(writing *w, const struct ArrowSchema *schema, const struct ArrowArray *array, int64_t first, int64_t n) {
    for (int64_t i = 0; i < schema->n_children; i++)
        put_array(w, schema->children[i], array->children[i], first, n);
}

/* Dense unions: the codes, and where each value stands among those of its child, which are written as a whole. */
static void put_union(writing *w, const struct ArrowSchema *schema, const struct ArrowArray *array, bool is_dense, int64_t first, int64_t n) {
    put_buffer(w, n ? (const int8_t *)array->buffers[0] + first : NULL, (size_t)n);
    if (!is_dense) {
        put_children(w, schema, array, first, n);
        return;
    }
    put_buffer(w, n ? (const int32_t *)array->buffers[1] + first : NULL, 4 * (size_t)n);
    for (int64_t i = 0; i < schema->n_children; i++)
        put_array(w, schema->children[i], array->children[i], 0, array->children[i]->length);
}

/* Values [first, first + n) of an array, counted from its own beginning. The type was checked. */
static void put_array(writing *w, const struct ArrowSchema *schema, const struct ArrowArray *array, int64_t first, int64_t n) {
    reel__arrow_format f;
    int64_t begin, end;
    first += array->offset;
    if (!reel__arrow_parse(schema, &f))
        return;
    bool has_bitmap = f.kind != REEL__ARROW_NULL && !reel__arrow_is_union(f.kind);
    const uint8_t *bits = has_bitmap ? array->buffers[0] : NULL;
    reel__ipc_node node = {n, f.kind == REEL__ARROW_NULL ? n : count_nulls(bits, first, n)};
    reel__buf_put(&w->nodes, &node, sizeof node);
    if (has_bitmap)
        put_bits(w, bits, first, node.null_count ? n : 0); /* without nulls it may be left out */
    size_t width = f.kind == REEL__ARROW_FIXED ? f.n : reel__arrow_width(f.kind);
    if (width) {
        put_buffer(w, n ? (const uint8_t *)array->buffers[1] + (size_t)first * width : NULL, (size_t)n * width);
    } else if (f.kind == REEL__ARROW_BOOL) {
        put_bits(w, array->buffers[1], first, n);
    } else if (reel__arrow_is_run(f.kind)) {
        put_offsets(w, array->buffers[1], f.is_wide, first, n, &begin, &end);
        put_buffer(w, end > begin ? (const uint8_t *)array->buffers[2] + begin : NULL, (size_t)(end - begin));
    } else if (reel__arrow_is_list(f.kind)) {
        put_offsets(w, array->buffers[1], f.is_wide, first, n, &begin, &end);
        put_children(w, schema, array, begin, end - begin);
    } else if (f.kind == REEL__ARROW_FIXED_LIST) {
        put_children(w, schema, array, first * f.n, n * f.n);
    } else if (f.kind == REEL__ARROW_STRUCT) {
        put_children(w, schema, array, first, n);
    } else if (reel__arrow_is_union(f.kind)) {
        put_union(w, schema, array, f.kind == REEL__ARROW_UNION, first, n);
    }
}

static reel_status put_batch(writing *w, const struct ArrowArray *batch) {
    w->head.size = w->body.size = w->nodes.size = w->buffers.size = 0;
    if (batch->n_children != (int64_t)w->n_fields)
        return reel__fail(REEL_E_ARGUMENT, "a record batch of %lld columns in an Arrow stream of %zu", (long long)batch->n_children, w->n_fields);
    put_children(w, &w->schema, batch, batch->offset, batch->length);
    if (w->body.failed || w->nodes.failed || w->buffers.failed)
        return no_memory();
    reel__ipc_batch(&w->head, batch->length, (const reel__ipc_node *)(void *)w->nodes.data, w->nodes.size / sizeof(reel__ipc_node), (const reel__ipc_buffer *)(void *)w->buffers.data,
                    w->buffers.size / sizeof(reel__ipc_buffer), (int64_t)w->body.size, false);
    reel__ipc_block block = {w->offset, w->head.size, w->body.size};
    reel__buf_put(&w->blocks, &block, sizeof block);
    w->n_rows += (uint64_t)batch->length;
    REEL__TRY(put(w, &w->head));
    return put(w, &w->body);
}

static reel_status put_batches(writing *w, struct ArrowArrayStream *stream) {
    for (;;) {
        struct ArrowArray batch = {0};
        if (stream->get_next(stream, &batch) != 0) {
            const char *why = stream->get_last_error(stream);
            return reel__fail(REEL_E_FORMAT, "%.400s", why ? why : "the Arrow stream ended with an error");
        }
        if (!batch.release)
            return REEL_OK;
        reel_status status = put_batch(w, &batch);
        batch.release(&batch);
        REEL__TRY(status);
    }
}

static reel_status write_all(writing *w, struct ArrowArrayStream *stream, reel_arrow_form form) {
    if (stream->get_schema(stream, &w->schema) != 0) {
        const char *why = stream->get_last_error(stream);
        return reel__fail(REEL_E_FORMAT, "%.400s", why ? why : "the Arrow stream has no schema");
    }
    REEL__TRY(make_fields(w));
    if (form == REEL_ARROW_FILE) {
        reel__buf_text(&w->head, REEL__IPC_FILE_MARK);
        reel__buf_pad(&w->head, 0, 8);
    }
    reel__ipc_schema_for_all(&w->head, w->fields, w->n_fields, w->metadata, w->n_root_metadata);
    REEL__TRY(put(w, &w->head));
    REEL__TRY(put_batches(w, stream));
    w->head.size = 0;
    reel__ipc_end(&w->head);
    if (form == REEL_ARROW_FILE) {
        if (w->blocks.failed)
            return no_memory();
        reel__ipc_footer(&w->head, w->fields, w->n_fields, w->metadata, w->n_root_metadata, (const reel__ipc_block *)(void *)w->blocks.data, w->blocks.size / sizeof(reel__ipc_block));
    }
    return put(w, &w->head);
}

reel_status reel_write_arrow(struct ArrowArrayStream *stream, reel_arrow_form form, reel_write_fn write, void *user, uint64_t *n_rows) {
    writing w = {.write = write, .user = user};
    if (!stream || !stream->release)
        return reel__fail(REEL_E_ARGUMENT, "an Arrow stream that is %s", stream ? "released" : "NULL");
    reel_status status = write && (form == REEL_ARROW_STREAM || form == REEL_ARROW_FILE)
                             ? write_all(&w, stream, form)
                             : reel__fail(REEL_E_ARGUMENT, "%d is not a form of Arrow IPC, or there is no function to write it with", (int)form);
    if (n_rows)
        *n_rows = w.n_rows;
    for (size_t i = 0; w.types && i < w.n_fields; i++)
        reel__release(w.types[i]);
    reel__release(w.types);
    reel__release(w.fields);
    reel__release(w.metadata);
    reel__release(w.texts);
    reel__buf *buffers[] = {&w.head, &w.body, &w.nodes, &w.buffers, &w.blocks};
    for (size_t i = 0; i < sizeof buffers / sizeof *buffers; i++)
        reel__buf_free(buffers[i]);
    if (w.schema.release)
        w.schema.release(&w.schema);
    stream->release(stream);
    return status;
}
