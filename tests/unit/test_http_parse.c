/* The parser of request heads, as a pure function on bytes. */
#include "http/http_parse.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static reel__http_request request;

/* Parses a copy of exactly this size, so that a sanitizer sees a read beyond it. */
static int parse_bytes(const char *head, size_t size) {
    static char *copy; /* kept for the texts of `request` until the next call */
    free(copy);
    copy = malloc(size ? size : 1);
    assert_non_null(copy);
    memcpy(copy, head, size);
    return reel__http_parse(&request, copy, size);
}

static int parse(const char *head) { return parse_bytes(head, strlen(head)); }

/* A GET of this target with a Host header. */
static int parse_target(const char *target) {
    char head[4096];
    snprintf(head, sizeof head, "GET %s HTTP/1.1\r\nHost: a\r\n\r\n", target);
    return parse(head);
}

static void assert_text(reel__http_text text, const char *expected) {
    assert_non_null(text.data);
    assert_int_equal(text.size, strlen(expected));
    assert_memory_equal(text.data, expected, text.size);
}

static void assert_path(const char *expected) {
    assert_int_equal(request.path_size, strlen(expected));
    assert_memory_equal(request.path, expected, request.path_size);
}

static void a_request_is_read_whole(void **state) {
    (void)state;
    assert_int_equal(parse("GET /recording/0/run.rrd?again=1 HTTP/1.1\r\nHost: 127.0.0.1:80\r\nrange:bytes=0-3\r\nIf-None-Match: \"a\" , W/\"b\"\r\n"
                           "IF-RANGE: \"a\"\r\nAccept-Encoding: gzip, br\t\r\nX-Other: anything: at all\r\n\r\n"),
                     0);
    assert_int_equal(request.method, REEL__HTTP_GET);
    assert_true(request.keep_alive);
    assert_path("/recording/0/run.rrd");
    assert_text(request.host, "127.0.0.1:80");
    assert_text(request.range, "bytes=0-3");
    assert_text(request.if_range, "\"a\"");
    assert_text(request.if_none_match, "\"a\" , W/\"b\"");
    assert_text(request.accept_encoding, "gzip, br");
}

static void methods_are_told_apart(void **state) {
    (void)state;
    assert_int_equal(parse("HEAD / HTTP/1.1\r\n\r\n"), 0);
    assert_int_equal(request.method, REEL__HTTP_HEAD);
    assert_int_equal(parse("DELETE / HTTP/1.1\r\n\r\n"), 0);
    assert_int_equal(request.method, REEL__HTTP_OTHER);
    assert_int_equal(parse("get / HTTP/1.1\r\n\r\n"), 0); /* methods are written in capitals */
    assert_int_equal(request.method, REEL__HTTP_OTHER);
    assert_null(request.host.data);
}

static void the_connection_is_kept_as_asked(void **state) {
    (void)state;
    assert_int_equal(parse("GET / HTTP/1.1\r\nConnection: close\r\n\r\n"), 0);
    assert_false(request.keep_alive);
    assert_int_equal(parse("GET / HTTP/1.1\r\nConnection: upgrade, Close\r\n\r\n"), 0);
    assert_false(request.keep_alive);
    assert_int_equal(parse("GET / HTTP/1.0\r\n\r\n"), 0);
    assert_false(request.keep_alive);
    assert_int_equal(parse("\r\nGET / HTTP/1.1\r\n\r\n"), 0); /* one empty line before a request is forgiven */
    assert_true(request.keep_alive);
}

static void escapes_are_decoded_exactly_once(void **state) {
    (void)state;
    assert_int_equal(parse_target("/a%20b%C3%A9%2Fc"), 0);
    assert_path("/a b\xC3\xA9/c");
    assert_int_equal(parse_target("/%2525"), 0);
    assert_path("/%25");
    assert_int_equal(parse_target("/a?%zz"), 0); /* the query is not looked at */
    assert_path("/a");
    static const char *const bad[] = { "/%", "/%2", "/%zz", "/%2g", "/%-1", "/%00", "/a%00.rrd", "/#a" };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) assert_int_equal(parse_target(bad[i]), 400);
}

static void paths_that_climb_are_refused(void **state) {
    (void)state;
    static const char *const bad[] = {
        "/..", "/../etc/passwd", "/a/../b", "/a/..", "/%2e%2e/b", "/a/%2E./b", "/a%2f..%2fb", "/..\\b", "/a\\..\\b", "/a/..%5cb"
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) assert_int_equal(parse_target(bad[i]), 400);
    static const char *const good[] = { "/...", "/..a", "/a..", "/a..b/c", "/./a" };
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) assert_int_equal(parse_target(good[i]), 0);
    assert_int_equal(parse_target("/%252e%252e/a"), 0); /* decoded once, these are no dots */
    assert_path("/%2e%2e/a");
}

static void targets_are_paths_alone(void **state) {
    (void)state;
    static const char *const bad[] = { "http://127.0.0.1/", "*", "a", "127.0.0.1:80", "/a\x01", "/a\x7f" };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) assert_int_equal(parse_target(bad[i]), 400);
}

static void a_path_has_a_greatest_size(void **state) {
    (void)state;
    static const int sizes[] = { REEL__HTTP_PATH_BYTES_MAX - 1, REEL__HTTP_PATH_BYTES_MAX, REEL__HTTP_PATH_BYTES_MAX + 1 };
    for (int i = 0; i < 3; i++) {
        char target[REEL__HTTP_PATH_BYTES_MAX + 2] = "/";
        memset(target + 1, 'a', (size_t)sizes[i] - 1);
        target[sizes[i]] = 0;
        assert_int_equal(parse_target(target), i < 2 ? 0 : 414);
        if (i < 2) assert_int_equal(request.path_size, sizes[i]);
    }
}

static void malformed_heads_are_refused(void **state) {
    (void)state;
    static const struct {
        const char *head;
        int status;
    } cases[] = {
        { "", 400 },
        { "\r\n\r\n", 400 },
        { "GET\r\n\r\n", 400 },
        { "GET /\r\n\r\n", 400 },
        { "GET / HTTP/1.1", 400 },
        { "GET / HTTP/1.1\r\n", 400 },
        { "GET / HTTP/1.1\n\n", 400 },
        { "GET  / HTTP/1.1\r\n\r\n", 400 },
        { "GET / HTTP/1.1 \r\n\r\n", 400 },
        { "GET / HTTP/11\r\n\r\n", 400 },
        { "GET / http/1.1\r\n\r\n", 400 },
        { " GET / HTTP/1.1\r\n\r\n", 400 },
        { "G(T / HTTP/1.1\r\n\r\n", 400 },
        { "GET / HTTP/2.0\r\n\r\n", 505 },
        { "GET / HTTP/0.9\r\n\r\n", 505 },
        { "GET / HTTP/1.1\r\nHost\r\n\r\n", 400 },
        { "GET / HTTP/1.1\r\nHost : a\r\n\r\n", 400 },
        { "GET / HTTP/1.1\r\n: a\r\n\r\n", 400 },
        { "GET / HTTP/1.1\r\nX: a\r\n folded\r\n\r\n", 400 },
        { "GET / HTTP/1.1\r\nX: a\rb\r\n\r\n", 400 },
        { "GET / HTTP/1.1\r\nX: a\x01\r\n\r\n", 400 },
        { "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400 },
        { "GET / HTTP/1.1\r\nRange: bytes=0-1\r\nRange: bytes=2-3\r\n\r\n", 400 },
        { "GET / HTTP/1.1\r\nContent-Length: x\r\n\r\n", 400 },
        { "GET / HTTP/1.1\r\nContent-Length:\r\n\r\n", 400 },
        { "GET / HTTP/1.1\r\nContent-Length: 1\r\n\r\n", 413 },
        { "GET / HTTP/1.1\r\nContent-Length: 00\r\n\r\n", 0 },
        { "GET / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n", 501 },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int status = parse(cases[i].head);
        if (status != cases[i].status) fail_msg("case %zu: %d instead of %d", i, status, cases[i].status);
    }
    assert_int_equal(parse_bytes("GET / HTTP/1.1\r\nX: a\0b\r\n\r\n", 27), 400);
    assert_int_equal(parse_bytes("GET /\0 HTTP/1.1\r\n\r\n", 20), 400);
}

static void the_end_of_a_head_is_found_in_any_pieces(void **state) {
    (void)state;
    static const char bytes[] = "GET / HTTP/1.1\r\nX: \r\r\n\r\nGET /next HTTP/1.1\r\n\r\n";
    size_t expected = 24;
    assert_int_equal(reel__http_head_size(bytes, sizeof bytes - 1, 0), expected);
    for (size_t size = 0; size < expected; size++) assert_int_equal(reel__http_head_size(bytes, size, 0), 0);
    /* As the server calls it: with what an earlier call has seen. */
    for (size_t seen = 0; seen < expected; seen++) assert_int_equal(reel__http_head_size(bytes, sizeof bytes - 1, seen), expected);
}

static void ranges_follow_the_rules(void **state) {
    (void)state;
    static const struct {
        const char *value;
        uint64_t size;
        reel__http_range_kind kind;
        uint64_t first, last;
    } cases[] = {
        { "bytes=0-0", 10, REEL__HTTP_RANGE_PART, 0, 0 },
        { "bytes=0-9", 10, REEL__HTTP_RANGE_PART, 0, 9 },
        { "bytes=0-10", 10, REEL__HTTP_RANGE_PART, 0, 9 },
        { "bytes=9-", 10, REEL__HTTP_RANGE_PART, 9, 9 },
        { "BYTES=3-4", 10, REEL__HTTP_RANGE_PART, 3, 4 },
        { "bytes= 3-4 ", 10, REEL__HTTP_RANGE_PART, 3, 4 },
        { "bytes=-1", 10, REEL__HTTP_RANGE_PART, 9, 9 },
        { "bytes=-10", 10, REEL__HTTP_RANGE_PART, 0, 9 },
        { "bytes=-11", 10, REEL__HTTP_RANGE_PART, 0, 9 },
        { "bytes=0-99999999999999999999999999", 10, REEL__HTTP_RANGE_PART, 0, 9 },
        { "bytes=10-", 10, REEL__HTTP_RANGE_NONE, 0, 0 },
        { "bytes=99999999999999999999999999-", 10, REEL__HTTP_RANGE_NONE, 0, 0 },
        { "bytes=-0", 10, REEL__HTTP_RANGE_NONE, 0, 0 },
        { "bytes=0-", 0, REEL__HTTP_RANGE_NONE, 0, 0 },
        { "bytes=-5", 0, REEL__HTTP_RANGE_NONE, 0, 0 },
        { "bytes=4-3", 10, REEL__HTTP_RANGE_ALL, 0, 0 },
        { "bytes=-", 10, REEL__HTTP_RANGE_ALL, 0, 0 },
        { "bytes=", 10, REEL__HTTP_RANGE_ALL, 0, 0 },
        { "bytes=a-b", 10, REEL__HTTP_RANGE_ALL, 0, 0 },
        { "bytes=0-1,4-5", 10, REEL__HTTP_RANGE_ALL, 0, 0 },
        { "lines=0-1", 10, REEL__HTTP_RANGE_ALL, 0, 0 },
        { "bytes=18446744073709551614-18446744073709551615", UINT64_MAX, REEL__HTTP_RANGE_PART, UINT64_MAX - 1, UINT64_MAX - 1 },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        uint64_t first = 0, last = 0;
        reel__http_text value = { cases[i].value, strlen(cases[i].value) };
        reel__http_range_kind kind = reel__http_range(value, cases[i].size, &first, &last);
        if (kind != cases[i].kind || first != cases[i].first || last != cases[i].last)
            fail_msg("%s of %llu: kind %d, %llu-%llu", cases[i].value, (unsigned long long)cases[i].size, kind, (unsigned long long)first,
                     (unsigned long long)last);
    }
    uint64_t first, last;
    assert_int_equal(reel__http_range((reel__http_text) { NULL, 0 }, 10, &first, &last), REEL__HTTP_RANGE_ALL);
}

static bool is_listed(const char *list) { return reel__http_tag_listed((reel__http_text) { list, strlen(list) }, "\"ab\""); }

static void tags_are_found_in_lists(void **state) {
    (void)state;
    assert_true(is_listed("\"ab\""));
    assert_true(is_listed("\"x\", \"ab\""));
    assert_true(is_listed("W/\"ab\""));
    assert_true(is_listed("*"));
    assert_false(is_listed(""));
    assert_false(is_listed("ab"));
    assert_false(is_listed("\"abc\",\"a\""));
    assert_false(is_listed("W/"));
    assert_false(reel__http_tag_listed((reel__http_text) { NULL, 0 }, "\"ab\""));
}

static bool accepts(const char *value) { return reel__http_accepts((reel__http_text) { value, strlen(value) }, "gzip"); }

static void content_codings_are_asked_for_or_not(void **state) {
    (void)state;
    assert_true(accepts("gzip"));
    assert_true(accepts("deflate, GZIP;q=0.5, br"));
    assert_true(accepts("*"));
    assert_true(accepts("gzip;q=0.001, *;q=0"));
    assert_false(accepts("gzip;q=0"));
    assert_false(accepts("gzip; q=0.000, *"));
    assert_false(accepts("identity, br"));
    assert_false(accepts("gzipped"));
    assert_false(accepts(""));
    assert_false(reel__http_accepts((reel__http_text) { NULL, 0 }, "gzip"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_request_is_read_whole),
        cmocka_unit_test(methods_are_told_apart),
        cmocka_unit_test(the_connection_is_kept_as_asked),
        cmocka_unit_test(escapes_are_decoded_exactly_once),
        cmocka_unit_test(paths_that_climb_are_refused),
        cmocka_unit_test(targets_are_paths_alone),
        cmocka_unit_test(a_path_has_a_greatest_size),
        cmocka_unit_test(malformed_heads_are_refused),
        cmocka_unit_test(the_end_of_a_head_is_found_in_any_pieces),
        cmocka_unit_test(ranges_follow_the_rules),
        cmocka_unit_test(tags_are_found_in_lists),
        cmocka_unit_test(content_codings_are_asked_for_or_not),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
