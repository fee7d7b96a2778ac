#include "mp4_frames.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* An MP4 file is a tree of boxes:
 *
 *     u32 size (0: to the end, 1: u64 size follows the type) | type, 4 letters | contents
 *
 * moov/trak is a track; in it, mdia/hdlr says whether it is video, mdia/mdhd how many ticks a second has, and mdia/minf/stbl/stts how many ticks
 * each frame lasts, as runs of equal length. All numbers are big-endian. */
typedef struct span {
    const uint8_t *data;
    size_t size;
} span;

enum { FRAMES_MAX = 10000000 };

static uint64_t big_endian(const uint8_t *p, int n) {
    uint64_t value = 0;
    for (int i = 0; i < n; i++) value = value << 8 | p[i];
    return value;
}

/* Takes the next box off `rest`. */
static bool next_box(span *rest, char type[4], span *contents) {
    if (rest->size < 8) return false;
    uint64_t size = big_endian(rest->data, 4);
    size_t header = 8;
    memcpy(type, rest->data + 4, 4);
    if (size == 1) {
        if (rest->size < 16) return false;
        size = big_endian(rest->data + 8, 8);
        header = 16;
    } else if (size == 0) {
        size = rest->size;
    }
    if (size < header || size > rest->size) return false;
    *contents = (span) { rest->data + header, (size_t)size - header };
    *rest = (span) { rest->data + size, rest->size - (size_t)size };
    return true;
}

/* The first box at a path such as "mdia/hdlr" within `in`. */
static bool find_box(span in, const char *path, span *contents) {
    char type[4];
    while (next_box(&in, type, contents)) {
        if (memcmp(type, path, 4) != 0) continue;
        return path[4] == 0 || find_box(*contents, path + 5, contents);
    }
    return false;
}

static uint32_t ticks_per_second(span header) {
    size_t at = header.size > 0 && header.data[0] == 1 ? 20 : 12;
    return header.size >= at + 4 ? (uint32_t)big_endian(header.data + at, 4) : 0;
}

/* stts: version and flags, number of runs, then (frames, ticks each) per run. */
static int64_t *times_of(span table, uint32_t timescale, size_t *n) {
    if (table.size < 8 || timescale == 0) return NULL;
    uint64_t runs = big_endian(table.data + 4, 4);
    if (runs > (table.size - 8) / 8) return NULL;
    uint64_t total = 0;
    for (uint64_t i = 0; i < runs; i++) total += big_endian(table.data + 8 + i * 8, 4);
    if (total == 0 || total > FRAMES_MAX) return NULL;
    uint64_t ticks = 0;
    for (uint64_t i = 0; i < runs; i++) ticks += big_endian(table.data + 8 + i * 8, 4) * big_endian(table.data + 12 + i * 8, 4);
    /* Past 285 years a damaged table is speaking, and nanoseconds would overflow. */
    if ((double)ticks / timescale > 9e9) return NULL;
    int64_t *times = malloc((size_t)total * sizeof *times);
    if (!times) return NULL;
    size_t at = 0;
    ticks = 0;
    for (uint64_t i = 0; i < runs; i++) {
        uint64_t frames = big_endian(table.data + 8 + i * 8, 4);
        uint64_t ticks_each = big_endian(table.data + 12 + i * 8, 4);
        for (uint64_t k = 0; k < frames; k++, ticks += ticks_each) times[at++] = (int64_t)((double)ticks / timescale * 1e9 + 0.5);
    }
    *n = at;
    return times;
}

int64_t *cli_mp4_frame_times(const void *data, size_t size, size_t *n) {
    span movie;
    span track;
    char type[4];
    *n = 0;
    if (!find_box((span) { data, size }, "moov", &movie)) return NULL;
    while (next_box(&movie, type, &track)) {
        span handler;
        span header;
        span table;
        if (memcmp(type, "trak", 4) != 0) continue;
        if (!find_box(track, "mdia/hdlr", &handler) || handler.size < 12 || memcmp(handler.data + 8, "vide", 4) != 0) continue;
        if (!find_box(track, "mdia/mdhd", &header) || !find_box(track, "mdia/minf/stbl/stts", &table)) continue;
        return times_of(table, ticks_per_second(header), n);
    }
    return NULL;
}
