#include "viewer_files.h"

#include "../base/error.h"

#include <reel/view.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MANIFEST_BYTES_MAX 4096
#define ADVICE             "run `reel viewer install`"

enum { INDEX_JS, RE_VIEWER_JS, WASM_GZ, IMPORT_MAP, N_FILES };
static const char *const names[N_FILES] = { "index.js", "re_viewer.js", "re_viewer_bg.wasm.gz", "importmap.json" };

const char *reel_viewer_version(void) { return REEL__VIEWER_VERSION; }

reel_status reel_viewer_dir(char *out, size_t size) {
    static const struct {
        const char *variable, *below;
        bool must_be_absolute; /* the base directory specification ignores relative paths */
    } places[] = { { "REEL_VIEWER_DIR", "", false }, { "XDG_DATA_HOME", "/reel/viewer", true }, { "HOME", "/.local/share/reel/viewer", true } };
    if (!out || !size) return reel__fail(REEL_E_ARGUMENT, "reel_viewer_dir: out is NULL or has no room");
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        const char *value = getenv(places[i].variable);
        if (!value || !*value || (places[i].must_be_absolute && *value != '/')) continue;
        int n = snprintf(out, size, "%s%s", value, places[i].below);
        if (n < 0 || (size_t)n >= size) return reel__fail(REEL_E_TOO_LARGE, "%s is too long for a path of %zu bytes", places[i].variable, size);
        return REEL_OK;
    }
    return reel__fail(REEL_E_ENVIRONMENT, "the viewer's folder is not known: set REEL_VIEWER_DIR, XDG_DATA_HOME or HOME");
}

reel_status reel__read_small_file(reel__buf *out, const char *path, size_t bytes_max) {
    int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (file < 0) return reel__fail_errno(errno, "%s", path);
    reel_status status = REEL_OK;
    for (size_t n = 0; status == REEL_OK;) {
        uint8_t *at = reel__buf_reserve(out, 1024);
        ssize_t got = at ? read(file, at, 1024) : -1;
        if (!at)
            status = reel__fail(REEL_E_NO_MEMORY, "%s: no memory", path);
        else if (got < 0)
            status = reel__fail_errno(errno, "%s", path);
        else if (got == 0)
            break;
        else if ((n += (size_t)got) > bytes_max)
            status = reel__fail(REEL_E_FORMAT, "%s is larger than %zu bytes", path, bytes_max);
        else
            out->size += (size_t)got;
    }
    close(file);
    return status;
}

/* "sha256-" and base64. It goes into a header, so nothing else may pass. */
static bool hash_is_valid(const char *hash) {
    static const char base64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=";
    return strlen(hash) == REEL__VIEWER_HASH_BYTES - 1 && !strncmp(hash, "sha256-", 7) && strspn(hash + 7, base64) == 44;
}

static bool take_line(reel__viewer_files *out, uint64_t sizes[N_FILES], const char *line) {
    char name[64], hash[64];
    unsigned long long size;
    int n = sscanf(line, "%63s %llu %63s", name, &size, hash);
    if (n == 2 && !strcmp(name, "re_viewer_bg.wasm")) {
        out->wasm_bytes = size;
        return true;
    }
    if (n != 3 || !hash_is_valid(hash)) return false;
    for (int i = 0; i < N_FILES; i++) {
        if (strcmp(name, names[i]) != 0) continue;
        sizes[i] = size;
        if (i == IMPORT_MAP) memcpy(out->map_hash, hash, sizeof out->map_hash);
    }
    return true;
}

static bool parse_manifest(reel__viewer_files *out, uint64_t sizes[N_FILES], char *text) {
    char *rest = NULL;
    char *line = strtok_r(text, "\n", &rest);
    if (!line || strcmp(line, "reel viewer " REEL__VIEWER_VERSION) != 0) return false;
    while ((line = strtok_r(NULL, "\n", &rest)))
        if (!take_line(out, sizes, line)) return false;
    for (int i = 0; i < N_FILES; i++)
        if (!sizes[i]) return false;
    return out->wasm_bytes != 0;
}

reel_status reel__viewer_files_read(reel__viewer_files *out, const char *dir) {
    memset(out, 0, sizeof *out);
    char path[4096 + 64];
    uint64_t sizes[N_FILES] = { 0 };
    if (strlen(dir) >= 4096) return reel__fail(REEL_E_TOO_LARGE, "the viewer's folder has a path of %zu bytes", strlen(dir));
    snprintf(path, sizeof path, "%s/%s/viewer.txt", dir, REEL__VIEWER_VERSION);
    reel__buf text = { 0 };
    reel_status status = reel__read_small_file(&text, path, MANIFEST_BYTES_MAX);
    reel__buf_u8(&text, 0);
    if (status == REEL_E_NOT_FOUND)
        status = reel__fail(status, "The viewer %s is not in %s: " ADVICE ".", REEL__VIEWER_VERSION, dir);
    else if (status == REEL_OK && (text.failed || strlen((char *)text.data) + 1 != text.size || !parse_manifest(out, sizes, (char *)text.data)))
        status = reel__fail(REEL_E_FORMAT, "%s is not a list of the viewer's files: " ADVICE ".", path);
    reel__buf_free(&text);
    for (int i = 0; i < N_FILES && status == REEL_OK; i++) {
        struct stat s;
        snprintf(path, sizeof path, "%s/%s/%s", dir, REEL__VIEWER_VERSION, names[i]);
        if (stat(path, &s) != 0)
            status = reel__fail(REEL_E_NOT_FOUND, "%s: %s: " ADVICE ".", path, strerror(errno));
        else if ((uint64_t)s.st_size != sizes[i])
            status = reel__fail(REEL_E_FORMAT, "%s has %lld bytes, %llu are expected: " ADVICE ".", path, (long long)s.st_size, (unsigned long long)sizes[i]);
    }
    return status;
}

reel_status reel_viewer_check(const char *dir) {
    char chosen[4096];
    reel__viewer_files files;
    if (!dir) {
        REEL__TRY(reel_viewer_dir(chosen, sizeof chosen));
        dir = chosen;
    }
    return reel__viewer_files_read(&files, dir);
}
