/* A footer held against the chunks that it tells of: each message is read once, in order, and its entry in the index goes along. */
#include "../base/alloc.h"
#include "../base/error.h"
#include "chunk_summary.h"
#include "index_scan.h"
#include "schema_verify.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct reel_footer_check {
    reel_index *index;
    size_t next;               /* the first entry that no message was found for yet */
    reel_read_event_fn on_event;
    void *user;
    uint64_t n_differences;
    const reel__index_chunk *entry;
    reel__summariser summaries;
    reel__schema_check schemas;
    bool all_were_seen;        /* every chunk could be read */
    /* The newest chunk's columns as components of the entry, UINT32_MAX: it does not have it. Chunks of one kind come one after another, mostly. */
    const reel__kind *kind;
    uint32_t set, *numbers;
    size_t numbers_room;
};
typedef struct reel_footer_check verifying;

REEL_PRINTF(2, 3) static void tell(verifying *v, const char *format, ...) {
    char text[600];
    const reel__index_chunk *c = v->entry;
    int used = snprintf(text, sizeof text, "the footer's entry of a chunk of %.200s at byte %llu ", v->index->entities.items[c->entity], (unsigned long long)c->offset);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text + used, sizeof text - (size_t)used, format, arguments);
    va_end(arguments);
    v->n_differences++;
    if (v->on_event)
        v->on_event(v->user, &(reel_read_event){.struct_size = sizeof(reel_read_event), .topic = REEL_READ_FOOTER, .status = REEL_E_FORMAT, .offset = c->offset, .message = text});
}

static void compare_number(verifying *v, const char *what, uint64_t told, uint64_t is) {
    if (told != is)
        tell(v, "says %llu %s, and there are %llu", (unsigned long long)told, what, (unsigned long long)is);
}

static bool equal_texts(const char *a, const char *b) { return a && b ? strcmp(a, b) == 0 : a == b; }

/* The number of a column's component among the entry's; UINT32_MAX: it has none such. */
static uint32_t find_component(const verifying *v, const reel__descriptor *d) {
    for (uint32_t set = v->entry->set; set; set = v->index->sets.items[set].parent) {
        const reel__index_component *c = &v->index->components.items[v->index->sets.items[set].component];
        if (strcmp(c->component, d->component) == 0 && equal_texts(c->archetype, d->archetype) && equal_texts(c->component_type, d->component_type))
            return v->index->sets.items[set].component;
    }
    return UINT32_MAX;
}

static reel_status number_columns(verifying *v, const reel__kind *kind) {
    const reel__shape *o = &kind->outline;
    if (v->kind == kind && v->set == v->entry->set)
        return REEL_OK;
    if (o->n_columns > v->numbers_room) {
        uint32_t *numbers = reel__alloc_array(o->n_columns, sizeof *numbers);
        if (!numbers)
            return reel__fail(REEL_E_NO_MEMORY, "no memory to compare %u columns", o->n_columns);
        reel__release(v->numbers);
        v->numbers = numbers;
        v->numbers_room = o->n_columns;
    }
    for (uint32_t i = 0; i < o->n_columns; i++)
        v->numbers[i] = find_component(v, &o->columns[i]);
    v->kind = kind;
    v->set = v->entry->set;
    return REEL_OK;
}

static uint32_t find_timeline(const verifying *v, const reel__timeline *t) {
    for (size_t i = 0; i < v->index->timelines.n; i++)
        if (v->index->timelines.items[i].type == t->type && strcmp(v->index->timelines.items[i].name, t->name) == 0)
            return (uint32_t)i;
    return UINT32_MAX;
}

static void compare_cells(verifying *v, const reel__chunk_summary *s, uint32_t timeline, uint32_t t) {
    const reel__shape *o = &s->kind->outline;
    for (uint32_t c = 0; c < o->n_columns; c++) {
        uint64_t n = s->info.non_null[c], told_n;
        int64_t min, max;
        uint32_t component = n ? v->numbers[c] : UINT32_MAX;
        if (component == UINT32_MAX)
            continue;
        const reel__time_range *is = s->info.has_nulls ? &s->info.cell_ranges[(size_t)t * o->n_columns + c] : &s->info.ranges[t];
        if (!reel__index_range(v->index, v->entry, timeline, component, &min, &max, &told_n))
            told_n = 0, min = INT64_MAX, max = INT64_MIN;
        if (v->index->lacks_details && n != s->info.n_rows)
            continue;
        if (told_n != n || min != is->min || max != is->max)
            tell(v, "says that %s has %llu rows from %lld to %lld on \"%.80s\", and it has %llu from %lld to %lld", o->columns[c].component, (unsigned long long)told_n, (long long)min, (long long)max,
                 o->timelines[t]->name, (unsigned long long)n, (long long)is->min, (long long)is->max);
    }
}

static void compare_times(verifying *v, const reel__chunk_summary *s) {
    const reel__shape *o = &s->kind->outline;
    uint32_t n_found = 0;
    for (uint32_t t = 0; t < o->n_timelines && s->info.n_rows; t++) {
        uint32_t timeline = find_timeline(v, o->timelines[t]);
        int64_t min = 0, max = 0;
        uint64_t n;
        if (timeline == UINT32_MAX || !reel__index_range(v->index, v->entry, timeline, UINT32_MAX, &min, &max, &n)) {
            tell(v, "does not have the timeline \"%.80s\"", o->timelines[t]->name);
            continue;
        }
        n_found++;
        if (min != s->info.ranges[t].min || max != s->info.ranges[t].max)
            tell(v, "says that \"%.80s\" goes from %lld to %lld, and it goes from %lld to %lld", o->timelines[t]->name, (long long)min, (long long)max, (long long)s->info.ranges[t].min,
                 (long long)s->info.ranges[t].max);
        compare_cells(v, s, timeline, t);
    }
    if (n_found < v->entry->n_ranges)
        tell(v, "has %u timelines, and the chunk has %u of them", v->entry->n_ranges, n_found);
}

static void compare_components(verifying *v, const reel__chunk_summary *s) {
    const reel__shape *o = &s->kind->outline;
    uint32_t n_told = 0, n_found = 0;
    for (uint32_t set = v->entry->set; set; set = v->index->sets.items[set].parent)
        n_told++;
    for (uint32_t c = 0; c < o->n_columns; c++) {
        if (!s->info.non_null[c])
            continue;
        if (v->numbers[c] == UINT32_MAX)
            tell(v, "does not have the component %s", o->columns[c].component);
        else
            n_found++;
    }
    if (n_found < n_told)
        tell(v, "has %u components, and the chunk has %u of them", n_told, n_found);
}

static reel_status compare(verifying *v, const reel_read_message *m, const reel_chunk *chunk) {
    const reel__index_chunk *c = v->entry;
    const reel_index_store_info *store = &v->index->stores.items[c->store];
    reel__chunk_summary s;
    REEL__TRY(reel__summarise_chunk(&v->summaries, chunk, &s));
    REEL__TRY(number_columns(v, s.kind));
    if (store->kind != m->store_kind || !equal_texts(store->recording_id, m->recording_id) || !equal_texts(store->application_id, m->application_id))
        tell(v, "is of the store \"%.80s\", and the chunk is of \"%.80s\"", store->recording_id, m->recording_id);
    if (strcmp(s.entity, v->index->entities.items[c->entity]) != 0)
        tell(v, "is of another entity: %.200s", s.entity);
    if (memcmp(s.chunk_id, c->id, sizeof c->id) != 0)
        tell(v, "has another id than the chunk");
    if (c->is_static != !s.kind->outline.n_timelines)
        tell(v, "says that it is %sstatic", c->is_static ? "" : "not ");
    compare_number(v, "bytes", c->size, m->size);
    compare_number(v, "unpacked bytes", c->unpacked_size, m->unpacked_size);
    compare_number(v, "rows", c->n_rows, s.info.n_rows);
    compare_times(v, &s);
    compare_components(v, &s);
    return reel__schema_check_chunk(&v->schemas, c->store, chunk);
}

static void tell_unfound(verifying *v, uint64_t before) {
    for (; v->next < v->index->chunks.n && v->index->chunks.items[v->next].offset < before; v->next++) {
        v->entry = &v->index->chunks.items[v->next];
        tell(v, "leads to no message");
    }
}

static void tell_of_schema(void *user, reel_status status, const char *text) {
    verifying *v = user;
    v->n_differences += status != REEL_OK;
    if (v->on_event)
        v->on_event(v->user, &(reel_read_event){.struct_size = sizeof(reel_read_event), .topic = REEL_READ_FOOTER, .status = status, .offset = v->index->size, .message = text});
}

static void tell_missing(verifying *v, const reel_read_message *m) {
    char text[160];
    snprintf(text, sizeof text, "the footer does not have the chunk of %zu bytes at byte %llu", m->size, (unsigned long long)m->offset);
    v->n_differences++;
    if (v->on_event)
        v->on_event(v->user, &(reel_read_event){.struct_size = sizeof(reel_read_event), .topic = REEL_READ_FOOTER, .status = REEL_E_FORMAT, .offset = m->offset, .message = text});
}

static reel_status no_arguments(void) { return reel__fail(REEL_E_ARGUMENT, "the check of a footer was called with a NULL"); }

reel_status reel_footer_check_begin(reel_reader *reader, reel_read_event_fn on_event, void *user, reel_footer_check **check) {
    if (!reader || !check)
        return no_arguments();
    *check = NULL;
    verifying *v = reel__alloc_zero(sizeof *v);
    if (!v)
        return reel__fail(REEL_E_NO_MEMORY, "no memory to check a footer");
    *v = (verifying){.on_event = on_event, .user = user, .all_were_seen = true};
    reel_status status = reel_read_index(reader, REEL_INDEX_FOOTER, &v->index);
    if (status == REEL_OK)
        status = reel__schema_check_begin(&v->schemas, v->index, tell_of_schema, v);
    if (status == REEL_OK)
        *check = v;
    else
        reel_footer_check_free(v);
    return status;
}

reel_status reel_footer_check_chunk(reel_footer_check *v, const reel_read_message *m, const reel_chunk *chunk) {
    if (!v || !m)
        return no_arguments();
    tell_unfound(v, m->offset);
    if (v->next == v->index->chunks.n || v->index->chunks.items[v->next].offset != m->offset) {
        tell_missing(v, m);
        return REEL_OK;
    }
    v->entry = &v->index->chunks.items[v->next++];
    if (chunk)
        return compare(v, m, chunk);
    tell(v, "is of a chunk that cannot be read: %.300s", reel_error_message());
    v->all_were_seen = false;
    return REEL_OK;
}

reel_status reel_footer_check_end(reel_footer_check *v, uint64_t *n_differences) {
    if (!v || !n_differences)
        return no_arguments();
    tell_unfound(v, UINT64_MAX);
    reel__schema_check_end(&v->schemas, v->all_were_seen);
    *n_differences = v->n_differences;
    return REEL_OK;
}

void reel_footer_check_free(reel_footer_check *v) {
    if (!v)
        return;
    reel__schema_check_end(&v->schemas, false);
    reel__summariser_free(&v->summaries);
    reel__release(v->numbers);
    reel_index_free(v->index);
    reel__release(v);
}

static reel_status look_at(void *user, const reel_read_message *m, const reel_chunk *chunk) { return reel_footer_check_chunk(user, m, chunk); }

reel_status reel_index_verify(reel_reader *reader, reel_read_event_fn on_event, void *on_event_user, uint64_t *n_differences) {
    reel_footer_check *check;
    if (!reader || !n_differences)
        return no_arguments();
    *n_differences = 0;
    REEL__TRY(reel_footer_check_begin(reader, on_event, on_event_user, &check));
    reel_status status = reel__index_walk(check->index, NULL, NULL, look_at, check);
    if (status == REEL_OK)
        status = reel_footer_check_end(check, n_differences);
    else
        *n_differences = check->n_differences;
    reel_footer_check_free(check);
    return status;
}
