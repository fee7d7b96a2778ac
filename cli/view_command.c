/* `reel view`: recordings in the official viewer, from this machine, in the browser. */
#define _POSIX_C_SOURCE 200809L
#include "child_process.h"
#include "commands.h"
#include "loopback_get.h"
#include "options.h"
#include "stop.h"

#include <reel/view.h>

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { OPTION_HELP = 1, OPTION_PORT, OPTION_NO_BROWSER, OPTION_ONCE };

static const cli_option options[] = {
    { OPTION_PORT, 'p', "port", "N", "the port to serve from (default: a free one)" },
    { OPTION_NO_BROWSER, 0, "no-browser", NULL, "only print the address; also where there is no DISPLAY" },
    { OPTION_ONCE, 0, "once", NULL, "fetch the page, the viewer and each recording once, say what came, and end" },
    { OPTION_HELP, 'h', "help", NULL, "print this and end" },
    { 0, 0, NULL, NULL, NULL },
};

static const cli_command command = {
    .name = "view",
    .synopsis = "FILE... [--port N] [--no-browser] [--once]",
    .summary = "Shows recordings in the browser, with the viewer that reel viewer install put on this machine.",
    .details = "The page, the viewer and the recordings are served from 127.0.0.1 alone; nothing is fetched from\n"
               "elsewhere. Files are read anew at each reload of the page, so that a new capture shows. Ctrl-C ends.\n"
               "\n"
               "Exit codes: 0 ended by Ctrl-C, or all is well (--once), 1 something failed (standard error says\n"
               "what), 2 the command line makes no sense.",
    .options = options,
};

typedef struct settings {
    int64_t port;
    bool no_browser, once;
    char **paths;
    size_t n_paths;
} settings;

/* ---- --once ---- */

static bool proved(bool is_right, const char *what, const cli_answer *a) {
    char size[32];
    snprintf(size, sizeof size, "%" PRIu64 " bytes", a->total);
    fprintf(is_right ? stdout : stderr, "%s%s: %d %s%s%s, %s\n", is_right ? "" : "reel: unexpected answer: ", what, a->status, a->type,
            *a->encoding ? ", " : "", a->encoding, size);
    if (!is_right && a->status >= 400) fprintf(stderr, "  %.*s", (int)(a->body_size < 400 ? a->body_size : 400), (const char *)a->body);
    return is_right;
}

/* Fetches one thing and compares status, type and first bytes. */
static bool prove(const char *url, const char *range, const char *what, const char *type, const char *encoding, const char *first_bytes) {
    cli_answer answer;
    char why[512];
    if (!cli_loopback_get(url, range, &answer, why, sizeof why)) {
        fprintf(stderr, "reel: %s\n", why);
        return false;
    }
    size_t n = strlen(first_bytes);
    bool is_right = answer.status == (range ? 206 : 200) && !strncmp(answer.type, type, strlen(type)) && !strcmp(answer.encoding, encoding) &&
                    answer.body_size >= n && !memcmp(answer.body, first_bytes, n);
    return proved(is_right, what, &answer);
}

static bool prove_all(const reel_view *view, const settings *s) {
    static const struct {
        const char *name, *type, *encoding, *first_bytes;
    } assets[] = { { "index.js", "text/javascript", "", "" },
                   { "re_viewer.js", "text/javascript", "", "" },
                   { "re_viewer_bg.wasm", "application/wasm", "gzip", "\x1f\x8b" } };
    char url[256], what[4200];
    bool is_right = prove(reel_view_url(view), NULL, "page", "text/html", "", "<!doctype html>");
    for (size_t i = 0; i < sizeof assets / sizeof assets[0]; i++) {
        snprintf(url, sizeof url, "%sviewer/%s/%s", reel_view_url(view), reel_viewer_version(), assets[i].name);
        snprintf(what, sizeof what, "viewer %s, %s", reel_viewer_version(), assets[i].name);
        if (!prove(url, "bytes=0-15", what, assets[i].type, assets[i].encoding, assets[i].first_bytes)) is_right = false;
    }
    for (size_t i = 0; i < s->n_paths; i++) {
        snprintf(what, sizeof what, "recording %s", s->paths[i]);
        if (!prove(reel_view_recording_url(view, i), "bytes=0-15", what, "application/octet-stream", "", "RRF2")) is_right = false;
    }
    printf("%s\n", is_right ? "the page, the viewer and the recordings answer" : "not everything answers as it should");
    return is_right;
}

/* ---- serving ---- */

static void warn_about_files(const settings *s) {
    for (size_t i = 0; i < s->n_paths; i++)
        if (access(s->paths[i], R_OK) != 0) fprintf(stderr, "reel view: %s: %s (served as soon as it can be read)\n", s->paths[i], strerror(errno));
    if (reel_viewer_check(NULL) != REEL_OK) fprintf(stderr, "reel view: %s\n", reel_error_message());
}

static void open_browser(const char *url) {
    const char *argv[] = { "xdg-open", url, NULL };
    const char *display = getenv("DISPLAY"), *wayland = getenv("WAYLAND_DISPLAY");
    if (!(display && *display) && !(wayland && *wayland)) return;
    if (cli_start(argv) != 0) fprintf(stderr, "reel view: there is no xdg-open: open the address by hand\n");
}

static int serve(const settings *s) {
    if (!s->once && !cli_stop_install()) {
        fprintf(stderr, "reel view: signals cannot be handled: %s\n", strerror(errno));
        return CLI_FAILED;
    }
    reel_view_options view_options = { .struct_size = sizeof view_options, .port = (uint16_t)s->port };
    reel_view *view = reel_view_start((const char *const *)s->paths, s->n_paths, &view_options);
    if (!view) {
        fprintf(stderr, "reel view: %s\n", reel_error_message());
        return CLI_FAILED;
    }
    bool is_right = true;
    printf("%s\n", reel_view_url(view));
    fflush(stdout);
    if (s->once) {
        is_right = prove_all(view, s);
    } else {
        warn_about_files(s);
        if (!s->no_browser) open_browser(reel_view_url(view));
        while (!cli_stop_wait_until(INT64_MAX)) continue;
    }
    reel_view_stop(view);
    return is_right ? CLI_OK : CLI_FAILED;
}

int reel_cli_view(int argc, char **argv) {
    cli_args args = { .command = &command, .argc = argc, .argv = argv };
    settings s = { 0 };
    int code = -1;
    s.paths = calloc((size_t)argc + 1, sizeof *s.paths);
    if (!s.paths) {
        fprintf(stderr, "reel view: no memory for the list of files\n");
        return CLI_FAILED;
    }
    while (code < 0) {
        switch (cli_next(&args)) {
        case CLI_ARG_END:
            code = s.n_paths ? serve(&s) : CLI_USAGE;
            if (!s.n_paths) fprintf(stderr, "reel view: which recordings? FILE is missing\nTry: reel view --help\n");
            break;
        case CLI_ARG_PLAIN: s.paths[s.n_paths++] = (char *)args.value; break;
        case OPTION_PORT:
            if (!cli_number(&args, "--port", 0, 65535, &s.port)) code = CLI_USAGE;
            break;
        case OPTION_NO_BROWSER: s.no_browser = true; break;
        case OPTION_ONCE: s.once = true; break;
        case OPTION_HELP:
            cli_print_help(&command);
            code = CLI_OK;
            break;
        default: code = CLI_USAGE;
        }
    }
    free(s.paths);
    return code;
}
