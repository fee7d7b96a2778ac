"""The other archetypes whose constructors do more than take a field per argument."""

from __future__ import annotations

from typing import Any

from .. import _reel
from .._support import to_nanos
from ..error_utils import _send_warning_or_raise, taken
from ._base import base, written
from ._images import format_of, pixels_of


@written
class Clear(base("Clear")):  # type: ignore[misc]
    """recursive: whether what lies below the entity is cleared, too."""

    def __init__(self, *, recursive: bool) -> None:
        self.__attrs_init__(is_recursive=recursive)

    @staticmethod
    def flat() -> Clear:
        """Clears the entity alone."""
        return Clear(recursive=False)

    @staticmethod
    def recursive() -> Clear:
        """Clears the entity and all below it."""
        return Clear(recursive=True)


@written
class GeoPoints(base("GeoPoints")):  # type: ignore[misc]
    """lat_lon (n, 2): latitude and longitude in degrees."""

    def __init__(self, *, lat_lon: Any, radii: Any = None, colors: Any = None, class_ids: Any = None) -> None:
        self.__attrs_init__(positions=lat_lon, radii=radii, colors=colors, class_ids=class_ids)


@written
class GeoLineStrings(base("GeoLineStrings")):  # type: ignore[misc]
    """lat_lon: n lists (k, 2) of latitude and longitude in degrees."""

    def __init__(self, *, lat_lon: Any, radii: Any = None, colors: Any = None) -> None:
        self.__attrs_init__(line_strings=lat_lon, radii=radii, colors=colors)


@written
class SeriesPoints(base("SeriesPoints")):  # type: ignore[misc]
    """Without any field, the markers are circles."""

    def __init__(self, *, colors: Any = None, markers: Any = None, names: Any = None, visible_series: Any = None, marker_sizes: Any = None) -> None:
        if all(value is None for value in (colors, markers, names, visible_series, marker_sizes)):
            markers = "Circle"
        self.__attrs_init__(colors=colors, markers=markers, names=names, visible_series=visible_series, marker_sizes=marker_sizes)


def _one_dimension(values: Any) -> Any:
    """The values of a bar chart as they are; ValueError unless they have one dimension, beside those of length 1."""
    try:
        shape = _reel.array_shape(values)
    except TypeError:
        return values  # a tensor, whose conversion says what is wrong
    if not shape or sum(length != 1 for length in shape) > 1:
        raise ValueError(f"Bar chart data should only be 1D. Got values with shape: {shape}")
    return values


@written
class BarChart(base("BarChart")):  # type: ignore[misc]
    """values (n) of any numbers; abscissa (n); widths one number or (n)."""

    def __init__(self, values: Any, *, color: Any = None, abscissa: Any = None, widths: Any = None) -> None:
        self.__attrs_init__(values=taken("values", _one_dimension, values), color=color, abscissa=abscissa, widths=widths)


@written
class Tensor(base("Tensor")):  # type: ignore[misc]
    """data: an array of any shape and numbers, or a TensorData; dim_names: a text per dimension; value_range (2)."""

    def __init__(self, data: Any = None, *, dim_names: Any = None, value_range: Any = None) -> None:
        from ..encodings import TensorData

        if not isinstance(data, TensorData):
            data = TensorData(array=data, dim_names=dim_names)
        elif dim_names is not None:
            data = TensorData(shape=data.shape, buffer=data.buffer, dim_names=dim_names)
        self.__attrs_init__(data=data, value_range=value_range)


@written
class Mesh3D(base("Mesh3D")):  # type: ignore[misc]
    """vertex_positions (n, 3); triangle_indices (m, 3) or flat; albedo_texture (height, width, 3 or 4) of any numbers."""

    def __init__(self, *, vertex_positions: Any, triangle_indices: Any = None, vertex_normals: Any = None, vertex_colors: Any = None, vertex_texcoords: Any = None, albedo_texture: Any = None,
                 albedo_factor: Any = None, face_rendering: Any = None, class_ids: Any = None) -> None:
        buffer = facts = None
        if albedo_texture is not None:
            code, shape, data = taken("albedo_texture", pixels_of, albedo_texture, "Mesh3D:s albedo texture")
            if len(shape) != 3:
                _send_warning_or_raise(f"Bad albedo texture shape: {shape}, expected 3 dimensions")
            elif shape[2] not in (3, 4):
                _send_warning_or_raise(f"Bad albedo texture shape: {shape}, expected 3 or 4 channels")
            else:
                buffer, facts = data, format_of(shape[1], shape[0], code, 2 if shape[2] == 3 else 3)
        self.__attrs_init__(vertex_positions=vertex_positions, triangle_indices=triangle_indices, vertex_normals=vertex_normals, vertex_colors=vertex_colors, vertex_texcoords=vertex_texcoords,
                            albedo_texture_buffer=buffer, albedo_texture_format=facts, albedo_factor=albedo_factor, face_rendering=face_rendering, class_ids=class_ids)


@written
class VideoFrameReference(base("VideoFrameReference")):  # type: ignore[misc]
    """timestamp (nanoseconds into the video), seconds, or nanoseconds; video_reference: the entity of the video, by default the same."""

    def __init__(self, timestamp: Any = None, *, seconds: float | None = None, nanoseconds: int | None = None, video_reference: Any = None, opacity: Any = None, draw_order: Any = None) -> None:
        if timestamp is None:
            if seconds is None and nanoseconds is None:
                raise ValueError("Either timestamp or seconds/nanoseconds must be specified.")
            if seconds is not None and nanoseconds is not None:
                raise ValueError("Only one of seconds and nanoseconds can be specified.")
            timestamp = nanoseconds if nanoseconds is not None else taken("seconds", to_nanos, seconds)
        elif seconds is not None or nanoseconds is not None:
            raise ValueError("Cannot specify both `timestamp` and `seconds`/`nanoseconds`.")
        elif isinstance(timestamp, float):
            _send_warning_or_raise("Timestamp can't be specified as a float, use `seconds` instead.")
        self.__attrs_init__(timestamp=timestamp, video_reference=video_reference, opacity=opacity, draw_order=draw_order)

    @classmethod
    def columns_secs(cls, seconds: Any) -> Any:
        """columns() for times in seconds."""
        return cls._columns(seconds, 1_000_000_000)

    @classmethod
    def columns_millis(cls, milliseconds: Any) -> Any:
        """columns() for times in milliseconds."""
        return cls._columns(milliseconds, 1_000_000)

    @classmethod
    def columns_nanos(cls, nanoseconds: Any) -> Any:
        """columns() for times in nanoseconds."""
        return cls._columns(nanoseconds, 1)

    @classmethod
    def _columns(cls, times: Any, unit_ns: int) -> Any:
        kind, _, data = _reel.array_facts(times)
        codes = {"int64": "q", "uint64": "Q", "int32": "i", "uint32": "I", "float64": "d", "float32": "f", "int16": "h", "uint16": "H", "int8": "b", "uint8": "B"}
        return cls.columns(timestamp=[round(time * unit_ns) for time in memoryview(data).cast(codes[kind])])
