"""Pipelines of chunks."""

from __future__ import annotations

import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Literal

from .. import _reel
from ._chunk import Chunk
from ._content import EntityFilter, normalize
from ._lens import Lens, apply

if TYPE_CHECKING:
    import os

    from .._baseclasses import ComponentDescriptor
    from ._chunk_store import ChunkStore
    from ._optimization_profile import OptimizationProfile

    Components = ComponentDescriptor | str | Sequence[ComponentDescriptor | str] | None


class Predicate:
    """What `filter`, `drop` and `split` ask for: all of it must be so."""

    def __init__(self, content: Any, has_timeline: str | None, is_static: bool | None, components: Components) -> None:
        expressions = normalize(content)
        self.entities = None if expressions is None else EntityFilter(expressions)
        self.has_timeline = has_timeline
        self.is_static = is_static
        self.components: list[str] | None = None
        if components is not None:
            several = components if isinstance(components, (list, tuple, set)) else [components]
            self.components = [getattr(c, "component", c) for c in several]

    def may_have(self, entity: str, is_static: bool, timelines: Sequence[str], components: Sequence[str]) -> bool:
        """Whether a chunk of which this is known has anything that is asked for."""
        return (
            (self.entities is None or entity in self.entities)
            and (self.is_static is None or is_static == self.is_static)
            and (self.has_timeline is None or self.has_timeline in timelines)
            and (self.components is None or any(c in components for c in self.components))
        )

    def is_whole(self, components: Sequence[str]) -> bool:
        """Whether a chunk with these components is asked for as a whole, if it is at all."""
        return self.components is None or all(c in self.components for c in components)

    def parts(self, chunk: Chunk) -> tuple[Chunk | None, Chunk | None]:
        """(what is asked for, the rest)"""
        names = [c[0] for c in chunk._components()]
        if not self.may_have(chunk.entity_path, chunk.is_static, chunk.timeline_names, names):
            return None, chunk
        if self.is_whole(names):
            return chunk, None
        return chunk._keep(self.components, False), chunk._keep(self.components, True)


class Source:
    """Where chunks come from. Each run begins anew, and everything that takes part in a run has begun before the first chunk is asked for."""

    def run(self) -> Iterator[Chunk]:
        raise NotImplementedError

    def narrowed(self, predicate: Predicate, is_dropped: bool) -> Source | None:
        """The same without the chunks of which it is known, before they are read, that a filter leaves nothing. None: nothing is known."""
        return None


class _Stage(Source):
    """A function of what another source gives."""

    def __init__(self, source: Source, function: Callable[[Iterator[Chunk]], Iterator[Chunk]]) -> None:
        self.source = source
        self.function = function

    def run(self) -> Iterator[Chunk]:
        return self.function(self.source.run())


class _Merged(Source):
    def __init__(self, sources: list[Source]) -> None:
        self.sources = sources

    def run(self) -> Iterator[Chunk]:
        return _in_turns([source.run() for source in self.sources])


def _in_turns(running: list[Iterator[Chunk]]) -> Iterator[Chunk]:
    while running:
        for chunks in list(running):
            chunk = next(chunks, None)
            if chunk is None:
                running.remove(chunks)
            else:
                yield chunk


class _Given(Source):
    """Somebody's chunks: what can only be gone through once is empty the second time."""

    def __init__(self, chunks: Iterable[Chunk]) -> None:
        self.chunks = chunks

    def run(self) -> Iterator[Chunk]:
        return (_checked(chunk, "from_iter") for chunk in self.chunks)


class _Branch(Source):
    """One side of a split."""

    def __init__(self, split: _Split, side: int) -> None:
        self.split = split
        self.side = side

    def run(self) -> Iterator[Chunk]:
        return self.split.run(self.side)


class _Split:
    """Two sides that share a run of their source when both take part in it."""

    def __init__(self, source: Source, predicate: Predicate) -> None:
        self.source = source
        self.predicate = predicate
        self.shared: _Shared | None = None

    def run(self, side: int) -> Iterator[Chunk]:
        shared = self.shared
        if shared is None or shared.is_running or shared.sides[side]:
            shared = self.shared = _Shared(self)
        shared.sides[side] = True
        return shared.side(side)


class _Shared:
    def __init__(self, split: _Split) -> None:
        self.split = split
        self.chunks = split.source.run()
        self.waiting: tuple[deque[Chunk], deque[Chunk]] = (deque(), deque())
        self.sides = [False, False]
        self.is_running = False

    def _begin(self) -> None:
        self.is_running = True
        if not all(self.sides):
            print("reel: only one branch of a split takes part in this run: filter() or drop() say the same", file=sys.stderr)

    def side(self, side: int) -> Iterator[Chunk]:
        own, other = self.waiting[side], self.waiting[1 - side]
        while True:
            while own:
                yield own.popleft()
            if not self.is_running:
                self._begin()
            chunk = next(self.chunks, None)
            if chunk is None:
                return
            parts = self.split.predicate.parts(chunk)
            if parts[1 - side] is not None and self.sides[1 - side]:
                other.append(parts[1 - side])
            if parts[side] is not None:
                yield parts[side]


def _checked(chunk: Any, where: str) -> Chunk:
    if not isinstance(chunk, Chunk):
        raise TypeError(f"{where}: a {type(chunk).__name__!r} was given, a Chunk expected")
    return chunk


_OUTPUT_MODES = ("drop_unmatched", "forward_unmatched", "forward_all")


class LazyChunkStream:
    """Chunks that come when they are asked for: nothing is read before, and only what is being worked on is in memory.

    `filter`, `drop`, `split`, `map`, `flat_map`, `lenses` and `merge` use a stream up and give a new one; a stream that is used up raises ValueError. `for chunk in stream`, `to_chunks`, `collect` and
    `write_rrd` run it, and may be called again."""

    def __init__(self, source: Source) -> None:
        self._source: Source | None = source

    def _taken(self) -> Source:
        source, self._source = self._open(), None
        return source

    def _open(self) -> Source:
        if self._source is None:
            raise ValueError("this stream has already been consumed: go on with the one that was made of it")
        return self._source

    # --- some of them

    def filter(
        self, *, content: Any = None, has_timeline: str | None = None, is_static: bool | None = None, components: Components = None
    ) -> LazyChunkStream:
        """Only what is asked for; what is given must all be so.

        content: entities: "/world/**", or several such, also with "-" before them. has_timeline: chunks with this timeline. is_static: chunks without timelines, or with. components: only these columns
        of a chunk, by name or descriptor; chunks with none of them are dropped."""
        predicate = Predicate(content, has_timeline, is_static, components)
        return self._narrowed(predicate, 0)

    def drop(
        self, *, content: Any = None, has_timeline: str | None = None, is_static: bool | None = None, components: Components = None
    ) -> LazyChunkStream:
        """What `filter` would leave out."""
        return self._narrowed(Predicate(content, has_timeline, is_static, components), 1)

    def _narrowed(self, predicate: Predicate, side: int) -> LazyChunkStream:
        source = self._taken()
        source = source.narrowed(predicate, side == 1) or source
        return LazyChunkStream(_Stage(source, lambda chunks: (part for chunk in chunks if (part := predicate.parts(chunk)[side]) is not None)))

    def split(
        self, *, content: Any = None, has_timeline: str | None = None, is_static: bool | None = None, components: Components = None
    ) -> tuple[LazyChunkStream, LazyChunkStream]:
        """(what `filter` would keep, the rest). Both are fed by one run of this stream when they are merged; chunks that the other one has not come to wait in memory."""
        split = _Split(self._taken(), Predicate(content, has_timeline, is_static, components))
        return LazyChunkStream(_Branch(split, 0)), LazyChunkStream(_Branch(split, 1))

    # --- others instead of them

    def map(self, fn: Callable[[Chunk], Chunk]) -> LazyChunkStream:
        """A function's result instead of each chunk."""
        return LazyChunkStream(_Stage(self._taken(), lambda chunks: (_checked(fn(chunk), "map") for chunk in chunks)))

    def flat_map(self, fn: Callable[[Chunk], Iterable[Chunk]]) -> LazyChunkStream:
        """All chunks that a function gives for each."""
        return LazyChunkStream(_Stage(self._taken(), lambda chunks: (_checked(made, "flat_map") for chunk in chunks for made in fn(chunk))))

    def lenses(
        self,
        lenses: Sequence[Lens] | Lens,
        *,
        output_mode: Literal["drop_unmatched", "forward_unmatched", "forward_all"] = "drop_unmatched",
        content: Any = None,
    ) -> LazyChunkStream:
        """What lenses make of the chunks.

        output_mode: "drop_unmatched": only that; "forward_unmatched": also what no lens looks at; "forward_all": also what lenses looked at. content: chunks of other entities pass as they are."""
        if output_mode not in _OUTPUT_MODES:
            raise ValueError(f"Unknown output_mode {output_mode!r}: {', '.join(_OUTPUT_MODES)} expected")
        several = [lenses] if isinstance(lenses, Lens) else list(lenses)
        expressions = normalize(content)
        entities = None if expressions is None else EntityFilter(expressions)

        def run(chunks: Iterator[Chunk]) -> Iterator[Chunk]:
            for chunk in chunks:
                if entities is None or chunk.entity_path in entities:
                    yield from apply(chunk, several, output_mode)[0]
                else:
                    yield chunk

        return LazyChunkStream(_Stage(self._taken(), run))

    @staticmethod
    def merge(*streams: LazyChunkStream) -> LazyChunkStream:
        """The chunks of all streams, in turns."""
        return LazyChunkStream(_Merged([stream._taken() for stream in streams]))

    @staticmethod
    def from_iter(chunks: Iterable[Chunk]) -> LazyChunkStream:
        """A stream of somebody's chunks: a list, a generator."""
        return LazyChunkStream(_Given(chunks))

    # --- running it

    def __iter__(self) -> Iterator[Chunk]:
        return self._open().run()

    def to_chunks(self) -> list[Chunk]:
        """All chunks as a list."""
        return list(self)

    def collect(self, *, optimize: OptimizationProfile | None = None) -> ChunkStore:
        """All chunks in memory, small ones of an entity joined. optimize: how large they are made, and what is kept apart; None: as OptimizationProfile.LIVE."""
        from ._chunk_store import ChunkStore
        from ._optimize import optimized

        return ChunkStore(optimized(self, optimize))

    def write_rrd(self, path: str | os.PathLike[str], *, application_id: str, recording_id: str) -> None:
        """Writes all chunks to a file of one recording. When something fails the file is as it was before."""
        chunks = iter(self)
        writer = _reel.Writer(path, application_id, recording_id)
        for chunk in chunks:
            writer.put(chunk)
        writer.close()

    def __repr__(self) -> str:
        return "LazyChunkStream()"

