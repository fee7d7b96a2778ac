"""The views, one class for each kind."""

from __future__ import annotations

import inspect
from typing import Any

from . import archetypes
from .api import View

_COMMON = ("origin", "contents", "name", "visible", "titlebar", "defaults", "overrides")
_DEFAULTS = {"origin": "/", "contents": "$origin/**"}

# What a view is called inside, what it is for, and its properties: the argument and the archetype of each.
_VIEWS = {
    "AudioView": ("Audio", "sound", {"playback": "AudioPlayback"}),
    "BarChartView": ("BarChart", "bar charts", {"plot_legend": "PlotLegend", "background": "PlotBackground"}),
    "DataframeView": ("Dataframe", "all data as a table", {"query": "DataframeQuery"}),
    "GraphView": ("Graph", "graphs of nodes and edges", {"background": "GraphBackground", "visual_bounds": "VisualBounds2D", "force_link": "ForceLink", "force_many_body": "ForceManyBody",
                                                         "force_position": "ForcePosition", "force_collision_radius": "ForceCollisionRadius", "force_center": "ForceCenter"}),
    "MapView": ("Map", "points and lines on a map", {"zoom": "MapZoom", "background": "MapBackground"}),
    "Spatial2DView": ("2D", "images and everything else in the plane", {"background": "Background", "visual_bounds": "VisualBounds2D", "spatial_information": "SpatialInformation",
                                                                       "time_ranges": "VisibleTimeRanges"}),
    "Spatial3DView": ("3D", "everything in space", {"background": "Background", "line_grid": "LineGrid3D", "spatial_information": "SpatialInformation", "eye_controls": "EyeControls3D",
                                                   "time_ranges": "VisibleTimeRanges"}),
    "StateTimelineView": ("StateTimeline", "states over time", {"time_view": "TimeAxis", "time_ranges": "VisibleTimeRanges"}),
    "TensorView": ("Tensor", "tensors, slice by slice", {"slice_selection": "TensorSliceSelection", "scalar_mapping": "TensorScalarMapping", "view_fit": "TensorViewFit"}),
    "TextDocumentView": ("TextDocument", "a document of text or markdown", {"format_options": "TextDocumentFormat"}),
    "TextLogView": ("TextLog", "lines of text over time", {"columns": "TextLogColumns", "rows": "TextLogRows", "format_options": "TextLogFormat"}),
    "TimeSeriesView": ("TimeSeries", "numbers over time", {"axis_x": "TimeAxis", "axis_y": "ScalarAxis", "plot_legend": "PlotLegend", "background": "PlotBackground",
                                                          "interaction": "PlotInteraction", "time_ranges": "VisibleTimeRanges"}),
}
__all__ = list(_VIEWS)


def _make(name: str, identifier: str, shows: str, properties: dict[str, str]) -> type:
    parameters = [inspect.Parameter(p, inspect.Parameter.KEYWORD_ONLY, default=_DEFAULTS.get(p)) for p in (*_COMMON, *properties)]
    signature = inspect.Signature(parameters)

    def __init__(self: Any, **arguments: Any) -> None:
        given = signature.bind(**arguments)
        given.apply_defaults()
        values = given.arguments
        made = {}
        for argument, archetype in properties.items():
            value = values.pop(argument)
            if value is not None:
                cls = getattr(archetypes, archetype)
                made[archetype] = value if isinstance(value, cls) else cls(value)
        View.__init__(self, class_identifier=identifier, properties=made, **values)

    lines = "\n".join(f"{argument}: {archetype}, or what its constructor takes first." for argument, archetype in properties.items())
    doc = f"A view of {shows}. origin: the entity that `$origin` stands for; contents: which entities it shows.\n\n{lines}"
    cls = type(name, (View,), {"__init__": __init__, "__doc__": doc, "__module__": __name__, "__signature__": signature})
    return cls


for _name, (_identifier, _shows, _properties) in _VIEWS.items():
    globals()[_name] = _make(_name, _identifier, _shows, _properties)
