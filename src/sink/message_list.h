/* Messages waiting in order, for queues and for sinks that hold them. Appending is O(1); so is taking the first, the oldest that a policy may drop, or the one
 * that a newer chunk of the same entity and shape replaces. Not thread-safe: the sink's mutex guards it.
 *
 *     first -> [kept] -> [kept] -> [chunk] -> [kept] -> [chunk] -> last
 *                                  first_droppable */
#ifndef REEL_SINK_MESSAGE_LIST_H
#define REEL_SINK_MESSAGE_LIST_H

#include "../rrd/message.h"

typedef struct reel__message_node reel__message_node;
struct reel__message_node {
    reel__message_node *previous, *next;
    reel__message_node *bucket_next; /* others with the same hash, when the list has keys */
    reel__message *message;          /* one reference */
    uint64_t sequence;
};

typedef struct reel__message_list {
    reel__message_node *first, *last;
    reel__message_node *first_droppable; /* the oldest that is not kept; it only ever moves on, so that finding it costs nothing in the mean */
    size_t n;
    uint64_t bytes, bytes_droppable;     /* sums of message sizes */
    reel__message_node *spare;           /* recycled nodes */
    size_t n_spare;
    bool has_keys;
    reel__message_node **buckets;        /* has_keys: droppable chunks by store, entity and shape */
    size_t n_buckets, n_keyed;           /* n_buckets: 0 or a power of two */
} reel__message_list;

void reel__message_list_init(reel__message_list *list, bool has_keys);
/* Drops every reference and all memory. */
void reel__message_list_free(reel__message_list *list);
/* Takes over the caller's reference, or fails with REEL_E_NO_MEMORY and leaves it. sequence grows from message to message. */
reel_status reel__message_list_append(reel__message_list *list, reel__message *m, uint64_t sequence);
/* Each hands the list's reference to the caller, NULL when there is none. */
reel__message *reel__message_list_take_first(reel__message_list *list);
reel__message *reel__message_list_take_droppable(reel__message_list *list);
/* The newest droppable chunk with the key of m; only a list with keys finds any. */
reel__message *reel__message_list_take_same(reel__message_list *list, const reel__message *m);
/* Removes a node that the caller came across. */
reel__message *reel__message_list_take_node(reel__message_list *list, reel__message_node *node);

#endif
