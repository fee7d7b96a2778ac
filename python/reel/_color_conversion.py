"""Colours as packed numbers, and from linear light to gamma."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy.typing as npt


def u8_array_to_rgba(arr: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """0xRRGGBBAA (uint32) of an n x 3 or n x 4 array of uint8; alpha is 255 when absent."""
    import numpy as np

    channels = np.full((len(arr), 4), 255, dtype=np.uint8)
    channels[:, : arr.shape[1]] = arr
    return channels.view(">u4")[:, 0].astype(np.uint32)


def linear_to_gamma_u8_value(linear: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Linear light 0 to 1 as gamma-encoded numbers 0 to 255 (uint8), by the curve of sRGB; what lies outside is moved to the nearest end."""
    import numpy as np

    light = np.clip(linear, 0.0, 1.0)
    return np.round(np.where(light <= 0.0031308, 3294.6 * light, 269.025 * light ** (1 / 2.4) - 14.025)).astype(np.uint8)


def linear_to_gamma_u8_pixel(linear: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """The same for pixels (... x 3 or ... x 4); alpha stays linear."""
    import numpy as np

    pixels = linear_to_gamma_u8_value(linear)
    if linear.shape[-1] == 4:
        pixels[..., 3] = np.clip(np.round(linear[..., 3] * 255), 0, 255)
    return pixels
