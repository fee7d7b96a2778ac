"""Blueprints: how the viewer shows a recording.

    import reel as rr
    import reel.blueprint as rrb

    rr.send_blueprint(rrb.Horizontal(rrb.Spatial3DView(origin="/world"), rrb.TimeSeriesView(origin="/motor"), column_shares=[2, 1]))
"""

from __future__ import annotations

import importlib
from typing import Any

from .api import (
    Blueprint,
    BlueprintLike,
    BlueprintPanel,
    BlueprintPart,
    Container,
    ContainerLike,
    Panel,
    SelectionPanel,
    TimePanel,
    TopPanel,
    View,
    create_in_memory_blueprint,
)
from .containers import Grid, Horizontal, Tabs, Vertical
from .visualizers import VisualizableArchetype, Visualizer

__all__ = [
    "Blueprint", "BlueprintLike", "BlueprintPanel", "BlueprintPart", "Container", "ContainerLike", "Grid", "Horizontal", "Panel", "SelectionPanel", "Tabs", "TimePanel", "TopPanel", "Vertical",
    "View", "VisualizableArchetype", "Visualizer", "create_in_memory_blueprint",
]

# Where else names of this package are found, first come first.
_PLACES = ("reel.blueprint.views", "reel.blueprint.archetypes", "reel.blueprint.components", "reel.blueprint.encodings", "reel.components", "reel.encodings")
_MODULES = ("archetypes", "components", "encodings", "datatypes", "views", "visualizers", "api", "containers", "table", "experimental")


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        return importlib.import_module(f"{__name__}.{name}")
    if not name.startswith("_"):
        for place in _PLACES:
            value = getattr(importlib.import_module(place), name, None)
            if value is not None:
                globals()[name] = value
                return value
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
