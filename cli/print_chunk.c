#include "print_chunk.h"
#include "json_text.h"
#include "number_text.h"
#include "recording_input.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LOOK_AHEAD_ROWS = 64 }; /* that say how wide a table's columns are */

/* ---- values */

bool cli_batch_of(cli_batch *batch, const reel_chunk *chunk) {
    if (reel_chunk_export(chunk, &batch->schema, &batch->array) != REEL_OK) return false;
    batch->first_component = batch->schema.n_children - (int64_t)reel_chunk_components(chunk); /* row ids and timelines stand before them */
    return true;
}

void cli_batch_release(cli_batch *batch) {
    batch->schema.release(&batch->schema);
    batch->array.release(&batch->array);
}

bool cli_batch_append(cli_text *out, const cli_value_style *style, const cli_batch *batch, size_t component, size_t row, bool *is_set) {
    const struct ArrowSchema *schema = batch->schema.children[batch->first_component + (int64_t)component];
    const struct ArrowArray *array = batch->array.children[batch->first_component + (int64_t)component];
    *is_set = !cli_value_is_null(schema, array, (int64_t)row);
    return !*is_set || cli_value_append(out, style, schema, array, (int64_t)row);
}

static bool append_id(cli_text *out, const uint8_t id[16]) {
    char text[33];
    for (int i = 0; i < 16; i++) snprintf(text + 2 * i, 3, "%02x", id[i]);
    return cli_text_append(out, text, 32);
}

/* ---- text */

static void append_store(cli_text *out, const reel_read_message *m) {
    cli_text_printf(out, "%s ", cli_store_kind_name(m->store_kind));
    cli_text_append_clean(out, m->recording_id, strlen(m->recording_id));
    cli_text_printf(out, " of ");
    cli_text_append_clean(out, m->application_id, strlen(m->application_id));
}

static void append_line(cli_text *out, const reel_read_message *m, const reel_chunk *chunk) {
    char size[16];
    cli_text_printf(out, "byte %" PRIu64 ": ", m->offset);
    if (m->kind == REEL_MESSAGE_STORE_INFO) {
        cli_text_printf(out, "store info: ");
        append_store(out, m);
        if (*m->store_source) cli_text_printf(out, ", %s", m->store_source);
    } else if (m->kind == REEL_MESSAGE_BLUEPRINT_ACTIVATION) {
        cli_text_printf(out, "activation of ");
        append_store(out, m);
        cli_text_printf(out, "%s%s", m->make_active ? ", active" : "", m->make_default ? ", default" : "");
    } else if (m->kind != REEL_MESSAGE_CHUNK) {
        cli_text_printf(out, "a message of a kind that is not known, %s", cli_size_text(size, m->size));
    } else if (!chunk) {
        cli_text_printf(out, "a damaged chunk, %s", cli_size_text(size, m->size));
    } else {
        size_t rows = reel_chunk_rows(chunk);
        cli_text_printf(out, "%s: %zu %s, %s%s", reel_chunk_entity(chunk), rows, rows == 1 ? "row" : "rows", cli_size_text(size, m->size),
                        reel_chunk_is_static(chunk) ? ", static" : "");
        for (size_t i = 0; i < reel_chunk_timelines(chunk); i++) {
            const reel_chunk_timeline *t = reel_chunk_timeline_at(chunk, i);
            cli_text_printf(out, ", %s ", t->name);
            if (!rows) continue;
            cli_time_append(out, t->type, t->min);
            if (t->max == t->min) continue;
            cli_text_printf(out, " to ");
            cli_time_append(out, t->type, t->max);
        }
        for (size_t i = 0; i < reel_chunk_components(chunk); i++) cli_text_printf(out, "%s%s", i ? " " : " - ", reel_chunk_component_at(chunk, i)->component);
    }
    cli_text_append(out, "\n", 1);
}

static void append_columns(cli_text *out, const reel_read_message *m, const reel_chunk *chunk) {
    cli_text_printf(out, "    of ");
    append_store(out, m);
    cli_text_printf(out, "; chunk ");
    append_id(out, reel_chunk_id(chunk));
    cli_text_printf(out, ", %s %" PRIu64 " bytes\n", m->is_compressed ? "unpacked" : "not packed:", m->unpacked_size);
    for (size_t i = 0; i < reel_chunk_timelines(chunk); i++) {
        const reel_chunk_timeline *t = reel_chunk_timeline_at(chunk, i);
        cli_text_printf(out, "    timeline %s: %s%s\n", t->name, cli_time_type_name(t->type), t->is_sorted ? ", sorted" : "");
    }
    for (size_t i = 0; i < reel_chunk_components(chunk); i++) {
        const reel_chunk_component *c = reel_chunk_component_at(chunk, i);
        cli_text_printf(out, "    %s: %s, %zu values in %zu rows", c->component, c->arrow_type, c->n_values, c->n_rows);
        if (c->component_type) cli_text_printf(out, "; %s", c->component_type);
        if (c->archetype) cli_text_printf(out, " of %s", c->archetype);
        cli_text_append(out, "\n", 1);
    }
}

/* ---- tables: row ids, timelines, components */

typedef struct table {
    const cli_print_style *style;
    const reel_chunk *chunk;
    cli_batch batch;
    size_t n_columns, n_timelines;
    size_t *widths;
    cli_text cell;
} table;

static const char *column_name(const table *t, size_t column) {
    if (!column) return "row id";
    column--;
    return column < t->n_timelines ? reel_chunk_timeline_at(t->chunk, column)->name : reel_chunk_component_at(t->chunk, column - t->n_timelines)->component;
}

static bool make_cell(table *t, size_t column, size_t row) {
    const cli_value_style values = { .items_max = (size_t)t->style->items_max };
    bool is_set;
    cli_text_clear(&t->cell);
    if (!column) return append_id(&t->cell, reel_chunk_row_ids(t->chunk) + 16 * row);
    column--;
    if (column < t->n_timelines) {
        const reel_chunk_timeline *line = reel_chunk_timeline_at(t->chunk, column);
        return cli_time_append(&t->cell, line->type, line->times[row]);
    }
    if (!cli_batch_append(&t->cell, &values, &t->batch, column - t->n_timelines, row, &is_set)) return false;
    return is_set || cli_text_append(&t->cell, "-", 1);
}

/* Characters, as far as bytes tell: those that begin one. */
static size_t width_of(const char *text) {
    size_t n = 0;
    for (; *text; text++) n += ((unsigned char)*text & 0xC0) != 0x80;
    return n;
}

/* Cut or filled up to the column's width; the last column is not filled up. */
static void append_cell(cli_text *out, const table *t, size_t column, const char *text) {
    size_t width = t->widths[column], n = width_of(text), shown = 0;
    const char *end = text;
    cli_text_printf(out, "%s", column ? "  " : "    ");
    if (n <= width) {
        cli_text_printf(out, "%s", text);
        if (column + 1 < t->n_columns) cli_text_printf(out, "%*s", (int)(width - n), "");
        return;
    }
    for (; *end && (shown < width - 3 || ((unsigned char)*end & 0xC0) == 0x80); end++) shown += ((unsigned char)end[1] & 0xC0) != 0x80;
    cli_text_append(out, text, (size_t)(end - text));
    cli_text_append(out, "...", 3);
}

static bool measure(table *t) {
    size_t rows = reel_chunk_rows(t->chunk), max = t->style->width_max ? (size_t)t->style->width_max : SIZE_MAX;
    for (size_t column = 0; column < t->n_columns; column++) {
        size_t width = width_of(column_name(t, column));
        for (size_t row = 0; row < rows && row < LOOK_AHEAD_ROWS; row++) {
            if (!make_cell(t, column, row)) return false;
            size_t w = width_of(t->cell.data);
            width = w > width ? w : width;
        }
        t->widths[column] = !column ? 32 : width < max ? (width < 4 ? 4 : width) : max;
    }
    return true;
}

static bool print_table(const cli_print_style *style, const reel_chunk *chunk, cli_text *out) {
    table t = { .style = style, .chunk = chunk, .n_timelines = reel_chunk_timelines(chunk) };
    t.n_columns = 1 + t.n_timelines + reel_chunk_components(chunk);
    t.widths = calloc(t.n_columns, sizeof *t.widths);
    if (!t.widths || !cli_batch_of(&t.batch, chunk)) {
        free(t.widths);
        return false;
    }
    bool fits = measure(&t);
    for (size_t column = 0; column < t.n_columns; column++) append_cell(out, &t, column, column_name(&t, column));
    cli_text_append(out, "\n", 1);
    for (size_t row = 0; row < reel_chunk_rows(chunk) && fits; row++) {
        for (size_t column = 0; column < t.n_columns && fits; column++) {
            fits = make_cell(&t, column, row);
            if (fits) append_cell(out, &t, column, t.cell.data);
        }
        cli_text_append(out, "\n", 1);
        cli_text_defuse(out);
        fputs(out->data, stdout);
        cli_text_clear(out);
    }
    cli_batch_release(&t.batch);
    cli_text_free(&t.cell);
    free(t.widths);
    return fits;
}

/* ---- JSON */

static void json_id(cli_text *out, const char *name, const uint8_t id[16]) {
    cli_json_key(out, name);
    cli_text_append(out, "\"", 1);
    append_id(out, id);
    cli_text_append(out, "\"", 1);
}

static void json_columns(cli_text *out, const reel_chunk *chunk) {
    cli_json_key(out, "timelines");
    cli_text_append(out, "[", 1);
    for (size_t i = 0; i < reel_chunk_timelines(chunk); i++) {
        const reel_chunk_timeline *t = reel_chunk_timeline_at(chunk, i);
        cli_json_comma(out);
        cli_text_append(out, "{", 1);
        cli_timeline_append_json(out, t->name, t->type, reel_chunk_rows(chunk) != 0, t->min, t->max);
        cli_json_bool(out, "is_sorted", t->is_sorted);
        cli_text_append(out, "}", 1);
    }
    cli_text_append(out, "]", 1);
    cli_json_key(out, "components");
    cli_text_append(out, "[", 1);
    for (size_t i = 0; i < reel_chunk_components(chunk); i++) {
        const reel_chunk_component *c = reel_chunk_component_at(chunk, i);
        cli_json_comma(out);
        cli_text_append(out, "{", 1);
        cli_json_text(out, "component", c->component);
        cli_json_text(out, "archetype", c->archetype);
        cli_json_text(out, "component_type", c->component_type);
        cli_json_text(out, "type", c->arrow_type);
        cli_json_number(out, "rows", c->n_rows);
        cli_json_number(out, "values", c->n_values);
        cli_text_append(out, "}", 1);
    }
    cli_text_append(out, "]", 1);
}

static void json_message(cli_text *out, const char *name, const reel_read_message *m, const reel_chunk *chunk) {
    const char *kind = m->kind == REEL_MESSAGE_STORE_INFO             ? "store_info"
                       : m->kind == REEL_MESSAGE_CHUNK                ? "chunk"
                       : m->kind == REEL_MESSAGE_BLUEPRINT_ACTIVATION ? "activation"
                                                                      : "unknown";
    cli_text_append(out, "{", 1);
    cli_json_text(out, "kind", kind);
    cli_json_text(out, "file", name);
    cli_json_number(out, "offset", m->offset);
    cli_json_number(out, "bytes", m->size);
    if (m->kind) {
        cli_json_text(out, "store_kind", cli_store_kind_name(m->store_kind));
        cli_json_text(out, "application_id", m->application_id);
        cli_json_text(out, "recording_id", m->recording_id);
    }
    if (m->kind == REEL_MESSAGE_STORE_INFO) cli_json_text(out, "source", m->store_source);
    if (m->kind == REEL_MESSAGE_BLUEPRINT_ACTIVATION) {
        cli_json_bool(out, "make_active", m->make_active);
        cli_json_bool(out, "make_default", m->make_default);
    }
    if (m->kind == REEL_MESSAGE_CHUNK) cli_json_bool(out, "is_damaged", !chunk);
    if (chunk) {
        cli_json_text(out, "entity", reel_chunk_entity(chunk));
        json_id(out, "chunk_id", reel_chunk_id(chunk));
        cli_json_bool(out, "is_static", reel_chunk_is_static(chunk));
        cli_json_bool(out, "is_compressed", m->is_compressed);
        cli_json_number(out, "unpacked_bytes", m->unpacked_size);
        cli_json_number(out, "rows", reel_chunk_rows(chunk));
        json_columns(out, chunk);
    }
    cli_text_append(out, "}\n", 2);
}

static bool json_row(const cli_print_style *style, cli_text *out, const cli_batch *batch, const reel_chunk *chunk, size_t row) {
    const cli_value_style values = { .is_json = true, .items_max = (size_t)style->items_max };
    bool fits = cli_text_append(out, "{", 1) && cli_json_text(out, "kind", "row") && cli_json_text(out, "entity", reel_chunk_entity(chunk));
    json_id(out, "row_id", reel_chunk_row_ids(chunk) + 16 * row);
    fits = fits && cli_json_key(out, "times") && cli_text_append(out, "{", 1);
    for (size_t i = 0; i < reel_chunk_timelines(chunk) && fits; i++) {
        const reel_chunk_timeline *t = reel_chunk_timeline_at(chunk, i);
        fits = cli_json_integer(out, t->name, t->times[row]);
    }
    fits = fits && cli_text_append(out, "}", 1) && cli_json_key(out, "components") && cli_text_append(out, "{", 1);
    for (size_t i = 0; i < reel_chunk_components(chunk) && fits; i++) {
        size_t before = out->size;
        bool is_set;
        fits = cli_json_key(out, reel_chunk_component_at(chunk, i)->component) && cli_batch_append(out, &values, batch, i, row, &is_set);
        if (fits && !is_set) out->data[out->size = before] = 0;
    }
    return fits && cli_text_append(out, "}}\n", 3);
}

static bool print_json_rows(const cli_print_style *style, const reel_chunk *chunk, cli_text *out) {
    cli_batch batch;
    bool fits = true;
    if (!cli_batch_of(&batch, chunk)) return false;
    for (size_t row = 0; row < reel_chunk_rows(chunk) && fits; row++) {
        cli_text_clear(out);
        fits = json_row(style, out, &batch, chunk, row);
        if (fits) fputs(out->data, stdout);
    }
    cli_batch_release(&batch);
    return fits;
}

bool cli_print_message(const cli_print_style *style, const char *name, const reel_read_message *message, const reel_chunk *chunk) {
    cli_text out = { 0 };
    if (style->is_json) {
        json_message(&out, name, message, chunk);
    } else {
        append_line(&out, message, chunk);
        if (chunk && style->detail > 0) append_columns(&out, message, chunk);
        cli_text_defuse(&out);
    }
    bool fits = out.data != NULL;
    if (fits) fputs(out.data, stdout);
    cli_text_clear(&out);
    if (fits && chunk && style->detail > 1) fits = style->is_json ? print_json_rows(style, chunk, &out) : print_table(style, chunk, &out);
    cli_text_free(&out);
    return fits;
}
