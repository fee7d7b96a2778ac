/* From a request and a table of routes to an answer: status, headers and where the body's bytes come from. Opens files, touches no socket. */
#ifndef REEL_HTTP_ANSWER_H
#define REEL_HTTP_ANSWER_H

#include "../base/buf.h"
#include "http_parse.h"

/* What a callback route answers with. It begins as 200 with an empty body and the route's type, coding and headers. */
typedef struct reel__http_content {
    int status;
    const char *type, *encoding; /* static texts; encoding NULL: as it is */
    reel__buf headers;           /* whole lines, each with its CRLF */
    reel__buf body;              /* this, or the file below */
    char *file;                  /* a path from reel__copy_text, released by the server; NULL: body */
} reel__http_content;

/* Runs on the server's thread. Anything but REEL_OK is answered with 500 and reel_error_message(). */
typedef reel_status (*reel__http_make)(void *user, reel__http_content *content);

/* One exact path and what stands behind it: a file (opened anew at each request), bytes, or a callback, whichever is set first. Everything is
 * borrowed for the life of the server. */
typedef struct reel__http_route {
    const char *path; /* decoded, beginning with a slash */
    const char *type;
    const char *encoding; /* the bytes are stored with this content coding; NULL: as they are */
    const char *headers;  /* whole lines, each with its CRLF; NULL: none */
    const char *file;
    const void *bytes;
    size_t n_bytes;
    reel__http_make make;
    void *user;
} reel__http_route;

typedef struct reel__http_answer {
    reel__buf head;
    reel__buf owned;       /* the body, when it was made for this answer */
    const uint8_t *bytes;  /* the body in memory; NULL: in the file */
    int file;              /* a descriptor, -1: none */
    uint64_t offset, left; /* what of the body is still to send */
    bool close;            /* the connection ends after this */
} reel__http_answer;

/* Fills `answer` for a parsed request; `port` is the server's, for the check of the Host header. When answer->head.failed, memory is out and
 * nothing can be sent. */
void reel__http_respond(reel__http_answer *answer, const reel__http_route *routes, size_t n_routes, uint16_t port, const reel__http_request *request);
/* An answer to a request that could not be parsed; the connection ends after it. */
void reel__http_refuse(reel__http_answer *answer, int status);
void reel__http_answer_free(reel__http_answer *answer);

#endif
