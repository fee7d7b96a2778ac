#include "verify_chunk.h"
#include "number_text.h"
#include "recording_input.h"
#include "value_hash.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct place {
    cli_verifier *v;
    const reel_read_message *message;
    const reel_chunk *chunk;
    uint32_t store;
} place;

__attribute__((format(printf, 3, 4))) static void tell(const place *p, cli_severity severity, const char *format, ...) {
    char message[700];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    p->v->tell(p->v->user, &(cli_finding) { severity, p->message->offset, p->chunk ? reel_chunk_entity(p->chunk) : NULL, message });
}

bool cli_verifier_begin(cli_verifier *v, void (*say)(void *user, const cli_finding *finding), void *user) {
    *v = (cli_verifier) { .tell = say, .user = user };
    if (cli_id_check_begin(&v->ids)) return true;
    errno = ENOMEM;
    return false;
}

void cli_verifier_free(cli_verifier *v) {
    cli_id_check_free(&v->ids);
    cli_map_free(&v->stores);
    cli_map_free(&v->types);
    cli_map_free(&v->coded);
    cli_map_free(&v->timelines);
    cli_hash_map_free(&v->columns);
    cli_text_free(&v->key);
    cli_text_free(&v->text);
    free(v->introduced);
}

/* Begins a key of texts, each with its NUL. */
static bool key(cli_verifier *v, uint32_t store, const char *const *texts, size_t n) {
    cli_text_clear(&v->key);
    bool fits = cli_text_append(&v->key, (const char *)&store, sizeof store);
    for (size_t i = 0; i < n && fits; i++) fits = cli_text_append(&v->key, texts[i] ? texts[i] : "", strlen(texts[i] ? texts[i] : "") + 1);
    return fits;
}

static bool seen(cli_verifier *v, cli_map *map, bool *is_new) {
    size_t number;
    return cli_map_add(map, v->key.data, v->key.size, &number, is_new);
}

/* ---- stores */

static bool look_at_store(place *p) {
    cli_verifier *v = p->v;
    const reel_read_message *m = p->message;
    size_t number;
    bool is_new;
    const char *const ids[] = { m->application_id, m->recording_id };
    if (!key(v, m->store_kind, ids, 2) || !cli_map_add(&v->stores, v->key.data, v->key.size, &number, &is_new)) return false;
    p->store = (uint32_t)number;
    if (number >= v->n_introduced) {
        size_t n = number + 64;
        uint8_t *introduced = realloc(v->introduced, n);
        if (!introduced) return false;
        memset(introduced + v->n_introduced, 0, n - v->n_introduced);
        v->introduced = introduced;
        v->n_introduced = n;
    }
    if (is_new && !m->store_kind) tell(p, CLI_WARNING, "the store \"%.80s\" does not say whether it is a recording or a blueprint", m->recording_id);
    if (is_new && !*m->recording_id)
        tell(p, CLI_WARNING, "a %s of the application \"%.80s\" has no recording id", cli_store_kind_name(m->store_kind), m->application_id);
    if (m->kind == REEL_MESSAGE_STORE_INFO) v->introduced[number] = 1;
    if (is_new && m->kind == REEL_MESSAGE_CHUNK && !v->introduced[number])
        tell(p, CLI_WARNING, "the %s \"%.80s\" begins without a store info", cli_store_kind_name(m->store_kind), m->recording_id);
    return true;
}

/* ---- chunks */

static void look_at_claims(const place *p) {
    const reel_read_message *m = p->message;
    const uint8_t *id = reel_chunk_id(p->chunk);
    bool is_static = reel_chunk_is_static(p->chunk);
    if (!m->has_chunk_id) return; /* older releases: the message says nothing of its chunk */
    if (memcmp(m->chunk_id, id, 16) != 0) {
        char ids[2][33];
        for (int i = 0; i < 16; i++) {
            snprintf(ids[0] + 2 * i, 3, "%02x", m->chunk_id[i]);
            snprintf(ids[1] + 2 * i, 3, "%02x", id[i]);
        }
        tell(p, CLI_ERROR, "the message says that its chunk is %s, and it is %s", ids[0], ids[1]);
    }
    if (m->is_static != is_static)
        tell(p, CLI_ERROR, "the message says that its chunk is %s, and it is %s", m->is_static ? "static" : "not static", is_static ? "static" : "not");
}

static void look_at_rows(const place *p) {
    size_t n = reel_chunk_rows(p->chunk), unordered = 0;
    const uint8_t *ids = reel_chunk_row_ids(p->chunk);
    if (!n) tell(p, CLI_WARNING, "the chunk has no rows");
    if (!reel_chunk_components(p->chunk)) tell(p, CLI_WARNING, "the chunk of %zu rows has no components", n);
    for (size_t i = 1; i < n; i++) unordered += memcmp(ids + 16 * (i - 1), ids + 16 * i, 16) > 0;
    if (unordered) tell(p, CLI_WARNING, "the row ids do not ascend: %zu of %zu rows have a smaller one than the row before", unordered, n);
}

static bool look_at_timelines(const place *p) {
    cli_verifier *v = p->v;
    for (size_t i = 0; i < reel_chunk_timelines(p->chunk); i++) {
        const reel_chunk_timeline *t = reel_chunk_timeline_at(p->chunk, i);
        const char *const texts[] = { t->name, cli_time_type_name(t->type) };
        bool is_new_name, is_new_type;
        if (!key(v, p->store, texts, 1) || !seen(v, &v->timelines, &is_new_name) || !key(v, p->store, texts, 2) || !seen(v, &v->timelines, &is_new_type))
            return false;
        if (is_new_type && !is_new_name)
            tell(p, CLI_ERROR, "the timeline \"%.80s\" is of the type %s here, and was of another before", t->name, cli_time_type_name(t->type));
        if (reel_chunk_rows(p->chunk) && t->min == INT64_MIN)
            tell(p, CLI_WARNING, "a time on \"%.80s\" is %" PRId64 ", which readers take for static", t->name, t->min);
    }
    return true;
}

static void tell_of_model(const place *p, reel_status status) {
    /* The message begins with the entity, which is told beside it. */
    const char *said = reel_error_message(), *entity = reel_chunk_entity(p->chunk);
    size_t n = strlen(entity);
    if (strncmp(said, entity, n) == 0 && strncmp(said + n, ": ", 2) == 0) said += n + 2;
    tell(p, status == REEL_E_NOT_FOUND && p->v->is_newer ? CLI_WARNING : CLI_ERROR, "%s", said);
}

/* Looking a component up takes time: those that were right are remembered. */
static bool look_at_type(const place *p, size_t component, const reel_chunk_component *c) {
    cli_verifier *v = p->v;
    const char *const texts[] = { c->component, c->archetype, c->component_type, c->arrow_type };
    size_t number;
    bool is_new, has_codes;
    reel_status status = REEL_OK;
    if (!key(v, 0, texts, 4)) return false;
    if (!cli_map_find(&v->types, v->key.data, v->key.size, &number)) {
        status = reel_chunk_check_type(p->chunk, component, &has_codes);
        if (status == REEL_OK && !(seen(v, &v->types, &is_new) && (!has_codes || seen(v, &v->coded, &is_new)))) return false;
    }
    if (status == REEL_OK && cli_map_find(&v->coded, v->key.data, v->key.size, &number)) status = reel_chunk_check_codes(p->chunk, component);
    if (status != REEL_OK) tell_of_model(p, status);
    return true;
}

static uint64_t hash_of(const void *data, size_t size) {
    cli_hash hash = CLI_HASH_BEGIN;
    cli_hash_bytes(&hash, data, size);
    return cli_hash_end(hash).a;
}

/* Whether this column had another type before, and never this one. False: memory is out. */
static bool look_at_column(const place *p, const reel_chunk_component *c, bool *has_changed) {
    cli_verifier *v = p->v;
    const char *const texts[] = { reel_chunk_entity(p->chunk), c->component, c->arrow_type };
    uint64_t type = hash_of(c->arrow_type, strlen(c->arrow_type));
    bool is_new;
    if (!key(v, p->store, texts, 2)) return false;
    const uint64_t *first = cli_hash_map_add(&v->columns, hash_of(v->key.data, v->key.size), type, &is_new);
    *has_changed = false;
    if (!first || *first == type) return first != NULL;
    return key(v, p->store, texts, 3) && cli_hash_map_add(&v->columns, hash_of(v->key.data, v->key.size), 0, has_changed);
}

static bool look_at_components(const place *p) {
    for (size_t i = 0; i < reel_chunk_components(p->chunk); i++) {
        const reel_chunk_component *c = reel_chunk_component_at(p->chunk, i);
        bool has_changed;
        if (!look_at_type(p, i, c) || !look_at_column(p, c, &has_changed)) return false;
        if (has_changed)
            tell(p, CLI_WARNING, "the values of the component %.120s are %.200s here, and were of another type before", c->component, c->arrow_type);
        if (!c->n_rows && reel_chunk_rows(p->chunk)) tell(p, CLI_WARNING, "no row has the component %.120s", c->component);
    }
    return true;
}

bool cli_verifier_look(cli_verifier *v, const reel_read_message *message, const reel_chunk *chunk) {
    place p = { .v = v, .message = message, .chunk = chunk };
    errno = ENOMEM; /* the only reason, except for the sorting of ids, which says its own */
    if (!message->kind) {
        tell(&p, CLI_ERROR, "readers that do not know the kind of this message stop here");
        return true;
    }
    if (!look_at_store(&p)) return false;
    if (!chunk) return true;
    look_at_claims(&p);
    look_at_rows(&p);
    return look_at_timelines(&p) && look_at_components(&p) && cli_id_check_add(&v->ids, p.store, message->offset, chunk);
}

/* ---- what shows only at the end */

static void tell_duplicate(void *user, const cli_duplicate *d) {
    cli_verifier *v = user;
    char id[33], message[700];
    for (int i = 0; i < 16; i++) snprintf(id + 2 * i, 3, "%02x", d->id[i]);
    const char *are = d->n == 1 ? "row id stands" : "row ids stand";
    if (d->is_chunk_id)
        snprintf(message, sizeof message, "the chunk id %s is also that of a chunk of %.200s at byte %" PRIu64, id, d->entity_a, d->offset_a);
    else if (d->offset_a == d->offset_b)
        snprintf(message, sizeof message, "%" PRIu64 " %s twice in the chunk, %s is the first", d->n, are, id);
    else
        snprintf(message, sizeof message, "%" PRIu64 " %s also in a chunk of %.200s at byte %" PRIu64 ", %s is the first", d->n, are, d->entity_a, d->offset_a,
                 id);
    v->tell(v->user, &(cli_finding) { CLI_ERROR, d->offset_b, d->entity_b, message });
}

bool cli_verifier_end(cli_verifier *v) { return cli_id_check_end(&v->ids, tell_duplicate, v); }
