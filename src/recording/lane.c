/* Lanes: how a row gets from the logging thread to the consumer without a lock.
 *
 * A lane is one (thread, entity, column set, timeline set). It holds a chain of segments; a segment is one allocation with its columns' room fixed at birth.
 *
 * The OWNER, the logging thread, alone touches the lane's current segment at rows >= `rows`. To log it writes the columns of row `rows` and then stores rows + 1 with release. It never
 * reads and writes back a shared word and never writes below `rows`. When a row does not fit, it makes a new segment, stores old.next with release, and never touches the old one
 * again. That is the only place where it may wait (for room, with a deadline) or allocate (in steady state from recycled segments).
 *
 * The CONSUMER is whoever holds the drain mutex (take.c). It loads `next` first (acquire), then `rows` (acquire): if next was set, rows is final. It encodes rows [cursor, rows) where
 * they stand, and recycles a segment when next is set and every class of sinks has taken all of it. Bytes below `rows` never change, so the two never touch the same byte.
 *
 * ANNOUNCING. The consumer keeps a list of lanes in which something may stand. A lane that was quiet for two looks is taken off (LISTED is cleared) so that idle lanes cost nothing; its
 * owner announces it again with the next row. Owner: publish the row, then load LISTED. Consumer: clear LISTED, then load rows. Both sides need their store to be visible
 * before their load. The owner's half is a compiler barrier only; the consumer pays for both with a membarrier (reel__heavy_fence) between its store and its load, once per look. Where
 * the system has no membarrier, lanes simply stay listed.
 *
 * ROW IDS. The time half is drawn from one process-wide counter, max(clock, last + 1), and kept for the lane's next rows; the counter half goes up by one per row. A lane draws anew when
 * the entity's newest ids were drawn by another lane, when a Clear was logged anywhere, and for every row that is static, a Clear, or of an entity that several threads write. So of two
 * rows that touch the same cell, the later one has the larger id, whichever threads logged them.
 *
 * HANDED MEMORY. A row whose memory was handed over has a segment to itself, in which the streams of its large values point at that memory instead of into the segment. The row fills the
 * segment, so the owner never looks at it again, and the consumer lets the memory go as soon as every class has taken the row, before the segment itself is recycled.
 *
 * SEALING. A lane that its owner gives up (too many open lanes, or the thread ends) is sealed: SEALED and LISTED are set at once, with release, after
 * its last row. A lane that was listed may be freed from that moment on; one that was not is still the owner's to announce. The consumer frees it once all is taken. */
#include "core.h"

#include "../base/alloc.h"
#include "../base/clock.h"
#include "../base/error.h"
#include "../types/standing.h"

#include <reel/types.h>

#include <string.h>

#define SEGMENT_BYTES ((size_t)176 << 10)
#define FIRST_SEGMENT_BYTES ((size_t)640)

/* ---- segments */

static uint32_t to_u32(size_t n) { return (uint32_t)(n < UINT32_MAX ? n : UINT32_MAX); }

/* Sizes are rounded up to eighths of a power of two, so that a recycled segment fits the next one of about the same size. */
static uint32_t size_class_of(size_t *size) {
    size_t s = *size < 256 ? 256 : *size;
    uint32_t log = 63 - (uint32_t)__builtin_clzll((unsigned long long)s);
    size_t step = (size_t)1 << (log - 3), steps = (s - ((size_t)1 << log) + step - 1) / step;
    if (steps == 8) {
        log++;
        steps = 0;
    }
    *size = ((size_t)1 << log) + steps * ((size_t)1 << (log - 3));
    return log * 8 + (uint32_t)steps;
}

reel__segment *reel__segment_take(reel__core *core, size_t size) {
    uint32_t size_class = size_class_of(&size);
    reel__mutex_lock(&core->segments_mutex);
    reel__segment *s = core->segments_free[size_class];
    if (s) {
        core->segments_free[size_class] = s->free_next;
        core->segments_kept -= s->size;
    }
    reel__mutex_unlock(&core->segments_mutex);
    if (!s) {
        if (!reel__account_allows(&core->account) || !(s = reel__alloc(size)))
            return NULL;
        reel__account_add(&core->account, (int64_t)size);
        s->size = size;
        s->size_class = size_class;
    }
    return s;
}

void reel__segment_let_go(reel__core *core, reel__segment *s) {
    if (!s->handed)
        return;
    s->handed->next = core->handed_done;
    core->handed_done = s->handed;
    s->handed = NULL;
}

void reel__segment_give(reel__core *core, reel__segment *s) {
    enum { KEPT_MAX = 24 << 20 };
    reel__segment_let_go(core, s);
    reel__mutex_lock(&core->segments_mutex);
    bool keep = core->segments_kept + s->size <= KEPT_MAX;
    if (keep) {
        s->free_next = core->segments_free[s->size_class];
        core->segments_free[s->size_class] = s;
        core->segments_kept += s->size;
    }
    reel__mutex_unlock(&core->segments_mutex);
    if (!keep) {
        reel__account_add(&core->account, -(int64_t)s->size);
        reel__release(s);
    }
}

/* Room for n_rows rows of about `sizes` bytes per value stream. */
static size_t segment_size(const reel__lane *lane, const size_t *sizes, size_t n_rows, size_t *capacity) {
    const reel__shape *shape = lane->shape;
    size_t total = sizeof(reel__segment) + (shape->n_streams + lane->n_ends) * sizeof(uint8_t *);
    size_t fixed = 8 * (1 + (size_t)lane->n_times) + 4 * ((size_t)lane->n_columns + lane->n_ends);
    total += fixed * n_rows + 8 * (1 + (size_t)lane->n_times + lane->n_columns + lane->n_ends);
    for (uint32_t c = 0; c < lane->n_columns; c++)
        for (uint32_t i = 0; i < lane->plans[c].n_streams; i++) {
            size_t stream = lane->plans[c].stream + 1u + i, one = sizes[stream];
            capacity[stream] = one * n_rows;
            if (lane->plans[c].n_streams > 1 && n_rows > 1)
                capacity[stream] += capacity[stream] / 4; /* texts and the like vary */
            capacity[stream] = (capacity[stream] + 7) & ~(size_t)7;
            total += capacity[stream];
        }
    return total;
}

static uint8_t *lay_out(uint8_t **slot, uint8_t *at, size_t bytes) {
    *slot = at;
    return at + ((bytes + 7) & ~(size_t)7);
}

static void lay_out_segment(reel__lane *lane, reel__segment *s, size_t n_rows, const size_t *capacity) {
    const reel__shape *shape = lane->shape;
    uint8_t *at = (uint8_t *)&s->streams[shape->n_streams + lane->n_ends];
    for (uint32_t t = 0; t <= lane->n_times; t++)
        at = lay_out(&s->streams[t], at, 8 * n_rows);
    for (uint32_t c = 0; c < lane->n_columns; c++) {
        uint32_t stream = lane->plans[c].stream;
        at = lay_out(&s->streams[stream], at, 4 * n_rows);
        for (uint32_t i = 1; i <= lane->plans[c].n_streams; i++) {
            at = lay_out(&s->streams[stream + i], at, capacity[stream + i]);
            lane->write_at[stream + i] = s->streams[stream + i];
            lane->write_end[stream + i] = s->streams[stream + i] + capacity[stream + i];
        }
    }
    for (uint32_t e = 0; e < lane->n_ends; e++) {
        at = lay_out(&s->streams[shape->n_streams + e], at, 4 * n_rows);
        lane->used[e] = 0;
    }
}

/* ---- waiting for room */

static reel_status no_room(reel__core *core, const reel__lane *lane, size_t bytes) {
    atomic_fetch_add_explicit(&core->rows_dropped, 1, memory_order_relaxed);
    atomic_fetch_add_explicit(&core->bytes_dropped, bytes, memory_order_relaxed);
    return reel__fail(REEL_E_BUSY, "%s: the row was dropped: %lld bytes wait for the encoder, which made no progress for %lld ms", lane->entity->path,
                      (long long)atomic_load(&core->closed_bytes), (long long)core->config.block_ms);
}

void (*reel__wait_begin)(void), (*reel__wait_end)(void);

/* Waits until the consumer has taken enough, as long as it makes progress at least once per block_ms; after a wait in vain nobody waits until it moves again. */
static bool wait_for_room_now(reel__core *core) {
    if (!atomic_load(&core->has_writer)) {
        if (!reel__drain_lock(core, reel__deadline_ms(core->config.block_ms)))
            return false;
        reel__take_all(core);
        reel__drain_unlock(core);
        return atomic_load(&core->closed_bytes) <= REEL__CLOSED_BYTES_MAX;
    }
    reel__event_post(&core->wake);
    reel__mutex_lock(&core->room_mutex);
    atomic_fetch_add(&core->n_waiting, 1);
    uint64_t seen = atomic_load(&core->progress);
    int64_t deadline = reel__deadline_ms(core->config.block_ms);
    bool room;
    while (!(room = atomic_load(&core->closed_bytes) <= REEL__CLOSED_BYTES_MAX)) {
        bool in_time = reel__cond_wait_until(&core->room, &core->room_mutex, deadline);
        uint64_t now = atomic_load(&core->progress);
        if (now != seen) {
            seen = now;
            deadline = reel__deadline_ms(core->config.block_ms);
        } else if (!in_time) {
            atomic_store(&core->is_stalled, true);
            break;
        }
    }
    atomic_fetch_sub(&core->n_waiting, 1);
    reel__mutex_unlock(&core->room_mutex);
    return room;
}

static bool wait_for_room(reel__core *core) {
    if (core->config.block_ms < 0 || atomic_load(&core->is_stalled) || !reel__local_may_wait())
        return false;
    if (reel__wait_begin)
        reel__wait_begin();
    bool room = wait_for_room_now(core);
    if (reel__wait_end)
        reel__wait_end();
    return room;
}

/* ---- announcing, sealing, retiring */

/* Sets LISTED and what comes with it, and puts the lane where the consumer finds it, if it was not listed. Otherwise the lane is not touched any more. */
static void announce(reel__core *core, reel__lane *lane, uint8_t state) {
    if (atomic_fetch_or(&lane->state, state | REEL__LANE_LISTED) & REEL__LANE_LISTED)
        return;
    reel__lane *first = atomic_load_explicit(&core->incoming, memory_order_relaxed);
    do
        lane->incoming_next = first;
    while (!atomic_compare_exchange_weak_explicit(&core->incoming, &first, lane, memory_order_release, memory_order_relaxed));
    if (!first && atomic_load_explicit(&core->has_writer, memory_order_relaxed))
        reel__event_post(&core->wake); /* the writer may sleep without a time limit */
}

void reel__lane_seal(reel__core *core, reel__lane *lane) {
    if (lane->segment) { /* from here on it waits for the encoder like a closed one */
        lane->segment->closed_bytes = to_u32(lane->segment->size + lane->segment->held);
        atomic_fetch_sub_explicit(&core->open_bytes, (int64_t)lane->segment->size, memory_order_relaxed);
        atomic_fetch_add_explicit(&core->closed_bytes, lane->segment->closed_bytes, memory_order_relaxed);
    }
    announce(core, lane, REEL__LANE_SEALED);
}

static void unlink_age(reel__local *l, reel__lane *lane) {
    *(lane->age_older ? &lane->age_older->age_newer : &l->oldest_lane) = lane->age_newer;
    *(lane->age_newer ? &lane->age_newer->age_older : &l->newest_lane) = lane->age_older;
}

static void push_newest(reel__local *l, reel__lane *lane) {
    lane->age_newer = NULL;
    lane->age_older = l->newest_lane;
    *(l->newest_lane ? &l->newest_lane->age_newer : &l->oldest_lane) = lane;
    l->newest_lane = lane;
}

/* Gives up this thread's oldest lanes while its open segments hold more than its share. A lane that came to a new segment lately counts as young (new_segment moves it). */
static void retire_old(reel__core *core, reel__local *l, const reel__lane *spare) {
    uint32_t threads = atomic_load_explicit(&core->n_locals, memory_order_relaxed);
    int64_t share = REEL__OPEN_BYTES_MAX / (threads ? threads : 1);
    while (l->open_bytes > share && l->oldest_lane && l->oldest_lane != spare) {
        reel__lane *lane = l->oldest_lane;
        unlink_age(l, lane);
        reel__lane **at = &lane->local_entity->lanes;
        while (*at != lane)
            at = &(*at)->entity_next;
        *at = lane->entity_next;
        if (lane->local_entity->recent == lane)
            lane->local_entity->recent = lane->local_entity->lanes;
        if (lane->segment)
            l->open_bytes -= (int64_t)(lane->segment->size + sizeof *lane);
        reel__lane_seal(core, lane);
    }
}

/* ---- a new segment */

/* A recording without a writer thread has its segments encoded by whoever closes them. */
static void encode_inline(reel__core *core) {
    if (!atomic_load_explicit(&core->has_writer, memory_order_relaxed) && atomic_load_explicit(&core->closed_bytes, memory_order_relaxed) >= atomic_load_explicit(&core->inline_at, memory_order_relaxed) &&
        reel__drain_try_lock(core)) {
        for (uint32_t c = 0; c < REEL__CLASSES; c++) /* deterministic recordings have prompt sinks, and no writer */
            reel__take(core, c, REEL__TAKE_DUE);
        /* What many lanes have closed without being due does not have every new segment look at all of them again. */
        reel__inline_after(core, atomic_load_explicit(&core->closed_bytes, memory_order_relaxed));
        reel__drain_unlock(core);
    }
}

static size_t rows_for(const reel__core *core, reel__lane *lane, size_t row_bytes) {
    size_t limit = REEL__ROWS_MAX, fit;
    if ((uint64_t)core->config.rows[REEL__BULK] < limit)
        limit = (size_t)core->config.rows[REEL__BULK];
    size_t target = lane->segment ? (size_t)lane->next_rows * row_bytes : FIRST_SEGMENT_BYTES;
    if (target > SEGMENT_BYTES)
        target = SEGMENT_BYTES;
    fit = target / row_bytes;
    if (fit < 4 && row_bytes < SEGMENT_BYTES / 4)
        fit = 4;
    return fit < 1 ? 1 : fit > limit ? limit : fit;
}

/* sizes: bytes per value stream that the segment has to hold for one row. handed: NULL, or memory with `held` bytes of the row, which then is the segment's only one. Callbacks may log
 * and use this thread's scratch: on success they wait until the row is published. */
static reel_status open_segment(reel__core *core, reel__lane *lane, const size_t *sizes, size_t row_bytes, reel__handed *handed, size_t held) {
    reel__local *l = lane->local;
    size_t *capacity = (size_t *)(void *)l->row_sizes.data + lane->shape->n_streams;
    if (atomic_load_explicit(&core->closed_bytes, memory_order_relaxed) > REEL__CLOSED_BYTES_MAX && !wait_for_room(core) &&
        atomic_load_explicit(&core->closed_bytes, memory_order_relaxed) > REEL__CLOSED_BYTES_MAX)
        return no_room(core, lane, row_bytes);
    size_t n_rows = handed ? 1 : rows_for(core, lane, row_bytes + 12 + 8 * (size_t)lane->n_times + 4 * ((size_t)lane->n_columns + lane->n_ends));
    size_t size = segment_size(lane, sizes, n_rows, capacity);
    reel__segment *s = reel__segment_take(core, size);
    if (!s && (size = segment_size(lane, sizes, 1, capacity), n_rows = 1, !(s = reel__segment_take(core, size)))) {
        atomic_fetch_add_explicit(&core->rows_dropped, 1, memory_order_relaxed);
        atomic_fetch_add_explicit(&core->bytes_dropped, row_bytes, memory_order_relaxed);
        return reel__fail(REEL_E_NO_MEMORY, "%s: the row was dropped: no memory for %zu bytes (%lld of %lld in use)", lane->entity->path, size,
                          (long long)atomic_load(&core->account.bytes), (long long)core->account.max);
    }
    atomic_init(&s->next, NULL);
    atomic_init(&s->rows, 0);
    s->rows_max = (uint32_t)n_rows;
    s->closed_bytes = 0;
    s->held = held;
    s->handed = handed;
    s->inc_first = l->inc;
    l->inc += n_rows;
    lay_out_segment(lane, s, n_rows, capacity);
    reel__segment *old = lane->segment;
    l->open_bytes += (int64_t)s->size - (old ? (int64_t)old->size : -(int64_t)sizeof *lane);
    atomic_fetch_add_explicit(&core->open_bytes, (int64_t)s->size - (old ? (int64_t)old->size : 0), memory_order_relaxed);
    lane->segment = s;
    lane->row = 0;
    lane->rows_max = s->rows_max;
    if (old) {
        lane->next_rows = lane->next_rows < REEL__ROWS_MAX ? lane->next_rows * 4 : REEL__ROWS_MAX;
        old->closed_bytes = to_u32(old->size + old->held);
        atomic_fetch_add_explicit(&core->closed_bytes, old->closed_bytes, memory_order_relaxed);
        atomic_store_explicit(&old->next, s, memory_order_release);
        unlink_age(l, lane);
        push_newest(l, lane);
        encode_inline(core);
    } else {
        lane->oldest = s;
        for (int c = 0; c < REEL__CLASSES; c++)
            lane->cursors[c].segment = s;
    }
    if (l->open_bytes > REEL__OPEN_BYTES_MAX / 64)
        retire_old(core, l, lane);
    return REEL_OK;
}

static REEL__NOINLINE reel_status new_segment(reel__core *core, reel__lane *lane, const size_t *sizes, size_t row_bytes, reel__handed *handed, size_t held) {
    reel__callbacks_hold();
    reel_status status = open_segment(core, lane, sizes, row_bytes, handed, held);
    if (status != REEL_OK)
        reel__callbacks_resume(NULL); /* what they say would hide why */
    return status;
}

/* ---- making lanes */

static uint32_t ends_of(const reel__row *row) {
    uint32_t n = 0;
    for (uint32_t c = 0; c < row->n_cells; c++)
        if (row->cells[c].field->descriptor.arrow->n_streams > 1)
            n += row->cells[c].field->descriptor.arrow->n_streams;
    return n;
}

static reel_status lane_shape(reel__core *core, const reel__timeset *timeset, const reel__row *row, reel__shape **shape) {
    reel__descriptor *columns = reel__alloc_array(row->n_cells, sizeof *columns);
    if (!columns)
        return reel__fail(REEL_E_NO_MEMORY, "no memory for a row of %u components", (unsigned)row->n_cells);
    for (uint32_t c = 0; c < row->n_cells; c++)
        columns[c] = row->cells[c].field->descriptor;
    reel_status status = reel__core_shape(core, timeset->timelines, timeset->n, columns, row->n_cells, shape);
    reel__release(columns);
    return status;
}

static reel__lane *lane_block(const reel__shape *shape, uint32_t n_columns, uint32_t n_ends) {
    size_t pointers = shape->n_streams * sizeof(uint8_t *), plans = n_columns * sizeof(reel__column_plan), words = (n_ends + REEL__CLASSES * n_columns) * sizeof(uint32_t);
    reel__lane *lane = reel__alloc_zero(sizeof *lane + 2 * pointers + plans + words);
    if (!lane)
        return NULL;
    uint8_t *at = (uint8_t *)(lane + 1);
    lane->write_at = (uint8_t **)at;
    lane->write_end = (uint8_t **)(at + pointers);
    lane->plans = (reel__column_plan *)(at + 2 * pointers);
    lane->used = (uint32_t *)(at + 2 * pointers + plans);
    for (int c = 0; c < REEL__CLASSES; c++)
        lane->cursors[c].taken = lane->used + n_ends + (uint32_t)c * n_columns;
    lane->n_ends = n_ends;
    lane->n_columns = n_columns;
    return lane;
}

static void fill_plans(reel__lane *lane, const reel__row *row) {
    uint16_t end = 0;
    lane->is_flat = true;
    for (uint32_t c = 0; c < row->n_cells; c++) {
        const reel__field *f = row->cells[c].field;
        reel__column_plan *plan = (reel__column_plan *)&lane->plans[c];
        *plan = (reel__column_plan){f, (uint16_t)lane->shape->column_stream[c], f->descriptor.arrow->n_streams, end};
        if (plan->n_streams > 1)
            end = (uint16_t)(end + plan->n_streams);
        lane->is_flat &= f->element == REEL__ELEMENT_FLAT;
    }
}

/* The mark that makes rows of an entity take an id time each is set before the second thread's first row. */
static void join_entity(reel_entity *entity, reel__local *l) {
    void *nobody = NULL;
    if (!atomic_compare_exchange_strong(&entity->owner, &nobody, l) && nobody != l)
        atomic_store(&entity->is_shared, true);
}

/* Whether the row is, or holds, a Clear. */
static bool has_clear(const reel__row *row) {
    const reel__archetype *clear = reel__archetype_of(REEL_ARCHETYPE_CLEAR);
    for (uint32_t c = 0; c < row->n_cells; c++)
        if (row->cells[c].field >= clear->fields && row->cells[c].field < clear->fields + clear->n_fields)
            return true;
    return false;
}

static reel_status lane_new(reel__local *l, reel__local_entity *le, uint32_t archetype, uint64_t mask, const reel__timeset *timeset, const reel__row *row, reel__lane **out) {
    reel__core *core = atomic_load(&l->core);
    reel__shape *shape;
    REEL__TRY(lane_shape(core, timeset, row, &shape));
    size_t scratch = 2 * shape->n_streams * sizeof(size_t);
    l->row_sizes.size = 0;
    reel__lane *lane = reel__buf_reserve(&l->row_sizes, scratch) ? lane_block(shape, row->n_cells, ends_of(row)) : NULL;
    l->row_sizes.failed = false;
    if (!lane)
        return reel__fail(REEL_E_NO_MEMORY, "%s: no memory for a lane", le->entity->path);
    lane->local = l;
    lane->local_entity = le;
    lane->entity = le->entity;
    lane->timeset = timeset;
    lane->n_times = timeset->n;
    lane->archetype = archetype;
    lane->mask = mask;
    lane->shape = shape;
    lane->next_rows = 16;
    lane->is_clear = has_clear(row);
    lane->draws_each = timeset->n == 0 || lane->is_clear;
    fill_plans(lane, row);
    join_entity(le->entity, l);
    lane->entity_next = le->lanes;
    le->lanes = lane;
    push_newest(l, lane);
    atomic_fetch_add_explicit(&core->n_lanes, 1, memory_order_relaxed);
    *out = lane;
    return REEL_OK;
}

/* The mask of a mixed row is a hash of its columns: the columns decide. */
static bool same_columns(const reel__lane *lane, const reel__row *row) {
    bool same = lane->n_columns == row->n_cells;
    for (uint32_t c = 0; same && c < row->n_cells; c++)
        same = lane->plans[c].field == row->cells[c].field;
    return same;
}

reel_status reel__lane_find(reel__local *l, reel__local_entity *le, uint32_t archetype, uint64_t mask, const reel__timeset *timeset, const reel__row *row, reel__lane **out) {
    for (reel__lane *lane = le->lanes; lane; lane = lane->entity_next)
        if (lane->archetype == archetype && lane->mask == mask && lane->timeset == timeset && (archetype != REEL__ARCHETYPE_MIXED || same_columns(lane, row))) {
            *out = lane;
            return REEL_OK;
        }
    return lane_new(l, le, archetype, mask, timeset, row, out);
}

void reel__lane_free(reel__core *core, reel__lane *lane) {
    for (reel__segment *s = lane->oldest, *next; s; s = next) {
        next = atomic_load(&s->next);
        atomic_fetch_sub(&core->closed_bytes, s->closed_bytes);
        reel__segment_give(core, s);
    }
    atomic_fetch_sub(&core->n_lanes, 1);
    reel__release(lane);
}

/* ---- appending */

static void draw(reel__core *core, reel__lane *lane) {
    lane->clear_epoch = atomic_load_explicit(&reel__clear_epoch, memory_order_relaxed);
    lane->base_time = reel__draw_time(core);
    atomic_store_explicit(&lane->entity->newest, lane, memory_order_relaxed);
    if (lane->is_clear)
        atomic_fetch_add(&reel__clear_epoch, 1);
}

static inline bool fits(const reel__lane *lane, const size_t *sizes) {
    for (uint32_t c = 0; c < lane->n_columns; c++) {
        const reel__column_plan *plan = &lane->plans[c];
        for (uint32_t i = 1; i <= plan->n_streams; i++)
            if (sizes[plan->stream + i] > (size_t)(lane->write_end[plan->stream + i] - lane->write_at[plan->stream + i]))
                return false;
    }
    return true;
}

static inline void copy_flat(const reel__cell *cell, uint8_t *to, size_t size) {
    if (REEL__UNLIKELY(cell->stride != 0))
        reel__gather(cell, to);
    else if (size == 8)
        memcpy(to, cell->values, 8);
    else if (size)
        memcpy(to, cell->values, size);
}

/* handed: the row's large values stay where they are (take_over has set their streams). */
static inline void write_cells(reel__lane *lane, const reel__row *row, const size_t *sizes, bool handed) {
    reel__segment *s = lane->segment;
    for (uint32_t c = 0; c < lane->n_columns; c++) {
        const reel__column_plan *plan = &lane->plans[c];
        const reel__cell *cell = &row->cells[c];
        uint8_t **at = &lane->write_at[plan->stream + 1];
        ((uint32_t *)s->streams[plan->stream])[lane->row] = cell->n;
        bool stays = handed && reel__standing(cell).data != NULL;
        if (cell->field->element == REEL__ELEMENT_FLAT) {
            if (!stays)
                copy_flat(cell, *at, sizes[plan->stream + 1]);
            *at += sizes[plan->stream + 1];
            continue;
        }
        if (stays)
            reel__write_around(cell, at);
        else
            reel__write(cell, at);
        for (uint32_t i = 0; i < plan->n_streams; i++)
            at[i] += sizes[plan->stream + 1 + i];
        if (plan->n_streams > 1)
            for (uint32_t i = 0; i < plan->n_streams; i++) {
                uint32_t e = plan->first_end + i;
                lane->used[e] += (uint32_t)sizes[plan->stream + 1 + i];
                ((uint32_t *)s->streams[lane->shape->n_streams + e])[lane->row] = lane->used[e];
            }
    }
}

/* Bytes per value stream, checked. */
static reel_status measure(const reel__lane *lane, const reel__row *row, size_t *sizes, size_t *row_bytes) {
    *row_bytes = 0;
    for (uint32_t c = 0; c < lane->n_columns; c++) {
        size_t *own = &sizes[lane->plans[c].stream + 1];
        REEL__TRY(reel__measure(&row->cells[c], lane->entity->path, own));
        for (uint32_t i = 0; i < lane->plans[c].n_streams; i++)
            *row_bytes += own[i];
    }
    return REEL_OK;
}

/* The row into the segment's first free place; true if it fits. The common case, flat columns, in one pass over them. */
static inline bool write_flat(reel__lane *lane, const reel__row *row, size_t *row_bytes) {
    size_t total = 0;
    if (lane->row >= lane->rows_max)
        return false;
    for (uint32_t c = 0; c < lane->n_columns; c++) {
        const reel__column_plan *plan = &lane->plans[c];
        size_t size = (size_t)row->cells[c].n * plan->field->width;
        if (size > (size_t)(lane->write_end[plan->stream + 1] - lane->write_at[plan->stream + 1]))
            return false;
        total += size;
    }
    for (uint32_t c = 0; c < lane->n_columns; c++) {
        const reel__column_plan *plan = &lane->plans[c];
        size_t size = (size_t)row->cells[c].n * plan->field->width;
        uint8_t *at = lane->write_at[plan->stream + 1];
        ((uint32_t *)(void *)lane->segment->streams[plan->stream])[lane->row] = row->cells[c].n;
        copy_flat(&row->cells[c], at, size);
        lane->write_at[plan->stream + 1] = at + size;
    }
    *row_bytes = total;
    return true;
}

/* Opens a segment for a row whose memory was handed over, with its large values' streams where they stand. Without any such value the row is copied like another, and
 * *handed stays the caller's. */
static reel_status take_over(reel__core *core, reel__lane *lane, const reel__row *row, size_t *sizes, size_t row_bytes, reel__handed **handed) {
    size_t held = 0;
    for (uint32_t c = 0; c < lane->n_columns; c++) {
        reel__standing_values v = reel__standing(&row->cells[c]);
        size_t *size = &sizes[lane->plans[c].stream + 1 + v.stream];
        if (v.data)
            held += *size, *size = 0;
    }
    if (!held)
        return REEL_OK;
    REEL__TRY(new_segment(core, lane, sizes, row_bytes - held, *handed, held));
    for (uint32_t c = 0; c < lane->n_columns; c++) {
        reel__standing_values v = reel__standing(&row->cells[c]);
        uint32_t stream = lane->plans[c].stream + 1 + v.stream;
        if (v.data) {
            sizes[stream] = v.size;
            lane->segment->streams[stream] = lane->write_at[stream] = (uint8_t *)(uintptr_t)v.data; /* only read */
        }
    }
    *handed = NULL;
    return REEL_OK;
}

static REEL__NOINLINE reel_status write_any(reel__core *core, reel__lane *lane, const reel__row *row, size_t *row_bytes, reel__handed **handed) {
    size_t *sizes = (size_t *)(void *)lane->local->row_sizes.data;
    reel__handed *given = handed ? *handed : NULL;
    REEL__TRY(measure(lane, row, sizes, row_bytes));
    if (*row_bytes > INT32_MAX - (1 << 20))
        return reel__fail(REEL_E_TOO_LARGE, "%s: a row of %zu bytes: at most %d fit", lane->entity->path, *row_bytes, INT32_MAX);
    if (given)
        REEL__TRY(take_over(core, lane, row, sizes, *row_bytes, handed));
    bool was_taken_over = given && !*handed;
    if (!was_taken_over && (lane->row >= lane->rows_max || !fits(lane, sizes)))
        REEL__TRY(new_segment(core, lane, sizes, *row_bytes, NULL, 0));
    write_cells(lane, row, sizes, was_taken_over);
    return REEL_OK;
}

reel_status reel__lane_append(reel__lane *lane, const reel__row *row, reel__handed **handed) {
    size_t row_bytes;
    reel__local *l = lane->local;
    reel__core *core = atomic_load_explicit(&l->core, memory_order_relaxed);
    if (!lane->is_flat || REEL__UNLIKELY(handed != NULL) || REEL__UNLIKELY(!write_flat(lane, row, &row_bytes)))
        REEL__TRY(write_any(core, lane, row, &row_bytes, handed));
    if (REEL__UNLIKELY(lane->draws_each || lane->clear_epoch != atomic_load_explicit(&reel__clear_epoch, memory_order_relaxed) ||
                       atomic_load_explicit(&lane->entity->newest, memory_order_relaxed) != lane || atomic_load_explicit(&lane->entity->is_shared, memory_order_relaxed)))
        draw(core, lane);
    reel__segment *s = lane->segment;
    uint32_t at = lane->row;
    ((uint64_t *)(void *)s->streams[0])[at] = lane->base_time;
    for (uint32_t t = 0; t < lane->n_times; t++)
        ((int64_t *)(void *)s->streams[1 + t])[at] = *lane->timeset->values[t];
    lane->row = at + 1;
    atomic_store_explicit(&s->rows, at + 1, memory_order_release);
    REEL__COMPILER_BARRIER();
    if (REEL__UNLIKELY(!atomic_load_explicit(&lane->state, memory_order_relaxed)))
        announce(core, lane, 0);
    l->unnoticed_bytes += row_bytes + 24 + 8 * (size_t)lane->n_times + l->notice_row;
    if (REEL__UNLIKELY(l->unnoticed_bytes >= l->notice_bytes)) {
        l->unnoticed_bytes = 0;
        if (atomic_load_explicit(&core->has_writer, memory_order_relaxed))
            reel__event_post(&core->wake);
    }
    if (REEL__UNLIKELY(at == 0)) /* the segment is new */
        reel__callbacks_resume(core);
    return REEL_OK;
}
