"""Many rows at once: columns of times, and columns of values."""

from __future__ import annotations

import array

from . import error_utils
from ._support import TIME_DURATION, TIME_SEQUENCE, TIME_TIMESTAMP, time_values
from .recording_stream import get_data_recording

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime, timedelta
    from typing import Any, Protocol

    import numpy as np
    import pyarrow as pa

    from ._baseclasses import ComponentColumn, ComponentDescriptor
    from .recording_stream import RecordingStream

    class TimeColumnLike(Protocol):
        """Times of a timeline, one for each row."""

        def timeline_name(self) -> str: ...

        def as_arrow_array(self) -> pa.Array: ...

else:

    class TimeColumnLike:
        """Times of a timeline, one for each row: timeline_name() and as_arrow_array()."""

        def timeline_name(self) -> str:
            """What the timeline is called."""
            raise NotImplementedError

        def as_arrow_array(self) -> pa.Array:
            """The times: int64, duration or timestamp in nanoseconds."""
            raise NotImplementedError


class TimeColumn(TimeColumnLike):
    """Times of a timeline, one for each row.

    sequence: integers. duration: seconds, timedeltas, or an array of numpy.timedelta64. timestamp: seconds since 1970 UTC, datetimes (without a time zone: UTC), or an array of
    numpy.datetime64. Exact to the nanosecond where they are. A numpy array of int64 is not copied, like the values of columns(): what is changed in it before it is sent is sent changed."""

    def __init__(
        self,
        timeline: str,
        *,
        sequence: Iterable[int] | None = None,
        duration: Iterable[int] | Iterable[float] | Iterable[timedelta] | Iterable[np.timedelta64] | None = None,
        timestamp: Iterable[int] | Iterable[float] | Iterable[datetime] | Iterable[np.datetime64] | None = None,
    ) -> None:
        given = [(TIME_SEQUENCE, sequence), (TIME_DURATION, duration), (TIME_TIMESTAMP, timestamp)]
        given = [(kind, values) for kind, values in given if values is not None]
        if len(given) != 1:
            raise ValueError(f"TimeColumn: Exactly one of `sequence`, `duration`, and `timestamp` must be set (timeline='{timeline}')")
        self.timeline = timeline
        self._kind = given[0][0]
        self._values = error_utils.taken(f"TimeColumn, timeline '{timeline}'", time_values, *given[0])

    def timeline_name(self) -> str:
        """What the timeline is called."""
        return self.timeline

    def __len__(self) -> int:
        return memoryview(self._values).nbytes // 8

    @property
    def times(self) -> pa.Array:
        """The times as a pyarrow.Array."""
        return self.as_arrow_array()

    def as_arrow_array(self) -> pa.Array:
        """The times as a pyarrow.Array: int64, duration or timestamp in nanoseconds."""
        import pyarrow as pa

        types = {TIME_SEQUENCE: pa.int64(), TIME_DURATION: pa.duration("ns"), TIME_TIMESTAMP: pa.timestamp("ns")}
        return pa.Array.from_buffers(types[self._kind], len(self), [None, pa.py_buffer(self._values)])


def _times_of(column: Any) -> tuple[str, int, Any]:
    """(name, kind, int64 values) of a column of anybody's."""
    if isinstance(column, TimeColumn):
        return (column.timeline, column._kind, column._values)
    values = column.as_arrow_array()
    text = str(values.type)
    kind = TIME_TIMESTAMP if text.startswith("timestamp") else TIME_DURATION if text.startswith("duration") else TIME_SEQUENCE
    if kind != TIME_SEQUENCE and "[ns" not in text:
        import pyarrow as pa

        values = values.cast(pa.timestamp("ns") if kind == TIME_TIMESTAMP else pa.duration("ns"))
    return (column.timeline_name(), kind, array.array("q", values.cast("int64").to_pylist()))


def _column_parts(column: Any) -> tuple[ComponentDescriptor, Any, bytes | None, int]:
    """(descriptor, values, lengths or None for one each, rows)."""
    from ._baseclasses import ComponentColumn

    if isinstance(column, ComponentColumn):
        return column._parts()
    values = column.as_arrow_array()
    lengths = array.array("I", [0 if n is None else n for n in values.value_lengths().to_pylist()])
    return (column.component_descriptor(), values.flatten(), lengths.tobytes(), len(values))


def build_column_args(indexes: Iterable[TimeColumnLike], columns: Iterable[ComponentColumn]) -> tuple[dict[str, Any], dict[Any, Any]]:
    """Times by timeline, and lists of values by descriptor, as pyarrow arrays of one length."""
    times = {column.timeline_name(): column.as_arrow_array() for column in indexes}
    values = {column.component_descriptor(): column.as_arrow_array() for column in columns}
    _check([("timeline", name, len(v)) for name, v in times.items()] + [("component", str(d), len(v)) for d, v in values.items()])
    return times, values


def _check(lengths: list[tuple[str, str, int]]) -> None:
    for what, name, n in lengths:
        if n != lengths[0][2]:
            raise ValueError(f"All columns must have the same length. Expected {lengths[0][2]} but {what} '{name}' has {n}.")


def send_columns(
    entity_path: str,
    indexes: Iterable[TimeColumnLike],
    columns: Iterable[ComponentColumn],
    *,
    recording: RecordingStream | None = None,
    strict: bool | None = None,
) -> None:
    """Logs many rows at once: row i has time i of every index, and values i of every column. Nothing else is added: the times that are set for this thread do not count.

    indexes: TimeColumns; none for static data. columns: of `X.columns(...)` of one or more archetypes. strict: True raises on what cannot be sent, False warns."""
    with error_utils.catch_and_log_exceptions("send_columns", strict=strict):
        target = get_data_recording(recording)
        times = [_times_of(column) for column in indexes]
        parts = [_column_parts(column) for column in columns]
        _check(
            [("timeline", name, memoryview(values).nbytes // 8) for name, _, values in times]
            + [("component", descriptor.component, n) for descriptor, _, _, n in parts]
        )
        if target is None:
            from ._support import no_recording

            no_recording()
        elif target._enabled:
            target._send_columns(entity_path, times, [part[:3] for part in parts])
