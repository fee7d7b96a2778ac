"""Points and colours for examples. Needs numpy."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    import numpy as np

__all__ = ["ColorGrid", "ColorSpiral", "bounce_lerp", "build_color_grid", "build_color_spiral", "color_grid", "color_spiral"]


class ColorGrid(NamedTuple):
    """Points: positions (n, 3) of float64, colors (n, 3) of uint8."""

    positions: np.ndarray
    colors: np.ndarray


class ColorSpiral(NamedTuple):
    """Points: positions (n, 3) of float64, colors (n, 3) of float64, 0 to 1."""

    positions: np.ndarray
    colors: np.ndarray


def build_color_grid(x_count: int = 10, y_count: int = 10, z_count: int = 10, *, twist: float = 0) -> ColorGrid:
    """A cube of x_count * y_count * z_count points between -10 and 10, red along x, green along y, blue along z. twist: in radians, of the top against the bottom."""
    import numpy as np

    x, y, z = (a.ravel() for a in np.meshgrid(*(np.linspace(-10, 10, n) for n in (x_count, y_count, z_count)), indexing="ij"))
    colors = np.meshgrid(*(np.linspace(0, 255, n) for n in (x_count, y_count, z_count)), indexing="ij")
    angle = np.tile(np.linspace(-twist / 2, twist / 2, z_count), x_count * y_count)
    turned = (x * np.cos(angle) - y * np.sin(angle), x * np.sin(angle) + y * np.cos(angle), z)
    return ColorGrid(np.stack(turned, axis=1), np.stack([c.ravel() for c in colors], axis=1).astype(np.uint8))


def build_color_spiral(
    num_points: int = 100, *, radius: float = 2, angular_step: float = 0.02, angular_offset: float = 0, z_step: float = 0.1
) -> ColorSpiral:
    """Points around the z axis, coloured from one end of Turbo to the other. angular_step: turns from one point to the next; angular_offset: the first one's angle in radians; z_step: upwards."""
    import numpy as np

    i = np.arange(num_points)
    angle = i * math.tau * angular_step + angular_offset
    positions = np.stack([np.cos(angle) * radius, np.sin(angle) * radius, i * z_step], axis=1)
    return ColorSpiral(positions, turbo(np.linspace(0, 255, num_points, dtype=int) / 255))


# Colours of the colormap Turbo at equal distances; between them it is all but linear.
_TURBO = (
    "30123b 392a73 4040a1 4456c7 466be3 467ff6 4293ff 37a7fa 29bbec 1dcdd8 18dcc3 1ee8b0 31f299 4cf97e 6bfd64 8aff4d a3fd3c "
    "b8f735 cced34 dee037 edd03a f8c03a fdae35 fe982c fb8022 f56817 ec520f e04009 d23105 c02302 ac1701 950d01 7a0403"
)


def turbo(values: Any) -> np.ndarray:
    """Colours (n, 3) of the colormap Turbo, 0 to 1, for values 0 to 1."""
    import numpy as np

    table = np.array([tuple(bytes.fromhex(color)) for color in _TURBO.split()]) / 255
    at = np.clip(np.asarray(values, dtype=np.float64), 0, 1) * (len(table) - 1)
    return np.stack([np.interp(at, np.arange(len(table)), channel) for channel in table.T], axis=-1)


def bounce_lerp(a: float, b: float, t: Any) -> Any:
    """From a to b while t goes from 0 to 1, back to a until 2, and so on. t: a number or an array."""
    part = t % 2
    if hasattr(t, "shape"):
        import numpy as np

        part = np.where(part > 1, 2 - part, part)
    elif part > 1:
        part = 2 - part
    return (1 - part) * a + part * b


def __getattr__(name: str) -> Any:
    if name not in ("color_grid", "color_spiral"):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = globals()[name] = build_color_grid() if name == "color_grid" else build_color_spiral()
    return value
