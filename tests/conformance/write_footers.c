/* Writes recordings whose footers the official reader judges (test_footer.py): write_footers SCENARIO PATH [N [STATIC]]. Exit code 3: without a footer. */
#include "base/error.h"
#include "real_message.h"
#include "sink/sink.h"

typedef struct list {
    reel__message **items;
    size_t n, capacity;
} list;

static void put(list *l, reel__message *m) {
    if (l->n == l->capacity) {
        l->capacity = l->capacity ? 2 * l->capacity : 64;
        l->items = realloc(l->items, l->capacity * sizeof *l->items);
        if (!l->items)
            abort();
    }
    l->items[l->n++] = m;
}

static const reel__timeline *const frame_only[] = {&real_frame};
static const reel__timeline *const frame_and_clock[] = {&real_frame, &real_clock};
static const reel__timeline *const took_only[] = {&real_took};

/* A bit of everything that a manifest has to tell: static and temporal, properties, three kinds of timelines, nulls, escaped names, two stores. */
static void mixed(list *l) {
    reel__shape *start = real_shape(NULL, 0, &real_start, 1);
    reel__shape *scalar = real_shape(frame_only, 1, &real_scalars, 1);
    reel__descriptor two[] = {real_scalars, real_a}, three[] = {real_scalars, real_a, real_b};
    reel__shape *pair = real_shape(frame_and_clock, 2, two, 2), *triple = real_shape(took_only, 1, three, 3), *fixed = real_shape(NULL, 0, &real_a, 1);
    put(l, reel__message_store_info(NULL, &real_recording, (reel__tuid){1, 1}));
    put(l, real_chunk(&real_recording, start, "/__properties", 1, 1, 7, 0));
    put(l, real_chunk(&real_recording, fixed, "/__properties/mine", 2, 1, 8, 0));
    put(l, real_chunk(&real_recording, fixed, "/a\\ b/x.y", 3, 2, 9, 0));
    put(l, real_chunk(&real_recording, scalar, "/a\\ b/x.y", 4, 5, -3, 0));
    put(l, real_chunk(&real_recording, pair, "/robot", 5, 10, 100, 3));
    put(l, real_chunk(&real_recording, pair, "/robot", 6, 1, 200, 1));
    put(l, real_chunk(&real_recording, triple, "/robot", 7, 9, 300, 2));
    put(l, real_chunk(&real_recording, pair, "/never", 11, 1, 400, 1)); /* its second column has no value at all */
    put(l, real_chunk(&real_recording, scalar, "/", 8, 1, 0, 0));
    put(l, reel__message_store_info(NULL, &real_blueprint, (reel__tuid){1, 2}));
    put(l, real_chunk(&real_blueprint, fixed, "/viewport", 9, 1, 1, 0));
    put(l, real_chunk(&real_recording, scalar, "/late", 10, 4, 1000, 0));
}

/* Many small chunks: the table no longer fits one block. sparse: a component of its own for each entity. */
static void many(list *l, uint32_t n, bool is_sparse) {
    static char paths[50][24], names[50][24];
    reel__shape *shapes[50];
    for (int i = 0; i < 50; i++) {
        snprintf(paths[i], sizeof paths[i], "/e/%d", i);
        snprintf(names[i], sizeof names[i], "Made:c%d", i);
        reel__descriptor d = {names[is_sparse ? i : 0], "Made", NULL, &real_f64};
        shapes[i] = real_shape(frame_only, 1, &d, 1);
    }
    put(l, reel__message_store_info(NULL, &real_recording, (reel__tuid){1, 1}));
    for (uint32_t i = 0; i < n; i++)
        put(l, real_chunk(&real_recording, shapes[i * 7 % 50], paths[i * 7 % 50], i + 1, 1 + i % 3, (int64_t)i * 10, 0));
}

#define WIDE 500 /* components of an entity */

/* Columns in many entities, of WIDE components in all; the last n_static of them are static. */
static void wide(list *l, uint32_t n, uint32_t n_static) {
    static char names[WIDE][20], path[WIDE][24];
    reel__descriptor d[WIDE];
    for (int i = 0; i < WIDE; i++) {
        snprintf(names[i], sizeof names[i], "Wide:c%d", i);
        d[i] = (reel__descriptor){names[i], "Wide", "WideValue", &real_f64};
    }
    reel__shape *whole = real_shape(frame_only, 1, d, WIDE), *fixed = real_shape(NULL, 0, d, 1);
    put(l, reel__message_store_info(NULL, &real_recording, (reel__tuid){1, 1}));
    for (uint32_t i = 0, left = n - n_static; left; i++) {
        uint32_t width = left < WIDE ? left : WIDE;
        snprintf(path[i], sizeof path[i], "/e/%u", i);
        put(l, real_chunk(&real_recording, width == WIDE ? whole : real_shape(frame_only, 1, d, width), path[i], i + 1, 1, i, 0));
        left -= width;
    }
    for (uint32_t i = 0; i < n_static; i++) {
        snprintf(path[WIDE - 1 - i], sizeof path[i], "/static/%u", i);
        put(l, real_chunk(&real_recording, fixed, path[WIDE - 1 - i], WIDE + i, 1, 0, 0));
    }
}

static reel_status through_sink(const list *l, const char *path, const reel_file_options *options, const char *capture) {
    const reel__io_ops *ops;
    void *io;
    size_t half = l->n / 2, n_done;
    REEL__TRY(reel__file_io_new(path, options, NULL, NULL, NULL, NULL, &ops, &io));
    REEL__TRY(ops->write(io, l->items, half, &n_done));
    reel_status captured = capture ? reel__file_io_capture(io, capture, INT64_MAX) : REEL_OK;
    REEL__TRY(ops->write(io, l->items + half, l->n - half, &n_done));
    REEL__TRY(ops->flush(io, INT64_MAX));
    reel_status closed = ops->close(io, INT64_MAX);
    ops->destroy(io);
    return captured == REEL_OK ? closed : captured;
}

static reel_status through_memory(const list *l, const char *path) {
    reel_bytes_owned bytes;
    reel_status status = reel__rrd_to_memory(l->items, l->n, &bytes);
    if (status != REEL_E_TOO_LARGE)
        REEL__TRY(status);
    FILE *f = fopen(path, "wb");
    bool ok = f && fwrite(bytes.data, 1, bytes.size, f) == bytes.size;
    if (f)
        ok = fclose(f) == 0 && ok;
    reel_bytes_free(&bytes);
    return ok ? status : REEL_E_IO;
}

int main(int argc, char **argv) {
    if (argc < 3)
        return 2;
    const char *scenario = argv[1], *path = argv[2];
    uint32_t n = argc > 3 ? (uint32_t)strtoul(argv[3], NULL, 10) : 1000;
    list l = {0};
    if (strstr(scenario, "mixed"))
        mixed(&l);
    else if (strstr(scenario, "many") || strstr(scenario, "sparse"))
        many(&l, n, strstr(scenario, "sparse") != NULL);
    else if (strstr(scenario, "wide"))
        wide(&l, n, argc > 4 ? (uint32_t)strtoul(argv[4], NULL, 10) : 0);
    reel_file_options options = {.struct_size = sizeof options};
    if (strstr(scenario, "process")) options.durability = REEL_DURABILITY_PROCESS;
    if (strstr(scenario, "sync")) options.durability = REEL_DURABILITY_SYNC;
    if (strstr(scenario, "nofooter")) options.no_footer = true;
    char *capture = NULL;
    if (strstr(scenario, "capture") && asprintf(&capture, "%s.capture.rrd", path) < 0)
        return 2;
    reel_status status = strstr(scenario, "memory") ? through_memory(&l, path) : strstr(scenario, "whole") ? reel__rrd_to_file(l.items, l.n, path) : through_sink(&l, path, &options, capture);
    free(capture);
    for (size_t i = 0; i < l.n; i++)
        reel__message_unref(l.items[i]);
    free(l.items);
    real_free();
    if (status == REEL_OK)
        return 0;
    fprintf(stderr, "%s: %s\n", scenario, reel_error_message());
    return status == REEL_E_TOO_LARGE ? 3 : 1;
}
