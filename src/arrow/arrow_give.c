#include "arrow_give.h"

#include "arrow_format.h"

#include <string.h>

/* ---- releasing */

static void release_schema(struct ArrowSchema *schema) {
    reel__ipc_tree *arena = schema->private_data;
    for (int64_t i = 0; i < schema->n_children; i++)
        if (schema->children[i]->release)
            schema->children[i]->release(schema->children[i]);
    if (schema->dictionary && schema->dictionary->release)
        schema->dictionary->release(schema->dictionary);
    schema->release = NULL;
    reel__held_unref(&arena->held);
}

static void release_array(struct ArrowArray *array) {
    reel__ipc_tree *arena = array->private_data;
    for (int64_t i = 0; i < array->n_children; i++)
        if (array->children[i]->release)
            array->children[i]->release(array->children[i]);
    if (array->dictionary && array->dictionary->release)
        array->dictionary->release(array->dictionary);
    array->release = NULL;
    reel__held_unref(&arena->held);
}

static void arm_schema(reel__ipc_tree *arena, struct ArrowSchema *schema) {
    if (schema->release)
        return;
    for (int64_t i = 0; i < schema->n_children; i++)
        arm_schema(arena, schema->children[i]);
    if (schema->dictionary)
        arm_schema(arena, schema->dictionary);
    schema->release = release_schema;
    schema->private_data = reel__held_ref(&arena->held);
}

static void arm_array(reel__ipc_tree *arena, struct ArrowArray *array) {
    if (array->release)
        return;
    for (int64_t i = 0; i < array->n_children; i++)
        arm_array(arena, array->children[i]);
    if (array->dictionary)
        arm_array(arena, array->dictionary);
    array->release = release_array;
    array->private_data = reel__held_ref(&arena->held);
}

void reel__arrow_give_schema(reel__ipc_tree *arena, const struct ArrowSchema *root, struct ArrowSchema *out) {
    *out = *root;
    out->release = NULL;
    arm_schema(arena, out);
}

void reel__arrow_give_array(reel__ipc_tree *arena, const struct ArrowArray *root, struct ArrowArray *out) {
    *out = *root;
    out->release = NULL;
    arm_array(arena, out);
}

/* ---- copying */

static const char *copy_bytes(reel__ipc_tree *arena, const char *bytes, size_t size) {
    char *copy = reel__ipc_alloc(arena, size);
    return copy ? memcpy(copy, bytes, size) : NULL;
}

bool reel__arrow_copy_schema(reel__ipc_tree *arena, const struct ArrowSchema *from, bool with_texts, struct ArrowSchema *to) {
    *to = *from;
    to->release = NULL;
    if (with_texts) {
        to->format = copy_bytes(arena, from->format, strlen(from->format) + 1);
        to->name = copy_bytes(arena, from->name ? from->name : "", from->name ? strlen(from->name) + 1 : 1);
        to->metadata = from->metadata ? copy_bytes(arena, from->metadata, reel__arrow_metadata_size(from->metadata)) : NULL;
        if (!to->format || !to->name || (from->metadata && !to->metadata))
            return false;
    }
    if (from->dictionary) {
        to->dictionary = reel__ipc_alloc(arena, sizeof *to->dictionary);
        if (!to->dictionary || !reel__arrow_copy_schema(arena, from->dictionary, with_texts, to->dictionary))
            return false;
    }
    if (!from->n_children)
        return true;
    struct ArrowSchema *children = reel__ipc_schema_children(arena, to, (size_t)from->n_children);
    bool ok = children != NULL;
    for (int64_t i = 0; ok && i < from->n_children; i++)
        ok = reel__arrow_copy_schema(arena, from->children[i], with_texts, &children[i]);
    return ok;
}

bool reel__arrow_copy_array(reel__ipc_tree *arena, const struct ArrowArray *from, struct ArrowArray *to) {
    *to = *from;
    to->release = NULL;
    if (from->dictionary) {
        to->dictionary = reel__ipc_alloc(arena, sizeof *to->dictionary);
        if (!to->dictionary || !reel__arrow_copy_array(arena, from->dictionary, to->dictionary))
            return false;
    }
    if (!from->n_children)
        return true;
    struct ArrowArray *children = reel__ipc_array_children(arena, to, (size_t)from->n_children);
    bool ok = children != NULL;
    for (int64_t i = 0; ok && i < from->n_children; i++)
        ok = reel__arrow_copy_array(arena, from->children[i], &children[i]);
    return ok;
}

bool reel__arrow_same_type(const struct ArrowSchema *a, const struct ArrowSchema *b) {
    if (strcmp(a->format, b->format) != 0 || a->n_children != b->n_children || !a->dictionary != !b->dictionary)
        return false;
    bool has_names = strcmp(a->format, "+s") == 0 || strncmp(a->format, "+u", 2) == 0;
    for (int64_t i = 0; i < a->n_children; i++)
        if ((has_names && strcmp(a->children[i]->name, b->children[i]->name) != 0) || !reel__arrow_same_type(a->children[i], b->children[i]))
            return false;
    return !a->dictionary || reel__arrow_same_type(a->dictionary, b->dictionary);
}

/* ---- nothing */

/* Only lists and plain values are asked for n of them; what lies below is empty. */
bool reel__arrow_nothing(reel__ipc_tree *arena, const struct ArrowSchema *type, int64_t n, const uint8_t *zeros, struct ArrowArray *to) {
    reel__arrow_format format;
    if (!reel__arrow_parse(type, &format))
        return false;
    *to = (struct ArrowArray){.length = n, .null_count = n, .n_buffers = format.n_buffers};
    const void **buffers = reel__ipc_alloc(arena, 3 * sizeof *buffers);
    struct ArrowArray *children = reel__ipc_array_children(arena, to, (size_t)type->n_children);
    if (!buffers || !children)
        return false;
    bool has_bitmap = format.kind != REEL__ARROW_NULL && !reel__arrow_is_union(format.kind);
    for (int i = 0; i < 3; i++)
        buffers[i] = i == 0 && has_bitmap && !n ? NULL : zeros;
    to->buffers = buffers;
    bool ok = true;
    for (int64_t i = 0; ok && i < type->n_children; i++)
        ok = reel__arrow_nothing(arena, type->children[i], 0, zeros, &children[i]);
    return ok;
}

/* ---- metadata */

static char *put(char *at, const char *text) {
    int32_t size = (int32_t)strlen(text);
    memcpy(at, &size, 4);
    memcpy(at + 4, text, (size_t)size);
    return at + 4 + size;
}

const char *reel__arrow_metadata(reel__ipc_tree *arena, const char *const *pairs, size_t n) {
    size_t size = 4;
    int32_t n_set = 0;
    for (size_t i = 0; i < n; i++) {
        n_set += pairs[2 * i + 1] != NULL;
        size += pairs[2 * i + 1] ? 8 + strlen(pairs[2 * i]) + strlen(pairs[2 * i + 1]) : 0;
    }
    char *block = reel__ipc_alloc(arena, size), *at = block + 4;
    if (!block)
        return NULL;
    memcpy(block, &n_set, 4);
    for (size_t i = 0; i < n; i++)
        if (pairs[2 * i + 1])
            at = put(put(at, pairs[2 * i]), pairs[2 * i + 1]);
    return block;
}
