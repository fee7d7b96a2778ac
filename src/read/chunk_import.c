/* A record batch of somebody else's as a chunk. Its values stay where they are; what the interface tells of them is checked, sizes of buffers are not told and have to be believed. */
#include "chunk_decode.h"

#include "../arrow/arrow_format.h"
#include "../arrow/arrow_import.h"
#include "../arrow/arrow_values.h"
#include "../arrow/ipc_write.h"
#include "../base/alloc.h"
#include "../base/error.h"
#include "../base/text.h"

#include <string.h>

#define COLUMNS_MAX REEL__CHUNK_COLUMNS_MAX

/* What was taken over. */
typedef struct imported {
    reel__held held;
    struct ArrowSchema schema;
    struct ArrowArray array;
} imported;

static void release_both(struct ArrowSchema *schema, struct ArrowArray *array) {
    if (array && array->release)
        array->release(array);
    if (schema && schema->release)
        schema->release(schema);
}

static void release_imported(reel__held *held) {
    imported *m = (imported *)held;
    release_both(&m->schema, &m->array);
    reel__release(m);
}

/* Counts and sizes of key and value pairs that are not negative, and texts that are UTF-8. */
static bool is_metadata_good(const char *metadata) {
    int32_t n = 0, size;
    if (!metadata)
        return true;
    memcpy(&n, metadata, 4);
    metadata += 4;
    if (n < 0)
        return false;
    for (int64_t i = 0; i < 2 * (int64_t)n; i++) {
        memcpy(&size, metadata, 4);
        metadata += 4;
        if (size < 0 || !reel__utf8_valid(metadata, (size_t)size))
            return false;
        metadata += size;
    }
    return true;
}

/* Whether all values stand as Arrow's first layouts have it, at addresses that can be read as what they are. */
static reel_status check_layout(const struct ArrowSchema *schema, const struct ArrowArray *array, const char *name) {
    reel__arrow_format f;
    if (!reel__arrow_parse(schema, &f) || f.storage != REEL__ARROW_AS_IT_IS)
        return reel__fail(REEL_E_UNSUPPORTED, "a column \"%.80s\" holds dictionaries, views or run-end encoded values, which a chunk does not have: decode them first", name);
    size_t width = f.kind == REEL__ARROW_FIXED ? (schema->format[0] == 'w' ? 1 : f.n > 8 ? 8 : f.n) : reel__arrow_width(f.kind);
    bool has_offsets = reel__arrow_is_list(f.kind) || reel__arrow_is_run(f.kind) || f.kind == REEL__ARROW_UNION;
    width = has_offsets ? (f.is_wide ? 8 : 4) : width;
    if (width > 1 && array->n_buffers > 1 && (uintptr_t)array->buffers[1] % width)
        return reel__fail(REEL_E_ARGUMENT, "a column \"%.80s\" has values at an address that is no multiple of their size, %zu", name, width);
    for (int64_t i = 0; i < schema->n_children; i++)
        REEL__TRY(check_layout(schema->children[i], array->children[i], name));
    return REEL_OK;
}

/* A column, with the record batch's own offset added to its own. */
static reel_status import_column(reel__ipc_tree *tree, const struct ArrowSchema *schema, const struct ArrowArray *from, const struct ArrowArray *batch, struct ArrowArray *out) {
    static const int64_t zero;
    reel__arrow_type *type;
    const char *name = schema->name ? schema->name : "";
    if (!schema->name || !reel__utf8_valid(name, strlen(name)) || !is_metadata_good(schema->metadata))
        return reel__fail(REEL_E_ARGUMENT, "a record batch has a column without a name, or with texts that are not valid UTF-8");
    /* The type is not needed; making it checks everything below it. */
    REEL__TRY(reel__arrow_import(schema, from, name, &type));
    reel__release(type);
    REEL__TRY(check_layout(schema, from, name));
    if (from->length - batch->offset < batch->length)
        return reel__fail(REEL_E_ARGUMENT, "a column \"%.80s\" has %lld values, fewer than its record batch", name, (long long)from->length);
    *out = *from;
    out->offset += batch->offset;
    out->length = batch->length;
    reel__arrow_format f;
    reel__arrow_parse(schema, &f);
    bool has_bitmap = !reel__arrow_is_union(f.kind) && f.kind != REEL__ARROW_NULL;
    if (has_bitmap && out->null_count) {
        int64_t nulls = 0;
        for (int64_t i = 0; out->buffers[0] && i < out->length; i++)
            nulls += !reel__arrow_bit(out->buffers[0], out->offset + i);
        out->null_count = nulls;
    }
    if (!out->length && out->n_buffers == 2 && !out->buffers[1]) { /* an array of no values may come without buffers */
        out->buffers = reel__ipc_alloc(tree, 2 * sizeof *out->buffers);
        if (!out->buffers)
            return reel__fail(REEL_E_NO_MEMORY, "no memory to import a column");
        out->buffers[0] = NULL;
        out->buffers[1] = &zero;
        out->offset = 0;
    }
    return REEL_OK;
}

static reel_status fill_tree(reel__ipc_tree *tree, const imported *m) {
    size_t n = (size_t)m->schema.n_children;
    struct ArrowArray *columns = reel__ipc_array_children(tree, &tree->array, n);
    if (!columns)
        return reel__fail(REEL_E_NO_MEMORY, "no memory to import a record batch of %zu columns", n);
    tree->schema.metadata = m->schema.metadata;
    tree->schema.n_children = m->schema.n_children;
    tree->schema.children = m->schema.children;
    tree->array.length = m->array.length;
    tree->has_batch = true;
    for (size_t i = 0; i < n; i++)
        REEL__TRY(import_column(tree, m->schema.children[i], m->array.children[i], &m->array, &columns[i]));
    return REEL_OK;
}

static reel_status check_batch(const struct ArrowSchema *s, const struct ArrowArray *a) {
    if (!s->format || strcmp(s->format, "+s") != 0)
        return reel__fail(REEL_E_ARGUMENT, "what should be a record batch is of the Arrow format \"%.60s\"", s->format ? s->format : "");
    if (s->n_children < 0 || s->n_children > COLUMNS_MAX || a->n_children != s->n_children || (s->n_children && (!s->children || !a->children)))
        return reel__fail(REEL_E_ARGUMENT, "a record batch has %lld columns, and %lld arrays for them", (long long)s->n_children, (long long)a->n_children);
    for (int64_t i = 0; i < s->n_children; i++)
        if (!s->children[i] || !a->children[i] || !s->children[i]->release || !a->children[i]->release)
            return reel__fail(REEL_E_ARGUMENT, "column %lld of a record batch is missing", (long long)i);
    if (a->length < 0 || a->offset < 0 || a->length > INT64_MAX / 1024 || a->offset > INT64_MAX / 1024)
        return reel__fail(REEL_E_ARGUMENT, "a record batch has a length or offset that makes no sense");
    return is_metadata_good(s->metadata) ? REEL_OK : reel__fail(REEL_E_ARGUMENT, "a record batch's metadata is not valid UTF-8");
}

reel_status reel_chunk_import(struct ArrowSchema *schema, struct ArrowArray *array, reel_chunk **chunk) {
    bool is_given = schema && schema->release && array && array->release;
    imported *m = is_given && chunk ? reel__alloc(sizeof *m) : NULL;
    if (chunk)
        *chunk = NULL;
    if (!m) {
        release_both(schema, array);
        return is_given && chunk ? reel__fail(REEL_E_NO_MEMORY, "no memory to import a record batch")
                                 : reel__fail(REEL_E_ARGUMENT, "reel_chunk_import needs a schema and an array that are not released, and somewhere to put the chunk");
    }
    *m = (imported){.schema = *schema, .array = *array};
    schema->release = NULL; /* moved */
    array->release = NULL;
    reel__held_init(&m->held, release_imported);
    reel_status status = check_batch(&m->schema, &m->array);
    reel__ipc_tree *tree = status == REEL_OK ? reel__ipc_tree_new(&m->held) : NULL;
    reel__held_unref(&m->held); /* from here on the tree's, if there is one */
    if (!tree)
        return status != REEL_OK ? status : reel__fail(REEL_E_NO_MEMORY, "no memory to import a record batch");
    status = fill_tree(tree, m);
    if (status == REEL_OK)
        status = reel__chunk_of_tree(tree, NULL, chunk);
    reel__held_unref(&tree->held);
    return status == REEL_E_FORMAT ? REEL_E_ARGUMENT : status;
}
