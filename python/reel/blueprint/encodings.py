"""Encodings of blueprints: what tables and queries are told by."""

from __future__ import annotations

from typing import Any, Sequence

from .._values import Struct, Variants, each, instance, lazy_names, make_enum, optional
from ..encodings import Bool, EntityPath, TimeInt, Utf8, _time_int

__path__: list[str] = []  # modules of one type each are found by _values

_PREFIX = "rerun.blueprint.encodings."
_ENUMS = ("ComponentSourceKind", "SortDirection", "TextLogColumnKind")


def _enum(name: str, value: Any) -> Any:
    return __getattr__(name).auto(value)


class ComponentColumnSelector(Struct):
    """A component of an entity: "path:component" as `spec`, or both by themselves."""

    _FIELDS = ("entity_path", "component")

    def __init__(self, spec: str | None = None, *, entity_path: Any = None, component: Any = None) -> None:
        if spec is not None:
            if entity_path is not None or component is not None or not isinstance(spec, str) or spec.count(":") != 1:
                raise ValueError(f"{type(self).__name__}: {spec!r:.100} was given, either 'path:component', or entity_path and component expected")
            entity_path, component = spec.split(":")
        if entity_path is None or component is None:
            raise ValueError(f"{type(self).__name__}: entity_path and component expected")
        self.entity_path = instance(EntityPath, entity_path)
        self.component = instance(Utf8, component)


class ColumnType(Struct):
    """What a column holds: a component, or all of a component type."""

    _FIELDS = ("component", "component_type_name")

    def __init__(self, *, component: Any = None, component_type_name: Any = None) -> None:
        self.component = optional(lambda text: instance(Utf8, text), component)
        self.component_type_name = optional(lambda text: instance(Utf8, text), component_type_name)


class FilterByRange(Struct):
    """Rows from one time to another."""

    _FIELDS = ("start", "end")

    def __init__(self, start: TimeInt | int, end: TimeInt | int) -> None:
        self.start = _time_int(start)
        self.end = _time_int(end)


class FilterIsNotNull(Struct):
    """Rows in which a column has a value."""

    _FIELDS = ("active", "column")

    def __init__(self, active: Any, column: Any) -> None:
        self.active = instance(Bool, active)
        self.column = column if isinstance(column, ComponentColumnSelector) else ComponentColumnSelector(column)

    @classmethod
    def _of(cls, data: Any) -> FilterIsNotNull:
        if isinstance(data, (str, ComponentColumnSelector)):
            return cls(True, data)
        if isinstance(data, tuple):
            return cls(*data)
        if not isinstance(data, FilterIsNotNull):
            raise ValueError(f"{data!r:.100} was given, a FilterIsNotNull or the column expected")
        return data


class SelectedColumns(Struct):
    """Columns: "path:component" or a ComponentColumnSelector, and names of timelines."""

    _FIELDS = ("time_columns", "component_columns")

    def __init__(self, columns: Sequence[Any]) -> None:
        self.time_columns: list[Utf8] = []
        self.component_columns: list[ComponentColumnSelector] = []
        if isinstance(columns, str):
            raise ValueError(f"{type(self).__name__}: a list of columns expected")
        for column in each(columns):
            if isinstance(column, ComponentColumnSelector):
                self.component_columns.append(column)
            elif isinstance(column, str) and column.count(":") == 1:
                self.component_columns.append(_selector(column))
            elif isinstance(column, (str, Utf8)):
                self.time_columns.append(instance(Utf8, column))
            else:
                raise ValueError(f"{type(self).__name__}: {column!r:.100} is no column")

    @classmethod
    def _of(cls, data: Any) -> SelectedColumns:
        return data if isinstance(data, SelectedColumns) else cls(data)


def _selector(spec: str) -> ComponentColumnSelector:
    from . import components

    return components.ComponentColumnSelector(spec)  # type: ignore[no-any-return]


class SortBy(Struct):
    """The column that rows are sorted by."""

    _FIELDS = ("column", "direction")

    def __init__(self, column: Any, *, direction: Any = None) -> None:
        self.column = instance(Utf8, column)
        self.direction = optional(lambda value: _enum("SortDirection", value), direction)


class TensorDimensionIndexSlider(Struct):
    """A dimension that has a slider."""

    _FIELDS = ("dimension",)

    def __init__(self, dimension: int) -> None:
        self.dimension = int(dimension)

    def __int__(self) -> int:
        return self.dimension

    def __hash__(self) -> int:
        return hash(self.dimension)


class TextLogColumn(Struct):
    """A column of a text log."""

    _FIELDS = ("visible", "kind")

    def __init__(self, kind: Any, *, visible: Any = True) -> None:
        self.visible = instance(Bool, visible)
        self.kind = _enum("TextLogColumnKind", kind)


class TimelineColumn(Struct):
    """A timeline as a column of a text log."""

    _FIELDS = ("visible", "timeline")

    def __init__(self, timeline: Any, *, visible: Any = True) -> None:
        self.visible = instance(Bool, visible)
        self.timeline = instance(Utf8, timeline)


class VisualizerComponentMapping(Struct):
    """Where an input of a visualizer comes from."""

    _FIELDS = ("target", "source_kind", "source_component", "selector")

    def __init__(self, target: Any, source_kind: Any, *, source_component: Any = None, selector: Any = None) -> None:
        self.target = instance(Utf8, target)
        self.source_kind = _enum("ComponentSourceKind", source_kind)
        self.source_component = optional(lambda text: instance(Utf8, text), source_component)
        self.selector = optional(lambda text: instance(Utf8, text), selector)


_NAMES = {name for name, value in list(globals().items()) if isinstance(value, type) and value.__module__ == __name__} | {*_ENUMS}

__all__, __getattr__ = lazy_names(__name__, _NAMES, _PREFIX, lambda name: make_enum(_PREFIX + name, __name__, Variants))


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
