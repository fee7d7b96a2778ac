"""Logging: rows, the seed's log_components, and whole files."""

from __future__ import annotations

import os

from . import error_utils
from ._baseclasses import AsComponents, ComponentBatchLike, ComponentDescriptor, DescribedComponentBatch
from ._reel import log, media_type as _media_type
from ._support import entity_path as new_entity_path
from ._support import escape_entity_path_part
from .recording_stream import get_data_recording

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path
    from typing import Any

    from .recording_stream import RecordingStream

__all__ = [
    "AsComponents", "ComponentBatchLike", "DescribedComponentBatch", "escape_entity_path_part", "log", "log_components", "log_file_from_contents", "log_file_from_path", "new_entity_path",
]  # fmt: skip

# --- components ---------------------------------------------------------------------------------------------------------------------


def _described(batch: Any) -> Any:
    """A batch that nobody has described belongs to the component of its type."""
    if hasattr(batch, "component_descriptor"):
        return batch
    name = batch.component_name() if hasattr(batch, "component_name") else batch.component_type()
    return DescribedComponentBatch(batch, ComponentDescriptor(name, component_type=name))


def log_components(
    entity_path: str | list[str],
    components: Iterable[ComponentBatchLike],
    *,
    num_instances: int | None = None,
    timeless: bool = False,
    static: bool = False,
    recording: RecordingStream | None = None,
    strict: bool | None = None,
) -> None:
    """Logs batches as one row.

    num_instances: how many instances there are: each batch has as many values, one for all, or none, which clears it; the most of all batches unless given.
    timeless: the old word for static: the row has no time. strict: True raises on what cannot be logged, False warns, None does as `strict_mode()`."""
    with error_utils.catch_and_log_exceptions("log_components", strict=strict):
        batches = [_described(batch) for batch in components]
        if not batches:
            raise ValueError(f"{entity_path}: no components were given")
        _check_lengths(entity_path, batches, num_instances)
        log(entity_path, batches, static=timeless or static, num_instances=num_instances, recording=recording, strict=strict)


def _check_lengths(entity_path: Any, batches: list[Any], num_instances: int | None) -> None:
    lengths = {str(b.component_descriptor()): len(b._batch if hasattr(b, "_batch") else b.as_arrow_array()) for b in batches}
    most = max(lengths.values()) if num_instances is None else num_instances
    for name, n in lengths.items():
        if n not in (0, 1, most) and n > 1:
            raise ValueError(f"{entity_path}: {name} has {n} values for {most} instances (0, 1 or {most} expected)")


def _log_components(
    entity_path: str | list[object], components: list[DescribedComponentBatch], *, static: bool = False, recording: RecordingStream | None = None
) -> None:
    log(entity_path, components, static=static, recording=recording)


# --- files --------------------------------------------------------------------------------------------------------------------------

_DOCUMENTS = {".txt": "text/plain", ".md": "text/markdown"}
_LINES = (".log", ".csv", ".tsv")
_KNOWN = "rrd, rbl, png, jpg, glb, gltf, obj, stl, ply, mp4, wav, mp3, txt, md, log, csv, tsv, npy"
_HEAD_BYTES = 4096
_VALUE_BYTES_MAX = (1 << 31) - 1


class _File:
    """A file to be logged: .name, .head (its first bytes), .size, .read(), and .source for C: its bytes, or a descriptor."""

    def __init__(self, name: str, contents: bytes | None = None, descriptor: int = -1) -> None:
        self.name, self.contents, self.descriptor = name, contents, descriptor
        self.size = os.fstat(descriptor).st_size if contents is None else len(contents)
        self.head = os.pread(descriptor, _HEAD_BYTES, 0) if contents is None else contents[:_HEAD_BYTES]
        self.ending = os.path.splitext(name)[1].lower()

    @property
    def source(self) -> bytes | int:
        return self.descriptor if self.contents is None else self.contents

    def read(self) -> bytes:
        if self.contents is not None:
            return self.contents
        if self.size > _VALUE_BYTES_MAX:
            raise ValueError(f"{self.size:,} bytes are more than one value may have ({_VALUE_BYTES_MAX:,})")
        with open(self.descriptor, "rb", closefd=False) as file:
            return file.read()

    def kind(self) -> str:
        """recording, layout, document, lines, tensor, or a media type."""
        if self.ending in (".rrd", ".rbl") or self.head[:4] in (b"RRF2", b"RRF1", b"RRF0"):
            if not self.size:
                raise ValueError("the file is empty, and no recording")
            return "layout" if self.ending == ".rbl" else "recording"
        if self.ending in _LINES or self.ending in _DOCUMENTS:
            if b"\0" in self.head:
                raise ValueError("is named as text, but holds binary data")
            return "lines" if self.ending in _LINES else "document"
        if self.ending == ".npy":
            return "tensor"
        kind = _media_type(self.head, self.size, os.path.basename(self.name))
        if kind is not None and (kind.split("/")[0] in ("image", "model", "video", "audio") or kind == "application/x-ply"):
            return str(kind)
        if self.ending and f"{self.ending[1:]}," in _KNOWN + ", jpeg,":
            raise ValueError("the file is empty" if not self.size else f"the file does not hold what its name says ({self.ending})")
        raise ValueError(f"the file is of no kind that can be logged: {_KNOWN}")


def _log_recording(file: _File, start: str, recording: RecordingStream) -> None:
    """Its messages, as parts of the recordings and blueprints that they are of. A blueprint alone becomes one of this application."""
    messages, damaged = recording._send_rrd(file.source, start, recording._application_id if file.kind() == "layout" else None)
    if damaged:
        raise ValueError(f"the recording is damaged or ends too early, in {damaged} places: {messages} messages of it are logged")


def _log_tensor(path: str, file: _File, put: Callable[..., None]) -> None:
    import io

    import numpy

    from .archetypes import Tensor

    put(path, Tensor(numpy.load(io.BytesIO(file.read()), allow_pickle=False)))


def _log_video(path: str, contents: bytes, kind: str, recording: RecordingStream) -> None:
    """The viewer shows a video where frame references stand on a timeline."""
    from . import archetypes
    from ._send_columns import TimeColumn, send_columns

    video = archetypes.AssetVideo(contents=contents, media_type=kind)
    recording.log(path, video, static=True, strict=True)
    times = [0]
    if hasattr(video, "read_frame_timestamps_nanos"):
        try:
            times = [int(t) for t in video.read_frame_timestamps_nanos()] or [0]
        except Exception as error:
            error_utils.warn(f"{path}: the video's frames are not found ({error}): only its first one is shown")
    send_columns(
        path,
        [TimeColumn("video_time", duration=[t / 1e9 for t in times])],
        archetypes.VideoFrameReference.columns_nanos(times) if hasattr(archetypes.VideoFrameReference, "columns_nanos") else archetypes.VideoFrameReference.columns(timestamp=times),
        recording=recording,
        strict=True,
    )


def _log_file(file: _File, prefix: str | None, static: bool, recording: RecordingStream) -> None:
    from . import archetypes

    name = os.fsencode(file.name).decode("utf-8", "replace")
    parts = [part for part in name.replace(os.sep, "/").split("/") if part not in ("", ".", "..")]
    start = (prefix or "").strip("/")
    path = "/".join([*([start] if start else []), *map(escape_entity_path_part, parts)])
    kind = file.kind()

    def put(where: str, entity: Any, is_static: bool = static) -> None:
        recording.log(where, entity, static=is_static, strict=True)

    if kind in ("recording", "layout"):
        _log_recording(file, start, recording)
    elif kind == "document":
        put(path, archetypes.TextDocument(file.read().decode("utf-8-sig", "replace").replace("\0", "\N{REPLACEMENT CHARACTER}"), media_type=_DOCUMENTS[file.ending]), True)
    elif kind == "lines":
        try:
            recording._import(file.ending != ".log", name, path, file.contents, file.descriptor)
        except ValueError as error:
            raise ValueError(str(error).removeprefix(f"{name}: ")) from None
    elif kind == "tensor":
        _log_tensor(path, file, put)
    elif kind.startswith("image/"):
        put(path, archetypes.EncodedImage(contents=file.read(), media_type=kind))
    elif kind.startswith("video/"):
        _log_video(path, file.read(), kind, recording)
    elif kind.startswith("audio/"):
        put(path, archetypes.AssetAudio(contents=file.read(), media_type=kind), True)
    else:
        put(path, archetypes.Asset3D(contents=file.read(), media_type=kind), True)


def _log_path(path: str, prefix: str | None, static: bool, recording: RecordingStream) -> None:
    import stat

    mode = os.stat(path).st_mode  # before it is opened: a pipe would wait for its other end
    if not stat.S_ISREG(mode):
        raise ValueError("neither a file nor a folder")
    with open(path, "rb", buffering=0) as opened:
        _log_file(_File(path, descriptor=opened.fileno()), prefix, static, recording)


def _below(folder: str) -> Iterable[str]:
    """The files below a folder, by name; not those that begin with a dot. Links to folders are not followed."""
    for where, folders, names in os.walk(folder, onerror=_raise):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        yield from (os.path.join(where, name) for name in sorted(names) if not name.startswith(".") and os.path.isfile(os.path.join(where, name)))


def _raise(error: OSError) -> None:
    raise error


def log_file_from_path(
    file_path: str | Path, *, entity_path_prefix: str | None = None, static: bool = False, recording: RecordingStream | None = None
) -> None:
    """Logs a file by its kind, or every file below a folder: images, 3D models, videos, audio, text, Markdown, logs, tables (.csv, .tsv), npy arrays.

    Tables and logs are what `reel record` makes of them: an entity for each column of numbers, on the timelines "row" and of the column of times; a row for each line. Recordings (.rrd)
    go along under their own names, as parts of what the recording is written to; with a prefix their entities become this one's. A blueprint (.rbl) becomes one of this application.

    entity_path_prefix: before the entity, which is the file's path. static: images and arrays have no time; text, models, videos and audio never have."""
    with error_utils.catch_and_log_exceptions(f"log_file_from_path: {os.fspath(file_path)}"):
        target = get_data_recording(recording)
        if target is None or not target._enabled:
            return
        path = os.fsdecode(file_path)
        if not os.path.isdir(path):
            _log_path(path, entity_path_prefix, static, target)
            return
        for below in _below(path):
            with error_utils.catch_and_log_exceptions(f"log_file_from_path: {below}"):
                _log_path(below, entity_path_prefix, static, target)


def log_file_from_contents(
    file_path: str | Path,
    file_contents: bytes,
    *,
    entity_path_prefix: str | None = None,
    static: bool = False,
    recording: RecordingStream | None = None,
) -> None:
    """The same with a file's bytes; file_path: what it would be called."""
    with error_utils.catch_and_log_exceptions(f"log_file_from_contents: {os.fspath(file_path)}"):
        target = get_data_recording(recording)
        if target is not None and target._enabled:
            _log_file(_File(os.fsdecode(file_path), bytes(file_contents)), entity_path_prefix, static, target)
