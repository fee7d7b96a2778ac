/* The import of Arrow arrays, fed with schemas and arrays of any make-up. The interface cannot say how large buffers are, so they are always as large as what is said about
 * the array asks for; what is in them is anything. What is accepted must be counted and written alike, in whole and in pieces, and make a chunk. */
#include "arrow/arrow_import.h"
#include "base/alloc.h"
#include "chunk/chunk.h"

#include <stdlib.h>
#include <string.h>

static void require(bool is_true) {
    if (!is_true) abort();
}

enum { DEPTH = 40, PARTS = 400, VALUES = 24, DATA = 160 };

static struct {
    const uint8_t *at, *end;
    unsigned parts;
} in;

static uint8_t take(void) { return in.at < in.end ? *in.at++ : 0; }

/* A text up to its NUL. */
static char *take_text(void) {
    const uint8_t *from = in.at;
    while (in.at < in.end && *in.at) in.at++;
    size_t size = (size_t)(in.at - from);
    if (in.at < in.end) in.at++;
    char *text = malloc(size + 1);
    if (!text) abort();
    memcpy(text, from, size);
    text[size] = 0;
    return text;
}

static void released_schema(struct ArrowSchema *schema) { schema->release = NULL; }
static void released_array(struct ArrowArray *array) { array->release = NULL; }

static void *cleared(size_t n, size_t size) {
    void *block = calloc(n ? n : 1, size);
    if (!block) abort();
    return block;
}

/* A byte says what comes: its low bits how many children, then whether there are a name, metadata, a dictionary. */
static struct ArrowSchema *take_schema(int depth) {
    struct ArrowSchema *s = cleared(1, sizeof *s);
    in.parts++;
    s->release = released_schema;
    s->format = take_text();
    s->flags = take();
    uint8_t what = take();
    if (what & 16) s->name = take_text();
    if (what & 32) { /* one pair, whose sizes are as said or negative */
        int32_t numbers[3] = {(int8_t)take() & 1, 2, 3};
        char *metadata = cleared(1, 32);
        memcpy(metadata, numbers, 8);
        metadata[8] = (char)take();
        memcpy(metadata + 10, &numbers[2], 4);
        if (take() == 255) memset(metadata + 4, 255, 4);
        s->metadata = metadata;
    }
    s->n_children = depth == DEPTH || in.parts > PARTS ? 0 : what & 15;
    s->private_data = (void *)(intptr_t)s->n_children; /* how many there are, whatever is said */
    s->children = cleared((size_t)s->n_children, sizeof *s->children);
    for (int64_t i = 0; i < s->n_children; i++) s->children[i] = take_schema(depth + 1);
    if (what & 64 && depth < DEPTH) s->dictionary = take_schema(depth + 1);
    int8_t said = what & 128 && take() == 255 ? (int8_t)take() : INT8_MAX;
    if (said < s->n_children) s->n_children = said;
    return s;
}

static void free_schema(struct ArrowSchema *s) {
    for (int64_t i = 0; i < (int64_t)(intptr_t)s->private_data; i++) free_schema(s->children[i]);
    if (s->dictionary) free_schema(s->dictionary);
    free(s->children);
    free((void *)s->format);
    free((void *)s->name);
    free((void *)s->metadata);
    free(s);
}

/* Small numbers of this width, some of them negative. */
static uint8_t *numbers(size_t n, size_t width, bool ascends) {
    uint8_t *buffer = malloc(n * width + 1);
    if (!buffer) abort();
    int64_t sum = ascends ? take() % 8 : 0;
    for (size_t i = 0; i < n; i++) {
        int64_t value = ascends ? sum : (int8_t)take();
        for (size_t k = 0; k < width; k++) buffer[i * width + k] = (uint8_t)(value >> (k < 8 ? 8 * k : 63));
        sum += take() % 4;
        if (ascends && take() == 255) sum = (int8_t)take();
        if (sum > DATA - 8) sum = DATA - 8;
    }
    return buffer;
}

static uint8_t *bytes(size_t n) {
    uint8_t *buffer = malloc(n + 1);
    if (!buffer) abort();
    for (size_t i = 0; i < n; i++) buffer[i] = take();
    return buffer;
}

static size_t width_of(const char *format) {
    static const char *const letters[] = {"cCb", "sSe", "iIf", "lLg"};
    for (int i = 0; i < 4; i++)
        if (*format && !format[1] && strchr(letters[i], *format)) return (size_t)1 << i;
    return 32; /* decimals and times have at most so many */
}

/* As many values as were asked for, and perhaps some more. */
static struct ArrowArray *take_array(const struct ArrowSchema *s, size_t n, int depth) {
    struct ArrowArray *a = cleared(1, sizeof *a);
    const char *f = s->format;
    bool is_wide = *f && strchr("UZ", *f);
    uint64_t size = 1;
    a->release = released_array;
    a->offset = take() % 4;
    a->length = (int64_t)n + take() % 3;
    if (take() == 255) a->length = (int8_t)take();
    size_t whole = (size_t)a->offset + (a->length > 0 ? (size_t)a->length : 0), child_n = whole;
    a->null_count = take() % 3 - 1;
    a->buffers = cleared(5, sizeof *a->buffers);
    a->n_buffers = 2;
    a->buffers[0] = take() % 4 ? bytes(whole / 8 + 1) : NULL;
    if (f[0] == '+' && (f[1] == 'l' || f[1] == 'L' || f[1] == 'm')) {
        a->buffers[1] = numbers(whole + 1, f[1] == 'L' ? 8 : 4, true);
        child_n = take() % 2 ? DATA : VALUES;
    } else if (f[0] == '+' && f[1] == 'v') {
        size_t width = f[2] == 'L' ? 8 : 4;
        a->buffers[1] = numbers(whole, width, false);
        a->buffers[2] = numbers(whole, width, false);
        a->n_buffers = 3;
    } else if (f[0] == '+' && f[1] == 'w') {
        size = f[2] == ':' ? strtoull(f + 3, NULL, 10) : 0;
        child_n = size < VALUES ? whole * (size_t)size : VALUES;
        a->n_buffers = 1;
    } else if (f[0] == '+' && f[1] == 'u') {
        free((void *)a->buffers[0]);
        a->buffers[0] = numbers(whole, 1, false);
        a->n_buffers = 1 + (f[2] == 'd');
        if (f[2] == 'd') a->buffers[1] = numbers(whole, 4, false);
    } else if (f[0] == '+') {
        a->n_buffers = f[1] == 's';
    } else if (f[0] == 'v') { /* two buffers of data, and their sizes */
        int64_t sizes[2] = {DATA, DATA};
        a->buffers[1] = numbers(whole * 4, 4, false);
        a->buffers[2] = bytes(DATA);
        a->buffers[3] = bytes(DATA);
        a->buffers[4] = cleared(1, sizeof sizes);
        memcpy((void *)a->buffers[4], sizes, sizeof sizes);
        a->n_buffers = 5;
    } else if (*f && strchr("uzUZ", *f)) {
        a->buffers[1] = numbers(whole + 1, is_wide ? 8 : 4, true);
        a->buffers[2] = bytes(DATA);
        a->n_buffers = 3;
    } else {
        size_t width = f[0] == 'w' && f[1] == ':' ? (size_t)strtoull(f + 2, NULL, 10) : width_of(f);
        a->buffers[1] = width <= 4096 ? numbers(whole, width, take() % 2) : NULL;
        a->n_buffers = f[0] == 'n' ? 0 : 2;
    }
    int64_t there = (int64_t)(intptr_t)s->private_data;
    a->n_children = s->n_children;
    a->children = cleared((size_t)there, sizeof *a->children);
    for (int64_t i = 0; i < there; i++)
        a->children[i] = take_array(s->children[i], child_n > VALUES && depth > 2 ? VALUES : child_n, depth + 1);
    if (s->dictionary) a->dictionary = take_array(s->dictionary, take() % VALUES, depth + 1);
    a->private_data = s->private_data;
    return a;
}

static void free_array(struct ArrowArray *a) {
    for (int64_t i = 0; i < (int64_t)(intptr_t)a->private_data; i++) free_array(a->children[i]);
    if (a->dictionary) free_array(a->dictionary);
    for (int i = 0; i < 5; i++) free((void *)a->buffers[i]);
    free(a->buffers);
    free(a->children);
    free(a);
}

/* Blocks of exactly the size that was counted, so that one byte more is seen. */
static void write_all(const reel__arrow_type *type, const struct ArrowSchema *s, const struct ArrowArray *a, const size_t *sizes, uint8_t **streams) {
    for (uint16_t i = 0; i < type->n_streams; i++)
        if (!(streams[i] = malloc(sizes[i] ? sizes[i] : 1))) abort();
    reel__arrow_write(type, s, a, 0, a->length, streams);
}

static void check_pieces(const reel__arrow_type *type, const struct ArrowSchema *s, const struct ArrowArray *a, const size_t *sizes, uint8_t *const *streams) {
    uint8_t *at[REEL__ARROW_STREAMS_MAX], *piece[REEL__ARROW_STREAMS_MAX];
    size_t some[REEL__ARROW_STREAMS_MAX], sum[REEL__ARROW_STREAMS_MAX] = {0};
    memcpy(at, streams, type->n_streams * sizeof *at);
    for (int64_t first = 0, n = 1; first < a->length; first += n, n = first % 3 + 1) {
        n = n > a->length - first ? a->length - first : n;
        require(reel__arrow_measure(type, s, a, first, n, "piece", some) == REEL_OK);
        for (uint16_t i = 0; i < type->n_streams; i++)
            if (!(piece[i] = malloc(some[i] ? some[i] : 1))) abort();
        reel__arrow_write(type, s, a, first, n, piece);
        for (uint16_t i = 0; i < type->n_streams; i++) {
            require(sum[i] + some[i] <= sizes[i] && memcmp(at[i], piece[i], some[i]) == 0);
            sum[i] += some[i];
            at[i] += some[i];
            free(piece[i]);
        }
    }
    for (uint16_t i = 0; i < type->n_streams; i++) require(sum[i] == sizes[i]);
}

static void check_chunk(const reel__arrow_type *type, const size_t *sizes, uint8_t *const *streams, uint32_t n) {
    reel__descriptor descriptor = {"c", NULL, NULL, type};
    reel__shape *shape;
    uint64_t row_time = 1;
    size_t bound, size;
    require(reel__shape_new(&shape, NULL, 0, &descriptor, 1) == REEL_OK);
    reel__span spans[2 + REEL__ARROW_STREAMS_MAX] = {{&row_time, 8}, {&n, 4}};
    for (uint16_t i = 0; i < type->n_streams; i++) spans[2 + i] = (reel__span){streams[i], sizes[i]};
    reel__part part = {1, 1, spans};
    require(reel__chunk_bound(shape, 1, &part, 1, &bound) == REEL_OK);
    uint8_t *out = malloc(bound);
    if (!out) abort();
    uint32_t non_null;
    reel__chunk_info info = {.non_null = &non_null};
    require(reel__chunk_encode(shape, "/", (reel__tuid){1, 2}, &part, 1, out, &size, &info) == REEL_OK && size <= bound);
    free(out);
    reel__shape_free(shape);
}

/* The same schema gives an equal type; another name another one. */
static void check_equality(const reel__arrow_type *type, struct ArrowSchema *s) {
    reel__arrow_type *again;
    reel__buf keys[2] = {{0}, {0}};
    require(reel__arrow_type_from_schema(s, type->root_nulls, "fuzz", &again) == REEL_OK);
    reel__arrow_type_key(type, &keys[0]);
    reel__arrow_type_key(again, &keys[1]);
    require(reel__arrow_type_equal(type, again) && keys[0].size == keys[1].size && memcmp(keys[0].data, keys[1].data, keys[0].size) == 0);
    if (type->n_nodes > 1) {
        ((reel__arrow_node *)again->nodes)[again->n_nodes - 1].name = "\x01";
        keys[1].size = 0;
        reel__arrow_type_key(again, &keys[1]);
        bool same = strcmp(type->nodes[type->n_nodes - 1].name, "\x01") == 0;
        require(reel__arrow_type_equal(type, again) == same && (keys[0].size == keys[1].size && memcmp(keys[0].data, keys[1].data, keys[0].size) == 0) == same);
    }
    for (int i = 0; i < 2; i++) reel__buf_free(&keys[i]);
    reel__release(again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    in.at = data;
    in.end = data + size;
    in.parts = 0;
    reel__arrow_type *type;
    struct ArrowSchema *s = take_schema(0);
    struct ArrowArray *a = take_array(s, take() % VALUES, 0);
    if (reel__arrow_import(s, a, "fuzz", &type) == REEL_OK) {
        size_t sizes[REEL__ARROW_STREAMS_MAX];
        uint8_t *streams[REEL__ARROW_STREAMS_MAX];
        require(type->n_streams >= 1 && type->n_streams <= REEL__ARROW_STREAMS_MAX && type->n_nodes >= 1 && type->n_nodes <= REEL__ARROW_NODES_MAX);
        require(reel__arrow_check(type, s, a, "fuzz") == REEL_OK);
        require(reel__arrow_measure(type, s, a, 0, a->length, "fuzz", sizes) == REEL_OK);
        check_equality(type, s);
        if (type->n_streams == 1) require(sizes[0] == (size_t)a->length * reel__arrow_value_bytes(type));
        write_all(type, s, a, sizes, streams);
        check_pieces(type, s, a, sizes, streams);
        check_chunk(type, sizes, streams, (uint32_t)a->length);
        for (uint16_t i = 0; i < type->n_streams; i++) free(streams[i]);
        reel__release(type);
    }
    free_array(a);
    free_schema(s);
    return 0;
}
