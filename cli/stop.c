#define _DEFAULT_SOURCE /* MAP_ANONYMOUS */
#define _POSIX_C_SOURCE 200809L
#include "stop.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

/* The handler writes into a pipe besides setting the flag, so that a signal between looking at the flag and going to sleep is not slept through. */
static volatile sig_atomic_t requested;
static int wake_pipe[2] = { -1, -1 };

static void on_signal(int number) {
    (void)number;
    int saved = errno;
    requested = 1;
    ssize_t written = write(wake_pipe[1], "x", 1);
    (void)written;
    errno = saved;
}

bool cli_stop_install(void) {
    if (pipe(wake_pipe) != 0) return false;
    for (int i = 0; i < 2; i++) {
        fcntl(wake_pipe[i], F_SETFL, O_NONBLOCK);
        fcntl(wake_pipe[i], F_SETFD, FD_CLOEXEC);
    }
    struct sigaction action = { 0 };
    action.sa_handler = on_signal;
    action.sa_flags = SA_RESTART | (int)SA_RESETHAND;
    sigemptyset(&action.sa_mask);
    static const int signals[] = { SIGINT, SIGTERM, SIGHUP };
    for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++) {
        /* What the caller chose to ignore (nohup, a background job) stays ignored. */
        struct sigaction old;
        if (sigaction(signals[i], NULL, &old) != 0) return false;
        if (old.sa_handler == SIG_IGN) continue;
        if (sigaction(signals[i], &action, NULL) != 0) return false;
    }
    return true;
}

/* Files are read as memory. Where one was cut off meanwhile there is none: zeros are put there, so that the reader comes to an end that it can tell of, and everything is stopped. */
static volatile sig_atomic_t was_cut;
static size_t page_size;

static void on_cut(int number, siginfo_t *info, void *context) {
    static const char said[] = "reel: a file became shorter, or its disk failed, while it was read\n";
    int saved = errno;
    void *page = (void *)((uintptr_t)info->si_addr & ~(uintptr_t)(page_size - 1));
    (void)context;
    if (info->si_code != BUS_ADRERR || mmap(page, page_size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == MAP_FAILED) {
        signal(number, SIG_DFL); /* what was interrupted is tried again, and ends the process */
        return;
    }
    if (!was_cut && write(STDERR_FILENO, said, sizeof said - 1) < 0) errno = saved;
    was_cut = 1;
    requested = 1;
    errno = saved;
}

void cli_stop_watch_files(void) {
    struct sigaction action = { 0 };
    action.sa_sigaction = on_cut;
    action.sa_flags = SA_SIGINFO;
    sigemptyset(&action.sa_mask);
    page_size = (size_t)sysconf(_SC_PAGESIZE);
    sigaction(SIGBUS, &action, NULL);
}

bool cli_stop_was_cut(void) { return was_cut != 0; }

bool cli_stop_requested(void) { return requested != 0; }

int64_t cli_monotonic_ns(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

bool cli_stop_wait_until(int64_t deadline_ns) {
    while (!cli_stop_requested()) {
        int64_t left_ns = deadline_ns - cli_monotonic_ns();
        if (left_ns <= 0) return false;
        int64_t left_ms = (left_ns + 999999) / 1000000;
        struct pollfd wake = { .fd = wake_pipe[0], .events = POLLIN };
        poll(&wake, 1, left_ms > 60000 ? 60000 : (int)left_ms);
    }
    return true;
}
