/* The writer: one thread per recording that has a queued sink. It sleeps until its event is posted or a class's tick is due, and sleeps without a limit while no lane is listed. */
#include "core.h"

#include "../base/clock.h"
#include "../base/error.h"

/* Takes what is due by now. Returns when to look again. */
static int64_t look(reel__core *core) {
    int64_t next = INT64_MAX, now = reel__monotonic_ns();
    for (uint32_t c = 0; c < REEL__CLASSES; c++) {
        if (!core->class_active[c])
            continue;
        int64_t tick = core->config.tick_ns[c];
        bool due = tick != INT64_MAX && now >= core->next_tick[c];
        reel__take(core, c, due ? REEL__TAKE_ALL : REEL__TAKE_DUE);
        if (tick == INT64_MAX)
            continue;
        if (due)
            core->next_tick[c] = now + tick;
        if (core->next_tick[c] < next)
            next = core->next_tick[c];
    }
    return core->n_listed ? next : INT64_MAX;
}

static void *run(void *user) {
    reel__core *core = user;
    int64_t next = INT64_MAX;
    reel__local_never_waits(true);
    while (!atomic_load(&core->writer_stops)) {
        bool idle = next == INT64_MAX;
        reel__event_wait_until(&core->wake, next);
        if (atomic_load(&core->writer_stops))
            break;
        reel__drain_lock(core, INT64_MAX);
        if (idle) /* the first rows after a pause wait for a whole tick, so that they become one chunk */
            for (int c = 0; c < REEL__CLASSES; c++)
                if (core->config.tick_ns[c] != INT64_MAX)
                    core->next_tick[c] = reel__monotonic_ns() + core->config.tick_ns[c];
        next = look(core);
        reel__drain_unlock(core);
    }
    return NULL;
}

/* Under drain. */
reel_status reel__writer_start(reel__core *core) {
    if (atomic_load(&core->has_writer) || core->config.deterministic)
        return REEL_OK;
    atomic_store(&core->writer_stops, false);
    REEL__TRY(reel__thread_start(&core->writer, "reel-writer", run, core));
    atomic_store(&core->has_writer, true);
    reel__event_post(&core->wake);
    return REEL_OK;
}

/* Not under drain. */
void reel__writer_stop(reel__core *core) {
    if (!atomic_load(&core->has_writer))
        return;
    atomic_store(&core->writer_stops, true);
    reel__event_post(&core->wake);
    reel__thread_join(core->writer);
    atomic_store(&core->has_writer, false);
}
