/* Where a blueprint goes: into a recording's stream as a store of its own, or into a file.
 *
 * Each entity becomes one chunk of one row at time 0 of the timeline "blueprint", as the official SDK writes them; the play state, which the viewer changes itself, is
 * static. All messages are made first and then delivered, so that a blueprint goes out whole or not at all; the activation comes last. */
#include "builder.h"
#include "sending.h"

#include "../base/alloc.h"
#include "../base/error.h"
#include "../recording/sinks.h"

#include <stdio.h>
#include <string.h>

#define COLUMNS_MAX 256 /* of one entity */

static const reel__timeline time_of_blueprints = {"blueprint", REEL_TIME_SEQUENCE, 0}, time_of_log = {"log_time", REEL_TIME_TIMESTAMP_NS, 0};

typedef struct sending {
    reel_blueprint *bp;
    reel__core *core;
    const reel__store *store;
    uint64_t id[2];         /* what ids of nodes are made of */
    reel__tuid row;         /* id of the next row */
    int64_t times[2];
    reel__buf messages;     /* pointers */
    reel__buf spans;
} sending;

static reel_status no_memory(void) { return reel__fail(REEL_E_NO_MEMORY, "no memory to send a blueprint"); }

/* ---- ids */

static uint64_t mixed(uint64_t x) { /* splitmix64 */
    x += UINT64_C(0x9E3779B97F4A7C15);
    x = (x ^ x >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    x = (x ^ x >> 27) * UINT64_C(0x94D049BB133111EB);
    return x ^ x >> 31;
}

/* A random UUID, version 4, of a node. */
static void uuid_of(const sending *s, reel_node node, uint8_t out[16]) {
    reel__store_u64_be(out, mixed(s->id[0] + mixed(node)));
    reel__store_u64_be(out + 8, mixed(s->id[1] ^ mixed(node + UINT64_C(1))));
    out[6] = (uint8_t)(0x40 | (out[6] & 0x0F));
    out[8] = (uint8_t)(0x80 | (out[8] & 0x3F));
}

static void put_uuid(const sending *s, reel__buf *out, reel_node node) {
    uint8_t id[16];
    uuid_of(s, node, id);
    for (int i = 0; i < 16; i++)
        reel__buf_format(out, "%s%02x", i == 4 || i == 6 || i == 8 || i == 10 ? "-" : "", id[i]);
}

/* ---- paths */

static void put_path(const sending *s, reel__buf *out, reel_node node) {
    const reel__bp_node *n = &s->bp->nodes[node];
    bool is_absolute = n->parent == REEL_ROOT || n->parent == 0;
    switch (n->kind) {
    case REEL__NODE_CONTAINER: reel__buf_text(out, "/container/"); put_uuid(s, out, node); return;
    case REEL__NODE_VIEW: reel__buf_text(out, "/view/"); put_uuid(s, out, node); return;
    case REEL__NODE_ROOT: case REEL__NODE_PANEL: case REEL__NODE_TIME_PANEL: reel__buf_text(out, n->text); return;
    default: break;
    }
    if (!is_absolute)
        put_path(s, out, n->parent);
    if (n->kind == REEL__NODE_VISUALIZER) {
        reel__buf_u8(out, '/');
        put_uuid(s, out, node);
        return;
    }
    if (n->kind == REEL__NODE_OVERRIDE)
        reel__buf_text(out, "/ViewContents/overrides");
    if (*n->text)
        reel__buf_u8(out, '/');
    reel__buf_text(out, n->text);
    if (n->kind == REEL__NODE_OVERRIDE)
        reel__buf_text(out, "/visualizers");
}

/* ---- what follows from the tree */

/* Sets a field to the ids of nodes: their bytes, or paths such as view/<uuid>. */
static reel_status set_ids(sending *s, reel_node node, const char *name, const reel_node *nodes, size_t n, bool as_paths) {
    const reel__field *field = reel__bp_field(name);
    reel__buf lengths = {0}, bytes = {0};
    for (size_t i = 0; i < n; i++) {
        size_t before = bytes.size;
        uint8_t id[16];
        uuid_of(s, nodes[i], id);
        if (as_paths)
            put_path(s, &bytes, nodes[i]);
        else
            reel__buf_put(&bytes, id, sizeof id);
        if (as_paths && !bytes.failed) { /* without the leading slash */
            memmove(bytes.data + before, bytes.data + before + 1, bytes.size - before - 1);
            bytes.size--;
        }
        reel__buf_u32(&lengths, (uint32_t)(bytes.size - before));
    }
    reel__bp_column *c = bytes.failed || lengths.failed ? NULL : reel__bp_column_of(&s->bp->nodes[node], field);
    if (!c) {
        reel__buf_free(&lengths);
        reel__buf_free(&bytes);
        return no_memory();
    }
    for (uint16_t i = 0; i < field->descriptor.arrow->n_streams; i++)
        reel__buf_free(&c->streams[i]);
    c->n = (uint32_t)n;
    c->streams[as_paths] = bytes;
    if (as_paths)
        c->streams[0] = lengths;
    else
        reel__buf_free(&lengths);
    return REEL_OK;
}

/* The children of one or two kinds, in their order. */
static reel_status children_of(const sending *s, reel_node node, reel__node_kind kind, reel__node_kind other, reel__buf *out) {
    out->size = 0;
    for (reel_node at = s->bp->nodes[node].first; at; at = s->bp->nodes[at].next)
        if (s->bp->nodes[at].kind == kind || s->bp->nodes[at].kind == other)
            reel__buf_put(out, &at, sizeof at);
    return out->failed ? no_memory() : REEL_OK;
}

static reel_status finish_container(sending *s, reel_node node, const reel_node *children, size_t n) {
    reel_node front = s->bp->nodes[node].front;
    REEL__TRY(set_ids(s, node, "ContainerBlueprint:contents", children, n, true));
    return front ? set_ids(s, node, "ContainerBlueprint:active_tab", &front, 1, true) : REEL_OK;
}

static bool is_set(const reel__bp_node *node, const reel__field *field) {
    for (uint32_t i = 0; i < node->n_columns; i++)
        if (node->columns[i].field == field)
            return true;
    return false;
}

/* What the user has not set is true without views, and absent with some: also when views came since it was sent last. */
static reel_status set_auto(sending *s, const char *name, int i, bool is_empty) {
    static const bool yes = true;
    const reel__field *field = reel__bp_field(name);
    reel__bp_node *root = &s->bp->nodes[REEL_ROOT];
    if (s->bp->is_auto[i])
        reel__bp_column_drop(root, field);
    s->bp->is_auto[i] = is_empty && !is_set(root, field);
    return s->bp->is_auto[i] ? reel__bp_set(s->bp, REEL_ROOT, field, &(reel__source){.kind = 'b', .values = &yes, .n = 1}) : REEL_OK;
}

/* One container at the root is it; all else is wrapped in tabs. Without anything the viewer makes its own layout, unless told not to. */
static reel_status finish_root(sending *s, const reel_node *children, size_t n, bool *has_tabs) {
    reel__bp_node *root = &s->bp->nodes[REEL_ROOT];
    reel_node container = n == 1 && s->bp->nodes[children[0]].kind == REEL__NODE_CONTAINER ? children[0] : REEL__BP_TABS;
    *has_tabs = n && container == REEL__BP_TABS;
    for (int i = 0; i < 2; i++)
        REEL__TRY(set_auto(s, i ? "ViewportBlueprint:auto_views" : "ViewportBlueprint:auto_layout", i, n == 0));
    if (!n)
        return REEL_OK;
    if (*has_tabs)
        REEL__TRY(finish_container(s, REEL__BP_TABS, children, n));
    if (root->front)
        REEL__TRY(set_ids(s, REEL_ROOT, "ViewportBlueprint:maximized", &root->front, 1, false));
    return set_ids(s, REEL_ROOT, "ViewportBlueprint:root_container", &container, 1, false);
}

static reel_status finish_panel(sending *s, reel_node node) {
    const reel__field *field = reel__bp_field(node == REEL_TIME_PANEL ? "TimePanelBlueprint:state" : "PanelBlueprint:state");
    if (!s->bp->collapse_panels || node == REEL_TOP_PANEL || is_set(&s->bp->nodes[node], field))
        return REEL_OK;
    const char *collapsed = "Collapsed";
    return reel__bp_set(s->bp, node, field, &(reel__source){.kind = 't', .values = &collapsed, .n = 1});
}

static reel_status finish(sending *s, reel_node node, reel__buf *children, bool *has_tabs) {
    switch (s->bp->nodes[node].kind) {
    case REEL__NODE_PANEL: case REEL__NODE_TIME_PANEL: return finish_panel(s, node);
    case REEL__NODE_ROOT: case REEL__NODE_CONTAINER:
        REEL__TRY(children_of(s, node, REEL__NODE_CONTAINER, REEL__NODE_VIEW, children));
        break;
    case REEL__NODE_OVERRIDE:
        REEL__TRY(children_of(s, node, REEL__NODE_VISUALIZER, REEL__NODE_VISUALIZER, children));
        return children->size ? set_ids(s, node, "ActiveVisualizers:instruction_ids", (const reel_node *)(const void *)children->data, children->size / sizeof(reel_node), false) : REEL_OK;
    default: return REEL_OK;
    }
    const reel_node *nodes = (const reel_node *)(const void *)children->data;
    size_t n = children->size / sizeof *nodes;
    return node == REEL_ROOT ? finish_root(s, nodes, n, has_tabs) : node == REEL__BP_TABS ? REEL_OK : finish_container(s, node, nodes, n);
}

/* ---- rows */

static void keep_message(sending *s, reel__message *m) {
    if (m)
        reel__buf_put(&s->messages, &m, sizeof m);
    else
        s->messages.failed = true;
    if (s->messages.failed)
        reel__message_unref(m);
}

/* One row of these columns of a node. Under drain. */
static reel_status encode_row(sending *s, reel_node node, const reel__bp_column *const *columns, uint32_t n, bool is_static) {
    const reel__timeline *timelines[2] = {&time_of_blueprints, &time_of_log};
    uint32_t n_timelines = is_static ? 0 : s->core->config.no_log_time ? 1 : 2;
    reel__descriptor descriptors[COLUMNS_MAX];
    reel__shape *shape;
    reel__message *m;
    reel__buf path = {0};
    for (uint32_t i = 0; i < n; i++)
        descriptors[i] = columns[i]->field->descriptor;
    REEL__TRY(reel__core_shape(s->core, timelines, n_timelines, descriptors, n, &shape));
    put_path(s, &path, node);
    if (!path.size)
        reel__buf_u8(&path, '/');
    reel_entity *entity = path.failed ? NULL : reel__core_entity(s->core, (const char *)path.data, path.size);
    reel__buf_free(&path);
    s->spans.size = 0;
    reel__span *spans = (reel__span *)(void *)reel__buf_extend(&s->spans, shape->n_streams * sizeof *spans);
    if (!entity || !spans)
        return no_memory();
    spans[0] = (reel__span){&s->row.time_ns, sizeof s->row.time_ns};
    for (uint32_t t = 0; t < n_timelines; t++)
        spans[1 + t] = (reel__span){&s->times[t], sizeof s->times[t]};
    for (uint32_t i = 0; i < n; i++) {
        reel__span *span = &spans[shape->column_stream[i]];
        *span++ = (reel__span){&columns[i]->n, sizeof columns[i]->n};
        for (uint16_t k = 0; k < columns[i]->field->descriptor.arrow->n_streams; k++)
            *span++ = (reel__span){columns[i]->streams[k].size ? columns[i]->streams[k].data : (const uint8_t *)"", columns[i]->streams[k].size};
    }
    reel__part part = {1, s->row.inc++, spans};
    REEL__TRY(reel__message_chunk(&s->core->encoder, s->store, shape, entity->path, reel__draw_chunk_id(s->core), &part, 1, &m));
    keep_message(s, m);
    return s->messages.failed ? no_memory() : REEL_OK;
}

/* A node's row, and the play state's. */
static reel_status encode_node(sending *s, reel_node node) {
    const reel__bp_node *n = &s->bp->nodes[node];
    const reel__bp_column *timed[COLUMNS_MAX], *fixed = NULL;
    uint32_t n_timed = 0;
    for (uint32_t i = 0; i < n->n_columns; i++) {
        const reel__bp_column *c = &n->columns[i];
        if (n->kind == REEL__NODE_TIME_PANEL && !strcmp(c->field->name, "play_state"))
            fixed = c;
        else if (n_timed < COLUMNS_MAX)
            timed[n_timed++] = c;
        else
            return reel__fail(REEL_E_TOO_LARGE, "a blueprint's entity has more than %d components", COLUMNS_MAX);
    }
    if (n_timed)
        REEL__TRY(encode_row(s, node, timed, n_timed, false));
    return fixed ? encode_row(s, node, &fixed, 1, true) : REEL_OK;
}

/* All messages of the blueprint, in order. Under drain. */
static reel_status encode_all(sending *s, bool make_active, bool make_default) {
    reel__buf children = {0};
    bool has_tabs = false;
    reel_status status = REEL_OK;
    if (s->store != s->core->store)
        keep_message(s, reel__message_store_info(&s->core->pool, s->store, reel__draw_chunk_id(s->core)));
    for (reel_node node = 1; node < s->bp->n_nodes && status == REEL_OK; node++) {
        status = finish(s, node, &children, &has_tabs);
        if (status == REEL_OK && (node != REEL__BP_TABS || has_tabs))
            status = encode_node(s, node);
    }
    if (status == REEL_OK)
        keep_message(s, reel__message_activation(&s->core->pool, s->store, make_active, make_default));
    reel__buf_free(&children);
    return status == REEL_OK && s->messages.failed ? no_memory() : status;
}

void reel__blueprint_deliver(reel__core *core, reel__buf *pointers, bool is_sent) {
    reel__message **messages = (reel__message **)(void *)pointers->data;
    size_t n = pointers->size / sizeof *messages;
    for (size_t i = 0; i < n; i++) {
        for (uint32_t c = 0; is_sent && c < REEL__CLASSES; c++)
            if (core->class_active[c])
                reel__deliver(core, c, messages[i], reel__class_keeps(core, c));
        if (is_sent && messages[i]->kind == REEL_MESSAGE_CHUNK) {
            atomic_fetch_add_explicit(&core->rows_logged, messages[i]->info.n_rows, memory_order_relaxed);
            atomic_fetch_add_explicit(&core->chunks_encoded, 1, memory_order_relaxed);
        }
        reel__message_unref(messages[i]);
    }
    reel__buf_free(pointers);
}

reel__sent_blueprint *reel__blueprint_store(reel_recording *rec) {
    uint64_t seed = rec->config.id_seed;
    uint64_t number = 1 + rec->n_blueprints; /* tells those of one seed apart */
    reel__sent_blueprint *b = reel__alloc_zero(sizeof *b);
    if (!b)
        return NULL;
    reel__make_recording_id(b->id);
    if (seed)
        snprintf(b->id, sizeof b->id, "rec_%016llx%016llx", (unsigned long long)mixed(seed + number), (unsigned long long)mixed(seed ^ mixed(number)));
    b->store = (reel__store){REEL_STORE_BLUEPRINT, rec->application_id, b->id};
    return b;
}

void reel__blueprint_store_done(reel__core *core, reel__sent_blueprint *own, bool is_sent) {
    if (!own || !is_sent) {
        reel__release(own);
        return;
    }
    own->next = core->rec->blueprints;
    core->rec->blueprints = own;
    core->rec->n_blueprints++;
    reel__account_add(&core->account, sizeof *own);
}

static reel_status send_locked(reel__core *core, reel__local *l, reel_blueprint *bp, bool make_active, bool make_default) {
    reel_recording *rec = core->rec;
    uint64_t seed = core->config.id_seed;
    sending s = {.bp = bp, .core = core, .store = core->store, .id = {bp->id[0], bp->id[1]}};
    reel__sent_blueprint *own = NULL;
    if (core->is_ended)
        return reel__fail(REEL_E_CLOSED, "recording %s is closed", core->store->recording_id);
    if (core->store->kind != REEL_STORE_BLUEPRINT) {
        own = reel__blueprint_store(rec);
        if (!own)
            return no_memory();
        s.store = &own->store;
    }
    if (seed)
        s.id[0] = mixed(seed), s.id[1] = mixed(~seed);
    s.row = (reel__tuid){reel__draw_time(core), l->inc};
    s.times[1] = reel__core_now(core);
    reel_status status = encode_all(&s, make_active, make_default);
    l->inc = s.row.inc;
    reel__blueprint_deliver(core, &s.messages, status == REEL_OK);
    reel__buf_free(&s.spans);
    reel__blueprint_store_done(core, own, status == REEL_OK);
    return status;
}

static reel_status send_to(reel_recording *rec, reel_blueprint *bp, bool make_active, bool make_default) {
    reel__core *core;
    REEL__TRY(reel__bp_ready(bp));
    REEL__TRY(reel__find_recording(&rec, &core));
    if (atomic_load(&rec->is_closed))
        return reel__fail(REEL_E_CLOSED, "recording %s is closed", rec->recording_id);
    if (!atomic_load(&rec->is_enabled))
        return REEL_OK;
    reel__local *l = reel__local_of(core);
    if (!l)
        return REEL_E_NO_MEMORY;
    reel__drain_lock(core, INT64_MAX);
    reel_status status = send_locked(core, l, bp, make_active, make_default);
    reel__drain_unlock(core);
    return status;
}

reel_status reel_send_blueprint(reel_recording *rec, reel_blueprint *bp, bool make_active, bool make_default) {
    reel_recording *to = reel_active(rec);
    if (to && to->config.store_kind == REEL_STORE_BLUEPRINT)
        return reel__fail(REEL_E_ARGUMENT, "recording %s is a blueprint itself", to->recording_id);
    return send_to(rec, bp, make_active, make_default);
}

reel_status reel_save_blueprint(reel_blueprint *bp, const char *application_id, const char *path) {
    REEL__TRY(reel__bp_ready(bp));
    reel_recording *rec;
    REEL__TRY(reel__recording_new(application_id, &(reel_options){.struct_size = sizeof(reel_options), .store_kind = REEL_STORE_BLUEPRINT}, &rec));
    bool is_enabled = reel_is_enabled(rec); /* RERUN=off: nothing is written at all */
    reel_status status = send_to(rec, bp, true, true);
    if (status == REEL_OK && is_enabled)
        status = reel_capture(rec, path, REEL_CAPTURE_KEEP);
    reel_unref(rec);
    return status;
}
