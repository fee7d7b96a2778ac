"""Reel: records multimodal data for the Rerun viewer."""

from __future__ import annotations

from typing import Any

from . import _reel
from ._reel import log, set_time


def __getattr__(name: str) -> Any:
    try:
        return _reel.archetype_class(f"rerun.archetypes.{name}")
    except KeyError:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}") from None
