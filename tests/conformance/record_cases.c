/* Performs a script of calls to the public interface, so that the tests can hold their values in one place (cases.py) for this program and for the official SDK.
 *
 *     record_cases < script
 *
 * A script is a run of 8-byte numbers and blobs (a size, the bytes, zeros up to the next multiple of 8, at least one). An operation is its number and what it
 * takes, below. Structs are filled by the library's own tables, whose offsets the compiler took from the public structs. The first
 * call that fails ends the program with 1; 3 says that something failed later, on a thread of the library. */
#include <reel/reel.h>

#include "read_structs.h"
#include "types/bind_values.h"
#include "types/types_table.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { OP_END, OP_NEW, OP_SINK, OP_TIME, OP_DISABLE, OP_RESET, OP_LOG, OP_COLUMNS, OP_FLUSH, OP_THREADS, OP_ENTITIES, OP_NAME, OP_START_TIME, OP_CAPTURE };
enum { SINK_FILE, SINK_MEMORY, SINK_CALLBACK, SINK_CUSTOM, SINK_BUFFER };
enum { NEW_NO_LOG_TIME = 1, NEW_LOG_TICK = 2, NEW_NO_PROPERTIES = 4, NEW_STRICT = 8 };
#define LOG_BY_HANDLE UINT64_C(256)
#define FIELDS_MAX 64
#define SINKS_MAX 8

typedef struct values {
    const void *values;
    const uint32_t *lengths;
} values;

static reel_recording *rec;
static struct {
    reel_sink_id id;
    uint64_t kind;
    FILE *file;
    char *path;
} sinks[SINKS_MAX];
static size_t n_sinks;

static void check(const script *s, reel_status status, const char *what) {
    if (status == REEL_OK)
        return;
    fprintf(stderr, "record_cases: operation %zu: %s: %s: %s\n", s->n_ops, what, reel_status_text(status), reel_error_message());
    exit(1);
}

/* ---- values */

static values read_values(script *s, const reel__field *f, size_t n) {
    switch (f->element) {
    case REEL__ELEMENT_TEXT: {
        const char **texts = block(s, n, sizeof *texts);
        for (size_t i = 0; i < n; i++)
            texts[i] = text(s);
        return (values){texts, NULL};
    }
    case REEL__ELEMENT_BYTES: {
        reel_bytes *runs = block(s, n, sizeof *runs);
        for (size_t i = 0; i < n; i++)
            runs[i].data = blob(s, &runs[i].size);
        return (values){runs, NULL};
    }
    case REEL__ELEMENT_STRIP: {
        const uint32_t *lengths = blob(s, NULL);
        return (values){blob(s, NULL), lengths};
    }
    case REEL__ELEMENT_STRUCT: return (values){read_structs(s, f->layout, n), NULL};
    case REEL__ELEMENT_TENSOR: return (values){read_tensors(s, n), NULL};
    default: return (values){blob(s, NULL), NULL}; /* as they lie in memory */
    }
}

static void set_member(uint8_t *base, const reel__field *f, size_t n, values v) {
    if (f->form == REEL__FORM_LIST) {
        memcpy(base + f->offset, &v.values, sizeof v.values);
        memcpy(base + f->offset_2, &n, sizeof n);
    } else if (f->form == REEL__FORM_STRIPS && f->width == 2 * sizeof(double)) {
        memcpy(base + f->offset, &(reel_geo_strips){v.values, v.lengths, n, 0}, sizeof(reel_geo_strips));
    } else if (f->form == REEL__FORM_STRIPS) {
        memcpy(base + f->offset, &(reel_strips){v.values, v.lengths, n, 0}, sizeof(reel_strips));
    } else if (n != 1) {
        die("one value expected");
    } else if (f->form == REEL__FORM_OPTIONAL) {
        base[f->offset] = true;
        memcpy(base + f->offset_2, v.values, f->width);
    } else if (f->form == REEL__FORM_POINTER) {
        memcpy(base + f->offset, &v.values, sizeof v.values);
    } else {
        memcpy(base + f->offset, v.values, reel__value_size(f));
    }
}

static const reel__archetype *archetype(script *s, uint32_t *n) {
    *n = (uint32_t)number(s);
    const reel__archetype *a = reel__archetype_of(*n);
    if (!a)
        die("no such archetype");
    return a;
}

static const reel__field *field(script *s, const reel__archetype *a, uint32_t *n) {
    *n = (uint32_t)number(s);
    if (*n >= a->n_fields)
        die("no such field");
    return &a->fields[*n];
}

/* ---- operations */

static void op_log(script *s) {
    uint32_t no, index;
    const char *path = text(s);
    const reel__archetype *a = archetype(s, &no);
    uint64_t flags = number(s), clear = number(s), n_fields = number(s);
    uint8_t *fields = block(s, 1, a->struct_size);
    memcpy(fields, &clear, sizeof clear);
    for (uint64_t i = 0; i < n_fields; i++) {
        const reel__field *f = field(s, a, &index);
        size_t n = (size_t)number(s);
        set_member(fields, f, n, read_values(s, f, n));
    }
    if (flags & LOG_BY_HANDLE) {
        reel_entity *entity = reel_entity_of(rec, path);
        if (!entity)
            check(s, REEL_E_ARGUMENT, path);
        check(s, reel_log_at_(entity, no, fields, a->struct_size, (uint32_t)(flags & 255)), path);
    } else {
        check(s, reel_log_(rec, path, no, fields, a->struct_size, (uint32_t)flags), path);
    }
}

static void op_columns(script *s) {
    reel_time_column times[8];
    reel_column columns[FIELDS_MAX];
    const char *path = text(s);
    uint64_t n_times = number(s);
    size_t bytes;
    if (n_times > 8)
        die("too many times");
    for (uint64_t i = 0; i < n_times; i++) {
        times[i].timeline = text(s);
        times[i].type = (reel_time_type)number(s);
        times[i].values = blob(s, &bytes);
        times[i].n = bytes / 8;
    }
    uint64_t n_columns = number(s);
    if (n_columns > FIELDS_MAX)
        die("too many columns");
    for (uint64_t i = 0; i < n_columns; i++) {
        reel_column *c = &columns[i];
        memset(c, 0, sizeof *c);
        const reel__archetype *a = archetype(s, &c->archetype);
        const reel__field *f = field(s, a, &c->field);
        c->n_values = (size_t)number(s);
        if (number(s)) {
            c->lengths = blob(s, &bytes);
            c->n_rows = bytes / sizeof *c->lengths;
        }
        values v = read_values(s, f, c->n_values);
        c->values = v.values;
        c->strip_lengths = v.lengths;
    }
    check(s, reel_send_columns(rec, path, times, n_times, columns, n_columns), path);
}

static reel_status write_to_file(void *user, const void *data, size_t size) { return fwrite(data, 1, size, user) == size ? REEL_OK : REEL_E_IO; }

/* A stream of these messages alone: header and messages, without a footer. */
static reel_status write_messages(void *user, const reel_message *messages, size_t n, size_t *n_done) {
    for (*n_done = 0; *n_done < n; ++*n_done)
        if (write_to_file(user, messages[*n_done].data, messages[*n_done].size) != REEL_OK)
            return REEL_E_IO;
    return REEL_OK;
}

static void op_sink(script *s) {
    static const reel_sink_ops custom = {.struct_size = sizeof custom, .name = "messages", .write = write_messages};
    static const uint8_t stream_head[12] = {'R', 'R', 'F', '2', 0, 33, 0, 0, 1, 2, 0, 0};
    uint64_t kind = number(s);
    const char *path = text(s);
    if (n_sinks == SINKS_MAX)
        die("too many sinks");
    reel_sink_id *id = &sinks[n_sinks].id;
    FILE *file = NULL;
    if ((kind == SINK_CALLBACK || kind == SINK_CUSTOM) && !(file = fopen(path, "wb")))
        die("a file of the script cannot be opened");
    switch (kind) {
    case SINK_FILE: check(s, reel_add_file(rec, path, NULL, id), "reel_add_file"); break;
    case SINK_MEMORY: check(s, reel_add_memory(rec, NULL, id), "reel_add_memory"); break;
    case SINK_BUFFER: check(s, reel_add_buffer(rec, NULL, id), "reel_add_buffer"); break;
    case SINK_CALLBACK: check(s, reel_add_callback(rec, write_to_file, file, NULL, id), "reel_add_callback"); break;
    case SINK_CUSTOM:
        write_to_file(file, stream_head, sizeof stream_head);
        check(s, reel_add_sink(rec, &custom, file, NULL, id), "reel_add_sink");
        break;
    default: die("no such sink");
    }
    sinks[n_sinks].kind = kind;
    sinks[n_sinks].file = file;
    sinks[n_sinks++].path = strdup(path);
}

static void op_new(script *s) {
    const char *application_id = text(s);
    reel_options options = {.struct_size = sizeof options};
    options.recording_id = text_or_null(s);
    options.recording_name = text_or_null(s);
    uint64_t flags = number(s);
    options.no_log_time = flags & NEW_NO_LOG_TIME;
    options.log_tick = flags & NEW_LOG_TICK;
    options.no_properties = flags & NEW_NO_PROPERTIES;
    options.strict = flags & NEW_STRICT;
    options.flush_rows = (int64_t)number(s);
    options.flush_bytes = (int64_t)number(s);
    if (rec)
        die("a second recording");
    rec = reel_new(application_id, &options);
    if (!rec)
        check(s, REEL_E_ARGUMENT, "reel_new");
}

static void op_entities(script *s) {
    const char *prefix = text(s);
    uint64_t n = number(s), first = number(s);
    char path[256];
    for (uint64_t i = 0; i < n; i++) {
        double value = (double)(first + i);
        snprintf(path, sizeof path, "%s/%llu", prefix, (unsigned long long)i);
        check(s, reel_log_scalars(rec, path, &(reel_scalars){.scalars = &value, .n_scalars = 1}), path);
    }
}

static void *perform(void *user);

static void op_threads(script *s) {
    pthread_t threads[FIELDS_MAX];
    uint64_t n = number(s);
    if (n > FIELDS_MAX)
        die("too many threads");
    for (uint64_t i = 0; i < n; i++) {
        size_t size;
        script *part = block(s, 1, sizeof *part);
        part->at = blob(s, &size);
        part->end = part->at + size;
        if (pthread_create(&threads[i], NULL, perform, part))
            die("a thread cannot be started");
    }
    for (uint64_t i = 0; i < n; i++)
        pthread_join(threads[i], NULL);
}

static void op_time(script *s) {
    const char *name = text(s);
    reel_time_type type = (reel_time_type)number(s);
    int64_t value = (int64_t)number(s);
    switch (type) {
    case REEL_TIME_SEQUENCE: check(s, reel_set_time_sequence(rec, name, value), name); break;
    case REEL_TIME_DURATION_NS: check(s, reel_set_time_duration_ns(rec, name, value), name); break;
    case REEL_TIME_TIMESTAMP_NS: check(s, reel_set_time_timestamp_ns(rec, name, value), name); break;
    default: die("no such type of time");
    }
}

static void *perform(void *user) {
    script *s = user;
    for (uint64_t op; (op = number(s)) != OP_END; s->n_ops++) {
        switch (op) {
        case OP_NEW: op_new(s); break;
        case OP_SINK: op_sink(s); break;
        case OP_TIME: op_time(s); break;
        case OP_DISABLE: check(s, reel_disable_timeline(rec, text(s)), "reel_disable_timeline"); break;
        case OP_RESET: check(s, reel_reset_time(rec), "reel_reset_time"); break;
        case OP_LOG: op_log(s); break;
        case OP_COLUMNS: op_columns(s); break;
        case OP_FLUSH: check(s, reel_flush(rec, -1), "reel_flush"); break;
        case OP_THREADS: op_threads(s); break;
        case OP_ENTITIES: op_entities(s); break;
        case OP_NAME: check(s, reel_set_recording_name(rec, text(s)), "reel_set_recording_name"); break;
        case OP_START_TIME: check(s, reel_set_start_time_ns(rec, (int64_t)number(s)), "reel_set_start_time_ns"); break;
        case OP_CAPTURE: check(s, reel_capture(rec, text(s), REEL_CAPTURE_KEEP), "reel_capture"); break;
        default: die("no such operation");
        }
        while (s->n_blocks)
            free(s->blocks[--s->n_blocks]);
    }
    return NULL;
}

static void drain(const script *s, size_t i) {
    reel_bytes_owned bytes;
    check(s, reel_drain(rec, sinks[i].id, &bytes), "reel_drain");
    FILE *file = fopen(sinks[i].path, "wb");
    if (!file || fwrite(bytes.data, 1, bytes.size, file) != bytes.size || fclose(file) != 0)
        die("what was drained cannot be written");
    reel_bytes_free(&bytes);
}

int main(void) {
    size_t size = 0, capacity = 1 << 20;
    uint8_t *data = malloc(capacity);
    for (size_t n = 1; n; size += n) {
        if (capacity - size < capacity / 2)
            data = realloc(data, capacity *= 2);
        if (!data)
            die("no memory");
        n = fread(data + size, 1, capacity - size, stdin);
    }
    script s = {.at = data, .end = data + size};
    perform(&s);
    for (size_t i = 0; i < n_sinks; i++)
        if (sinks[i].kind == SINK_MEMORY)
            drain(&s, i);
    char message[512];
    reel_status late = reel_last_error(rec, message, sizeof message);
    if (late != REEL_OK)
        fprintf(stderr, "record_cases: later: %s: %s\n", reel_status_text(late), message);
    check(&s, reel_close(rec, -1), "reel_close");
    reel_unref(rec);
    for (size_t i = 0; i < n_sinks; i++) {
        if (sinks[i].file && fclose(sinks[i].file) != 0)
            die("a file of the script cannot be written");
        free(sinks[i].path);
    }
    free(data);
    return late != REEL_OK ? 3 : 0;
}
