#include "value_hash.h"
#include "value_text.h"

#include <stdlib.h>
#include <string.h>

/* ---- bytes. Two lanes of 64 bits, each a multiplication per word, whose high half comes back into the low one. */

static uint64_t stirred(uint64_t lane, uint64_t word, uint64_t factor) {
    lane = (lane ^ word) * factor;
    return lane ^ lane >> 32;
}

static void put_words(cli_hash *hash, uint64_t first, uint64_t second) {
    hash->a = stirred(hash->a, first, UINT64_C(0x9e3779b97f4a7c15)) + second;
    hash->b = stirred(hash->b, second, UINT64_C(0xc2b2ae3d27d4eb4f)) + first;
}

void cli_hash_number(cli_hash *hash, uint64_t number) { put_words(hash, number, ~number); }

void cli_hash_bytes(cli_hash *hash, const void *data, size_t size) {
    const char *p = data;
    uint64_t words[2];
    cli_hash_number(hash, size);
    for (; size >= sizeof words; p += sizeof words, size -= sizeof words) {
        memcpy(words, p, sizeof words);
        put_words(hash, words[0], words[1]);
    }
    if (!size) return;
    words[0] = words[1] = 0;
    memcpy(words, p, size);
    put_words(hash, words[0], words[1]);
}

cli_hash cli_hash_end(cli_hash hash) {
    for (int i = 0; i < 3; i++) put_words(&hash, hash.b >> 29, hash.a << 7 | 1);
    return hash;
}

void cli_hash_add(cli_hash *sum, cli_hash part) {
    sum->a += part.a;
    sum->b += part.b;
}

/* ---- types */

void cli_hash_type(cli_hash *hash, const struct ArrowSchema *schema) {
    const char *format = schema->format;
    bool has_names = format[0] == '+' && (format[1] == 's' || format[1] == 'u');
    cli_hash_bytes(hash, format, strlen(format));
    cli_hash_number(hash, (uint64_t)schema->n_children);
    for (int64_t i = 0; i < schema->n_children; i++) {
        const char *name = schema->children[i]->name ? schema->children[i]->name : "";
        if (has_names) cli_hash_bytes(hash, name, strlen(name));
        cli_hash_type(hash, schema->children[i]);
    }
    if (schema->dictionary) cli_hash_type(hash, schema->dictionary);
}

/* ---- values */

/* Numbers that may be NaN: as they are if none is, which the loop finds out many at a time; else one by one, any NaN being the same. */
static void hash_floats(cli_hash *hash, const char *data, int64_t n) {
    uint32_t bits;
    bool any = false;
    for (int64_t i = 0; i < n; i++) {
        memcpy(&bits, data + 4 * i, 4);
        any |= (bits & 0x7fffffff) > 0x7f800000;
    }
    if (!any) {
        cli_hash_bytes(hash, data, 4 * (size_t)n);
        return;
    }
    for (int64_t i = 0; i < n; i++) {
        memcpy(&bits, data + 4 * i, 4);
        cli_hash_number(hash, (bits & 0x7fffffff) > 0x7f800000 ? UINT64_MAX : bits);
    }
}

static void hash_doubles(cli_hash *hash, const char *data, int64_t n) {
    const uint64_t mask = INT64_MAX, infinity = UINT64_C(0x7ff0000000000000);
    uint64_t bits;
    bool any = false;
    for (int64_t i = 0; i < n; i++) {
        memcpy(&bits, data + 8 * i, 8);
        any |= (bits & mask) > infinity;
    }
    if (!any) {
        cli_hash_bytes(hash, data, 8 * (size_t)n);
        return;
    }
    for (int64_t i = 0; i < n; i++) {
        memcpy(&bits, data + 8 * i, 8);
        cli_hash_number(hash, (bits & mask) > infinity ? UINT64_MAX : bits);
    }
}

static void hash_halves(cli_hash *hash, const char *data, int64_t n) {
    for (int64_t i = 0; i < n; i++) {
        uint16_t bits;
        memcpy(&bits, data + 2 * i, 2);
        cli_hash_number(hash, (bits & 0x7fff) > 0x7c00 ? UINT64_MAX : bits);
    }
}

/* What has no quick way: what its text says. */
static bool hash_text(cli_hash *hash, const struct ArrowSchema *schema, const struct ArrowArray *array, int64_t i) {
    static const cli_value_style style = { 0 };
    cli_text text = { 0 };
    bool fits = cli_value_append(&text, &style, schema, array, i);
    cli_hash_bytes(hash, text.data ? text.data : "", text.size);
    cli_text_free(&text);
    return fits;
}

static void hash_run(cli_hash *hash, const struct ArrowArray *array, bool is_large, int64_t at) {
    int64_t begin = is_large ? ((const int64_t *)array->buffers[1])[at] : ((const int32_t *)array->buffers[1])[at];
    int64_t end = is_large ? ((const int64_t *)array->buffers[1])[at + 1] : ((const int32_t *)array->buffers[1])[at + 1];
    cli_hash_bytes(hash, end > begin ? (const char *)array->buffers[2] + begin : "", (size_t)(end - begin));
}

/* Lists without nulls: all lengths, then all their values at once. */
static bool hash_lists(cli_hash *hash, const struct ArrowSchema *schema, const struct ArrowArray *array, int64_t first, int64_t n) {
    int64_t begin = 0, end = 0, at, size;
    for (int64_t i = 0; i < n; i++) {
        if (!cli_value_list(schema, array, first + i, &at, &size)) return false;
        if (!i) begin = at;
        end = at + size;
        if (schema->format[1] != 'w') cli_hash_number(hash, (uint64_t)size);
    }
    return cli_hash_values(hash, schema->children[0], array->children[0], begin, end - begin);
}

static bool hash_valid(cli_hash *hash, const struct ArrowSchema *schema, const struct ArrowArray *array, int64_t first, int64_t n) {
    const char *format = schema->format;
    size_t size = schema->dictionary ? 0 : format[0] == 'w' ? (size_t)atoll(format + 2) : (size_t)cli_value_number_size(format);
    const char *data = size && n ? (const char *)array->buffers[1] + (size_t)(array->offset + first) * size : "";
    bool fits = true;
    if (size && format[0] == 'f')
        hash_floats(hash, data, n);
    else if (size && format[0] == 'g')
        hash_doubles(hash, data, n);
    else if (size && format[0] == 'e')
        hash_halves(hash, data, n);
    else if (size)
        cli_hash_bytes(hash, data, (size_t)n * size);
    else if (strcmp(format, "+l") == 0 || strcmp(format, "+L") == 0 || (format[0] == '+' && format[1] == 'w'))
        return hash_lists(hash, schema, array, first, n);
    else if (strcmp(format, "+s") == 0) {
        for (int64_t i = 0; i < schema->n_children && fits; i++)
            fits = cli_hash_values(hash, schema->children[i], array->children[i], array->offset + first, n);
    } else {
        bool is_run = !schema->dictionary && !format[1] && strchr("uzUZ", format[0]);
        for (int64_t i = 0; i < n && fits; i++) {
            if (is_run)
                hash_run(hash, array, format[0] == 'U' || format[0] == 'Z', array->offset + first + i);
            else
                fits = hash_text(hash, schema, array, first + i);
        }
    }
    return fits;
}

bool cli_hash_values(cli_hash *hash, const struct ArrowSchema *schema, const struct ArrowArray *array, int64_t first, int64_t n) {
    bool has_nulls = false;
    cli_hash_number(hash, (uint64_t)n);
    if (array->null_count != 0) {
        for (int64_t i = 0; i < n && !has_nulls; i++) has_nulls = cli_value_is_null(schema, array, first + i);
    }
    if (!has_nulls) return hash_valid(hash, schema, array, first, n);
    bool fits = true;
    for (int64_t i = 0; i < n && fits; i++) {
        bool is_null = cli_value_is_null(schema, array, first + i);
        cli_hash_number(hash, is_null ? UINT64_MAX : 1);
        if (!is_null) fits = hash_valid(hash, schema, array, first + i, 1);
    }
    return fits;
}
