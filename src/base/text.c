#include "text.h"

#include "error.h"

#include <string.h>

/* Length of the well-formed UTF-8 sequence at p, 0 if there is none (RFC 3629: no surrogates, no overlong forms, at most U+10FFFF). */
static size_t sequence(const uint8_t *p, size_t left) {
    uint8_t a = p[0];
    if (a < 0x80)
        return 1;
    if (a < 0xC2 || a > 0xF4)
        return 0;
    size_t n = a < 0xE0 ? 2 : a < 0xF0 ? 3 : 4;
    if (left < n)
        return 0;
    uint8_t low = 0x80, high = 0xBF;
    if (a == 0xE0) low = 0xA0;
    if (a == 0xED) high = 0x9F;
    if (a == 0xF0) low = 0x90;
    if (a == 0xF4) high = 0x8F;
    if (p[1] < low || p[1] > high)
        return 0;
    for (size_t i = 2; i < n; i++)
        if ((p[i] & 0xC0) != 0x80)
            return 0;
    return n;
}

bool reel__utf8_valid(const void *data, size_t size) {
    const uint8_t *p = data, *end = p + size;
    while (p < end) {
        while (end - p >= 8) { /* eight ASCII bytes at a time: most text is */
            uint64_t word;
            memcpy(&word, p, 8);
            if (word & UINT64_C(0x8080808080808080))
                break;
            p += 8;
        }
        if (p == end)
            break;
        size_t n = sequence(p, (size_t)(end - p));
        if (!n)
            return false;
        p += n;
    }
    return true;
}

bool reel__text_same(const char *a, const char *b) { return a == b || (a && b && strcmp(a, b) == 0); }

size_t reel__text_size(const char *text) { return text ? strlen(text) + 1 : 0; }

const char *reel__text_put(char **at, const char *text) {
    size_t size = reel__text_size(text);
    char *copy = size ? memcpy(*at, text, size) : NULL;
    *at += size;
    return copy;
}

static bool is_ascii_letter(uint8_t c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.'; }

/* The code point at p if it is whitespace beyond ASCII (Unicode's White_Space), else 0. */
static uint32_t wide_space(const uint8_t *p, size_t left) {
    uint32_t c = 0;
    if (left >= 2 && p[0] == 0xC2)
        c = p[1];
    else if (left >= 3 && p[0] >= 0xE1 && p[0] <= 0xE3)
        c = (uint32_t)(p[0] & 15) << 12 | (uint32_t)(p[1] & 63) << 6 | (uint32_t)(p[2] & 63);
    bool is_space = c == 0x85 || c == 0xA0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x205F || c == 0x3000;
    return is_space ? c : 0;
}

/* Non-ASCII characters are kept as they are. Readers parse a path without caring which of them were escaped, so Reel needs no table of Unicode's alphanumerics;
 * only about whitespace that is not escaped do they warn. */
void reel__path_escape_part(reel__buf *out, const char *part, size_t size) {
    for (size_t i = 0; i < size; i++) {
        uint8_t c = (uint8_t)part[i];
        uint32_t space = wide_space((const uint8_t *)part + i, size - i);
        if (space) {
            reel__buf_format(out, "\\u{%04X}", (unsigned)space);
            i += space < 0x800 ? 1 : 2;
        } else if (is_ascii_letter(c) || c >= 0x80) {
            reel__buf_u8(out, c);
        } else if (c == '\n' || c == '\r' || c == '\t') {
            reel__buf_u8(out, '\\');
            reel__buf_u8(out, c == '\n' ? 'n' : c == '\r' ? 'r' : 't');
        } else if (c >= ' ' && c < 0x7F) {
            reel__buf_u8(out, '\\');
            reel__buf_u8(out, c);
        } else {
            reel__buf_format(out, "\\u{%04X}", c);
        }
    }
}

int reel__hex_digit(char c) { return c >= '0' && c <= '9' ? c - '0' : (c | 32) >= 'a' && (c | 32) <= 'f' ? (c | 32) - 'a' + 10 : -1; }

/* Reads "u{XXXX}" (1 to 6 digits) at p; the number of bytes it takes, 0 if it is not one. */
static size_t unicode_escape(const char *p, size_t left, uint32_t *code) {
    if (left < 4 || p[0] != 'u' || p[1] != '{')
        return 0;
    size_t i = 2;
    uint32_t v = 0;
    for (; i < left && i < 8 && reel__hex_digit(p[i]) >= 0; i++)
        v = v << 4 | (uint32_t)reel__hex_digit(p[i]);
    if (i == 2 || i >= left || p[i] != '}' || v > 0x10FFFF || (v >= 0xD800 && v < 0xE000))
        return 0;
    *code = v;
    return i + 1;
}

void reel__utf8_put(reel__buf *out, uint32_t c) {
    if (c < 0x80) {
        reel__buf_u8(out, (uint8_t)c);
        return;
    }
    if (c < 0x800) {
        reel__buf_u8(out, (uint8_t)(0xC0 | c >> 6));
    } else if (c < 0x10000) {
        reel__buf_u8(out, (uint8_t)(0xE0 | c >> 12));
        reel__buf_u8(out, (uint8_t)(0x80 | (c >> 6 & 63)));
    } else {
        reel__buf_u8(out, (uint8_t)(0xF0 | c >> 18));
        reel__buf_u8(out, (uint8_t)(0x80 | (c >> 12 & 63)));
        reel__buf_u8(out, (uint8_t)(0x80 | (c >> 6 & 63)));
    }
    reel__buf_u8(out, (uint8_t)(0x80 | (c & 63)));
}

/* Takes one escape at path[i] (a backslash) apart into part; returns how many bytes it was. Unknown escapes lose the backslash, as in the official parser. */
static size_t unescape(reel__buf *part, const char *path, size_t i, size_t size) {
    if (i + 1 == size) {
        reel__buf_u8(part, '\\');
        return 1;
    }
    char c = path[i + 1];
    uint32_t code;
    size_t n = unicode_escape(path + i + 1, size - i - 1, &code);
    if (n) {
        reel__utf8_put(part, code);
        return n + 1;
    }
    if (c == 'u') { /* malformed: the text itself */
        reel__buf_put(part, "\\u", 2);
        return 2;
    }
    reel__buf_u8(part, (uint8_t)(c == 'n' ? '\n' : c == 'r' ? '\r' : c == 't' ? '\t' : c));
    return 2;
}

reel_status reel__path_canonical(reel__buf *out, const char *path, size_t size) {
    if (size > REEL__PATH_BYTES_MAX)
        return reel__fail(REEL_E_TOO_LARGE, "entity path of %zu bytes begins with \"%.40s\": at most %d bytes are allowed", size, path, REEL__PATH_BYTES_MAX);
    if (!reel__utf8_valid(path, size))
        return reel__fail(REEL_E_UTF8, "entity path of %zu bytes is not valid UTF-8", size);
    size_t start = out->size;
    reel__buf part = {0};
    for (size_t i = 0; i < size;) {
        part.size = 0;
        while (i < size && path[i] == '/')
            i++;
        while (i < size && path[i] != '/') {
            if (path[i] == '\\') {
                i += unescape(&part, path, i, size);
            } else {
                reel__buf_u8(&part, (uint8_t)path[i]);
                i++;
            }
        }
        if (part.size) {
            reel__buf_u8(out, '/');
            reel__path_escape_part(out, (const char *)part.data, part.size);
        }
    }
    if (out->size == start)
        reel__buf_u8(out, '/');
    bool failed = out->failed || part.failed;
    reel__buf_free(&part);
    return failed ? reel__fail(REEL_E_NO_MEMORY, "no memory for an entity path of %zu bytes", size) : REEL_OK;
}
