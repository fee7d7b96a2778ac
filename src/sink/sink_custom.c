/* Callback and custom sinks: the public interfaces as the I/O side of a queue. */
#include "../base/alloc.h"
#include "../base/clock.h"
#include "../base/error.h"
#include "sink.h"

#include <string.h>

enum { VIEWS_MAX = 64 };

/* ---- callback: the bytes of a stream */

typedef struct callback_io {
    reel_write_fn write;
    void *user;
    bool has_begun;
} callback_io;

static reel_status callback_bytes(callback_io *io, const void *data, size_t size) {
    reel_status status = io->write(io->user, data, size);
    return status == REEL_OK ? REEL_OK : reel__fail(status, "callback sink: %zu bytes were refused: %s", size, reel_status_text(status));
}

static reel_status callback_write(void *self, reel__message *const *messages, size_t n, size_t *n_done) {
    callback_io *io = self;
    for (*n_done = 0; *n_done < n; (*n_done)++) {
        if (!io->has_begun) {
            uint8_t header[REEL__STREAM_HEADER_SIZE];
            reel__stream_header(header);
            REEL__TRY(callback_bytes(io, header, sizeof header));
            io->has_begun = true;
        }
        REEL__TRY(callback_bytes(io, messages[*n_done]->data, messages[*n_done]->size));
    }
    return REEL_OK;
}

static const reel__io_ops callback_ops = {.name = "callback sink", .write = callback_write, .destroy = reel__release};

reel_status reel__callback_io_new(reel_write_fn write, void *user, const reel__io_ops **ops, void **io) {
    if (!write)
        return reel__fail(REEL_E_ARGUMENT, "callback sink: write is NULL");
    callback_io *self = reel__alloc_zero(sizeof *self);
    if (!self)
        return reel__fail(REEL_E_NO_MEMORY, "callback sink: no memory");
    self->write = write;
    self->user = user;
    *ops = &callback_ops;
    *io = self;
    return REEL_OK;
}

/* ---- custom: messages, as the program's own sink sees them */

typedef struct custom_io {
    reel__io_ops ops;        /* its name is this sink's own */
    reel_sink_ops theirs;    /* as far as the caller's struct reaches */
    void *user;
    reel_message views[VIEWS_MAX];
    char name[];
} custom_io;

static void make_view(reel_message *view, const reel__message *m) {
    *view = (reel_message){
        .struct_size = sizeof *view,
        .kind = m->kind,
        .store_kind = m->store->kind,
        .application_id = m->store->application_id,
        .recording_id = m->store->recording_id,
        .data = m->data,
        .size = m->size,
        .entity_path = m->kind == REEL_MESSAGE_CHUNK ? m->entity_path : NULL,
        .is_static = m->is_static,
        .n_rows = m->kind == REEL_MESSAGE_CHUNK ? m->info.n_rows : 0,
    };
}

static reel_status custom_write(void *self, reel__message *const *messages, size_t n, size_t *n_done) {
    custom_io *io = self;
    *n_done = 0;
    while (*n_done < n) {
        size_t n_views = n - *n_done < VIEWS_MAX ? n - *n_done : VIEWS_MAX, n_taken = 0;
        for (size_t i = 0; i < n_views; i++)
            make_view(&io->views[i], messages[*n_done + i]);
        reel_status status = io->theirs.write(io->user, io->views, n_views, &n_taken);
        if (status != REEL_OK) {
            *n_done += n_taken < n_views ? n_taken : n_views;
            return reel__fail(status, "%s: write took %zu of %zu messages: %s", io->name, n_taken, n_views, reel_status_text(status));
        }
        *n_done += n_views;
    }
    return REEL_OK;
}

static reel_status custom_flush(void *self, int64_t deadline_ns) {
    custom_io *io = self;
    reel_status status = io->theirs.flush ? io->theirs.flush(io->user, reel__left_ms(deadline_ns)) : REEL_OK;
    return status == REEL_OK ? REEL_OK : reel__fail(status, "%s: flush: %s", io->name, reel_status_text(status));
}

static reel_status custom_close(void *self, int64_t deadline_ns) {
    custom_io *io = self;
    reel_status status = io->theirs.close ? io->theirs.close(io->user, reel__left_ms(deadline_ns)) : REEL_OK;
    return status == REEL_OK ? REEL_OK : reel__fail(status, "%s: close: %s", io->name, reel_status_text(status));
}

static void custom_destroy(void *self) {
    custom_io *io = self;
    if (io->theirs.release)
        io->theirs.release(io->user);
    reel__release(io);
}

reel_status reel__custom_io_new(const reel_sink_ops *public_ops, void *user, const reel__io_ops **ops, void **io) {
    if (!public_ops)
        return reel__fail(REEL_E_ARGUMENT, "custom sink: ops is NULL");
    reel_sink_ops theirs = {0};
    memcpy(&theirs, public_ops, public_ops->struct_size < sizeof theirs ? public_ops->struct_size : sizeof theirs);
    if (!theirs.write)
        return reel__fail(REEL_E_ARGUMENT, "custom sink: no write function in ops of %zu bytes (struct_size)", public_ops->struct_size);

    const char *name = theirs.name && *theirs.name ? theirs.name : "custom sink";
    size_t name_size = strlen(name) + 1, size;
    custom_io *self = reel__add_size(sizeof *self, name_size, &size) ? reel__alloc_zero(size) : NULL;
    if (!self)
        return reel__fail(REEL_E_NO_MEMORY, "%s: no memory", name);
    memcpy(self->name, name, name_size);
    self->ops = (reel__io_ops){.name = self->name, .write = custom_write, .flush = custom_flush, .close = custom_close, .destroy = custom_destroy};
    self->theirs = theirs;
    self->theirs.name = self->name;
    self->user = user;
    *ops = &self->ops;
    *io = self;
    return REEL_OK;
}
