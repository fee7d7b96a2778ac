"""Conversions of single values and to numpy arrays, by name, for code that was written against the official SDK."""

from __future__ import annotations

from typing import Any, Callable


def _or_none(convert: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def converted(data: Any) -> Any:
        return None if data is None else convert(data)

    converted.__name__ = converted.__qualname__ = f"{convert.__name__}_or_none"
    converted.__doc__ = f"None for None, else {convert.__name__}()."
    return converted


int_or_none = _or_none(int)
float_or_none = _or_none(float)
bool_or_none = _or_none(bool)
bytes_or_none = _or_none(bytes)
str_or_none = _or_none(str)


def _to_np(name: str) -> Callable[[Any], Any]:
    def converted(data: Any) -> Any:
        import numpy

        return numpy.asarray(data, dtype=name)

    converted.__name__ = converted.__qualname__ = f"to_np_{name}"
    converted.__doc__ = f"A numpy array of {name}; not copied if it is one."
    return converted


to_np_uint16 = _to_np("uint16")
to_np_uint32 = _to_np("uint32")
to_np_uint64 = _to_np("uint64")
to_np_int8 = _to_np("int8")
to_np_int16 = _to_np("int16")
to_np_int32 = _to_np("int32")
to_np_int64 = _to_np("int64")
to_np_bool = _to_np("bool")
to_np_float16 = _to_np("float16")
to_np_float32 = _to_np("float32")
to_np_float64 = _to_np("float64")


def to_np_uint8(data: Any) -> Any:
    """A numpy array of uint8, of bytes or a list of such, too."""
    import numpy

    if isinstance(data, (list, tuple)) and data and isinstance(data[0], bytes):
        data = b"".join(data)
    return numpy.frombuffer(data, dtype="uint8") if isinstance(data, bytes) else numpy.asarray(data, dtype="uint8")
