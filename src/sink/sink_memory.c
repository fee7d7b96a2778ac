/* Memory and buffer sinks hold messages until they are asked for. They have no queue and no thread, and never wait: beyond their bound they drop the newest message with an
 * error, or the oldest when that was asked for. Kept messages (store info, static data, Clear) are never dropped; they go in beyond the bound. */
#include "../base/alloc.h"
#include "../base/error.h"
#include "message_list.h"
#include "sink.h"

#include <stdio.h>

static const int64_t buffer_bytes_max = INT64_C(1) << 30;

typedef struct memory_sink {
    reel__sink base;
    const char *name;
    uint64_t bytes_max;       /* UINT64_MAX: no bound */
    bool drop_oldest;
    /* guarded by base.mutex */
    reel__message_list list;
    uint64_t sequence;
    uint64_t n_dropped;       /* since it was made or drained */
    uint64_t n_refused, n_refused_told; /* newest messages that did not get in: what a flush tells */
    reel_status refused_status;
    bool is_closed;
} memory_sink;

static void note_held(memory_sink *k) { k->base.stats.bytes_queued = k->list.bytes; }

static void count_dropped(memory_sink *k, const reel__message *m) {
    reel__sink_count_dropped(&k->base, m);
    k->n_dropped++;
}

static bool is_within(const memory_sink *k, const reel__message *m) { return k->list.bytes <= k->bytes_max && m->size <= k->bytes_max - k->list.bytes; }

/* The oldest give way only when that makes room at all. */
static bool make_room(memory_sink *k, const reel__message *m) {
    if (m->is_kept || is_within(k, m))
        return true;
    uint64_t bytes_kept = k->list.bytes - k->list.bytes_droppable;
    if (!k->drop_oldest || bytes_kept > k->bytes_max || m->size > k->bytes_max - bytes_kept)
        return false;
    while (!is_within(k, m)) {
        reel__message *old = reel__message_list_take_droppable(&k->list);
        count_dropped(k, old);
        reel__message_unref(old);
    }
    return true;
}

static void memory_put(reel__sink *s, reel__message *m) {
    memory_sink *k = (memory_sink *)s;
    char text[160] = "";
    reel_status status = REEL_OK;
    reel__mutex_lock(&s->mutex);
    if (k->is_closed) {
        count_dropped(k, m);
    } else {
        if (!make_room(k, m))
            status = REEL_E_NO_SPACE;
        else
            status = reel__message_list_append(&k->list, m, ++k->sequence);
        if (status == REEL_OK) {
            reel__message_ref(m);
            reel__sink_count_written(s, m);
        } else {
            count_dropped(k, m);
            k->n_refused++;
            k->refused_status = status;
            snprintf(text, sizeof text, "%s: a message of %zu bytes does not fit: %llu of at most %llu bytes are held", k->name, m->size, (unsigned long long)k->list.bytes,
                     (unsigned long long)k->bytes_max);
        }
    }
    note_held(k);
    reel__mutex_unlock(&s->mutex);
    if (status != REEL_OK)
        reel__sink_error(s, status, status == REEL_E_NO_SPACE ? text : "no memory to hold a message");
}

/* What is held is safe by that. A flush tells what did not get in since the last one; that the oldest went, where that was asked for, is no failure. */
static reel_status memory_flush(reel__sink *s, int64_t deadline_ns, bool inline_ok) {
    (void)deadline_ns;
    (void)inline_ok;
    memory_sink *k = (memory_sink *)s;
    reel_status status = REEL_OK;
    reel__mutex_lock(&s->mutex);
    if (k->is_closed)
        status = reel__fail(REEL_E_CLOSED, "%s: the sink is closed", k->name);
    else if (k->n_refused > k->n_refused_told)
        status = reel__fail(k->refused_status, "%s: %llu messages did not fit into %llu bytes", k->name, (unsigned long long)(k->n_refused - k->n_refused_told),
                            (unsigned long long)k->bytes_max);
    k->n_refused_told = k->n_refused;
    reel__mutex_unlock(&s->mutex);
    return status;
}

/* What it holds can still be taken. */
static reel_status memory_close(reel__sink *s, int64_t deadline_ns) {
    reel_status status = memory_flush(s, deadline_ns, true);
    reel__mutex_lock(&s->mutex);
    ((memory_sink *)s)->is_closed = true;
    reel__mutex_unlock(&s->mutex);
    return status;
}

static void memory_destroy(reel__sink *s) {
    memory_sink *k = (memory_sink *)s;
    reel__message_list_free(&k->list);
    reel__mutex_destroy(&s->mutex);
    reel__release(k);
}

static const reel__sink_class memory_class = {"memory", memory_put, memory_flush, memory_close, memory_destroy};
static const reel__sink_class buffer_class = {"buffer", memory_put, memory_flush, memory_close, memory_destroy};

reel_status reel__memory_sink_new(const reel_memory_options *options, bool is_buffer, reel__account *account, reel__report_fn report, void *report_user, reel__sink **out) {
    const char *name = is_buffer ? "buffer sink" : "memory sink";
    int64_t bytes_max = options ? options->bytes_max : 0;
    if (bytes_max < 0)
        return reel__fail(REEL_E_ARGUMENT, "%s: bytes_max is %lld", name, (long long)bytes_max);
    memory_sink *k = reel__alloc_zero(sizeof *k);
    if (!k)
        return reel__fail(REEL_E_NO_MEMORY, "%s: no memory", name);
    reel__sink_init(&k->base, is_buffer ? &buffer_class : &memory_class, false, account, report, report_user);
    k->base.is_buffer = is_buffer;
    k->name = name;
    if (!bytes_max && is_buffer)
        bytes_max = buffer_bytes_max;
    k->bytes_max = bytes_max ? (uint64_t)bytes_max : UINT64_MAX;
    k->drop_oldest = options && options->drop_oldest;
    reel__message_list_init(&k->list, false);
    *out = &k->base;
    return REEL_OK;
}

uint64_t reel__memory_sink_count(reel__sink *s) {
    reel__mutex_lock(&s->mutex);
    uint64_t n = ((memory_sink *)s)->list.n;
    reel__mutex_unlock(&s->mutex);
    return n;
}

uint64_t reel__memory_sink_dropped(reel__sink *s) {
    reel__mutex_lock(&s->mutex);
    uint64_t n = ((memory_sink *)s)->n_dropped;
    reel__mutex_unlock(&s->mutex);
    return n;
}

reel_status reel__memory_sink_take(reel__sink *s, bool drain, reel__message ***messages, size_t *n, bool *has_new, uint64_t *n_dropped) {
    memory_sink *k = (memory_sink *)s;
    reel_status status = REEL_OK;
    reel__mutex_lock(&s->mutex);
    reel__message **taken = reel__alloc_array(k->list.n ? k->list.n : 1, sizeof *taken);
    if (!taken) {
        status = reel__fail(REEL_E_NO_MEMORY, "%s: no memory for a list of %zu messages", k->name, k->list.n);
    } else {
        size_t i = 0;
        *n = k->list.n;
        *has_new = k->list.n > 0; /* a drain leaves nothing: what is here came after it */
        *n_dropped = k->n_dropped;
        if (drain) {
            while (i < *n)
                taken[i++] = reel__message_list_take_first(&k->list);
            k->n_dropped = 0;
            s->reported = 0;
            note_held(k);
        } else {
            for (const reel__message_node *node = k->list.first; node; node = node->next)
                taken[i++] = reel__message_ref(node->message);
        }
        *messages = taken;
    }
    reel__mutex_unlock(&s->mutex);
    return status;
}

void reel__memory_sink_forget(reel__sink *s, reel__message *const *messages, size_t n) {
    memory_sink *k = (memory_sink *)s;
    size_t i = 0;
    reel__mutex_lock(&s->mutex);
    for (reel__message_node *node = k->list.first, *next; node; node = next) {
        next = node->next;
        while (i < n && messages[i] != node->message)
            i++;
        if (i == n)
            break;
        reel__message_unref(reel__message_list_take_node(&k->list, node));
    }
    k->n_dropped = 0;
    s->reported = 0;
    note_held(k);
    reel__mutex_unlock(&s->mutex);
}

void reel__memory_sink_reset(reel__sink *s, reel_store_kind kind) {
    memory_sink *k = (memory_sink *)s;
    reel__mutex_lock(&s->mutex);
    for (reel__message_node *node = k->list.first, *next; node; node = next) {
        next = node->next;
        if (node->message->store->kind == kind)
            reel__message_unref(reel__message_list_take_node(&k->list, node));
    }
    s->reported = 0;
    note_held(k);
    reel__mutex_unlock(&s->mutex);
}
