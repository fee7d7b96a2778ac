#include "arrow_words.h"

#include "arrow_import.h"

#include <string.h>

/* Without pointers: those would take more than the texts, and have to be brought into place whenever the library is loaded. */
static const struct {
    char format[4], word[24];
} words[] = {
    {"n", "null"}, {"b", "bool"}, {"c", "int8"}, {"C", "uint8"}, {"s", "int16"}, {"S", "uint16"}, {"i", "int32"}, {"I", "uint32"}, {"l", "int64"}, {"L", "uint64"},
    {"e", "halffloat"}, {"f", "float"}, {"g", "double"}, {"u", "string"}, {"U", "large_string"}, {"z", "binary"}, {"Z", "large_binary"}, {"vu", "string_view"}, {"vz", "binary_view"},
    {"tdD", "date32"}, {"tdm", "date64"}, {"tts", "time32[s]"}, {"ttm", "time32[ms]"}, {"ttu", "time64[us]"}, {"ttn", "time64[ns]"},
    {"tDs", "duration[s]"}, {"tDm", "duration[ms]"}, {"tDu", "duration[us]"}, {"tDn", "duration[ns]"},
    {"tiM", "month_interval"}, {"tiD", "day_time_interval"}, {"tin", "month_day_nano_interval"},
};

static void put(reel__buf *out, const struct ArrowSchema *schema, int depth);

/* "name: type, name: type" */
static void put_fields(reel__buf *out, const struct ArrowSchema *schema, int depth) {
    for (int64_t i = 0; i < schema->n_children; i++) {
        const struct ArrowSchema *child = schema->children[i];
        reel__buf_format(out, "%s%s: ", i ? ", " : "", child->name ? child->name : "");
        put(out, child, depth);
    }
}

static void put_nested(reel__buf *out, const struct ArrowSchema *schema, int depth) {
    const char *format = schema->format;
    bool is_list = (format[1] == 'l' || format[1] == 'L' || format[1] == 'w' || format[1] == 'v') && schema->n_children == 1;
    if (is_list) {
        reel__buf_text(out, format[1] == 'w' ? "fixed_size_list<" : format[1] == 'v' ? "list_view<" : format[1] == 'L' ? "large_list<" : "list<");
        put(out, schema->children[0], depth);
        reel__buf_format(out, format[1] == 'w' ? ">[%s]" : ">", format + 3);
        return;
    }
    const char *name = format[1] == 's' ? "struct" : format[1] == 'm' ? "map" : format[1] == 'r' ? "run_end_encoded" : format[1] == 'u' && format[2] == 's' ? "sparse_union" : "dense_union";
    reel__buf_format(out, "%s<", name);
    if (format[1] == 'm' && schema->n_children == 1)
        put_fields(out, schema->children[0], depth);
    else
        put_fields(out, schema, depth);
    reel__buf_text(out, ">");
}

static void put_parametric(reel__buf *out, const char *format) {
    static const char *const units[] = {"s", "ms", "us", "ns"};
    const char *bits = NULL;
    if (format[0] == 'd' && format[1] == ':') {
        const char *comma = strchr(format, ',');
        bits = comma ? strchr(comma + 1, ',') : NULL;
        size_t size = bits ? (size_t)(bits - format - 2) : strlen(format + 2);
        reel__buf_format(out, "decimal%s(%.*s)", bits ? bits + 1 : "128", (int)size, format + 2);
    } else if (format[0] == 'w' && format[1] == ':') {
        reel__buf_format(out, "fixed_size_binary[%s]", format + 2);
    } else if (strncmp(format, "ts", 2) == 0 && format[2] && format[3] == ':') {
        const char *unit = units[format[2] == 's' ? 0 : format[2] == 'm' ? 1 : format[2] == 'u' ? 2 : 3];
        reel__buf_format(out, format[4] ? "timestamp[%s, %s]" : "timestamp[%s]", unit, format + 4);
    } else {
        reel__buf_text(out, format);
    }
}

static void put(reel__buf *out, const struct ArrowSchema *schema, int depth) {
    const char *format = schema->format ? schema->format : "";
    if (depth == REEL__ARROW_DEPTH_MAX) {
        reel__buf_text(out, "...");
        return;
    }
    if (schema->dictionary) {
        reel__buf_text(out, "dictionary<");
        put(out, schema->dictionary, depth + 1);
        reel__buf_text(out, ">");
        return;
    }
    if (format[0] == '+' && format[1]) {
        put_nested(out, schema, depth + 1);
        return;
    }
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(words[i].format, format) == 0) {
            reel__buf_text(out, words[i].word);
            return;
        }
    put_parametric(out, format);
}

void reel__arrow_words(reel__buf *out, const struct ArrowSchema *schema) { put(out, schema, 0); }
