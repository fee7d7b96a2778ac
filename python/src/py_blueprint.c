/* What blueprints need of the library: visualizers' names, and the way into a recording. */
#include "py_blueprint.h"

#include "py_recording.h"

#include "../../src/blueprint/builder.h"

#include <reel/read.h>

#include <stdlib.h>
#include <string.h>

/* The visualizer of a data archetype "rerun.archetypes.Points3D"; None: it has none, or is of blueprints. */
static PyObject *visualizer_of(PyObject *self, PyObject *name) {
    (void)self;
    const char *text = py_text(name, "name"), *prefix = "rerun.archetypes.";
    const char *visualizer = text && strncmp(text, prefix, strlen(prefix)) == 0 ? reel__visualizer_of(text + strlen(prefix)) : NULL;
    if (!text)
        return NULL;
    return visualizer ? PyUnicode_FromString(visualizer) : Py_NewRef(Py_None);
}

typedef struct chunk_list {
    reel_chunk **chunks;
    size_t n, capacity;
} chunk_list;

static bool put_chunk(chunk_list *list, reel_chunk *chunk) {
    if (list->n == list->capacity) {
        size_t capacity = list->capacity ? 2 * list->capacity : 64;
        reel_chunk **more = realloc(list->chunks, capacity * sizeof *more);
        if (!more)
            return false;
        list->chunks = more;
        list->capacity = capacity;
    }
    list->chunks[list->n++] = chunk;
    return true;
}

/* The chunks of all blueprints in the bytes of a recording. */
static reel_status read_blueprint(const void *data, size_t size, chunk_list *list) {
    reel_reader *reader;
    const reel_read_message *m;
    reel_status status = reel_open_memory(data, size, NULL, &reader);
    if (status != REEL_OK)
        return status;
    while ((status = reel_next(reader, &m)) == REEL_OK && m) {
        reel_chunk *chunk;
        if (m->kind != (int)REEL_MESSAGE_CHUNK || m->store_kind != REEL_STORE_BLUEPRINT)
            continue;
        if ((status = reel_read_chunk(reader, m, &chunk)) != REEL_OK)
            break;
        if (!put_chunk(list, chunk)) {
            reel_chunk_unref(chunk);
            status = REEL_E_NO_MEMORY;
            break;
        }
    }
    reel_close_reader(reader);
    return status;
}

/* send_blueprint(recording, bytes, make_active, make_default) */
static PyObject *send_blueprint(PyObject *self, PyObject *args) {
    (void)self;
    PyObject *target;
    const char *data;
    Py_ssize_t size;
    int make_active, make_default;
    if (!PyArg_ParseTuple(args, "Oy#pp", &target, &data, &size, &make_active, &make_default))
        return NULL;
    recording *r = recording_needed(target);
    chunk_list list = {0};
    reel_status status;
    if (!r)
        return NULL;
    Py_INCREF((PyObject *)r);
    Py_BEGIN_ALLOW_THREADS
    status = read_blueprint(data, (size_t)size, &list);
    if (status == REEL_OK)
        status = reel_send_blueprint_chunks(r->rec, list.chunks, list.n, make_active, make_default);
    for (size_t i = 0; i < list.n; i++)
        reel_chunk_unref(list.chunks[i]);
    Py_END_ALLOW_THREADS
    Py_DECREF((PyObject *)r);
    free(list.chunks);
    if (status != REEL_OK)
        return py_raise(status);
    Py_RETURN_NONE;
}

static PyMethodDef functions[] = {
    {"visualizer_of", visualizer_of, METH_O, "visualizer_of(archetype, /)\n--\n\nThe visualizer of an archetype by its full name; None: it has none."},
    {"send_blueprint", send_blueprint, METH_VARARGS, "send_blueprint(recording, data, make_active, make_default, /)\n--\n\nSends the blueprint in the bytes of a recording to another one's sinks."},
    {NULL, NULL, 0, NULL},
};

int blueprint_init(PyObject *module) { return PyModule_AddFunctions(module, functions); }
