"""Chunks made larger, or smaller."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator
from typing import TYPE_CHECKING

from .. import _reel
from ._optimization_profile import OptimizationProfile

if TYPE_CHECKING:
    from ._chunk import Chunk


class _Limits:
    def __init__(self, profile: OptimizationProfile | None) -> None:
        live = OptimizationProfile.LIVE
        given = profile or live
        self.bytes = live.max_bytes if given.max_bytes is None else given.max_bytes
        self.rows = live.max_rows if given.max_rows is None else given.max_rows
        self.rows_if_unsorted = live.max_rows_if_unsorted if given.max_rows_if_unsorted is None else given.max_rows_if_unsorted
        self.split_ratio = given.split_size_ratio

    def rows_of(self, chunk: Chunk) -> int:
        is_sorted = all(timeline[2] for timeline in chunk._timelines())
        return (self.rows if is_sorted else self.rows_if_unsorted) or chunk.num_rows


def _size(chunk: Chunk) -> int:
    """Bytes of what a chunk holds, without what describes it."""
    return sum(c[5] for c in chunk._components()) + chunk.num_rows * (16 + 8 * len(chunk.timeline_names))


class _Waiting:
    """Chunks of one kind that will be joined."""

    def __init__(self) -> None:
        self.chunks: list[Chunk] = []
        self.rows = self.bytes = 0
        self.rows_max = 0

    def has_room(self, more: Chunk, size: int, limits: _Limits) -> bool:
        return not self.chunks or (self.rows + more.num_rows <= min(self.rows_max, limits.rows_of(more)) and self.bytes + size <= limits.bytes)

    def add(self, more: Chunk, size: int, limits: _Limits) -> None:
        rows = limits.rows_of(more)
        self.rows_max = min(self.rows_max, rows) if self.chunks else rows
        self.chunks.append(more)
        self.rows += more.num_rows
        self.bytes += size


def _kind(chunk: Chunk) -> Hashable:
    """Chunks of one kind can be joined."""
    return (chunk.entity_path, tuple(t[:2] for t in chunk._timelines()), tuple(c[:4] for c in chunk._components()))


def _by_archetype(chunk: Chunk, ratio: float) -> list[Chunk]:
    """A chunk for each group of archetypes of about the same size."""
    sizes: dict[str, int] = {}
    names: dict[str, list[str]] = {}
    for component, archetype, _, _, _, size in chunk._components():
        sizes[archetype or component] = sizes.get(archetype or component, 0) + size
        names.setdefault(archetype or component, []).append(component)
    groups: list[list[str]] = []
    smallest = 0
    for archetype in sorted(sizes, key=lambda a: sizes[a]):
        if not groups or sizes[archetype] > max(smallest, 1) * ratio:
            groups.append([])
            smallest = sizes[archetype]
        groups[-1] += names[archetype]
    return [chunk] if len(groups) < 2 else [chunk._keep(group, False) for group in groups]


def _pieces(chunk: Chunk, limits: _Limits) -> Iterator[Chunk]:
    """A chunk that is too large, in pieces of about equal size."""
    rows = limits.rows_of(chunk)
    size = _size(chunk)
    if limits.bytes and size > limits.bytes:
        rows = max(1, min(rows, chunk.num_rows * limits.bytes // size))
    if chunk.num_rows <= rows or chunk.is_static:
        yield chunk
        return
    n = -(-chunk.num_rows // rows)
    for i in range(n):
        first, end = chunk.num_rows * i // n, chunk.num_rows * (i + 1) // n
        yield chunk._slice(first, end - first)


def _joined(chunks: list[Chunk]) -> Chunk:
    if len(chunks) == 1:
        return chunks[0]
    joined = _reel.join_chunks(chunks)
    times = joined._timelines()
    unsorted = next((name for name, _, is_sorted, _, _ in times if not is_sorted), None)
    return joined._sort(unsorted) if unsorted and len(times) == 1 else joined


def optimized(chunks: Iterable[Chunk], profile: OptimizationProfile | None) -> list[Chunk]:
    """Neighbours of one kind joined as far as the limits allow, and what is beyond them cut."""
    limits = _Limits(profile)
    gathered: dict[Hashable, _Waiting] = {}
    done: list[Chunk] = []
    for chunk in chunks:
        parts = _by_archetype(chunk, limits.split_ratio) if limits.split_ratio is not None else [chunk]
        for part in (piece for p in parts for piece in (_pieces(p, limits) if profile else [p])):
            kind, size = _kind(part), _size(part)
            waiting = gathered.setdefault(kind, _Waiting())
            if not waiting.has_room(part, size, limits):
                done.append(_joined(waiting.chunks))
                waiting = gathered[kind] = _Waiting()
            waiting.add(part, size, limits)
    return done + [_joined(waiting.chunks) for waiting in gathered.values()]
