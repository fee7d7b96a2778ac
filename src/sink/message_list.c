#include "message_list.h"

#include "../base/alloc.h"

#include <string.h>

enum { SPARE_MAX = 1024, BUCKETS_MIN = 64 };

static bool is_droppable(const reel__message *m) { return !m->is_kept; }
static bool is_keyed(const reel__message_list *list, const reel__message *m) { return list->has_keys && is_droppable(m) && m->kind == REEL_MESSAGE_CHUNK; }

static bool is_same_key(const reel__message *a, const reel__message *b) {
    return a->entity_path == b->entity_path && a->shape == b->shape && a->store == b->store;
}

/* Paths and shapes are interned: their addresses are the key. Addresses are multiples of 16 and lie close together, hence the mixing. */
static uint64_t hash_of(const reel__message *m) {
    uint64_t h = (uint64_t)(uintptr_t)m->entity_path * UINT64_C(0x9E3779B97F4A7C15);
    h = (h ^ (h >> 29) ^ (uint64_t)(uintptr_t)m->shape) * UINT64_C(0xBF58476D1CE4E5B9);
    h = (h ^ (h >> 32) ^ (uint64_t)(uintptr_t)m->store) * UINT64_C(0x94D049BB133111EB);
    return h ^ (h >> 31);
}

static reel__message_node **bucket_of(reel__message_list *list, const reel__message *m) { return &list->buckets[hash_of(m) & (list->n_buckets - 1)]; }

/* More buckets when there are more messages than buckets. When memory is out the chains just get longer. */
static void grow_buckets(reel__message_list *list) {
    size_t n = list->n_buckets ? list->n_buckets * 2 : BUCKETS_MIN;
    reel__message_node **buckets = reel__alloc_array(n, sizeof *buckets);
    if (!buckets)
        return;
    reel__release(list->buckets);
    list->buckets = buckets;
    list->n_buckets = n;
    /* From old to new, so that the newest of a key stands first in its chain. */
    for (reel__message_node *node = list->first; node; node = node->next) {
        if (!is_keyed(list, node->message))
            continue;
        reel__message_node **bucket = bucket_of(list, node->message);
        node->bucket_next = *bucket;
        *bucket = node;
    }
}

static void unlink_key(reel__message_list *list, reel__message_node *node) {
    reel__message_node **at = bucket_of(list, node->message);
    while (*at && *at != node)
        at = &(*at)->bucket_next;
    if (*at)
        *at = node->bucket_next;
    list->n_keyed--;
}

void reel__message_list_init(reel__message_list *list, bool has_keys) {
    memset(list, 0, sizeof *list);
    list->has_keys = has_keys;
}

void reel__message_list_free(reel__message_list *list) {
    for (reel__message *m; (m = reel__message_list_take_first(list)) != NULL;)
        reel__message_unref(m);
    for (reel__message_node *node = list->spare, *next; node; node = next) {
        next = node->next;
        reel__release(node);
    }
    reel__release(list->buckets);
    reel__message_list_init(list, list->has_keys);
}

reel_status reel__message_list_append(reel__message_list *list, reel__message *m, uint64_t sequence) {
    if (is_keyed(list, m) && list->n_keyed >= list->n_buckets) {
        grow_buckets(list);
        if (!list->n_buckets)
            return REEL_E_NO_MEMORY;
    }
    reel__message_node *node = list->spare;
    if (node) {
        list->spare = node->next;
        list->n_spare--;
    } else {
        node = reel__alloc(sizeof *node);
        if (!node)
            return REEL_E_NO_MEMORY;
    }
    *node = (reel__message_node){.previous = list->last, .message = m, .sequence = sequence};
    if (list->last)
        list->last->next = node;
    else
        list->first = node;
    list->last = node;
    list->n++;
    list->bytes += m->size;
    if (is_droppable(m)) {
        list->bytes_droppable += m->size;
        if (!list->first_droppable)
            list->first_droppable = node;
    }
    if (is_keyed(list, m)) {
        reel__message_node **bucket = bucket_of(list, m);
        node->bucket_next = *bucket;
        *bucket = node;
        list->n_keyed++;
    }
    return REEL_OK;
}

reel__message *reel__message_list_take_node(reel__message_list *list, reel__message_node *node) {
    reel__message *m = node->message;
    if (is_keyed(list, m))
        unlink_key(list, node);
    if (list->first_droppable == node) {
        reel__message_node *next = node->next;
        while (next && !is_droppable(next->message))
            next = next->next;
        list->first_droppable = next;
    }
    if (node->previous)
        node->previous->next = node->next;
    else
        list->first = node->next;
    if (node->next)
        node->next->previous = node->previous;
    else
        list->last = node->previous;
    list->n--;
    list->bytes -= m->size;
    if (is_droppable(m))
        list->bytes_droppable -= m->size;
    if (list->n_spare < SPARE_MAX) {
        node->next = list->spare;
        list->spare = node;
        list->n_spare++;
    } else {
        reel__release(node);
    }
    return m;
}

reel__message *reel__message_list_take_first(reel__message_list *list) { return list->first ? reel__message_list_take_node(list, list->first) : NULL; }

reel__message *reel__message_list_take_droppable(reel__message_list *list) {
    return list->first_droppable ? reel__message_list_take_node(list, list->first_droppable) : NULL;
}

reel__message *reel__message_list_take_same(reel__message_list *list, const reel__message *m) {
    if (!is_keyed(list, m) || !list->n_buckets)
        return NULL;
    for (reel__message_node *node = *bucket_of(list, m); node; node = node->bucket_next)
        if (is_same_key(node->message, m))
            return reel__message_list_take_node(list, node);
    return NULL;
}
