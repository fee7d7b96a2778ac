/* reel/view.h: look at recordings in the official viewer, offline, served from 127.0.0.1. */
#ifndef REEL_VIEW_H
#define REEL_VIEW_H

#include <reel/base.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A small web server on 127.0.0.1 that serves one page, the viewer's assets and the given recordings. It has threads of its own. */
typedef struct reel_view reel_view;
typedef struct reel_view_options {
    size_t struct_size;
    uint16_t port;               /* 0: a free one */
    const char *viewer_dir;      /* where `reel viewer install` put the assets; NULL: $REEL_VIEWER_DIR, else the user's data folder */
} reel_view_options;

/* Starts serving. paths: n .rrd files, opened anew at each request, so that a new capture shows on reload. NULL on error (reel_error_message()). */
REEL_API reel_view *reel_view_start(const char *const *paths, size_t n, const reel_view_options *options);
/* "http://127.0.0.1:PORT/"; valid as long as the view. */
REEL_API const char *reel_view_url(reel_view *view);
/* Stops the server, ends its threads, frees it. NULL is allowed. */
REEL_API void reel_view_stop(reel_view *view);

#ifdef __cplusplus
}
#endif
#endif
