#define _POSIX_C_SOURCE 200809L
#include "chunk_queue.h"
#include "text_buffer.h"
#include "text_map.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define QUEUE_CHUNKS_MAX 64
#define QUEUE_BYTES_MAX  ((size_t)2 << 20)
#define LARGE_BYTES      ((size_t)4 << 20)

typedef struct waiting {
    reel_chunk *chunk;
    reel_store_id store;
} waiting;

/* The owner adds at `end`, the thread takes at `begin`, and counts a chunk as waiting until it is written. All but `stores` and `writer` is under the lock. */
struct cli_queue {
    reel_writer *writer; /* the thread's while n is not 0, else the owner's */
    cli_map stores;      /* the owner's: ids that live as long as the queue */
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    waiting items[QUEUE_CHUNKS_MAX];
    size_t begin, n, bytes;
    bool is_ending;
    reel_status status;
    char error[400];
};

static void *write_all(void *user) {
    cli_queue *q = user;
    pthread_mutex_lock(&q->lock);
    for (;;) {
        while (!q->n && !q->is_ending) pthread_cond_wait(&q->changed, &q->lock);
        if (!q->n) break;
        waiting item = q->items[q->begin];
        bool is_good = q->status == REEL_OK;
        pthread_mutex_unlock(&q->lock);
        reel_status status = is_good ? reel_writer_put_chunk(q->writer, &item.store, item.chunk) : REEL_OK;
        size_t bytes = reel_chunk_bytes(item.chunk);
        reel_chunk_unref(item.chunk);
        pthread_mutex_lock(&q->lock);
        if (status != REEL_OK) {
            q->status = status;
            snprintf(q->error, sizeof q->error, "%s", reel_error_message());
        }
        q->begin = (q->begin + 1) % QUEUE_CHUNKS_MAX;
        q->bytes -= bytes;
        q->n--;
        pthread_cond_broadcast(&q->changed);
    }
    pthread_mutex_unlock(&q->lock);
    return NULL;
}

cli_queue *cli_queue_start(reel_writer *writer) {
    cli_queue *q = calloc(1, sizeof *q);
    if (!q) return NULL;
    q->writer = writer;
    pthread_mutex_init(&q->lock, NULL);
    pthread_cond_init(&q->changed, NULL);
    if (pthread_create(&q->thread, NULL, write_all, q) == 0) return q;
    pthread_cond_destroy(&q->changed);
    pthread_mutex_destroy(&q->lock);
    free(q);
    return NULL;
}

static bool keep_ids(cli_queue *q, const reel_store_id *store, reel_store_id *kept) {
    size_t size = strlen(store->application_id) + 1, number;
    bool is_new;
    cli_text key = { 0 };
    bool fits = cli_text_append(&key, store->application_id, size) && cli_text_append(&key, store->recording_id, strlen(store->recording_id)) &&
                cli_map_add(&q->stores, key.data, key.size, &number, &is_new);
    cli_text_free(&key);
    if (!fits) return false;
    const char *ids = cli_map_key(&q->stores, number, NULL);
    *kept = (reel_store_id) { store->kind, ids, ids + size };
    return true;
}

reel_status cli_queue_put(cli_queue *q, const reel_store_id *store, reel_chunk *chunk) {
    waiting item = { .chunk = chunk };
    size_t bytes = reel_chunk_bytes(chunk);
    bool fits = keep_ids(q, store, &item.store);
    pthread_mutex_lock(&q->lock);
    while (q->n == QUEUE_CHUNKS_MAX || (q->n && q->bytes + bytes > QUEUE_BYTES_MAX)) pthread_cond_wait(&q->changed, &q->lock);
    if (!fits && q->status == REEL_OK) {
        q->status = REEL_E_NO_MEMORY;
        snprintf(q->error, sizeof q->error, "no memory for the ids of a store");
    }
    reel_status status = q->status;
    if (status == REEL_OK) {
        q->items[(q->begin + q->n) % QUEUE_CHUNKS_MAX] = item;
        q->bytes += bytes;
        q->n++;
        pthread_cond_broadcast(&q->changed);
        while (bytes > LARGE_BYTES && q->n) pthread_cond_wait(&q->changed, &q->lock); /* no other large one is read meanwhile */
    }
    pthread_mutex_unlock(&q->lock);
    if (status != REEL_OK) reel_chunk_unref(chunk);
    return status;
}

reel_status cli_queue_drain(cli_queue *q) {
    pthread_mutex_lock(&q->lock);
    while (q->n) pthread_cond_wait(&q->changed, &q->lock);
    reel_status status = q->status;
    pthread_mutex_unlock(&q->lock);
    return status;
}

const char *cli_queue_error(const cli_queue *q) { return q->error; }

void cli_queue_end(cli_queue *q) {
    if (!q) return;
    pthread_mutex_lock(&q->lock);
    q->is_ending = true;
    pthread_cond_broadcast(&q->changed);
    pthread_mutex_unlock(&q->lock);
    pthread_join(q->thread, NULL);
    pthread_cond_destroy(&q->changed);
    pthread_mutex_destroy(&q->lock);
    cli_map_free(&q->stores);
    free(q);
}
