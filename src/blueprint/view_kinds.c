/* What the viewer calls views and visualizers. A test compares these tables with schema/types.txt. */
#include "builder.h"

#include <string.h>

/* Per kind, in their order: what the viewer calls it, and its properties. One behind another: pointers to them would cost more than they do (types/packed.h). */
static const char views[] =
    "3D\0" "Background LineGrid3D SpatialInformation EyeControls3D VisibleTimeRanges\0"
    "2D\0" "Background VisualBounds2D SpatialInformation VisibleTimeRanges\0"
    "TimeSeries\0" "TimeAxis ScalarAxis PlotLegend PlotBackground PlotInteraction VisibleTimeRanges\0"
    "TextLog\0" "TextLogColumns TextLogRows TextLogFormat\0"
    "TextDocument\0" "TextDocumentFormat\0"
    "Tensor\0" "TensorSliceSelection TensorScalarMapping TensorViewFit\0"
    "BarChart\0" "PlotLegend PlotBackground\0"
    "Dataframe\0" "DataframeQuery\0"
    "Map\0" "MapZoom MapBackground\0"
    "Graph\0" "GraphBackground VisualBounds2D ForceLink ForceManyBody ForcePosition ForceCollisionRadius ForceCenter\0"
    "StateTimeline\0" "TimeAxis VisibleTimeRanges\0"
    "Audio\0" "AudioPlayback\0";
enum { N_VIEWS = 12 };

/* Number i of texts that stand one behind another. */
static const char *text_at(const char *texts, size_t i) {
    for (; i; i--)
        texts += strlen(texts) + 1;
    return texts;
}

static bool is_kind(reel_view_kind kind) { return kind >= REEL_VIEW_SPATIAL_3D && kind < REEL_VIEW_SPATIAL_3D + N_VIEWS; }
const char *reel__view_identifier(reel_view_kind kind) { return is_kind(kind) ? text_at(views, 2 * (size_t)(kind - REEL_VIEW_SPATIAL_3D)) : NULL; }
const char *reel__view_properties(reel_view_kind kind) { return is_kind(kind) ? text_at(views, 2 * (size_t)(kind - REEL_VIEW_SPATIAL_3D) + 1) : ""; }

/* Visualizers are called as their archetypes are, but for these. */
static const char visualizers[] =
    "LineStrips2D\0" "Lines2D\0"
    "LineStrips3D\0" "Lines3D\0"
    "Pinhole\0" "Cameras\0"
    "Measurements\0" "MeasurementsSeries\0"
    "StateChange\0" "StateVisualizer\0"
    "StateConfiguration\0" "StateVisualizer\0";
static const char without[] = " Scalars GridMap AssetVideo Transform3D InstancePoses3D CoordinateFrame ViewCoordinates AnnotationContext Clear RecordingInfo McapChannel McapMessage McapSchema McapStatistics ";

const char *reel__visualizer_of(const char *archetype) {
    for (const char *at = visualizers; at < visualizers + sizeof visualizers - 1; at = text_at(at, 2))
        if (!strcmp(at, archetype))
            return text_at(at, 1);
    size_t size = strlen(archetype);
    for (const char *at = without; (at = strstr(at, archetype)); at++)
        if (at[-1] == ' ' && at[size] == ' ')
            return NULL;
    return archetype;
}
