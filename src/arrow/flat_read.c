#include "flat_read.h"

#include "../base/buf.h"

/* Everything is aligned to its own size, counted from the beginning: other readers refuse what is not. */
static bool within(reel__flat_view *v, uint64_t at, uint64_t size) {
    bool is_within = at <= v->size && size <= v->size - at;
    v->is_bad |= !is_within;
    return is_within;
}

static uint32_t load_u16(const uint8_t *p) { return (uint32_t)(p[0] | p[1] << 8); }

/* A table begins with how far in front of it (or behind) its vtable is; that has its own size, the table's, and per slot where in the table it is. */
static reel__flat_at table_at(reel__flat_view *v, uint64_t at) {
    reel__flat_at t = {0};
    if (!at || !within(v, at, 4))
        return t;
    int64_t vtable = (int64_t)at - (int32_t)reel__load_u32(v->data + at);
    if (at % 4 || vtable % 2 || vtable < 0 || !within(v, (uint64_t)vtable, 4)) {
        v->is_bad = true;
        return t;
    }
    uint32_t vtable_size = load_u16(v->data + vtable), size = load_u16(v->data + vtable + 2);
    if (vtable_size < 4 || vtable_size % 2 || size < 4 || !within(v, (uint64_t)vtable, vtable_size) || !within(v, at, size)) {
        v->is_bad = true;
        return t;
    }
    return (reel__flat_at){(uint32_t)at, size, (uint32_t)vtable, (vtable_size - 4) / 2};
}

/* Where a slot's bytes stand; 0: absent. */
static uint32_t slot_at(const reel__flat_view *v, const reel__flat_at *t, unsigned slot) {
    if (!t->at || slot >= t->n_slots)
        return 0;
    uint32_t offset = load_u16(v->data + t->vtable + 4 + 2 * slot);
    return offset ? t->at + offset : 0;
}

bool reel__flat_has(const reel__flat_view *v, const reel__flat_at *t, unsigned slot) { return slot_at(v, t, slot) != 0; }

static uint32_t checked_slot(reel__flat_view *v, const reel__flat_at *t, unsigned slot, unsigned width) {
    uint32_t at = slot_at(v, t, slot);
    if (!at)
        return 0;
    if (at % width || at - t->at > t->size || width > t->size - (at - t->at)) {
        v->is_bad = true;
        return 0;
    }
    return at;
}

/* Where the offset in a slot leads; 0: absent. */
static uint64_t target(reel__flat_view *v, const reel__flat_at *t, unsigned slot) {
    uint32_t at = checked_slot(v, t, slot, 4);
    return at ? (uint64_t)at + reel__load_u32(v->data + at) : 0;
}

reel__flat_at reel__flat_root(reel__flat_view *v) {
    if (!within(v, 0, 4))
        return (reel__flat_at){0};
    reel__flat_at t = table_at(v, reel__load_u32(v->data));
    v->is_bad |= !t.at;
    return t;
}

reel__flat_at reel__flat_child(reel__flat_view *v, const reel__flat_at *t, unsigned slot) { return table_at(v, target(v, t, slot)); }

int64_t reel__flat_number(reel__flat_view *v, const reel__flat_at *t, unsigned slot, unsigned width, int64_t absent) {
    uint32_t at = checked_slot(v, t, slot, width);
    if (!at)
        return absent;
    const uint8_t *p = v->data + at;
    switch (width) {
    case 1: return (int8_t)*p;
    case 2: return (int16_t)load_u16(p);
    case 4: return (int32_t)reel__load_u32(p);
    default: return (int64_t)reel__load_u64(p);
    }
}

static reel__flat_items vector_at(reel__flat_view *v, uint64_t at, unsigned element) {
    if (!at || !within(v, at, 4))
        return (reel__flat_items){0};
    if (at % 4 || (element >= 8 && at % 8 != 4)) {
        v->is_bad = true;
        return (reel__flat_items){0};
    }
    uint32_t n = reel__load_u32(v->data + at);
    return within(v, at + 4, (uint64_t)n * element) ? (reel__flat_items){(uint32_t)at + 4, n} : (reel__flat_items){0};
}

reel__flat_items reel__flat_list(reel__flat_view *v, const reel__flat_at *t, unsigned slot, unsigned element) { return vector_at(v, target(v, t, slot), element); }

reel__flat_at reel__flat_item(reel__flat_view *v, reel__flat_items items, uint32_t i) {
    uint64_t at = (uint64_t)items.at + 4 * (uint64_t)i;
    reel__flat_at t = table_at(v, at + reel__load_u32(v->data + at));
    v->is_bad |= !t.at;
    return t;
}

const char *reel__flat_string(reel__flat_view *v, const reel__flat_at *t, unsigned slot, size_t *size) {
    reel__flat_items bytes = vector_at(v, target(v, t, slot), 1);
    if (bytes.at && (!within(v, bytes.at, (uint64_t)bytes.n + 1) || v->data[bytes.at + bytes.n])) { /* a NUL stands behind each */
        v->is_bad = true;
        bytes = (reel__flat_items){0};
    }
    *size = bytes.n;
    return bytes.at ? (const char *)v->data + bytes.at : NULL;
}
