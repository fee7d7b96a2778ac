#include "id_check.h"
#include "text_buffer.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define MEMORY ((size_t)4 << 20) /* of each of the two sorters */
enum { OPEN_MAX_RUNS = 16 };

/* A run of ids that differ by one in their lower half, as recorders give them out. The record that is sorted: time, store, first (big-endian, 20 bytes), then
 * the rest. */
typedef struct run {
    uint64_t time;
    uint32_t store; /* twice its number, and one for chunk ids */
    uint64_t first, last;
    uint64_t offset;
    uint32_t set;
} run;
enum { RECORD_SIZE = 8 + 4 + 8 + 8 + 8 + 4, FOUND_SIZE = 8 + 8 + 1 + 8 + 8 + 8 + 4 + 4 };

static uint8_t *put(uint8_t *to, uint64_t value, int bytes) {
    for (int i = bytes - 1; i >= 0; i--, value >>= 8) to[i] = (uint8_t)value;
    return to + bytes;
}

static uint64_t get(const uint8_t **from, int bytes) {
    uint64_t value = 0;
    for (int i = 0; i < bytes; i++) value = value << 8 | (*from)[i];
    *from += bytes;
    return value;
}

static bool add_run(cli_id_check *check, const run *r) {
    uint8_t record[RECORD_SIZE];
    uint8_t *at = put(put(put(record, r->time, 8), r->store, 4), r->first, 8);
    put(put(put(at, r->last, 8), r->offset, 8), r->set, 4);
    return cli_sorter_add(check->sorter, record, sizeof record);
}

static run run_of(const uint8_t *record) {
    run r;
    r.time = get(&record, 8);
    r.store = (uint32_t)get(&record, 4);
    r.first = get(&record, 8);
    r.last = get(&record, 8);
    r.offset = get(&record, 8);
    r.set = (uint32_t)get(&record, 4);
    return r;
}

bool cli_id_check_begin(cli_id_check *check) {
    *check = (cli_id_check) { .sorter = cli_sorter_new(MEMORY), .found = cli_sorter_new(MEMORY) };
    return check->sorter && check->found;
}

void cli_id_check_free(cli_id_check *check) {
    cli_sorter_free(check->sorter);
    cli_sorter_free(check->found);
    cli_map_free(&check->sets);
    *check = (cli_id_check) { 0 };
}

static bool set_of(cli_id_check *check, const reel_chunk *chunk, uint32_t *set) {
    cli_text key = { 0 };
    size_t number = 0, n = reel_chunk_components(chunk);
    bool is_new, fits = cli_text_append(&key, reel_chunk_entity(chunk), strlen(reel_chunk_entity(chunk)) + 1);
    for (size_t i = 0; i < n && fits; i++) {
        const char *name = reel_chunk_component_at(chunk, i)->component;
        fits = cli_text_append(&key, name, strlen(name) + 1);
    }
    fits = fits && cli_map_add(&check->sets, key.data, key.size, &number, &is_new);
    cli_text_free(&key);
    if (!fits) errno = ENOMEM;
    *set = (uint32_t)number;
    return fits;
}

static uint64_t half(const uint8_t *id, int which) {
    const uint8_t *at = id + 8 * which;
    return get(&at, 8);
}

bool cli_id_check_add(cli_id_check *check, uint32_t store, uint64_t offset, const reel_chunk *chunk) {
    const uint8_t *ids = reel_chunk_row_ids(chunk), *chunk_id = reel_chunk_id(chunk);
    size_t n = reel_chunk_rows(chunk);
    uint32_t set;
    if (!set_of(check, chunk, &set)) return false;
    run r = { .time = half(chunk_id, 0), .store = 2 * store + 1, .first = half(chunk_id, 1), .last = half(chunk_id, 1), .offset = offset, .set = set };
    if (!add_run(check, &r)) return false;
    for (size_t i = 0; i < n; i++) {
        uint64_t time = half(ids + 16 * i, 0), low = half(ids + 16 * i, 1);
        if (i && time == r.time && low == r.last + 1 && low) {
            r.last = low;
            continue;
        }
        if (i && !add_run(check, &r)) return false;
        r = (run) { .time = time, .store = 2 * store, .first = low, .last = low, .offset = offset, .set = set };
    }
    return !n || add_run(check, &r);
}

/* Whether rows of the two sets cannot be pieces of one row. */
static bool do_clash(const cli_id_check *check, const run *a, const run *b) {
    size_t size_a, size_b;
    const char *key_a = cli_map_key(&check->sets, a->set, &size_a), *key_b = cli_map_key(&check->sets, b->set, &size_b);
    if (a->store & 1 || strcmp(key_a, key_b) != 0) return true;
    for (const char *i = key_a + strlen(key_a) + 1; i < key_a + size_a; i += strlen(i) + 1)
        for (const char *j = key_b + strlen(key_b) + 1; j < key_b + size_b; j += strlen(j) + 1)
            if (strcmp(i, j) == 0) return true;
    return false;
}

/* What two runs have in common, to be sorted by the places of their chunks; chunk ids come before row ids. */
static bool add_duplicate(cli_id_check *check, const run *a, const run *b) {
    uint8_t record[FOUND_SIZE];
    if (a->offset > b->offset) {
        const run *swap = a;
        a = b;
        b = swap;
    }
    uint64_t first = a->first > b->first ? a->first : b->first, last = a->last < b->last ? a->last : b->last;
    uint8_t *at = put(put(put(record, b->offset, 8), a->offset, 8), !(a->store & 1), 1);
    put(put(put(put(put(at, a->time, 8), first, 8), last - first + 1, 8), a->set, 4), b->set, 4);
    return cli_sorter_add(check->found, record, sizeof record);
}

static bool is_same_pair(const cli_duplicate *a, const cli_duplicate *b) { return a->n && a->offset_a == b->offset_a && a->offset_b == b->offset_b; }

static bool tell_all(cli_id_check *check, void (*tell)(void *user, const cli_duplicate *duplicate), void *user) {
    cli_duplicate pair = { 0 };
    const uint8_t *record;
    size_t size;
    cli_sorted step;
    while ((step = cli_sorter_next(check->found, &record, &size)) == CLI_SORTED_RECORD) {
        cli_duplicate d = { .offset_b = get(&record, 8) };
        d.offset_a = get(&record, 8);
        d.is_chunk_id = !get(&record, 1);
        memcpy(d.id, record, 16);
        record += 16;
        d.n = get(&record, 8);
        d.entity_a = cli_map_key(&check->sets, get(&record, 4), &size);
        d.entity_b = cli_map_key(&check->sets, get(&record, 4), &size);
        if (is_same_pair(&pair, &d)) {
            if (!pair.is_chunk_id) pair.n += d.n;
            continue;
        }
        if (pair.n) tell(user, &pair);
        pair = d;
    }
    if (pair.n) tell(user, &pair);
    return step == CLI_SORTED_END;
}

/* Runs come in the order of their first ids. Those that reach as far as the newest one are kept; the one that ends first makes room when there are too many. */
bool cli_id_check_end(cli_id_check *check, void (*tell)(void *user, const cli_duplicate *duplicate), void *user) {
    run open[OPEN_MAX_RUNS];
    size_t n_open = 0, size;
    const uint8_t *record;
    cli_sorted step;
    while ((step = cli_sorter_next(check->sorter, &record, &size)) == CLI_SORTED_RECORD) {
        run r = run_of(record);
        size_t kept = 0, shortest = 0;
        for (size_t i = 0; i < n_open; i++) {
            if (open[i].time == r.time && open[i].store == r.store && open[i].last >= r.first) open[kept++] = open[i];
        }
        n_open = kept;
        for (size_t i = 0; i < n_open; i++) {
            if (!do_clash(check, &open[i], &r)) continue;
            if (!add_duplicate(check, &open[i], &r)) return false;
            break; /* one is enough to say that it is wrong */
        }
        for (size_t i = 1; i < n_open; i++)
            if (open[i].last < open[shortest].last) shortest = i;
        if (n_open < OPEN_MAX_RUNS)
            open[n_open++] = r;
        else if (r.last > open[shortest].last)
            open[shortest] = r;
    }
    return step == CLI_SORTED_END && tell_all(check, tell, user);
}
