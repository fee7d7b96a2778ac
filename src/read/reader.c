#include "reader.h"

#include "../arrow/lz4_frame.h"
#include "../base/alloc.h"
#include "../base/error.h"
#include "chunk_decode.h"

#include <stdio.h>
#include <string.h>

enum { COMPRESSION_MAX = 1, SERIALIZER_PROTOBUF = 2 };
#define APPLICATIONS_BYTES_MAX ((size_t)4 << 20) /* of ids that are remembered */

/* ---- telling */

static void tell(reel_reader *r, reel_status status, uint64_t offset, uint64_t size, const char *text) {
    reel_read_topic topic = r->topic;
    r->topic = REEL_READ_ANYTHING;
    if (r->options.on_event)
        r->options.on_event(r->options.on_event_user, &(reel_read_event){sizeof(reel_read_event), status, offset, size, text, topic});
}

void reel__reader_warn(reel_reader *r, uint64_t offset, const char *text) {
    r->stats.warnings++;
    tell(r, REEL_OK, offset, 0, text);
}

reel_status reel__reader_damage(reel_reader *r, reel_status status, uint64_t offset, uint64_t size) {
    r->stats.damaged++;
    r->stats.bytes_lost += size;
    tell(r, status, offset, size, reel_error_message());
    return status;
}

/* The bytes end within something. More may come: then it was not so, and what was counted is taken back. */
static void tell_truncated(reel_reader *r, uint64_t offset, uint64_t size, const char *what) {
    reel_read_topic topic = r->topic;
    r->topic = REEL_READ_ANYTHING;
    r->stats.is_truncated = true;
    if (r->truncated_at == offset && r->truncated_size == size)
        return;
    bool is_known = r->truncated_at == offset;
    if (is_known) {
        r->stats.damaged--;
        r->stats.bytes_lost -= r->truncated_size;
    }
    r->truncated_at = offset;
    r->truncated_size = size;
    reel__fail(REEL_E_FORMAT, "the bytes end within %s, after %llu bytes of it", what, (unsigned long long)size);
    if (is_known) {
        r->stats.damaged++;
        r->stats.bytes_lost += size;
    } else {
        r->topic = topic;
        reel__reader_damage(r, REEL_E_FORMAT, offset, size);
    }
}

static void untell_truncated(reel_reader *r) {
    r->stats.is_truncated = false;
    if (r->truncated_at != r->at)
        return;
    r->stats.damaged--;
    r->stats.bytes_lost -= r->truncated_size;
    r->truncated_at = UINT64_MAX;
}

/* ---- stream headers and footers */

const char *reel__stream_header_check(const uint8_t h[REEL__STREAM_HEADER_SIZE], reel_status *status) {
    *status = REEL_E_FORMAT;
    if (memcmp(h, "RRF0", 4) == 0 || memcmp(h, "RRF1", 4) == 0) {
        *status = REEL_E_UNSUPPORTED;
        return "it is a recording of a release before 0.23, whose format is not read any more";
    }
    if (memcmp(h, "RRF2", 4) != 0)
        return "it does not begin as a recording does";
    if (h[4] == 0 && h[5] < REEL__READ_OLDEST) {
        *status = REEL_E_UNSUPPORTED;
        return "it was written by a release before 0.23, whose recordings are not read any more";
    }
    if (h[8] > COMPRESSION_MAX)
        return "its header names a compression that is not known";
    if (h[9] != SERIALIZER_PROTOBUF) {
        *status = h[9] == 1 ? REEL_E_UNSUPPORTED : REEL_E_FORMAT;
        return h[9] == 1 ? "its messages are written in MsgPack, which is not read any more" : "its header names a serializer that is not known";
    }
    if (h[10] || h[11])
        return "its header has bytes set that should be zero";
    *status = REEL_OK;
    return "";
}

bool reel__is_stream_footer(const uint8_t f[REEL__STREAM_FOOTER_SIZE]) { return memcmp(f + 20, "RRF2FOOT", 8) == 0 && reel__load_u32(f + 28) == 1; }

static reel_status refuse_header(reel_reader *r, const uint8_t *header, reel_status status, const char *why) {
    const char *name = r->source.name ? r->source.name : "the recording";
    if (status == REEL_E_UNSUPPORTED && memcmp(header, "RRF2", 4) == 0)
        return reel__fail(status, "%s cannot be read: %s (%u.%u.%u)", name, why, header[4], header[5], header[6]);
    return reel__fail(status, "%s cannot be read: %s", name, why);
}

static void accept_header(reel_reader *r, const uint8_t *header) {
    uint32_t version = (uint32_t)header[4] << 16 | (uint32_t)header[5] << 8;
    memcpy(r->stats.version, header + 4, 4);
    r->stats.streams++;
    r->stats.has_footer = false;
    r->at += REEL__STREAM_HEADER_SIZE;
    r->state = REEL__READER_MESSAGES;
    if (version > (uint32_t)REEL__READ_NEWEST << 8 && !r->has_warned_of_version) {
        char text[160];
        snprintf(text, sizeof text, "the recording was written by release %u.%u.%u, which is newer than 0.%d: what is new in it is not known", header[4], header[5], header[6], REEL__READ_NEWEST);
        r->has_warned_of_version = true;
        r->topic = REEL_READ_NEWER;
        reel__reader_warn(r, r->at - REEL__STREAM_HEADER_SIZE, text);
    }
}

/* ---- opening */

static reel_status open_reader(const reel_read_options *options, reel_reader **out) {
    *out = NULL;
    if (options && options->struct_size < sizeof(options->struct_size))
        return reel__fail(REEL_E_ARGUMENT, "the options of a reader have no struct_size");
    reel_reader *r = reel__alloc_zero(sizeof *r);
    if (!r)
        return reel__fail(REEL_E_NO_MEMORY, "no memory for a reader");
    if (options)
        memcpy(&r->options, options, options->struct_size < sizeof r->options ? options->struct_size : sizeof r->options);
    if (!r->options.message_bytes_max || r->options.message_bytes_max > REEL__READ_BYTES_MAX)
        r->options.message_bytes_max = REEL__READ_BYTES_MAX;
    r->truncated_at = UINT64_MAX;
    r->source.fd = -1;
    *out = r;
    return REEL_OK;
}

/* What is no recording at all is refused at once, as far as it can be known without waiting. */
static reel_status check_begin(reel_reader *r) {
    const uint8_t *header;
    uint64_t got;
    reel_status status;
    if (!r->source.is_whole || r->options.resynchronise)
        return REEL_OK;
    REEL__TRY(reel__source_get(&r->source, 0, REEL__STREAM_HEADER_SIZE, &header, &got));
    if (got < REEL__STREAM_HEADER_SIZE) {
        static const uint8_t mark[] = {'R', 'R', 'F', '2'};
        return memcmp(header, mark, got < 4 ? (size_t)got : 4) == 0 ? REEL_OK : refuse_header(r, header, REEL_E_FORMAT, "it does not begin as a recording does");
    }
    const char *why = reel__stream_header_check(header, &status);
    return status == REEL_OK ? REEL_OK : refuse_header(r, header, status, why);
}

static reel_status opened(reel_reader *r, reel_status status, reel_reader **out) {
    if (status == REEL_OK)
        status = check_begin(r);
    if (status == REEL_OK)
        *out = r;
    else
        reel_close_reader(r);
    return status;
}

reel_status reel_open(const char *path, const reel_read_options *options, reel_reader **out) {
    reel_reader *r;
    if (!out || !path)
        return reel__fail(REEL_E_ARGUMENT, "reel_open needs a path and somewhere to put the reader");
    *out = NULL;
    REEL__TRY(open_reader(options, &r));
    return opened(r, reel__source_path(&r->source, path), out);
}

reel_status reel_open_memory(const void *data, size_t size, const reel_read_options *options, reel_reader **out) {
    reel_reader *r;
    if (!out || (!data && size))
        return reel__fail(REEL_E_ARGUMENT, "reel_open_memory needs bytes and somewhere to put the reader");
    *out = NULL;
    REEL__TRY(open_reader(options, &r));
    reel__source_memory(&r->source, data, size);
    return opened(r, REEL_OK, out);
}

reel_status reel_open_descriptor(int descriptor, const reel_read_options *options, reel_reader **out) {
    reel_reader *r;
    if (!out || descriptor < 0)
        return reel__fail(REEL_E_ARGUMENT, "reel_open_descriptor needs a descriptor and somewhere to put the reader");
    *out = NULL;
    REEL__TRY(open_reader(options, &r));
    return opened(r, reel__source_descriptor(&r->source, descriptor), out);
}

reel_status reel_open_callback(reel_fill_fn fill, void *user, const reel_read_options *options, reel_reader **out) {
    reel_reader *r;
    if (!out || !fill)
        return reel__fail(REEL_E_ARGUMENT, "reel_open_callback needs a callback and somewhere to put the reader");
    *out = NULL;
    REEL__TRY(open_reader(options, &r));
    reel__source_callback(&r->source, fill, user);
    return opened(r, REEL_OK, out);
}

void reel_close_reader(reel_reader *r) {
    if (!r)
        return;
    const reel__map_entry *e;
    for (size_t at = 0; (e = reel__map_next(&r->applications, &at)) != NULL;)
        reel__release(e->value);
    reel__map_free(&r->applications);
    reel__source_close(&r->source);
    reel__buf_free(&r->texts);
    if (r->unpacked)
        reel__held_unref(&r->unpacked->held);
    reel__release(r);
}

reel_status reel_get_read_stats(const reel_reader *r, reel_read_stats *stats) {
    if (!r || !stats || stats->struct_size < sizeof(stats->struct_size))
        return reel__fail(REEL_E_ARGUMENT, "reel_get_read_stats needs a reader, and stats with their struct_size");
    size_t size = stats->struct_size < sizeof *stats ? stats->struct_size : sizeof *stats;
    memcpy(stats, &r->stats, size);
    stats->struct_size = size;
    return REEL_OK;
}

/* ---- messages */

static int public_kind(uint64_t kind) {
    return kind == REEL__RRD_SET_STORE_INFO ? REEL_MESSAGE_STORE_INFO : kind == REEL__RRD_ARROW_MSG ? REEL_MESSAGE_CHUNK : kind == REEL__RRD_BLUEPRINT_ACTIVATION ? REEL_MESSAGE_BLUEPRINT_ACTIVATION : 0;
}

reel_status reel__message_of(const uint8_t *data, size_t size, uint64_t offset, reel__buf *texts, reel__payload *payload, reel_read_message *out) {
    reel__frame frame = reel__frame_of(data);
    *out = (reel_read_message){.struct_size = sizeof *out, .kind = public_kind(frame.kind), .offset = offset, .data = data, .size = size, .application_id = "", .recording_id = "", .store_source = ""};
    *payload = (reel__payload){.body = data};
    if (!out->kind)
        return REEL_OK;
    REEL__TRY(reel__payload_read((reel__rrd_kind)frame.kind, data + REEL__MESSAGE_HEADER_SIZE, size - REEL__MESSAGE_HEADER_SIZE, payload));
    texts->size = 0;
    texts->failed = false;
    reel__buf_put(texts, payload->application_id.data, payload->application_id.size);
    reel__buf_u8(texts, 0);
    size_t recording_at = texts->size;
    reel__buf_put(texts, payload->recording_id.data, payload->recording_id.size);
    reel__buf_u8(texts, 0);
    size_t source_at = texts->size;
    if (out->kind == REEL_MESSAGE_STORE_INFO)
        payload->has_bad_source = !reel__payload_source(payload, texts);
    reel__buf_u8(texts, 0);
    if (texts->failed)
        return reel__fail(REEL_E_NO_MEMORY, "no memory for the ids of a message");
    out->application_id = (const char *)texts->data;
    out->recording_id = (const char *)texts->data + recording_at;
    out->store_source = (const char *)texts->data + source_at;
    out->store_kind = payload->store_kind;
    memcpy(out->store_version, payload->version, 4);
    out->has_chunk_id = payload->has_chunk_id;
    memcpy(out->chunk_id, payload->chunk_id, 16);
    out->is_static = payload->is_static;
    out->is_compressed = payload->packing != REEL__PACKING_NONE;
    out->unpacked_size = payload->unpacked_size;
    out->make_active = payload->make_active;
    out->make_default = payload->make_default;
    return REEL_OK;
}

/* Messages without an application are of the one that a store info before them named. */
static reel_status find_application(reel_reader *r) {
    reel__buf key = {0};
    reel_status status = REEL_OK;
    reel_read_message *m = &r->message;
    reel__buf_u8(&key, (uint8_t)m->store_kind);
    reel__buf_text(&key, m->recording_id);
    char *known = key.failed ? NULL : reel__map_get(&r->applications, key.data, key.size);
    if (key.failed) {
        status = reel__fail(REEL_E_NO_MEMORY, "no memory for the ids of a message");
    } else if (*m->application_id && m->kind == REEL_MESSAGE_STORE_INFO) {
        size_t size = strlen(m->application_id) + key.size + 64;
        bool is_new = !known && r->applications_size + size <= APPLICATIONS_BYTES_MAX;
        char *copy = is_new ? reel__copy_text(m->application_id, strlen(m->application_id)) : NULL;
        if (copy && reel__map_put(&r->applications, key.data, key.size, copy) == REEL_OK)
            r->applications_size += size;
        else
            reel__release(copy);
    } else if (!*m->application_id && known) {
        m->application_id = known;
    } else if (!*m->application_id && m->kind) {
        status = reel__fail(REEL_E_FORMAT, "a message of the recording \"%.80s\" does not say which application it is of, and no store info before it does", m->recording_id);
    }
    reel__buf_free(&key);
    return status;
}

/* ---- the state machine. Each step either moves r->at, or stops. */

/* Behind something at r->at that cannot be read, and whose end is not known. The search begins at `from`. */
static reel_status stop_or_search(reel_reader *r, reel_status status, uint64_t from) {
    uint64_t found, offset = r->at;
    if (!r->options.resynchronise) {
        uint64_t left = r->source.is_whole && r->at < r->source.size ? r->source.size - r->at : 0;
        r->state = REEL__READER_STOPPED;
        reel__reader_damage(r, status, offset, left);
        return r->options.stop_at_damage ? status : REEL_OK;
    }
    char said[512];
    snprintf(said, sizeof said, "%s", reel_error_message());
    if (r->source.is_whole && r->doubtful_end == offset && r->doubtful_at < offset && reel__resync_pay(r, r->doubtful_work)) /* what follows it may begin within */
        from = r->doubtful_at + REEL__MESSAGE_HEADER_SIZE;
    r->doubtful_end = 0; /* looked for once: what is found may lead here again */
    REEL__TRY(reel__resync(r, from, &found));
    uint64_t end = found;
    if (found == UINT64_MAX) {
        r->state = REEL__READER_STOPPED;
        end = r->source.is_whole ? r->source.size : r->source.window_at + r->source.window.size;
    } else {
        r->at = found;
        r->state = REEL__READER_MESSAGES; /* a stream header is found there, too */
    }
    reel__fail(status, "%s", said);
    reel__reader_damage(r, status, offset, end > offset ? end - offset : 0);
    return r->options.stop_at_damage ? status : REEL_OK;
}

static reel_status step_header(reel_reader *r, bool *is_end) {
    const uint8_t *header;
    uint64_t got;
    reel_status status;
    REEL__TRY(reel__source_get(&r->source, r->at, REEL__STREAM_HEADER_SIZE, &header, &got));
    *is_end = got < REEL__STREAM_HEADER_SIZE;
    if (*is_end && got && memcmp(header, "RRF2", got < 4 ? (size_t)got : 4) == 0) {
        tell_truncated(r, r->at, got, "a stream's header");
        return REEL_OK;
    }
    if (!got)
        return REEL_OK;
    const char *why = "it does not begin as a recording does";
    status = REEL_E_FORMAT;
    if (!*is_end)
        why = reel__stream_header_check(header, &status);
    if (status == REEL_OK) {
        untell_truncated(r);
        accept_header(r, header);
        return REEL_OK;
    }
    *is_end = false;
    if (!r->stats.streams && !r->options.resynchronise) {
        r->state = REEL__READER_STOPPED;
        return refuse_header(r, header, status, why);
    }
    reel__fail(status, r->stats.streams ? "the bytes behind a stream are no other stream: %s" : "the recording does not begin with a stream's header: %s", why);
    return stop_or_search(r, status, r->at); /* a message may stand here whose header was lost */
}

/* Behind End stand 32 bytes, which old writers left out. Where their mark is damaged they are passed over if what follows makes sense. */
static reel_status step_footer(reel_reader *r, bool *is_end) {
    const uint8_t *footer;
    uint64_t got, size = REEL__STREAM_FOOTER_SIZE;
    REEL__TRY(reel__source_get(&r->source, r->at, size + REEL__STREAM_HEADER_SIZE, &footer, &got));
    r->state = REEL__READER_HEADER;
    if (!got && !r->end_had_payload)
        return REEL_OK;
    if (got >= size && reel__is_stream_footer(footer)) {
        untell_truncated(r);
        r->stats.has_footer = r->end_had_payload;
        r->at += size;
        return REEL_OK;
    }
    if (got >= REEL__STREAM_HEADER_SIZE && reel__is_stream_header(footer)) {
        reel__reader_warn(r, r->at, "a stream's End has no footer behind it");
        return REEL_OK;
    }
    if (got < size) {
        r->state = REEL__READER_FOOTER;
        *is_end = true;
        r->topic = REEL_READ_FOOTER;
        tell_truncated(r, r->at, got, "a stream's footer");
        return REEL_OK;
    }
    reel_status status = reel__fail(REEL_E_FORMAT, "the footer of a stream is damaged");
    if (got == size || (got == size + REEL__STREAM_HEADER_SIZE && reel__is_stream_header(footer + size))) {
        r->topic = REEL_READ_FOOTER;
        reel__reader_damage(r, status, r->at, size);
        r->at += size;
        return r->options.stop_at_damage ? status : REEL_OK;
    }
    return stop_or_search(r, status, r->at); /* what was taken for an End may have been something else */
}

/* Whether `size` bytes behind r->at a message's header may stand, or a stream's, or the end. They are asked for together: a source that has no memory does not go back. */
static reel_status is_plausible(reel_reader *r, uint64_t size, bool *is) {
    const uint8_t *data;
    uint64_t got, at = r->at + size;
    REEL__TRY(reel__source_get(&r->source, r->at, size + REEL__MESSAGE_HEADER_SIZE, &data, &got));
    if (got < size) {
        *is = false;
        return REEL_OK;
    }
    got -= size;
    data += size;
    *is = !got || (got >= REEL__STREAM_HEADER_SIZE && reel__is_stream_header(data));
    if (got == REEL__MESSAGE_HEADER_SIZE) {
        reel__frame f = reel__frame_of(data);
        *is |= f.kind <= REEL__RRD_BLUEPRINT_ACTIVATION && f.length <= r->options.message_bytes_max && (!r->source.is_whole || f.length <= r->source.size - at - REEL__MESSAGE_HEADER_SIZE);
    }
    return REEL_OK;
}

/* A kind that is not known: another stream, or a message of a kind of later releases if all around it fits, or nonsense. */
static reel_status step_unknown(reel_reader *r, const reel__frame *f, bool *is_message) {
    bool is_good = false;
    if (f->kind < 256 && f->length <= r->options.message_bytes_max)
        REEL__TRY(is_plausible(r, f->length + REEL__MESSAGE_HEADER_SIZE, &is_good));
    if (is_good) {
        char text[96];
        snprintf(text, sizeof text, "a message of %llu bytes is of the kind %llu, which is not known", (unsigned long long)f->length, (unsigned long long)f->kind);
        reel__reader_warn(r, r->at, text);
        *is_message = true;
        return REEL_OK;
    }
    r->state = REEL__READER_HEADER;
    return REEL_OK;
}

/* The message at r->at, whose size bytes are there. */
static reel_status take_message(reel_reader *r, uint64_t size, const reel_read_message **out) {
    const uint8_t *data;
    uint64_t got, offset = r->at;
    REEL__TRY(reel__source_get(&r->source, offset, size, &data, &got));
    untell_truncated(r);
    reel_status status = reel__message_of(data, (size_t)size, offset, &r->texts, &r->payload, &r->message);
    bool is_framed = true;
    if (status == REEL_OK && r->options.is_strict && r->payload.has_bad_source)
        status = reel__fail(REEL_E_FORMAT, "what a store info says of where it comes from makes no sense");
    if (status == REEL_OK)
        status = find_application(r);
    else if (r->options.resynchronise && status == REEL_E_FORMAT)
        is_framed = false; /* its length may be what is wrong */
    if (status == REEL_E_NO_MEMORY)
        return status;
    if (!is_framed)
        return stop_or_search(r, status, offset + REEL__MESSAGE_HEADER_SIZE);
    r->at += size;
    if (status != REEL_OK) {
        reel__reader_damage(r, status, offset, size);
        return r->options.stop_at_damage ? status : REEL_OK;
    }
    if (r->payload.has_unknown) /* of a later release; or of another kind, and its header is what is wrong */
        reel__reader_warn(r, offset, "a message has fields that are not known");
    r->stats.messages++;
    r->stats.chunks += r->message.kind == REEL_MESSAGE_CHUNK;
    *out = &r->message;
    return REEL_OK;
}

/* RrdFooter { 1 manifests }: other messages have other fields, too. */
static bool is_footer(const uint8_t *data, uint64_t size) {
    reel__proto_reader p = reel__proto_read(data, (size_t)size);
    reel__proto_field f;
    while (reel__proto_next(&p, &f))
        if (f.number != 1 || f.wire != REEL__PROTO_BYTES)
            return false;
    return !p.is_bad;
}

/* A message whose kind was changed into that of an End must not be taken for one. */
static reel_status step_end(reel_reader *r, uint64_t size) {
    const uint8_t *data;
    uint64_t got;
    untell_truncated(r);
    REEL__TRY(reel__source_get(&r->source, r->at, size + REEL__STREAM_FOOTER_SIZE, &data, &got));
    bool has_mark = got == size + REEL__STREAM_FOOTER_SIZE && reel__is_stream_footer(data + size);
    if (!has_mark && !is_footer(data + REEL__MESSAGE_HEADER_SIZE, size - REEL__MESSAGE_HEADER_SIZE)) {
        reel_status status = reel__fail(REEL_E_FORMAT, "a message of %llu bytes says that it is a stream's End, which it is not", (unsigned long long)size);
        reel__reader_damage(r, status, r->at, size);
        r->at += size;
        return r->options.stop_at_damage ? status : REEL_OK;
    }
    r->end_had_payload = size > REEL__MESSAGE_HEADER_SIZE;
    r->at += size;
    r->state = REEL__READER_FOOTER;
    return REEL_OK;
}

static reel_status step_message(reel_reader *r, bool *is_end, const reel_read_message **out) {
    const uint8_t *data;
    uint64_t got;
    bool is_unknown = false;
    REEL__TRY(reel__source_get(&r->source, r->at, REEL__MESSAGE_HEADER_SIZE, &data, &got));
    *is_end = got == 0;
    if (!got)
        return REEL_OK;
    bool is_stream = memcmp(data, "RRF2", got < 4 ? (size_t)got : 4) == 0; /* as a kind it would be a large number */
    if (is_stream && got >= REEL__STREAM_HEADER_SIZE) {
        r->state = REEL__READER_HEADER;
        return REEL_OK;
    }
    if (got < REEL__MESSAGE_HEADER_SIZE) {
        *is_end = true;
        tell_truncated(r, r->at, got, is_stream ? "a stream's header" : "a message's header");
        return REEL_OK;
    }
    reel__frame f = reel__frame_of(data);
    if (f.kind > REEL__RRD_BLUEPRINT_ACTIVATION) {
        REEL__TRY(step_unknown(r, &f, &is_unknown));
        if (!is_unknown)
            return REEL_OK;
    }
    if (f.length > r->options.message_bytes_max) {
        reel_status status = reel__fail(REEL_E_TOO_LARGE, "a message says that it has %llu bytes: at most %llu are read", (unsigned long long)f.length, (unsigned long long)r->options.message_bytes_max);
        return stop_or_search(r, status, r->at + REEL__MESSAGE_HEADER_SIZE);
    }
    uint64_t size = f.length + REEL__MESSAGE_HEADER_SIZE;
    REEL__TRY(reel__source_get(&r->source, r->at, size, &data, &got));
    if (got < size && r->options.resynchronise) {
        reel_status status = reel__fail(REEL_E_FORMAT, "the bytes end within a message of %llu bytes, after %llu bytes of it", (unsigned long long)size, (unsigned long long)got);
        r->stats.is_truncated = true;
        r->topic = f.kind == REEL__RRD_END ? REEL_READ_FOOTER : REEL_READ_ANYTHING;
        status = stop_or_search(r, status, r->at + REEL__MESSAGE_HEADER_SIZE);
        r->stats.is_truncated = r->state == REEL__READER_STOPPED;
        return status;
    }
    if (got < size) {
        *is_end = true;
        r->topic = f.kind == REEL__RRD_END ? REEL_READ_FOOTER : REEL_READ_ANYTHING;
        tell_truncated(r, r->at, got, "a message");
        return REEL_OK;
    }
    return f.kind == REEL__RRD_END ? step_end(r, size) : take_message(r, size, out);
}

reel_status reel_next(reel_reader *r, const reel_read_message **message) {
    if (!r || !message)
        return reel__fail(REEL_E_ARGUMENT, "reel_next needs a reader and somewhere to put the message");
    *message = NULL;
    reel_status status = REEL_OK;
    bool is_end = false;
    while (status == REEL_OK && !*message && !is_end && r->state != REEL__READER_STOPPED) {
        reel__source_passed(&r->source, r->at);
        if (r->state == REEL__READER_HEADER)
            status = step_header(r, &is_end);
        else if (r->state == REEL__READER_FOOTER)
            status = step_footer(r, &is_end);
        else
            status = step_message(r, &is_end, message);
    }
    r->stats.bytes = r->at;
    return status;
}

/* ---- chunks */

reel_status reel__chunk_of_payload(const reel__payload *payload, uint64_t bytes_max, bool is_kept, reel__held *owner, reel__held_block **used, const reel__decode_notes *notes,
                                   reel_chunk **out) {
    reel__held_block *block;
    const uint8_t *data;
    size_t size;
    *out = NULL;
    REEL__TRY(reel__payload_unpack(payload, bytes_max, used ? *used : NULL, &block, &data, &size));
    if (!block && !is_kept) {
        block = reel__held_block_new(size);
        if (!block)
            return reel__fail(REEL_E_NO_MEMORY, "no memory for a chunk of %zu bytes", size);
        data = memcpy(block->data, data, size);
    }
    reel_status status = reel__chunk_decode(data, size, payload->body_size, block ? &block->held : owner, notes, out);
    if (used && block && block != *used) {
        if (*used)
            reel__held_unref(&(*used)->held);
        *used = block;
    } else if (block) {
        reel__held_unref(&block->held);
    }
    return status;
}

typedef struct noting {
    reel_reader *reader;
    uint64_t offset;
} noting;
static void note(void *user, reel_read_topic topic, const char *text) {
    const noting *n = user;
    n->reader->topic = topic;
    reel__reader_warn(n->reader, n->offset, text);
}

reel_status reel_read_chunk(reel_reader *r, const reel_read_message *m, reel_chunk **chunk) {
    if (!r || !m || !chunk)
        return reel__fail(REEL_E_ARGUMENT, "reel_read_chunk needs a reader, a message and somewhere to put the chunk");
    *chunk = NULL;
    if (m->kind != REEL_MESSAGE_CHUNK)
        return reel__fail(REEL_E_ARGUMENT, "the message is none of a chunk");
    reel__held *owner;
    bool is_kept = reel__source_keeps(&r->source, &owner);
    reel_status status = REEL_OK;
    reel__payload payload = r->payload;
    if (m != &r->message) /* a copy: its bytes tell */
        status = reel__payload_read(REEL__RRD_ARROW_MSG, m->data + REEL__MESSAGE_HEADER_SIZE, m->size - REEL__MESSAGE_HEADER_SIZE, &payload);
    const reel__decode_notes notes = {note, &(noting){r, m->offset}};
    if (status == REEL_OK && r->options.is_strict && payload.packing == REEL__PACKING_LZ4 && !reel__lz4_has_good_matches(payload.body, payload.body_size))
        status = reel__fail(REEL_E_FORMAT, "a chunk of %zu packed bytes repeats what it does not have", payload.body_size);
    if (status == REEL_OK)
        status = reel__chunk_of_payload(&payload, r->options.message_bytes_max, is_kept, owner, &r->unpacked, &notes, chunk);
    if (status != REEL_OK && status != REEL_E_NO_MEMORY) {
        r->doubtful_at = m->offset;
        r->doubtful_end = m->offset + m->size;
        r->doubtful_work = m->size + (payload.unpacked_size <= reel__lz4_size_max(payload.body_size) ? payload.unpacked_size : 0);
        return reel__reader_damage(r, status, m->offset, m->size);
    }
    if (status == REEL_OK)
        r->stats.rows += reel_chunk_rows(*chunk);
    return status;
}
