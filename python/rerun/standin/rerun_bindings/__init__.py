"""The names of the official extension that programs and libraries import, on Reel."""

from reel._bindings import *  # noqa: F403
from reel import _bindings


def __getattr__(name):
    return getattr(_bindings, name)
