"""Chunks in memory."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._absent import AbsentError
from ._chunk import Chunk
from ._lazy_chunk_stream import LazyChunkStream
from ._schema import Schema, SchemaBuilder, summary

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable
    from typing import Any


class ChunkStore:
    """All chunks of a recording in memory. Made by `from_chunks`, or by `LazyChunkStream.collect`."""

    def __init__(self, chunks: Iterable[Chunk]) -> None:
        self._chunks = list(chunks)

    def reader(self, *args: Any, **kwargs: Any) -> Any:
        """NotImplementedError: tables of DataFusion are of the catalog."""
        raise AbsentError("rerun.chunk.ChunkStore.reader: tables of DataFusion are of the catalog, which is not part of Reel: chunks give pyarrow's by to_record_batch()")

    @staticmethod
    def from_chunks(chunks: Iterable[Chunk]) -> ChunkStore:
        """A store of these chunks, as they are."""
        store = ChunkStore(chunks)
        for chunk in store._chunks:
            if not isinstance(chunk, Chunk):
                raise TypeError(f"from_chunks: a {type(chunk).__name__!r} was given among the chunks, a Chunk expected")
        return store

    def schema(self) -> Schema:
        """The timelines and components of all chunks."""
        builder = SchemaBuilder()
        for chunk in self._chunks:
            builder.add(chunk)
        return builder.schema()

    def summary(self) -> str:
        """A line per chunk, by entity and chunk id: `/a rows=10 static=False timelines=['frame'] cols=['Scalars:scalars', 'frame']`."""
        return summary((c.entity_path, c.id.lower(), c.num_rows, c.is_static, c.timeline_names, [p[0] for p in c._components()]) for c in self._chunks)

    def stream(self) -> LazyChunkStream:
        """The chunks as a stream."""
        return LazyChunkStream.from_iter(self._chunks)

    def write_rrd(self, path: str | os.PathLike[str], *, application_id: str, recording_id: str) -> None:
        """Writes all chunks to a file of one recording."""
        self.stream().write_rrd(path, application_id=application_id, recording_id=recording_id)

    def __len__(self) -> int:
        return len(self._chunks)

    def __repr__(self) -> str:
        return f"ChunkStore({len(self)} chunks)"
