/* Boxes as centres and half sizes. Each pair of numbers is read before one is written, so that results may stand where the arguments were. */
#include <reel/make.h>

#include "../base/error.h"

/* What two numbers of a box are, along one dimension. */
typedef enum meaning { MIN_AND_SIZE, MIN_AND_MAX, CENTER_AND_SIZE, CENTER_AND_HALF } meaning;

typedef struct source {
    const float *first, *second; /* of box i: at i * stride */
    size_t stride;
    int dimensions;
    bool is_swapped; /* y before x */
    meaning means;
} source;

static reel_status fill(const source *s, size_t n, float *centers, float *half_sizes) {
    if (s->dimensions != 2 && s->dimensions != 3)
        return reel__fail(REEL_E_ARGUMENT, "boxes have 2 or 3 dimensions, not %d", s->dimensions);
    if (n && (!s->first || !s->second || !centers || !half_sizes))
        return reel__fail(REEL_E_ARGUMENT, "boxes: an array is NULL for %zu boxes", n);
    /* Twice: a failing call leaves the results as they were. */
    for (int is_writing = 0; is_writing < 2; is_writing++)
        for (size_t i = 0; i < n; i++)
            for (int k = 0; k < s->dimensions; k++) {
                size_t from = i * s->stride + (size_t)(s->is_swapped ? !k : k), to = i * (size_t)s->dimensions + (size_t)k;
                float a = s->first[from], b = s->second[from], size = s->means == MIN_AND_MAX ? b - a : b;
                if (size < 0 && !is_writing)
                    return reel__fail(REEL_E_ARGUMENT, "box %zu has the size %g along %c", i, (double)size, "xyz"[k]);
                if (!is_writing)
                    continue;
                float half = s->means == CENTER_AND_HALF ? b : b / 2, center = s->means == MIN_AND_SIZE ? a + half : a;
                if (s->means == MIN_AND_MAX) {
                    center = (a + b) / 2;
                    half = b - center;
                }
                centers[to] = center;
                half_sizes[to] = half;
            }
    return REEL_OK;
}

reel_status reel_boxes_from_mins_and_sizes(const float *mins, const float *sizes, size_t n, int dimensions, float *centers, float *half_sizes) {
    return fill(&(source){mins, sizes, (size_t)dimensions, dimensions, false, MIN_AND_SIZE}, n, centers, half_sizes);
}

reel_status reel_boxes_from_mins_and_maxs(const float *mins, const float *maxs, size_t n, int dimensions, float *centers, float *half_sizes) {
    return fill(&(source){mins, maxs, (size_t)dimensions, dimensions, false, MIN_AND_MAX}, n, centers, half_sizes);
}

/* The centres are not wanted: they are written where the half sizes go, and overwritten. */
reel_status reel_boxes_from_sizes(const float *sizes, size_t n, int dimensions, float *half_sizes) {
    return fill(&(source){sizes, sizes, (size_t)dimensions, dimensions, false, CENTER_AND_SIZE}, n, half_sizes, half_sizes);
}

reel_status reel_boxes2d_from_array(const float *boxes, size_t n, reel_box_format format, float *centers, float *half_sizes) {
    static const struct {
        bool is_swapped;
        meaning means;
    } formats[] = {[REEL_BOX_XYWH] = {false, MIN_AND_SIZE}, [REEL_BOX_YXHW] = {true, MIN_AND_SIZE}, [REEL_BOX_XYXY] = {false, MIN_AND_MAX},
                   [REEL_BOX_YXYX] = {true, MIN_AND_MAX}, [REEL_BOX_XCYCWH] = {false, CENTER_AND_SIZE}, [REEL_BOX_XCYCW2H2] = {false, CENTER_AND_HALF}};
    if (format < REEL_BOX_XYWH || format > REEL_BOX_XCYCW2H2)
        return reel__fail(REEL_E_ARGUMENT, "%d is not a format of boxes", (int)format);
    return fill(&(source){boxes, boxes ? boxes + 2 : NULL, 4, 2, formats[format].is_swapped, formats[format].means}, n, centers, half_sizes);
}
