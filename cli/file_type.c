#define _POSIX_C_SOURCE 200809L
#include "file_type.h"

#include <reel/make.h>

#include <stdbool.h>
#include <string.h>
#include <strings.h>

static bool ends_as(const char *path, const char *ending) {
    size_t length = strlen(path);
    size_t n = strlen(ending);
    return length > n && path[length - n - 1] != '/' && strcasecmp(path + length - n, ending) == 0;
}

/* What is recorded of the media types that the library knows. */
static const cli_file_type types[] = {
    { CLI_FILE_IMAGE, "image/png", NULL },
    { CLI_FILE_IMAGE, "image/jpeg", NULL },
    { CLI_FILE_ASSET, "model/gltf-binary", NULL },
    { CLI_FILE_ASSET, "model/gltf+json", NULL },
    { CLI_FILE_ASSET, "model/obj", NULL },
    { CLI_FILE_ASSET, "model/stl", NULL },
    { CLI_FILE_ASSET, "application/x-ply", NULL },
    { CLI_FILE_VIDEO, "video/mp4", NULL },
    { CLI_FILE_DOCUMENT, "text/plain", NULL },
    { CLI_FILE_DOCUMENT, "text/markdown", NULL },
};

static const cli_file_type *type_of(const char *media_type) {
    for (size_t i = 0; media_type && i < sizeof types / sizeof types[0]; i++) {
        if (strcmp(types[i].media_type, media_type) == 0) return &types[i];
    }
    return NULL;
}

/* Files whose text is read line by line; their names alone tell what they are. */
static const struct {
    const char *ending;
    cli_file_kind kind;
} line_types[] = {
    { ".log", CLI_FILE_LOG },
    { ".csv", CLI_FILE_CSV },
    { ".tsv", CLI_FILE_CSV },
};

cli_file_type cli_file_type_of(const char *path, const unsigned char *head, size_t n_head, uint64_t size) {
    const bool is_text = memchr(head, 0, n_head) == NULL;
    for (size_t i = 0; i < sizeof line_types / sizeof line_types[0]; i++) {
        if (ends_as(path, line_types[i].ending) && is_text) return (cli_file_type) { .kind = line_types[i].kind };
    }
    const cli_file_type *found = type_of(reel_media_type(head, n_head, size, path));
    if (found) return *found;
    const char *named = reel_media_type_of_name(path);
    bool is_named_text = ends_as(path, ".obj") || ends_as(path, ".gltf") || (named && strncmp(named, "text/", 5) == 0);
    for (size_t i = 0; i < sizeof line_types / sizeof line_types[0]; i++) is_named_text |= ends_as(path, line_types[i].ending);
    if (is_named_text) return (cli_file_type) { .problem = "is named as text, but holds binary data" };
    if (type_of(named)) return (cli_file_type) { .problem = "does not hold what its name says" };
    return (cli_file_type) { .problem = "unknown type (known: " CLI_FILE_TYPES ")" };
}
