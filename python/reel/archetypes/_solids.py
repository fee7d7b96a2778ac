"""Boxes, ellipses, capsules and cylinders."""

from __future__ import annotations

import sys
from typing import Any, Callable

from .. import _reel
from ..error_utils import _send_warning_or_raise, taken
from ._base import base, written


def _halves(sizes: Any, mins: Any, half_sizes: Any, centers: Any, dimensions: int) -> tuple[Any, Any]:
    """Half sizes and centers, of whichever two were given."""
    if sizes is not None:
        if half_sizes is not None:
            _send_warning_or_raise("Cannot specify both `sizes` and `half_sizes` at the same time.", 1)
        half_sizes = taken("sizes", _reel.combine, sizes, 0.5, None, 0, dimensions, "sizes")
    if mins is not None:
        if centers is not None:
            _send_warning_or_raise("Cannot specify both `mins` and `centers` at the same time.", 1)
        if half_sizes is None:
            _send_warning_or_raise("Cannot specify `mins` without `sizes` or `half_sizes`.", 1)
            half_sizes = [1.0] * dimensions
        centers = taken("mins", _reel.combine, mins, 1, half_sizes, 1, dimensions, "mins")
    return half_sizes, centers


def _rotations(rotations: Any, quaternions: Any, rotation_axis_angles: Any) -> tuple[Any, Any]:
    """Quaternions and axis-angles of what may be either: whichever it is, the other is cleared."""
    if rotations is None:
        return quaternions, rotation_axis_angles
    from ..components import RotationAxisAngleBatch, RotationQuatBatch

    if quaternions is not None or rotation_axis_angles is not None:
        _send_warning_or_raise("Cannot specify both `rotations` and `quaternions` or `rotation_axis_angles`.", 1)
        return quaternions, rotation_axis_angles
    for batch, result in ((RotationQuatBatch, 0), (RotationAxisAngleBatch, 1)):
        try:
            values = batch(rotations, strict=True)
        except (TypeError, ValueError, OverflowError):
            continue
        return (values, []) if result == 0 else ([], values)
    _send_warning_or_raise("Could not infer the type of rotation from the input. Please use `quaternions` or `rotation_axis_angles`.", 1)
    return None, None


@written
class Boxes3D(base("Boxes3D")):  # type: ignore[misc]
    """sizes (n, 3) are full lengths of edges, instead of half_sizes; mins (n, 3) are corners, instead of centers; rotations are quaternions or axis-angles."""

    def __init__(self, *, sizes: Any = None, mins: Any = None, half_sizes: Any = None, centers: Any = None, rotation_axis_angles: Any = None, quaternions: Any = None,
                 rotations: Any = None, colors: Any = None, radii: Any = None, fill_mode: Any = None, labels: Any = None, show_labels: Any = None, class_ids: Any = None) -> None:
        half_sizes, centers = _halves(sizes, mins, half_sizes, centers, 3)
        quaternions, rotation_axis_angles = _rotations(rotations, quaternions, rotation_axis_angles)
        self.__attrs_init__(half_sizes=half_sizes, centers=centers, rotation_axis_angles=rotation_axis_angles, quaternions=quaternions, colors=colors, radii=radii, fill_mode=fill_mode,
                            labels=labels, show_labels=show_labels, class_ids=class_ids)


def _between(x0: Any, y0: Any, x1: Any, y1: Any) -> tuple[Any, Any, Any, Any]:
    x, y = (x0 + x1) / 2, (y0 + y1) / 2
    return x, y, x1 - x, y1 - y


# Center and half size of a rectangle, or of columns of them, from the four numbers of Box2DFormat.
_FORMATS: dict[str, Callable[..., tuple[Any, Any, Any, Any]]] = {
    "XYWH": lambda x, y, w, h: (x + w / 2, y + h / 2, w / 2, h / 2),
    "YXHW": lambda y, x, h, w: (x + w / 2, y + h / 2, w / 2, h / 2),
    "XYXY": _between,
    "YXYX": lambda y0, x0, y1, x1: _between(x0, y0, x1, y1),
    "XCYCWH": lambda x, y, w, h: (x, y, w / 2, h / 2),
    "XCYCW2H2": lambda x, y, w, h: (x, y, w, h),
}


def _rectangles(array: Any, form: str) -> tuple[Any, Any]:
    """Centers and half sizes, reckoned as numpy would: in float32 if that is given, else in float64."""
    numpy = sys.modules.get("numpy")
    if numpy is not None and isinstance(array, numpy.ndarray) and array.size % 4 == 0:
        rows = (array if array.dtype.kind == "f" else array.astype(numpy.float64)).reshape(-1, 4)
        x, y, w, h = _FORMATS[form](*rows.T)
        return numpy.stack([x, y], axis=1), numpy.stack([w, h], axis=1)
    flat = [float(number) for number in _reel.flat(array)]
    if len(flat) % 4:
        raise ValueError(f"{len(flat)} numbers were given, a multiple of 4 expected")
    boxes = [_FORMATS[form](*flat[i : i + 4]) for i in range(0, len(flat), 4)]
    return [(x, y) for x, y, _, _ in boxes], [(w, h) for _, _, w, h in boxes]


@written
class Boxes2D(base("Boxes2D")):  # type: ignore[misc]
    """sizes (n, 2) are full widths and heights, instead of half_sizes; mins (n, 2) are corners, instead of centers; array (n, 4) is both at once, as array_format (Box2DFormat) says."""

    def __init__(self, *, sizes: Any = None, mins: Any = None, half_sizes: Any = None, centers: Any = None, array: Any = None, array_format: Any = None, radii: Any = None, colors: Any = None,
                 labels: Any = None, show_labels: Any = None, draw_order: Any = None, class_ids: Any = None) -> None:
        if array is not None:
            if array_format is None:
                raise ValueError("Must specify `array_format` when specifying `array`.")
            for name, value in (("half_sizes", half_sizes), ("sizes", sizes), ("mins", mins), ("centers", centers)):
                if value is not None:
                    raise ValueError(f"Cannot specify both `array` and `{name}` at the same time.")
            name = getattr(array_format, "name", str(array_format)).upper()
            if name not in _FORMATS:
                raise ValueError(f"Unknown Box2D format {array_format}")
            centers, half_sizes = taken("array", _rectangles, array, name)
        else:
            for first, second, a, b in (("sizes", "half_sizes", sizes, half_sizes), ("mins", "centers", mins, centers)):
                if a is not None and b is not None:
                    raise ValueError(f"Cannot specify both `{first}` and `{second}` at the same time.")
            if mins is not None and sizes is None and half_sizes is None:
                raise ValueError("Cannot specify `mins` without `sizes` or `half_sizes`.")
            half_sizes, centers = _halves(sizes, mins, half_sizes, centers, 2)
        self.__attrs_init__(half_sizes=half_sizes, centers=centers, radii=radii, colors=colors, labels=labels, show_labels=show_labels, draw_order=draw_order, class_ids=class_ids)


@written
class Ellipsoids3D(base("Ellipsoids3D")):  # type: ignore[misc]
    """radii (n) make spheres, instead of half_sizes."""

    def __init__(self, *, half_sizes: Any = None, radii: Any = None, centers: Any = None, rotation_axis_angles: Any = None, quaternions: Any = None, colors: Any = None, line_radii: Any = None,
                 fill_mode: Any = None, labels: Any = None, show_labels: Any = None, class_ids: Any = None) -> None:
        if radii is not None:
            if half_sizes is not None:
                _send_warning_or_raise("Cannot specify both `radii` and `half_sizes` at the same time.", 1)
            half_sizes = taken("radii", _reel.pick, radii, 1, (0, 0, 0), "radii")
        self.__attrs_init__(half_sizes=half_sizes, centers=centers, rotation_axis_angles=rotation_axis_angles, quaternions=quaternions, colors=colors, line_radii=line_radii, fill_mode=fill_mode,
                            labels=labels, show_labels=show_labels, class_ids=class_ids)


@written
class Ellipses2D(base("Ellipses2D")):  # type: ignore[misc]
    """Every field by name."""

    def __init__(self, *, half_sizes: Any = None, centers: Any = None, line_radii: Any = None, colors: Any = None, labels: Any = None, show_labels: Any = None, draw_order: Any = None,
                 class_ids: Any = None) -> None:
        self.__attrs_init__(half_sizes=half_sizes, centers=centers, line_radii=line_radii, colors=colors, labels=labels, show_labels=show_labels, draw_order=draw_order, class_ids=class_ids)


@written
class Capsules3D(base("Capsules3D")):  # type: ignore[misc]
    """Every field by name."""

    def __init__(self, *, lengths: Any = None, radii: Any = None, translations: Any = None, rotation_axis_angles: Any = None, quaternions: Any = None, colors: Any = None, line_radii: Any = None,
                 fill_mode: Any = None, labels: Any = None, show_labels: Any = None, class_ids: Any = None) -> None:
        self.__attrs_init__(lengths=lengths, radii=radii, translations=translations, rotation_axis_angles=rotation_axis_angles, quaternions=quaternions, colors=colors, line_radii=line_radii,
                            fill_mode=fill_mode, labels=labels, show_labels=show_labels, class_ids=class_ids)


@written
class Cylinders3D(base("Cylinders3D")):  # type: ignore[misc]
    """Every field by name."""

    def __init__(self, *, lengths: Any = None, radii: Any = None, centers: Any = None, rotation_axis_angles: Any = None, quaternions: Any = None, colors: Any = None, line_radii: Any = None,
                 fill_mode: Any = None, labels: Any = None, show_labels: Any = None, class_ids: Any = None) -> None:
        self.__attrs_init__(lengths=lengths, radii=radii, centers=centers, rotation_axis_angles=rotation_axis_angles, quaternions=quaternions, colors=colors, line_radii=line_radii,
                            fill_mode=fill_mode, labels=labels, show_labels=show_labels, class_ids=class_ids)
