"""What readers of sources with an index can do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, runtime_checkable

from ._streaming_reader import StreamingReader

if TYPE_CHECKING:
    from ._lazy_store import LazyStore


@runtime_checkable
class IndexedReader(StreamingReader, Protocol):
    """A source that says which chunks it has before they are read."""

    def store(self) -> LazyStore:
        """The chunks, each read when it is asked for."""
        ...
