"""MP4 files as recordings."""

from __future__ import annotations

import logging
import os
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from ..chunk import LazyChunkStream
from ..chunk._lazy_chunk_stream import Source
from ..chunk._record_batch import blobs, list_column, made_of
from ..components import VideoCodec

if TYPE_CHECKING:
    import pyarrow as pa

    from ..chunk import Chunk
    from ._mp4_format import Track

_log = logging.getLogger("rerun")

_STREAM, _ASSET, _FRAME = "rerun.archetypes.VideoStream", "rerun.archetypes.AssetVideo", "rerun.archetypes.VideoFrameReference"
_TIMES = {"duration_ns": "duration", "duration": "duration", "timestamp_ns": "timestamp", "timestamp": "timestamp"}
_ENCODERS = {
    "H264": (["h264_nvenc", "h264_videotoolbox"], ["libx264", "libopenh264"]),
    "H265": (["hevc_nvenc", "hevc_videotoolbox"], ["libx265"]),
    "AV1": (["av1_nvenc"], ["libsvtav1", "libaom-av1"]),
    "VP8": ([], ["libvpx"]),
    "VP9": ([], ["libvpx-vp9"]),
}


@dataclass(frozen=True, kw_only=True)
class Mp4TranscodeOptions:
    """How FFmpeg encodes a video anew.

    output_codec: the codec; None: the file's. gop_size: a keyframe each so many frames; None: as the encoder likes. try_gpu: an encoder of NVENC or VideoToolbox where there is one.
    ffmpeg_override: the program; None: `ffmpeg` in PATH."""

    output_codec: VideoCodec | None = None
    gop_size: int | None = None
    try_gpu: bool = False
    ffmpeg_override: str | os.PathLike[str] | None = None

    def __post_init__(self) -> None:
        if self.output_codec is not None and not isinstance(self.output_codec, VideoCodec):
            raise TypeError(f"output_codec is a {type(self.output_codec).__name__}: a rerun.components.VideoCodec expected")


class _Video(Source):
    """What a reader's options ask for."""

    def __init__(self, path: Path, entity_path: str, timeline: str, kind: str) -> None:
        self.path = path
        self.entity_path = entity_path
        self.timeline = timeline
        self.kind = kind

    def run(self) -> Iterator[Chunk]:
        return self._chunks()

    def _chunks(self) -> Iterator[Chunk]:
        raise NotImplementedError

    def _times(self, times: list[int]) -> list[tuple[str, pa.Array]]:
        import pyarrow as pa

        return [(self.timeline, pa.array(times, pa.int64()).cast(pa.timestamp("ns") if self.kind == "timestamp" else pa.duration("ns")))]


class _Asset(_Video):
    def _chunks(self) -> Iterator[Chunk]:
        import pyarrow as pa

        from ._mp4_format import Mp4Error, read_track

        yield made_of(self.entity_path, [], [("AssetVideo:blob", _ASSET, "rerun.components.Blob", blobs([self.path.read_bytes()]))])
        try:
            track = read_track(self.path)
            _ = track.codec
            times = sorted(track.times())
        except Mp4Error as error:
            _log.warning(f"{self.path}: the times of its frames cannot be read: {error}")
            return
        if times:
            values = list_column(pa.array(range(len(times) + 1), pa.int32()), pa.array(times, pa.int64()))
            yield made_of(self.entity_path, self._times(times), [("VideoFrameReference:timestamp", _FRAME, "rerun.components.VideoTimestamp", values)], is_sorted=True)


class _Stream(_Video):
    def __init__(self, path: Path, entity_path: str, timeline: str, kind: str, by_gop: bool, transcode: Mp4TranscodeOptions | None) -> None:
        super().__init__(path, entity_path, timeline, kind)
        self.by_gop = by_gop
        self.transcode = transcode or Mp4TranscodeOptions()

    def _chunks(self) -> Iterator[Chunk]:
        from ._mp4_format import read_track

        track = read_track(self.path)
        wanted = self.transcode.output_codec
        if not track.is_reordered and self.transcode.gop_size is None and wanted in (None, VideoCodec[track.codec]):
            yield from self._of_track(self.path, track)
            return
        with tempfile.TemporaryDirectory(prefix="reel_mp4_") as folder:
            made = Path(folder) / "video.mp4"
            _encode(self.path, made, wanted.name if wanted else track.codec, self.transcode)
            yield from self._of_track(made, read_track(made))

    def _of_track(self, path: Path, track: Track) -> Iterator[Chunk]:
        import pyarrow as pa

        codec = pa.array([[VideoCodec[track.codec].value]], pa.list_(pa.uint32()))
        yield made_of(self.entity_path, [], [("VideoStream:codec", _STREAM, "rerun.components.VideoCodec", codec)])
        times, group, group_times, keys = track.times(), [], [], []
        with open(path, "rb") as file:
            for sample, time in zip(track.samples, times):
                if group and (sample.is_key or not self.by_gop):
                    yield self._samples(group, group_times)
                    group, group_times = [], []
                if sample.is_key:
                    keys.append(time)
                group.append(track.data(file, sample))
                group_times.append(time)
        if group:
            yield self._samples(group, group_times)
        if keys:
            flags = list_column(pa.array(range(len(keys) + 1), pa.int32()), pa.array([True] * len(keys)))
            yield made_of(self.entity_path, self._times(keys), [("VideoStream:is_keyframe", _STREAM, "rerun.components.IsKeyframe", flags)], is_sorted=True)

    def _samples(self, group: list[bytes], times: list[int]) -> Chunk:
        return made_of(self.entity_path, self._times(times), [("VideoStream:sample", _STREAM, "rerun.components.VideoSample", blobs(group))], is_sorted=True)


def _encode(path: Path, made: Path, codec: str, options: Mp4TranscodeOptions) -> None:
    """Has FFmpeg write a video without B-frames."""
    program = os.fspath(options.ffmpeg_override or "ffmpeg")
    on_gpu, encoders = _ENCODERS[codec]
    if options.gop_size is not None and options.gop_size < 1:
        raise ValueError(f"gop_size is {options.gop_size}: at least 1 expected")
    every = [] if options.gop_size is None else ["-g", str(options.gop_size), "-force_key_frames", f"expr:gte(n,n_forced*{options.gop_size})"]
    failed = []
    for encoder in (on_gpu if options.try_gpu else []) + encoders:
        no_cuts = ":scenecut=0" if every else ""
        own = {
            "libx264": ["-bf", "0", *(["-sc_threshold", "0"] if every else [])],
            "libx265": ["-x265-params", f"bframes=0:open-gop=0{no_cuts}"],
            "libsvtav1": ["-svtav1-params", f"pred-struct=1{no_cuts.replace('scenecut', 'scd')}"],
        }.get(encoder, ["-bf", "0"])
        command = [program, "-nostdin", "-v", "error", "-y", "-i", os.fspath(path), "-map", "0:v:0", "-an", "-pix_fmt", "yuv420p", "-fps_mode", "passthrough"]
        try:
            ended = subprocess.run([*command, "-c:v", encoder, *own, *every, "-f", "mp4", os.fspath(made)], capture_output=True, check=False)
        except OSError as error:
            raise RuntimeError(
                f"MP4 error: {path} has B-frames or is to be encoded anew, which FFmpeg does. Couldn't find an installation of the FFmpeg executable {program!r}: {error.strerror}"
            ) from error
        if ended.returncode == 0:
            return
        failed.append(f"{encoder}: {ended.stderr.decode('utf-8', 'replace').strip() or f'status {ended.returncode}'}")
    raise RuntimeError(f"MP4 error: no encoder of FFmpeg made {codec} of {path}: {'; '.join(failed)}")


class Mp4Reader:
    """The video of an MP4 file as chunks: H.264, H.265, AV1, VP8 or VP9; sound is left out.

    mode: "stream": samples of a VideoStream, its codec, and which ones are keyframes; "asset": the whole file as an AssetVideo, and a VideoFrameReference for each frame.
    chunk_by_gop: a chunk per group of pictures; False: per sample. timeline_name, timeline_type: "duration_ns" or "timestamp_ns", in nanoseconds since the first frame.
    transcode: encodes anew; a stream with B-frames always is. Both need FFmpeg. entity_path: None: the file's path.

    FileNotFoundError: there is no such file. Running the stream raises RuntimeError when the file is damaged, has no video or a codec that is not known, or when FFmpeg is not there. Needs pyarrow."""

    def __init__(
        self,
        path: str | os.PathLike[str],
        *,
        mode: Literal["asset", "stream"] = "stream",
        chunk_by_gop: bool = True,
        timeline_name: str = "video",
        timeline_type: str = "duration_ns",
        transcode: Mp4TranscodeOptions | None = None,
        entity_path: str | None = None,
    ) -> None:
        if mode not in ("asset", "stream"):
            raise ValueError(f"Invalid mode {mode!r}: 'asset' or 'stream' expected")
        if mode == "asset" and not chunk_by_gop:
            raise ValueError("chunk_by_gop=False goes with mode='stream'")
        if mode == "asset" and transcode is not None:
            raise ValueError("transcode goes with mode='stream'")
        if timeline_type not in _TIMES:
            raise ValueError(f"Invalid timeline_type {timeline_type!r}: 'duration_ns' or 'timestamp_ns' expected")
        self._path = Path(path).absolute()
        if not self._path.exists():
            raise FileNotFoundError(f"MP4 file not found: {self._path}")
        if entity_path is None:
            from .._log import new_entity_path

            entity_path = new_entity_path(list(self._path.parts[1:]))
        self._entity_path = "/" + entity_path.lstrip("/")
        self._options = (mode, timeline_name, _TIMES[timeline_type], chunk_by_gop, transcode)

    def stream(self) -> LazyChunkStream:
        """The chunks as a stream. The file is read as they are asked for."""
        mode, timeline, kind, by_gop, transcode = self._options
        if mode == "asset":
            return LazyChunkStream(_Asset(self._path, self._entity_path, timeline, kind))
        return LazyChunkStream(_Stream(self._path, self._entity_path, timeline, kind, by_gop, transcode))

    @property
    def path(self) -> Path:
        """Where the file is."""
        return self._path

    @property
    def entity_path(self) -> str:
        """The entity of all chunks."""
        return self._entity_path

    def __repr__(self) -> str:
        return f"Mp4Reader({self._path})"
