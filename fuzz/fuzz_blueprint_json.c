/* JSON for blueprint fields, fed with anything: the first byte says which field, the rest is the text. What is taken must be whole: every stream has as many values as the type asks for. */
#include "blueprint/builder.h"

#include "base/error.h"

#include <stdlib.h>
#include <string.h>

static const char *const fields[] = {
    "ScalarAxis:range", "ViewContents:query", "PlotLegend:corner", "VisibleTimeRanges:ranges", "TimeAxis:view_range", "VisualBounds2D:range", "TextLogColumns:text_log_columns",
    "TensorSliceSelection:indices", "DataframeQuery:select", "DataframeQuery:filter_is_not_null", "VisualizerInstruction:component_map", "ViewportBlueprint:past_viewer_recommendations",
    "TableBlueprint:sort_by", "ViewBlueprint:visible", "LineStrips3D:strips", "AnnotationContext:context",
};

static void require(bool is_true) {
    if (!is_true) abort();
}

/* The number of values of the node's subtree, against what its streams hold; both move on. */
static void check(const reel__arrow_type *type, uint32_t *node, const reel__buf **streams, size_t n) {
    static const uint8_t widths[] = {1, 1, 1, 2, 2, 4, 4, 8, 8, 2, 4, 8, 1};
    const reel__arrow_node *at = &type->nodes[*node];
    if (*node && at->nullable && at->kind != REEL__ARROW_UNION && at->kind != REEL__ARROW_NULL) require((*streams)++->size == n);
    ++*node;
    size_t sum = 0;
    switch (at->kind) {
    case REEL__ARROW_UTF8:
    case REEL__ARROW_LIST:
        require((*streams)->size == 4 * n);
        for (size_t i = 0; i < n; i++) sum += reel__load_u32((*streams)->data + 4 * i);
        ++*streams;
        if (at->kind == REEL__ARROW_LIST) check(type, node, streams, sum);
        else require((*streams)++->size == sum);
        break;
    case REEL__ARROW_FIXED_LIST: check(type, node, streams, n * at->n); break;
    case REEL__ARROW_STRUCT:
        for (uint16_t i = 0; i < at->n; i++) check(type, node, streams, n);
        break;
    case REEL__ARROW_UNION: {
        const reel__buf *codes = (*streams)++;
        require(codes->size == n);
        for (uint16_t k = 0; k < at->n; k++) {
            size_t count = 0;
            for (size_t i = 0; i < n; i++) count += codes->data[i] == k;
            check(type, node, streams, count);
        }
        break;
    }
    default:
        require(at->kind < sizeof widths);
        require((*streams)++->size == widths[at->kind] * n);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (!size) return 0;
    const char *field = fields[data[0] % (sizeof fields / sizeof *fields)];
    char *text = malloc(size); /* ended where the input ends, so that a read beyond is seen */
    if (!text) return 0;
    memcpy(text, data + 1, size - 1);
    text[size - 1] = 0;
    reel_blueprint *bp = reel_blueprint_new();
    reel_node node = reel_blueprint_entity(bp, REEL_ROOT, "x");
    reel_status status = reel_blueprint_set_json(bp, node, field, text);
    if (status == REEL_OK) {
        const reel__bp_column *c = &reel__bp_at(bp, node)->columns[0];
        const reel__buf *streams = c->streams;
        uint32_t at = 0;
        require(c->field->many || c->n == 1);
        check(c->field->descriptor.arrow, &at, &streams, c->n);
        require(at == c->field->descriptor.arrow->n_nodes && streams == c->streams + c->field->descriptor.arrow->n_streams);
    } else {
        require(status == REEL_E_ARGUMENT || status == REEL_E_LENGTHS || status == REEL_E_UTF8 || status == REEL_E_UNSUPPORTED);
        require(strstr(reel_error_message(), field) != NULL);
    }
    reel_blueprint_free(bp);
    free(text);
    return 0;
}
