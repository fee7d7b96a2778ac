/* Command-line options as tables: one table drives the parser, the help text and, by way of a test, the manual page. */
#ifndef REEL_CLI_OPTIONS_H
#define REEL_CLI_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One option. A table ends with a row whose name is NULL. */
typedef struct cli_option {
    int id;            /* what cli_next returns, 1 or more */
    char letter;       /* 'o' for -o, 0 if there is no short form */
    const char *name;  /* "output" for --output */
    const char *value; /* what the value is called in the help text; NULL: the option takes none */
    const char *help;
} cli_option;

/* A command as its help text shows it. */
typedef struct cli_command {
    const char *name;     /* "record" */
    const char *synopsis; /* what follows the name in the usage line */
    const char *summary;  /* one sentence */
    const char *details;  /* paragraphs after the options, or NULL */
    const cli_option *options;
} cli_command;

/* Walks over the arguments after argv[0]. Options and other arguments may be mixed; "--" ends the options. */
typedef struct cli_args {
    const cli_command *command;
    int argc;
    char **argv;
    int next;
    bool options_ended;
    const char *letters; /* of "-abc": those that were not returned yet */
    const char *value;   /* of the option, or the argument itself */
} cli_args;

enum { CLI_ARG_END = 0, CLI_ARG_PLAIN = -1, CLI_ARG_ERROR = -2 };

/* The id of the next option, CLI_ARG_PLAIN for another argument, CLI_ARG_END after the last one, CLI_ARG_ERROR after having said on
 * standard error what is wrong. */
int cli_next(cli_args *args);

/* Reads a whole number within [min, max], or says on standard error why the option's value is none. */
bool cli_number(const cli_args *args, const char *option, int64_t min, int64_t max, int64_t *number);

/* Prints usage, summary, options and details to standard output. */
void cli_print_help(const cli_command *command);

#endif
