/* Recordings put into recordings. */
#include "py_sinks.h"

#include "../../src/base/alloc.h"
#include "../../src/read/send_chunk.h"

#include <errno.h>
#include <reel/make.h>
#include <reel/read.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef struct copying {
    reel_recording *rec;
    reel_reader *reader;
    const char *prefix;         /* "", or below which entity data goes into the recording itself */
    const char *application_id; /* of blueprints; NULL: as they say */
} copying;

/* The name and start of a recording are its own. */
static bool is_info(const reel_chunk *chunk) { return strcmp(reel_chunk_entity(chunk), "/__properties") == 0; }

static reel_status send_below(reel_recording *rec, const reel_chunk *chunk, const char *prefix) {
    const char *path = reel_chunk_entity(chunk);
    size_t size = strlen(prefix) + strlen(path) + 2;
    char *renamed = malloc(size);
    if (!renamed)
        return REEL_E_NO_MEMORY;
    snprintf(renamed, size, "%s/%s", prefix, path + (*path == '/'));
    reel_chunk *moved = NULL;
    reel_status status = reel_chunk_rename(chunk, renamed, &moved);
    free(renamed);
    if (status == REEL_OK)
        status = reel_send_chunk(rec, moved);
    reel_chunk_unref(moved);
    return status;
}

/* ---- messages of other stores, which go along as they are */

static bool is_store(const reel__store *s, const reel__store *other) {
    return s->kind == other->kind && strcmp(s->application_id, other->application_id) == 0 && strcmp(s->recording_id, other->recording_id) == 0;
}

/* One that the recording's stream has already; else *made is a new one. NULL: memory is out. Under drain. */
static const reel__store *store_for(reel__core *core, const reel__store *wanted, reel__sent_blueprint **made) {
    if (is_store(core->store, wanted))
        return core->store;
    for (const reel__sent_blueprint *b = core->rec->blueprints; b; b = b->next)
        if (is_store(&b->store, wanted))
            return &b->store;
    size_t n_application = strlen(wanted->application_id) + 1, n_recording = strlen(wanted->recording_id) + 1;
    reel__sent_blueprint *b = *made = reel__alloc_zero(sizeof *b + n_application + n_recording);
    if (!b)
        return NULL;
    char *texts = (char *)(b + 1);
    b->store = (reel__store){wanted->kind, memcpy(texts, wanted->application_id, n_application), memcpy(texts + n_application, wanted->recording_id, n_recording)};
    return &b->store;
}

static reel_status copy_locked(reel__core *core, const reel__store *wanted, const reel_read_message *m, const reel_chunk *chunk) {
    reel__sent_blueprint *made = NULL;
    reel__buf messages = {0};
    const reel__store *store = core->is_ended ? NULL : store_for(core, wanted, &made);
    if (!store)
        return core->is_ended ? reel_fail(REEL_E_CLOSED, "recording %s is closed", core->store->recording_id) : reel_fail(REEL_E_NO_MEMORY, "no memory for a recording's name");
    reel_status status = made ? reel__keep_message(&messages, reel__message_store_info(&core->pool, store, reel__draw_chunk_id(core))) : REEL_OK;
    if (status == REEL_OK && chunk && reel_chunk_rows(chunk))
        status = reel__encode_chunk(core, store, chunk, &messages);
    if (status == REEL_OK && m->kind == REEL_MESSAGE_BLUEPRINT_ACTIVATION)
        status = reel__keep_message(&messages, reel__message_activation(&core->pool, store, m->make_active, m->make_default));
    reel__blueprint_deliver(core, &messages, status == REEL_OK);
    reel__blueprint_store_done(core, made, status == REEL_OK);
    return status;
}

static reel_status copy(const copying *c, const reel_read_message *m, const reel_chunk *chunk) {
    reel_recording *rec = c->rec;
    reel__core *core = NULL;
    bool is_layout = m->store_kind == REEL_STORE_BLUEPRINT;
    const reel__store wanted = {m->store_kind, is_layout && c->application_id ? c->application_id : m->application_id, m->recording_id};
    if (!wanted.application_id || !wanted.recording_id)
        return REEL_OK;
    reel_status status = reel__find_recording(&rec, &core);
    if (status != REEL_OK)
        return status;
    reel__drain_lock(core, INT64_MAX);
    status = copy_locked(core, &wanted, m, chunk);
    reel__drain_unlock(core);
    return status;
}

/* ---- a whole file */

static reel_status take_message(const copying *c, const reel_read_message *m) {
    reel_chunk *chunk = NULL;
    bool is_moved = *c->prefix && m->store_kind == REEL_STORE_RECORDING;
    if (m->kind == REEL_MESSAGE_CHUNK && reel_read_chunk(c->reader, m, &chunk) != REEL_OK)
        return REEL_OK; /* damage: it is counted */
    reel_status status = REEL_OK;
    if (!is_moved)
        status = copy(c, m, chunk);
    else if (chunk && !is_info(chunk))
        status = send_below(c->rec, chunk, c->prefix);
    reel_chunk_unref(chunk);
    return status;
}

static reel_status fill(void *user, void *data, size_t size, size_t *n) {
    ssize_t got;
    do
        got = read(*(int *)user, data, size);
    while (got < 0 && errno == EINTR);
    *n = got > 0 ? (size_t)got : 0;
    return got < 0 ? reel_fail(REEL_E_IO, "the file cannot be read: %s", strerror(errno)) : REEL_OK;
}

static reel_status send_all(copying *c, Py_buffer *data, int fd, reel_read_stats *stats) {
    const reel_read_message *m;
    reel_status status = data->buf ? reel_open_memory(data->buf, (size_t)data->len, NULL, &c->reader) : reel_open_callback(fill, &fd, NULL, &c->reader);
    if (status != REEL_OK)
        return status;
    while ((status = reel_next(c->reader, &m)) == REEL_OK && m)
        if ((status = take_message(c, m)) != REEL_OK)
            break;
    (void)reel_get_read_stats(c->reader, stats);
    reel_close_reader(c->reader);
    return status;
}

/* (bytes or a descriptor, prefix, application id of its blueprints or None): (messages, places that were not read). */
PyObject *recording_send_rrd(PyObject *self, PyObject *args) {
    recording *r = recording_needed(self);
    PyObject *given;
    copying c = {0};
    if (!r || !PyArg_ParseTuple(args, "Osz", &given, &c.prefix, &c.application_id))
        return NULL;
    Py_buffer data = {0};
    int fd = PyLong_Check(given) ? (int)PyLong_AsLong(given) : -1;
    if (fd < 0 && (PyErr_Occurred() || PyObject_GetBuffer(given, &data, PyBUF_SIMPLE) < 0))
        return NULL;
    c.rec = r->rec;
    reel_read_stats stats = {.struct_size = sizeof stats};
    reel_status status;
    Py_BEGIN_ALLOW_THREADS
    status = send_all(&c, &data, fd, &stats);
    Py_END_ALLOW_THREADS
    if (data.obj)
        PyBuffer_Release(&data);
    return status == REEL_OK ? Py_BuildValue("(KK)", (unsigned long long)stats.messages, (unsigned long long)(stats.damaged ? stats.damaged : stats.is_truncated)) : py_raise(status);
}

/* (head, size, name): the media type of a file, by its first bytes, else by its name; or None. */
PyObject *file_media_type(PyObject *self, PyObject *args) {
    (void)self;
    const char *head, *name;
    Py_ssize_t n;
    unsigned long long size;
    if (!PyArg_ParseTuple(args, "y#Ks", &head, &n, &size, &name))
        return NULL;
    const char *type = reel_media_type(head, (size_t)n, size, name);
    if (type)
        return PyUnicode_FromString(type);
    Py_RETURN_NONE;
}
