#include "sink_file.h"

#include "../base/alloc.h"
#include "../base/clock.h"
#include "../base/error.h"

#include <stdlib.h>
#include <string.h>

/* The I/O side of a file sink: parts one after the other. A new part is complete (header, kept state) before the old one ends, so that a rotation which fails changes nothing:
 * recording goes on in the old part, and the rotation is tried again a second later. */

#define ROTATE_RETRY_NS INT64_C(1000000000)

/* ---- names of parts: run.rrd, run.1.rrd, run.2.rrd */

static char *part_path(const reel__file_io *io, uint64_t number) {
    const char *slash = strrchr(io->path, '/'), *name = slash ? slash + 1 : io->path, *dot = strrchr(name, '.');
    size_t stem = dot && dot != name ? (size_t)(dot - io->path) : strlen(io->path);
    reel__buf path = {0};
    reel__buf_put(&path, io->path, stem);
    if (number)
        reel__buf_format(&path, ".%llu", (unsigned long long)number);
    reel__buf_text(&path, io->path + stem);
    reel__buf_u8(&path, 0);
    if (path.failed)
        reel__buf_free(&path);
    return (char *)path.data;
}

/* ---- what a part begins with */

static int compare_ids(const void *left, const void *right) {
    const reel__tuid *a = left, *b = right;
    if (a->time_ns != b->time_ns)
        return a->time_ns < b->time_ns ? -1 : 1;
    return (a->inc > b->inc) - (a->inc < b->inc);
}

/* The kept state holds messages that are still waiting in the queue: they are in the part already. */
static bool is_begun(const reel__file_io *io, const reel__message *m) {
    return m->is_kept && m->kind == REEL_MESSAGE_CHUNK && io->n_begun && bsearch(&m->chunk_id, io->begun, io->n_begun, sizeof *io->begun, compare_ids);
}

static reel_status note_begun(reel__message *const *messages, size_t n, reel__tuid **ids, size_t *n_ids) {
    *n_ids = 0;
    *ids = reel__alloc_array(n, sizeof **ids);
    if (!*ids)
        return reel__fail(REEL_E_NO_MEMORY, "no memory for %zu ids of kept chunks", n);
    for (size_t i = 0; i < n; i++)
        if (messages[i]->kind == REEL_MESSAGE_CHUNK)
            (*ids)[(*n_ids)++] = messages[i]->chunk_id;
    if (*n_ids)
        qsort(*ids, *n_ids, sizeof **ids, compare_ids);
    return REEL_OK;
}

/* ---- rotation */

/* Opens part `number` and writes the kept state into it. On an error nothing of it stays. */
static reel_status begin_part(reel__file_io *io, const char *path, reel__message *const *messages, size_t n, reel__file_part **out) {
    reel__file_part *part = reel__alloc_zero(sizeof *part);
    if (!part)
        return reel__fail(REEL_E_NO_MEMORY, "%s: no memory for a file", path);
    reel_status status = reel__file_part_open(part, path, io->options.durability, io->options.no_footer, &io->mutex);
    if (status == REEL_OK) {
        size_t n_done;
        status = reel__file_part_write(part, messages, n, &n_done);
        if (status == REEL_OK)
            status = reel__file_part_flush(part);
        if (status != REEL_OK) {
            bool is_file = part->info.is_regular;
            reel__file_part_drop(part);
            if (is_file)
                reel__io_unlink(path);
        }
    }
    if (status != REEL_OK) {
        reel__release(part);
        return status;
    }
    *out = part;
    return REEL_OK;
}

/* Notes the newest part, and removes the oldest beyond files_max, unless another file has taken its name. */
static void keep_parts(reel__file_io *io, const reel__io_info *newest) {
    if (!io->options.files_max)
        return;
    reel__file_kept *kept = reel__realloc(io->kept, io->n_kept * sizeof *kept, (io->n_kept + 1) * sizeof *kept);
    if (!kept)
        return;
    io->kept = kept;
    kept[io->n_kept++] = (reel__file_kept){newest->device, newest->inode};
    while (io->n_kept > io->options.files_max) {
        char *path = part_path(io, io->first_kept++);
        reel__io_info info;
        if (path && reel__io_info_at(path, &info) == 0 && info.device == kept[0].device && info.inode == kept[0].inode)
            reel__io_unlink(path);
        reel__release(path);
        memmove(kept, kept + 1, --io->n_kept * sizeof *kept);
    }
}

static void use_part(reel__file_io *io, reel__file_part *part, reel__tuid *begun, size_t n_begun) {
    reel__mutex_lock(&io->mutex);
    io->part = part;
    io->n_rotations++;
    reel__mutex_unlock(&io->mutex);
    reel__release(io->begun);
    io->begun = begun;
    io->n_begun = n_begun;
    io->has_data = false;
    io->rotation_failed = false;
    keep_parts(io, &part->info);
}

static reel_status rotate(reel__file_io *io) {
    reel__message **messages = NULL;
    size_t n = 0, n_begun = 0;
    reel__tuid *begun = NULL;
    reel__file_part *part = NULL, *old = io->part;
    char *path = part_path(io, io->n_rotations + 1);
    reel_status status = path ? REEL_OK : reel__fail(REEL_E_NO_MEMORY, "%s: no memory for a file name", io->path);
    if (status == REEL_OK && io->begin_part)
        status = io->begin_part(io->begin_user, &messages, &n);
    if (status == REEL_OK)
        status = note_begun(messages, n, &begun, &n_begun);
    if (status == REEL_OK)
        status = begin_part(io, path, messages, n, &part);
    for (size_t i = 0; i < n; i++)
        reel__message_unref(messages[i]);
    reel__release(messages);
    reel__release(path);
    if (status != REEL_OK) {
        reel__release(begun);
        io->rotate_not_before_ns = reel__monotonic_ns() + ROTATE_RETRY_NS;
        bool is_told = io->rotation_failed;
        io->rotation_failed = true;
        return is_told ? REEL_OK : status;
    }
    use_part(io, part, begun, n_begun);
    status = reel__file_part_end(old, INT64_MAX); /* its error is told; the new part goes on */
    reel__release(old);
    return status;
}

static int64_t rotation_due_ns(const reel__file_io *io) {
    if (!io->has_data || io->options.rotate_ns <= 0)
        return INT64_MAX;
    int64_t due = io->data_since_ns > INT64_MAX - io->options.rotate_ns ? INT64_MAX : io->data_since_ns + io->options.rotate_ns;
    return due > io->rotate_not_before_ns ? due : io->rotate_not_before_ns;
}

static bool is_full(const reel__file_io *io) {
    return io->has_data && io->options.rotate_bytes > 0 && reel__file_part_size(io->part) >= (uint64_t)io->options.rotate_bytes;
}

static bool is_rotation_due(const reel__file_io *io) {
    if (!io->has_data || (io->options.rotate_bytes <= 0 && io->options.rotate_ns <= 0))
        return false;
    int64_t now = reel__monotonic_ns();
    return (is_full(io) && now >= io->rotate_not_before_ns) || now >= rotation_due_ns(io);
}

/* ---- operations */

/* How many of the messages may go into this part in one write: up to the one that fills it, or that is in it already. */
static size_t run_length(const reel__file_io *io, reel__message *const *messages, size_t n) {
    uint64_t size = reel__file_part_size(io->part);
    size_t run = 0;
    while (run < n && !is_begun(io, messages[run])) {
        size += messages[run++]->size;
        if (io->options.rotate_bytes > 0 && size >= (uint64_t)io->options.rotate_bytes)
            break;
    }
    return run;
}

static reel_status write_messages(void *self, reel__message *const *messages, size_t n, size_t *n_done) {
    reel__file_io *io = self;
    reel_status worst = REEL_OK; /* of rotations: the messages are taken all the same */
    *n_done = 0;
    if (!io->part)
        return reel__fail(REEL_E_CLOSED, "%s is closed", io->path);
    if (is_rotation_due(io))
        worst = rotate(io);
    while (*n_done < n) {
        if (is_begun(io, messages[*n_done])) {
            (*n_done)++;
            continue;
        }
        size_t run = run_length(io, messages + *n_done, n - *n_done), done = 0;
        reel_status status = reel__file_part_write(io->part, messages + *n_done, run, &done);
        *n_done += done;
        if (done && !io->has_data) {
            io->has_data = true;
            io->data_since_ns = reel__monotonic_ns();
        }
        if (status != REEL_OK)
            return status;
        if (*n_done < n && is_rotation_due(io)) {
            status = rotate(io);
            worst = worst != REEL_OK ? worst : status;
        }
    }
    return worst;
}

static reel_status flush(void *self, int64_t deadline_ns) {
    (void)deadline_ns; /* neither write nor fdatasync can be told when to stop */
    reel__file_io *io = self;
    return io->part ? reel__file_part_flush(io->part) : reel__fail(REEL_E_CLOSED, "%s is closed", io->path);
}

static reel_status close_file(void *self, int64_t deadline_ns) {
    reel__file_io *io = self;
    if (!io->part)
        return REEL_OK;
    reel_status status = reel__file_part_end(io->part, deadline_ns);
    reel__mutex_lock(&io->mutex);
    reel__file_part *part = io->part;
    io->part = NULL;
    reel__mutex_unlock(&io->mutex);
    reel__release(part);
    return status;
}

/* Also what a forked child calls for a file that its parent goes on with: nothing is written, and the mutex, which another thread of the parent may have held, is not taken. */
static void destroy(void *self) {
    reel__file_io *io = self;
    if (io->part) {
        io->part->mutex = NULL;
        reel__file_part_drop(io->part);
        reel__release(io->part);
    }
    reel__mutex_destroy(&io->mutex);
    reel__release(io->begun);
    reel__release(io->kept);
    reel__release(io->path);
    reel__release(io);
}

static int64_t due(void *self) { return rotation_due_ns(self); }

static const reel__io_ops file_ops = {"file", write_messages, flush, close_file, destroy, due};

/* ---- making */

static reel_status check_options(const char *path, const reel_file_options *o) {
    if (!path || !*path)
        return reel__fail(REEL_E_ARGUMENT, "a file sink needs a path");
    if (o->durability != REEL_DURABILITY_OS && o->durability != REEL_DURABILITY_PROCESS && o->durability != REEL_DURABILITY_SYNC)
        return reel__fail(REEL_E_ARGUMENT, "%s: durability %d is unknown", path, (int)o->durability);
    if (o->rotate_bytes < 0 || o->rotate_ns < 0)
        return reel__fail(REEL_E_ARGUMENT, "%s: rotate_bytes is %lld and rotate_ns %lld: neither may be negative", path, (long long)o->rotate_bytes, (long long)o->rotate_ns);
    return REEL_OK;
}

reel_status reel__file_io_new(const char *path, const reel_file_options *options, reel__begin_part_fn begin_part_fn, void *begin_user, reel__report_fn report, void *report_user,
                              const reel__io_ops **ops, void **out) {
    (void)report; /* what goes wrong is returned by write, flush or close, and the queue reports that */
    (void)report_user;
    reel_file_options known = {0};
    if (options)
        memcpy(&known, options, options->struct_size && options->struct_size < sizeof known ? options->struct_size : sizeof known);
    REEL__TRY(check_options(path, &known));
    reel__file_io *io = reel__alloc_zero(sizeof *io);
    if (!io)
        return reel__fail(REEL_E_NO_MEMORY, "%s: no memory for a sink", path);
    reel__mutex_init(&io->mutex);
    io->options = known;
    io->begin_part = begin_part_fn;
    io->begin_user = begin_user;
    io->rotate_not_before_ns = INT64_MIN;
    io->path = reel__copy_text(path, strlen(path));
    reel_status status = io->path ? begin_part(io, path, NULL, 0, &io->part) : reel__fail(REEL_E_NO_MEMORY, "%s: no memory for a sink", path);
    if (status == REEL_OK && !io->part->info.is_regular && (known.rotate_bytes || known.rotate_ns))
        status = reel__fail(REEL_E_ARGUMENT, "%s is not a regular file: it cannot be rotated", path);
    if (status != REEL_OK) {
        destroy(io);
        return status;
    }
    keep_parts(io, &io->part->info);
    *ops = &file_ops;
    *out = io;
    return REEL_OK;
}
