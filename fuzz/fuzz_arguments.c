/* The command line of `reel`: each line of the input is an argument. The commands are those of the program; what they would open, serve or start is not there (the build puts the functions
 * named __wrap_ below in its place), so a command ends where it would begin to work. Then the texts are given to everything that makes something of a text, and what it made is checked. */
#include "../cli/filter_chunk.h"
#include "../cli/iso_time.h"
#include "../cli/file_type.h"
#include "../cli/input_list.h"
#include "../cli/log_level.h"
#include "../cli/number_text.h"
#include "../cli/path_glob.h"
#include "../cli/record_system.h"
#include "../cli/split_plan.h"
#include "../cli/time_argument.h"
#include "../cli/viewer_install.h"
#include "../cli/whole_input.h"
#include "base/text.h"

#include <reel/view.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ARGUMENTS_MAX = 40, BYTES_MAX = 4096, SAID_MAX = 1 << 20, GLOB_MAX = 120 };

int reel_main(int argc, char **argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool is_true) {
    if (!is_true) abort();
}

/* ---- where the work would begin */

static size_t begun;

bool __wrap_cli_stop_install(void);
bool __wrap_cli_recording_open(cli_recording *in, const char *command, const char *path, const cli_recording_options *options);
bool __wrap_cli_whole_open(cli_whole *whole, cli_reshape *job, const char *path);
bool __wrap_cli_reshape_open(cli_reshape *job, const char *path);
void __wrap_cli_input_list_add(cli_input_list *list, struct cli_job *job, const char *path, const char *output);
bool __wrap_cli_is_same_file(const char *a, const char *b);
bool __wrap_cli_record_system(cli_job *job, double seconds, int64_t every_ms);
bool __wrap_cli_viewer_install(const char *dir, const char *tarball);
bool __wrap_cli_viewer_verify(const char *dir);
reel_recording *__wrap_reel_new(const char *application_id, const reel_options *options);
reel_status __wrap_reel_writer_open(const char *path, const reel_writer_options *options, reel_writer **writer);
reel_view *__wrap_reel_view_start(const char *const *paths, size_t n, const reel_view_options *options);
reel_status __wrap_reel_viewer_check(const char *dir);

static bool begin(const char *text) {
    require(text && memchr(text, 0, BYTES_MAX + 1));
    begun++;
    return false;
}

bool __wrap_cli_stop_install(void) { return true; }
bool __wrap_cli_recording_open(cli_recording *in, const char *command, const char *path, const cli_recording_options *options) {
    *in = (cli_recording){.command = command, .path = path, .name = path};
    if (options) in->options = *options;
    return begin(path);
}
bool __wrap_cli_whole_open(cli_whole *whole, cli_reshape *job, const char *path) {
    *whole = (cli_whole){.copy = -1};
    job->has_failed = true;
    return begin(path);
}
bool __wrap_cli_reshape_open(cli_reshape *job, const char *path) {
    job->has_failed = true;
    return begin(path);
}
void __wrap_cli_input_list_add(cli_input_list *list, struct cli_job *job, const char *path, const char *output) {
    (void)list, (void)job;
    begin(path);
    begin(output);
}
bool __wrap_cli_is_same_file(const char *a, const char *b) { return strcmp(a, b) == 0; }
bool __wrap_cli_record_system(cli_job *job, double seconds, int64_t every_ms) {
    (void)job;
    require(seconds > 0 && every_ms > 0);
    return begin("");
}
bool __wrap_cli_viewer_install(const char *dir, const char *tarball) { return begin(dir) || (tarball && begin(tarball)); }
bool __wrap_cli_viewer_verify(const char *dir) { return begin(dir); }
reel_recording *__wrap_reel_new(const char *application_id, const reel_options *options) {
    begin(application_id);
    if (options->recording_id) begin(options->recording_id);
    return NULL;
}
reel_status __wrap_reel_writer_open(const char *path, const reel_writer_options *options, reel_writer **writer) {
    (void)options;
    begin(path);
    *writer = NULL;
    return REEL_E_IO;
}
reel_view *__wrap_reel_view_start(const char *const *paths, size_t n, const reel_view_options *options) {
    require(options->struct_size == sizeof *options && n > 0);
    for (size_t i = 0; i < n; i++) begin(paths[i]);
    return NULL;
}
reel_status __wrap_reel_viewer_check(const char *dir) {
    begin(dir ? dir : "");
    return REEL_E_NOT_FOUND;
}

/* ---- the program */

/* What a command says goes to memory. One that did not begin has either helped, or told what makes no sense. */
static void run_command(int argc, char **argv) {
    static FILE *said, *complained;
    FILE *before[2] = {stdout, stderr};
    if (!said) {
        said = fmemopen(NULL, SAID_MAX, "w");
        complained = fmemopen(NULL, SAID_MAX, "w");
        require(said && complained);
    }
    rewind(said);
    rewind(complained);
    begun = 0;
    stdout = said;
    stderr = complained;
    int code = reel_main(argc, argv);
    stdout = before[0];
    stderr = before[1];
    require(code >= 0 && code <= 3);
    if (!begun) require(code == 0 ? ftell(said) > 0 : ftell(complained) > 0);
    if (code == 2) require(ftell(complained) > 0);
}

/* ---- texts that mean something */

static void check_time(const char *text) {
    cli_time time = {0}, again;
    size_t size = strlen(text), length = 0;
    if (!cli_time_parse(text, size, &time)) return;
    require(!(time.has_unit && time.is_date) && time.value != INT64_MIN);
    if (time.is_date) require(cli_iso_time(text, &again.value, &length) && length == size && again.value == time.value);
    if (time.has_unit) return;
    cli_text written = {0};
    bool fits = time.is_date ? cli_time_append_iso(&written, time.value) : cli_time_append(&written, REEL_TIME_SEQUENCE, time.value);
    require(fits);
    bool is_read = cli_time_parse(written.data, written.size, &again);
    require(is_read ? again.value == time.value && again.is_date == time.is_date : time.is_date && !strncmp(written.data, "2262-", 5));
    cli_text_free(&written);
}

static void check_named_times(const char *text) {
    char *name = NULL;
    cli_time min, max;
    uint64_t bytes;
    if (cli_named_time_parse(text, &name, &min)) require(*name && !strncmp(name, text, strlen(name)) && text[strlen(name)] == ':');
    free(name);
    name = NULL;
    if (cli_time_range_parse(text, &name, &min, &max)) require(*name && !strncmp(name, text, strlen(name)) && text[strlen(name)] == ':');
    free(name);
    if (cli_size_parse(text, &bytes)) require(bytes <= INT64_MAX);
    cli_split_plan plan = {0};
    if (cli_split_time_parse(&plan, text)) { /* steps are of one length, and each time is of one */
        plan.first_step = 0;
        require(cli_split_part_of(&plan, 0) == 0 && cli_split_part_of(&plan, -1) == UINT32_MAX && cli_split_part_of(&plan, plan.step.value - 1) == 0);
    }
    cli_split_free(&plan);
}

static void check_filter(const char *text) {
    cli_filter filter = {0};
    if (cli_filter_add_range(&filter, text)) require(filter.n_ranges == 1 && filter.ranges[0].min.value <= filter.ranges[0].max.value);
    if (cli_filter_add_shift(&filter, text)) require(filter.n_shifts == 1 && !filter.shifts[0].min.is_date);
    if (cli_filter_add_rename(&filter, text)) {
        require(filter.n_renames == 1 && filter.renames[0].from[0] == '/' && filter.renames[0].to[0]);
        require(cli_path_is_below(filter.renames[0].from, filter.renames[0].from));
    }
    cli_filter_free(&filter);
}

/* What the header says of patterns, in the plainest way. */
static bool means(const char *pattern, size_t p, const char *text, size_t t) {
    static bool table[GLOB_MAX + 1][GLOB_MAX + 2];
    for (size_t i = p + 1; i-- > 0;) {
        size_t stars = 0;
        while (i + stars < p && pattern[i + stars] == '*') stars++;
        for (size_t j = t + 1; j-- > 0;) {
            if (i == p)
                table[i][j] = j == t;
            else if (stars)
                table[i][j] = table[i + stars][j] || (j < t && (stars > 1 || text[j] != '/') && table[i][j + 1]);
            else
                table[i][j] = j < t && (pattern[i] == text[j] || (pattern[i] == '?' && text[j] != '/')) && table[i + 1][j + 1];
        }
    }
    return table[0][0];
}

static void check_glob(const char *pattern, const char *text) {
    size_t p = strlen(pattern), t = strlen(text);
    bool matches = cli_glob_matches(pattern, text);
    if (p > GLOB_MAX || t > GLOB_MAX) return;
    bool expected = means(pattern, p, text, t);
    if (p >= 3 && !strcmp(pattern + p - 3, "/**")) expected = expected || (p == 3 ? !strcmp(text, "/") : means(pattern, p - 3, text, t));
    require(matches == expected);
    if (cli_path_is_below(pattern, text)) require(!*pattern || !strncmp(pattern, text, 1) || pattern[0] == '/');
}

static void check_numbers(const char *text) {
    double value = strtod(text, NULL);
    cli_text written = {0};
    require(cli_number_append_double(&written, value));
    require(isnan(value) ? !strcmp(written.data, "NaN") : strtod(written.data, NULL) == value);
    cli_text_clear(&written);
    require(cli_number_append_float(&written, (float)value));
    require(isnan(value) ? !strcmp(written.data, "NaN") : strtof(written.data, NULL) == (float)value);
    cli_text_clear(&written);
    require(cli_number_append_half(&written, (uint16_t)((uint8_t)text[0] | (text[0] ? (uint8_t)text[1] : 0) << 8)) && written.size < 16);
    cli_text_clear(&written);
    int64_t number = strtoll(text, NULL, 10);
    require(cli_size_append(&written, (uint64_t)number) && written.size < 16);
    for (int type = REEL_TIME_SEQUENCE; type <= REEL_TIME_TIMESTAMP_NS; type++) require(cli_time_append(&written, (reel_time_type)type, number));
    cli_text_free(&written);
}

/* Any text, made one that fits into a recording, and an entity path. */
static void check_text(const char *text, size_t size) {
    cli_text clean = {0}, path = {0};
    reel__buf canonical = {0};
    require(cli_text_append_clean(&clean, text, size) && reel__utf8_valid(clean.data, clean.size) && !memchr(clean.data, 0, clean.size));
    require(cli_text_append(&path, "", 0) && cli_text_append_path(&path, clean.data));
    require(path.size > REEL__PATH_BYTES_MAX || reel__path_canonical(&canonical, path.data, path.size) == REEL_OK);
    reel__buf_free(&canonical);
    cli_text_clear(&path);
    require(cli_text_append_part(&path, clean.data));
    cli_text_defuse(&clean);
    for (size_t i = 0; i < clean.size; i++) require((uint8_t)clean.data[i] >= 0x20 || clean.data[i] == '\n' || clean.data[i] == '\t');
    cli_text_free(&clean);
    cli_text_free(&path);
}

static void check_pair(const char *text, const char *next) {
    check_glob(text, next);
    check_glob(next, text);
    cli_file_type type = cli_file_type_of(text, (const unsigned char *)next, strlen(next), strlen(next));
    require(type.kind == CLI_FILE_UNKNOWN ? type.problem != NULL : !type.problem);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    char name[] = "reel", *argv[ARGUMENTS_MAX + 2] = {name}, *at;
    int argc = 1;
    if (size > BYTES_MAX) return 0;
    char *text = malloc(size + 1);
    require(text);
    if (size) memcpy(text, data, size);
    text[size] = 0;
    check_text(text, size);
    for (at = text; at && argc <= ARGUMENTS_MAX; argc++) { /* blocks of their own: what is read beyond an argument's end is seen */
        char *end = strchr(at, '\n');
        if (end) *end = 0;
        require((argv[argc] = strdup(at)) != NULL);
        at = end ? end + 1 : NULL;
    }
    run_command(argc, argv);
    for (int i = 1; i < argc; i++) {
        check_time(argv[i]);
        check_named_times(argv[i]);
        check_filter(argv[i]);
        check_numbers(argv[i]);
        cli_log_level(argv[i]);
        check_pair(argv[i], argv[i + 1 < argc ? i + 1 : i]);
    }
    for (int i = 1; i < argc; i++) free(argv[i]);
    free(text);
    return 0;
}
