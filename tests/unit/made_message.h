/* Messages made by hand: what sinks need to know of a message, without recording or encoder. */
#ifndef MADE_MESSAGE_H
#define MADE_MESSAGE_H

#include "base/alloc.h"
#include "rrd/message.h"

#include <stdlib.h>
#include <string.h>

static const reel__store made_recording = {REEL_STORE_RECORDING, "made_app", "rec_made"};
static const reel__store made_blueprint = {REEL_STORE_BLUEPRINT, "made_app", "bp_made"};
static const reel__shape made_shapes[4] = {{.index = 0, .n_columns = 1}, {.index = 1, .n_timelines = 2, .n_columns = 3}, {.index = 2, .n_columns = 2}, {.index = 3, .n_columns = 1}};

typedef struct made {
    reel_message_kind kind; /* 0: a chunk */
    const reel__store *store;
    const reel__shape *shape;
    const char *entity_path;
    uint32_t id;            /* stands in chunk_id.inc and, repeated, in the data */
    size_t size;            /* 0: 100 */
    size_t block_extra;     /* the block has this much room to spare */
    uint64_t n_rows;        /* 0: 1 */
    bool is_static, is_kept;
} made;

/* The first bytes of the data all differ; the rest, which may be a megabyte, is one value. */
#define MADE_HEAD ((size_t)64)
static inline uint8_t made_byte(uint32_t id, size_t i) { return (uint8_t)(id * 31 + (i < MADE_HEAD ? i : MADE_HEAD) * 7); }
static inline bool is_made_data(const uint8_t *data, size_t size, uint32_t id) {
    size_t head = size < MADE_HEAD ? size : MADE_HEAD;
    for (size_t i = 0; i < head; i++)
        if (data[i] != made_byte(id, i))
            return false;
    const uint8_t *rest = data + head;
    return size == head || (rest[0] == made_byte(id, head) && memcmp(rest, rest + 1, size - head - 1) == 0);
}

/* NULL only when the allocator in force refuses. */
static inline reel__message *make_message(const made *a) {
    const reel__shape *shape = a->shape ? a->shape : &made_shapes[0];
    size_t size = a->size ? a->size : 100, n_timelines = shape->n_timelines, n_columns = shape->n_columns;
    size_t ranges = n_timelines * sizeof(reel__time_range), cells = n_timelines * n_columns * sizeof(reel__time_range);
    size_t block = sizeof(reel__message) + ranges + cells + n_columns * sizeof(uint32_t) + size + a->block_extra;
    reel__message *m = reel__alloc(block);
    if (!m)
        return NULL;
    uint8_t *at = (uint8_t *)(m + 1);
    *m = (reel__message){
        .kind = a->kind ? a->kind : REEL_MESSAGE_CHUNK,
        .store = a->store ? a->store : &made_recording,
        .is_static = a->is_static,
        .is_kept = a->is_kept || a->is_static,
        .size = size,
        .block_size = block,
        .entity_path = a->entity_path ? a->entity_path : "/made",
        .shape = shape,
        .chunk_id = {7, a->id},
        .ipc_size = size,
        .info = {.n_rows = a->n_rows ? a->n_rows : 1, .has_nulls = n_timelines > 0},
    };
    atomic_init(&m->refs, 1);
    m->info.ranges = (reel__time_range *)at;
    m->info.cell_ranges = (reel__time_range *)(at + ranges);
    m->info.non_null = (uint32_t *)(at + ranges + cells);
    uint8_t *data = at + ranges + cells + n_columns * sizeof(uint32_t);
    m->data = data;
    for (size_t i = 0; i < n_timelines; i++)
        m->info.ranges[i] = (reel__time_range){(int64_t)a->id, (int64_t)(a->id + i), true};
    for (size_t i = 0; i < n_timelines * n_columns; i++)
        m->info.cell_ranges[i] = (reel__time_range){(int64_t)i, (int64_t)(a->id + i), false};
    for (size_t i = 0; i < n_columns; i++)
        m->info.non_null[i] = (uint32_t)(a->id + i);
    for (size_t i = 0; i < size && i < MADE_HEAD; i++)
        data[i] = made_byte(a->id, i);
    if (size > MADE_HEAD)
        memset(data + MADE_HEAD, made_byte(a->id, MADE_HEAD), size - MADE_HEAD);
    if (m->kind != REEL_MESSAGE_CHUNK) {
        m->shape = NULL;
        m->entity_path = NULL;
        m->is_kept = true;
    }
    return m;
}

/* Whether everything about m is what make_message made of that id. */
static inline bool is_as_made(const reel__message *m, uint32_t id) {
    if (m->chunk_id.inc != id || !is_made_data(m->data, m->size, id))
        return false;
    if (m->kind != REEL_MESSAGE_CHUNK)
        return true;
    size_t n_timelines = m->shape->n_timelines, n_columns = m->shape->n_columns;
    for (size_t i = 0; i < n_timelines; i++)
        if (m->info.ranges[i].min != (int64_t)id || m->info.ranges[i].max != (int64_t)(id + i) || !m->info.ranges[i].is_sorted)
            return false;
    for (size_t i = 0; i < n_timelines * n_columns; i++)
        if (m->info.cell_ranges[i].min != (int64_t)i || m->info.cell_ranges[i].max != (int64_t)(id + i))
            return false;
    for (size_t i = 0; i < n_columns; i++)
        if (m->info.non_null[i] != id + i)
            return false;
    return true;
}

static inline void release_messages(reel__message **messages, size_t n) {
    for (size_t i = 0; i < n; i++)
        reel__message_unref(messages[i]);
    reel__release(messages);
}

/* An allocator that counts bytes in use, and refuses the allocation number `fail_at` (counted from 1; 0: none). Single-threaded tests only. */
typedef struct counting {
    size_t bytes, peak, n, fail_at;
} counting;
static inline void *counting_allocate(void *user, size_t size) {
    counting *c = user;
    if (++c->n == c->fail_at)
        return NULL;
    size_t *block = malloc(size + 16);
    if (!block)
        return NULL;
    *block = size;
    c->bytes += size;
    if (c->bytes > c->peak)
        c->peak = c->bytes;
    return (char *)block + 16;
}
static inline void counting_release(void *user, void *block) {
    counting *c = user;
    size_t *start = (size_t *)((char *)block - 16);
    c->bytes -= *start;
    free(start);
}
static inline void *counting_reallocate(void *user, void *block, size_t size_old, size_t size) {
    void *moved = counting_allocate(user, size);
    if (moved) {
        memcpy(moved, block, size_old < size ? size_old : size);
        counting_release(user, block);
    }
    return moved;
}
static inline void count_allocations(counting *c) {
    *c = (counting){0};
    reel_set_allocator(&(reel_allocator){sizeof(reel_allocator), counting_allocate, counting_reallocate, counting_release, c});
}

#endif
