#define _POSIX_C_SOURCE 200809L
#include "log_level.h"

#include <ctype.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

static const struct {
    const char *word;
    const char *level;
} words[] = {
    { "TRACE", "TRACE" },    { "DEBUG", "DEBUG" },    { "DBG", "DEBUG" },         { "INFO", "INFO" },          { "NOTICE", "INFO" },
    { "WARN", "WARN" },      { "WARNING", "WARN" },   { "ERROR", "ERROR" },       { "ERR", "ERROR" },          { "SEVERE", "ERROR" },
    { "FATAL", "CRITICAL" }, { "PANIC", "CRITICAL" }, { "CRITICAL", "CRITICAL" }, { "EMERGENCY", "CRITICAL" },
};

static bool is_word_char(char c) { return isalnum((unsigned char)c) || c == '_'; }

/* In capitals a word is meant as a level wherever it stands; "[info]", "level=warn" and "Error:" are too, "no error found" is not. */
static bool is_marked(const char *line, const char *word, size_t length) {
    bool is_capitals = true;
    for (size_t i = 0; i < length; i++) is_capitals = is_capitals && isupper((unsigned char)word[i]);
    char before = word > line ? word[-1] : ' ';
    char after = word[length];
    return is_capitals || (before != ' ' && strchr("[<(=\"", before)) || after == ':' || after == ']' || after == '>';
}

const char *cli_log_level(const char *line) {
    enum { WITHIN = 120 }; /* further right a word belongs to the message */
    const char *at = line;
    while (*at && at - line < WITHIN) {
        if (!is_word_char(*at)) {
            at++;
            continue;
        }
        size_t length = 0;
        while (is_word_char(at[length])) length++;
        for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
            if (strlen(words[i].word) == length && strncasecmp(words[i].word, at, length) == 0 && is_marked(line, at, length)) return words[i].level;
        }
        at += length;
    }
    return NULL;
}
