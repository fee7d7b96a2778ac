"""How rectangles are given."""

from __future__ import annotations

import enum


class Box2DFormat(enum.Enum):
    """Which four numbers a rectangle is, as `Boxes2D(array=..., array_format=...)` takes them."""

    XYWH = "XYWH"
    """left, top, width, height"""
    YXHW = "YXHW"
    """top, left, height, width"""
    XYXY = "XYXY"
    """left, top, right, bottom"""
    YXYX = "YXYX"
    """top, left, bottom, right"""
    XCYCWH = "XCYCWH"
    """centre x, centre y, width, height"""
    XCYCW2H2 = "XCYCW2H2"
    """centre x, centre y, half the width, half the height"""
