#define _POSIX_C_SOURCE 200809L
#include "line_reader.h"

bool cli_next_line(FILE *file, cli_text *line, const char **problem) {
    char piece[1024];
    size_t n = 0;
    int c;
    *problem = NULL;
    cli_text_clear(line);
    while ((c = getc_unlocked(file)) != EOF && c != '\n') {
        piece[n++] = (char)c;
        if (n < sizeof piece) continue;
        if (!cli_text_append(line, piece, n)) {
            *problem = "out of memory";
            return false;
        }
        n = 0;
        if (line->size >= CLI_LINE_MAX) return true;
    }
    if (ferror(file)) *problem = "cannot be read to its end";
    if (*problem || (c == EOF && n == 0 && line->size == 0)) return false;
    if (n && piece[n - 1] == '\r') n--;
    if (!cli_text_append(line, piece, n)) *problem = "out of memory";
    return *problem == NULL;
}
