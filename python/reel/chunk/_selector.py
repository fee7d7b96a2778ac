"""Selectors: paths into the values of Arrow arrays."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pyarrow as pa


class SelectorError(RuntimeError, ValueError):
    """A selector does not fit the values that it was given."""


# --- values on the way through a selector -------------------------------------------------------------------------------------------


class _Values:
    """Values, and for each the row that it is of: steps may make more or fewer of them."""

    __slots__ = ("null_rows", "rows", "values")

    def __init__(self, values: pa.Array, rows: pa.Array, null_rows: frozenset[int] = frozenset()) -> None:
        self.values = values
        self.rows = rows
        self.null_rows = null_rows  # which had nothing but nulls where values were needed

    def same_rows(self, values: pa.Array) -> _Values:
        if len(values) != len(self.values):
            raise SelectorError(f"Selector execution failed: {len(self.values)} values became {len(values)}")
        return _Values(values, self.rows, self.null_rows)


Step = Callable[[_Values], "_Values | None"]
"""None: there is no such field."""


def _type(values: pa.Array) -> str:
    from ._format import type_text

    return type_text(values.type)


def _is_list(values: pa.Array) -> bool:
    import pyarrow as pa

    t = values.type
    return pa.types.is_list(t) or pa.types.is_large_list(t) or pa.types.is_fixed_size_list(t)


def _field(name: str) -> Step:
    def step(given: _Values) -> _Values | None:
        import pyarrow as pa
        import pyarrow.compute as pc

        values = given.values
        if not pa.types.is_struct(values.type):
            raise SelectorError(f"Selector execution failed: cannot access field `.{name}` on unexpected type {_type(values)}")
        if values.type.get_field_index(name) < 0:
            return None
        return given.same_rows(pc.struct_field(values, name))

    return step


def _null_rows(given: _Values) -> frozenset[int]:
    if not given.values.null_count:
        return given.null_rows
    return given.null_rows | (set(given.rows.to_pylist()) - set(given.rows.filter(given.values.is_valid()).to_pylist()))


def _each(given: _Values) -> _Values:
    import pyarrow.compute as pc

    if not _is_list(given.values):
        raise SelectorError(f"Selector execution failed: `.[]` called on unexpected type {_type(given.values)}")
    parents = pc.list_parent_indices(given.values)
    return _Values(pc.list_flatten(given.values), given.rows.take(parents), _null_rows(given))


def _item(index: int) -> Step:
    def step(given: _Values) -> _Values:
        import pyarrow as pa
        import pyarrow.compute as pc

        values = given.values
        if not _is_list(values):
            raise SelectorError(f"Selector execution failed: cannot access `[{index}]` on unexpected type {_type(values)}")
        lengths = pc.list_value_length(values)
        has = pc.fill_null(pc.greater(lengths, index), False)
        picked = pc.list_element(values.filter(has), index)
        places = pc.if_else(has, pc.subtract(pc.cumulative_sum(has.cast(pa.int64())), 1), None)
        return given.same_rows(picked.take(places))

    return step


def _non_null(given: _Values) -> _Values:
    return _Values(given.values, given.rows, _null_rows(given))


def _constant(text: str) -> Step:
    def step(given: _Values) -> _Values:
        import pyarrow as pa

        return given.same_rows(pa.repeat(pa.scalar(text), len(given.values)))

    return step


def _strings(given: _Values, name: str) -> pa.Array:
    import pyarrow as pa

    if not (pa.types.is_string(given.values.type) or pa.types.is_large_string(given.values.type)):
        raise SelectorError(f"Selector execution failed: `{name}` called on unexpected type {_type(given.values)}")
    return given.values


def _string_prefix(prefix: str) -> Step:
    def step(given: _Values) -> _Values:
        import pyarrow.compute as pc

        return given.same_rows(pc.binary_join_element_wise(prefix, _strings(given, "string_prefix"), ""))

    return step


def _string_suffix_nonempty(suffix: str) -> Step:
    def step(given: _Values) -> _Values:
        import pyarrow.compute as pc

        texts = _strings(given, "string_suffix_nonempty")
        return given.same_rows(pc.if_else(pc.equal(texts, ""), texts, pc.binary_join_element_wise(texts, suffix, "")))

    return step


def _map(inner: Step) -> Step:
    def step(given: _Values) -> _Values | None:
        if not _is_list(given.values):
            raise SelectorError(f"Selector execution failed: cannot call `.map()` on unexpected type {_type(given.values)}")
        lists = _per_row(inner, given.values)
        return None if lists is None else given.same_rows(lists)

    return step


def _pack(arguments: list[tuple[str, Step]]) -> Step:
    def step(given: _Values) -> _Values | None:
        import pyarrow as pa
        import pyarrow.compute as pc

        columns = []
        for text, argument in arguments:
            if not text.endswith("!"):
                raise SelectorError(
                    f"Selector execution failed: `pack` path `{text}` is nullable and must be acknowledged with `!` (e.g. `{text}!`), since a null shadows the whole entry"
                )
            result = argument(given)
            if result is None:
                return None
            columns.append(result.values)
        types = {column.type for column in columns}
        if len(types) > 1 or len({len(column) for column in columns}) > 1:
            raise SelectorError(f"Selector execution failed: `pack` needs values of one type, not {', '.join(sorted(str(t) for t in types))}")
        n, size = len(given.values), len(columns)
        order = pa.array([k * n + i for i in range(n) for k in range(size)], pa.int64())
        flat = pa.concat_arrays(columns).take(order)
        is_null = columns[0].is_null()
        for column in columns[1:]:
            is_null = pc.or_(is_null, column.is_null())
        mask = is_null if pc.any(is_null).as_py() else None
        return given.same_rows(pa.FixedSizeListArray.from_arrays(flat, size, mask=mask))

    return step


# --- the language -------------------------------------------------------------------------------------------------------------------

_TOKEN = re.compile(r'\s*(?:(?P<field>\.[A-Za-z_][A-Za-z0-9_\-]*)|(?P<name>[A-Za-z_][A-Za-z0-9_]*)|(?P<number>[0-9]+)|(?P<text>"(?:[^"\\]|\\.)*")|(?P<sign>[.\[\]|!?(),]))')


class _Parser:
    """pipe = path {"|" path};  path = start {".field" | "[" [number] "]" | "!" | "?"};  start = "." | ".field" | "[" ... | text | name ["(" arguments ")"]"""

    def __init__(self, query: str) -> None:
        self.tokens: list[tuple[str, str]] = []
        at = 0
        while query[at:].strip():
            match = _TOKEN.match(query, at)
            if not match:
                rest = query[at:].lstrip()
                raise ValueError(f"Failed to parse selector: unexpected character `{rest[0]}` at column {len(query) - len(rest) + 1} of {query!r}")
            self.tokens.append((match.lastgroup or "", match.group(match.lastgroup or "")))
            at = match.end()
        self.at = 0

    def next(self, what: str = "") -> tuple[str, str]:
        if self.at == len(self.tokens):
            raise ValueError("Failed to parse selector: unexpected end of input")
        token = self.tokens[self.at]
        self.at += 1
        if what and token[1] != what:
            raise ValueError(f"Failed to parse selector: unexpected symbol `{token[1]}`, `{what}` expected")
        return token

    def peek(self) -> str:
        return self.tokens[self.at][1] if self.at < len(self.tokens) else ""

    def whole(self) -> tuple[str, Step]:
        result = self.pipe()
        if self.at < len(self.tokens):
            raise ValueError(f"Failed to parse selector: unexpected symbol `{self.peek()}`")
        return result

    def pipe(self) -> tuple[str, Step]:
        text, step = self.path()
        while self.peek() == "|":
            self.next()
            more, then = self.path()
            text, step = f"{text} | {more}", chained(step, then)
        return text, step

    def path(self) -> tuple[str, Step]:
        kind, token = self.next()
        if kind == "field":
            text, step = token, _field(token[1:])
        elif kind == "text":
            text, step = token, _constant(_unquoted(token))
        elif kind == "name":
            text, step = self.call(token)
        elif token == "." and self.peek() == "[":
            self.next()
            text, step = self.brackets()
        elif token == ".":
            text, step = ".", _identity
        elif token == "[":
            text, step = self.brackets()
        else:
            raise ValueError(f"Failed to parse selector: unexpected symbol `{token}`")
        return self.suffixes(text, step)

    def suffixes(self, text: str, step: Step) -> tuple[str, Step]:
        while self.at < len(self.tokens):
            kind, token = self.tokens[self.at]
            if kind == "field" and text != ".":
                more, then = token, _field(token[1:])
                self.at += 1
            elif token == "[":
                self.at += 1
                more, then = self.brackets()
            elif token == "!":
                self.at += 1
                more, then = token, _non_null
            elif token == "?":
                self.at += 1
                text += token
                continue
            else:
                break
            text, step = text + more, chained(step, then)
        return text, step

    def brackets(self) -> tuple[str, Step]:
        kind, token = self.next()
        if token == "]":
            return "[]", _each
        if kind != "number":
            raise ValueError(f"Failed to parse selector: unexpected symbol `{token}`")
        self.next("]")
        return f"[{token}]", _item(int(token))

    def call(self, name: str) -> tuple[str, Step]:
        arguments: list[tuple[str, Step]] = []
        if self.peek() == "(":
            self.next()
            while name == "pack" or self.peek() != ")":
                arguments.append(self.pipe())
                if self.peek() != ",":
                    break
                self.next()
            self.next(")")
        text = f"{name}({', '.join(argument for argument, _ in arguments)})" if arguments else name
        return text, _function(name, arguments)


def _unquoted(text: str) -> str:
    return re.sub(r"\\(.)", lambda m: {"n": "\n", "t": "\t"}.get(m[1], m[1]), text[1:-1])


def _failing(message: str) -> Step:
    def step(given: _Values) -> _Values:
        raise SelectorError(f"Selector execution failed: {message}")

    return step


_ON_TEXT = {"string_prefix": _string_prefix, "string_suffix_nonempty": _string_suffix_nonempty}


def _function(name: str, arguments: list[tuple[str, Step]]) -> Step:
    if name == "pack" and arguments:
        return _pack(arguments)
    if name == "map" and len(arguments) == 1:
        return _map(arguments[0][1])
    if name in _ON_TEXT and len(arguments) == 1 and arguments[0][0].startswith('"'):
        return _ON_TEXT[name](_unquoted(arguments[0][0]))
    return _failing(f"Wrong arguments for function: `{name}`" if name in ("pack", "map", *_ON_TEXT) else f"Unknown function: `{name}`")


def _identity(given: _Values) -> _Values:
    return given


def chained(first: Step, then: Step) -> Step:
    def step(given: _Values) -> _Values | None:
        result = first(given)
        return None if result is None else then(result)

    return step


def _called(function: Callable[[Any], Any]) -> Step:
    def step(given: _Values) -> _Values | None:
        import pyarrow as pa

        result = function(given.values)
        if isinstance(result, pa.ChunkedArray):
            result = result.combine_chunks()
        return None if result is None else given.same_rows(result)

    return step


# --- rows ---------------------------------------------------------------------------------------------------------------------------


def _per_row(step: Step, lists: pa.Array) -> pa.Array | None:
    """The step on all values of a list array; what becomes of a row's values is its list."""
    import pyarrow as pa
    import pyarrow.compute as pc

    n = len(lists)
    result = step(_Values(pc.list_flatten(lists), pc.list_parent_indices(lists).cast(pa.int64())))
    if result is None:
        return None
    counts = _counts(result.rows, n)
    had = pc.list_value_length(lists).to_pylist()
    offsets = [0]
    for count in counts:
        offsets.append(offsets[-1] + count)
    nulls = [h is None or i in result.null_rows for i, h in enumerate(had)]
    mask = pa.array(nulls) if any(nulls) else None
    return pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), result.values, mask=mask)


def _counts(rows: pa.Array, n: int) -> list[int]:
    counts = [0] * n
    for pair in rows.value_counts():
        counts[pair["values"].as_py()] = pair["counts"].as_py()
    return counts


class Selector:
    """A path into values, in a language like jq's.

    `.field` a struct's field; `[]` each value of a list; `[2]` the third; `!` none may be null; `?` is accepted; `|` goes on with what came out; `"text"` a constant; `pack(.x!, .y!)` numbers of
    several fields as one vector; `map(...)` on each value of lists; `string_prefix("a/")`, `string_suffix_nonempty(".png")`.

    ValueError: it is not of this form."""

    __slots__ = ("_query", "_step")

    def __init__(self, query: str) -> None:
        self._query, self._step = _Parser(query).whole()

    def execute(self, source: pa.Array) -> pa.Array | None:
        """What the selector makes of an array. None: a field does not exist."""
        import pyarrow as pa

        result = self._step(_Values(source, pa.array(range(len(source)), pa.int64())))
        return None if result is None else result.values

    def execute_per_row(self, source: pa.Array) -> pa.Array | None:
        """What it makes of the values of each row of a list array: as many rows, each a list."""
        if not _is_list(source):
            raise TypeError(f"execute_per_row: an array of the type {source.type} was given, one of lists expected")
        return _per_row(self._step, source)

    def pipe(self, func: Callable[[pa.Array], pa.Array | None] | Selector) -> Selector:
        """A selector whose result goes through another selector, or through a function of a pyarrow.Array that gives one of the same length, or None."""
        piped = Selector.__new__(Selector)
        if isinstance(func, Selector):
            piped._query = f"{self._query} | {func._query}" if self._query is not None and func._query is not None else None
            piped._step = chained(self._step, func._step)
        else:
            piped._query = None
            piped._step = chained(self._step, _called(func))
        return piped

    def __str__(self) -> str:
        return self._query if self._query is not None else "<function>"

    def __repr__(self) -> str:
        return 'Selector("' + str(self).replace("\\", "\\\\").replace('"', '\\"') + '")'

    def __reduce__(self) -> tuple[type[Selector], tuple[str]]:
        if self._query is None:
            raise TypeError("Cannot pickle Selector: a function is part of it; pipe through another Selector instead")
        return (type(self), (self._query,))


def as_selector(selector: Selector | str) -> Selector:
    return Selector(selector) if isinstance(selector, str) else selector


__all__ = ["Selector", "SelectorError", "as_selector"]
