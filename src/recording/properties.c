/* Properties: static rows below /__properties, as the official SDK writes them (spec: rrd format, section 4). */
#include "core.h"

#include "../base/error.h"

#include <reel/types.h>

static reel_status log_info(reel_recording *rec, const reel_recording_info *info) {
    return reel_log_(rec, "/__properties", REEL_ARCHETYPE_RECORDING_INFO, info, sizeof *info, REEL_LOG_STATIC | REEL_LOG_UPDATE);
}

reel_status reel__log_start_properties(reel_recording *rec, const reel_options *options) {
    if (rec->config.store_kind == REEL_STORE_BLUEPRINT || rec->config.disabled)
        return REEL_OK;
    reel__core *core = atomic_load(&rec->core);
    if (!rec->config.no_properties)
        REEL__TRY(log_info(rec, &(reel_recording_info){.start_time = {true, reel__core_now(core)}}));
    atomic_store(&core->tick, 0); /* the start time does not count, what the program logs does, static or not */
    if (options && options->struct_size >= offsetof(reel_options, recording_name) + sizeof options->recording_name && options->recording_name)
        REEL__TRY(log_info(rec, &(reel_recording_info){.name = options->recording_name}));
    return REEL_OK;
}

reel_status reel_set_recording_name(reel_recording *rec, const char *name) {
    if (!name)
        return reel__fail(REEL_E_ARGUMENT, "the recording's name is NULL");
    return log_info(rec, &(reel_recording_info){.name = name});
}

reel_status reel_set_start_time_ns(reel_recording *rec, int64_t since_epoch_ns) { return log_info(rec, &(reel_recording_info){.start_time = {true, since_epoch_ns}}); }
