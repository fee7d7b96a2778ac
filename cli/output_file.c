#define _POSIX_C_SOURCE 200809L
#include "output_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

bool cli_output_open(cli_output *output, const char *path) {
    struct stat info;
    *output = (cli_output) { .path = path };
    if (strcmp(path, "-") == 0) {
        output->file = stdout;
        return true;
    }
    if (stat(path, &info) == 0 && !S_ISREG(info.st_mode)) { /* a pipe or a device is written to as it is */
        output->file = fopen(path, "wb");
        return output->file != NULL;
    }
    size_t size = strlen(path) + 32;
    output->temporary = malloc(size);
    if (!output->temporary) return false;
    snprintf(output->temporary, size, "%s.%ld.part", path, (long)getpid());
    int fd = open(output->temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    output->file = fd < 0 ? NULL : fdopen(fd, "wb");
    if (output->file) return true;
    int error = errno;
    if (fd >= 0) close(fd);
    free(output->temporary);
    output->temporary = NULL;
    errno = error;
    return false;
}

reel_status cli_output_write(void *user, const void *data, size_t size) {
    cli_output *output = user;
    if (fwrite(data, 1, size, output->file) == size) return REEL_OK;
    if (!output->error) output->error = errno ? errno : EIO;
    return REEL_E_IO;
}

static int finish(cli_output *output) {
    int error = output->error;
    if (output->file == stdout) return fflush(stdout) != 0 && !error ? errno : error;
    if (fclose(output->file) != 0 && !error) error = errno;
    output->file = NULL;
    return error;
}

bool cli_output_close(cli_output *output) {
    int error = finish(output);
    if (!error && output->temporary && rename(output->temporary, output->path) != 0) error = errno;
    if (error && output->temporary) unlink(output->temporary);
    free(output->temporary);
    *output = (cli_output) { 0 };
    errno = error;
    return error == 0;
}

void cli_output_abandon(cli_output *output) {
    if (!output->file) return;
    finish(output);
    if (output->temporary) unlink(output->temporary);
    free(output->temporary);
    *output = (cli_output) { 0 };
}
