"""Record batches and columns as chunks."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from .. import _reel
from .._send_dataframe import (
    RERUN_KIND,
    RERUN_KIND_CONTROL,
    RERUN_KIND_INDEX,
    SORBET_ARCHETYPE_NAME,
    SORBET_COMPONENT,
    SORBET_COMPONENT_TYPE,
    SORBET_ENTITY_PATH,
    SORBET_INDEX_NAME,
    _AutoIndex,
)

if TYPE_CHECKING:
    import pyarrow as pa

    from ._chunk import Chunk

_CHUNK_ID = b"rerun:id"
_ROW_ID_NAME = "rerun.controls.RowId"
_ROW_ID_METADATA = {
    b"ARROW:extension:name": b"rerun.datatypes.TUID",
    b"ARROW:extension:metadata": b'{"namespace":"row"}',
    RERUN_KIND: RERUN_KIND_CONTROL,
}

Component = tuple[str, "str | None", "str | None", "pa.Array"]
"""Component, archetype, component type, and a list of values per row."""


def list_column(offsets: pa.Array, values: pa.Array) -> pa.Array:
    """A list array of these values, whatever its item is called and may be."""
    import pyarrow as pa

    return pa.ListArray.from_arrays(offsets, values)


def blobs(blobs: list[bytes]) -> pa.Array:
    """One blob per row."""
    import pyarrow as pa

    data = b"".join(blobs)
    if len(data) > 0x7FFFFFFF:
        raise ValueError(f"{len(data)} bytes in one chunk: at most 2 GiB are possible")
    ends = [0]
    for blob in blobs:
        ends.append(ends[-1] + len(blob))
    values = pa.UInt8Array.from_buffers(pa.uint8(), len(data), [None, pa.py_buffer(data)])
    offsets = pa.array(ends, pa.int32())
    inner = pa.Array.from_buffers(pa.list_(pa.field("item", pa.uint8(), False)), len(blobs), [None, offsets.buffers()[1]], children=[values])
    return list_column(pa.array(range(len(blobs) + 1), pa.int32()), inner)


def _batch(entity_path: str, times: Iterable[tuple[str, pa.Array]], components: Iterable[Component], row_ids: pa.Array, chunk_id: bytes) -> pa.RecordBatch:
    import pyarrow as pa

    arrays, fields = [row_ids], [pa.field(_ROW_ID_NAME, pa.binary(16), False, _ROW_ID_METADATA)]
    for name, array in times:
        arrays.append(array)
        fields.append(pa.field(name, array.type, True, {RERUN_KIND: RERUN_KIND_INDEX, SORBET_INDEX_NAME: name.encode()}))
    for component, archetype, component_type, array in components:
        metadata = {RERUN_KIND: b"data", SORBET_COMPONENT: component.encode()}
        if archetype:
            metadata[SORBET_ARCHETYPE_NAME] = archetype.encode()
        if component_type:
            metadata[SORBET_COMPONENT_TYPE] = component_type.encode()
        arrays.append(array)
        fields.append(pa.field(component, array.type, True, metadata))
    schema = pa.schema(fields, {_CHUNK_ID: chunk_id, SORBET_ENTITY_PATH: entity_path.encode(), b"sorbet:version": b"0.1.3"})
    return pa.RecordBatch.from_arrays(arrays, schema=schema)


def made_of(entity_path: str, times: list[tuple[str, pa.Array]], components: Iterable[Component], is_sorted: bool = False) -> Chunk:
    """A chunk with new ids. is_sorted: its rows come by the timeline whose name is first."""
    import pyarrow as pa

    components = [(c, a, t, _plain_items(_wrapped(array))) for c, a, t, array in components]
    n = len(times[0][1]) if times else len(components[0][3]) if components else 0
    row_ids = pa.FixedSizeBinaryArray.from_buffers(pa.binary(16), n, [None, pa.py_buffer(bytes(16 * n))])
    chunk = _reel.import_chunk(_batch(entity_path, times, components, row_ids, b"chunk_" + b"0" * 32))
    known = chunk._timelines()
    if is_sorted and known and not known[0][2]:
        chunk = chunk._with_new_row_ids()._sort(known[0][0])  # equal times stay in their order
    return chunk._with_new_row_ids()


def remade(chunk: Chunk, entity_path: str, times: list[tuple[str, pa.Array]], components: Iterable[Component], row_ids: pa.Array) -> Chunk:
    """The same with row ids of somebody else's, and a new chunk id."""
    batch = _batch(entity_path, times, [(c, a, t, _plain_items(array)) for c, a, t, array in components], row_ids, b"chunk_" + b"0" * 32)
    return _reel.import_chunk(batch).with_entity_path(entity_path)


def _wrapped(array: pa.Array) -> pa.Array:
    """A list per row: what is none is a list of one; null stays null."""
    import pyarrow as pa

    plain = _plain_type(array.type)
    if plain != array.type:
        array = array.cast(plain)
    if pa.types.is_list(array.type):
        return array
    if pa.types.is_null(array.type) or not array.null_count:
        return list_column(pa.array(range(len(array) + 1), pa.int32()), array)
    at, offsets = 0, [0]
    is_set = array.is_valid().to_pylist()
    for i, valid in enumerate(is_set):
        at += valid
        offsets.append(at)
    return pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), array.drop_null(), mask=pa.array([not v for v in is_set]))


def _plain_type(t: pa.DataType) -> pa.DataType:
    """The type without dictionaries and views, which chunks do not have."""
    import pyarrow as pa

    def plain(field: pa.Field) -> pa.Field:
        return field.with_type(_plain_type(field.type))

    if pa.types.is_dictionary(t):
        return _plain_type(t.value_type)
    if pa.types.is_string_view(t):
        return pa.string()
    if pa.types.is_binary_view(t):
        return pa.binary()
    if pa.types.is_list_view(t) or pa.types.is_list(t):
        return pa.list_(plain(t.value_field))
    if pa.types.is_large_list_view(t) or pa.types.is_large_list(t):
        return pa.large_list(plain(t.value_field))
    if pa.types.is_fixed_size_list(t):
        return pa.list_(plain(t.value_field), t.list_size)
    return pa.struct([plain(field) for field in t]) if pa.types.is_struct(t) else t


def _plain_items(array: pa.Array) -> pa.Array:
    """Lists whose items are called "item", and may be null: as all components have them."""
    import pyarrow as pa

    item = array.type.value_field
    if item.name == "item" and item.nullable:
        return array
    return array.cast(pa.list_(pa.field("item", item.type, True)))


# --- what the columns of a batch are ------------------------------------------------------------------------------------------------


def batches_of(dataframe: Any) -> Iterable[pa.RecordBatch]:
    """The record batches of whatever has some."""
    import pyarrow as pa

    if isinstance(dataframe, pa.RecordBatchReader):
        return dataframe
    if isinstance(dataframe, pa.RecordBatch):
        return [dataframe]
    if isinstance(dataframe, pa.Table):
        return dataframe.to_reader()
    if hasattr(dataframe, "__arrow_c_stream__"):
        return pa.RecordBatchReader.from_stream(dataframe)
    raise TypeError(
        f"from_dataframe: a {type(dataframe).__name__} was given, a pyarrow Table, RecordBatch or RecordBatchReader, or something with __arrow_c_stream__ expected"
    )


def _text(metadata: dict[bytes, bytes], key: bytes) -> str | None:
    value = metadata.get(key)
    return value.decode() if value is not None else None


def _split_name(name: str) -> tuple[str | None, str]:
    """(entity, component) of a column's name."""
    if name.startswith("/") and ":" in name:
        entity, component = name.split(":", 1)
        return entity, component
    return None, name


class _Columns:
    """Row ids, timelines, and components by entity."""

    def __init__(self, batch: pa.RecordBatch, index: str | list[str] | _AutoIndex | None, entity_path: str | None) -> None:
        self.batch = batch
        self.metadata = batch.schema.metadata or {}
        self.wanted = None if index is None or isinstance(index, _AutoIndex) else [index] if isinstance(index, str) else list(index)
        self.is_auto = isinstance(index, _AutoIndex)
        self.entity_path = entity_path
        self.row_ids: pa.Array | None = None
        self.times: list[tuple[str, pa.Array]] = []
        self.entities: dict[str, list[Component]] = {}
        missing = [name for name in self.wanted or [] if name not in batch.schema.names]
        if missing:
            raise ValueError(f"index: there is no column {missing[0]!r}; there are {', '.join(batch.schema.names)}")
        for field, array in zip(batch.schema, batch.columns):
            self._add(field, array)

    def _add(self, field: pa.Field, array: pa.Array) -> None:
        metadata = field.metadata or {}
        kind = metadata.get(RERUN_KIND)
        if kind == RERUN_KIND_CONTROL:
            self.row_ids = array
            return
        is_marked = kind == RERUN_KIND_INDEX or (kind is None and SORBET_INDEX_NAME in metadata)
        if is_marked and not self.is_auto and self.wanted is None:
            raise ValueError(f"index=None: column {field.name!r} is marked as an index")
        if field.name in self.wanted if self.wanted is not None else is_marked:
            self._add_time(_text(metadata, SORBET_INDEX_NAME) or field.name, array)
        else:
            self._add_component(field.name, metadata, array)

    def _add_time(self, name: str, array: pa.Array) -> None:
        import pyarrow as pa

        t = array.type
        if not (pa.types.is_int64(t) or ((pa.types.is_timestamp(t) or pa.types.is_duration(t)) and t.unit == "ns")):
            raise ValueError(f"index {name!r} is of the type {t}: int64, timestamp[ns] or duration[ns] expected")
        if array.null_count:
            raise ValueError(f"index {name!r} has {array.null_count} nulls: every row needs a time; index=None makes static rows")
        self.times.append((name, array))

    def _add_component(self, name: str, metadata: dict[bytes, bytes], array: pa.Array) -> None:
        in_name, rest = _split_name(name)
        entity = _text(metadata, SORBET_ENTITY_PATH) or _text(self.metadata, SORBET_ENTITY_PATH) or in_name or self.entity_path or "/"
        component = _text(metadata, SORBET_COMPONENT) or rest
        described = (component, _text(metadata, SORBET_ARCHETYPE_NAME), _text(metadata, SORBET_COMPONENT_TYPE), array)
        self.entities.setdefault(entity, []).append(described)

    @property
    def is_identified(self) -> bool:
        """Whether it is a chunk with all of its ids, of which nothing else is wanted."""
        return self.is_auto and self.entity_path is None and self.row_ids is not None and _CHUNK_ID in self.metadata


def chunks_of(batch: pa.RecordBatch, index: str | list[str] | _AutoIndex | None, entity_path: str | None) -> list[Chunk]:
    """See Chunk.from_record_batch."""
    columns = _Columns(batch, index, entity_path)
    if not columns.entities:
        raise ValueError(f"none of the columns {', '.join(batch.schema.names)} is a component")
    if columns.is_identified:
        if len(columns.entities) > 1:
            raise ValueError(f"the chunk {_text(columns.metadata, _CHUNK_ID)} has columns of {len(columns.entities)} entities: drop its id to make a chunk of each")
        [(entity, components)] = columns.entities.items()
        components = [(c, a, t, _plain_items(_wrapped(array))) for c, a, t, array in components]
        return [_reel.import_chunk(_batch(entity, columns.times, components, columns.row_ids, columns.metadata[_CHUNK_ID]))]
    if columns.is_auto and not columns.times:
        raise ValueError("no column is marked as an index: name it by index=, or say index=None for static rows")
    return [made_of(entity, columns.times, components) for entity, components in columns.entities.items()]
