"""Shapes of arrays, for code that was written against the official SDK. Our own conversions are in the extension."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ._converters import to_np_float32, to_np_float64, to_np_int32, to_np_uint32, to_np_uint64

if TYPE_CHECKING:
    import numpy.typing as npt


def find_non_empty_dim_indices(shape: list[int]) -> list[int]:
    """Which dimensions of an array are those of an image: rows, columns and perhaps channels; dimensions of size 1 around them are left out."""
    if len(shape) <= 2:
        return list(range(len(shape)))
    large = [i for i, n in enumerate(shape) if n != 1]
    first, last = (large[0], large[-1]) if large else (0, 0)
    while last - first < 1 and last + 1 < len(shape):  # a column is likelier than a row
        last += 1
    wanted = 3 if shape[last] in (3, 4) else 2
    while last - first + 1 < wanted and first > 0:
        first -= 1
    return list(range(first, last + 1))


def flat_np_array_from_array_like(array: npt.NDArray[Any], dimension: int) -> npt.NDArray[Any]:
    """The numbers of vectors of so many dimensions, in a row: of a flat array, or of one whose last dimension (but those of size 1) is as long."""
    if array.ndim <= 1:
        fits = array.size % dimension == 0
    else:
        fits = next((n for n in reversed(array.shape[1:]) if n != 1), 1) == dimension
    if not fits:
        raise ValueError(
            f"Expected either a flat array with a length multiple of {dimension} elements, or an array with shape (`num_elements`, {dimension}). Shape of passed array was {array.shape}."
        )
    return array.ravel()


def flat_np_float32_array_from_array_like(data: Any, dimension: int) -> npt.NDArray[Any]:
    """The same of anything that numpy reads, as float32."""
    return flat_np_array_from_array_like(to_np_float32(data), dimension)


def flat_np_float64_array_from_array_like(data: Any, dimension: int) -> npt.NDArray[Any]:
    """The same as float64."""
    return flat_np_array_from_array_like(to_np_float64(data), dimension)


def flat_np_int32_array_from_array_like(data: Any, dimension: int) -> npt.NDArray[Any]:
    """The same as int32."""
    return flat_np_array_from_array_like(to_np_int32(data), dimension)


def flat_np_uint32_array_from_array_like(data: Any, dimension: int) -> npt.NDArray[Any]:
    """The same as uint32."""
    return flat_np_array_from_array_like(to_np_uint32(data), dimension)


def flat_np_uint64_array_from_array_like(data: Any, dimension: int) -> npt.NDArray[Any]:
    """The same as uint64."""
    return flat_np_array_from_array_like(to_np_uint64(data), dimension)
