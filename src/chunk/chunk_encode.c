#include "shape_schema.h"

#include "../arrow/arrow_format.h"
#include "../base/error.h"

#include <string.h>

/* One pass over the columns writes the body and notes nodes and buffers; the batch's head, whose size depends on their number alone, is written last, in front. */
typedef struct body {
    const reel__part *parts;
    size_t n_parts;
    reel__shape *shape;
    uint8_t *start, *at;
    uint32_t n_nodes, n_buffers;
} body;

static void node(body *b, uint64_t length, uint64_t nulls) { b->shape->ipc_nodes[b->n_nodes++] = (reel__ipc_node){(int64_t)length, (int64_t)nulls}; }

/* Ends the buffer that began at `from` and was written up to `to`; the next one begins at a multiple of 8. */
static void buffer(body *b, uint8_t *from, uint8_t *to) {
    b->shape->ipc_buffers[b->n_buffers++] = (reel__ipc_buffer){from - b->start, to - from};
    while ((to - b->start) & 7)
        *to++ = 0;
    b->at = to;
}

static void no_buffer(body *b) { buffer(b, b->at, b->at); }

static void copy_stream(body *b, uint32_t stream) {
    uint8_t *from = b->at, *to = from;
    for (size_t p = 0; p < b->n_parts; p++) {
        const reel__span *s = &b->parts[p].streams[stream];
        if (s->size)
            memcpy(to, s->data, s->size);
        to += s->size;
    }
    buffer(b, from, to);
}

/* A stream of bytes that are 0 or 1 as a bitmap, low bit first. Returns how many are 0. */
static uint64_t copy_bits(body *b, uint32_t stream) {
    uint8_t *from = b->at, *to = from;
    unsigned bit = 0;
    uint64_t zeros = 0;
    for (size_t p = 0; p < b->n_parts; p++) {
        const uint8_t *values = b->parts[p].streams[stream].data;
        for (size_t i = 0; i < b->parts[p].streams[stream].size; i++) {
            if (bit == 0)
                *to = 0;
            *to = (uint8_t)(*to | (values[i] != 0) << bit);
            zeros += !values[i];
            if (++bit == 8) {
                bit = 0;
                to++;
            }
        }
    }
    buffer(b, from, to + (bit != 0));
    return zeros;
}

/* A stream of lengths as Arrow offsets of 4 or 8 bytes; a null cell has length 0. Returns the sum. */
static uint64_t copy_offsets(body *b, uint32_t stream, bool is_large) {
    uint8_t *from = b->at, *to = from;
    uint32_t sum = 0;
    size_t width = is_large ? 8 : 4;
    memset(to, 0, width);
    to += width;
    for (size_t p = 0; p < b->n_parts; p++) {
        const uint32_t *lengths = b->parts[p].streams[stream].data;
        size_t n = b->parts[p].streams[stream].size / 4;
        for (size_t i = 0; i < n; i++, to += width) {
            sum += lengths[i] == REEL__CELL_NULL ? 0 : lengths[i];
            memcpy(to, &sum, 4);
            if (is_large)
                memset(to + 4, 0, 4); /* at most 2^31 - 1 of anything are in a chunk */
        }
    }
    buffer(b, from, to);
    return sum;
}

/* The type codes of a union whose stream says which child each value has. */
static void copy_codes(body *b, const reel__arrow_node *n, uint32_t stream) {
    uint8_t codes[REEL__ARROW_UNION_CHILDREN_MAX];
    uint8_t *from = b->at;
    copy_stream(b, stream);
    if (!n->format) /* the codes are the children's numbers */
        return;
    reel__arrow_codes(n->format + 4, n->n, codes);
    for (uint8_t *at = from; at < from + b->shape->ipc_buffers[b->n_buffers - 1].length; at++)
        *at = codes[*at % REEL__ARROW_UNION_CHILDREN_MAX];
}

/* Dense union offsets: for each value, its place among the values of the same child. counts[child] receives how many there are. */
static void copy_union_offsets(body *b, uint32_t stream, uint32_t counts[REEL__ARROW_UNION_CHILDREN_MAX]) {
    uint8_t *from = b->at, *to = from;
    memset(counts, 0, REEL__ARROW_UNION_CHILDREN_MAX * sizeof *counts);
    for (size_t p = 0; p < b->n_parts; p++) {
        const uint8_t *children = b->parts[p].streams[stream].data;
        for (size_t i = 0; i < b->parts[p].streams[stream].size; i++, to += 4) {
            uint32_t *count = &counts[children[i] % REEL__ARROW_UNION_CHILDREN_MAX];
            memcpy(to, count, 4);
            ++*count;
        }
    }
    buffer(b, from, to);
}

static const reel__arrow_node *write_node(body *b, const reel__arrow_node *n, bool has_validity, uint64_t length, uint32_t *stream);

/* `counts`: how many values each child has; NULL: all have `length`. */
static const reel__arrow_node *write_children(body *b, const reel__arrow_node *n, const uint32_t *counts, uint64_t length, uint32_t *stream) {
    const reel__arrow_node *child = n + 1;
    for (uint32_t i = 0, end = reel__arrow_children(n); i < end; i++)
        child = write_node(b, child, reel__arrow_has_validity(child), counts ? counts[i] : length, stream);
    return child;
}

static const reel__arrow_node *write_union(body *b, const reel__arrow_node *n, uint64_t length, uint32_t *stream) {
    uint32_t counts[REEL__ARROW_UNION_CHILDREN_MAX];
    bool is_dense = n->kind == REEL__ARROW_UNION;
    copy_codes(b, n, *stream);
    if (is_dense)
        copy_union_offsets(b, *stream, counts);
    ++*stream;
    return write_children(b, n, is_dense ? counts : NULL, length, stream);
}

/* One type node with `length` values, and all below it; *stream is the next stream. Depth is that of the type. */
static const reel__arrow_node *write_node(body *b, const reel__arrow_node *n, bool has_validity, uint64_t length, uint32_t *stream) {
    uint32_t node_index = b->n_nodes;
    node(b, length, 0);
    if (n->kind == REEL__ARROW_NULL) {
        b->shape->ipc_nodes[node_index].null_count = (int64_t)length;
        ++*stream;
        return n + 1;
    }
    if (reel__arrow_is_union(n->kind))
        return write_union(b, n, length, stream);
    if (has_validity)
        b->shape->ipc_nodes[node_index].null_count = (int64_t)copy_bits(b, (*stream)++);
    else
        no_buffer(b);
    switch (n->kind) {
    case REEL__ARROW_STRUCT: return write_children(b, n, NULL, length, stream);
    case REEL__ARROW_FIXED_LIST: return write_children(b, n, NULL, length * n->n, stream);
    case REEL__ARROW_LIST: case REEL__ARROW_LARGE_LIST: case REEL__ARROW_MAP: {
        uint64_t sum = copy_offsets(b, (*stream)++, reel__arrow_is_large(n->kind));
        return write_children(b, n, NULL, sum, stream);
    }
    case REEL__ARROW_UTF8: case REEL__ARROW_BINARY: case REEL__ARROW_LARGE_UTF8: case REEL__ARROW_LARGE_BINARY:
        copy_offsets(b, (*stream)++, reel__arrow_is_large(n->kind));
        copy_stream(b, (*stream)++);
        return n + 1;
    case REEL__ARROW_BOOL: copy_bits(b, (*stream)++); return n + 1;
    default: copy_stream(b, (*stream)++); return n + 1;
    }
}

static void write_row_ids(body *b, uint64_t n_rows) {
    node(b, n_rows, 0);
    no_buffer(b);
    uint8_t *from = b->at, *to = from;
    for (size_t p = 0; p < b->n_parts; p++) {
        const uint64_t *times = b->parts[p].streams[0].data;
        if (b->parts[p].row_ids && b->parts[p].n_rows) {
            memcpy(to, b->parts[p].row_ids, 16 * (size_t)b->parts[p].n_rows);
            to += 16 * (size_t)b->parts[p].n_rows;
            continue;
        }
        for (uint32_t i = 0; i < b->parts[p].n_rows; i++, to += 16)
            reel__tuid_bytes(to, (reel__tuid){times[i], b->parts[p].inc_first + i});
    }
    buffer(b, from, to);
}

static void write_times(body *b, uint32_t timeline, uint64_t n_rows) {
    node(b, n_rows, 0);
    no_buffer(b);
    copy_stream(b, 1 + timeline);
}

/* The outer list of a component column: validity only if a cell is null. */
static void write_column(body *b, uint32_t column, uint64_t n_rows, uint32_t non_null) {
    uint32_t stream = b->shape->column_stream[column];
    node(b, n_rows, n_rows - non_null);
    if (non_null == n_rows) {
        no_buffer(b);
    } else {
        uint8_t *from = b->at, *to = from;
        unsigned bit = 0;
        for (size_t p = 0; p < b->n_parts; p++) {
            const uint32_t *lengths = b->parts[p].streams[stream].data;
            for (uint32_t i = 0; i < b->parts[p].n_rows; i++) {
                if (bit == 0)
                    *to = 0;
                *to = (uint8_t)(*to | (lengths[i] != REEL__CELL_NULL) << bit);
                if (++bit == 8)
                    bit = 0, to++;
            }
        }
        buffer(b, from, to + (bit != 0));
    }
    uint64_t values = copy_offsets(b, stream++, false);
    const reel__arrow_type *type = b->shape->columns[column].arrow;
    write_node(b, type->nodes, type->root_nulls, values, &stream);
}

/* Ids that come as bytes may be in any order. */
static bool ids_ascend(const body *b) {
    const uint8_t *before = NULL;
    for (size_t p = 0; p < b->n_parts; p++)
        for (uint32_t i = 0; b->parts[p].row_ids && i < b->parts[p].n_rows; i++) {
            const uint8_t *id = b->parts[p].row_ids + 16 * (size_t)i;
            if (before && memcmp(before, id, 16) > 0)
                return false;
            before = id;
        }
    return true;
}

static reel__time_range time_range(const body *b, uint32_t timeline) {
    reel__time_range r = {INT64_MAX, INT64_MIN, true};
    int64_t previous = INT64_MIN;
    for (size_t p = 0; p < b->n_parts; p++) {
        const int64_t *times = b->parts[p].streams[1 + timeline].data;
        for (uint32_t i = 0; i < b->parts[p].n_rows; i++) {
            r.is_sorted &= times[i] >= previous;
            previous = times[i];
            r.min = previous < r.min ? previous : r.min;
            r.max = previous > r.max ? previous : r.max;
        }
    }
    return r;
}

static void cell_ranges(const body *b, reel__chunk_info *info) {
    const reel__shape *s = b->shape;
    for (uint32_t t = 0; t < s->n_timelines; t++)
        for (uint32_t c = 0; c < s->n_columns; c++) {
            reel__time_range *r = &info->cell_ranges[(size_t)t * s->n_columns + c];
            *r = (reel__time_range){INT64_MAX, INT64_MIN, info->ranges[t].is_sorted};
            for (size_t p = 0; p < b->n_parts; p++) {
                const int64_t *times = b->parts[p].streams[1 + t].data;
                const uint32_t *lengths = b->parts[p].streams[s->column_stream[c]].data;
                for (uint32_t i = 0; i < b->parts[p].n_rows; i++) {
                    if (lengths[i] == REEL__CELL_NULL)
                        continue;
                    r->min = times[i] < r->min ? times[i] : r->min;
                    r->max = times[i] > r->max ? times[i] : r->max;
                }
            }
        }
}

static void inspect(const body *b, reel__chunk_info *info) {
    const reel__shape *s = b->shape;
    info->n_rows = 0;
    info->has_nulls = false;
    for (size_t p = 0; p < b->n_parts; p++)
        info->n_rows += b->parts[p].n_rows;
    for (uint32_t t = 0; t < s->n_timelines; t++)
        info->ranges[t] = time_range(b, t);
    for (uint32_t c = 0; c < s->n_columns; c++) {
        uint32_t nulls = 0;
        for (size_t p = 0; p < b->n_parts; p++) {
            const uint32_t *lengths = b->parts[p].streams[s->column_stream[c]].data;
            for (uint32_t i = 0; i < b->parts[p].n_rows; i++)
                nulls += lengths[i] == REEL__CELL_NULL;
        }
        info->non_null[c] = (uint32_t)info->n_rows - nulls;
        info->has_nulls |= nulls != 0;
    }
    if (info->has_nulls && info->cell_ranges)
        cell_ranges(b, info);
}

reel_status reel__chunk_bound(const reel__shape *shape, size_t path_size, const reel__part *parts, size_t n_parts, size_t *bound) {
    uint64_t total = shape->ipc_schema.size + path_size + 64 + shape->ipc_head_size + REEL__IPC_END_SIZE + 16 * (uint64_t)shape->n_ipc_buffers;
    for (size_t p = 0; p < n_parts; p++)
        for (uint32_t s = 0; s < shape->n_streams; s++)
            total += (uint64_t)parts[p].streams[s].size * shape->stream_scale[s] + 4;
    total += (uint64_t)shape->n_columns * 16;
    if (total > INT32_MAX)
        return reel__fail(REEL_E_TOO_LARGE, "a chunk of %llu bytes: at most %d bytes fit", (unsigned long long)total, INT32_MAX);
    *bound = (size_t)total;
    return REEL_OK;
}

/* The schema message at out: from the cache, or anew when row ids or a timeline are not sorted. Returns its size, 0 when memory is out. */
static size_t put_schema(reel__shape *shape, const char *entity_path, reel__tuid chunk_id, bool ids_sorted, const reel__chunk_info *info, uint8_t *out) {
    reel__buf fresh = {0};
    const reel__buf *schema = &shape->ipc_schema;
    size_t id_at = shape->ipc_chunk_id_at, path_size = strlen(entity_path);
    bool unsorted[1 + REEL__TIMELINES_MAX], any = unsorted[0] = !ids_sorted;
    for (uint32_t t = 0; t < shape->n_timelines; t++)
        any |= unsorted[1 + t] = !info->ranges[t].is_sorted;
    if (any) {
        if (reel__shape_schema(shape, unsorted, &fresh, &id_at) != REEL_OK) {
            reel__buf_free(&fresh);
            return 0;
        }
        schema = &fresh;
    }
    memcpy(out, schema->data, schema->size);
    reel__tuid_hex((char *)out + id_at, chunk_id);
    size_t size = schema->size;
    reel__store_u32(out + size, (uint32_t)path_size);
    memcpy(out + size + 4, entity_path, path_size);
    size += 4 + path_size;
    do
        out[size++] = 0;
    while (size & 7);
    reel__store_u32(out + 4, (uint32_t)(size - 8));
    reel__buf_free(&fresh);
    return size;
}

reel_status reel__chunk_encode(reel__shape *shape, const char *entity_path, reel__tuid chunk_id, const reel__part *parts, size_t n_parts, uint8_t *out, size_t *size,
                               reel__chunk_info *info) {
    body b = {.parts = parts, .n_parts = n_parts, .shape = shape};
    inspect(&b, info);
    size_t schema_size = put_schema(shape, entity_path, chunk_id, ids_ascend(&b), info, out);
    if (!schema_size)
        return REEL_E_NO_MEMORY;
    b.start = b.at = out + schema_size + shape->ipc_head_size;
    write_row_ids(&b, info->n_rows);
    for (uint32_t t = 0; t < shape->n_timelines; t++)
        write_times(&b, t, info->n_rows);
    for (uint32_t c = 0; c < shape->n_columns; c++)
        write_column(&b, c, info->n_rows, info->non_null[c]);
    reel__buf head = {.data = out + schema_size, .capacity = shape->ipc_head_size};
    reel__ipc_batch(&head, (int64_t)info->n_rows, shape->ipc_nodes, b.n_nodes, shape->ipc_buffers, b.n_buffers, b.at - b.start, false);
    reel__store_u32(b.at, UINT32_MAX);
    reel__store_u32(b.at + 4, 0);
    *size = (size_t)(b.at + REEL__IPC_END_SIZE - out);
    return REEL_OK;
}
