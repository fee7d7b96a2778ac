#define _POSIX_C_SOURCE 200809L
#include "loopback_get.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

enum { TIMEOUT_S = 10, HEAD_BYTES = 8192 };

static int connect_to(unsigned port) {
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    struct timeval limit = { .tv_sec = TIMEOUT_S };
    int s = socket(AF_INET, SOCK_STREAM, 0);
    if (s < 0) return -1;
    setsockopt(s, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    setsockopt(s, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    if (connect(s, (struct sockaddr *)&address, sizeof address) == 0) return s;
    close(s);
    return -1;
}

static bool send_all(int s, const char *bytes, size_t size) {
    while (size) {
        ssize_t n = send(s, bytes, size, MSG_NOSIGNAL);
        if (n <= 0) return false;
        bytes += n;
        size -= (size_t)n;
    }
    return true;
}

/* The value of a header in a head that ends with an empty line, up to its line end; NULL when it is not there. */
static const char *header(const char *head, const char *name) {
    size_t size = strlen(name);
    for (const char *line = strstr(head, "\r\n"); line; line = strstr(line + 2, "\r\n"))
        if (!strncasecmp(line + 2, name, size) && line[2 + size] == ':') return line + 3 + size + strspn(line + 3 + size, " ");
    return NULL;
}

static void copy_header(char *out, size_t out_size, const char *head, const char *name) {
    const char *value = header(head, name);
    snprintf(out, out_size, "%.*s", value ? (int)strcspn(value, "\r") : 0, value ? value : "");
}

static bool read_answer(int s, cli_answer *answer) {
    char head[HEAD_BYTES + 1];
    size_t used = 0;
    char *end = NULL;
    while (!end) {
        ssize_t n = used < HEAD_BYTES ? recv(s, head + used, HEAD_BYTES - used, 0) : -1;
        if (n <= 0) return false;
        used += (size_t)n;
        head[used] = 0;
        end = strstr(head, "\r\n\r\n");
    }
    size_t head_size = (size_t)(end - head) + 4;
    answer->body_size = used - head_size;
    memcpy(answer->body, head + head_size, answer->body_size);
    end[2] = 0;
    if (strncmp(head, "HTTP/1.1 ", 9) != 0) return false;
    answer->status = atoi(head + 9);
    copy_header(answer->type, sizeof answer->type, head, "content-type");
    copy_header(answer->encoding, sizeof answer->encoding, head, "content-encoding");
    const char *length = header(head, "content-length"), *range = header(head, "content-range");
    const char *slash = range ? strchr(range, '/') : NULL;
    answer->total = strtoull(slash ? slash + 1 : length ? length : "0", NULL, 10);
    uint64_t expected = length ? strtoull(length, NULL, 10) : 0;
    if (expected > sizeof answer->body) expected = sizeof answer->body;
    while (answer->body_size < expected) {
        ssize_t n = recv(s, answer->body + answer->body_size, (size_t)expected - answer->body_size, 0);
        if (n <= 0) return false;
        answer->body_size += (size_t)n;
    }
    return true;
}

bool cli_loopback_get(const char *url, const char *range, cli_answer *answer, char *why, size_t why_size) {
    static const char origin[] = "http://127.0.0.1:";
    memset(answer, 0, sizeof *answer);
    unsigned port = 0;
    const char *path = strncmp(url, origin, sizeof origin - 1) ? NULL : strchr(url + sizeof origin - 1, '/');
    if (!path || sscanf(url + sizeof origin - 1, "%u", &port) != 1) {
        snprintf(why, why_size, "%s is no address on this machine", url);
        return false;
    }
    char request[HEAD_BYTES];
    int size = snprintf(request, sizeof request, "GET %s HTTP/1.1\r\nHost: 127.0.0.1:%u\r\nAccept-Encoding: gzip\r\n%s%s%sConnection: close\r\n\r\n", path,
                        port, range ? "Range: " : "", range ? range : "", range ? "\r\n" : "");
    int s = size > 0 && (size_t)size < sizeof request ? connect_to(port) : -1;
    bool is_answered = s >= 0 && send_all(s, request, (size_t)size) && read_answer(s, answer);
    if (!is_answered) snprintf(why, why_size, "%s: no answer%s%s", url, errno ? ": " : "", errno ? strerror(errno) : "");
    if (s >= 0) close(s);
    return is_answered;
}
