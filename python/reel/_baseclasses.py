"""What archetypes, batches and columns are made of."""

from __future__ import annotations

from typing import Any, Protocol, runtime_checkable

from . import _reel

Archetype = _reel.Archetype
BaseBatch = _reel.BaseBatch


class ComponentDescriptor:
    """What a component is called, the archetype it belongs to, and its type. Only `component` is needed."""

    __slots__ = ("component", "archetype", "component_type")

    def __init__(self, component: str, archetype: str | None = None, component_type: str | None = None) -> None:
        self.component = component
        self.archetype = archetype
        self.component_type = component_type

    def _key(self) -> tuple[str, str | None, str | None]:
        return (self.component, self.archetype, self.component_type)

    def __eq__(self, other: object) -> bool:
        return self._key() == other._key() if isinstance(other, ComponentDescriptor) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._key())

    def __str__(self) -> str:
        return self.component if self.component_type is None else f"{self.component}#{self.component_type.rsplit('.', 1)[-1]}"

    def __repr__(self) -> str:
        return f"ComponentDescriptor({self.component!r}, archetype={self.archetype!r}, component_type={self.component_type!r})"

    def with_overrides(self, *, archetype: str | None = None, component_type: str | None = None) -> ComponentDescriptor:
        """A copy with these instead."""
        return ComponentDescriptor(self.component, archetype or self.archetype, component_type or self.component_type)

    def or_with_overrides(self, *, archetype: str | None = None, component_type: str | None = None) -> ComponentDescriptor:
        """A copy with these where there is nothing yet."""
        return ComponentDescriptor(self.component, self.archetype or archetype, self.component_type or component_type)


@runtime_checkable
class ComponentBatchLike(Protocol):
    """Something whose values are an Arrow array."""

    def as_arrow_array(self) -> Any: ...


@runtime_checkable
class AsComponents(Protocol):
    """Something that is logged as several batches."""

    def as_component_batches(self) -> list[DescribedComponentBatch]: ...


class DescribedComponentBatch:
    """A batch, and where it belongs."""

    __slots__ = ("_batch", "_descriptor")

    def __init__(self, batch: ComponentBatchLike, descriptor: ComponentDescriptor) -> None:
        self._batch = batch
        self._descriptor = descriptor

    def component_descriptor(self) -> ComponentDescriptor:
        return self._descriptor

    def as_arrow_array(self) -> Any:
        """The values as a pyarrow.Array."""
        return self._batch.as_arrow_array()
