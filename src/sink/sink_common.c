#include "../base/alloc.h"
#include "../base/error.h"
#include "sink.h"

#include <stdio.h>
#include <string.h>

void reel__sink_init(reel__sink *s, const reel__sink_class *klass, bool is_prompt, reel__account *account, reel__report_fn report, void *report_user) {
    memset(s, 0, sizeof *s);
    s->klass = klass;
    s->is_prompt = is_prompt;
    s->account = account;
    s->report = report;
    s->report_user = report_user;
    s->stats.struct_size = sizeof s->stats;
    reel__mutex_init(&s->mutex);
}

/* Statuses are small negative numbers: each has a bit of its own. */
static uint32_t status_bit(reel_status status) { return status < 0 && status > -32 ? UINT32_C(1) << -status : 1; }

void reel__sink_error(reel__sink *s, reel_status status, const char *message) {
    char text[sizeof s->error];
    snprintf(text, sizeof text, "%s", message && *message ? message : reel_status_text(status));

    reel__mutex_lock(&s->mutex);
    bool is_new = !(s->reported & status_bit(status));
    s->reported |= status_bit(status);
    s->stats.last_error = status;
    memcpy(s->error, text, sizeof text);
    reel__mutex_unlock(&s->mutex);

    if (is_new && s->report)
        s->report(s->report_user, s->id, status, text);
}

void reel__sink_get_stats(reel__sink *s, reel_sink_stats *out) {
    reel__mutex_lock(&s->mutex);
    *out = s->stats;
    reel__mutex_unlock(&s->mutex);
    out->struct_size = sizeof *out;
}

static uint64_t rows_of(const reel__message *m) { return m->kind == REEL_MESSAGE_CHUNK ? m->info.n_rows : 0; }

void reel__sink_count_written(reel__sink *s, const reel__message *m) {
    s->stats.messages_written++;
    s->stats.bytes_written += m->size;
    s->stats.rows_written += rows_of(m);
}

void reel__sink_count_dropped(reel__sink *s, const reel__message *m) {
    s->stats.messages_dropped++;
    s->stats.bytes_dropped += m->size;
    s->stats.rows_dropped += rows_of(m);
}
