"""Chunks into a recording, as they are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import _reel

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .chunk import Chunk, ChunkStore, LazyChunkStream, LazyStore
    from .recording_stream import RecordingStream


def _native(recording: Any) -> Any:
    """The extension's recording within a RecordingStream."""
    if recording is None or isinstance(recording, _reel.Recording):
        return recording
    to_native = getattr(recording, "to_native", None)
    return to_native() if to_native is not None else recording


def send_chunks(chunks: Chunk | LazyChunkStream | LazyStore | ChunkStore | Iterable[Chunk], *, recording: RecordingStream | None = None) -> None:
    """Sends chunks to a recording. Chunk ids, row ids and times are kept; application and recording id are those of the recording.

    chunks: one, a stream (it is run), a store, or any iterable. Returns when the last one was given to the recording's sinks."""
    from .chunk import Chunk, ChunkStore, LazyStore

    native = _native(recording)
    if isinstance(chunks, Chunk):
        chunks = [chunks]
    elif isinstance(chunks, (LazyStore, ChunkStore)):
        chunks = chunks.stream()
    for chunk in chunks:
        if not isinstance(chunk, Chunk):
            raise TypeError(f"send_chunks: a {type(chunk).__name__!r} was given among the chunks, a Chunk expected")
        _reel.send_chunk(chunk, native)
