/* Values into the streams of an Arrow type (arrow_type.h): one recursion over the type's nodes, whatever the values come from. `node` and `stream` move on together; what is written for one child
 * of a union, or not at all, is passed over in both.
 *
 * JSON is read here, too: numbers by themselves, because the C library's follow the locale. */
#include "builder.h"

#include "../arrow/ipc_write.h"
#include "../base/error.h"
#include "../base/text.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

typedef reel__encoding encoding;

static const reel__arrow_node *node_of(const encoding *e) { return &e->field->descriptor.arrow->nodes[e->node]; }
static bool has_validity(const encoding *e) { return e->node && node_of(e)->nullable && node_of(e)->kind != REEL__ARROW_UNION && node_of(e)->kind != REEL__ARROW_NULL; }
static reel__buf *next_stream(encoding *e) { return &e->streams[e->stream++]; }

/* Of numbers alone: which child a union holds has names of its own. */
static const reel__enum *enum_of(const encoding *e) {
    const reel__layout *layout = e->field->layout;
    if (e->field->element == REEL__ELEMENT_CODES)
        return reel__arrow_width(node_of(e)->kind) ? e->field->enumeration : NULL;
    if (!e->node)
        return e->field->enumeration;
    return layout && e->node < layout->n_places && node_of(e)->kind != REEL__ARROW_UNION ? layout->places[e->node].enumeration : NULL;
}

/* ---- passing over, and nulls */

/* Moves behind the node; times > 0: writes that many nulls, or zeros below them. */
static void blank(encoding *e, uint32_t times) {
    const reel__arrow_node *n = node_of(e);
    if (has_validity(e))
        reel__buf_zero(next_stream(e), times);
    e->node++;
    switch (n->kind) {
    case REEL__ARROW_UTF8: reel__buf_zero(next_stream(e), 4 * (size_t)times); next_stream(e); break;
    case REEL__ARROW_LIST: reel__buf_zero(next_stream(e), 4 * (size_t)times); blank(e, 0); break;
    case REEL__ARROW_FIXED_LIST: blank(e, times * n->n); break;
    case REEL__ARROW_UNION: case REEL__ARROW_STRUCT:
        if (n->kind == REEL__ARROW_UNION) /* code 0 is the null marker */
            reel__buf_zero(next_stream(e), times);
        for (uint16_t i = 0; i < n->n; i++)
            blank(e, n->kind == REEL__ARROW_UNION && i ? 0 : times);
        break;
    default: reel__buf_zero(next_stream(e), (size_t)times * (n->kind == REEL__ARROW_BOOL || n->kind == REEL__ARROW_NULL ? 1 : reel__arrow_width(n->kind)));
    }
}

/* ---- JSON */

static const char *json(const encoding *e) { return (const char *)e->from->values + e->from->at; }

static char peek(encoding *e) {
    while (*json(e) == ' ' || *json(e) == '\n' || *json(e) == '\t' || *json(e) == '\r')
        e->from->at++;
    return *json(e);
}

static reel_status bad_json(encoding *e, const char *wanted) {
    if (!peek(e))
        return reel__fail(REEL_E_ARGUMENT, "%s: the JSON ends where %s should stand", e->what, wanted);
    return reel__fail(REEL_E_ARGUMENT, "%s: %s should stand at \"%.20s\"", e->what, wanted, json(e));
}

static bool take(encoding *e, char c) {
    if (peek(e) != c)
        return false;
    e->from->at++;
    return true;
}

static reel_status expect(encoding *e, char c) {
    char wanted[2] = {c, 0};
    return take(e, c) ? REEL_OK : bad_json(e, wanted);
}

static bool take_word(encoding *e, const char *word) {
    size_t size = strlen(word);
    if (peek(e) != *word || strncmp(json(e), word, size))
        return false;
    e->from->at += size;
    return true;
}

static bool take_hex4(const char *at, uint32_t *code) {
    *code = 0;
    for (int i = 0; i < 4; i++) {
        int digit = reel__hex_digit(at[i]);
        if (digit < 0)
            return false;
        *code = *code << 4 | (uint32_t)digit;
    }
    return true;
}

/* What a backslash stands before, at json(e). */
static reel_status take_escape(encoding *e, reel__buf *out) {
    static const char escapes[] = "\"\"\\\\//b\bf\fn\nr\rt\t";
    char c = *json(e);
    uint32_t code, low;
    for (const char *at = escapes; c && *at; at += 2)
        if (*at == c) {
            reel__buf_u8(out, (uint8_t)at[1]);
            e->from->at++;
            return REEL_OK;
        }
    if (c != 'u' || !take_hex4(json(e) + 1, &code))
        return bad_json(e, "an escape");
    e->from->at += 5;
    if (code >> 10 == 0xD800 >> 10) { /* the first half of a pair */
        if (json(e)[0] != '\\' || json(e)[1] != 'u' || !take_hex4(json(e) + 2, &low) || low >> 10 != 0xDC00 >> 10)
            return bad_json(e, "the other half of a pair of escapes");
        e->from->at += 6;
        code = 0x10000 + ((code & 0x3FF) << 10 | (low & 0x3FF));
    }
    if (!code || code >> 10 == 0xDC00 >> 10)
        return bad_json(e, "a character");
    reel__utf8_put(out, code);
    return REEL_OK;
}

/* A string, ended by NUL. */
static reel_status take_string(encoding *e, reel__buf *out) {
    out->size = 0;
    REEL__TRY(expect(e, '"'));
    while (*json(e) != '"') {
        if ((uint8_t)*json(e) < 0x20)
            return bad_json(e, "the end of a text");
        if (*json(e) != '\\') {
            reel__buf_u8(out, (uint8_t)*json(e));
            e->from->at++;
            continue;
        }
        e->from->at++;
        REEL__TRY(take_escape(e, out));
    }
    e->from->at++;
    reel__buf_u8(out, 0);
    return out->failed ? reel__fail(REEL_E_NO_MEMORY, "%s: no memory for a text", e->what) : REEL_OK;
}

typedef struct number {
    bool is_integer, is_negative;
    uint64_t integer; /* without its sign */
    double real;
} number;

/* Rounded once, hence exact, for what has at most 15 digits and 22 places; beyond that it may be off by units of the last place. */
static double scaled(uint64_t digits, int exponent) {
    double power = 1, step = 10;
    for (unsigned rest = (unsigned)(exponent < 0 ? -exponent : exponent); rest; rest >>= 1, step *= step)
        if (rest & 1)
            power *= step;
    return !digits ? 0 : exponent < 0 ? (double)digits / power : (double)digits * power;
}

static reel_status take_json_number(encoding *e, number *out) {
    uint64_t digits = 0;
    int exponent = 0, given = 0, n = 0;
    bool is_real = false, minus = take(e, '-'), minus_exponent = false;
    *out = (number){.is_negative = minus};
    if (take_word(e, "nan") || take_word(e, "inf")) {
        out->real = json(e)[-1] == 'n' ? (double)NAN : minus ? -(double)INFINITY : (double)INFINITY;
        return REEL_OK;
    }
    for (; (*json(e) >= '0' && *json(e) <= '9') || (*json(e) == '.' && !is_real); e->from->at++) {
        if (*json(e) == '.') {
            is_real = true;
            continue;
        }
        n++;
        uint64_t digit = (uint64_t)(*json(e) - '0');
        if (digits < UINT64_MAX / 10 || (digits == UINT64_MAX / 10 && digit <= UINT64_MAX % 10)) {
            digits = 10 * digits + digit;
            exponent -= is_real;
        } else { /* beyond 19 digits only the size counts */
            exponent += !is_real;
            given |= !is_real;
        }
    }
    if (!n)
        return bad_json(e, "a number");
    is_real |= given != 0;
    if (*json(e) == 'e' || *json(e) == 'E') {
        is_real = true;
        e->from->at++;
        minus_exponent = *json(e) == '-';
        e->from->at += *json(e) == '-' || *json(e) == '+';
        if (*json(e) < '0' || *json(e) > '9')
            return bad_json(e, "an exponent");
        for (given = 0; *json(e) >= '0' && *json(e) <= '9'; e->from->at++)
            given = given < 1000 ? 10 * given + (*json(e) - '0') : given;
        exponent += minus_exponent ? -given : given;
    }
    out->is_integer = !is_real;
    out->integer = digits;
    out->real = is_real ? scaled(digits, exponent) : (double)digits;
    if (minus)
        out->real = -out->real;
    return REEL_OK;
}

/* ---- leaves */

static const char *source_name(char kind) { return kind == 't' ? "texts" : kind == 'b' ? "booleans" : kind == 'f' ? "numbers" : "integers"; }

static reel_status wrong_kind(const encoding *e, const char *takes) {
    if (e->from->kind == 'j')
        return bad_json((encoding *)e, takes);
    return reel__fail(REEL_E_ARGUMENT, "%s takes %s, not %s", e->what, takes, source_name(e->from->kind));
}

/* The next of an array or of the leaves. */
static reel_status take_leaf(encoding *e, reel__leaf *leaf) {
    const reel__source *from = e->from;
    if (from->at >= from->n)
        return reel__fail(REEL_E_LENGTHS, "%s: the %zu %s end within a value", e->what, from->n, source_name(from->kind));
    size_t i = e->from->at++;
    leaf->kind = from->kind;
    switch (from->kind) {
    case 'f': leaf->v.f = ((const double *)from->values)[i]; break;
    case 'i': leaf->v.i = ((const int64_t *)from->values)[i]; break;
    case 't': leaf->v.t = ((const char *const *)from->values)[i]; break;
    case 'b': leaf->v.b = ((const bool *)from->values)[i]; break;
    default: *leaf = ((const reel__leaf *)from->values)[i];
    }
    return REEL_OK;
}

static reel_status take_number(encoding *e, number *out) {
    reel__leaf leaf;
    if (e->from->kind == 'j')
        return take_json_number(e, out);
    if (e->from->kind == 't' || e->from->kind == 'b')
        return wrong_kind(e, "numbers");
    REEL__TRY(take_leaf(e, &leaf));
    *out = (number){0};
    if (leaf.kind == 'i')
        *out = (number){true, leaf.v.i < 0, leaf.v.i < 0 ? (uint64_t)0 - (uint64_t)leaf.v.i : (uint64_t)leaf.v.i, (double)leaf.v.i};
    else if (leaf.v.f == leaf.v.f && fabs(leaf.v.f) < 18446744073709551616.0 && (double)(uint64_t)fabs(leaf.v.f) == fabs(leaf.v.f))
        *out = (number){true, leaf.v.f < 0, (uint64_t)fabs(leaf.v.f), leaf.v.f};
    else
        out->real = leaf.v.f;
    return REEL_OK;
}

static reel_status put_enum(encoding *e, const reel__enum *names, uint64_t value) {
    for (uint16_t i = 0; i < names->n; i++)
        if (names->values[i] == value) {
            uint8_t bytes[4];
            reel__store_u32(bytes, (uint32_t)value);
            reel__buf_put(next_stream(e), bytes, reel__arrow_width(node_of(e)->kind));
            return REEL_OK;
        }
    return reel__fail(REEL_E_ARGUMENT, "%s: %llu is not a %s", e->what, (unsigned long long)value, names->name);
}

static reel_status encode_enum(encoding *e, const reel__enum *names) {
    number v = {0};
    reel__leaf leaf = {.v.t = NULL};
    reel__buf text = {0};
    char all[256] = "";
    bool is_json = e->from->kind == 'j';
    reel_status status = REEL_OK;
    if (e->from->kind != 't' && !(is_json && peek(e) == '"')) {
        status = e->from->kind == 'b' ? wrong_kind(e, "the name of a variant") : take_number(e, &v);
        return status != REEL_OK ? status : v.is_integer && !v.is_negative ? put_enum(e, names, v.integer) : wrong_kind(e, "the name of a variant");
    }
    status = is_json ? take_string(e, &text) : take_leaf(e, &leaf);
    const char *name = is_json ? (const char *)text.data : leaf.v.t;
    for (uint16_t i = 0; status == REEL_OK && name && i < names->n; i++)
        if (!strcmp(names->names[i], name)) {
            reel__buf_free(&text);
            return put_enum(e, names, names->values[i]);
        }
    for (size_t i = 0, used = 0; i < names->n && used < sizeof all; i++)
        used += (size_t)snprintf(all + used, sizeof all - used, "%s%s", i ? ", " : "", names->names[i]);
    if (status == REEL_OK)
        status = reel__fail(REEL_E_ARGUMENT, "%s: \"%.40s\" is not a %s: there are %s", e->what, name ? name : "NULL", names->name, all);
    reel__buf_free(&text);
    return status;
}

static reel_status encode_integer(encoding *e, uint8_t kind) {
    number v;
    size_t bits = 8 * reel__arrow_width(kind);
    bool is_signed = kind == REEL__ARROW_I8 || kind == REEL__ARROW_I16 || kind == REEL__ARROW_I32 || kind == REEL__ARROW_I64;
    uint64_t max = UINT64_MAX >> (64 - bits + is_signed), min = is_signed ? max + 1 : 0;
    uint8_t bytes[8];
    REEL__TRY(take_number(e, &v));
    if (!v.is_integer || v.integer > (v.is_negative ? min : max))
        return reel__fail(REEL_E_ARGUMENT, "%s: %.17g is not a whole number from %s%llu to %llu", e->what, v.is_integer && v.is_negative ? -(double)v.integer : v.real, is_signed ? "-" : "",
                          (unsigned long long)min, (unsigned long long)max);
    reel__store_u64(bytes, v.is_negative ? (uint64_t)0 - v.integer : v.integer);
    reel__buf_put(next_stream(e), bytes, reel__arrow_width(kind));
    return REEL_OK;
}

static reel_status encode_real(encoding *e, uint8_t kind) {
    number v;
    REEL__TRY(take_number(e, &v));
    if (v.is_integer && e->from->kind != 'f') /* -0.0 keeps its sign */
        v.real = v.is_negative ? -(double)v.integer : (double)v.integer;
    if (kind == REEL__ARROW_F64) {
        reel__buf_put(next_stream(e), &v.real, sizeof v.real);
    } else {
        float narrow = (float)v.real;
        reel__buf_put(next_stream(e), &narrow, sizeof narrow);
    }
    return REEL_OK;
}

static reel_status encode_bool(encoding *e) {
    reel__leaf leaf = {.v.b = false};
    if (e->from->kind == 'j') {
        leaf.v.b = take_word(e, "true");
        if (!leaf.v.b && !take_word(e, "false"))
            return bad_json(e, "true or false");
    } else if (e->from->kind == 'b' || e->from->kind == 'l') {
        REEL__TRY(take_leaf(e, &leaf));
    } else {
        return wrong_kind(e, "booleans");
    }
    reel__buf_u8(next_stream(e), leaf.v.b);
    return REEL_OK;
}

static reel_status encode_text(encoding *e) {
    reel__leaf leaf = {.v.t = NULL};
    reel__buf text = {0};
    reel_status status;
    if (e->from->kind == 'j')
        status = take_string(e, &text);
    else
        status = e->from->kind == 't' || e->from->kind == 'l' ? take_leaf(e, &leaf) : wrong_kind(e, "texts");
    const char *t = e->from->kind == 'j' ? (const char *)text.data : leaf.v.t;
    size_t size = status == REEL_OK && t ? strlen(t) : 0;
    if (status == REEL_OK && !reel__utf8_valid(t, size))
        status = reel__fail(REEL_E_UTF8, "%s: a text of %zu bytes is not valid UTF-8", e->what, size);
    if (status == REEL_OK && size > INT32_MAX)
        status = reel__fail(REEL_E_TOO_LARGE, "%s: a text of %zu bytes", e->what, size);
    if (status == REEL_OK) {
        reel__buf_u32(next_stream(e), (uint32_t)size);
        reel__buf_put(next_stream(e), t, size);
    }
    reel__buf_free(&text);
    return status;
}

/* ---- values */

static reel_status encode(encoding *e);

static reel_status not_flat(const encoding *e) { return reel__fail(REEL_E_ARGUMENT, "%s has a type of several parts: use reel_blueprint_set_json()", e->what); }

static reel_status encode_list(encoding *e, bool is_fixed, uint32_t size) {
    uint32_t node = e->node, n = 0;
    reel__buf *lengths = is_fixed ? NULL : next_stream(e);
    uint32_t stream = e->stream;
    number count = {.integer = size};
    bool is_json = e->from->kind == 'j';
    if (!is_fixed && !is_json && e->from->kind != 'l')
        return not_flat(e);
    if (is_json)
        REEL__TRY(expect(e, '['));
    else if (!is_fixed)
        REEL__TRY(take_number(e, &count));
    for (; is_json ? peek(e) != ']' : n < count.integer; n++) {
        if (is_json && n)
            REEL__TRY(expect(e, ','));
        if (is_fixed && n == size)
            break;
        e->node = node;
        e->stream = stream;
        REEL__TRY(encode(e));
    }
    if (is_fixed && n != size)
        return reel__fail(REEL_E_LENGTHS, "%s has %u numbers, %u were given", e->what, (unsigned)size, (unsigned)n);
    if (is_json && !take(e, ']'))
        return reel__fail(REEL_E_LENGTHS, "%s has %u numbers, more were given", e->what, (unsigned)size);
    if (!n) {
        e->node = node;
        blank(e, 0);
    }
    if (lengths)
        reel__buf_u32(lengths, n);
    return REEL_OK;
}

/* Moves to the child of this name: its index, or n. The names, for messages, into `all`. */
static uint16_t find_child(encoding *e, const reel__arrow_node *parent, const char *name, char *all, size_t size) {
    uint32_t found_node = 0, found_stream = 0;
    uint16_t found = parent->n;
    size_t used = 0;
    for (uint16_t i = 0; i < parent->n; i++) {
        const reel__arrow_node *child = node_of(e);
        if (name && !strcmp(child->name, name)) {
            found = i;
            found_node = e->node;
            found_stream = e->stream;
        }
        if (used < size && child->name[0] != '_')
            used += (size_t)snprintf(all + used, size - used, "%s%s", used ? ", " : "", child->name);
        blank(e, 0);
    }
    if (found < parent->n) {
        e->node = found_node;
        e->stream = found_stream;
    }
    return found;
}

static reel_status encode_object(encoding *e, const reel__arrow_node *n) {
    uint32_t node = e->node, stream = e->stream;
    uint64_t seen = 0;
    reel__buf name = {0};
    char all[200] = "";
    reel_status status = expect(e, '{');
    for (bool first = true; status == REEL_OK && peek(e) != '}'; first = false) {
        if (!first)
            status = expect(e, ',');
        if (status == REEL_OK)
            status = take_string(e, &name);
        if (status == REEL_OK)
            status = expect(e, ':');
        if (status != REEL_OK)
            break;
        e->node = node;
        e->stream = stream;
        uint16_t child = find_child(e, n, (const char *)name.data, all, sizeof all);
        if (child == n->n || seen >> child & 1)
            status = reel__fail(REEL_E_ARGUMENT, "%s: \"%.40s\" %s: there are %s", e->what, (const char *)name.data, child == n->n ? "is not a member" : "is given twice", all);
        else
            status = encode(e);
        seen |= UINT64_C(1) << (child & 63);
    }
    reel__buf_free(&name);
    REEL__TRY(status);
    REEL__TRY(expect(e, '}'));
    e->node = node;
    e->stream = stream;
    for (uint16_t i = 0; i < n->n; i++) {
        bool is_given = seen >> i & 1;
        if (!is_given && !has_validity(e))
            return reel__fail(REEL_E_ARGUMENT, "%s: the member \"%s\" is missing", e->what, node_of(e)->name);
        blank(e, !is_given);
    }
    return REEL_OK;
}

static reel_status encode_union(encoding *e, const reel__arrow_node *n) {
    uint32_t node = e->node;
    reel__buf *codes = next_stream(e), name = {0};
    uint32_t stream = e->stream;
    char all[200] = "";
    number code = {.integer = n->n};
    bool is_json = e->from->kind == 'j', is_object = is_json && take(e, '{');
    if (!is_json && e->from->kind != 'l')
        return not_flat(e);
    reel_status status = is_json ? take_string(e, &name) : take_number(e, &code);
    if (status == REEL_OK && is_json)
        code.integer = find_child(e, n, (const char *)name.data, all, sizeof all);
    if (status == REEL_OK && (!code.integer || code.integer >= n->n))
        status = reel__fail(REEL_E_ARGUMENT, "%s: \"%.40s\" is not a variant: there are %s", e->what, is_json ? (const char *)name.data : "", all);
    reel__buf_free(&name);
    REEL__TRY(status);
    reel__buf_u8(codes, (uint8_t)code.integer);
    e->node = node;
    e->stream = stream;
    for (uint16_t i = 0; i < n->n; i++) {
        bool is_it = i == code.integer, holds = node_of(e)->kind != REEL__ARROW_NULL;
        if (is_it && is_json && holds != is_object)
            return reel__fail(REEL_E_ARGUMENT, "%s: %s %s", e->what, node_of(e)->name, holds ? "holds something: write it as an object" : "holds nothing: write its name alone");
        if (is_it && is_object)
            REEL__TRY(expect(e, ':'));
        if (is_it && holds)
            REEL__TRY(encode(e));
        else
            blank(e, is_it);
    }
    return is_object ? expect(e, '}') : REEL_OK;
}

static reel_status encode(encoding *e) {
    const reel__arrow_node *n = node_of(e);
    const reel__enum *names = enum_of(e);
    if (has_validity(e)) {
        if (e->from->kind != 'j')
            return not_flat(e);
        if (take_word(e, "null")) {
            blank(e, 1);
            return REEL_OK;
        }
        reel__buf_u8(next_stream(e), 1);
    }
    if (names) {
        reel_status status = encode_enum(e, names);
        e->node++;
        return status;
    }
    e->node++;
    switch (n->kind) {
    case REEL__ARROW_UTF8: return encode_text(e);
    case REEL__ARROW_BOOL: return encode_bool(e);
    case REEL__ARROW_F32: case REEL__ARROW_F64: return encode_real(e, n->kind);
    case REEL__ARROW_F16: case REEL__ARROW_NULL: return reel__fail(REEL_E_UNSUPPORTED, "%s cannot be set by name", e->what);
    case REEL__ARROW_LIST: return encode_list(e, false, 0);
    case REEL__ARROW_FIXED_LIST: return encode_list(e, true, n->n);
    case REEL__ARROW_UNION: return encode_union(e, n);
    case REEL__ARROW_STRUCT:
        if (e->from->kind == 'j')
            return encode_object(e, n);
        for (uint16_t i = 0; i < n->n; i++)
            REEL__TRY(encode(e));
        return REEL_OK;
    default: return encode_integer(e, n->kind);
    }
}

static reel_status encode_one(encoding *e) {
    e->node = e->stream = 0;
    return encode(e);
}

/* All there are; a field that has one value takes no second. */
reel_status reel__encode_values(encoding *e, uint32_t *n) {
    bool is_json = e->from->kind == 'j', many = e->field->many;
    *n = 0;
    if (is_json && !e->from->values)
        return reel__fail(REEL_E_ARGUMENT, "%s: the JSON is NULL", e->what);
    if (is_json && many)
        REEL__TRY(expect(e, '['));
    while (is_json ? many ? peek(e) != ']' : !*n : e->from->at < e->from->n) {
        if (*n && !many)
            return reel__fail(REEL_E_LENGTHS, "%s takes one value: %zu %s are more than that", e->what, e->from->n, source_name(e->from->kind));
        if (is_json && *n)
            REEL__TRY(expect(e, ','));
        REEL__TRY(encode_one(e));
        ++*n;
    }
    if (is_json && many)
        REEL__TRY(expect(e, ']'));
    if (is_json && peek(e))
        return bad_json(e, "the end");
    return REEL_OK;
}
