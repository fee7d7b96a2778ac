#include "arrow_format.h"

#include <string.h>

/* Formats of fixed width whose meaning lies in their text. What follows a timestamp's colon is its zone. */
static const struct {
    char text[5];
    uint8_t bytes;
    bool has_more;
} fixed_formats[] = {
    {"tdD", 4, false}, {"tdm", 8, false}, {"tts", 4, false}, {"ttm", 4, false}, {"ttu", 8, false}, {"ttn", 8, false},
    {"tss:", 8, true}, {"tsm:", 8, true}, {"tsu:", 8, true}, {"tsn:", 8, true}, {"tDs", 8, false}, {"tDm", 8, false}, {"tDu", 8, false}, {"tDn", 8, false},
    {"tiM", 4, false}, {"tiD", 8, false}, {"tin", 16, false},
};

/* A number without a sign at *at, which moves behind it. */
static bool number(const char **at, uint32_t max, uint32_t *out) {
    uint64_t n = 0;
    const char *p = *at;
    for (; *p >= '0' && *p <= '9'; p++) {
        n = 10 * n + (uint64_t)(*p - '0');
        if (n > max)
            return false;
    }
    *out = (uint32_t)n;
    bool any = p != *at;
    *at = p;
    return any;
}

/* "d:precision,scale" or "d:precision,scale,bits"; the scale may be negative. */
static bool parse_decimal(const char *at, reel__arrow_format *out) {
    uint32_t precision, scale, bits = 128;
    if (!number(&at, 76, &precision) || *at++ != ',')
        return false;
    at += *at == '-';
    if (!number(&at, 127, &scale))
        return false;
    if (*at == ',' && (at++, !number(&at, 256, &bits)))
        return false;
    uint32_t digits = bits == 32 ? 9 : bits == 64 ? 18 : bits == 128 ? 38 : bits == 256 ? 76 : 0;
    out->n = bits / 8;
    return !*at && precision >= 1 && precision <= digits;
}

static bool parse_fixed(const char *format, reel__arrow_format *out) {
    out->kind = REEL__ARROW_FIXED;
    out->keeps_text = true;
    out->n_buffers = 2;
    if (format[0] == 'd' && format[1] == ':')
        return parse_decimal(format + 2, out);
    if (format[0] == 'w' && format[1] == ':') {
        const char *at = format + 2;
        return number(&at, INT32_MAX, &out->n) && out->n && !*at;
    }
    for (size_t i = 0; i < sizeof fixed_formats / sizeof *fixed_formats; i++) {
        size_t size = strlen(fixed_formats[i].text);
        if (strncmp(format, fixed_formats[i].text, size) == 0 && (fixed_formats[i].has_more || !format[size])) {
            out->n = fixed_formats[i].bytes;
            return true;
        }
    }
    return false;
}

static bool parse_nested(const char *format, int64_t flags, reel__arrow_format *out) {
    const char *at = format + 3;
    if (strcmp(format, "+l") == 0) {
        *out = (reel__arrow_format){.kind = REEL__ARROW_LIST, .n_buffers = 2};
    } else if (strcmp(format, "+L") == 0) {
        *out = (reel__arrow_format){.kind = REEL__ARROW_LARGE_LIST, .is_wide = true, .n_buffers = 2};
    } else if (strcmp(format, "+vl") == 0) {
        *out = (reel__arrow_format){.kind = REEL__ARROW_LIST, .storage = REEL__ARROW_LIST_VIEWS, .n_buffers = 3};
    } else if (strcmp(format, "+vL") == 0) {
        *out = (reel__arrow_format){.kind = REEL__ARROW_LARGE_LIST, .storage = REEL__ARROW_LIST_VIEWS, .is_wide = true, .n_buffers = 3};
    } else if (strncmp(format, "+w:", 3) == 0) {
        *out = (reel__arrow_format){.kind = REEL__ARROW_FIXED_LIST, .n_buffers = 1};
        return number(&at, INT32_MAX, &out->n) && !*at;
    } else if (strcmp(format, "+s") == 0) {
        *out = (reel__arrow_format){.kind = REEL__ARROW_STRUCT, .n_buffers = 1};
    } else if (strcmp(format, "+m") == 0) {
        *out = (reel__arrow_format){.kind = REEL__ARROW_MAP, .keeps_text = (flags & ARROW_FLAG_MAP_KEYS_SORTED) != 0, .n_buffers = 2};
    } else if (strncmp(format, "+ud:", 4) == 0) {
        *out = (reel__arrow_format){.kind = REEL__ARROW_UNION, .n_buffers = 2, .codes = format + 4};
    } else if (strncmp(format, "+us:", 4) == 0) {
        *out = (reel__arrow_format){.kind = REEL__ARROW_SPARSE_UNION, .n_buffers = 1, .codes = format + 4};
    } else if (strcmp(format, "+r") == 0) {
        *out = (reel__arrow_format){.storage = REEL__ARROW_RUN_ENDS};
    } else {
        return false;
    }
    return true;
}

bool reel__arrow_parse(const struct ArrowSchema *schema, reel__arrow_format *out) {
    static const char letters[] = "nbcCsSiIlLefguUzZ";
    static const uint8_t kinds[] = {REEL__ARROW_NULL, REEL__ARROW_BOOL, REEL__ARROW_I8, REEL__ARROW_U8, REEL__ARROW_I16, REEL__ARROW_U16, REEL__ARROW_I32, REEL__ARROW_U32,
                                    REEL__ARROW_I64, REEL__ARROW_U64, REEL__ARROW_F16, REEL__ARROW_F32, REEL__ARROW_F64,
                                    REEL__ARROW_UTF8, REEL__ARROW_LARGE_UTF8, REEL__ARROW_BINARY, REEL__ARROW_LARGE_BINARY};
    const char *format = schema->format;
    *out = (reel__arrow_format){.n_buffers = 2};
    if (!format || !*format)
        return false;
    const char *letter = !format[1] ? strchr(letters, format[0]) : NULL;
    if (letter) {
        out->kind = kinds[letter - letters];
        out->is_wide = reel__arrow_is_large(out->kind);
        out->n_buffers = out->kind == REEL__ARROW_NULL ? 0 : reel__arrow_is_run(out->kind) ? 3 : 2;
        if (schema->dictionary) {
            out->storage = REEL__ARROW_DICTIONARY;
            return out->kind >= REEL__ARROW_U8 && out->kind <= REEL__ARROW_I64;
        }
        return true;
    }
    if (schema->dictionary)
        return false;
    if (strcmp(format, "vu") == 0 || strcmp(format, "vz") == 0) {
        *out = (reel__arrow_format){.kind = format[1] == 'u' ? REEL__ARROW_UTF8 : REEL__ARROW_BINARY, .storage = REEL__ARROW_VIEWS, .n_buffers = 3};
        return true;
    }
    return format[0] == '+' ? parse_nested(format, schema->flags, out) : parse_fixed(format, out);
}

bool reel__arrow_codes(const char *codes, uint32_t n, uint8_t out[REEL__ARROW_UNION_CHILDREN_MAX]) {
    bool seen[128] = {false}, given = codes && *codes;
    if (n > REEL__ARROW_UNION_CHILDREN_MAX)
        return false;
    for (uint32_t i = 0; i < n; i++) {
        uint32_t code = i;
        if (given && ((i && *codes++ != ',') || !number(&codes, 127, &code)))
            return false;
        if (seen[code])
            return false;
        seen[code] = true;
        out[i] = (uint8_t)code;
    }
    return !given || !*codes;
}
