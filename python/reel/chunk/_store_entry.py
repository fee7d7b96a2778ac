"""What a file holds."""

from __future__ import annotations

from typing import Literal


class StoreEntry:
    """A recording or a blueprint within a file."""

    __slots__ = ("_application_id", "_kind", "_recording_id")

    def __init__(self, kind: Literal["recording", "blueprint"], application_id: str, recording_id: str) -> None:
        self._kind = kind
        self._application_id = application_id
        self._recording_id = recording_id

    @property
    def kind(self) -> Literal["recording", "blueprint"]:
        """"recording" or "blueprint"."""
        return self._kind

    @property
    def application_id(self) -> str:
        """The application's name."""
        return self._application_id

    @property
    def recording_id(self) -> str:
        """Tells recordings of one application apart."""
        return self._recording_id

    def _key(self) -> tuple[str, str, str]:
        return (self._kind, self._application_id, self._recording_id)

    def __repr__(self) -> str:
        return f"StoreEntry(kind={self._kind!r}, application_id={self._application_id!r}, recording_id={self._recording_id!r})"

    def __eq__(self, other: object) -> bool:
        return self._key() == other._key() if isinstance(other, StoreEntry) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._key())
