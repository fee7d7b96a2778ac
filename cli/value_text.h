/* Values of Arrow arrays as text or JSON, of any type that the library reads (no dictionaries, views and run ends) and any nesting. The arrays are
 * the library's own exports, whose buffers were checked. */
#ifndef REEL_CLI_VALUE_TEXT_H
#define REEL_CLI_VALUE_TEXT_H

#include "text_buffer.h"

#include <reel/arrow.h>
#include <stdint.h>

typedef struct cli_value_style {
    bool is_json;
    size_t items_max; /* of a list; eight times as many bytes of a text or blob: what is beyond is only counted; 0: all */
    bool has_digest;  /* ... and a hash of all of it is added, so that a difference shows */
} cli_value_style;

/*     text                          JSON
 *     1.5, NaN, null, true          1.5, null, null, true
 *     "a \"b\""                     "a \"b\""
 *     [1, 2, ... 9000 in all]       [1,2] and so on; cut: {"length":9000,"items":[1,2]}
 *     {width: 4, height: 3}         {"width":4,"height":3}
 *     <8 bytes 89504e470d0a1a0a>    "89504e470d0a1a0a"
 * Times and dates are ISO 8601. Values of a union are those of what they are. False: memory is out. */
bool cli_value_append(cli_text *out, const cli_value_style *style, const struct ArrowSchema *schema, const struct ArrowArray *array, int64_t i);
/* The n values from `first` on, as a list. */
bool cli_values_append(cli_text *out, const cli_value_style *style, const struct ArrowSchema *schema, const struct ArrowArray *array, int64_t first, int64_t n);
bool cli_value_is_null(const struct ArrowSchema *schema, const struct ArrowArray *array, int64_t i);
/* Bytes of a number, time or date of this Arrow format; 0: it is none. */
int64_t cli_value_number_size(const char *format);
/* Value i of a list or fixed-size list: *n values of array->children[0] from *first on. False: it is none. */
bool cli_value_list(const struct ArrowSchema *schema, const struct ArrowArray *array, int64_t i, int64_t *first, int64_t *n);

#endif
