#include "text_buffer.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool reserve(cli_text *text, size_t more) {
    if (more >= SIZE_MAX / 2 - text->size) return false;
    size_t needed = text->size + more + 1;
    if (needed <= text->capacity) return true;
    size_t capacity = text->capacity ? text->capacity : 256;
    while (capacity < needed) capacity *= 2;
    char *data = realloc(text->data, capacity);
    if (!data) return false;
    text->data = data;
    text->capacity = capacity;
    return true;
}

bool cli_text_append(cli_text *text, const char *bytes, size_t n) {
    if (!reserve(text, n)) return false;
    if (n) memcpy(text->data + text->size, bytes, n);
    text->size += n;
    text->data[text->size] = 0;
    return true;
}

bool cli_text_printf(cli_text *text, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    va_list again;
    va_copy(again, arguments);
    int length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    bool done = length >= 0 && reserve(text, (size_t)length);
    if (done) {
        vsnprintf(text->data + text->size, (size_t)length + 1, format, again);
        text->size += (size_t)length;
    }
    va_end(again);
    return done;
}

/* Bytes of the well-formed UTF-8 sequence at p, or 0. Overlong forms, surrogates and numbers beyond U+10FFFF are malformed. */
static size_t sequence_length(const unsigned char *p, size_t n) {
    if (p[0] < 0x80) return p[0] ? 1 : 0;
    size_t length = p[0] >= 0xC2 && p[0] <= 0xDF ? 2 : (p[0] & 0xF0) == 0xE0 ? 3 : p[0] >= 0xF0 && p[0] <= 0xF4 ? 4 : 0;
    if (length == 0 || length > n) return 0;
    for (size_t i = 1; i < length; i++) {
        if ((p[i] & 0xC0) != 0x80) return 0;
    }
    if ((p[0] == 0xE0 && p[1] < 0xA0) || (p[0] == 0xED && p[1] > 0x9F)) return 0;
    if ((p[0] == 0xF0 && p[1] < 0x90) || (p[0] == 0xF4 && p[1] > 0x8F)) return 0;
    return length;
}

bool cli_text_append_clean(cli_text *text, const char *bytes, size_t n) {
    size_t size_before = text->size;
    size_t start = 0;
    size_t at = 0;
    bool fits = true;
    while (fits && at < n) {
        size_t length = sequence_length((const unsigned char *)bytes + at, n - at);
        if (length) {
            at += length;
            continue;
        }
        fits = cli_text_append(text, bytes + start, at - start) && cli_text_append(text, "\xEF\xBF\xBD", 3);
        start = ++at;
    }
    fits = fits && cli_text_append(text, bytes + start, n - start);
    if (!fits && text->data) {
        text->size = size_before;
        text->data[size_before] = 0;
    }
    return fits;
}

static bool is_plain(unsigned char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_' || c == '-' || c == '.' || c >= 0x80;
}

static bool append_escaped(cli_text *text, char c) {
    if (is_plain((unsigned char)c)) return cli_text_append(text, &c, 1);
    if ((unsigned char)c < 0x20 || c == 0x7F) c = ' ';
    char pair[2] = { '\\', c };
    return cli_text_append(text, pair, 2);
}

bool cli_text_append_part(cli_text *text, const char *part) {
    for (; *part; part++) {
        if (!append_escaped(text, *part)) return false;
    }
    return true;
}

bool cli_text_append_path(cli_text *text, const char *name) {
    int depth = 0;
    for (; *name; name++) {
        if (*name == '(' || *name == '[') depth++;
        if (*name == ')' || *name == ']') depth--;
        bool is_separator = *name == '/' && depth <= 0;
        if (!(is_separator ? cli_text_append(text, "/", 1) : append_escaped(text, *name))) return false;
    }
    return true;
}

void cli_text_defuse(cli_text *text) {
    for (size_t i = 0; i < text->size; i++) {
        unsigned char *c = (unsigned char *)&text->data[i];
        bool is_c1 = *c == 0xC2 && i + 1 < text->size && (c[1] & 0xE0) == 0x80; /* U+0080 to U+009F */
        if (is_c1) c[0] = c[1] = '?';
        if ((*c < 0x20 && *c != '\n' && *c != '\t') || *c == 0x7F) *c = '?';
    }
}

void cli_text_clear(cli_text *text) {
    text->size = 0;
    if (text->data) text->data[0] = 0;
}

void cli_text_free(cli_text *text) {
    free(text->data);
    *text = (cli_text) { 0 };
}
