"""Tables as recordings: record batches whose columns say, by their metadata, what they are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pyarrow as pa

    from .recording_stream import RecordingStream


class _AutoIndex:
    """Says: which columns are timelines is in the metadata."""

    def __repr__(self) -> str:
        return "AUTO_INDEX"


AUTO_INDEX = _AutoIndex()

# Keys and values of the metadata of chunks' record batches.
SORBET_INDEX_NAME = b"rerun:index_name"
SORBET_ENTITY_PATH = b"rerun:entity_path"
SORBET_ARCHETYPE_NAME = b"rerun:archetype"
SORBET_COMPONENT = b"rerun:component"
SORBET_COMPONENT_TYPE = b"rerun:component_type"
SORBET_IS_TABLE_INDEX = b"rerun:is_table_index"
RERUN_KIND = b"rerun:kind"
RERUN_KIND_CONTROL = b"control"
RERUN_KIND_INDEX = b"index"

RECORDING_PROPERTIES_PATH = "/__properties"


def send_record_batch(
    batch: pa.RecordBatch,
    recording: RecordingStream | None = None,
    *,
    index: str | list[str] | _AutoIndex | None = AUTO_INDEX,
    entity_path: str | None = None,
) -> None:
    """Logs the rows of a record batch.

    index: the columns that are timelines; None: the rows are static; AUTO_INDEX: the metadata says it. entity_path: of columns that do not say theirs. See `Chunk.from_record_batch`."""
    from ._send_chunks import send_chunks
    from .chunk._chunk import Chunk

    send_chunks(Chunk.from_record_batch(batch, index=index, entity_path=entity_path), recording=recording)


def send_dataframe(
    df: Any,
    recording: RecordingStream | None = None,
    *,
    index: str | list[str] | _AutoIndex | None = AUTO_INDEX,
    entity_path: str | None = None,
) -> None:
    """Logs the rows of a pyarrow Table, RecordBatch or RecordBatchReader, or of anything with `__arrow_c_stream__` (polars, datafusion, duckdb), batch by batch.

    index, entity_path: as for `send_record_batch`."""
    from ._send_chunks import send_chunks
    from .chunk._chunk import Chunk

    send_chunks(Chunk.from_dataframe(df, index=index, entity_path=entity_path), recording=recording)
