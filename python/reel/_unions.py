"""Dense unions as pyarrow arrays, for code that was written against the official SDK."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa


def union_discriminant_type(data_type: pa.DenseUnionType, discriminant: str) -> pa.DataType:
    """The type of the variant with this name."""
    return data_type.field(_index(data_type, discriminant)).type


def build_dense_union(data_type: pa.DenseUnionType, discriminant: str, child: pa.Array) -> pa.Array:
    """Values of one variant as values of the union. ValueError: it has no such variant."""
    import pyarrow as pa

    from ._plain import empty_array

    index = _index(data_type, discriminant)
    children = [empty_array(data_type.field(i).type) for i in range(data_type.num_fields)]
    children[index] = child if child.type == data_type.field(index).type else child.cast(data_type.field(index).type, safe=False)
    codes = pa.array([index] * len(child), type=pa.int8()).buffers()[1]
    offsets = pa.array(range(len(child)), type=pa.int32()).buffers()[1]
    return pa.Array.from_buffers(type=data_type, length=len(child), buffers=[None, codes, offsets], children=children)


def _index(data_type: pa.DenseUnionType, discriminant: str) -> int:
    return [data_type.field(i).name for i in range(data_type.num_fields)].index(discriminant)
