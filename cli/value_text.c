#include "value_text.h"
#include "json_text.h"
#include "number_text.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { BYTES_PER_ITEM = 8 }; /* of texts and blobs */

/* ---- what stands where. Value i of an array is at place array->offset + i of its buffers. */

static bool bit(const void *bitmap, int64_t i) { return ((const uint8_t *)bitmap)[i / 8] >> (i % 8) & 1; }

#define LOAD(type, array, buffer, i) (load_##type((array)->buffers[buffer], (i)))
#define LOADER(name, type)                                                                                                                                     \
  static type load_##name(const void *data, int64_t i) {                                                                                                       \
    type value;                                                                                                                                                \
    memcpy(&value, (const char *)data + i * (int64_t)sizeof value, sizeof value);                                                                              \
    return value;                                                                                                                                              \
  }
LOADER(u8, uint8_t)
LOADER(i8, int8_t)
LOADER(u16, uint16_t)
LOADER(i16, int16_t)
LOADER(u32, uint32_t)
LOADER(i32, int32_t)
LOADER(u64, uint64_t)
LOADER(i64, int64_t)
LOADER(f32, float)
LOADER(f64, double)

bool cli_value_is_null(const struct ArrowSchema *schema, const struct ArrowArray *array, int64_t i) {
    const char *format = schema->format;
    if (format[0] == 'n') return true;
    if (format[0] == '+' && format[1] == 'u') return false; /* unions have no bitmap of their own */
    return array->null_count != 0 && array->n_buffers > 0 && array->buffers[0] && !bit(array->buffers[0], array->offset + i);
}

bool cli_value_list(const struct ArrowSchema *schema, const struct ArrowArray *array, int64_t i, int64_t *first, int64_t *n) {
    const char *format = schema->format;
    int64_t at = array->offset + i;
    if (format[0] != '+') return false;
    if (format[1] == 'w') {
        *n = atoll(format + 3);
        *first = at * *n;
    } else if (format[1] == 'l' || format[1] == 'm') {
        *first = LOAD(i32, array, 1, at);
        *n = LOAD(i32, array, 1, at + 1) - *first;
    } else if (format[1] == 'L') {
        *first = LOAD(i64, array, 1, at);
        *n = LOAD(i64, array, 1, at + 1) - *first;
    } else {
        return false;
    }
    return true;
}

/* Text or bytes. */
static void run_of(const char *format, const struct ArrowArray *array, int64_t i, const char **data, size_t *size) {
    int64_t at = array->offset + i;
    if (format[0] == 'w') {
        *size = (size_t)atoll(format + 2);
        *data = (const char *)array->buffers[1] + at * (int64_t)*size;
    } else {
        bool is_large = format[0] == 'U' || format[0] == 'Z';
        int64_t begin = is_large ? LOAD(i64, array, 1, at) : LOAD(i32, array, 1, at);
        int64_t end = is_large ? LOAD(i64, array, 1, at + 1) : LOAD(i32, array, 1, at + 1);
        *size = (size_t)(end - begin);
        *data = (const char *)array->buffers[2] + begin;
    }
    if (!*size) *data = "";
}

int64_t cli_value_number_size(const char *format) {
    if (format[1])
        return format[0] == 't' ? (strcmp(format, "tdD") == 0 || strcmp(format, "tts") == 0 || strcmp(format, "ttm") == 0 || strcmp(format, "tiM") == 0 ? 4
                                   : strcmp(format, "tin") == 0                                                                                         ? 16
                                                                                                                                                        : 8)
                                : 0;
    return strchr("cC", format[0]) ? 1 : strchr("sSe", format[0]) ? 2 : strchr("iIf", format[0]) ? 4 : strchr("lLg", format[0]) ? 8 : 0;
}

/* ---- hashes (FNV-1a, 64 bits) */

#define HASH_BEGIN UINT64_C(14695981039346656037)
static uint64_t hash_bytes(uint64_t hash, const void *data, size_t n) {
    const uint8_t *p = data;
    for (size_t i = 0; i < n; i++) hash = (hash ^ p[i]) * UINT64_C(1099511628211);
    return hash;
}

/* Of numbers without nulls the bytes are taken as they are, of all else its text. */
static bool hash_values(uint64_t *hash, const struct ArrowSchema *schema, const struct ArrowArray *array, int64_t first, int64_t n) {
    static const cli_value_style all = { 0 };
    int64_t size = cli_value_number_size(schema->format);
    *hash = HASH_BEGIN;
    if (size && array->null_count == 0) {
        *hash = hash_bytes(*hash, (const char *)array->buffers[1] + (array->offset + first) * size, (size_t)(n * size));
        return true;
    }
    cli_text text = { 0 };
    bool fits = true;
    for (int64_t i = 0; i < n && fits; i++) {
        cli_text_clear(&text);
        fits = cli_value_append(&text, &all, schema, array, first + i);
        *hash = hash_bytes(*hash, text.data ? text.data : "", text.size + 1);
    }
    cli_text_free(&text);
    return fits;
}

static bool append_rest(cli_text *out, const cli_value_style *style, size_t n, uint64_t hash) {
    return cli_text_printf(out, "... %zu in all", n) && (!style->has_digest || cli_text_printf(out, ", hash %016" PRIx64, hash));
}

/* ---- texts, bytes */

static bool append_text(cli_text *out, const cli_value_style *style, const char *data, size_t size) {
    size_t shown = BYTES_PER_ITEM * style->items_max;
    if (!shown || size <= shown) return cli_json_string(out, data, size);
    while (shown > 0 && ((unsigned char)data[shown] & 0xC0) == 0x80) shown--; /* not within a character */
    if (style->is_json) {
        return cli_text_append(out, "{", 1) && cli_json_number(out, "length", size) && cli_json_key(out, "text") && cli_json_string(out, data, shown) &&
               cli_text_append(out, "}", 1);
    }
    return cli_json_string(out, data, shown) && append_rest(out, style, size, hash_bytes(HASH_BEGIN, data, size));
}

static bool append_hex(cli_text *out, const char *data, size_t n) {
    static const char digits[] = "0123456789abcdef";
    bool fits = true;
    for (size_t i = 0; i < n && fits; i++) {
        char pair[2] = { digits[(unsigned char)data[i] >> 4], digits[(unsigned char)data[i] & 15] };
        fits = cli_text_append(out, pair, 2);
    }
    return fits;
}

static bool append_bytes(cli_text *out, const cli_value_style *style, const char *data, size_t size) {
    bool is_cut = style->items_max && size > BYTES_PER_ITEM * style->items_max;
    size_t shown = is_cut ? BYTES_PER_ITEM * style->items_max : size;
    if (!style->is_json) {
        return cli_text_printf(out, "<%zu bytes%s", size, size ? " " : "") && append_hex(out, data, shown) &&
               (!is_cut || (cli_text_append(out, " ", 1) && append_rest(out, style, size, hash_bytes(HASH_BEGIN, data, size)))) && cli_text_append(out, ">", 1);
    }
    if (is_cut && !(cli_text_append(out, "{", 1) && cli_json_number(out, "length", size) && cli_json_key(out, "hex"))) return false;
    return cli_text_append(out, "\"", 1) && append_hex(out, data, shown) && cli_text_append(out, is_cut ? "\"}" : "\"", is_cut ? 2 : 1);
}

/* ---- numbers */

static bool append_integer(cli_text *out, const char *format, const struct ArrowArray *array, int64_t at) {
    switch (format[0]) {
    case 'c': return cli_text_printf(out, "%d", LOAD(i8, array, 1, at));
    case 'C': return cli_text_printf(out, "%u", LOAD(u8, array, 1, at));
    case 's': return cli_text_printf(out, "%d", LOAD(i16, array, 1, at));
    case 'S': return cli_text_printf(out, "%u", LOAD(u16, array, 1, at));
    case 'i': return cli_text_printf(out, "%" PRId32, LOAD(i32, array, 1, at));
    case 'I': return cli_text_printf(out, "%" PRIu32, LOAD(u32, array, 1, at));
    case 'l': return cli_text_printf(out, "%" PRId64, LOAD(i64, array, 1, at));
    default: return cli_text_printf(out, "%" PRIu64, LOAD(u64, array, 1, at));
    }
}

static bool append_floating(cli_text *out, const cli_value_style *style, const char *format, const struct ArrowArray *array, int64_t at) {
    bool is_odd = false;
    if (format[0] == 'e')
        is_odd = (LOAD(u16, array, 1, at) >> 10 & 31) == 31;
    else
        is_odd = !isfinite(format[0] == 'f' ? (double)LOAD(f32, array, 1, at) : LOAD(f64, array, 1, at));
    if (is_odd && style->is_json) return cli_text_append(out, "null", 4);
    if (format[0] == 'e') return cli_number_append_half(out, LOAD(u16, array, 1, at));
    return format[0] == 'f' ? cli_number_append_float(out, LOAD(f32, array, 1, at)) : cli_number_append_double(out, LOAD(f64, array, 1, at));
}

/* A number of units as nanoseconds; false if it lies beyond them. */
static bool as_nanoseconds(int64_t value, char unit, int64_t *ns) {
    int64_t factor = unit == 's' ? 1000000000 : unit == 'm' ? 1000000 : unit == 'u' ? 1000 : 1;
    if (value > INT64_MAX / factor || value < -(INT64_MAX / factor)) return false;
    *ns = value * factor;
    return true;
}

/* "tsn:UTC", "tDn", "ttu", "tdD", "tiM": timestamps, durations, times of day, dates, intervals. */
static bool append_temporal(cli_text *out, const cli_value_style *style, const char *format, const struct ArrowArray *array, int64_t at) {
    int64_t size = cli_value_number_size(format), ns, value = size == 4 ? LOAD(i32, array, 1, at) : size == 8 ? LOAD(i64, array, 1, at) : 0;
    bool is_date = format[1] == 'd', is_days = is_date && format[2] == 'D';
    const char *quote = style->is_json ? "\"" : "";
    cli_text text = { 0 };
    bool fits;
    if (format[1] == 'i') {
        fits = size == 16  ? cli_text_printf(&text, "%d months %d days %" PRId64 " ns", load_i32((const char *)array->buffers[1] + 16 * at, 0),
                                             load_i32((const char *)array->buffers[1] + 16 * at, 1), load_i64((const char *)array->buffers[1] + 16 * at, 1))
               : size == 8 ? cli_text_printf(&text, "%d days %d ms", LOAD(i32, array, 1, 2 * at), LOAD(i32, array, 1, 2 * at + 1))
                           : cli_text_printf(&text, "%" PRId64 " months", value);
    } else if (!as_nanoseconds(is_days && llabs(value) < 106751 ? value * 86400 : value,
                               is_days   ? 's'
                               : is_date ? 'm'
                                         : format[2],
                               &ns) ||
               (is_days && llabs(value) >= 106751)) {
        fits = cli_text_printf(&text, "%" PRId64 " %s", value, is_days ? "days" : format[2] == 's' ? "s" : format[2] == 'u' ? "us" : "ms");
    } else {
        fits = cli_time_append(&text, format[1] == 's' || is_date ? REEL_TIME_TIMESTAMP_NS : REEL_TIME_DURATION_NS, ns);
    }
    fits = fits && cli_text_printf(out, "%s%s%s", quote, text.data, quote);
    cli_text_free(&text);
    return fits;
}

/* ---- what holds other values */

bool cli_values_append(cli_text *out, const cli_value_style *style, const struct ArrowSchema *schema, const struct ArrowArray *array, int64_t first,
                       int64_t n) {
    bool is_cut = style->items_max && (uint64_t)n > style->items_max;
    int64_t shown = is_cut ? (int64_t)style->items_max : n;
    if (is_cut && style->is_json && !(cli_text_append(out, "{", 1) && cli_json_number(out, "length", (uint64_t)n) && cli_json_key(out, "items"))) return false;
    bool fits = cli_text_append(out, "[", 1);
    for (int64_t i = 0; i < shown && fits; i++)
        fits = (i == 0 || cli_text_append(out, ", ", style->is_json ? 1 : 2)) && cli_value_append(out, style, schema, array, first + i);
    if (is_cut && !style->is_json) {
        uint64_t hash = 0;
        fits = fits && (!style->has_digest || hash_values(&hash, schema, array, first, n)) && cli_text_append(out, ", ", 2) &&
               append_rest(out, style, (size_t)n, hash);
    }
    return fits && cli_text_append(out, "]", 1) && (!is_cut || !style->is_json || cli_text_append(out, "}", 1));
}

static bool append_struct(cli_text *out, const cli_value_style *style, const struct ArrowSchema *schema, const struct ArrowArray *array, int64_t at) {
    bool fits = cli_text_append(out, "{", 1);
    for (int64_t i = 0; i < schema->n_children && fits; i++) {
        const char *name = schema->children[i]->name ? schema->children[i]->name : "";
        if (style->is_json)
            fits = cli_json_key(out, name);
        else
            fits = cli_text_printf(out, "%s%s: ", i ? ", " : "", name);
        fits = fits && cli_value_append(out, style, schema->children[i], array->children[i], at);
    }
    return fits && cli_text_append(out, "}", 1);
}

/* "+us:0,5,7", "+ud:...": which child a type code means. */
static bool append_union(cli_text *out, const cli_value_style *style, const struct ArrowSchema *schema, const struct ArrowArray *array, int64_t at) {
    int code = LOAD(i8, array, 0, at);
    const char *codes = schema->format + 4;
    for (int64_t i = 0; i < schema->n_children; i++) {
        char *end;
        if (strtol(codes, &end, 10) == code) {
            int64_t place = schema->format[2] == 'd' ? LOAD(i32, array, 1, at) : at;
            return cli_value_append(out, style, schema->children[i], array->children[i], place);
        }
        codes = *end ? end + 1 : end;
    }
    return cli_text_append(out, "null", 4);
}

static bool append_nested(cli_text *out, const cli_value_style *style, const struct ArrowSchema *schema, const struct ArrowArray *array, int64_t i) {
    int64_t first, n;
    if (cli_value_list(schema, array, i, &first, &n)) return cli_values_append(out, style, schema->children[0], array->children[0], first, n);
    char kind = schema->format[1];
    int64_t at = array->offset + i;
    return kind == 's' ? append_struct(out, style, schema, array, at) : append_union(out, style, schema, array, at);
}

bool cli_value_append(cli_text *out, const cli_value_style *style, const struct ArrowSchema *schema, const struct ArrowArray *array, int64_t i) {
    const char *format = schema->format, *data;
    int64_t at = array->offset + i;
    size_t size;
    if (cli_value_is_null(schema, array, i)) return cli_text_append(out, "null", 4);
    if (format[0] == '+') return append_nested(out, style, schema, array, i);
    if (strcmp(format, "b") == 0) return cli_text_printf(out, "%s", bit(array->buffers[1], at) ? "true" : "false");
    if (format[0] == 't') return append_temporal(out, style, format, array, at);
    if (format[0] == 'e' || format[0] == 'f' || format[0] == 'g') return append_floating(out, style, format, array, at);
    if (cli_value_number_size(format)) return append_integer(out, format, array, at);
    if (format[0] == 'd') {
        const char *comma = strchr(format, ','), *bits = comma ? strchr(comma + 1, ',') : NULL;
        size = bits ? (size_t)atoi(bits + 1) / 8 : 16;
        return append_bytes(out, style, (const char *)array->buffers[1] + at * (int64_t)size, size);
    }
    run_of(format, array, i, &data, &size);
    bool is_text = format[0] == 'u' || format[0] == 'U';
    return is_text ? append_text(out, style, data, size) : append_bytes(out, style, data, size);
}
