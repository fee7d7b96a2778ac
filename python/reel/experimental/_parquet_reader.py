"""Parquet files as recordings."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from ..chunk import LazyChunkStream
from ..chunk._lazy_chunk_stream import Source
from ..chunk._record_batch import list_column, made_of

if TYPE_CHECKING:
    import pyarrow as pa

    from ..chunk import Chunk, IndexColumn

_GROUPINGS = ("prefix", "individual", "explicit_prefixes")
_NANOS = {"ns": 1, "us": 10**3, "ms": 10**6, "s": 10**9}
_FACTS = ("file_metadata", "ParquetMetadata", "rerun.components.KeyValuePairs")


def _one_each(array: pa.Array) -> pa.Array:
    """Every value, a list too, as one value of its row."""
    import pyarrow as pa

    return list_column(pa.array(range(len(array) + 1), pa.int32()), array)


class _Rows(Source):
    """What one call of `stream` asks for."""

    def __init__(self, path: Path, prefix: str, static: list[str], indexes: list[IndexColumn] | None, groups: dict[str, list[tuple[str, str]]], use_structs: bool) -> None:
        self.path = path
        self.prefix = prefix
        self.static = static
        self.indexes = indexes
        self.groups = groups  # entity -> [(column, name)]
        self.use_structs = use_structs

    def run(self) -> Iterator[Chunk]:
        return self._chunks()

    def _chunks(self) -> Iterator[Chunk]:
        import pyarrow.parquet as pq

        n, constant = 0, {}
        with pq.ParquetFile(self.path) as file:
            yield from self._facts(file)
            for batch in file.iter_batches(65536):
                for name in self.static:
                    self._look_at_static(name, batch.column(name), constant)
                if n == 0 and self.static and batch.num_rows:
                    yield made_of(self.prefix or "/", [], [(name, None, None, _one_each(batch.column(name).slice(0, 1))) for name in self.static])
                times = self._times(batch, n)
                for entity, columns in self.groups.items():
                    yield made_of(entity, times, self._components(batch, columns), is_sorted=True)
                n += batch.num_rows

    def _facts(self, file: pa.parquet.ParquetFile) -> Iterator[Chunk]:
        """The file's own keys and values."""
        import pyarrow as pa

        facts = [{"first": k.decode("utf-8", "replace"), "second": v.decode("utf-8", "replace")} for k, v in sorted((file.metadata.metadata or {}).items())]
        if facts:
            pair = pa.struct([pa.field("first", pa.string(), False), pa.field("second", pa.string(), False)])
            pairs = pa.array([facts], pa.list_(pa.field("item", pair, False)))
            yield made_of("/__properties", [], [(*_FACTS, _one_each(pairs))])

    def _look_at_static(self, name: str, column: pa.Array, constant: dict[str, object]) -> None:
        for value in column.unique().to_pylist():
            if constant.setdefault(name, value) != value:
                raise ValueError(f"{self.path}: static column {name!r} is non-uniform: it has {constant[name]!r:.50} and {value!r:.50}")

    def _times(self, batch: pa.RecordBatch, n: int) -> list[tuple[str, pa.Array]]:
        import pyarrow as pa

        if self.indexes is None:
            return [("row_index", pa.array(range(n, n + batch.num_rows), pa.int64()))]
        return [(index.path, self._time(index, batch.column(index.path))) for index in self.indexes]

    def _time(self, index: IndexColumn, column: pa.Array) -> pa.Array:
        import pyarrow as pa
        import pyarrow.compute as pc

        t = column.type
        if column.null_count:
            raise ValueError(f"{self.path}: index column {index.path!r} has {column.null_count} nulls")
        if pa.types.is_timestamp(t) or pa.types.is_duration(t):
            scale = _NANOS[t.unit]
        elif pa.types.is_integer(t) or pa.types.is_floating(t):
            scale = _NANOS[index.input_unit or "ns"] if index.kind != "sequence" else 1
        else:
            raise ValueError(f"{self.path}: index column {index.path!r} is of the type {t}, which no times are")
        if pa.types.is_floating(t):
            values = pc.cast(pc.round(pc.multiply(column, float(scale))) if scale > 1 else column, pa.int64(), safe=False)
        else:
            values = pc.multiply_checked(column.cast(pa.int64()), scale)
        return values if index.kind == "sequence" else values.cast(pa.timestamp("ns") if index.kind == "timestamp" else pa.duration("ns"))

    def _components(self, batch: pa.RecordBatch, columns: list[tuple[str, str]]) -> list[tuple[str, None, None, pa.Array]]:
        import pyarrow as pa

        if len(columns) > 1 and self.use_structs:
            struct = pa.StructArray.from_arrays([batch.column(column) for column, _ in columns], [name for _, name in columns])
            return [("data", None, None, _one_each(struct))]
        return [(name, None, None, _one_each(batch.column(column))) for column, name in columns]


class ParquetReader:
    """The columns of a Parquet file as chunks. Columns become components, most often of structs, from which lenses make the components of archetypes.

    FileNotFoundError: there is no such file. Needs pyarrow."""

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self._path = Path(path)
        if not self._path.exists():
            raise FileNotFoundError(f"Parquet file not found: {self._path}")

    def stream(
        self,
        *,
        entity_path_prefix: str | None = None,
        column_grouping: str = "prefix",
        delimiter: str = "_",
        prefixes: list[str] | None = None,
        use_structs: bool = True,
        static_columns: list[str] | None = None,
        index_columns: list[IndexColumn] | None = None,
    ) -> LazyChunkStream:
        """The file's rows as a stream.

        column_grouping: "prefix": columns with the same text before the delimiter are of one entity; "explicit_prefixes": those that begin with one of `prefixes`; "individual": each has an entity of its own.
        use_structs: the columns of an entity are the fields of one component `data`, unless there is only one; else each is a component.
        static_columns: have one value in the whole file, and no time. index_columns: the timelines; None: `row_index`, which counts rows. entity_path_prefix: before all entities.

        ValueError: the file is no Parquet file; a column that is named does not exist; `prefixes` and `column_grouping` do not fit."""
        if column_grouping not in _GROUPINGS:
            raise ValueError(f"Unknown column_grouping {column_grouping!r}: {', '.join(_GROUPINGS)} expected")
        if (prefixes is not None) != (column_grouping == "explicit_prefixes"):
            raise ValueError("prefixes go with column_grouping='explicit_prefixes', and only with it")
        names = self._columns()
        indexes, static = [index.path for index in index_columns or []], list(static_columns or [])
        for what, wanted in (("Index", indexes), ("Static", static)):
            for name in wanted:
                if name not in names:
                    raise ValueError(f"{what} column {name!r} was not found in {self._path}; there are {', '.join(names)}")
        start = "/" + entity_path_prefix.strip("/") if entity_path_prefix and entity_path_prefix.strip("/") else ""
        groups: dict[str, list[tuple[str, str]]] = {}
        for column in names:
            if column not in indexes and column not in static:
                group, name = _place(column, column_grouping, delimiter, prefixes or [])
                groups.setdefault(group, []).append((column, name))
        ordered = groups if column_grouping != "prefix" else dict(sorted(groups.items()))
        entities = {f"{start}/{group}" if group else start or "/": columns for group, columns in ordered.items()}
        return LazyChunkStream(_Rows(self._path, start, static, index_columns, entities, use_structs))

    def _columns(self) -> list[str]:
        import pyarrow as pa
        import pyarrow.parquet as pq

        try:
            return list(pq.read_schema(self._path).names)
        except pa.ArrowInvalid as error:
            raise ValueError(f"{self._path} is no Parquet file: {error}") from error

    @property
    def path(self) -> Path:
        """Where the file is."""
        return self._path

    def __repr__(self) -> str:
        return f"ParquetReader({self._path})"


def _place(column: str, grouping: str, delimiter: str, prefixes: list[str]) -> tuple[str, str]:
    """(group, name within it) of a column."""
    if grouping == "prefix" and delimiter in column:
        group, name = column.split(delimiter, 1)
        return (group, name) if name else (column, column)
    for prefix in sorted(prefixes, key=len, reverse=True):
        if column.startswith(prefix):
            return prefix, column[len(prefix) :] or column
    return column, column
