"""Arrow tables of several kinds as one record batch."""

from __future__ import annotations

from typing import Any


def to_record_batch(table: Any) -> Any:
    """A pyarrow.RecordBatch of a record batch, a list of them, or something with `collect()` (a datafusion DataFrame)."""
    import pyarrow as pa

    if isinstance(table, pa.RecordBatch):
        return table
    return pa.concat_batches(table if isinstance(table, list) else table.collect())
