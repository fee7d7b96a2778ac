/* Patterns of names and entity paths. */
#ifndef REEL_CLI_PATH_GLOB_H
#define REEL_CLI_PATH_GLOB_H

#include <stdbool.h>

/* `*` stands for any characters but a slash, `**` for any at all, `?` for one that is no slash; a pattern that ends with slash and two stars also means what
 * stands before the slash. Everything else is itself, backslashes too, so that escaped entity paths can be written as they are printed. */
bool cli_glob_matches(const char *pattern, const char *text);
/* Whether `path` is `root` or lies below it. */
bool cli_path_is_below(const char *root, const char *path);

#endif
