#include "arrow_tree.h"

#include "../../src/arrow/ipc_read.h"
#include "../../src/arrow/ipc_write.h"

#include <stdlib.h>
#include <string.h>

/* ---- schemas */

static void release_schema(struct ArrowSchema *schema) {
    for (int64_t i = 0; i < schema->n_children; i++) {
        if (schema->children[i]->release)
            schema->children[i]->release(schema->children[i]);
        free(schema->children[i]);
    }
    free(schema->children);
    free(schema->private_data);
    schema->release = NULL;
}

static void format_of(const reel__arrow_node *node, char *out, size_t size) {
    static const char *const plain[] = {[REEL__ARROW_NULL] = "n", [REEL__ARROW_U8] = "C", [REEL__ARROW_I8] = "c", [REEL__ARROW_U16] = "S", [REEL__ARROW_I16] = "s", [REEL__ARROW_U32] = "I",
                                        [REEL__ARROW_I32] = "i", [REEL__ARROW_U64] = "L", [REEL__ARROW_I64] = "l", [REEL__ARROW_F16] = "e", [REEL__ARROW_F32] = "f", [REEL__ARROW_F64] = "g",
                                        [REEL__ARROW_BOOL] = "b", [REEL__ARROW_UTF8] = "u", [REEL__ARROW_LIST] = "+l", [REEL__ARROW_STRUCT] = "+s", [REEL__ARROW_BINARY] = "z"};
    if (node->kind == REEL__ARROW_FIXED_LIST) {
        snprintf(out, size, "+w:%u", (unsigned)node->n);
    } else if (node->kind == REEL__ARROW_UNION) {
        size_t at = (size_t)snprintf(out, size, "+ud:");
        for (uint32_t i = 0; i < node->n && at < size; i++)
            at += (size_t)snprintf(out + at, size - at, "%s%u", i ? "," : "", (unsigned)i);
    } else {
        const char *text = node->format ? node->format : node->kind < sizeof plain / sizeof *plain ? plain[node->kind] : NULL;
        snprintf(out, size, "%s", text ? text : "");
    }
}

/* The node at *at with what is below it; moves *at behind. */
static bool put_schema(const reel__arrow_node *nodes, uint16_t *at, const char *name, struct ArrowSchema *out) {
    const reel__arrow_node *node = &nodes[(*at)++];
    size_t name_size = strlen(name) + 1;
    char *texts = malloc(name_size + 128);
    uint32_t n = reel__arrow_children(node);
    *out = (struct ArrowSchema){.flags = node->nullable ? ARROW_FLAG_NULLABLE : 0, .release = release_schema, .private_data = texts};
    if (!texts || (n && !(out->children = calloc(n, sizeof *out->children))))
        return false;
    memcpy(texts, name, name_size);
    format_of(node, texts + name_size, 128);
    if (!texts[name_size]) {
        PyErr_SetString(PyExc_NotImplementedError, "Arrow arrays of large lists, large texts, maps and sparse unions cannot be joined: combine their chunks first");
        return false;
    }
    out->name = texts;
    out->format = texts + name_size;
    for (uint32_t i = 0; i < n; i++) {
        if (!(out->children[i] = calloc(1, sizeof **out->children)))
            return false;
        out->n_children++;
        if (!put_schema(nodes, at, nodes[*at].name, out->children[i]))
            return false;
    }
    return true;
}

int tree_schema(const reel__arrow_type *type, const char *name, struct ArrowSchema *out) {
    uint16_t at = 0;
    if (put_schema(type->nodes, &at, name, out))
        return 0;
    release_schema(out);
    if (!PyErr_Occurred())
        PyErr_NoMemory();
    return -1;
}

/* ---- arrays */

typedef struct array_memory {
    const void *buffers[3];
    void *owned[3];      /* those of the buffers that go with the array */
    PyObject *holder;
} array_memory;

/* May run in any thread, after Python has ended too: then what a holder keeps stays. */
static void release_array(struct ArrowArray *array) {
    array_memory *m = array->private_data;
    for (int64_t i = 0; i < array->n_children; i++) {
        if (array->children[i]->release)
            array->children[i]->release(array->children[i]);
        free(array->children[i]);
    }
    free(array->children);
    for (int i = 0; m && i < 3; i++)
        free(m->owned[i]);
    if (m && m->holder && Py_IsInitialized()) {
        PyGILState_STATE gil = PyGILState_Ensure();
        Py_DECREF(m->holder);
        PyGILState_Release(gil);
    }
    free(m);
    array->release = NULL;
}

static bool begin(struct ArrowArray *out, int64_t n, int64_t n_buffers, uint32_t n_children) {
    array_memory *m = calloc(1, sizeof *m);
    *out = (struct ArrowArray){.length = n, .n_buffers = n_buffers, .release = release_array, .private_data = m};
    if (!m || (n_children && !(out->children = calloc(n_children, sizeof *out->children))))
        return false;
    out->buffers = m->buffers;
    for (uint32_t i = 0; i < n_children; i++) {
        if (!(out->children[i] = calloc(1, sizeof **out->children)))
            return false;
        out->n_children++;
    }
    return true;
}

static void *own(struct ArrowArray *out, int buffer, size_t bytes) {
    array_memory *m = out->private_data;
    m->owned[buffer] = calloc(bytes ? bytes : 1, 1);
    return m->buffers[buffer] = m->owned[buffer], m->owned[buffer];
}

static bool put_bits(struct ArrowArray *out, int buffer, const uint8_t *bytes, int64_t n) {
    uint8_t *bits = own(out, buffer, (size_t)(n + 7) / 8);
    for (int64_t i = 0; bits && i < n; i++)
        bits[i / 8] |= (uint8_t)((bytes[i] != 0) << (i % 8));
    return bits != NULL;
}

static bool put_copy(struct ArrowArray *out, int buffer, const void *data, size_t bytes) {
    void *to = own(out, buffer, bytes);
    if (to && bytes)
        memcpy(to, data, bytes);
    return to != NULL;
}

/* Offsets of lengths; *total: their sum. */
static bool put_offsets(struct ArrowArray *out, const uint8_t *lengths, int64_t n, int64_t *total) {
    int32_t *offsets = own(out, 1, (size_t)(n + 1) * 4);
    int64_t sum = 0;
    for (int64_t i = 0; offsets && i < n; i++) {
        uint32_t length;
        memcpy(&length, lengths + 4 * i, 4);
        sum += length;
        if (sum > INT32_MAX)
            return false;
        offsets[i + 1] = (int32_t)sum;
    }
    *total = sum;
    return offsets != NULL;
}

typedef struct place {
    const reel__arrow_node *nodes;
    uint16_t node, stream;
    const reel__buf *streams;
} place;

static bool put_array(place *p, int64_t n, bool is_root, bool root_nulls, struct ArrowArray *out);

static bool put_union(place *p, const reel__arrow_node *node, int64_t n, struct ArrowArray *out) {
    const uint8_t *codes = p->streams[p->stream++].data;
    int64_t counts[16] = {0};
    if (!begin(out, n, 2, node->n) || node->n > 16)
        return false;
    int32_t *offsets = own(out, 1, (size_t)n * 4);
    if (!offsets || !put_copy(out, 0, codes, (size_t)n))
        return false;
    for (int64_t i = 0; i < n; i++)
        offsets[i] = (int32_t)counts[codes[i]]++;
    for (uint32_t i = 0; i < node->n; i++)
        if (!put_array(p, counts[i], false, false, out->children[i]))
            return false;
    return true;
}

/* n values of the node at p; moves p behind it. */
static bool put_array(place *p, int64_t n, bool is_root, bool root_nulls, struct ArrowArray *out) {
    const reel__arrow_node *node = &p->nodes[p->node++];
    const reel__buf *validity = (is_root ? root_nulls : reel__arrow_has_validity(node)) ? &p->streams[p->stream++] : NULL;
    int64_t total = 0;
    bool ok;
    switch (node->kind) {
    case REEL__ARROW_UNION: return put_union(p, node, n, out);
    case REEL__ARROW_NULL:
        p->stream++;
        ok = begin(out, n, 0, 0);
        out->null_count = n;
        return ok;
    case REEL__ARROW_STRUCT:
        ok = begin(out, n, 1, node->n);
        for (uint32_t i = 0; ok && i < node->n; i++)
            ok = put_array(p, n, false, false, out->children[i]);
        break;
    case REEL__ARROW_FIXED_LIST: ok = begin(out, n, 1, 1) && put_array(p, n * node->n, false, false, out->children[0]); break;
    case REEL__ARROW_LIST:
        ok = begin(out, n, 2, 1) && put_offsets(out, p->streams[p->stream].data, n, &total);
        p->stream++;
        ok = ok && put_array(p, total, false, false, out->children[0]);
        break;
    case REEL__ARROW_UTF8: case REEL__ARROW_BINARY:
        ok = begin(out, n, 3, 0) && put_offsets(out, p->streams[p->stream].data, n, &total) && put_copy(out, 2, p->streams[p->stream + 1].data, (size_t)total);
        p->stream = (uint16_t)(p->stream + 2);
        break;
    case REEL__ARROW_BOOL: ok = begin(out, n, 2, 0) && put_bits(out, 1, p->streams[p->stream++].data, n); break;
    default: ok = begin(out, n, 2, 0) && put_copy(out, 1, p->streams[p->stream++].data, (size_t)n * (node->kind == REEL__ARROW_FIXED ? node->n : reel__arrow_width(node->kind))); break;
    }
    if (ok && validity) {
        for (int64_t i = 0; i < n; i++)
            out->null_count += !validity->data[i];
        ok = !out->null_count || put_bits(out, 0, validity->data, n);
    }
    return ok;
}

int tree_array(const reel__arrow_type *type, int64_t n, const reel__buf *streams, struct ArrowArray *out) {
    place p = {.nodes = type->nodes, .streams = streams};
    if (put_array(&p, n, true, type->root_nulls, out))
        return 0;
    if (out->release)
        out->release(out);
    PyErr_NoMemory();
    return -1;
}

int tree_packed(const reel__arrow_type *type, int64_t n, const void *values, PyObject *holder, struct ArrowArray *out) {
    struct ArrowArray *at = out;
    bool ok = true;
    for (const reel__arrow_node *node = type->nodes;; node++) {
        bool is_list = node->kind == REEL__ARROW_FIXED_LIST;
        ok = ok && begin(at, n, is_list ? 1 : 2, is_list);
        if (!ok || !is_list)
            break;
        n *= node->n;
        at = at->children[0];
    }
    if (!ok) {
        out->release(out);
        PyErr_NoMemory();
        return -1;
    }
    array_memory *m = at->private_data;
    static const uint64_t nothing;
    m->buffers[1] = values ? values : &nothing;
    Py_INCREF(holder);
    m->holder = holder;
    return 0;
}

/* ---- what is there already */

static bool share(const struct ArrowArray *from, PyObject *holder, struct ArrowArray *out) {
    array_memory *m = calloc(1, sizeof *m);
    *out = (struct ArrowArray){from->length, from->null_count, from->offset, from->n_buffers, 0, from->buffers, NULL, NULL, release_array, m};
    if (!m || from->dictionary || (from->n_children && !(out->children = calloc((size_t)from->n_children, sizeof *out->children))))
        return false;
    Py_INCREF(holder);
    m->holder = holder;
    for (int64_t i = 0; i < from->n_children; i++) {
        if (!(out->children[i] = calloc(1, sizeof **out->children)))
            return false;
        out->n_children++;
        if (!share(from->children[i], holder, out->children[i]))
            return false;
    }
    return true;
}

int tree_share(const struct ArrowArray *array, PyObject *holder, struct ArrowArray *out) {
    if (share(array, holder, out))
        return 0;
    out->release(out);
    PyErr_NoMemory();
    return -1;
}

static bool copy_schema(const struct ArrowSchema *from, struct ArrowSchema *out) {
    size_t format_size = strlen(from->format) + 1, name_size = from->name ? strlen(from->name) + 1 : 0, metadata_size = from->metadata ? reel__arrow_metadata_size(from->metadata) : 0;
    char *texts = malloc(format_size + name_size + metadata_size + 1);
    *out = (struct ArrowSchema){.flags = from->flags, .release = release_schema, .private_data = texts};
    if (!texts || (from->n_children && !(out->children = calloc((size_t)from->n_children, sizeof *out->children))))
        return false;
    out->format = memcpy(texts, from->format, format_size);
    out->name = from->name ? memcpy(texts + format_size, from->name, name_size) : NULL;
    out->metadata = from->metadata ? memcpy(texts + format_size + name_size, from->metadata, metadata_size) : NULL;
    for (int64_t i = 0; i < from->n_children; i++) {
        if (!(out->children[i] = calloc(1, sizeof **out->children)))
            return false;
        out->n_children++;
        if (!copy_schema(from->children[i], out->children[i]))
            return false;
    }
    return true;
}

int tree_copy_schema(const struct ArrowSchema *schema, struct ArrowSchema *out) {
    if (copy_schema(schema, out))
        return 0;
    release_schema(out);
    PyErr_NoMemory();
    return -1;
}
