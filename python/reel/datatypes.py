"""The older name of reel.encodings."""

from __future__ import annotations

from typing import Any

from . import encodings
from ._values import one_type_modules
from .encodings import __all__ as __all__

__path__: list[str] = []
one_type_modules(__name__, encodings._NAMES)


def __getattr__(name: str) -> Any:
    return getattr(encodings, name)
