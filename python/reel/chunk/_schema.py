"""Which columns a store has."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any


def _in_order(entity: str) -> list[list[tuple[int, int, str]]]:
    """A key by which entities come in the order of people: /a/9 before /a/10, whatever the case of letters."""
    pieces = [re.findall(r"\d+|\D+", part) for part in entity.split("/")]
    return [[(0, int(p), "") if p.isdecimal() else (1, 0, p.upper()) for p in part] for part in pieces]


class IndexColumnDescriptor:
    """A timeline."""

    __slots__ = ("_kind", "name")
    is_static = False

    def __init__(self, name: str, kind: int) -> None:
        self.name = name
        self._kind = kind

    def _key(self) -> tuple[Any, ...]:
        return (self.name, self._kind)

    def __eq__(self, other: object) -> bool:
        return self._key() == other._key() if isinstance(other, IndexColumnDescriptor) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._key())

    def __repr__(self) -> str:
        return f"Index(timeline:{self.name})"


class ComponentColumnDescriptor:
    """A component of an entity."""

    __slots__ = ("_datatype", "archetype", "component", "component_type", "entity_path", "is_static")

    def __init__(self, entity_path: str, component: str, archetype: str | None, component_type: str | None, is_static: bool, datatype: str = "") -> None:
        self.entity_path = entity_path
        self.component = component
        self.archetype = archetype
        self.component_type = component_type
        self.is_static = is_static
        self._datatype = datatype

    @property
    def is_property(self) -> bool:
        """Whether it is of the recording's properties."""
        return self.entity_path == "/__properties" or self.entity_path.startswith("/__properties/")

    @property
    def name(self) -> str:
        """The column's name: "/a/b:Points3D:positions", "property:RecordingInfo:start_time"."""
        if self.is_property:
            return ":".join(["property", *(part for part in [self.entity_path[len("/__properties") :].lstrip("/")] if part), self.component])
        return f"{self.entity_path}:{self.component}"

    def _key(self) -> tuple[Any, ...]:
        return (self.entity_path, self.component, self.archetype, self.component_type, self.is_static, self._datatype)

    def __eq__(self, other: object) -> bool:
        return self._key() == other._key() if isinstance(other, ComponentColumnDescriptor) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._key())

    def __repr__(self) -> str:
        lines = [
            f"Column name: {self.name}",
            f"\tEntity path: {self.entity_path}",
            f"\tArchetype: {self.archetype}",
            f"\tComponent type: {self.component_type or ''}",
            f"\tComponent: {self.component}",
        ]
        return "\n".join([*lines, "\tStatic: true"] if self.is_static else lines)


class Schema:
    """The timelines and components of a store."""

    def __init__(self, indexes: Iterable[IndexColumnDescriptor] = (), components: Iterable[ComponentColumnDescriptor] = ()) -> None:
        self._indexes = sorted(indexes, key=lambda c: c.name)
        self._components = sorted(components, key=lambda c: (c.is_property, _in_order(c.entity_path), c.component))

    def index_columns(self) -> list[IndexColumnDescriptor]:
        """The timelines, by name."""
        return list(self._indexes)

    def component_columns(self) -> list[ComponentColumnDescriptor]:
        """The components, by entity and name; properties last."""
        return list(self._components)

    def __iter__(self) -> Iterator[IndexColumnDescriptor | ComponentColumnDescriptor]:
        yield from self._indexes
        yield from self._components

    def _seen(self, include_properties: bool) -> list[ComponentColumnDescriptor]:
        return [c for c in self._components if include_properties or not c.is_property]

    def entity_paths(self, *, include_properties: bool = False) -> list[str]:
        """The entities, sorted."""
        return sorted({c.entity_path for c in self._seen(include_properties)})

    def archetypes(self, *, include_properties: bool = False) -> list[str]:
        """The archetypes, sorted."""
        return sorted({c.archetype for c in self._seen(include_properties) if c.archetype})

    def component_types(self, *, include_properties: bool = False) -> list[str]:
        """The types of components, sorted."""
        return sorted({c.component_type for c in self._seen(include_properties) if c.component_type})

    def column_for(self, entity_path: str, component: str) -> ComponentColumnDescriptor | None:
        """The column of a component of an entity."""
        path = "/" + entity_path.strip("/")
        return next((c for c in self._components if c.entity_path == path and c.component == component), None)

    def column_for_selector(self, selector: Any) -> ComponentColumnDescriptor:
        """The column that "/a/b:Points3D:positions", or a selector with entity_path and component, means. LookupError: there is none."""
        if isinstance(selector, ComponentColumnDescriptor):
            return selector
        if isinstance(selector, str):
            entity_path, colon, component = selector.partition(":")
            if not colon or not component:
                raise ValueError(f"{selector!r} is not of the form entity:component")
        else:
            try:
                entity_path, component = selector.entity_path, selector.component
            except AttributeError:
                raise ValueError(f"a {type(selector).__name__} was given, a text or a selector of a column expected") from None
        column = self.column_for(str(entity_path), str(component))
        if column is None:
            raise LookupError(f"there is no column {entity_path}:{component}")
        return column

    def columns_for(
        self, *, entity_path: str | None = None, archetype: Any = None, component_type: str | None = None, include_properties: bool = False
    ) -> list[ComponentColumnDescriptor]:
        """The components of an entity, of an archetype ("Points3D", its full name, or its class), of a type."""
        if isinstance(archetype, type):
            archetype = archetype.archetype()
        return [
            c
            for c in self._seen(include_properties)
            if (entity_path is None or c.entity_path == entity_path)
            and (archetype is None or (c.archetype or "").rsplit(".", 0 if "." in archetype else 1)[-1] == archetype)
            and (component_type is None or c.component_type == component_type)
        ]

    def column_names_for(self, **which: Any) -> list[str]:
        """The names of `columns_for`."""
        return [c.name for c in self.columns_for(**which)]

    def column_names(self) -> list[str]:
        """The names of all columns, timelines first."""
        return [c.name for c in self]

    def __eq__(self, other: object) -> bool:
        return list(self) == list(other) if isinstance(other, Schema) else NotImplemented

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return "\n".join(repr(c) for c in self)


class SchemaBuilder:
    """A schema of chunks, one after the other."""

    def __init__(self) -> None:
        self.indexes: dict[str, IndexColumnDescriptor] = {}
        self.components: dict[tuple[str, str], ComponentColumnDescriptor] = {}

    def add(self, chunk: Any) -> None:
        """Adds the columns of a chunk. A component is static if it is so in any chunk."""
        for name, kind, *_ in chunk._timelines():
            self.indexes.setdefault(name, IndexColumnDescriptor(name, kind))
        entity, is_static = chunk.entity_path, chunk.is_static
        for component, archetype, component_type, datatype, *_ in chunk._components():
            known = self.components.get((entity, component))
            if known is None:
                self.components[(entity, component)] = ComponentColumnDescriptor(entity, component, archetype, component_type, is_static, datatype)
            elif is_static:
                known.is_static = True

    def schema(self) -> Schema:
        return Schema(self.indexes.values(), self.components.values())


def summary(chunks: Iterable[tuple[str, str, int, bool, Iterable[str], Iterable[str]]]) -> str:
    """A line for each (entity, chunk id, rows, is static, timelines, components)."""
    lines = []
    for entity, _, n_rows, is_static, timelines, components in sorted(chunks, key=lambda c: c[:2]):
        names = sorted(timelines)
        lines.append(f"{entity} rows={n_rows} static={is_static} timelines={names} cols={sorted([*components, *names])}")
    return "\n".join(lines)
