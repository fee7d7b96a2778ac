/* Tables and logs into recordings, by the code that `reel record` has for them. */
#include "py_sinks.h"

#include "../../cli/import.h"
#include "../../cli/stop.h"

#include <errno.h>
#include <pthread.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

typedef struct import {
    cli_job job; /* the first: what the importers hold */
    cli_input input;
    FILE *file;
    bool is_table, is_done;
    char problem[512];
} import;

/* ---- what the importers ask of their program */

bool cli_job_fail(cli_job *job, const char *format, ...) {
    import *i = (import *)job;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(i->problem, sizeof i->problem, format, arguments);
    va_end(arguments);
    return false;
}

bool cli_job_check(cli_job *job, reel_status status, const char *subject) { return status == REEL_OK || cli_job_fail(job, "%s: %s", subject, reel_error_message()); }

void cli_job_tell(cli_job *job, const char *format, ...) { (void)job, (void)format; }
void cli_job_progress(cli_job *job, double bytes, const char *what) { (void)job, (void)bytes, (void)what; }
bool cli_stop_requested(void) { return false; }

reel_status cli_job_set_time(cli_job *job, char *timeline, size_t size, const char *suffix, reel_time_type type, int64_t value) {
    reel_status status = reel_set_time(job->rec, timeline, type, value);
    size_t length = strlen(timeline);
    if (status != REEL_E_TIMELINE_TYPE || length + strlen(suffix) >= size)
        return status;
    memcpy(timeline + length, suffix, strlen(suffix) + 1);
    return reel_set_time(job->rec, timeline, type, value);
}

/* ---- on a thread of its own: rows carry the times of the file, not those of the program's thread, which stay as they are */

static void *run(void *user) {
    import *i = user;
    i->is_done = i->is_table ? cli_import_csv(&i->job, &i->input, i->file) : cli_import_log(&i->job, &i->input, i->file);
    return NULL;
}

static FILE *open_input(const char *data, Py_ssize_t size, int fd) {
    if (data)
        return size ? fmemopen((void *)data, (size_t)size, "rb") : fopen("/dev/null", "rb");
    int own = dup(fd);
    FILE *file = own < 0 ? NULL : fdopen(own, "rb");
    if (!file && own >= 0)
        close(own);
    return file;
}

/* (is a table, name, entity, bytes or None, descriptor) */
PyObject *recording_import(PyObject *self, PyObject *args) {
    recording *r = recording_needed(self);
    import i = {0};
    const char *data;
    Py_ssize_t size;
    int is_table, fd, error = 0;
    pthread_t thread;
    if (!r || !PyArg_ParseTuple(args, "pssz#i", &is_table, &i.input.path, &i.input.entity, &data, &size, &fd))
        return NULL;
    i.is_table = is_table;
    i.job.rec = r->rec;
    i.job.csv_below_file_name = true;
    i.file = open_input(data, size, fd);
    if (!i.file)
        return PyErr_SetFromErrno(PyExc_OSError);
    Py_BEGIN_ALLOW_THREADS
    error = pthread_create(&thread, NULL, run, &i);
    if (!error)
        pthread_join(thread, NULL);
    fclose(i.file);
    Py_END_ALLOW_THREADS
    if (error)
        return PyErr_Format(PyExc_OSError, "%s: no thread for it: %s", i.input.path, strerror(error));
    if (!i.is_done)
        return PyErr_Format(PyExc_ValueError, "%s", i.problem);
    Py_RETURN_NONE;
}
