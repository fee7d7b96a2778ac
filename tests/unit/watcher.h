/* A custom sink that remembers what it was given, and that can be made slow or stopped: what the tests of whole recordings look through. */
#ifndef WATCHER_H
#define WATCHER_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <reel/reel.h>

#define WATCHER_FIRST 32 /* messages of which it keeps a copy */

/* The sanitizers run the same tests with less of everything. */
#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
#  define WATCHER_LESS 1
#else
#  define WATCHER_LESS 0
#endif

typedef struct watched {
    reel_message message; /* its pointers are this struct's own */
    char path[64];
    uint8_t *bytes;
} watched;

typedef struct watcher {
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    /* under mutex */
    watched first[WATCHER_FIRST];
    size_t n_messages, n_infos, n_static, n_chunks, bytes, largest_chunk_bytes, n_flushes;
    uint64_t rows, static_rows, largest_chunk_rows; /* below /__properties none is counted */
    bool is_frozen, is_inside, is_closed, is_released;
    int64_t sleep_us;
} watcher;

static inline void watcher_init(watcher *w) {
    memset(w, 0, sizeof *w);
    pthread_mutex_init(&w->mutex, NULL);
    pthread_cond_init(&w->changed, NULL);
}

static inline void watcher_free(watcher *w) {
    for (size_t i = 0; i < WATCHER_FIRST; i++)
        free(w->first[i].bytes);
    pthread_cond_destroy(&w->changed);
    pthread_mutex_destroy(&w->mutex);
}

static inline void watcher_note(watcher *w, const reel_message *m) {
    if (w->n_messages < WATCHER_FIRST) {
        watched *copy = &w->first[w->n_messages];
        copy->message = *m;
        snprintf(copy->path, sizeof copy->path, "%s", m->entity_path ? m->entity_path : "");
        copy->bytes = malloc(m->size);
        memcpy(copy->bytes, m->data, m->size);
        copy->message.data = copy->bytes;
        copy->message.entity_path = m->entity_path ? copy->path : NULL;
    }
    w->n_messages++;
    w->bytes += m->size;
    w->n_infos += m->kind == REEL_MESSAGE_STORE_INFO;
    if (m->kind != REEL_MESSAGE_CHUNK || !strncmp(m->entity_path, "/__properties", 13))
        return;
    w->n_chunks++;
    w->n_static += m->is_static;
    *(m->is_static ? &w->static_rows : &w->rows) += m->n_rows;
    w->largest_chunk_rows = m->n_rows > w->largest_chunk_rows ? m->n_rows : w->largest_chunk_rows;
    w->largest_chunk_bytes = m->size > w->largest_chunk_bytes ? m->size : w->largest_chunk_bytes;
}

static inline reel_status watcher_write(void *user, const reel_message *messages, size_t n, size_t *n_done) {
    watcher *w = user;
    pthread_mutex_lock(&w->mutex);
    w->is_inside = true;
    pthread_cond_broadcast(&w->changed);
    while (w->is_frozen)
        pthread_cond_wait(&w->changed, &w->mutex);
    int64_t sleep_us = w->sleep_us;
    if (sleep_us) {
        pthread_mutex_unlock(&w->mutex);
        usleep((useconds_t)sleep_us);
        pthread_mutex_lock(&w->mutex);
    }
    for (size_t i = 0; i < n; i++)
        watcher_note(w, &messages[i]);
    w->is_inside = false;
    pthread_cond_broadcast(&w->changed);
    pthread_mutex_unlock(&w->mutex);
    *n_done = n;
    return REEL_OK;
}
static inline reel_status watcher_flush(void *user, int64_t timeout_ms) {
    watcher *w = user;
    (void)timeout_ms;
    pthread_mutex_lock(&w->mutex);
    w->n_flushes++;
    pthread_mutex_unlock(&w->mutex);
    return REEL_OK;
}
static inline reel_status watcher_close(void *user, int64_t timeout_ms) {
    (void)timeout_ms;
    ((watcher *)user)->is_closed = true;
    return REEL_OK;
}
static inline void watcher_release(void *user) { ((watcher *)user)->is_released = true; }

static inline reel_status watcher_add(watcher *w, reel_recording *rec, const reel_queue_options *options, reel_sink_id *id) {
    static const reel_sink_ops ops = {sizeof ops, "watcher", watcher_write, watcher_flush, watcher_close, watcher_release};
    return reel_add_sink(rec, &ops, w, options, id);
}

static inline void watcher_freeze(watcher *w, bool freeze) {
    pthread_mutex_lock(&w->mutex);
    w->is_frozen = freeze;
    pthread_cond_broadcast(&w->changed);
    pthread_mutex_unlock(&w->mutex);
}

static inline int64_t now_ms(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static inline uint64_t watcher_rows(watcher *w) {
    pthread_mutex_lock(&w->mutex);
    uint64_t rows = w->rows;
    pthread_mutex_unlock(&w->mutex);
    return rows;
}

/* Waits until so many timed rows came, at most so long. Returns how many came. */
static inline uint64_t watcher_await(watcher *w, uint64_t rows, int64_t at_most_ms) {
    int64_t until = now_ms() + at_most_ms;
    while (watcher_rows(w) < rows && now_ms() < until)
        usleep(500);
    return watcher_rows(w);
}

static inline bool watcher_await_inside(watcher *w) {
    for (int64_t until = now_ms() + 10000; now_ms() < until; usleep(500)) {
        pthread_mutex_lock(&w->mutex);
        bool is_inside = w->is_inside;
        pthread_mutex_unlock(&w->mutex);
        if (is_inside)
            return true;
    }
    return false;
}

/* ---- things to log */

static inline reel_status log_number(reel_recording *rec, const char *path, double value) {
    return reel_log_scalars(rec, path, &(reel_scalars){.scalars = &value, .n_scalars = 1});
}
static inline reel_status log_static_number(reel_recording *rec, const char *path, double value) {
    return reel_log_static_scalars(rec, path, &(reel_scalars){.scalars = &value, .n_scalars = 1});
}

#endif
