#include "message_read.h"

#include "../arrow/lz4_frame.h"
#include "../base/error.h"
#include "../base/shared_memory.h"

#include <lz4.h>
#include <string.h>

enum { PACKING_UNSPECIFIED = 0, PACKING_NONE = 1, PACKING_LZ4 = 2, ENCODING_ARROW_IPC = 1, STORE_KINDS = 3 };

/* ApplicationId { 1 id } */
static void read_application(reel__proto_reader *r, const reel__proto_field *field, reel__piece *out) {
    reel__proto_reader inner = reel__proto_get_message(r, field);
    reel__proto_field f;
    if (!out->data)
        *out = (reel__piece){"", 0};
    while (reel__proto_next(&inner, &f))
        if (f.number == 1)
            reel__proto_get_text(&inner, &f, &out->data, &out->size);
    reel__proto_end(r, &inner);
}

/* What is not known is none, as the official reader has it. */
static reel_store_kind store_kind(uint64_t kind) { return kind < STORE_KINDS ? (reel_store_kind)kind : (reel_store_kind)0; }

/* StoreId { 1 kind, 2 recording_id, 3 application_id } */
static void read_store(reel__proto_reader *r, const reel__proto_field *field, reel__payload *out) {
    reel__proto_reader inner = reel__proto_get_message(r, field);
    reel__proto_field f;
    out->has_store = true;
    while (reel__proto_next(&inner, &f)) {
        if (f.number == 1)
            out->store_kind = store_kind(reel__proto_get_uint(&inner, &f));
        else if (f.number == 2)
            reel__proto_get_text(&inner, &f, &out->recording_id.data, &out->recording_id.size);
        else if (f.number == 3)
            read_application(&inner, &f, &out->application_id);
    }
    if (!out->recording_id.data)
        out->recording_id = (reel__piece){"", 0};
    reel__proto_end(r, &inner);
}

/* Tuid { 1 time_ns, 2 inc }, both little-endian here. */
static void read_tuid(reel__proto_reader *r, const reel__proto_field *field, uint8_t out[16]) {
    reel__proto_reader inner = reel__proto_get_message(r, field);
    reel__proto_field f;
    reel__tuid id = {0, 0};
    bool has[2] = {false, false};
    while (reel__proto_next(&inner, &f)) {
        if (f.number == 1)
            id.time_ns = reel__proto_get_fixed64(&inner, &f);
        else if (f.number == 2)
            id.inc = reel__proto_get_fixed64(&inner, &f);
        if (f.number == 1 || f.number == 2)
            has[f.number - 1] = true;
    }
    inner.is_bad |= !has[0] || !has[1]; /* both are required */
    if (out)
        reel__tuid_bytes(out, id);
    reel__proto_end(r, &inner);
}

static void read_source(reel__proto_reader *r, const reel__proto_field *field, reel__payload *out) {
    reel__proto_reader inner = reel__proto_get_message(r, field), extra;
    reel__proto_field f;
    while (reel__proto_next(&inner, &f)) {
        if (f.number == 1) {
            out->source_kind = reel__proto_get_uint(&inner, &f);
        } else if (f.number == 2) {
            extra = reel__proto_get_message(&inner, &f);
            while (reel__proto_next(&extra, &f))
                if (f.number == 1)
                    reel__proto_get_bytes(&extra, &f, &out->source_extra, &out->source_extra_size);
            reel__proto_end(&inner, &extra);
        }
    }
    reel__proto_end(r, &inner);
}

/* StoreInfo { 1 application_id (until 0.24), 2 store_id, 5 store_source, 6 store_version { 1 four bytes as one number } } */
static void read_info(reel__proto_reader *r, const reel__proto_field *field, reel__payload *out) {
    reel__proto_reader inner = reel__proto_get_message(r, field), version;
    reel__proto_field f;
    reel__piece old_application = {NULL, 0};
    while (reel__proto_next(&inner, &f)) {
        if (f.number == 1) {
            read_application(&inner, &f, &old_application);
        } else if (f.number == 2) {
            read_store(&inner, &f, out);
        } else if (f.number == 5) {
            read_source(&inner, &f, out);
        } else if (f.number == 6) {
            version = reel__proto_get_message(&inner, &f);
            while (reel__proto_next(&version, &f))
                if (f.number == 1)
                    reel__store_u32(out->version, (uint32_t)reel__proto_get_uint(&version, &f));
            reel__proto_end(&inner, &version);
        }
    }
    if (!out->application_id.data)
        out->application_id = old_application;
    reel__proto_end(r, &inner);
}

static void read_store_info(reel__proto_reader *r, reel__payload *out) {
    reel__proto_field f;
    while (reel__proto_next(r, &f)) {
        if (f.number == 1)
            read_tuid(r, &f, NULL);
        else if (f.number == 2)
            read_info(r, &f, out);
        else
            out->has_unknown = true;
    }
}

static void read_arrow(reel__proto_reader *r, reel__payload *out, uint64_t *packing, uint64_t *encoding) {
    reel__proto_field f;
    while (reel__proto_next(r, &f)) {
        switch (f.number) {
        case 1: read_store(r, &f, out); break;
        case 2: *packing = reel__proto_get_uint(r, &f); break;
        case 3: out->unpacked_size = reel__proto_get_uint(r, &f); break;
        case 4: *encoding = reel__proto_get_uint(r, &f); break;
        case 5: reel__proto_get_bytes(r, &f, &out->body, &out->body_size); break;
        case 6:
            out->has_chunk_id = true;
            read_tuid(r, &f, out->chunk_id);
            break;
        case 7: out->is_static = reel__proto_get_uint(r, &f) != 0; break;
        default: out->has_unknown = true; break;
        }
    }
}

static void read_activation(reel__proto_reader *r, reel__payload *out) {
    reel__proto_field f;
    while (reel__proto_next(r, &f)) {
        if (f.number == 1)
            read_store(r, &f, out);
        else if (f.number == 2)
            out->make_active = reel__proto_get_uint(r, &f) != 0;
        else if (f.number == 3)
            out->make_default = reel__proto_get_uint(r, &f) != 0;
        else
            out->has_unknown = true;
    }
}

static bool has_nul(const reel__piece *text) { return text->data && memchr(text->data, 0, text->size); }

static reel_status check_store(const reel__payload *p) {
    if (!p->has_store)
        return reel__fail(REEL_E_FORMAT, "a message does not say which store it is of");
    if (p->application_id.data && !p->application_id.size)
        return reel__fail(REEL_E_FORMAT, "a message is of an application whose id is empty");
    if (has_nul(&p->recording_id) || has_nul(&p->application_id))
        return reel__fail(REEL_E_UNSUPPORTED, "a message is of a store whose id has a NUL within");
    return REEL_OK;
}

static reel_status check_arrow(reel__payload *p, uint64_t packing, uint64_t encoding) {
    if (encoding != ENCODING_ARROW_IPC)
        return reel__fail(REEL_E_FORMAT, "a chunk is encoded in a way that is not known (%llu)", (unsigned long long)encoding);
    if (packing > PACKING_LZ4)
        return reel__fail(REEL_E_UNSUPPORTED, "a chunk is compressed in a way that is not known (%llu)", (unsigned long long)packing);
    p->packing = packing == PACKING_LZ4 ? REEL__PACKING_LZ4 : REEL__PACKING_NONE;
    if (p->packing == REEL__PACKING_NONE)
        p->unpacked_size = p->body_size;
    return REEL_OK;
}

reel_status reel__payload_read(reel__rrd_kind kind, const uint8_t *data, size_t size, reel__payload *out) {
    reel__proto_reader r = reel__proto_read(data, size);
    uint64_t packing = 0, encoding = 0;
    *out = (reel__payload){.body = data};
    if (kind == REEL__RRD_SET_STORE_INFO)
        read_store_info(&r, out);
    else if (kind == REEL__RRD_ARROW_MSG)
        read_arrow(&r, out, &packing, &encoding);
    else
        read_activation(&r, out);
    if (r.is_bad)
        return reel__fail(REEL_E_FORMAT, "a message of %zu bytes is not what a message of its kind should be", size);
    REEL__TRY(check_store(out));
    return kind == REEL__RRD_ARROW_MSG ? check_arrow(out, packing, encoding) : REEL_OK;
}

/* ---- where a store comes from */

static bool put_python(const reel__payload *p, reel__buf *out) {
    reel__proto_reader r = reel__proto_read(p->source_extra, p->source_extra_size);
    reel__proto_field f;
    uint64_t numbers[3] = {0};
    const char *suffix = "";
    size_t suffix_size = 0;
    while (reel__proto_next(&r, &f)) {
        if (f.number >= 1 && f.number <= 3)
            numbers[f.number - 1] = reel__proto_get_uint(&r, &f);
        else if (f.number == 4)
            reel__proto_get_text(&r, &f, &suffix, &suffix_size);
    }
    reel__buf_text(out, "Python SDK");
    if (!r.is_bad && p->source_extra)
        reel__buf_format(out, " %u.%u.%u%.*s", (unsigned)numbers[0], (unsigned)numbers[1], (unsigned)numbers[2], suffix_size > 60 ? 60 : (int)suffix_size, suffix);
    return !r.is_bad;
}

static bool put_rust(const reel__payload *p, reel__buf *out) {
    reel__proto_reader r = reel__proto_read(p->source_extra, p->source_extra_size);
    reel__proto_field f;
    const char *text;
    size_t size;
    reel__buf_text(out, "Rust SDK");
    while (reel__proto_next(&r, &f))
        if (f.number == 1 && reel__proto_get_text(&r, &f, &text, &size) && size)
            reel__buf_format(out, " (rustc %.*s)", size > 60 ? 60 : (int)size, text);
    return !r.is_bad;
}

static bool put_file(const reel__payload *p, reel__buf *out) {
    static const char *const kinds[] = {"file", "file (command line)", "file (URI)", "file (drag and drop)", "file (dialog)", "file (SDK)"};
    reel__proto_reader r = reel__proto_read(p->source_extra, p->source_extra_size);
    reel__proto_field f;
    uint64_t kind = 0;
    while (reel__proto_next(&r, &f))
        if (f.number == 1)
            kind = reel__proto_get_uint(&r, &f);
    reel__buf_text(out, kinds[kind < sizeof kinds / sizeof *kinds ? kind : 0]);
    return !r.is_bad;
}

bool reel__payload_source(const reel__payload *p, reel__buf *out) {
    reel__proto_reader r = reel__proto_read(p->source_extra, p->source_extra_size);
    reel__proto_field whole = {.wire = REEL__PROTO_BYTES, .data = p->source_extra, .size = p->source_extra_size};
    const char *text;
    size_t size;
    switch (p->source_kind) {
    case 1: reel__buf_text(out, "C/C++ SDK"); break;
    case 2: return put_python(p, out);
    case 3: return put_rust(p, out);
    case 4: return put_file(p, out);
    case 5: reel__buf_text(out, "viewer"); break;
    case 6:
        if (p->source_extra && reel__proto_get_text(&r, &whole, &text, &size) && !memchr(text, 0, size))
            reel__buf_put(out, text, size);
        break;
    default: reel__buf_text(out, "unknown"); break;
    }
    return true;
}

/* ---- the Arrow stream */

reel_status reel__payload_unpack(const reel__payload *p, uint64_t bytes_max, reel__held_block *used, reel__held_block **block, const uint8_t **data, size_t *size) {
    *block = NULL;
    *data = p->body;
    *size = p->body_size;
    if (p->packing == REEL__PACKING_NONE)
        return REEL_OK;
    if (p->unpacked_size > reel__lz4_size_max(p->body_size))
        return reel__fail(REEL_E_FORMAT, "a chunk of %zu packed bytes cannot have %llu bytes", p->body_size, (unsigned long long)p->unpacked_size);
    if (p->unpacked_size > bytes_max || p->unpacked_size > LZ4_MAX_INPUT_SIZE || p->body_size > INT32_MAX)
        return reel__fail(REEL_E_TOO_LARGE, "a chunk of %zu packed bytes has %llu bytes, which is more than is allowed", p->body_size, (unsigned long long)p->unpacked_size);
    size_t capacity = (size_t)p->unpacked_size;
    bool is_free = used && used->size >= capacity && used->size / 4 <= capacity + 65536 && atomic_load_explicit(&used->held.refs, memory_order_acquire) == 1;
    *block = is_free ? (reel__held_block *)reel__held_ref(&used->held) : reel__held_block_new(capacity);
    if (!*block)
        return reel__fail(REEL_E_NO_MEMORY, "no memory for a chunk of %zu bytes", capacity);
    int done = LZ4_decompress_safe((const char *)p->body, (char *)(*block)->data, (int)p->body_size, (int)capacity);
    if (done < 0) {
        reel__held_unref(&(*block)->held);
        *block = NULL;
        return reel__fail(REEL_E_FORMAT, "a chunk of %zu packed bytes cannot be unpacked to %zu bytes", p->body_size, capacity);
    }
    *data = (*block)->data;
    *size = (size_t)done; /* a size that was claimed too large is not an error: the stream ends before it */
    return REEL_OK;
}
