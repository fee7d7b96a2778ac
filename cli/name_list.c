#include "name_list.h"
#include "path_glob.h"

#include <stdlib.h>
#include <string.h>

bool cli_names_add(cli_names *names, const char *name) {
    const char **items = realloc(names->items, (names->n + 1) * sizeof *items);
    if (!items) return false;
    names->items = items;
    items[names->n++] = name;
    return true;
}

bool cli_names_have(const cli_names *names, const char *name) {
    for (size_t i = 0; i < names->n; i++) {
        if (strcmp(names->items[i], name) == 0) return true;
    }
    return false;
}

bool cli_names_match(const cli_names *names, const char *name) {
    for (size_t i = 0; i < names->n; i++) {
        if (cli_glob_matches(names->items[i], name)) return true;
    }
    return false;
}

void cli_names_free(cli_names *names) {
    free(names->items);
    *names = (cli_names) { 0 };
}
