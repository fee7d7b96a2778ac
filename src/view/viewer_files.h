/* The viewer's files on disk, as `reel viewer install` leaves them:
 *
 *     DIR/0.33.0/index.js               from the package, unchanged
 *     DIR/0.33.0/re_viewer.js           from the package, unchanged
 *     DIR/0.33.0/re_viewer_bg.wasm.gz   from the package, gzip-compressed: served as it lies
 *     DIR/0.33.0/importmap.json         the page's import map: index.js imports "./re_viewer" without its ending, and both scripts' hashes
 *     DIR/0.33.0/viewer.txt             what should be there, one file a line: name, size, hash as a content security policy writes it
 *
 * viewer.txt begins with the line "reel viewer 0.33.0" and ends with "re_viewer_bg.wasm SIZE", the size before compression. */
#ifndef REEL_VIEW_VIEWER_FILES_H
#define REEL_VIEW_VIEWER_FILES_H

#include "../base/buf.h"

#define REEL__VIEWER_VERSION    "0.33.0"
#define REEL__VIEWER_HASH_BYTES 52 /* "sha256-", 44 characters of base64, NUL */

typedef struct reel__viewer_files {
    char map_hash[REEL__VIEWER_HASH_BYTES]; /* of importmap.json */
    uint64_t wasm_bytes;                    /* before compression */
} reel__viewer_files;

/* Reads DIR/VERSION/viewer.txt and compares the sizes of all files with it. REEL_E_NOT_FOUND, REEL_E_FORMAT; the text tells what to do. */
reel_status reel__viewer_files_read(reel__viewer_files *out, const char *dir);

/* Appends a small file's bytes, at most bytes_max. */
reel_status reel__read_small_file(reel__buf *out, const char *path, size_t bytes_max);

#endif
