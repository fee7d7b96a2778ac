#include "footer_plan.h"

#include "../base/alloc.h"
#include "../base/error.h"

#include <string.h>

/* The two schemas of a manifest (spec: rrd format, "Footer manifest"): of the whole recording, a column for each (entity, component); and of the manifest's own table.
 *
 * Official readers refuse a schema with more flatbuffer tables, or more bytes, than theirs take by default. Every field is a table, and so are its type and each entry of its metadata: nine for a
 * column of scalars, of which eight are needed. */

#define METADATA_MAX 7 /* entries of one field */
#define COLUMN_TABLES 6 /* the fewest of a recording's column: field, list, item, its type, component, entity path */
#define SCHEMA_BYTES_MAX ((size_t)1 << 30) /* what is counted is larger than the bytes, by less than its double; 2^31 is where readers stop */
#define TEXTS_BYTES ((size_t)16 << 10)

/* Texts whose addresses stay. */
typedef struct texts texts;
struct texts {
    texts *next;
    size_t used, size;
};

typedef struct fields {
    reel__ipc_field *items;
    reel__ipc_key_value *metadata; /* METADATA_MAX for each */
    size_t n, capacity, tables;
    texts *texts;
    bool failed;
} fields;

static char *text_room(fields *f, size_t size) {
    if (!f->texts || f->texts->size - f->texts->used < size) {
        size_t room = size > TEXTS_BYTES ? size : TEXTS_BYTES;
        texts *block = reel__alloc(sizeof *block + room);
        if (!block) {
            f->failed = true;
            return NULL;
        }
        *block = (texts){f->texts, 0, room};
        f->texts = block;
    }
    char *at = (char *)(f->texts + 1) + f->texts->used;
    f->texts->used += size;
    return at;
}

/* The three texts behind each other. */
static const char *join(fields *f, const char *a, const char *b, const char *c) {
    size_t sizes[3] = {strlen(a), strlen(b), strlen(c)};
    char *text = text_room(f, sizes[0] + sizes[1] + sizes[2] + 1);
    if (!text)
        return "";
    memcpy(text, a, sizes[0]);
    memcpy(text + sizes[0], b, sizes[1]);
    memcpy(text + sizes[0] + sizes[1], c, sizes[2] + 1);
    return text;
}

static bool begin_fields(fields *f, size_t capacity) {
    *f = (fields){.capacity = capacity, .tables = 2}; /* message and schema */
    f->items = reel__alloc_array(capacity, sizeof *f->items);
    f->metadata = reel__alloc_array(capacity, METADATA_MAX * sizeof *f->metadata);
    return f->items && f->metadata;
}

static reel_status too_large(size_t columns) {
    return reel__fail(REEL_E_TOO_LARGE, "the footer is left out: its schema would have %zu columns, in more tables or bytes than readers take", columns);
}

static reel_status end_fields(fields *f, bool ok, reel__buf *out) {
    ok = ok && !f->failed;
    bool fits = f->tables <= REEL__FOOTER_TABLES_MAX;
    if (ok && fits)
        reel__ipc_schema(out, f->items, f->n, NULL, 0);
    ok = ok && !out->failed;
    while (f->texts) {
        texts *next = f->texts->next;
        reel__release(f->texts);
        f->texts = next;
    }
    reel__release(f->items);
    reel__release(f->metadata);
    if (!ok)
        return reel__fail(REEL_E_NO_MEMORY, "no memory for the footer's %zu columns", f->n);
    return fits && out->size <= SCHEMA_BYTES_MAX ? REEL_OK : too_large(f->n);
}

/* Of a type: a field and a type for each node, and what they carry. */
static size_t tables_of(const reel__arrow_node *nodes, uint16_t n) {
    size_t tables = 0;
    for (uint16_t i = 0; i < n; i++)
        tables += 2 + (nodes[i].metadata ? reel__load_u32((const uint8_t *)nodes[i].metadata) : 0);
    return tables;
}

static void add(fields *f, const char *name, const reel__arrow_node *nodes, uint16_t n_nodes, bool nullable, uint8_t logical) {
    if (f->n == f->capacity) { /* the callers count before; not reached */
        f->failed = true;
        return;
    }
    f->items[f->n] = (reel__ipc_field){name, nodes, n_nodes, nullable, logical, f->metadata + METADATA_MAX * f->n, 0};
    f->tables += tables_of(nodes, n_nodes) + (logical == REEL__IPC_LIST_OF_NODES ? 2 : 0);
    f->n++;
}

/* Of the newest field; a NULL value is left out. */
static void note(fields *f, const char *key, const char *value) {
    if (!value || f->failed)
        return;
    reel__ipc_field *field = &f->items[f->n - 1];
    f->metadata[METADATA_MAX * (f->n - 1) + field->n_metadata++] = (reel__ipc_key_value){key, value, strlen(value)};
    f->tables++;
}

static const reel__arrow_node node_i64 = {"", REEL__ARROW_I64, true, 0}, node_u64 = {"", REEL__ARROW_U64, true, 0}, node_bool = {"", REEL__ARROW_BOOL, true, 0},
                              node_text = {"", REEL__ARROW_UTF8, true, 0};

static void add_time(fields *f, const char *name, const reel__timeline *timeline) {
    add(f, name, &node_i64, 1, true, timeline->type == REEL_TIME_TIMESTAMP_NS ? REEL__IPC_TIMESTAMP_NS : timeline->type == REEL_TIME_DURATION_NS ? REEL__IPC_DURATION_NS : REEL__IPC_AS_NODES);
}

/* ---- the recording */

/* "/__properties/a" with "b" is "property:a:b"; all others are "/path:b". */
static const char *column_name(fields *f, const char *path, const char *component) {
    static const char properties[] = "/__properties";
    size_t size = sizeof properties - 1;
    if (strncmp(path, properties, size) || (path[size] && path[size] != '/'))
        return join(f, path, ":", component);
    return path[size] ? join(f, "property:", join(f, path + size + 1, ":", ""), component) : join(f, "property:", component, "");
}

static void add_component(fields *f, const char *path, const reel__descriptor *d, bool is_static) {
    add(f, column_name(f, path, d->component), d->arrow->nodes, d->arrow->n_nodes, true, REEL__IPC_LIST_OF_NODES);
    note(f, "rerun:archetype", d->archetype);
    note(f, "rerun:component", d->component);
    note(f, "rerun:component_type", d->component_type);
    note(f, "rerun:entity_path", path);
    note(f, "rerun:is_static", is_static ? "true" : NULL);
    note(f, "rerun:kind", "data"); /* the last: it may go */
}

typedef struct pairs {
    reel__intern known; /* (entity path, component) */
    uint8_t *is_static; /* for each */
} pairs;

static bool note_column(pairs *p, const void *path, uint32_t component, bool is_static) {
    uint32_t number = reel__intern_put(&p->known, path, component);
    if (number != UINT32_MAX)
        p->is_static[number] |= is_static;
    return number != UINT32_MAX;
}

static bool distinct_pairs(const reel__footer_plan *plan, pairs *p) {
    size_t n_max = plan->seen_columns.n;
    for (uint32_t i = 0; i < plan->seen.n; i++)
        n_max += plan->kinds[plan->seen.items[i].tag].shape->n_columns;
    p->is_static = reel__alloc_zero(n_max);
    bool ok = p->is_static != NULL;
    for (uint32_t i = 0; i < plan->seen.n; i++) {
        const reel__footer_kind *kind = &plan->kinds[plan->seen.items[i].tag];
        for (uint32_t c = 0; ok && c < kind->shape->n_columns; c++)
            ok = note_column(p, plan->seen.items[i].pointer, kind->components[c], kind->shape->n_timelines == 0);
    }
    for (uint32_t i = 0; ok && i < plan->seen_columns.n; i++)
        ok = note_column(p, plan->seen_columns.items[i].pointer, plan->seen_columns.items[i].tag / 2, plan->seen_columns.items[i].tag % 2);
    return ok;
}

/* A column without a kind is one of data. Readers that hold the manifest against the schema want it of one column of each component. */
static bool leave_kinds_out(fields *f, const reel__footer_plan *plan, const pairs *p) {
    uint8_t *is_known = reel__alloc_zero(plan->n_components + 1);
    reel__ipc_field *field = f->items + f->n - p->known.n;
    for (uint32_t i = 0; is_known && i < p->known.n; i++) {
        uint8_t *known = &is_known[p->known.items[i].tag];
        field[i].n_metadata -= *known;
        f->tables -= *known;
        *known = 1;
    }
    reel__release(is_known);
    return is_known != NULL;
}

reel_status reel__footer_recording_schema(const reel__footer_plan *plan, reel__buf *out) {
    pairs p = {0};
    fields f = {0};
    bool ok = distinct_pairs(plan, &p), is_many = p.known.n > REEL__FOOTER_TABLES_MAX / COLUMN_TABLES;
    ok = ok && !is_many && begin_fields(&f, 1 + plan->n_timelines + p.known.n);
    if (ok) {
        add(&f, "rerun.controls.RowId", &node_u64, 1, false, REEL__IPC_FIXED_BINARY_16);
        note(&f, "ARROW:extension:metadata", "{\"namespace\":\"row\"}");
        note(&f, "ARROW:extension:name", "rerun.datatypes.TUID");
        note(&f, "rerun:kind", "control");
        for (size_t t = 0; t < plan->n_timelines; t++) {
            add_time(&f, plan->timelines[t]->name, plan->timelines[t]);
            note(&f, "rerun:index_name", plan->timelines[t]->name);
            note(&f, "rerun:kind", "index");
        }
        for (uint32_t i = 0; i < p.known.n; i++)
            add_component(&f, p.known.items[i].pointer, plan->components[p.known.items[i].tag].descriptor, p.is_static[i]);
        if (f.tables > REEL__FOOTER_TABLES_MAX)
            ok = leave_kinds_out(&f, plan, &p);
    }
    reel_status status = is_many ? too_large(p.known.n) : end_fields(&f, ok, out);
    reel__intern_free(&p.known);
    reel__release(p.is_static);
    return status;
}

/* ---- the manifest */

/* As names appear within the manifest's column names: some characters become '_', and leading ones go. */
static const char *plain_name(fields *f, const char *name) {
    size_t size = strlen(name);
    char *text = text_room(f, size + 1);
    if (!text)
        return "";
    for (size_t i = 0; i <= size; i++)
        text[i] = name[i] && strchr(", -.\\", name[i]) ? '_' : name[i];
    while (*text == '_')
        text++;
    return text;
}

/* A component as the manifest's column names have it: behind its archetype's short name, unless it begins with that. Readers look for these names. */
static const char *shown_component(fields *f, const reel__descriptor *d) {
    static const char *const prefixes[] = {"rerun.blueprint.archetypes.", "rerun.archetypes.", "rerun."};
    const char *owner = d->archetype ? d->archetype : "";
    for (int i = 0; i < 3; i++)
        if (strncmp(owner, prefixes[i], strlen(prefixes[i])) == 0) {
            owner += strlen(prefixes[i]);
            break;
        }
    size_t size = strlen(owner);
    bool begins_with_it = strncmp(d->component, owner, size) == 0 && d->component[size] == ':';
    return plain_name(f, size && !begins_with_it ? join(f, owner, ":", d->component) : d->component);
}

static void note_component(fields *f, const reel__descriptor *d) {
    note(f, "rerun:archetype", d->archetype);
    note(f, "rerun:component", d->component);
    note(f, "rerun:component_type", d->component_type);
}

static void add_cell(fields *f, const reel__footer_plan *plan, const reel__footer_cell *cell) {
    const reel__timeline *timeline = plan->timelines[cell->timeline];
    const reel__descriptor *d = cell->component == UINT32_MAX ? NULL : plan->components[cell->component].descriptor;
    const char *name = plain_name(f, timeline->name);
    if (d)
        name = join(f, name, ":", shown_component(f, d));
    static const char *const suffixes[] = {":start", ":end", ":num_rows"};
    for (int i = 0; i < (d ? 3 : 2); i++) {
        if (i < 2)
            add_time(f, join(f, name, suffixes[i], ""), timeline);
        else
            add(f, join(f, name, suffixes[i], ""), &node_u64, 1, true, REEL__IPC_AS_NODES);
        if (d)
            note_component(f, d);
        note(f, "rerun:index", timeline->name);
    }
}

reel_status reel__footer_manifest_schema(const reel__footer_plan *plan, reel__buf *out) {
    fields f;
    bool ok = begin_fields(&f, 7 + plan->n_components + 3 * plan->n_cells);
    if (ok) {
        add(&f, "chunk_entity_path", &node_text, 1, false, REEL__IPC_AS_NODES);
        add(&f, "chunk_id", &node_u64, 1, false, REEL__IPC_FIXED_BINARY_16);
        add(&f, "chunk_is_static", &node_bool, 1, false, REEL__IPC_AS_NODES);
        static const char *const numbers[] = {"chunk_num_rows", "chunk_byte_offset", "chunk_byte_size", "chunk_byte_size_uncompressed"};
        for (int i = 0; i < 4; i++)
            add(&f, numbers[i], &node_u64, 1, false, REEL__IPC_AS_NODES);
        for (size_t i = 0; i < plan->n_components; i++) {
            if (!plan->components[i].is_used)
                continue;
            const reel__descriptor *d = plan->components[i].descriptor;
            add(&f, join(&f, shown_component(&f, d), ":has_static_data", ""), &node_bool, 1, false, REEL__IPC_AS_NODES);
            note_component(&f, d);
            note(&f, "rerun:index", "rerun:static");
        }
        for (size_t i = 0; i < plan->n_cells; i++)
            if (plan->cells[i].n_set)
                add_cell(&f, plan, &plan->cells[i]);
    }
    return end_fields(&f, ok, out);
}
