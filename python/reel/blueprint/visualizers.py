"""Visualizers: how one entity is shown in a view, with values that win over what the entity has."""

from __future__ import annotations

import uuid
from typing import Any, Protocol, runtime_checkable

from .. import _reel


class Visualizer:
    """visualizer_type: such as "SeriesLines". overrides: an archetype's batches. mappings: VisualizerComponentMapping, where components come from."""

    def __init__(self, visualizer_type: str, *, overrides: list[Any] | None = None, mappings: list[Any] | None = None) -> None:
        self.id = uuid.uuid4()
        self.visualizer_type = visualizer_type
        self.overrides = overrides
        self.mappings = mappings


@runtime_checkable
class VisualizableArchetype(Protocol):
    """An archetype that has a visualizer."""

    def visualizer(self, *args: Any, **kwargs: Any) -> Visualizer: ...


def visualizer_for(archetype: Any, *, mappings: list[Any] | None = None) -> Visualizer:
    """The visualizer of an archetype's class, with its values as overrides."""
    name = _reel.visualizer_of(archetype.archetype())
    if name is None:
        raise TypeError(f"{type(archetype).__name__} has no visualizer: what shows it is another archetype, such as SeriesLines for Scalars")
    return Visualizer(name, overrides=archetype.as_component_batches(), mappings=mappings)


def as_visualizer(value: Any) -> Visualizer | None:
    """A Visualizer, or that of an archetype or of any object with visualizer(); None: it has none."""
    if isinstance(value, Visualizer):
        return value
    if isinstance(value, _reel.Archetype) and value._fields() and _reel.visualizer_of(value.archetype()) is None:
        return None
    return value.visualizer() if hasattr(value, "visualizer") else None
