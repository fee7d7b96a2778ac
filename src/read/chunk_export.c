/* A chunk as a record batch of the Arrow C data interface.
 *
 * The structs are copies in an arena that holds the chunk; what they point to is the chunk's. */
#include "chunk_decode.h"

#include "../arrow/arrow_give.h"
#include "../base/error.h"
#include "../base/ids.h"

/* ---- the schema */

static bool fill_field(reel__ipc_tree *arena, struct ArrowSchema *out, const char *format, const char *name, int64_t flags, const char *const *pairs, size_t n_pairs) {
    *out = (struct ArrowSchema){.format = format, .name = name, .metadata = reel__arrow_metadata(arena, pairs, n_pairs), .flags = flags};
    return out->metadata != NULL;
}

static bool fill_component(reel__ipc_tree *arena, struct ArrowSchema *out, const reel__chunk_column *c) {
    const char *const pairs[] = {"rerun:archetype", c->archetype, "rerun:component", c->component, "rerun:component_type", c->component_type, "rerun:kind", "data"};
    struct ArrowSchema *item;
    if (!fill_field(arena, out, "+l", c->component, ARROW_FLAG_NULLABLE, pairs, 4) || !(item = reel__ipc_schema_children(arena, out, 1)) || !reel__arrow_copy_schema(arena, c->item, false, item))
        return false;
    item->name = "item";
    item->flags |= ARROW_FLAG_NULLABLE;
    return true;
}

static bool fill_schema(reel__ipc_tree *arena, const reel_chunk *chunk, struct ArrowSchema *out) {
    const reel__chunk_parts *p = &chunk->parts;
    char id[6 + 32 + 1] = "chunk_";
    uint64_t halves[2] = {0, 0};
    for (int i = 0; i < 16; i++)
        halves[i / 8] = halves[i / 8] << 8 | p->id[i];
    reel__tuid_hex(id + 6, (reel__tuid){halves[0], halves[1]});
    const char *const of_chunk[] = {"rerun:entity_path", p->entity, "rerun:id", id, "sorbet:version", "0.1.3"};
    const char *const of_row_ids[] = {"ARROW:extension:metadata", "{\"namespace\":\"row\"}", "ARROW:extension:name", "rerun.datatypes.TUID",
                                      "rerun:is_sorted", reel__ids_ascend(p->row_ids, p->n_rows) ? "true" : NULL, "rerun:kind", "control"};
    struct ArrowSchema *children;
    if (!fill_field(arena, out, "+s", "", 0, of_chunk, 3) || !(children = reel__ipc_schema_children(arena, out, 1 + p->n_times + p->n_columns)))
        return false;
    bool ok = fill_field(arena, children++, "w:16", "rerun.controls.RowId", 0, of_row_ids, 4);
    for (size_t i = 0; ok && i < p->n_times; i++) {
        const reel_chunk_timeline *t = &chunk->timelines[i];
        const char *const pairs[] = {"rerun:index_name", t->name, "rerun:is_sorted", t->is_sorted ? "true" : NULL, "rerun:kind", "index"};
        ok = fill_field(arena, children++, reel__format_of_time(t->type), t->name, ARROW_FLAG_NULLABLE, pairs, 3);
    }
    for (size_t i = 0; ok && i < p->n_columns; i++)
        ok = fill_component(arena, children++, &p->columns[i]);
    return ok;
}

/* ---- the array */

static bool fill_array(reel__ipc_tree *arena, struct ArrowArray *out, size_t length, size_t n_buffers, const void *first, const void *second) {
    const void **buffers = reel__ipc_alloc(arena, 2 * sizeof *buffers);
    if (!buffers)
        return false;
    buffers[0] = first;
    buffers[1] = second;
    *out = (struct ArrowArray){.length = (int64_t)length, .n_buffers = (int64_t)n_buffers, .buffers = buffers};
    return true;
}

static bool fill_arrays(reel__ipc_tree *arena, const reel_chunk *chunk, struct ArrowArray *out) {
    const reel__chunk_parts *p = &chunk->parts;
    struct ArrowArray *children, *values;
    if (!fill_array(arena, out, p->n_rows, 1, NULL, NULL) || !(children = reel__ipc_array_children(arena, out, 1 + p->n_times + p->n_columns)))
        return false;
    bool ok = fill_array(arena, children++, p->n_rows, 2, NULL, p->row_ids);
    for (size_t i = 0; ok && i < p->n_times; i++)
        ok = fill_array(arena, children++, p->n_rows, 2, NULL, chunk->timelines[i].times);
    for (size_t i = 0; ok && i < p->n_columns; i++, children++) {
        const reel__chunk_column *c = &p->columns[i];
        size_t nulls = p->n_rows - chunk->components[i].n_rows;
        ok = fill_array(arena, children, p->n_rows, 2, nulls ? c->validity : NULL, c->offsets) && (values = reel__ipc_array_children(arena, children, 1)) &&
             reel__arrow_copy_array(arena, c->values, values);
        children->null_count = (int64_t)nulls;
        children->offset = (int64_t)c->first;
    }
    return ok;
}

reel_status reel_chunk_export(const reel_chunk *chunk, struct ArrowSchema *schema, struct ArrowArray *array) {
    if (!chunk || !schema || !array)
        return reel__fail(REEL_E_ARGUMENT, "reel_chunk_export needs a chunk, a schema and an array");
    reel__ipc_tree *arena = reel__ipc_tree_new((reel__held *)&chunk->is_held);
    struct ArrowSchema fields;
    struct ArrowArray values;
    bool ok = arena && fill_schema(arena, chunk, &fields) && fill_arrays(arena, chunk, &values);
    if (ok) {
        reel__arrow_give_schema(arena, &fields, schema);
        reel__arrow_give_array(arena, &values, array);
    }
    if (arena)
        reel__held_unref(&arena->held); /* from here on the structs hold it */
    return ok ? REEL_OK : reel__fail(REEL_E_NO_MEMORY, "%s: no memory to export a chunk of %zu columns", chunk->parts.entity, chunk->parts.n_columns);
}
