"""What the extension asks of Python: errors as warnings, other libraries' arrays, times, and plain data for what is made of structs.

Every function here is called from C, by its name."""

from __future__ import annotations

import datetime
import math
import warnings
from typing import Any

from . import error_utils
from ._archetypes import archetype_doc, columns_of, descriptor, visualizer_of  # noqa: F401

# --- errors -------------------------------------------------------------------------------------------------------------------------


def conversion_failed(context: str, error: Exception, strict: bool | None = None) -> None:
    """Raises, or warns with RerunWarning, that something could not be converted. context: "Points3D, positions"."""
    error_utils.warn_or_raise(f"{context}: {error}", error, strict)


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

_PATH_SPECIAL = frozenset("\n\r\t")


def escape_entity_path_part(part: str) -> str:
    """A text as one part of an entity path: what is neither a letter, a digit, nor one of `-_.` gets a backslash."""
    escapes = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}
    return "".join(c if c.isalnum() or c in "-_." else escapes.get(c, "\\" + c) for c in part)


def entity_path(parts: Any) -> str:
    """The path of a list of parts, each escaped."""
    if isinstance(parts, (str, bytes)) or not hasattr(parts, "__iter__"):
        raise TypeError(f"entity_path: {parts!r:.100} was given, a text or a list of texts expected")
    return "/" + "/".join(escape_entity_path_part(str(part)) for part in parts)


# --- arrays of others ---------------------------------------------------------------------------------------------------------------


def array_of(data: Any) -> Any:
    """Something with a buffer, of an object of another library: torch and jax tensors, PIL images, whatever has __array__."""
    if hasattr(data, "numpy") and hasattr(data, "detach"):  # torch: wherever the tensor is, and whether it has a gradient
        return data.numpy(force=True)
    interface = getattr(data, "__array_interface__", None)
    if hasattr(data, "__array__"):
        return data.__array__()
    if interface is not None or hasattr(data, "__dlpack__"):
        try:
            import numpy
        except ImportError:
            raise TypeError(f"a {type(data)!r} needs numpy to be read") from None
        return numpy.asarray(data) if interface is not None else numpy.from_dlpack(data)
    raise TypeError(f"{data!r:.100} holds no numbers")


def arrow_array(batch: Any) -> Any:
    """A batch as a pyarrow.Array."""
    import pyarrow

    return pyarrow.array(batch)


def batches_equal(a: Any, b: Any) -> bool:
    if len(a) != len(b):
        return False
    try:
        return bool(arrow_array(a) == arrow_array(b))
    except ImportError:
        return a is b


def batch_repr(batch: Any) -> str:
    try:
        values = arrow_array(batch).to_pylist()
    except ImportError:
        return f"{type(batch).__name__}(<{len(batch)} values>)"
    return f"{type(batch).__name__}({values!r})"


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

_EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
_MICROSECOND = datetime.timedelta(microseconds=1)


def _datetime64(value: Any, kind: str) -> int:
    return int(value.astype(f"{kind}[ns]").astype("int64"))


def _kind(value: Any) -> str:
    return getattr(getattr(value, "dtype", None), "kind", "")


def to_nanos(duration: Any) -> int:
    """Seconds, a timedelta, or a timedelta64, as nanoseconds."""
    if isinstance(duration, datetime.timedelta):
        return (duration // _MICROSECOND) * 1000
    if _kind(duration) == "m":
        return _datetime64(duration, "timedelta64")
    if isinstance(duration, (int, float)) or _kind(duration) in ("i", "u", "f"):
        if not math.isfinite(duration):
            raise ValueError(f"a duration of {duration} seconds is none")
        return int(duration) * 1_000_000_000 if float(duration).is_integer() else round(float(duration) * 1e9)
    raise TypeError(f"a duration is seconds, a datetime.timedelta or a numpy.timedelta64, not {duration!r:.100}")


def to_nanos_since_epoch(timestamp: Any) -> int:
    """Seconds since 1970 UTC, a datetime (without a time zone: UTC), or a datetime64, as nanoseconds."""
    if isinstance(timestamp, datetime.datetime):
        if timestamp.tzinfo is None:
            timestamp = timestamp.replace(tzinfo=datetime.timezone.utc)
        return ((timestamp - _EPOCH) // _MICROSECOND) * 1000
    if _kind(timestamp) == "M":
        return _datetime64(timestamp, "datetime64")
    if isinstance(timestamp, (int, float)) or _kind(timestamp) in ("i", "u", "f"):
        if not math.isfinite(timestamp):
            raise ValueError(f"a timestamp of {timestamp} seconds is none")
        if timestamp > 1e11:
            raise ValueError(f"timestamp: {timestamp} looks like milliseconds or less: seconds since 1970-01-01 UTC expected")
        return int(timestamp) * 1_000_000_000 if float(timestamp).is_integer() else round(float(timestamp) * 1e9)
    raise TypeError(f"a timestamp is seconds since 1970 UTC, a datetime.datetime or a numpy.datetime64, not {timestamp!r:.100}")


# --- plain data ---------------------------------------------------------------------------------------------------------------------


def uuid_bytes(data: Any) -> Any:
    """16 numbers for a uuid.UUID, or a list of such."""
    if hasattr(data, "bytes") and not isinstance(data, (bytes, bytearray, memoryview)):
        return data.bytes
    if isinstance(data, (list, tuple)) and data and hasattr(data[0], "bytes"):
        return b"".join(item.bytes for item in data)
    return data


def view_directions(data: Any) -> Any:
    return getattr(data, "coordinates", data)
