/* Reads the head of one HTTP/1.1 request (RFC 9112). Pure functions on bytes: no socket, no file, no allocation, so that they can be fuzzed. */
#ifndef REEL_HTTP_PARSE_H
#define REEL_HTTP_PARSE_H

#include <reel/base.h>

#define REEL__HTTP_HEAD_BYTES_MAX 8192 /* request line and headers with the blank line; more is answered with 431 */
#define REEL__HTTP_PATH_BYTES_MAX 1024 /* after decoding; more is answered with 414 */

/* A run of bytes inside the head; data is NULL when the header was not sent. */
typedef struct reel__http_text {
    const char *data;
    size_t size;
} reel__http_text;

typedef enum reel__http_method { REEL__HTTP_GET, REEL__HTTP_HEAD, REEL__HTTP_OTHER } reel__http_method;

typedef struct reel__http_request {
    reel__http_method method;
    bool keep_alive;
    char path[REEL__HTTP_PATH_BYTES_MAX]; /* percent-decoded once, without the query; not NUL-terminated, holds no NUL */
    size_t path_size;
    reel__http_text host, range, if_range, if_none_match, accept_encoding;
} reel__http_request;

/* The size of the first head in data, blank line included; 0 when it is not complete. `from` is how many bytes an earlier call has seen without
 * finding the end: they are not searched again, so that a head that comes byte by byte costs no more than one that comes at once. */
size_t reel__http_head_size(const void *data, size_t size, size_t from);

/* Parses one whole head. 0: request is filled, its texts point into head. Else the status to refuse it with: 400, 413 (has a body), 414,
 * 501 (has a transfer coding), 505. A refused request leaves the connection in an unknown state: close it. */
int reel__http_parse(reel__http_request *request, const void *head, size_t size);

typedef enum reel__http_range_kind {
    REEL__HTTP_RANGE_ALL,  /* no range, one that is not understood, or several: the whole body is sent */
    REEL__HTTP_RANGE_PART, /* first..last, both inclusive, inside the body */
    REEL__HTTP_RANGE_NONE  /* nothing of it lies inside the body: 416 */
} reel__http_range_kind;

/* A Range header's value against a body of `size` bytes. */
reel__http_range_kind reel__http_range(reel__http_text value, uint64_t size, uint64_t *first, uint64_t *last);

/* Does a comma-separated list of entity tags, or "*", name `tag` (with its quotes)? Weak comparison, as If-None-Match asks for. */
bool reel__http_tag_listed(reel__http_text list, const char *tag);

/* May an answer be sent with this content coding (lower case)? */
bool reel__http_accepts(reel__http_text accept_encoding, const char *coding);

bool reel__http_text_is(reel__http_text text, const char *other); /* ASCII letters compare without case */

#endif
