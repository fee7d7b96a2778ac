#include "export_table.h"
#include "json_text.h"
#include "number_text.h"
#include "value_text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- columns */

const char *cli_field_metadata(const struct ArrowSchema *field, const char *key, size_t *size) {
    const char *at = field->metadata;
    int32_t n = 0, key_size, value_size;
    if (!at) return NULL;
    memcpy(&n, at, sizeof n);
    at += sizeof n;
    for (int32_t i = 0; i < n; i++) {
        memcpy(&key_size, at, sizeof key_size);
        memcpy(&value_size, at + 4 + key_size, sizeof value_size);
        if (strlen(key) == (size_t)key_size && memcmp(at + 4, key, (size_t)key_size) == 0) {
            *size = (size_t)value_size;
            return at + 8 + key_size;
        }
        at += 8 + key_size + value_size;
    }
    return NULL;
}

cli_column_kind cli_column_kind_of(const struct ArrowSchema *field) {
    size_t size = 0;
    const char *kind = cli_field_metadata(field, "rerun:kind", &size);
    if (!kind) return field->format[0] == 'u' ? (strcmp(field->name, "value") == 0 ? CLI_COLUMN_JSON : CLI_COLUMN_TEXT) : CLI_COLUMN_TIME;
    if (size == 5 && memcmp(kind, "index", 5) == 0) return CLI_COLUMN_TIME;
    if (size == 7 && memcmp(kind, "control", 7) == 0) return field->format[0] == 'u' ? CLI_COLUMN_TEXT : CLI_COLUMN_CONTROL;
    return CLI_COLUMN_COMPONENT;
}

/* ---- cells */

static void text_at(const struct ArrowArray *array, int64_t i, const char **text, size_t *size) {
    const int32_t *offsets = array->buffers[1];
    int64_t at = array->offset + i;
    *text = (const char *)array->buffers[2] + offsets[at];
    *size = (size_t)(offsets[at + 1] - offsets[at]);
}

/* Sequences as numbers, durations as seconds, timestamps as ISO 8601. */
static bool append_time(cli_text *out, const struct ArrowSchema *field, const struct ArrowArray *array, int64_t i, bool is_json) {
    int64_t time = ((const int64_t *)array->buffers[1])[array->offset + i];
    const char *quote = is_json ? "\"" : "";
    if (field->format[0] == 'l') return cli_time_append(out, REEL_TIME_SEQUENCE, time);
    if (field->format[1] == 's')
        return cli_text_append(out, quote, strlen(quote)) && cli_time_append_iso(out, time) && cli_text_append(out, quote, strlen(quote));
    if (!cli_time_append(out, REEL_TIME_DURATION_NS, time)) return false;
    if (out->data[out->size - 1] == 's') out->data[--out->size] = 0; /* the unit */
    return true;
}

/* One number, text or truth value stands for itself, anything else as a list. */
static bool append_component(cli_text *out, const struct ArrowSchema *field, const struct ArrowArray *array, int64_t i, bool is_json) {
    static const cli_value_style json = { .is_json = true }, plain = { 0 };
    const struct ArrowSchema *item = field->children[0];
    int64_t first, n;
    if (!cli_value_list(field, array, i, &first, &n)) return false;
    bool is_single = n == 1 && item->format[0] != '+' && !item->dictionary;
    if (!is_single) return cli_values_append(out, &json, item, array->children[0], first, n);
    if (is_json) return cli_value_append(out, &json, item, array->children[0], first);
    if (cli_value_is_null(item, array->children[0], first)) return true;
    if (strcmp(item->format, "u") == 0) {
        const char *text;
        size_t size;
        text_at(array->children[0], first, &text, &size);
        return cli_text_append(out, size ? text : "", size);
    }
    return cli_value_append(out, &plain, item, array->children[0], first);
}

static bool append_cell(cli_text *out, cli_column_kind kind, const struct ArrowSchema *field, const struct ArrowArray *array, int64_t i, bool is_json) {
    const char *text;
    size_t size;
    if (cli_value_is_null(field, array, i)) return !is_json || cli_text_append(out, "null", 4);
    switch (kind) {
    case CLI_COLUMN_TIME: return append_time(out, field, array, i, is_json);
    case CLI_COLUMN_COMPONENT: return append_component(out, field, array, i, is_json);
    default:
        text_at(array, i, &text, &size);
        if (is_json && kind == CLI_COLUMN_TEXT) return cli_json_string(out, size ? text : "", size);
        return cli_text_append(out, size ? text : "", size);
    }
}

/* ---- rows */

/* Quoted where it has to be; a text that is empty is told from nothing by its quotes. */
static bool append_csv(cli_text *out, const cli_text *cell, bool is_null) {
    const char *data = cell->data ? cell->data : "";
    bool is_plain = cell->size ? !strpbrk(data, ",\"\r\n") && data[0] != ' ' && data[cell->size - 1] != ' ' : is_null;
    if (is_plain) return cli_text_append(out, data, cell->size);
    bool fits = cli_text_append(out, "\"", 1);
    for (size_t i = 0; i < cell->size && fits; i++) fits = cli_text_append(out, &data[i], 1) && (data[i] != '"' || cli_text_append(out, "\"", 1));
    return fits && cli_text_append(out, "\"", 1);
}

typedef struct table {
    struct ArrowSchema schema;
    cli_column_kind *kinds; /* of its columns */
    bool is_json;
    cli_output *output;
    cli_text row, cell;
} table;

static bool write_header(table *t) {
    bool is_first = true, fits = true;
    for (int64_t i = 0; i < t->schema.n_children && fits; i++) {
        const struct ArrowSchema *field = t->schema.children[i];
        if (t->kinds[i] == CLI_COLUMN_CONTROL) continue;
        cli_text_clear(&t->cell);
        fits = (is_first || cli_text_append(&t->row, ",", 1)) && cli_text_append(&t->cell, field->name, strlen(field->name)) &&
               append_csv(&t->row, &t->cell, true);
        is_first = false;
    }
    return fits && cli_text_append(&t->row, "\n", 1) && cli_output_write(t->output, t->row.data, t->row.size) == REEL_OK;
}

static bool write_row(table *t, const struct ArrowArray *batch, int64_t row) {
    bool is_first = true, fits = true;
    cli_text_clear(&t->row);
    fits = !t->is_json || cli_text_append(&t->row, "{", 1);
    for (int64_t i = 0; i < t->schema.n_children && fits; i++) {
        const struct ArrowSchema *field = t->schema.children[i];
        if (t->kinds[i] == CLI_COLUMN_CONTROL) continue;
        if (t->is_json) {
            fits = cli_json_key(&t->row, field->name) && append_cell(&t->row, t->kinds[i], field, batch->children[i], row, true);
            continue;
        }
        cli_text_clear(&t->cell);
        fits = (is_first || cli_text_append(&t->row, ",", 1)) && append_cell(&t->cell, t->kinds[i], field, batch->children[i], row, false) &&
               append_csv(&t->row, &t->cell, cli_value_is_null(field, batch->children[i], row));
        is_first = false;
    }
    return fits && cli_text_append(&t->row, t->is_json ? "}\n" : "\n", t->is_json ? 2 : 1) && cli_output_write(t->output, t->row.data, t->row.size) == REEL_OK;
}

static bool write_batches(table *t, struct ArrowArrayStream *stream, uint64_t *n_rows, char why[400]) {
    if (!t->is_json && !write_header(t)) return false;
    for (;;) {
        struct ArrowArray batch = { 0 };
        bool fits = true;
        if (stream->get_next(stream, &batch) != 0) {
            snprintf(why, 400, "%s", stream->get_last_error(stream) ? stream->get_last_error(stream) : "the table cannot be read");
            return false;
        }
        if (!batch.release) return true;
        for (int64_t i = 0; i < batch.length && fits; i++) fits = write_row(t, &batch, batch.offset + i);
        *n_rows += (uint64_t)batch.length;
        batch.release(&batch);
        if (!fits) return false;
    }
}

bool cli_export_table(struct ArrowArrayStream *stream, bool is_json, cli_output *output, uint64_t *n_rows, char why[400]) {
    table t = { .is_json = is_json, .output = output };
    *n_rows = 0;
    snprintf(why, 400, "%s", "no memory for a row");
    bool fits = stream->get_schema(stream, &t.schema) == 0;
    if (!fits) snprintf(why, 400, "%s", stream->get_last_error(stream) ? stream->get_last_error(stream) : "the table has no columns");
    t.kinds = fits ? malloc(((size_t)t.schema.n_children + 1) * sizeof *t.kinds) : NULL;
    for (int64_t i = 0; t.kinds && i < t.schema.n_children; i++) t.kinds[i] = cli_column_kind_of(t.schema.children[i]);
    fits = t.kinds && write_batches(&t, stream, n_rows, why);
    if (output->error) snprintf(why, 400, "cannot write to %s: %s", output->path, strerror(output->error));
    if (t.schema.release) t.schema.release(&t.schema);
    stream->release(stream);
    free(t.kinds);
    cli_text_free(&t.row);
    cli_text_free(&t.cell);
    return fits;
}
