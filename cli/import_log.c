/* A log file: one TextLog row for each line, on the timeline "line" and, from the first line that begins with a date, on the timeline "time". */
#define _POSIX_C_SOURCE 200809L
#include "import.h"
#include "iso_time.h"
#include "line_reader.h"
#include "log_level.h"
#include "stop.h"

#include <string.h>

typedef struct log_file {
    cli_job *job;
    const cli_input *input;
    char timeline[64];
    int64_t line;
    cli_text clean;
} log_file;

/* Lines without a date (a stack trace) keep the time of the line they belong to. */
static bool set_line_time(log_file *log, const char *text) {
    int64_t ns;
    size_t length;
    reel_recording *rec = log->job->rec;
    reel_status status = reel_set_time_sequence(rec, "line", log->line);
    text += strspn(text, " [(<");
    if (status == REEL_OK && cli_iso_time(text, &ns, &length)) {
        status = cli_job_set_time(log->job, log->timeline, sizeof log->timeline, "_stamp", REEL_TIME_TIMESTAMP_NS, ns);
    }
    return cli_job_check(log->job, status, log->input->path);
}

static bool log_line(log_file *log, const cli_text *line) {
    cli_text_clear(&log->clean);
    if (!cli_text_append_clean(&log->clean, line->data, line->size)) return cli_job_fail(log->job, "%s: out of memory", log->input->path);
    const char *text = log->clean.data;
    if (!set_line_time(log, text)) return false;
    reel_text_log row = { .text = text, .level = cli_log_level(text) };
    if (!cli_job_check(log->job, reel_log_text_log(log->job->rec, log->input->entity, &row), log->input->path)) return false;
    log->line++;
    return true;
}

bool cli_import_log(cli_job *job, const cli_input *input, FILE *file) {
    enum { LINES_BETWEEN_LOOKS = 1024 };
    log_file log = { .job = job, .input = input, .timeline = "time" };
    cli_text line = { 0 };
    const char *problem = NULL;
    bool done = true;
    while (done && cli_next_line(file, &line, &problem)) {
        done = log_line(&log, &line);
        if (log.line % LINES_BETWEEN_LOOKS != 0) continue;
        if (cli_stop_requested()) done = cli_job_fail(job, "%s: stopped after %lld lines", input->path, (long long)log.line);
        cli_job_progress(job, (double)ftello(file), input->path);
    }
    if (done && problem) done = cli_job_fail(job, "%s: %s", input->path, problem);
    cli_text_free(&line);
    cli_text_free(&log.clean);
    return done;
}
