"""What the constructors written in Python share."""

from __future__ import annotations

import functools
from typing import Any, Callable

from .. import _reel
from ..error_utils import strict_mode, warn, warn_or_raise


def base_of(name: str) -> type:
    """The extension's class of an archetype by its full name, from which a Python class derives."""
    return _reel.archetype_class(name)


def base(name: str) -> type:
    """The same of an archetype of data."""
    return base_of(f"rerun.archetypes.{name}")


def written(cls: Any = None, *, raises: bool = False) -> Any:
    """Of a class with a constructor in Python: it belongs to the package of archetypes, its documentation goes on with that of the fields, and an error in the constructor becomes a warning and an
    object without any field, unless strict mode is on (raises: in any mode)."""
    if cls is None:
        return functools.partial(written, raises=raises)
    name = cls.__name__
    cls.__module__ = cls.__module__.rsplit(".", 1)[0]
    cls.__doc__ = f"{cls.__mro__[1].__doc__}\n\nThe constructor: {cls.__doc__ or ''}"
    if raises:
        return cls
    construct = cls.__init__

    @functools.wraps(construct)
    def __init__(self: Any, *args: Any, **kwargs: Any) -> None:
        try:
            construct(self, *args, **kwargs)
        except Exception as error:
            if isinstance(error, TypeError) and error.__traceback__ is not None and error.__traceback__.tb_next is None:
                raise  # the call itself: an argument that there is not
            self.__attrs_clear__()
            if strict_mode():
                if str(error).startswith(name):
                    raise
                warn_or_raise(f"{name}: {error}", error, True)
            warn(f"{name}: {type(error).__name__}({error})")

    cls.__init__ = __init__
    return cls
