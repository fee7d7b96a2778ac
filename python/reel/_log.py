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
_HEAD_BYTES = 4096


def _log_csv(path: str, contents: bytes, put: Callable[..., None], recording: RecordingStream) -> None:
    """Columns of numbers as Scalars of an entity each, on a timeline that counts the rows."""
    import csv
    import io

    from ._send_columns import TimeColumn, send_columns
    from .archetypes import Scalars

    rows = list(csv.reader(io.StringIO(contents.decode("utf-8-sig", "replace"))))
    rows = [row for row in rows if row]
    if not rows:
        raise ValueError("the file holds no rows")
    for i, name in enumerate(rows[0]):
        times, values = [], []
        for n, row in enumerate(rows[1:]):
            if i < len(row) and row[i].strip():
                try:
                    values.append(float(row[i]))
                except ValueError:
                    continue
                times.append(n)
        if values:
            where = f"{path}/{escape_entity_path_part(name.strip() or f'column_{i + 1}')}"
            send_columns(where, [TimeColumn("row", sequence=times)], Scalars.columns(scalars=values), recording=recording, strict=True)


def _log_npy(path: str, contents: bytes, put: Callable[..., None], recording: RecordingStream) -> None:
    import io

    import numpy

    from .archetypes import Tensor

    put(path, Tensor(numpy.load(io.BytesIO(contents), allow_pickle=False)))


def _log_lines(path: str, contents: bytes, put: Callable[..., None], recording: RecordingStream) -> None:
    from .archetypes import TextLog

    for line in contents.decode("utf-8", "replace").splitlines():
        if line.strip():
            put(path, TextLog(line.replace("\0", "\\0")))


def _log_video(path: str, contents: bytes, kind: str, put: Callable[..., None], recording: RecordingStream) -> None:
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


_BY_ENDING = {".csv": _log_csv, ".npy": _log_npy, ".log": _log_lines}


def _log_contents(name: str, contents: bytes, prefix: str | None, static: bool, recording: RecordingStream) -> None:
    from . import archetypes

    parts = [part for part in os.fspath(name).replace(os.sep, "/").split("/") if part not in ("", ".")]
    start = (prefix or "").strip("/")
    path = "/".join([*([start] if start else []), *map(escape_entity_path_part, parts)])
    ending = os.path.splitext(name)[1].lower()

    def put(where: str, entity: Any, is_static: bool = static) -> None:
        recording.log(where, entity, static=is_static, strict=True)

    if ending in (".rrd", ".rbl") or contents[:4] in (b"RRF2", b"RRF1", b"RRF0"):
        if recording._send_rrd(contents, start):
            from .blueprint import api

            api._send_blueprint_bytes(contents, recording)
    elif ending in _DOCUMENTS:
        put(path, archetypes.TextDocument(contents.decode("utf-8-sig", "replace").replace("\0", "\\0"), media_type=_DOCUMENTS[ending]))
    elif ending in _BY_ENDING:
        _BY_ENDING[ending](path, contents, put, recording)
    else:
        kind = _media_type(contents[:_HEAD_BYTES], len(contents), os.path.basename(name))
        family = (kind or "").split("/")[0]
        if family == "image":
            put(path, archetypes.EncodedImage(contents=contents, media_type=kind))
        elif family == "model" or kind == "application/x-ply":
            put(path, archetypes.Asset3D(contents=contents, media_type=kind), True)
        elif family == "video":
            _log_video(path, contents, str(kind), put, recording)
        elif family == "audio":
            put(path, archetypes.AssetAudio(contents=contents, media_type=kind), True)
        else:
            raise ValueError("the file is of no kind that can be logged: rrd, rbl, png, jpg, glb, gltf, obj, stl, ply, mp4, wav, mp3, txt, md, log, csv, npy")


def log_file_from_path(
    file_path: str | Path, *, entity_path_prefix: str | None = None, static: bool = False, recording: RecordingStream | None = None
) -> None:
    """Logs a file by its kind: images, 3D models, videos, audio, text, Markdown, logs, CSV, npy arrays; recordings (.rrd) go in as they are, blueprints (.rbl) become the application's.

    entity_path_prefix: before the entity, which is the file's path. static: images and texts have no time; models, videos and audio never have."""
    with error_utils.catch_and_log_exceptions(f"log_file_from_path: {os.fspath(file_path)}"):
        target = get_data_recording(recording)
        if target is not None and target._enabled:
            with open(file_path, "rb") as file:
                _log_contents(os.fspath(file_path), file.read(), entity_path_prefix, static, target)


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
            _log_contents(os.fspath(file_path), bytes(file_contents), entity_path_prefix, static, target)
