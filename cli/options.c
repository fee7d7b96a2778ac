#include "options.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int usage_error(const cli_args *args, const char *what, const char *argument) {
    fprintf(stderr, "reel %s: %s: %s\nTry: reel %s --help\n", args->command->name, what, argument, args->command->name);
    return CLI_ARG_ERROR;
}

/* The option that a spelled-out argument ("--name" or "--name=value") means; *inline_value is the text after '='. */
static const cli_option *find_long(const cli_option *options, const char *argument, const char **inline_value) {
    const char *name = argument + 2;
    size_t length = strcspn(name, "=");
    *inline_value = name[length] == '=' ? name + length + 1 : NULL;
    for (const cli_option *option = options; option->name; option++) {
        if (strlen(option->name) == length && memcmp(option->name, name, length) == 0) return option;
    }
    return NULL;
}

static const cli_option *find_short(const cli_option *options, const char *letters, const char **inline_value) {
    *inline_value = letters[1] ? letters + 1 : NULL;
    for (const cli_option *option = options; option->name; option++) {
        if (option->letter && option->letter == letters[0]) return option;
    }
    return NULL;
}

/* The value of an option that takes one stands behind it: in the same argument, or in the next. */
static int take_option(cli_args *args, const cli_option *option, const char *argument, const char *inline_value) {
    if (!option) return usage_error(args, "unknown option", argument);
    args->value = inline_value;
    if (!option->value) return inline_value ? usage_error(args, "this option takes no value", argument) : option->id;
    if (!args->value) {
        if (args->next >= args->argc) return usage_error(args, "this option needs a value", argument);
        args->value = args->argv[args->next++];
    }
    return option->id;
}

/* Several letters whose options take no value may stand in one argument. */
static int take_letter(cli_args *args, const char *letters) {
    const char *inline_value = NULL;
    const cli_option *option = find_short(args->command->options, letters, &inline_value);
    bool has_more = option && !option->value && inline_value;
    args->letters = has_more ? inline_value : NULL;
    return take_option(args, option, args->argv[args->next - 1], has_more ? NULL : inline_value);
}

int cli_next(cli_args *args) {
    if (args->next == 0) args->next = 1;
    if (args->letters) return take_letter(args, args->letters);
    if (args->next >= args->argc) return CLI_ARG_END;
    const char *argument = args->argv[args->next++];
    if (!args->options_ended && strcmp(argument, "--") == 0) {
        args->options_ended = true;
        return cli_next(args);
    }
    if (args->options_ended || argument[0] != '-' || argument[1] == 0) {
        args->value = argument;
        return CLI_ARG_PLAIN;
    }
    if (argument[1] != '-') return take_letter(args, argument + 1);
    const char *inline_value = NULL;
    const cli_option *option = find_long(args->command->options, argument, &inline_value);
    return take_option(args, option, argument, inline_value);
}

bool cli_number(const cli_args *args, const char *option, int64_t min, int64_t max, int64_t *number) {
    char *end = NULL;
    errno = 0;
    long long value = strtoll(args->value, &end, 10);
    if (errno || end == args->value || *end || value < min || value > max) {
        fprintf(stderr, "reel %s: %s %s: not a whole number from %" PRId64 " to %" PRId64 "\n", args->command->name, option, args->value, min, max);
        return false;
    }
    *number = value;
    return true;
}

/* Prints text indented by `column`, broken at spaces before the 79th character. The cursor stands at `column` already. */
static void print_wrapped(const char *text, int column) {
    int at = column;
    while (*text) {
        int length = (int)strcspn(text, " ");
        if (at > column && at + 1 + length > 79) {
            printf("\n%*s", column, "");
            at = column;
        } else if (at > column) {
            putchar(' ');
            at++;
        }
        printf("%.*s", length, text);
        at += length;
        text += length;
        text += strspn(text, " ");
    }
    putchar('\n');
}

void cli_print_help(const cli_command *command) {
    enum { COLUMN = 26 };
    printf("usage: reel %s %s\n\n%s\n\n", command->name, command->synopsis, command->summary);
    for (const cli_option *option = command->options; option->name; option++) {
        char left[64];
        char letter[8] = "    ";
        if (option->letter) snprintf(letter, sizeof letter, "-%c, ", option->letter);
        int used = snprintf(left, sizeof left, "  %s--%s%s%s", letter, option->name, option->value ? " " : "", option->value ? option->value : "");
        printf("%-*s", COLUMN, left);
        if (used >= COLUMN) printf("\n%*s", COLUMN, "");
        print_wrapped(option->help, COLUMN);
    }
    if (command->details) printf("\n%s\n", command->details);
}
