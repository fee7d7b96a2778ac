"""Robots as URDF files describe them: not part of Reel."""

from __future__ import annotations

from typing import Any

__all__ = ["UrdfJoint", "UrdfLink", "UrdfMimic", "UrdfTree"]


class _Absent:
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        raise NotImplementedError(f"rerun.urdf.{type(self).__name__}: URDF files are not read by Reel. rr.log_file_from_path() hands one to a viewer, which reads it")


class UrdfMimic(_Absent):
    """A joint that follows another one."""


class UrdfJoint(_Absent):
    """A joint between two links."""


class UrdfLink(_Absent):
    """A link of a robot."""


class UrdfTree(_Absent):
    """A robot."""

    @staticmethod
    def from_file_path(*args: Any, **kwargs: Any) -> UrdfTree:
        """NotImplementedError: URDF files are not read by Reel."""
        return UrdfTree()
