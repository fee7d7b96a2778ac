"""What Python needs around a fork: no module of ours may be half imported in the child.

A thread that imports a module holds its lock, and does not exist in the child: who imports the module there would wait for ever."""

from __future__ import annotations

import importlib
import sys
from _thread import get_ident

# What calls that record import when they are first made. Nothing that imports `logging`: that has a handler for the end of a fork, which must not come in at its beginning.
_NEEDED = "_baseclasses _properties _send_columns _support any_value archetypes components encodings error_utils time".split()


def _under_way() -> list[str]:
    """Modules that some thread is importing just now: those whose lock is there."""
    locks = getattr(getattr(importlib, "_bootstrap", None), "_module_locks", {})
    return [name for name in list(locks) if name.partition(".")[0] in (__package__, "rerun")]


def before_fork() -> None:
    """Imports what children are going to need, once, and waits for what is being imported."""
    for name in [*(f"{__package__}.{name}" for name in _NEEDED), *_under_way()]:
        try:
            importlib.import_module(name)
        except Exception:  # its own thread is told
            pass


def after_fork_in_child() -> None:
    """An import that began after all in that short time begins anew here."""
    locks = getattr(getattr(importlib, "_bootstrap", None), "_module_locks", {})
    for name in _under_way():
        lock = locks[name]()
        if lock is not None and getattr(lock, "owner", None) not in (None, get_ident()):
            locks.pop(name, None)
            sys.modules.pop(name, None)
