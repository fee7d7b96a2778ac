"""What the extension asks of Python about archetypes: their documentation, descriptors, columns and visualizers."""

from __future__ import annotations

from typing import Any

from . import _reel


def archetype_doc(name: str) -> str:
    """What an archetype is for, and its fields: shapes, units, what is required."""
    from ._archetype_docs import DOCS

    return DOCS.get(name, "")


def descriptor(component: str, archetype: str, component_type: str) -> Any:
    from ._baseclasses import ComponentDescriptor

    return ComponentDescriptor(component, archetype=archetype, component_type=component_type)


def _rows(values: Any, n: int, size: int) -> int:
    """How many rows a column's input is: as many as it has items along the first dimension. n: values it became; size: numbers per value."""
    try:
        shape = _reel.array_shape(values)
    except (TypeError, ValueError, OverflowError):
        return n
    if not shape:
        return 1
    inner = 1
    for length in shape[1:]:
        inner *= length
    if shape[0] == 0 or n == 0:
        return n
    if size > 1:  # vectors: rows of one, unless the innermost lists make several of each row
        return shape[0] if inner == size or (inner > size and inner % size == 0) else n
    return shape[0] if n % shape[0] == 0 else n


def _without_nulls(values: Any) -> tuple[list[int], Any] | None:
    """How many values (1 or 0) each row of an Arrow array with nulls has, and the array without them. None: it is no such array."""
    nulls = getattr(values, "null_count", 0)
    if callable(nulls) and hasattr(values, "drop_nulls") and hasattr(values, "is_not_null"):  # a Series of polars
        return (list(map(int, values.is_not_null())), values.drop_nulls()) if values.null_count() else None
    if type(nulls) is int and nulls and hasattr(values, "drop_null") and hasattr(values, "is_valid"):
        return list(map(int, values.is_valid().to_pylist())), values.drop_null()
    return None


def columns_of(cls: Any, fields: dict[str, Any]) -> Any:
    """Columns of many rows: a value per row, or as many as the input has along its second dimension. Rows that are null have none."""
    from ._baseclasses import ComponentColumnList
    from .error_utils import catch_and_log_exceptions

    pixels = fields.get("buffer")
    if getattr(pixels, "ndim", 1) > 1 and not isinstance(pixels, memoryview):  # elsewhere an array of pixels is one image, here it is one per row
        fields["buffer"] = list(pixels)
    lengths = {}
    for name, values in fields.items():
        found = _without_nulls(values)
        if found is not None:
            lengths[name], fields[name] = found
    archetype = cls.__new__(cls)
    with catch_and_log_exceptions(context=cls.__name__):
        archetype.__attrs_init__(**fields)
    columns = []
    for batch in archetype.as_component_batches():
        name = batch.component_descriptor().component.split(":")[-1]
        values, n = batch._batch, len(batch._batch)
        if name in lengths and n == sum(lengths[name]):
            columns.append(batch.partition(lengths[name]))
            continue
        size = values._numbers_per_value  # numbers and vectors: their input's shape says how they divide; texts, structs and strips are one a row
        rows = _rows(fields.get(name), n, size) if size else n
        columns.append(batch.partition() if rows == n else batch.partition([n // rows] * rows))
    return ComponentColumnList(columns)


def transform3d_fields(arguments: dict[str, Any]) -> dict[str, Any]:
    """The fields of a Transform3D whose `rotation` or `from_parent` was given."""
    import warnings

    from .encodings import Quaternion, RotationAxisAngle

    fields = dict(arguments)
    rotation, from_parent = fields.pop("rotation", None), fields.pop("from_parent", None)
    if rotation is not None:
        if fields.get("quaternion") is not None or fields.get("rotation_axis_angle") is not None:
            raise ValueError("`rotation` parameter can't be combined with `quaternion` or `rotation_axis_angle`.")
        first = rotation[0] if isinstance(rotation, (list, tuple)) and rotation else rotation
        if not isinstance(first, (Quaternion, RotationAxisAngle)):
            raise ValueError("Rotation must be compatible with either RotationQuat or RotationAxisAngle")
        fields["quaternion" if isinstance(first, Quaternion) else "rotation_axis_angle"] = rotation
    if from_parent is not None:
        warnings.warn("`from_parent` is deprecated as an argument to `Transform3D`; prefer `relation=rerun.TransformRelation.ChildFromParent` instead", DeprecationWarning, stacklevel=2)
        if fields.get("relation") is not None:
            raise ValueError("`from_parent` and `relation` parameters are mutually exclusive.")
        if from_parent:
            fields["relation"] = "ChildFromParent"
    return fields


def visualizer_of(archetype: Any, arguments: dict[str, Any]) -> Any:
    from .blueprint.visualizers import visualizer_for

    return visualizer_for(archetype, **arguments)
