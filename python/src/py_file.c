/* Recordings put into recordings. */
#include "py_sinks.h"

#include <reel/make.h>
#include <reel/read.h>
#include <stdlib.h>
#include <string.h>

/* The name and start of a recording are its own; all else goes over. */
static bool is_info(const reel_chunk *chunk) { return strcmp(reel_chunk_entity(chunk), "/__properties") == 0; }

static reel_status send_chunk(reel_recording *rec, const reel_chunk *chunk, const char *prefix) {
    const char *path = reel_chunk_entity(chunk);
    size_t size = strlen(prefix) + strlen(path) + 2;
    char *renamed = *prefix ? malloc(size) : NULL;
    if (!renamed)
        return *prefix ? REEL_E_NO_MEMORY : reel_send_chunk(rec, chunk);
    snprintf(renamed, size, "%s/%s", prefix, path + (*path == '/'));
    reel_chunk *moved = NULL;
    reel_status status = reel_chunk_rename(chunk, renamed, &moved);
    free(renamed);
    if (status == REEL_OK)
        status = reel_send_chunk(rec, moved);
    reel_chunk_unref(moved);
    return status;
}

static reel_status send_all(reel_recording *rec, reel_reader *reader, const char *prefix, bool *has_blueprint) {
    const reel_read_message *m;
    reel_status status;
    while ((status = reel_next(reader, &m)) == REEL_OK && m) {
        reel_chunk *chunk = NULL;
        *has_blueprint |= m->kind == REEL_MESSAGE_CHUNK && m->store_kind == REEL_STORE_BLUEPRINT;
        if (m->kind != REEL_MESSAGE_CHUNK || m->store_kind != REEL_STORE_RECORDING || (status = reel_read_chunk(reader, m, &chunk)) != REEL_OK)
            continue;
        if (!is_info(chunk))
            status = send_chunk(rec, chunk, prefix);
        reel_chunk_unref(chunk);
        if (status != REEL_OK)
            return status;
    }
    return status;
}

/* (data, prefix): whether there are blueprints, too. */
PyObject *recording_send_rrd(PyObject *self, PyObject *args) {
    recording *r = recording_needed(self);
    Py_buffer data;
    const char *prefix;
    if (!r || !PyArg_ParseTuple(args, "y*s", &data, &prefix))
        return NULL;
    reel_reader *reader = NULL;
    bool has_blueprint = false;
    reel_status status;
    Py_BEGIN_ALLOW_THREADS
    status = reel_open_memory(data.buf, (size_t)data.len, NULL, &reader);
    if (status == REEL_OK)
        status = send_all(r->rec, reader, prefix, &has_blueprint);
    if (reader)
        reel_close_reader(reader);
    Py_END_ALLOW_THREADS
    PyBuffer_Release(&data);
    return status == REEL_OK ? PyBool_FromLong(has_blueprint) : py_raise(status);
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
