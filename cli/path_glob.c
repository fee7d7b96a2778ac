#include "path_glob.h"

#include <stddef.h>
#include <string.h>

/* Goes back only to the newest star, and from one that stops at a slash to the newest that does not: no pattern takes more than length times length steps of
 * either kind. */
static bool matches(const char *p, const char *text) {
    const char *star = NULL, *star_at = NULL, *stars = NULL, *stars_at = NULL;
    while (*text) {
        if (p[0] == '*' && p[1] == '*') {
            while (*p == '*') p++;
            stars = p;
            stars_at = text;
            star = NULL;
        } else if (*p == '*') {
            star = ++p;
            star_at = text;
        } else if (*p && (*p == *text || (*p == '?' && *text != '/'))) {
            p++;
            text++;
        } else if (star && *star_at != '/') {
            p = star;
            text = ++star_at;
        } else if (stars) {
            p = stars;
            text = ++stars_at;
            star = NULL;
        } else {
            return false;
        }
    }
    while (*p == '*') p++;
    return !*p;
}

bool cli_glob_matches(const char *pattern, const char *text) {
    size_t size = strlen(pattern);
    if (matches(pattern, text)) return true;
    char short_pattern[4096];
    if (size < 3 || size >= sizeof short_pattern || strcmp(pattern + size - 3, "/**") != 0) return false;
    memcpy(short_pattern, pattern, size - 3);
    short_pattern[size - 3] = 0;
    return matches(size == 3 ? "/" : short_pattern, text);
}

bool cli_path_is_below(const char *root, const char *path) {
    size_t size = strlen(root);
    while (size && root[size - 1] == '/') size--;
    return strncmp(root, path, size) == 0 && (!path[size] || path[size] == '/');
}
