/* Arrow's types in flatbuffers, as the format texts of the C data interface. */
#include "arrow_format.h"
#include "ipc_batch.h"

#include "../base/buf.h"
#include "../base/error.h"
#include "../base/text.h"

#include <stdio.h>
#include <string.h>

enum { TYPE_NULL = 1, TYPE_INT, TYPE_FLOAT, TYPE_BINARY, TYPE_UTF8, TYPE_BOOL, TYPE_DECIMAL, TYPE_DATE, TYPE_TIME, TYPE_TIMESTAMP, TYPE_INTERVAL, TYPE_LIST, TYPE_STRUCT, TYPE_UNION,
       TYPE_FIXED_BINARY, TYPE_FIXED_LIST, TYPE_MAP, TYPE_DURATION, TYPE_LARGE_BINARY, TYPE_LARGE_UTF8, TYPE_LARGE_LIST, TYPE_RUN_ENDS, TYPE_BINARY_VIEW, TYPE_UTF8_VIEW, TYPE_LIST_VIEW,
       TYPE_LARGE_LIST_VIEW };
#define TEXT_MAX 400 /* of a format: a union of 64 children, each with a code of 3 digits */

typedef struct type {
    reel__flat_view *view;
    const reel__flat_at *table;
    char text[TEXT_MAX];
} type;

static int64_t number(type *t, unsigned slot, unsigned width, int64_t absent) { return reel__flat_number(t->view, t->table, slot, width, absent); }

/* One of the letters, or the format stays empty, which no type has. */
static void put_letter(type *t, const char *before, const char *letters, int64_t i, const char *behind) {
    if (i >= 0 && i < (int64_t)strlen(letters))
        snprintf(t->text, sizeof t->text, "%s%c%s", before, letters[i], behind);
}

static void put_int(type *t) {
    int64_t bits = number(t, 0, 4, 0);
    const char *letters = number(t, 1, 1, 0) ? "csil" : "CSIL";
    put_letter(t, "", letters, bits == 8 ? 0 : bits == 16 ? 1 : bits == 32 ? 2 : bits == 64 ? 3 : -1, "");
}

static void put_union(type *t, const struct ArrowSchema *field) {
    bool is_dense = number(t, 0, 2, 0) == 1;
    reel__flat_items codes = reel__flat_list(t->view, t->table, 1, 4);
    int at = snprintf(t->text, sizeof t->text, is_dense ? "+ud:" : "+us:");
    if (codes.n && codes.n != (uint64_t)field->n_children)
        t->text[0] = 0;
    for (uint32_t i = 0; i < codes.n && at + 12 < TEXT_MAX; i++)
        at += snprintf(t->text + at, sizeof t->text - (size_t)at, i ? ",%u" : "%u", (unsigned)reel__load_u32(t->view->data + codes.at + 4 * (size_t)i));
    for (int64_t i = 0; !codes.n && i < field->n_children && at + 12 < TEXT_MAX; i++) /* absent: each child's own number */
        at += snprintf(t->text + at, sizeof t->text - (size_t)at, i ? ",%u" : "%u", (unsigned)i);
}

static void put_time(type *t) {
    int64_t unit = number(t, 0, 2, 1), bits = number(t, 1, 4, 32);
    if (bits == (unit < 2 ? 32 : 64))
        put_letter(t, "tt", "smun", unit, "");
}

static void put_decimal(type *t) {
    int64_t bits = number(t, 2, 4, 128);
    int at = snprintf(t->text, sizeof t->text, "d:%lld,%lld", (long long)number(t, 0, 4, 0), (long long)number(t, 1, 4, 0));
    if (bits != 128)
        snprintf(t->text + at, sizeof t->text - (size_t)at, ",%lld", (long long)bits);
}

/* Formats of types with parameters; those of the others are constants. */
static void put_format(type *t, int kind, const struct ArrowSchema *field) {
    switch (kind) {
    case TYPE_INT: put_int(t); break;
    case TYPE_FLOAT: put_letter(t, "", "efg", number(t, 0, 2, 0), ""); break;
    case TYPE_DECIMAL: put_decimal(t); break;
    case TYPE_DATE: put_letter(t, "td", "Dm", number(t, 0, 2, 1), ""); break;
    case TYPE_TIME: put_time(t); break;
    case TYPE_TIMESTAMP: put_letter(t, "ts", "smun", number(t, 0, 2, 0), ":"); break;
    case TYPE_DURATION: put_letter(t, "tD", "smun", number(t, 0, 2, 1), ""); break;
    case TYPE_INTERVAL: put_letter(t, "ti", "MDn", number(t, 0, 2, 0), ""); break;
    case TYPE_UNION: put_union(t, field); break;
    case TYPE_FIXED_BINARY: snprintf(t->text, sizeof t->text, "w:%lld", (long long)number(t, 0, 4, 0)); break;
    case TYPE_FIXED_LIST: snprintf(t->text, sizeof t->text, "+w:%lld", (long long)number(t, 0, 4, 0)); break;
    default: break;
    }
}

static const char *constant(int kind) {
    switch (kind) {
    case TYPE_NULL: return "n";
    case TYPE_BOOL: return "b";
    case TYPE_UTF8: return "u";
    case TYPE_LARGE_UTF8: return "U";
    case TYPE_BINARY: return "z";
    case TYPE_LARGE_BINARY: return "Z";
    case TYPE_LIST: return "+l";
    case TYPE_LARGE_LIST: return "+L";
    case TYPE_STRUCT: return "+s";
    case TYPE_MAP: return "+m";
    case TYPE_RUN_ENDS: return "+r";
    case TYPE_BINARY_VIEW: return "vz";
    case TYPE_UTF8_VIEW: return "vu";
    case TYPE_LIST_VIEW: return "+vl";
    case TYPE_LARGE_LIST_VIEW: return "+vL";
    default: return NULL;
    }
}

/* The zone stands behind the colon. It may be of any length. */
static reel_status put_zone(reel__ipc_tree *tree, type *t, struct ArrowSchema *field) {
    size_t size;
    const char *zone = reel__flat_string(t->view, t->table, 1, &size);
    if (!zone)
        return REEL_OK;
    if (memchr(zone, 0, size) || !reel__utf8_valid(zone, size) || size > UINT16_MAX)
        return reel__fail(REEL_E_FORMAT, "an Arrow field \"%.60s\" has a time zone that is no text", field->name);
    char *text = reel__ipc_alloc(tree, size + 5);
    if (!text)
        return reel__fail(REEL_E_NO_MEMORY, "no memory for an Arrow schema");
    memcpy(text, t->text, 4);
    memcpy(text + 4, zone, size);
    text[4 + size] = 0;
    field->format = text;
    return REEL_OK;
}

static bool has_right_children(const struct ArrowSchema *field, const reel__arrow_format *f) {
    uint8_t codes[REEL__ARROW_UNION_CHILDREN_MAX];
    if (reel__arrow_is_union(f->kind))
        return field->n_children <= REEL__ARROW_UNION_CHILDREN_MAX && reel__arrow_codes(f->codes, (uint32_t)field->n_children, codes);
    if (f->kind == REEL__ARROW_STRUCT)
        return true;
    if (f->storage == REEL__ARROW_RUN_ENDS) {
        const struct ArrowSchema *ends = field->n_children == 2 ? field->children[0] : NULL;
        return ends && !ends->dictionary && !ends->format[1] && strchr("sil", ends->format[0]);
    }
    if (f->kind == REEL__ARROW_MAP)
        return field->n_children == 1 && strcmp(field->children[0]->format, "+s") == 0 && field->children[0]->n_children == 2;
    return field->n_children == (reel__arrow_is_list(f->kind) || f->kind == REEL__ARROW_FIXED_LIST);
}

reel_status reel__ipc_type(reel__ipc_tree *tree, reel__flat_view *view, int kind, const reel__flat_at *table, struct ArrowSchema *field) {
    type t = {.view = view, .table = table, .text = ""};
    reel__arrow_format f;
    field->format = constant(kind);
    if (kind == TYPE_MAP && number(&t, 0, 1, 0))
        field->flags |= ARROW_FLAG_MAP_KEYS_SORTED;
    if (!field->format) {
        put_format(&t, kind, field);
        size_t size = strlen(t.text) + 1;
        char *text = reel__ipc_alloc(tree, size);
        if (!text)
            return reel__fail(REEL_E_NO_MEMORY, "no memory for an Arrow schema");
        field->format = memcpy(text, t.text, size);
        if (kind == TYPE_TIMESTAMP && size > 1)
            REEL__TRY(put_zone(tree, &t, field));
    }
    if (view->is_bad)
        return reel__fail(REEL_E_FORMAT, "an Arrow field \"%.60s\" has a type with an offset that leads out of the message", field->name);
    if (!reel__arrow_parse(field, &f) || !has_right_children(field, &f))
        return reel__fail(REEL_E_FORMAT, "an Arrow field \"%.60s\" has a type that makes no sense (number %d, \"%.40s\", %lld children)", field->name, kind, field->format,
                          (long long)field->n_children);
    tree->is_encoded |= f.storage != REEL__ARROW_AS_IT_IS;
    return REEL_OK;
}
