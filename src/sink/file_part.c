#include "file_part.h"

#include "../base/alloc.h"
#include "../base/clock.h"
#include "../base/error.h"

#include <errno.h>
#include <string.h>

/* ---- bytes */

static int64_t position(const reel__file_part *p) { return p->info.is_regular ? (int64_t)p->offset : -1; }

/* Writes all of n vectors, which it uses up; *written says how far it came. */
static int write_vectors(reel__file_part *p, struct iovec *v, size_t n, size_t *written) {
    *written = 0;
    while (n) {
        size_t done;
        int64_t at = position(p);
        int error = reel__io_write(p->fd, at < 0 ? at : at + (int64_t)*written, v, n, &done);
        if (error)
            return error;
        *written += done;
        for (; n && done >= v->iov_len; v++, n--)
            done -= v->iov_len;
        if (n) {
            v->iov_base = (char *)v->iov_base + done;
            v->iov_len -= done;
        }
    }
    return 0;
}

static reel_status write_failed(const reel__file_part *p, int error) {
    reel_status status = reel__fail_errno(error, "writing to %s at byte %llu", p->path, (unsigned long long)p->offset);
    return status == REEL_E_NOT_FOUND ? REEL_E_IO : status;
}

/* Takes back what stands behind `size`, where a file can be cut; false where it cannot. */
static bool cut(reel__file_part *p, uint64_t size) { return p->info.is_regular && reel__io_truncate(p->fd, size) == 0; }

/* How many of `size` bytes are whole messages, going by their headers. */
static size_t whole_messages(const uint8_t *data, size_t size) {
    size_t at = 0;
    while (size - at >= REEL__MESSAGE_HEADER_SIZE) {
        uint64_t length = reel__load_u64(data + at + 8);
        if (length > size - at - REEL__MESSAGE_HEADER_SIZE)
            break;
        at += REEL__MESSAGE_HEADER_SIZE + (size_t)length;
    }
    return at;
}

static void advance_waiting(reel__file_part *p, size_t n) {
    reel__mutex_lock(p->mutex);
    p->offset += n;
    p->waiting_at += n;
    if (p->waiting_at == p->waiting.size)
        p->waiting.size = p->waiting_at = 0;
    reel__mutex_unlock(p->mutex);
}

/* Hands over what waits. What does not fit stays, and is tried again the next time. */
static reel_status write_waiting(reel__file_part *p) {
    if (p->waiting.size == p->waiting_at)
        return REEL_OK;
    struct iovec all = {p->waiting.data + p->waiting_at, p->waiting.size - p->waiting_at};
    const uint8_t *start = all.iov_base;
    size_t written;
    int error = write_vectors(p, &all, 1, &written);
    if (error && p->is_buffered) {
        size_t whole = whole_messages(start, written);
        if (cut(p, p->offset + whole))
            written = whole;
    }
    advance_waiting(p, written);
    return error ? write_failed(p, error) : REEL_OK;
}

/* ---- opening */

static reel_status claim(reel__file_part *p, const char *path) {
    if (!p->info.is_regular)
        return REEL_OK;
    int error = reel__io_lock(p->fd);
    if (error == EWOULDBLOCK || (!error && !reel__claim_take(&p->claim, &p->info)))
        return reel__fail(REEL_E_LOCKED, "%s is being written by another recorder", path);
    return error ? reel__fail_errno(error, "cannot lock %s", path) : REEL_OK;
}

static reel_status begin(reel__file_part *p, const char *path) {
    uint8_t header[REEL__STREAM_HEADER_SIZE];
    int error = reel__io_open(&p->fd, path, REEL__IO_RECORD);
    if (error) {
        p->fd = -1;
        return error == ENXIO ? reel__fail(REEL_E_IO, "cannot record to %s: nobody reads from this pipe", path) : reel__fail_errno(error, "cannot record to %s", path);
    }
    if ((error = reel__io_info_of(p->fd, &p->info)))
        return reel__fail_errno(error, "cannot record to %s", path);
    REEL__TRY(claim(p, path));
    if (p->info.is_regular && (error = reel__io_truncate(p->fd, 0)))
        return reel__fail_errno(error, "cannot empty %s", path);
    reel__stream_header(header);
    struct iovec v = {header, sizeof header};
    size_t written;
    if ((error = write_vectors(p, &v, 1, &written)))
        return write_failed(p, error);
    p->offset = sizeof header;
    if (p->is_durable && ((error = reel__io_sync(p->fd)) || (error = reel__io_sync_folder_of(path))))
        return reel__fail_errno(error, "syncing %s and its folder", path);
    return REEL_OK;
}

reel_status reel__file_part_open(reel__file_part *p, const char *path, reel_durability durability, bool no_footer, reel__mutex *mutex) {
    *p = (reel__file_part){.fd = -1, .mutex = mutex, .is_durable = durability == REEL_DURABILITY_SYNC, .is_buffered = durability == REEL_DURABILITY_PROCESS};
    p->path = reel__copy_text(path, strlen(path));
    if (p->path && !no_footer)
        p->footer = reel__footer_new_beside(path);
    if (!p->path || (!no_footer && !p->footer)) {
        reel__file_part_drop(p);
        return reel__fail(REEL_E_NO_MEMORY, "%s: no memory for a file", path);
    }
    reel_status status = begin(p, path);
    if (status != REEL_OK)
        reel__file_part_drop(p);
    return status;
}

/* ---- writing */

/* n messages are taken: their notes for the footer, at the positions that they have or will have. `size` bytes are in the file already. */
static void note_taken(reel__file_part *p, reel__message *const *messages, size_t n, size_t size) {
    uint64_t at = reel__file_part_size(p);
    p->offset += size;
    for (size_t i = 0; i < n; at += messages[i++]->size)
        if (p->footer)
            (void)reel__footer_add(p->footer, messages[i], at); /* a footer that gave up says so at the end */
}

/* A failed gathered write: `written` bytes of it are in the file. Returns how many messages are taken. */
static size_t after_failure(reel__file_part *p, reel__message *const *messages, size_t n, size_t written) {
    size_t taken = 0, whole = 0;
    while (taken < n && messages[taken]->size <= written - whole)
        whole += messages[taken++]->size;
    reel__mutex_lock(p->mutex);
    note_taken(p, messages, taken, whole);
    reel__mutex_unlock(p->mutex);
    if (whole == written || cut(p, p->offset))
        return taken;
    const reel__message *torn = messages[taken]; /* its rest goes first when writing goes on */
    size_t in_file = written - whole;
    reel__mutex_lock(p->mutex);
    reel__buf_put(&p->waiting, torn->data + in_file, torn->size - in_file);
    if (p->waiting.failed) {
        p->is_gone = true;
    } else {
        if (p->footer)
            (void)reel__footer_add(p->footer, torn, p->offset);
        p->offset += in_file;
        taken++;
    }
    reel__mutex_unlock(p->mutex);
    return taken;
}

static reel_status write_gathered(reel__file_part *p, reel__message *const *messages, size_t n, size_t *n_done) {
    REEL__TRY(write_waiting(p));
    while (*n_done < n) {
        struct iovec v[REEL__IO_VECTORS_MAX];
        size_t some = n - *n_done < REEL__IO_VECTORS_MAX ? n - *n_done : REEL__IO_VECTORS_MAX, written;
        for (size_t i = 0; i < some; i++)
            v[i] = (struct iovec){(void *)messages[*n_done + i]->data, messages[*n_done + i]->size};
        int error = write_vectors(p, v, some, &written);
        if (error) {
            reel_status status = write_failed(p, error);
            *n_done += after_failure(p, messages + *n_done, some, written);
            return status;
        }
        reel__mutex_lock(p->mutex);
        note_taken(p, messages + *n_done, some, written);
        reel__mutex_unlock(p->mutex);
        *n_done += some;
    }
    return REEL_OK;
}

static reel_status write_buffered(reel__file_part *p, reel__message *const *messages, size_t n, size_t *n_done) {
    while (*n_done < n) {
        reel__message *m = messages[*n_done];
        if (p->waiting.size && p->waiting.size + m->size > REEL__FILE_BLOCK) {
            REEL__TRY(write_waiting(p));
            continue;
        }
        if (m->size > REEL__FILE_BLOCK) {
            REEL__TRY(write_gathered(p, messages, *n_done + 1, n_done));
            continue;
        }
        reel__mutex_lock(p->mutex);
        uint8_t *to = reel__buf_reserve(&p->waiting, m->size);
        if (to) {
            note_taken(p, &m, 1, 0);
            memcpy(to, m->data, m->size);
            p->waiting.size += m->size;
        }
        p->waiting.failed = false;
        reel__mutex_unlock(p->mutex);
        if (!to)
            return reel__fail(REEL_E_NO_MEMORY, "%s: no memory for %zu bytes that wait", p->path, m->size);
        (*n_done)++;
    }
    return REEL_OK;
}

static reel_status is_gone(const reel__file_part *p) { return reel__fail(REEL_E_IO, "%s is not there any more: it was deleted, replaced or cut while it was recorded to", p->path); }

reel_status reel__file_part_write(reel__file_part *p, reel__message *const *messages, size_t n, size_t *n_done) {
    *n_done = 0;
    if (p->is_gone)
        return is_gone(p);
    return p->is_buffered ? write_buffered(p, messages, n, n_done) : write_gathered(p, messages, n, n_done);
}

reel_status reel__file_part_flush(reel__file_part *p) {
    if (p->is_gone)
        return is_gone(p);
    REEL__TRY(write_waiting(p));
    int error = p->is_durable ? reel__io_sync(p->fd) : 0;
    if (error)
        return reel__fail_errno(error, "syncing %s", p->path);
    reel__io_info now;
    if (p->info.is_regular && p->info.links && reel__io_info_of(p->fd, &now) == 0 && (!now.links || now.size < p->offset)) {
        p->is_gone = true;
        return is_gone(p);
    }
    return REEL_OK;
}

/* ---- the end */

typedef struct footer_output {
    reel__file_part *part;
    uint64_t at;
    int64_t deadline_ns;
} footer_output;

static reel_status put_footer(void *user, const void *data, size_t size) {
    footer_output *o = user;
    struct iovec v = {(void *)data, size};
    if (reel__monotonic_ns() > o->deadline_ns)
        return reel__fail(REEL_E_TIMEOUT, "%s: the footer could not be written in time and is left out", o->part->path);
    while (v.iov_len) {
        size_t done;
        int error = reel__io_write(o->part->fd, o->part->info.is_regular ? (int64_t)o->at : -1, &v, 1, &done);
        if (error)
            return write_failed(o->part, error);
        v.iov_base = (char *)v.iov_base + done;
        v.iov_len -= done;
        o->at += done;
    }
    return REEL_OK;
}

static reel_status end_with_footer(reel__file_part *p, int64_t deadline_ns) {
    if (!p->footer)
        return REEL_OK;
    footer_output o = {p, p->offset, deadline_ns};
    reel_status status = reel__footer_write(p->footer, p->offset, put_footer, &o, deadline_ns);
    if (status != REEL_OK && o.at != p->offset)
        (void)cut(p, p->offset); /* where it cannot be cut, a reader sees a torn last message */
    return status;
}

reel_status reel__file_part_end(reel__file_part *p, int64_t deadline_ns) {
    if (p->fd < 0)
        return REEL_OK;
    reel_status status = p->is_gone ? is_gone(p) : write_waiting(p);
    if (status == REEL_OK)
        status = end_with_footer(p, deadline_ns);
    int error = p->is_durable ? reel__io_sync(p->fd) : 0;
    if (error && status == REEL_OK)
        status = reel__fail_errno(error, "syncing %s", p->path);
    reel__io_unlock(p->fd);
    reel__file_part_drop(p);
    return status;
}

void reel__file_part_drop(reel__file_part *p) {
    reel__mutex *mutex = p->mutex;
    if (mutex)
        reel__mutex_lock(mutex);
    if (p->fd >= 0) {
        reel__claim_drop(&p->claim);
        reel__io_close(p->fd);
    }
    reel__footer_free(p->footer);
    reel__buf_free(&p->waiting);
    reel__release(p->path);
    *p = (reel__file_part){.fd = -1, .mutex = mutex};
    if (mutex)
        reel__mutex_unlock(mutex);
}
