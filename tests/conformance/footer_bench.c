/* How long the footer of a file with many chunks takes: what reel_close adds to the end of a recording.
 *
 *     footer_bench [CHUNKS [FOLDER]]
 *
 * Recordings of CHUNKS chunk rows (1,000,000) on one timeline: ten components in every chunk; one of ten components in each; the same with 98, which makes a table of 401
 * columns. Prints the time to note the chunks (spent while recording), to write the footer (spent in close), and the most memory that the process took so far. Linked with the
 * library's internals, hence here and not in bench/: the chunks are notes only, no data is encoded. */
#include "base/alloc.h"
#include "base/clock.h"
#include "base/io.h"
#include "rrd/footer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#define COMPONENTS_MAX 512
#define ENTITIES 1000

typedef struct out {
    int fd;
    uint64_t at;
} out;

static reel_status append(void *user, const void *data, size_t size) {
    out *o = user;
    if (reel__io_write_all(o->fd, o->at, data, size))
        return REEL_E_IO;
    o->at += size;
    return REEL_OK;
}

static const reel__arrow_node f64_node = {"item", REEL__ARROW_F64, true, 0};
static const reel__arrow_type f64_type = {&f64_node, 1, 1};
static char paths[ENTITIES][32], names[COMPONENTS_MAX][32];

static void fail(const char *what) {
    fprintf(stderr, "footer_bench: %s: %s\n", what, reel_error_message());
    exit(1);
}

/* is_dense: one shape with all components; else one shape for each. */
static void run(const char *title, uint32_t n_chunks, uint32_t n_components, bool is_dense, const char *folder) {
    static const reel__store store = {REEL_STORE_RECORDING, "footer_bench", "footer_bench"};
    static const reel__timeline timeline = {"frame", REEL_TIME_SEQUENCE, 0};
    const reel__timeline *timelines[] = {&timeline};
    reel__descriptor columns[COMPONENTS_MAX];
    reel__shape shapes[COMPONENTS_MAX];
    uint32_t n_shapes = is_dense ? 1 : n_components;
    for (uint32_t i = 0; i < n_components; i++)
        columns[i] = (reel__descriptor){names[i], "rerun.archetypes.Scalars", "rerun.components.Scalar", &f64_type};
    for (uint32_t i = 0; i < n_shapes; i++)
        shapes[i] = (reel__shape){.index = i, .n_timelines = 1, .n_columns = is_dense ? n_components : 1, .timelines = timelines, .columns = columns + i};
    reel__footer *f = reel__footer_new(folder);
    if (!f)
        fail("new");
    reel__time_range range;
    reel__message m = {.kind = REEL_MESSAGE_CHUNK, .store = &store, .size = 1016, .ipc_size = 4000, .info = {.n_rows = 100, .ranges = &range}};
    uint64_t at = REEL__STREAM_HEADER_SIZE;
    int64_t start = reel__monotonic_ns();
    for (uint32_t i = 0; i < n_chunks; i++) {
        m.entity_path = paths[i % ENTITIES];
        m.shape = &shapes[(i * 7u) % n_shapes];
        m.chunk_id = (reel__tuid){UINT64_C(0x18EA60797256600D) + i * UINT64_C(50021), UINT64_C(0x18AF437F25350474) + i};
        m.size = 1016 + i % 97;
        range = (reel__time_range){(int64_t)i * 100, (int64_t)i * 100 + 99, true};
        if (reel__footer_add(f, &m, at) != REEL_OK)
            fail("add");
        at += m.size;
    }
    int64_t noted = reel__monotonic_ns();
    out o = {.at = 0};
    if (reel__io_open_temporary(&o.fd, folder))
        fail("output");
    if (reel__footer_write(f, 0, append, &o, INT64_MAX) != REEL_OK)
        fail("write");
    double note_s = (double)(noted - start) / 1e9, write_s = (double)(reel__monotonic_ns() - noted) / 1e9;
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    printf("%-32s %9u chunks  noted %6.0f ns each  footer %7.3f s = %5.2f million rows/s  %8.1f MB  peak %6.1f MB\n", title, n_chunks, note_s * 1e9 / n_chunks, write_s,
           n_chunks / write_s / 1e6, (double)o.at / 1e6, (double)usage.ru_maxrss / 1e3);
    reel__io_close(o.fd);
    reel__footer_free(f);
}

int main(int argc, char **argv) {
    uint32_t n = argc > 1 ? (uint32_t)strtoul(argv[1], NULL, 10) : 1000000;
    const char *folder = argc > 2 ? argv[2] : ".";
    for (uint32_t i = 0; i < ENTITIES; i++)
        snprintf(paths[i], sizeof paths[i], "/robot/joint_%u", i);
    for (uint32_t i = 0; i < COMPONENTS_MAX; i++)
        snprintf(names[i], sizeof names[i], "Scalars:field_%u", i);
    run("10 components in each chunk", n, 10, true, folder);
    run("1 of 10 components in each", n, 10, false, folder);
    run("1 of 98 components in each", n, 98, false, folder);
    run("98 components in each chunk", n, 98, true, folder);
    return 0;
}
