/* Files, as the library uses them: thin wrappers around the system's calls, so that one place knows the platform and a test can make any of them fail.
 *
 * Every function returns 0 or an errno value; the caller knows the path and makes the text (reel__fail_errno). Interrupted calls are taken up again. */
#ifndef REEL_BASE_IO_H
#define REEL_BASE_IO_H

#include "buf.h"

#include <sys/uio.h>

#define REEL__IO_VECTORS_MAX 64 /* of one gathered write */

typedef enum reel__io_mode {
    REEL__IO_READ,   /* what is there */
    REEL__IO_RECORD, /* to be written from the start; made when missing; not emptied yet. A pipe without a reader is ENXIO instead of a wait */
    REEL__IO_NEW     /* read and written; EEXIST when there is something */
} reel__io_mode;

typedef struct reel__io_info {
    uint64_t device, inode, size, links;
    bool is_regular, is_folder;
} reel__io_info;

int reel__io_open(int *fd, const char *path, reel__io_mode mode);
/* A file without a name, read and written: in folder, else in TMPDIR, else in /tmp. folder may be NULL. */
int reel__io_open_temporary(int *fd, const char *folder);
int reel__io_duplicate(int *copy, int fd);
void reel__io_close(int fd);
/* Against other writers, as long as the file is open. EWOULDBLOCK: somebody has it. A file system without locks is not an error. */
int reel__io_lock(int fd);
/* Lets go of the lock for every copy of the descriptor, so that a forked child that still has one does not hold it. */
void reel__io_unlock(int fd);
int reel__io_info_of(int fd, reel__io_info *info);
int reel__io_info_at(const char *path, reel__io_info *info);

/* One gathered write, at least one byte of it: *done says how many. offset -1: where the descriptor stands (pipes, devices); waits while the other side is busy;
 * a reader that went away is EPIPE, never a signal. */
int reel__io_write(int fd, int64_t offset, const struct iovec *data, size_t n, size_t *done);
/* All of it, or an error. */
int reel__io_write_all(int fd, uint64_t offset, const void *data, size_t size);
/* Up to size bytes, fewer only at the end of the file. */
int reel__io_read(int fd, uint64_t offset, void *data, size_t size, size_t *done);
/* From where the descriptor stands: at least one byte, waiting for it; *done is 0 at the end. */
int reel__io_read_next(int fd, void *data, size_t size, size_t *done);
/* Where a descriptor stands; 0 if it cannot stand anywhere (a pipe). */
uint64_t reel__io_position(int fd);
/* Copies up to size bytes between files, in the kernel where it can; *done is 0 at the end of the source only. */
int reel__io_copy(int from, uint64_t from_offset, int to, uint64_t to_offset, size_t size, size_t *done);
int reel__io_truncate(int fd, uint64_t size);
int reel__io_sync(int fd);
/* Makes the entry of this path in its folder durable. */
int reel__io_sync_folder_of(const char *path);
int reel__io_rename(const char *from, const char *to);
int reel__io_unlink(const char *path);

/* Appends the folder part of a path: "." when it has none. */
void reel__io_folder_of(reel__buf *out, const char *path);

#ifdef REEL_TEST_HOOKS
/* Called before each system call. Returns the errno to fail with, or 0; `size` may be lowered to make a write short. */
typedef enum reel__io_op { REEL__IO_OPEN, REEL__IO_WRITE, REEL__IO_PREAD, REEL__IO_COPY, REEL__IO_TRUNCATE, REEL__IO_SYNC, REEL__IO_RENAME, REEL__IO_UNLINK } reel__io_op;
typedef struct reel__io_call {
    reel__io_op op;
    const char *path; /* OPEN, RENAME, UNLINK; SYNC of a folder */
    int fd;           /* the others */
    int64_t offset;
    const struct iovec *data; /* WRITE */
    size_t n;
    size_t size; /* in bytes */
} reel__io_call;
extern int (*reel__io_hook)(reel__io_call *call);
#endif

#endif
