/* A web server on 127.0.0.1 for the viewer alone: pages elsewhere (notebooks, reports) show it in a frame and hand it recordings. */
#include "py_sinks.h"

#include "../../src/base/alloc.h"
#include "../../src/base/error.h"
#include "../../src/http/http_server.h"
#include "../../src/view/viewer_files.h"

#include <reel/view.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define VIEWER "/viewer/" REEL__VIEWER_VERSION "/"
enum { N_ROUTES = 6, DIR_MAX = 4096 };

typedef struct server {
    PyObject_HEAD
    reel__http_server *http;
    reel__http_route routes[N_ROUTES];
    char *paths[3];
    PyObject *page, *script; /* bytes */
    pid_t pid;               /* whose thread serves: the child of a fork has none to end */
} server;

/* The viewer is shown in frames of other pages, which is what it is for; it has nothing of its own to give away. */
static const char policy[] = "Content-Security-Policy: default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'unsafe-inline'; img-src 'self' data:; connect-src * data: blob:; "
                             "base-uri 'none'; form-action 'none'\r\n";

/* The size before compression goes with it, for the loading bar. */
static reel_status make_wasm(void *user, reel__http_content *content) {
    const server *s = user;
    char dir[DIR_MAX];
    reel__viewer_files files;
    REEL__TRY(reel_viewer_dir(dir, sizeof dir));
    REEL__TRY(reel__viewer_files_read(&files, dir));
    reel__buf_format(&content->headers, "rerun-final-length: %llu\r\n", (unsigned long long)files.wasm_bytes);
    content->file = reel__copy_text(s->paths[2], strlen(s->paths[2]));
    return content->file ? REEL_OK : reel_fail(REEL_E_NO_MEMORY, "no memory");
}

static int fill(server *s) {
    static const char *const names[3] = {"index.js", "re_viewer.js", "re_viewer_bg.wasm.gz"};
    static const char js[] = "text/javascript; charset=utf-8";
    char dir[DIR_MAX], path[DIR_MAX + 64];
    reel_status status = reel_viewer_dir(dir, sizeof dir);
    if (status != REEL_OK)
        return py_raise(status), -1;
    for (int i = 0; i < 3; i++) {
        snprintf(path, sizeof path, "%s/%s/%s", dir, REEL__VIEWER_VERSION, names[i]);
        if (!(s->paths[i] = strdup(path)))
            return PyErr_NoMemory(), -1;
    }
    char *page, *script;
    Py_ssize_t n_page, n_script;
    if (PyBytes_AsStringAndSize(s->page, &page, &n_page) < 0 || PyBytes_AsStringAndSize(s->script, &script, &n_script) < 0)
        return -1;
    reel__http_route *r = s->routes;
    r[0] = (reel__http_route){.path = "/", .type = "text/html; charset=utf-8", .headers = policy, .bytes = page, .n_bytes = (size_t)n_page};
    r[1] = (reel__http_route){.path = "/frame.js", .type = js, .bytes = script, .n_bytes = (size_t)n_script};
    r[2] = (reel__http_route){.path = VIEWER "index.js", .type = js, .file = s->paths[0]};
    r[3] = (reel__http_route){.path = VIEWER "re_viewer.js", .type = js, .file = s->paths[1]};
    r[4] = (reel__http_route){.path = VIEWER "re_viewer", .type = js, .file = s->paths[1]}; /* as index.js asks for it */
    r[5] = (reel__http_route){.path = VIEWER "re_viewer_bg.wasm", .type = "application/wasm", .encoding = "gzip", .make = make_wasm, .user = s};
    return 0;
}

static int server_init(PyObject *self, PyObject *args, PyObject *kwargs) {
    static char *names[] = {"port", "page", "script", NULL};
    server *s = (server *)self;
    int port;
    PyObject *page, *script;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "iSS:ViewerServer", names, &port, &page, &script))
        return -1;
    if (s->page) {
        PyErr_SetString(PyExc_ValueError, "the server has been started before");
        return -1;
    }
    if (port < 0 || port > 65535) {
        PyErr_Format(PyExc_ValueError, "port: %d is none (0 to 65535; 0: a free one)", port);
        return -1;
    }
    s->pid = getpid();
    s->page = Py_NewRef(page);
    s->script = Py_NewRef(script);
    if (fill(s) < 0)
        return -1;
    const reel__http_options options = {.port = (uint16_t)port};
    reel_status status = reel__http_start(&s->http, s->routes, N_ROUTES, &options);
    return status == REEL_OK ? 0 : (py_raise(status), -1);
}

static PyObject *server_stop(PyObject *self, PyObject *ignored) {
    (void)ignored;
    server *s = (server *)self;
    reel__http_server *http = s->http;
    s->http = NULL;
    if (s->pid == getpid()) {
        Py_BEGIN_ALLOW_THREADS
        reel__http_stop(http);
        Py_END_ALLOW_THREADS
    }
    Py_RETURN_NONE;
}

static void server_dealloc(PyObject *self) {
    server *s = (server *)self;
    PyTypeObject *type = Py_TYPE(self);
    Py_DECREF(server_stop(self, NULL));
    for (int i = 0; i < 3; i++)
        free(s->paths[i]);
    Py_XDECREF(s->page);
    Py_XDECREF(s->script);
    ((freefunc)PyType_GetSlot(type, Py_tp_free))(self);
    Py_DECREF(type);
}

static PyObject *server_url(PyObject *self, void *ignored) {
    (void)ignored;
    server *s = (server *)self;
    return s->http ? PyUnicode_FromFormat("http://127.0.0.1:%u", (unsigned)reel__http_port(s->http)) : PyErr_Format(PyExc_ValueError, "the server has been stopped");
}

/* Where the viewer's files are, and what is missing. */
static PyObject *viewer_dir(PyObject *self, PyObject *ignored) {
    (void)self, (void)ignored;
    char dir[DIR_MAX];
    reel_status status = reel_viewer_dir(dir, sizeof dir);
    if (status == REEL_OK)
        status = reel_viewer_check(dir);
    return status == REEL_OK ? PyUnicode_FromFormat("%s/%s", dir, REEL__VIEWER_VERSION) : py_raise(status);
}

static PyMethodDef server_methods[] = {{"stop", server_stop, METH_NOARGS, "stop($self, /)\n--\n\nEnds the server."}, {NULL, NULL, 0, NULL}};
static PyGetSetDef server_getset[] = {{"url", server_url, NULL, "Its address.", NULL}, {NULL, NULL, NULL, NULL, NULL}};
static PyMethodDef functions[] = {{"viewer_dir", viewer_dir, METH_NOARGS, "viewer_dir()\n--\n\nThe folder with the viewer's files; an exception when it is not installed."}, {NULL, NULL, 0, NULL}};

int view_init(PyObject *module) {
    PyType_Slot slots[] = {{Py_tp_new, PyType_GenericNew}, {Py_tp_init, server_init}, {Py_tp_dealloc, server_dealloc}, {Py_tp_methods, server_methods}, {Py_tp_getset, server_getset},
                           {Py_tp_doc, "Serves the viewer on 127.0.0.1."}, {0, NULL}};
    PyType_Spec spec = {"reel._reel.ViewerServer", (int)sizeof(server), 0, Py_TPFLAGS_DEFAULT, slots};
    PyObject *type = PyType_FromSpec(&spec);
    if (!type || PyModule_AddFunctions(module, functions) < 0)
        return -1;
    int result = PyModule_AddObjectRef(module, "ViewerServer", type);
    Py_DECREF(type);
    return result < 0 ? -1 : PyModule_AddStringConstant(module, "viewer_version", reel_viewer_version());
}
