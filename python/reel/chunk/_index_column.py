"""Columns of tables that become timelines."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

TimeUnit = Literal["ns", "us", "ms", "s"]


@dataclass(frozen=True)
class IndexColumn:
    """A column that is a timeline: its name, the kind of times, and the unit in which numbers are meant."""

    path: str
    kind: Literal["timestamp", "duration", "sequence"]
    input_unit: TimeUnit | None = None

    @classmethod
    def timestamp(cls, path: str, *, input_unit: TimeUnit = "ns") -> IndexColumn:
        """Times since 1970 UTC."""
        return cls(path=path, kind="timestamp", input_unit=input_unit)

    @classmethod
    def duration(cls, path: str, *, input_unit: TimeUnit = "ns") -> IndexColumn:
        """Times since some start."""
        return cls(path=path, kind="duration", input_unit=input_unit)

    @classmethod
    def sequence(cls, path: str) -> IndexColumn:
        """Whole numbers: frames, steps."""
        return cls(path=path, kind="sequence", input_unit=None)

    def _as_internal_tuple(self) -> tuple[str, str, str | None]:
        return (self.path, self.kind, self.input_unit)
