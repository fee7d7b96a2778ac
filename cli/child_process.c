#include "child_process.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* In the child: becomes the program, or tells why not through the pipe, which closes by itself when exec works. Only async-signal-safe calls. */
static void become(const char *const *argv, const char *cwd, int output, int report) {
    int nothing = open("/dev/null", O_RDWR);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    signal(SIGINT, SIG_DFL);
    signal(SIGPIPE, SIG_DFL);
    if (nothing >= 0 && dup2(nothing, 0) == 0 && dup2(output >= 0 ? output : nothing, 1) == 1 && (!cwd || chdir(cwd) == 0))
        execvp(argv[0], (char *const *)argv);
    int error = errno;
    ssize_t written = write(report, &error, sizeof error);
    (void)written;
    _exit(127);
}

/* Forks; -1 with errno when the program could not be started. */
static pid_t start(const char *const *argv, const char *cwd, int output) {
    int report[2];
    if (pipe(report) != 0) return -1;
    fcntl(report[0], F_SETFD, FD_CLOEXEC);
    fcntl(report[1], F_SETFD, FD_CLOEXEC);
    pid_t child = fork();
    if (child == 0) become(argv, cwd, output, report[1]);
    int error = errno;
    close(report[1]);
    if (child > 0) {
        error = 0;
        if (read(report[0], &error, sizeof error) != (ssize_t)sizeof error) error = 0;
    }
    close(report[0]);
    if (!error) return child;
    if (child > 0) waitpid(child, NULL, 0);
    errno = error;
    return -1;
}

/* All of the child's output is read, so that it never waits for us; what does not fit is dropped. */
static void gather(int from, char *out, size_t out_size) {
    char piece[4096];
    size_t used = 0;
    ssize_t n;
    while ((n = read(from, piece, sizeof piece)) > 0 || (n < 0 && errno == EINTR)) {
        size_t fits = n < 0 ? 0 : (size_t)n < out_size - 1 - used ? (size_t)n : out_size - 1 - used;
        memcpy(out + used, piece, fits);
        used += fits;
    }
    out[used] = 0;
}

int cli_run(const char *const *argv, const char *cwd, char *out, size_t out_size) {
    int output[2] = { -1, -1 }, state = 0;
    if (out && pipe(output) != 0) {
        fprintf(stderr, "reel: %s cannot be run: %s\n", argv[0], strerror(errno));
        return -1;
    }
    if (out) {
        fcntl(output[0], F_SETFD, FD_CLOEXEC);
        fcntl(output[1], F_SETFD, FD_CLOEXEC);
    }
    pid_t child = start(argv, cwd, output[1]);
    int error = errno;
    if (out) {
        close(output[1]);
        if (child > 0) gather(output[0], out, out_size);
        close(output[0]);
    }
    if (child < 0) {
        if (error == ENOENT)
            fprintf(stderr, "reel: the program %s is needed, and is not installed (or not in PATH)\n", argv[0]);
        else
            fprintf(stderr, "reel: %s cannot be run: %s\n", argv[0], strerror(error));
        return -1;
    }
    while (waitpid(child, &state, 0) < 0)
        if (errno != EINTR) return -1;
    int code = WIFEXITED(state) ? WEXITSTATUS(state) : 128 + WTERMSIG(state);
    if (code > 128)
        fprintf(stderr, "reel: %s was ended by signal %d\n", argv[0], code - 128);
    else if (code)
        fprintf(stderr, "reel: %s failed with exit code %d\n", argv[0], code);
    return code;
}

int cli_start(const char *const *argv) {
    /* A child of a child, which nobody has to wait for. */
    pid_t between = fork();
    if (between < 0) return -1;
    if (between == 0) {
        setsid();
        _exit(start(argv, NULL, -1) < 0);
    }
    int state = 0;
    while (waitpid(between, &state, 0) < 0)
        if (errno != EINTR) return -1;
    return WIFEXITED(state) && WEXITSTATUS(state) == 0 ? 0 : -1;
}
