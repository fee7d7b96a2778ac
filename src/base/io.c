#include "io.h"

#include "alloc.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#ifdef REEL_TEST_HOOKS
int (*reel__io_hook)(reel__io_call *call);
/* Asks the hook, if there is one; `bytes` is a variable that it may lower. */
#  define ASK(bytes, ...)                                     \
      do {                                                    \
          if (reel__io_hook) {                                \
              reel__io_call call_ = {__VA_ARGS__};            \
              call_.size = (bytes);                           \
              int error_ = reel__io_hook(&call_);             \
              if (error_)                                     \
                  return error_;                              \
              (bytes) = call_.size;                           \
          }                                                   \
      } while (0)
#else
#  define ASK(bytes, ...) ((void)(bytes))
#endif

#define RETRY(result, expression) \
    do {                          \
        (result) = (expression);  \
    } while ((result) < 0 && errno == EINTR)

/* RLIMIT_FSIZE, as it was when the newest file was opened: a write beyond it would raise SIGXFSZ, which ends the program. */
static _Atomic uint64_t file_size_max = UINT64_MAX;

static void note_file_size_max(void) {
    struct rlimit limit;
    bool has_limit = getrlimit(RLIMIT_FSIZE, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY;
    atomic_store_explicit(&file_size_max, has_limit ? (uint64_t)limit.rlim_cur : UINT64_MAX, memory_order_relaxed);
}
static bool is_beyond_limit(uint64_t offset) { return offset >= atomic_load_explicit(&file_size_max, memory_order_relaxed); }

static int open_at(int *fd, const char *path, int flags) {
    size_t size = 0;
    ASK(size, .op = REEL__IO_OPEN, .path = path);
    note_file_size_max();
    RETRY(*fd, open(path, flags | O_CLOEXEC | O_NOCTTY, 0666));
    return *fd < 0 ? errno : 0;
}

/* A pipe is opened without waiting for its reader, and only for writing: with read access the library would be a reader itself and never notice that the real one went. */
static int open_for_recording(int *fd, const char *path) {
    struct stat s;
    bool is_stream = stat(path, &s) == 0 && !S_ISREG(s.st_mode) && !S_ISDIR(s.st_mode);
    if (!is_stream) {
        int error = open_at(fd, path, O_RDWR | O_CREAT);
        return error == EACCES ? open_at(fd, path, O_WRONLY | O_CREAT) : error;
    }
    int error = open_at(fd, path, O_WRONLY | O_NONBLOCK);
    if (!error) {
        int flags = fcntl(*fd, F_GETFL);
        if (flags >= 0)
            (void)fcntl(*fd, F_SETFL, flags & ~O_NONBLOCK); /* where it stays on, reel__io_write waits with poll */
    }
    return error;
}

int reel__io_open(int *fd, const char *path, reel__io_mode mode) {
    switch (mode) {
    case REEL__IO_READ: return open_at(fd, path, O_RDONLY);
    case REEL__IO_RECORD: return open_for_recording(fd, path);
    case REEL__IO_NEW: return open_at(fd, path, O_RDWR | O_CREAT | O_EXCL);
    }
    return EINVAL;
}

static int open_temporary_in(int *fd, const char *folder) {
#ifdef O_TMPFILE
    int error = open_at(fd, folder, O_TMPFILE | O_RDWR);
    if (error != EOPNOTSUPP && error != EISDIR && error != EINVAL)
        return error;
#endif
    reel__buf path = {0};
    reel__buf_format(&path, "%s/.reel-XXXXXX", folder);
    if (path.failed)
        return ENOMEM;
    *fd = mkstemp((char *)path.data);
    int failed = *fd < 0 ? errno : 0;
    if (!failed) {
        unlink((char *)path.data);
        (void)fcntl(*fd, F_SETFD, FD_CLOEXEC);
    }
    reel__buf_free(&path);
    return failed;
}

int reel__io_open_temporary(int *fd, const char *folder) {
    const char *folders[] = {folder, getenv("TMPDIR"), "/tmp"};
    int error = ENOENT;
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++)
        if (folders[i] && *folders[i] && (error = open_temporary_in(fd, folders[i])) == 0)
            return 0;
    return error;
}

int reel__io_duplicate(int *copy, int fd) {
    *copy = fcntl(fd, F_DUPFD_CLOEXEC, 0);
    return *copy < 0 ? errno : 0;
}

void reel__io_close(int fd) {
    if (fd >= 0)
        close(fd);
}

int reel__io_lock(int fd) {
    int result;
    RETRY(result, flock(fd, LOCK_EX | LOCK_NB));
    if (result == 0 || errno == ENOLCK || errno == ENOSYS || errno == EOPNOTSUPP || errno == EINVAL)
        return 0;
    return errno;
}

void reel__io_unlock(int fd) {
    if (fd >= 0)
        flock(fd, LOCK_UN);
}

static void fill_info(reel__io_info *info, const struct stat *s) {
    *info = (reel__io_info){(uint64_t)s->st_dev, (uint64_t)s->st_ino, (uint64_t)s->st_size, (uint64_t)s->st_nlink, S_ISREG(s->st_mode), S_ISDIR(s->st_mode)};
}

int reel__io_info_of(int fd, reel__io_info *info) {
    struct stat s;
    if (fstat(fd, &s))
        return errno;
    fill_info(info, &s);
    return 0;
}

int reel__io_info_at(const char *path, reel__io_info *info) {
    struct stat s;
    if (stat(path, &s))
        return errno;
    fill_info(info, &s);
    return 0;
}

/* Writing to a pipe whose reader went raises SIGPIPE, which ends programs that do not expect it. It is held back for this thread, and taken away again unless it was
 * waiting before. */
static ssize_t write_stream(int fd, const struct iovec *data, int n) {
    sigset_t pipe_only, before, waiting;
    sigemptyset(&pipe_only);
    sigaddset(&pipe_only, SIGPIPE);
    sigpending(&waiting);
    bool was_waiting = sigismember(&waiting, SIGPIPE) == 1;
    pthread_sigmask(SIG_BLOCK, &pipe_only, &before);
    ssize_t written;
    RETRY(written, writev(fd, data, n));
    int error = written < 0 ? errno : 0;
    if (error == EPIPE && !was_waiting) {
        const struct timespec no_wait = {0, 0};
        while (sigtimedwait(&pipe_only, NULL, &no_wait) < 0 && errno == EINTR) {}
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    errno = error;
    return written;
}

/* Copies the first `size` bytes' worth of vectors, at least one. */
static size_t shorten(struct iovec *out, const struct iovec *data, size_t n, size_t size) {
    size_t used = 0;
    for (; used < n && used < REEL__IO_VECTORS_MAX && size; used++) {
        out[used] = data[used];
        if (out[used].iov_len > size)
            out[used].iov_len = size;
        size -= out[used].iov_len;
    }
    return used;
}

int reel__io_write(int fd, int64_t offset, const struct iovec *data, size_t n, size_t *done) {
    struct iovec vectors[REEL__IO_VECTORS_MAX];
    size_t size = 0;
    *done = 0;
    for (size_t i = 0; i < n && i < REEL__IO_VECTORS_MAX; i++)
        size += data[i].iov_len;
    ASK(size, .op = REEL__IO_WRITE, .fd = fd, .offset = offset, .data = data, .n = n);
    size_t used = shorten(vectors, data, n, size);
    if (!used)
        return 0;
    if (offset >= 0 && is_beyond_limit((uint64_t)offset))
        return EFBIG;
    for (;;) {
        ssize_t written;
        if (offset < 0)
            written = write_stream(fd, vectors, (int)used);
        else
            RETRY(written, pwritev(fd, vectors, (int)used, (off_t)offset));
        if (written > 0) {
            *done = (size_t)written;
            return 0;
        }
        if (written == 0)
            return EIO;
        if (errno != EAGAIN && errno != EWOULDBLOCK)
            return errno;
        struct pollfd wait = {.fd = fd, .events = POLLOUT};
        if (poll(&wait, 1, 1000) < 0 && errno != EINTR)
            return errno;
    }
}

int reel__io_write_all(int fd, uint64_t offset, const void *data, size_t size) {
    while (size) {
        size_t done;
        const struct iovec one = {(void *)data, size};
        int error = reel__io_write(fd, (int64_t)offset, &one, 1, &done);
        if (error)
            return error;
        data = (const char *)data + done;
        offset += done;
        size -= done;
    }
    return 0;
}

int reel__io_read(int fd, uint64_t offset, void *data, size_t size, size_t *done) {
    *done = 0;
    size_t asked = size;
    ASK(asked, .op = REEL__IO_PREAD, .fd = fd, .offset = (int64_t)offset);
    while (*done < size) {
        ssize_t got;
        RETRY(got, pread(fd, (char *)data + *done, size - *done, (off_t)(offset + *done)));
        if (got < 0)
            return errno;
        if (got == 0)
            return 0;
        *done += (size_t)got;
    }
    return 0;
}

int reel__io_read_next(int fd, void *data, size_t size, size_t *done) {
    *done = 0;
    size_t asked = size;
    ASK(asked, .op = REEL__IO_PREAD, .fd = fd, .offset = -1);
    for (;;) {
        ssize_t got;
        RETRY(got, read(fd, data, asked));
        if (got >= 0) {
            *done = (size_t)got;
            return 0;
        }
        if (errno != EAGAIN && errno != EWOULDBLOCK)
            return errno;
        struct pollfd wait = {.fd = fd, .events = POLLIN};
        if (poll(&wait, 1, -1) < 0 && errno != EINTR)
            return errno;
    }
}

uint64_t reel__io_position(int fd) {
    off_t at = lseek(fd, 0, SEEK_CUR);
    return at > 0 ? (uint64_t)at : 0;
}

static int copy_through_memory(int from, uint64_t from_offset, int to, uint64_t to_offset, size_t size, size_t *done) {
    enum { PIECE = 1 << 18 };
    void *piece = reel__alloc(PIECE);
    if (!piece)
        return ENOMEM;
    int error = reel__io_read(from, from_offset, piece, size < PIECE ? size : PIECE, done);
    if (!error)
        error = reel__io_write_all(to, to_offset, piece, *done);
    reel__release(piece);
    return error;
}

int reel__io_copy(int from, uint64_t from_offset, int to, uint64_t to_offset, size_t size, size_t *done) {
    *done = 0;
    ASK(size, .op = REEL__IO_COPY, .fd = to, .offset = (int64_t)to_offset);
    if (is_beyond_limit(to_offset))
        return EFBIG;
#ifdef __linux__
    off_t in = (off_t)from_offset, out = (off_t)to_offset;
    ssize_t copied;
    RETRY(copied, copy_file_range(from, &in, to, &out, size, 0));
    if (copied > 0) {
        *done = (size_t)copied;
        return 0;
    }
    if (copied < 0 && (errno == ENOSPC || errno == EDQUOT || errno == EFBIG || errno == EIO))
        return errno;
#endif
    return copy_through_memory(from, from_offset, to, to_offset, size, done);
}

int reel__io_truncate(int fd, uint64_t size) {
    size_t asked = (size_t)size;
    ASK(asked, .op = REEL__IO_TRUNCATE, .fd = fd, .offset = (int64_t)size);
    int result;
    RETRY(result, ftruncate(fd, (off_t)size));
    return result < 0 ? errno : 0;
}

int reel__io_sync(int fd) {
    size_t size = 0;
    ASK(size, .op = REEL__IO_SYNC, .fd = fd);
    int result;
    RETRY(result, fdatasync(fd));
    if (result < 0 && (errno == EINVAL || errno == ENOTSUP)) /* a pipe or a device: nothing to wait for */
        return 0;
    return result < 0 ? errno : 0;
}

void reel__io_folder_of(reel__buf *out, const char *path) {
    const char *slash = strrchr(path, '/');
    if (!slash)
        reel__buf_text(out, ".");
    else
        reel__buf_put(out, path, slash == path ? 1 : (size_t)(slash - path));
}

int reel__io_sync_folder_of(const char *path) {
    size_t size = 0;
    ASK(size, .op = REEL__IO_SYNC, .path = path, .fd = -1);
    reel__buf folder = {0};
    reel__io_folder_of(&folder, path);
    reel__buf_u8(&folder, 0);
    int fd = -1, error = folder.failed ? ENOMEM : 0;
    if (!error) {
        RETRY(fd, open((char *)folder.data, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
        error = fd < 0 ? errno : 0;
    }
    if (!error && fsync(fd) < 0 && errno != EINVAL && errno != ENOTSUP)
        error = errno;
    reel__io_close(fd);
    reel__buf_free(&folder);
    return error;
}

int reel__io_rename(const char *from, const char *to) {
    size_t size = 0;
    ASK(size, .op = REEL__IO_RENAME, .path = to);
    return rename(from, to) ? errno : 0;
}

int reel__io_unlink(const char *path) {
    size_t size = 0;
    ASK(size, .op = REEL__IO_UNLINK, .path = path);
    return unlink(path) ? errno : 0;
}
