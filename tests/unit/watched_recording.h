/* A recording whose only sink is watched: how many rows came, where to, and which events the recording told. What a test refuses, it follows by a good row, which must arrive. */
#ifndef REEL_TESTS_WATCHED_RECORDING_H
#define REEL_TESTS_WATCHED_RECORDING_H

#include <reel/reel.h>

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { WATCHED_EVENTS_MAX = 64 };

typedef struct watched {
    reel_recording *rec;
    reel_sink_id sink;
    pthread_mutex_t mutex;
    uint64_t rows, good_rows; /* without properties */
    char last_path[256];      /* of the newest chunk that is neither a property nor the good row's; its beginning */
    size_t n_events;
    struct {
        reel_status status;
        uint32_t sink;
        char text[256];
    } events[WATCHED_EVENTS_MAX];
} watched;

static inline reel_status watched_write(void *user, const reel_message *messages, size_t n, size_t *n_done) {
    watched *w = user;
    pthread_mutex_lock(&w->mutex);
    for (size_t i = 0; i < n; i++) {
        const char *path = messages[i].entity_path;
        if (!path || !strcmp(path, "/__properties"))
            continue;
        w->rows += messages[i].n_rows;
        if (!strcmp(path, "/good"))
            w->good_rows += messages[i].n_rows;
        else
            snprintf(w->last_path, sizeof w->last_path, "%s", path);
    }
    *n_done = n;
    pthread_mutex_unlock(&w->mutex);
    return REEL_OK;
}

static inline void watched_event(void *user, reel_recording *rec, const reel_event *event) {
    (void)rec;
    watched *w = user;
    pthread_mutex_lock(&w->mutex);
    if (w->n_events < WATCHED_EVENTS_MAX) {
        w->events[w->n_events].status = event->status;
        w->events[w->n_events].sink = event->sink;
        snprintf(w->events[w->n_events].text, sizeof w->events[w->n_events].text, "%s", event->message);
    }
    w->n_events++;
    pthread_mutex_unlock(&w->mutex);
}

static inline void watched_open(watched *w, reel_options options) {
    memset(w, 0, sizeof *w);
    pthread_mutex_init(&w->mutex, NULL);
    options.struct_size = sizeof options;
    options.on_event = watched_event;
    options.on_event_user = w;
    w->rec = reel_new("watched", &options);
    assert_non_null(w->rec);
    reel_sink_ops ops = {.struct_size = sizeof ops, .name = "watched", .write = watched_write};
    assert_int_equal(reel_add_sink(w->rec, &ops, w, NULL, &w->sink), REEL_OK);
    assert_int_equal(reel_flush(w->rec, -1), REEL_OK);
}

static inline void watched_close(watched *w) {
    reel_free(w->rec);
    pthread_mutex_destroy(&w->mutex);
}

static inline reel_status log_number(reel_recording *rec, const char *path, double number) {
    return reel_log_scalars(rec, path, &(reel_scalars){.scalars = &number, .n_scalars = 1});
}

/* One more good row arrives, and nothing else has come since `rows` was looked at. */
static inline void goes_on_at(watched *w, const char *file, int line) {
    uint64_t rows, good;
    _assert_int_equal(reel_flush(w->rec, -1), REEL_OK, file, line);
    pthread_mutex_lock(&w->mutex);
    rows = w->rows;
    good = w->good_rows;
    pthread_mutex_unlock(&w->mutex);
    reel_status status = log_number(w->rec, "good", 1);
    if (status != REEL_OK)
        print_error("%s\n", reel_error_message());
    _assert_int_equal(status, REEL_OK, file, line);
    _assert_int_equal(reel_flush(w->rec, -1), REEL_OK, file, line);
    pthread_mutex_lock(&w->mutex);
    _assert_int_equal(w->good_rows, good + 1, file, line);
    _assert_int_equal(w->rows, rows + 1, file, line);
    pthread_mutex_unlock(&w->mutex);
}

/* Every one of the parts, a NULL-ended list, stands in the text. */
static inline void says_at(const char *text, const char *const *parts, const char *file, int line) {
    for (; *parts; parts++)
        if (!strstr(text, *parts)) {
            print_error("\"%s\" does not say \"%s\"\n", text, *parts);
            _fail(file, line);
        }
}

#define SAYS(text, ...) says_at(text, (const char *const[]){__VA_ARGS__, NULL}, __FILE__, __LINE__)

/* The call returns this status and a message with these parts; nothing of it is logged, and the recording w goes on. */
#define REFUSED(w, call, want, ...)                                                      \
    do {                                                                                 \
        watched *w_ = (w);                                                               \
        uint64_t before_ = w_->rows;                                                     \
        reel_status got_ = (call);                                                       \
        if (got_ != (want))                                                              \
            print_error("%s gave %d: %s\n", #call, (int)got_, reel_error_message());     \
        _assert_int_equal(got_, want, __FILE__, __LINE__);                               \
        SAYS(reel_error_message(), __VA_ARGS__);                                         \
        goes_on_at(w_, __FILE__, __LINE__);                                              \
        _assert_int_equal(w_->rows, before_ + 1, __FILE__, __LINE__);                    \
    } while (0)

#endif
