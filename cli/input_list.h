/* The files that the arguments of `reel record` mean: files as given, and every file below a folder, in order of name. */
#ifndef REEL_CLI_INPUT_LIST_H
#define REEL_CLI_INPUT_LIST_H

#include "file_type.h"

#include <stdbool.h>

typedef struct cli_input {
    char *path;
    char *entity; /* entity path: the file's name, below a folder's name if it was found in one; each one different */
    uint64_t size;
    cli_file_type type;
} cli_input;

typedef struct cli_input_list {
    cli_input *items;
    size_t n;
    size_t capacity;
} cli_input_list;

struct cli_job;

/* Adds what `path` means. Says through job what cannot be read or is of no known type. The file `output` is left out. */
void cli_input_list_add(cli_input_list *list, struct cli_job *job, const char *path, const char *output);
bool cli_is_same_file(const char *a, const char *b); /* false, too, if one is not there */
void cli_input_list_free(cli_input_list *list);

#endif
