"""What the extension asks for when it converts something that it does not know: plain data for structs, arrays of other libraries, pyarrow's side of a batch.

Called by _reel through reel._support."""

from __future__ import annotations

from typing import Any, Callable, Iterable


# --- arrays -------------------------------------------------------------------------------------------------------------------------


def array_of(data: Any) -> Any:
    """Something with a buffer, of an object of another library: torch and jax tensors, PIL images, whatever has __array__."""
    if hasattr(data, "numpy") and hasattr(data, "detach"):  # torch: wherever the tensor is, and whether it has a gradient
        return data.numpy(force=True)
    if hasattr(data, "__array__"):
        return data.__array__()
    interface = getattr(data, "__array_interface__", None)
    if isinstance(interface, dict):
        return _of_interface(interface)
    if hasattr(data, "__dlpack__"):
        try:
            import numpy
        except ImportError:
            raise TypeError(f"a {type(data)!r} needs numpy to be read") from None
        return numpy.from_dlpack(data)
    raise TypeError(f"{data!r:.100} holds no numbers")


_STRUCT_FORMATS = {"b1": "?", "i1": "b", "i2": "h", "i4": "i", "i8": "q", "u1": "B", "u2": "H", "u4": "I", "u8": "Q", "f2": "e", "f4": "f", "f8": "d"}


def _of_interface(interface: dict[str, Any]) -> Any:
    """An array by numpy's protocol, without numpy where it has bytes of its own (PIL images)."""
    import sys

    shape, typestr, data = interface.get("shape"), interface.get("typestr"), interface.get("data")
    if not isinstance(shape, tuple) or not isinstance(typestr, str):
        raise TypeError(f"an __array_interface__ with the shape {shape!r:.100} and the type {typestr!r:.100} is none")
    format = _STRUCT_FORMATS.get(typestr[1:])
    native = typestr[:1] in ("|", "<" if sys.byteorder == "little" else ">")
    if format and native and interface.get("strides") is None and not interface.get("offset") and isinstance(data, (bytes, bytearray, memoryview)) and 0 not in shape:
        return memoryview(data).cast("B").cast(format, shape)
    if isinstance(data, (bytes, bytearray, memoryview)):
        _check_strides(shape, interface.get("strides"), int(interface.get("offset", 0)), int(typestr[2:]) if typestr[2:].isdigit() else 1, memoryview(data).nbytes)
    try:
        import numpy
    except ImportError:
        raise TypeError("an array by __array_interface__ that is not plain bytes needs numpy to be read") from None

    class Holder:
        __array_interface__ = interface

    return numpy.array(Holder())


def _check_strides(shape: tuple[int, ...], strides: Any, offset: int, size: int, n_bytes: int) -> None:
    """numpy looks only whether an array's numbers are as many as its bytes have room for, not where they stand."""
    import math

    if 0 in shape:
        return
    if strides is None:
        strides = [size * math.prod(shape[i + 1 :]) for i in range(len(shape))]
    steps = [stride * (n - 1) for n, stride in zip(shape, strides)]
    if offset + sum(step for step in steps if step < 0) < 0 or offset + sum(step for step in steps if step > 0) + size > n_bytes:
        raise ValueError(f"an __array_interface__ of the shape {shape} with the strides {strides} and the offset {offset} leaves its {n_bytes} bytes")


def plain_array(data: Any) -> Any:
    """A numpy array of objects, of another byte order, of long doubles or of times as one that can be read (nested lists for objects)."""
    kind = getattr(getattr(data, "dtype", None), "kind", "")
    if kind == "O":
        return data.tolist()
    if kind in ("M", "m"):
        return data.astype(f"{'datetime' if kind == 'M' else 'timedelta'}64[ns]").astype("int64")
    if kind in ("i", "u", "b"):
        return data.astype(data.dtype.newbyteorder("="))
    if kind == "f":
        return data.astype("float64")
    if kind in ("U", "S"):
        raise ValueError(f"{data!r:.100} holds texts, numbers expected")
    raise TypeError(f"{data!r:.100} holds no numbers" + (f": its type is {data.dtype}" if kind else ""))


def ambiguous_colors(n: int) -> None:
    """Tells that so many integers are taken for packed colours."""
    from .error_utils import warn

    warn(f"{n} integers of more than 255 are taken for {n} colours 0xRRGGBBAA, not for the channels of one: a numpy array of uint32 says so without this warning")


def uuid_bytes(data: Any) -> Any:
    """16 numbers for a uuid.UUID, or for each of a list of such or of bytes."""
    import uuid

    if isinstance(data, uuid.UUID):
        return data.bytes
    if isinstance(data, (list, tuple)) and any(isinstance(item, (uuid.UUID, bytes)) for item in data):
        return [list(item.bytes if isinstance(item, uuid.UUID) else item) for item in data]
    return data


def view_directions(data: Any) -> Any:
    """The numbers of three directions, or of a list of threes: members of ViewDir, their names, numbers."""
    from ._values import each
    from .encodings import ViewCoordinates, ViewDir

    def numbers(item: Any) -> list[int]:
        return item._reel_ if isinstance(item, ViewCoordinates) else ViewCoordinates(item)._reel_

    if isinstance(data, ViewCoordinates):
        return data._reel_
    if isinstance(data, str):
        raise ValueError(f"{data!r:.100} was given, three directions expected")
    items = list(each(data))
    if not items:
        return items
    is_one = all(isinstance(item, (ViewDir, str)) or (hasattr(item, "__index__") and not hasattr(item, "__len__")) for item in items)
    return numbers(items) if is_one and len(items) == 3 else [numbers(item) for item in items]


# --- structs ------------------------------------------------------------------------------------------------------------------------


def struct_values(name: str, data: Any) -> list[Any]:
    """The values that data stands for, of a component or encoding made of structs: objects of its class, mappings, or plain lists."""
    from . import components, encodings

    short = name.rsplit(".", 1)[1]
    special = _MANY.get(short)
    if special:
        return special(data)
    if ".blueprint." in name:
        from .blueprint import components as blueprint_components
        from .blueprint import encodings as blueprint_encodings

        cls = getattr(blueprint_encodings if short in blueprint_encodings._NAMES else blueprint_components, short)
    else:
        cls = getattr(encodings if short in encodings._NAMES else components, short)
    base = next((c for c in cls.__mro__ if "_FIELDS" in c.__dict__), cls)
    return one_or_many(data, lambda item: value_of(base, item))


def value_of(cls: Any, item: Any) -> Any:
    """An object of a class for a struct: of such an object, a mapping (as it is), the arguments of its constructor in order, or the only one."""
    if isinstance(item, (cls, dict)):
        return item
    of = getattr(cls, "_of", None)
    if of is not None:
        return of(item)
    if isinstance(item, (list, tuple)):
        return cls(*item)
    if item is None:
        raise TypeError(f"None was given, a {cls.__name__} expected")
    return cls(item)


def one_or_many(data: Any, convert: Callable[[Any], Any]) -> list[Any]:
    """Values of a list or another iterable; one value of what is none, of a tuple, and of a list that cannot be several."""
    if isinstance(data, (str, bytes, dict)) or not hasattr(data, "__iter__"):
        return [convert(data)]
    items: Any = data if isinstance(data, (list, tuple)) else list(data)
    if isinstance(items, tuple) and not all(hasattr(item, "_reel_struct_") for item in items):
        try:
            return [convert(items)]
        except (TypeError, ValueError):
            pass
    try:
        return [convert(item) for item in items]
    except (TypeError, ValueError):
        if isinstance(items, list) and items and not isinstance(items[0], (list, tuple, dict)) and not hasattr(items[0], "_reel_struct_"):
            return [convert(tuple(items))]
        raise


def _annotation_contexts(data: Any) -> list[Any]:
    from .components import AnnotationContext

    if isinstance(data, (list, tuple)) and data and all(isinstance(item, AnnotationContext) for item in data):
        return [item.class_map for item in data]
    return [AnnotationContext(data).class_map]


def _key_value_pairs(data: Any) -> list[Any]:
    from .components import KeyValuePairs

    def is_many(item: Any) -> bool:
        """Whether it is a value rather than a pair of one."""
        if isinstance(item, (dict, KeyValuePairs)):
            return True
        return isinstance(item, (list, tuple)) and all(not isinstance(part, str) and hasattr(part, "__len__") for part in item)

    if isinstance(data, Iterable) and not isinstance(data, (dict, str)):
        data = list(data)
        if not data or all(is_many(item) for item in data):
            return [KeyValuePairs(item).pairs for item in data]
    return [KeyValuePairs(data).pairs]


def _channel_message_counts(data: Any) -> list[Any]:
    from .components import ChannelMessageCounts

    if isinstance(data, (list, tuple)) and all(isinstance(item, (dict, ChannelMessageCounts)) for item in data):
        return [ChannelMessageCounts(item).counts for item in data]
    return [ChannelMessageCounts(data).counts]


def _tensors(data: Any) -> list[Any]:
    from .encodings import TensorData

    if isinstance(data, (list, tuple)) and data and isinstance(data[0], TensorData):
        if len(data) > 1:
            raise ValueError(f"{len(data)} tensors were given, one expected")
        data = data[0]
    return [data if isinstance(data, TensorData) else TensorData(array=data)]


def _tensor_buffers(data: Any) -> list[Any]:
    from .encodings import TensorBuffer

    if isinstance(data, dict):
        return [data]
    many = isinstance(data, (list, tuple)) and data and isinstance(data[0], TensorBuffer)
    return list(data) if many else [TensorBuffer(data)]


def _boundaries(data: Any) -> list[Any]:
    return list(data) if isinstance(data, (list, tuple)) else [data]


def _column_orders(data: Any) -> list[Any]:
    from .blueprint.components import ColumnOrder
    from .encodings import EntityPath

    if isinstance(data, (list, tuple)) and data and not any(isinstance(item, (str, EntityPath)) for item in data):
        return [ColumnOrder(item).entity_paths for item in data]
    return [ColumnOrder(data).entity_paths]


def _selected_columns(data: Any) -> list[Any]:
    from ._values import each
    from .blueprint.encodings import SelectedColumns

    if isinstance(data, (SelectedColumns, dict)):
        return [data]
    try:
        return [SelectedColumns(data)]
    except ValueError:
        if isinstance(data, str):
            raise
        return [SelectedColumns._of(item) for item in each(data)]


_MANY: dict[str, Callable[[Any], list[Any]]] = {
    "AnnotationContext": _annotation_contexts,
    "KeyValuePairs": _key_value_pairs,
    "ChannelMessageCounts": _channel_message_counts,
    "TensorData": _tensors,
    "TensorBuffer": _tensor_buffers,
    "TimeRangeBoundary": _boundaries,
    "ColumnOrder": _column_orders,
    "SelectedColumns": _selected_columns,
}


# --- batches ------------------------------------------------------------------------------------------------------------------------


def arrow_array(batch: Any) -> Any:
    """A batch as a pyarrow.Array."""
    import pyarrow

    return pyarrow.array(batch)


def arrow_type(batch: Any) -> Any:
    """The pyarrow.DataType of a batch."""
    return arrow_array(batch).type


def empty_array(type: Any) -> Any:
    """A pyarrow.Array of no values."""
    import pyarrow

    return pyarrow.array([], type=type) if not _has_union(type) else _empty_union(type)


def _has_union(type: Any) -> bool:
    import pyarrow

    return pyarrow.types.is_union(type) or any(_has_union(type.field(i).type) for i in range(type.num_fields))


def _empty_union(type: Any) -> Any:
    """pyarrow makes no empty arrays of dense unions by itself."""
    import pyarrow

    children = [empty_array(type.field(i).type) for i in range(type.num_fields)]
    if pyarrow.types.is_union(type):
        return pyarrow.Array.from_buffers(type, 0, [None, pyarrow.py_buffer(b""), pyarrow.py_buffer(b"")], children=children)
    if pyarrow.types.is_struct(type):
        return pyarrow.StructArray.from_arrays(children, fields=[type.field(i) for i in range(type.num_fields)])
    return pyarrow.Array.from_buffers(type, 0, [None, pyarrow.py_buffer(bytes(4))], children=children)


def batches_equal(a: Any, b: Any) -> bool:
    """Whether two batches hold the same values of the same type."""
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


def described(batch: Any, descriptor: Any) -> Any:
    """A batch with its descriptor."""
    from ._baseclasses import DescribedComponentBatch

    return DescribedComponentBatch(batch, descriptor)


def partitioned(batch: Any, lengths: Any) -> Any:
    """A batch as a column."""
    from ._baseclasses import ComponentColumn

    return ComponentColumn(batch.component_type(), batch, lengths=lengths)
