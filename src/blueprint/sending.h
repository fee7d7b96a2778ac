/* Stores of blueprints within a recording's stream, and their messages: what sending a blueprint that was built, and one that was read, share. All under drain. */
#ifndef REEL_BLUEPRINT_SENDING_H
#define REEL_BLUEPRINT_SENDING_H

#include "../recording/sinks.h"

/* A store for one more blueprint of this recording; NULL: memory is out. */
reel__sent_blueprint *reel__blueprint_store(reel_recording *rec);
/* The recording keeps a store whose messages were sent; another one goes. own NULL: nothing happens. */
void reel__blueprint_store_done(reel__core *core, reel__sent_blueprint *own, bool is_sent);
/* Hands messages (a run of pointers) to the sinks if is_sent, and drops them and the run. */
void reel__blueprint_deliver(reel__core *core, reel__buf *pointers, bool is_sent);

#endif
