#include "footer_records.h"

#include "../base/alloc.h"
#include "../base/error.h"
#include "../base/io.h"

#include <stdio.h>
#include <string.h>

#define READ_BYTES ((size_t)256 << 10)

/* ---- interning: open addressing with linear probing, at most half full */

static uint32_t slot_of(const reel__intern *t, const void *pointer, uint32_t tag) {
    uint64_t h = ((uint64_t)(uintptr_t)pointer + tag * UINT64_C(0xD6E8FEB86659FD93)) * UINT64_C(0x9E3779B97F4A7C15);
    uint32_t mask = t->n_slots - 1, i = (uint32_t)(h >> 32) & mask;
    while (t->slots[i] && !(t->items[t->slots[i] - 1].pointer == pointer && t->items[t->slots[i] - 1].tag == tag))
        i = (i + 1) & mask;
    return i;
}

static bool intern_grow(reel__intern *t) {
    uint32_t capacity = t->capacity ? 2 * t->capacity : 16;
    uint32_t *slots = reel__alloc_array((size_t)capacity * 2, sizeof *slots);
    reel__interned *items = slots ? reel__realloc(t->items, t->capacity * sizeof *items, capacity * sizeof *items) : NULL;
    if (!items) {
        reel__release(slots);
        return false;
    }
    t->items = items;
    reel__release(t->slots);
    t->slots = slots;
    t->capacity = capacity;
    t->n_slots = 2 * capacity;
    for (uint32_t i = 0; i < t->n; i++)
        t->slots[slot_of(t, t->items[i].pointer, t->items[i].tag)] = i + 1;
    return true;
}

uint32_t reel__intern_put(reel__intern *t, const void *pointer, uint32_t tag) {
    if (t->n_slots) {
        uint32_t slot = slot_of(t, pointer, tag);
        if (t->slots[slot])
            return t->slots[slot] - 1;
    }
    if (t->n == t->capacity && (t->capacity > UINT32_MAX / 4 || !intern_grow(t)))
        return UINT32_MAX;
    t->items[t->n] = (reel__interned){pointer, tag, 0};
    t->slots[slot_of(t, pointer, tag)] = t->n + 1;
    return t->n++;
}

void reel__intern_free(reel__intern *t) {
    reel__release(t->items);
    reel__release(t->slots);
    memset(t, 0, sizeof *t);
}

static bool intern_copy(reel__intern *copy, const reel__intern *t) {
    *copy = (reel__intern){0};
    if (!t->n)
        return true;
    copy->items = reel__alloc_array(t->capacity, sizeof *copy->items);
    copy->slots = reel__alloc_array(t->n_slots, sizeof *copy->slots);
    if (!copy->items || !copy->slots)
        return false;
    memcpy(copy->items, t->items, t->n * sizeof *t->items);
    memcpy(copy->slots, t->slots, t->n_slots * sizeof *t->slots);
    copy->n = t->n;
    copy->capacity = t->capacity;
    copy->n_slots = t->n_slots;
    return true;
}

/* ---- the footer as a collection */

reel__footer *reel__footer_new(const char *dir) {
    reel__footer *f = reel__alloc_zero(sizeof *f);
    if (!f)
        return NULL;
    if (dir && !(f->dir = reel__copy_text(dir, strlen(dir)))) {
        reel__release(f);
        return NULL;
    }
    reel__spill_init(&f->records, f->dir, REEL__FOOTER_MEMORY_MAX);
    return f;
}

reel__footer *reel__footer_new_beside(const char *path) {
    reel__buf folder = {0};
    reel__io_folder_of(&folder, path);
    reel__buf_u8(&folder, 0);
    reel__footer *f = folder.failed ? NULL : reel__footer_new((char *)folder.data);
    reel__buf_free(&folder);
    return f;
}

void reel__footer_reset(reel__footer *f) {
    reel__intern_free(&f->stores);
    reel__intern_free(&f->entities);
    reel__intern_free(&f->kinds);
    reel__release(f->of_store);
    f->of_store = NULL;
    f->of_store_capacity = 0;
    reel__spill_free(&f->records);
    f->status = REEL_OK;
}

void reel__footer_free(reel__footer *f) {
    if (!f)
        return;
    reel__footer_reset(f);
    reel__release(f->dir);
    reel__release(f);
}

size_t reel__footer_memory(const reel__footer *f) {
    size_t interned = (size_t)f->stores.capacity + f->entities.capacity + f->kinds.capacity;
    return sizeof *f + interned * (sizeof(reel__interned) + 2 * sizeof(uint32_t)) + f->of_store_capacity * sizeof *f->of_store + f->records.memory.capacity;
}

reel__footer *reel__footer_copy(const reel__footer *f) {
    reel__footer *copy = reel__footer_new(f->dir);
    if (!copy)
        return NULL;
    copy->status = f->status;
    memcpy(copy->why, f->why, sizeof f->why);
    bool ok = intern_copy(&copy->stores, &f->stores) && intern_copy(&copy->entities, &f->entities) && intern_copy(&copy->kinds, &f->kinds);
    if (ok && f->of_store) {
        copy->of_store = reel__alloc_array(f->of_store_capacity, sizeof *f->of_store);
        copy->of_store_capacity = copy->of_store ? f->of_store_capacity : 0;
        ok = copy->of_store != NULL;
        if (ok)
            memcpy(copy->of_store, f->of_store, f->stores.n * sizeof *f->of_store);
    }
    if (!ok || reel__spill_copy(&copy->records, &f->records, copy->dir) != REEL_OK) {
        reel__footer_free(copy);
        return NULL;
    }
    return copy;
}

static reel_status give_up(reel__footer *f, reel_status status) {
    f->status = status;
    snprintf(f->why, sizeof f->why, "%s", reel_error_message());
    return status;
}

/* The store's number, with its counters. */
static reel_status number_store(reel__footer *f, const reel__store *store, uint32_t *number) {
    uint32_t before = f->stores.n;
    *number = reel__intern_put(&f->stores, store, 0);
    if (*number != UINT32_MAX && f->stores.capacity > f->of_store_capacity) {
        reel__footer_store *grown = reel__realloc(f->of_store, f->of_store_capacity * sizeof *grown, f->stores.capacity * sizeof *grown);
        if (!grown) {
            f->stores.n = before; /* given up anyway; what is written is what is counted */
            return reel__fail(REEL_E_NO_MEMORY, "no memory for the footer's %u stores", f->stores.capacity);
        }
        f->of_store = grown;
        f->of_store_capacity = f->stores.capacity;
    }
    if (*number == UINT32_MAX)
        return reel__fail(REEL_E_NO_MEMORY, "no memory for the footer's stores");
    if (f->stores.n != before)
        f->of_store[*number] = (reel__footer_store){0, 0, reel__spill_size(&f->records)};
    return REEL_OK;
}

static size_t record_size(const reel__message *m) {
    size_t ranges = m->shape->n_timelines * sizeof(reel__time_pair);
    size_t cells = ((size_t)m->shape->n_columns * sizeof(uint32_t) + 7) / 8 * 8 + ranges * m->shape->n_columns;
    return sizeof(reel__footer_record) + ranges + (m->info.has_nulls ? cells : 0);
}

static void put_pairs(uint8_t *at, const reel__time_range *ranges, size_t n) {
    for (size_t i = 0; i < n; i++, at += sizeof(reel__time_pair)) {
        reel__time_pair pair = {ranges[i].min, ranges[i].max};
        memcpy(at, &pair, sizeof pair);
    }
}

static void fill_record(uint8_t *at, const reel__message *m, const reel__footer_record *head) {
    const reel__shape *s = m->shape;
    memcpy(at, head, sizeof *head);
    at += sizeof *head;
    put_pairs(at, m->info.ranges, s->n_timelines);
    at += s->n_timelines * sizeof(reel__time_pair);
    if (!m->info.has_nulls)
        return;
    size_t counts = s->n_columns * sizeof(uint32_t), padded = (counts + 7) / 8 * 8;
    memset(at, 0, padded);
    memcpy(at, m->info.non_null, counts);
    put_pairs(at + padded, m->info.cell_ranges, (size_t)s->n_timelines * s->n_columns);
}

static reel_status add_chunk(reel__footer *f, const reel__message *m, uint64_t offset) {
    reel__footer_record head = {.size = (uint32_t)record_size(m), .n_rows = m->info.n_rows, .offset = offset + REEL__MESSAGE_HEADER_SIZE,
                                .byte_size = m->size - REEL__MESSAGE_HEADER_SIZE, .ipc_size = m->ipc_size, .with_nulls = m->info.has_nulls};
    reel__tuid_bytes(head.chunk_id, m->chunk_id);
    REEL__TRY(number_store(f, m->store, &head.store));
    head.entity = reel__intern_put(&f->entities, m->entity_path, 0);
    head.kind = reel__intern_put(&f->kinds, m->shape, head.store);
    if (head.entity == UINT32_MAX || head.kind == UINT32_MAX)
        return reel__fail(REEL_E_NO_MEMORY, "no memory for the footer's record of a chunk");
    uint8_t *at;
    REEL__TRY(reel__spill_extend(&f->records, head.size, &at));
    reel__interned *entity = &f->entities.items[head.entity];
    if (!entity->text_size)
        entity->text_size = (uint32_t)strlen(m->entity_path);
    fill_record(at, m, &head);
    f->of_store[head.store].n_chunks++;
    f->of_store[head.store].path_bytes += entity->text_size;
    return REEL_OK;
}

reel_status reel__footer_add(reel__footer *f, const reel__message *m, uint64_t offset) {
    if (f->status != REEL_OK)
        return reel__fail(f->status, "%s", f->why);
    if (m->kind != REEL_MESSAGE_CHUNK)
        return REEL_OK;
    reel_status status = add_chunk(f, m, offset);
    return status == REEL_OK ? REEL_OK : give_up(f, status);
}

/* ---- reading */

void reel__footer_reader_begin(reel__footer_reader *r, const reel__footer *f, uint64_t position) { *r = (reel__footer_reader){.footer = f, .at = position}; }

void reel__footer_reader_end(reel__footer_reader *r) { reel__buf_free(&r->window); }

/* Loads on until the window holds at least `need` bytes from window_at on; fewer only when there are no more. */
static reel_status load(reel__footer_reader *r, size_t need) {
    const reel__footer *f = r->footer;
    size_t left = r->window.size - r->window_at;
    if (left >= need)
        return REEL_OK;
    if (left)
        memmove(r->window.data, r->window.data + r->window_at, left);
    r->window.size = left;
    r->window_at = 0;
    size_t want = need - left > READ_BYTES ? need - left : READ_BYTES;
    if (want > reel__spill_size(&f->records) - r->at)
        want = (size_t)(reel__spill_size(&f->records) - r->at);
    uint8_t *to = reel__buf_extend(&r->window, want);
    if (!to && want)
        return reel__fail(REEL_E_NO_MEMORY, "no memory to read the footer's records");
    r->at += want;
    return reel__spill_get(&f->records, r->at - want, to, want);
}

reel_status reel__footer_reader_next(reel__footer_reader *r, const reel__footer_record **record) {
    *record = NULL;
    REEL__TRY(load(r, sizeof(reel__footer_record)));
    if (r->window.size == r->window_at)
        return REEL_OK;
    uint32_t size;
    memcpy(&size, r->window.data + r->window_at, sizeof size);
    REEL__TRY(load(r, size));
    *record = (const reel__footer_record *)(r->window.data + r->window_at);
    r->window_at += size;
    return REEL_OK;
}
