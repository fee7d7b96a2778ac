/* log and send_columns: Python objects gathered into a row or columns, and handed to the library. */
#include "archetype.h"
#include "call_args.h"
#include "py_recording.h"

#include "../../src/recording/fields.h"
#include "../../src/types/interpret.h"

#include <stdlib.h>
#include <string.h>

/* What one call hands over: columns, and what they point at beside the batches. */
enum { INLINE_COLUMNS = 32, INLINE_CODES = 32 };
typedef struct arrow_pair {
    reel_arrow arrow;
    struct ArrowArray array;
    struct ArrowSchema schema;
} arrow_pair;
typedef struct call {
    reel_column *columns;
    size_t n, capacity;
    size_t bytes;                  /* of values, about */
    reel_column room[INLINE_COLUMNS];
    int codes[INLINE_CODES];       /* of fields that are C enums */
    size_t n_codes;
    arrow_pair **arrows;
    size_t n_arrows;
    batch *held[INLINE_COLUMNS];   /* batches of archetypes, whose fields may be set anew meanwhile: by what is logged with them, or by another thread */
    size_t n_held;
    PyObject *keep;                /* list of what else must live until the call is done */
    size_t n_items;                /* that iterables gave, all together */
} call;

/* The room is not cleared: it is half a kilobyte and more, and most rows have one column. */
static void call_init(call *c) {
    c->columns = NULL;
    c->n = c->capacity = c->bytes = c->n_codes = c->n_arrows = c->n_held = c->n_items = 0;
    c->arrows = NULL;
    c->keep = NULL;
}

static void call_free(call *c) {
    for (size_t i = 0; i < c->n_arrows; i++) {
        if (c->arrows[i]->array.release)
            c->arrows[i]->array.release(&c->arrows[i]->array);
        if (c->arrows[i]->schema.release)
            c->arrows[i]->schema.release(&c->arrows[i]->schema);
        free(c->arrows[i]);
    }
    free(c->arrows);
    if (c->columns != c->room)
        free(c->columns);
    for (size_t i = 0; i < c->n_held; i++)
        Py_DECREF((PyObject *)c->held[i]);
    Py_XDECREF(c->keep);
}

static reel_column *next_column(call *c) {
    if (!c->columns) {
        c->columns = c->room;
        c->capacity = INLINE_COLUMNS;
    }
    if (c->n == c->capacity) {
        reel_column *more = malloc(2 * c->capacity * sizeof *more);
        if (!more)
            return (void)PyErr_NoMemory(), NULL;
        memcpy(more, c->columns, c->n * sizeof *more);
        if (c->columns != c->room)
            free(c->columns);
        c->columns = more;
        c->capacity *= 2;
    }
    c->columns[c->n] = (reel_column){0};
    return &c->columns[c->n++];
}

static int keep(call *c, PyObject *object) {
    return (c->keep || (c->keep = PyList_New(0))) ? PyList_Append(c->keep, object) : -1;
}

static int hold(call *c, batch *b) {
    if (c->n_held == INLINE_COLUMNS)
        return keep(c, (PyObject *)b);
    Py_INCREF((PyObject *)b);
    c->held[c->n_held++] = b;
    return 0;
}

/* The batch as an Arrow array, which the library takes over. */
static int put_arrow(call *c, reel_column *column, batch *b) {
    arrow_pair **more = realloc(c->arrows, (c->n_arrows + 1) * sizeof *more);
    if (!more)
        return PyErr_NoMemory(), -1;
    c->arrows = more;
    arrow_pair *pair = calloc(1, sizeof *pair);
    if (!pair)
        return PyErr_NoMemory(), -1;
    c->arrows[c->n_arrows++] = pair;
    if (batch_export(b, &pair->schema, &pair->array) < 0)
        return -1;
    pair->arrow = (reel_arrow){&pair->array, &pair->schema};
    column->arrow = &pair->arrow;
    return 0;
}

/* C enums are ints, whatever their codes' width. */
static int put_codes(call *c, reel_column *column, const batch *b) {
    if (b->n > INLINE_CODES - c->n_codes)
        return 1; /* by Arrow */
    int *to = c->codes + c->n_codes;
    for (uint32_t i = 0; i < b->n; i++) {
        if (b->kind->width == 1) {
            to[i] = ((const uint8_t *)b->values)[i];
        } else {
            uint32_t code;
            memcpy(&code, (const uint8_t *)b->values + 4 * i, 4);
            to[i] = (int)code;
        }
    }
    c->n_codes += b->n;
    column->values = to;
    return 0;
}

/* The values of a batch for a field whose column is set but for them. */
static int put_values(call *c, reel_column *column, batch *b, const reel__field *f) {
    column->n_values = b->n;
    c->bytes += (size_t)b->n * (b->kind ? b->kind->width : 8);
    if (b->form == FORM_ARROW)
        return b->array.release ? put_arrow(c, column, b) : 0;
    if (f->element == REEL__ELEMENT_ENUM) {
        int result = put_codes(c, column, b);
        return result > 0 ? put_arrow(c, column, b) : result;
    }
    column->values = b->values;
    column->strip_lengths = b->lengths;
    if (b->form == FORM_BYTES)
        for (uint32_t i = 0; i < b->n; i++)
            c->bytes += ((const reel_bytes *)b->values)[i].size;
    if (b->form == FORM_STRIPS)
        for (uint32_t i = 0; i < b->n; i++)
            c->bytes += (size_t)b->lengths[i] * b->kind->width;
    return 0;
}

static int put_archetype(call *c, archetype *a) {
    const reel__archetype *table = a->shape->table;
    for (uint32_t i = 0; i < table->n_fields; i++) {
        reel_column *column = a->fields[i] && !a->fields[i]->is_failed ? next_column(c) : NULL;
        if (!a->fields[i] || a->fields[i]->is_failed)
            continue;
        if (!column || hold(c, a->fields[i]) < 0)
            return -1;
        column->archetype = a->shape->number;
        column->field = i;
        if (put_values(c, column, a->fields[i], &table->fields[i]) < 0)
            return -1;
    }
    return 0;
}

/* ---- described batches */

static const char *text_of(call *c, PyObject *object, const char *name, bool *failed) {
    PyObject *value = PyObject_GetAttrString(object, name);
    const char *text = NULL;
    if (!value || (value != Py_None && !(text = py_text(value, name))) || keep(c, value) < 0)
        *failed = true;
    Py_XDECREF(value);
    return text;
}

/* Whose column it is, from a ComponentDescriptor. *f: the field if it is one of the data model. */
static int put_descriptor(call *c, reel_column *column, PyObject *descriptor, const reel__field **f) {
    bool failed = false;
    const char *component = text_of(c, descriptor, "component", &failed), *owner = failed ? NULL : text_of(c, descriptor, "archetype", &failed),
               *type = failed ? NULL : text_of(c, descriptor, "component_type", &failed);
    if (failed)
        return -1;
    *f = NULL;
    if (component && field_named(owner, component, &column->archetype, &column->field)) {
        *f = &reel__archetype_of(column->archetype)->fields[column->field];
        if (type && strcmp(type, (*f)->descriptor.component_type) == 0)
            return 0;
        column->archetype = 0;
        *f = NULL;
    }
    column->field = REEL__NAMED_AS_GIVEN;
    column->name = component;
    column->archetype_name = owner;
    column->component_type = type;
    return 0;
}

/* The batch that an object is, or whose Arrow array it gives. A new reference. */
static batch *batch_of(PyObject *object, kind *k) {
    if (batch_check(object)) {
        Py_INCREF(object);
        return (batch *)object;
    }
    int is_arrow = has_arrow(object);
    if (is_arrow)
        return is_arrow < 0 ? NULL : batch_import_object(k, object, py.batch_type);
    PyObject *array = PyObject_CallMethod(object, "as_arrow_array", NULL);
    if (!array)
        return NULL;
    is_arrow = batch_check(array) ? 0 : has_arrow(array);
    batch *b = batch_check(array) ? (Py_INCREF(array), (batch *)array) : is_arrow > 0 ? batch_import_object(NULL, array, py.batch_type) : NULL;
    if (!b && !PyErr_Occurred())
        PyErr_Format(PyExc_TypeError, "as_arrow_array() of a %.100R gave no Arrow array", (PyObject *)Py_TYPE(object));
    Py_DECREF(array);
    return b;
}

/* The column of one described batch: whose it is, and its values. The column is filled; *out is kept by the call. 1: its values could not be converted, so that it is not logged. */
static int put_described(call *c, reel_column *column, PyObject *descriptor, PyObject *values, batch **out) {
    const reel__field *f;
    if (put_descriptor(c, column, descriptor, &f) < 0)
        return -1;
    batch *b = batch_of(values, NULL);
    if (!b || keep(c, (PyObject *)b) < 0) {
        Py_XDECREF((PyObject *)b);
        return -1;
    }
    Py_DECREF((PyObject *)b);
    *out = b;
    if (b->is_failed) /* good data is never cleared by what could not be converted */
        return 1;
    if (f && b->form != FORM_ARROW && b->kind && b->kind->arrow == f->descriptor.arrow)
        return put_values(c, column, b, f);
    column->n_values = b->n;
    return put_arrow(c, column, b);
}

/* An object with component_descriptor(): a batch with where it belongs. */
static int put_component(call *c, PyObject *item) {
    PyObject *descriptor = PyObject_CallMethod(item, "component_descriptor", NULL);
    PyObject *values = NULL;
    if (descriptor && py_find(item, "_batch", &values) == 0)
        values = Py_NewRef(item);
    reel_column *column = values ? next_column(c) : NULL;
    batch *b;
    int result = column ? put_described(c, column, descriptor, values, &b) : -1;
    Py_XDECREF(descriptor);
    Py_XDECREF(values);
    c->n -= result > 0;
    return result < 0 ? -1 : 0;
}

/* ---- what may be logged */

static int put_entity(call *c, PyObject *object, int depth);
enum { ITEMS_MAX = 4096 }; /* of all iterables */

static int not_loggable(PyObject *object) {
    PyErr_Format(PyExc_TypeError, "Expected an object implementing rerun.AsComponents or an iterable of rerun.DescribedComponentBatch, but got %R instead.", (PyObject *)Py_TYPE(object));
    return -1;
}

static int put_each(call *c, PyObject *iterable, int depth) {
    PyObject *iterator = PyObject_GetIter(iterable), *item;
    if (!iterator) {
        if (PyErr_ExceptionMatches(PyExc_TypeError))
            not_loggable(iterable);
        return -1;
    }
    int result = 0;
    while (result == 0 && (item = PyIter_Next(iterator))) {
        if (c->n_items++ < ITEMS_MAX)
            result = put_entity(c, item, depth + 1);
        else /* one that never ends, most likely */
            result = (PyErr_Format(PyExc_ValueError, "%R gives more than %d things to log: a row has at most 512 components", (PyObject *)Py_TYPE(iterable), (int)ITEMS_MAX), -1);
        if (result == 0)
            result = keep(c, item);
        Py_DECREF(item);
    }
    Py_DECREF(iterator);
    return result == 0 && PyErr_Occurred() ? -1 : result;
}

static int put_entity(call *c, PyObject *object, int depth) {
    int is_plain = archetype_is_plain(object);
    if (is_plain)
        return is_plain < 0 ? -1 : put_archetype(c, (archetype *)object);
    if (depth > 4 || PyUnicode_Check(object) || PyBytes_Check(object)) {
        return not_loggable(object);
    }
    int has = py_has(object, "as_component_batches");
    if (has > 0) {
        PyObject *batches = PyObject_CallMethod(object, "as_component_batches", NULL);
        int result = batches ? put_each(c, batches, depth) : -1;
        if (batches && result == 0)
            result = keep(c, batches);
        Py_XDECREF(batches);
        return result;
    }
    if (has == 0)
        has = py_has(object, "component_descriptor");
    return has < 0 ? -1 : has ? put_component(c, object) : put_each(c, object, depth);
}

/* A text is a path as it is; a list has the parts, which are escaped. *owner: what keeps it. */
static const char *path_of(PyObject *path, PyObject **owner) {
    *owner = NULL;
    if (PyUnicode_Check(path))
        return py_text(path, "entity_path");
    PyObject *f = py_support("entity_path");
    *owner = f ? PyObject_CallFunctionObjArgs(f, path, NULL) : NULL;
    Py_XDECREF(f);
    return *owner ? py_text(*owner, "entity_path") : NULL;
}

/* Errors in what was given: raised in strict mode, else a warning with the path, and the program goes on. What is no error of the program's is raised in any case. */
static PyObject *soften(PyObject *path, PyObject *strict) {
    PyObject *type, *value, *trace;
    if (!PyErr_ExceptionMatches(PyExc_Exception)) /* KeyboardInterrupt, SystemExit */
        return NULL;
    PyErr_Fetch(&type, &value, &trace);
    PyErr_NormalizeException(&type, &value, &trace);
    PyObject *f = py_support("log_failed"), *result = f && value ? PyObject_CallFunctionObjArgs(f, path, value, strict ? strict : Py_None, NULL) : NULL;
    Py_XDECREF(f);
    Py_XDECREF(type);
    Py_XDECREF(value);
    Py_XDECREF(trace);
    return result;
}

static reel_status log_now(reel_recording *rec, const char *path, const call *c, uint32_t flags, const reel_opt_u64 *num_instances) {
    const reel_row row = {.columns = c->columns, .n_columns = c->n, .flags = flags | REEL__LOG_FREE_COUNTS, .num_instances = num_instances ? *num_instances : (reel_opt_u64){false, 0}};
    reel_status status;
    if (c->bytes > 256 * 1024) {
        Py_BEGIN_ALLOW_THREADS
        status = reel_log_row(rec, path, &row);
        Py_END_ALLOW_THREADS
        return status;
    }
    recording_call_begin();
    status = reel_log_row(rec, path, &row);
    recording_call_end();
    return status;
}

/* Whether strict mode may be on: until it has been, anywhere, nobody needs to be asked. */
static bool may_be_strict;

static PyObject *note_strict_mode(PyObject *self, PyObject *ignored) {
    (void)self, (void)ignored;
    may_be_strict = true;
    Py_RETURN_NONE;
}

static int strict_mode(void) {
    PyObject *f = py_support("strict_mode"), *mode = f ? PyObject_CallNoArgs(f) : NULL;
    int truth = mode ? PyObject_IsTrue(mode) : -1;
    Py_XDECREF(f);
    Py_XDECREF(mode);
    return truth;
}

/* strict: True, False, or None: as strict_mode() says, or, when that is off, as the recording is (0). -1: exception set. */
static int flags_of(PyObject *is_static, PyObject *strict, uint32_t *flags) {
    int truth = is_static ? PyObject_IsTrue(is_static) : 0;
    if (truth < 0)
        return -1;
    *flags = truth ? REEL_LOG_STATIC : 0;
    if (strict && strict != Py_None) {
        truth = PyObject_IsTrue(strict);
        *flags |= truth > 0 ? REEL_LOG_STRICT : truth == 0 ? REEL_LOG_LENIENT : 0;
    } else {
        truth = may_be_strict ? strict_mode() : 0;
        *flags |= truth > 0 ? REEL_LOG_STRICT : 0;
    }
    return truth < 0 ? -1 : 0;
}

static PyObject *log_to(recording *r, PyObject *const *args, Py_ssize_t n, PyObject *is_static, PyObject *strict, PyObject *instances) {
    if (r->notice && recording_notice(r) < 0)
        return NULL;
    call c;
    call_init(&c);
    PyObject *owner = NULL;
    uint32_t flags;
    reel_opt_u64 num_instances = {false, 0};
    reel_status status = REEL_OK;
    bool failed = flags_of(is_static, strict, &flags) < 0;
    if (!failed && instances && instances != Py_None) {
        num_instances = (reel_opt_u64){true, PyLong_AsUnsignedLongLong(instances)};
        failed = PyErr_Occurred() != NULL;
    }
    const char *path = failed ? NULL : path_of(args[0], &owner);
    failed = failed || !path;
    for (Py_ssize_t i = 1; !failed && i < n; i++)
        failed = put_entity(&c, args[i], 0) < 0;
    if (!failed && c.n && (status = log_now(r->rec, path, &c, flags, &num_instances)) != REEL_OK) {
        py_raise(status);
        failed = true;
    }
    call_free(&c);
    Py_XDECREF(owner);
    if (failed)
        return soften(args[0], strict);
    if (recording_tell() < 0)
        return NULL;
    Py_RETURN_NONE;
}

PyObject *recording_log(PyObject *self, PyObject *const *args, Py_ssize_t n, PyObject *names) {
    enum { STATIC, STRICT, RECORDING, TIMELESS, INSTANCES, PATH, ENTITY, N };
    static const char *const texts[N] = {"static", "strict", "recording", "timeless", "num_instances", "entity_path", "entity"};
    static PyObject *known[N];
    PyObject *found[N] = {NULL}, *both[2];
    if (names && keywords("log", args, n, names, texts, known, found, N) < 0)
        return NULL;
    if (found[ENTITY] && n + (found[PATH] != NULL) == 1) {
        both[0] = found[PATH] ? found[PATH] : args[0];
        both[1] = found[ENTITY];
        args = both;
        n = 2;
    }
    PyObject *is_static = found[STATIC] ? found[STATIC] : found[TIMELESS], *strict = found[STRICT], *given = found[RECORDING], *instances = found[INSTANCES];
    if (n < 2)
        return PyErr_Format(PyExc_TypeError, "log() takes an entity path and at least one archetype or list of components (%zd arguments were given)", n);
    recording *r = recording_for(given && given != Py_None ? given : self);
    if (!r) {
        if (PyErr_Occurred())
            return NULL;
        Py_RETURN_NONE;
    }
    if (!reel_is_enabled(r->rec))
        Py_RETURN_NONE;
    Py_INCREF((PyObject *)r); /* another thread, or what is logged, may make another one the current one */
    PyObject *result = log_to(r, args, n, is_static, strict, instances);
    Py_DECREF((PyObject *)r);
    return result;
}

/* ---- columns */

typedef struct times {
    reel_time_column columns[64];
    Py_buffer views[64];
    size_t n;
} times;

static void times_free(times *t) {
    for (size_t i = 0; i < t->n; i++)
        PyBuffer_Release(&t->views[i]);
}

/* _support gives (name, type, int64 values as a buffer) for each index, and (descriptor, batch, lengths as a uint32 buffer or None) for each column. */
static int put_times(times *t, PyObject *indexes, call *c) {
    Py_ssize_t n = PyTuple_Size(indexes);
    if (n > 64) {
        PyErr_Format(PyExc_ValueError, "%zd timelines were given, at most 64 are allowed", n);
        return -1;
    }
    for (Py_ssize_t i = 0; i < n; i++) {
        PyObject *item = PyTuple_GetItem(indexes, i), *name, *values;
        int type;
        if (!PyTuple_Check(item))
            return PyErr_Format(PyExc_TypeError, "times: %.100R was given, (name, type, values) expected", item), -1;
        if (!PyArg_ParseTuple(item, "UiO", &name, &type, &values) || keep(c, item) < 0)
            return -1;
        reel_time_column *column = &t->columns[t->n];
        column->timeline = py_text(name, "timeline");
        column->type = (reel_time_type)type;
        if (!column->timeline || PyObject_GetBuffer(values, &t->views[t->n], PyBUF_C_CONTIGUOUS) < 0)
            return -1;
        const Py_buffer *view = &t->views[t->n++];
        if (view->len % 8 || (uintptr_t)view->buf % 8)
            return PyErr_Format(PyExc_ValueError, "times: %zd bytes were given, int64 values expected", view->len), -1;
        column->values = view->buf;
        column->n = (size_t)view->len / 8;
    }
    return 0;
}

static int put_columns(call *c, PyObject *columns) {
    Py_ssize_t n = PyTuple_Size(columns);
    for (Py_ssize_t i = 0; i < n; i++) {
        PyObject *item = PyTuple_GetItem(columns, i), *descriptor, *values, *lengths;
        batch *b;
        if (!PyTuple_Check(item))
            return PyErr_Format(PyExc_TypeError, "columns: %.100R was given, (descriptor, values, lengths) expected", item), -1;
        if (!PyArg_ParseTuple(item, "OOO", &descriptor, &values, &lengths) || keep(c, item) < 0)
            return -1;
        reel_column *column = next_column(c);
        int result = column ? put_described(c, column, descriptor, values, &b) : -1;
        c->n -= result > 0;
        if (result < 0)
            return -1;
        if (result > 0 || lengths == Py_None)
            continue;
        Py_ssize_t size;
        char *data;
        if (PyBytes_AsStringAndSize(lengths, &data, &size) < 0)
            return -1;
        column->lengths = (const uint32_t *)(const void *)data;
        column->n_rows = (size_t)size / 4;
    }
    return 0;
}

PyObject *recording_send_columns(PyObject *self, PyObject *const *args, Py_ssize_t n, PyObject *names) {
    if (n != 3 || names)
        return PyErr_Format(PyExc_TypeError, "_send_columns() takes 3 arguments (%zd were given)", n);
    recording *r = recording_needed(self);
    if (!r)
        return NULL;
    if (!PyList_Check(args[1]) || !PyList_Check(args[2]))
        return PyErr_Format(PyExc_TypeError, "_send_columns() takes a path, a list of times, and a list of columns");
    call c;
    call_init(&c);
    times t = {0};
    PyObject *owner = NULL, *indexes = PyList_AsTuple(args[1]), *columns = PyList_AsTuple(args[2]); /* what they hold may run code that changes the lists */
    const char *path = indexes && columns ? path_of(args[0], &owner) : NULL;
    bool failed = !path || put_times(&t, indexes, &c) < 0 || put_columns(&c, columns) < 0;
    reel_status status = REEL_OK;
    if (!failed) {
        Py_BEGIN_ALLOW_THREADS
        status = reel_send_columns(r->rec, path, t.columns, t.n, c.columns, c.n);
        Py_END_ALLOW_THREADS
    }
    times_free(&t);
    call_free(&c);
    Py_XDECREF(indexes);
    Py_XDECREF(columns);
    Py_XDECREF(owner);
    if (failed || status != REEL_OK)
        return failed ? NULL : py_raise(status);
    if (recording_tell() < 0)
        return NULL;
    Py_RETURN_NONE;
}

static PyMethodDef functions[] = {
    {"_note_strict_mode", note_strict_mode, METH_NOARGS, "_note_strict_mode()\n--\n\nStrict mode is on, somewhere: rows ask for it from now on."},
    {NULL, NULL, 0, NULL},
};

int log_call_init(PyObject *module) {
    may_be_strict = getenv("RERUN_STRICT") != NULL;
    return PyModule_AddFunctions(module, functions);
}
