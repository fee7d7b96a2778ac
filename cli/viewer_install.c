/* Installing the viewer. Fetching, unpacking, compressing and hashing are done by npm, tar, gzip and sha256sum, as child processes; here is only the
 * order of things. Everything happens in a temporary folder beside the final one, which a rename puts in its place at the end.
 *
 * The page that shows a recording has a strict content security policy, and names its scripts' hashes: they are noted here, in viewer.txt and in the
 * import map. src/view/viewer_files.h describes the files. */
#define _XOPEN_SOURCE 700
#include "viewer_install.h"

#include "child_process.h"

#include <reel/view.h>

#include <errno.h>
#include <ftw.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PACKAGE_NAME    "@rerun-io/web-viewer"
#define PACKAGE_VERSION "0.33.0"
#define PACKAGE_FILE    "rerun-io-web-viewer-" PACKAGE_VERSION ".tgz"
#define PACKAGE_SHA256  "d569b0a59bc973c88211d81b9fee405748913e2b610d35011900ff0741bbcad3"

#define HASH_HEX  64
#define HASH_TEXT 52 /* "sha256-", 44 characters of base64, NUL */

static bool complain(const char *format, ...) {
    va_list args;
    va_start(args, format);
    fputs("reel: ", stderr);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    va_end(args);
    return false;
}

static bool join(char out[PATH_MAX], const char *folder, const char *name) {
    int n = snprintf(out, PATH_MAX, "%s/%s", folder, name);
    return (n >= 0 && n < PATH_MAX) || complain("%s/%s: the path is too long", folder, name);
}

/* ---- hashes ---- */

static int hex_digit(char c) {
    static const char digits[] = "0123456789abcdef";
    const char *at = c ? strchr(digits, c) : NULL;
    return at ? (int)(at - digits) : -1;
}

static bool hash_file(char hex[HASH_HEX + 1], const char *folder, const char *name) {
    const char *argv[] = { "sha256sum", "--", name, NULL };
    char out[HASH_HEX + PATH_MAX];
    if (cli_run(argv, folder, out, sizeof out) != 0) return false;
    const char *start = *out == '\\' ? out + 1 : out; /* so marked when the name holds a backslash */
    for (int i = 0; i < HASH_HEX; i++)
        if (hex_digit(start[i]) < 0) return complain("sha256sum printed no hash for %s", name);
    memcpy(hex, start, HASH_HEX);
    hex[HASH_HEX] = 0;
    return true;
}

/* 32 bytes in hexadecimal to "sha256-" and base64, the form of policies and import maps. */
static void to_policy_form(char out[HASH_TEXT], const char hex[HASH_HEX + 1]) {
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    unsigned char bytes[33] = { 0 }; /* one more, so that the last group of three is whole */
    for (int i = 0; i < 32; i++) bytes[i] = (unsigned char)(hex_digit(hex[2 * i]) * 16 + hex_digit(hex[2 * i + 1]));
    char *at = out + sprintf(out, "sha256-");
    for (int i = 0; i < 33; i += 3) {
        unsigned group = (unsigned)bytes[i] << 16 | (unsigned)bytes[i + 1] << 8 | bytes[i + 2];
        for (int shift = 18; shift >= 0; shift -= 6) *at++ = digits[group >> shift & 63];
    }
    at[-1] = '='; /* the byte that is not there */
    *at = 0;
}

/* ---- files and folders ---- */

static int remove_one(const char *path, const struct stat *s, int kind, struct FTW *where) {
    (void)s, (void)kind, (void)where;
    return remove(path);
}

static void remove_tree(const char *path) { nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS); }

static bool make_folders(const char *path) {
    char part[PATH_MAX];
    size_t size = strlen(path);
    if (size >= sizeof part) return complain("%s: the path is too long", path);
    for (size_t i = 1; i <= size; i++) {
        if (path[i] != '/' && path[i]) continue;
        memcpy(part, path, i);
        part[i] = 0;
        if (mkdir(part, 0777) != 0 && errno != EEXIST) return complain("the folder %s cannot be made: %s", part, strerror(errno));
    }
    return true;
}

static bool size_of(const char *folder, const char *name, long long *size) {
    char path[PATH_MAX];
    struct stat s;
    if (!join(path, folder, name)) return false;
    if (stat(path, &s) != 0) return complain("%s: %s", path, strerror(errno));
    *size = (long long)s.st_size;
    return true;
}

static bool write_text(const char *folder, const char *name, const char *text) {
    char path[PATH_MAX];
    if (!join(path, folder, name)) return false;
    FILE *file = fopen(path, "w");
    bool is_written = file && fputs(text, file) >= 0;
    if (file && fclose(file) != 0) is_written = false;
    return is_written || complain("%s cannot be written: %s", path, strerror(errno));
}

/* ---- the steps ---- */

static bool fetch_package(const char *work, char tarball[PATH_MAX]) {
    char cache[PATH_MAX + 16];
    /* npm's own cache is for those who chose one: what is fetched once leaves nothing behind in the user's home. */
    snprintf(cache, sizeof cache, "--cache=%s/npm", work);
    const char *argv[] = {
        "npm", "pack", PACKAGE_NAME "@" PACKAGE_VERSION, "--loglevel=error", "--no-update-notifier", getenv("npm_config_cache") ? NULL : cache, NULL
    };
    printf("fetching " PACKAGE_NAME " " PACKAGE_VERSION " with npm (14 MB)\n");
    fflush(stdout);
    if (cli_run(argv, work, NULL, 0) != 0)
        return complain("the viewer was not fetched; where npm can't, give the package as a file: reel viewer install --from " PACKAGE_FILE);
    return join(tarball, work, PACKAGE_FILE);
}

static bool check_package(const char *tarball) {
    char hex[HASH_HEX + 1];
    if (!hash_file(hex, NULL, tarball)) return false;
    return !strcmp(hex, PACKAGE_SHA256) ||
           complain("%s is not " PACKAGE_NAME " " PACKAGE_VERSION ":\n  its sha256 is %s\n  expected      %s", tarball, hex, PACKAGE_SHA256);
}

static bool unpack(const char *work, const char *tarball) {
    const char *tar[] = { "tar", "-xzf", tarball, "--no-same-owner", "package/index.js", "package/re_viewer.js", "package/re_viewer_bg.wasm", NULL };
    return cli_run(tar, work, NULL, 0) == 0;
}

/* -n leaves name and time out: the same package gives the same bytes. */
static bool compress_wasm(const char *package) {
    const char *gzip[] = { "gzip", "-9", "-n", "re_viewer_bg.wasm", NULL };
    printf("compressing the viewer's program\n");
    fflush(stdout);
    return cli_run(gzip, package, NULL, 0) == 0;
}

static bool write_lists(const char *package, long long wasm_size) {
    static const char *const names[] = { "index.js", "re_viewer.js", "re_viewer_bg.wasm.gz", "importmap.json" };
    static const char base[] = "/viewer/" PACKAGE_VERSION "/";
    char hashes[4][HASH_TEXT], text[1024] = "reel viewer " PACKAGE_VERSION "\n", map[1024];
    for (int i = 0; i < 4; i++) {
        char hex[HASH_HEX + 1];
        long long size;
        if (i == 3) {
            snprintf(map, sizeof map, "{\"imports\":{\"%sre_viewer\":\"%sre_viewer.js\"},\"integrity\":{\"%sindex.js\":\"%s\",\"%sre_viewer.js\":\"%s\"}}",
                     base, base, base, hashes[0], base, hashes[1]);
            if (!write_text(package, names[i], map)) return false;
        }
        if (!hash_file(hex, package, names[i]) || !size_of(package, names[i], &size)) return false;
        to_policy_form(hashes[i], hex);
        size_t used = strlen(text);
        snprintf(text + used, sizeof text - used, "%s %lld %s\n", names[i], size, hashes[i]);
    }
    size_t used = strlen(text);
    snprintf(text + used, sizeof text - used, "re_viewer_bg.wasm %lld\n", wasm_size);
    return write_text(package, "viewer.txt", text);
}

static bool put_in_place(const char *work, const char *package, const char *dir) {
    char final[PATH_MAX], old[PATH_MAX];
    if (!join(final, dir, PACKAGE_VERSION) || !join(old, work, "old")) return false;
    if (rename(package, final) == 0) return true;
    if ((errno == ENOTEMPTY || errno == EEXIST) && rename(final, old) == 0 && rename(package, final) == 0) return true;
    return complain("%s cannot be put in place: %s", final, strerror(errno));
}

static bool install_in(const char *work, const char *dir, const char *given) {
    char tarball[PATH_MAX], package[PATH_MAX];
    long long wasm_size;
    if (given && !realpath(given, tarball)) return complain("%s: %s", given, strerror(errno));
    if (!given && !fetch_package(work, tarball)) return false;
    return check_package(tarball) && unpack(work, tarball) && join(package, work, "package") && size_of(package, "re_viewer_bg.wasm", &wasm_size) &&
           compress_wasm(package) && write_lists(package, wasm_size) && put_in_place(work, package, dir);
}

bool cli_viewer_install(const char *dir, const char *tarball) {
    char path[PATH_MAX], absolute[PATH_MAX];
    if (!make_folders(dir)) return false;
    if (!realpath(dir, absolute)) return complain("%s: %s", dir, strerror(errno));
    if (!join(path, absolute, ".install-XXXXXX")) return false;
    if (!mkdtemp(path)) return complain("%s: a temporary folder cannot be made: %s", absolute, strerror(errno));
    /* Ctrl-C reaches the child that is running; its failure then ends this in order, and the temporary folder goes. */
    void (*before)(int) = signal(SIGINT, SIG_IGN);
    bool is_done = chmod(path, 0755) == 0 && install_in(path, absolute, tarball);
    remove_tree(path);
    signal(SIGINT, before);
    return is_done;
}

bool cli_viewer_verify(const char *dir) {
    char folder[PATH_MAX], list[PATH_MAX], line[256];
    if (!join(folder, dir, PACKAGE_VERSION) || !join(list, folder, "viewer.txt")) return false;
    FILE *file = fopen(list, "r");
    if (!file) return complain("%s: %s", list, strerror(errno));
    bool is_right = true;
    while (is_right && fgets(line, sizeof line, file)) {
        char name[64], noted[64], hex[HASH_HEX + 1], found[HASH_TEXT];
        long long size;
        /* Names come from the list and are used as paths: only plain ones. */
        if (sscanf(line, "%63s %lld %63s", name, &size, noted) != 3 || strncmp(noted, "sha256-", 7) != 0) continue;
        if (strchr(name, '/'))
            is_right = complain("%s names a file elsewhere: %s", list, name);
        else if (!hash_file(hex, folder, name))
            is_right = false;
        else {
            to_policy_form(found, hex);
            if (strcmp(found, noted) != 0) is_right = complain("%s/%s is not the file that was installed: run `reel viewer install`", folder, name);
        }
    }
    fclose(file);
    return is_right;
}
