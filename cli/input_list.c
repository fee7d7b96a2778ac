#define _POSIX_C_SOURCE 200809L
#include "input_list.h"
#include "record_job.h"
#include "text_buffer.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

typedef struct walk {
    cli_input_list *list;
    cli_job *job;
    const char *output;
    int depth;
} walk;

enum { DEPTH_MAX = 64 };

static void add_path(walk *w, const char *path, const char *name, bool is_named);

bool cli_is_same_file(const char *a, const char *b) {
    struct stat info_a;
    struct stat info_b;
    return stat(a, &info_a) == 0 && stat(b, &info_b) == 0 && info_a.st_dev == info_b.st_dev && info_a.st_ino == info_b.st_ino;
}

static bool is_taken(const cli_input_list *list, const char *entity) {
    for (size_t i = 0; i < list->n; i++) {
        if (strcmp(list->items[i].entity, entity) == 0) return true;
    }
    return false;
}

/* The entity path for `name`, with "_2", "_3" ... added where an earlier file has it. */
static char *entity_for(const cli_input_list *list, const char *name) {
    cli_text clean = { 0 };
    cli_text entity = { 0 };
    bool fits = cli_text_append_clean(&clean, name, strlen(name)) && cli_text_append(&entity, "", 0) && cli_text_append_path(&entity, clean.data);
    size_t size = entity.size;
    for (int i = 2; fits && is_taken(list, entity.data); i++) {
        entity.size = size;
        fits = cli_text_printf(&entity, "_%d", i);
    }
    cli_text_free(&clean);
    if (!fits) cli_text_free(&entity);
    return entity.data;
}

static bool read_type(walk *w, const char *path, uint64_t size, cli_file_type *type) {
    unsigned char head[CLI_FILE_HEAD];
    FILE *file = fopen(path, "rb");
    if (!file) return cli_job_fail(w->job, "%s: %s", path, strerror(errno));
    size_t n = fread(head, 1, sizeof head, file);
    bool is_read = !ferror(file);
    fclose(file);
    if (!is_read) return cli_job_fail(w->job, "%s: cannot be read", path);
    *type = cli_file_type_of(path, head, n, size);
    return type->kind != CLI_FILE_UNKNOWN || cli_job_fail(w->job, "%s: %s", path, type->problem);
}

static void add_file(walk *w, const char *path, const char *name, uint64_t size) {
    cli_input_list *list = w->list;
    cli_input input = { .size = size };
    if (!read_type(w, path, size, &input.type)) return;
    if (list->n == list->capacity) {
        size_t capacity = list->capacity ? list->capacity * 2 : 64;
        cli_input *items = realloc(list->items, capacity * sizeof *items);
        if (!items) {
            cli_job_fail(w->job, "%s: out of memory", path);
            return;
        }
        list->items = items;
        list->capacity = capacity;
    }
    input.path = strdup(path);
    input.entity = entity_for(list, name);
    if (!input.path || !input.entity) {
        free(input.path);
        free(input.entity);
        cli_job_fail(w->job, "%s: out of memory", path);
        return;
    }
    list->items[list->n++] = input;
}

static int by_name(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }

/* The names in a folder, sorted, without those that begin with a dot. */
static bool list_names(walk *w, const char *path, char ***names, size_t *n) {
    size_t capacity = 0;
    DIR *folder = opendir(path);
    *names = NULL;
    *n = 0;
    if (!folder) return cli_job_fail(w->job, "%s: %s", path, strerror(errno));
    bool fits = true;
    for (struct dirent *entry; fits && (entry = readdir(folder)) != NULL;) {
        if (entry->d_name[0] == '.') continue;
        if (*n == capacity) {
            capacity = capacity ? capacity * 2 : 64;
            char **grown = realloc(*names, capacity * sizeof *grown);
            fits = grown != NULL;
            if (fits) *names = grown;
        }
        if (fits) fits = ((*names)[*n] = strdup(entry->d_name)) != NULL;
        if (fits) ++*n;
    }
    closedir(folder);
    if (*n) qsort(*names, *n, sizeof **names, by_name);
    return fits || cli_job_fail(w->job, "%s: out of memory", path);
}

static void add_folder(walk *w, const char *path, const char *name) {
    if (w->depth >= DEPTH_MAX) {
        cli_job_fail(w->job, "%s: more than %d folders deep", path, DEPTH_MAX);
        return;
    }
    char **names;
    size_t n;
    list_names(w, path, &names, &n);
    w->depth++;
    for (size_t i = 0; i < n; i++) {
        cli_text below = { 0 };
        cli_text entity = { 0 };
        if (cli_text_printf(&below, "%s/%s", path, names[i]) && cli_text_printf(&entity, "%s%s%s", name, name[0] ? "/" : "", names[i])) {
            add_path(w, below.data, entity.data, false);
        }
        cli_text_free(&below);
        cli_text_free(&entity);
        free(names[i]);
    }
    w->depth--;
    free(names);
}

/* Named by the user: what it is not is an error. Found in a folder: only the output itself and what is neither file nor folder is passed over. */
static void add_path(walk *w, const char *path, const char *name, bool is_named) {
    struct stat info;
    /* A link to a folder may lead back up: it is followed when the user names it, not when it is met on the way. */
    if (!is_named && lstat(path, &info) == 0 && S_ISLNK(info.st_mode) && stat(path, &info) == 0 && S_ISDIR(info.st_mode)) return;
    if (stat(path, &info) != 0) {
        cli_job_fail(w->job, "%s: %s", path, strerror(errno));
    } else if (S_ISDIR(info.st_mode)) {
        add_folder(w, path, name);
    } else if (!is_named && cli_is_same_file(path, w->output)) {
        return; /* what is being written, or was written by the last run */
    } else if (S_ISREG(info.st_mode)) {
        add_file(w, path, name, (uint64_t)info.st_size);
    } else if (is_named) {
        cli_job_fail(w->job, "%s: neither a file nor a folder", path);
    }
}

/* The last part of a path, without slashes at its end; nothing for ".", ".." and "/". */
static const char *last_part(char *path) {
    size_t length = strlen(path);
    while (length > 1 && path[length - 1] == '/') path[--length] = 0;
    char *slash = strrchr(path, '/');
    const char *name = slash ? slash + 1 : path;
    return strcmp(name, ".") == 0 || strcmp(name, "..") == 0 ? "" : name;
}

void cli_input_list_add(cli_input_list *list, struct cli_job *job, const char *path, const char *output) {
    walk w = { .list = list, .job = job, .output = output };
    char *trimmed = strdup(path);
    if (!trimmed) {
        cli_job_fail(job, "%s: out of memory", path);
        return;
    }
    const char *name = last_part(trimmed);
    add_path(&w, trimmed, name, true);
    free(trimmed);
}

void cli_input_list_free(cli_input_list *list) {
    for (size_t i = 0; i < list->n; i++) {
        free(list->items[i].path);
        free(list->items[i].entity);
    }
    free(list->items);
    *list = (cli_input_list) { 0 };
}
