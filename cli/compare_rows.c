#include "compare_rows.h"
#include "number_text.h"
#include "value_text.h"

#include <stdlib.h>
#include <string.h>

/* ---- a chunk with its arrays */

typedef struct view {
    const reel_chunk *chunk;
    struct ArrowSchema schema;
    struct ArrowArray array;
    size_t first; /* column that is a component */
} view;

static bool open_view(view *v, const reel_chunk *chunk) {
    *v = (view) { .chunk = chunk, .first = 1 + reel_chunk_timelines(chunk) };
    return reel_chunk_export(chunk, &v->schema, &v->array) == REEL_OK;
}

static void close_view(view *v) {
    if (v->schema.release) v->schema.release(&v->schema);
    if (v->array.release) v->array.release(&v->array);
}

/* A cell's values in the arrays. The column's list is what says where they are: a cell counts from the first value of the chunk. */
static bool values_of(const view *v, size_t component, size_t row, int64_t *first, int64_t *n) {
    const struct ArrowSchema *schema = v->schema.children[v->first + component];
    const struct ArrowArray *array = v->array.children[v->first + component];
    return !cli_value_is_null(schema, array, (int64_t)row) && cli_value_list(schema, array, (int64_t)row, first, n);
}

/* ---- hashes */

static cli_hash hash_of_time(const reel_chunk_timeline *timeline, size_t row) {
    cli_hash hash = CLI_HASH_BEGIN;
    cli_hash_bytes(&hash, timeline->name, strlen(timeline->name));
    cli_hash_number(&hash, (uint64_t)timeline->type);
    cli_hash_number(&hash, (uint64_t)timeline->times[row]);
    return cli_hash_end(hash);
}

static void put_text(cli_hash *hash, const char *text) {
    cli_hash_number(hash, text != NULL);
    if (text) cli_hash_bytes(hash, text, strlen(text));
}

/* What a component is: its names and its type. */
static cli_hash hash_of_column(const view *v, size_t i) {
    const reel_chunk_component *c = reel_chunk_component_at(v->chunk, i);
    cli_hash hash = CLI_HASH_BEGIN;
    put_text(&hash, c->component);
    put_text(&hash, c->archetype);
    put_text(&hash, c->component_type);
    cli_hash_type(&hash, v->schema.children[v->first + i]->children[0]);
    return hash;
}

static bool hash_row(const view *v, const cli_hash *columns, size_t row, const cli_row_rules *rules, cli_hash *out) {
    cli_hash sum = { 0, 0 };
    for (size_t i = 0; i + 1 < v->first; i++) {
        const reel_chunk_timeline *timeline = reel_chunk_timeline_at(v->chunk, i);
        if (!cli_names_have(&rules->ignored, timeline->name)) cli_hash_add(&sum, hash_of_time(timeline, row));
    }
    for (size_t i = 0; i < reel_chunk_components(v->chunk); i++) {
        int64_t first, n;
        cli_hash hash = columns[i];
        if (!values_of(v, i, row, &first, &n)) continue;
        if (!cli_hash_values(&hash, v->schema.children[v->first + i]->children[0], v->array.children[v->first + i]->children[0], first, n)) return false;
        cli_hash_add(&sum, cli_hash_end(hash));
    }
    *out = sum;
    return true;
}

bool cli_rows_hash(const reel_chunk *chunk, uint32_t number, const cli_row_rules *rules, cli_row_fn each, void *user) {
    view v;
    size_t n = reel_chunk_components(chunk);
    cli_hash *columns = malloc((n + 1) * sizeof *columns);
    bool fits = open_view(&v, chunk) && columns;
    for (size_t i = 0; i < n && fits; i++) columns[i] = hash_of_column(&v, i);
    const uint8_t *ids = reel_chunk_row_ids(chunk);
    cli_row row = { .is_static = reel_chunk_is_static(chunk), .chunk = number };
    for (size_t i = 0; i < reel_chunk_rows(chunk) && fits; i++) {
        memcpy(row.id, ids + 16 * i, sizeof row.id);
        row.row = (uint32_t)i;
        fits = hash_row(&v, columns, i, rules, &row.hash) && each(user, &row);
    }
    close_view(&v);
    free(columns);
    return fits;
}

/* ---- words */

static bool separate(cli_text *out, size_t start) { return out->size == start || cli_text_append(out, "; ", 2); }

static bool tell_times(cli_text *out, size_t start, const reel_chunk *a, size_t row_a, const reel_chunk *b, size_t row_b, const cli_row_rules *rules) {
    bool fits = true;
    for (size_t i = 0; i < reel_chunk_timelines(a) && fits; i++) {
        const reel_chunk_timeline *left = reel_chunk_timeline_at(a, i), *right = reel_chunk_timeline_of(b, left->name);
        if (cli_names_have(&rules->ignored, left->name)) continue;
        if (!right)
            fits = separate(out, start) && cli_text_printf(out, "timeline %s: only in the first", left->name);
        else if (left->type != right->type)
            fits = separate(out, start) &&
                   cli_text_printf(out, "timeline %s: a %s and a %s", left->name, cli_time_type_name(left->type), cli_time_type_name(right->type));
        else if (left->times[row_a] != right->times[row_b])
            fits = separate(out, start) && cli_text_printf(out, "%s: ", left->name) && cli_time_append(out, left->type, left->times[row_a]) &&
                   cli_text_append(out, " and ", 5) && cli_time_append(out, right->type, right->times[row_b]);
    }
    for (size_t i = 0; i < reel_chunk_timelines(b) && fits; i++) {
        const char *name = reel_chunk_timeline_at(b, i)->name;
        if (!reel_chunk_timeline_of(a, name) && !cli_names_have(&rules->ignored, name))
            fits = separate(out, start) && cli_text_printf(out, "timeline %s: only in the second", name);
    }
    return fits;
}

static bool append_cell(cli_text *out, const view *v, size_t component, int64_t first, int64_t n) {
    static const cli_value_style style = { .items_max = 8, .has_digest = true };
    return cli_values_append(out, &style, v->schema.children[v->first + component]->children[0], v->array.children[v->first + component]->children[0], first,
                             n);
}

static bool is_same_cell(const view *a, size_t i, int64_t first_a, int64_t n_a, const view *b, size_t k, int64_t first_b, int64_t n_b, bool *fits) {
    cli_hash left = CLI_HASH_BEGIN, right = CLI_HASH_BEGIN;
    *fits = cli_hash_values(&left, a->schema.children[a->first + i]->children[0], a->array.children[a->first + i]->children[0], first_a, n_a) &&
            cli_hash_values(&right, b->schema.children[b->first + k]->children[0], b->array.children[b->first + k]->children[0], first_b, n_b);
    return left.a == right.a && left.b == right.b;
}

static bool tell_component(cli_text *out, size_t start, const view *a, size_t i, size_t row_a, const view *b, size_t row_b) {
    const reel_chunk_component *left = reel_chunk_component_at(a->chunk, i);
    size_t k = reel_chunk_find(b->chunk, left->component);
    int64_t first_a, n_a, first_b = 0, n_b = 0;
    bool fits = true, is_in_a = values_of(a, i, row_a, &first_a, &n_a), is_in_b = k != SIZE_MAX && values_of(b, k, row_b, &first_b, &n_b);
    if (!is_in_a && !is_in_b) return true;
    if (is_in_a != is_in_b) return separate(out, start) && cli_text_printf(out, "%s: only in the %s", left->component, is_in_a ? "first" : "second");
    const reel_chunk_component *right = reel_chunk_component_at(b->chunk, k);
    cli_hash hash_a = hash_of_column(a, i), hash_b = hash_of_column(b, k);
    if (hash_a.a != hash_b.a || hash_a.b != hash_b.b)
        return separate(out, start) &&
               cli_text_printf(out, "%s: %s (%s of %s) and %s (%s of %s)", left->component, left->arrow_type, left->component_type ? left->component_type : "-",
                               left->archetype ? left->archetype : "-", right->arrow_type, right->component_type ? right->component_type : "-",
                               right->archetype ? right->archetype : "-");
    if (is_same_cell(a, i, first_a, n_a, b, k, first_b, n_b, &fits)) return fits;
    return fits && separate(out, start) && cli_text_printf(out, "%s: ", left->component) && append_cell(out, a, i, first_a, n_a) &&
           cli_text_append(out, " and ", 5) && append_cell(out, b, k, first_b, n_b);
}

bool cli_rows_tell(cli_text *out, const reel_chunk *a, size_t row_a, const reel_chunk *b, size_t row_b, const cli_row_rules *rules) {
    view left, right;
    size_t start = out->size;
    bool fits = tell_times(out, start, a, row_a, b, row_b, rules);
    bool is_open[2] = { open_view(&left, a), open_view(&right, b) };
    fits = fits && is_open[0] && is_open[1];
    for (size_t i = 0; i < reel_chunk_components(a) && fits; i++) fits = tell_component(out, start, &left, i, row_a, &right, row_b);
    for (size_t i = 0; i < reel_chunk_components(b) && fits; i++) {
        int64_t first, n;
        const char *name = reel_chunk_component_at(b, i)->component;
        if (reel_chunk_find(a, name) == SIZE_MAX && values_of(&right, i, row_b, &first, &n))
            fits = separate(out, start) && cli_text_printf(out, "%s: only in the second", name);
    }
    close_view(&left);
    close_view(&right);
    return fits;
}

bool cli_row_times(cli_text *out, const reel_chunk *chunk, size_t row) {
    bool fits = !reel_chunk_is_static(chunk) || cli_text_append(out, "static", 6);
    for (size_t i = 0; i < reel_chunk_timelines(chunk) && fits; i++) {
        const reel_chunk_timeline *t = reel_chunk_timeline_at(chunk, i);
        fits = cli_text_printf(out, "%s%s ", i ? ", " : "", t->name) && cli_time_append(out, t->type, t->times[row]);
    }
    return fits;
}
