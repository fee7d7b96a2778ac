/* A small HTTP/1.1 server for this machine alone: it binds 127.0.0.1 and serves a fixed table of routes, from one thread of its own. */
#ifndef REEL_HTTP_SERVER_H
#define REEL_HTTP_SERVER_H

#include "http_answer.h"

typedef struct reel__http_server reel__http_server;

/* Zero is the default in every field. */
typedef struct reel__http_options {
    uint16_t port;            /* 0: a free one */
    uint32_t connections_max; /* 64. One more takes the place of the connection that has been idle longest, or waits */
    int64_t head_ms;          /* 10,000: from a request's first byte to its last */
    int64_t idle_ms;          /* 60,000: without a request */
    int64_t stall_ms;         /* 30,000: without the client taking a byte of an answer */
} reel__http_options;

/* Starts serving. The routes, and all they point to, are borrowed until reel__http_stop. options may be NULL.
 * REEL_E_IO (the text names the port), REEL_E_NO_MEMORY. */
reel_status reel__http_start(reel__http_server **out, const reel__http_route *routes, size_t n_routes, const reel__http_options *options);
uint16_t reel__http_port(const reel__http_server *server);
/* Ends the thread and every connection, and frees the server. NULL is allowed. */
void reel__http_stop(reel__http_server *server);

#endif
