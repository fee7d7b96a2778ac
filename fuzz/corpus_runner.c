/* Drives a fuzz target without libFuzzer: every file of the corpus folders given, each as it is, cut short at many places, and with single bits
 * and bytes changed. The changes come from a fixed seed, so that a finding is found again; the sanitizers are the judges. */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { CUTS = 64, CHANGES = 128 };

static uint64_t random_state = UINT64_C(0x9e3779b97f4a7c15);

static size_t random_below(size_t n) {
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return (size_t)(random_state % n);
}

/* An allocation of exactly this size each time: the address sanitizer sees the first byte read beyond the end. */
static void feed(const uint8_t *data, size_t size) {
    uint8_t *copy = malloc(size ? size : 1);
    if (!copy) abort();
    if (size) memcpy(copy, data, size);
    LLVMFuzzerTestOneInput(copy, size);
    free(copy);
}

static void feed_variations(uint8_t *data, size_t size) {
    feed(data, size);
    for (size_t i = 0; i < CUTS && i < size; i++) feed(data, size <= CUTS ? i : size / CUTS * i + random_below(size / CUTS));
    for (size_t i = 0; i < CHANGES && size; i++) {
        size_t at = random_below(size);
        uint8_t before = data[at];
        data[at] = i % 2 ? (uint8_t)random_below(256) : (uint8_t)(before ^ (1u << random_below(8)));
        feed(data, size);
        data[at] = before;
    }
}

static uint8_t *read_file(const char *path, size_t *size) {
    FILE *file = fopen(path, "rb");
    if (!file) return NULL;
    uint8_t *data = NULL;
    long end = -1;
    if (fseek(file, 0, SEEK_END) == 0 && (end = ftell(file)) >= 0 && fseek(file, 0, SEEK_SET) == 0) data = malloc((size_t)end + 1);
    if (data && fread(data, 1, (size_t)end, file) != (size_t)end) {
        free(data);
        data = NULL;
    }
    fclose(file);
    *size = data ? (size_t)end : 0;
    return data;
}

/* Returns how many files were fed, or -1. */
static int run_folder(const char *folder) {
    struct dirent **entries;
    int n = scandir(folder, &entries, NULL, alphasort), fed = 0;
    if (n < 0) {
        perror(folder);
        return -1;
    }
    for (int i = 0; i < n; i++) {
        char path[4096];
        size_t size;
        if (entries[i]->d_name[0] != '.') {
            snprintf(path, sizeof path, "%s/%s", folder, entries[i]->d_name);
            printf("%s\n", path);
            fflush(stdout);
            uint8_t *data = read_file(path, &size);
            if (!data) {
                perror(path);
                exit(1);
            }
            feed_variations(data, size);
            free(data);
            fed++;
        }
        free(entries[i]);
    }
    free(entries);
    return fed;
}

int main(int argc, char **argv) {
    int total = 0;
    feed((const uint8_t *)"", 0);
    for (int i = 1; i < argc; i++) {
        int fed = run_folder(argv[i]);
        if (fed < 0) return 1;
        total += fed;
    }
    if (!total) {
        fprintf(stderr, "%s: no corpus file was fed\n", argv[0]);
        return 1;
    }
    printf("%d files, each with up to %d variations\n", total, CUTS + CHANGES);
    return 0;
}
