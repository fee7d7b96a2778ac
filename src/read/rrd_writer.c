/* Recordings written from chunks and messages: stream header, messages, footer. */
#include "chunk_rows.h"
#include "chunk_summary.h"
#include "message_read.h"

#include "../base/alloc.h"
#include "../base/clock.h"
#include "../base/error.h"
#include "../base/io.h"
#include "../base/mapping.h"
#include "../base/replace.h"
#include "../base/text.h"
#include "../rrd/footer.h"
#include "../sink/file_claim.h"

#include <errno.h>
#include <string.h>

#define GATHER_BYTES ((size_t)256 << 10)
#define PIECE_BYTES ((size_t)128 << 10) /* written at once: at times the kernel copies larger ones at a third of the speed (bench/README.md) */
#define KEPT_BYTES ((size_t)16 << 20) /* of blocks that the encoder may use again */

typedef struct known_store {
    reel__store store;
    bool is_announced; /* its store info was written */
} known_store;

struct reel_writer {
    char *name;             /* of the target, for messages */
    reel__replace replace;  /* path: a regular file to be */
    int fd;                 /* a pipe, a device, standard output; -1: none */
    bool owns_fd, is_durable;
    reel_write_fn write;    /* a callback; NULL: none */
    void *user;
    reel__buf waiting;      /* small writes are gathered */
    uint64_t size;          /* of the stream so far, waiting bytes too */
    reel__footer *footer;   /* NULL: none is wanted */
    reel__map stores;
    reel__summariser summaries;
    reel__encoder encoder;
    reel__pool pool;        /* the encoder's blocks, to be used again */
    reel__row_streams streams;
    reel_status status;     /* the first failure to write: nothing goes out behind it */
    char why[300];
};

/* ---- bytes */

static reel_status put_out(void *user, const void *data, size_t size) {
    reel_writer *w = user;
    if (w->write) {
        reel_status status = w->write(w->user, data, size);
        return status == REEL_OK ? REEL_OK : reel__fail(status, "%s: the callback did not take %zu bytes: %s", w->name, size, reel_status_text(status));
    }
    for (size_t done = 0; w->fd < 0; done += PIECE_BYTES) {
        size_t left = size - done;
        if (left <= PIECE_BYTES)
            return reel__replace_put(&w->replace, (const char *)data + done, left);
        REEL__TRY(reel__replace_put(&w->replace, (const char *)data + done, PIECE_BYTES));
    }
    struct iovec left = {(void *)data, size};
    while (left.iov_len) {
        size_t done;
        int error = reel__io_write(w->fd, -1, &left, 1, &done);
        if (error)
            return reel__fail_errno(error, "writing %zu bytes to %s", left.iov_len, w->name);
        left.iov_base = (char *)left.iov_base + done;
        left.iov_len -= done;
    }
    return REEL_OK;
}

/* Remembers that bytes are missing from the stream. */
static reel_status broken(reel_writer *w, reel_status status) {
    if (status == REEL_OK || w->status != REEL_OK)
        return status;
    w->status = status;
    size_t size = strlen(reel_error_message());
    size = size < sizeof w->why ? size : sizeof w->why - 1;
    memcpy(w->why, reel_error_message(), size);
    w->why[size] = 0;
    return status;
}

static reel_status put_waiting(reel_writer *w) {
    reel_status status = w->waiting.size ? put_out(w, w->waiting.data, w->waiting.size) : REEL_OK;
    w->waiting.size = 0;
    return broken(w, status);
}

static reel_status put(reel_writer *w, const void *data, size_t size) {
    if (w->waiting.size + size > GATHER_BYTES)
        REEL__TRY(put_waiting(w));
    if (size > GATHER_BYTES)
        REEL__TRY(broken(w, put_out(w, data, size)));
    else
        reel__buf_put(&w->waiting, data, size);
    if (w->waiting.failed)
        return broken(w, reel__fail(REEL_E_NO_MEMORY, "%s: no memory for %zu bytes that wait to be written", w->name, size));
    w->size += size;
    return REEL_OK;
}

/* ---- opening */

static reel_status ready(const reel_writer *w) {
    if (!w)
        return reel__fail(REEL_E_ARGUMENT, "the writer is NULL");
    return w->status == REEL_OK ? REEL_OK : reel__fail(w->status, "%s: nothing more is written: %.200s", w->name, w->why);
}

static reel_status writer_new(const char *name, const reel_writer_options *options, reel_writer **out) {
    reel_writer_options o = {0};
    if (options)
        memcpy(&o, options, options->struct_size < sizeof o ? options->struct_size : sizeof o);
    if (o.durability < REEL_DURABILITY_OS || o.durability > REEL_DURABILITY_SYNC)
        return reel__fail(REEL_E_ARGUMENT, "%s: %d is not a durability", name, (int)o.durability);
    reel_writer *w = reel__alloc_zero(sizeof *w);
    char *copy = w ? reel__copy_text(name, strlen(name)) : NULL;
    if (!copy) {
        reel__release(w);
        return reel__fail(REEL_E_NO_MEMORY, "%s: no memory for a writer", name);
    }
    w->name = copy;
    w->fd = w->replace.fd = -1;
    w->is_durable = o.durability == REEL_DURABILITY_SYNC;
    w->encoder.no_compression = o.no_compression;
    w->encoder.pool = &w->pool;
    reel__pool_init(&w->pool, NULL, KEPT_BYTES);
    *out = w;
    return REEL_OK;
}

static void writer_free(reel_writer *w) {
    size_t at = 0;
    const reel__map_entry *entry;
    while ((entry = reel__map_next(&w->stores, &at)))
        reel__release(entry->value);
    reel__map_free(&w->stores);
    if (w->owns_fd)
        reel__io_close(w->fd);
    reel__footer_free(w->footer);
    reel__summariser_free(&w->summaries);
    reel__encoder_free(&w->encoder);
    reel__pool_destroy(&w->pool);
    reel__row_streams_free(&w->streams);
    reel__buf_free(&w->waiting);
    reel__release(w->name);
    reel__release(w);
}

/* Where the footer's notes may go when they are many: beside the file, else where temporary files are. */
static reel_status begin(reel_writer *w, const reel_writer_options *options, const char *beside) {
    uint8_t header[REEL__STREAM_HEADER_SIZE];
    bool no_footer = options && options->struct_size > offsetof(reel_writer_options, no_footer) && options->no_footer;
    if (!no_footer && !(w->footer = beside ? reel__footer_new_beside(beside) : reel__footer_new("")))
        return reel__fail(REEL_E_NO_MEMORY, "%s: no memory for a footer", w->name);
    reel__stream_header(header);
    return put(w, header, sizeof header);
}

static reel_status open_path(reel_writer *w) {
    reel__io_info info;
    if (strcmp(w->name, "-") == 0) {
        w->fd = 1;
        return REEL_OK;
    }
    bool is_there = reel__io_info_at(w->name, &info) == 0;
    if (is_there && info.is_folder)
        return reel__fail_errno(EISDIR, "cannot write to %s", w->name);
    if (is_there && info.is_regular && reel__claim_is_held(&info))
        return reel__fail(REEL_E_LOCKED, "%s is being recorded to: choose another path", w->name);
    if (!is_there || info.is_regular) {
        REEL__TRY(reel__replace_begin(&w->replace, w->name));
        w->replace.is_synced = w->is_durable;
        return REEL_OK;
    }
    int error = reel__io_open(&w->fd, w->name, REEL__IO_RECORD);
    if (error) {
        w->fd = -1;
        return reel__fail_errno(error, "cannot write to %s", w->name);
    }
    w->owns_fd = true;
    return REEL_OK;
}

reel_status reel_writer_open(const char *path, const reel_writer_options *options, reel_writer **writer) {
    if (!writer)
        return reel__fail(REEL_E_ARGUMENT, "nowhere to put the writer");
    *writer = NULL;
    if (!path || !*path)
        return reel__fail(REEL_E_ARGUMENT, "the path to write to is %s", path ? "empty" : "NULL");
    reel_writer *w;
    REEL__TRY(writer_new(path, options, &w));
    reel_status status = open_path(w);
    if (status == REEL_OK)
        status = begin(w, options, w->fd < 0 ? path : NULL);
    if (status == REEL_OK)
        *writer = w;
    else
        reel_writer_abandon(w);
    return status;
}

reel_status reel_writer_callback(reel_write_fn write, void *user, const reel_writer_options *options, reel_writer **writer) {
    if (!writer)
        return reel__fail(REEL_E_ARGUMENT, "nowhere to put the writer");
    *writer = NULL;
    if (!write)
        return reel__fail(REEL_E_ARGUMENT, "the callback to write to is NULL");
    reel_writer *w;
    REEL__TRY(writer_new("callback", options, &w));
    w->write = write;
    w->user = user;
    reel_status status = begin(w, options, NULL);
    if (status == REEL_OK)
        *writer = w;
    else
        reel_writer_abandon(w);
    return status;
}

/* ---- stores */

static reel_status check_id(const reel_writer *w, const char *what, const char *id) {
    if (!id || !*id)
        return reel__fail(REEL_E_ARGUMENT, "%s: the %s id of a store is %s", w->name, what, id ? "empty" : "NULL");
    return reel__utf8_valid(id, strlen(id)) ? REEL_OK : reel__fail(REEL_E_UTF8, "%s: the %s id of a store, %zu bytes, is not valid UTF-8", w->name, what, strlen(id));
}

static reel_status find_store(reel_writer *w, reel_store_kind kind, const char *application_id, const char *recording_id, known_store **out) {
    size_t sizes[2] = {strlen(application_id) + 1, strlen(recording_id) + 1};
    reel__buf key = {0};
    reel__buf_u8(&key, (uint8_t)kind);
    reel__buf_put(&key, application_id, sizes[0]);
    reel__buf_put(&key, recording_id, sizes[1]);
    *out = key.failed ? NULL : reel__map_get(&w->stores, key.data, key.size);
    known_store *made = !*out && !key.failed ? reel__alloc_zero(sizeof *made + sizes[0] + sizes[1]) : NULL;
    if (made) {
        char *texts = (char *)(made + 1);
        memcpy(texts, application_id, sizes[0]);
        memcpy(texts + sizes[0], recording_id, sizes[1]);
        made->store = (reel__store){kind, texts, texts + sizes[0]};
        if (reel__map_put(&w->stores, key.data, key.size, made) == REEL_OK)
            *out = made;
        else
            reel__release(made);
    }
    reel__buf_free(&key);
    return *out ? REEL_OK : reel__fail(REEL_E_NO_MEMORY, "%s: no memory for the store %s beside %zu others", w->name, recording_id, w->stores.n);
}

static reel_status put_message(reel_writer *w, reel__message *m) {
    if (!m)
        return reel__fail(REEL_E_NO_MEMORY, "%s: no memory for a message", w->name);
    reel_status status = put(w, m->data, m->size);
    reel__message_unref(m);
    return status;
}

static reel_status announce(reel_writer *w, known_store *store) {
    uint8_t id[16];
    if (store->is_announced)
        return REEL_OK;
    reel__chunk_new_id(id);
    REEL__TRY(put_message(w, reel__message_store_info(NULL, &store->store, reel__tuid_load(id))));
    store->is_announced = true;
    return REEL_OK;
}

static reel_status use_store(reel_writer *w, const reel_store_id *id, known_store **out) {
    if (!id)
        return reel__fail(REEL_E_ARGUMENT, "%s: the store is NULL", w->name);
    reel_store_kind kind = id->kind ? id->kind : REEL_STORE_RECORDING;
    if (kind != REEL_STORE_RECORDING && kind != REEL_STORE_BLUEPRINT)
        return reel__fail(REEL_E_ARGUMENT, "%s: %d is not a kind of store", w->name, (int)kind);
    REEL__TRY(check_id(w, "application", id->application_id));
    REEL__TRY(check_id(w, "recording", id->recording_id));
    REEL__TRY(find_store(w, kind, id->application_id, id->recording_id, out));
    return announce(w, *out);
}

/* ---- chunks */

/* A chunk's note for the footer, which is written with the newest `size` bytes. What the footer cannot hold is told when it is written. */
static void note(reel_writer *w, const known_store *store, const reel__chunk_summary *summary, size_t size, uint64_t ipc_size) {
    reel__message m = {.kind = REEL_MESSAGE_CHUNK, .store = &store->store, .size = size, .shape = &summary->kind->outline, .entity_path = summary->entity,
                       .chunk_id = reel__tuid_load(summary->chunk_id), .ipc_size = ipc_size, .info = summary->info};
    if (w->footer && summary->info.n_rows)
        (void)reel__footer_add(w->footer, &m, w->size);
}

static reel_status encode(reel_writer *w, const known_store *store, const reel_chunk *chunk, const reel__part *part, const reel__row_columns *columns, reel__chunk_summary *summary,
                          reel__message **out) {
    const reel__chunk_parts *p = &chunk->parts;
    reel__timeline *timelines = reel__alloc_array(p->n_times, sizeof *timelines);
    reel__kind *kind;
    if (!timelines)
        return reel__fail(REEL_E_NO_MEMORY, "%s: no memory for %zu timelines", p->entity, p->n_times);
    for (size_t i = 0; i < p->n_times; i++)
        timelines[i] = (reel__timeline){p->times[i].name, p->times[i].type, (uint32_t)i};
    reel_status status = reel__kinds_find(&w->summaries.kinds, timelines, p->n_times, columns->columns, columns->n_columns, &kind);
    reel__release(timelines);
    REEL__TRY(status);
    REEL__TRY(reel__kinds_entity(&w->summaries.kinds, p->entity, &summary->entity));
    REEL__TRY(reel__kind_shape(kind, p->entity));
    REEL__TRY(reel__message_chunk(&w->encoder, &store->store, kind->shape, p->entity, reel__tuid_load(p->id), part, 1, out));
    summary->kind = kind;
    summary->info = (*out)->info;
    memcpy(summary->chunk_id, p->id, sizeof summary->chunk_id);
    return REEL_OK;
}

reel_status reel_writer_put_chunk(reel_writer *writer, const reel_store_id *store, const reel_chunk *chunk) {
    reel__row_columns columns;
    reel__chunk_summary summary;
    reel__message *m = NULL;
    known_store *known;
    REEL__TRY(ready(writer));
    if (!chunk)
        return reel__fail(REEL_E_ARGUMENT, "%s: the chunk is NULL", writer->name);
    REEL__TRY(use_store(writer, store, &known));
    if (!chunk->parts.n_rows)
        return REEL_OK;
    REEL__TRY(reel__row_columns_make(&columns, &chunk, 1));
    reel_status status = reel__row_streams_make(&writer->streams, &columns, &(reel__row_run){0, 0, chunk->parts.n_rows}, 1);
    if (status == REEL_OK)
        status = encode(writer, known, chunk, &writer->streams.part, &columns, &summary, &m);
    reel__row_columns_free(&columns);
    REEL__TRY(status);
    note(writer, known, &summary, m->size, m->ipc_size);
    return put_message(writer, m);
}

/* ---- messages as they stand */

static reel_status summarise(reel_writer *w, const reel_read_message *message, reel__chunk_summary *summary) {
    reel__payload payload;
    REEL__TRY(reel__payload_read(REEL__RRD_ARROW_MSG, message->data + REEL__MESSAGE_HEADER_SIZE, message->size - REEL__MESSAGE_HEADER_SIZE, &payload));
    return reel__summarise_payload(&w->summaries, &payload, summary);
}

static reel_status put_as_it_stands(reel_writer *writer, const reel_read_message *message, const reel_chunk *chunk) {
    known_store *store;
    reel__chunk_summary summary = {0};
    REEL__TRY(ready(writer));
    if (!message || !message->data || message->size < REEL__MESSAGE_HEADER_SIZE)
        return reel__fail(REEL_E_ARGUMENT, "%s: a message of %zu bytes", writer->name, message ? message->size : 0);
    if (message->kind != REEL_MESSAGE_STORE_INFO && message->kind != REEL_MESSAGE_CHUNK && message->kind != REEL_MESSAGE_BLUEPRINT_ACTIVATION)
        return reel__fail(REEL_E_UNSUPPORTED, "%s: a message of the kind %llu, at which readers would stop", writer->name, (unsigned long long)reel__load_u64(message->data));
    REEL__TRY(find_store(writer, message->store_kind, message->application_id ? message->application_id : "", message->recording_id ? message->recording_id : "", &store));
    if (message->kind == REEL_MESSAGE_STORE_INFO)
        store->is_announced = true;
    else if (message->application_id && *message->application_id)
        REEL__TRY(announce(writer, store));
    if (message->kind == REEL_MESSAGE_CHUNK && writer->footer) {
        REEL__TRY(chunk ? reel__summarise_chunk(&writer->summaries, chunk, &summary) : summarise(writer, message, &summary));
        if (chunk)
            summary.unpacked_size = message->unpacked_size;
        note(writer, store, &summary, message->size, summary.unpacked_size);
    }
    if (message->size > GATHER_BYTES)
        reel__mapping_want(message->data, message->size);
    return put(writer, message->data, message->size);
}

reel_status reel_writer_put_message(reel_writer *writer, const reel_read_message *message) { return put_as_it_stands(writer, message, NULL); }

reel_status reel_writer_put_read(reel_writer *writer, const reel_read_message *message, const reel_chunk *chunk) {
    if (!chunk)
        return reel__fail(REEL_E_ARGUMENT, "the chunk that was read is NULL");
    return put_as_it_stands(writer, message, chunk);
}

reel_status reel_writer_put_activation(reel_writer *writer, const reel_store_id *store, bool make_active, bool make_default) {
    known_store *known;
    REEL__TRY(ready(writer));
    REEL__TRY(use_store(writer, store, &known));
    if (known->store.kind != REEL_STORE_BLUEPRINT)
        return reel__fail(REEL_E_ARGUMENT, "%s: the store %s is a recording: only blueprints are activated", writer->name, known->store.recording_id);
    return put_message(writer, reel__message_activation(NULL, &known->store, make_active, make_default));
}

/* ---- the end */

static reel_status end_target(reel_writer *w) {
    if (w->write)
        return REEL_OK;
    if (w->fd < 0)
        return reel__replace_commit(&w->replace);
    int error = w->is_durable ? reel__io_sync(w->fd) : 0;
    return error ? reel__fail_errno(error, "syncing %s", w->name) : REEL_OK;
}

reel_status reel_writer_close(reel_writer *writer) {
    if (!writer)
        return reel__fail(REEL_E_ARGUMENT, "the writer is NULL");
    reel_status status = ready(writer);
    if (status == REEL_OK)
        status = put_waiting(writer);
    if (status == REEL_OK) {
        reel_status footer = writer->footer ? reel__footer_write(writer->footer, writer->size, put_out, writer, INT64_MAX) : REEL_OK;
        status = footer == REEL_OK || footer == REEL_E_TOO_LARGE ? end_target(writer) : footer;
        status = status == REEL_OK ? footer : status;
    }
    reel_writer_abandon(writer); /* a replaced file is no longer there to be taken back */
    return status;
}

void reel_writer_abandon(reel_writer *writer) {
    if (!writer)
        return;
    if (writer->replace.path)
        reel__replace_abort(&writer->replace);
    writer_free(writer);
}
