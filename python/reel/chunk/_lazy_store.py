"""Chunks of a file, each read when it is asked for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ._lazy_chunk_stream import LazyChunkStream, Predicate, Source
from ._schema import Schema, SchemaBuilder, summary

if TYPE_CHECKING:
    import os

    from .. import _reel
    from ._chunk import Chunk


class IndexSource(Source):
    """Chunks of an index by their numbers, read one by one."""

    def __init__(self, index: _reel.Index, numbers: list[int], loaded: list[int] | None = None) -> None:
        self.index = index
        self.numbers = numbers
        self.loaded = [0] if loaded is None else loaded

    def run(self) -> Iterator[Chunk]:
        for number in self.numbers:
            self.loaded[0] += 1
            yield self.index.chunk(number)

    def narrowed(self, predicate: Predicate, is_dropped: bool) -> Source:
        numbers = []
        for number in self.numbers:
            _, entity, is_static, _, timelines, components, _ = self.index.entry(number)
            has_any = predicate.may_have(entity, is_static, timelines, components)
            if not (has_any and predicate.is_whole(components)) if is_dropped else has_any:
                numbers.append(number)
        return IndexSource(self.index, numbers, self.loaded)


class LazyStore:
    """A recording or blueprint of a file. What chunks there are is known from the file's footer; filters of its stream pass over the others without reading them."""

    def __init__(self, index: _reel.Index, numbers: list[int]) -> None:
        self._source = IndexSource(index, numbers)

    def schema(self) -> Schema:
        """The timelines and components. One chunk of each kind is looked at."""
        builder, seen = SchemaBuilder(), set()
        for number in self._source.numbers:
            _, entity, is_static, _, timelines, components, _ = self._source.index.entry(number)
            kind = (entity, is_static, tuple(timelines), tuple(components))
            if kind not in seen:
                seen.add(kind)
                builder.add(self._source.index.chunk(number))
        return builder.schema()

    def summary(self) -> str:
        """A line per chunk, by entity and chunk id, without reading them: `/a rows=10 static=False timelines=['frame'] cols=['Scalars:scalars', 'frame']`."""
        entries = [self._source.index.entry(number)[1:] for number in self._source.numbers]
        return summary((entity, chunk_id.hex(), rows, is_static, times, components) for entity, is_static, rows, times, components, chunk_id in entries)

    def stream(self) -> LazyChunkStream:
        """The chunks as a stream, in the order of the file."""
        return LazyChunkStream(self._source)

    def write_rrd(self, path: str | os.PathLike[str], *, application_id: str, recording_id: str) -> None:
        """Writes all chunks to a file of one recording."""
        self.stream().write_rrd(path, application_id=application_id, recording_id=recording_id)

    @property
    def _chunks_loaded(self) -> int:
        """How many chunks its streams have read."""
        return self._source.loaded[0]

    def __len__(self) -> int:
        return len(self._source.numbers)

    def __repr__(self) -> str:
        return f"LazyStore({len(self)} chunks)"
