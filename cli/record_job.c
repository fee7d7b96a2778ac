#include "record_job.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static void say(cli_job *job, const char *format, va_list arguments) {
    cli_progress_clear(&job->progress);
    fputs("reel record: ", stderr);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
}

bool cli_job_fail(cli_job *job, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    say(job, format, arguments);
    va_end(arguments);
    job->failures++;
    return false;
}

void cli_job_tell(cli_job *job, const char *format, ...) {
    if (!job->verbose) return;
    va_list arguments;
    va_start(arguments, format);
    say(job, format, arguments);
    va_end(arguments);
}

bool cli_job_check(cli_job *job, reel_status status, const char *subject) {
    if (status == REEL_OK) return true;
    const char *message = reel_error_message();
    return cli_job_fail(job, "%s: %s", subject, message[0] ? message : reel_status_text(status));
}

void cli_job_progress(cli_job *job, double bytes, const char *what) { cli_progress_show(&job->progress, job->bytes_before + bytes, what); }

reel_status cli_job_set_time(cli_job *job, char *timeline, size_t size, const char *suffix, reel_time_type type, int64_t value) {
    reel_status status = reel_set_time(job->rec, timeline, type, value);
    size_t length = strlen(timeline);
    if (status != REEL_E_TIMELINE_TYPE || length + strlen(suffix) >= size) return status;
    memcpy(timeline + length, suffix, strlen(suffix) + 1);
    return reel_set_time(job->rec, timeline, type, value);
}
