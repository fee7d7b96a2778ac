/* The consumer: takes published rows out of lanes, has them encoded, and gives the messages to the sinks. Everything here runs under the drain mutex.
 *
 * Each class of sinks (bulk, prompt) has a cursor of its own into every lane. A class without sinks has no say: its cursors are set to the other class's when its first sink comes. */
#include "core.h"

#include "../base/alloc.h"
#include "../base/clock.h"
#include "../base/error.h"

#include <string.h>

#define PARTS_MAX 512

/* ---- lock */

static _Thread_local bool draining;
bool reel__is_draining(void) { return draining; }

bool reel__drain_lock(reel__core *core, int64_t deadline_ns) { return reel__mutex_lock_until(&core->drain, deadline_ns) && (draining = true); }
bool reel__drain_try_lock(reel__core *core) { return reel__mutex_try_lock(&core->drain) && (draining = true); }

void reel__handed_release(reel__handed *list) {
    for (reel__handed *next; list; list = next) {
        next = list->next;
        list->release(list->owner);
        reel__release(list);
    }
}

void reel__drain_unlock(reel__core *core) {
    reel__handed *done = core->handed_done;
    if (done && reel__callbacks_wait())
        done = NULL;
    else
        core->handed_done = NULL;
    draining = false;
    reel__mutex_unlock(&core->drain);
    reel__handed_release(done);
    reel__events_dispatch(core);
}

/* ---- callbacks that wait */

static _Thread_local unsigned held;
static _Thread_local bool missed;

void reel__callbacks_hold(void) { held++; }
bool reel__callbacks_wait(void) { return held && (missed = true); }

void reel__callbacks_resume(reel__core *core) {
    if (--held || !missed)
        return;
    missed = false;
    if (core && reel__drain_try_lock(core))
        reel__drain_unlock(core);
    else if (core) /* whoever has the mutex releases memory */
        reel__events_dispatch(core);
}

/* ---- delivering */

void reel__deliver(reel__core *core, uint32_t class_index, reel__message *m, bool may_keep) {
    core->has_history |= m->kind == REEL_MESSAGE_CHUNK && !m->is_static && m->store == core->store;
    for (reel__attached *a = core->sinks; a; a = a->next)
        if (a->class_index == class_index)
            a->sink->klass->put(a->sink, m);
    if (may_keep && m->is_kept) {
        reel__state_lock();
        reel_status status = reel__keeper_put(core->keeper, m);
        reel__state_unlock();
        if (status != REEL_OK)
            reel__report(core, 0, status, reel_error_message());
    }
}

/* The class that feeds the state keeper: the first that is active. */
bool reel__class_keeps(const reel__core *core, uint32_t c) { return c == REEL__BULK ? core->class_active[REEL__BULK] : !core->class_active[REEL__BULK]; }

/* ---- parts */

typedef struct piece {
    reel__segment *segment;
    uint32_t from, to;
    bool ends_segment; /* the segment is closed and this takes all of it */
    size_t bytes;
} piece;

/* The spans of rows [from, to) of a segment. taken: bytes before `from` per column of one value stream; advanced to those before `to`. */
static size_t fill_spans(const reel__lane *lane, const reel__segment *s, uint32_t from, uint32_t to, uint32_t *taken, reel__span *spans) {
    const reel__shape *shape = lane->shape;
    size_t bytes = 0, n = to - from;
    for (uint32_t t = 0; t <= lane->n_times; t++)
        spans[t] = (reel__span){s->streams[t] + 8 * (size_t)from, 8 * n};
    bytes += 8 * n * (lane->n_times + 2);
    for (uint32_t c = 0; c < lane->n_columns; c++) {
        const reel__column_plan *plan = &lane->plans[c];
        const uint32_t *lengths = (const uint32_t *)s->streams[plan->stream];
        spans[plan->stream] = (reel__span){lengths + from, 4 * n};
        bytes += 4 * n;
        if (plan->n_streams == 1) {
            uint32_t sum = 0;
            for (uint32_t i = from; i < to; i++)
                sum += lengths[i];
            size_t size = (size_t)sum * plan->field->width;
            spans[plan->stream + 1] = (reel__span){s->streams[plan->stream + 1] + taken[c], size};
            taken[c] += (uint32_t)size;
            bytes += size;
            continue;
        }
        for (uint32_t i = 0; i < plan->n_streams; i++) {
            const uint32_t *ends = (const uint32_t *)s->streams[shape->n_streams + plan->first_end + i];
            uint32_t start = from ? ends[from - 1] : 0, end = to ? ends[to - 1] : 0;
            spans[plan->stream + 1 + i] = (reel__span){s->streams[plan->stream + 1 + i] + start, end - start};
            bytes += end - start;
        }
    }
    return bytes;
}

typedef struct reel__batch {
    reel__part parts[PARTS_MAX];
    reel__segment *segment; /* the cursor behind the batch */
    uint32_t row;
    size_t n_parts, n_rows, bytes;
    bool is_cut;            /* it ended because of a limit, not because nothing is left */
} batch;

/* How many of the rows [from, to) a chunk may still take under a byte limit that is smaller than a segment: by the segment's average row. */
static uint32_t rows_within(const reel__segment *s, uint32_t from, uint32_t to, size_t bytes_left, uint32_t rows_left) {
    size_t per_row = reel__segment_row_bytes(s);
    size_t fit = per_row ? bytes_left / per_row : to - from;
    if (fit < 1)
        fit = 1;
    if (fit > rows_left)
        fit = rows_left;
    return to - from > fit ? from + (uint32_t)fit : to;
}

/* Gathers up to one chunk's worth of rows from the cursor on. taken: a copy of the cursor's, advanced. */
static reel_status gather(reel__core *core, const reel__lane *lane, uint32_t c, uint32_t *taken, batch *b) {
    size_t rows_max = (size_t)core->config.cut_rows, bytes_max = (size_t)core->config.cut_bytes, n_streams = lane->shape->n_streams;
    core->part_spans.size = 0;
    b->segment = lane->cursors[c].segment;
    b->row = lane->cursors[c].row;
    b->n_parts = b->n_rows = b->bytes = 0;
    b->is_cut = false;
    while (b->segment && !b->is_cut) {
        reel__segment *next = atomic_load_explicit(&b->segment->next, memory_order_acquire);
        uint32_t rows = atomic_load_explicit(&b->segment->rows, memory_order_acquire), to = rows;
        if (b->row < rows) {
            if (b->n_parts == PARTS_MAX || b->n_rows >= rows_max || (b->n_parts && b->bytes + reel__segment_row_bytes(b->segment) * (rows - b->row) > REEL__CHUNK_BYTES)) {
                b->is_cut = true;
                break;
            }
            to = rows_within(b->segment, b->row, rows, bytes_max < REEL__CHUNK_BYTES ? bytes_max - (b->bytes < bytes_max ? b->bytes : bytes_max) : SIZE_MAX, (uint32_t)(rows_max - b->n_rows));
            if (!reel__buf_extend(&core->part_spans, n_streams * sizeof(reel__span))) {
                core->part_spans.failed = false;
                return reel__fail(REEL_E_NO_MEMORY, "%s: no memory to take rows", lane->entity->path);
            }
            reel__span *spans = (reel__span *)(void *)core->part_spans.data + b->n_parts * n_streams;
            b->bytes += fill_spans(lane, b->segment, b->row, to, taken, spans);
            b->parts[b->n_parts++] = (reel__part){to - b->row, b->segment->inc_first + b->row, NULL};
            b->n_rows += to - b->row;
            b->is_cut = to < rows || b->n_rows >= rows_max || b->bytes >= bytes_max;
            b->row = to;
        }
        if (!next || to < rows)
            break;
        b->segment = next;
        b->row = 0;
        memset(taken, 0, lane->n_columns * sizeof *taken);
    }
    for (size_t p = 0; p < b->n_parts; p++) /* now that the buffer does not move any more */
        b->parts[p].streams = (const reel__span *)(const void *)core->part_spans.data + p * n_streams;
    return REEL_OK;
}

/* ---- recycling */

static bool all_past(const reel__core *core, const reel__lane *lane, const reel__segment *s) {
    for (int c = 0; c < REEL__CLASSES; c++)
        if (core->class_active[c] && lane->cursors[c].segment == s)
            return false;
    return true;
}

/* Whether every active class has the one row of a segment with handed memory behind it. */
static bool all_taken(const reel__core *core, const reel__lane *lane, const reel__segment *s) {
    bool any = false;
    for (int c = 0; c < REEL__CLASSES; c++) {
        if (core->class_active[c] && lane->cursors[c].segment == s && lane->cursors[c].row == 0)
            return false;
        any |= core->class_active[c];
    }
    return any;
}

/* The encoder has moved: who waits for room looks again, and who gave up waiting may wait again. */
static void tell_progress(reel__core *core) {
    atomic_fetch_add(&core->progress, 1);
    atomic_store_explicit(&core->is_stalled, false, memory_order_relaxed);
    if (atomic_load(&core->n_waiting)) {
        reel__mutex_lock(&core->room_mutex);
        reel__cond_broadcast(&core->room);
        reel__mutex_unlock(&core->room_mutex);
    }
}

/* Gives back what every active class has left behind. Cursors of a class without sinks are dragged along by reel__sinks_activate, not here. */
static void recycle(reel__core *core, reel__lane *lane) {
    int64_t freed = 0;
    while (lane->oldest && all_past(core, lane, lane->oldest)) {
        reel__segment *next = atomic_load_explicit(&lane->oldest->next, memory_order_acquire);
        if (!next)
            break;
        freed += lane->oldest->closed_bytes;
        reel__segment_give(core, lane->oldest);
        lane->oldest = next;
    }
    if (lane->oldest && lane->oldest->handed && all_taken(core, lane, lane->oldest))
        reel__segment_let_go(core, lane->oldest);
    if (!freed)
        return;
    atomic_fetch_sub_explicit(&core->closed_bytes, freed, memory_order_relaxed);
    tell_progress(core);
}

/* ---- encoding */

static void lost(reel__core *core, const reel__lane *lane, const batch *b, reel_status status) {
    core->lost_status = status;
    atomic_fetch_add_explicit(&core->rows_dropped, b->n_rows, memory_order_relaxed);
    atomic_fetch_add_explicit(&core->bytes_dropped, b->bytes, memory_order_relaxed);
    char text[256];
    const char *why = reel_error_message();
    size_t n = strlen(lane->entity->path);
    if (n > 100)
        n = 100;
    memcpy(text, lane->entity->path, n);
    memcpy(text + n, ": ", 2);
    size_t m = strlen(why);
    if (m > sizeof text - n - 3)
        m = sizeof text - n - 3;
    memcpy(text + n + 2, why, m);
    text[n + 2 + m] = 0;
    reel__report(core, 0, status, text);
}

/* Of many static rows in one chunk only the last one counts: that is what the keeper gets. */
static void keep_last_row(reel__core *core, const reel__lane *lane, const batch *b) {
    const reel__part *last = &b->parts[b->n_parts - 1];
    reel__buf spans = {0};
    reel__span *out = (reel__span *)(void *)reel__buf_extend(&spans, lane->shape->n_streams * sizeof *out);
    uint32_t taken[REEL__COLUMNS_MAX] = {0};
    reel__message *m = NULL;
    reel_status status = out ? REEL_OK : reel__fail(REEL_E_NO_MEMORY, "%s: no memory to keep a static row", lane->entity->path);
    if (out) {
        const reel__segment *s = b->segment; /* the cursor's segment may be the next one: find the one that holds the last part */
        for (const reel__segment *at = lane->oldest; at; at = atomic_load(&at->next))
            if (at->inc_first <= last->inc_first && last->inc_first < at->inc_first + at->rows_max)
                s = at;
        uint32_t row = (uint32_t)(last->inc_first - s->inc_first) + last->n_rows - 1;
        for (uint32_t c = 0; c < lane->n_columns; c++)
            if (lane->plans[c].n_streams == 1) {
                const uint32_t *lengths = (const uint32_t *)s->streams[lane->plans[c].stream];
                for (uint32_t i = 0; i < row; i++)
                    taken[c] += lengths[i] * lane->plans[c].field->width;
            }
        fill_spans(lane, s, row, row + 1, taken, out);
        reel__part part = {1, s->inc_first + row, out};
        status = reel__message_chunk(&core->encoder, core->store, lane->shape, lane->entity->path, reel__draw_chunk_id(core), &part, 1, &m);
        if (status == REEL_OK) {
            reel__state_lock();
            status = reel__keeper_put(core->keeper, m);
            reel__state_unlock();
        }
    }
    if (status != REEL_OK)
        reel__report(core, 0, status, reel_error_message());
    reel__message_unref(m);
    reel__buf_free(&spans);
}

static bool encode(reel__core *core, reel__lane *lane, uint32_t c, batch *b) {
    reel__message *m;
    reel__tuid id = {reel__draw_time(core), core->chunk_inc++};
    reel_status status = reel__message_chunk(&core->encoder, core->store, lane->shape, lane->entity->path, id, b->parts, b->n_parts, &m);
    if (status == REEL_E_NO_MEMORY) { /* the rows stay where they are: the next take tries again */
        core->take_status = status;
        reel__report(core, 0, status, reel_error_message());
        return false;
    }
    if (status != REEL_OK) {
        lost(core, lane, b, status);
        return true;
    }
    if (lane->is_clear)
        m->is_kept = true;
    bool keeps = m->is_static && reel__class_keeps(core, c), one = b->n_rows == 1;
    reel__deliver(core, c, m, keeps && one);
    if (keeps && !one)
        keep_last_row(core, lane, b);
    reel__message_unref(m);
    atomic_fetch_add_explicit(&core->chunks_encoded, 1, memory_order_relaxed);
    atomic_fetch_add_explicit(&core->rows_logged, reel__class_keeps(core, c) ? b->n_rows : 0, memory_order_relaxed);
    return true;
}

static bool is_sealed(const reel__lane *lane) { return atomic_load_explicit(&lane->state, memory_order_acquire) & REEL__LANE_SEALED; }

/* Whether a lane is beyond the class's limits, by its segments' average rows: looked at for every listed lane at every wake, so it must be cheap. A sealed one will not get
 * fuller, and holds room that others may be waiting for. */
static bool is_due(const reel__core *core, const reel__lane *lane, uint32_t c) {
    if (is_sealed(lane))
        return true;
    uint64_t rows = 0, bytes = 0, from = lane->cursors[c].row;
    for (reel__segment *s = lane->cursors[c].segment; s; s = atomic_load_explicit(&s->next, memory_order_acquire), from = 0) {
        uint64_t n = atomic_load_explicit(&s->rows, memory_order_acquire) - from;
        rows += n;
        bytes += n * reel__segment_row_bytes(s);
        if (rows >= (uint64_t)core->config.rows[c] || bytes >= (uint64_t)core->config.bytes[c])
            return true;
    }
    return false;
}

/* A full queue of a slow sink can make every chunk wait; whoever was given a time stops when it is over. */
static bool out_of_time(reel__core *core) {
    int64_t until = core->take_until_ns ? core->take_until_ns : atomic_load_explicit(&core->end_until_ns, memory_order_relaxed);
    return until && reel__monotonic_ns() >= until;
}

static void take_lane(reel__core *core, reel__lane *lane, uint32_t c, int how) {
    batch *b = core->batch;
    uint32_t taken[REEL__COLUMNS_MAX];
    while (how == REEL__TAKE_ALL || is_due(core, lane, c)) {
        if (out_of_time(core)) {
            core->take_status = REEL_E_TIMEOUT;
            return;
        }
        memcpy(taken, lane->cursors[c].taken, lane->n_columns * sizeof *taken);
        if (gather(core, lane, c, taken, b) != REEL_OK) {
            core->take_status = REEL_E_NO_MEMORY;
            reel__report(core, 0, REEL_E_NO_MEMORY, reel_error_message());
            return;
        }
        if (b->n_parts && !encode(core, lane, c, b))
            return;
        lane->was_taken |= b->n_parts > 0;
        lane->cursors[c].segment = b->segment;
        lane->cursors[c].row = b->row;
        memcpy(lane->cursors[c].taken, taken, lane->n_columns * sizeof *taken);
        recycle(core, lane);
        if (!b->n_parts || !b->is_cut)
            return;
    }
}

/* ---- the list of lanes */

static bool has_more(const reel__core *core, const reel__lane *lane) {
    if (!lane->oldest)
        return false;
    for (int c = 0; c < REEL__CLASSES; c++) {
        const reel__segment *s = lane->cursors[c].segment;
        if (core->class_active[c] && (atomic_load_explicit(&s->next, memory_order_acquire) || atomic_load_explicit(&s->rows, memory_order_acquire) > lane->cursors[c].row))
            return true;
    }
    return false;
}

/* A class that became active while the lane was not looked at starts where the class that was last looked after stands: nothing moves in a lane that is not listed. */
static void fix_cursors(const reel__core *core, reel__lane *lane) {
    for (uint32_t c = 0; c < REEL__CLASSES; c++) {
        if (!core->class_active[c] || lane->class_since[c] == core->class_since[c])
            continue;
        if (c != lane->trusted_class) {
            lane->cursors[c].segment = lane->cursors[lane->trusted_class].segment;
            lane->cursors[c].row = lane->cursors[lane->trusted_class].row;
            memcpy(lane->cursors[c].taken, lane->cursors[lane->trusted_class].taken, lane->n_columns * sizeof *lane->cursors[c].taken);
        }
        lane->class_since[c] = core->class_since[c];
    }
    for (uint32_t c = 0; c < REEL__CLASSES && !core->class_active[lane->trusted_class]; c++)
        if (core->class_active[c])
            lane->trusted_class = c;
}

/* Owners' announcements join the list. */
static void collect(reel__core *core) {
    reel__lane *newest = atomic_exchange_explicit(&core->incoming, NULL, memory_order_acquire), *lane = NULL;
    for (reel__lane *next; newest; newest = next) { /* the first announced comes first */
        next = newest->incoming_next;
        newest->incoming_next = lane;
        lane = newest;
    }
    while (lane) {
        reel__lane *next = lane->incoming_next;
        if (core->n_listed == core->lanes_capacity) {
            size_t capacity = core->lanes_capacity ? 2 * core->lanes_capacity : 64;
            reel__lane **lanes = reel__realloc(core->lanes, core->lanes_capacity * sizeof *lanes, capacity * sizeof *lanes);
            if (!lanes) { /* back with them: the next take tries again */
                reel__lane *first = atomic_load(&core->incoming), *last = lane;
                while (last->incoming_next)
                    last = last->incoming_next;
                do
                    last->incoming_next = first;
                while (!atomic_compare_exchange_weak(&core->incoming, &first, lane));
                core->take_status = REEL_E_NO_MEMORY;
                reel__report(core, 0, REEL_E_NO_MEMORY, "no memory for the list of lanes");
                return;
            }
            core->lanes = lanes;
            core->lanes_capacity = capacity;
        }
        lane->quiet_looks = 0;
        fix_cursors(core, lane);
        core->lanes[core->n_listed++] = lane;
        lane = next;
    }
}

/* Takes lanes that were quiet for two looks off the list (lane.c, "announcing"). */
static void tidy(reel__core *core) {
    size_t kept = 0, quiet = 0;
    for (size_t i = 0; i < core->n_listed; i++) {
        reel__lane *lane = core->lanes[i];
        bool busy = lane->was_taken || has_more(core, lane);
        lane->was_taken = false;
        lane->quiet_looks = busy ? 0 : lane->quiet_looks < 2 ? lane->quiet_looks + 1 : 2;
        quiet += lane->quiet_looks == 2;
    }
    if (quiet)
        for (size_t i = 0; i < core->n_listed; i++)
            if (core->lanes[i]->quiet_looks == 2)
                atomic_fetch_and(&core->lanes[i]->state, (uint8_t)~REEL__LANE_LISTED);
    bool fenced = quiet && reel__heavy_fence();
    for (size_t i = 0; i < core->n_listed; i++) {
        reel__lane *lane = core->lanes[i];
        if (lane->quiet_looks == 2) {
            bool stays = !fenced || is_sealed(lane) || has_more(core, lane);
            if (!stays || atomic_fetch_or(&lane->state, REEL__LANE_LISTED) & REEL__LANE_LISTED)
                continue; /* off the list; or its owner has announced it and it comes in again */
            lane->quiet_looks = 0;
        }
        core->lanes[kept++] = lane;
    }
    core->n_listed = kept;
}

/* Sealed lanes of which everything is taken go at once: when threads log to more entities than may be open, they are what fills the memory. Who waits for that is told now and then. */
static void take_listed(reel__core *core, uint32_t c, int how) {
    size_t kept = 0, n = core->n_listed;
    for (size_t i = 0; i < n; i++) {
        reel__lane *lane = core->lanes[i];
        bool sealed = is_sealed(lane);
        if (lane->oldest)
            take_lane(core, lane, c, how);
        if (!sealed || has_more(core, lane)) {
            core->lanes[kept++] = lane;
            continue;
        }
        reel__lane_free(core, lane);
        if ((i + 1 - kept) % 64 == 1)
            tell_progress(core);
    }
    core->n_listed = kept;
    if (kept < n)
        tell_progress(core);
}

void reel__take(reel__core *core, uint32_t c, int how) {
    collect(core);
    if (!core->class_active[c])
        return;
    take_listed(core, c, how);
    if (how == REEL__TAKE_ALL)
        tidy(core);
}

reel_status reel__take_all(reel__core *core) {
    core->take_status = REEL_OK;
    for (uint32_t c = 0; c < REEL__CLASSES; c++)
        if (core->class_active[c])
            reel__take(core, c, REEL__TAKE_ALL);
    reel__inline_after(core, 0);
    if (core->take_status == REEL_OK)
        return REEL_OK;
    return reel__fail(core->take_status, "recording %s: %s to encode rows, which wait where they were logged", core->store->recording_id,
                      core->take_status == REEL_E_TIMEOUT ? "no time left" : "no memory");
}

void reel__class_activate(reel__core *core, uint32_t c, bool active) {
    if (core->class_active[c] == active)
        return;
    collect(core);
    core->class_active[c] = active;
    core->class_since[c] += active;
    for (size_t i = 0; i < core->n_listed; i++) {
        fix_cursors(core, core->lanes[i]);
        recycle(core, core->lanes[i]);
    }
}

reel_status reel__take_init(reel__core *core) {
    core->batch = reel__alloc_zero(sizeof *core->batch);
    return core->batch ? REEL_OK : REEL_E_NO_MEMORY;
}
