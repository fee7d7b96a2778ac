/* A recording whose chunks are changed as the first bytes say, and written again: what was written is read back without damage and is what was put. Chunks that are copied as they stand give the
 * same footer whether they were read or only looked at.
 *
 *     8 bytes: number of steps (low 3 bits), then the steps (low 4 bits) and a number for each | a .rrd stream */
#include <reel/make.h>
#include <reel/read.h>

#include <stdlib.h>
#include <string.h>

enum { CHUNKS_MAX = 24, STEPS_MAX = 7, HEAD_BYTES = 8, BYTES_MAX = 1 << 22 };

static void require(bool is_true) {
    if (!is_true) abort();
}

typedef struct output {
    uint8_t *data;
    size_t size, capacity;
} output;

static reel_status take(void *user, const void *data, size_t size) {
    output *o = user;
    if (size > BYTES_MAX - o->size) return REEL_E_NO_SPACE;
    if (o->size + size > o->capacity) {
        o->capacity = 2 * (o->size + size);
        o->data = realloc(o->data, o->capacity);
        require(o->data);
    }
    memcpy(o->data + o->size, data, size);
    o->size += size;
    return REEL_OK;
}

static reel_status move_rows(const reel_chunk *chunk, uint8_t number, reel_chunk **out) {
    size_t n = reel_chunk_rows(chunk), picked = 0;
    uint64_t *rows = malloc((n + 1) * sizeof *rows);
    require(rows);
    for (size_t i = 0; i < n; i++) {
        size_t row = number & 8 ? n - 1 - i : i;
        if (!(number & 1) || row % 3) rows[picked++] = row;
    }
    reel_status status = reel_chunk_select(chunk, rows, picked, out);
    require(status != REEL_OK || reel_chunk_rows(*out) == picked);
    free(rows);
    return status;
}

/* One behind itself, and the first half behind the second. */
static reel_status join(const reel_chunk *chunk, uint8_t number, reel_chunk **out) {
    size_t n = reel_chunk_rows(chunk), half = n / 2;
    reel_chunk *parts[2] = {NULL, NULL};
    require(reel_chunk_slice(chunk, half, n - half, &parts[0]) == REEL_OK && reel_chunk_slice(chunk, 0, number & 1 ? n : half, &parts[1]) == REEL_OK);
    if (number & 2 && reel_chunk_components(chunk) > 1) {
        const char *first = reel_chunk_component_at(chunk, 0)->component;
        reel_chunk *less;
        require(reel_chunk_keep(parts[1], &first, 1, true, &less) == REEL_OK);
        if (less) {
            reel_chunk_unref(parts[1]);
            parts[1] = less;
        }
    }
    reel_status status = reel_chunk_join(parts, 2, out);
    require(status != REEL_OK || reel_chunk_rows(*out) == reel_chunk_rows(parts[0]) + reel_chunk_rows(parts[1]));
    reel_chunk_unref(parts[0]);
    reel_chunk_unref(parts[1]);
    return status;
}

static reel_status change(const reel_chunk *chunk, uint8_t step, reel_chunk **out) {
    uint8_t number = step >> 4;
    const reel_chunk_timeline *t = reel_chunk_timeline_at(chunk, number % 4);
    const reel_chunk_component *c = reel_chunk_component_at(chunk, number % 4);
    const char *name = t ? t->name : "none", *component = c ? c->component : "none";
    size_t n = reel_chunk_rows(chunk), first = n ? number % n : 0;
    int64_t time = number;
    switch (step & 15) {
    case 0: return reel_chunk_rename(chunk, component, out);
    case 1: return reel_chunk_with_timeline(chunk, number & 1 ? name : "new", (reel_time_type)(1 + number % 3), &time, 1, out);
    case 2: return reel_chunk_without_timeline(chunk, name, number & 1, out);
    case 3: return reel_chunk_rename_timeline(chunk, name, component, out);
    case 4: return reel_chunk_shift(chunk, name, number & 1 ? INT64_MAX / 2 : -number, out);
    case 5: return reel_chunk_keep(chunk, &component, 1, number & 8, out);
    case 6: return reel_chunk_slice(chunk, first, (n - first) / 2, out);
    case 7: case 8: return move_rows(chunk, number, out);
    case 9: case 10: return join(chunk, number, out);
    case 11: case 12: return reel_chunk_sort(chunk, t ? name : NULL, out);
    case 13: return reel_chunk_sort(chunk, NULL, out);
    case 14: return reel_chunk_with_new_row_ids(chunk, out);
    default: return reel_chunk_slice(chunk, 0, n, out);
    }
}

/* Takes the chunk over; NULL: nothing is left of it. What cannot be done leaves it as it is. */
static reel_chunk *change_all(reel_chunk *chunk, const uint8_t *steps, size_t n) {
    for (size_t i = 0; i < n && chunk; i++) {
        reel_chunk *changed;
        if (change(chunk, steps[i], &changed) != REEL_OK) {
            require(!changed);
            continue;
        }
        reel_chunk_unref(chunk);
        chunk = changed;
    }
    return chunk;
}

/* What was written has these rows, and nothing in it is damaged. */
static void read_again(const output *o, size_t rows) {
    reel_reader *r;
    const reel_read_message *m;
    size_t found = 0;
    require(reel_open_memory(o->data, o->size, NULL, &r) == REEL_OK);
    while (reel_next(r, &m) == REEL_OK && m) {
        reel_chunk *chunk;
        if (m->kind != REEL_MESSAGE_CHUNK) continue;
        require(reel_read_chunk(r, m, &chunk) == REEL_OK);
        found += reel_chunk_rows(chunk);
        reel_chunk_unref(chunk);
    }
    reel_read_stats stats = {.struct_size = sizeof stats};
    require(reel_get_read_stats(r, &stats) == REEL_OK);
    require(found == rows && !stats.damaged && stats.has_footer == (rows > 0)); /* that of a recording without chunks is empty */
    reel_index *index;
    reel_status status = reel_read_index(r, REEL_INDEX_FOOTER, &index);
    if (status == REEL_OK) reel_index_free(index);
    reel_close_reader(r);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static reel_status drop(void *user, const void *data, size_t size) {
    (void)user, (void)data, (void)size;
    return REEL_OK;
}

/* All but ids that a writer makes anew. */
static bool has_same_footer(const output *a, const output *b) {
    uint64_t start;
    if (a->size != b->size || a->size < 60 || memcmp(a->data + a->size - 12, "RRF2FOOT", 8) != 0) return a->size == b->size;
    memcpy(&start, a->data + a->size - 32, sizeof start);
    return start < a->size && !memcmp(a->data + start, b->data + start, a->size - (size_t)start);
}

enum { CHANGED, LOOKED_AT, READ, UNCHECKED, WRITERS };

/* A chunk message: changed, as it stands, and as it stands with what was read of it. A large one is not looked at whole to be put as it stands: one that cannot be read goes where nobody checks. */
static void put_chunk(reel_writer *const *writers, reel_reader *r, const reel_read_message *m, const uint8_t *steps, size_t n_steps, size_t rows[2]) {
    reel_store_id store = {m->store_kind, m->application_id && *m->application_id ? m->application_id : "app", m->recording_id && *m->recording_id ? m->recording_id : "rec"};
    reel_chunk *chunk;
    if (reel_read_chunk(r, m, &chunk) != REEL_OK) {
        (void)reel_writer_put_message(writers[UNCHECKED], m);
        return;
    }
    require(reel_writer_put_message(writers[LOOKED_AT], m) == REEL_OK && reel_writer_put_read(writers[READ], m, chunk) == REEL_OK);
    rows[1] += reel_chunk_rows(chunk);
    chunk = change_all(chunk, steps, n_steps);
    if (chunk && reel_writer_put_chunk(writers[CHANGED], &store, chunk) == REEL_OK) rows[0] += reel_chunk_rows(chunk);
    reel_chunk_unref(chunk);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    size_t rows[2] = {0, 0}, left = CHUNKS_MAX;
    output outputs[WRITERS] = {{0}};
    reel_reader *r;
    reel_writer *writers[WRITERS];
    const reel_read_message *m;
    if (size < HEAD_BYTES || reel_open_memory(data + HEAD_BYTES, size - HEAD_BYTES, NULL, &r) != REEL_OK) return 0;
    for (int i = 0; i < WRITERS; i++) {
        const reel_writer_options options = {.struct_size = sizeof options, .no_compression = i == CHANGED};
        require(reel_writer_callback(i == UNCHECKED ? drop : take, &outputs[i], &options, &writers[i]) == REEL_OK);
    }
    while (left && reel_next(r, &m) == REEL_OK && m) {
        if (m->kind == REEL_MESSAGE_CHUNK) {
            left--;
            put_chunk(writers, r, m, data + 1, data[0] & STEPS_MAX, rows);
        } else {
            bool is_put = reel_writer_put_message(writers[LOOKED_AT], m) == REEL_OK;
            require((reel_writer_put_message(writers[READ], m) == REEL_OK) == is_put);
        }
    }
    reel_close_reader(r);
    bool is_closed[WRITERS];
    for (int i = 0; i < WRITERS; i++) is_closed[i] = reel_writer_close(writers[i]) == REEL_OK;
    require(is_closed[LOOKED_AT] == is_closed[READ]);
    if (is_closed[CHANGED]) read_again(&outputs[CHANGED], rows[0]);
    if (is_closed[READ]) {
        read_again(&outputs[READ], rows[1]);
        require(has_same_footer(&outputs[READ], &outputs[LOOKED_AT]));
    }
    for (int i = 0; i < WRITERS; i++) free(outputs[i].data);
    return 0;
}
