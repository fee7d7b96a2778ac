/* Types from the schemas of others. One walk is made twice: it counts first, then fills a block of just that size. */
#include "arrow_import.h"

#include "../base/alloc.h"
#include "../base/error.h"
#include "../base/text.h"
#include "arrow_format.h"
#include "arrow_metadata.h"
#include "ipc_write.h"

#include <string.h>

#define TEXTS_BYTES_MAX ((size_t)1 << 20) /* names, formats and metadata of one type */

typedef struct making {
    const char *where;
    reel__arrow_node *nodes; /* NULL: counting */
    char *texts;
    uint32_t n_nodes, n_streams;
    size_t texts_size;
} making;

static reel_status put_bytes(making *m, const char *bytes, size_t size, const char **out) {
    if (size > TEXTS_BYTES_MAX - m->texts_size)
        return reel__fail(REEL_E_TOO_LARGE, "%s: the names and metadata of its Arrow type have more than %zu bytes", m->where, TEXTS_BYTES_MAX);
    if (m->texts) {
        *out = m->texts + m->texts_size;
        memcpy(m->texts + m->texts_size, bytes, size);
    }
    m->texts_size += size;
    return REEL_OK;
}

static reel_status put_text(making *m, const char *what, const char *text, const char **out) {
    text = text ? text : "";
    size_t size = strlen(text);
    if (!reel__utf8_valid(text, size))
        return reel__fail(REEL_E_UTF8, "%s: a %s in its Arrow type, %zu bytes, is not valid UTF-8", m->where, what, size);
    return put_bytes(m, text, size + 1, out);
}

/* Sums a field's metadata up; its numbers have the machine's byte order and no alignment. */
static reel_status put_metadata(making *m, const char *metadata, const char **out) {
    int32_t n, size;
    size_t at = 4;
    *out = NULL;
    if (!metadata)
        return REEL_OK;
    memcpy(&n, metadata, 4);
    if (n < 0)
        return reel__fail(REEL_E_ARGUMENT, "%s: a field in its Arrow type has %d entries of metadata", m->where, n);
    for (int64_t i = 0; i < 2 * (int64_t)n; i++) { /* keys and values in turn */
        memcpy(&size, metadata + at, 4);
        at += 4;
        if (size < 0 || (size_t)size > TEXTS_BYTES_MAX - at)
            return reel__fail(REEL_E_TOO_LARGE, "%s: metadata in its Arrow type has an entry of %d bytes, %zu bytes from its start", m->where, size, at);
        if (!reel__utf8_valid(metadata + at, (size_t)size))
            return reel__fail(REEL_E_UTF8, "%s: metadata in its Arrow type is not valid UTF-8", m->where);
        at += (size_t)size;
        if (at > TEXTS_BYTES_MAX - 4)
            return reel__fail(REEL_E_TOO_LARGE, "%s: metadata in its Arrow type has more than %zu bytes", m->where, TEXTS_BYTES_MAX);
    }
    return n ? put_bytes(m, metadata, at, out) : REEL_OK;
}

/* Whether each value has bytes in some stream. Counts of values that have none could grow beyond what offsets express. */
static bool has_bytes(const reel__arrow_node *node, bool is_root) {
    if ((!is_root && reel__arrow_has_validity(node)) || reel__arrow_own_streams(node))
        return true;
    const reel__arrow_node *child = node + 1;
    uint32_t n = node->n && node->kind == REEL__ARROW_FIXED_LIST ? 1 : node->n;
    for (uint32_t i = 0; i < n; i++, child += reel__arrow_subtree(child))
        if (has_bytes(child, false))
            return true;
    return false;
}

static reel_status refuse(const making *m, const struct ArrowSchema *schema) {
    return reel__fail(REEL_E_UNSUPPORTED, "%s: the Arrow format \"%.60s\"%s is not one that can be recorded", m->where, schema->format ? schema->format : "",
                      schema->dictionary ? " with a dictionary" : "");
}

static reel_status check_children(const making *m, const struct ArrowSchema *schema, const reel__arrow_format *f) {
    bool any = f->kind == REEL__ARROW_STRUCT || reel__arrow_is_union(f->kind);
    int64_t n = f->storage == REEL__ARROW_RUN_ENDS ? 2 : reel__arrow_is_list(f->kind) || f->kind == REEL__ARROW_FIXED_LIST ? 1 : 0;
    if (any ? schema->n_children < 0 || schema->n_children > REEL__ARROW_NODES_MAX : schema->n_children != n)
        return reel__fail(REEL_E_ARGUMENT, "%s: the Arrow format \"%.60s\" has %lld children", m->where, schema->format, (long long)schema->n_children);
    for (int64_t i = 0; i < schema->n_children; i++)
        if (!schema->children || !schema->children[i])
            return reel__fail(REEL_E_ARGUMENT, "%s: child %lld of the Arrow format \"%.60s\" is NULL", m->where, (long long)i, schema->format);
    return REEL_OK;
}

/* A union's codes have to be told apart from 0 to n-1, which is what a node without a text means. */
static reel_status check_codes(const making *m, const struct ArrowSchema *schema, const reel__arrow_format *f, bool *keeps_text) {
    uint8_t codes[REEL__ARROW_UNION_CHILDREN_MAX];
    uint32_t n = (uint32_t)schema->n_children;
    if (!n || !reel__arrow_codes(f->codes, n, codes))
        return reel__fail(REEL_E_ARGUMENT, "%s: the Arrow format \"%.60s\" does not fit its %u children", m->where, schema->format, (unsigned)n);
    for (uint32_t i = 0; i < n; i++)
        *keeps_text |= codes[i] != i;
    return REEL_OK;
}

static reel_status make_node(making *m, const struct ArrowSchema *schema, const char *name, bool nullable, const char *metadata, bool is_root, uint32_t depth);

static reel_status make_children(making *m, const struct ArrowSchema *schema, const reel__arrow_format *f, uint32_t depth) {
    for (int64_t i = 0; i < schema->n_children; i++) {
        const struct ArrowSchema *child = schema->children[i];
        bool nullable = (child->flags & ARROW_FLAG_NULLABLE) && f->kind != REEL__ARROW_MAP; /* a map's entries are there */
        REEL__TRY(make_node(m, child, child->name, nullable, child->metadata, false, depth + 1));
    }
    const struct ArrowSchema *entries = f->kind == REEL__ARROW_MAP ? schema->children[0] : NULL;
    if (entries && (strcmp(entries->format, "+s") != 0 || entries->n_children != 2))
        return reel__fail(REEL_E_ARGUMENT, "%s: an Arrow map's entries are of the format \"%.60s\"", m->where, entries->format);
    return REEL_OK;
}

static reel_status make_node(making *m, const struct ArrowSchema *schema, const char *name, bool nullable, const char *metadata, bool is_root, uint32_t depth) {
    reel__arrow_format f;
    if (depth > REEL__ARROW_DEPTH_MAX)
        return reel__fail(REEL_E_TOO_LARGE, "%s: its Arrow type is nested more than %d deep", m->where, REEL__ARROW_DEPTH_MAX);
    if (!reel__arrow_parse(schema, &f))
        return refuse(m, schema);
    REEL__TRY(check_children(m, schema, &f));
    if (f.storage == REEL__ARROW_DICTIONARY)
        return make_node(m, schema->dictionary, name, nullable, metadata, is_root, depth + 1);
    if (f.storage == REEL__ARROW_RUN_ENDS) {
        const struct ArrowSchema *ends = schema->children[0];
        const char *format = ends->format;
        if (!format || format[0] == 0 || format[1] || !strchr("sil", format[0]) || ends->dictionary || ends->n_children)
            return refuse(m, ends);
        return make_node(m, schema->children[1], name, nullable || (schema->children[1]->flags & ARROW_FLAG_NULLABLE), metadata, is_root, depth + 1);
    }
    if (m->n_nodes == REEL__ARROW_NODES_MAX)
        return reel__fail(REEL_E_TOO_LARGE, "%s: its Arrow type has more than %d nodes", m->where, REEL__ARROW_NODES_MAX);
    reel__arrow_node node = {.name = "item", .kind = f.kind, .nullable = nullable, .n = f.n};
    if (f.kind == REEL__ARROW_STRUCT || reel__arrow_is_union(f.kind) || reel__arrow_is_list(f.kind))
        node.n = (uint32_t)schema->n_children;
    bool keeps_text = f.keeps_text;
    if (reel__arrow_is_union(f.kind))
        REEL__TRY(check_codes(m, schema, &f, &keeps_text));
    if (!is_root) {
        REEL__TRY(put_text(m, "name", name, &node.name));
        REEL__TRY(put_metadata(m, metadata, &node.metadata));
    }
    if (keeps_text)
        REEL__TRY(put_text(m, "format", schema->format, &node.format));
    m->n_streams += reel__arrow_own_streams(&node) + (!is_root && reel__arrow_has_validity(&node));
    if (m->nodes)
        m->nodes[m->n_nodes] = node;
    m->n_nodes++;
    return make_children(m, schema, &f, depth);
}

/* Bytes of a value of a type with one stream: what stands above that stream are structs, and lists of a fixed size. */
static uint64_t value_bytes(const reel__arrow_node *node) {
    uint64_t n = 1;
    for (bool is_root = true; !reel__arrow_own_streams(node); is_root = false) {
        if (!is_root && reel__arrow_has_validity(node))
            return n;
        if (node->kind == REEL__ARROW_FIXED_LIST)
            n = n > UINT32_MAX ? n : n * node->n;
        for (node++; !has_bytes(node, false);) /* children without a stream */
            node += reel__arrow_subtree(node);
    }
    size_t width = node->kind == REEL__ARROW_FIXED ? node->n : reel__arrow_width(node->kind);
    return n * (width ? width : 1);
}

uint16_t reel__arrow_value_bytes(const reel__arrow_type *type) { return type->n_streams != 1 ? 0 : type->root_nulls ? 1 : (uint16_t)value_bytes(type->nodes); }

reel_status reel__arrow_type_from_schema(const struct ArrowSchema *schema, bool root_nulls, const char *where, reel__arrow_type **out) {
    making count = {.where = where};
    *out = NULL;
    if (!schema || !schema->release)
        return reel__fail(REEL_E_ARGUMENT, "%s: the Arrow schema is %s", where, schema ? "released" : "NULL");
    REEL__TRY(make_node(&count, schema, NULL, true, NULL, true, 1));
    if (count.n_streams + root_nulls > REEL__ARROW_STREAMS_MAX)
        return reel__fail(REEL_E_TOO_LARGE, "%s: an Arrow type of %u leaves, lists and fields that may be null: at most %d are allowed", where,
                          (unsigned)(count.n_streams + root_nulls), REEL__ARROW_STREAMS_MAX);
    size_t nodes_size = count.n_nodes * sizeof(reel__arrow_node);
    reel__arrow_type *type = reel__alloc(sizeof *type + nodes_size + count.texts_size);
    if (!type)
        return reel__fail(REEL_E_NO_MEMORY, "%s: no memory for an Arrow type of %u nodes", where, (unsigned)count.n_nodes);
    making fill = {.where = where, .nodes = (reel__arrow_node *)(type + 1), .texts = (char *)(type + 1) + nodes_size};
    reel_status status = make_node(&fill, schema, NULL, true, NULL, true, 1);
    for (uint32_t i = 0; i < fill.n_nodes && status == REEL_OK; i++)
        if (reel__arrow_is_list(fill.nodes[i].kind) && !has_bytes(&fill.nodes[i + 1], false))
            status = reel__fail(REEL_E_UNSUPPORTED, "%s: its Arrow type has lists of values without any bytes", where);
    if (status != REEL_OK) {
        reel__release(type);
        return status;
    }
    if (!has_bytes(fill.nodes, true) || (fill.n_streams == 1 && value_bytes(fill.nodes) > UINT16_MAX))
        root_nulls = true;
    root_nulls = root_nulls && reel__arrow_has_validity(fill.nodes);
    *type = (reel__arrow_type){fill.nodes, (uint16_t)fill.n_nodes, (uint16_t)(fill.n_streams + root_nulls), root_nulls};
    *out = type;
    return REEL_OK;
}

/* ---- equality */

void reel__arrow_type_key(const reel__arrow_type *type, reel__buf *out) {
    reel__buf_u8(out, type->root_nulls);
    for (uint16_t i = 0; i < type->n_nodes; i++) {
        const reel__arrow_node *node = &type->nodes[i];
        reel__buf_u8(out, node->kind);
        reel__buf_u8(out, node->nullable);
        reel__buf_u32(out, node->n);
        reel__buf_put(out, node->name, strlen(node->name) + 1);
        reel__buf_u8(out, (uint8_t)((node->format != NULL) | (node->metadata != NULL) << 1));
        if (node->format)
            reel__buf_put(out, node->format, strlen(node->format) + 1);
        if (node->metadata)
            reel__buf_put(out, node->metadata, reel__arrow_metadata_size(node->metadata));
    }
}

bool reel__arrow_type_equal(const reel__arrow_type *a, const reel__arrow_type *b) {
    if (a == b)
        return true;
    if (a->n_nodes != b->n_nodes || a->root_nulls != b->root_nulls)
        return false;
    for (uint16_t i = 0; i < a->n_nodes; i++) {
        const reel__arrow_node *x = &a->nodes[i], *y = &b->nodes[i];
        if (x->kind != y->kind || x->nullable != y->nullable || x->n != y->n || !reel__text_same(x->name, y->name) || !reel__text_same(x->format, y->format) || !x->metadata != !y->metadata)
            return false;
        size_t size = x->metadata ? reel__arrow_metadata_size(x->metadata) : 0;
        if (size && (reel__arrow_metadata_size(y->metadata) != size || memcmp(x->metadata, y->metadata, size) != 0))
            return false;
    }
    return true;
}
