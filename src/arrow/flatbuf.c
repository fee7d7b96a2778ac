#include "flatbuf.h"

#include <string.h>

void reel__flat_store(reel__flat *f, size_t at, uint64_t value, size_t size) {
    if (f->out->failed)
        return;
    for (size_t i = 0; i < size; i++)
        f->out->data[at + i] = (uint8_t)(value >> (8 * i));
}

void reel__flat_link(reel__flat *f, size_t hole, size_t target) { reel__flat_store(f, hole, target - hole, 4); }

/* Finds or writes the vtable for these slot sizes. Slots lie in the table by size, largest first, right after its 4-byte head (which stands 4 before a multiple of 8). */
static size_t vtable(reel__flat *f, const uint8_t sizes[REEL__FLAT_SLOTS_MAX], uint16_t offsets[REEL__FLAT_SLOTS_MAX], uint16_t *table_size) {
    uint16_t at = 4;
    size_t n_slots = 0;
    for (uint8_t size = 8; size; size /= 2)
        for (size_t i = 0; i < REEL__FLAT_SLOTS_MAX; i++)
            if (sizes[i] == size) {
                offsets[i] = at;
                at = (uint16_t)(at + size);
            }
    *table_size = at;
    for (size_t i = 0; i < REEL__FLAT_SLOTS_MAX; i++)
        if (sizes[i])
            n_slots = i + 1;
    for (size_t i = 0; i < f->n_vtables; i++)
        if (!memcmp(f->vtables[i].sizes, sizes, REEL__FLAT_SLOTS_MAX))
            return f->vtables[i].at;
    reel__buf_pad(f->out, f->start, 2);
    size_t position = f->out->size;
    reel__buf_u16(f->out, (uint16_t)(4 + 2 * n_slots));
    reel__buf_u16(f->out, at);
    for (size_t i = 0; i < n_slots; i++)
        reel__buf_u16(f->out, offsets[i]);
    if (f->n_vtables < REEL__FLAT_VTABLES_MAX && !f->shares_nothing) {
        f->vtables[f->n_vtables].at = position;
        memcpy(f->vtables[f->n_vtables++].sizes, sizes, REEL__FLAT_SLOTS_MAX);
    }
    return position;
}

size_t reel__flat_table(reel__flat *f, const uint8_t sizes[REEL__FLAT_SLOTS_MAX], size_t at[REEL__FLAT_SLOTS_MAX]) {
    uint16_t offsets[REEL__FLAT_SLOTS_MAX] = {0}, table_size;
    size_t table_of_offsets = vtable(f, sizes, offsets, &table_size);
    bool has_8 = memchr(sizes, 8, REEL__FLAT_SLOTS_MAX) != NULL;
    if (has_8)
        reel__buf_pad(f->out, f->start + 4, 8);
    else
        reel__buf_pad(f->out, f->start, 4);
    size_t table = f->out->size;
    reel__buf_zero(f->out, table_size);
    reel__flat_store(f, table, table - table_of_offsets, 4); /* signed: the vtable stands before */
    for (size_t i = 0; i < REEL__FLAT_SLOTS_MAX; i++)
        at[i] = table + offsets[i];
    return table;
}

size_t reel__flat_text(reel__flat *f, const char *text, size_t size) {
    reel__buf_pad(f->out, f->start, 4);
    size_t position = f->out->size;
    reel__buf_u32(f->out, (uint32_t)size);
    reel__buf_put(f->out, text, size);
    reel__buf_u8(f->out, 0);
    return position;
}

size_t reel__flat_vector(reel__flat *f, size_t n, size_t alignment) {
    reel__buf_pad(f->out, f->start, 4);
    if (alignment > 4)
        reel__buf_pad(f->out, f->start + 4, alignment);
    size_t position = f->out->size;
    reel__buf_u32(f->out, (uint32_t)n);
    return position;
}

size_t reel__flat_offsets(reel__flat *f, size_t n) {
    size_t position = reel__flat_vector(f, n, 4);
    reel__buf_zero(f->out, 4 * n);
    return position;
}
