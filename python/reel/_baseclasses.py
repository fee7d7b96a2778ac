"""What archetypes, batches and columns are made of."""

from __future__ import annotations

import array
from collections.abc import Iterable, Iterator
from typing import Any, Protocol, runtime_checkable

from . import _reel

TYPE_CHECKING = False
if TYPE_CHECKING:
    import pyarrow as pa

Archetype = _reel.Archetype
BaseBatch = _reel.BaseBatch


class ComponentDescriptor:
    """What a component is called, the archetype it belongs to, and its type. Only `component` is needed."""

    __slots__ = ("component", "archetype", "component_type")

    def __init__(self, component: str, archetype: str | None = None, component_type: str | None = None) -> None:
        self.component = component
        self.archetype = archetype
        self.component_type = component_type

    def _key(self) -> tuple[str, str | None, str | None]:
        return (self.component, self.archetype, self.component_type)

    def __eq__(self, other: object) -> bool:
        return self._key() == other._key() if isinstance(other, ComponentDescriptor) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._key())

    def __str__(self) -> str:
        return self.component if self.component_type is None else f"{self.component}#{self.component_type.rsplit('.', 1)[-1]}"

    def __repr__(self) -> str:
        return f"ComponentDescriptor({self.component!r}, archetype={self.archetype!r}, component_type={self.component_type!r})"

    def with_builtin_archetype(self, archetype: str) -> ComponentDescriptor:
        """The component as a field of an archetype: `Points3D:positions` of rerun.archetypes.Points3D."""
        return ComponentDescriptor(f"{archetype.rsplit('.', 1)[-1]}:{self.component}", archetype, self.component_type)

    def with_overrides(self, archetype: str | None = None, component_type: str | None = None) -> ComponentDescriptor:
        """A copy with these instead."""
        return ComponentDescriptor(self.component, archetype or self.archetype, component_type or self.component_type)

    def or_with_overrides(self, archetype: str | None = None, component_type: str | None = None) -> ComponentDescriptor:
        """A copy with these where there is nothing yet."""
        return ComponentDescriptor(self.component, self.archetype or archetype, self.component_type or component_type)


@runtime_checkable
class ComponentBatchLike(Protocol):
    """Something whose values are an Arrow array."""

    def as_arrow_array(self) -> Any: ...


@runtime_checkable
class AsComponents(Protocol):
    """Something that is logged as several batches."""

    def as_component_batches(self) -> list[DescribedComponentBatch]: ...


class DescribedComponentBatch:
    """A batch, and where it belongs."""

    __slots__ = ("_batch", "_descriptor")

    def __init__(self, batch: ComponentBatchLike, descriptor: ComponentDescriptor) -> None:
        self._batch = batch
        self._descriptor = descriptor

    def component_descriptor(self) -> ComponentDescriptor:
        """Where it belongs."""
        return self._descriptor

    def as_arrow_array(self) -> pa.Array:
        """The values as a pyarrow.Array."""
        return self._batch.as_arrow_array()

    def partition(self, lengths: Any = None) -> ComponentColumn:
        """The values as a column: so many for each row, one each unless told."""
        return ComponentColumn(self._descriptor, self._batch, lengths=lengths)

    def __repr__(self) -> str:
        return f"DescribedComponentBatch({self._batch!r}, {self._descriptor!r})"


def _counts(values: Any, what: str) -> array.array[int]:
    """Lengths or offsets: a list or array of one dimension of integers that are not negative."""
    if getattr(values, "ndim", 1) != 1 or isinstance(values, (int, str, bytes)):
        raise ValueError(f"{what} must be a 1D array.")
    if hasattr(values, "tolist"):
        values = values.tolist()
    try:
        return array.array("I", [v if isinstance(v, int) else v.__index__() for v in values])
    except (OverflowError, AttributeError, TypeError) as error:
        raise ValueError(f"{what}: integers that are not negative expected ({error})") from None


def _n_values(batch: Any) -> int:
    return len(batch) if hasattr(batch, "__len__") else len(batch.as_arrow_array())


class ComponentColumn:
    """Values of one component for many rows.

    descriptor: where they belong. component_batch: all values, one row after another. lengths: how many values each row has; offsets: where each row begins, and where the last one ends;
    one value each without both."""

    def __init__(self, descriptor: str | ComponentDescriptor, component_batch: ComponentBatchLike, *, lengths: Any = None, offsets: Any = None) -> None:
        if lengths is not None and offsets is not None:
            raise ValueError("Cannot specify both `lengths` and `offsets`.")
        self.descriptor = ComponentDescriptor(descriptor) if isinstance(descriptor, str) else descriptor
        self.component_batch = component_batch
        self._first = 0
        self._lengths = None if lengths is None else _counts(lengths, "Lengths")
        if offsets is not None:
            ends = _counts(offsets, "Offsets")
            if not ends or any(b < a for a, b in zip(ends, ends[1:], strict=False)):
                raise ValueError("Offsets: numbers that do not fall expected, at least one")
            self._first = ends[0]
            self._lengths = array.array("I", [b - a for a, b in zip(ends, ends[1:], strict=False)])

    @property
    def _offsets(self) -> Any:
        """Where each row begins, and where the last one ends, as an int32 array of numpy."""
        import numpy as np

        if self._lengths is None:
            return np.arange(_n_values(self.component_batch) + 1, dtype=np.int32)
        return (self._first + np.concatenate(([0], np.cumsum(self._lengths, dtype=np.int64)))).astype(np.int32)

    def __len__(self) -> int:
        return _n_values(self.component_batch) if self._lengths is None else len(self._lengths)

    def component_descriptor(self) -> ComponentDescriptor:
        """Where the values belong."""
        return self.descriptor

    def as_arrow_array(self) -> pa.Array:
        """A list for each row, as a pyarrow.ListArray."""
        import pyarrow as pa

        return pa.ListArray.from_arrays(pa.array(self._offsets), self.component_batch.as_arrow_array())

    def partition(self, lengths: Any) -> ComponentColumn:
        """The same values, so many for each row."""
        return ComponentColumn(self.descriptor, self.component_batch, lengths=lengths)

    def _parts(self) -> tuple[ComponentDescriptor, Any, bytes | None, int]:
        """(descriptor, values, lengths as uint32 or None for one each, rows): what the extension takes."""
        values = getattr(self.component_batch, "_batch", self.component_batch)
        n = _n_values(values)
        if self._lengths is None:
            return (self.descriptor, values, None, n)
        wanted = sum(self._lengths)
        if self._first + wanted > n or (self._first == 0 and wanted < n):
            raise ValueError(f"component '{self.descriptor.component}' has {n} values, and the lengths of its {len(self._lengths)} rows add up to {wanted}")
        if wanted < n:
            values = values.as_arrow_array().slice(self._first, wanted)
        return (self.descriptor, values, self._lengths.tobytes(), len(self._lengths))

    def __repr__(self) -> str:
        return f"ComponentColumn({self.descriptor!r}, {len(self)} rows)"


class ComponentColumnList(Iterable[ComponentColumn]):
    """Columns of one archetype."""

    def __init__(self, columns: Iterable[ComponentColumn]) -> None:
        self._columns = list(columns)

    def __iter__(self) -> Iterator[ComponentColumn]:
        return iter(self._columns)

    def __len__(self) -> int:
        return len(self._columns)

    def partition(self, lengths: Any) -> ComponentColumnList:
        """Each column with so many values for each row."""
        return ComponentColumnList([column.partition(lengths) for column in self._columns])


class ComponentBatchMixin(ComponentBatchLike):
    """What batches of components can do beyond holding values."""

    def component_type(self) -> str:
        """The component's name, such as `rerun.components.Position3D`."""
        return self._COMPONENT_TYPE  # type: ignore[attr-defined]

    def described(self, descriptor: ComponentDescriptor) -> DescribedComponentBatch:
        """The batch, and where it belongs."""
        return DescribedComponentBatch(self, descriptor)

    def partition(self, lengths: Any = None) -> ComponentColumn:
        """The values as a column of the component that their type names."""
        return ComponentColumn(self.component_type(), self, lengths=lengths)


class ComponentMixin(ComponentBatchLike):
    """What single values of components can do: each is a batch of one."""

    @classmethod
    def arrow_type(cls) -> pa.DataType:
        """Its type in Arrow."""
        return cls._BATCH_TYPE._ARROW_DATATYPE  # type: ignore[attr-defined]

    @classmethod
    def component_type(cls) -> str:
        """The component's name."""
        return cls._BATCH_TYPE._COMPONENT_TYPE  # type: ignore[attr-defined]

    def as_arrow_array(self) -> pa.Array:
        """The value as a pyarrow.Array of one."""
        return self._BATCH_TYPE([self]).as_arrow_array()  # type: ignore[attr-defined]


def _empty_pa_array(type: pa.DataType) -> pa.Array:
    """No values of a type, as a pyarrow.Array."""
    import pyarrow as pa

    if isinstance(type, pa.ExtensionType):
        return type.wrap_array(_empty_pa_array(type.storage_type))
    return pa.array([], type) if not isinstance(type, pa.UnionType) else pa.Array.from_pandas([], type=pa.null()).cast(type)
