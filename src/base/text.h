/* Texts: UTF-8 and entity paths (spec: rrd format, "Entity paths"). */
#ifndef REEL_BASE_TEXT_H
#define REEL_BASE_TEXT_H

#include <reel/base.h>
#include "buf.h"

#define REEL__PATH_BYTES_MAX 16384

bool reel__utf8_valid(const void *data, size_t size);
/* Appends a code point. */
void reel__utf8_put(reel__buf *out, uint32_t code);
/* What a hexadecimal digit of any case is worth; -1: it is none. */
int reel__hex_digit(char c);

/* Either may be NULL. */
bool reel__text_same(const char *a, const char *b);

/* With its NUL; 0 for NULL. */
size_t reel__text_size(const char *text);
/* Copies a text to *at, which moves on behind its NUL, and returns the copy; NULL for NULL. */
const char *reel__text_put(char **at, const char *text);

/* Parses a path as users write it (forgiving) and appends its canonical text: a leading slash, parts escaped. REEL_E_UTF8, REEL_E_TOO_LARGE. */
reel_status reel__path_canonical(reel__buf *out, const char *path, size_t size);
/* Appends one unescaped part, escaped. */
void reel__path_escape_part(reel__buf *out, const char *part, size_t size);

#endif
