#include "chunk_decode.h"

#include "../arrow/arrow_format.h"
#include "../arrow/arrow_values.h"
#include "../base/alloc.h"
#include "../base/error.h"
#include "../base/text.h"
#include "migrate.h"

#include <stdio.h>
#include <string.h>

typedef struct decoding {
    reel__ipc_tree *tree;
    const reel__decode_notes *notes;
    uint64_t version;
    reel__chunk_parts parts;
    reel__chunk_time *times;
    reel__chunk_column *columns;
    reel__buf entity;
} decoding;

static reel_status no_memory(void) { return reel__fail(REEL_E_NO_MEMORY, "no memory for a chunk's columns"); }
#define BAD(d, ...) bad((d), __VA_ARGS__)
static reel_status bad(const decoding *d, const char *format, const char *name, const char *type) {
    char said[300];
    reel__buf text = {0};
    reel__buf_format(&text, format, name, type);
    reel__buf_u8(&text, 0);
    size_t size = text.failed ? 0 : text.size < sizeof said ? text.size : sizeof said;
    if (size)
        memcpy(said, text.data, size);
    said[size ? size - 1 : 0] = 0;
    reel__buf_free(&text);
    return reel__fail(REEL_E_FORMAT, "a chunk of %.200s %s", d->entity.data ? (const char *)d->entity.data : "an entity", said);
}

/* 32 digits of any case, with or without "chunk_" in front. */
bool reel__chunk_read_id(const struct ArrowSchema *schema, uint8_t id[16]) {
    size_t size;
    const char *text = reel__sorbet_metadata(schema->metadata, "id", &size);
    if (text && size == 38 && memcmp(text, "chunk_", 6) == 0) {
        text += 6;
        size -= 6;
    }
    if (!text || size != 32)
        return false;
    for (int i = 0; i < 16; i++) {
        int high = reel__hex_digit(text[2 * i]), low = reel__hex_digit(text[2 * i + 1]);
        if (high < 0 || low < 0)
            return false;
        id[i] = (uint8_t)(high << 4 | low);
    }
    return true;
}

static reel_status read_head(decoding *d) {
    const char *path;
    size_t size;
    if (!reel__sorbet_entity(&d->tree->schema, d->version, &path, &size))
        return reel__fail(REEL_E_FORMAT, "a chunk does not say which entity it is of");
    REEL__TRY(reel__path_canonical(&d->entity, path, size));
    reel__buf_u8(&d->entity, 0);
    if (d->entity.failed)
        return no_memory();
    d->parts.entity = (const char *)d->entity.data;
    if (!reel__chunk_read_id(&d->tree->schema, d->parts.id))
        return BAD(d, "has no id%s%s", "", "");
    if (!d->tree->has_batch)
        return BAD(d, "has no record batch%s%s", "", "");
    return REEL_OK;
}

/* A wrong claim is believed by the official viewer, which then answers queries wrongly. */
static void check_claim(const decoding *d, const struct ArrowSchema *field, bool is_sorted, const char *what, const char *name) {
    char said[400];
    size_t size;
    const char *claim = reel__sorbet_metadata(field->metadata, "is_sorted", &size);
    if (is_sorted || !claim || size != 4 || memcmp(claim, "true", 4) != 0)
        return;
    snprintf(said, sizeof said, "a chunk of %.200s says that its %s%.80s are sorted, which they are not", (const char *)d->entity.data, what, name);
    d->notes->warn(d->notes->user, REEL_READ_CLAIM, said);
}

bool reel__ids_ascend(const uint8_t *ids, size_t n) {
    for (size_t i = 1; i < n; i++)
        if (memcmp(ids + 16 * (i - 1), ids + 16 * i, 16) > 0)
            return false;
    return true;
}

static const char *const time_formats[] = {[REEL_TIME_SEQUENCE] = "l", [REEL_TIME_DURATION_NS] = "tDn", [REEL_TIME_TIMESTAMP_NS] = "tsn:"};

const char *reel__format_of_time(reel_time_type type) { return time_formats[type]; }

reel_time_type reel__time_of_format(const char *format) {
    for (int type = REEL_TIME_SEQUENCE; type <= REEL_TIME_DURATION_NS; type++)
        if (strcmp(format, time_formats[type]) == 0)
            return (reel_time_type)type;
    return strncmp(format, "tsn:", 4) == 0 ? REEL_TIME_TIMESTAMP_NS : 0; /* in whatever zone: times are since the epoch in all of them */
}

static bool times_ascend(const int64_t *times, size_t n) {
    bool falls = false;
    for (size_t i = 1; i < n; i++)
        falls |= times[i] < times[i - 1];
    return !falls;
}

static reel_status read_row_ids(decoding *d, const struct ArrowSchema *field, const struct ArrowArray *array) {
    if (strcmp(field->format, "w:16") != 0)
        return BAD(d, "has row ids of the type \"%.0s%.40s\"", "", field->format);
    if (array->null_count)
        return BAD(d, "has row ids that are null%s%s", "", "");
    d->parts.row_ids = (const uint8_t *)array->buffers[1] + 16 * array->offset;
    if (d->notes)
        check_claim(d, field, reel__ids_ascend(d->parts.row_ids, d->parts.n_rows), "row ids", "");
    return REEL_OK;
}

static reel_status read_times(decoding *d, const char *name, const struct ArrowSchema *field, const struct ArrowArray *array) {
    const char *format = field->format;
    reel_time_type type = reel__time_of_format(format);
    if (!type)
        return BAD(d, "has a timeline \"%.80s\" of the type \"%.40s\"", name, format);
    if (!*name)
        return BAD(d, "has a timeline without a name%s%s", "", "");
    if (array->null_count)
        return BAD(d, "has times that are null on \"%.80s\"%s", name, "");
    const int64_t *times = (const int64_t *)array->buffers[1] + array->offset;
    d->times[d->parts.n_times++] = (reel__chunk_time){name, type, times};
    if (d->notes)
        check_claim(d, field, times_ascend(times, d->parts.n_rows), "times on ", name);
    return REEL_OK;
}

static bool is_union(const struct ArrowSchema *field) {
    reel__arrow_format f;
    return reel__arrow_parse(field, &f) && reel__arrow_is_union(f.kind);
}

/* A column that is no list holds one value in each row, and where that is null the row does not have the component. */
static reel_status wrap(decoding *d, const struct ArrowSchema *field, const struct ArrowArray *array, reel__chunk_column *out) {
    size_t n = d->parts.n_rows;
    if (n >= INT32_MAX)
        return reel__fail(REEL_E_TOO_LARGE, "a chunk of %.200s has a plain column of %zu rows", d->parts.entity, n);
    struct ArrowSchema *item = reel__ipc_alloc(d->tree, sizeof *item);
    int32_t *offsets = reel__ipc_alloc(d->tree, 4 * (n + 1));
    bool has_nulls = array->null_count && array->n_buffers && array->buffers[0] && !is_union(field);
    uint8_t *validity = has_nulls ? reel__ipc_alloc(d->tree, n / 8 + 1) : NULL;
    if (!item || !offsets || (has_nulls && !validity))
        return no_memory();
    *item = *field;
    item->name = "item";
    item->metadata = NULL;
    item->flags |= ARROW_FLAG_NULLABLE;
    for (size_t i = 0; i <= n; i++)
        offsets[i] = (int32_t)i;
    if (has_nulls)
        memset(validity, 0, n / 8 + 1);
    for (size_t i = 0; has_nulls && i < n; i++)
        validity[i / 8] = (uint8_t)(validity[i / 8] | reel__arrow_bit(array->buffers[0], array->offset + (int64_t)i) << (i % 8));
    out->item = item;
    out->values = array;
    out->validity = validity;
    out->offsets = offsets;
    return REEL_OK;
}

static reel_status read_component(decoding *d, const reel__column_names *names, const struct ArrowSchema *field, const struct ArrowArray *array) {
    reel__chunk_column *out = &d->columns[d->parts.n_columns++];
    *out = (reel__chunk_column){.component = names->name, .archetype = names->archetype, .component_type = names->component_type};
    if (strcmp(field->format, "+l") != 0)
        return wrap(d, field, array, out);
    out->item = field->children[0];
    out->values = array->children[0];
    out->validity = array->null_count ? array->buffers[0] : NULL;
    out->offsets = array->buffers[1];
    out->first = (size_t)array->offset;
    return REEL_OK;
}

/* Row ids, then times, then components; in chunks of before 0.0.2 in any order. */
static reel_status read_columns(decoding *d) {
    const struct ArrowSchema *schema = &d->tree->schema;
    bool is_ordered = d->version >= REEL__SORBET(0, 0, 2);
    reel__column_kind before = REEL__COLUMN_ROW_ID;
    for (int64_t i = 0; i < schema->n_children; i++) {
        const struct ArrowSchema *field = schema->children[i];
        const struct ArrowArray *array = d->tree->array.children[i];
        reel__column_names names;
        REEL__TRY(reel__sorbet_column(d->tree, field, d->version, &names));
        if (names.kind == REEL__COLUMN_DROPPED)
            continue;
        if (is_ordered && names.kind < before)
            return BAD(d, "has its column \"%.80s\" behind those that have to follow it%s", field->name, "");
        before = names.kind;
        if (names.kind == REEL__COLUMN_ROW_ID) {
            if (d->parts.row_ids)
                return BAD(d, "has two columns of row ids%s%s", "", "");
            REEL__TRY(read_row_ids(d, field, array));
        } else if (is_ordered && !d->parts.row_ids) {
            return BAD(d, "does not begin with row ids%s%s", "", "");
        } else if (names.kind == REEL__COLUMN_INDEX) {
            REEL__TRY(read_times(d, names.name, field, array));
        } else {
            REEL__TRY(read_component(d, &names, field, array));
        }
    }
    return d->parts.row_ids ? REEL_OK : BAD(d, "has no row ids%s%s", "", "");
}

static reel_status decode(decoding *d, reel_chunk **out) {
    size_t n = (size_t)d->tree->schema.n_children;
    d->version = reel__sorbet_version(&d->tree->schema, d->notes);
    REEL__TRY(read_head(d));
    d->parts.n_rows = (size_t)d->tree->array.length;
    d->times = reel__ipc_alloc(d->tree, n * sizeof *d->times);
    d->columns = reel__ipc_alloc(d->tree, n * sizeof *d->columns);
    if (!d->times || !d->columns)
        return no_memory();
    REEL__TRY(read_columns(d));
    d->parts.times = d->times;
    d->parts.columns = d->columns;
    d->parts.held = (reel__held *const[]){&d->tree->held};
    d->parts.n_held = 1;
    d->parts.bytes = d->tree->is_encoded; /* else they are counted, which takes values that have been checked */
    reel_status status = reel__chunk_make(&d->parts, out);
    if (status == REEL_OK && d->tree->is_encoded) {
        reel_chunk *encoded = *out;
        status = reel__chunk_plain(encoded, d->tree->copies_left + d->tree->size, out);
        reel_chunk_unref(encoded);
    }
    return status == REEL_E_ARGUMENT ? REEL_E_FORMAT : status;
}

reel_status reel__chunk_of_tree(reel__ipc_tree *tree, const reel__decode_notes *notes, reel_chunk **out) {
    decoding d = {.tree = tree, .notes = notes};
    *out = NULL;
    reel_status status = decode(&d, out);
    reel__buf_free(&d.entity);
    return status;
}

reel_status reel__chunk_decode(const uint8_t *data, size_t size, size_t packed, reel__held *owner, const reel__decode_notes *notes, reel_chunk **out) {
    reel__ipc_tree *tree;
    *out = NULL;
    REEL__TRY(reel__ipc_read(data, size, packed, owner, &tree));
    reel_status status = reel__chunk_of_tree(tree, notes, out);
    reel__held_unref(&tree->held);
    return status;
}
