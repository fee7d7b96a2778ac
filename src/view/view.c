/* The view: a table of routes over the HTTP server.
 *
 *     /                               the page, with the import map of the installed viewer and the policy that goes with it
 *     /page.css /page.js              its parts
 *     /reel.json                      what the page is to open
 *     /viewer/0.33.0/...              the viewer's files
 *     /recording/<i>/<name>.rrd       the recordings
 *
 * Nothing is read at start: page, viewer and recordings are looked at when they are asked for, so that a viewer installed or a recording
 * made later is found by a reload. */
#include <reel/view.h>

#include "../base/alloc.h"
#include "../base/error.h"
#include "../base/text.h"
#include "../http/http_server.h"
#include "page_assets.h"
#include "viewer_files.h"

#include <stdio.h>
#include <string.h>

#define VIEWER               "/viewer/" REEL__VIEWER_VERSION "/"
#define IMPORT_MAP_BYTES_MAX 4096
#define NAME_BYTES_MAX       900 /* leaves room in a request's path for the rest of a route */
#define PATH_BYTES_MAX       4096

enum { ROUTE_PAGE, ROUTE_CSS, ROUTE_JS, ROUTE_JSON, ROUTE_INDEX_JS, ROUTE_RE_VIEWER_JS, ROUTE_WASM, N_FIXED_ROUTES };

static const char type_html[] = "text/html; charset=utf-8", type_css[] = "text/css; charset=utf-8", type_js[] = "text/javascript; charset=utf-8",
                  type_json[] = "application/json", type_wasm[] = "application/wasm", type_rrd[] = "application/octet-stream";

typedef struct recording {
    char *path;    /* of the file */
    char *name;    /* its last part, for people */
    char *route;   /* the path of its address, decoded */
    char *address; /* the same, percent-encoded */
    char *url;     /* with the origin; only the starting thread uses it, since it is not known before the port is */
} recording;

struct reel_view {
    reel__http_server *server;
    reel__http_route *routes; /* the fixed ones, then one for each recording */
    recording *recordings;
    size_t n_recordings;
    char *dir, *index_js, *re_viewer_js, *wasm;
    char url[40];
};

/* ---- small texts ---- */

/* The buffer's bytes as a text of its own; NULL when memory is out. Frees the buffer. */
static char *take_text(reel__buf *b) {
    char *text = b->failed ? NULL : reel__copy_text(b->data ? (const char *)b->data : "", b->size);
    reel__buf_free(b);
    return text;
}

static void put_percent_encoded(reel__buf *out, const char *text) {
    for (; *text; text++) {
        unsigned char c = (unsigned char)*text;
        bool is_plain = (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z') || strchr("-._~", c);
        reel__buf_format(out, is_plain ? "%c" : "%%%02X", c);
    }
}

/* A JSON string. A file's name may be any bytes: what is not UTF-8 is shown as replacement characters. */
static void put_json_text(reel__buf *out, const char *text) {
    bool is_utf8 = reel__utf8_valid(text, strlen(text));
    reel__buf_u8(out, '"');
    for (; *text; text++) {
        unsigned char c = (unsigned char)*text;
        if (c == '"' || c == '\\')
            reel__buf_format(out, "\\%c", c);
        else if (c < ' ')
            reel__buf_format(out, "\\u%04x", c);
        else if (c >= 0x80 && !is_utf8)
            reel__buf_text(out, "\\ufffd");
        else
            reel__buf_u8(out, c);
    }
    reel__buf_u8(out, '"');
}

/* ---- what the routes answer ---- */

/* Nothing inline but the import map, nothing from elsewhere; 'wasm-unsafe-eval' is what compiling WebAssembly needs, and the style attributes are
 * those of the viewer's loading bar. Embedding is for pages of this origin. */
static void put_policy(reel__buf *headers, const char *map_hash) {
    reel__buf_text(headers, "Content-Security-Policy: default-src 'none'; script-src 'self' 'wasm-unsafe-eval'");
    if (map_hash) reel__buf_format(headers, " '%s'", map_hash);
    reel__buf_text(headers, "; style-src-elem 'self'; style-src-attr 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; "
                            "form-action 'none'; frame-ancestors 'self'\r\n");
}

/* The import map goes into the page as it lies, since the policy names the hash of exactly these bytes. */
static reel_status read_import_map(const reel_view *view, reel__buf *out) {
    char path[PATH_BYTES_MAX + 64];
    snprintf(path, sizeof path, "%s/%s/importmap.json", view->dir, REEL__VIEWER_VERSION);
    REEL__TRY(reel__read_small_file(out, path, IMPORT_MAP_BYTES_MAX));
    if (out->size && memchr(out->data, '<', out->size)) return reel__fail(REEL_E_FORMAT, "%s holds a '<'", path);
    return REEL_OK;
}

static reel_status make_page(void *user, reel__http_content *content) {
    static const char marker[] = "<!--importmap-->";
    const reel_view *view = user;
    const char *html = (const char *)reel__page_html, *end = html + reel__page_html_size;
    const char *at = html;
    while ((size_t)(end - at) >= sizeof marker - 1 && memcmp(at, marker, sizeof marker - 1) != 0) at++;

    reel__viewer_files files;
    reel__buf map = { 0 };
    /* Without the viewer the page still comes: it is what tells a person to install it. */
    bool has_viewer = reel__viewer_files_read(&files, view->dir) == REEL_OK && read_import_map(view, &map) == REEL_OK;
    reel__buf_put(&content->body, html, (size_t)(at - html));
    if (has_viewer) {
        reel__buf_text(&content->body, "<script type=\"importmap\">");
        reel__buf_put(&content->body, map.data, map.size);
        reel__buf_text(&content->body, "</script>");
    }
    at += sizeof marker - 1;
    reel__buf_put(&content->body, at, (size_t)(end - at));
    put_policy(&content->headers, has_viewer ? files.map_hash : NULL);
    reel__buf_free(&map);
    return REEL_OK;
}

static reel_status make_json(void *user, reel__http_content *content) {
    const reel_view *view = user;
    reel__buf *out = &content->body;
    reel__viewer_files files;
    reel__buf_text(out, "{\"version\":\"" REEL__VIEWER_VERSION "\",\"recordings\":[");
    for (size_t i = 0; i < view->n_recordings; i++) {
        reel__buf_text(out, i ? ",{\"name\":" : "{\"name\":");
        put_json_text(out, view->recordings[i].name);
        reel__buf_text(out, ",\"url\":\"");
        reel__buf_text(out, view->recordings[i].address); /* without the origin: localhost is served as well */
        reel__buf_text(out, "\"}");
    }
    reel__buf_text(out, "]");
    if (reel__viewer_files_read(&files, view->dir) != REEL_OK) {
        reel__buf_text(out, ",\"viewer_missing\":");
        put_json_text(out, reel_error_message());
    }
    reel__buf_text(out, "}");
    return REEL_OK;
}

/* The size before compression goes with it, for the viewer's loading bar. */
static reel_status make_wasm(void *user, reel__http_content *content) {
    const reel_view *view = user;
    reel__viewer_files files;
    REEL__TRY(reel__viewer_files_read(&files, view->dir));
    reel__buf_format(&content->headers, "rerun-final-length: %llu\r\n", (unsigned long long)files.wasm_bytes);
    content->file = reel__copy_text(view->wasm, strlen(view->wasm));
    return content->file ? REEL_OK : reel__fail(REEL_E_NO_MEMORY, "no memory");
}

/* ---- setting up ---- */

static char *viewer_path(const reel_view *view, const char *name) {
    reel__buf b = { 0 };
    reel__buf_format(&b, "%s/%s/%s", view->dir, REEL__VIEWER_VERSION, name);
    return take_text(&b);
}

static reel_status add_recording(reel_view *view, size_t i, const char *path) {
    if (!path || !*path) return reel__fail(REEL_E_ARGUMENT, "reel_view_start: paths[%zu] is %s", i, path ? "empty" : "NULL");
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
    size_t size = strlen(name);
    if (size > NAME_BYTES_MAX) return reel__fail(REEL_E_TOO_LARGE, "paths[%zu] has a name of %zu bytes (%d at most)", i, size, NAME_BYTES_MAX);
    /* The viewer tells formats apart by the ending. */
    bool has_ending = size >= 4 && !strcmp(name + size - 4, ".rrd");
    recording *r = &view->recordings[i];
    reel__buf route = { 0 };
    reel__buf_format(&route, "/recording/%zu/%s%s", i, name, has_ending ? "" : ".rrd");
    r->path = reel__copy_text(path, strlen(path));
    r->name = reel__copy_text(name, size);
    r->route = take_text(&route);
    reel__buf address = { 0 };
    reel__buf_format(&address, "/recording/%zu/", i);
    put_percent_encoded(&address, name);
    reel__buf_text(&address, has_ending ? "" : ".rrd");
    r->address = take_text(&address);
    return r->path && r->name && r->route && r->address ? REEL_OK : reel__fail(REEL_E_NO_MEMORY, "no memory for a view of %zu recordings", view->n_recordings);
}

static void fill_routes(reel_view *view) {
    reel__http_route *r = view->routes;
    r[ROUTE_PAGE] = (reel__http_route) { .path = "/", .type = type_html, .make = make_page, .user = view };
    r[ROUTE_CSS] = (reel__http_route) { .path = "/page.css", .type = type_css, .bytes = reel__page_css, .n_bytes = reel__page_css_size };
    r[ROUTE_JS] = (reel__http_route) { .path = "/page.js", .type = type_js, .bytes = reel__page_js, .n_bytes = reel__page_js_size };
    r[ROUTE_JSON] = (reel__http_route) { .path = "/reel.json", .type = type_json, .make = make_json, .user = view };
    r[ROUTE_INDEX_JS] = (reel__http_route) { .path = VIEWER "index.js", .type = type_js, .file = view->index_js };
    r[ROUTE_RE_VIEWER_JS] = (reel__http_route) { .path = VIEWER "re_viewer.js", .type = type_js, .file = view->re_viewer_js };
    r[ROUTE_WASM] = (reel__http_route) { .path = VIEWER "re_viewer_bg.wasm", .type = type_wasm, .encoding = "gzip", .make = make_wasm, .user = view };
    for (size_t i = 0; i < view->n_recordings; i++)
        r[N_FIXED_ROUTES + i] = (reel__http_route) { .path = view->recordings[i].route, .type = type_rrd, .file = view->recordings[i].path };
}

static reel_status make_urls(reel_view *view) {
    snprintf(view->url, sizeof view->url, "http://127.0.0.1:%u/", reel__http_port(view->server));
    for (size_t i = 0; i < view->n_recordings; i++) {
        recording *r = &view->recordings[i];
        reel__buf url = { 0 };
        reel__buf_format(&url, "%.*s%s", (int)strlen(view->url) - 1, view->url, r->address);
        if (!(r->url = take_text(&url))) return reel__fail(REEL_E_NO_MEMORY, "no memory for the addresses of a view");
    }
    return REEL_OK;
}

static reel_status set_up(reel_view *view, const char *const *paths, size_t n, const reel_view_options *options) {
    char dir[PATH_BYTES_MAX];
    const char *chosen = options->viewer_dir;
    if (!chosen) {
        REEL__TRY(reel_viewer_dir(dir, sizeof dir));
        chosen = dir;
    }
    if (strlen(chosen) >= PATH_BYTES_MAX) return reel__fail(REEL_E_TOO_LARGE, "viewer_dir has %zu bytes (%d at most)", strlen(chosen), PATH_BYTES_MAX - 1);
    view->dir = reel__copy_text(chosen, strlen(chosen));
    view->recordings = reel__alloc_array(n, sizeof *view->recordings);
    view->routes = n < SIZE_MAX - N_FIXED_ROUTES ? reel__alloc_array(n + N_FIXED_ROUTES, sizeof *view->routes) : NULL;
    if (!view->dir || !view->recordings || !view->routes) return reel__fail(REEL_E_NO_MEMORY, "no memory for a view of %zu recordings", n);
    view->n_recordings = n;
    view->index_js = viewer_path(view, "index.js");
    view->re_viewer_js = viewer_path(view, "re_viewer.js");
    view->wasm = viewer_path(view, "re_viewer_bg.wasm.gz");
    if (!view->index_js || !view->re_viewer_js || !view->wasm) return reel__fail(REEL_E_NO_MEMORY, "no memory for a view");
    for (size_t i = 0; i < n; i++) REEL__TRY(add_recording(view, i, paths[i]));
    fill_routes(view);
    return REEL_OK;
}

reel_view *reel_view_start(const char *const *paths, size_t n, const reel_view_options *options) {
    reel_view_options chosen = { 0 };
    if (options) memcpy(&chosen, options, options->struct_size < sizeof chosen ? options->struct_size : sizeof chosen);
    if (!paths || !n) {
        reel__fail(REEL_E_ARGUMENT, "reel_view_start: %s", paths ? "n is 0: a view needs at least one recording" : "paths is NULL");
        return NULL;
    }
    reel_view *view = reel__alloc_zero(sizeof *view);
    if (!view) {
        reel__fail(REEL_E_NO_MEMORY, "no memory for a view");
        return NULL;
    }
    reel_status status = set_up(view, paths, n, &chosen);
    if (status == REEL_OK) {
        reel__http_options http = { .port = chosen.port };
        status = reel__http_start(&view->server, view->routes, N_FIXED_ROUTES + n, &http);
    }
    if (status == REEL_OK) status = make_urls(view);
    if (status == REEL_OK) return view;
    reel_view_stop(view);
    return NULL;
}

const char *reel_view_url(const reel_view *view) { return view ? view->url : NULL; }

const char *reel_view_recording_url(const reel_view *view, size_t i) { return view && i < view->n_recordings ? view->recordings[i].url : NULL; }

void reel_view_stop(reel_view *view) {
    if (!view) return;
    reel__http_stop(view->server);
    for (size_t i = 0; i < view->n_recordings; i++) {
        recording *r = &view->recordings[i];
        reel__release(r->path);
        reel__release(r->name);
        reel__release(r->route);
        reel__release(r->address);
        reel__release(r->url);
    }
    reel__release(view->recordings);
    reel__release(view->routes);
    reel__release(view->dir);
    reel__release(view->index_js);
    reel__release(view->re_viewer_js);
    reel__release(view->wasm);
    reel__release(view);
}
