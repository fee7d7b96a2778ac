/* `reel viewer`: the official viewer's files, which `reel view` serves. */
#include "commands.h"
#include "options.h"
#include "viewer_install.h"

#include <reel/view.h>

#include <stdio.h>
#include <string.h>

enum { OPTION_HELP = 1, OPTION_FROM, OPTION_DIR };
enum { PATH_BYTES = 4096 };

static const cli_option options[] = {
    { OPTION_FROM, 0, "from", "TARBALL", "with install: take this file, the npm package @rerun-io/web-viewer 0.33.0, instead of fetching it with npm" },
    { OPTION_DIR, 0, "dir", "DIR", "the folder; by default $REEL_VIEWER_DIR, else $XDG_DATA_HOME/reel/viewer, else ~/.local/share/reel/viewer" },
    { OPTION_HELP, 'h', "help", NULL, "print this and end" },
    { 0, 0, NULL, NULL, NULL },
};

static const cli_command command = {
    .name = "viewer",
    .synopsis = "install|status|path [--from TARBALL] [--dir DIR]",
    .summary = "Installs or looks up the official viewer, the program for browsers that reel view serves.",
    .details = "install  puts the viewer into its folder, once; uses npm, tar, gzip and sha256sum, and checks the\n"
               "         package's hash; does nothing when it is there and unchanged\n"
               "status   says whether it is there, complete and unchanged (exit code 1: it is not)\n"
               "path     prints its folder\n"
               "\n"
               "Exit codes: 0 done, 1 failed (standard error says what), 2 the command line makes no sense.",
    .options = options,
};

static int misuse(const char *text, const char *argument) {
    fprintf(stderr, "reel viewer: %s%s\nTry: reel viewer --help\n", text, argument);
    return CLI_USAGE;
}

static int fail_with_library_message(void) {
    fprintf(stderr, "reel: %s\n", reel_error_message());
    return CLI_FAILED;
}

static int install(const char *dir, const char *tarball) {
    if (!tarball && reel_viewer_check(dir) == REEL_OK && cli_viewer_verify(dir)) {
        printf("the viewer %s is in %s already\n", reel_viewer_version(), dir);
        return CLI_OK;
    }
    if (!cli_viewer_install(dir, tarball)) return CLI_FAILED;
    if (reel_viewer_check(dir) != REEL_OK) return fail_with_library_message();
    printf("the viewer %s is in %s\n", reel_viewer_version(), dir);
    return CLI_OK;
}

static int status(const char *dir) {
    if (reel_viewer_check(dir) != REEL_OK) return fail_with_library_message();
    if (!cli_viewer_verify(dir)) return CLI_FAILED;
    printf("the viewer %s is in %s, complete and unchanged\n", reel_viewer_version(), dir);
    return CLI_OK;
}

static int act(const char *action, const char *dir, const char *tarball) {
    char standard[PATH_BYTES];
    bool is_install = !strcmp(action, "install"), is_status = !strcmp(action, "status");
    if (!is_install && !is_status && strcmp(action, "path") != 0) return misuse("unknown action: ", action);
    if (tarball && !is_install) return misuse("--from belongs to install, not to ", action);
    if (dir && !*dir) return misuse("--dir is empty", "");
    if (!dir) {
        if (reel_viewer_dir(standard, sizeof standard) != REEL_OK) return fail_with_library_message();
        dir = standard;
    }
    if (is_install) return install(dir, tarball);
    if (is_status) return status(dir);
    puts(dir);
    return CLI_OK;
}

int reel_cli_viewer(int argc, char **argv) {
    const char *action = NULL, *dir = NULL, *tarball = NULL;
    cli_args args = { .command = &command, .argc = argc, .argv = argv };
    for (;;) {
        switch (cli_next(&args)) {
        case CLI_ARG_END: return action ? act(action, dir, tarball) : misuse("what is to be done? install, status or path", "");
        case CLI_ARG_PLAIN:
            if (action) return misuse("one action at a time, not also ", args.value);
            action = args.value;
            break;
        case OPTION_FROM: tarball = args.value; break;
        case OPTION_DIR: dir = args.value; break;
        case OPTION_HELP: cli_print_help(&command); return CLI_OK;
        default: return CLI_USAGE;
        }
    }
}
