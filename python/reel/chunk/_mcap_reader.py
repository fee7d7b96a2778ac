"""MCAP files as recordings."""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

from ._lazy_chunk_stream import LazyChunkStream, Source

if TYPE_CHECKING:
    import pyarrow as pa

    from ._chunk import Chunk
    from ._mcap_format import Channel, Message, Summary
    from ._record_batch import Component

_log = logging.getLogger("rerun")

_TIMES = {"duration_ns": "duration", "duration": "duration", "timestamp_ns": "timestamp", "timestamp": "timestamp"}
_DECODERS = ("attachments", "metadata", "raw", "recording_info", "schema", "stats")
_OFFICIAL_DECODERS = ("foxglove", "protobuf", "ros2_reflection", "ros2msg", "urdf")
_PROPERTIES = "/__mcap_properties"
_MOST_LOOSE = 8 << 20


@dataclass(frozen=True)
class McapSchemaInfo:
    """A schema, without its text."""

    id: int
    name: str
    encoding: str
    data_size_bytes: int


@dataclass(frozen=True)
class McapChannelInfo:
    """A channel. frequency_hz: lowest and highest estimate over the time of the whole file; None: of one message there is none."""

    id: int
    topic: str
    message_encoding: str
    metadata: Mapping[str, str]
    schema: McapSchemaInfo | None
    message_count: int | None
    frequency_hz: tuple[float, float] | None


@dataclass(frozen=True)
class McapCompressionInfo:
    """The chunks of one codec."""

    codec: str
    chunk_count: int
    compressed_size_bytes: int
    uncompressed_size_bytes: int

    @property
    def savings_ratio(self) -> float | None:
        """The part of all bytes that compression saves, 0 to 1."""
        return 1.0 - self.compressed_size_bytes / self.uncompressed_size_bytes if self.uncompressed_size_bytes else None


@dataclass(frozen=True)
class McapChunkInfo:
    """The chunks."""

    count: int
    max_uncompressed_size_bytes: int | None
    max_compressed_size_bytes: int | None
    has_overlapping_time_ranges: bool


@dataclass(frozen=True)
class McapInfo:
    """A file as a whole, whatever a reader leaves out. Times are log times in nanoseconds. summary_source: "embedded", or "reconstructed" by a look through the file."""

    profile: str
    library: str
    message_count: int | None
    message_start_time_ns: int | None
    message_end_time_ns: int | None
    duration_ns: int | None
    schema_count: int
    channel_count: int
    attachment_count: int
    metadata_count: int
    statistics_present: bool
    summary_source: Literal["embedded", "reconstructed"]
    chunks: McapChunkInfo
    compression: tuple[McapCompressionInfo, ...]
    channels: tuple[McapChannelInfo, ...]


@dataclass(frozen=True)
class _Options:
    path: Path
    kind: str
    offset: int
    decoders: frozenset[str]
    include: tuple[re.Pattern[str], ...] | None
    exclude: tuple[re.Pattern[str], ...]

    def has_topic(self, topic: str) -> bool:
        if self.include is not None and not any(p.search(topic) for p in self.include):
            return False
        return not any(p.search(topic) for p in self.exclude)


def _column(archetype: str, component: str, component_type: str, values: list, value_type: pa.DataType) -> Component:
    """A row with these values."""
    import pyarrow as pa

    if "." in archetype:
        component = f"{archetype.rpartition('.')[2]}:{component}"
    return component, archetype, f"rerun.components.{component_type}", pa.array([values], pa.list_(value_type))


def _without_nul(name: str) -> str:
    """Names of entities and components have none."""
    return name.replace("\0", "\ufffd")


def _pairs_type() -> pa.DataType:
    import pyarrow as pa

    return pa.list_(pa.field("item", pa.struct([pa.field("first", pa.string(), False), pa.field("second", pa.string(), False)]), False))


def _pairs(texts: Mapping[str, object]) -> list[dict[str, str]]:
    return [{"first": key, "second": str(value)} for key, value in texts.items()]


def _bounds(summary: Summary) -> tuple[int, int] | None:
    """(first, last) log time."""
    statistics = summary.statistics
    if statistics is not None:
        return (statistics.first_time, statistics.last_time) if statistics.messages else None
    chunks = [place for place in summary.chunks if place.size]
    return (min(p.first_time for p in chunks), max(p.last_time for p in chunks)) if chunks else None


class _Messages(Source):
    """What one call of `stream` asks for."""

    def __init__(self, options: _Options, summary: Summary, start: int | None, end: int | None) -> None:
        self.options = options
        self.summary = summary
        self.start = 0 if start is None else start
        self.end = 1 << 64 if end is None else end
        self.channels = {c.number: c for c in sorted(summary.channels.values()) if options.has_topic(c.topic)}

    def run(self) -> Iterator[Chunk]:
        return self._named()

    def _named(self) -> Iterator[Chunk]:
        from ._mcap_format import McapError

        try:
            yield from self._chunks()
        except McapError as error:
            raise ValueError(f"{self.options.path}: {error}") from error
        except OverflowError as error:
            raise ValueError(f"{self.options.path}: a time or count is beyond 64 bits") from error

    def _chunks(self) -> Iterator[Chunk]:
        from ._mcap_format import loose_messages, messages
        from ._record_batch import made_of

        wanted = self.options.decoders
        with open(self.options.path, "rb") as file:
            for entity, components in self._facts(file):
                if components:
                    yield made_of(entity, [], components)
            if "raw" not in wanted:
                return
            for place in self.summary.chunks:
                if place.last_time < self.start or place.first_time >= self.end:
                    continue
                yield from self._of(messages(file, place))
            if not self.summary.chunks:
                waiting, size = [], 0
                for message in loose_messages(file, self.summary):
                    waiting.append(message)
                    size += len(message.data)
                    if size > _MOST_LOOSE:
                        yield from self._of(waiting)
                        waiting, size = [], 0
                yield from self._of(waiting)

    def _of(self, messages: list[Message]) -> Iterator[Chunk]:
        """A chunk per channel."""
        from ._record_batch import blobs, made_of

        channels: dict[int, list[Message]] = {}
        for message in messages:
            if message.channel in self.channels and self.start <= message.log_time < self.end:
                channels.setdefault(message.channel, []).append(message)
        for number, several in sorted(channels.items()):
            several.sort(key=lambda message: message.log_time)
            times = [("message_log_time", self._times([m.log_time for m in several])), ("message_publish_time", self._times([m.publish_time for m in several]))]
            data = ("McapMessage:data", "rerun.archetypes.McapMessage", "rerun.components.Blob", blobs([bytes(m.data) for m in several]))
            yield made_of(_without_nul(self.channels[number].topic), times, [data], is_sorted=True)

    def _times(self, times: list[int]) -> pa.Array:
        import pyarrow as pa

        if self.options.kind == "timestamp":
            times = [t + self.options.offset for t in times]
        if not -(1 << 63) <= min(times) <= max(times) < 1 << 63:
            raise ValueError(f"{self.options.path}: a message has the time {max(times)}, beyond 64 bits of nanoseconds")
        return pa.array(times, pa.int64()).cast(pa.duration("ns") if self.options.kind == "duration" else pa.timestamp("ns"))

    # --- what holds for the whole file

    def _facts(self, file: object) -> Iterator[tuple[str, list[Component]]]:
        import pyarrow as pa

        wanted, bounds = self.options.decoders, _bounds(self.summary)
        if "attachments" in wanted:
            yield "/__mcap_attachments", self._attachments(file)
        if "metadata" in wanted:
            yield "/__mcap_metadata", self._metadata(file)
        if "recording_info" in wanted and bounds:
            yield _PROPERTIES, [_column("rerun.archetypes.RecordingInfo", "start_time", "Timestamp", [bounds[0]], pa.int64())]
        if "schema" in wanted:
            for channel in self.channels.values():
                yield _without_nul(channel.topic), self._channel(channel)
        if "stats" in wanted:
            yield _PROPERTIES, self._statistics()

    def _attachments(self, file: object) -> list[Component]:
        import pyarrow as pa

        from ._mcap_format import attachment

        found = [attachment(file, at) for at in self.summary.attachments]
        if not found:
            return []
        facts = [
            _pairs({"name": a.name, "media_type": a.media_type, "log_time": a.log_time, "create_time": a.create_time, "data_size": len(a.data), "offset": at})
            for a, at in zip(found, self.summary.attachments)
        ]
        return [
            _column("McapAttachment", "data", "Blob", [list(a.data) for a in found], pa.list_(pa.field("item", pa.uint8(), False))),
            _column("McapAttachment", "media_type", "MediaType", [a.media_type for a in found], pa.string()),
            _column("McapAttachment", "metadata", "KeyValuePairs", facts, _pairs_type()),
        ]

    def _metadata(self, file: object) -> list[Component]:
        from ._mcap_format import metadata

        named = dict(metadata(file, at) for at in self.summary.metadata)
        return [_column("McapMetadata", _without_nul(name), "KeyValuePairs", [_pairs(dict(sorted(texts.items())))], _pairs_type()) for name, texts in sorted(named.items())]

    def _channel(self, channel: Channel) -> list[Component]:
        import pyarrow as pa

        of = "rerun.archetypes.McapChannel"
        components = [
            _column(of, "id", "ChannelId", [channel.number], pa.uint16()),
            _column(of, "message_encoding", "Text", [channel.message_encoding], pa.string()),
            _column(of, "metadata", "KeyValuePairs", [_pairs(dict(sorted(channel.metadata.items())))], _pairs_type()),
            _column(of, "topic", "Text", [channel.topic], pa.string()),
        ]
        schema = self.summary.schemas.get(channel.schema)
        if schema is None:
            return components
        of = "rerun.archetypes.McapSchema"
        return [
            *components,
            _column(of, "data", "Blob", [list(schema.data)], pa.list_(pa.field("item", pa.uint8(), False))),
            _column(of, "encoding", "Text", [schema.encoding], pa.string()),
            _column(of, "id", "SchemaId", [schema.number], pa.uint16()),
            _column(of, "name", "Text", [schema.name], pa.string()),
        ]

    def _statistics(self) -> list[Component]:
        import pyarrow as pa

        s = self.summary.statistics
        if s is None:
            _log.warning(f"{self.options.path} has no statistics")
            return []
        of = "rerun.archetypes.McapStatistics"
        counts = {
            "attachment_count": s.attachments,
            "channel_count": s.channels,
            "chunk_count": s.chunks,
            "message_count": s.messages,
            "metadata_count": s.metadata,
            "schema_count": s.schemas,
        }
        one = pa.struct([pa.field("channel_id", pa.uint16(), False), pa.field("message_count", pa.uint64(), False)])
        per_channel = [{"channel_id": number, "message_count": n} for number, n in sorted(s.per_channel.items())]
        return [
            *(_column(of, name, "Count", [n], pa.uint64()) for name, n in counts.items()),
            _column(of, "channel_message_counts", "ChannelMessageCounts", [per_channel], pa.list_(pa.field("item", one, False))),
            _column(of, "message_start_time", "Timestamp", [s.first_time], pa.int64()),
            _column(of, "message_end_time", "Timestamp", [s.last_time], pa.int64()),
        ]


class McapReader:
    """The messages of an MCAP file as chunks, undecoded: `McapMessage` at the entity that is called as the topic, on the timelines `message_log_time` and `message_publish_time`, with the
    schemas, channels, statistics, metadata and attachments of the file. Chunks without compression, or compressed with lz4 or zstd. What messages of ROS, Foxglove or protobuf mean is not known here.

    timeline_type: "timestamp_ns" or "duration_ns". timestamp_offset_ns: added to timestamps. decoders: some of `available_decoders()`; None: all.
    include_topic_regex, exclude_topic_regex: which topics; matched anywhere in their names. start_time_ns, end_time_ns: log times, without the end. recover: a file whose end is missing is looked through.

    FileNotFoundError: there is no such file. ValueError: it is no MCAP file, or damaged. NotImplementedError: a decoder that only the official SDK has. Needs pyarrow."""

    def __init__(
        self,
        path: str | os.PathLike[str],
        *,
        timeline_type: str = "timestamp_ns",
        timestamp_offset_ns: int | None = None,
        decoders: Sequence[str] | None = None,
        include_topic_regex: Sequence[str] | None = None,
        exclude_topic_regex: Sequence[str] | None = None,
        start_time_ns: int | None = None,
        end_time_ns: int | None = None,
        recover: bool = False,
    ) -> None:
        self._path = Path(path)
        if not self._path.exists():
            raise FileNotFoundError(f"MCAP file not found: {self._path}")
        if timeline_type not in _TIMES:
            raise ValueError(f"Invalid timeline_type {timeline_type!r}: 'timestamp_ns' or 'duration_ns' expected")
        for decoder in decoders or ():
            if decoder in _OFFICIAL_DECODERS:
                raise NotImplementedError(f"decoder {decoder!r} is not part of Reel: messages are read as they are, by the decoder 'raw'")
            if decoder not in _DECODERS:
                raise ValueError(f"Unknown decoder {decoder!r}: {', '.join(_DECODERS)} expected")
        include = None if include_topic_regex is None else _patterns(include_topic_regex, "include")
        exclude = _patterns(exclude_topic_regex or (), "exclude")
        self._options = _Options(self._path, _TIMES[timeline_type], timestamp_offset_ns or 0, frozenset(_DECODERS if decoders is None else decoders), include, exclude)
        _check_range(start_time_ns, end_time_ns)
        self._range = (start_time_ns, end_time_ns)
        self._recover = recover
        self._known: Summary | None = None

    def _summary(self) -> Summary:
        if self._known is None:
            from ._mcap_format import McapError, read_summary

            try:
                self._known = read_summary(self._path, self._recover)
            except McapError as error:
                raise ValueError(f"{self._path}: {error}") from error
        return self._known

    def stream(self, *, start_time_ns: int | None = None, end_time_ns: int | None = None) -> LazyChunkStream:
        """The chunks as a stream. start_time_ns, end_time_ns: if one is given, both are instead of the reader's. ValueError: it is no MCAP file, or its end is missing."""
        _check_range(start_time_ns, end_time_ns)
        start, end = self._range if start_time_ns is None and end_time_ns is None else (start_time_ns, end_time_ns)
        return LazyChunkStream(_Messages(self._options, self._summary(), start, end))

    def time_bounds(self) -> tuple[int, int]:
        """(first, last) log time in nanoseconds. ValueError: there are no messages."""
        bounds = _bounds(self._summary())
        if bounds is None:
            raise ValueError(f"{self._path}: the MCAP file contains no messages")
        return bounds

    def info(self) -> McapInfo:
        """The file as a whole: of channels, chunks and times."""
        summary = self._summary()
        statistics, bounds, places = summary.statistics, _bounds(summary), summary.chunks
        codecs: dict[str, list[int]] = {}
        for place in places:
            sums = codecs.setdefault(place.compression, [0, 0, 0])
            for i, n in enumerate((1, place.compressed_size, place.size)):
                sums[i] += n
        ranges = sorted((p.first_time, p.last_time) for p in places)
        is_embedded = summary.source == "embedded"
        return McapInfo(
            profile=summary.profile,
            library=summary.library,
            message_count=statistics.messages if statistics else None,
            message_start_time_ns=bounds[0] if bounds else None,
            message_end_time_ns=bounds[1] if bounds else None,
            duration_ns=bounds[1] - bounds[0] if bounds else None,
            schema_count=statistics.schemas if statistics else len(summary.schemas),
            channel_count=statistics.channels if statistics else len(summary.channels),
            attachment_count=statistics.attachments if statistics else len(summary.attachments),
            metadata_count=statistics.metadata if statistics else len(summary.metadata),
            statistics_present=is_embedded and statistics is not None,
            summary_source="embedded" if is_embedded else "reconstructed",
            chunks=McapChunkInfo(
                count=len(places),
                max_uncompressed_size_bytes=max((p.size for p in places), default=None),
                max_compressed_size_bytes=max((p.compressed_size for p in places), default=None),
                has_overlapping_time_ranges=any(later[0] <= earlier[1] for earlier, later in zip(ranges, ranges[1:])),
            ),
            compression=tuple(McapCompressionInfo(codec, *sums) for codec, sums in sorted(codecs.items())),
            channels=tuple(_channel_info(summary, channel, bounds) for channel in sorted(summary.channels.values())),
        )

    @property
    def path(self) -> Path:
        """Where the file is."""
        return self._path

    @staticmethod
    def available_decoders() -> list[str]:
        """What can be asked for as `decoders`."""
        return list(_DECODERS)

    def __repr__(self) -> str:
        return f"McapReader({self._path})"


def _patterns(expressions: Sequence[str], what: str) -> tuple[re.Pattern[str], ...]:
    patterns = []
    for expression in expressions:
        try:
            patterns.append(re.compile(expression))
        except re.error as error:
            raise ValueError(f"Invalid {what} topic regex {expression!r}: {error}") from error
    return tuple(patterns)


def _check_range(start: int | None, end: int | None) -> None:
    for name, value in (("start_time_ns", start), ("end_time_ns", end)):
        if value is not None and value < 0:
            raise ValueError(f"{name} must be non-negative, as log times are, got {value}")
    if start is not None and end is not None and start >= end:
        raise ValueError(f"start_time_ns ({start}) must be less than end_time_ns ({end}), which is not part of the range")


def _channel_info(summary: Summary, channel: Channel, bounds: tuple[int, int] | None) -> McapChannelInfo:
    schema = summary.schemas.get(channel.schema)
    n = summary.statistics.per_channel.get(channel.number, 0) if summary.statistics else None
    seconds = (bounds[1] - bounds[0]) / 1e9 if bounds else 0.0
    return McapChannelInfo(
        id=channel.number,
        topic=channel.topic,
        message_encoding=channel.message_encoding,
        metadata=MappingProxyType(dict(channel.metadata)),
        schema=None if schema is None else McapSchemaInfo(schema.number, schema.name, schema.encoding, len(schema.data)),
        message_count=n,
        frequency_hz=((n - 1) / seconds, n / seconds) if n is not None and n > 1 and seconds > 0 else None,
    )
