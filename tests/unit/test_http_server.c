/* The server, asked through real sockets by clients that behave well and badly. */
#include "base/alloc.h"
#include "base/clock.h"
#include "base/error.h"
#include "http/http_server.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

#include <cmocka.h>

enum { BIG_BYTES = 3000000, CONNECTIONS_MAX = 4, HEAD_MS = 1000, IDLE_MS = 20000, STALL_MS = 1000 };

static char folder[] = "/tmp/reel-http-XXXXXX";
static char small_path[64], big_path[64], later_path[64];
static unsigned char *big;
static reel__http_server *server;

/* ---- a client ---- */

typedef struct reply {
    int status;
    char head[4096];
    unsigned char *body;
    size_t body_size;
} reply;

static int dial(void) {
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(reel__http_port(server)), .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    struct timeval limit = { .tv_sec = 20 };
    int s = socket(AF_INET, SOCK_STREAM, 0);
    assert_true(s >= 0);
    assert_int_equal(setsockopt(s, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit), 0);
    assert_int_equal(connect(s, (struct sockaddr *)&address, sizeof address), 0);
    return s;
}

static void say_bytes(int s, const void *bytes, size_t size) { assert_int_equal(send(s, bytes, size, MSG_NOSIGNAL), (ssize_t)size); }
static void say(int s, const char *text) { say_bytes(s, text, strlen(text)); }

static const char *header(const reply *r, const char *name) {
    char line[64];
    snprintf(line, sizeof line, "\r\n%s: ", name);
    const char *at = strstr(r->head, line);
    return at ? at + strlen(line) : NULL;
}

static void assert_header(const reply *r, const char *name, const char *expected) {
    const char *value = header(r, name);
    if (!value || strncmp(value, expected, strlen(expected)) != 0 || value[strlen(expected)] != '\r') fail_msg("%s is not %s in:\n%s", name, expected, r->head);
}

/* Reads one answer; `has_body` is false after HEAD. The body is the caller's. */
static reply hear(int s, bool has_body) {
    reply r = { 0 };
    size_t n = 0;
    while (n < 4 || memcmp(r.head + n - 4, "\r\n\r\n", 4) != 0) {
        assert_true(n < sizeof r.head - 1);
        ssize_t got = recv(s, r.head + n, 1, 0);
        if (got != 1) fail_msg("the answer ended after %zu bytes (%s): %s", n, strerror(errno), r.head);
        n++;
    }
    assert_int_equal(sscanf(r.head, "HTTP/1.1 %d", &r.status), 1);
    const char *length = header(&r, "Content-Length");
    r.body_size = has_body && length ? strtoul(length, NULL, 10) : 0;
    r.body = malloc(r.body_size + 1);
    assert_non_null(r.body);
    if (r.body_size) assert_int_equal(recv(s, r.body, r.body_size, MSG_WAITALL), (ssize_t)r.body_size);
    r.body[r.body_size] = 0;
    return r;
}

/* One request on a connection of its own. */
static reply ask_bytes(const void *request, size_t size, bool has_body) {
    int s = dial();
    say_bytes(s, request, size);
    reply r = hear(s, has_body);
    close(s);
    return r;
}

static reply get(const char *method, const char *target, const char *headers) {
    char request[4096];
    int n = snprintf(request, sizeof request, "%s %s HTTP/1.1\r\nHost: 127.0.0.1:%u\r\n%s\r\n", method, target, reel__http_port(server), headers);
    return ask_bytes(request, (size_t)n, strcmp(method, "HEAD") != 0);
}

static int status_of(const char *method, const char *target, const char *headers) {
    reply r = get(method, target, headers);
    free(r.body);
    return r.status;
}

/* true when the server ends the connection within the time that recv waits; what it still sends is thrown away. */
static bool is_ended(int s) {
    char bytes[65536];
    ssize_t n;
    while ((n = recv(s, bytes, sizeof bytes, 0)) > 0) continue;
    return n == 0 || errno == ECONNRESET;
}

/* ---- what is served ---- */

static reel_status make_text(void *user, reel__http_content *content) {
    int *count = user;
    reel__buf_format(&content->body, "made %d times", ++*count);
    reel__buf_text(&content->headers, "X-Made: yes\r\n");
    return REEL_OK;
}
static reel_status make_error(void *user, reel__http_content *content) {
    (void)user;
    reel__buf_text(&content->body, "half of it");
    return reel__fail(REEL_E_IO, "the lamp is out");
}
static int made;

static void write_file(const char *path, const void *bytes, size_t size) {
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}

static int set_up(void **state) {
    (void)state;
    assert_non_null(mkdtemp(folder));
    snprintf(small_path, sizeof small_path, "%s/small", folder);
    snprintf(big_path, sizeof big_path, "%s/big", folder);
    snprintf(later_path, sizeof later_path, "%s/later", folder);
    write_file(small_path, "0123456789", 10);
    big = malloc(BIG_BYTES);
    assert_non_null(big);
    for (size_t i = 0; i < BIG_BYTES; i++) big[i] = (unsigned char)(i * 2654435761u >> 13);
    write_file(big_path, big, BIG_BYTES);
    static reel__http_route routes[] = {
        { .path = "/small", .type = "text/plain", .file = small_path },
        { .path = "/big", .type = "application/octet-stream", .file = big_path },
        { .path = "/later.rrd", .type = "application/octet-stream", .file = later_path },
        { .path = "/folder", .type = "text/plain", .file = folder },
        { .path = "/bytes", .type = "text/css", .bytes = "body{}", .n_bytes = 6, .headers = "X-Extra: 1\r\n" },
        { .path = "/packed", .type = "application/wasm", .encoding = "gzip", .bytes = "\x1f\x8b", .n_bytes = 2 },
        { .path = "/made", .type = "text/plain", .make = make_text, .user = &made },
        { .path = "/error", .type = "text/plain", .make = make_error },
        { .path = "/a b/%41", .type = "text/plain", .bytes = "odd", .n_bytes = 3 },
    };
    reel__http_options options = { .connections_max = CONNECTIONS_MAX, .head_ms = HEAD_MS, .idle_ms = IDLE_MS, .stall_ms = STALL_MS };
    return reel__http_start(&server, routes, sizeof routes / sizeof *routes, &options) == REEL_OK ? 0 : -1;
}

static int tear_down(void **state) {
    (void)state;
    reel__http_stop(server);
    free(big);
    unlink(small_path);
    unlink(big_path);
    unlink(later_path);
    return rmdir(folder);
}

/* ---- the promises ---- */

static void a_file_comes_whole_with_its_type(void **state) {
    (void)state;
    reply r = get("GET", "/big?x=1", "");
    assert_int_equal(r.status, 200);
    assert_header(&r, "Content-Type", "application/octet-stream");
    assert_header(&r, "X-Content-Type-Options", "nosniff");
    assert_header(&r, "Cross-Origin-Resource-Policy", "same-origin");
    assert_header(&r, "Cache-Control", "no-cache");
    assert_header(&r, "Accept-Ranges", "bytes");
    assert_int_equal(r.body_size, BIG_BYTES);
    assert_memory_equal(r.body, big, BIG_BYTES);
    free(r.body);
}

static void bytes_and_callbacks_are_served(void **state) {
    (void)state;
    reply r = get("GET", "/bytes", "");
    assert_header(&r, "Content-Type", "text/css");
    assert_header(&r, "X-Extra", "1");
    assert_string_equal((char *)r.body, "body{}");
    free(r.body);
    for (int i = 1; i <= 2; i++) {
        char expected[32];
        snprintf(expected, sizeof expected, "made %d times", i);
        r = get("GET", "/made", "");
        assert_header(&r, "X-Made", "yes");
        assert_string_equal((char *)r.body, expected);
        free(r.body);
    }
    r = get("GET", "/error", "");
    assert_int_equal(r.status, 500);
    assert_string_equal((char *)r.body, "the lamp is out\n");
    free(r.body);
    r = get("GET", "/a%20b/%2541", "");
    assert_string_equal((char *)r.body, "odd");
    free(r.body);
}

static void head_is_get_without_the_body(void **state) {
    (void)state;
    static const char *const targets[] = { "/small", "/bytes", "/nothing", "/folder" };
    for (size_t i = 0; i < 4; i++) {
        reply whole = get("GET", targets[i], "Connection: close\r\n"), head = get("HEAD", targets[i], "Connection: close\r\n");
        assert_int_equal(head.status, whole.status);
        char length[32];
        snprintf(length, sizeof length, "%zu", whole.body_size);
        assert_header(&head, "Content-Length", length);
        assert_header(&head, "Connection", "close");
        free(whole.body);
        free(head.body);
    }
    /* Nothing of a body comes: the next answer on the connection begins at once. */
    char two[256];
    snprintf(two, sizeof two, "HEAD /small HTTP/1.1\r\nHost: localhost:%u\r\n\r\nGET /small HTTP/1.1\r\nHost: localhost:%u\r\n\r\n", reel__http_port(server),
             reel__http_port(server));
    int s = dial();
    say(s, two);
    reply first = hear(s, false), second = hear(s, true);
    assert_int_equal(first.status, 200);
    assert_string_equal((char *)second.body, "0123456789");
    free(first.body);
    free(second.body);
    close(s);
}

static void one_range_gives_a_part(void **state) {
    (void)state;
    static const struct {
        const char *range;
        int status;
        const char *content_range, *body;
    } cases[] = {
        { "bytes=0-3", 206, "bytes 0-3/10", "0123" },    { "bytes=9-", 206, "bytes 9-9/10", "9" }, { "bytes=-2", 206, "bytes 8-9/10", "89" },
        { "bytes=5-500", 206, "bytes 5-9/10", "56789" }, { "bytes=10-", 416, "bytes */10", NULL }, { "bytes=0-1,4-5", 200, NULL, "0123456789" },
        { "chapters=1-2", 200, NULL, "0123456789" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char line[64];
        snprintf(line, sizeof line, "Range: %s\r\n", cases[i].range);
        reply r = get("GET", "/small", line);
        assert_int_equal(r.status, cases[i].status);
        if (cases[i].content_range)
            assert_header(&r, "Content-Range", cases[i].content_range);
        else
            assert_null(header(&r, "Content-Range"));
        if (cases[i].body) assert_string_equal((char *)r.body, cases[i].body);
        free(r.body);
    }
    reply r = get("GET", "/big", "Range: bytes=1000001-1200000\r\n");
    assert_int_equal(r.body_size, 200000);
    assert_memory_equal(r.body, big + 1000001, 200000);
    free(r.body);
    r = get("HEAD", "/small", "Range: bytes=0-3\r\n"); /* a range is for GET alone */
    assert_int_equal(r.status, 200);
    free(r.body);
}

static void an_entity_tag_saves_the_body_until_the_file_changes(void **state) {
    (void)state;
    write_file(later_path, "first", 5);
    reply r = get("GET", "/later.rrd", "");
    char tag[128], line[256];
    snprintf(tag, sizeof tag, "%.*s", (int)strcspn(header(&r, "ETag"), "\r"), header(&r, "ETag"));
    free(r.body);

    snprintf(line, sizeof line, "If-None-Match: \"other\", W/%s\r\n", tag);
    r = get("GET", "/later.rrd", line);
    assert_int_equal(r.status, 304);
    assert_header(&r, "ETag", tag);
    assert_null(header(&r, "Content-Length"));
    free(r.body);
    snprintf(line, sizeof line, "If-Range: %s\r\nRange: bytes=1-2\r\n", tag);
    r = get("GET", "/later.rrd", line);
    assert_int_equal(r.status, 206);
    assert_string_equal((char *)r.body, "ir");
    free(r.body);

    write_file(later_path, "second", 6);
    r = get("GET", "/later.rrd", line);
    assert_int_equal(r.status, 200);
    assert_string_equal((char *)r.body, "second");
    free(r.body);
    snprintf(line, sizeof line, "If-None-Match: %s\r\n", tag);
    assert_int_equal(status_of("GET", "/later.rrd", line), 200);
    assert_int_equal(status_of("GET", "/later.rrd", "If-Range: Sun, 06 Nov 1994 08:49:37 GMT\r\nRange: bytes=1-2\r\n"), 200);
    assert_int_equal(status_of("GET", "/bytes", "If-None-Match: *\r\n"), 304);
}

static void what_is_not_there_is_said_in_words(void **state) {
    (void)state;
    unlink(later_path);
    reply r = get("GET", "/later.rrd", "");
    assert_int_equal(r.status, 404);
    assert_header(&r, "Content-Type", "text/plain; charset=utf-8");
    assert_string_equal((char *)r.body, "later: No such file or directory\n");
    free(r.body);
    r = get("GET", "/folder", "");
    assert_int_equal(r.status, 404);
    assert_non_null(strstr((char *)r.body, "is a folder, not a file"));
    free(r.body);
    assert_int_equal(mkfifo(later_path, 0600), 0); /* opening a pipe must not wait for a writer */
    r = get("GET", "/later.rrd", "");
    assert_int_equal(r.status, 404);
    free(r.body);
    unlink(later_path);
    assert_int_equal(status_of("GET", "/nothing", ""), 404);
    assert_int_equal(status_of("GET", "/small/", ""), 404);
    assert_int_equal(status_of("GET", "/SMALL", ""), 404);
}

static void only_registered_paths_are_served(void **state) {
    (void)state;
    char climb[160];
    static const char *const targets[] = {
        "/../small", "/folder/../small", "/%2e%2e/small", "/..%2fsmall", "/%2e%2e%2f%2e%2e%2fetc/passwd", "/%00", "/small%00"
    };
    for (size_t i = 0; i < sizeof targets / sizeof *targets; i++) assert_int_equal(status_of("GET", targets[i], ""), 400);
    static const char *const unknown[] = { "/folder/small", "//small", "/etc/passwd", "/%252e%252e/small", "/./small" };
    for (size_t i = 0; i < sizeof unknown / sizeof *unknown; i++) assert_int_equal(status_of("GET", unknown[i], ""), 404);
    snprintf(climb, sizeof climb, "%s/small", folder);
    assert_int_equal(status_of("GET", climb, ""), 404);
}

static void only_our_own_name_is_answered(void **state) {
    (void)state;
    static const struct {
        const char *line;
        int status;
    } cases[] = { { "Host: 127.0.0.1:%u\r\n", 200 },
                  { "Host: localhost:%u\r\n", 200 },
                  { "Host: LOCALHOST:%u\r\n", 200 },
                  { "Host: evil.example:%u\r\n", 403 },
                  { "Host: 127.0.0.1\r\n", 403 },
                  { "Host: 127.0.0.1:1\r\n", 403 },
                  { "Host: 127.0.0.1:%u.evil.example\r\n", 403 },
                  { "Host:\r\n", 403 },
                  { "", 400 } };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char host[64], request[256];
        snprintf(host, sizeof host, cases[i].line, reel__http_port(server));
        int n = snprintf(request, sizeof request, "GET /small HTTP/1.1\r\n%s\r\n", host);
        reply r = ask_bytes(request, (size_t)n, true);
        if (r.status != cases[i].status) fail_msg("%s %d instead of %d", host, r.status, cases[i].status);
        free(r.body);
    }
}

static void other_methods_and_bodies_are_refused(void **state) {
    (void)state;
    reply r = get("POST", "/small", "Content-Length: 0\r\n");
    assert_int_equal(r.status, 405);
    assert_header(&r, "Allow", "GET, HEAD");
    free(r.body);
    assert_int_equal(status_of("POST", "/small", "Content-Length: 5\r\n"), 413);
    assert_int_equal(status_of("POST", "/small", "Transfer-Encoding: chunked\r\n"), 501);
    reply bad = ask_bytes("nonsense\r\n\r\n", 12, true);
    assert_int_equal(bad.status, 400);
    assert_header(&bad, "Connection", "close");
    free(bad.body);
}

static void packed_bytes_go_to_who_unpacks_them(void **state) {
    (void)state;
    reply r = get("GET", "/packed", "Accept-Encoding: br, gzip\r\n");
    assert_int_equal(r.status, 200);
    assert_header(&r, "Content-Encoding", "gzip");
    assert_header(&r, "Content-Type", "application/wasm");
    assert_header(&r, "Vary", "Accept-Encoding");
    free(r.body);
    assert_int_equal(status_of("GET", "/packed", ""), 406);
}

/* A head of exactly `size` bytes. */
static reply ask_with_head_of(size_t size) {
    char *request = malloc(size);
    assert_non_null(request);
    int n = snprintf(request, size, "GET /small HTTP/1.1\r\nHost: 127.0.0.1:%u\r\nX: ", reel__http_port(server));
    memset(request + n, 'x', size - (size_t)n - 4);
    memcpy(request + size - 4, "\r\n\r\n", 4);
    reply r = ask_bytes(request, size, true);
    free(request);
    return r;
}

static void a_head_has_a_greatest_size(void **state) {
    (void)state;
    static const struct {
        size_t size;
        int status;
    } cases[] = { { REEL__HTTP_HEAD_BYTES_MAX - 1, 200 }, { REEL__HTTP_HEAD_BYTES_MAX, 200 }, { REEL__HTTP_HEAD_BYTES_MAX + 1, 431 }, { 300000, 431 } };
    for (size_t i = 0; i < 4; i++) {
        reply r = ask_with_head_of(cases[i].size);
        assert_int_equal(r.status, cases[i].status);
        free(r.body);
    }
}

static void pipelined_requests_are_answered_in_order(void **state) {
    (void)state;
    enum { N = 200 };
    char *all = malloc(N * 128);
    assert_non_null(all);
    size_t n = 0;
    for (int i = 0; i < N; i++)
        n += (size_t)sprintf(all + n, "GET %s HTTP/1.1\r\nHost: 127.0.0.1:%u\r\nRange: bytes=%d-\r\n\r\n", i % 2 ? "/small" : "/bytes", reel__http_port(server),
                             i % 5);
    int s = dial();
    say_bytes(s, all, n);
    for (int i = 0; i < N; i++) {
        reply r = hear(s, true);
        assert_int_equal(r.status, 206);
        assert_string_equal((char *)r.body, (i % 2 ? "0123456789" : "body{}") + i % 5);
        free(r.body);
    }
    free(all);
    /* The same connection takes a request byte by byte. */
    char request[128];
    int size = snprintf(request, sizeof request, "GET /small HTTP/1.1\r\nHost: 127.0.0.1:%u\r\nConnection: close\r\n\r\n", reel__http_port(server));
    for (int i = 0; i < size; i++) say_bytes(s, request + i, 1);
    reply r = hear(s, true);
    assert_int_equal(r.status, 200);
    free(r.body);
    assert_true(is_ended(s));
    close(s);
}

static void a_slow_request_holds_a_place_only_for_a_while(void **state) {
    (void)state;
    int64_t start = reel__monotonic_ns();
    int slow = dial();
    say(slow, "GET /small HTTP/1.1\r\n");
    assert_int_equal(status_of("GET", "/small", ""), 200); /* others are served meanwhile */
    /* More header lines do not buy more time. */
    for (int i = 0; i < 5; i++) {
        usleep(50000);
        if (send(slow, "X: y\r\n", 6, MSG_NOSIGNAL) != 6) break;
    }
    assert_true(is_ended(slow));
    int64_t ms = (reel__monotonic_ns() - start) / 1000000;
    assert_in_range(ms, HEAD_MS - 50, 15000);
    close(slow);
}

static void a_client_that_takes_nothing_is_left(void **state) {
    (void)state;
    int64_t start = reel__monotonic_ns();
    int s = dial(), small_buffer = 4096;
    setsockopt(s, SOL_SOCKET, SO_RCVBUF, &small_buffer, sizeof small_buffer);
    char request[2048] = "";
    for (int i = 0; i < 10; i++) /* more than the sockets' buffers hold */
        sprintf(request + strlen(request), "GET /big HTTP/1.1\r\nHost: 127.0.0.1:%u\r\n\r\n", reel__http_port(server));
    say(s, request);
    reply r = get("GET", "/big", "");
    assert_int_equal(r.body_size, BIG_BYTES);
    free(r.body);
    usleep((STALL_MS + 400) * 1000);
    assert_true(is_ended(s));
    assert_in_range((reel__monotonic_ns() - start) / 1000000, STALL_MS, 20000);
    close(s);
}

static void idle_connections_give_way(void **state) {
    (void)state;
    int idle[3 * CONNECTIONS_MAX];
    for (int i = 0; i < 3 * CONNECTIONS_MAX; i++) {
        idle[i] = dial();
        char request[128];
        snprintf(request, sizeof request, "GET /small HTTP/1.1\r\nHost: 127.0.0.1:%u\r\n\r\n", reel__http_port(server));
        say(idle[i], request);
        reply r = hear(idle[i], true);
        assert_int_equal(r.status, 200);
        free(r.body);
    }
    for (int i = 0; i < 2 * CONNECTIONS_MAX; i++) assert_true(is_ended(idle[i])); /* the oldest ones went */
    for (int i = 0; i < 3 * CONNECTIONS_MAX; i++) close(idle[i]);
}

static void an_idle_connection_ends_after_its_time(void **state) {
    (void)state;
    reel__http_route route = { .path = "/", .type = "text/plain", .bytes = "x", .n_bytes = 1 };
    reel__http_options options = { .idle_ms = 200 };
    reel__http_server *first = server, *second = NULL;
    assert_int_equal(reel__http_start(&second, &route, 1, &options), REEL_OK);
    server = second;
    int64_t start = reel__monotonic_ns();
    int s = dial();
    assert_true(is_ended(s));
    assert_in_range((reel__monotonic_ns() - start) / 1000000, 150, 15000);
    close(s);
    reel__http_stop(second);
    server = first;
}

static void a_full_house_makes_newcomers_wait(void **state) {
    (void)state;
    int64_t start = reel__monotonic_ns();
    int busy[CONNECTIONS_MAX];
    for (int i = 0; i < CONNECTIONS_MAX; i++) {
        busy[i] = dial();
        say(busy[i], "GET /");
    }
    usleep(100000);
    assert_int_equal(status_of("GET", "/small", ""), 200); /* as soon as the first of them runs out of time */
    assert_in_range((reel__monotonic_ns() - start) / 1000000, HEAD_MS - 150, 15000);
    for (int i = 0; i < CONNECTIONS_MAX; i++) close(busy[i]);
}

static void a_growing_file_is_served_as_it_was_when_opened(void **state) {
    (void)state;
    write_file(later_path, big, BIG_BYTES);
    char request[128];
    snprintf(request, sizeof request, "GET /later.rrd HTTP/1.1\r\nHost: 127.0.0.1:%u\r\n\r\n", reel__http_port(server));
    int s = dial();
    say(s, request);
    char first;
    assert_int_equal(recv(s, &first, 1, MSG_PEEK), 1); /* the answer has begun, so the file was opened */
    FILE *file = fopen(later_path, "ab");
    assert_non_null(file);
    assert_int_equal(fwrite("tail", 1, 4, file), 4);
    fclose(file);
    reply r = hear(s, true);
    assert_int_equal(r.body_size, BIG_BYTES);
    assert_memory_equal(r.body, big, BIG_BYTES);
    free(r.body);
    say(s, request);
    r = hear(s, true);
    assert_int_equal(r.body_size, BIG_BYTES + 4);
    free(r.body);
    close(s);
}

static void a_file_cut_while_it_is_sent_ends_the_connection(void **state) {
    (void)state;
    enum { HUGE_BYTES = 64 * 1024 * 1024 }; /* far more than sockets buffer */
    write_file(later_path, "x", 1);
    assert_int_equal(truncate(later_path, HUGE_BYTES), 0);
    char request[128];
    snprintf(request, sizeof request, "GET /later.rrd HTTP/1.1\r\nHost: 127.0.0.1:%u\r\n\r\n", reel__http_port(server));
    int s = dial();
    say(s, request);
    char bytes[65536];
    assert_true(recv(s, bytes, 1, 0) == 1);
    assert_int_equal(truncate(later_path, 10), 0);
    size_t total = 1;
    ssize_t n;
    while ((n = recv(s, bytes, sizeof bytes, 0)) > 0) total += (size_t)n;
    assert_true(n == 0 || errno == ECONNRESET);
    assert_true(total < HUGE_BYTES); /* shorter than announced: the client knows */
    close(s);
}

static void a_taken_port_is_named(void **state) {
    (void)state;
    reel__http_route route = { .path = "/", .type = "text/plain", .bytes = "x", .n_bytes = 1 };
    reel__http_options options = { .port = reel__http_port(server) };
    reel__http_server *second = NULL;
    char number[16];
    assert_int_equal(reel__http_start(&second, &route, 1, &options), REEL_E_IO);
    assert_null(second);
    snprintf(number, sizeof number, "port %u", options.port);
    assert_non_null(strstr(reel_error_message(), number));
    reel__http_stop(NULL);
}

static void stopping_ends_open_connections(void **state) {
    (void)state;
    reel__http_route route = { .path = "/", .type = "text/plain", .file = big_path };
    reel__http_server *first = server, *second = NULL;
    assert_int_equal(reel__http_start(&second, &route, 1, NULL), REEL_OK);
    server = second;
    int idle = dial(), half = dial();
    say(half, "GET / HT");
    reel__http_stop(second);
    assert_true(is_ended(idle));
    assert_true(is_ended(half));
    close(idle);
    close(half);
    server = first;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_comes_whole_with_its_type),
        cmocka_unit_test(bytes_and_callbacks_are_served),
        cmocka_unit_test(head_is_get_without_the_body),
        cmocka_unit_test(one_range_gives_a_part),
        cmocka_unit_test(an_entity_tag_saves_the_body_until_the_file_changes),
        cmocka_unit_test(what_is_not_there_is_said_in_words),
        cmocka_unit_test(only_registered_paths_are_served),
        cmocka_unit_test(only_our_own_name_is_answered),
        cmocka_unit_test(other_methods_and_bodies_are_refused),
        cmocka_unit_test(packed_bytes_go_to_who_unpacks_them),
        cmocka_unit_test(a_head_has_a_greatest_size),
        cmocka_unit_test(pipelined_requests_are_answered_in_order),
        cmocka_unit_test(a_slow_request_holds_a_place_only_for_a_while),
        cmocka_unit_test(a_client_that_takes_nothing_is_left),
        cmocka_unit_test(idle_connections_give_way),
        cmocka_unit_test(an_idle_connection_ends_after_its_time),
        cmocka_unit_test(a_full_house_makes_newcomers_wait),
        cmocka_unit_test(a_growing_file_is_served_as_it_was_when_opened),
        cmocka_unit_test(a_file_cut_while_it_is_sent_ends_the_connection),
        cmocka_unit_test(a_taken_port_is_named),
        cmocka_unit_test(stopping_ends_open_connections),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
