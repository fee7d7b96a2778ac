"""Record batches of chunks as tables for people, with the look of the official SDK's."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pyarrow as pa

_CELL_MAX = 100  # characters of a value
_REDACTED = "[**REDACTED**]"

# --- types --------------------------------------------------------------------------------------------------------------------------

_NAMES = {
    "null": "Null", "bool": "Boolean", "int8": "Int8", "int16": "Int16", "int32": "Int32", "int64": "Int64", "uint8": "UInt8", "uint16": "UInt16",
    "uint32": "UInt32", "uint64": "UInt64", "halffloat": "Float16", "float": "Float32", "double": "Float64", "string": "Utf8", "large_string": "LargeUtf8",
    "binary": "Binary", "large_binary": "LargeBinary", "date32[day]": "Date32", "date64[ms]": "Date64", "string_view": "Utf8View", "binary_view": "BinaryView",
}  # fmt: skip
_UNITS = {"s": "s", "ms": "ms", "us": "µs", "ns": "ns"}


def _field_type(field: pa.Field) -> str:
    return ("" if field.nullable else "non-null ") + type_text(field.type)


def _item(field: pa.Field) -> str:
    return _field_type(field) + ("" if field.name == "item" else f", field: '{field.name}'")


def type_text(t: pa.DataType) -> str:
    """A type in words."""
    import pyarrow as pa

    is_ = pa.types
    if is_.is_timestamp(t):
        return f"Timestamp({_UNITS[t.unit]}" + (f', "{t.tz}")' if t.tz else ")")
    if is_.is_duration(t) or is_.is_time(t):
        return f"{'Duration' if is_.is_duration(t) else 'Time32' if is_.is_time32(t) else 'Time64'}({_UNITS[t.unit]})"
    if is_.is_decimal(t):
        return f"Decimal{t.bit_width}({t.precision}, {t.scale})"
    if is_.is_fixed_size_binary(t):
        return f"FixedSizeBinary({t.byte_width})"
    if is_.is_fixed_size_list(t):
        return f"FixedSizeList({t.list_size} x {_item(t.value_field)})"
    if is_.is_map(t):
        fields = f'"key": {_field_type(t.key_field)}, "value": {_field_type(t.item_field)}'
        return f'Map("entries": non-null Struct({fields}), {"sorted" if t.keys_sorted else "unsorted"})'
    if is_.is_list(t) or is_.is_large_list(t):
        return f"{'LargeList' if is_.is_large_list(t) else 'List'}({_item(t.value_field)})"
    if is_.is_struct(t):
        return "Struct(" + ", ".join(f'"{f.name}": {_field_type(f)}' for f in t) + ")"
    if is_.is_union(t):
        children = (f'{code}: ("{t.field(i).name}": {_field_type(t.field(i))})' for i, code in enumerate(t.type_codes))
        return f"Union({'Dense' if t.mode == 'dense' else 'Sparse'}, {', '.join(children)})"
    if is_.is_dictionary(t):
        return f"Dictionary({type_text(t.index_type)}, {type_text(t.value_type)})"
    return _NAMES.get(str(t), str(t))


# --- values: in pieces, so that those that are far too long are not made whole ------------------------------------------------------


def _float(text: str) -> str:
    """Python's shortest text for a number, as Rust writes it."""
    if text in ("nan", "inf", "-inf"):
        return {"nan": "NaN"}.get(text, text)
    mantissa, e, exponent = text.partition("e")
    if e and int(exponent) == -5:
        sign = "-" if mantissa.startswith("-") else ""
        return f"{sign}0.0000{mantissa.lstrip('-').replace('.', '')}"
    return f"{mantissa}e{int(exponent)}" if e else text


def _float32(value: float) -> str:
    try:
        wanted = struct.pack("f", value)
    except OverflowError:
        return _float(repr(value))
    texts = (f"{value:.{digits}g}" for digits in range(1 if abs(value) < 1.2e-38 else 6, 10))
    shortest = next((float(text) for text in texts if struct.pack("f", float(text)) == wanted), value)
    return _float(repr(shortest))


def _fraction(nanos: int) -> str:
    if not nanos:
        return ""
    text = f"{nanos:09d}"
    return "." + (text[:3] if text.endswith("000000") else text[:6] if text.endswith("000") else text)


_PER_SECOND = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}


def _timestamp(value: int, unit: str, zone: str | None) -> str:
    import datetime

    seconds, rest = divmod(value, _PER_SECOND[unit])
    fraction = _fraction(rest * (10**9 // _PER_SECOND[unit]))
    try:
        when = datetime.datetime(1970, 1, 1) + datetime.timedelta(seconds=seconds)
    except OverflowError:
        return str(value)
    if not zone or zone in ("UTC", "Z", "+00:00"):
        return when.isoformat(timespec="seconds") + fraction + ("Z" if zone else "")
    try:
        import zoneinfo

        there = when.replace(tzinfo=datetime.timezone.utc).astimezone(zoneinfo.ZoneInfo(zone))
    except (ImportError, KeyError, ValueError):
        return f"{when.isoformat(timespec='seconds')}{fraction} {zone}"
    text = there.isoformat(timespec="seconds")
    return text[:19] + fraction + text[19:]


def _time(value: int, unit: str) -> str:
    seconds, rest = divmod(value, _PER_SECOND[unit])
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}{_fraction(rest * (10**9 // _PER_SECOND[unit]))}"


def _duration(value: int, unit: str) -> str:
    if not value:
        return "P0D"
    seconds, rest = divmod(abs(value), _PER_SECOND[unit])
    digits = f"{rest * (10**9 // _PER_SECOND[unit]):09d}".rstrip("0")
    return f"{'-' if value < 0 else ''}PT{seconds}{'.' + digits if digits else ''}S"


def _joined(parts: Iterator[Iterator[str]], before: str, after: str) -> Iterator[str]:
    yield before
    for i, part in enumerate(parts):
        if i:
            yield ", "
        yield from part
    yield after


def _named(name: str, between: str, value: Iterator[str]) -> Iterator[str]:
    yield name + between
    yield from value


def _pieces(array: pa.Array, i: int) -> Iterator[str]:
    """The text of one value of an array."""
    import pyarrow as pa

    t, is_ = array.type, pa.types
    if is_.is_union(t):
        child = t.type_codes.index(array.type_codes[i].as_py())
        at = array.offsets[i].as_py() if t.mode == "dense" else i
        yield from _named("{" + t.field(child).name, "=", _pieces(array.field(child), at))
        yield "}"
        return
    value = array[i]
    if not value.is_valid:
        yield "null"
    elif is_.is_map(t):
        entries = value.values
        keys, values = entries.field(0), entries.field(1)
        yield from _joined((_named("".join(_pieces(keys, k)), ": ", _pieces(values, k)) for k in range(len(entries))), "{", "}")
    elif is_.is_list(t) or is_.is_large_list(t):
        items, first, end = array.values, array.offsets[i].as_py(), array.offsets[i + 1].as_py()  # not value.values: pyarrow's slices of unions have the codes of the whole
        yield from _joined((_pieces(items, k) for k in range(first, end)), "[", "]")
    elif is_.is_fixed_size_list(t):
        items = value.values
        yield from _joined((_pieces(items, k) for k in range(len(items))), "[", "]")
    elif is_.is_struct(t):
        yield from _joined((_named(f.name, ": ", _pieces(array.field(k), i)) for k, f in enumerate(t)), "{", "}")
    elif is_.is_dictionary(t):
        yield from _pieces(array.dictionary, value.index.as_py())
    elif is_.is_timestamp(t):
        yield _timestamp(value.value, t.unit, t.tz)
    elif is_.is_date64(t):
        yield _timestamp(value.value, "ms", None)
    elif is_.is_time(t):
        yield _time(value.value, t.unit)
    elif is_.is_duration(t):
        yield _duration(value.value, t.unit)
    elif is_.is_float16(t):
        number = float(value.as_py())
        yield str(int(number)) if number.is_integer() else _float32(number)
    elif is_.is_float32(t):
        yield _float32(value.as_py())
    elif is_.is_float64(t):
        yield _float(repr(value.as_py()))
    elif is_.is_boolean(t):
        yield str(value.as_py()).lower()
    elif is_.is_binary(t) or is_.is_large_binary(t) or is_.is_fixed_size_binary(t):
        yield value.as_py()[: _CELL_MAX + 1].hex()
    else:
        yield str(value.as_py())


def value_text(array: pa.Array, i: int) -> str:
    """The text of one value of an array, cut off when it is long."""
    text = ""
    for piece in _pieces(array, i):
        text += piece
        if len(text) > _CELL_MAX:
            return text[: _CELL_MAX - 1] + "…"
    return text


# --- tables -------------------------------------------------------------------------------------------------------------------------

_FEW = 2  # so little room at the end of a line is left empty


def _char_width(c: str) -> int:
    """In columns of a terminal."""
    import unicodedata

    return 0 if unicodedata.category(c) in ("Mn", "Me", "Cf") else 2 if unicodedata.east_asian_width(c) in "WF" else 1


def _width(text: str) -> int:
    return len(text) if text.isascii() else sum(map(_char_width, text))


def _cut(word: str, width: int) -> int:
    """How many characters of a word fit, at least one."""
    at = 0
    while at < len(word) and (width := width - _char_width(word[at])) >= 0:
        at += 1
    return max(at, 1)


def _wrap(line: str, width: int) -> list[str]:
    """A line that is too long, broken at spaces, and within words that no line can hold."""
    lines: list[str] = []
    current = ""
    words = line.split(" ")[::-1]
    while words:
        word = words.pop()
        room = width - _width(current) - bool(current)
        if _width(word) > room:
            if current and (room <= _FEW or _width(word) <= width):
                lines.append(current)
                current = ""
                words.append(word)
                continue
            at = _cut(word, room)
            lines.append((current + " " if current else "") + word[:at])
            words.append(word[at:])
            current = ""
            continue
        current += (" " if current else "") + word
        if _width(current) > width - _FEW:
            lines.append(current)
            current = ""
    return [*lines, current] if current else lines


def _lines(text: str, width: int) -> list[str]:
    return [part for line in text.split("\n") for part in ([line] if _width(line) <= width else _wrap(line, width))]


def _padded(text: str, width: int) -> str:
    return text + " " * (width - _width(text))


def _box(rows: list[list[str]], widths: list[int], has_header: bool) -> str:
    def rule(left: str, fill: str, middle: str, right: str) -> str:
        return left + middle.join(fill * (w + 2) for w in widths) + right

    out = [rule("┌", "─", "┬", "┐")]
    for i, row in enumerate(rows):
        if i:
            out.append(rule("╞", "═", "╪", "╡") if has_header and i == 1 else rule("├", "╌", "┼", "┤"))
        cells = [_lines(text, width) for text, width in zip(row, widths)]
        for k in range(max(len(cell) for cell in cells)):
            out.append("│ " + " ┆ ".join(_padded(cell[k] if k < len(cell) else "", w) for cell, w in zip(cells, widths)) + " │")
    if has_header and len(rows) == 1:
        out.append(rule("╞", "═", "╪", "╡"))
    out.append(rule("└", "─", "┴", "┘"))
    return "\n".join(out)


def _widths(rows: list[list[str]], width: int) -> list[int]:
    """As wide as the contents, and at most an equal share of the width."""
    n = len(rows[0])
    most = max((width - (n + 1)) * (100 // n) // 100 - 2, 1)
    return [min(most, max(_width(line) for row in rows for line in row[i].split("\n"))) for i in range(n)]


def _metadata(metadata: dict[bytes, bytes] | None, trim: bool, redacted: tuple[str, ...] = ()) -> list[str]:
    lines = []
    for key, value in sorted((k.decode(), v.decode("utf-8", "replace")) for k, v in (metadata or {}).items()):
        short = key.split(":", 1)[1] if key.startswith(("rerun:", "sorbet:")) else key
        if short in redacted:
            value = _REDACTED
        elif value.startswith("rerun.") and key != "ARROW:extension:metadata":
            value = value.rsplit(".", 1)[1]
        lines.append(f"{short if trim else key}: {value}")
    return lines


def _row_id(value: Any, redact: bool) -> str:
    if redact:
        return f"row_{_REDACTED}"
    digits = value.as_py().hex()
    return f"row_{digits[:16].upper()}{digits[16:]}"


def _column(field: pa.Field, array: pa.Array, redact: bool, trim: bool) -> list[str]:
    is_row_id = (field.metadata or {}).get(b"ARROW:extension:name") == b"rerun.datatypes.TUID"
    name = field.name.rsplit(".", 1)[1] if field.name.startswith("rerun.controls.") else field.name
    head = "\n".join([name, "---", f"type: {_field_type(field)}" if not field.nullable else f"type: {type_text(field.type)}", *_metadata(field.metadata, trim)])
    return [head, *(_row_id(array[i], redact) if is_row_id else value_text(array, i) for i in range(len(array)))]


def table(batch: pa.RecordBatch, width: int = 240, redact: bool = False, trim: bool = True) -> str:
    """A chunk's record batch as a table within a table that tells its metadata."""
    columns = [_column(field, array, redact, trim) for field, array in zip(batch.schema, batch.columns)]
    rows = [list(row) for row in zip(*columns)]
    inner = _box(rows, _widths(rows, width), True)
    head = "\n".join(["METADATA:", *(f"* {line}" for line in _metadata(batch.schema.metadata, trim, ("id", "version") if redact else ()))])
    outer = [[head], [inner]]
    return _box(outer, [max(_width(line) for row in outer for line in row[0].split("\n"))], False)
