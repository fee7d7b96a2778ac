#include "source.h"

#include "../base/alloc.h"
#include "../base/error.h"
#include "../base/io.h"

#include <string.h>

#define PIECE ((size_t)1 << 16)      /* read at least at once */
#define PIECE_MAX ((size_t)8 << 20)  /* and at most, so that memory follows what comes */
#define FORGET ((uint64_t)1 << 20)   /* pages of a mapped file that may stay in memory behind the reader */

static reel_status name_it(reel__source *s, const char *name) {
    s->name = reel__copy_text(name, strlen(name));
    return s->name ? REEL_OK : reel__fail(REEL_E_NO_MEMORY, "no memory to read %s", name);
}

void reel__source_memory(reel__source *s, const void *data, size_t size) { *s = (reel__source){.data = data, .size = size, .is_whole = true, .fd = -1}; }
void reel__source_callback(reel__source *s, reel_fill_fn fill, void *user) { *s = (reel__source){.fd = -1, .fill = fill, .user = user}; }

/* Maps what the file has by now. What cannot be mapped is read. */
static reel_status map(reel__source *s) {
    reel__io_info info;
    int error = reel__io_info_of(s->fd, &info);
    if (error)
        return reel__fail_errno(error, "%s cannot be looked at", s->name);
    if (info.size <= s->skip || (s->mapping && info.size <= s->mapping->size))
        return REEL_OK;
    reel__mapping *mapping;
    error = reel__mapping_new(s->fd, info.size, &mapping);
    if (error) {
        if (s->mapping)
            return reel__fail_errno(error, "%s cannot be mapped", s->name);
        s->is_whole = false;
        return REEL_OK;
    }
    if (s->mapping)
        reel__held_unref(&s->mapping->held);
    s->mapping = mapping;
    s->data = mapping->data + s->skip;
    s->size = info.size - s->skip;
    return REEL_OK;
}

static reel_status take_descriptor(reel__source *s) {
    reel__io_info info;
    int error = reel__io_info_of(s->fd, &info);
    if (error)
        return reel__fail_errno(error, "%s cannot be looked at", s->name);
    if (info.is_folder)
        return reel__fail(REEL_E_ARGUMENT, "%s is a folder", s->name);
    s->skip = reel__io_position(s->fd);
    s->is_regular = info.is_regular;
    s->is_whole = info.is_regular && info.size; /* files in /proc are regular, and say that they are empty */
    s->window_at = 0;
    return s->is_whole ? map(s) : REEL_OK;
}

reel_status reel__source_descriptor(reel__source *s, int fd) {
    *s = (reel__source){.fd = fd};
    reel_status status = name_it(s, "the descriptor");
    if (status == REEL_OK)
        status = take_descriptor(s);
    if (status != REEL_OK)
        reel__source_close(s);
    return status;
}

reel_status reel__source_path(reel__source *s, const char *path) {
    bool is_input = strcmp(path, "-") == 0;
    *s = (reel__source){.fd = is_input ? 0 : -1};
    REEL__TRY(name_it(s, is_input ? "standard input" : path));
    int error = is_input ? 0 : reel__io_open(&s->fd, path, REEL__IO_READ);
    s->owns_fd = !is_input && !error;
    reel_status status = error ? reel__fail_errno(error, "%s cannot be opened", path) : take_descriptor(s);
    if (status != REEL_OK)
        reel__source_close(s);
    return status;
}

void reel__source_close(reel__source *s) {
    if (s->owns_fd)
        reel__io_close(s->fd);
    if (s->mapping) {
        reel__mapping_forget(s->mapping, SIZE_MAX); /* an index may hold it for long */
        reel__held_unref(&s->mapping->held);
    }
    reel__buf_free(&s->window);
    reel__release(s->name);
    *s = (reel__source){.fd = -1};
}

/* At most size bytes behind the window's end. */
static reel_status read_more(reel__source *s, size_t size, size_t *done) {
    uint8_t *to = reel__buf_reserve(&s->window, size);
    *done = 0;
    if (!to) {
        s->window.failed = false; /* what is in it is good; there may be memory the next time */
        return reel__fail(REEL_E_NO_MEMORY, "no memory to read %zu more bytes", size);
    }
    if (s->fill) {
        reel_status status = s->fill(s->user, to, size, done);
        if (status == REEL_OK && *done > size)
            status = reel__fail(REEL_E_ARGUMENT, "the callback gave %zu bytes where at most %zu were asked for", *done, size);
        if (status != REEL_OK)
            return status;
    } else {
        int error = s->is_regular ? reel__io_read(s->fd, s->skip + s->window_at + s->window.size, to, size, done) : reel__io_read_next(s->fd, to, size, done);
        if (error)
            return reel__fail_errno(error, "%s cannot be read", s->name);
    }
    s->window.size += *done;
    return REEL_OK;
}

/* Drops what lies before `at`, which is within the window or at its end. */
static void slide(reel__source *s, uint64_t at) {
    size_t passed = (size_t)(at - s->window_at);
    if (!passed)
        return;
    memmove(s->window.data, s->window.data + passed, s->window.size - passed);
    s->window.size -= passed;
    s->window_at = at;
}

/* A position beyond the window: what lies between is read, and dropped. */
static reel_status fill_window(reel__source *s, uint64_t at, uint64_t size) {
    s->is_at_end = false;
    if (at < s->window_at)
        return reel__fail(REEL_E_IO, "bytes at %llu were asked for, which were passed", (unsigned long long)at);
    for (;;) {
        uint64_t end = s->window_at + s->window.size;
        if (at >= end) {
            s->window.size = 0;
            s->window_at = end;
        }
        uint64_t have = at < end ? end - at : 0;
        if (have >= size && at <= end)
            return REEL_OK;
        uint64_t missing = at + size - end;
        size_t capacity_left = s->window.capacity - s->window.size;
        if (capacity_left < missing && at < end && at - s->window_at >= s->window.size / 2)
            slide(s, at);
        size_t done, want = missing < PIECE ? PIECE : missing > PIECE_MAX ? PIECE_MAX : (size_t)missing;
        REEL__TRY(read_more(s, want, &done));
        if (!done) {
            s->is_at_end = true;
            return REEL_OK;
        }
    }
}

reel_status reel__source_get(reel__source *s, uint64_t at, uint64_t size, const uint8_t **data, uint64_t *got) {
    static const uint8_t nothing[1];
    *data = nothing;
    *got = 0;
    if (s->is_whole) {
        if (s->fd >= 0 && (at > s->size || size > s->size - at))
            REEL__TRY(map(s)); /* it may have grown */
        if (s->is_whole) {
            if (at < s->size) {
                *data = s->data + at;
                *got = size < s->size - at ? size : s->size - at;
            }
            return REEL_OK;
        }
    }
    REEL__TRY(fill_window(s, at, size));
    uint64_t end = s->window_at + s->window.size;
    if (at < end) {
        *data = s->window.data + (at - s->window_at);
        *got = size < end - at ? size : end - at;
    }
    return REEL_OK;
}

bool reel__source_keeps(const reel__source *s, reel__held **held) {
    *held = s->mapping ? &s->mapping->held : NULL;
    return s->is_whole;
}

void reel__source_passed(reel__source *s, uint64_t at) {
    if (s->is_whole && s->mapping && at > s->window_at + FORGET) { /* window_at: up to where it was done before */
        s->window_at = at;
        reel__mapping_forget(s->mapping, (size_t)(s->skip + at));
    }
}
