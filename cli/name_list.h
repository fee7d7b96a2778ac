/* Texts that were given on the command line. They are not copied. */
#ifndef REEL_CLI_NAME_LIST_H
#define REEL_CLI_NAME_LIST_H

#include <stdbool.h>
#include <stddef.h>

typedef struct cli_names {
    const char **items;
    size_t n;
} cli_names;

bool cli_names_add(cli_names *names, const char *name); /* false: memory is out */
bool cli_names_have(const cli_names *names, const char *name);
/* Whether one of them, as a pattern (path_glob.h), means it. */
bool cli_names_match(const cli_names *names, const char *name);
void cli_names_free(cli_names *names);

#endif
