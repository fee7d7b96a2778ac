#include "sink_file.h"

#include "../base/alloc.h"
#include "../base/clock.h"
#include "../base/error.h"
#include "../base/replace.h"

/* A copy of a file that is being recorded to, with a footer, while recording goes on. Under the mutex only the state is taken: how far the file is whole, the bytes that wait in the
 * process, the footer's notes and a descriptor of its own. The file is append-only up to there, so that the copying needs no lock. */

#define COPY_BYTES ((size_t)8 << 20) /* between two looks at the clock */

typedef struct snapshot {
    int fd;
    uint64_t offset;   /* bytes to copy from the file */
    reel__buf waiting; /* and behind them */
    reel__footer *footer;
} snapshot;

static void snapshot_free(snapshot *s) {
    reel__io_close(s->fd);
    reel__buf_free(&s->waiting);
    reel__footer_free(s->footer);
}

/* The mutex is held. */
static reel_status take_locked(const reel__file_io *io, snapshot *s) {
    const reel__file_part *p = io->part;
    if (!p || p->fd < 0)
        return reel__fail(REEL_E_CLOSED, "%s is closed", io->path);
    if (io->n_rotations)
        return reel__fail(REEL_E_NOT_RETAINED, "%s was rotated %llu times: no single file holds the recording", io->path, (unsigned long long)io->n_rotations);
    if (!p->info.is_regular)
        return reel__fail(REEL_E_NOT_RETAINED, "%s is not a regular file: it cannot be read again", io->path);
    int error = reel__io_duplicate(&s->fd, p->fd);
    if (error) {
        s->fd = -1;
        return reel__fail_errno(error, "a second descriptor for %s", io->path);
    }
    s->offset = p->offset;
    reel__buf_put(&s->waiting, p->waiting.data + p->waiting_at, p->waiting.size - p->waiting_at);
    s->footer = p->footer ? reel__footer_copy(p->footer) : NULL;
    return s->waiting.failed || (p->footer && !s->footer) ? reel__fail(REEL_E_NO_MEMORY, "%s: no memory to capture it", io->path) : REEL_OK;
}

static reel_status copy_bytes(const snapshot *s, reel__replace *to, const char *path, int64_t deadline_ns) {
    while (to->size < s->offset) {
        if (reel__monotonic_ns() > deadline_ns)
            return reel__fail(REEL_E_TIMEOUT, "%s: %llu of %llu bytes were copied in time", to->target, (unsigned long long)to->size, (unsigned long long)s->offset);
        uint64_t left = s->offset - to->size;
        size_t done;
        int error = reel__io_copy(s->fd, to->size, to->fd, to->size, left < COPY_BYTES ? (size_t)left : COPY_BYTES, &done);
        if (error)
            return reel__fail_errno(error, "copying %s to %s", path, to->path);
        if (!done)
            return reel__fail(REEL_E_IO, "%s has only %llu of the %llu bytes that were written", path, (unsigned long long)to->size, (unsigned long long)s->offset);
        to->size += done;
    }
    return reel__replace_put(to, s->waiting.data, s->waiting.size);
}

/* A sink without a footer has no notes to make one from: its captures have none either. */
static reel_status write_capture(const snapshot *s, reel__replace *to, const char *path, int64_t deadline_ns) {
    REEL__TRY(copy_bytes(s, to, path, deadline_ns));
    return s->footer ? reel__footer_write(s->footer, to->size, reel__replace_put, to, deadline_ns) : REEL_OK;
}

reel_status reel__file_io_capture(void *self, const char *target, int64_t deadline_ns) {
    reel__file_io *io = self;
    snapshot s = {.fd = -1};
    reel__io_info info;
    if (reel__io_info_at(target, &info) == 0 && reel__claim_is_held(&info))
        return reel__fail(REEL_E_LOCKED, "%s is being recorded to: capture to another path", target);
    if (!reel__mutex_lock_until(&io->mutex, deadline_ns))
        return reel__fail(REEL_E_TIMEOUT, "%s: its state could not be read in time", io->path);
    reel_status status = take_locked(io, &s);
    reel__mutex_unlock(&io->mutex);
    reel__replace to;
    if (status == REEL_OK)
        status = reel__replace_begin(&to, target);
    if (status == REEL_OK) {
        status = write_capture(&s, &to, io->path, deadline_ns);
        reel_status ended = status == REEL_E_TOO_LARGE ? REEL_OK : status;
        if (ended == REEL_OK)
            ended = reel__replace_commit(&to);
        else
            reel__replace_abort(&to);
        status = ended == REEL_OK ? status : ended;
    }
    snapshot_free(&s);
    return status;
}
