/* Text that grows, and text from outside made fit for a recording: valid UTF-8 without NUL, and entity paths. */
#ifndef REEL_CLI_TEXT_BUFFER_H
#define REEL_CLI_TEXT_BUFFER_H

#include <stdbool.h>
#include <stddef.h>

/* Always NUL-terminated once something was appended. Zero-initialise; free with cli_text_free. */
typedef struct cli_text {
    char *data;
    size_t size;
    size_t capacity;
} cli_text;

/* All return false when memory runs out, and then leave the text as it was. */
bool cli_text_append(cli_text *text, const char *bytes, size_t n);
bool cli_text_printf(cli_text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Appends n bytes with every malformed UTF-8 sequence and every NUL replaced by U+FFFD. */
bool cli_text_append_clean(cli_text *text, const char *bytes, size_t n);

/* Appends one entity path part: what is not a letter, digit, '_', '-', '.' or beyond ASCII gets a backslash. */
bool cli_text_append_part(cli_text *text, const char *part);

/* Appends a name that may hold several parts joined by '/'. A slash within () or [] is a unit ("speed (m/s)"), not a separator. */
bool cli_text_append_path(cli_text *text, const char *name);

/* Control characters but line ends and tabs become '?': a terminal must not obey what stands in a file. */
void cli_text_defuse(cli_text *text);

void cli_text_clear(cli_text *text);
void cli_text_free(cli_text *text);

#endif
