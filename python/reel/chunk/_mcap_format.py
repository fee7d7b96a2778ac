"""MCAP files: records, and the summary at the end that says where they are. See https://mcap.dev/spec."""

from __future__ import annotations

import logging
import os
import zlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

_log = logging.getLogger("rerun")

MAGIC = b"\x89MCAP0\r\n"
_HEADER, _FOOTER, _SCHEMA, _CHANNEL, _MESSAGE, _CHUNK, _CHUNK_INDEX = 1, 2, 3, 4, 5, 6, 8
_ATTACHMENT, _ATTACHMENT_INDEX, _STATISTICS, _METADATA, _METADATA_INDEX, _DATA_END = 9, 10, 11, 12, 13, 15
_FOOTER_SIZE = 20
_LARGEST_CHUNK = 1 << 32


class McapError(ValueError):
    """The file cannot be read as an MCAP file."""


class NoSummary(McapError):
    """The end of the file is missing or damaged; what is before it may be whole."""


class Schema(NamedTuple):
    number: int
    name: str
    encoding: str
    data: bytes


class Channel(NamedTuple):
    number: int
    schema: int
    topic: str
    message_encoding: str
    metadata: dict[str, str]


class Message(NamedTuple):
    channel: int
    log_time: int
    publish_time: int
    data: memoryview


class ChunkPlace(NamedTuple):
    """A chunk of messages. offset: of its record."""

    first_time: int
    last_time: int
    offset: int
    compression: str
    compressed_size: int
    size: int


class Statistics(NamedTuple):
    messages: int
    schemas: int
    channels: int
    attachments: int
    metadata: int
    chunks: int
    first_time: int
    last_time: int
    per_channel: dict[int, int]


class Attachment(NamedTuple):
    log_time: int
    create_time: int
    name: str
    media_type: str
    data: bytes


@dataclass
class Summary:
    """What a file says of itself, or what a look through it said."""

    profile: str = ""
    library: str = ""
    source: str = "embedded"
    schemas: dict[int, Schema] = field(default_factory=dict)
    channels: dict[int, Channel] = field(default_factory=dict)
    statistics: Statistics | None = None
    chunks: list[ChunkPlace] = field(default_factory=list)
    attachments: list[int] = field(default_factory=list)  # where their records are
    metadata: list[int] = field(default_factory=list)
    data_end: int = 0
    """Where the records of data end."""


class _Fields:
    """The fields of a record, one behind another."""

    def __init__(self, data: memoryview, what: str) -> None:
        self.data, self.what, self.at = data, what, 0

    def take(self, n: int) -> memoryview:
        if n > len(self.data) - self.at:
            raise McapError(f"a {self.what} record ends too early: {n} bytes are expected at {self.at}, it has {len(self.data)}")
        self.at += n
        return self.data[self.at - n : self.at]

    def number(self, size: int) -> int:
        return int.from_bytes(self.take(size), "little")

    def text(self) -> str:
        return bytes(self.take(self.number(4))).decode("utf-8", "replace")

    def texts(self) -> dict[str, str]:
        inner = _Fields(self.take(self.number(4)), self.what)
        pairs = {}
        while inner.at < len(inner.data):
            key = inner.text()
            pairs[key] = inner.text()
        return pairs

    def counts(self) -> dict[int, int]:
        inner = _Fields(self.take(self.number(4)), self.what)
        return {inner.number(2): inner.number(8) for _ in range(len(inner.data) // 10)}

    def rest(self) -> memoryview:
        return self.take(len(self.data) - self.at)


def _schema(data: memoryview) -> Schema:
    f = _Fields(data, "schema")
    return Schema(f.number(2), f.text(), f.text(), bytes(f.take(f.number(4))))


def _channel(data: memoryview) -> Channel:
    f = _Fields(data, "channel")
    return Channel(f.number(2), f.number(2), f.text(), f.text(), f.texts())


def _message(data: memoryview) -> Message:
    f = _Fields(data, "message")
    number, _ = f.number(2), f.number(4)
    return Message(number, f.number(8), f.number(8), f.rest())


def _chunk_index(data: memoryview) -> ChunkPlace:
    f = _Fields(data, "chunk index")
    first, last, offset, _ = f.number(8), f.number(8), f.number(8), f.number(8)
    f.take(f.number(4))
    f.number(8)
    return ChunkPlace(first, last, offset, f.text(), f.number(8), f.number(8))


def _statistics(data: memoryview) -> Statistics:
    f = _Fields(data, "statistics")
    return Statistics(f.number(8), f.number(2), f.number(4), f.number(4), f.number(4), f.number(4), f.number(8), f.number(8), f.counts())


def _records(data: memoryview) -> Iterator[tuple[int, memoryview]]:
    at = 0
    while len(data) - at >= 9:
        size = int.from_bytes(data[at + 1 : at + 9], "little")
        if size > len(data) - at - 9:
            raise McapError(f"a record of {size} bytes is in a part of the file that has {len(data) - at - 9} more")
        yield data[at], data[at + 9 : at + 9 + size]
        at += 9 + size


# --- the summary --------------------------------------------------------------------------------------------------------------------


def read_summary(path: str | os.PathLike[str], recover: bool) -> Summary:
    """What the end of the file says. recover: if there is no such end, the file is looked through."""
    with open(path, "rb") as file:
        if file.read(len(MAGIC)) != MAGIC:
            raise McapError("Not an MCAP file: missing start magic")
        try:
            summary = _embedded(file)
        except McapError as error:
            if not recover:
                raise NoSummary(f"the summary at the end of the file is missing or damaged; try reopening it with recovery enabled (recover=True). Details: {error}") from error
            return _recovered(file)
        file.seek(len(MAGIC))
        kind, data = _next_record(file)
        if kind == _HEADER:
            f = _Fields(data, "header")
            summary.profile, summary.library = f.text(), f.text()
        return summary


def _embedded(file: BinaryIO) -> Summary:
    size = file.seek(0, os.SEEK_END)
    tail = 9 + _FOOTER_SIZE + len(MAGIC)
    if size < len(MAGIC) + tail:
        raise McapError("the file ends before its footer")
    file.seek(size - tail)
    end = file.read(tail)
    if not end.endswith(MAGIC):
        raise McapError("the file does not end with the magic bytes of MCAP")
    if end[0] != _FOOTER or int.from_bytes(end[1:9], "little") != _FOOTER_SIZE:
        raise McapError("the last record is no footer")
    start, checksum = int.from_bytes(end[9:17], "little"), int.from_bytes(end[25:29], "little")
    if start == 0:
        raise McapError("the file was written without a summary")
    if not len(MAGIC) <= start <= size - tail:
        raise McapError(f"the summary would begin at {start}, the file has {size} bytes")
    file.seek(start)
    data = file.read(size - tail - start)
    if checksum and zlib.crc32(data + end[:25]) != checksum:
        raise McapError("the summary's checksum is wrong")
    summary = Summary(data_end=start)
    for kind, record in _records(memoryview(data)):
        _add(summary, kind, record)
    return summary


def _add(summary: Summary, kind: int, record: memoryview) -> None:
    if kind == _SCHEMA:
        schema = _schema(record)
        summary.schemas[schema.number] = schema
    elif kind == _CHANNEL:
        channel = _channel(record)
        summary.channels[channel.number] = channel
    elif kind == _CHUNK_INDEX:
        summary.chunks.append(_chunk_index(record))
    elif kind == _STATISTICS:
        summary.statistics = _statistics(record)
    elif kind == _ATTACHMENT_INDEX:
        summary.attachments.append(_Fields(record, "attachment index").number(8))
    elif kind == _METADATA_INDEX:
        summary.metadata.append(_Fields(record, "metadata index").number(8))


def _next_record(file: BinaryIO) -> tuple[int, memoryview]:
    at = file.tell()
    head = file.read(9)
    size = int.from_bytes(head[1:], "little")
    if len(head) < 9 or size > os.fstat(file.fileno()).st_size - at - 9:
        raise McapError(f"the record at {at} is cut off")
    return head[0], memoryview(file.read(size))


def _recovered(file: BinaryIO) -> Summary:
    """The summary of what is whole, front to back."""
    summary = Summary(source="reconstructed")
    counts: dict[int, int] = {}
    times: list[int] = []
    file.seek(len(MAGIC))
    while True:
        at = summary.data_end = file.tell()
        try:
            kind, data = _next_record(file)
        except McapError as error:
            if file.seek(0, os.SEEK_END) > at:
                _log.warning(f"{file.name}: {error}: what follows is left out")
            break
        if kind in (_FOOTER, _DATA_END):
            break
        try:
            _look_at(summary, kind, data, at, counts, times)
        except McapError as error:
            _log.warning(f"{file.name}: the record at {at} is left out: {error}")
    first, last = (min(times), max(times)) if times else (0, 0)
    n = (sum(counts.values()), len(summary.schemas), len(summary.channels), len(summary.attachments), len(summary.metadata), len(summary.chunks))
    summary.statistics = Statistics(*n, first, last, counts)
    return summary


def _look_at(summary: Summary, kind: int, data: memoryview, at: int, counts: dict[int, int], times: list[int]) -> None:
    if kind == _HEADER:
        f = _Fields(data, "header")
        summary.profile, summary.library = f.text(), f.text()
    elif kind == _ATTACHMENT:
        summary.attachments.append(at)
    elif kind == _METADATA:
        summary.metadata.append(at)
    elif kind == _MESSAGE:
        message = _message(data)
        counts[message.channel] = counts.get(message.channel, 0) + 1
        times.append(message.log_time)
        times[:] = [min(times), max(times)]
    elif kind == _CHUNK:
        place, records = _unpacked(data, at)
        inner = list(_records(records))
        for kind_within, record in inner:
            if kind_within in (_SCHEMA, _CHANNEL):
                _add(summary, kind_within, record)
            elif kind_within == _MESSAGE:
                number = _message(record).channel
                counts[number] = counts.get(number, 0) + 1
        summary.chunks.append(place)
        if any(k == _MESSAGE for k, _ in inner):
            times += [place.first_time, place.last_time]
    elif kind in (_SCHEMA, _CHANNEL):
        _add(summary, kind, data)


# --- what is in the file ------------------------------------------------------------------------------------------------------------


def _unpacked(data: memoryview, at: int) -> tuple[ChunkPlace, memoryview]:
    f = _Fields(data, "chunk")
    first, last, size, checksum = f.number(8), f.number(8), f.number(8), f.number(4)
    compression = f.text()
    packed = f.take(f.number(8))
    records = _decompressed(packed, compression, size)
    if checksum and zlib.crc32(records) != checksum:
        raise McapError(f"the checksum of the chunk at {at} is wrong")
    return ChunkPlace(first, last, at, compression, len(packed), size), records


def _decompressed(packed: memoryview, compression: str, size: int) -> memoryview:
    if compression == "":
        return packed
    if compression not in ("zstd", "lz4"):
        raise McapError(f"a chunk is compressed with {compression!r}: zstd, lz4 or nothing expected")
    if size > _LARGEST_CHUNK:
        raise McapError(f"a chunk would have {size} bytes")
    import pyarrow as pa

    if not pa.Codec.is_available(compression):
        raise NotImplementedError(f"chunks are compressed with {compression}, which this build of pyarrow cannot do")
    try:
        return memoryview(pa.Codec(compression).decompress(packed, decompressed_size=size))
    except (OSError, pa.ArrowException) as error:
        raise McapError(f"a chunk cannot be decompressed with {compression}: {error}") from error


def messages(file: BinaryIO, place: ChunkPlace) -> list[Message]:
    """The messages in a chunk, in the file's order."""
    file.seek(place.offset)
    kind, data = _next_record(file)
    if kind != _CHUNK:
        raise McapError(f"there is no chunk at {place.offset}")
    return [_message(record) for k, record in _records(_unpacked(data, place.offset)[1]) if k == _MESSAGE]


def loose_messages(file: BinaryIO, summary: Summary) -> Iterator[Message]:
    """The messages that are in no chunk."""
    file.seek(len(MAGIC))
    while file.tell() < summary.data_end:
        kind, data = _next_record(file)
        if kind == _MESSAGE:
            yield _message(data)
        elif kind in (_FOOTER, _DATA_END):
            return


def attachment(file: BinaryIO, at: int) -> Attachment:
    file.seek(at)
    kind, data = _next_record(file)
    if kind != _ATTACHMENT:
        raise McapError(f"there is no attachment at {at}")
    f = _Fields(data, "attachment")
    return Attachment(f.number(8), f.number(8), f.text(), f.text(), bytes(f.take(f.number(8))))


def metadata(file: BinaryIO, at: int) -> tuple[str, dict[str, str]]:
    file.seek(at)
    kind, data = _next_record(file)
    if kind != _METADATA:
        raise McapError(f"there are no metadata at {at}")
    f = _Fields(data, "metadata")
    return f.text(), f.texts()
