/* Which files this process records to. The system's file locks tell processes apart, but on some network file systems not two sinks of one process. */
#ifndef REEL_SINK_FILE_CLAIM_H
#define REEL_SINK_FILE_CLAIM_H

#include "../base/io.h"

typedef struct reel__claim reel__claim;
struct reel__claim {
    reel__claim *next;
    uint64_t device, inode;
    long pid; /* a forked child has its parent's claims in its list, and passes over them */
};

/* The claim's address must stay until it is dropped. false: the file is claimed already. */
bool reel__claim_take(reel__claim *claim, const reel__io_info *file);
void reel__claim_drop(reel__claim *claim); /* one that was not taken is passed over */
bool reel__claim_is_held(const reel__io_info *file);

#endif
