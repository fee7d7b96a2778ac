"""Values of any type without pyarrow: which type of Arrow they have, and what the extension makes a batch of. The types are those that pyarrow finds.

A type is "n" (nothing is known yet), a format of Arrow's C data interface such as "l", ("+l", type of the items), or ("+s", {field: type})."""

from __future__ import annotations

import datetime
from typing import Any

from . import _reel

_EPOCH = datetime.datetime(1970, 1, 1)
_MICROSECOND = datetime.timedelta(microseconds=1)
_NAMES = {"n": "nothing", "b": "bool", "l": "int", "g": "float", "u": "str", "z": "bytes", "tsu:": "datetime", "tsu:UTC": "datetime with a time zone", "tDu": "timedelta", "tdD": "date", "+l": "list", "+s": "dict"}
_NUMPY = {"b1": "b", "i1": "c", "i2": "s", "i4": "i", "i8": "l", "u1": "C", "u2": "S", "u4": "I", "u8": "L", "f2": "e", "f4": "f", "f8": "g"}
_ORDER = ((bool, "b"), (int, "l"), (float, "g"), (str, "u"), (bytes, "z"), (datetime.timedelta, "tDu"))


def _item(value: Any) -> Any:
    """Python's own kinds for bytearrays, sets and tensors."""
    if isinstance(value, bytearray):
        return bytes(value)
    if isinstance(value, (set, frozenset)):
        return list(value)
    return value.tolist() if hasattr(value, "tolist") else value


def _of_numpy(value: Any) -> tuple[Any, Any] | None:
    """Of numpy's scalars, and arrays of one dimension: they say which number it is; None: of objects and texts, and of more dimensions, which pyarrow, too, takes as lists."""
    letters = getattr(value.dtype, "str", "?")[1:]
    if letters[:1] in ("M", "m", "c", "V"):
        raise TypeError(f"an array of {value.dtype} needs pyarrow")
    kind = _NUMPY.get(letters)
    if kind is None or value.ndim > 1:
        return None
    return (("+l", kind) if value.ndim else kind, value.tolist())


def _name(kind: Any) -> str:
    format = kind if isinstance(kind, str) else kind[0]
    return _NAMES.get(format) or next(numpy for numpy, letter in _NUMPY.items() if letter == format)


def _merged(a: Any, b: Any) -> Any:
    """The type that holds values of both."""
    if a == b or b == "n":
        return a
    if a == "n":
        return b
    if {a, b} == {"l", "g"} if isinstance(a, str) and isinstance(b, str) else False:
        return "g"
    if isinstance(a, tuple) and isinstance(b, tuple) and a[0] == b[0]:
        if a[0] == "+l":
            return ("+l", _merged(a[1], b[1]))
        return ("+s", {name: _merged(a[1].get(name, "n"), b[1].get(name, "n")) for name in [*a[1], *b[1]]})
    raise TypeError(f"values of the types {_name(a)} and {_name(b)} stand side by side: one type expected")


def _type_of(value: Any) -> tuple[Any, Any]:
    """(type, the value as the extension takes it)"""
    found = _of_numpy(value) if hasattr(value, "dtype") and hasattr(value, "ndim") else None
    if found:
        return found
    value = _item(value)
    if value is None:
        return ("n", None)
    for kind, format in _ORDER:
        if isinstance(value, kind):
            return (format, value // _MICROSECOND if format == "tDu" else value)
    if isinstance(value, datetime.datetime):
        if value.tzinfo is None:
            return ("tsu:", (value - _EPOCH) // _MICROSECOND)
        return ("tsu:UTC", (value.astimezone(datetime.timezone.utc).replace(tzinfo=None) - _EPOCH) // _MICROSECOND)
    if isinstance(value, datetime.date):
        return ("tdD", (value - _EPOCH.date()).days)
    if isinstance(value, (list, tuple)):
        inner: Any = "n"
        items = []
        for one in value:
            kind, item = _type_of(one)
            inner = _merged(inner, kind)
            items.append(item)
        return (("+l", inner), items)
    if isinstance(value, dict):
        if not all(isinstance(name, str) for name in value):
            raise TypeError(f"{value!r:.100}: the keys of a dict are texts, the names of a struct's fields")
        parts = {name: _type_of(item) for name, item in value.items()}
        return (("+s", {name: kind for name, (kind, _) in parts.items()}), {name: item for name, (_, item) in parts.items()})
    raise TypeError(f"{value!r:.100}: numbers, bools, texts, bytes, times, and lists and dicts of them expected (objects of other kinds need pyarrow)")


def _nodes(name: str, kind: Any) -> list[tuple[str, str, int]]:
    if isinstance(kind, str):
        return [(name, kind, 0)]
    children = {"item": kind[1]} if kind[0] == "+l" else kind[1]
    return [(name, kind[0], len(children)), *(node for child, inner in children.items() for node in _nodes(child, inner))]


known_types: dict[Any, Any] = {}  # the type that each component had when it was first given


def _settled(component: Any, kind: Any) -> Any:
    """A component keeps the type of its first values."""
    known = known_types.get(component, "n")
    try:
        merged = _merged(known, kind)
    except TypeError:
        merged = None
    if merged is None or (known != "n" and merged != known and _nodes("", known) != _nodes("", merged)):
        raise ValueError(f"'{component}' was of type {_name(known)} and is now of another one, {_name(kind)}: a component has one type")
    known_types[component] = merged
    return merged


def _batch(component: Any, kind: Any, items: list[Any]) -> Any:
    kind = _settled(component, kind)
    if kind == "n":
        raise ValueError(f"'{component}': nothing in {items!r:.100} says of which type it is")
    return _reel.batch_of_any(tuple(_nodes("item", kind)), items, None in items)


def batch_of(component: Any, value: Any) -> Any:
    """A batch of one value, or of a list of them. component: whose type is kept to."""
    _reel.check_nesting(value)
    kind, items = _type_of(value)
    return _batch(component, kind[1], items) if kind[0] == "+l" else _batch(component, kind, [items])


def column_of(component: Any, values: Any) -> tuple[Any, list[int] | None]:
    """(batch of all rows' values, how many each row has or None for one each): a list has an item for each row, a list of lists a list."""
    _reel.check_nesting(values)
    kind, rows = _type_of(values)
    if kind[0] != "+l":
        return _batch(component, kind, [rows]), None
    if kind[1][0] != "+l":
        return _batch(component, kind[1], rows), None
    return _batch(component, kind[1][1], [item for row in rows for item in row or ()]), [len(row or ()) for row in rows]
