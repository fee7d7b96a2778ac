#include "http_parse.h"

#include "../base/text.h"

#include <string.h>

static char lower(char c) { return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c; }
static bool is_digit(char c) { return c >= '0' && c <= '9'; }

/* The characters of a method or a header name (RFC 9110, "tokens"). */
static bool is_token(char c) { return is_digit(c) || (lower(c) >= 'a' && lower(c) <= 'z') || (c && strchr("!#$%&'*+-.^_`|~", c)); }

bool reel__http_text_is(reel__http_text text, const char *other) {
    if (!text.data || strlen(other) != text.size) return false;
    for (size_t i = 0; i < text.size; i++)
        if (lower(text.data[i]) != lower(other[i])) return false;
    return true;
}

static reel__http_text trimmed(const char *data, size_t size) {
    while (size && (*data == ' ' || *data == '\t')) data++, size--;
    while (size && (data[size - 1] == ' ' || data[size - 1] == '\t')) size--;
    return (reel__http_text) { data, size };
}

/* Takes the next element off a comma-separated list; false at its end. Quoted commas are not told apart: no value read here may hold one
 * that matters, since the tags of this server have none. */
static bool next_element(reel__http_text *list, reel__http_text *element) {
    if (!list->size) return false;
    const char *comma = memchr(list->data, ',', list->size);
    size_t n = comma ? (size_t)(comma - list->data) : list->size;
    *element = trimmed(list->data, n);
    size_t step = comma ? n + 1 : n;
    list->data += step;
    list->size -= step;
    return true;
}

size_t reel__http_head_size(const void *data, size_t size, size_t from) {
    const char *bytes = data;
    for (size_t i = from > 3 ? from - 3 : 0; i + 4 <= size; i++)
        if (bytes[i] == '\r' && bytes[i + 1] == '\n' && bytes[i + 2] == '\r' && bytes[i + 3] == '\n') return i + 4;
    return 0;
}

/* No part of the path may be "..": only registered paths are served and none has such a part, so a request with one was made to climb. */
static bool climbs(const char *path, size_t size) {
    for (size_t start = 0, i = 0; i <= size; i++) {
        if (i < size && path[i] != '/' && path[i] != '\\') continue;
        if (i - start == 2 && path[start] == '.' && path[start + 1] == '.') return true;
        start = i + 1;
    }
    return false;
}

/* Decodes the escapes of an origin-form target ("/path?query") exactly once. */
static int parse_target(reel__http_request *request, const char *target, size_t size) {
    if (!size || target[0] != '/') return 400;
    size_t n = 0;
    for (size_t i = 0; i < size; i++) {
        if (target[i] == '?') break;
        if (target[i] == '#') return 400;
        char c = target[i];
        if (c == '%') {
            int high = i + 2 < size ? reel__hex_digit(target[i + 1]) : -1;
            int low = i + 2 < size ? reel__hex_digit(target[i + 2]) : -1;
            if (high < 0 || low < 0) return 400;
            c = (char)(high * 16 + low);
            i += 2;
        }
        if (!c) return 400;
        if (n == REEL__HTTP_PATH_BYTES_MAX) return 414;
        request->path[n++] = c;
    }
    request->path_size = n;
    return climbs(request->path, n) ? 400 : 0;
}

/* "METHOD SP target SP HTTP/1.x", without its line end. */
static int parse_request_line(reel__http_request *request, const char *line, size_t size) {
    const char *space = memchr(line, ' ', size);
    if (!space || space == line) return 400;
    size_t method_size = (size_t)(space - line);
    for (size_t i = 0; i < method_size; i++)
        if (!is_token(line[i])) return 400;
    request->method = method_size == 3 && !memcmp(line, "GET", 3)    ? REEL__HTTP_GET
                      : method_size == 4 && !memcmp(line, "HEAD", 4) ? REEL__HTTP_HEAD
                                                                     : REEL__HTTP_OTHER;
    const char *target = space + 1;
    size_t rest = size - method_size - 1;
    const char *end = memchr(target, ' ', rest);
    if (!end) return 400;
    size_t target_size = (size_t)(end - target);
    const char *version = end + 1;
    if (rest - target_size - 1 != 8 || memcmp(version, "HTTP/", 5) || !is_digit(version[5]) || version[6] != '.' || !is_digit(version[7])) return 400;
    if (version[5] != '1') return 505;
    request->keep_alive = version[7] != '0';
    for (size_t i = 0; i < target_size; i++)
        if ((unsigned char)target[i] <= ' ' || target[i] == 0x7f) return 400;
    return parse_target(request, target, target_size);
}

static int keep_once(reel__http_text *place, reel__http_text value) {
    if (place->data) return 400;
    *place = value;
    return 0;
}

static int take_header(reel__http_request *request, reel__http_text name, reel__http_text value) {
    if (reel__http_text_is(name, "host")) return keep_once(&request->host, value);
    if (reel__http_text_is(name, "range")) return keep_once(&request->range, value);
    if (reel__http_text_is(name, "if-range")) return keep_once(&request->if_range, value);
    if (reel__http_text_is(name, "if-none-match")) return keep_once(&request->if_none_match, value);
    if (reel__http_text_is(name, "accept-encoding")) return keep_once(&request->accept_encoding, value);
    if (reel__http_text_is(name, "transfer-encoding")) return 501;
    if (reel__http_text_is(name, "content-length")) {
        if (!value.size) return 400;
        for (size_t i = 0; i < value.size; i++)
            if (!is_digit(value.data[i])) return 400;
        for (size_t i = 0; i < value.size; i++)
            if (value.data[i] != '0') return 413;
        return 0;
    }
    if (reel__http_text_is(name, "connection")) {
        reel__http_text option;
        while (next_element(&value, &option)) {
            if (reel__http_text_is(option, "close")) request->keep_alive = false;
        }
    }
    return 0;
}

int reel__http_parse(reel__http_request *request, const void *head, size_t size) {
    memset(request, 0, sizeof *request);
    const char *at = head, *end = at + size;
    /* A client may put one empty line before its request (RFC 9112, 2.2). */
    if (size >= 2 && at[0] == '\r' && at[1] == '\n') at += 2;
    for (bool is_first = true;; is_first = false) {
        const char *stop = memchr(at, '\r', (size_t)(end - at));
        if (!stop || stop + 1 >= end || stop[1] != '\n') return 400;
        size_t line_size = (size_t)(stop - at);
        int refusal = 0;
        if (is_first) {
            refusal = parse_request_line(request, at, line_size);
        } else if (!line_size) {
            break;
        } else {
            const char *colon = memchr(at, ':', line_size);
            if (!colon || colon == at) return 400;
            reel__http_text name = { at, (size_t)(colon - at) };
            for (size_t i = 0; i < name.size; i++)
                if (!is_token(name.data[i])) return 400;
            reel__http_text value = trimmed(colon + 1, line_size - name.size - 1);
            for (size_t i = 0; i < value.size; i++)
                if (((unsigned char)value.data[i] < ' ' && value.data[i] != '\t') || value.data[i] == 0x7f) return 400;
            refusal = take_header(request, name, value);
        }
        if (refusal) return refusal;
        at = stop + 2;
    }
    return 0;
}

/* Digits to a number that sticks at the largest: an offset beyond every file is as good as the true one. false without a digit. */
static bool take_number(const char **at, const char *end, uint64_t *out) {
    const char *start = *at;
    *out = 0;
    for (; *at < end && is_digit(**at); ++*at) {
        uint64_t digit = (uint64_t)(**at - '0');
        *out = *out > (UINT64_MAX - digit) / 10 ? UINT64_MAX : *out * 10 + digit;
    }
    return *at != start;
}

reel__http_range_kind reel__http_range(reel__http_text value, uint64_t size, uint64_t *first, uint64_t *last) {
    if (!value.data || value.size < 6) return REEL__HTTP_RANGE_ALL;
    if (!reel__http_text_is((reel__http_text) { value.data, 6 }, "bytes=")) return REEL__HTTP_RANGE_ALL;
    reel__http_text one = trimmed(value.data + 6, value.size - 6);
    const char *at = one.data, *end = at + one.size;
    uint64_t from = 0, to = 0;
    bool has_from = take_number(&at, end, &from);
    if (at == end || *at != '-') return REEL__HTTP_RANGE_ALL;
    at++;
    bool has_to = take_number(&at, end, &to);
    if (at != end || (!has_from && !has_to)) return REEL__HTTP_RANGE_ALL; /* a comma here: several ranges, which a server may answer whole */
    if (!has_from) {                                                      /* the last `to` bytes */
        if (!to || !size) return REEL__HTTP_RANGE_NONE;
        *first = to < size ? size - to : 0;
        *last = size - 1;
        return REEL__HTTP_RANGE_PART;
    }
    if (has_to && to < from) return REEL__HTTP_RANGE_ALL;
    if (from >= size) return REEL__HTTP_RANGE_NONE;
    *first = from;
    *last = has_to && to < size ? to : size - 1;
    return REEL__HTTP_RANGE_PART;
}

bool reel__http_tag_listed(reel__http_text list, const char *tag) {
    if (!list.data) return false;
    reel__http_text element;
    while (next_element(&list, &element)) {
        if (element.size == 1 && element.data[0] == '*') return true;
        if (element.size > 2 && element.data[0] == 'W' && element.data[1] == '/') element.data += 2, element.size -= 2;
        if (element.size == strlen(tag) && !memcmp(element.data, tag, element.size)) return true;
    }
    return false;
}

bool reel__http_accepts(reel__http_text accept_encoding, const char *coding) {
    if (!accept_encoding.data) return false;
    bool any = false, named = false, named_allowed = false;
    reel__http_text element;
    while (next_element(&accept_encoding, &element)) {
        const char *semicolon = element.size ? memchr(element.data, ';', element.size) : NULL;
        reel__http_text name = semicolon ? trimmed(element.data, (size_t)(semicolon - element.data)) : element;
        bool is_allowed = true;
        if (semicolon) { /* ";q=0", with any number of zeros after the point, forbids */
            reel__http_text weight = trimmed(semicolon + 1, element.size - (size_t)(semicolon + 1 - element.data));
            if (weight.size > 2 && lower(weight.data[0]) == 'q' && weight.data[1] == '=') {
                is_allowed = false;
                for (size_t i = 2; i < weight.size; i++) is_allowed |= weight.data[i] >= '1' && weight.data[i] <= '9';
            }
        }
        if (reel__http_text_is(name, coding)) named = true, named_allowed = is_allowed;
        if (name.size == 1 && name.data[0] == '*') any = is_allowed;
    }
    return named ? named_allowed : any;
}
