"""MP4 files: where the samples of the video track are, when they are shown, and which ones begin a group of pictures. Times of all kinds of files: of sample tables, and of fragments."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

_CODECS = {"avc1": "H264", "avc3": "H264", "hvc1": "H265", "hev1": "H265", "av01": "AV1", "vp08": "VP8", "vp09": "VP9"}
_START = b"\x00\x00\x00\x01"
_MOST_METADATA = 1 << 30


class Mp4Error(RuntimeError):
    """The file cannot be read as an MP4."""


@dataclass
class Sample:
    """One picture as it was encoded, in the order of decoding."""

    offset: int
    size: int
    decode_time: int
    shown: int  # relative to decode_time
    is_key: bool


@dataclass
class Track:
    """A track of video."""

    number: int = 0
    is_video: bool = False
    timescale: int = 0
    entry: str = ""
    parameters: bytes = b""
    """What a decoder needs before a group of pictures, with start codes."""
    prefix_size: int = 0
    """Bytes of the size before each NAL unit; 0: samples are no NAL units."""
    most_samples: int = 0
    """As many as the file has bytes."""
    samples: list[Sample] = field(default_factory=list)

    @property
    def codec(self) -> str:
        if self.entry not in _CODECS:
            raise Mp4Error(f"MP4 error: the video track uses unsupported codec {self.entry!r}: {', '.join(_CODECS)} expected")
        return _CODECS[self.entry]

    def times(self) -> list[int]:
        """When each sample is shown, in nanoseconds since the first one that is."""
        if not self.timescale:
            raise Mp4Error("MP4 error: the video track has no timescale")
        shown = [sample.decode_time + sample.shown for sample in self.samples]
        first, last = min(shown, default=0), max(shown, default=0)
        if (last - first) * 10**9 // self.timescale >= 1 << 63:
            raise Mp4Error(f"MP4 error: the video would be {(last - first) // self.timescale} seconds long")
        return [(2 * (t - first) * 10**9 + self.timescale) // (2 * self.timescale) for t in shown]

    @property
    def is_reordered(self) -> bool:
        """Whether pictures are shown in another order than they are decoded: there are B-frames."""
        shown = [sample.decode_time + sample.shown for sample in self.samples]
        return any(later < earlier for earlier, later in zip(shown, shown[1:]))

    def data(self, file: BinaryIO, sample: Sample) -> bytes:
        """A sample as video streams have it: NAL units with start codes, and at keyframes with their parameters."""
        from .video import length_prefixed_to_annex_b

        file.seek(sample.offset)
        data = file.read(sample.size)
        if len(data) < sample.size:
            raise Mp4Error(f"MP4 error: a sample of {sample.size} bytes at {sample.offset} is cut off after {len(data)}")
        if not self.prefix_size:
            return data
        try:
            data = length_prefixed_to_annex_b(data, length_prefix_size=self.prefix_size)
        except ValueError as error:
            raise Mp4Error(f"MP4 error: the sample at {sample.offset}: {error}") from error
        return self.parameters + data if sample.is_key else data


class _Box:
    """The inside of a box, read from its beginning on. Whatever goes beyond its end is an error."""

    def __init__(self, kind: str, data: memoryview) -> None:
        self.kind, self.data, self.at = kind, data, 0

    def take(self, n: int) -> memoryview:
        if n > len(self.data) - self.at:
            raise Mp4Error(f"MP4 error: box {self.kind!r} ends too early: {n} bytes are expected at {self.at}, it has {len(self.data)}")
        self.at += n
        return self.data[self.at - n : self.at]

    def number(self, size: int) -> int:
        return int.from_bytes(self.take(size), "big")

    def signed(self, size: int) -> int:
        return int.from_bytes(self.take(size), "big", signed=True)

    def flags(self) -> tuple[int, int]:
        return self.number(1), self.number(3)

    def entries(self, size: int) -> int:
        """How many entries of this size come now."""
        n = self.number(4)
        if n * size > len(self.data) - self.at:
            raise Mp4Error(f"MP4 error: box {self.kind!r} says it has {n} entries, it has room for {(len(self.data) - self.at) // max(size, 1)}")
        return n

    def boxes(self) -> Iterator[_Box]:
        while len(self.data) - self.at >= 8:
            size, kind, head = self.number(4), bytes(self.take(4)).decode("latin-1"), 8
            if size == 1:
                size, head = self.number(8), 16
            if size == 0:
                size = head + len(self.data) - self.at
            if size < head:
                raise Mp4Error(f"MP4 error: box {kind!r} in {self.kind!r} has an impossible size of {size} bytes")
            yield _Box(kind, self.take(size - head))

    def first(self, *path: str) -> _Box | None:
        box: _Box | None = self
        for kind in path:
            box = next((inner for inner in _Box(box.kind, box.data).boxes() if inner.kind == kind), None) if box else None
        return box


def read_track(path: str | os.PathLike[str]) -> Track:
    """The first track of video in a file, with its samples."""
    with open(path, "rb") as file:
        return track_of(file, path)


def track_of(file: BinaryIO, name: object) -> Track:
    """The same of an open file; name: what errors call it."""
    size = file.seek(0, os.SEEK_END)
    tracks: dict[int, Track] = {}
    defaults: dict[int, tuple[int, int, int]] = {}
    track = None
    for kind, start, end in _outermost(file, size):
        if kind not in ("moov", "moof"):
            continue
        if end - start > _MOST_METADATA:
            raise Mp4Error(f"MP4 error: box {kind!r} is {end - start} bytes large")
        file.seek(start)
        box = _Box(kind, memoryview(file.read(end - start)))
        if kind == "moov":
            tracks, defaults = _movie(box, size)
            track = next((t for t in tracks.values() if t.is_video), None)
        elif track is not None:
            _fragment(box, track, defaults.get(track.number, (0, 0, 0)), start)
    if not tracks:
        raise Mp4Error(f"MP4 error: {name} is no MP4 file, or an incomplete one: it has no tracks")
    if track is None:
        raise Mp4Error(f"MP4 error: {name} has no track of video")
    for sample in track.samples:
        if sample.offset + sample.size > size:
            raise Mp4Error(f"MP4 error: {name} is cut off: a sample ends at {sample.offset + sample.size}, the file at {size}")
    return track


def _outermost(file: BinaryIO, size: int) -> Iterator[tuple[str, int, int]]:
    at = 0
    while size - at >= 8:
        file.seek(at)
        head = file.read(16)
        n, kind, start = int.from_bytes(head[:4], "big"), head[4:8].decode("latin-1"), at + 8
        if n == 1:
            n, start = int.from_bytes(head[8:16], "big"), at + 16
        end = size if n == 0 else at + n
        if end < start or end > size:
            raise Mp4Error(f"MP4 error: box {kind!r} at {at} is {n} bytes large, the file has {size}")
        yield kind, start, end
        at = end


def _movie(moov: _Box, size: int) -> tuple[dict[int, Track], dict[int, tuple[int, int, int]]]:
    """The tracks, and what holds for samples of fragments: (duration, size, flags)."""
    tracks, defaults = {}, {}
    for box in moov.boxes():
        if box.kind == "trak":
            track = _track(box, size)
            tracks[track.number] = track
        elif box.kind == "mvex":
            for trex in box.boxes():
                if trex.kind == "trex":
                    trex.flags()
                    number, _ = trex.number(4), trex.number(4)
                    defaults[number] = (trex.number(4), trex.number(4), trex.number(4))
    return tracks, defaults


def _track(trak: _Box, size: int) -> Track:
    track = Track(most_samples=size)
    if head := trak.first("tkhd"):
        version, _ = head.flags()
        head.take(16 if version else 8)
        track.number = head.number(4)
    if head := trak.first("mdia", "mdhd"):
        version, _ = head.flags()
        head.take(16 if version else 8)
        track.timescale = head.number(4)
    handler = trak.first("mdia", "hdlr")
    track.is_video = handler is not None and bytes(handler.data[8:12]) == b"vide"
    tables = trak.first("mdia", "minf", "stbl")
    if track.is_video and tables:
        if descriptions := tables.first("stsd"):
            _describe(track, descriptions)
        _sample_tables(track, {box.kind: box for box in tables.boxes()}, size)
    return track


def _describe(track: Track, descriptions: _Box) -> None:
    descriptions.flags()
    descriptions.number(4)
    entry = next(descriptions.boxes(), None)
    if entry is None:
        return
    track.entry = entry.kind
    entry.take(78)  # what all entries of pictures begin with: size, resolution, name of the encoder
    for box in entry.boxes():
        if box.kind == "avcC":
            box.take(4)
            track.prefix_size = (box.number(1) & 3) + 1
            sets = [bytes(box.take(box.number(2))) for mask in (0x1F, 0xFF) for _ in range(box.number(1) & mask)]
        elif box.kind == "hvcC":
            box.take(21)
            track.prefix_size = (box.number(1) & 3) + 1
            sets = []
            for _ in range(box.number(1)):
                kind = box.number(1) & 0x3F
                units = [bytes(box.take(box.number(2))) for _ in range(box.number(2))]
                sets += units if kind in (32, 33, 34) else []  # VPS, SPS, PPS: not words of the encoder
        else:
            continue
        track.parameters = b"".join(_START + parameters for parameters in sets)


def _sample_tables(track: Track, tables: dict[str, _Box], file_size: int) -> None:
    sizes = _sizes(tables, file_size)
    n = len(sizes)
    offsets = _offsets(tables, sizes)
    durations = _runs(tables.get("stts"), n, is_signed=False)
    shown = _runs(tables.get("ctts"), n, is_signed=True)
    keys = None
    if stss := tables.get("stss"):
        stss.flags()
        keys = {stss.number(4) - 1 for _ in range(stss.entries(4))}
    time = 0
    for i in range(n):
        track.samples.append(Sample(offsets[i], sizes[i], time, shown[i], keys is None or i in keys))
        time += durations[i]


def _sizes(tables: dict[str, _Box], file_size: int) -> list[int]:
    if box := tables.get("stsz"):
        box.flags()
        same = box.number(4)
        if same:
            n = box.number(4)
            if n * same > file_size:
                raise Mp4Error(f"MP4 error: {n} samples of {same} bytes are announced, the file has {file_size}")
            return [same] * n
        return [box.number(4) for _ in range(box.entries(4))]
    if box := tables.get("stz2"):
        box.flags()
        bits = box.number(4) & 0xFF
        if bits not in (4, 8, 16):
            raise Mp4Error(f"MP4 error: sizes of {bits} bits: 4, 8 or 16 expected")
        n = box.number(4)
        data = box.take((n * bits + 7) // 8)
        if bits == 4:
            return [data[i // 2] >> (0 if i % 2 else 4) & 15 for i in range(n)]
        return [int.from_bytes(data[i : i + bits // 8], "big") for i in range(0, len(data), bits // 8)]
    return []


def _offsets(tables: dict[str, _Box], sizes: list[int]) -> list[int]:
    """Where each sample is: they stand one behind another in chunks."""
    box, size = (tables["co64"], 8) if "co64" in tables else (tables.get("stco"), 4)
    groups = tables.get("stsc")
    if not sizes:
        return []
    if box is None or groups is None:
        raise Mp4Error("MP4 error: it is not said where the samples of the video track are")
    box.flags()
    chunks = [box.number(size) for _ in range(box.entries(size))]
    groups.flags()
    runs = [(groups.number(4), groups.number(4), groups.number(4)) for _ in range(groups.entries(12))]
    offsets: list[int] = []
    for i, (first, per_chunk, _) in enumerate(runs):
        after = runs[i + 1][0] if i + 1 < len(runs) else len(chunks) + 1
        for at in chunks[max(first, 1) - 1 : max(after, 1) - 1]:
            for _ in range(min(per_chunk, len(sizes) - len(offsets))):
                offsets.append(at)
                at += sizes[len(offsets) - 1]
    if len(offsets) < len(sizes):
        raise Mp4Error(f"MP4 error: the video track has {len(sizes)} samples, of {len(offsets)} it is said where they are")
    return offsets


def _runs(box: _Box | None, n: int, is_signed: bool) -> list[int]:
    """Values that are written as (how often, value); 0 where none is."""
    values: list[int] = []
    if box is not None:
        box.flags()
        for _ in range(box.entries(8)):
            count = box.number(4)
            value = box.signed(4) if is_signed else box.number(4)  # offsets of version 0 are small: they may be read as signed too
            values += [value] * min(count, n - len(values))
    return values + [0] * (n - len(values))


# --- fragments ----------------------------------------------------------------------------------------------------------------------


def _fragment(moof: _Box, track: Track, defaults: tuple[int, int, int], start: int) -> None:
    """Adds the samples of a fragment. start: where the inside of its box begins in the file."""
    moof_at = start - 8
    for traf in moof.boxes():
        head = traf.first("tfhd") if traf.kind == "traf" else None
        if head is None:
            continue
        _, flags = head.flags()
        if head.number(4) != track.number:
            continue
        base = head.number(8) if flags & 1 else moof_at
        head.take(4 if flags & 2 else 0)
        own = tuple(head.number(4) if flags & bit else value for bit, value in zip((8, 16, 32), defaults))
        time = track.samples[-1].decode_time if track.samples else 0
        if begin := traf.first("tfdt"):
            version, _ = begin.flags()
            time = begin.number(8 if version else 4)
        at = base
        for run in traf.boxes():
            if run.kind == "trun":
                time, at = _run(run, track, own, base, at, time)


def _run(run: _Box, track: Track, defaults: tuple[int, ...], base: int, at: int, time: int) -> tuple[int, int]:
    _, flags = run.flags()
    fields = [flags & bit for bit in (0x100, 0x200, 0x400, 0x800)]
    n = run.number(4)
    if flags & 1:
        at = base + run.signed(4)
    first_flags = run.number(4) if flags & 4 else None
    room = len(run.data) - run.at
    if n * 4 * sum(map(bool, fields)) > room or n > track.most_samples - len(track.samples):
        raise Mp4Error(f"MP4 error: a fragment says it has {n} samples, its table has {room} bytes")
    for i in range(n):
        duration, size, sample_flags = (run.number(4) if is_there else value for is_there, value in zip(fields, defaults))
        if i == 0 and first_flags is not None:
            sample_flags = first_flags
        shown = run.signed(4) if fields[3] else 0
        track.samples.append(Sample(at, size, time, shown, not sample_flags & 0x10000))
        time += duration
        at += size
    return time, at
