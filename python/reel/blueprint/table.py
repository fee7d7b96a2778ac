"""Layouts of the tables of a catalog: not part of Reel."""

from __future__ import annotations

from typing import Any

__all__ = ["CardLayout", "Column", "Filter", "FilterColumn", "ListFilters", "PreviewCell", "PreviewsConfig", "SortBy", "StringFilters", "TableBlueprint", "TableLayout", "col"]
_WHY = "tables are shown by the catalog, which is not part of Reel"


def __getattr__(name: str) -> Any:
    from .._absent import absent_class, absent_function

    if name == "SortBy":
        from .encodings import SortBy as value
    elif name in __all__:
        value = (absent_function if name == "col" else absent_class)(__name__, name, _WHY)
    else:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    globals()[name] = value
    return value
