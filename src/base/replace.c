#include "replace.h"

#include "alloc.h"
#include "error.h"
#include "io.h"

#include <errno.h>
#include <stdatomic.h>
#include <unistd.h>

#define NAMES_TRIED 100

reel_status reel__replace_begin(reel__replace *r, const char *target) {
    static atomic_uint serial;
    *r = (reel__replace){.target = target, .fd = -1, .is_synced = true};
    reel__io_info info;
    if (reel__io_info_at(target, &info) == 0 && !info.is_regular)
        return reel__fail(REEL_E_IO, "%s: there is something that is not a regular file, and will not be replaced", target);
    int error = EEXIST;
    for (int i = 0; i < NAMES_TRIED && error == EEXIST; i++) { /* names that a killed process left behind */
        reel__buf name = {0};
        reel__buf_format(&name, "%s.tmp-%ld-%u", target, (long)getpid(), atomic_fetch_add(&serial, 1));
        reel__buf_u8(&name, 0);
        reel__release(r->path);
        r->path = (char *)name.data;
        if (name.failed) {
            reel__release(r->path);
            r->path = NULL;
            return reel__fail(REEL_E_NO_MEMORY, "%s: no memory for a file name", target);
        }
        error = reel__io_open(&r->fd, r->path, REEL__IO_NEW);
    }
    if (!error)
        return REEL_OK;
    reel_status status = reel__fail_errno(error, "cannot make %s", r->path);
    reel__release(r->path);
    *r = (reel__replace){.fd = -1};
    return status;
}

reel_status reel__replace_put(void *self, const void *data, size_t size) {
    reel__replace *r = self;
    int error = reel__io_write_all(r->fd, r->size, data, size);
    if (error)
        return reel__fail_errno(error, "writing %zu bytes to %s", size, r->path);
    r->size += size;
    return REEL_OK;
}

reel_status reel__replace_commit(reel__replace *r) {
    reel_status status = REEL_OK;
    int error = r->is_synced ? reel__io_sync(r->fd) : 0;
    if (error)
        status = reel__fail_errno(error, "syncing %s", r->path);
    else if ((error = reel__io_rename(r->path, r->target)))
        status = reel__fail_errno(error, "renaming %s to %s", r->path, r->target);
    if (status != REEL_OK) {
        reel__replace_abort(r);
        return status;
    }
    if (r->is_synced && (error = reel__io_sync_folder_of(r->target)))
        status = reel__fail_errno(error, "syncing the folder of %s", r->target);
    reel__io_close(r->fd);
    reel__release(r->path);
    *r = (reel__replace){.fd = -1};
    return status;
}

void reel__replace_abort(reel__replace *r) {
    reel__io_close(r->fd);
    if (r->path)
        reel__io_unlink(r->path);
    reel__release(r->path);
    *r = (reel__replace){.fd = -1};
}
