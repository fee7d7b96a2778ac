/* A manifest's table: a row per chunk, and columns in three groups: what is known of every chunk; its ranges per timeline; and per timeline and component, or per component of static chunks.
 *
 * Columns are read one after another (or three: start, end, number of rows), so that memory is that of the index and of a few columns. */
#include "../arrow/ipc_columns.h"
#include "../base/alloc.h"
#include "../base/error.h"
#include "../rrd/message.h"
#include "chunk_decode.h"
#include "footer_read.h"

#include <stdlib.h>
#include <string.h>

/* In the order in which the columns of one timeline and component are sorted. */
typedef enum what { WHAT_ELSE, WHAT_STATIC, WHAT_START, WHAT_END, WHAT_ROWS } what;

/* What a column of the second and third group is of. Texts are in its metadata, not ended by NUL; NULL: none. */
typedef struct facts {
    const struct ArrowSchema *field;
    size_t column;
    what is;
    const char *timeline;
    size_t timeline_size;
    const char *texts[3]; /* component, archetype, component type */
    size_t sizes[3];
} facts;

typedef struct reading {
    reel_index *index;
    const reel__footer_place *place;
    uint32_t store, first;   /* number of the table's first chunk */
    uint32_t n;              /* rows */
    reel__ipc_columns table;
    facts *facts;            /* of all columns, sorted */
    reel__ipc_column a, b, c;
    reel__buf names;
} reading;

static reel_status wrong(const char *column, uint64_t row, const char *why) {
    return reel__fail(REEL_E_FORMAT, "a manifest's column \"%.80s\", row %llu: %s", column, (unsigned long long)row, why);
}

static const struct ArrowSchema *field_at(const reading *r, size_t column) { return r->table.tree->schema.children[column]; }
static size_t n_columns(const reading *r) { return (size_t)r->table.tree->schema.n_children; }

static bool bit(const uint8_t *bits, uint64_t i) { return bits[i >> 3] >> (i & 7) & 1; }

/* ---- what is known of every chunk */

static reel_status find_fixed(const reading *r, const char *name, const char *format, size_t *column) {
    for (size_t i = 0; i < n_columns(r); i++) {
        if (strcmp(field_at(r, i)->name, name) != 0)
            continue;
        if (strcmp(field_at(r, i)->format, format) != 0)
            return reel__fail(REEL_E_FORMAT, "a manifest's column \"%s\" is of the type \"%.40s\"", name, field_at(r, i)->format);
        *column = i;
        return REEL_OK;
    }
    return reel__fail(REEL_E_FORMAT, "a manifest has no column \"%s\"", name);
}

/* One that has a value in each row. */
static reel_status read_fixed(reading *r, const char *name, const char *format, uint32_t width) {
    size_t column = 0;
    REEL__TRY(find_fixed(r, name, format, &column));
    REEL__TRY(reel__ipc_column_read(&r->table, column, width, &r->a));
    for (uint32_t i = 0; r->a.validity && i < r->n; i++)
        if (!bit(r->a.validity, i))
            return wrong(name, i, "it is null");
    return REEL_OK;
}

static reel__index_chunk *chunk_at(const reading *r, uint32_t row) { return &r->index->chunks.items[r->first + row]; }

static reel_status read_paths(reading *r) {
    REEL__TRY(read_fixed(r, "chunk_entity_path", "u", REEL__IPC_TEXTS));
    for (uint32_t i = 0; i < r->n; i++) {
        uint32_t at = reel__load_u32(r->a.values + 4 * (size_t)i), end = reel__load_u32(r->a.values + 4 * (size_t)i + 4);
        REEL__TRY(reel__index_entity(r->index, (const char *)r->a.bytes + at, end - at, &chunk_at(r, i)->entity));
    }
    return REEL_OK;
}

static reel_status read_number(reading *r, const char *name, size_t member) {
    REEL__TRY(read_fixed(r, name, "L", 8));
    for (uint32_t i = 0; i < r->n; i++) {
        uint64_t number = reel__load_u64(r->a.values + 8 * (size_t)i);
        memcpy((uint8_t *)chunk_at(r, i) + member, &number, sizeof number);
    }
    return REEL_OK;
}

/* Offsets and sizes are of the payload, from the stream's begin; an index counts the header, from the first byte of all. */
static reel_status place_chunks(reading *r) {
    uint64_t first = REEL__STREAM_HEADER_SIZE + REEL__MESSAGE_HEADER_SIZE, end = r->place->start - REEL__MESSAGE_HEADER_SIZE - r->place->stream;
    for (uint32_t i = 0; i < r->n; i++) {
        reel__index_chunk *c = chunk_at(r, i);
        if (c->offset < first || c->offset > end || !c->size || c->size > end - c->offset)
            return reel__fail(REEL_E_FORMAT, "a manifest tells of a chunk of %llu bytes at %llu, in a stream of %llu", (unsigned long long)c->size, (unsigned long long)c->offset, (unsigned long long)end);
        c->offset += r->place->stream - REEL__MESSAGE_HEADER_SIZE;
        c->size += REEL__MESSAGE_HEADER_SIZE;
    }
    return REEL_OK;
}

static reel_status read_chunks(reading *r) {
    reel__index_chunk *added;
    for (uint32_t i = 0; i < r->n; i++) {
        REEL__TRY(reel__index_add(r->index, &added));
        added->store = r->store;
    }
    REEL__TRY(read_paths(r));
    REEL__TRY(read_fixed(r, "chunk_id", "w:16", 16));
    for (uint32_t i = 0; i < r->n; i++)
        memcpy(chunk_at(r, i)->id, r->a.values + 16 * (size_t)i, 16);
    reel__ipc_column_free(&r->a); /* the widest */
    REEL__TRY(read_fixed(r, "chunk_is_static", "b", REEL__IPC_BITS));
    for (uint32_t i = 0; i < r->n; i++)
        chunk_at(r, i)->is_static = bit(r->a.values, i);
    REEL__TRY(read_number(r, "chunk_num_rows", offsetof(reel__index_chunk, n_rows)));
    REEL__TRY(read_number(r, "chunk_byte_offset", offsetof(reel__index_chunk, offset)));
    REEL__TRY(read_number(r, "chunk_byte_size", offsetof(reel__index_chunk, size)));
    REEL__TRY(read_number(r, "chunk_byte_size_uncompressed", offsetof(reel__index_chunk, unpacked_size)));
    return place_chunks(r);
}

/* ---- ranges */

static facts facts_of(const struct ArrowSchema *field, size_t column) {
    static const char *const keys[] = {"rerun:component", "rerun:archetype", "rerun:component_type"};
    static const struct {
        const char *suffix;
        what is;
    } suffixes[] = {{":start", WHAT_START}, {":end", WHAT_END}, {":num_rows", WHAT_ROWS}, {":has_static_data", WHAT_STATIC}};
    facts f = {.field = field, .column = column};
    f.timeline = reel__arrow_metadata_get(field->metadata, "rerun:index", &f.timeline_size);
    const char *suffix = strrchr(field->name, ':');
    for (int i = 0; suffix && f.timeline && i < 4; i++)
        if (strcmp(suffix, suffixes[i].suffix) == 0)
            f.is = suffixes[i].is;
    for (int i = 0; i < 3; i++)
        f.texts[i] = reel__arrow_metadata_get(field->metadata, keys[i], &f.sizes[i]);
    return f;
}

static int compare_texts(const char *a, size_t a_size, const char *b, size_t b_size) {
    if (!a || !b)
        return (a != NULL) - (b != NULL);
    int order = memcmp(a, b, a_size < b_size ? a_size : b_size);
    return order ? order : (a_size > b_size) - (a_size < b_size);
}

static int compare_subjects(const facts *a, const facts *b) {
    int order = compare_texts(a->timeline, a->timeline_size, b->timeline, b->timeline_size);
    for (int i = 0; i < 3 && !order; i++)
        order = compare_texts(a->texts[i], a->sizes[i], b->texts[i], b->sizes[i]);
    return order;
}

static int compare_facts(const void *left, const void *right) {
    const facts *a = left, *b = right;
    int order = compare_subjects(a, b);
    if (!order) order = (a->is > b->is) - (a->is < b->is);
    return order ? order : (a->column > b->column) - (a->column < b->column);
}

/* Those of one timeline and component, by what they are; NULL: there is none. */
typedef struct group {
    const facts *of[WHAT_ROWS + 1];
} group;

/* The group that begins at facts[*at]; *at is moved behind it. */
static reel_status next_group(const reading *r, size_t *at, group *g) {
    const facts *first = &r->facts[*at];
    *g = (group){{NULL}};
    for (; *at < n_columns(r) && !compare_subjects(first, &r->facts[*at]); ++*at) {
        const facts *f = &r->facts[*at];
        if (f->is && g->of[f->is])
            return reel__fail(REEL_E_FORMAT, "a manifest has two columns \"%.80s\"", f->field->name);
        g->of[f->is] = f;
    }
    return REEL_OK;
}

static reel_status component_of(reading *r, const facts *f, uint32_t *component) {
    const char *texts[3];
    r->names.size = 0;
    for (int i = 0; i < 3; i++) {
        if (f->texts[i])
            reel__buf_put(&r->names, f->texts[i], f->sizes[i]);
        reel__buf_u8(&r->names, 0);
    }
    if (r->names.failed)
        return reel__fail(REEL_E_NO_MEMORY, "no memory for a component's name");
    const char *at = (const char *)r->names.data;
    for (int i = 0; i < 3; at += f->sizes[i] + 1, i++)
        texts[i] = f->texts[i] ? at : NULL;
    return reel__index_component_of(r->index, texts[0], texts[1], texts[2], component);
}

static reel_status read_static(reading *r, const facts *f) {
    uint32_t component;
    if (strcmp(f->field->format, "b") != 0 || !f->texts[0])
        return reel__fail(REEL_E_FORMAT, "a manifest's column \"%.80s\" is of the type \"%.40s\", or of no component", f->field->name, f->field->format);
    REEL__TRY(component_of(r, f, &component));
    REEL__TRY(reel__ipc_column_read(&r->table, f->column, REEL__IPC_BITS, &r->a));
    for (uint32_t i = 0; i < r->n; i++) {
        if (i % 8 == 0 && !r->a.values[i / 8]) {
            i += 7;
            continue;
        }
        if (!bit(r->a.values, i) || (r->a.validity && !bit(r->a.validity, i)))
            continue;
        if (!chunk_at(r, i)->is_static)
            return wrong(f->field->name, i, "the chunk is not static");
        REEL__TRY(reel__index_add_component(r->index, r->first + i, component));
    }
    return REEL_OK;
}

/* Which rows have a range is what the start says; the end has to say the same. */
static bool has_range(const reading *r, uint32_t row) { return !r->a.validity || bit(r->a.validity, row); }

static reel_status take_range(reading *r, const char *name, uint32_t row, int64_t *min, int64_t *max) {
    *min = (int64_t)reel__load_u64(r->a.values + 8 * (size_t)row);
    *max = (int64_t)reel__load_u64(r->b.values + 8 * (size_t)row);
    if (chunk_at(r, row)->is_static)
        return wrong(name, row, "the chunk is static");
    if (r->b.validity && !bit(r->b.validity, row))
        return wrong(name, row, "there is no end");
    return *min > *max ? wrong(name, row, "it ends before it starts") : REEL_OK;
}

static reel_status read_ends(reading *r, const group *g) {
    const facts *start = g->of[WHAT_START], *end = g->of[WHAT_END];
    if (!end || strcmp(end->field->format, start->field->format) != 0)
        return reel__fail(REEL_E_FORMAT, "a manifest's column \"%.80s\" has no end of the type \"%.40s\"", start->field->name, start->field->format);
    REEL__TRY(reel__ipc_column_read(&r->table, start->column, 8, &r->a));
    return reel__ipc_column_read(&r->table, end->column, 8, &r->b);
}

static reel_status read_timeline(reading *r, const group *g, uint32_t timeline) {
    int64_t min, max;
    REEL__TRY(read_ends(r, g));
    for (uint32_t i = 0; i < r->n; i++) {
        if (!has_range(r, i))
            continue;
        REEL__TRY(take_range(r, g->of[WHAT_START]->field->name, i, &min, &max));
        REEL__TRY(reel__index_add_range(r->index, r->first + i, timeline, min, max));
    }
    return REEL_OK;
}

/* The timeline's own range in a row; they are sorted by row, so that *at need never go back. */
static const reel_index_range *own_range(const reading *r, uint32_t row, size_t *at) {
    for (; *at < r->index->ranges.n; ++*at) {
        const reel_index_range *range = &r->index->ranges.items[*at];
        if ((uint32_t)range->type >= r->first + row)
            return (uint32_t)range->type == r->first + row ? range : NULL;
    }
    return NULL;
}

/* own: the first of the timeline's own ranges. */
static reel_status read_component(reading *r, const group *g, uint32_t timeline, size_t own) {
    const facts *start = g->of[WHAT_START], *rows = g->of[WHAT_ROWS];
    const char *name = start->field->name;
    reel__index_detail d = {.timeline = timeline};
    REEL__TRY(component_of(r, start, &d.component));
    REEL__TRY(read_ends(r, g));
    if (rows && strcmp(rows->field->format, "L") != 0)
        return reel__fail(REEL_E_FORMAT, "a manifest's column \"%.80s\" is of the type \"%.40s\"", rows->field->name, rows->field->format);
    if (rows)
        REEL__TRY(reel__ipc_column_read(&r->table, rows->column, 8, &r->c));
    for (uint32_t i = 0; i < r->n; i++) {
        if (!has_range(r, i))
            continue;
        const reel_index_range *range = own_range(r, i, &own);
        const reel__index_chunk *chunk = chunk_at(r, i);
        if (!range)
            return wrong(name, i, "the chunk does not have the timeline");
        REEL__TRY(take_range(r, name, i, &d.min, &d.max));
        d.chunk = r->first + i;
        d.n_rows = rows ? reel__load_u64(r->c.values + 8 * (size_t)i) : chunk->n_rows;
        if (d.min < range->min || d.max > range->max || d.n_rows > chunk->n_rows)
            return wrong(name, i, "a component has more than its chunk");
        if (d.min != range->min || d.max != range->max || d.n_rows != chunk->n_rows)
            REEL__TRY(reel__index_add_detail(r->index, &d));
        REEL__TRY(reel__index_add_component(r->index, d.chunk, d.component));
    }
    return REEL_OK;
}

/* Groups are sorted, so that a timeline's own columns come first, then its components'. */
static reel_status read_ranges(reading *r) {
    uint32_t timeline = 0;
    size_t first = 0;
    const facts *own = NULL;
    group g;
    for (size_t at = 0; at < n_columns(r);) {
        REEL__TRY(next_group(r, &at, &g));
        const facts *start = g.of[WHAT_START];
        if (g.of[WHAT_STATIC])
            REEL__TRY(read_static(r, g.of[WHAT_STATIC]));
        if (!start)
            continue;
        if (!start->texts[0]) {
            reel_time_type type = reel__time_of_format(start->field->format);
            if (!type || !start->timeline_size || memchr(start->timeline, 0, start->timeline_size))
                return reel__fail(REEL_E_FORMAT, "a manifest's column \"%.80s\" of the type \"%.40s\" is of no timeline", start->field->name, start->field->format);
            REEL__TRY(reel__index_timeline_of(r->index, start->timeline, start->timeline_size, type, &timeline));
            own = start;
            first = r->index->ranges.n;
            REEL__TRY(read_timeline(r, &g, timeline));
        } else if (!own || compare_texts(own->timeline, own->timeline_size, start->timeline, start->timeline_size) || strcmp(own->field->format, start->field->format) != 0) {
            return reel__fail(REEL_E_FORMAT, "a manifest's column \"%.80s\" is of a timeline that has no columns of its own, or of another type", start->field->name);
        } else {
            REEL__TRY(read_component(r, &g, timeline, first));
        }
    }
    return REEL_OK;
}

static reel_status read_table(reading *r) {
    uint64_t rows_max = r->index->size / (REEL__MESSAGE_HEADER_SIZE + 1);
    if (r->table.n_rows > rows_max || r->table.n_rows > UINT32_MAX - 2 - r->index->chunks.n)
        return reel__fail(REEL_E_FORMAT, "a manifest tells of %llu chunks in %zu bytes", (unsigned long long)r->table.n_rows, r->index->size);
    r->n = (uint32_t)r->table.n_rows;
    REEL__TRY(read_chunks(r));
    r->facts = reel__alloc_array(n_columns(r), sizeof *r->facts);
    if (!r->facts)
        return reel__fail(REEL_E_NO_MEMORY, "no memory for a manifest of %zu columns", n_columns(r));
    for (size_t i = 0; i < n_columns(r); i++)
        r->facts[i] = facts_of(field_at(r, i), i);
    qsort(r->facts, n_columns(r), sizeof *r->facts, compare_facts);
    return read_ranges(r);
}

reel_status reel__manifest_read(reel_index *index, const reel__footer_place *place, uint32_t store, const uint8_t *data, size_t size) {
    reading r = {.index = index, .place = place, .store = store, .first = (uint32_t)index->chunks.n};
    REEL__TRY(reel__ipc_columns_open(&r.table, data, size));
    if (r.table.tree->n_tables > index->n_tables)
        index->n_tables = r.table.tree->n_tables;
    reel_status status = read_table(&r);
    reel__ipc_columns_close(&r.table);
    reel__ipc_column_free(&r.a);
    reel__ipc_column_free(&r.b);
    reel__ipc_column_free(&r.c);
    reel__buf_free(&r.names);
    reel__release(r.facts);
    return status;
}
