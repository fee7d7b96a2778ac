"""Parts of tables, which may change with any release."""

from __future__ import annotations

from .archetypes import CardLayout, PreviewsConfig, TableBlueprint, TableColumn, TableColumnPreview, TableLayout

__all__ = ["CardLayout", "PreviewsConfig", "TableBlueprint", "TableColumn", "TableColumnPreview", "TableLayout"]
