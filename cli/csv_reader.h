/* Comma-separated values, one row at a time, in memory bounded by the longest row. Quoted cells may hold separators, line ends and doubled quotes. */
#ifndef REEL_CLI_CSV_READER_H
#define REEL_CLI_CSV_READER_H

#include "text_buffer.h"

#include <stdint.h>
#include <stdio.h>

enum { CLI_CSV_ROW_MAX = 16 << 20 };

typedef struct cli_csv {
    FILE *file;     /* the caller's */
    char delimiter; /* ',', ';' or tab, whichever the first line has most of */
    cli_text text;  /* the row's cells, each ended by NUL */
    size_t *starts;
    size_t n_cells;
    size_t capacity;
    uint64_t line; /* of the file, where the row begins; from 1 */
    uint64_t next_line;
    const char *problem; /* after CLI_CSV_BAD */
} cli_csv;

typedef enum cli_csv_result { CLI_CSV_END, CLI_CSV_ROW, CLI_CSV_BAD } cli_csv_result;

/* file: open at its start, seekable. */
void cli_csv_open(cli_csv *csv, FILE *file);
/* Empty lines are passed over. */
cli_csv_result cli_csv_next(cli_csv *csv);
const char *cli_csv_cell(const cli_csv *csv, size_t i);
void cli_csv_close(cli_csv *csv);

#endif
