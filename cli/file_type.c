#define _POSIX_C_SOURCE 200809L
#include "file_type.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>

static bool starts_with(const unsigned char *head, size_t n_head, const char *bytes, size_t n) { return n_head >= n && memcmp(head, bytes, n) == 0; }

/* A binary STL has no magic number: 80 bytes of anything, a count, and 50 bytes for each triangle. */
static bool is_binary_stl(const unsigned char *head, size_t n_head, uint64_t size) {
    if (n_head < 84) return false;
    uint64_t triangles = (uint64_t)head[80] | (uint64_t)head[81] << 8 | (uint64_t)head[82] << 16 | (uint64_t)head[83] << 24;
    return size == 84 + triangles * 50;
}

/* ISO media files name their brand after "ftyp"; still images (AVIF, HEIC) share that container and are not videos. */
static bool is_iso_video(const unsigned char *head, size_t n_head) {
    static const char *const image_brands[] = { "avif", "avis", "heic", "heix", "heif", "mif1", "msf1" };
    if (n_head < 12 || memcmp(head + 4, "ftyp", 4) != 0) return false;
    for (size_t i = 0; i < sizeof image_brands / sizeof image_brands[0]; i++) {
        if (memcmp(head + 8, image_brands[i], 4) == 0) return false;
    }
    return true;
}

static const char *ending_of(const char *path) {
    const char *slash = strrchr(path, '/');
    const char *name = slash ? slash + 1 : path;
    const char *dot = strrchr(name, '.');
    return dot && dot != name ? dot + 1 : "";
}

static bool ends_as(const char *path, const char *ending) { return strcasecmp(ending_of(path), ending) == 0; }

/* Files that are text and have no magic number: their name alone tells what they are. */
static const struct {
    const char *ending;
    cli_file_type type;
} text_types[] = {
    { "txt", { CLI_FILE_DOCUMENT, "text/plain", NULL } },
    { "md", { CLI_FILE_DOCUMENT, "text/markdown", NULL } },
    { "markdown", { CLI_FILE_DOCUMENT, "text/markdown", NULL } },
    { "log", { CLI_FILE_LOG, NULL, NULL } },
    { "csv", { CLI_FILE_CSV, NULL, NULL } },
    { "tsv", { CLI_FILE_CSV, NULL, NULL } },
    { "obj", { CLI_FILE_ASSET, "model/obj", NULL } },
    { "gltf", { CLI_FILE_ASSET, "model/gltf+json", NULL } },
};

static const char *const binary_endings[] = { "png", "jpg", "jpeg", "glb", "stl", "ply", "mp4", "m4v" };

static bool looks_like_text(const unsigned char *head, size_t n_head) { return memchr(head, 0, n_head) == NULL; }

cli_file_type cli_file_type_of(const char *path, const unsigned char *head, size_t n_head, uint64_t size) {
    static const cli_file_type png = { CLI_FILE_IMAGE, "image/png", NULL };
    static const cli_file_type jpeg = { CLI_FILE_IMAGE, "image/jpeg", NULL };
    static const cli_file_type glb = { CLI_FILE_ASSET, "model/gltf-binary", NULL };
    static const cli_file_type ply = { CLI_FILE_ASSET, "application/x-ply", NULL };
    static const cli_file_type stl = { CLI_FILE_ASSET, "model/stl", NULL };
    static const cli_file_type mp4 = { CLI_FILE_VIDEO, "video/mp4", NULL };
    if (starts_with(head, n_head, "\x89PNG\r\n\x1a\n", 8)) return png;
    if (starts_with(head, n_head, "\xff\xd8\xff", 3)) return jpeg;
    if (starts_with(head, n_head, "glTF", 4)) return glb;
    if (starts_with(head, n_head, "ply\n", 4) || starts_with(head, n_head, "ply\r", 4)) return ply;
    if (is_iso_video(head, n_head)) return mp4;
    if (ends_as(path, "stl") && (is_binary_stl(head, n_head, size) || starts_with(head, n_head, "solid", 5))) return stl;
    for (size_t i = 0; i < sizeof text_types / sizeof text_types[0]; i++) {
        if (!ends_as(path, text_types[i].ending)) continue;
        if (looks_like_text(head, n_head)) return text_types[i].type;
        return (cli_file_type) { .problem = "is named as text, but holds binary data" };
    }
    for (size_t i = 0; i < sizeof binary_endings / sizeof binary_endings[0]; i++) {
        if (ends_as(path, binary_endings[i])) return (cli_file_type) { .problem = "does not hold what its name says" };
    }
    return (cli_file_type) { .problem = "unknown type (known: " CLI_FILE_TYPES ")" };
}
