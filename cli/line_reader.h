/* Lines of a text file, one at a time, in bounded memory: a longer line comes in pieces. */
#ifndef REEL_CLI_LINE_READER_H
#define REEL_CLI_LINE_READER_H

#include "text_buffer.h"

#include <stdio.h>

enum { CLI_LINE_MAX = 1 << 20 };

/* Reads the next line, without its end, into `line`. False at the end of the file, or when it cannot be read or memory runs out: *problem says which,
 * NULL at the end. */
bool cli_next_line(FILE *file, cli_text *line, const char **problem);

#endif
