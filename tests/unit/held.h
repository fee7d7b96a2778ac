/* What a memory sink holds, seen from the inside: messages with their shapes and time ranges, and their bytes uncompressed, so that a value can be looked for. */
#ifndef HELD_H
#define HELD_H

#include <string.h>

#include <reel/reel.h>

#include "base/alloc.h"
#include "recording/core.h"

static inline reel__core *core_of(reel_recording *rec) { return atomic_load(&rec->core); }
static inline void store_plain(reel_recording *rec) { core_of(rec)->encoder.no_compression = true; }

typedef struct held {
    reel__message **messages;
    size_t n;
} held;

/* The chunks outside of the properties that a memory sink holds after a flush; the sink keeps them. */
static inline held held_of(reel_recording *rec, reel_sink_id id) {
    held h = {NULL, 0};
    uint64_t n_messages, n_dropped;
    bool has_new;
    size_t n = 0;
    if (reel_num_msgs(rec, id, &n_messages) != REEL_OK)
        return h;
    reel__attached *a = core_of(rec)->sinks;
    while (a && a->sink->id != id)
        a = a->next;
    if (!a || reel__memory_sink_take(a->sink, false, &h.messages, &n, &has_new, &n_dropped) != REEL_OK)
        return h;
    for (size_t i = 0; i < n; i++) {
        reel__message *m = h.messages[i];
        if (m->kind == REEL_MESSAGE_CHUNK && strncmp(m->entity_path, "/__properties", 13))
            h.messages[h.n++] = m;
        else
            reel__message_unref(m);
    }
    return h;
}

static inline void held_free(held *h) {
    for (size_t i = 0; i < h->n; i++)
        reel__message_unref(h->messages[i]);
    reel__release(h->messages);
    *h = (held){NULL, 0};
}

static inline uint64_t held_rows(const held *h) {
    uint64_t rows = 0;
    for (size_t i = 0; i < h->n; i++)
        rows += h->messages[i]->info.n_rows;
    return rows;
}

/* The range of a timeline in a chunk, NULL when the chunk has no such timeline. */
static inline const reel__time_range *time_range(const reel__message *m, const char *timeline, reel_time_type type) {
    for (uint32_t t = 0; t < m->shape->n_timelines; t++)
        if (!strcmp(m->shape->timelines[t]->name, timeline) && m->shape->timelines[t]->type == type)
            return &m->info.ranges[t];
    return NULL;
}

static inline bool bytes_hold(const void *data, size_t size, const char *text) { return memmem(data, size, text, strlen(text)) != NULL; }

#endif
