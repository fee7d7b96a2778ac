#include "footer_read.h"

#include "../arrow/lz4_frame.h"
#include "../base/alloc.h"
#include "../base/error.h"
#include "../rrd/message.h"
#include "../rrd/proto_read.h"

#include <lz4.h>
#include <string.h>
#include <xxhash.h>

#define SEED UINT32_C(7850921)
#define ENTRY_SIZE 20

/* ---- where they are */

static reel_status not_there(uint64_t end, const char *what) { return reel__fail(REEL_E_NOT_FOUND, "there is no footer at byte %llu: %s", (unsigned long long)end, what); }

reel_status reel__footer_find(const uint8_t *data, uint64_t end, reel__footer_place *place) {
    if (end < REEL__STREAM_HEADER_SIZE + REEL__MESSAGE_HEADER_SIZE + REEL__STREAM_FOOTER_SIZE)
        return not_there(end, "too few bytes");
    const uint8_t *entry = data + end - REEL__STREAM_FOOTER_SIZE, *mark = entry + ENTRY_SIZE;
    if (memcmp(mark, "RRF2FOOT", 8) != 0)
        return not_there(end, "the stream does not end with one");
    uint64_t start = reel__load_u64(entry), size = reel__load_u64(entry + 8), footer_end = end - REEL__STREAM_FOOTER_SIZE;
    if (reel__load_u32(mark + 8) != 1)
        return reel__fail(REEL_E_FORMAT, "the footer at byte %llu says that it has %u parts, and has 1", (unsigned long long)footer_end, reel__load_u32(mark + 8));
    if (size > footer_end || start > footer_end - size)
        return reel__fail(REEL_E_FORMAT, "the footer of %llu bytes, which ends at byte %llu, says that it begins at %llu", (unsigned long long)size, (unsigned long long)footer_end,
                          (unsigned long long)start);
    *place = (reel__footer_place){footer_end - size - start, footer_end - size, size};
    uint64_t least = place->stream + REEL__STREAM_HEADER_SIZE + REEL__MESSAGE_HEADER_SIZE;
    if (place->start < least || memcmp(data + place->stream, "RRF2", 4) != 0)
        return reel__fail(REEL_E_FORMAT, "the footer at byte %llu says that its stream begins at %llu, where none does", (unsigned long long)place->start, (unsigned long long)place->stream);
    const uint8_t *header = data + place->start - REEL__MESSAGE_HEADER_SIZE;
    if (reel__load_u64(header) != REEL__RRD_END || reel__load_u64(header + 8) != size)
        return reel__fail(REEL_E_FORMAT, "the footer at byte %llu is not the payload of an end message", (unsigned long long)place->start);
    if (XXH32(data + place->start, (size_t)size, SEED) != reel__load_u32(entry + 16))
        return reel__fail(REEL_E_FORMAT, "the footer at byte %llu is damaged: its sum is another", (unsigned long long)place->start);
    return REEL_OK;
}

/* ---- what they say */

typedef struct manifest {
    const char *recording_id, *application_id; /* not ended by NUL */
    size_t recording_id_size, application_id_size;
    uint64_t store_kind;
    const uint8_t *table;
    size_t table_size;
    uint64_t encoding, compression, plain_size;
    const uint8_t *schema;
    size_t schema_size;
} manifest;

static void read_store_id(reel__proto_reader *outer, const reel__proto_field *field, manifest *out) {
    reel__proto_reader r = reel__proto_get_message(outer, field);
    reel__proto_field f, g;
    while (reel__proto_next(&r, &f)) {
        if (f.number == 1)
            out->store_kind = reel__proto_get_uint(&r, &f);
        if (f.number == 2)
            reel__proto_get_text(&r, &f, &out->recording_id, &out->recording_id_size);
        if (f.number != 3)
            continue;
        reel__proto_reader id = reel__proto_get_message(&r, &f);
        while (reel__proto_next(&id, &g))
            if (g.number == 1)
                reel__proto_get_text(&id, &g, &out->application_id, &out->application_id_size);
        reel__proto_end(&r, &id);
    }
    reel__proto_end(outer, &r);
}

static void read_table(reel__proto_reader *outer, const reel__proto_field *field, manifest *out) {
    reel__proto_reader r = reel__proto_get_message(outer, field);
    reel__proto_field f;
    while (reel__proto_next(&r, &f)) {
        if (f.number == 1)
            out->encoding = reel__proto_get_uint(&r, &f);
        if (f.number == 2)
            reel__proto_get_bytes(&r, &f, &out->table, &out->table_size);
        if (f.number == 3)
            out->compression = reel__proto_get_uint(&r, &f);
        if (f.number == 4)
            out->plain_size = reel__proto_get_uint(&r, &f);
    }
    reel__proto_end(outer, &r);
}

static reel_store_kind kind_of(const manifest *m) { return m->store_kind > REEL_STORE_BLUEPRINT ? 0 : (reel_store_kind)m->store_kind; }

static reel_status store_of(reel_index *index, const manifest *m, uint32_t *store) {
    char *application = reel__copy_text(m->application_id ? m->application_id : "", m->application_id_size);
    char *recording = reel__copy_text(m->recording_id ? m->recording_id : "", m->recording_id_size);
    reel_status status = application && recording ? REEL_OK : reel__fail(REEL_E_NO_MEMORY, "no memory for a store's id");
    if (status == REEL_OK)
        status = reel__index_store(index, kind_of(m), application, recording, store);
    reel__release(application);
    reel__release(recording);
    return status;
}

/* A table that is one LZ4 block. */
static reel_status read_packed(reel_index *index, const reel__footer_place *place, uint32_t store, const manifest *m) {
    if (m->table_size > LZ4_MAX_INPUT_SIZE || m->plain_size > INT32_MAX || m->plain_size > reel__lz4_size_max(m->table_size))
        return reel__fail(REEL_E_FORMAT, "a manifest of %zu bytes says that it has %llu unpacked", m->table_size, (unsigned long long)m->plain_size);
    char *plain = reel__alloc((size_t)m->plain_size);
    if (!plain)
        return reel__fail(REEL_E_NO_MEMORY, "no memory for a manifest of %llu bytes", (unsigned long long)m->plain_size);
    int size = LZ4_decompress_safe((const char *)m->table, plain, (int)m->table_size, (int)m->plain_size);
    reel_status status = size >= 0 ? reel__manifest_read(index, place, store, (const uint8_t *)plain, (size_t)size) : reel__fail(REEL_E_FORMAT, "a manifest of %zu bytes cannot be unpacked", m->table_size);
    reel__release(plain);
    return status;
}

static void read_schema(reel__proto_reader *outer, const reel__proto_field *field, manifest *out) {
    reel__proto_reader r = reel__proto_get_message(outer, field);
    reel__proto_field f;
    while (reel__proto_next(&r, &f))
        if (f.number == 1)
            reel__proto_get_bytes(&r, &f, &out->schema, &out->schema_size);
    reel__proto_end(outer, &r);
}

static reel_status parse_manifest(const reel__footer_place *place, reel__proto_reader r, manifest *m) {
    reel__proto_field f;
    *m = (manifest){0};
    while (reel__proto_next(&r, &f)) {
        if (f.number == 1)
            read_store_id(&r, &f, m);
        if (f.number == 2)
            read_schema(&r, &f, m);
        if (f.number == 4)
            read_table(&r, &f, m);
    }
    if (r.is_bad || !m->table)
        return reel__fail(REEL_E_FORMAT, "the footer at byte %llu has a manifest that is malformed", (unsigned long long)place->start);
    return REEL_OK;
}

typedef reel_status (*manifest_fn)(void *user, const reel__footer_place *place, const manifest *m);

static reel_status read_manifest(void *user, const reel__footer_place *place, const manifest *m) {
    uint32_t store;
    if (m->encoding != 1 || m->compression > 2)
        return reel__fail(REEL_E_UNSUPPORTED, "a manifest of encoding %llu with compression %llu", (unsigned long long)m->encoding, (unsigned long long)m->compression);
    REEL__TRY(store_of(user, m, &store));
    return m->compression == 2 ? read_packed(user, place, store, m) : reel__manifest_read(user, place, store, m->table, m->table_size);
}

static reel_status each_manifest_of(const reel_index *index, const reel__footer_place *place, manifest_fn each, void *user) {
    reel__proto_reader r = reel__proto_read(index->data + place->start, (size_t)place->size);
    reel__proto_field f;
    manifest m;
    while (reel__proto_next(&r, &f)) {
        if (f.number != 1)
            continue;
        REEL__TRY(parse_manifest(place, reel__proto_get_message(&r, &f), &m));
        REEL__TRY(each(user, place, &m));
    }
    return r.is_bad ? reel__fail(REEL_E_FORMAT, "the footer at byte %llu is malformed", (unsigned long long)place->start) : REEL_OK;
}

/* Found from the last to the first; the order in which they are read does not matter, since chunks are sorted in the end. */
static reel_status each_manifest(const reel_index *index, manifest_fn each, void *user) {
    uint64_t end = index->size;
    do {
        reel__footer_place place;
        REEL__TRY(reel__footer_find(index->data, end, &place));
        REEL__TRY(each_manifest_of(index, &place, each, user));
        end = place.stream;
    } while (end);
    return REEL_OK;
}

reel_status reel__footers_read(reel_index *index) { return each_manifest(index, read_manifest, index); }

typedef struct schemas {
    const reel_index *index;
    reel__schema_fn each;
    void *user;
} schemas;

static bool is_text(const char *text, size_t size, const char *other) { return strlen(other) == size && (!size || memcmp(text, other, size) == 0); }

static reel_status give_schema(void *user, const reel__footer_place *place, const manifest *m) {
    const schemas *s = user;
    (void)place;
    for (uint32_t i = 0; i < s->index->stores.n; i++) {
        const reel_index_store_info *store = &s->index->stores.items[i];
        if (store->kind == kind_of(m) && is_text(m->recording_id, m->recording_id_size, store->recording_id) && is_text(m->application_id, m->application_id_size, store->application_id))
            return s->each(s->user, i, m->schema, m->schema_size);
    }
    return REEL_OK;
}

reel_status reel__footers_schemas(const reel_index *index, reel__schema_fn each, void *user) { return each_manifest(index, give_schema, &(schemas){index, each, user}); }
