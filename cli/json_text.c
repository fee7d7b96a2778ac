#include "json_text.h"
#include "number_text.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

bool cli_json_string(cli_text *out, const char *text, size_t n) {
    cli_text clean = { 0 };
    bool fits = cli_text_append_clean(&clean, text, n) && cli_text_append(out, "\"", 1);
    size_t start = 0;
    for (size_t i = 0; fits && i < clean.size; i++) {
        unsigned char c = (unsigned char)clean.data[i];
        bool is_c1 = c == 0xC2 && (unsigned char)clean.data[i + 1] < 0xA0; /* U+0080 to U+009F: terminals may obey them */
        if (c >= 0x20 && c != '"' && c != '\\' && c != 0x7F && !is_c1) continue;
        fits = cli_text_append(out, clean.data + start, i - start);
        if (is_c1) c = (unsigned char)clean.data[++i];
        start = i + 1;
        if (c == '"' || c == '\\')
            fits = fits && cli_text_printf(out, "\\%c", c);
        else if (c == '\n' || c == '\t' || c == '\r')
            fits = fits && cli_text_printf(out, "\\%c", c == '\n' ? 'n' : c == '\t' ? 't' : 'r');
        else
            fits = fits && cli_text_printf(out, "\\u%04x", c);
    }
    fits = fits && cli_text_append(out, clean.data ? clean.data + start : "", clean.size - start) && cli_text_append(out, "\"", 1);
    cli_text_free(&clean);
    return fits;
}

bool cli_json_comma(cli_text *out) {
    char last = out->size ? out->data[out->size - 1] : '{';
    return last == '{' || last == '[' || last == ':' || last == ',' || cli_text_append(out, ",", 1);
}

bool cli_json_key(cli_text *out, const char *name) { return cli_json_comma(out) && cli_json_string(out, name, strlen(name)) && cli_text_append(out, ":", 1); }

bool cli_json_text(cli_text *out, const char *name, const char *value) {
    return cli_json_key(out, name) && (value ? cli_json_string(out, value, strlen(value)) : cli_text_append(out, "null", 4));
}

bool cli_json_number(cli_text *out, const char *name, uint64_t value) { return cli_json_key(out, name) && cli_text_printf(out, "%" PRIu64, value); }
bool cli_json_integer(cli_text *out, const char *name, int64_t value) { return cli_json_key(out, name) && cli_text_printf(out, "%" PRId64, value); }
bool cli_json_bool(cli_text *out, const char *name, bool value) { return cli_json_key(out, name) && cli_text_printf(out, "%s", value ? "true" : "false"); }

bool cli_json_double(cli_text *out, double value) { return isfinite(value) ? cli_number_append_double(out, value) : cli_text_append(out, "null", 4); }
