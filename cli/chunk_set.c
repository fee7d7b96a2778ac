#define _POSIX_C_SOURCE 200809L
#include "chunk_set.h"
#include "temporary_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define IN_MEMORY_MAX ((size_t)16 << 20) /* bytes of a set that is not mapped */

struct cli_chunk_slot {
    uint8_t id[16];
    uint32_t store; /* and one; 0: empty */
};

/* Ids of one writer differ in few bytes, wherever these come to lie in a number: two rounds bring each of them to all bits. */
static size_t begin_of(const struct cli_chunk_slot *slot, size_t n_slots) {
    uint64_t halves[2];
    memcpy(halves, slot->id, sizeof halves);
    uint64_t hash = halves[0] ^ slot->store;
    hash = (hash ^ hash >> 32) * UINT64_C(0x9e3779b97f4a7c15) ^ halves[1];
    hash = (hash ^ hash >> 32) * UINT64_C(0xc2b2ae3d27d4eb4f);
    return (size_t)(hash ^ hash >> 32) & (n_slots - 1);
}

static struct cli_chunk_slot *find(const struct cli_chunk_slot *slots, size_t n_slots, const struct cli_chunk_slot *wanted) {
    size_t at = begin_of(wanted, n_slots);
    while (slots[at].store && (slots[at].store != wanted->store || memcmp(slots[at].id, wanted->id, sizeof wanted->id) != 0)) at = (at + 1) & (n_slots - 1);
    return (struct cli_chunk_slot *)&slots[at];
}

void cli_chunk_set_free(cli_chunk_set *set) {
    if (set->is_mapped) {
        munmap(set->slots, set->n_slots * sizeof *set->slots);
        close(set->fd);
    } else {
        free(set->slots);
    }
    *set = (cli_chunk_set) { 0 };
}

static bool make(cli_chunk_set *set, size_t n_slots) {
    size_t bytes = n_slots * sizeof(struct cli_chunk_slot);
    *set = (cli_chunk_set) { .n_slots = n_slots };
    if (bytes <= IN_MEMORY_MAX) {
        set->slots = calloc(n_slots, sizeof *set->slots);
        return set->slots != NULL;
    }
    set->fd = cli_temporary_file();
    if (set->fd < 0) return false;
    int error = posix_fallocate(set->fd, 0, (off_t)bytes); /* a full disk is told here, not by a signal later */
    void *at = error ? MAP_FAILED : mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, set->fd, 0);
    if (at == MAP_FAILED) {
        if (!error) error = errno;
        close(set->fd);
        errno = error;
        return false;
    }
    set->slots = at;
    set->is_mapped = true;
    return true;
}

static bool grow(cli_chunk_set *set) {
    cli_chunk_set larger;
    if (!make(&larger, set->n_slots ? 2 * set->n_slots : 1024)) return false;
    for (size_t i = 0; i < set->n_slots; i++) {
        if (set->slots[i].store) *find(larger.slots, larger.n_slots, &set->slots[i]) = set->slots[i];
    }
    larger.n = set->n;
    cli_chunk_set_free(set);
    *set = larger;
    return true;
}

bool cli_chunk_set_add(cli_chunk_set *set, uint32_t store, const uint8_t id[16], bool *is_new) {
    struct cli_chunk_slot wanted = { .store = store + 1 };
    memcpy(wanted.id, id, sizeof wanted.id);
    if (4 * (set->n + 1) > 3 * set->n_slots && !grow(set)) return false;
    struct cli_chunk_slot *slot = find(set->slots, set->n_slots, &wanted);
    *is_new = !slot->store;
    if (*is_new) {
        *slot = wanted;
        set->n++;
    }
    return true;
}
