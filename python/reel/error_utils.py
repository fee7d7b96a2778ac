"""Strict mode, and how what a program does wrong is told.

In strict mode errors are raised. Otherwise they are told by a RerunWarning, what cannot be logged is left out, and the program goes on."""

from __future__ import annotations

import functools
import os
import sys
import threading
import warnings
from typing import Any, Callable, TypeVar

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


def _depth_to_user_code() -> int:
    """How many frames up the first one is that is not of this package: where a warning points."""
    frame, depth = sys._getframe(1), 1
    while frame is not None and frame.f_code.co_filename.startswith(_PACKAGE):
        frame, depth = frame.f_back, depth + 1
    return depth


def warn(message: str, category: type[Warning] = RerunWarning) -> None:
    """Warns, at the place in the program that is not ours."""
    warnings.warn(message, category, stacklevel=_depth_to_user_code())


def warn_or_raise(message: str, error: Exception, strict: bool | None = None) -> None:
    """Raises an error of the same kind with this message, or warns."""
    if strict if strict is not None else strict_mode():
        kind = type(error) if type(error) in (TypeError, ValueError, OverflowError, NotImplementedError, FileNotFoundError, OSError, MemoryError) else None
        raise (kind(message) if kind else error) from (error if kind else None)
    warn(message)


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

    def __enter__(self) -> catch_and_log_exceptions:
        self.original_strict = getattr(_rerun_exception_ctx, "strict_mode", None)
        if self.strict is not None:
            _rerun_exception_ctx.strict_mode = self.strict
        return self

    def __exit__(self, exc_type: Any, exc_val: Any, exc_tb: Any) -> bool:
        try:
            if exc_val is None or not isinstance(exc_val, Exception) or strict_mode():
                return False
            warn(f"{self.context or 'error'}: {exc_type.__name__}({exc_val})")
            return True
        finally:
            _rerun_exception_ctx.strict_mode = self.original_strict

    def __call__(self, function: _F) -> _F:
        @functools.wraps(function)
        def wrapper(*args: Any, **kwargs: Any) -> Any:
            strict = kwargs.get("strict", self.strict)
            with catch_and_log_exceptions(self.context or function.__qualname__, strict=strict):
                return function(*args, **kwargs)
            return self.exception_return_value

        return wrapper  # type: ignore[return-value]
