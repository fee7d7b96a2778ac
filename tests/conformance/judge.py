"""The judges: the official command line and reader. Nothing here knows Reel."""
import datetime
import os
import struct
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
from rerun.chunk import RrdReader

from rrd_bytes import batches

RERUN = os.environ.get("REEL_RERUN", str(Path(sys.executable).parent / "rerun"))


def rerun(*arguments, timeout=120):
    done = subprocess.run([RERUN, *map(str, arguments)], capture_output=True, text=True, timeout=timeout)
    return done.returncode, done.stdout + done.stderr


def verify(path, *options):
    code, said = rerun("rrd", "verify", *options, path)
    assert code == 0 and "WARN" not in said and "ERROR" not in said, said


def compare(ours, official):
    """`rrd compare` alone also compares where chunks were cut; after `rrd optimize` with limits that nothing reaches it judges the rows."""
    optimized, limits = [], ["--max-size", "1TiB", "--max-rows", "1000000000", "--max-rows-if-unsorted", "1000000000"]
    for path in (ours, official):
        optimized.append(path.with_suffix(".optimized.rrd"))
        code, said = rerun("rrd", "optimize", *limits, path, "-o", optimized[-1])
        assert code == 0 and "ERROR" not in said, said
    code, said = rerun("rrd", "compare", "--unordered", *optimized)
    assert code == 0, said[-3000:]


def plain(value):
    """A value as bytes and tuples, so that NaN equals itself, and -0.0 is not 0.0."""
    if isinstance(value, float):
        return struct.pack("<d", value)
    if isinstance(value, dict):
        return tuple((k, plain(v)) for k, v in value.items())
    if isinstance(value, list):
        return bytes(value) if value and all(type(v) is int and 0 <= v < 256 for v in value) else tuple(map(plain, value))
    return value if value is None or isinstance(value, (int, str, bytes, bool, datetime.datetime)) else plain(float(value))


def chunks(path, random_access=False):
    reader = RrdReader(str(path))
    stream = reader.store().stream() if random_access else reader.stream()
    return [(str(c.entity_path), c.is_static, c.to_record_batch()) for c in stream.to_chunks()]


def has_union(kind):
    return pa.types.is_union(kind) or any(has_union(kind.field(i).type) for i in range(kind.num_fields))


def values_of(array):
    """As to_pylist, but a value of a union is [its code, the value]: two variants may hold the same number, or none."""
    if not has_union(array.type) or not len(array):  # an array of no values may have no offsets, which pyarrow would read
        return array.to_pylist()
    if pa.types.is_union(array.type):
        assert array.offset == 0  # type_codes and offsets would not know of it
        children = [values_of(array.field(i)) for i in range(array.type.num_fields)]
        return [[code, children[code][at]] for code, at in zip(array.type_codes.to_pylist(), array.offsets.to_pylist())]
    if pa.types.is_struct(array.type):
        names = [array.type.field(i).name for i in range(array.type.num_fields)]
        made = [dict(zip(names, row)) for row in zip(*(values_of(array.field(i)) for i in range(len(names))))]
    else:
        items, offsets = values_of(array.values), array.offsets.to_pylist()
        made = [items[a:b] for a, b in zip(offsets, offsets[1:])]
    return [value if valid else None for value, valid in zip(made, array.is_valid().to_pylist())]


class Column:
    """What an entity has of one component: its rows by row id, with their times, and what is said of the type."""

    def __init__(self):
        self.rows = []  # (row id, {timeline: time} or None if static, value)
        self.types = set()

    def __repr__(self):
        return f"{len(self.rows)} rows of {self.types}: {[row[1:] for row in self.rows[:6]]}"[:1500]


def read(path, with_log_time=False, random_access=False):
    """{(entity path, component): Column}, each column's rows in the order of their ids."""
    columns = {}
    for entity, is_static, batch in chunks(path, random_access):
        metadata = [{k.decode(): v.decode() for k, v in (f.metadata or {}).items()} for f in batch.schema]
        kinds = [m["rerun:kind"] for m in metadata]
        ids = batch.column(kinds.index("control")).to_pylist()
        times = {batch.schema.names[i]: (str(batch.schema.field(i).type), batch.column(i).cast(pa.int64()).to_pylist()) for i, k in enumerate(kinds) if k == "index"}
        assert is_static == (not times), f"{entity}: static {is_static} with the timelines {list(times)}"
        for i in (i for i, kind in enumerate(kinds) if kind == "data"):
            name = metadata[i].get("rerun:component", batch.schema.names[i])
            column = columns.setdefault((entity, name), Column())
            column.types.add(described(batch.schema.field(i)))
            for row, value in enumerate(values_of(batch.column(i))):
                if value is not None:
                    when = None if is_static else {t: (kind, v[row]) for t, (kind, v) in times.items() if with_log_time or t != "log_time"}
                    column.rows.append((bytes(ids[row]), when, plain(value)))
    for column in columns.values():
        column.rows.sort(key=lambda row: row[0])
    return columns


def described(column):
    """All that is said of a column: types, nullability and metadata, to the innermost. (The order of metadata is the reader's.)"""
    kind = column.type
    inner = [described(kind.field(i)) for i in range(kind.num_fields)]
    more = (str(kind.id), kind.list_size if pa.types.is_fixed_size_list(kind) else 0, tuple(kind.type_codes) if pa.types.is_union(kind) else ()) if inner else str(kind)
    return column.name, column.nullable, tuple(sorted((column.metadata or {}).items())), more, tuple(inner)


def schema_on_disk(path):
    """{(entity path, column): what is said of it}, as it stands in the file."""
    said = {}
    for entity, batch in batches(path.read_bytes()):
        for column in batch.schema:
            said.setdefault((entity, column.name), set()).add(described(column))
    return said


def differences(ours, official):
    """{(entity, component): what differs}; row ids need not be equal, their order is."""
    found = {}
    for key in sorted(ours.keys() | official.keys()):
        a, b = ours.get(key), official.get(key)
        if a is None or b is None:
            found[key] = f"only in the {'official' if a is None else 'Reel'} recording: {b or a}"
        elif a.types != b.types:
            found[key] = f"types: Reel {sorted(a.types, key=str)}\n    official {sorted(b.types, key=str)}"
        elif len(a.rows) != len(b.rows):
            found[key] = f"rows: Reel has {len(a.rows)}, official {len(b.rows)}\n    Reel {a}\n    official {b}"
        else:
            for i, ((_, *x), (_, *y)) in enumerate(zip(a.rows, b.rows)):
                if x != y:
                    found[key] = f"row {i}\n    Reel     {str(x)[:700]}\n    official {str(y)[:700]}"
                    break
    return found


def tell(found):
    return "\n".join(f"{entity} {component}: {what}" for (entity, component), what in found.items())


def sorted_claims_that_lie(path):
    """(entity path, column) of chunks that say of a column that it is sorted when it is not, and of row ids that are not ascending. Readers trust the claim."""
    lies = []
    for entity, batch in batches(path.read_bytes()):
        for i, f in enumerate(batch.schema):
            values = batch.column(i) if f.metadata[b"rerun:kind"] == b"control" else batch.column(i).cast(pa.int64()) if f.metadata[b"rerun:kind"] == b"index" else None
            if values is not None and f.metadata.get(b"rerun:is_sorted") == b"true":
                values = values.to_pylist()
                if any(a > b for a, b in zip(values, values[1:])):
                    lies.append((entity, f.name))
            elif values is not None and f.metadata[b"rerun:kind"] == b"control":
                lies.append((entity, f.name))
    return lies
