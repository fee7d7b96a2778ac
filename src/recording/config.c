/* Options and environment variables, resolved once when a recording is made. An option beats a variable, a variable beats the default. */
#include "core.h"

#include "../base/error.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static reel_status bad(const char *name, const char *value, const char *expected) {
    return reel__fail(REEL_E_ENVIRONMENT, "%s=\"%.100s\" means nothing: %s expected", name, value, expected);
}

/* A decimal number of seconds; 0 to 10^9. */
static reel_status env_seconds(const char *name, int64_t *ns, bool *set) {
    const char *value = getenv(name);
    if (!value || !*value)
        return REEL_OK;
    char *end;
    double seconds = strtod(value, &end);
    if (*end || !isfinite(seconds) || seconds < 0 || seconds > 1e9)
        return bad(name, value, "a number of seconds, 0 or more,");
    *ns = (int64_t)(seconds * 1e9);
    *set = true;
    return REEL_OK;
}

/* A count, optionally with a unit of bytes (B, kB, MB, GB, KiB, MiB, GiB). */
static reel_status env_count(const char *name, bool units, int64_t *count, bool *set) {
    static const struct {
        const char *unit;
        uint64_t factor;
    } known[] = {{"", 1}, {"B", 1}, {"kB", 1000}, {"KB", 1000}, {"MB", 1000000}, {"GB", 1000000000}, {"KiB", 1024}, {"MiB", 1048576}, {"GiB", 1073741824}};
    const char *value = getenv(name);
    if (!value || !*value)
        return REEL_OK;
    char *end;
    errno = 0;
    unsigned long long n = strtoull(value, &end, 10);
    bool is_number = end > value && value[0] >= '0' && value[0] <= '9';
    uint64_t factor = 0;
    for (size_t i = 0; i < (units ? sizeof known / sizeof *known : 1); i++)
        if (!strcmp(end, known[i].unit))
            factor = known[i].factor;
    if (!is_number || !factor || (errno && n != UINT64_MAX))
        return bad(name, value, units ? "a number of bytes, such as 1048576 or 1MiB," : "a number of rows");
    *count = n > (uint64_t)INT64_MAX / factor ? INT64_MAX : (int64_t)(n * factor);
    *set = true;
    return REEL_OK;
}

static reel_status env_switch(reel__config *c) {
    const char *value = getenv("RERUN");
    if (!value || !*value)
        return REEL_OK;
    if (!strcasecmp(value, "on") || !strcmp(value, "1") || !strcasecmp(value, "true") || !strcasecmp(value, "yes"))
        c->disabled = false;
    else if (!strcasecmp(value, "off") || !strcmp(value, "0") || !strcasecmp(value, "false") || !strcasecmp(value, "no"))
        c->disabled = true;
    else
        return bad("RERUN", value, "on or off");
    return REEL_OK;
}

/* Replaces the limit of both classes. -1 in an option: no limit. A limit of 0 means every row, as 1 does. */
static void override(int64_t limits[REEL__CLASSES], int64_t option, bool env_set, int64_t env) {
    if (!option && !env_set)
        return;
    int64_t value = option ? option : env;
    for (int c = 0; c < REEL__CLASSES; c++)
        limits[c] = value < 0 ? INT64_MAX : value < 1 ? 1 : value;
}

reel_status reel__config_make(reel__config *c, const reel_options *options) {
    reel_options o;
    memset(&o, 0, sizeof o);
    if (options) {
        if (options->struct_size < offsetof(reel_options, recording_name) || options->struct_size > 4096)
            return reel__fail(REEL_E_ARGUMENT, "reel_options.struct_size is %zu: set it to sizeof(reel_options)", options->struct_size);
        memcpy(&o, options, options->struct_size < sizeof o ? options->struct_size : sizeof o);
    }
    *c = (reel__config){.strict = o.strict, .deterministic = o.deterministic, .log_tick = o.log_tick, .no_log_time = o.no_log_time, .no_properties = o.no_properties,
                        .disabled = o.disabled, .id_seed = o.id_seed, .clock = o.clock, .on_event = o.on_event, .on_event_user = o.on_event_user};
    c->store_kind = o.store_kind ? o.store_kind : REEL_STORE_RECORDING;
    if (c->store_kind != REEL_STORE_RECORDING && c->store_kind != REEL_STORE_BLUEPRINT)
        return reel__fail(REEL_E_ARGUMENT, "store_kind is %d: recording (1) or blueprint (2) expected", (int)o.store_kind);
    c->tick_ns[REEL__BULK] = 200000000;
    c->tick_ns[REEL__PROMPT] = 50000000;
    c->bytes[REEL__BULK] = 256 << 10;
    c->bytes[REEL__PROMPT] = 1 << 20;
    c->rows[REEL__BULK] = REEL__ROWS_MAX;
    c->rows[REEL__PROMPT] = INT64_MAX;
    c->memory_max = o.memory_max_bytes > 0 ? o.memory_max_bytes : (int64_t)256 << 20;
    c->block_ms = o.block_ms ? o.block_ms : 1000;
    int64_t tick = 0, bytes = 0, rows = 0;
    bool has_tick = false, has_bytes = false, has_rows = false;
    REEL__TRY(env_seconds("RERUN_FLUSH_TICK_SECS", &tick, &has_tick));
    REEL__TRY(env_count("RERUN_FLUSH_NUM_BYTES", true, &bytes, &has_bytes));
    REEL__TRY(env_count("RERUN_FLUSH_NUM_ROWS", false, &rows, &has_rows));
    REEL__TRY(env_switch(c));
    override(c->tick_ns, o.flush_tick_ns, has_tick, tick);
    override(c->bytes, o.flush_bytes, has_bytes, bytes);
    override(c->rows, o.flush_rows, has_rows, rows);
    /* Asked for by the user, a limit is also where chunks end; the classes' own only say when to look. */
    c->cut_bytes = o.flush_bytes || has_bytes ? c->bytes[REEL__BULK] : (int64_t)REEL__CHUNK_BYTES;
    c->cut_rows = (o.flush_rows || has_rows) && c->rows[REEL__BULK] < REEL__ROWS_MAX ? c->rows[REEL__BULK] : REEL__ROWS_MAX;
    if (c->cut_bytes > (int64_t)REEL__CHUNK_BYTES)
        c->cut_bytes = (int64_t)REEL__CHUNK_BYTES;
    for (int i = 0; i < REEL__CLASSES && c->deterministic; i++)
        c->tick_ns[i] = INT64_MAX;
    return REEL_OK;
}
