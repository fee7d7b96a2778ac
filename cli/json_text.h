/* JSON, appended to a text. */
#ifndef REEL_CLI_JSON_TEXT_H
#define REEL_CLI_JSON_TEXT_H

#include "text_buffer.h"

#include <stdint.h>

/* In quotes; malformed UTF-8 becomes U+FFFD. */
bool cli_json_string(cli_text *out, const char *text, size_t n);
/* "name": or, unless the object or array before it is empty, with a comma in front. */
bool cli_json_key(cli_text *out, const char *name);
/* A comma, unless the object or array is empty yet. */
bool cli_json_comma(cli_text *out);
bool cli_json_text(cli_text *out, const char *name, const char *value); /* value NULL: null */
bool cli_json_number(cli_text *out, const char *name, uint64_t value);
bool cli_json_integer(cli_text *out, const char *name, int64_t value);
bool cli_json_bool(cli_text *out, const char *name, bool value);
/* The shortest digits that read back as the same number; null for NaN and the infinities, which JSON cannot write. */
bool cli_json_double(cli_text *out, double value);

#endif
