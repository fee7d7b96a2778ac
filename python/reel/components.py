"""Components: what archetypes are made of. A component is an encoding with a meaning: a `Position3D` is a `Vec3D` that says where something is.

Every class `X` has a batch `XBatch`, which holds any number of values and is made of whatever can be converted: lists, arrays, objects of the class."""

from __future__ import annotations

import itertools
from typing import Any

from . import _reel, encodings
from ._baseclasses import ComponentMixin
from ._values import Signature, Value, each, is_enum, lazy_names, make_enum
from .encodings import ClassDescriptionMapElem, DVec2D, Utf8Pair, Vec2D, Vec3D

__path__: list[str] = []  # modules of one type each are found by _values

_PREFIX = "rerun.components."

# Components that are their encoding and no more.
_BY_ENCODING = {
    "Blob": "Blob ImageBuffer Thumbnail VideoSample",
    "Bool": "Bool Flag Interactive IsKeyframe ShowLabels Visible",
    "ClassId": "ClassId",
    "DVec2D": "LatLon",
    "EntityPath": "EntityPath",
    "Float32": "AxisLength CellSize DepthMeter DrawOrder FillRatio GammaCorrection ImagePlaneDistance Length MarkerSize Opacity OpticalDensity StrokeWidth VoxelValue",
    "Float64": "LinearSpeed Scalar Variance",
    "IVec3D": "VoxelIndex",
    "ImageFormat": "ImageFormat",
    "KeypointId": "KeypointId",
    "Mat3x3": "PinholeProjection TransformMat3x3",
    "Plane3D": "Plane3D",
    "Quaternion": "RotationQuat",
    "Range1D": "Range1D ValueRange",
    "Rgba32": "AlbedoFactor",
    "RotationAxisAngle": "RotationAxisAngle",
    "SphericalHarmonics3Rgb": "SphericalHarmonics3Rgb",
    "TensorData": "TensorData",
    "TensorDimensionIndexSelection": "TensorDimensionIndexSelection",
    "TensorDimensionSelection": "TensorHeightDimension TensorWidthDimension",
    "TimeInt": "Timestamp",
    "UInt16": "ChannelId SchemaId",
    "UInt32": "SphericalHarmonicsDegree",
    "UInt64": "Count",
    "UVec3D": "TriangleIndices",
    "Utf8": "GraphNode Name Text TransformFrameId Unit Url",
    "Utf8Pair": "GraphEdge",
    "Vec2D": "HalfSize2D Position2D Resolution Texcoord2D Vector2D",
    "Vec3D": "HalfSize3D Position3D Translation3D Vector3D VoxelSize",
}
_ENUMS = (
    "AggregationPolicy Colormap EntryKind FillMode GraphType InterpolationMode MagnificationFilter MarkerShape MeshFaceRendering PointShading TransformRelation VideoCodec"
)
_ENCODING_OF = {name: encoding for encoding, names in _BY_ENCODING.items() for name in names.split()}


class _Component(ComponentMixin):
    """A component that is written out below: its batch is found by its name."""

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        cls._BATCH_TYPE = _reel.batch_class(_PREFIX + cls.__name__)


# --- lists of encodings -------------------------------------------------------------------------------------------------------------


class AnnotationContext(Value, _Component):
    """Classes by their ids: ClassDescription, AnnotationInfo, or (id, label, color) each; or a mapping of ids to labels or the rest of these."""

    _FIELDS = ("class_map",)

    def __init__(self, class_map: AnnotationContextLike) -> None:
        if isinstance(class_map, AnnotationContext):
            class_map = class_map.class_map
        elif isinstance(class_map, (encodings.ClassDescription, ClassDescriptionMapElem, encodings.AnnotationInfo)):
            class_map = [class_map]
        elif isinstance(class_map, dict):
            class_map = [(id, *([rest] if isinstance(rest, str) or not hasattr(rest, "__iter__") else rest)) for id, rest in class_map.items()]
        self.class_map = [ClassDescriptionMapElem._of(item) for item in each(class_map)]

    @property
    def _reel_(self) -> Any:
        return self.class_map

    def __len__(self) -> int:
        return len(self.class_map)


class KeyValuePairs(Value, _Component):
    """Texts by their keys: a mapping, or pairs."""

    _FIELDS = ("pairs",)

    def __init__(self, pairs: KeyValuePairsLike) -> None:
        if isinstance(pairs, KeyValuePairs):
            pairs = pairs.pairs
        if isinstance(pairs, str) or not hasattr(pairs, "__iter__"):
            raise ValueError(f"KeyValuePairs: {pairs!r:.100} was given, a mapping or pairs expected")
        items = [pairs] if isinstance(pairs, dict) else pairs
        self.pairs = [Utf8Pair._of(pair) for item in items for pair in (item.items() if isinstance(item, dict) else [item])]

    @property
    def _reel_(self) -> Any:
        return self.pairs

    def __len__(self) -> int:
        return len(self.pairs)


class ChannelMessageCounts(Value, _Component):
    """How many messages each channel has: {channel: count}."""

    _FIELDS = ("counts",)

    def __init__(self, counts: ChannelMessageCountsLike) -> None:
        pairs = counts.items() if isinstance(counts, dict) else counts.counts if isinstance(counts, ChannelMessageCounts) else counts
        self.counts = [pair if isinstance(pair, encodings.ChannelCountPair) else encodings.ChannelCountPair(*each(pair)) for pair in each(pairs)]

    @property
    def _reel_(self) -> Any:
        return self.counts

    def __len__(self) -> int:
        return len(self.counts)


class _Strip(Value):
    """Points that are joined by lines."""

    _POINT: Any = Vec3D

    def _points(self, points: Any) -> Any:
        return points._reel_ if isinstance(points, _Strip) else points

    @property
    def _reel_(self) -> Any:
        return self._key()[0]

    def _key(self) -> tuple[Any, ...]:
        data, shape, _ = _reel._flat(getattr(self, self._FIELDS[0]), self._POINT._FORMAT)
        size = {"xy": 2, "xyz": 3}[self._POINT._FIELD]
        flat = memoryview(data).cast(self._POINT._FORMAT).tolist()
        if len(flat) % size or (len(shape) > 1 and shape[-1] != size):
            raise ValueError(f"{type(self).__name__}: points of the shape {shape} were given, {size} numbers per point expected")
        return ([flat[i : i + size] for i in range(0, len(flat), size)],)

    def __len__(self) -> int:
        return len(getattr(self, self._FIELDS[0]))


class LineStrip2D(_Strip, _Component):
    """Points in the plane that are joined by lines: n x 2 numbers."""

    _FIELDS = ("points",)
    _POINT = Vec2D

    def __init__(self, points: LineStrip2DLike) -> None:
        self.points = self._points(points)


class LineStrip3D(_Strip, _Component):
    """Points in space that are joined by lines: n x 3 numbers."""

    _FIELDS = ("points",)

    def __init__(self, points: LineStrip3DLike) -> None:
        self.points = self._points(points)


class GeoLineString(_Strip, _Component):
    """Places on the globe that are joined by lines: n x 2 numbers, latitude and longitude in degrees."""

    _FIELDS = ("lat_lon",)
    _POINT = DVec2D

    def __init__(self, *, lat_lon: GeoLineStringLike) -> None:
        self.lat_lon = self._points(lat_lon)


# --- with more than their encoding --------------------------------------------------------------------------------------------------


class ClearIsRecursive(encodings.Bool, _Component):
    """Whether what lies below an entity is cleared with it."""

    def __init__(self, recursive: bool = True) -> None:
        self._put(recursive)


class Color(encodings.Rgba32, _Component):
    """A colour: 3 or 4 channels (integers 0 to 255, floats 0 to 1), or 0xRRGGBBAA."""

    @staticmethod
    def from_string(s: str) -> Color:
        """A colour for a text: equal texts have equal colours in one process."""
        import colorsys

        hue = (hash(s) & 0xFFFF) / 0x10000 * ((5**0.5 - 1) / 2)
        return Color([round(channel * 255) for channel in colorsys.hsv_to_rgb(hue, 0.85, 0.5)])


class Radius(encodings.Float32, _Component):
    """A radius, in scene units; in points of the user interface when negative."""

    @staticmethod
    def ui_points(radii: Any) -> Any:
        """Radii in points of the user interface: one, or as many as are given."""
        data, shape, _ = _reel._flat(radii, "f")
        values = [-abs(value) for value in memoryview(data).cast("f")]
        numpy = encodings.try_numpy()
        return numpy.array(values, dtype="float32").reshape(shape) if numpy is not None else values if shape else values[0]


class Scale3D(Vec3D, _Component):
    """A scale per axis, or one for all three."""

    __signature__ = Signature("uniform_or_per_axis=True")

    def __init__(self, uniform_or_per_axis: Any = True, *more: float) -> None:
        if uniform_or_per_axis is None:
            uniform_or_per_axis = True
        data, _, _ = _reel._flat([uniform_or_per_axis, *more] if more else uniform_or_per_axis, "f")
        self._put(memoryview(data * 3 if len(data) == 4 else data).cast("f"))


class MediaType(encodings.Utf8, _Component):
    """A MIME type."""

    @staticmethod
    def guess_from_path(path: Any) -> MediaType | None:
        """By the ending of a file's name; None: it is not known."""
        import os

        text = _MEDIA_BY_ENDING.get(os.path.splitext(os.fspath(path))[1].lower())
        return None if text is None else MediaType(text)


for _name, _text in {
    "TEXT": "text/plain", "MARKDOWN": "text/markdown", "JPEG": "image/jpeg", "PNG": "image/png", "GLB": "model/gltf-binary", "GLTF": "model/gltf+json", "OBJ": "model/obj",
    "PLY": "application/x-ply", "STL": "model/stl", "RVL": "application/rvl", "MP4": "video/mp4", "AAC": "audio/aac", "FLAC": "audio/flac", "M4A": "audio/mp4", "MP3": "audio/mpeg",
    "OGG": "audio/ogg", "WAV": "audio/wav",
}.items():  # fmt: skip
    setattr(MediaType, _name, MediaType(_text))
_MEDIA_BY_ENDING = {
    ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".png": "image/png", ".glb": "model/gltf-binary", ".gltf": "model/gltf+json", ".obj": "model/obj", ".ply": "application/x-ply",
    ".stl": "model/stl", ".mp4": "video/mp4", ".aac": "audio/aac", ".flac": "audio/flac", ".m4a": "audio/mp4", ".mp3": "audio/mpeg", ".oga": "audio/ogg", ".ogg": "audio/ogg",
    ".opus": "audio/ogg", ".wav": "audio/wav",
}  # fmt: skip


class TextLogLevel(encodings.Utf8, _Component):
    """How grave a line of a log is: any text, or one of the constants."""


for _name in ("CRITICAL", "ERROR", "WARN", "INFO", "DEBUG", "TRACE"):
    setattr(TextLogLevel, _name, TextLogLevel(_name))


class VideoTimestamp(encodings.VideoTimestamp, _Component):
    """A time from the start of a video. Exactly one argument is given."""

    def __init__(self, *, nanoseconds: int | None = None, seconds: float | None = None) -> None:
        if (nanoseconds is None) == (seconds is None):
            raise ValueError("VideoTimestamp: one of nanoseconds and seconds expected")
        self._put(nanoseconds if seconds is None else int(seconds * 1e9 + 0.5))

    @staticmethod
    def seconds(seconds: Any) -> Any:
        """A batch of times in seconds."""
        return VideoTimestamp._scaled(seconds, 1e9)

    @staticmethod
    def milliseconds(milliseconds: Any) -> Any:
        """A batch of times in milliseconds."""
        return VideoTimestamp._scaled(milliseconds, 1e6)

    @staticmethod
    def nanoseconds(nanoseconds: Any) -> Any:
        """A batch of times in nanoseconds."""
        return VideoTimestamp._scaled(nanoseconds, 1)

    @staticmethod
    def _scaled(times: Any, factor: float) -> Any:
        data, _, format = _reel._flat(times)
        return VideoTimestamp._BATCH_TYPE([int(time * factor) for time in memoryview(data).cast(format)])


class ViewCoordinates(encodings.ViewCoordinates, _Component):
    """Where x, y and z point. There is a constant for each: `RDF` is x right, y down, z forward."""

    ViewDir = encodings.ViewDir

    def as_component_batches(self) -> Any:
        """Logged by itself, it is the archetype of the same name."""
        return _reel.archetype_class("rerun.archetypes.ViewCoordinates")(self).as_component_batches()


_DIRECTIONS = {"U": "Up", "D": "Down", "R": "Right", "L": "Left", "F": "Forward", "B": "Back"}
for _axes in itertools.product(*[("UD", "RL", "FB")] * 3):
    if len(set(_axes)) == 3:
        for _letters in itertools.product(*_axes):
            setattr(ViewCoordinates, "".join(_letters), ViewCoordinates([_DIRECTIONS[letter] for letter in _letters]))
for _name, _text in {"X_UP": "URF", "X_DOWN": "DRB", "Y_UP": "RUB", "Y_DOWN": "RDF", "Z_UP": "RFU", "Z_DOWN": "RBD"}.items():
    _other = _text.translate(str.maketrans("FB", "BF"))
    setattr(ViewCoordinates, f"RIGHT_HAND_{_name}", getattr(ViewCoordinates, _text))
    setattr(ViewCoordinates, f"LEFT_HAND_{_name}", getattr(ViewCoordinates, _other))


# --- names --------------------------------------------------------------------------------------------------------------------------


def _make(name: str) -> Any:
    if is_enum(_PREFIX + name):
        return make_enum(_PREFIX + name, __name__)
    base = getattr(encodings, _ENCODING_OF[name])
    return type(name, (base, ComponentMixin), {"__module__": __name__, "__doc__": base.__doc__, "_BATCH_TYPE": _reel.batch_class(_PREFIX + name)})


_NAMES = {name for name, value in list(globals().items()) if isinstance(value, type) and value.__module__ == __name__ and not name.startswith("_")} | {*_ENCODING_OF, *_ENUMS.split()}

__all__, __getattr__ = lazy_names(__name__, _NAMES, _PREFIX, _make)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
