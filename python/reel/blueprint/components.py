"""Components of blueprints."""

from __future__ import annotations

from typing import Any

from .. import _reel
from .. import encodings as data_encodings
from .._baseclasses import ComponentMixin
from .._values import Value, each, instance, is_enum, lazy_names, make_enum
from . import encodings

__path__: list[str] = []  # modules of one type each are found by _values

_PREFIX = "rerun.blueprint.components."

# Components that are their encoding and no more.
_BY_ENCODING = {
    "AbsoluteTimeRange": "AbsoluteTimeRange",
    "Bool": "ApplyLatestAt AutoLayout AutoScroll AutoViews Editable Enabled LockRangeDuringZoom",
    "ColumnType": "ColumnType",
    "ComponentColumnSelector": "ComponentColumnSelector",
    "EntityPath": "ActiveTab IncludedContent ViewOrigin",
    "FilterByRange": "FilterByRange",
    "FilterIsNotNull": "FilterIsNotNull",
    "Float32": "ColumnShare GridSpacing NearClipPlane RowShare Volume",
    "Float64": "AngularSpeed ForceDistance ForceStrength Fps PlaybackSpeed TimelineFraction ZoomLevel",
    "SelectedColumns": "SelectedColumns",
    "SortBy": "SortBy",
    "TensorDimensionIndexSlider": "TensorDimensionIndexSlider",
    "TextLogColumn": "TextLogColumn",
    "TimeInt": "TimeInt",
    "TimeRange": "TimeRange",
    "TimelineColumn": "TimelineColumn",
    "UInt32": "GridColumns",
    "UInt64": "ForceIterations ViewerRecommendationHash",
    "Utf8": "ColumnName QueryExpression SqlFilterExpression TimelineName ViewClass VisualizerType",
    "Uuid": "RootContainer ViewMaximized VisualizerInstructionId",
    "VisibleTimeRange": "VisibleTimeRange",
    "VisualizerComponentMapping": "VisualizerComponentMapping",
}
_ENUMS = (
    "BackgroundKind ColumnDisplayMode ContainerKind Corner2D Eye3DKind LinkAxis LoopMode MapProvider PanelState PlayState PointsDisplay TableLayoutKind TooltipMode ViewFit"
)
_ENCODING_OF = {name: encoding for encoding, names in _BY_ENCODING.items() for name in names.split()}


class ColumnOrder(Value, ComponentMixin):
    """Paths of entities in the order of their columns."""

    _FIELDS = ("entity_paths",)
    _BATCH_TYPE = _reel.batch_class(_PREFIX + "ColumnOrder")

    def __init__(self, entity_paths: ColumnOrderLike) -> None:
        given = [entity_paths] if isinstance(entity_paths, (str, data_encodings.EntityPath)) else getattr(entity_paths, "entity_paths", entity_paths)
        self.entity_paths = [instance(data_encodings.EntityPath, path) for path in each(given)]

    @property
    def _reel_(self) -> Any:
        return self.entity_paths

    def __len__(self) -> int:
        return len(self.entity_paths)


class VisualBounds2D(data_encodings.Range2D, ComponentMixin):
    """What of the plane is seen."""

    _BATCH_TYPE = _reel.batch_class(_PREFIX + "VisualBounds2D")

    def __init__(self, *, x_range: Any, y_range: Any) -> None:
        super().__init__(x_range, y_range)


def _make(name: str) -> Any:
    if is_enum(_PREFIX + name):
        return make_enum(_PREFIX + name, __name__)
    encoding = _ENCODING_OF[name]
    base = getattr(encodings if encoding in encodings._NAMES else data_encodings, encoding)
    return type(name, (base, ComponentMixin), {"__module__": __name__, "__doc__": base.__doc__, "_BATCH_TYPE": _reel.batch_class(_PREFIX + name)})


_NAMES = {"ColumnOrder", "VisualBounds2D", *_ENCODING_OF, *_ENUMS.split()}

__all__, __getattr__ = lazy_names(__name__, _NAMES, _PREFIX, _make)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
