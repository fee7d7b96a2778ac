#include "ipc_write.h"

#include "arrow_format.h"
#include "arrow_metadata.h"
#include "flatbuf.h"

#include <stdlib.h>
#include <string.h>

/* Numbers of Arrow's Type union and of the message headers (spec: rrd format, 3.1). */
enum { TYPE_NULL = 1, TYPE_INT = 2, TYPE_FLOAT = 3, TYPE_BINARY = 4, TYPE_UTF8 = 5, TYPE_BOOL = 6, TYPE_DECIMAL = 7, TYPE_DATE = 8, TYPE_TIME = 9, TYPE_TIMESTAMP = 10,
       TYPE_INTERVAL = 11, TYPE_LIST = 12, TYPE_STRUCT = 13, TYPE_UNION = 14, TYPE_FIXED_BINARY = 15, TYPE_FIXED_LIST = 16, TYPE_MAP = 17, TYPE_DURATION = 18,
       TYPE_LARGE_BINARY = 19, TYPE_LARGE_UTF8 = 20, TYPE_LARGE_LIST = 21 };
enum { HEADER_SCHEMA = 1, HEADER_BATCH = 3, METADATA_V5 = 4, UNIT_NS = 3, UNION_SPARSE = 0, UNION_DENSE = 1 };

size_t reel__arrow_width(uint8_t kind) {
    switch (kind) {
    case REEL__ARROW_U8: case REEL__ARROW_I8: return 1;
    case REEL__ARROW_U16: case REEL__ARROW_I16: case REEL__ARROW_F16: return 2;
    case REEL__ARROW_U32: case REEL__ARROW_I32: case REEL__ARROW_F32: return 4;
    case REEL__ARROW_U64: case REEL__ARROW_I64: case REEL__ARROW_F64: return 8;
    default: return 0;
    }
}

uint16_t reel__arrow_subtree(const reel__arrow_node *nodes) {
    uint32_t children = reel__arrow_children(nodes);
    uint16_t size = 1;
    for (uint32_t i = 0; i < children; i++)
        size = (uint16_t)(size + reel__arrow_subtree(nodes + size));
    return size;
}

static size_t begin(reel__buf *out) {
    size_t start = out->size;
    reel__buf_u32(out, UINT32_MAX);
    reel__buf_u32(out, 0);
    reel__buf_u32(out, 0); /* offset of the root table, right behind */
    return start;
}

/* Ends the head of an encapsulated message: pads it and stores its length. */
static void end(reel__buf *out, size_t start) {
    reel__buf_pad(out, start, 8);
    if (!out->failed)
        reel__store_u32(out->data + start + 4, (uint32_t)(out->size - start - 8));
}

/* The Message table; returns where its header table has to be linked. */
static size_t message(reel__flat *f, uint8_t header_type, int64_t body_size) {
    size_t at[REEL__FLAT_SLOTS_MAX];
    const uint8_t sizes[REEL__FLAT_SLOTS_MAX] = {2, 1, 4, 8};
    size_t table = reel__flat_table(f, sizes, at);
    reel__flat_link(f, f->start, table);
    reel__flat_store(f, at[0], METADATA_V5, 2);
    reel__flat_store(f, at[1], header_type, 1);
    reel__flat_store(f, at[3], (uint64_t)body_size, 8);
    return at[2];
}

static void metadata_vector(reel__flat *f, size_t hole, const reel__ipc_key_value *metadata, size_t n) {
    const uint8_t sizes[REEL__FLAT_SLOTS_MAX] = {4, 4};
    size_t at[REEL__FLAT_SLOTS_MAX];
    size_t vector = reel__flat_offsets(f, n);
    reel__flat_link(f, hole, vector);
    for (size_t i = 0; i < n; i++) {
        reel__flat_link(f, vector + 4 + 4 * i, reel__flat_table(f, sizes, at));
        reel__flat_link(f, at[0], reel__flat_text(f, metadata[i].key, strlen(metadata[i].key)));
        reel__flat_link(f, at[1], reel__flat_text(f, metadata[i].value, metadata[i].value_size));
    }
}

typedef struct type_code {
    uint8_t type;
    uint8_t sizes[REEL__FLAT_SLOTS_MAX];
    uint64_t values[3];
    const char *text; /* goes into the second slot */
} type_code;

static uint64_t unit_of(char letter) { return letter == 's' ? 0 : letter == 'm' ? 1 : letter == 'u' ? 2 : 3; }

/* "d:precision,scale,bits" */
static type_code decimal_of(const char *format) {
    char *at;
    uint64_t precision = strtoul(format + 2, &at, 10);
    int64_t scale = strtol(at + 1, &at, 10);
    return (type_code){TYPE_DECIMAL, {4, 4, 4}, {precision, (uint64_t)scale, *at ? strtoul(at + 1, NULL, 10) : 128}, NULL};
}

/* The types whose values are bytes of a fixed number; the format is one that was parsed before. */
static type_code fixed_of(const reel__arrow_node *node) {
    const char *format = node->format;
    if (format[0] == 'w') return (type_code){TYPE_FIXED_BINARY, {4}, {node->n}, NULL};
    if (format[0] == 'd') return decimal_of(format);
    switch (format[1]) {
    case 'd': return (type_code){TYPE_DATE, {2}, {format[2] == 'm'}, NULL};
    case 't': return (type_code){TYPE_TIME, {2, 4}, {unit_of(format[2]), 8 * node->n}, NULL};
    case 'D': return (type_code){TYPE_DURATION, {2}, {unit_of(format[2])}, NULL};
    case 'i': return (type_code){TYPE_INTERVAL, {2}, {format[2] == 'M' ? 0 : format[2] == 'D' ? 1 : 2}, NULL};
    default: return (type_code){TYPE_TIMESTAMP, {2, format[4] ? 4 : 0}, {unit_of(format[2])}, format[4] ? format + 4 : NULL};
    }
}

static type_code type_of(const reel__arrow_node *node, uint8_t logical) {
    if (logical == REEL__IPC_TIMESTAMP_NS) return (type_code){TYPE_TIMESTAMP, {2}, {UNIT_NS}, NULL};
    if (logical == REEL__IPC_DURATION_NS) return (type_code){TYPE_DURATION, {2}, {UNIT_NS}, NULL};
    if (logical == REEL__IPC_FIXED_BINARY_16) return (type_code){TYPE_FIXED_BINARY, {4}, {16}, NULL};
    switch (node->kind) {
    case REEL__ARROW_NULL: return (type_code){.type = TYPE_NULL};
    case REEL__ARROW_BOOL: return (type_code){.type = TYPE_BOOL};
    case REEL__ARROW_UTF8: return (type_code){.type = TYPE_UTF8};
    case REEL__ARROW_LARGE_UTF8: return (type_code){.type = TYPE_LARGE_UTF8};
    case REEL__ARROW_BINARY: return (type_code){.type = TYPE_BINARY};
    case REEL__ARROW_LARGE_BINARY: return (type_code){.type = TYPE_LARGE_BINARY};
    case REEL__ARROW_LIST: return (type_code){.type = TYPE_LIST};
    case REEL__ARROW_LARGE_LIST: return (type_code){.type = TYPE_LARGE_LIST};
    case REEL__ARROW_MAP: return (type_code){TYPE_MAP, {1}, {node->format != NULL}, NULL};
    case REEL__ARROW_STRUCT: return (type_code){.type = TYPE_STRUCT};
    case REEL__ARROW_UNION: return (type_code){TYPE_UNION, {2, 4}, {UNION_DENSE, 0}, NULL};
    case REEL__ARROW_SPARSE_UNION: return (type_code){TYPE_UNION, {2, 4}, {UNION_SPARSE, 0}, NULL};
    case REEL__ARROW_FIXED_LIST: return (type_code){TYPE_FIXED_LIST, {4}, {node->n}, NULL};
    case REEL__ARROW_FIXED: return fixed_of(node);
    case REEL__ARROW_F16: return (type_code){TYPE_FLOAT, {2}, {0}, NULL};
    case REEL__ARROW_F32: return (type_code){TYPE_FLOAT, {2}, {1}, NULL};
    case REEL__ARROW_F64: return (type_code){TYPE_FLOAT, {2}, {2}, NULL};
    default: break;
    }
    bool is_signed = node->kind == REEL__ARROW_I8 || node->kind == REEL__ARROW_I16 || node->kind == REEL__ARROW_I32 || node->kind == REEL__ARROW_I64;
    return (type_code){TYPE_INT, {4, 1}, {8 * reel__arrow_width(node->kind), is_signed}, NULL};
}

/* The type's own table, linked at `hole`. */
static void type_table(reel__flat *f, size_t hole, const reel__arrow_node *node, const type_code *type) {
    size_t at[REEL__FLAT_SLOTS_MAX];
    bool has_target = type->type == TYPE_UNION || type->text; /* the second slot points to something */
    reel__flat_link(f, hole, reel__flat_table(f, type->sizes, at));
    for (int i = 0; i < 3; i++)
        if (type->sizes[i] && !(has_target && i == 1))
            reel__flat_store(f, at[i], type->values[i], type->sizes[i]);
    if (type->type == TYPE_UNION) {
        uint8_t codes[REEL__ARROW_UNION_CHILDREN_MAX];
        reel__arrow_codes(node->format ? node->format + 4 : NULL, node->n, codes);
        reel__flat_link(f, at[1], reel__flat_vector(f, node->n, 4));
        for (uint32_t i = 0; i < node->n; i++)
            reel__buf_u32(f->out, codes[i]);
    } else if (type->text) {
        reel__flat_link(f, at[1], reel__flat_text(f, type->text, strlen(type->text)));
    }
}

/* A node's own metadata, which is held as the C data interface gives it. */
static void node_metadata(reel__flat *f, size_t hole, const char *metadata) {
    const uint8_t sizes[REEL__FLAT_SLOTS_MAX] = {4, 4};
    size_t at[REEL__FLAT_SLOTS_MAX];
    reel__arrow_pairs p = reel__arrow_pairs_of(metadata);
    size_t vector = reel__flat_offsets(f, (size_t)p.left);
    reel__flat_link(f, hole, vector);
    for (size_t i = 0; reel__arrow_pairs_next(&p); i++) {
        reel__flat_link(f, vector + 4 + 4 * i, reel__flat_table(f, sizes, at));
        reel__flat_link(f, at[0], reel__flat_text(f, p.key, p.key_size));
        reel__flat_link(f, at[1], reel__flat_text(f, p.value, p.value_size));
    }
}

/* One Field table with all below it, linked at `hole`. Its depth is the type's: at most REEL__ARROW_DEPTH_MAX. */
static void field(reel__flat *f, size_t hole, const char *name, bool nullable, const reel__arrow_node *nodes, uint8_t logical, const reel__ipc_key_value *metadata, size_t n_metadata) {
    static const reel__arrow_node list = {"", REEL__ARROW_LIST, true, 1};
    const reel__arrow_node *node = logical == REEL__IPC_LIST_OF_NODES ? &list : nodes;
    type_code type = type_of(node, logical);
    size_t at[REEL__FLAT_SLOTS_MAX];
    bool has_own = logical == REEL__IPC_AS_NODES && !n_metadata && node->metadata;
    const uint8_t sizes[REEL__FLAT_SLOTS_MAX] = {4, 1, 1, 4, 0, 4, n_metadata || has_own ? 4 : 0};
    reel__flat_link(f, hole, reel__flat_table(f, sizes, at));
    reel__flat_store(f, at[1], nullable, 1);
    reel__flat_store(f, at[2], type.type, 1);
    type_table(f, at[3], node, &type);
    reel__flat_link(f, at[0], reel__flat_text(f, name, strlen(name)));
    uint32_t n = logical == REEL__IPC_FIXED_BINARY_16 ? 0 : reel__arrow_children(node);
    size_t children = reel__flat_offsets(f, n);
    reel__flat_link(f, at[5], children);
    const reel__arrow_node *child = logical == REEL__IPC_LIST_OF_NODES ? nodes : nodes + 1;
    for (uint32_t i = 0; i < n; i++) {
        field(f, children + 4 + 4 * (size_t)i, child->name, child->nullable, child, REEL__IPC_AS_NODES, NULL, 0);
        child += reel__arrow_subtree(child);
    }
    if (n_metadata)
        metadata_vector(f, at[6], metadata, n_metadata);
    else if (has_own)
        node_metadata(f, at[6], node->metadata);
}

/* The Schema table, linked at `hole`. */
static void schema_table(reel__flat *f, size_t hole, const reel__ipc_field *fields, size_t n_fields, const reel__ipc_key_value *metadata, size_t n_metadata) {
    size_t at[REEL__FLAT_SLOTS_MAX];
    const uint8_t sizes[REEL__FLAT_SLOTS_MAX] = {0, 4, n_metadata ? 4 : 0};
    reel__flat_link(f, hole, reel__flat_table(f, sizes, at));
    size_t vector = reel__flat_offsets(f, n_fields);
    reel__flat_link(f, at[1], vector);
    for (size_t i = 0; i < n_fields; i++)
        field(f, vector + 4 + 4 * i, fields[i].name, fields[i].nullable, fields[i].nodes, fields[i].logical, fields[i].metadata, fields[i].n_metadata);
    if (n_metadata)
        metadata_vector(f, at[2], metadata, n_metadata);
}

static void schema_message(reel__buf *out, bool shares_nothing, const reel__ipc_field *fields, size_t n_fields, const reel__ipc_key_value *metadata, size_t n_metadata) {
    size_t start = begin(out);
    reel__flat f = {.out = out, .start = start + 8, .shares_nothing = shares_nothing};
    schema_table(&f, message(&f, HEADER_SCHEMA, 0), fields, n_fields, metadata, n_metadata);
    end(out, start);
}

void reel__ipc_schema(reel__buf *out, const reel__ipc_field *fields, size_t n_fields, const reel__ipc_key_value *metadata, size_t n_metadata) {
    schema_message(out, false, fields, n_fields, metadata, n_metadata);
}

void reel__ipc_schema_for_all(reel__buf *out, const reel__ipc_field *fields, size_t n_fields, const reel__ipc_key_value *metadata, size_t n_metadata) {
    schema_message(out, true, fields, n_fields, metadata, n_metadata);
}

/* Footer: version, schema, dictionaries (none), where the record batches stand; its length; the mark. */
void reel__ipc_footer(reel__buf *out, const reel__ipc_field *fields, size_t n_fields, const reel__ipc_key_value *metadata, size_t n_metadata, const reel__ipc_block *blocks, size_t n_blocks) {
    size_t start = out->size, at[REEL__FLAT_SLOTS_MAX];
    const uint8_t sizes[REEL__FLAT_SLOTS_MAX] = {2, 4, 0, 4};
    reel__flat f = {.out = out, .start = start, .shares_nothing = true};
    reel__buf_u32(out, 0); /* offset of the root table */
    reel__flat_link(&f, start, reel__flat_table(&f, sizes, at));
    reel__flat_store(&f, at[0], METADATA_V5, 2);
    reel__flat_link(&f, at[3], reel__flat_vector(&f, n_blocks, 8));
    for (size_t i = 0; i < n_blocks; i++) {
        reel__buf_u64(out, blocks[i].offset);
        reel__buf_u64(out, blocks[i].head_size); /* 32 bits of it, and 32 of padding */
        reel__buf_u64(out, blocks[i].body_size);
    }
    schema_table(&f, at[1], fields, n_fields, metadata, n_metadata);
    reel__buf_u32(out, (uint32_t)(out->size - start));
    reel__buf_text(out, REEL__IPC_FILE_MARK);
}

void reel__ipc_batch(reel__buf *out, int64_t n_rows, const reel__ipc_node *nodes, size_t n_nodes, const reel__ipc_buffer *buffers, size_t n_buffers, int64_t body_size, bool lz4_frame) {
    size_t start = begin(out);
    reel__flat f = {.out = out, .start = start + 8};
    size_t hole = message(&f, HEADER_BATCH, body_size), at[REEL__FLAT_SLOTS_MAX], compression_at[REEL__FLAT_SLOTS_MAX];
    const uint8_t sizes[REEL__FLAT_SLOTS_MAX] = {8, 4, 4, lz4_frame ? 4 : 0};
    reel__flat_link(&f, hole, reel__flat_table(&f, sizes, at));
    reel__flat_store(&f, at[0], (uint64_t)n_rows, 8);
    if (lz4_frame) { /* BodyCompression { codec: 0 LZ4_FRAME, method: 0 BUFFER }; the codec is written although it is the default */
        const uint8_t compression_sizes[REEL__FLAT_SLOTS_MAX] = {1, 1};
        reel__flat_link(&f, at[3], reel__flat_table(&f, compression_sizes, compression_at));
    }
    reel__flat_link(&f, at[1], reel__flat_vector(&f, n_nodes, 8));
    uint8_t *p = reel__buf_extend(out, 16 * n_nodes);
    for (size_t i = 0; p && i < n_nodes; i++, p += 16) {
        reel__store_u64(p, (uint64_t)nodes[i].length);
        reel__store_u64(p + 8, (uint64_t)nodes[i].null_count);
    }
    reel__flat_link(&f, at[2], reel__flat_vector(&f, n_buffers, 8));
    p = reel__buf_extend(out, 16 * n_buffers);
    for (size_t i = 0; p && i < n_buffers; i++, p += 16) {
        reel__store_u64(p, (uint64_t)buffers[i].offset);
        reel__store_u64(p + 8, (uint64_t)buffers[i].length);
    }
    end(out, start);
}

size_t reel__ipc_batch_size(size_t n_nodes, size_t n_buffers) {
    static const reel__ipc_node node;
    static const reel__ipc_buffer buffer;
    reel__buf head = {0};
    reel__ipc_batch(&head, 0, &node, 0, &buffer, 0, 0, false);
    size_t size = head.failed ? 0 : head.size + 16 * (n_nodes + n_buffers); /* both vectors end at a multiple of 8 */
    reel__buf_free(&head);
    return size;
}

void reel__ipc_end(reel__buf *out) {
    reel__buf_u32(out, UINT32_MAX);
    reel__buf_u32(out, 0);
}
