"""The four kinds of containers."""

from __future__ import annotations

from typing import Any

from .api import Container


class Horizontal(Container):
    """Side by side. column_shares: widths, relative to each other."""

    def __init__(self, *args: Any, contents: Any = None, column_shares: Any = None, name: Any = None, visible: Any = None) -> None:
        super().__init__(*args, contents=contents, kind="Horizontal", column_shares=column_shares, name=name, visible=visible)


class Vertical(Container):
    """One above the other. row_shares: heights, relative to each other."""

    def __init__(self, *args: Any, contents: Any = None, row_shares: Any = None, name: Any = None, visible: Any = None) -> None:
        super().__init__(*args, contents=contents, kind="Vertical", row_shares=row_shares, name=name, visible=visible)


class Grid(Container):
    """In rows and columns. column_shares, row_shares: widths and heights; grid_columns: how many columns."""

    def __init__(self, *args: Any, contents: Any = None, column_shares: Any = None, row_shares: Any = None, grid_columns: int | None = None, name: Any = None, visible: Any = None) -> None:
        super().__init__(*args, contents=contents, kind="Grid", column_shares=column_shares, row_shares=row_shares, grid_columns=grid_columns, name=name, visible=visible)


class Tabs(Container):
    """One at a time. active_tab: the index or the name of the one in front."""

    def __init__(self, *args: Any, contents: Any = None, active_tab: int | str | None = None, name: Any = None, visible: Any = None) -> None:
        super().__init__(*args, contents=contents, kind="Tabs", active_tab=active_tab, name=name, visible=visible)
