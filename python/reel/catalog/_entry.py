"""Rows for tables of a catalog."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pyarrow as pa


def _python_objects_to_record_batch(schema: pa.Schema, named_params: dict[str, Any]) -> pa.RecordBatch | None:
    """Columns of Python's objects as a batch; columns that are not given are null. None: there are no rows. ValueError: columns of different lengths."""
    import pyarrow as pa

    columns: dict[str, pa.Array] = {}
    first = None
    for name, value in named_params.items():
        if name not in schema.names:
            raise ValueError(f"the table has no column {name!r}; there are {', '.join(schema.names)}")
        kind = schema.field(name).type
        try:
            columns[name] = pa.array([value] if isinstance(value, (str, bytes)) else value, kind)
        except TypeError:
            columns[name] = pa.array([value], kind)
        n = len(columns[name])
        first = n if first is None else first
        if n != first:
            is_list = pa.types.is_list(kind) or pa.types.is_large_list(kind)
            hint = f". Hint: one row of a column of lists is a list in a list: {name}=[[…]], not {name}=[…]" if is_list else ""
            raise ValueError(f"column {name!r} has {n} rows but expected {first}, as the first column has{hint}")
    if not first:
        return None
    return pa.RecordBatch.from_arrays([columns[f.name] if f.name in columns else pa.nulls(first, f.type) for f in schema], schema=schema)
