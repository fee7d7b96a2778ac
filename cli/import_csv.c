/* A table of numbers: one entity for each numeric column, one row of the recording for each row of the table, on the timeline "row" and, where the
 * table has a column of times, on a timeline of that column's name. */
#define _POSIX_C_SOURCE 200809L
#include "csv_reader.h"
#include "import.h"
#include "iso_time.h"
#include "stop.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

typedef enum column_kind {
    COLUMN_UNDECIDED, /* only empty cells so far */
    COLUMN_NUMBERS,
    COLUMN_OTHER, /* its first value is not a number: left out */
    COLUMN_TIME
} column_kind;

typedef struct column {
    char *path;
    reel_entity *entity;
    column_kind kind;
    uint64_t n_bad; /* cells that do not read as the column's kind */
} column;

typedef struct table {
    cli_job *job;
    const cli_input *input;
    cli_csv csv;
    column *columns;
    size_t n_columns;
    bool has_header;
    size_t time_column; /* SIZE_MAX: none */
    bool is_elapsed;    /* the time column counts seconds from some start of its own */
    bool time_is_decided;
    char timeline[256];
    char first_name[200]; /* of the first column, "" without a header */
    uint64_t row;
} table;

static bool is_blank(const char *cell) {
    static const char *const nothing[] = { "", "nan", "na", "n/a", "null", "none", "-" };
    cell += strspn(cell, " \t");
    size_t length = strlen(cell);
    while (length && (cell[length - 1] == ' ' || cell[length - 1] == '\t')) length--;
    for (size_t i = 0; i < sizeof nothing / sizeof nothing[0]; i++) {
        if (strlen(nothing[i]) == length && strncasecmp(nothing[i], cell, length) == 0) return true;
    }
    return false;
}

/* Where cells are separated by semicolons a comma is the decimal sign, as in half of Europe. */
static bool read_number(const table *t, const char *cell, double *number) {
    char point_form[64];
    const char *text = cell;
    if (t->csv.delimiter == ';' && strchr(cell, ',') && strlen(cell) < sizeof point_form) {
        strcpy(point_form, cell);
        *strchr(point_form, ',') = '.';
        text = point_form;
    }
    char *end;
    *number = strtod(text, &end);
    return end != text && end[strspn(end, " \t")] == 0 && !isnan(*number);
}

static bool read_iso(const char *cell, int64_t *ns) {
    size_t length;
    cell += strspn(cell, " \t");
    return cli_iso_time(cell, ns, &length) && cell[length + strspn(cell + length, " \t")] == 0;
}

/* Seconds, milli-, micro- or nanoseconds since 1970, told apart by size: each reading lies between 1973 and 5138. */
static bool epoch_to_ns(double number, int64_t *ns) {
    double size = fabs(number);
    double scale = size < 1e11 ? 1e9 : size < 1e14 ? 1e6 : size < 1e17 ? 1e3 : 1;
    if (!(size * scale < 9.2e18)) return false;
    *ns = (int64_t)llround(number * scale);
    return true;
}

static bool is_time_name(const char *name) { return strcasecmp(name, "time") == 0 || strcasecmp(name, "timestamp") == 0; }

/* The time of a cell in the form that the column's first value had. */
static bool read_time(const table *t, const char *cell, int64_t *ns) {
    double number;
    if (read_iso(cell, ns)) return !t->is_elapsed;
    if (!read_number(t, cell, &number)) return false;
    if (!t->is_elapsed) return epoch_to_ns(number, ns);
    if (!(fabs(number) < 9.2e9)) return false;
    *ns = (int64_t)llround(number * 1e9);
    return true;
}

/* Numbers too small to be a date since 1973 count seconds from a start of their own. */
static bool decide_time(table *t, const char *cell) {
    int64_t ns;
    double number;
    bool is_number = read_number(t, cell, &number);
    t->is_elapsed = is_number && fabs(number) < 1e8;
    t->time_is_decided = is_number || read_iso(cell, &ns);
    return t->time_is_decided;
}

static bool looks_like_data(const table *t) {
    for (size_t i = 0; i < t->csv.n_cells; i++) {
        const char *cell = cli_csv_cell(&t->csv, i);
        double number;
        int64_t ns;
        if (!is_blank(cell) && !read_number(t, cell, &number) && !read_iso(cell, &ns)) return false;
    }
    return true;
}

/* A header cell as text for the recording, without blanks around it; nothing where there is no header. */
static bool append_name(const table *t, size_t i, cli_text *name) {
    if (!t->has_header) return cli_text_append(name, "", 0);
    const char *cell = cli_csv_cell(&t->csv, i);
    cell += strspn(cell, " \t");
    size_t length = strlen(cell);
    while (length && (cell[length - 1] == ' ' || cell[length - 1] == '\t')) length--;
    return cli_text_append_clean(name, cell, length) && cli_text_append(name, "", 0);
}

/* Names a column: returns its entity path, which is its name, below the file's name where several tables are recorded; a name that an earlier column has gets
 * its number added. Notes the column of times on the way. */
static char *name_column(table *t, size_t i) {
    cli_text name = { 0 };
    cli_text path = { 0 };
    bool fits = append_name(t, i, &name);
    if (fits && name.size == 0)
        fits = cli_text_printf(&name, "column_%zu", i + 1);
    else if (fits && is_time_name(name.data) && t->time_column == SIZE_MAX)
        t->time_column = i;
    if (fits && i == 0 && name.size < sizeof t->first_name) memcpy(t->first_name, name.data, t->has_header ? name.size + 1 : 0);
    if (fits && t->time_column == i) snprintf(t->timeline, sizeof t->timeline, "%s", name.data);
    if (fits && t->job->csv_below_file_name) fits = cli_text_printf(&path, "%s/", t->input->entity);
    fits = fits && cli_text_append_path(&path, name.data);
    for (size_t k = 0; fits && k < i; k++) {
        if (strcmp(t->columns[k].path, path.data) != 0) continue;
        fits = cli_text_printf(&path, "_%zu", i + 1);
        break;
    }
    cli_text_free(&name);
    if (!fits) cli_text_free(&path);
    return path.data;
}

static bool make_columns(table *t) {
    t->has_header = !looks_like_data(t);
    t->columns = calloc(t->csv.n_cells ? t->csv.n_cells : 1, sizeof *t->columns);
    if (!t->columns) return cli_job_fail(t->job, "%s: out of memory", t->input->path);
    for (size_t i = 0; i < t->csv.n_cells; i++) {
        t->columns[i].path = name_column(t, i);
        if (!t->columns[i].path) return cli_job_fail(t->job, "%s: out of memory", t->input->path);
        t->n_columns = i + 1;
        if (t->time_column == i) t->columns[i].kind = COLUMN_TIME;
    }
    return true;
}

/* Without a column named so, the first one is the time if its first value is a date. */
static void look_for_time(table *t) {
    int64_t ns;
    column *first = &t->columns[0];
    const char *cell = cli_csv_cell(&t->csv, 0);
    if (t->time_column != SIZE_MAX || first->kind != COLUMN_UNDECIDED || !read_iso(cell, &ns)) return;
    t->time_column = 0;
    first->kind = COLUMN_TIME;
    snprintf(t->timeline, sizeof t->timeline, "%s", t->first_name[0] ? t->first_name : "time");
}

static bool set_row_time(table *t) {
    cli_job *job = t->job;
    reel_status status = reel_set_time_sequence(job->rec, "row", (int64_t)t->row);
    if (status != REEL_OK || t->time_column == SIZE_MAX) return cli_job_check(job, status, t->input->path);
    column *c = &t->columns[t->time_column];
    const char *cell = t->time_column < t->csv.n_cells ? cli_csv_cell(&t->csv, t->time_column) : "";
    int64_t ns = 0;
    bool is_read = !is_blank(cell) && (t->time_is_decided || decide_time(t, cell)) && read_time(t, cell, &ns);
    if (is_read) {
        status = t->is_elapsed ? cli_job_set_time(job, t->timeline, sizeof t->timeline, "_elapsed", REEL_TIME_DURATION_NS, ns)
                               : cli_job_set_time(job, t->timeline, sizeof t->timeline, "_stamp", REEL_TIME_TIMESTAMP_NS, ns);
        return cli_job_check(job, status, t->input->path);
    }
    c->n_bad += !is_blank(cell);
    /* This row has no time of its own, and must not wear the one before. */
    return cli_job_check(job, reel_disable_timeline(job->rec, t->timeline), t->input->path);
}

static bool log_cell(table *t, column *c, const char *cell) {
    double number;
    if (c->kind == COLUMN_OTHER || c->kind == COLUMN_TIME || is_blank(cell)) return true;
    bool is_number = read_number(t, cell, &number);
    if (c->kind == COLUMN_UNDECIDED) {
        c->kind = is_number ? COLUMN_NUMBERS : COLUMN_OTHER;
        if (!is_number) return true;
        c->entity = reel_entity_of(t->job->rec, c->path);
        if (!c->entity) return cli_job_fail(t->job, "%s: column %s: %s", t->input->path, c->path, reel_error_message());
    }
    if (!is_number) {
        c->n_bad++;
        return true;
    }
    return cli_job_check(t->job, reel_log_at_scalars(c->entity, &(reel_scalars) { .scalars = &number, .n_scalars = 1 }), t->input->path);
}

static bool log_row(table *t) {
    look_for_time(t);
    if (!set_row_time(t)) return false;
    size_t n = t->csv.n_cells < t->n_columns ? t->csv.n_cells : t->n_columns;
    for (size_t i = 0; i < n; i++) {
        if (!log_cell(t, &t->columns[i], cli_csv_cell(&t->csv, i))) return false;
    }
    t->row++;
    return true;
}

static bool import_rows(table *t) {
    enum { ROWS_BETWEEN_LOOKS = 1024 };
    cli_csv_result result = cli_csv_next(&t->csv);
    if (result == CLI_CSV_ROW) {
        if (!make_columns(t)) return false;
        if (t->has_header) result = cli_csv_next(&t->csv);
    }
    for (; result == CLI_CSV_ROW; result = cli_csv_next(&t->csv)) {
        if (!log_row(t)) return false;
        if (t->row % ROWS_BETWEEN_LOOKS != 0) continue;
        if (cli_stop_requested()) return cli_job_fail(t->job, "%s: stopped after %llu rows", t->input->path, (unsigned long long)t->row);
        cli_job_progress(t->job, (double)ftello(t->csv.file), t->input->path);
    }
    if (result == CLI_CSV_BAD) return cli_job_fail(t->job, "%s: line %llu: %s", t->input->path, (unsigned long long)t->csv.line, t->csv.problem);
    return true;
}

static bool tell_what_was_left_out(const table *t) {
    size_t n_numbers = 0;
    for (size_t i = 0; i < t->n_columns; i++) {
        const column *c = &t->columns[i];
        n_numbers += c->kind == COLUMN_NUMBERS;
        if (c->kind == COLUMN_OTHER) cli_job_tell(t->job, "%s: column %s is not numeric and was left out", t->input->path, c->path);
        if (c->n_bad) {
            cli_job_tell(t->job, "%s: column %s: %llu cells were left out: not a %s", t->input->path, c->path, (unsigned long long)c->n_bad,
                         c->kind == COLUMN_TIME ? "time" : "number");
        }
    }
    if (n_numbers == 0) return cli_job_fail(t->job, "%s: no column of numbers", t->input->path);
    return true;
}

bool cli_import_csv(cli_job *job, const cli_input *input, FILE *file) {
    table t = { .job = job, .input = input, .time_column = SIZE_MAX };
    cli_csv_open(&t.csv, file);
    bool done = import_rows(&t) && tell_what_was_left_out(&t);
    for (size_t i = 0; i < t.n_columns; i++) free(t.columns[i].path);
    free(t.columns);
    cli_csv_close(&t.csv);
    return done;
}
