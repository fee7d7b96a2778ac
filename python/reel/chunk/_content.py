"""Which entities a filter means: `/world/**`, `+ /a`, `- /a/b/**`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


def normalize(content: Any) -> list[str] | None:
    """Filter expressions as a list. None: everything."""
    if content is None:
        return None
    if hasattr(content, "to_exprs"):
        return list(content.to_exprs())
    return [content] if isinstance(content, str) else list(content)


class EntityFilter:
    """Rules of entity paths: of those that fit a path the most specific one holds. Properties are only meant by rules that name them."""

    def __init__(self, expressions: Sequence[str]) -> None:
        self._rules: dict[tuple[str, bool], bool] = {}  # (path, with all below) -> included
        for expression in expressions:
            for line in expression.split("\n"):
                line = line.strip()
                if not line or line.startswith("#"):
                    continue
                is_included = not line.startswith("-")
                path = line[1:].strip() if line[0] in "+-" else line
                is_tree = path == "/**" or path.endswith("/**") or path == "**"
                path = "/" + (path[: -len("**")] if is_tree else path).strip("/")
                self._rules[(path, is_tree)] = is_included
        self._rules.setdefault(("/__properties", True), False)

    def __contains__(self, entity: str) -> bool:
        rules = self._rules
        if (entity, False) in rules:
            return rules[(entity, False)]
        path = entity
        while True:
            if (path, True) in rules:
                return rules[(path, True)]
            if path == "/":
                return False
            path = path.rsplit("/", 1)[0] or "/"
