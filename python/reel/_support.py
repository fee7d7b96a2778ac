"""What the extension asks of Python: errors as warnings, other libraries' arrays, times, and plain data for what is made of structs.

Every function here is called from C, by its name."""

from __future__ import annotations

import warnings
from typing import Any

from . import error_utils
from .error_utils import strict_mode  # noqa: F401
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


_PARTS_MAX = 1000


def entity_path(entity_path: Any) -> str:
    """The path of a list of parts, each escaped."""
    if isinstance(entity_path, (str, bytes)) or not hasattr(entity_path, "__iter__"):
        raise TypeError(f"entity_path: {entity_path!r:.100} was given, a text or a list of texts expected")
    parts = []
    for part in entity_path:
        parts.append(escape_entity_path_part(str(part)))
        if len(parts) > _PARTS_MAX:  # one that never ends, most likely
            raise ValueError(f"entity_path: a {type(entity_path)!r} gives more than {_PARTS_MAX} parts")
    return "/" + "/".join(parts)


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
_NANOS_MAX = (1 << 63) - 1
_MILLISECONDS_FROM = 1e11  # seconds since 1970 beyond this are milliseconds, meant otherwise


def _kind(value: Any) -> str:
    """The kind of a numpy scalar's or array's type: i, u, f, m, M; or nothing."""
    return getattr(getattr(value, "dtype", None), "kind", "")


def _in_range(nanos: int, value: Any) -> int:
    if not -_NANOS_MAX <= nanos <= _NANOS_MAX:
        raise OverflowError(f"{value!r:.100} is more than 292 years away, which nanoseconds in 64 bits do not reach")
    return nanos


def _nanos64(value: Any, name: str) -> Any:
    """numpy.timedelta64 or datetime64 of any unit, one or an array, as int64."""
    import numpy

    is_odd = numpy.isnat(value)
    if numpy.any(is_odd):
        raise ValueError(f"{_first(value, is_odd)!r} is not a time")
    if numpy.datetime_data(value.dtype)[0] not in ("ns", "ps", "fs", "as", "generic"):  # times a factor: numpy lets what is too large wrap around
        most = numpy.array(_NANOS_MAX, f"{name}[ns]").astype(value.dtype).astype("int64")
        numbers = value.astype("int64")
        is_odd = (numbers > most) | (numbers < -most)
        if numpy.any(is_odd):
            _in_range(_NANOS_MAX + 1, _first(value, is_odd))
    return value.astype(f"{name}[ns]").astype("int64")


def _first(values: Any, is_odd: Any) -> Any:
    """The first value for which that is so, of an array or alone."""
    return values[is_odd][0] if getattr(values, "ndim", 0) else values


def _is_number(value: Any) -> bool:
    return (isinstance(value, (int, float)) and not isinstance(value, bool)) or (_kind(value) in ("i", "u", "f") and getattr(value, "ndim", 1) == 0)


def _seconds(value: Any) -> int:
    """A number of seconds: integers exactly, others as their float times 1e9, rounded."""
    if isinstance(value, int) or _kind(value) in ("i", "u"):
        return int(value) * _NANOS_PER_SECOND
    value = float(value)
    if value - value != 0:
        raise ValueError(f"{value} is not a time")
    return round(value * 1e9) if abs(value) < 1e10 else _NANOS_MAX + 1


def _whole(value: Any) -> int:
    """A number of a sequence: an integer, or a float that is one."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if not hasattr(value, "__index__"):
        raise TypeError(f"{value!r:.100} was given, an integer expected")
    return value.__index__()


def _sequence(value: Any) -> int:
    value = _whole(value)
    if not -_NANOS_MAX <= value <= _NANOS_MAX:
        raise OverflowError(f"{value} was given, -(2**63 - 1) to 2**63 - 1 expected")
    return value


def to_nanos(duration: Any) -> int:
    """Seconds, a timedelta, or a timedelta64, as nanoseconds."""
    if hasattr(duration, "to_timedelta64"):  # pandas
        duration = duration.to_timedelta64()
    if _kind(duration) == "m":
        return int(_nanos64(duration, "timedelta64"))
    if hasattr(duration, "total_seconds"):
        if duration != duration:  # pandas, too
            raise ValueError(f"{duration!r} is not a time")
        return _in_range(_timedelta(duration), duration)
    if _is_number(duration):
        return _in_range(_seconds(duration), duration)
    raise TypeError(f"set_time: duration must be seconds (int, float), a datetime.timedelta or a numpy.timedelta64, got {type(duration)}")


def to_nanos_since_epoch(timestamp: Any) -> int:
    """Seconds since 1970 UTC, a datetime (without a time zone: UTC), a datetime64, or a pyarrow timestamp, as nanoseconds."""
    if hasattr(timestamp, "to_datetime64"):  # pandas
        timestamp = timestamp.to_datetime64()
    if _kind(timestamp) == "M":
        return int(_nanos64(timestamp, "datetime64"))
    if hasattr(timestamp, "toordinal") and hasattr(timestamp, "utcoffset"):
        import datetime

        epoch = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
        return _in_range(_timedelta((timestamp if timestamp.tzinfo else timestamp.replace(tzinfo=datetime.timezone.utc)) - epoch), timestamp)
    if hasattr(timestamp, "cast") and hasattr(timestamp, "value"):  # a pyarrow.TimestampScalar
        import pyarrow

        return int(timestamp.cast(pyarrow.timestamp("ns")).value)
    if _is_number(timestamp) and not (_kind(timestamp) == "f" and timestamp.dtype.itemsize < 8):
        if timestamp > _MILLISECONDS_FROM:
            raise ValueError(f"set_time: Expected seconds since unix epoch, but it looks like this is in milliseconds: {timestamp}")
        return _in_range(_seconds(timestamp), timestamp)
    raise TypeError(f"set_time: timestamp must be seconds (int, float), a datetime.datetime, a numpy.datetime64 or a pyarrow.TimestampScalar, got {type(timestamp)}")


def _timedelta(delta: Any) -> int:
    return ((delta.days * 86400 + delta.seconds) * 1_000_000 + delta.microseconds) * _NANOS_PER_MICRO


def time_values(kind: int, values: Any) -> Any:
    """The times of a column as int64 values in a buffer: arrays at once, other things one by one."""
    import array

    numpy_kind = _kind(values)
    if not numpy_kind and hasattr(values, "__arrow_c_array__") or hasattr(values, "__arrow_c_stream__"):
        values, numpy_kind = _arrow_times(values)
    if numpy_kind:
        return _numpy_times(kind, values, numpy_kind)
    convert = {TIME_SEQUENCE: _sequence, TIME_DURATION: to_nanos, TIME_TIMESTAMP: to_nanos_since_epoch}[kind]
    return array.array("q", [convert(v) for v in values])


def _arrow_times(values: Any) -> tuple[Any, str]:
    """Arrow arrays become numpy's; other things a list."""
    array = values.to_numpy() if hasattr(values, "to_numpy") else list(values)
    return (array, _kind(array))


def _numpy_times(kind: int, values: Any, numpy_kind: str) -> Any:
    import numpy

    expected = {TIME_SEQUENCE: "iufb", TIME_DURATION: "iufm", TIME_TIMESTAMP: "iufM"}[kind]
    if values.ndim != 1:
        raise ValueError(f"an array of shape {values.shape} was given, one dimension expected")
    if numpy_kind == "O":
        return time_values(kind, values.tolist())
    if numpy_kind not in expected:
        raise TypeError(f"Unsupported numpy array dtype: {values.dtype}")
    if not isinstance(values, numpy.ndarray):  # a series of pandas
        values = values.to_numpy()
    if numpy_kind in "mM":
        values = _nanos64(values, "timedelta64" if numpy_kind == "m" else "datetime64")
    elif kind == TIME_SEQUENCE:
        values = _numpy_sequence(values, numpy_kind)
    else:
        values = _numpy_seconds(kind, values, numpy_kind)
    return numpy.require(values, "int64", ["C", "ALIGNED"])


def _numpy_sequence(values: Any, numpy_kind: str) -> Any:
    import numpy

    if numpy_kind == "f":
        is_odd = ~((abs(values) < 2.0**63) & (values == numpy.rint(values)))
    else:
        is_odd = values > _NANOS_MAX if numpy_kind == "u" else False
    if numpy.any(is_odd):
        _sequence(_first(values, is_odd).item())
    return values.astype("int64", copy=False)


def _numpy_seconds(kind: int, values: Any, numpy_kind: str) -> Any:
    import numpy

    seconds = values.astype("float64")
    if not numpy.all(abs(seconds) < 9.2e9):  # one by one, which says what is wrong, if anything is
        convert = to_nanos if kind == TIME_DURATION else to_nanos_since_epoch
        return numpy.array([convert(v) for v in values.tolist()], "int64")
    return numpy.rint(seconds * 1e9).astype("int64") if numpy_kind == "f" else values.astype("int64") * _NANOS_PER_SECOND
