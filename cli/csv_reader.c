#define _POSIX_C_SOURCE 200809L
#include "csv_reader.h"

#include <stdbool.h>
#include <stdlib.h>

static char guess_delimiter(FILE *file) {
    static const char candidates[] = { ',', ';', '\t' };
    size_t counts[3] = { 0 };
    bool is_quoted = false;
    int c;
    while ((c = getc(file)) != EOF && (is_quoted || (c != '\n' && c != '\r'))) {
        if (c == '"') is_quoted = !is_quoted;
        for (size_t i = 0; i < 3 && !is_quoted; i++) counts[i] += c == candidates[i];
        if (ftell(file) > CLI_CSV_ROW_MAX) break;
    }
    rewind(file);
    size_t best = 0;
    for (size_t i = 1; i < 3; i++) {
        if (counts[i] > counts[best]) best = i;
    }
    return candidates[best];
}

void cli_csv_open(cli_csv *csv, FILE *file) {
    *csv = (cli_csv) { .file = file, .next_line = 1 };
    csv->delimiter = guess_delimiter(file);
    /* A byte order mark is no part of the first name. */
    if (!(getc(file) == 0xEF && getc(file) == 0xBB && getc(file) == 0xBF)) rewind(file);
}

static bool begin_cell(cli_csv *csv) {
    if (csv->n_cells == csv->capacity) {
        size_t capacity = csv->capacity ? csv->capacity * 2 : 32;
        size_t *starts = realloc(csv->starts, capacity * sizeof *starts);
        if (!starts) return false;
        csv->starts = starts;
        csv->capacity = capacity;
    }
    csv->starts[csv->n_cells++] = csv->text.size;
    return true;
}

static bool put(cli_csv *csv, int c) {
    char byte = (char)c;
    return csv->text.size < CLI_CSV_ROW_MAX && cli_text_append(&csv->text, &byte, 1);
}

static cli_csv_result bad(cli_csv *csv, const char *problem) {
    csv->problem = problem;
    return CLI_CSV_BAD;
}

/* Reads cells up to the end of the row; c is the row's first character. */
static cli_csv_result read_row(cli_csv *csv, int c) {
    static const char too_long[] = "row longer than 16 MiB, or out of memory (a quote that is never closed?)";
    bool is_quoted = false;
    bool at_cell_start = true;
    if (!begin_cell(csv)) return bad(csv, too_long);
    for (;; c = getc_unlocked(csv->file)) {
        bool fits = true;
        if (is_quoted) {
            if (c == EOF) return bad(csv, "a quote is never closed");
            if (c == '\n') csv->next_line++;
            if (c != '"') {
                fits = put(csv, c);
            } else {
                int after = getc_unlocked(csv->file);
                is_quoted = after == '"';
                if (is_quoted)
                    fits = put(csv, '"');
                else
                    ungetc(after, csv->file);
            }
        } else if (c == '"' && at_cell_start) {
            is_quoted = true;
            at_cell_start = false;
        } else if (c == csv->delimiter) {
            fits = put(csv, 0) && begin_cell(csv);
            at_cell_start = true;
        } else if (c == '\n' || c == '\r' || c == EOF) {
            if (c == '\r') {
                int after = getc_unlocked(csv->file);
                if (after != '\n') ungetc(after, csv->file);
            }
            if (c != EOF) csv->next_line++;
            return put(csv, 0) ? CLI_CSV_ROW : bad(csv, too_long);
        } else {
            fits = put(csv, c);
            at_cell_start = false;
        }
        if (!fits) return bad(csv, too_long);
    }
}

cli_csv_result cli_csv_next(cli_csv *csv) {
    cli_text_clear(&csv->text);
    csv->n_cells = 0;
    int c;
    while ((c = getc_unlocked(csv->file)) == '\n' || c == '\r') csv->next_line += c == '\n';
    csv->line = csv->next_line;
    if (c == EOF) return ferror(csv->file) ? bad(csv, "cannot be read to its end") : CLI_CSV_END;
    cli_csv_result result = read_row(csv, c);
    return ferror(csv->file) ? bad(csv, "cannot be read to its end") : result;
}

const char *cli_csv_cell(const cli_csv *csv, size_t i) { return csv->text.data + csv->starts[i]; }

void cli_csv_close(cli_csv *csv) {
    free(csv->starts);
    cli_text_free(&csv->text);
}
