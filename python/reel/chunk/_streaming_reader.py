"""What every reader can do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, runtime_checkable

if TYPE_CHECKING:
    from ._lazy_chunk_stream import LazyChunkStream


@runtime_checkable
class StreamingReader(Protocol):
    """A source of chunks, one after the other."""

    def stream(self) -> LazyChunkStream:
        """The chunks as a stream."""
        ...
