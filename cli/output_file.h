/* A file that appears under its name when it is finished, or standard output. */
#ifndef REEL_CLI_OUTPUT_FILE_H
#define REEL_CLI_OUTPUT_FILE_H

#include <reel/sink.h>

#include <stdbool.h>
#include <stdio.h>

typedef struct cli_output {
    FILE *file;
    const char *path; /* "-": standard output */
    char *temporary;  /* its name while it is written; NULL: none */
    int error;        /* the first that writing gave */
} cli_output;

/* False: errno says why. */
bool cli_output_open(cli_output *output, const char *path);
/* A reel_write_fn; user is the output. Errors are kept. */
reel_status cli_output_write(void *output, const void *data, size_t size);
/* Puts the file in its place. False: errno says why, and nothing is left. */
bool cli_output_close(cli_output *output);
void cli_output_abandon(cli_output *output);

#endif
