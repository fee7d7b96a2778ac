"""Names of the official package that are not part of Reel: programs can import them, and are told so where they use them."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


class AbsentError(NotImplementedError, AttributeError):
    """It is not part of Reel. As an AttributeError, too, so that hasattr() answers."""


class _AbsentClass(type):
    def __getattr__(cls, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        raise AbsentError(f"{cls.__module__}.{cls.__name__}.{name}: {cls._why}")


def _refuse(self: Any, *args: Any, **kwargs: Any) -> None:
    raise AbsentError(f"{type(self).__module__}.{type(self).__name__}: {self._why}")


def absent_class(module: str, name: str, why: str) -> type:
    """A class that can be named, but not used."""
    return _AbsentClass(name, (), {"__module__": module.replace("reel", "rerun", 1), "__doc__": f"Not part of Reel: {why}", "_why": why, "__init__": _refuse})


def absent_function(module: str, name: str, why: str) -> Callable[..., Any]:
    """A function that raises when it is called."""

    def function(*args: Any, **kwargs: Any) -> Any:
        raise AbsentError(f"{module.replace('reel', 'rerun', 1)}.{name}: {why}")

    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"Not part of Reel: {why}"
    return function
