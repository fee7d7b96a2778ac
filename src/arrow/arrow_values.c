#include "arrow_values.h"

#include "../base/error.h"
#include "../base/text.h"
#include "arrow_import.h"
#include "ipc_write.h"

#include <string.h>

typedef struct walk {
    const char *where;
    bool checks;      /* looks at values; else they have been looked at */
    uint32_t hidden;  /* within something that is null: values are taken as they are if that is safe, so that equal arrays give equal bytes */
    size_t *sizes;    /* counts; or NULL */
    uint8_t **at;     /* copies: where each stream goes on; or NULL */
    uint32_t in_dictionary;
    int64_t left;     /* values and bytes that may be looked at through dictionaries and views, again for every use */
    reel_status status;
} walk;

/* A node with the array that has its values, and its first stream. */
typedef struct source {
    const reel__arrow_node *node;
    const struct ArrowSchema *schema;
    const struct ArrowArray *array;
    uint32_t stream;
    bool has_validity;
} source;

static void walk_node(walk *w, source s, int64_t first, int64_t n);

/* ---- buffers */

static bool has_bitmap(const struct ArrowArray *array) { return array->null_count != 0 && array->n_buffers > 0 && array->buffers[0]; }

int64_t reel__arrow_run(const struct ArrowArray *array, int64_t first, int64_t n, bool *is_valid) {
    *is_valid = true;
    if (!has_bitmap(array))
        return n;
    const uint8_t *bits = array->buffers[0];
    int64_t at = array->offset + first, count = 1;
    *is_valid = reel__arrow_bit(bits, at);
    while (count < n && reel__arrow_bit(bits, at + count) == *is_valid)
        count++;
    return count;
}

int64_t reel__arrow_integer(const void *buffer, uint8_t kind, int64_t i) {
    size_t width = reel__arrow_width(kind);
    uint64_t bits = 0;
    const uint8_t *at = (const uint8_t *)buffer + (size_t)i * width;
    int16_t i16;
    int32_t i32;
    int64_t i64;
    uint16_t u16;
    uint32_t u32;
    switch (kind) {
    case REEL__ARROW_I8: return (int8_t)*at;
    case REEL__ARROW_U8: return *at;
    case REEL__ARROW_I16: memcpy(&i16, at, 2); return i16;
    case REEL__ARROW_U16: memcpy(&u16, at, 2); return u16;
    case REEL__ARROW_I32: memcpy(&i32, at, 4); return i32;
    case REEL__ARROW_U32: memcpy(&u32, at, 4); return u32;
    case REEL__ARROW_I64: memcpy(&i64, at, 8); return i64;
    default: memcpy(&bits, at, 8); return bits > INT64_MAX ? -1 : (int64_t)bits;
    }
}

int64_t reel__arrow_offset(const struct ArrowArray *array, int buffer, bool is_wide, int64_t i) {
    return reel__arrow_integer(array->buffers[buffer], is_wide ? REEL__ARROW_I64 : REEL__ARROW_I32, array->offset + i);
}

uint8_t reel__arrow_run_ends_kind(const struct ArrowSchema *schema) {
    char letter = schema->children[0]->format[0];
    return letter == 's' ? REEL__ARROW_I16 : letter == 'i' ? REEL__ARROW_I32 : REEL__ARROW_I64;
}

int64_t reel__arrow_run_of(const struct ArrowSchema *schema, const struct ArrowArray *array, int64_t i) {
    const struct ArrowArray *ends = array->children[0];
    uint8_t kind = reel__arrow_run_ends_kind(schema);
    int64_t low = 0, high = ends->length;
    while (low < high) {
        int64_t middle = low + (high - low) / 2;
        if (reel__arrow_integer(ends->buffers[1], kind, ends->offset + middle) > array->offset + i)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

/* Which child of a union has value i, and where in it; -1: none. */
static int64_t union_place(const struct ArrowArray *array, const reel__arrow_format *f, int64_t i, int64_t *child) {
    uint8_t codes[REEL__ARROW_UNION_CHILDREN_MAX];
    int8_t code = ((const int8_t *)array->buffers[0])[array->offset + i];
    int64_t at = f->kind == REEL__ARROW_UNION ? reel__arrow_offset(array, 1, false, i) : array->offset + i;
    reel__arrow_codes(f->codes, (uint32_t)array->n_children, codes);
    for (*child = 0; *child < array->n_children && codes[*child] != code;)
        ++*child;
    return *child < array->n_children && at < array->children[*child]->length ? at : -1;
}

bool reel__arrow_has_nulls(const struct ArrowSchema *schema, const struct ArrowArray *array, int64_t first, int64_t n) {
    reel__arrow_format f;
    bool is_valid;
    reel__arrow_parse(schema, &f);
    if (!n || f.kind == REEL__ARROW_NULL)
        return n != 0;
    if (f.storage == REEL__ARROW_RUN_ENDS) {
        int64_t run = reel__arrow_run_of(schema, array, first);
        return reel__arrow_has_nulls(schema->children[1], array->children[1], run, reel__arrow_run_of(schema, array, first + n - 1) - run + 1);
    }
    if (!reel__arrow_is_union(f.kind) && (reel__arrow_run(array, first, n, &is_valid) < n || !is_valid))
        return true;
    for (int64_t i = first; i < first + n; i++) {
        int64_t at = -1, child;
        if (f.storage == REEL__ARROW_DICTIONARY) {
            at = reel__arrow_integer(array->buffers[1], f.kind, array->offset + i);
            if (at >= 0 && at < array->dictionary->length && reel__arrow_has_nulls(schema->dictionary, array->dictionary, at, 1))
                return true;
        } else if (reel__arrow_is_union(f.kind)) {
            at = union_place(array, &f, i, &child);
            if (at >= 0 && reel__arrow_has_nulls(schema->children[child], array->children[child], at, 1))
                return true;
        } else {
            return false;
        }
    }
    return false;
}

/* ---- streams */

/* Counts `size` bytes of a stream. Returns where they go if they are to be written. */
static uint8_t *room(walk *w, uint32_t stream, int64_t n, uint32_t width) {
    uint64_t size = (uint64_t)n * width;
    if (w->at) {
        uint8_t *at = w->at[stream];
        w->at[stream] += size;
        return at;
    }
    if (!w->sizes || w->status != REEL_OK)
        return NULL;
    if (n > INT32_MAX || size > INT32_MAX - w->sizes[stream])
        w->status = reel__fail(REEL_E_TOO_LARGE, "%s: more than %d bytes of one kind", w->where, INT32_MAX);
    else
        w->sizes[stream] += (size_t)size;
    return NULL;
}

static void put(walk *w, uint32_t stream, const void *data, int64_t n, uint32_t width) {
    uint8_t *to = room(w, stream, n, width);
    if (to && n)
        memcpy(to, data, (size_t)n * width);
}

static void fill(walk *w, uint32_t stream, int byte, int64_t n, uint32_t width) {
    uint8_t *to = room(w, stream, n, width);
    if (to)
        memset(to, byte, (size_t)n * width);
}

static void put_length(walk *w, uint32_t stream, int64_t length) {
    uint8_t *to = room(w, stream, length <= INT32_MAX ? 1 : length, 4); /* one that is too long is too many */
    uint32_t narrow = (uint32_t)length;
    if (to)
        memcpy(to, &narrow, 4);
}

static uint32_t width_of(const reel__arrow_node *node) { return node->kind == REEL__ARROW_FIXED ? node->n : (uint32_t)reel__arrow_width(node->kind); }

/* Moves to the node behind this one and all below it. */
static const reel__arrow_node *skip(const reel__arrow_node *node, uint32_t *stream) {
    const reel__arrow_node *end = node + reel__arrow_subtree(node);
    for (; node < end; node++)
        *stream += reel__arrow_own_streams(node) + reel__arrow_has_validity(node);
    return end;
}

static source child_of(const source *s, uint32_t index) {
    const reel__arrow_node *node = s->node + 1;
    uint32_t stream = s->stream + s->has_validity + reel__arrow_own_streams(s->node);
    for (uint32_t i = 0; i < index; i++)
        node = skip(node, &stream);
    return (source){node, s->schema->children[index], s->array->children[index], stream, reel__arrow_has_validity(node)};
}

/* n values of a node and all below it that nobody sees: nulls where they can be, else zeros. is_valid: not null although they could be. */
static void put_nulls(walk *w, const reel__arrow_node *node, uint32_t stream, bool has_validity, bool is_valid, int64_t n) {
    if (w->checks || !n || w->status != REEL_OK)
        return;
    if (has_validity)
        fill(w, stream++, is_valid, n, 1);
    uint32_t chosen = 0; /* of a union: a child whose values are not all null */
    if (reel__arrow_is_union(node->kind))
        for (const reel__arrow_node *child = node + 1; chosen + 1 < node->n && child->kind == REEL__ARROW_NULL; child++)
            chosen++;
    if (reel__arrow_own_streams(node))
        fill(w, stream, (int)chosen, n, reel__arrow_is_run(node->kind) || reel__arrow_is_list(node->kind) ? 4 : width_of(node) ? width_of(node) : 1);
    stream += reel__arrow_own_streams(node);
    if (reel__arrow_is_list(node->kind))
        return;
    if (node->kind == REEL__ARROW_FIXED_LIST) {
        if (node->n && n > INT32_MAX / (int64_t)node->n) {
            w->status = reel__fail(REEL_E_TOO_LARGE, "%s: more than %d values in lists", w->where, INT32_MAX);
            return;
        }
        n *= node->n;
    }
    bool child_valid = reel__arrow_is_union(node->kind) && !node->nullable;
    const reel__arrow_node *child = node + 1;
    for (uint32_t i = 0; i < reel__arrow_children(node); i++) {
        if (node->kind != REEL__ARROW_UNION || i == chosen)
            put_nulls(w, child, stream, reel__arrow_has_validity(child), child_valid, n);
        child = skip(child, &stream);
    }
}

static void fail_null(walk *w, const reel__arrow_node *node) {
    w->status = reel__fail(REEL_E_ARGUMENT, "%s: a value of \"%.60s\" is null, which its type does not allow", w->where, node->name);
}

static void put_validity(walk *w, const source *s, int64_t first, int64_t n) {
    bool is_valid;
    for (int64_t i = 0, count; i < n && w->status == REEL_OK; i += count) {
        count = reel__arrow_run(s->array, first + i, n - i, &is_valid);
        uint8_t *to = s->has_validity ? room(w, s->stream, count, 1) : NULL;
        if (to)
            memset(to, is_valid, (size_t)count);
        if (!is_valid && !s->has_validity && !w->hidden)
            fail_null(w, s->node);
    }
}

/* ---- values by kind */

static void walk_bools(walk *w, const source *s, uint32_t stream, int64_t first, int64_t n) {
    uint8_t *to = room(w, stream, n, 1);
    const uint8_t *bits = s->array->buffers[1];
    for (int64_t i = 0; to && i < n; i++)
        to[i] = reel__arrow_bit(bits, s->array->offset + first + i);
}

/* The bytes of a view: 12 of them stand in the view itself, more in one of the buffers behind it. NULL: it points outside. */
static const uint8_t *view_bytes(const struct ArrowArray *array, int64_t i, int32_t *size) {
    const uint8_t *view = (const uint8_t *)array->buffers[1] + 16 * (array->offset + i);
    int32_t at[2];
    int64_t room_there, n_data = array->n_buffers - 3;
    memcpy(size, view, 4);
    if (*size < 0)
        return NULL;
    if (*size <= 12)
        return view + 4;
    memcpy(at, view + 8, 8);
    if (at[0] < 0 || at[0] >= n_data || at[1] < 0 || !array->buffers[2 + at[0]])
        return NULL;
    memcpy(&room_there, (const uint8_t *)array->buffers[array->n_buffers - 1] + 8 * (size_t)at[0], 8);
    return (int64_t)at[1] + *size <= room_there ? (const uint8_t *)array->buffers[2 + at[0]] + at[1] : NULL;
}

/* A small dictionary of large values, used often, could keep a check busy for hours. */
static bool spend(walk *w, const source *s, int64_t n) {
    if (!w->checks || !w->in_dictionary || (w->left -= n) >= 0)
        return true;
    w->status = reel__fail(REEL_E_TOO_LARGE, "%s: decoded, the dictionaries, views or runs of \"%.60s\" are too large", w->where, s->node->name);
    return false;
}

static void check_text(walk *w, const source *s, const void *text, int64_t size) {
    bool is_text = s->node->kind == REEL__ARROW_UTF8 || s->node->kind == REEL__ARROW_LARGE_UTF8;
    if (!text)
        w->status = reel__fail(REEL_E_ARGUMENT, "%s: a view of \"%.60s\" points outside of its buffers", w->where, s->node->name);
    else if (spend(w, s, size) && is_text && !reel__utf8_valid(text, (size_t)size))
        w->status = reel__fail(REEL_E_UTF8, "%s: a text of \"%.60s\", %lld bytes, is not valid UTF-8", w->where, s->node->name, (long long)size);
}

static void walk_views(walk *w, const source *s, uint32_t stream, int64_t first, int64_t n) {
    w->in_dictionary++;
    for (int64_t i = 0; i < n && w->status == REEL_OK; i++) {
        int32_t size;
        const uint8_t *bytes = view_bytes(s->array, first + i, &size);
        if (w->checks) {
            check_text(w, s, bytes, size);
            continue;
        }
        put_length(w, stream, size);
        put(w, stream + 1, bytes, size, 1);
    }
    w->in_dictionary--;
}

/* Lengths from offsets; *from and *to are what they span. */
static void walk_offsets(walk *w, const source *s, bool is_wide, uint32_t stream, int64_t first, int64_t n, int64_t *from, int64_t *to) {
    int64_t at = *from = reel__arrow_offset(s->array, 1, is_wide, first);
    *to = reel__arrow_offset(s->array, 1, is_wide, first + n);
    if (w->checks)
        return;
    uint8_t *out = room(w, stream, *to - *from <= INT32_MAX ? n : *to - *from, 4); /* lists that are too long are too many in any case */
    for (int64_t i = 0; out && i < n; i++, out += 4) {
        int64_t next = reel__arrow_offset(s->array, 1, is_wide, first + i + 1);
        uint32_t length = (uint32_t)(next - at);
        memcpy(out, &length, 4);
        at = next;
    }
}

static void walk_texts(walk *w, const source *s, bool is_wide, uint32_t stream, int64_t first, int64_t n) {
    int64_t from, to;
    walk_offsets(w, s, is_wide, stream, first, n, &from, &to);
    const uint8_t *bytes = s->array->buffers[2] ? s->array->buffers[2] : (const uint8_t *)"";
    for (int64_t i = 0; w->checks && i < n && w->status == REEL_OK; i++) {
        int64_t at = reel__arrow_offset(s->array, 1, is_wide, first + i);
        check_text(w, s, bytes + at, reel__arrow_offset(s->array, 1, is_wide, first + i + 1) - at);
    }
    if (!w->checks)
        put(w, stream + 1, bytes + from, to - from, 1);
}

static void walk_decoded(walk *w, source values, int64_t index, int64_t n) {
    w->in_dictionary++;
    walk_node(w, values, index, n);
    w->in_dictionary--;
}

static void walk_lists(walk *w, const source *s, const reel__arrow_format *f, uint32_t stream, int64_t first, int64_t n) {
    source child = child_of(s, 0);
    int64_t from, to;
    if (f->storage != REEL__ARROW_LIST_VIEWS) {
        walk_offsets(w, s, f->is_wide, stream, first, n, &from, &to);
        walk_node(w, child, from, to - from);
        return;
    }
    for (int64_t i = 0; i < n && w->status == REEL_OK; i++) {
        int64_t size = reel__arrow_offset(s->array, 2, f->is_wide, first + i);
        from = reel__arrow_offset(s->array, 1, f->is_wide, first + i);
        if (w->checks && (from < 0 || size < 0 || from > child.array->length || size > child.array->length - from)) {
            w->status = reel__fail(REEL_E_ARGUMENT, "%s: a list of \"%.60s\" has %lld values from %lld on: there are %lld", w->where, s->node->name, (long long)size, (long long)from,
                                   (long long)child.array->length);
            return;
        }
        put_length(w, stream, size);
        walk_decoded(w, child, from, size);
    }
}

/* ---- unions */

static int64_t code_run(const int8_t *codes, int64_t n) {
    int64_t count = 1;
    while (count < n && codes[count] == codes[0])
        count++;
    return count;
}

/* Values of one child in a dense union, as far as they stand one after the other. */
static int64_t offset_run(const struct ArrowArray *array, int64_t at, int64_t n) {
    int64_t from = reel__arrow_offset(array, 1, false, at), count = 1;
    while (count < n && reel__arrow_offset(array, 1, false, at + count) == from + count)
        count++;
    return count;
}

/* Each run of one code: its child has the values. A sparse union's other children have values, too, which nobody sees. */
static void walk_union(walk *w, const source *s, const reel__arrow_format *f, int64_t first, int64_t n) {
    const struct ArrowArray *array = s->array;
    const int8_t *codes = (const int8_t *)array->buffers[0] + array->offset + first;
    uint8_t list[REEL__ARROW_UNION_CHILDREN_MAX], index_of[128];
    bool is_dense = f->kind == REEL__ARROW_UNION;
    memset(index_of, 255, sizeof index_of);
    reel__arrow_codes(f->codes, s->node->n, list);
    for (uint32_t i = 0; i < s->node->n; i++)
        index_of[list[i]] = (uint8_t)i;
    for (int64_t i = 0, count; i < n && w->status == REEL_OK; i += count) {
        uint8_t index = codes[i] < 0 ? 255 : index_of[codes[i]];
        if (index == 255) {
            w->status = reel__fail(REEL_E_ARGUMENT, "%s: the union \"%.60s\" has no type of the code %d", w->where, s->node->name, codes[i]);
            return;
        }
        count = code_run(codes + i, n - i);
        int64_t from = array->offset + first + i;
        if (is_dense) {
            count = offset_run(array, first + i, count);
            from = reel__arrow_offset(array, 1, false, first + i);
            if (w->checks && (from < 0 || from + count > array->children[index]->length)) {
                w->status = reel__fail(REEL_E_ARGUMENT, "%s: the union \"%.60s\" points to value %lld of %lld", w->where, s->node->name, (long long)(from + count - 1),
                                       (long long)array->children[index]->length);
                return;
            }
        }
        uint8_t *to = room(w, s->stream, count, 1);
        if (to)
            memset(to, index, (size_t)count);
        for (uint32_t k = is_dense ? index : 0; k <= (is_dense ? index : s->node->n - 1); k++) {
            source child = child_of(s, k);
            w->hidden += k != index;
            walk_node(w, child, from, count);
            w->hidden -= k != index;
        }
    }
}

/* ---- what stands for other values */

static void walk_dictionary(walk *w, const source *s, uint8_t kind, int64_t first, int64_t n) {
    const struct ArrowArray *array = s->array, *dictionary = array->dictionary;
    bool is_valid;
    for (int64_t i = 0, count; i < n; i += count) {
        count = reel__arrow_run(array, first + i, n - i, &is_valid);
        if (!is_valid && !s->has_validity && s->node->kind != REEL__ARROW_NULL) {
            fail_null(w, s->node);
        } else if (!is_valid) {
            put_nulls(w, s->node, s->stream, s->has_validity, false, count);
        } else {
            for (int64_t k = 0; k < count && w->status == REEL_OK; k++) {
                int64_t index = reel__arrow_integer(array->buffers[1], kind, array->offset + first + i + k);
                if (w->checks && (index < 0 || index >= dictionary->length))
                    w->status = reel__fail(REEL_E_ARGUMENT, "%s: the dictionary of \"%.60s\" has %lld values and no value %lld", w->where, s->node->name, (long long)dictionary->length, (long long)index);
                else
                    walk_decoded(w, (source){s->node, s->schema->dictionary, dictionary, s->stream, s->has_validity}, index, 1);
            }
        }
        if (w->status != REEL_OK)
            return;
    }
}

static void walk_run_ends(walk *w, const source *s, int64_t first, int64_t n) {
    const struct ArrowArray *ends = s->array->children[0];
    uint8_t kind = reel__arrow_run_ends_kind(s->schema);
    source values = {s->node, s->schema->children[1], s->array->children[1], s->stream, s->has_validity};
    int64_t run = reel__arrow_run_of(s->schema, s->array, first);
    for (int64_t i = 0; i < n && w->status == REEL_OK; run++) {
        int64_t end = reel__arrow_integer(ends->buffers[1], kind, ends->offset + run) - s->array->offset - first;
        if (w->checks) { /* once is enough */
            int64_t count = (end < n ? end : n) - i;
            w->in_dictionary++;
            if (spend(w, s, count))
                walk_node(w, values, run, 1);
            w->in_dictionary--;
            i = end;
        }
        for (; i < end && i < n && w->status == REEL_OK; i++)
            walk_node(w, values, run, 1);
    }
}

/* ---- the walk */

/* Values of a node, whether they are valid or hidden. */
static void walk_valid(walk *w, const source *s, const reel__arrow_format *f, int64_t first, int64_t n) {
    uint32_t stream = s->stream + s->has_validity, width = width_of(s->node);
    int64_t at = s->array->offset + first;
    switch (s->node->kind) {
    case REEL__ARROW_BOOL: walk_bools(w, s, stream, first, n); break;
    case REEL__ARROW_UTF8: case REEL__ARROW_BINARY: case REEL__ARROW_LARGE_UTF8: case REEL__ARROW_LARGE_BINARY:
        if (f->storage == REEL__ARROW_VIEWS)
            walk_views(w, s, stream, first, n);
        else
            walk_texts(w, s, f->is_wide, stream, first, n);
        break;
    case REEL__ARROW_LIST: case REEL__ARROW_LARGE_LIST: case REEL__ARROW_MAP: walk_lists(w, s, f, stream, first, n); break;
    case REEL__ARROW_FIXED_LIST: walk_node(w, child_of(s, 0), at * s->node->n, n * s->node->n); break;
    case REEL__ARROW_STRUCT:
        for (uint32_t i = 0; i < s->node->n && w->status == REEL_OK; i++)
            walk_node(w, child_of(s, i), at, n);
        break;
    default: put(w, stream, (const uint8_t *)s->array->buffers[1] + (size_t)at * width, n, width);
    }
}

static void walk_plain(walk *w, const source *s, const reel__arrow_format *f, int64_t first, int64_t n) {
    bool is_valid, of_fixed_size = !reel__arrow_is_list(f->kind) && !reel__arrow_is_run(f->kind) && f->kind != REEL__ARROW_STRUCT && f->kind != REEL__ARROW_FIXED_LIST;
    put_validity(w, s, first, n);
    if (of_fixed_size) { /* nulls have bytes like all others */
        walk_valid(w, s, f, first, n);
        return;
    }
    for (int64_t i = 0, count; i < n && w->status == REEL_OK; i += count) {
        count = reel__arrow_run(s->array, first + i, n - i, &is_valid);
        if (!is_valid && (reel__arrow_is_list(f->kind) || reel__arrow_is_run(f->kind))) {
            put_nulls(w, s->node, s->stream + s->has_validity, false, false, count);
            continue;
        }
        w->hidden += !is_valid;
        walk_valid(w, s, f, first + i, count);
        w->hidden -= !is_valid;
    }
}

static void walk_node(walk *w, source s, int64_t first, int64_t n) {
    reel__arrow_format f;
    if (!n || w->status != REEL_OK)
        return;
    if (!spend(w, &s, n))
        return;
    reel__arrow_parse(s.schema, &f);
    bool has_no_bitmap = f.kind == REEL__ARROW_NULL || reel__arrow_is_union(f.kind);
    if (w->hidden && (f.storage != REEL__ARROW_AS_IT_IS || reel__arrow_is_union(f.kind)))
        put_nulls(w, s.node, s.stream, s.has_validity, false, n); /* what they point at may be nowhere */
    else if (f.storage == REEL__ARROW_DICTIONARY)
        walk_dictionary(w, &s, f.kind, first, n);
    else if (f.storage == REEL__ARROW_RUN_ENDS)
        walk_run_ends(w, &s, first, n);
    else if (w->checks && !w->hidden && has_no_bitmap && !s.node->nullable && reel__arrow_has_nulls(s.schema, s.array, first, n))
        fail_null(w, s.node);
    else if (f.kind == REEL__ARROW_NULL)
        fill(w, s.stream, 0, n, 1);
    else if (reel__arrow_is_union(f.kind))
        walk_union(w, &s, &f, first, n);
    else
        walk_plain(w, &s, &f, first, n);
}

static source root_of(const reel__arrow_type *type, const struct ArrowSchema *schema, const struct ArrowArray *array) {
    return (source){type->nodes, schema, array, 0, type->root_nulls};
}

reel_status reel__arrow_check_values(const reel__arrow_type *type, const struct ArrowSchema *schema, const struct ArrowArray *array, const char *where, int64_t *left) {
    walk w = {.where = where, .checks = true, .left = *left};
    walk_node(&w, root_of(type, schema, array), 0, array->length);
    *left = w.left;
    return w.status;
}

reel_status reel__arrow_measure_more(const reel__arrow_type *type, const struct ArrowSchema *schema, const struct ArrowArray *array, int64_t first, int64_t n, const char *where, size_t *sizes) {
    walk w = {.where = where, .sizes = sizes};
    if (first < 0 || n < 0 || first > array->length || n > array->length - first)
        return reel__fail(REEL_E_ARGUMENT, "%s: %lld values from %lld on: the Arrow array has %lld", where, (long long)n, (long long)first, (long long)array->length);
    walk_node(&w, root_of(type, schema, array), first, n);
    return w.status;
}

reel_status reel__arrow_measure(const reel__arrow_type *type, const struct ArrowSchema *schema, const struct ArrowArray *array, int64_t first, int64_t n, const char *where, size_t *sizes) {
    memset(sizes, 0, type->n_streams * sizeof *sizes);
    return reel__arrow_measure_more(type, schema, array, first, n, where, sizes);
}

void reel__arrow_write_more(const reel__arrow_type *type, const struct ArrowSchema *schema, const struct ArrowArray *array, int64_t first, int64_t n, uint8_t **at) {
    walk w = {.at = at};
    walk_node(&w, root_of(type, schema, array), first, n);
}

void reel__arrow_write(const reel__arrow_type *type, const struct ArrowSchema *schema, const struct ArrowArray *array, int64_t first, int64_t n, uint8_t *const *streams) {
    uint8_t *at[REEL__ARROW_STREAMS_MAX];
    memcpy(at, streams, type->n_streams * sizeof *at);
    reel__arrow_write_more(type, schema, array, first, n, at);
}

const void *reel__arrow_flat(const reel__arrow_type *type, const struct ArrowSchema *schema, const struct ArrowArray *array, uint32_t *value_bytes) {
    source s = root_of(type, schema, array);
    uint64_t at = 0, n = 1; /* the first value below, and how many each of the values has */
    if (type->root_nulls || type->n_streams != 1 || !array->length)
        return NULL;
    for (;;) {
        reel__arrow_format f;
        reel__arrow_parse(s.schema, &f);
        uint32_t width = width_of(s.node), i = 0;
        if (f.storage != REEL__ARROW_AS_IT_IS)
            return NULL;
        at += (uint64_t)s.array->offset;
        if (reel__arrow_own_streams(s.node)) {
            *value_bytes = width && n <= UINT32_MAX / width ? (uint32_t)n * width : 0;
            return *value_bytes && !reel__arrow_is_union(s.node->kind) ? (const uint8_t *)s.array->buffers[1] + at * width : NULL;
        }
        if (s.node->kind == REEL__ARROW_FIXED_LIST) {
            at *= s.node->n;
            n *= s.node->n;
        }
        while (i + 1 < reel__arrow_children(s.node) && child_of(&s, i + 1).stream == 0) /* the last one that begins with the stream has it */
            i++;
        if (i >= reel__arrow_children(s.node) || !n || n > UINT32_MAX)
            return NULL;
        s = child_of(&s, i);
    }
}
