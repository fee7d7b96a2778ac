#include "stats_table.h"
#include "recording_input.h"

#include <stdlib.h>
#include <string.h>

/* ---- distributions: numbers below 16 have bins of their own, then each power of two has 16 */

static size_t bin_of(uint64_t value) {
    if (value < 16) return (size_t)value;
    int bits = 0;
    for (uint64_t v = value; v > 1; v >>= 1) bits++;
    return (size_t)(16 * (bits - 3) + (int)(value >> (bits - 4) & 15));
}

static uint64_t middle_of(size_t bin) {
    if (bin < 16) return bin;
    int shift = (int)(bin / 16) - 1;
    uint64_t low = (uint64_t)(16 + bin % 16) << shift;
    return low + (((uint64_t)1 << shift) - 1) / 2;
}

void cli_distribution_add(cli_distribution *d, uint64_t value) {
    if (!d->n || value < d->min) d->min = value;
    if (value > d->max) d->max = value;
    d->n++;
    d->sum += value;
    d->bins[bin_of(value)]++;
}

uint64_t cli_distribution_at(const cli_distribution *d, double share) {
    uint64_t passed = 0, rank = (uint64_t)((double)d->n * share);
    if (rank >= d->n) return d->max;
    for (size_t i = 0; i < CLI_BINS; i++) {
        passed += d->bins[i];
        if (passed > rank) {
            uint64_t value = middle_of(i);
            return value < d->min ? d->min : value > d->max ? d->max : value;
        }
    }
    return d->max;
}

/* ---- sums */

/* The sum with the name a (size bytes) below `parent`, or NULL. */
static cli_sum *find(cli_stats_table *t, cli_sums *sums, uint32_t parent, const char *name, size_t size, size_t *number) {
    bool is_new;
    cli_text_clear(&t->key);
    if (!cli_text_append(&t->key, (const char *)&parent, sizeof parent) || !cli_text_append(&t->key, name, size) ||
        !cli_map_add(&sums->keys, t->key.data, t->key.size, number, &is_new))
        return NULL;
    if (is_new) {
        if ((sums->n & (sums->n - 1)) == 0) { /* room is made whenever n is a power of two */
            cli_sum *items = realloc(sums->items, (sums->n ? 2 * sums->n : 1) * sizeof *items);
            if (!items) return NULL;
            sums->items = items;
        }
        size_t key_size;
        sums->items[sums->n++] = (cli_sum) { .parent = parent, .name = cli_map_key(&sums->keys, *number, &key_size) + sizeof parent };
    }
    return &sums->items[*number];
}

static void add(cli_sum *sum, const reel_read_message *m, const reel_chunk *chunk, bool is_sorted) {
    sum->chunks++;
    sum->static_chunks += reel_chunk_is_static(chunk);
    sum->rows += reel_chunk_rows(chunk);
    sum->bytes += m->size;
    sum->unpacked += m->unpacked_size;
    sum->sorted += is_sorted;
    if (m->size > sum->largest) sum->largest = m->size;
}

static bool add_components(cli_stats_table *t, const reel_read_message *m, const reel_chunk *chunk, uint32_t entity) {
    for (size_t i = 0; i < reel_chunk_components(chunk); i++) {
        const reel_chunk_component *c = reel_chunk_component_at(chunk, i);
        size_t number, unpacked = reel_chunk_component_bytes(chunk, i);
        cli_sum *sum = find(t, &t->components, entity, c->component, strlen(c->component) + 1, &number);
        if (!sum) return false;
        if (!sum->type || strcmp(sum->type, c->arrow_type) != 0) {
            bool is_new;
            if (!cli_map_add(&t->types, c->arrow_type, strlen(c->arrow_type), &number, &is_new)) return false;
            sum->type = cli_map_key(&t->types, number, NULL);
        }
        sum->chunks++;
        sum->static_chunks += reel_chunk_is_static(chunk);
        sum->rows += c->n_rows;
        sum->values += c->n_values;
        sum->unpacked += unpacked;
        /* Columns are packed together: each has the share of the message that it has of the stream. */
        if (m->unpacked_size) sum->bytes += (uint64_t)((double)m->size * (double)unpacked / (double)m->unpacked_size);
    }
    return true;
}

static bool find_store(cli_stats_table *t, const reel_read_message *m, size_t *number) {
    cli_text name = { 0 };
    char kind = (char)m->store_kind;
    bool fits = cli_text_append(&name, &kind, 1) && cli_text_append(&name, m->application_id, strlen(m->application_id) + 1) &&
                cli_text_append(&name, m->recording_id, strlen(m->recording_id) + 1) && find(t, &t->stores, 0, name.data, name.size, number);
    cli_text_free(&name);
    return fits;
}

bool cli_stats_add(cli_stats_table *t, const reel_read_message *m, const reel_chunk *chunk) {
    const char *path = reel_chunk_entity(chunk);
    size_t store, entity, number;
    bool is_sorted = cli_has_sorted_ids(chunk);
    if (!find_store(t, m, &store)) return false;
    cli_sum *sum = find(t, &t->entities, (uint32_t)store, path, strlen(path) + 1, &entity);
    if (!sum) return false;
    add(sum, m, chunk, is_sorted);
    add(&t->stores.items[store], m, chunk, is_sorted);
    for (size_t i = 0; i < reel_chunk_timelines(chunk); i++) {
        const reel_chunk_timeline *line = reel_chunk_timeline_at(chunk, i);
        cli_sum *timeline = find(t, &t->timelines, (uint32_t)store, line->name, strlen(line->name) + 1, &number);
        if (!timeline) return false;
        add(timeline, m, chunk, line->is_sorted);
    }
    cli_distribution_add(&t->bytes, m->size);
    cli_distribution_add(&t->unpacked, m->unpacked_size);
    cli_distribution_add(&t->rows, reel_chunk_rows(chunk));
    return add_components(t, m, chunk, (uint32_t)entity);
}

void cli_stats_free(cli_stats_table *t) {
    cli_sums *all[] = { &t->stores, &t->entities, &t->components, &t->timelines };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        free(all[i]->items);
        cli_map_free(&all[i]->keys);
    }
    cli_map_free(&t->types);
    cli_text_free(&t->key);
}

reel_store_kind cli_stats_store_kind(const cli_sum *store) { return (reel_store_kind)(unsigned char)store->name[0]; }
const char *cli_stats_application(const cli_sum *store) { return store->name + 1; }
const char *cli_stats_recording(const cli_sum *store) { return cli_stats_application(store) + strlen(cli_stats_application(store)) + 1; }
