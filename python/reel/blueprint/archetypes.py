"""The archetypes of blueprints: what views, containers and panels are made of."""

from __future__ import annotations

from typing import Any

from .. import _reel
from ..archetypes._base import base_of, written
from ..error_utils import _send_warning_or_raise

_PREFIX = "rerun.blueprint.archetypes."
__all__ = [name.removeprefix(_PREFIX) for name in _reel.archetype_names() if name.startswith(_PREFIX)]


def _written(make: Any) -> Any:
    """A class whose constructor is Python: made when it is first asked for."""
    _MADE[make.__name__] = make
    return make


_MADE: dict[str, Any] = {}


@_written
def Background(base: type) -> type:
    class Background(base):  # type: ignore[misc, valid-type]
        """color_or_kind: a colour, or a BackgroundKind; or both by name."""

        def __init__(self, color_or_kind: Any = None, *, color: Any = None, kind: Any = None) -> None:
            from .components import BackgroundKind

            if color_or_kind is not None:
                if color is not None or kind is not None:
                    raise ValueError("Only one of 'color_or_kind', 'color', or 'kind' can be specified.")
                if isinstance(color_or_kind, (BackgroundKind, str)):
                    kind = color_or_kind
                else:
                    color = color_or_kind
            elif color is not None and kind is None:
                kind = "SolidColor"
            if kind is not None and color is not None and BackgroundKind.auto(kind) != BackgroundKind.SolidColor:
                raise ValueError(f"Can't set both a color and a background kind of {kind}")
            if color is not None:
                kind = "SolidColor"
            self.__attrs_init__(kind=kind, color=color)

    return Background


@_written
def LineGrid3D(base: type) -> type:
    class LineGrid3D(base):  # type: ignore[misc, valid-type]
        """visible comes first, and may be given by position."""

        def __init__(self, visible: Any = None, *, spacing: Any = None, plane: Any = None, stroke_width: Any = None, color: Any = None) -> None:
            self.__attrs_init__(visible=visible, spacing=spacing, plane=plane, stroke_width=stroke_width, color=color)

    return LineGrid3D


@_written
def PlotLegend(base: type) -> type:
    class PlotLegend(base):  # type: ignore[misc, valid-type]
        """corner comes first, and may be given by position."""

        def __init__(self, corner: Any = None, *, visible: Any = None) -> None:
            self.__attrs_init__(corner=corner, visible=visible)

    return PlotLegend


@_written
def TensorViewFit(base: type) -> type:
    class TensorViewFit(base):  # type: ignore[misc, valid-type]
        """scaling may be given by position."""

        def __init__(self, scaling: Any = None) -> None:
            self.__attrs_init__(scaling=scaling)

    return TensorViewFit


@_written
def VisualBounds2D(base: type) -> type:
    class VisualBounds2D(base):  # type: ignore[misc, valid-type]
        """x_range and y_range: two numbers each."""

        def __init__(self, *, x_range: Any = None, y_range: Any = None) -> None:
            self.__attrs_init__(range={"x_range": x_range, "y_range": y_range})

    return VisualBounds2D


@_written
def VisibleTimeRanges(base: type) -> type:
    class VisibleTimeRanges(base):  # type: ignore[misc, valid-type]
        """ranges: VisibleTimeRange, one or several; or one by its timeline with start and end, or with range."""

        def __init__(self, ranges: Any = None, *, timeline: Any = None, range: Any = None, start: Any = None, end: Any = None) -> None:
            from ..encodings import VisibleTimeRange

            if ranges is not None:
                if timeline is not None or range is not None or start is not None or end is not None:
                    raise ValueError("`ranges` and `timeline`/`range`/`start`/`end` can't be given together")
                if isinstance(ranges, VisibleTimeRange) or not isinstance(ranges, (list, tuple)):
                    ranges = [ranges]
                timelines = [str(r.timeline) for r in ranges if hasattr(r, "timeline")]
                for name in sorted({t for t in timelines if timelines.count(t) > 1}):
                    _send_warning_or_raise(f"the timeline {name} has several visible time ranges: one per timeline expected", 1)
            else:
                if timeline is None:
                    raise ValueError("Either `ranges` or `timeline` must be given")
                ranges = [VisibleTimeRange(timeline, range=range, start=start, end=end)]
            self.__attrs_init__(ranges=list(ranges))

    return VisibleTimeRanges


@_written
def DataframeQuery(base: type) -> type:
    class DataframeQuery(base):  # type: ignore[misc, valid-type]
        """filter_by_range: two times; filter_is_not_null: "/entity:Component"; select: timelines and such columns; entity_order: paths."""

        def __init__(self, *, timeline: Any = None, filter_by_range: Any = None, filter_is_not_null: Any = None, apply_latest_at: Any = False, select: Any = None, entity_order: Any = None,
                     auto_scroll: Any = False) -> None:
            from . import components

            if isinstance(filter_by_range, tuple):
                filter_by_range = components.FilterByRange(*filter_by_range)
            if filter_is_not_null is not None and not isinstance(filter_is_not_null, components.FilterIsNotNull):
                filter_is_not_null = components.FilterIsNotNull(active=True, column=filter_is_not_null)
            if select is not None and not isinstance(select, components.SelectedColumns):
                select = components.SelectedColumns(select)
            if entity_order is not None and not isinstance(entity_order, components.ColumnOrder):
                entity_order = components.ColumnOrder(entity_order)
            self.__attrs_init__(timeline=timeline, filter_by_range=filter_by_range, filter_is_not_null=filter_is_not_null, apply_latest_at=apply_latest_at, select=select,
                                entity_order=entity_order, auto_scroll=auto_scroll)

    return DataframeQuery


def _class(name: str) -> Any:
    base = base_of(_PREFIX + name)
    if name not in _MADE:
        return base
    cls = _MADE[name](base)
    cls.__qualname__ = name
    cls = written(cls, raises=False)
    cls.__module__ = __name__
    return cls


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = globals()["_classes"].get(name)
    if value is None:
        value = globals()["_classes"][name] = _class(name)
    return value


_classes: dict[str, Any] = {}
for _name in _MADE:  # what the module shows under these names are the classes
    del globals()[_name]


def __dir__() -> list[str]:
    return __all__
