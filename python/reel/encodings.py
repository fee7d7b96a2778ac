"""The layouts that components have: vectors, matrices, colours, texts, structs.

Every class `X` has a batch `XBatch`; `XLike` and `XArrayLike` are what type hints call the things that become one or many of it."""

from __future__ import annotations

import math
from typing import Any, Sequence

from . import _reel
from ._values import FloatScalar, IntScalar, Matrix, Numbers, Scalar, Signature, Struct, Text, Value, Variants, each, instance, lazy_names, make_enum, optional, try_numpy

__path__: list[str] = []  # modules of one type each are found by _values

# --- numbers ------------------------------------------------------------------------------------------------------------------------


class Float32(FloatScalar):
    """A number of 32 bits on the wire."""

    def __init__(self, value: Float32Like) -> None:
        self._put(value)


class Float64(FloatScalar):
    """A number of 64 bits."""

    def __init__(self, value: Float64Like) -> None:
        self._put(value)


class UInt16(IntScalar):
    """A number from 0 to 65535."""

    def __init__(self, value: UInt16Like) -> None:
        self._put(value)


class UInt32(IntScalar):
    """A number from 0 to 2^32 - 1."""

    def __init__(self, value: UInt32Like) -> None:
        self._put(value)


class UInt64(IntScalar):
    """A number from 0 to 2^64 - 1."""

    def __init__(self, value: UInt64Like) -> None:
        self._put(value)


class ClassId(IntScalar):
    """A class of an annotation context, 0 to 65535."""

    _FIELD = "id"

    def __init__(self, id: ClassIdLike) -> None:
        self._put(id)


class KeypointId(IntScalar):
    """A keypoint of a class, 0 to 65535."""

    _FIELD = "id"

    def __init__(self, id: KeypointIdLike) -> None:
        self._put(id)


class Bool(Scalar):
    """True or false."""

    _CONVERT = bool

    def __init__(self, value: BoolLike) -> None:
        self._put(value)

    def __bool__(self) -> bool:
        return not not self._reel_  # a module of the name `bool` may stand here instead of the builtin


class Angle(FloatScalar):
    """An angle, in radians (`rad`) or degrees (`deg`); kept in radians."""

    _FIELD = "radians"

    def __init__(self, rad: float | None = None, deg: float | None = None) -> None:
        if rad is None and deg is None:
            raise ValueError("Angle: rad or deg expected, neither was given")
        self._put(math.radians(deg) if rad is None else rad)  # type: ignore[arg-type]


class TimeInt(IntScalar):
    """A time: a number of a sequence, or nanoseconds. Exactly one argument is given."""

    def __init__(self, *, seq: int | None = None, seconds: float | None = None, nanos: int | None = None) -> None:
        if (seq is not None) + (seconds is not None) + (nanos is not None) != 1:
            raise ValueError("TimeInt: exactly one of seq, seconds and nanos expected")
        self._put(seq if seq is not None else nanos if nanos is not None else int(seconds * 1e9))  # type: ignore[operator]


class VideoTimestamp(IntScalar):
    """Nanoseconds from the start of a video."""

    _FIELD = "timestamp_ns"

    def __init__(self, timestamp_ns: VideoTimestampLike) -> None:
        self._put(timestamp_ns)


class Rgba32(IntScalar):
    """A colour, 0xRRGGBBAA. Made of 3 or 4 channels (integers 0 to 255, floats 0 to 1), or of the packed number."""

    _FIELD = "rgba"

    def __init__(self, rgba: Rgba32Like) -> None:
        if isinstance(rgba, (list, tuple)) and len(rgba) not in (3, 4):
            raise ValueError(f"{type(self).__name__}: {len(rgba)} channels were given, 3 or 4 expected")
        colors = rgba if isinstance(rgba, int) else memoryview(_reel.batch_class("rerun.encodings.Rgba32")(rgba, strict=True)._packed()).cast("I")
        if not isinstance(colors, int) and len(colors) != 1:
            raise ValueError(f"{type(self).__name__}: {len(colors)} colours were given, one expected")
        self._put(colors if isinstance(colors, int) else colors[0])


# --- vectors ------------------------------------------------------------------------------------------------------------------------


class Vec2D(Numbers):
    """Two floats of 32 bits: a sequence, an array, or two numbers."""

    _FIELD = "xy"
    __signature__ = Signature("xy")

    def __init__(self, xy: Vec2DLike, *more: float) -> None:
        self._put(xy, more)


class Vec3D(Numbers):
    """Three floats of 32 bits: a sequence, an array, or three numbers."""

    _FIELD = "xyz"
    __signature__ = Signature("xyz")

    def __init__(self, xyz: Vec3DLike, *more: float) -> None:
        self._put(xyz, more)


class Vec4D(Numbers):
    """Four floats of 32 bits: a sequence, an array, or four numbers."""

    _FIELD = "xyzw"
    __signature__ = Signature("xyzw")

    def __init__(self, xyzw: Vec4DLike, *more: float) -> None:
        self._put(xyzw, more)


class DVec2D(Numbers):
    """Two floats of 64 bits."""

    _FIELD = "xy"
    _FORMAT = "d"
    __signature__ = Signature("xy")

    def __init__(self, xy: DVec2DLike, *more: float) -> None:
        self._put(xy, more)


class UVec2D(Numbers):
    """Two whole numbers from 0 to 2^32 - 1."""

    _FIELD = "xy"
    _FORMAT = "I"
    __signature__ = Signature("xy")

    def __init__(self, xy: UVec2DLike, *more: int) -> None:
        self._put(xy, more)


class UVec3D(Numbers):
    """Three whole numbers from 0 to 2^32 - 1."""

    _FIELD = "xyz"
    _FORMAT = "I"
    __signature__ = Signature("xyz")

    def __init__(self, xyz: UVec3DLike, *more: int) -> None:
        self._put(xyz, more)


class UVec4D(Numbers):
    """Four whole numbers from 0 to 2^32 - 1."""

    _FIELD = "xyzw"
    _FORMAT = "I"
    __signature__ = Signature("xyzw")

    def __init__(self, xyzw: UVec4DLike, *more: int) -> None:
        self._put(xyzw, more)


class IVec3D(Numbers):
    """Three whole numbers of 32 bits."""

    _FIELD = "xyz"
    _FORMAT = "i"
    __signature__ = Signature("xyz")

    def __init__(self, xyz: IVec3DLike, *more: int) -> None:
        self._put(xyz, more)


class Range1D(Numbers):
    """Lowest and highest, as a pair or a slice."""

    _FIELD = "range"
    _FORMAT = "d"
    __signature__ = Signature("range")

    def __init__(self, range: Range1DLike, *more: float) -> None:
        if isinstance(range, slice) and range.step not in (None, 1):
            raise ValueError(f"{type(self).__name__}: a slice with the step {range.step} is no range")
        self._put(range, more)


class Quaternion(Numbers):
    """A rotation: x, y, z, w."""

    _FIELD = "xyzw"

    def __init__(self, *, xyzw: Any) -> None:
        self._put(xyzw)

    @staticmethod
    def identity() -> Quaternion:
        """No rotation."""
        return Quaternion(xyzw=[0, 0, 0, 1])

    @staticmethod
    def invalid() -> Quaternion:
        """All zero: no rotation can be made of it."""
        return Quaternion(xyzw=[0, 0, 0, 0])


class Plane3D(Numbers):
    """A plane: its normal, and its distance from the origin along that (0 without one)."""

    _FIELD = "xyzd"

    def __init__(self, normal: Vec3DLike, distance: float | None = None) -> None:
        data, _, _ = _reel._flat(normal, "f")
        if len(data) != 12:
            raise ValueError(f"Plane3D: a normal of {len(data) // 4} numbers was given, 3 expected")
        self._put([*memoryview(data).cast("f"), 0.0 if distance is None else float(distance)])

    def normal(self) -> Any:
        """The normal, three floats."""
        return self.xyzd[:3]

    def distance(self) -> float:
        """The distance from the origin."""
        return self.xyzd[3]

    def with_distance(self, distance: float) -> Plane3D:
        """The same plane at another distance."""
        return Plane3D(self.normal(), distance)


Plane3D.YZ = Plane3D([1, 0, 0])  # type: ignore[attr-defined]
Plane3D.ZX = Plane3D([0, 1, 0])  # type: ignore[attr-defined]
Plane3D.XY = Plane3D([0, 0, 1])  # type: ignore[attr-defined]


class SphericalHarmonics3Rgb(Numbers):
    """15 coefficients of red, green and blue each: 15 x 3 numbers, or 45 in that order."""

    _FIELD = "coefficients"
    _DTYPE = "float16"

    def __init__(self, coefficients: SphericalHarmonics3RgbLike) -> None:
        self._put(coefficients)


class Mat3x3(Matrix):
    """A 3 x 3 matrix: `rows`, or `columns`, as nested lists, an array, or 9 numbers one row (one column) after another."""

    _FIELD = "flat_columns"

    def __init__(self, rows: Mat3x3Like | None = None, *, columns: Mat3x3Like | None = None) -> None:
        self._put_matrix(rows, columns)


class Mat4x4(Matrix):
    """A 4 x 4 matrix: `rows`, or `columns`, as nested lists, an array, or 16 numbers one row (one column) after another."""

    _FIELD = "flat_columns"
    _SIDE = 4

    def __init__(self, rows: Mat4x4Like | None = None, *, columns: Mat4x4Like | None = None) -> None:
        self._put_matrix(rows, columns)


class Uuid(Numbers):
    """16 bytes: bytes, numbers, or a uuid.UUID."""

    _FIELD = "bytes"
    _FORMAT = "B"

    def __init__(self, bytes: UuidLike) -> None:
        from ._support import uuid_bytes

        self._put(uuid_bytes(bytes))


class Blob(Numbers):
    """Bytes."""

    _FIELD = "data"
    _FORMAT = "B"

    def __init__(self, data: BlobLike) -> None:
        self._put(data)


class ViewCoordinates(Value):
    """Where x, y and z point, as seen by the viewer: three of ViewDir, or their names or numbers."""

    _FIELDS = ("coordinates",)

    def __init__(self, coordinates: ViewCoordinatesLike) -> None:
        given = getattr(coordinates, "coordinates", coordinates)
        try:
            self.coordinates = [ViewDir.auto(axis) for axis in each(given)]
        except TypeError:
            raise ValueError(f"{type(self).__name__}: {coordinates!r:.100} was given, three directions expected") from None
        if len(self.coordinates) != 3:
            raise ValueError(f"{type(self).__name__}: {len(self.coordinates)} directions were given, 3 expected")

    @property
    def _reel_(self) -> list[int]:
        return [int(axis) for axis in self.coordinates]

    def __len__(self) -> int:
        return 3


# --- texts --------------------------------------------------------------------------------------------------------------------------


class Utf8(Text):
    """A text."""

    def __init__(self, value: Utf8Like) -> None:
        self._put(value)


class EntityPath(Text):
    """The path of an entity."""

    _FIELD = "path"

    def __init__(self, path: EntityPathLike) -> None:
        self._put(path)


# --- annotations --------------------------------------------------------------------------------------------------------------------


class AnnotationInfo(Struct):
    """What an id is called, and its colour."""

    _FIELDS = ("id", "label", "color")

    def __init__(self, id: int, label: Utf8Like | None = None, color: Rgba32Like | None = None) -> None:
        self.id = int(id)
        self.label = optional(lambda text: instance(Utf8, text), label)
        self.color = optional(lambda value: instance(Rgba32, value), color)

    @classmethod
    def _of(cls, data: AnnotationInfoLike) -> AnnotationInfo:
        """Of an AnnotationInfo, an id, a mapping, or (id, label, color)."""
        if isinstance(data, AnnotationInfo):
            return data
        if hasattr(data, "__index__"):
            return cls(data)
        return cls(**data) if isinstance(data, dict) else cls(*each(data))


class KeypointPair(Struct):
    """Two keypoints that are joined by a line."""

    _FIELDS = ("keypoint0", "keypoint1")

    def __init__(self, keypoint0: KeypointIdLike, keypoint1: KeypointIdLike) -> None:
        self.keypoint0 = instance(KeypointId, keypoint0)
        self.keypoint1 = instance(KeypointId, keypoint1)

    @classmethod
    def _of(cls, data: KeypointPairLike) -> KeypointPair:
        return data if isinstance(data, KeypointPair) else cls(*each(data))


class ClassDescription(Struct):
    """A class: what it is called, and its keypoints and their connections."""

    _FIELDS = ("info", "keypoint_annotations", "keypoint_connections")

    def __init__(
        self, *, info: AnnotationInfoLike, keypoint_annotations: Sequence[AnnotationInfoLike] | None = [], keypoint_connections: Sequence[KeypointPairLike] | None = []
    ) -> None:
        self.info = AnnotationInfo._of(info)
        self.keypoint_annotations = [AnnotationInfo._of(item) for item in each(keypoint_annotations or ())]
        self.keypoint_connections = [KeypointPair._of(item) for item in each(keypoint_connections or ())]

    @classmethod
    def _of(cls, data: ClassDescriptionLike) -> ClassDescription:
        if isinstance(data, ClassDescription):
            return data
        return cls(**data) if isinstance(data, dict) and "info" in data else cls(info=data)

    def as_component_batches(self) -> Any:
        """Logged by itself, it is an annotation context of one class."""
        return _reel.archetype_class("rerun.archetypes.AnnotationContext")(self).as_component_batches()


class ClassDescriptionMapElem(Struct):
    """A class and its id."""

    _FIELDS = ("class_id", "class_description")

    def __init__(self, class_id: ClassIdLike, class_description: ClassDescriptionLike) -> None:
        self.class_id = instance(ClassId, class_id)
        self.class_description = ClassDescription._of(class_description)

    @classmethod
    def _of(cls, data: ClassDescriptionMapElemLike) -> ClassDescriptionMapElem:
        if isinstance(data, ClassDescriptionMapElem):
            return data
        description = ClassDescription._of(data)
        return cls(description.info.id, description)


# --- images and tensors -------------------------------------------------------------------------------------------------------------


class _ChannelDatatype(Variants):
    @classmethod
    def from_np_dtype(cls, dtype: Any) -> Any:
        """Of a numpy.dtype or scalar type; KeyError: pixels cannot have it."""
        import numpy

        dtype = numpy.dtype(dtype)
        return cls[f"{dtype.kind.upper()}{8 * dtype.itemsize}"]

    @classmethod
    def auto(cls, val: Any) -> Any:
        """The member of a name in any case, of a number, of a member, or of a numpy type."""
        if isinstance(val, (type, str)) or hasattr(val, "kind"):
            if isinstance(val, str) and val.upper() in cls.__members__:
                return cls[val.upper()]
            try:
                return cls.from_np_dtype(val)
            except (ImportError, KeyError, TypeError):
                pass
        return super().auto(val)

    def to_np_dtype(self) -> Any:
        """The numpy scalar type."""
        import numpy

        return getattr(numpy, {"U": "uint", "I": "int", "F": "float"}[self.name[0]] + self.name[1:])


class _ColorModel(Variants):
    def num_channels(self) -> int:
        """How many numbers a pixel has."""
        return len(self.name)


class ImageFormat(Struct):
    """How the bytes of an image are laid out: either a `pixel_format`, or a `color_model` with a `channel_datatype`."""

    _FIELDS = ("width", "height", "pixel_format", "color_model", "channel_datatype")

    def __init__(
        self, width: int, height: int, *, pixel_format: PixelFormatLike | None = None, color_model: ColorModelLike | None = None, channel_datatype: ChannelDatatypeLike | None = None
    ) -> None:
        self.width = int(width)
        self.height = int(height)
        self.pixel_format = optional(__getattr__("PixelFormat").auto, pixel_format)
        self.color_model = optional(__getattr__("ColorModel").auto, color_model)
        self.channel_datatype = optional(__getattr__("ChannelDatatype").auto, channel_datatype)


_TENSOR_TYPES = {"B": "U8", "H": "U16", "I": "U32", "Q": "U64", "L": "U64", "b": "I8", "h": "I16", "i": "I32", "q": "I64", "l": "I64", "e": "F16", "f": "F32", "d": "F64"}


def _flat_array(data: Any) -> tuple[Any, list[int]]:
    """Numbers as a flat array, not copied where they stand in a row, and their shape. For tensors: nested lists, arrays of any library."""
    if hasattr(data, "numpy") and hasattr(data, "detach"):
        data = data.numpy(force=True)
    elif isinstance(data, TensorData):
        return data.buffer.inner, list(data.shape)
    if hasattr(data, "ravel") and hasattr(data, "dtype") and hasattr(data, "__array_interface__"):
        return data.ravel(), list(data.shape)
    numpy = try_numpy()
    if numpy is not None:
        data = numpy.asarray(data)
        return data.ravel(), list(data.shape)
    flat, shape, format = _reel._flat(data)
    return memoryview(flat).cast(format), list(shape)


class TensorBuffer(Value):
    """The numbers of a tensor, in a row."""

    _FIELDS = ("inner",)

    def __init__(self, inner: TensorBufferLike) -> None:
        self.inner = inner.inner if isinstance(inner, TensorBuffer) else _flat_array(inner)[0]

    @property
    def _reel_(self) -> dict[str, Any]:
        kind = getattr(getattr(self.inner, "dtype", None), "char", None) or memoryview(self.inner).format
        if kind not in _TENSOR_TYPES:
            raise TypeError(f"TensorBuffer: numbers of the type {getattr(self.inner, 'dtype', kind)} were given, integers or floats of 8 to 64 bits expected")
        return {_TENSOR_TYPES[kind] if kind not in "Ll" or memoryview(self.inner).itemsize == 8 else _TENSOR_TYPES[kind][0] + "32": self.inner}

    def _key(self) -> tuple[Any, ...]:
        return (self.inner.tolist(),)


class TensorData(Struct):
    """A tensor: an `array`, or a `buffer` with a `shape`; `dim_names` name its dimensions."""

    _FIELDS = ("shape", "buffer", "names")

    def __init__(
        self, *, shape: Sequence[int] | None = None, buffer: TensorBufferLike | None = None, array: Any = None, dim_names: Sequence[str] | None = None
    ) -> None:
        from .error_utils import _send_warning_or_raise

        if (array is None) == (buffer is None):
            raise ValueError("TensorData: one of array and buffer expected, " + ("neither was" if array is None else "both were") + " given")
        if buffer is not None and shape is None:
            raise ValueError("TensorData: a buffer was given without its shape")
        given = None if shape is None else [int(n) for n in each(shape)]
        if array is not None:
            flat, own = _flat_array(array)
            if given is not None and given != own:
                _send_warning_or_raise(f"TensorData: the shape {given} was given for an array of the shape {own}, which is taken")
            given, self.buffer = own, TensorBuffer(flat)
        else:
            self.buffer = instance(TensorBuffer, buffer)
        if len(self.buffer.inner) != math.prod(given):  # type: ignore[arg-type]
            raise ValueError(f"TensorData: the shape {given} was given for {len(self.buffer.inner)} numbers")
        self.names: list[str] | None = [str(name) for name in each(dim_names)] if dim_names else None
        if self.names and len(self.names) != len(given):  # type: ignore[arg-type]
            _send_warning_or_raise(f"TensorData: {len(self.names)} names were given for {len(given)} dimensions, and are left out")  # type: ignore[arg-type]
            self.names = None
        numpy = try_numpy()
        self.shape: Any = given if numpy is None else numpy.asarray(given, dtype="uint64")

    def _key(self) -> tuple[Any, ...]:
        return (list(self.shape), self.buffer, self.names)

    def numpy(self, force: bool = False) -> Any:
        """As a numpy array."""
        import numpy

        return numpy.asarray(self.buffer.inner).reshape([int(n) for n in self.shape])


class TensorDimensionSelection(Struct):
    """A dimension of a tensor, by its number; `invert`: from the far end."""

    _FIELDS = ("dimension", "invert")

    def __init__(self, dimension: int, *, invert: bool = False) -> None:
        self.dimension = int(dimension)
        self.invert = not not invert


class TensorDimensionIndexSelection(Struct):
    """A place in a dimension of a tensor."""

    _FIELDS = ("dimension", "index")

    def __init__(self, dimension: int, index: int) -> None:
        self.dimension = int(dimension)
        self.index = int(index)


# --- transforms, ranges, pairs ------------------------------------------------------------------------------------------------------


class RotationAxisAngle(Struct):
    """A rotation about an axis: by an `angle` (an Angle, or radians), by `radians`, or by `degrees`."""

    _FIELDS = ("axis", "angle")

    def __init__(self, axis: Vec3DLike, angle: AngleLike | None = None, *, radians: float | None = None, degrees: float | None = None) -> None:
        if (angle is not None) + (radians is not None) + (degrees is not None) != 1:
            raise ValueError("RotationAxisAngle: exactly one of angle, radians and degrees expected")
        self.axis = instance(Vec3D, axis)
        self.angle = angle if isinstance(angle, Angle) else Angle(rad=radians if angle is None else angle, deg=degrees)


class Range2D(Struct):
    """A range of x and one of y."""

    _FIELDS = ("x_range", "y_range")

    def __init__(self, x_range: Range1DLike, y_range: Range1DLike) -> None:
        self.x_range = instance(Range1D, x_range)
        self.y_range = instance(Range1D, y_range)


def _time_int(value: TimeIntLike) -> TimeInt:
    return value if isinstance(value, TimeInt) else TimeInt(seq=value)


class AbsoluteTimeRange(Struct):
    """From one time to another."""

    _FIELDS = ("min", "max")

    def __init__(self, min: TimeIntLike, max: TimeIntLike) -> None:
        self.min = _time_int(min)
        self.max = _time_int(max)


class TimeRangeBoundary(Value):
    """An end of a range of times: fixed, as far from the time cursor as told, or none at all."""

    _FIELDS = ("inner", "kind")

    def __init__(self, inner: TimeInt | None, kind: str = "cursor_relative") -> None:
        self.inner = inner
        self.kind = kind

    @property
    def _reel_(self) -> Any:
        return {"cursor_relative": {"CursorRelative": self.inner}, "absolute": {"Absolute": self.inner}, "infinite": "Infinite"}[self.kind]

    @staticmethod
    def cursor_relative(offset: TimeInt | None = None, *, seq: int | None = None, seconds: float | None = None, nanos: int | None = None) -> TimeRangeBoundary:
        """So far from the time cursor; without an argument at it."""
        none_given = offset is None and seq is None and seconds is None and nanos is None
        return TimeRangeBoundary(_one_time(offset, 0 if none_given else seq, seconds, nanos), "cursor_relative")

    @staticmethod
    def absolute(time: TimeInt | None = None, *, seq: int | None = None, seconds: float | None = None, nanos: int | None = None) -> TimeRangeBoundary:
        """At a time."""
        return TimeRangeBoundary(_one_time(time, seq, seconds, nanos), "absolute")

    @staticmethod
    def infinite() -> TimeRangeBoundary:
        """As far as there are times."""
        return TimeRangeBoundary(None, "infinite")


def _one_time(time: TimeInt | None, seq: int | None, seconds: float | None, nanos: int | None) -> TimeInt:
    if time is not None and (seq is not None or seconds is not None or nanos is not None):
        raise ValueError("TimeRangeBoundary: exactly one of a TimeInt, seq, seconds and nanos expected")
    return _time_int(time) if time is not None else TimeInt(seq=seq, seconds=seconds, nanos=nanos)


class TimeRange(Struct):
    """From one boundary to another."""

    _FIELDS = ("start", "end")

    def __init__(self, start: TimeRangeBoundaryLike, end: TimeRangeBoundaryLike) -> None:
        self.start = instance(TimeRangeBoundary, start)
        self.end = instance(TimeRangeBoundary, end)


class VisibleTimeRange(Struct):
    """The times of a timeline that are shown: a `range`, or its `start` and `end`."""

    _FIELDS = ("timeline", "range")

    def __init__(self, timeline: Utf8Like, range: TimeRangeLike | None = None, *, start: TimeRangeBoundary | None = None, end: TimeRangeBoundary | None = None) -> None:
        if (range is None) == (start is None and end is None):
            raise ValueError("VisibleTimeRange: either range, or start and end expected")
        if range is None and (start is None or end is None):
            raise ValueError("VisibleTimeRange: start and end expected, one of them was given")
        self.timeline = instance(Utf8, timeline)
        self.range = TimeRange(start, end) if range is None else range


class Utf8Pair(Struct):
    """Two texts."""

    _FIELDS = ("first", "second")

    def __init__(self, first: Utf8Like, second: Utf8Like) -> None:
        self.first = instance(Utf8, first)
        self.second = instance(Utf8, second)

    @classmethod
    def _of(cls, data: Utf8PairLike) -> Utf8Pair:
        if isinstance(data, Utf8Pair):
            return data
        if isinstance(data, str) or not hasattr(data, "__len__") or len(data) != 2:
            raise ValueError(f"{data!r:.100} was given, a pair of texts expected")
        return cls(*each(data))


class ChannelCountPair(Struct):
    """A channel, and how many messages it has."""

    _FIELDS = ("channel_id", "message_count")

    def __init__(self, channel_id: UInt16Like, message_count: UInt64Like) -> None:
        self.channel_id = instance(UInt16, channel_id)
        self.message_count = instance(UInt64, message_count)


# --- names --------------------------------------------------------------------------------------------------------------------------

_ENUMS: dict[str, Any] = {"ChannelDatatype": _ChannelDatatype, "ColorModel": _ColorModel, "PixelFormat": Variants, "ViewDir": Variants}
_NAMES = {name for name, value in list(globals().items()) if isinstance(value, type) and value.__module__ == __name__ and not name.startswith("_")} | _ENUMS.keys()

__all__, __getattr__ = lazy_names(__name__, _NAMES, "rerun.encodings.", lambda name: make_enum(f"rerun.encodings.{name}", __name__, _ENUMS[name]))
ViewDir = __getattr__("ViewDir")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
