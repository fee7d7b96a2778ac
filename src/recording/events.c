/* Errors that happen outside a call: kept as the recording's newest error, and told to the program's callback. What comes up while the drain mutex is held waits until it is released,
 * so that the callback may log. */
#include "sinks.h"

#include "../base/error.h"

#include <stdio.h>
#include <string.h>

void reel__report(void *user, uint32_t sink_id, reel_status status, const char *message) {
    reel__core *core = user;
    reel__mutex_lock(&core->events_mutex);
    core->last_error = status;
    snprintf(core->last_error_text, sizeof core->last_error_text, "%s", message);
    if (core->config.on_event && core->n_events < REEL__EVENTS_MAX) {
        reel__pending_event *e = &core->events[core->n_events++];
        e->status = status;
        e->sink = sink_id;
        snprintf(e->message, sizeof e->message, "%s", message);
    }
    reel__mutex_unlock(&core->events_mutex);
    if (!reel__is_draining())
        reel__events_dispatch(core);
}

void reel__events_dispatch(reel__core *core) {
    if (!core->config.on_event || reel__callbacks_wait())
        return;
    for (;;) {
        reel__pending_event e;
        reel__mutex_lock(&core->events_mutex);
        bool any = core->n_events > 0;
        if (any) {
            e = core->events[0];
            memmove(core->events, core->events + 1, --core->n_events * sizeof e);
        }
        reel__mutex_unlock(&core->events_mutex);
        if (!any)
            return;
        reel_event event = {sizeof event, e.status, e.sink, e.message};
        core->config.on_event(core->config.on_event_user, core->rec, &event);
    }
}

reel_status reel_last_error(reel_recording *rec, char *message, size_t size) {
    reel__core *core = NULL;
    REEL__TRY(reel__find_recording(&rec, &core));
    reel__mutex_lock(&core->events_mutex);
    reel_status status = core->last_error;
    if (message && size)
        snprintf(message, size, "%s", core->last_error_text);
    reel__mutex_unlock(&core->events_mutex);
    return status;
}
