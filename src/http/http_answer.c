#include "http_answer.h"

#include "../base/alloc.h"
#include "../base/error.h"
#include "../base/map.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define TAG_BYTES 72

static const struct {
    int status;
    char reason[32];
} reasons[] = {
    { 200, "OK" },
    { 206, "Partial Content" },
    { 304, "Not Modified" },
    { 400, "Bad Request" },
    { 403, "Forbidden" },
    { 404, "Not Found" },
    { 405, "Method Not Allowed" },
    { 406, "Not Acceptable" },
    { 413, "Content Too Large" },
    { 414, "URI Too Long" },
    { 416, "Range Not Satisfiable" },
    { 431, "Request Header Fields Too Large" },
    { 500, "Internal Server Error" },
    { 501, "Not Implemented" },
    { 505, "HTTP Version Not Supported" },
};

static const char *reason_of(int status) {
    for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++)
        if (reasons[i].status == status) return reasons[i].reason;
    return "Error";
}

/* "Date: Sun, 06 Nov 1994 08:49:37 GMT", written by hand because strftime follows the program's locale. */
static void put_date(reel__buf *head) {
    static const char days[] = "SunMonTueWedThuFriSat", months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    time_t now = time(NULL);
    struct tm t;
    if (!gmtime_r(&now, &t)) return;
    reel__buf_format(head, "Date: %.3s, %02d %.3s %04d %02d:%02d:%02d GMT\r\n", days + 3 * t.tm_wday, t.tm_mday, months + 3 * t.tm_mon, t.tm_year + 1900,
                     t.tm_hour, t.tm_min, t.tm_sec);
}

/* The status line and the headers that every answer has. nosniff and the resource policy keep other sites from reading recordings through
 * script, image or worker tags; no-cache makes a reload ask again, which the entity tag makes cheap. */
static void begin_head(reel__http_answer *answer, int status) {
    answer->head.size = 0;
    reel__buf_format(&answer->head, "HTTP/1.1 %d %s\r\n", status, reason_of(status));
    put_date(&answer->head);
    reel__buf_text(&answer->head, "X-Content-Type-Options: nosniff\r\nCross-Origin-Resource-Policy: same-origin\r\n"
                                  "Referrer-Policy: no-referrer\r\nCache-Control: no-cache\r\n");
}

static void end_head(reel__http_answer *answer, uint64_t length) {
    reel__buf_format(&answer->head, "Content-Length: %llu\r\nConnection: %s\r\n\r\n", (unsigned long long)length, answer->close ? "close" : "keep-alive");
}

/* An answer that is one sentence for a person. */
static void answer_text(reel__http_answer *answer, int status, const char *extra_headers, const char *text) {
    if (answer->file >= 0) close(answer->file);
    answer->file = -1;
    answer->owned.size = 0;
    reel__buf_format(&answer->owned, "%s\n", text);
    begin_head(answer, status);
    reel__buf_format(&answer->head, "Content-Type: text/plain; charset=utf-8\r\n%s", extra_headers);
    end_head(answer, answer->owned.size);
    answer->bytes = answer->owned.data;
    answer->offset = 0;
    answer->left = answer->owned.size;
    if (answer->owned.failed) answer->head.failed = true;
}

void reel__http_refuse(reel__http_answer *answer, int status) {
    *answer = (reel__http_answer) { .file = -1, .close = true };
    answer_text(answer, status, "", reason_of(status));
}

void reel__http_answer_free(reel__http_answer *answer) {
    if (answer->file >= 0) close(answer->file);
    reel__buf_free(&answer->head);
    reel__buf_free(&answer->owned);
    *answer = (reel__http_answer) { .file = -1 };
}

/* A page of another site whose name was made to resolve to 127.0.0.1 sends its own name here; only ours are answered. */
static bool host_is_ours(reel__http_text host, uint16_t port) {
    char name[32];
    static const char *const names[] = { "127.0.0.1", "localhost" };
    for (size_t i = 0; i < 2; i++) {
        snprintf(name, sizeof name, "%s:%u", names[i], port);
        if (reel__http_text_is(host, name) || (port == 80 && reel__http_text_is(host, names[i]))) return true;
    }
    return false;
}

/* What a route stands for at this moment: a body of a fixed size, its tag and its headers. */
typedef struct body {
    int status;
    const char *type, *encoding;
    uint64_t size;
    char tag[TAG_BYTES];
} body;

/* Opens a file and takes its size now: what a recorder appends while it is sent belongs to the next request. 0, or the status to refuse with
 * after answer_text. Not blocking, so that a pipe under that name can't hang the server. */
static int open_file(reel__http_answer *answer, const char *path, body *b) {
    const char *name = strrchr(path, '/') ? strrchr(path, '/') + 1 : path;
    char text[512];
    struct stat s;
    answer->file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (answer->file < 0 || fstat(answer->file, &s) != 0) {
        int error = errno;
        snprintf(text, sizeof text, "%s: %s", name, strerror(error));
        answer_text(answer, error == ENOENT || error == ENOTDIR ? 404 : error == EACCES ? 403 : 500, "", text);
        return -1;
    }
    if (!S_ISREG(s.st_mode)) {
        snprintf(text, sizeof text, "%s: is a %s, not a file", name, S_ISDIR(s.st_mode) ? "folder" : "device or pipe");
        answer_text(answer, 404, "", text);
        return -1;
    }
    b->size = (uint64_t)s.st_size;
    snprintf(b->tag, sizeof b->tag, "\"%llx-%llx-%llx\"", (unsigned long long)s.st_size,
             (unsigned long long)s.st_mtim.tv_sec * 1000000000u + (unsigned long long)s.st_mtim.tv_nsec, (unsigned long long)s.st_ino);
    return 0;
}

static void tag_bytes(body *b, const void *data, size_t size) {
    b->size = size;
    snprintf(b->tag, sizeof b->tag, "\"%zx-%016llx\"", size, (unsigned long long)reel__hash(data, size));
}

static int open_content(reel__http_answer *answer, const reel__http_route *route, reel__http_content *content, body *b) {
    content->status = 200;
    content->type = route->type;
    content->encoding = route->encoding;
    if (route->headers) reel__buf_text(&content->headers, route->headers);
    if (route->file) return open_file(answer, route->file, b);
    if (route->bytes) {
        answer->bytes = route->bytes;
        tag_bytes(b, route->bytes, route->n_bytes);
        return 0;
    }
    reel_status status = route->make(route->user, content);
    if (status != REEL_OK || content->body.failed) {
        answer_text(answer, status == REEL_E_NOT_FOUND ? 404 : 500, "", status == REEL_OK ? reel_status_text(REEL_E_NO_MEMORY) : reel_error_message());
        return -1;
    }
    if (content->file) return open_file(answer, content->file, b);
    answer->owned = content->body;
    content->body = (reel__buf) { 0 };
    answer->bytes = answer->owned.data;
    tag_bytes(b, answer->owned.data, answer->owned.size);
    return 0;
}

/* Conditions first, then ranges (RFC 9110, 13.2.2). */
static void answer_body(reel__http_answer *answer, const reel__http_request *request, const reel__http_content *content, const body *b) {
    uint64_t first = 0, last = 0;
    int status = content->status;
    reel__http_range_kind range = REEL__HTTP_RANGE_ALL;
    /* If-Range with a date never matches: there are no dates here, and the whole body is always right. */
    bool is_ranged = status == 200 && request->range.data && request->method == REEL__HTTP_GET &&
                     (!request->if_range.data || (request->if_range.size == strlen(b->tag) && !memcmp(request->if_range.data, b->tag, request->if_range.size)));
    if (status == 200 && reel__http_tag_listed(request->if_none_match, b->tag))
        status = 304;
    else if (is_ranged)
        range = reel__http_range(request->range, b->size, &first, &last);

    if (range == REEL__HTTP_RANGE_NONE) {
        char header[64];
        snprintf(header, sizeof header, "Content-Range: bytes */%llu\r\n", (unsigned long long)b->size);
        answer_text(answer, 416, header, "the range asked for lies beyond the end");
        return;
    }
    answer->offset = range == REEL__HTTP_RANGE_PART ? first : 0;
    answer->left = range == REEL__HTTP_RANGE_PART ? last - first + 1 : b->size;
    if (range == REEL__HTTP_RANGE_PART) status = 206;
    begin_head(answer, status);
    reel__buf_format(&answer->head, "ETag: %s\r\n", b->tag);
    if (content->encoding) reel__buf_text(&answer->head, "Vary: Accept-Encoding\r\n");
    reel__buf_put(&answer->head, content->headers.data, content->headers.size);
    if (status == 304) {
        answer->left = 0;
        reel__buf_format(&answer->head, "Connection: %s\r\n\r\n", answer->close ? "close" : "keep-alive");
        return;
    }
    reel__buf_format(&answer->head, "Content-Type: %s\r\nAccept-Ranges: bytes\r\n", content->type);
    if (content->encoding) reel__buf_format(&answer->head, "Content-Encoding: %s\r\n", content->encoding);
    if (status == 206)
        reel__buf_format(&answer->head, "Content-Range: bytes %llu-%llu/%llu\r\n", (unsigned long long)first, (unsigned long long)last,
                         (unsigned long long)b->size);
    end_head(answer, answer->left);
}

static const reel__http_route *find_route(const reel__http_route *routes, size_t n_routes, const reel__http_request *request) {
    for (size_t i = 0; i < n_routes; i++)
        if (strlen(routes[i].path) == request->path_size && !memcmp(routes[i].path, request->path, request->path_size)) return &routes[i];
    return NULL;
}

void reel__http_respond(reel__http_answer *answer, const reel__http_route *routes, size_t n_routes, uint16_t port, const reel__http_request *request) {
    *answer = (reel__http_answer) { .file = -1, .close = !request->keep_alive };
    const reel__http_route *route = find_route(routes, n_routes, request);
    if (!request->host.data) {
        answer_text(answer, 400, "", "the request has no Host header");
    } else if (!host_is_ours(request->host, port)) {
        answer_text(answer, 403, "", "this server answers only to 127.0.0.1 and localhost, with its port");
    } else if (request->method == REEL__HTTP_OTHER) {
        answer_text(answer, 405, "Allow: GET, HEAD\r\n", "only GET and HEAD are answered");
    } else if (!route) {
        answer_text(answer, 404, "", "nothing is served under this address");
    } else {
        reel__http_content content = { 0 };
        body b = { 0 };
        if (open_content(answer, route, &content, &b) == 0) {
            if (content.encoding && !reel__http_accepts(request->accept_encoding, content.encoding))
                answer_text(answer, 406, "", "this is only kept gzip-compressed, which the request does not accept");
            else
                answer_body(answer, request, &content, &b);
        }
        if (content.headers.failed) answer->head.failed = true;
        reel__buf_free(&content.headers);
        reel__buf_free(&content.body);
        reel__release(content.file);
    }
    if (request->method == REEL__HTTP_HEAD) answer->left = 0;
}
