"""The archetypes: what is logged.

Each is made when it is first asked for. Most are classes of the extension whose constructors take a field per argument; those that do more (pixels of any array, sizes of boxes, files) are in the modules here."""

from __future__ import annotations

import importlib
from typing import Any

from .. import _reel

# Archetypes whose constructors are Python, and where they are.
_WRITTEN = {
    "Asset3D": "_files", "AssetAudio": "_files", "AssetVideo": "_files", "EncodedImage": "_files",
    "DepthImage": "_images", "Image": "_images", "SegmentationImage": "_images",
    "Boxes2D": "_solids", "Boxes3D": "_solids", "Capsules3D": "_solids", "Cylinders3D": "_solids", "Ellipses2D": "_solids", "Ellipsoids3D": "_solids",
    "Pinhole": "_spaces", "ViewCoordinates": "_spaces",
    "BarChart": "_values", "Clear": "_values", "GeoLineStrings": "_values", "GeoPoints": "_values", "Mesh3D": "_values", "SeriesPoints": "_values", "Tensor": "_values",
    "VideoFrameReference": "_values",
}
_PREFIX = "rerun.archetypes."
__all__ = [name.removeprefix(_PREFIX) for name in _reel.archetype_names() if name.startswith(_PREFIX)]


def __getattr__(name: str) -> Any:
    if name in _WRITTEN:
        value = getattr(importlib.import_module(f".{_WRITTEN[name]}", __name__), name)
    else:
        try:
            value = _reel.archetype_class(_PREFIX + name)
        except KeyError:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}") from None
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
