/* The stream of messages, and the schema in the first of them. */
#include "ipc_read.h"

#include "../base/alloc.h"
#include "../base/buf.h"
#include "../base/error.h"
#include "../base/text.h"
#include "arrow_format.h"
#include "ipc_batch.h"
#include "lz4_frame.h"

#include <string.h>

enum { BLOCK_MIN = 4096 };
#define COPIES_FLOOR ((uint64_t)16 << 20) /* a small chunk may be packed well, and twice */

struct reel__ipc_memory {
    reel__ipc_memory *next;
    _Alignas(16) uint8_t data[];
};

/* ---- the tree's memory */

static void release_tree(reel__held *held) {
    reel__ipc_tree *tree = (reel__ipc_tree *)held;
    for (reel__ipc_memory *block = tree->blocks; block;) {
        reel__ipc_memory *next = block->next;
        reel__release(block);
        block = next;
    }
    reel__held_unref(tree->owner);
    reel__release(tree);
}

static void keep_schema(struct ArrowSchema *schema) { (void)schema; }
static void keep_array(struct ArrowArray *array) { (void)array; }

reel__ipc_tree *reel__ipc_tree_new(reel__held *owner) {
    reel__ipc_tree *tree = reel__alloc_zero(sizeof *tree);
    if (!tree)
        return NULL;
    reel__held_init(&tree->held, release_tree);
    tree->owner = reel__held_ref(owner);
    tree->schema = (struct ArrowSchema){.format = "+s", .name = "", .release = keep_schema};
    tree->array = (struct ArrowArray){.release = keep_array};
    return tree;
}

/* The newest block has block_room bytes left, at its end; what is larger than a block gets one of its own, behind the newest. */
void *reel__ipc_alloc(reel__ipc_tree *tree, size_t size) {
    size_t padded, bytes;
    if (!reel__add_size(size, 15, &padded))
        return NULL;
    padded &= ~(size_t)15;
    if (tree->blocks && padded <= tree->block_room) {
        tree->block_room -= padded;
        return tree->blocks->data + (BLOCK_MIN - tree->block_room - padded);
    }
    size_t room = padded > BLOCK_MIN ? padded : BLOCK_MIN;
    if (!reel__add_size(sizeof(reel__ipc_memory), room, &bytes))
        return NULL;
    reel__ipc_memory *block = reel__alloc(bytes);
    if (!block)
        return NULL;
    if (padded > BLOCK_MIN && tree->blocks) {
        block->next = tree->blocks->next;
        tree->blocks->next = block;
        return block->data;
    }
    block->next = tree->blocks;
    tree->blocks = block;
    tree->block_room = room - padded;
    return block->data;
}

struct ArrowSchema *reel__ipc_schema_children(reel__ipc_tree *tree, struct ArrowSchema *parent, size_t n) {
    struct ArrowSchema *children = reel__ipc_alloc(tree, n * sizeof *children);
    parent->children = reel__ipc_alloc(tree, n * sizeof *parent->children);
    parent->n_children = (int64_t)n;
    if (!children || !parent->children)
        return NULL;
    for (size_t i = 0; i < n; i++)
        parent->children[i] = &children[i];
    return children;
}

struct ArrowArray *reel__ipc_array_children(reel__ipc_tree *tree, struct ArrowArray *parent, size_t n) {
    struct ArrowArray *children = reel__ipc_alloc(tree, n * sizeof *children);
    parent->children = reel__ipc_alloc(tree, n * sizeof *parent->children);
    parent->n_children = (int64_t)n;
    if (!children || !parent->children)
        return NULL;
    for (size_t i = 0; i < n; i++)
        parent->children[i] = &children[i];
    return children;
}

/* ---- the schema */

typedef struct reading {
    reel__ipc_tree *tree;
    reel__flat_view view;
    size_t nodes_left, texts_left; /* a flatbuffer's tables may be used twice, so a few bytes could name a great many fields */
    size_t n_tables;
} reading;

static reel_status no_memory(void) { return reel__fail(REEL_E_NO_MEMORY, "no memory for an Arrow schema"); }
static reel_status malformed(void) { return reel__fail(REEL_E_FORMAT, "an Arrow message's head has an offset that leads out of it"); }

/* Texts end with a NUL, as flatbuffers have them; C has no others. */
static reel_status read_text(reading *r, const reel__flat_at *table, unsigned slot, const char *what, const char **out, size_t *size) {
    const char *text = reel__flat_string(&r->view, table, slot, size);
    *out = "";
    if (r->view.is_bad)
        return malformed();
    if (!text)
        return REEL_OK;
    if (!reel__utf8_valid(text, *size))
        return reel__fail(REEL_E_FORMAT, "an Arrow field's %s is not valid UTF-8", what);
    if (*size > r->texts_left)
        return reel__fail(REEL_E_FORMAT, "an Arrow schema repeats its texts without end");
    r->texts_left -= *size;
    *out = text;
    return REEL_OK;
}

static reel_status read_name(reading *r, const reel__flat_at *table, unsigned slot, const char *what, const char **out) {
    size_t size;
    const char *text;
    REEL__TRY(read_text(r, table, slot, what, &text, &size));
    if (memchr(text, 0, size))
        return reel__fail(REEL_E_UNSUPPORTED, "an Arrow field's %s \"%.60s\" has a NUL within", what, text);
    char *copy = reel__ipc_alloc(r->tree, size + 1);
    if (!copy)
        return no_memory();
    memcpy(copy, text, size);
    copy[size] = 0;
    *out = copy;
    return REEL_OK;
}

/* Key and value pairs as the C data interface has them; NULL if there are none. */
static reel_status read_metadata(reading *r, const reel__flat_at *table, unsigned slot, const char **out) {
    reel__flat_items items = reel__flat_list(&r->view, table, slot, 4);
    size_t size, total = 4;
    const char *text;
    *out = NULL;
    if (r->view.is_bad)
        return malformed();
    if (!items.n)
        return REEL_OK;
    r->n_tables += items.n;
    for (uint32_t i = 0; i < items.n; i++) {
        reel__flat_at pair = reel__flat_item(&r->view, items, i);
        for (unsigned k = 0; k < 2; k++, total += 4 + size)
            REEL__TRY(read_text(r, &pair, k, "metadata", &text, &size));
    }
    if (total > INT32_MAX)
        return reel__fail(REEL_E_TOO_LARGE, "an Arrow field has %zu bytes of metadata", total);
    char *at = reel__ipc_alloc(r->tree, total);
    if (!at)
        return no_memory();
    *out = at;
    int32_t n = (int32_t)items.n;
    memcpy(at, &n, 4);
    at += 4;
    for (uint32_t i = 0; i < items.n; i++) {
        reel__flat_at pair = reel__flat_item(&r->view, items, i);
        for (unsigned k = 0; k < 2; k++, at += 4 + size) {
            text = reel__flat_string(&r->view, &pair, k, &size);
            n = (int32_t)size;
            memcpy(at, &n, 4);
            if (size)
                memcpy(at + 4, text, size);
        }
    }
    return REEL_OK;
}

static reel_status read_fields(reading *r, const reel__flat_at *table, unsigned slot, struct ArrowSchema *parent, unsigned depth);

/* The type that was read is the dictionary's; the field itself holds numbers of its values. */
static reel_status read_dictionary(reading *r, const reel__flat_at *encoding, struct ArrowSchema *out) {
    reel__ipc_dictionary *d = reel__ipc_alloc(r->tree, sizeof *d);
    reel__flat_at type = reel__flat_child(&r->view, encoding, 1);
    if (!d)
        return no_memory();
    *d = (reel__ipc_dictionary){.next = r->tree->dictionaries, .id = reel__flat_number(&r->view, encoding, 0, 8, 0), .schema = *out};
    r->tree->dictionaries = d;
    d->schema.metadata = NULL;
    *out = (struct ArrowSchema){.name = out->name, .flags = out->flags & ARROW_FLAG_NULLABLE, .metadata = out->metadata, .format = "i", .dictionary = &d->schema, .release = keep_schema};
    r->tree->is_encoded = true;
    r->n_tables += 2; /* this one, and the numbers' type */
    return type.at ? reel__ipc_type(r->tree, &r->view, REEL__IPC_TYPE_INT, &type, out) : REEL_OK;
}

static reel_status read_field(reading *r, const reel__flat_at *field, struct ArrowSchema *out, unsigned depth) {
    *out = (struct ArrowSchema){.release = keep_schema};
    r->n_tables += 2; /* and its type */
    REEL__TRY(read_name(r, field, 0, "name", &out->name));
    out->flags = reel__flat_number(&r->view, field, 1, 1, 0) ? ARROW_FLAG_NULLABLE : 0;
    REEL__TRY(read_metadata(r, field, 6, &out->metadata));
    REEL__TRY(read_fields(r, field, 5, out, depth));
    reel__flat_at type = reel__flat_child(&r->view, field, 3), encoding = reel__flat_child(&r->view, field, 4);
    REEL__TRY(reel__ipc_type(r->tree, &r->view, (int)reel__flat_number(&r->view, field, 2, 1, 0), &type, out));
    if (encoding.at)
        REEL__TRY(read_dictionary(r, &encoding, out));
    return r->view.is_bad ? malformed() : REEL_OK;
}

static reel_status read_fields(reading *r, const reel__flat_at *table, unsigned slot, struct ArrowSchema *parent, unsigned depth) {
    reel__flat_items items = reel__flat_list(&r->view, table, slot, 4);
    if (r->view.is_bad)
        return malformed();
    if (!items.n)
        return REEL_OK;
    if (depth == REEL__IPC_DEPTH_MAX)
        return reel__fail(REEL_E_TOO_LARGE, "an Arrow schema is nested more than %d deep", REEL__IPC_DEPTH_MAX);
    if (items.n > r->nodes_left)
        return reel__fail(REEL_E_FORMAT, "an Arrow schema has more fields than its bytes can hold");
    r->nodes_left -= items.n;
    struct ArrowSchema *children = reel__ipc_schema_children(r->tree, parent, items.n);
    if (!children)
        return no_memory();
    for (uint32_t i = 0; i < items.n; i++) {
        reel__flat_at field = reel__flat_item(&r->view, items, i);
        if (r->view.is_bad)
            return malformed();
        REEL__TRY(read_field(r, &field, &children[i], depth + 1));
    }
    return REEL_OK;
}

static reel_status begin_schema(reading *r, const reel__flat_at *schema) {
    if (reel__flat_number(&r->view, schema, 0, 2, 0) != 0)
        return reel__fail(REEL_E_UNSUPPORTED, "an Arrow schema says that its values are big-endian");
    r->n_tables = 2; /* message and schema */
    /* The smallest table takes 4 bytes, its offset 4, its type's table 4, its name 5. */
    r->nodes_left = r->view.size / 16 + 1;
    r->texts_left = 16 * r->view.size + 65536;
    return read_metadata(r, schema, 2, &r->tree->schema.metadata);
}

/* ---- the stream */

static reel_status cut_off(const char *what) { return reel__fail(REEL_E_FORMAT, "an Arrow stream ends within %s", what); }

/* u32 0xFFFFFFFF | i32 size of the head | head | body. The first word was left out before Arrow 0.15. An end may be marked by a size of 0, or be where the bytes end. */
reel_status reel__ipc_next(const uint8_t *data, size_t size, size_t *at, reel__ipc_message *m) {
    *m = (reel__ipc_message){.type = 0};
    if (size - *at == 0)
        return REEL_OK;
    if (size - *at < 4)
        return cut_off("a message's length");
    uint32_t length = reel__load_u32(data + *at);
    *at += 4;
    if (length == UINT32_MAX) {
        if (size - *at < 4)
            return cut_off("a message's length");
        length = reel__load_u32(data + *at);
        *at += 4;
    }
    if (length == 0)
        return REEL_OK;
    if (length > INT32_MAX || length > size - *at)
        return cut_off("a message's head");
    m->view = (reel__flat_view){data + *at, length, false};
    *at += length;
    reel__flat_at root = reel__flat_root(&m->view);
    m->version = (int)reel__flat_number(&m->view, &root, 0, 2, 0);
    m->type = (int)reel__flat_number(&m->view, &root, 1, 1, 0);
    m->header = reel__flat_child(&m->view, &root, 2);
    int64_t body_size = reel__flat_number(&m->view, &root, 3, 8, 0);
    if (m->view.is_bad)
        return malformed();
    if (m->version != REEL__IPC_V4 && m->version != REEL__IPC_V5)
        return reel__fail(REEL_E_UNSUPPORTED, "an Arrow message is of the metadata version %d", m->version + 1);
    if (!m->type)
        return reel__fail(REEL_E_FORMAT, "an Arrow message has no header");
    if (body_size < 0 || (uint64_t)body_size > size - *at)
        return cut_off("a message's body");
    m->body = data + *at;
    m->body_size = (size_t)body_size;
    *at += m->body_size;
    return REEL_OK;
}

static reel_status first_message(const uint8_t *data, size_t size, size_t *at, reel__ipc_message *m, reading *r) {
    REEL__TRY(reel__ipc_next(data, size, at, m));
    if (m->type != REEL__IPC_SCHEMA)
        return reel__fail(REEL_E_FORMAT, "an Arrow stream does not begin with a schema");
    r->view = m->view;
    return begin_schema(r, &m->header);
}

static reel_status read_stream(reel__ipc_tree *tree, const uint8_t *data, size_t size) {
    size_t at = 0;
    reel__ipc_message m;
    reading r = {.tree = tree};
    REEL__TRY(first_message(data, size, &at, &m, &r));
    REEL__TRY(read_fields(&r, &m.header, 1, &tree->schema, 0));
    tree->n_tables = r.n_tables;
    do {
        REEL__TRY(reel__ipc_next(data, size, &at, &m));
        if (m.type == REEL__IPC_DICTIONARY)
            REEL__TRY(reel__ipc_dictionary_read(tree, &m));
    } while (m.type && m.type != REEL__IPC_BATCH); /* further batches are not used, as the official reader has it */
    tree->size = at;
    if (!m.type)
        return REEL_OK;
    tree->has_batch = true;
    tree->body_size = m.body_size;
    return reel__ipc_batch_read(tree, &m);
}

reel_status reel__ipc_read(const uint8_t *data, size_t size, size_t packed, reel__held *owner, reel__ipc_tree **out) {
    *out = NULL;
    reel__ipc_tree *tree = reel__ipc_tree_new(owner);
    if (!tree)
        return no_memory();
    tree->copies_left = COPIES_FLOOR + reel__lz4_size_max(packed);
    tree->bytes_left = 16 * (uint64_t)size; /* sizes in memory: this fits. Nobody uses a buffer twice; those who do, a few times */
    reel_status status = read_stream(tree, data, size);
    if (status != REEL_OK) {
        reel__held_unref(&tree->held);
        return status;
    }
    *out = tree;
    return REEL_OK;
}

/* One field in a tree of its own, in which it stands as the schema. */
static reel_status give_field(reading *r, const reel__flat_items *fields, uint32_t number, reel__ipc_field_fn each, void *user) {
    reel__flat_at field = reel__flat_item(&r->view, *fields, number);
    if (r->view.is_bad)
        return malformed();
    r->tree = reel__ipc_tree_new(NULL);
    if (!r->tree)
        return no_memory();
    reel_status status = read_field(r, &field, &r->tree->schema, 1);
    if (status == REEL_OK)
        status = each(user, number, &r->tree->schema);
    reel__held_unref(&r->tree->held);
    return status;
}

reel_status reel__ipc_fields(const uint8_t *data, size_t size, uint32_t first, uint32_t n, reel__ipc_field_fn each, void *user, size_t *n_tables) {
    size_t at = 0;
    reel__ipc_message m;
    reading r = {.tree = reel__ipc_tree_new(NULL)};
    reel_status status = r.tree ? first_message(data, size, &at, &m, &r) : no_memory();
    if (r.tree)
        reel__held_unref(&r.tree->held);
    REEL__TRY(status);
    reel__flat_items fields = reel__flat_list(&r.view, &m.header, 1, 4);
    if (r.view.is_bad || fields.n > r.nodes_left)
        return malformed();
    r.nodes_left -= fields.n;
    for (uint32_t i = first; i < fields.n && i - first < n; i++)
        REEL__TRY(give_field(&r, &fields, i, each, user));
    *n_tables = r.n_tables;
    return REEL_OK;
}
