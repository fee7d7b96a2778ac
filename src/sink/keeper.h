/* The state keeper: what a sink that comes late, a new part of a file, or a drain has to begin with: store info, properties, blueprint, and the newest static chunk of each
 * (entity, column set). Bounded: beyond bytes_max in memory, messages go to an unlinked temporary file and are read back when asked for.
 *
 * Its lock is the only one that the fork handler takes: no caller may hold another lock of the library that the log path or a sink needs while waiting for it, and nobody does
 * anything slow while holding it (spilling writes happen under it, in pieces of at most one message). */
#ifndef REEL_SINK_KEEPER_H
#define REEL_SINK_KEEPER_H

#include "../base/map.h"
#include "../rrd/message.h"

typedef struct reel__keeper reel__keeper;

reel__keeper *reel__keeper_new(int64_t bytes_max); /* 0: 64 MiB. NULL when memory is out */
void reel__keeper_free(reel__keeper *k);
/* Takes a reference. Store infos and blueprint activations: one per store; chunks: static ones and blueprint ones; the rest is passed over. A newer chunk of the same entity and shape replaces;
 * an activated blueprint replaces those that are neither the active nor the default one any more.
 * Where no temporary file can be written the message is kept in memory, beyond the bound, and the status says why. REEL_E_NO_MEMORY may leave it out. */
reel_status reel__keeper_put(reel__keeper *k, reel__message *m);
/* All kept messages in a valid order (blueprints before the recording, so that a viewer knows them when it opens that; per store: info, then chunks in the order they were first logged, then its
 * activation), one reference each, in an array to be released with reel__release. */
reel_status reel__keeper_all(reel__keeper *k, reel__message ***messages, size_t *n);
size_t reel__keeper_memory(reel__keeper *k);
/* For fork: lock in the parent before, unlock in the parent after; the child gives the lock up and goes on with the same content (its own descriptor of the temporary file: pread only). */
void reel__keeper_fork_lock(reel__keeper *k);
void reel__keeper_fork_unlock(reel__keeper *k);
void reel__keeper_fork_child(reel__keeper *k);

#endif
