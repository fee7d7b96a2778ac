/* One thread, one poll loop, non-blocking sockets. A connection is a small state machine:
 *
 *     READING  bytes gather in `in` until they hold a whole head; pipelined requests wait there behind it
 *     SENDING  the answer's head, then its body in pieces of 64 KiB; nothing is read meanwhile, so a client that asks faster than it takes
 *              answers is held back by its own socket
 *     LEAVING  the answer said "close": our half is shut and what still comes in is thrown away for a moment, because closing a socket with
 *              unread bytes resets it, and the client would lose the answer that says why
 *
 * Each state has a deadline, so a client can't hold a place by doing nothing, and no client waits for another one's network; they share only
 * this thread and the disk. Memory is bounded: a head and a piece for each of at most connections_max connections, and answers made by callbacks. */
#include "http_server.h"

#include "../base/alloc.h"
#include "../base/clock.h"
#include "../base/error.h"
#include "../base/sync.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define PIECE_BYTES     (64 * 1024)
#define PIECES_PER_TURN 16 /* then the other connections have theirs */
#define LEAVING_MS      1000
#define ACCEPT_PAUSE_MS 100 /* after accept found no descriptor left */

typedef enum connection_state { READING, SENDING, LEAVING } connection_state;

typedef struct connection {
    int socket;
    connection_state state;
    int64_t deadline_ns;
    size_t n_in, n_searched;
    size_t head_sent;
    reel__http_answer answer;
    uint8_t *piece; /* file bytes on their way, PIECE_BYTES; NULL until a file is sent */
    size_t piece_size, piece_sent;
    uint8_t in[REEL__HTTP_HEAD_BYTES_MAX];
} connection;

struct reel__http_server {
    const reel__http_route *routes;
    size_t n_routes;
    reel__http_options options;
    uint16_t port;
    int listener, wake[2];
    reel__thread thread;
    connection **connections; /* connections_max places, the first n_connections used */
    size_t n_connections;
    struct pollfd *polled; /* wake, listener, then the connections in their order */
    int64_t accept_after_ns;
    reel__http_request request; /* of the connection being served; one thread, so one is enough */
};

static bool set_non_blocking(int descriptor) {
    int flags = fcntl(descriptor, F_GETFL);
    return flags >= 0 && fcntl(descriptor, F_SETFL, flags | O_NONBLOCK) == 0 && fcntl(descriptor, F_SETFD, FD_CLOEXEC) == 0;
}

static void connection_free(connection *c) {
    reel__http_answer_free(&c->answer);
    reel__release(c->piece);
    close(c->socket);
    reel__release(c);
}

/* ---- one connection; each function returns false when the connection is to be ended ---- */

static void begin_sending(connection *c, const reel__http_server *server) {
    c->state = SENDING;
    c->head_sent = 0;
    c->piece_size = c->piece_sent = 0;
    c->deadline_ns = reel__deadline_ms(server->options.stall_ms);
}

/* Makes an answer if `in` holds a whole request, or can't become one. */
static bool take_request(connection *c, reel__http_server *server) {
    size_t head_size = reel__http_head_size(c->in, c->n_in, c->n_searched);
    c->n_searched = c->n_in;
    if (!head_size) {
        if (c->n_in < sizeof c->in) return true;
        reel__http_refuse(&c->answer, 431);
        begin_sending(c, server);
        return !c->answer.head.failed;
    }
    int refusal = reel__http_parse(&server->request, c->in, head_size);
    if (refusal)
        reel__http_refuse(&c->answer, refusal);
    else
        reel__http_respond(&c->answer, server->routes, server->n_routes, server->port, &server->request);
    memmove(c->in, c->in + head_size, c->n_in - head_size);
    c->n_in -= head_size;
    c->n_searched = 0;
    begin_sending(c, server);
    return !c->answer.head.failed;
}

static bool receive(connection *c, reel__http_server *server) {
    ssize_t n = recv(c->socket, c->in + c->n_in, sizeof c->in - c->n_in, 0);
    if (n < 0) return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
    if (n == 0) return false;
    if (c->n_in == 0) c->deadline_ns = reel__deadline_ms(server->options.head_ms);
    c->n_in += (size_t)n;
    return take_request(c, server);
}

/* What is to be sent next: *n bytes at the address returned, 0 when the answer is out. NULL with *n > 0 can't happen; a failed read of the file,
 * or one that has become shorter than its announced size, is reported through *failed: only ending the connection tells the client. */
static const uint8_t *next_bytes(connection *c, size_t *n, bool *failed) {
    reel__http_answer *a = &c->answer;
    if (c->head_sent < a->head.size) {
        *n = a->head.size - c->head_sent;
        return a->head.data + c->head_sent;
    }
    if (a->bytes) {
        *n = a->left < PIECE_BYTES ? (size_t)a->left : PIECE_BYTES;
        return a->bytes + a->offset;
    }
    if (c->piece_sent == c->piece_size && a->left) {
        if (!c->piece) c->piece = reel__alloc(PIECE_BYTES);
        ssize_t got = c->piece ? pread(a->file, c->piece, a->left < PIECE_BYTES ? (size_t)a->left : PIECE_BYTES, (off_t)a->offset) : -1;
        if (got <= 0) {
            *failed = true;
            *n = 0;
            return NULL;
        }
        c->piece_size = (size_t)got;
        c->piece_sent = 0;
    }
    *n = c->piece_size - c->piece_sent;
    return c->piece ? c->piece + c->piece_sent : NULL;
}

static void count_sent(connection *c, size_t n) {
    reel__http_answer *a = &c->answer;
    if (c->head_sent < a->head.size) {
        c->head_sent += n;
        return;
    }
    if (!a->bytes) c->piece_sent += n;
    a->offset += n;
    a->left -= n;
}

static bool finish_answer(connection *c, reel__http_server *server) {
    bool is_last = c->answer.close;
    reel__http_answer_free(&c->answer);
    reel__release(c->piece); /* an idle connection costs no piece */
    c->piece = NULL;
    c->piece_size = c->piece_sent = 0;
    if (is_last) {
        shutdown(c->socket, SHUT_WR);
        c->state = LEAVING;
        c->deadline_ns = reel__deadline_ms(LEAVING_MS);
        return true;
    }
    c->state = READING;
    c->deadline_ns = reel__deadline_ms(c->n_in ? server->options.head_ms : server->options.idle_ms);
    return c->n_in ? take_request(c, server) : true;
}

static bool transmit(connection *c, reel__http_server *server) {
    for (int piece = 0; piece < PIECES_PER_TURN && c->state == SENDING; piece++) {
        bool failed = false;
        size_t n;
        const uint8_t *bytes = next_bytes(c, &n, &failed);
        if (failed) return false;
        if (!n) {
            if (!finish_answer(c, server)) return false;
            continue;
        }
        ssize_t sent = send(c->socket, bytes, n, MSG_NOSIGNAL);
        if (sent < 0) return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
        count_sent(c, (size_t)sent);
        c->deadline_ns = reel__deadline_ms(server->options.stall_ms);
    }
    return true;
}

static bool discard(connection *c) {
    ssize_t n = recv(c->socket, c->in, sizeof c->in, 0);
    return n > 0 || (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR));
}

static bool serve(connection *c, reel__http_server *server, short events) {
    if (events & (POLLERR | POLLNVAL)) return false;
    if (!(events & (POLLIN | POLLOUT | POLLHUP))) return true;
    switch (c->state) {
    case READING: return receive(c, server) && (c->state != SENDING || transmit(c, server));
    case SENDING: return transmit(c, server);
    case LEAVING: return discard(c);
    }
    return false;
}

/* ---- all connections ---- */

/* A client that takes nothing is reset: an orderly close would leave the system trying to deliver megabytes to it. */
static void abandon(connection *c) {
    struct linger at_once = { .l_onoff = 1, .l_linger = 0 };
    if (c->state == SENDING) setsockopt(c->socket, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
}

static void remove_connection(reel__http_server *server, size_t i) {
    connection_free(server->connections[i]);
    server->connections[i] = server->connections[--server->n_connections];
}

/* Ends the connection that has waited longest for a request it did not begin. false: all of them are at work. */
static bool make_place(reel__http_server *server) {
    size_t oldest = SIZE_MAX;
    for (size_t i = 0; i < server->n_connections; i++) {
        const connection *c = server->connections[i];
        if (c->state == READING && !c->n_in && (oldest == SIZE_MAX || c->deadline_ns < server->connections[oldest]->deadline_ns)) oldest = i;
    }
    if (oldest == SIZE_MAX) return false;
    remove_connection(server, oldest);
    return true;
}

static void accept_one(reel__http_server *server) {
    int socket = accept(server->listener, NULL, NULL);
    if (socket < 0) {
        if (errno == EMFILE || errno == ENFILE || errno == ENOMEM || errno == ENOBUFS) server->accept_after_ns = reel__deadline_ms(ACCEPT_PAUSE_MS);
        return;
    }
    connection *c = set_non_blocking(socket) ? reel__alloc_zero(sizeof *c) : NULL;
    if (!c) {
        close(socket);
        return;
    }
    int on = 1;
    setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    c->socket = socket;
    c->answer.file = -1;
    c->deadline_ns = reel__deadline_ms(server->options.idle_ms);
    server->connections[server->n_connections++] = c;
}

/* Fills `polled` and returns how long to wait, in ms; -1 without limit. */
static int prepare_poll(reel__http_server *server) {
    int64_t now = reel__monotonic_ns(), next = INT64_MAX;
    server->polled[0] = (struct pollfd) { .fd = server->wake[0], .events = POLLIN };
    bool is_paused = server->accept_after_ns > now;
    server->polled[1] = (struct pollfd) { .fd = is_paused ? -1 : server->listener, .events = POLLIN };
    if (is_paused) next = server->accept_after_ns;
    bool has_idle = false;
    for (size_t i = 0; i < server->n_connections; i++) {
        const connection *c = server->connections[i];
        server->polled[2 + i] = (struct pollfd) { .fd = c->socket, .events = c->state == SENDING ? POLLOUT : POLLIN };
        if (c->deadline_ns < next) next = c->deadline_ns;
        has_idle |= c->state == READING && !c->n_in;
    }
    if (server->n_connections == server->options.connections_max && !has_idle) server->polled[1].fd = -1; /* newcomers wait in the backlog */
    if (next == INT64_MAX) return -1;
    int64_t wait_ms = reel__left_ms(next) + 1;
    return wait_ms > 60000 ? 60000 : (int)wait_ms;
}

static void *run(void *user) {
    reel__http_server *server = user;
    for (;;) {
        int wait_ms = prepare_poll(server);
        size_t n_polled = server->n_connections;
        if (poll(server->polled, 2 + n_polled, wait_ms) < 0 && errno != EINTR) break;
        if (server->polled[0].revents) break;
        int64_t now = reel__monotonic_ns();
        /* Backwards, because a removed connection's place is taken by the last one. */
        for (size_t i = n_polled; i-- > 0;) {
            connection *c = server->connections[i];
            short events = server->polled[2 + i].revents;
            bool is_over = !serve(c, server, events);
            if (!is_over && c->deadline_ns <= now) {
                abandon(c);
                is_over = true;
            }
            if (is_over) remove_connection(server, i);
        }
        if (server->polled[1].revents && (server->n_connections < server->options.connections_max || make_place(server))) accept_one(server);
    }
    return NULL;
}

/* ---- life ---- */

static void server_free(reel__http_server *server) {
    while (server->n_connections) remove_connection(server, server->n_connections - 1);
    if (server->listener >= 0) close(server->listener);
    for (int i = 0; i < 2; i++)
        if (server->wake[i] >= 0) close(server->wake[i]);
    reel__release(server->connections);
    reel__release(server->polled);
    reel__release(server);
}

static reel_status listen_on_loopback(reel__http_server *server) {
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(server->options.port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t size = sizeof address;
    int on = 1;
    server->listener = socket(AF_INET, SOCK_STREAM, 0);
    if (server->listener < 0 || !set_non_blocking(server->listener)) return reel__fail_errno(errno, "a socket cannot be made");
    setsockopt(server->listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(server->listener, (struct sockaddr *)&address, size) != 0 || listen(server->listener, 64) != 0 ||
        getsockname(server->listener, (struct sockaddr *)&address, &size) != 0)
        return reel__fail_errno(errno, "port %u of 127.0.0.1 cannot be served", server->options.port);
    server->port = ntohs(address.sin_port);
    return REEL_OK;
}

static reel_status start(reel__http_server *server) {
    REEL__TRY(listen_on_loopback(server));
    if (pipe(server->wake) != 0) return reel__fail_errno(errno, "a pipe cannot be made");
    if (!set_non_blocking(server->wake[0]) || !set_non_blocking(server->wake[1])) return reel__fail_errno(errno, "a pipe cannot be set up");
    return reel__thread_start(&server->thread, "reel-http", run, server);
}

reel_status reel__http_start(reel__http_server **out, const reel__http_route *routes, size_t n_routes, const reel__http_options *options) {
    *out = NULL;
    reel__http_server *server = reel__alloc_zero(sizeof *server);
    if (!server) return reel__fail(REEL_E_NO_MEMORY, "no memory for a server");
    server->listener = server->wake[0] = server->wake[1] = -1;
    server->routes = routes;
    server->n_routes = n_routes;
    if (options) server->options = *options;
    if (!server->options.connections_max) server->options.connections_max = 64;
    if (!server->options.head_ms) server->options.head_ms = 10000;
    if (!server->options.idle_ms) server->options.idle_ms = 60000;
    if (!server->options.stall_ms) server->options.stall_ms = 30000;
    server->connections = reel__alloc_array(server->options.connections_max, sizeof *server->connections);
    server->polled = reel__alloc_array((size_t)server->options.connections_max + 2, sizeof *server->polled);
    reel_status status = server->connections && server->polled ? start(server) : reel__fail(REEL_E_NO_MEMORY, "no memory for a server");
    if (status != REEL_OK) {
        server_free(server);
        return status;
    }
    *out = server;
    return REEL_OK;
}

uint16_t reel__http_port(const reel__http_server *server) { return server->port; }

void reel__http_stop(reel__http_server *server) {
    if (!server) return;
    /* A full pipe would already have woken it, so the result does not matter. */
    ssize_t written = write(server->wake[1], "x", 1);
    (void)written;
    reel__thread_join(server->thread);
    server_free(server);
}
