/* What the parts of `reel record` share: the recording, the progress bar, and how errors are told. */
#ifndef REEL_CLI_RECORD_JOB_H
#define REEL_CLI_RECORD_JOB_H

#include "progress.h"

#include <reel/reel.h>

typedef struct cli_job {
    reel_recording *rec;
    cli_progress progress;
    double bytes_before; /* sizes of the files that are done */
    int failures;        /* things said by cli_job_fail */
    bool verbose;
    bool csv_below_file_name; /* several CSV files: their columns would share names */
} cli_job;

/* Says what failed, on standard error, and counts it: the exit code becomes 1. Always returns false. */
bool cli_job_fail(cli_job *job, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Says something that is no failure, only with --verbose. */
void cli_job_tell(cli_job *job, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* True if status is REEL_OK; else fails with the library's own words about `subject`. */
bool cli_job_check(cli_job *job, reel_status status, const char *subject);
/* Moves the bar: `bytes` of the file `what` are read. */
void cli_job_progress(cli_job *job, double bytes, const char *what);
/* Sets a timeline of a wanted name, or, if the recording uses that name with another type, of the name with suffix added. Changes the name in place. */
reel_status cli_job_set_time(cli_job *job, char *timeline, size_t size, const char *suffix, reel_time_type type, int64_t value);

#endif
