"""The catalog of a server of recordings. It needs such a server and is not part of Reel: its names are here so that programs can be imported, and say so when they are used."""

from __future__ import annotations

from typing import Any

_ABSENT = frozenset(
    "CatalogClient VersionInfo ContentFilter DatasetInfo LayerInfo TimelineInfo DatasetEntry DatasetSelection DatasetView Entry OnDuplicateSegmentLayer TableEntry Layer RegistrationHandle "
    "RegistrationOperation RegistrationResult SegmentRegistrationResult Segment UnregistrationHandle ComponentColumnSelector IndexColumnSelector EntryId EntryKind".split()
)
_HERE = frozenset(("ComponentColumnDescriptor", "IndexColumnDescriptor", "Schema"))

IndexValuesLike = Any


class AlreadyExistsError(Exception):
    """There is one of that name already."""


class NotFoundError(LookupError):
    """There is none of that name."""


_WHY = "the catalog needs a server of recordings and is not part of Reel. Files are read by rerun.chunk.RrdReader"


def __getattr__(name: str) -> Any:
    if name in _HERE:
        from ..chunk import _schema

        value = getattr(_schema, name)
    elif name in _ABSENT:
        from .._absent import absent_class

        value = absent_class(__name__, name, _WHY)
    else:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_ABSENT, *_HERE})
