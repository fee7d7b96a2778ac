#include "file_claim.h"

#include <sched.h>
#include <stdatomic.h>
#include <unistd.h>

/* The lock is the process id of its holder: a child that was forked while another thread of the parent held it finds its parent's id there, and takes it over. The list is sound at
 * every moment, since each change of it is one store. It is held for a walk over the list, when files are opened and closed. */
static _Atomic long holder;
static reel__claim *claims;

static long lock(void) {
    long self = (long)getpid();
    for (;;) {
        long found = 0;
        if (atomic_compare_exchange_strong(&holder, &found, self))
            return self;
        if (found != self && atomic_compare_exchange_strong(&holder, &found, self))
            return self;
        sched_yield();
    }
}

static void unlock(void) { atomic_store(&holder, 0); }

static bool is_held(const reel__io_info *file, long self) {
    for (const reel__claim *c = claims; c; c = c->next)
        if (c->device == file->device && c->inode == file->inode && c->pid == self)
            return true;
    return false;
}

bool reel__claim_take(reel__claim *claim, const reel__io_info *file) {
    long self = lock();
    bool is_free = !is_held(file, self);
    if (is_free) {
        *claim = (reel__claim){claims, file->device, file->inode, self};
        claims = claim;
    }
    unlock();
    return is_free;
}

void reel__claim_drop(reel__claim *claim) {
    lock();
    for (reel__claim **at = &claims; *at; at = &(*at)->next)
        if (*at == claim) {
            *at = claim->next;
            break;
        }
    unlock();
}

bool reel__claim_is_held(const reel__io_info *file) {
    bool result = is_held(file, lock());
    unlock();
    return result;
}
