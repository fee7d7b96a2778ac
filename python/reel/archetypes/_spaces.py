"""Cameras, transforms and directions."""

from __future__ import annotations

import math
from typing import Any

from ..error_utils import _send_warning_or_raise
from ._base import base, written


def _pair(value: Any, message: str) -> tuple[Any, Any]:
    try:
        return value[0], value[1]
    except (TypeError, IndexError, KeyError):
        raise ValueError(message) from None


@written
class Pinhole(base("Pinhole")):  # type: ignore[misc]
    """image_from_camera (3, 3), row by row; or focal_length (one number or two, pixels) with principal_point (2) or resolution (2); or fov_y (radians) with aspect_ratio. camera_xyz: ViewCoordinates."""

    def __init__(self, *, image_from_camera: Any = None, resolution: Any = None, camera_xyz: Any = None, width: Any = None, height: Any = None, focal_length: Any = None,
                 principal_point: Any = None, fov_y: float | None = None, aspect_ratio: float | None = None, child_frame: Any = None, parent_frame: Any = None, image_plane_distance: Any = None,
                 color: Any = None, line_width: Any = None) -> None:
        if resolution is None and width is not None and height is not None:
            resolution = [width, height]
        elif resolution is not None and (width is not None or height is not None):
            _send_warning_or_raise("Can't set both resolution and width/height", 1)
        if image_from_camera is None:
            image_from_camera, resolution = self._matrix(resolution, focal_length, principal_point, fov_y, aspect_ratio)
        else:
            for name, value in (("focal_length", focal_length), ("principal_point", principal_point), ("fov_y or aspect_ratio", fov_y if fov_y is not None else aspect_ratio)):
                if value is not None:
                    _send_warning_or_raise(f"Both image_from_camera and {name} set", 1)
        self.__attrs_init__(image_from_camera=image_from_camera, resolution=resolution, camera_xyz=camera_xyz, child_frame=child_frame, parent_frame=parent_frame,
                            image_plane_distance=image_plane_distance, color=color, line_width=line_width)

    @staticmethod
    def _matrix(resolution: Any, focal_length: Any, principal_point: Any, fov_y: float | None, aspect_ratio: float | None) -> tuple[Any, Any]:
        """K of what else was given: [[f_x, 0, u], [0, f_y, v], [0, 0, 1]]."""
        if fov_y is not None and aspect_ratio is not None:
            focal_length = 0.5 / math.tan(max(fov_y * 0.5, 1.19209e-07))
            resolution = [aspect_ratio, 1.0]
        width, height = _pair(getattr(resolution, "_reel_", resolution), "Expected resolution to be two floats") if resolution is not None else (None, None)
        if focal_length is None:
            if width is None:
                raise ValueError("Either image_from_camera or focal_length must be set")
            _send_warning_or_raise("Either image_from_camera or focal_length must be set", 1)
            focal_length = math.sqrt(width * height)
        if principal_point is None:
            if width is None:
                raise ValueError("Must provide one of principal_point, resolution, or width/height")
            principal_point = [width / 2, height / 2]
        is_one = not hasattr(focal_length, "__len__")
        f_x, f_y = (focal_length, focal_length) if is_one else _pair(focal_length, "Expected focal_length to be one or two floats")
        u, v = _pair(principal_point, "Expected principal_point to be one or two floats")
        return [[f_x, 0, u], [0, f_y, v], [0, 0, 1]], resolution


class ViewCoordinates(base("ViewCoordinates")):  # type: ignore[misc]
    """xyz: (3) uint8. Which way each axis points: Up 1, Down 2, Right 3, Left 4, Forward 5, Back 6. The usual ones are class attributes: ViewCoordinates.RDF, ViewCoordinates.RIGHT_HAND_Z_UP."""


def _add_coordinates() -> None:
    """Those of the component, which may be logged as they are."""
    from ..components import ViewCoordinates as Component

    for name in dir(Component):
        if name.isupper() and not name.startswith("_"):
            setattr(ViewCoordinates, name, getattr(Component, name))


ViewCoordinates.__module__ = "reel.archetypes"
_add_coordinates()
