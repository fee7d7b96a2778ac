"""What the extension asks of Python: errors as warnings, other libraries' arrays, times, and plain data for what is made of structs.

Every function here is called from C, by its name."""

from __future__ import annotations

import warnings
from typing import Any

from . import error_utils
from ._plain import (  # noqa: F401
    ambiguous_colors,
    array_of,
    arrow_array,
    arrow_type,
    batch_repr,
    batches_equal,
    described,
    empty_array,
    partitioned,
    plain_array,
    struct_values,
    uuid_bytes,
    view_directions,
)
from ._archetypes import archetype_doc, columns_of, descriptor, transform3d_fields, visualizer_of  # noqa: F401

# --- errors -------------------------------------------------------------------------------------------------------------------------


def conversion_failed(context: str, error: Exception, strict: bool | None = None) -> None:
    """Raises, or warns with RerunWarning, that something could not be converted. context: "Points3D, positions"."""
    if strict if strict is not None else error_utils.strict_mode():
        error_utils.warn_or_raise(f"{context}: {error}", error, True)
    error_utils.warn(f"{context}: {type(error).__name__}({error})")


def log_failed(path: Any, error: Exception, strict: bool | None) -> None:
    """The same for a log call."""
    error_utils.warn_or_raise(f"{path}: {error}" if not str(error).startswith(str(path)) else str(error), error, strict)


def tell(events: list[str], n_lost: int) -> None:
    """What recordings had to tell since the last call."""
    for event in events:
        error_utils.warn(event)
    if n_lost:
        error_utils.warn(f"{n_lost} more events")


def notice(text: str) -> None:
    """What a recording has to tell when it is logged to."""
    error_utils.warn(text)


def no_recording() -> None:
    """Something was logged, and there is no recording. Told once."""
    error_utils.warn("something was logged before there is a recording, and is lost: call init(), or give recording=")


# --- paths --------------------------------------------------------------------------------------------------------------------------


def escape_entity_path_part(part: str) -> str:
    """A text as one part of an entity path: what is neither a letter, a digit, nor one of `-_.` gets a backslash."""
    escapes = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}
    return "".join(c if c.isalnum() or c in "-_." else escapes.get(c, "\\" + c) for c in part)


def entity_path(entity_path: Any) -> str:
    """The path of a list of parts, each escaped."""
    if isinstance(entity_path, (str, bytes)) or not hasattr(entity_path, "__iter__"):
        raise TypeError(f"entity_path: {entity_path!r:.100} was given, a text or a list of texts expected")
    return "/" + "/".join(escape_entity_path_part(str(part)) for part in entity_path)


# --- archetypes ---------------------------------------------------------------------------------------------------------------------


def component_batches(archetype: Any) -> list[Any]:
    from ._baseclasses import ComponentDescriptor, DescribedComponentBatch

    return [
        DescribedComponentBatch(batch, ComponentDescriptor(component, archetype=name, component_type=component_type))
        for component, name, component_type, batch in archetype._described()
    ]


def archetype_name(cls: type) -> str:
    return ".".join([*cls.__module__.rsplit(".", 1)[:-1], cls.__name__])


def archetype_repr(archetype: Any) -> str:
    import pprint

    lines = []
    for component, _, _, batch in archetype._described():
        try:
            values = pprint.pformat(arrow_array(batch).to_pylist(), compact=True, indent=4).replace("[   [", "[[")
        except ImportError:
            values = repr(batch)
        lines.append(f"  {component.split(':')[-1]}={values}")
    name = type(archetype).__name__
    return f"rr.{name}(\n" + ",\n".join(lines) + "\n)" if lines else f"rr.{name}()"


# --- times --------------------------------------------------------------------------------------------------------------------------

TIME_SEQUENCE, TIME_DURATION, TIME_TIMESTAMP = 1, 2, 3  # reel_time_type
_NANOS_PER_MICRO = 1000
_NANOS_PER_SECOND = 1_000_000_000
_MILLISECONDS_FROM = 1e11  # seconds since 1970 beyond this are milliseconds, meant otherwise


def _kind(value: Any) -> str:
    """The kind of a numpy scalar's or array's type: i, u, f, m, M; or nothing."""
    return getattr(getattr(value, "dtype", None), "kind", "")


def _nanos64(value: Any, name: str) -> int:
    """A numpy.timedelta64 or datetime64 of any unit."""
    nanos = int(value.astype(f"{name}[ns]").astype("int64"))
    if nanos == -(1 << 63):
        raise ValueError(f"{name}: not a time (NaT)")
    return nanos


def _is_number(value: Any) -> bool:
    return (isinstance(value, (int, float)) and not isinstance(value, bool)) or (_kind(value) in ("i", "u", "f") and getattr(value, "ndim", 1) == 0)


def _seconds(value: Any, what: str) -> int:
    """A number of seconds: integers exactly, others to the nearest nanosecond that their float says."""
    if isinstance(value, int) or _kind(value) in ("i", "u"):
        return int(value) * _NANOS_PER_SECOND
    value = float(value)
    if value - value != 0:
        raise ValueError(f"{what}: {value} seconds are no time")
    return round(value * 1e9)


def to_nanos(duration: Any) -> int:
    """Seconds, a timedelta, or a timedelta64, as nanoseconds."""
    if hasattr(duration, "total_seconds"):
        nanos = ((duration.days * 86400 + duration.seconds) * 1_000_000 + duration.microseconds) * _NANOS_PER_MICRO
        return nanos + int(getattr(duration, "nanoseconds", 0))  # pandas
    if _kind(duration) == "m":
        return _nanos64(duration, "timedelta64")
    if _is_number(duration):
        return _seconds(duration, "duration")
    raise TypeError(f"set_time: duration must be seconds (int, float), a datetime.timedelta or a numpy.timedelta64, got {type(duration)}")


def to_nanos_since_epoch(timestamp: Any) -> int:
    """Seconds since 1970 UTC, a datetime (without a time zone: UTC), a datetime64, or a pyarrow timestamp, as nanoseconds."""
    if _kind(timestamp) == "M":
        return _nanos64(timestamp, "datetime64")
    if hasattr(timestamp, "to_datetime64"):  # pandas
        return _nanos64(timestamp.to_datetime64(), "datetime64")
    if hasattr(timestamp, "toordinal") and hasattr(timestamp, "utcoffset"):
        import datetime

        epoch = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
        since = (timestamp if timestamp.tzinfo else timestamp.replace(tzinfo=datetime.timezone.utc)) - epoch
        return ((since.days * 86400 + since.seconds) * 1_000_000 + since.microseconds) * _NANOS_PER_MICRO
    if hasattr(timestamp, "cast") and hasattr(timestamp, "value"):  # a pyarrow.TimestampScalar
        import pyarrow

        return int(timestamp.cast(pyarrow.timestamp("ns")).value)
    if _is_number(timestamp) and not (_kind(timestamp) == "f" and timestamp.dtype.itemsize < 8):
        if timestamp > _MILLISECONDS_FROM:
            raise ValueError(f"set_time: Expected seconds since unix epoch, but it looks like this is in milliseconds: {timestamp}")
        return _seconds(timestamp, "timestamp")
    raise TypeError(f"set_time: timestamp must be seconds (int, float), a datetime.datetime, a numpy.datetime64 or a pyarrow.TimestampScalar, got {type(timestamp)}")


def time_values(kind: int, values: Any) -> Any:
    """The times of a column as int64 values in a buffer: arrays at once, other things one by one."""
    import array

    numpy_kind = _kind(values)
    if not numpy_kind and hasattr(values, "__arrow_c_array__") or hasattr(values, "__arrow_c_stream__"):
        values, numpy_kind = _arrow_times(values)
    if numpy_kind:
        return _numpy_times(kind, values, numpy_kind)
    if kind == TIME_SEQUENCE:
        return array.array("q", [v.__index__() for v in values])
    convert = to_nanos if kind == TIME_DURATION else to_nanos_since_epoch
    return array.array("q", [convert(v) for v in values])


def _arrow_times(values: Any) -> tuple[Any, str]:
    """Arrow arrays become numpy's; other things a list."""
    array = values.to_numpy() if hasattr(values, "to_numpy") else list(values)
    return (array, _kind(array))


def _numpy_times(kind: int, values: Any, numpy_kind: str) -> Any:
    import numpy

    expected = {TIME_SEQUENCE: "iu", TIME_DURATION: "iufm", TIME_TIMESTAMP: "iufM"}[kind]
    if values.ndim != 1:
        raise ValueError(f"times: an array of shape {values.shape} was given, one dimension expected")
    if numpy_kind == "O":
        return time_values(kind, values.tolist())
    if numpy_kind not in expected:
        raise TypeError(f"Unsupported numpy array dtype: {values.dtype}")
    if numpy_kind in "mM":
        values = values.astype("timedelta64[ns]" if numpy_kind == "m" else "datetime64[ns]").astype("int64")
    elif kind != TIME_SEQUENCE:
        values = numpy.rint(values.astype("float64") * 1e9).astype("int64") if numpy_kind == "f" else values.astype("int64") * _NANOS_PER_SECOND
    return numpy.require(values, "int64", ["C", "ALIGNED"])
