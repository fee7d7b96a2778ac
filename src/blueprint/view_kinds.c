/* What the viewer calls views and visualizers. A test compares these tables with schema/types.txt. */
#include "builder.h"

#include <string.h>

static const struct {
    const char *identifier, *properties;
} views[] = {
    [REEL_VIEW_SPATIAL_3D] = {"3D", "Background LineGrid3D SpatialInformation EyeControls3D VisibleTimeRanges"},
    [REEL_VIEW_SPATIAL_2D] = {"2D", "Background VisualBounds2D SpatialInformation VisibleTimeRanges"},
    [REEL_VIEW_TIME_SERIES] = {"TimeSeries", "TimeAxis ScalarAxis PlotLegend PlotBackground PlotInteraction VisibleTimeRanges"},
    [REEL_VIEW_TEXT_LOG] = {"TextLog", "TextLogColumns TextLogRows TextLogFormat"},
    [REEL_VIEW_TEXT_DOCUMENT] = {"TextDocument", "TextDocumentFormat"},
    [REEL_VIEW_TENSOR] = {"Tensor", "TensorSliceSelection TensorScalarMapping TensorViewFit"},
    [REEL_VIEW_BAR_CHART] = {"BarChart", "PlotLegend PlotBackground"},
    [REEL_VIEW_DATAFRAME] = {"Dataframe", "DataframeQuery"},
    [REEL_VIEW_MAP] = {"Map", "MapZoom MapBackground"},
    [REEL_VIEW_GRAPH] = {"Graph", "GraphBackground VisualBounds2D ForceLink ForceManyBody ForcePosition ForceCollisionRadius ForceCenter"},
    [REEL_VIEW_STATE_TIMELINE] = {"StateTimeline", "TimeAxis VisibleTimeRanges"},
    [REEL_VIEW_AUDIO] = {"Audio", "AudioPlayback"},
};

static bool is_kind(reel_view_kind kind) { return kind >= REEL_VIEW_SPATIAL_3D && (size_t)kind < sizeof views / sizeof *views; }
const char *reel__view_identifier(reel_view_kind kind) { return is_kind(kind) ? views[kind].identifier : NULL; }
const char *reel__view_properties(reel_view_kind kind) { return is_kind(kind) ? views[kind].properties : ""; }

/* Visualizers are called as their archetypes are, but for these. */
static const char *const visualizers[][2] = {
    {"LineStrips2D", "Lines2D"}, {"LineStrips3D", "Lines3D"}, {"Pinhole", "Cameras"}, {"Measurements", "MeasurementsSeries"}, {"StateChange", "StateVisualizer"},
    {"StateConfiguration", "StateVisualizer"},
};
static const char without[] = " Scalars GridMap AssetVideo Transform3D InstancePoses3D CoordinateFrame ViewCoordinates AnnotationContext Clear RecordingInfo McapChannel McapMessage McapSchema McapStatistics ";

const char *reel__visualizer_of(const char *archetype) {
    for (size_t i = 0; i < sizeof visualizers / sizeof *visualizers; i++)
        if (!strcmp(visualizers[i][0], archetype))
            return visualizers[i][1];
    size_t size = strlen(archetype);
    for (const char *at = without; (at = strstr(at, archetype)); at++)
        if (at[-1] == ' ' && at[size] == ' ')
            return NULL;
    return archetype;
}
