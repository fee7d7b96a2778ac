"""Strict mode, and how what a program does wrong is told.

In strict mode errors are raised. Otherwise they are told by a RerunWarning, what cannot be logged is left out, and the program goes on."""

from __future__ import annotations

import functools
import os
import sys
import threading
import warnings
from typing import Any, Callable, TypeVar

from . import _reel

_F = TypeVar("_F", bound=Callable[..., Any])
_PACKAGE = os.path.dirname(os.path.abspath(__file__))


class RerunWarning(Warning):
    """What was done wrong, and did not stop the program."""


def default_strict_mode() -> bool:
    """What the variable RERUN_STRICT says; without it False."""
    text = os.environ.get("RERUN_STRICT", "off").lower()
    if text in ("0", "false", "off", "no"):
        return False
    if text in ("1", "true", "on", "yes"):
        return True
    print(f"RERUN_STRICT is {text!r}: 0/1, false/true, off/on or no/yes expected", file=sys.stderr)
    return False


_strict_mode = default_strict_mode()
_rerun_exception_ctx = threading.local()


def strict_mode() -> bool:
    """Whether errors are raised (True) or told by warnings (False)."""
    mode = getattr(_rerun_exception_ctx, "strict_mode", None)
    return _strict_mode if mode is None else mode


def set_strict_mode(mode: bool) -> None:
    """Turns strict mode on or off."""
    global _strict_mode
    _strict_mode = bool(mode)
    if mode:
        _reel._note_strict_mode()


def _place(frame: Any) -> tuple[str, int, dict[str, Any]]:
    """(file, line, globals) of the first frame from this one up that is not of this package: where a warning points."""
    while frame.f_back is not None and frame.f_code.co_filename.startswith(_PACKAGE):
        frame = frame.f_back
    return (frame.f_code.co_filename, frame.f_lineno, frame.f_globals)


_ending_thread: int | None = None  # the one that ends the program, once it does


def end_begins() -> None:
    """From now on other threads do not warn: they are daemons that log to what is closed by now, and one that is stopped while it holds sys.stderr takes the interpreter down with it."""
    global _ending_thread
    _ending_thread = threading.get_ident()


def warn(message: str, category: type[Warning] = RerunWarning) -> None:
    """Warns, at the place in the program that is not ours: the call for which the outermost catch_and_log_exceptions was entered, else the nearest."""
    if _ending_thread is not None and _ending_thread != threading.get_ident():
        return
    file, line, names = getattr(_rerun_exception_ctx, "place", None) or _place(sys._getframe(1))
    warnings.warn_explicit(message, category, file, line, names.get("__name__", ""), names.setdefault("__warningregistry__", {}))


def warn_or_raise(message: str, error: Exception, strict: bool | None = None) -> None:
    """Raises an error of the same kind with this message, or warns."""
    if strict if strict is not None else strict_mode():
        kind = type(error) if type(error) in (TypeError, ValueError, OverflowError, NotImplementedError, FileNotFoundError, OSError, MemoryError) else None
        raise (kind(message) if kind else error) from (error if kind else None)
    warn(message)


def taken(argument: str, function: Callable[..., Any], *values: Any) -> Any:
    """What the function makes of an argument; its error names that argument."""
    try:
        return function(*values)
    except (TypeError, ValueError, OverflowError) as error:
        if str(error).startswith(f"{argument}: "):
            raise
        kind = next(kind for kind in (TypeError, OverflowError, ValueError) if isinstance(error, kind))
        raise kind(f"{argument}: {error}") from error


def _send_warning_or_raise(
    message: str, depth_to_user_code: int = 1, *, recording: Any = None, exception_type: type[Exception] = ValueError, warning_type: type[Warning] = RerunWarning
) -> None:
    if strict_mode():
        raise exception_type(message)
    warn(message, warning_type)


class catch_and_log_exceptions:
    """A context manager and a decorator: exceptions within become warnings, unless strict mode is on. strict: instead of the mode that is set."""

    def __init__(self, context: str | None = None, *, depth_to_user_code: int = 1, exception_return_value: Any = None, strict: bool | None = None) -> None:
        self.context = context
        self.exception_return_value = exception_return_value
        self.strict = strict
        self.depth_to_user_code = depth_to_user_code

    def __enter__(self) -> catch_and_log_exceptions:
        self.original_strict = getattr(_rerun_exception_ctx, "strict_mode", None)
        self.is_outermost = getattr(_rerun_exception_ctx, "place", None) is None
        if self.is_outermost:
            frame = sys._getframe(1)
            for _ in range(self.depth_to_user_code):
                frame = frame.f_back or frame
            _rerun_exception_ctx.place = _place(frame)
        if self.strict is not None:
            _rerun_exception_ctx.strict_mode = self.strict
            if self.strict:
                _reel._note_strict_mode()
        return self

    def __exit__(self, exc_type: Any, exc_val: Any, exc_tb: Any) -> bool:
        try:
            if exc_val is None or not isinstance(exc_val, Exception) or strict_mode():
                return False
            warn(f"{self.context or 'error'}: {exc_type.__name__}({exc_val})")
            return True
        finally:
            _rerun_exception_ctx.strict_mode = self.original_strict
            if self.is_outermost:
                _rerun_exception_ctx.place = None

    def __call__(self, function: _F) -> _F:
        @functools.wraps(function)
        def wrapper(*args: Any, **kwargs: Any) -> Any:
            strict = kwargs.get("strict", self.strict)
            with catch_and_log_exceptions(self.context or function.__qualname__, strict=strict):
                return function(*args, **kwargs)
            return self.exception_return_value

        return wrapper  # type: ignore[return-value]


def deprecated_param(name: str, *, use_instead: str | None = None, since: str | None = None) -> Callable[[_F], _F]:
    """Decorates a function one of whose parameters is of the past: a DeprecationWarning when it is given by keyword."""

    def decorate(function: _F) -> _F:
        @functools.wraps(function)
        def wrapper(*args: Any, **kwargs: Any) -> Any:
            if name in kwargs:
                when = f" since version {since}" if since else ""
                instead = f", use {use_instead} instead" if use_instead else ""
                warnings.warn(f"parameter '{name}' of {function.__name__}() is deprecated{when}{instead}", DeprecationWarning, stacklevel=2)
            return function(*args, **kwargs)

        return wrapper  # type: ignore[return-value]

    return decorate


class RerunMissingDependencyError(ImportError):
    """A package that is needed for this is not installed."""

    def __init__(self, package: str, optional_dep: str) -> None:
        super().__init__(f"'{package}' could not be imported: install it to use this")


class RerunIncompatibleDependencyVersionError(ImportError):
    """A package that is needed for this is of a version that does not work with it."""

    def __init__(self, package: str, actual_version: str, compatible_versions: list[int], *, optional_dep: str) -> None:
        versions = ", ".join(map(str, compatible_versions))
        super().__init__(f"'{package}' {actual_version} does not work with this: one of the major versions {versions} expected")
