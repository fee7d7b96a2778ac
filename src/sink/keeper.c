/* Kept messages lie in lists, one per store, in the order in which their keys were first seen; a map finds the entry of a key. An entry holds the newest message of its
 * key, either in memory or as a *stub*: the message without its bytes, which stand in a temporary file.
 *
 *     store -> info, chunk, chunk, chunk ..., activation        chunk: message, or stub + file + offset
 *
 * Files are only ever appended to, and a byte that was written is never written again: a forked child can go on reading the file it inherited while the parent
 * writes on. When most of what the files hold was replaced, what is still wanted moves to a new file, one message per taking of the lock. */
#include "keeper.h"

#include "../base/alloc.h"
#include "../base/error.h"
#include "../base/io.h"

#include <string.h>

static const size_t bytes_max_default = (size_t)64 << 20;
/* Files are rewritten when more than half of them is dead, and more than this. */
static const uint64_t dead_bytes_min = (uint64_t)64 << 20;

typedef struct kept_file {
    int fd;
    uint64_t size;
    size_t refs; /* of entries, of snapshots, and one while it is appended to */
} kept_file;

typedef struct kept_entry {
    struct kept_entry *next;
    reel__message *message; /* data NULL: a stub */
    size_t memory;          /* what it counts for */
    kept_file *file;        /* of a stub */
    uint64_t offset;
} kept_entry;

typedef struct kept_store {
    struct kept_store *next;
    const reel__store *store;
    kept_entry info, activation; /* message NULL: not seen, or forgotten */
    bool is_active, is_default;  /* of blueprints: as their activations say */
    kept_entry *first, *last;    /* chunks */
} kept_store;

struct reel__keeper {
    reel__mutex mutex; /* guards all of it */
    size_t bytes_max, memory;
    kept_store *first, *last;
    reel__map chunks;   /* by chunk_key */
    size_t n;           /* messages kept */
    kept_file *file;    /* appended to; NULL: the next spill makes one */
    uint64_t file_bytes, live_bytes, dead_bytes_next; /* of all files; what entries use; below how many dead bytes nothing is rewritten */
    bool is_rewriting;
};

typedef struct chunk_key {
    const void *store, *entity_path, *shape;
} chunk_key;

/* A message of its own block with everything but the bytes, and room for data_size of those; NULL when memory is out. */
static reel__message *copy_message(const reel__message *m, size_t data_size) {
    bool is_chunk = m->kind == REEL_MESSAGE_CHUNK;
    size_t n_timelines = is_chunk ? m->shape->n_timelines : 0, n_columns = is_chunk ? m->shape->n_columns : 0;
    bool has_cells = is_chunk && m->info.has_nulls && m->info.cell_ranges;
    size_t ranges = n_timelines * sizeof *m->info.ranges, cells = has_cells ? n_timelines * n_columns * sizeof *m->info.cell_ranges : 0;
    size_t non_null = n_columns * sizeof *m->info.non_null, size;
    if (!reel__add_size(sizeof *m + ranges + cells + non_null, data_size, &size))
        return NULL;
    reel__message *copy = reel__alloc(size);
    if (!copy)
        return NULL;

    uint8_t *at = (uint8_t *)(copy + 1);
    /* Not the count of references, which others may be changing. */
    memcpy(&copy->kind, &m->kind, sizeof *copy - offsetof(reel__message, kind));
    atomic_init(&copy->refs, 1);
    copy->pool = NULL;
    copy->block_size = size;
    copy->data = data_size ? at + ranges + cells + non_null : NULL;
    copy->info.ranges = ranges && m->info.ranges ? memcpy(at, m->info.ranges, ranges) : NULL;
    copy->info.cell_ranges = cells ? memcpy(at + ranges, m->info.cell_ranges, cells) : NULL;
    copy->info.non_null = non_null && m->info.non_null ? memcpy(at + ranges + cells, m->info.non_null, non_null) : NULL;
    return copy;
}

/* A reference to the message, or to a copy when it stands in a block much larger than itself, which it would hold back from the recording's pool. */
static reel__message *hold(reel__message *m) {
    if (m->block_size <= m->size + m->size / 2 + 512)
        return reel__message_ref(m);
    reel__message *copy = copy_message(m, m->size);
    if (copy)
        memcpy((uint8_t *)copy->data, m->data, m->size);
    return copy;
}

/* ---- files; with the lock held */

static void file_unref(reel__keeper *k, kept_file *f) {
    if (!f || --f->refs)
        return;
    k->file_bytes -= f->size;
    reel__io_close(f->fd);
    reel__release(f);
}

static reel_status open_file(reel__keeper *k) {
    kept_file *f = reel__alloc_zero(sizeof *f);
    if (!f)
        return reel__fail(REEL_E_NO_MEMORY, "kept state: no memory for a temporary file");
    int error = reel__io_open_temporary(&f->fd, NULL);
    if (error) {
        reel__release(f);
        return reel__fail_errno(error, "kept state beyond %zu bytes needs a temporary file", k->bytes_max);
    }
    f->refs = 1;
    k->file = f;
    return REEL_OK;
}

/* Appends bytes; the caller takes over a reference to *file. */
static reel_status append(reel__keeper *k, const uint8_t *data, size_t size, kept_file **file, uint64_t *offset) {
    if (!k->file)
        REEL__TRY(open_file(k));
    kept_file *f = k->file;
    int error = reel__io_write_all(f->fd, f->size, data, size);
    if (error)
        return reel__fail_errno(error, "kept state: writing %zu bytes to a temporary file", size);
    *file = f;
    *offset = f->size;
    f->size += size;
    f->refs++;
    k->file_bytes += size;
    return REEL_OK;
}

static reel_status read_back(const kept_file *f, uint64_t offset, const reel__message *stub, reel__message **out) {
    reel__message *m = copy_message(stub, stub->size);
    if (!m)
        return reel__fail(REEL_E_NO_MEMORY, "kept state: no memory for a message of %zu bytes", stub->size);
    size_t done = 0;
    int error = reel__io_read(f->fd, offset, (uint8_t *)m->data, m->size, &done);
    if (!error && done == m->size) {
        *out = m;
        return REEL_OK;
    }
    reel__message_unref(m);
    return error ? reel__fail_errno(error, "kept state: reading %zu bytes from a temporary file", stub->size)
                 : reel__fail(REEL_E_IO, "kept state: a temporary file ended %zu bytes early", stub->size - done);
}

/* ---- entries; with the lock held */

static kept_store *store_of(reel__keeper *k, const reel__store *store) {
    for (kept_store *s = k->first; s; s = s->next)
        if (s->store == store)
            return s;
    kept_store *s = reel__alloc_zero(sizeof *s);
    if (!s)
        return NULL;
    s->store = store;
    if (k->last)
        k->last->next = s;
    else
        k->first = s;
    k->last = s;
    return s;
}

/* The entry of a message's key, made when it is new. */
static kept_entry *entry_of(reel__keeper *k, const reel__message *m) {
    kept_store *s = store_of(k, m->store);
    if (!s || m->kind != REEL_MESSAGE_CHUNK)
        return !s ? NULL : m->kind == REEL_MESSAGE_STORE_INFO ? &s->info : &s->activation;
    chunk_key key = {m->store, m->entity_path, m->shape};
    kept_entry *entry = reel__map_get(&k->chunks, &key, sizeof key);
    if (entry)
        return entry;
    entry = reel__alloc_zero(sizeof *entry);
    if (!entry || reel__map_put(&k->chunks, &key, sizeof key, entry) != REEL_OK) {
        reel__release(entry);
        return NULL;
    }
    if (s->last)
        s->last->next = entry;
    else
        s->first = entry;
    s->last = entry;
    return entry;
}

/* Puts a message (the reference goes over) into an entry, with its place in a file if it is a stub; returns what was there. */
static reel__message *replace(reel__keeper *k, kept_entry *entry, reel__message *m, kept_file *file, uint64_t offset) {
    reel__message *old = entry->message;
    k->memory += m->block_size - entry->memory;
    k->n += old == NULL;
    if (entry->file)
        k->live_bytes -= old->size;
    file_unref(k, entry->file);
    if (file)
        k->live_bytes += m->size;
    entry->message = m;
    entry->memory = m->block_size;
    entry->file = file;
    entry->offset = offset;
    return old;
}

static void forget(reel__keeper *k, kept_entry *entry) {
    if (!entry->message)
        return;
    if (entry->file)
        k->live_bytes -= entry->message->size;
    file_unref(k, entry->file);
    k->memory -= entry->memory;
    k->n--;
    reel__message_unref(entry->message);
    entry->message = NULL;
    entry->memory = 0;
    entry->file = NULL;
}

/* Forgets all of a store that is not wanted any more. True: nothing is left of it. Entries stay, empty, while a rewriting has its hands on them, and those whose message never came. */
static bool forget_store(reel__keeper *k, kept_store *s) {
    kept_entry **at = &s->first;
    forget(k, &s->info);
    forget(k, &s->activation);
    s->last = NULL;
    while (*at) {
        kept_entry *entry = *at;
        if (entry->message && !k->is_rewriting) {
            chunk_key key = {s->store, entry->message->entity_path, entry->message->shape};
            reel__map_remove(&k->chunks, &key, sizeof key);
            forget(k, entry);
            *at = entry->next;
            reel__release(entry);
            continue;
        }
        forget(k, entry);
        s->last = entry;
        at = &entry->next;
    }
    return !s->first && !k->is_rewriting;
}

/* A blueprint takes the place of those that are now neither the active nor the default one. */
static void supersede(reel__keeper *k, const reel__message *activation) {
    kept_store **at = &k->first, *previous = NULL;
    while (*at) {
        kept_store *s = *at;
        bool is_new = s->store == activation->store;
        s->is_active = is_new ? s->is_active || activation->makes_active : s->is_active && !activation->makes_active;
        s->is_default = is_new ? s->is_default || activation->makes_default : s->is_default && !activation->makes_default;
        if (is_new || !s->activation.message || s->is_active || s->is_default) {
            previous = s;
            at = &s->next;
            continue;
        }
        if (!forget_store(k, s)) {
            previous = s;
            at = &s->next;
            continue;
        }
        *at = s->next;
        if (k->last == s)
            k->last = previous;
        reel__release(s);
    }
}

/* Threads' rows are taken lane by lane: what comes later need not be what was logged later. */
static bool is_older(const reel__message *m, const reel__message *known) {
    if (!known || m->kind != REEL_MESSAGE_CHUNK)
        return false;
    const reel__tuid *a = &m->newest_row, *b = &known->newest_row;
    return a->time_ns != b->time_ns ? a->time_ns < b->time_ns : a->inc < b->inc;
}

static reel_status put_locked(reel__keeper *k, reel__message *m, reel__message *held, reel__message **old) {
    kept_entry *entry = entry_of(k, m);
    if (!entry)
        return reel__fail(REEL_E_NO_MEMORY, "kept state: no memory for an entry");
    if (is_older(m, entry->message))
        return REEL_OK;
    reel_status status = REEL_OK;
    if (k->memory - entry->memory + held->block_size > k->bytes_max) {
        kept_file *file = NULL;
        uint64_t offset = 0;
        reel__message *stub = copy_message(m, 0);
        status = stub ? append(k, m->data, m->size, &file, &offset) : reel__fail(REEL_E_NO_MEMORY, "kept state: no memory for an entry");
        if (status == REEL_OK) {
            *old = replace(k, entry, stub, file, offset);
            return REEL_OK;
        }
        reel__message_unref(stub);
    }
    /* Where there is no room for a file it stays in memory, beyond the bound: what a late sink must have is not given up. */
    *old = replace(k, entry, reel__message_ref(held), NULL, 0);
    return status;
}

/* ---- rewriting */

static bool is_worth_rewriting(const reel__keeper *k) {
    uint64_t dead = k->file_bytes - k->live_bytes;
    return !k->is_rewriting && dead > dead_bytes_min && dead > k->live_bytes && dead > k->dead_bytes_next;
}

/* Moves one entry's bytes into the file appended to now. */
static reel_status move_entry(reel__keeper *k, kept_entry *entry) {
    if (!entry->file || entry->file == k->file)
        return REEL_OK;
    reel__message *m;
    kept_file *file;
    uint64_t offset;
    REEL__TRY(read_back(entry->file, entry->offset, entry->message, &m));
    reel_status status = append(k, m->data, m->size, &file, &offset);
    reel__message_unref(m);
    if (status == REEL_OK) {
        file_unref(k, entry->file);
        entry->file = file;
        entry->offset = offset;
    }
    return status;
}

/* Locks for each message anew, so that nobody waits for more than one. Entries are never removed: the lists hold still enough. */
static void rewrite(reel__keeper *k) {
    reel__mutex_lock(&k->mutex);
    kept_file *old = k->file;
    k->file = NULL;
    reel_status status = open_file(k);
    if (status != REEL_OK)
        k->file = old;
    else
        file_unref(k, old);
    kept_store *s = status == REEL_OK ? k->first : NULL;
    for (; s && status == REEL_OK; s = s->next) {
        kept_entry *singles[] = {&s->info, &s->activation};
        for (size_t i = 0; i < 2 && status == REEL_OK; i++)
            status = move_entry(k, singles[i]);
        for (kept_entry *entry = s->first; entry && status == REEL_OK; entry = entry->next) {
            status = move_entry(k, entry);
            reel__mutex_unlock(&k->mutex);
            reel__mutex_lock(&k->mutex);
        }
    }
    /* After a failure (no room for both files) not again before as much more has died. */
    k->dead_bytes_next = status == REEL_OK ? 0 : k->file_bytes - k->live_bytes + dead_bytes_min;
    k->is_rewriting = false;
    reel__mutex_unlock(&k->mutex);
}

/* ---- the interface */

reel__keeper *reel__keeper_new(int64_t bytes_max) {
    reel__keeper *k = reel__alloc_zero(sizeof *k);
    if (!k)
        return NULL;
    reel__mutex_init(&k->mutex);
    k->bytes_max = bytes_max > 0 ? (size_t)bytes_max : bytes_max_default;
    return k;
}

static void free_entry(reel__keeper *k, kept_entry *entry) {
    reel__message_unref(entry->message);
    file_unref(k, entry->file);
}

void reel__keeper_free(reel__keeper *k) {
    if (!k)
        return;
    for (kept_store *s = k->first, *next_store; s; s = next_store) {
        next_store = s->next;
        free_entry(k, &s->info);
        free_entry(k, &s->activation);
        for (kept_entry *entry = s->first, *next; entry; entry = next) {
            next = entry->next;
            free_entry(k, entry);
            reel__release(entry);
        }
        reel__release(s);
    }
    file_unref(k, k->file);
    reel__map_free(&k->chunks);
    reel__mutex_destroy(&k->mutex);
    reel__release(k);
}

reel_status reel__keeper_put(reel__keeper *k, reel__message *m) {
    if (m->kind == REEL_MESSAGE_CHUNK && !m->is_static && m->store->kind != REEL_STORE_BLUEPRINT)
        return REEL_OK;
    reel__message *held = hold(m), *old = NULL;
    if (!held)
        return reel__fail(REEL_E_NO_MEMORY, "kept state: no memory for a message of %zu bytes", m->size);
    reel__mutex_lock(&k->mutex);
    reel_status status = put_locked(k, m, held, &old);
    if (m->kind == REEL_MESSAGE_BLUEPRINT_ACTIVATION)
        supersede(k, m);
    bool must_rewrite = is_worth_rewriting(k);
    if (must_rewrite)
        k->is_rewriting = true;
    reel__mutex_unlock(&k->mutex);
    reel__message_unref(old);
    reel__message_unref(held);
    if (must_rewrite)
        rewrite(k);
    return status;
}

typedef struct kept_copy {
    reel__message *message;
    kept_file *file;
    uint64_t offset;
} kept_copy;

static void copy_entry(kept_copy *copies, size_t *n, const kept_entry *entry) {
    if (!entry->message)
        return;
    copies[(*n)++] = (kept_copy){reel__message_ref(entry->message), entry->file, entry->offset};
    if (entry->file)
        entry->file->refs++;
}

/* What is kept at one moment, with references, so that bytes can be read without the lock. */
static kept_copy *copy_entries(reel__keeper *k, size_t *n) {
    size_t i = 0;
    reel__mutex_lock(&k->mutex);
    kept_copy *copies = reel__alloc_array(k->n ? k->n : 1, sizeof *copies);
    if (copies) {
        for (int recordings = 0; recordings < 2; recordings++)
            for (const kept_store *s = k->first; s; s = s->next) {
                if ((s->store->kind != REEL_STORE_BLUEPRINT) != recordings)
                    continue;
                copy_entry(copies, &i, &s->info);
                for (const kept_entry *entry = s->first; entry; entry = entry->next)
                    copy_entry(copies, &i, entry);
                copy_entry(copies, &i, &s->activation);
            }
    }
    reel__mutex_unlock(&k->mutex);
    *n = i;
    return copies;
}

reel_status reel__keeper_all(reel__keeper *k, reel__message ***messages, size_t *n) {
    size_t n_copies;
    kept_copy *copies = copy_entries(k, &n_copies);
    reel__message **all = copies ? reel__alloc_array(n_copies ? n_copies : 1, sizeof *all) : NULL;
    reel_status status = all ? REEL_OK : reel__fail(REEL_E_NO_MEMORY, "kept state: no memory for a list of messages");
    for (size_t i = 0; i < n_copies && status == REEL_OK; i++) {
        if (copies[i].file)
            status = read_back(copies[i].file, copies[i].offset, copies[i].message, &all[i]);
        else
            all[i] = reel__message_ref(copies[i].message);
    }
    reel__mutex_lock(&k->mutex);
    for (size_t i = 0; i < n_copies; i++)
        file_unref(k, copies[i].file);
    reel__mutex_unlock(&k->mutex);
    for (size_t i = 0; i < n_copies; i++)
        reel__message_unref(copies[i].message);
    reel__release(copies);
    if (status != REEL_OK) {
        for (size_t i = 0; all && i < n_copies; i++)
            reel__message_unref(all[i]);
        reel__release(all);
        return status;
    }
    *messages = all;
    *n = n_copies;
    return REEL_OK;
}

size_t reel__keeper_memory(reel__keeper *k) {
    reel__mutex_lock(&k->mutex);
    size_t memory = k->memory;
    reel__mutex_unlock(&k->mutex);
    return memory;
}

void reel__keeper_fork_lock(reel__keeper *k) { reel__mutex_lock(&k->mutex); }
void reel__keeper_fork_unlock(reel__keeper *k) { reel__mutex_unlock(&k->mutex); }

/* The file that the parent appends to is from now on only read; a new spill makes a file of the child's own. A rewrite that another thread of the parent was at does not go on
 * here: what it moved is moved, the rest stands where it stood. */
void reel__keeper_fork_child(reel__keeper *k) {
    file_unref(k, k->file);
    k->file = NULL;
    k->is_rewriting = false;
    reel__mutex_unlock(&k->mutex); /* the thread that forked took it, and is the only one here */
}
