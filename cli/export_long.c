/* A wide table as a long one: an Arrow C stream that makes, of each batch of another, a batch of its own. */
#include "export_table.h"
#include "recording_input.h"
#include "value_text.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { ENTITY, COMPONENT, TIME, VALUE, N_COLUMNS };

typedef struct long_stream {
    struct ArrowArrayStream from;
    struct ArrowSchema schema; /* of what it gives */
    char *entity;
    int64_t entity_column, time_column; /* -1: none */
    bool *are_components;
    char time_format[8];
} long_stream;

/* ---- what is given away: structs, and all they point to, in blocks of their own */

static void release_schema(struct ArrowSchema *schema) {
    for (int64_t i = 0; i < schema->n_children; i++) {
        if (schema->children[i]->release) schema->children[i]->release(schema->children[i]);
    }
    free(schema->private_data);
    schema->release = NULL;
}

static void release_array(struct ArrowArray *array) {
    for (int64_t i = 0; i < array->n_children; i++) {
        if (array->children[i]->release) array->children[i]->release(array->children[i]);
        free(array->children[i]);
    }
    for (int64_t i = 0; i < array->n_buffers; i++) free((void *)array->buffers[i]);
    free(array->private_data);
    array->release = NULL;
}

static int get_schema(struct ArrowArrayStream *self, struct ArrowSchema *out) {
    static const char *const names[N_COLUMNS] = { "entity", "component", "time", "value" };
    const long_stream *s = self->private_data;
    struct block {
        struct ArrowSchema children[N_COLUMNS];
        struct ArrowSchema *list[N_COLUMNS];
        char time_format[8];
    } *block = calloc(1, sizeof *block);
    if (!block) return ENOMEM;
    memcpy(block->time_format, s->time_format, sizeof block->time_format);
    for (int i = 0; i < N_COLUMNS; i++) {
        block->list[i] = &block->children[i];
        block->children[i] =
            (struct ArrowSchema) { .format = i == TIME ? block->time_format : "u", .name = names[i], .flags = ARROW_FLAG_NULLABLE, .release = release_schema };
    }
    *out =
        (struct ArrowSchema) { .format = "+s", .name = "", .n_children = N_COLUMNS, .children = block->list, .release = release_schema, .private_data = block };
    return 0;
}

/* ---- a batch */

typedef struct column {
    cli_text bytes; /* texts, or times */
    cli_text offsets, validity;
    int64_t n_nulls;
} column;

typedef struct long_batch {
    const long_stream *stream;
    const struct ArrowArray *from;
    column columns[N_COLUMNS];
    int64_t n;
} long_batch;

static bool end_text(column *c) {
    int32_t end = (int32_t)c->bytes.size;
    return c->bytes.size <= INT32_MAX && cli_text_append(&c->offsets, (const char *)&end, sizeof end);
}

static bool append_time(long_batch *b, int64_t row) {
    column *c = &b->columns[TIME];
    const struct ArrowArray *from = b->stream->time_column < 0 ? NULL : b->from->children[b->stream->time_column];
    bool is_null = !from || cli_value_is_null(b->stream->schema.children[b->stream->time_column], from, row);
    int64_t time = is_null ? 0 : ((const int64_t *)from->buffers[1])[from->offset + row];
    if (b->n % 8 == 0 && !cli_text_append(&c->validity, "", 1)) return false;
    if (!is_null) c->validity.data[b->n / 8] = (char)(c->validity.data[b->n / 8] | 1 << (b->n % 8));
    c->n_nulls += is_null;
    return cli_text_append(&c->bytes, (const char *)&time, sizeof time);
}

static bool append_entity(long_batch *b, int64_t row) {
    column *c = &b->columns[ENTITY];
    const char *text = b->stream->entity;
    size_t size = strlen(text);
    if (b->stream->entity_column >= 0) {
        const struct ArrowArray *from = b->from->children[b->stream->entity_column];
        const int32_t *offsets = (const int32_t *)from->buffers[1] + from->offset + row;
        text = (const char *)from->buffers[2] + offsets[0];
        size = (size_t)(offsets[1] - offsets[0]);
    }
    return cli_text_append(&c->bytes, text, size) && end_text(c);
}

static bool append_value(long_batch *b, int64_t place, int64_t row) {
    static const cli_value_style json = { .is_json = true };
    const struct ArrowSchema *field = b->stream->schema.children[place];
    const struct ArrowArray *array = b->from->children[place];
    column *names = &b->columns[COMPONENT], *values = &b->columns[VALUE];
    int64_t first, n;
    if (cli_value_is_null(field, array, row) || !cli_value_list(field, array, row, &first, &n)) return true;
    bool is_single = n == 1 && field->children[0]->format[0] != '+';
    bool fits = append_time(b, row) && append_entity(b, row) && cli_text_append(&names->bytes, field->name, strlen(field->name)) && end_text(names) &&
                (is_single ? cli_value_append(&values->bytes, &json, field->children[0], array->children[0], first)
                           : cli_values_append(&values->bytes, &json, field->children[0], array->children[0], first, n)) &&
                end_text(values);
    b->n++;
    return fits;
}

/* Buffers are handed over: they were allocated by realloc. */
static struct ArrowArray *array_of(column *c, int64_t n, bool is_time) {
    struct ArrowArray *array = calloc(1, sizeof *array);
    const void **buffers = calloc(3, sizeof *buffers);
    if (!array || !buffers) {
        free(array);
        free(buffers);
        return NULL;
    }
    buffers[0] = c->validity.data;
    buffers[1] = is_time ? c->bytes.data : c->offsets.data;
    buffers[2] = is_time ? NULL : c->bytes.data;
    memset(&c->validity, 0, sizeof c->validity);
    memset(&c->bytes, 0, sizeof c->bytes);
    memset(&c->offsets, 0, sizeof c->offsets);
    *array = (struct ArrowArray) {
        .length = n, .null_count = c->n_nulls, .n_buffers = is_time ? 2 : 3, .buffers = buffers, .release = release_array, .private_data = buffers
    };
    return array;
}

static bool give(long_batch *b, struct ArrowArray *out) {
    struct block {
        const void *buffers[1];
        struct ArrowArray *children[N_COLUMNS];
    } *block = calloc(1, sizeof *block);
    if (!block) return false;
    *out = (struct ArrowArray) {
        .length = b->n, .n_buffers = 1, .buffers = block->buffers, .children = block->children, .release = release_array, .private_data = block
    };
    for (int i = 0; i < N_COLUMNS; i++) {
        block->children[i] = array_of(&b->columns[i], b->n, i == TIME);
        if (!block->children[i]) {
            out->release(out);
            return false;
        }
        out->n_children++;
    }
    return true;
}

static int get_next(struct ArrowArrayStream *self, struct ArrowArray *out) {
    long_stream *s = self->private_data;
    struct ArrowArray from = { 0 };
    out->release = NULL;
    int error = s->from.get_next(&s->from, &from);
    if (error || !from.release) return error;
    long_batch b = { .stream = s, .from = &from };
    int32_t zero = 0;
    bool fits = true;
    for (int i = 0; i < N_COLUMNS && fits; i++) {
        fits = i == TIME || cli_text_append(&b.columns[i].offsets, (const char *)&zero, sizeof zero);
        fits = fits && cli_text_append(&b.columns[i].bytes, "", 0);
    }
    for (int64_t row = 0; row < from.length && fits; row++) {
        for (int64_t i = 0; i < from.n_children && fits; i++) {
            if (s->are_components[i]) fits = append_value(&b, i, from.offset + row);
        }
    }
    fits = fits && give(&b, out);
    for (int i = 0; i < N_COLUMNS; i++) {
        cli_text_free(&b.columns[i].bytes);
        cli_text_free(&b.columns[i].offsets);
        cli_text_free(&b.columns[i].validity);
    }
    from.release(&from);
    return fits ? 0 : ENOMEM;
}

static const char *get_last_error(struct ArrowArrayStream *self) {
    long_stream *s = self->private_data;
    const char *said = s->from.get_last_error(&s->from);
    return said ? said : "no memory for a table, or a batch of more than 2 GiB of text";
}

static void release(struct ArrowArrayStream *self) {
    long_stream *s = self->private_data;
    if (s->schema.release) s->schema.release(&s->schema);
    s->from.release(&s->from);
    free(s->entity);
    free(s->are_components);
    free(s);
    self->release = NULL;
}

static void choose_columns(long_stream *s, const char *timeline) {
    s->entity_column = s->time_column = -1;
    strcpy(s->time_format, "l");
    for (int64_t i = 0; i < s->schema.n_children; i++) {
        const struct ArrowSchema *field = s->schema.children[i];
        cli_column_kind kind = cli_column_kind_of(field);
        s->are_components[i] = kind == CLI_COLUMN_COMPONENT;
        if (kind == CLI_COLUMN_TEXT) s->entity_column = i;
        if (kind != CLI_COLUMN_TIME) continue;
        bool is_better = s->time_column < 0 || (cli_timeline_is_of_the_log(s->schema.children[s->time_column]->name) && !cli_timeline_is_of_the_log(field->name));
        if (timeline ? strcmp(field->name, timeline) != 0 : !is_better) continue;
        s->time_column = i;
        strncpy(s->time_format, field->format, sizeof s->time_format - 1);
    }
}

bool cli_export_long(struct ArrowArrayStream *stream, const char *entity, const char *timeline, struct ArrowArrayStream *out) {
    long_stream *s = calloc(1, sizeof *s);
    if (s) {
        s->from = *stream;
        size_t size = strlen(entity) + 1;
        s->entity = malloc(size);
        if (s->entity) memcpy(s->entity, entity, size);
    }
    if (!s || !s->entity || stream->get_schema(stream, &s->schema) != 0) {
        stream->release(stream);
        if (s) free(s->entity);
        free(s);
        return false;
    }
    *out = (struct ArrowArrayStream) { get_schema, get_next, get_last_error, release, s };
    s->are_components = calloc((size_t)s->schema.n_children + 1, sizeof *s->are_components);
    if (s->are_components) choose_columns(s, timeline);
    if (s->are_components) return true;
    release(out);
    return false;
}
