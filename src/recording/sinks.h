/* The sinks of a recording, for the files that make or ask them. */
#ifndef REEL_RECORDING_SINKS_H
#define REEL_RECORDING_SINKS_H

#include "core.h"

enum { REEL__KIND_QUEUED = 0, REEL__KIND_FILE, REEL__KIND_MEMORY, REEL__KIND_BUFFER };

/* Resolves the recording (NULL: the active one) and its core. */
reel_status reel__find_recording(reel_recording **rec, reel__core **core);
/* Takes the sink over: it gets what came before, and everything from now on. */
reel_status reel__attach(reel__core *core, reel__sink *s, int kind, reel_sink_id *id);
/* The sink's entry with a reference, to be given back. */
reel_status reel__sink_find(reel_recording *rec, reel_sink_id id, reel__core **core, reel__attached **out);
void reel__attached_unref(reel__attached *a);
void reel__sinks_destroy(reel__core *core);
/* While sinks are exchanged: memory sinks become buffers, and all buffers stay until they are let go of, so that every sink added meanwhile begins with what they hold. Letting go drops them,
 * unless there is nothing else. */
void reel__sinks_hold(reel__core *core, bool hold);
/* The messages that a memory sink holds, made self-sufficient: kept state first that is not among them. With nothing new: n is 0. */
reel_status reel__held_messages(reel__core *core, reel__sink *s, bool only_new, reel__message ***messages, size_t *n);

#endif
