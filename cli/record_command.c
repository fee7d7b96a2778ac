/* reel record: this machine and files, into one .rrd. */
#define _POSIX_C_SOURCE 200809L
#include "commands.h"
#include "import.h"
#include "input_list.h"
#include "options.h"
#include "record_job.h"
#include "record_system.h"
#include "stop.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { OPTION_HELP = 1, OPTION_OUTPUT, OPTION_SYSTEM, OPTION_EVERY, OPTION_APP, OPTION_ID, OPTION_VERBOSE };

static const cli_option options[] = {
    { OPTION_OUTPUT, 'o', "output", "OUT", "the recording to write (required); a file that is there is replaced" },
    { OPTION_SYSTEM, 's', "system", "SECONDS", "record this machine for so long, after the files; 0: not at all (default), inf: until Ctrl-C" },
    { OPTION_EVERY, 'e', "every-ms", "N", "milliseconds between two samples of this machine (default 200)" },
    { OPTION_APP, 0, "app", "NAME", "application id, by which the viewer finds a blueprint (default reel_record)" },
    { OPTION_ID, 0, "id", "ID", "recording id; recordings with the same one are shown as one (default: a new one)" },
    { OPTION_VERBOSE, 'v', "verbose", NULL, "say what is recorded, and what is left out" },
    { OPTION_HELP, 'h', "help", NULL, "print this and end" },
    { 0, 0, NULL, NULL, NULL },
};

static const cli_command command = {
    .name = "record",
    .synopsis = "-o OUT [--system SECONDS] [FILE...]",
    .summary = "Records files, by type, and this machine into a .rrd for the Rerun viewer.",
    .details = "FILE is a file, or a folder of which each file is recorded:\n"
               "  png, jpg                   an encoded image\n"
               "  glb, gltf, obj, stl, ply   a 3D asset\n"
               "  mp4                        a video\n"
               "  txt, md                    a document\n"
               "  log                        a log, line by line, with the levels it states\n"
               "  csv, tsv                   a scalar for each numeric column, named by the header\n"
               "\n"
               "Ctrl-C and SIGTERM end the recording in order: OUT is complete.\n"
               "\n"
               "Exit codes: 0 all is recorded, 1 something is not (standard error says what), 2 the\n"
               "command line makes no sense.",
    .options = options,
};

typedef struct settings {
    const char *output;
    const char *app;
    const char *id;
    double system_seconds;
    int64_t every_ms;
    bool verbose;
    bool help;
    char **paths;
    size_t n_paths;
} settings;

static bool usage_error(const char *text) {
    fprintf(stderr, "reel record: %s\nTry: reel record --help\n", text);
    return false;
}

static bool read_seconds(const char *text, double *seconds) {
    char *end;
    *seconds = strtod(text, &end);
    if (end != text && *end == 0 && *seconds >= 0 && (isinf(*seconds) || *seconds <= 1e9)) return true;
    fprintf(stderr, "reel record: --system %s: not a number of seconds from 0 to 1000000000, nor inf\n", text);
    return false;
}

static bool read_settings(int argc, char **argv, settings *s) {
    cli_args args = { .command = &command, .argc = argc, .argv = argv };
    for (;;) {
        switch (cli_next(&args)) {
        case CLI_ARG_END:
            if (s->help) return true;
            if (!s->output) return usage_error("where to? (-o OUT)");
            for (size_t i = 0; i < s->n_paths; i++) {
                if (!cli_is_same_file(s->paths[i], s->output)) continue;
                fprintf(stderr, "reel record: %s: is input and output at once\n", s->paths[i]);
                return false;
            }
            if (s->n_paths == 0 && s->system_seconds <= 0) return usage_error("nothing to record: name files, or --system SECONDS");
            return true;
        case CLI_ARG_PLAIN: s->paths[s->n_paths++] = (char *)args.value; break;
        case OPTION_OUTPUT:
            if (s->output) return usage_error("-o is given twice");
            if (args.value[0] == 0) return usage_error("-o needs a file name");
            s->output = args.value;
            break;
        case OPTION_SYSTEM:
            if (!read_seconds(args.value, &s->system_seconds)) return false;
            break;
        case OPTION_EVERY:
            if (!cli_number(&args, "--every-ms", 1, 3600000, &s->every_ms)) return false;
            break;
        case OPTION_APP: s->app = args.value; break;
        case OPTION_ID: s->id = args.value; break;
        case OPTION_VERBOSE: s->verbose = true; break;
        case OPTION_HELP: s->help = true; break;
        default: return false;
        }
    }
}

static void record_file(cli_job *job, const cli_input *input) {
    FILE *file = fopen(input->path, "rb");
    if (!file) {
        cli_job_fail(job, "%s: %s", input->path, strerror(errno));
        return;
    }
    /* Beside the times that a file gives its rows they carry log_time, when they were recorded: on that timeline everything of a recording can be seen at once. */
    reel_reset_time(job->rec);
    cli_job_tell(job, "%s: to %s", input->path, input->entity);
    switch (input->type.kind) {
    case CLI_FILE_LOG: cli_import_log(job, input, file); break;
    case CLI_FILE_CSV: cli_import_csv(job, input, file); break;
    default: cli_import_blob(job, input, file); break;
    }
    fclose(file);
}

/* False when the recording itself can take no more (disk full): going on would only drop rows. */
static bool output_is_sound(cli_job *job) { return reel_last_error(job->rec, NULL, 0) == REEL_OK; }

typedef struct files_work {
    cli_job *job;
    const cli_input_list *inputs;
} files_work;

static void *record_files(void *argument) {
    cli_job *job = ((files_work *)argument)->job;
    const cli_input_list *inputs = ((files_work *)argument)->inputs;
    for (size_t i = 0; i < inputs->n; i++) {
        if (cli_stop_requested()) {
            cli_job_fail(job, "stopped: %zu of %zu files are not recorded", inputs->n - i, inputs->n);
            return NULL;
        }
        if (!output_is_sound(job)) return NULL;
        cli_job_progress(job, 0, inputs->items[i].path);
        record_file(job, &inputs->items[i]);
        job->bytes_before += (double)inputs->items[i].size;
    }
    return NULL;
}

/* Times belong to threads: what the files are logged with, and without, ends with this one. */
static void record_files_on_their_thread(cli_job *job, const cli_input_list *inputs) {
    pthread_t thread;
    files_work work = { job, inputs };
    if (inputs->n == 0) return;
    if (pthread_create(&thread, NULL, record_files, &work) != 0) {
        cli_job_fail(job, "no thread for the files");
        return;
    }
    pthread_join(thread, NULL);
}

/* Largest value that is recorded whole: the recording's memory must have room for it and its encoded form. */
static uint64_t largest_blob(const cli_input_list *inputs) {
    uint64_t largest = 0;
    for (size_t i = 0; i < inputs->n; i++) {
        bool is_streamed = inputs->items[i].type.kind == CLI_FILE_LOG || inputs->items[i].type.kind == CLI_FILE_CSV;
        if (!is_streamed && inputs->items[i].size > largest) largest = inputs->items[i].size;
    }
    return largest < INT32_MAX ? largest : INT32_MAX;
}

/* Nothing here is in a hurry: rows wait for a slow disk rather than be dropped. */
static bool open_recording(cli_job *job, const settings *s, const cli_input_list *inputs) {
    enum { PATIENCE_MS = 60000 };
    reel_options recording = { .struct_size = sizeof recording, .recording_id = s->id, .block_ms = PATIENCE_MS };
    recording.memory_max_bytes = (INT64_C(256) << 20) + 4 * (int64_t)largest_blob(inputs);
    reel_file_options file = { .struct_size = sizeof file, .block_ms = PATIENCE_MS };
    job->rec = reel_new(s->app, &recording);
    if (!job->rec) return cli_job_fail(job, "%s", reel_error_message());
    return cli_job_check(job, reel_add_file(job->rec, s->output, &file, NULL), s->output);
}

static void close_recording(cli_job *job, const settings *s) {
    enum { CLOSE_MS = 60000 };
    char message[1024];
    reel_stats stats = { .struct_size = sizeof stats };
    reel_status status = reel_close(job->rec, CLOSE_MS);
    if (status == REEL_E_TOO_LARGE) { /* it is complete but for its footer */
        cli_job_tell(job, "%s: %s", s->output, reel_error_message());
    } else if (reel_last_error(job->rec, message, sizeof message) != REEL_OK) {
        cli_job_fail(job, "%s: %s", s->output, message);
    } else {
        cli_job_check(job, status, s->output);
    }
    if (reel_get_stats(job->rec, &stats) == REEL_OK) {
        if (stats.rows_dropped) cli_job_fail(job, "%s: %" PRIu64 " rows were dropped", s->output, stats.rows_dropped);
        cli_job_tell(job, "%s: %" PRIu64 " rows", s->output, stats.rows_logged);
    }
}

static void record(cli_job *job, const settings *s, const cli_input_list *inputs) {
    if (open_recording(job, s, inputs)) {
        record_files_on_their_thread(job, inputs);
        if (s->system_seconds > 0 && !cli_stop_requested() && output_is_sound(job)) cli_record_system(job, s->system_seconds, s->every_ms);
        cli_progress_clear(&job->progress);
        close_recording(job, s);
    }
    reel_unref(job->rec);
}

static void find_inputs(cli_job *job, const settings *s, cli_input_list *inputs) {
    double bytes = 0;
    size_t n_csv = 0;
    for (size_t i = 0; i < s->n_paths; i++) cli_input_list_add(inputs, job, s->paths[i], s->output);
    for (size_t i = 0; i < inputs->n; i++) {
        bytes += (double)inputs->items[i].size;
        n_csv += inputs->items[i].type.kind == CLI_FILE_CSV;
    }
    job->csv_below_file_name = n_csv > 1;
    cli_progress_start(&job->progress, bytes);
}

int reel_cli_record(int argc, char **argv) {
    settings s = { .app = "reel_record", .every_ms = 200 };
    cli_job job = { 0 };
    cli_input_list inputs = { 0 };
    s.paths = calloc((size_t)argc, sizeof *s.paths);
    if (!s.paths) {
        fputs("reel record: out of memory\n", stderr);
        return CLI_FAILED;
    }
    bool is_understood = read_settings(argc, argv, &s);
    if (is_understood && s.help) {
        cli_print_help(&command);
    } else if (is_understood) {
        job.verbose = s.verbose;
        if (!cli_stop_install()) cli_job_tell(&job, "Ctrl-C will end the recording without its footer: %s", strerror(errno));
        find_inputs(&job, &s, &inputs);
        record(&job, &s, &inputs);
    }
    cli_input_list_free(&inputs);
    free(s.paths);
    return !is_understood ? CLI_USAGE : job.failures ? CLI_FAILED : CLI_OK;
}
