/* The parser of entity paths, fed with anything. What it accepts must be a canonical path: parsed again it gives itself, and a strict reader finds nothing in it to object to. */
#include "base/buf.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

static void require(bool is_true) {
    if (!is_true) abort();
}

static bool is_plain(uint8_t c) { return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_' || c == '-' || c == '.' || c >= 0x80; }

/* How many bytes the escape at p takes: \n \r \t, a backslash and punctuation or a space, or \u{XXXX} with at least four upper-case digits. */
static size_t escape_size(const uint8_t *p, size_t left) {
    require(left >= 2);
    if (p[1] == 'n' || p[1] == 'r' || p[1] == 't') return 2;
    if (p[1] != 'u') {
        require(p[1] >= ' ' && p[1] < 0x7F && !is_plain(p[1]));
        return 2;
    }
    size_t digits = 0;
    require(left >= 8 && p[2] == '{');
    while (3 + digits < left && ((p[3 + digits] >= '0' && p[3 + digits] <= '9') || (p[3 + digits] >= 'A' && p[3 + digits] <= 'F'))) digits++;
    require(digits >= 4 && 3 + digits < left && p[3 + digits] == '}');
    return 4 + digits;
}

static void check_canonical(const uint8_t *path, size_t size) {
    require(size >= 1 && path[0] == '/' && reel__utf8_valid(path, size));
    if (size == 1) return;
    for (size_t i = 0; i < size;) {
        if (path[i] == '/') {
            require(i + 1 < size && path[i + 1] != '/');
            i++;
        } else if (path[i] == '\\') {
            i += escape_size(path + i, size - i);
        } else {
            require(is_plain(path[i]));
            i++;
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    reel__buf once = {0}, twice = {0};
    reel__buf_text(&once, "before"); /* the path is appended, whatever stands there */
    reel_status status = reel__path_canonical(&once, (const char *)data, size);
    if (size > REEL__PATH_BYTES_MAX) {
        require(status == REEL_E_TOO_LARGE);
    } else if (!reel__utf8_valid(data, size)) {
        require(status == REEL_E_UTF8);
    } else {
        require(status == REEL_OK && !memcmp(once.data, "before", 6));
        const uint8_t *path = once.data + 6;
        size_t path_size = once.size - 6;
        check_canonical(path, path_size);
        if (path_size <= REEL__PATH_BYTES_MAX) { /* escapes may have made it longer than what may come in */
            require(reel__path_canonical(&twice, (const char *)path, path_size) == REEL_OK);
            require(twice.size == path_size && !memcmp(twice.data, path, path_size));
        }
    }
    reel__buf_free(&once);
    reel__buf_free(&twice);
    return 0;
}
