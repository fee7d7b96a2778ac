"""How large chunks are made when a stream is collected."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, kw_only=True)
class OptimizationProfile:
    """Limits of the chunks that `LazyChunkStream.collect(optimize=...)` makes. A limit of None is that of LIVE."""

    LIVE: ClassVar[OptimizationProfile]
    """Small chunks, for a viewer that shows what is being recorded."""

    OBJECT_STORE: ClassVar[OptimizationProfile]
    """Large chunks, for files that are read over a network."""

    max_bytes: int | None = None
    """Bytes of a chunk in memory."""
    max_rows: int | None = None
    """Rows of a chunk whose timelines are all sorted."""
    max_rows_if_unsorted: int | None = None
    """Rows of other chunks."""
    extra_passes: int = 50
    """Accepted for programs of the official SDK: chunks are joined as far as the limits allow in one pass."""
    gop_batching: bool = True
    """Cuts the samples of a VideoStream only before key frames."""
    split_size_ratio: float | None = None
    """Archetypes whose bytes differ by more than this factor get chunks of their own. None: they stay together."""
    fix_keyframe: bool = False
    """Drops VideoStream:is_keyframe, and finds key frames anew."""


OptimizationProfile.LIVE = OptimizationProfile(max_bytes=384 * 1024, max_rows=4096, max_rows_if_unsorted=1024)
OptimizationProfile.OBJECT_STORE = OptimizationProfile(max_bytes=2 * 1024 * 1024, max_rows=65536, max_rows_if_unsorted=8192, split_size_ratio=10.0)
