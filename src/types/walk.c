#include "walk.h"

#include "../arrow/ipc_write.h"
#include "../base/error.h"
#include "../base/sync.h"
#include "../base/text.h"

#include <string.h>

/* One walk through n values, for measuring (sizes) or for writing (at). It goes no deeper than the type. */
typedef struct walk {
    const reel__cell *cell;
    const reel__arrow_node *nodes;
    const reel__place *places;
    const char *path;
    uint64_t *sizes; /* per stream; NULL when writing */
    uint8_t **at;    /* per stream, where its next byte goes; NULL when measuring */
} walk;

/* Where a walk is in the type. */
typedef struct spot {
    uint16_t node, stream;
} spot;

static int int_at(const uint8_t *base, uint16_t offset) {
    int i;
    memcpy(&i, base + offset, sizeof i);
    return i;
}

static reel_status refuse(const walk *w, uint16_t node, uint32_t i, reel_status status, const char *what) {
    const char *name = w->cell->field->name;
    return node == 0 ? reel__fail(status, "%s: %s[%u] %s", w->path, name, (unsigned)i, what)
                     : reel__fail(status, "%s: %s: %s[%u] %s", w->path, name, w->nodes[node].name, (unsigned)i, what);
}

static reel_status put(walk *w, uint16_t stream, const void *bytes, size_t size) {
    if (w->sizes) {
        w->sizes[stream] += size;
        if (REEL__UNLIKELY(w->sizes[stream] > INT32_MAX))
            return reel__cell_too_large(w->cell, w->path, w->sizes[stream]);
    } else if (size) {
        memcpy(w->at[stream], bytes, size);
        w->at[stream] += size;
    }
    return REEL_OK;
}

static bool is_null(const reel__arrow_node *node, const reel__place *place, const uint8_t *base) {
    if (node->kind == REEL__ARROW_UTF8 || node->kind == REEL__ARROW_LIST)
        return !reel__pointer_at(base, place->offset);
    return place->enumeration ? int_at(base, place->offset) == 0 : base[place->offset] == 0;
}

static reel_status check_enum(const walk *w, uint16_t at, uint32_t i, int value) {
    const reel__enum *e = w->places[at].enumeration;
    uint16_t k = 0;
    while (k < e->n && e->values[k] != (uint32_t)value)
        k++;
    return k < e->n ? REEL_OK
                    : reel__fail(REEL_E_ARGUMENT, "%s: %s: %s[%u] is %d, which is not a %s", w->path, w->cell->field->name, w->nodes[at].name, (unsigned)i, value, e->name);
}

static reel_status visit_number(walk *w, uint16_t at, uint16_t stream, const uint8_t *base, uint32_t n, size_t stride, bool nullable) {
    static const uint8_t zero[8];
    const reel__place *place = &w->places[at];
    size_t width = reel__arrow_width(w->nodes[at].kind);
    for (uint32_t i = 0; i < n; i++, base += stride) {
        bool null = nullable && is_null(&w->nodes[at], place, base);
        if (place->enumeration && !null) {
            int value = int_at(base, place->offset);
            uint32_t code = (uint32_t)value;
            uint8_t byte = (uint8_t)code;
            if (w->sizes)
                REEL__TRY(check_enum(w, at, i, value));
            REEL__TRY(put(w, stream, width == 1 ? (const void *)&byte : &code, width));
        } else {
            REEL__TRY(put(w, stream, null ? zero : base + (nullable ? place->offset_2 : place->offset), width));
        }
    }
    return REEL_OK;
}

static reel_status visit_text(walk *w, uint16_t at, uint16_t stream, const uint8_t *base, uint32_t n, size_t stride) {
    for (uint32_t i = 0; i < n; i++, base += stride) {
        const char *text = reel__pointer_at(base, w->places[at].offset);
        size_t size = text ? strlen(text) : 0;
        uint32_t length = (uint32_t)size;
        if (w->sizes && size && !reel__utf8_valid(text, size))
            return refuse(w, at, i, REEL_E_UTF8, "is not valid UTF-8");
        REEL__TRY(put(w, stream, &length, sizeof length));
        REEL__TRY(put(w, (uint16_t)(stream + 1), text, size));
    }
    return REEL_OK;
}

static reel_status visit(walk *w, spot *s, const uint8_t *base, uint32_t n, size_t stride);

static reel_status visit_list(walk *w, uint16_t at, spot *s, const uint8_t *base, uint32_t n, size_t stride) {
    const reel__place *place = &w->places[at];
    uint16_t stream = s->stream++;
    spot items = *s;
    for (uint32_t i = 0; i < n; i++, base += stride) {
        const uint8_t *values = reel__pointer_at(base, place->offset);
        size_t count;
        memcpy(&count, base + place->offset_2, sizeof count);
        if (w->sizes && count > INT32_MAX)
            return reel__fail(REEL_E_TOO_LARGE, "%s: %s: %s has %zu values: at most %d are allowed", w->path, w->cell->field->name, at ? w->nodes[at].name : "the list", count, INT32_MAX);
        if (w->sizes && count && !values)
            return reel__fail(REEL_E_ARGUMENT, "%s: %s: %s is NULL with a count of %zu", w->path, w->cell->field->name, at ? w->nodes[at].name : "the list", count);
        uint32_t length = (uint32_t)count;
        REEL__TRY(put(w, stream, &length, sizeof length));
        *s = items;
        REEL__TRY(visit(w, s, values, length, w->places[items.node].size));
    }
    return n ? REEL_OK : visit(w, s, NULL, 0, 0);
}

/* Every child gets the values that have its code. */
static reel_status visit_union(walk *w, uint16_t at, spot *s, const uint8_t *base, uint32_t n, size_t stride) {
    uint16_t stream = s->stream++, offset = w->places[at].offset;
    for (uint32_t i = 0; i < n; i++) {
        int value = int_at(base + i * stride, offset);
        uint8_t code = (uint8_t)value;
        if (w->sizes)
            REEL__TRY(check_enum(w, at, i, value));
        REEL__TRY(put(w, stream, &code, 1));
    }
    for (int child = 0; child < (int)w->nodes[at].n; child++) {
        spot first = *s;
        REEL__TRY(visit(w, s, NULL, 0, 0));
        for (uint32_t i = 0; i < n; i++) {
            spot again = first;
            if (int_at(base + i * stride, offset) == child)
                REEL__TRY(visit(w, &again, base + i * stride, 1, stride));
        }
    }
    return REEL_OK;
}

/* n values of the node at s, whose structs begin at base and lie a stride apart; moves s behind the node. */
static reel_status visit(walk *w, spot *s, const uint8_t *base, uint32_t n, size_t stride) {
    uint16_t at = s->node++;
    const reel__arrow_node *node = &w->nodes[at];
    bool has_validity = at > 0 && reel__arrow_has_validity(node);
    if (has_validity) {
        uint16_t stream = s->stream++;
        for (uint32_t i = 0; i < n; i++) {
            uint8_t valid = !is_null(node, &w->places[at], base + i * stride);
            REEL__TRY(put(w, stream, &valid, 1));
        }
    }
    switch (node->kind) {
    case REEL__ARROW_STRUCT:
        for (uint32_t child = 0; child < node->n; child++)
            REEL__TRY(visit(w, s, base, n, stride));
        return REEL_OK;
    case REEL__ARROW_UNION: return visit_union(w, at, s, base, n, stride);
    case REEL__ARROW_LIST: return visit_list(w, at, s, base, n, stride);
    case REEL__ARROW_UTF8:
        s->stream = (uint16_t)(s->stream + 2);
        return visit_text(w, at, (uint16_t)(s->stream - 2), base, n, stride);
    case REEL__ARROW_FIXED_LIST: {
        size_t width = (size_t)node->n * reel__arrow_width(w->nodes[s->node++].kind);
        uint16_t stream = s->stream++;
        for (uint32_t i = 0; i < n; i++)
            REEL__TRY(put(w, stream, base + i * stride + w->places[at].offset, width));
        return REEL_OK;
    }
    case REEL__ARROW_BOOL: case REEL__ARROW_NULL: {
        uint16_t stream = s->stream++;
        for (uint32_t i = 0; i < n; i++) {
            uint8_t value = node->kind == REEL__ARROW_BOOL && base[i * stride + w->places[at].offset];
            REEL__TRY(put(w, stream, &value, 1));
        }
        return REEL_OK;
    }
    default: return visit_number(w, at, s->stream++, base, n, stride, has_validity);
    }
}

static walk walk_of(const reel__cell *cell) {
    return (walk){.cell = cell, .nodes = cell->field->descriptor.arrow->nodes, .places = cell->field->layout->places};
}

reel_status reel__measure_structs(const reel__cell *cell, const char *path, size_t *sizes) {
    uint64_t counted[REEL__ARROW_STREAMS_MAX] = {0};
    walk w = walk_of(cell);
    w.path = path;
    w.sizes = counted;
    REEL__TRY(visit(&w, &(spot){0, 0}, cell->values, cell->n, cell->field->layout->size));
    for (uint16_t i = 0; i < cell->field->descriptor.arrow->n_streams; i++)
        sizes[i] = (size_t)counted[i];
    return REEL_OK;
}

void reel__write_structs(const reel__cell *cell, uint8_t *const *streams) {
    uint8_t *at[REEL__ARROW_STREAMS_MAX];
    walk w = walk_of(cell);
    memcpy(at, streams, cell->field->descriptor.arrow->n_streams * sizeof *at);
    w.at = at;
    visit(&w, &(spot){0, 0}, cell->values, cell->n, cell->field->layout->size);
}
