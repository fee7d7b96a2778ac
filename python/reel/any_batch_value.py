"""Values of any type, for components that no archetype has."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from . import _reel, error_utils
from ._baseclasses import ComponentBatchLike, ComponentColumn, ComponentDescriptor
from .error_utils import catch_and_log_exceptions, strict_mode

__all__ = [
    "ANY_VALUE_TYPE_REGISTRY", "AnyBatchValue", "ArrowTypeOnly", "ComponentBatchLike", "ComponentColumn", "ComponentDescriptor", "ComponentValueLike", "NumpyArrowType", "TypeRegistry",
    "TypeRegistryValue", "catch_and_log_exceptions", "strict_mode",
]  # fmt: skip

ComponentValueLike = Any
"""What can be a value: batches of components, pyarrow arrays, numbers, bools, texts, bytes, lists and arrays of them, dicts (a struct), objects with DLPack or __array__."""

# --- which type a component has -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class ArrowTypeOnly:
    """A type of Arrow."""

    pa_type: Any


@dataclass(frozen=True)
class NumpyArrowType:
    """A type of Arrow, and the numpy type it was made of."""

    np_type: Any
    pa_type: Any


TypeRegistryValue = ArrowTypeOnly | NumpyArrowType


class TypeRegistry:
    """The type that each component had when it was first given: a component keeps to one."""

    def __init__(self) -> None:
        self._entries: dict[ComponentDescriptor, TypeRegistryValue] = {}

    def get(self, descriptor: ComponentDescriptor, *, expect_column: bool = False) -> TypeRegistryValue | None:
        """The type of its values; expect_column: of a list of them."""
        entry = self._entries.get(descriptor)
        if entry is None or not expect_column:
            return entry
        import pyarrow as pa

        return ArrowTypeOnly(pa.list_(entry.pa_type))

    def register(self, descriptor: ComponentDescriptor, new: TypeRegistryValue, *, expect_column: bool = False) -> None:
        """Notes a type. expect_column: that of the list's values."""
        if expect_column:
            import pyarrow as pa

            if pa.types.is_list(new.pa_type):
                new = ArrowTypeOnly(new.pa_type.value_type)
        old = self._entries.get(descriptor)
        if old is not None and old.pa_type != new.pa_type:
            error_utils.warn_or_raise(f"'{descriptor}' was of type {old.pa_type} and is now of {new.pa_type}: a component has one type", ValueError())
        self._entries[descriptor] = new


ANY_VALUE_TYPE_REGISTRY = TypeRegistry()

# --- values to arrays ---------------------------------------------------------------------------------------------------------------

def _known_type(descriptor: ComponentDescriptor) -> Any:
    if _has_pyarrow():
        return ANY_VALUE_TYPE_REGISTRY._entries.get(descriptor)
    from ._plain_values import known_types

    return known_types.get(descriptor)


def _has_pyarrow() -> bool:
    try:
        import pyarrow  # noqa: F401
    except ImportError:
        return False
    return True


def _arrow_array(value: Any, pa_type: Any) -> Any:
    """Any value as a pyarrow.Array, of this type if there is one."""
    import pyarrow as pa

    if isinstance(value, (str, bytes, bytearray, dict)):
        _reel.check_nesting(value)
        return pa.array([bytes(value) if isinstance(value, bytearray) else value], type=pa_type)
    if hasattr(value, "detach") and hasattr(value, "numpy"):
        value = value.numpy(force=True)
    elif hasattr(value, "__dlpack__") and not hasattr(value, "__array_function__"):
        import numpy as np

        value = np.from_dlpack(value)
    elif hasattr(value, "__array__") and not hasattr(value, "__array_function__") and not hasattr(value, "__arrow_c_array__"):
        value = value.__array__()
    n_dims = getattr(value, "ndim", None)
    if n_dims is not None and n_dims > 1:
        value = value.tolist()
    elif n_dims == 0:
        value = [value[()]]
    elif not hasattr(value, "__iter__") and not hasattr(value, "__arrow_c_array__"):
        value = [value]
    if not hasattr(value, "__arrow_c_array__"):
        _reel.check_nesting(value)
    return pa.array(value, type=pa_type)


def _converted(value: Any, cached: TypeRegistryValue | None) -> Any:
    import pyarrow as pa

    pa_type = None if cached is None else cached.pa_type
    try:
        array = _arrow_array(value, pa_type)
    except (pa.ArrowException, TypeError, ValueError, OverflowError) as error:
        if pa_type is None:
            raise ValueError(f"{value!r:.200} cannot be an Arrow array: {error}") from None
        raise ValueError(f"Cannot convert value {value!r:.200} to arrow array of type {pa_type}. Inconsistent with previous type provided.") from None
    if pa.types.is_null(array.type):
        raise ValueError(f"{value!r:.200} cannot be an Arrow array: nothing in it says of which type it is")
    return array


class AnyBatchValue(ComponentBatchLike):
    """Values of a component, whatever their type.

    descriptor: what the component is called. value: see ComponentValueLike. drop_untyped_nones: None and empty lists are left out as long as the component has no type; False: that is an error.
    expect_column: the value is a list for each row."""

    def __init__(self, descriptor: str | ComponentDescriptor, value: Any, *, drop_untyped_nones: bool = True, expect_column: bool = False) -> None:
        self.descriptor = ComponentDescriptor(descriptor) if isinstance(descriptor, str) else descriptor
        self._array: Any = None
        with catch_and_log_exceptions(f"Converting data for '{self.descriptor}'"):
            self._array = self._take(value, drop_untyped_nones, expect_column)

    def _take(self, value: Any, drop_untyped_nones: bool, expect_column: bool) -> Any:
        if isinstance(value, _reel.BaseBatch) or (hasattr(value, "type") and hasattr(value, "to_pylist")):
            return value
        if hasattr(value, "as_arrow_array"):
            return value.as_arrow_array() if _has_pyarrow() or not hasattr(value, "_BATCH_TYPE") else value._BATCH_TYPE([value], strict=True)
        known = _known_type(self.descriptor)
        if known is None and (value is None or (hasattr(value, "__len__") and not isinstance(value, (str, bytes)) and len(value) == 0)):
            if not drop_untyped_nones:
                raise ValueError(f"Cannot convert {value} to arrow array without an explicit type")
            return None
        if not _has_pyarrow():
            from ._plain_values import batch_of

            return batch_of(self.descriptor, [] if value is None else value)
        cached = ANY_VALUE_TYPE_REGISTRY.get(self.descriptor, expect_column=expect_column)
        array = _converted([] if value is None else value, cached)
        ANY_VALUE_TYPE_REGISTRY.register(self.descriptor, ArrowTypeOnly(array.type), expect_column=expect_column)
        return array

    @property
    def pa_array(self) -> Any:
        """The values as a pyarrow.Array, or None."""
        return self.as_arrow_array()

    @property
    def _batch(self) -> Any:
        return self._array

    def __len__(self) -> int:
        return 0 if self._array is None else len(self._array)

    def is_valid(self) -> bool:
        """Whether there are values."""
        return self._array is not None

    def component_descriptor(self) -> ComponentDescriptor:
        """What the component is called."""
        return self.descriptor

    def as_arrow_array(self) -> Any:
        """The values as a pyarrow.Array, or None."""
        return self._array.as_arrow_array() if hasattr(self._array, "as_arrow_array") else self._array

    @classmethod
    def column(cls, descriptor: str | ComponentDescriptor, value: Any, drop_untyped_nones: bool = True) -> ComponentColumn | None:
        """Values for many rows: a list gives each element a row, a list of lists each inner list; an array of lists each list, another array each element. None: there are no values."""
        if not _has_pyarrow() and not hasattr(value, "as_arrow_array"):
            return cls._plain_column(descriptor, value, drop_untyped_nones)
        is_plain = value is not None and not isinstance(value, (str, bytes)) and hasattr(value, "__iter__") and not hasattr(value, "as_arrow_array")
        is_arrow = hasattr(value, "type") and hasattr(value, "to_pylist")
        if is_plain and not is_arrow:
            values = value if hasattr(value, "ndim") else list(value)
            is_flat = values.ndim == 1 if hasattr(values, "ndim") else all(isinstance(v, (str, bytes)) or not hasattr(v, "__iter__") for v in values)
            value = [[v] for v in values] if is_flat else values
        instance = cls(descriptor, value, drop_untyped_nones=drop_untyped_nones, expect_column=True)
        if not instance.is_valid():
            return None
        array = instance._array
        if hasattr(array, "offsets"):
            first, last = array.offsets[0].as_py() if len(array) else 0, array.offsets[len(array)].as_py() if len(array) else 0
            offsets = [offset - first for offset in array.offsets.to_pylist()]
            instance._array = array.values.slice(first, last - first)
            return ComponentColumn(instance.descriptor, instance, offsets=offsets)
        return ComponentColumn(instance.descriptor, instance)

    @classmethod
    def _plain_column(cls, descriptor: str | ComponentDescriptor, value: Any, drop_untyped_nones: bool) -> ComponentColumn | None:
        """The same without pyarrow."""
        from ._plain_values import column_of

        instance = cls(descriptor, None)
        lengths = None
        with catch_and_log_exceptions(f"Converting data for '{instance.descriptor}'"):
            if value is None or (hasattr(value, "__len__") and len(value) == 0):
                if not drop_untyped_nones:
                    raise ValueError(f"Cannot convert {value} to arrow array without an explicit type")
            else:
                instance._array, lengths = column_of(instance.descriptor, value)
        return ComponentColumn(instance.descriptor, instance, lengths=lengths) if instance.is_valid() else None
