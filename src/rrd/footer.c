#include "footer.h"

#include "../base/alloc.h"
#include "../base/clock.h"
#include "../base/error.h"
#include "footer_plan.h"

#include <lz4.h>
#include <string.h>

#define XXH_STATIC_LINKING_ONLY
#include <xxhash.h>

/* What is written (spec: rrd format, 1.4 and "Footer manifest"):
 *
 *     16 bytes    End message's header
 *     RrdFooter   { 1: RrdManifest }*
 *     32 bytes    StreamFooter
 *
 *     RrdManifest { 1: store id, 2: { 1: schema of the recording }, 3: 32 bytes, 4: { 1: V0, 2: table, 3: compression, 4: its size before } }
 *
 * All of it is made first, in a spill, so that every length is known and nothing half-done reaches the stream. A small table is stored as the official writer does, one
 * LZ4 block around plain Arrow; a large one has Arrow's own buffer compression, so that neither writer nor reader needs all of it at once. */

#define SEED UINT32_C(7850921)
#define MEMORY_MAX ((size_t)1 << 20) /* of the spill */
#define PLAIN_MAX ((uint64_t)1 << 20) /* bytes of a table that is stored plain */
#define COPY_BYTES ((size_t)256 << 10)

typedef struct table {
    reel__ipc_node *nodes;
    reel__ipc_buffer *buffers;
    size_t n_nodes, n_buffers;
    reel__segments body;
    reel__spill *spill;
    uint64_t zeros_at; /* eight zeros in the spill */
    const reel__footer_plan *plan;
    reel__footer_maker *maker;
} table;

/* ---- the table's batch */

/* A buffer, and zeros up to the next multiple of eight. NULL: an empty one, as a validity buffer without nulls may be. */
static reel_status add_buffer(table *t, const reel__footer_stream *s) {
    uint64_t start = t->body.size;
    if (s)
        REEL__TRY(reel__footer_stream_buffer(t->maker, s, &t->body));
    t->buffers[t->n_buffers++] = (reel__ipc_buffer){(int64_t)start, (int64_t)(t->body.size - start)};
    return reel__segments_add(&t->body, t->zeros_at, (8 - t->body.size % 8) % 8);
}

static reel_status add_column(table *t, const reel__footer_stream *valid, uint64_t n_set, const reel__footer_stream *values) {
    t->nodes[t->n_nodes++] = (reel__ipc_node){(int64_t)t->plan->n_rows, (int64_t)(t->plan->n_rows - n_set)};
    REEL__TRY(add_buffer(t, valid));
    return add_buffer(t, values);
}

static reel_status add_columns(table *t) {
    const reel__footer_plan *plan = t->plan;
    uint64_t n = plan->n_rows;
    REEL__TRY(add_column(t, NULL, n, &plan->path_offsets));
    REEL__TRY(add_buffer(t, &plan->path_bytes));
    const reel__footer_stream *fixed[] = {&plan->chunk_id, &plan->is_static, &plan->n_chunk_rows, &plan->offset, &plan->byte_size, &plan->ipc_size};
    for (size_t i = 0; i < sizeof fixed / sizeof *fixed; i++)
        REEL__TRY(add_column(t, NULL, n, fixed[i]));
    for (size_t i = 0; i < plan->n_components; i++)
        if (plan->components[i].is_used)
            REEL__TRY(add_column(t, NULL, n, &plan->components[i].is_static));
    for (size_t i = 0; i < plan->n_cells; i++) {
        const reel__footer_cell *cell = &plan->cells[i];
        if (!cell->n_set)
            continue;
        REEL__TRY(add_column(t, &cell->valid, cell->n_set, &cell->start));
        REEL__TRY(add_column(t, &cell->valid, cell->n_set, &cell->end));
        if (cell->component != UINT32_MAX)
            REEL__TRY(add_column(t, NULL, n, &cell->counts));
    }
    return REEL_OK;
}

/* The table's whole IPC stream as segments. */
static reel_status make_table(table *t, reel__segments *out) {
    static const uint8_t zeros[8];
    size_t n_columns = 7 + t->plan->n_components + 3 * t->plan->n_cells;
    t->nodes = reel__alloc_array(n_columns, sizeof *t->nodes);
    t->buffers = reel__alloc_array(2 * n_columns + 1, sizeof *t->buffers);
    if (!t->nodes || !t->buffers)
        return reel__fail(REEL_E_NO_MEMORY, "no memory for the footer's columns");
    t->zeros_at = reel__spill_size(t->spill);
    REEL__TRY(reel__spill_put(t->spill, zeros, sizeof zeros));
    REEL__TRY(add_columns(t));
    reel__buf head = {0};
    reel_status status = reel__footer_manifest_schema(t->plan, &head);
    if (status == REEL_OK) {
        reel__ipc_batch(&head, (int64_t)t->plan->n_rows, t->nodes, t->n_nodes, t->buffers, t->n_buffers, (int64_t)t->body.size, !t->maker->plain);
        status = head.failed ? reel__fail(REEL_E_NO_MEMORY, "no memory for the footer's columns") : reel__segments_put(out, t->spill, head.data, head.size);
    }
    for (size_t i = 0; i < t->body.n && status == REEL_OK; i++)
        status = reel__segments_add(out, t->body.items[i].at, t->body.items[i].size);
    head.size = 0;
    reel__ipc_end(&head);
    if (status == REEL_OK)
        status = reel__segments_put(out, t->spill, head.data, head.size);
    reel__buf_free(&head);
    return status;
}

/* ---- one manifest */

/* Replaces a small table by one LZ4 block around it. */
static reel_status compress_whole(reel__spill *spill, reel__segments *all, bool *is_compressed) {
    *is_compressed = false;
    size_t size = (size_t)all->size, at = 0;
    int bound = LZ4_compressBound((int)size);
    char *plain = reel__alloc(size), *out = reel__alloc((size_t)bound), *state = reel__alloc((size_t)LZ4_sizeofState());
    reel_status status = plain && out && state ? REEL_OK : reel__fail(REEL_E_NO_MEMORY, "no memory for a footer of %zu bytes", size);
    for (size_t i = 0; i < all->n && status == REEL_OK; at += (size_t)all->items[i++].size)
        status = reel__spill_get(spill, all->items[i].at, plain + at, (size_t)all->items[i].size);
    int compressed = status == REEL_OK ? LZ4_compress_fast_extState(state, plain, out, (int)size, bound, 1) : 0;
    if (compressed > 0 && (size_t)compressed < size) {
        reel__segments_free(all);
        *is_compressed = true;
        status = reel__segments_put(all, spill, out, (size_t)compressed);
    }
    reel__release(plain);
    reel__release(out);
    reel__release(state);
    return status;
}

/* Readers ask for 32 bytes and do not compare them, since the value depends on the writer's layout of the schema: two XXH3 sums of it. */
static void schema_sum(uint8_t out[32], const reel__buf *schema) {
    for (unsigned i = 0; i < 2; i++) {
        XXH128_canonical_t sum;
        XXH128_canonicalFromHash(&sum, XXH3_128bits_withSeed(schema->data, schema->size, i));
        memcpy(out + 16 * i, sum.digest, 16);
    }
}

static reel_status put_buf(reel__segments *out, reel__spill *spill, reel__buf *b) {
    if (b->failed)
        return reel__fail(REEL_E_NO_MEMORY, "no memory for the footer");
    reel_status status = reel__segments_put(out, spill, b->data, b->size);
    b->size = 0;
    return status;
}

/* Fields 1 to 3. The schema grows with the recording's distinct (entity, component) pairs, so it is not copied once more. */
static reel_status put_identity(const reel__footer_plan *plan, reel__spill *spill, reel__segments *out) {
    reel__buf id = {0}, schema = {0}, b = {0};
    uint8_t sum[32];
    reel__proto_store_id(&id, plan->footer->stores.items[plan->store].pointer);
    reel__proto_bytes(&b, 1, id.data, id.size);
    b.failed |= id.failed;
    reel_status status = reel__footer_recording_schema(plan, &schema);
    if (status == REEL_OK) {
        schema_sum(sum, &schema);
        reel__ipc_end(&schema);
        reel__proto_tag(&b, 2, 2);
        reel__proto_varint(&b, 1 + reel__proto_varint_size(schema.size) + schema.size);
        reel__proto_tag(&b, 1, 2);
        reel__proto_varint(&b, schema.size);
        status = put_buf(out, spill, &b);
    }
    if (status == REEL_OK)
        status = put_buf(out, spill, &schema);
    if (status == REEL_OK) {
        reel__proto_bytes(&b, 3, sum, sizeof sum);
        status = put_buf(out, spill, &b);
    }
    reel__buf_free(&id);
    reel__buf_free(&schema);
    reel__buf_free(&b);
    return status;
}

/* Field 4. */
static reel_status put_table(reel__spill *spill, reel__segments *all, bool plain, reel__segments *out) {
    reel__buf front = {0}, back = {0};
    bool is_compressed = false;
    uint64_t plain_size = all->size;
    reel_status status = plain ? compress_whole(spill, all, &is_compressed) : REEL_OK;
    reel__proto_uint(&back, 3, is_compressed ? 2 : 1);
    if (is_compressed)
        reel__proto_uint(&back, 4, plain_size);
    reel__proto_tag(&front, 4, 2);
    reel__proto_varint(&front, 2 + 1 + reel__proto_varint_size(all->size) + all->size + back.size);
    reel__proto_uint(&front, 1, 1);
    reel__proto_tag(&front, 2, 2);
    reel__proto_varint(&front, all->size);
    if (status == REEL_OK)
        status = put_buf(out, spill, &front);
    for (size_t i = 0; i < all->n && status == REEL_OK; i++)
        status = reel__segments_add(out, all->items[i].at, all->items[i].size);
    if (status == REEL_OK)
        status = put_buf(out, spill, &back);
    reel__buf_free(&front);
    reel__buf_free(&back);
    return status;
}

static bool is_small(const reel__footer_plan *plan) {
    uint64_t row_bytes = 64 + (plan->n_components + 7) / 8 + 25 * (uint64_t)plan->n_cells;
    return plan->n_rows < PLAIN_MAX / row_bytes && plan->footer->of_store[plan->store].path_bytes < PLAIN_MAX;
}

static reel_status make_manifest(const reel__footer *f, uint32_t store, reel__spill *spill, int64_t deadline_ns, reel__segments *out) {
    if (f->of_store[store].path_bytes > INT32_MAX)
        return reel__fail(REEL_E_TOO_LARGE, "the footer is left out: the entity paths of %llu chunks would have %llu bytes", (unsigned long long)f->of_store[store].n_chunks,
                          (unsigned long long)f->of_store[store].path_bytes);
    reel__footer_plan plan;
    reel__footer_maker maker = {0};
    reel__segments all = {0};
    table t = {.plan = &plan, .maker = &maker, .spill = spill};
    reel_status status = reel__footer_plan_make(&plan, f, store);
    bool plain = status == REEL_OK && is_small(&plan);
    if (status == REEL_OK)
        status = reel__footer_fill(&plan, spill, plain, deadline_ns, &maker);
    if (status == REEL_OK)
        status = make_table(&t, &all);
    if (status == REEL_OK)
        status = put_identity(&plan, spill, out);
    if (status == REEL_OK)
        status = put_table(spill, &all, plain, out);
    reel__release(t.nodes);
    reel__release(t.buffers);
    reel__segments_free(&t.body);
    reel__segments_free(&all);
    reel__footer_maker_end(&maker);
    reel__footer_plan_free(&plan);
    return status;
}

/* ---- the stream */

typedef struct output {
    reel__footer_write_fn write;
    void *user;
    XXH32_state_t sum;
    uint8_t *piece; /* COPY_BYTES */
    size_t used;
} output;

static reel_status output_flush(output *o) {
    size_t size = o->used;
    o->used = 0;
    return size ? o->write(o->user, o->piece, size) : REEL_OK;
}

static reel_status output_put(output *o, const reel__buf *b) {
    if (o->used + b->size > COPY_BYTES)
        REEL__TRY(output_flush(o));
    memcpy(o->piece + o->used, b->data, b->size);
    o->used += b->size;
    return REEL_OK;
}

static reel_status output_segment(output *o, const reel__spill *spill, reel__segment s) {
    while (s.size) {
        if (o->used == COPY_BYTES)
            REEL__TRY(output_flush(o));
        size_t n = s.size < COPY_BYTES - o->used ? (size_t)s.size : COPY_BYTES - o->used;
        REEL__TRY(reel__spill_get(spill, s.at, o->piece + o->used, n));
        XXH32_update(&o->sum, o->piece + o->used, n);
        o->used += n;
        s.at += n;
        s.size -= n;
    }
    return REEL_OK;
}

static size_t manifest_head_size(uint64_t size) { return 1 + reel__proto_varint_size(size); }

static reel_status write_all(output *o, const reel__spill *spill, const reel__segments *manifests, uint32_t n, uint64_t offset_end) {
    uint64_t size = 0;
    for (uint32_t i = 0; i < n; i++)
        size += manifest_head_size(manifests[i].size) + manifests[i].size;
    reel__buf b = {0};
    reel__buf_u64(&b, REEL__RRD_END);
    reel__buf_u64(&b, size);
    reel_status status = b.failed ? reel__fail(REEL_E_NO_MEMORY, "no memory for the footer") : output_put(o, &b);
    XXH32_reset(&o->sum, SEED);
    for (uint32_t i = 0; i < n && status == REEL_OK; i++) {
        b.size = 0;
        reel__proto_tag(&b, 1, 2);
        reel__proto_varint(&b, manifests[i].size);
        XXH32_update(&o->sum, b.data, b.size);
        status = output_put(o, &b);
        for (size_t j = 0; j < manifests[i].n && status == REEL_OK; j++)
            status = output_segment(o, spill, manifests[i].items[j]);
    }
    b.size = 0;
    reel__buf_u64(&b, offset_end + REEL__MESSAGE_HEADER_SIZE);
    reel__buf_u64(&b, size);
    reel__buf_u32(&b, XXH32_digest(&o->sum));
    reel__buf_text(&b, "RRF2FOOT");
    reel__buf_u32(&b, 1);
    if (status == REEL_OK)
        status = output_put(o, &b);
    reel__buf_free(&b);
    return status == REEL_OK ? output_flush(o) : status;
}

reel_status reel__footer_write(reel__footer *f, uint64_t offset_end, reel__footer_write_fn write, void *user, int64_t deadline_ns) {
    if (f->status != REEL_OK)
        return reel__fail(f->status, "%s", f->why);
    uint32_t n = f->stores.n;
    reel__spill spill;
    reel__spill_init(&spill, f->dir, MEMORY_MAX);
    reel__segments *manifests = reel__alloc_array(n, sizeof *manifests);
    output o = {.write = write, .user = user, .piece = reel__alloc(COPY_BYTES)};
    reel_status status = manifests && o.piece ? REEL_OK : reel__fail(REEL_E_NO_MEMORY, "no memory for the footer");
    for (uint32_t i = 0; i < n && status == REEL_OK; i++)
        status = make_manifest(f, i, &spill, deadline_ns, &manifests[i]);
    if (status == REEL_OK && reel__monotonic_ns() > deadline_ns)
        status = reel__fail(REEL_E_TIMEOUT, "the footer was not ready in time");
    if (status == REEL_OK)
        status = write_all(&o, &spill, manifests, n, offset_end);
    for (uint32_t i = 0; manifests && i < n; i++)
        reel__segments_free(&manifests[i]);
    reel__release(manifests);
    reel__release(o.piece);
    reel__spill_free(&spill);
    return status;
}
