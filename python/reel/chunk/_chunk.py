"""Chunks: rows of one entity."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .. import _reel
from .._send_dataframe import AUTO_INDEX, RECORDING_PROPERTIES_PATH, _AutoIndex

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    import pyarrow as pa

    from .._baseclasses import AsComponents, ComponentColumn, ComponentDescriptor, DescribedComponentBatch
    from .._send_columns import TimeColumnLike
    from ._lens import Lens
    from ._selector import Selector


class Chunk(_reel.Chunk):
    """Rows of one entity: row ids, times on timelines, and a list of values per row and component. Immutable.

    Its data is memory that readers, record batches and other chunks share. Other Arrow libraries read it through `__arrow_c_array__`."""

    __slots__ = ()

    @classmethod
    def from_columns(cls, entity_path: str, indexes: Iterable[TimeColumnLike], columns: Iterable[ComponentColumn]) -> Chunk:
        """The chunk that `send_columns` would send: row i has time i of every index, and values i of every column. Without indexes it is static.

        Rows are sorted by the first timeline's name. ValueError: columns of different lengths."""
        from .._send_columns import build_column_args
        from ._record_batch import made_of

        times, values = build_column_args(indexes, columns)
        return made_of(entity_path, [(name, array) for name, array in times.items()], [_described(d, array) for d, array in values.items()], is_sorted=True)

    @classmethod
    def from_property(cls, name: str, values: AsComponents | Iterable[DescribedComponentBatch]) -> Chunk:
        """The chunk that `send_property` would send: one static row at `/__properties/<name>`."""
        import pyarrow as pa

        from .._properties import build_property_args
        from .._support import escape_entity_path_part
        from ._record_batch import list_column, made_of

        lists = {d: list_column(pa.array([0, len(array)], pa.int32()), array) for d, array in build_property_args(values).items()}
        return made_of(f"{RECORDING_PROPERTIES_PATH}/{escape_entity_path_part(name)}", [], [_described(d, array) for d, array in lists.items()])

    @classmethod
    def from_record_batch(
        cls, record_batch: pa.RecordBatch, *, index: str | list[str] | _AutoIndex | None = AUTO_INDEX, entity_path: str | None = None
    ) -> list[Chunk]:
        """The chunks in a record batch: one per entity that its columns belong to, in the order of their first columns.

        A column's metadata says what it is (`rerun:kind`: control, index or data; `rerun:index_name`, `rerun:entity_path`, `rerun:component`, `rerun:archetype`, `rerun:component_type`). What it does not say:
        a column `/a/b:C:c` holds component `C:c` of entity `/a/b`, any other is of `entity_path`, or of `/`. Values that are not lists are one value per row.

        index: names the columns that are timelines (int64, timestamp[ns] or duration[ns], without nulls); None: the rows are static; left out: the metadata says it.
        A batch with row ids and a chunk id, of which nothing is asked otherwise, is that chunk again, ids and all; else ids are new.

        ValueError: no timeline is marked; index=None, and one is; a named one is missing, has nulls, or another type; there is no component; an identified chunk has several entities."""
        from ._record_batch import chunks_of

        return chunks_of(record_batch, index, entity_path)

    @classmethod
    def from_dataframe(
        cls, dataframe: Any, *, index: str | list[str] | _AutoIndex | None = AUTO_INDEX, entity_path: str | None = None
    ) -> Iterator[Chunk]:
        """The chunks in each record batch of a pyarrow Table, RecordBatch or RecordBatchReader, or of anything with `__arrow_c_stream__`, as `from_record_batch` gives them. Batches are read as chunks are asked for."""
        from ._record_batch import batches_of

        batches = batches_of(dataframe)
        return (chunk for batch in batches for chunk in cls.from_record_batch(batch, index=index, entity_path=entity_path))

    def to_record_batch(self) -> pa.RecordBatch:
        """The chunk as a record batch: row ids, timelines and components, with metadata that says which is which. Nothing is copied."""
        import pyarrow as pa

        return pa.record_batch(self)

    def apply_selector(self, source: ComponentDescriptor | str, selector: Selector | str) -> Chunk:
        """The chunk with one component changed by a selector; it keeps its name. ValueError: there is no such component, or the selector fails."""
        from ._lens import select_component

        return select_component(self, getattr(source, "component", source), selector)

    def apply_lenses(self, lenses: Sequence[Lens] | Lens) -> list[Chunk]:
        """The chunks that lenses make of this one. Components that no lens looks at go on as they are, in a chunk with what is derived for the same entity. When no lens matches it is this chunk alone."""
        from ._lens import Lens, apply

        return apply(self, [lenses] if isinstance(lenses, Lens) else list(lenses))[0]

    def format(self, *, width: int = 240, redact: bool = False, trim_metadata_keys: bool = True) -> str:
        """The chunk as a table for people. width: in characters. redact: without ids, so that two runs give the same text. trim_metadata_keys: without `rerun:` before the keys of metadata."""
        from ._format import table

        return table(self.to_record_batch(), width, redact, trim_metadata_keys)

    def __str__(self) -> str:
        return self.format()

    def __repr__(self) -> str:
        return f"Chunk(id={self.id}, entity_path={self.entity_path}, num_rows={self.num_rows}, num_columns={self.num_columns})"


def _described(descriptor: ComponentDescriptor, array: pa.Array) -> tuple[str, str | None, str | None, pa.Array]:
    return (descriptor.component, descriptor.archetype, descriptor.component_type, array)


_reel.set_chunk_class(Chunk)
