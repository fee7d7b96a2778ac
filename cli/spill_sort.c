#define _POSIX_C_SOURCE 200809L
#include "spill_sort.h"
#include "temporary_file.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { WINDOW_MIN = 4096, WINDOW_MAX = 1 << 18 };

/* Where a record stands in the arena. Most are told apart by their first eight bytes. */
typedef struct entry {
    uint64_t begin; /* as a big-endian number */
    uint32_t at, size;
} entry;

/* A sorted piece of the file, read through a window: u32 size and bytes per record. */
typedef struct piece {
    uint64_t at, end; /* of the file: what is not read yet */
    uint8_t *window;
    size_t used, filled, capacity;
    const uint8_t *record; /* the next one */
    uint32_t size;
} piece;

struct cli_sorter {
    size_t bytes_max;
    uint8_t *arena;
    size_t arena_size, arena_capacity;
    entry *entries;
    size_t n, capacity;
    int fd; /* -1: nothing had to wait */
    uint64_t file_size;
    piece *pieces;
    size_t n_pieces, pieces_capacity;
    size_t *heap; /* numbers of pieces, the one with the smallest record first */
    size_t n_heap;
    bool is_sorted;
    size_t next; /* in memory */
};

cli_sorter *cli_sorter_new(size_t bytes_max) {
    cli_sorter *s = calloc(1, sizeof *s);
    if (!s) return NULL;
    s->bytes_max = bytes_max;
    s->fd = -1;
    return s;
}

void cli_sorter_free(cli_sorter *s) {
    if (!s) return;
    if (s->fd >= 0) close(s->fd);
    for (size_t i = 0; i < s->n_pieces; i++) free(s->pieces[i].window);
    free(s->pieces);
    free(s->heap);
    free(s->arena);
    free(s->entries);
    free(s);
}

static uint64_t begin_of(const uint8_t *record, size_t size) {
    uint64_t begin = 0;
    for (size_t i = 0; i < 8; i++) begin = begin << 8 | (i < size ? record[i] : 0);
    return begin;
}

static int compare_bytes(const uint8_t *a, size_t size_a, const uint8_t *b, size_t size_b) {
    int order = memcmp(a, b, size_a < size_b ? size_a : size_b);
    return order ? order : (size_a > size_b) - (size_a < size_b);
}

static bool is_behind(const cli_sorter *s, const entry *a, const entry *b) {
    if (a->begin != b->begin) return a->begin > b->begin;
    return compare_bytes(s->arena + a->at, a->size, s->arena + b->at, b->size) > 0;
}

/* Merges neighbouring runs of `width` until one is left. What comes from recordings is nearly in order, and pairs of runs that are cost one comparison. */
static bool sort_entries(cli_sorter *s) {
    entry *from = s->entries, *to = malloc((s->n ? s->n : 1) * sizeof *to), *spare = to;
    if (!to) return false;
    for (size_t width = 1; width < s->n; width *= 2) {
        for (size_t low = 0; low < s->n; low += 2 * width) {
            size_t middle = low + width < s->n ? low + width : s->n, high = low + 2 * width < s->n ? low + 2 * width : s->n;
            size_t a = low, b = middle, out = low;
            if (middle == high || !is_behind(s, &from[middle - 1], &from[middle])) {
                memcpy(to + low, from + low, (high - low) * sizeof *to);
                continue;
            }
            while (a < middle && b < high) to[out++] = is_behind(s, &from[a], &from[b]) ? from[b++] : from[a++];
            memcpy(to + out, from + a, (middle - a) * sizeof *to);
            memcpy(to + out + (middle - a), from + b, (high - b) * sizeof *to);
        }
        entry *swap = from;
        from = to;
        to = swap;
    }
    if (from == spare) memcpy(s->entries, spare, s->n * sizeof *spare);
    free(spare);
    return true;
}

static bool write_all(cli_sorter *s, const uint8_t *data, size_t size) {
    while (size) {
        ssize_t done = pwrite(s->fd, data, size, (off_t)s->file_size);
        if (done < 0 && errno == EINTR) continue;
        if (done <= 0) return false;
        data += done;
        size -= (size_t)done;
        s->file_size += (uint64_t)done;
    }
    return true;
}

/* Sorts what is in memory and moves it to the file. */
static bool spill(cli_sorter *s) {
    if (s->n_pieces == s->pieces_capacity) {
        size_t capacity = s->pieces_capacity ? 2 * s->pieces_capacity : 16;
        piece *pieces = realloc(s->pieces, capacity * sizeof *pieces);
        if (!pieces) return false;
        s->pieces = pieces;
        s->pieces_capacity = capacity;
    }
    if (s->fd < 0 && (s->fd = cli_temporary_file()) < 0) return false;
    uint8_t *out = malloc(WINDOW_MAX);
    bool is_done = out && sort_entries(s);
    size_t used = 0;
    uint64_t begin = s->file_size;
    for (size_t i = 0; i < s->n && is_done; i++) {
        const entry *e = &s->entries[i];
        if (used + sizeof e->size + e->size > WINDOW_MAX) {
            is_done = write_all(s, out, used);
            used = 0;
        }
        if (sizeof e->size + e->size > WINDOW_MAX) {
            is_done = is_done && write_all(s, (const uint8_t *)&e->size, sizeof e->size) && write_all(s, s->arena + e->at, e->size);
            continue;
        }
        memcpy(out + used, &e->size, sizeof e->size);
        if (e->size) memcpy(out + used + sizeof e->size, s->arena + e->at, e->size);
        used += sizeof e->size + e->size;
    }
    is_done = is_done && write_all(s, out, used);
    free(out);
    if (!is_done) return false;
    s->pieces[s->n_pieces++] = (piece) { .at = begin, .end = s->file_size };
    s->n = s->arena_size = 0;
    return true;
}

static bool reserve(cli_sorter *s, size_t size) {
    size_t needed = s->arena_size + size;
    if (needed > s->arena_capacity) {
        size_t capacity = needed > s->arena_capacity * 2 ? needed + 65536 : s->arena_capacity * 2;
        uint8_t *arena = realloc(s->arena, capacity);
        if (!arena) return false;
        s->arena = arena;
        s->arena_capacity = capacity;
    }
    if (s->n == s->capacity) {
        size_t capacity = s->capacity ? s->capacity * 2 : 1024;
        entry *entries = realloc(s->entries, capacity * sizeof *entries);
        if (!entries) return false;
        s->entries = entries;
        s->capacity = capacity;
    }
    return true;
}

bool cli_sorter_add(cli_sorter *s, const void *record, size_t size) {
    /* Entries count twice: sorting needs room for them again. */
    size_t needed = s->arena_size + size + 2 * (s->n + 1) * sizeof(entry);
    if (s->n && needed > s->bytes_max && !spill(s)) return false;
    if (size > UINT32_MAX / 2) {
        errno = EFBIG;
        return false;
    }
    if (!reserve(s, size)) return false;
    if (size) memcpy(s->arena + s->arena_size, record, size);
    s->entries[s->n++] = (entry) { begin_of(record, size), (uint32_t)s->arena_size, (uint32_t)size };
    s->arena_size += size;
    return true;
}

/* ---- reading back */

/* At least `size` bytes in the window, if the piece has them. */
static bool fill(cli_sorter *s, piece *p, size_t size) {
    if (p->filled - p->used >= size) return true;
    memmove(p->window, p->window + p->used, p->filled - p->used);
    p->filled -= p->used;
    p->used = 0;
    if (size > p->capacity) {
        uint8_t *window = realloc(p->window, size);
        if (!window) return false;
        p->window = window;
        p->capacity = size;
    }
    while (p->filled < size) {
        size_t want = p->capacity - p->filled;
        if (want > p->end - p->at) want = (size_t)(p->end - p->at);
        ssize_t done = pread(s->fd, p->window + p->filled, want, (off_t)p->at);
        if (done < 0 && errno == EINTR) continue;
        if (done <= 0) {
            if (done == 0) errno = EIO;
            return false;
        }
        p->filled += (size_t)done;
        p->at += (uint64_t)done;
    }
    return true;
}

/* Moves on to a piece's next record; *has is false behind the last one. */
static bool advance(cli_sorter *s, piece *p, bool *has) {
    *has = p->used < p->filled || p->at < p->end;
    if (!*has) return true;
    if (!fill(s, p, sizeof p->size)) return false;
    memcpy(&p->size, p->window + p->used, sizeof p->size);
    if (!fill(s, p, sizeof p->size + p->size)) return false;
    p->record = p->window + p->used + sizeof p->size;
    p->used += sizeof p->size + p->size;
    return true;
}

/* Equal records come in the order of their pieces, which is the order in which they were added. */
static bool comes_before(const cli_sorter *s, size_t a, size_t b) {
    int order = compare_bytes(s->pieces[a].record, s->pieces[a].size, s->pieces[b].record, s->pieces[b].size);
    return order ? order < 0 : a < b;
}

static void sink(cli_sorter *s, size_t i) {
    for (;;) {
        size_t smallest = i, left = 2 * i + 1;
        if (left < s->n_heap && comes_before(s, s->heap[left], s->heap[smallest])) smallest = left;
        if (left + 1 < s->n_heap && comes_before(s, s->heap[left + 1], s->heap[smallest])) smallest = left + 1;
        if (smallest == i) return;
        size_t swap = s->heap[i];
        s->heap[i] = s->heap[smallest];
        s->heap[smallest] = swap;
        i = smallest;
    }
}

static bool begin(cli_sorter *s) {
    s->is_sorted = true;
    if (!s->n_pieces) return sort_entries(s);
    if (s->n && !spill(s)) return false;
    free(s->arena);
    free(s->entries);
    s->arena = NULL;
    s->entries = NULL;
    s->heap = calloc(s->n_pieces, sizeof *s->heap);
    if (!s->heap) return false;
    size_t window = s->bytes_max / s->n_pieces;
    window = window > WINDOW_MAX ? WINDOW_MAX : window < WINDOW_MIN ? WINDOW_MIN : window;
    for (size_t i = 0; i < s->n_pieces; i++) {
        bool has = false;
        s->pieces[i].window = malloc(window);
        s->pieces[i].capacity = window;
        if (!s->pieces[i].window || !advance(s, &s->pieces[i], &has)) return false;
        if (has) s->heap[s->n_heap++] = i;
    }
    for (size_t i = s->n_heap; i-- > 0;) sink(s, i);
    return true;
}

cli_sorted cli_sorter_next(cli_sorter *s, const uint8_t **record, size_t *size) {
    bool is_first = !s->is_sorted;
    if (is_first && !begin(s)) return CLI_SORTED_FAILED;
    if (!s->n_pieces) {
        if (s->next == s->n) return CLI_SORTED_END;
        const entry *e = &s->entries[s->next++];
        *record = s->arena + e->at;
        *size = e->size;
        return CLI_SORTED_RECORD;
    }
    /* The record given last time lies in the first piece's window, which may move on now. */
    if (!is_first && s->n_heap) {
        bool has = false;
        if (!advance(s, &s->pieces[s->heap[0]], &has)) return CLI_SORTED_FAILED;
        if (!has) s->heap[0] = s->heap[--s->n_heap];
        sink(s, 0);
    }
    if (!s->n_heap) return CLI_SORTED_END;
    *record = s->pieces[s->heap[0]].record;
    *size = s->pieces[s->heap[0]].size;
    return CLI_SORTED_RECORD;
}
