/* reel/view.h: look at recordings in the official viewer, offline, served from 127.0.0.1.
 *
 *     const char *paths[] = { "run.rrd" };
 *     reel_view *view = reel_view_start(paths, 1, NULL);
 *     if (view) printf("open %s\n", reel_view_url(view));
 *     ...                                                      a reload of the page shows what the file holds by then
 *     reel_view_stop(view);
 *
 * The viewer itself is a program of 47 MB for browsers that is not part of the library: `reel viewer install` puts it into a folder once.
 * All functions are thread-safe, but for one view stopped while it is used. */
#ifndef REEL_VIEW_H
#define REEL_VIEW_H

#include <reel/base.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A small web server on 127.0.0.1 that serves one page, the viewer's assets and the given recordings. It has one thread of its own. */
typedef struct reel_view reel_view;
typedef struct reel_view_options {
    size_t struct_size;     /* sizeof(reel_view_options) */
    uint16_t port;          /* 0: a free one */
    const char *viewer_dir; /* where `reel viewer install` put the assets; NULL: reel_viewer_dir(). Copied */
} reel_view_options;

/* Starts serving. paths: n .rrd files (at least one, copied), opened anew at each request, so that a new capture shows on reload. A file or
 * viewer that is not there yet is no error here: the page says so. options may be NULL. NULL on error (reel_error_message()). Never waits. */
REEL_API reel_view *reel_view_start(const char *const *paths, size_t n, const reel_view_options *options);
/* "http://127.0.0.1:PORT/"; valid as long as the view. NULL for NULL. */
REEL_API const char *reel_view_url(const reel_view *view);
/* The address of the i-th recording, "http://127.0.0.1:PORT/recording/0/run.rrd"; valid as long as the view. NULL beyond the last. */
REEL_API const char *reel_view_recording_url(const reel_view *view, size_t i);
/* Stops the server, ends its thread, frees it; waits for that thread (milliseconds). NULL is allowed. */
REEL_API void reel_view_stop(reel_view *view);

/* The version of the viewer that this library serves: "0.33.0". Static storage. */
REEL_API const char *reel_viewer_version(void);
/* Writes the viewer's folder to out, with a NUL: $REEL_VIEWER_DIR, else $XDG_DATA_HOME/reel/viewer, else ~/.local/share/reel/viewer.
 * REEL_E_ENVIRONMENT when none of the variables is set, REEL_E_TOO_LARGE when `size` bytes do not hold it. */
REEL_API reel_status reel_viewer_dir(char *out, size_t size);
/* Are the viewer's files in dir (NULL: reel_viewer_dir()) there and as long as they should be? REEL_E_NOT_FOUND, REEL_E_FORMAT;
 * reel_error_message() says what to do. Reads one small file. */
REEL_API reel_status reel_viewer_check(const char *dir);

#ifdef __cplusplus
}
#endif
#endif
