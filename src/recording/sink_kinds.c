/* The functions that add sinks: options are resolved here, the sinks themselves are in src/sink. */
#include "sinks.h"

#include "../base/alloc.h"
#include "../base/error.h"

#include <string.h>

/* Copies an options struct of the caller's size over zeros. */
static reel_status options_of(void *to, size_t size, const void *from, const char *name) {
    memset(to, 0, size);
    if (!from)
        return REEL_OK;
    size_t given;
    memcpy(&given, from, sizeof given);
    if (given < sizeof(size_t) || given > 4096)
        return reel__fail(REEL_E_ARGUMENT, "%s.struct_size is %zu: set it to sizeof(%s)", name, given, name);
    memcpy(to, from, given < size ? given : size);
    return REEL_OK;
}

static reel_status policy_of(reel_policy given, reel_policy *policy) {
    if ((int)given < 0 || given > REEL_POLICY_LATEST)
        return reel__fail(REEL_E_ARGUMENT, "policy is %d, which is none", (int)given);
    *policy = given == REEL_POLICY_DEFAULT ? REEL_POLICY_BLOCK : given;
    return REEL_OK;
}

static reel_status add_queued(reel__core *core, const reel__io_ops *ops, void *io, reel__queue_config *config, int kind, reel_sink_id *id) {
    reel__sink *s;
    config->bytes_max = config->bytes_max > 0 ? config->bytes_max : (int64_t)32 << 20;
    config->block_ms = config->block_ms ? config->block_ms : 1000;
    config->account = &core->account;
    config->report = reel__report;
    config->report_user = core;
    reel_status status = reel__queue_sink_new(ops, io, config, &s);
    if (status != REEL_OK) {
        ops->destroy(io);
        return status;
    }
    return reel__attach(core, s, kind, id);
}

/* What a new part of a file begins with. On the I/O side. */
static reel_status begin_part(void *user, reel__message ***messages, size_t *n) {
    reel__core *core = user;
    reel__state_lock();
    reel_status status = reel__keeper_all(core->keeper, messages, n);
    reel__state_unlock();
    return status;
}

reel_status reel_add_file(reel_recording *rec, const char *path, const reel_file_options *options, reel_sink_id *id) {
    reel__core *core = NULL;
    reel_file_options o;
    const reel__io_ops *ops;
    void *io;
    reel__queue_config config = {.inline_io = true};
    REEL__TRY(reel__find_recording(&rec, &core));
    if (!path || !*path)
        return reel__fail(REEL_E_ARGUMENT, "the path of a file is %s", path ? "empty" : "NULL");
    REEL__TRY(options_of(&o, sizeof o, options, "reel_file_options"));
    REEL__TRY(policy_of(o.policy, &config.policy));
    if ((int)o.durability < 0 || o.durability > REEL_DURABILITY_SYNC)
        return reel__fail(REEL_E_ARGUMENT, "%s: durability is %d, which is none", path, (int)o.durability);
    if (atomic_load(&rec->is_closed))
        return reel__fail(REEL_E_CLOSED, "recording %s is closed", rec->recording_id);
    config.bytes_max = o.queue_max_bytes;
    config.block_ms = o.block_ms;
    REEL__TRY(reel__file_io_new(path, &o, begin_part, core, reel__report, core, &ops, &io));
    return add_queued(core, ops, io, &config, REEL__KIND_FILE, id);
}

reel_status reel_save(reel_recording *rec, const char *path) { return reel_add_file(rec, path, NULL, NULL); }

static reel_status queue_options(const reel_queue_options *options, reel__queue_config *config) {
    reel_queue_options o;
    REEL__TRY(options_of(&o, sizeof o, options, "reel_queue_options"));
    REEL__TRY(policy_of(o.policy, &config->policy));
    if ((int)o.batching < 0 || o.batching > REEL_BATCHING_PROMPT)
        return reel__fail(REEL_E_ARGUMENT, "batching is %d, which is none", (int)o.batching);
    config->is_prompt = o.batching != REEL_BATCHING_BULK;
    config->bytes_max = o.queue_max_bytes;
    config->block_ms = o.block_ms;
    return REEL_OK;
}

reel_status reel_add_callback(reel_recording *rec, reel_write_fn write, void *user, const reel_queue_options *options, reel_sink_id *id) {
    reel__core *core = NULL;
    const reel__io_ops *ops;
    void *io;
    reel__queue_config config = {.inline_io = false};
    REEL__TRY(reel__find_recording(&rec, &core));
    if (!write)
        return reel__fail(REEL_E_ARGUMENT, "the callback is NULL");
    REEL__TRY(queue_options(options, &config));
    REEL__TRY(reel__callback_io_new(write, user, &ops, &io));
    return add_queued(core, ops, io, &config, REEL__KIND_QUEUED, id);
}

reel_status reel_add_sink(reel_recording *rec, const reel_sink_ops *public_ops, void *user, const reel_queue_options *options, reel_sink_id *id) {
    reel__core *core = NULL;
    const reel__io_ops *ops;
    void *io;
    reel__queue_config config = {.inline_io = false};
    REEL__TRY(reel__find_recording(&rec, &core));
    REEL__TRY(queue_options(options, &config));
    REEL__TRY(reel__custom_io_new(public_ops, user, &ops, &io));
    return add_queued(core, ops, io, &config, REEL__KIND_QUEUED, id);
}

static reel_status add_held(reel_recording *rec, const reel_memory_options *options, bool is_buffer, reel_sink_id *id) {
    reel__core *core = NULL;
    reel_memory_options o;
    reel__sink *s;
    REEL__TRY(reel__find_recording(&rec, &core));
    REEL__TRY(options_of(&o, sizeof o, options, "reel_memory_options"));
    o.struct_size = sizeof o;
    REEL__TRY(reel__memory_sink_new(&o, is_buffer, &core->account, reel__report, core, &s));
    return reel__attach(core, s, is_buffer ? REEL__KIND_BUFFER : REEL__KIND_MEMORY, id);
}

reel_status reel_add_memory(reel_recording *rec, const reel_memory_options *options, reel_sink_id *id) { return add_held(rec, options, false, id); }
reel_status reel_add_buffer(reel_recording *rec, const reel_memory_options *options, reel_sink_id *id) { return add_held(rec, options, true, id); }
