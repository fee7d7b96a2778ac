"""HDF5 files as recordings, read by h5py."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..chunk import LazyChunkStream
from ..chunk._lazy_chunk_stream import Source
from ..chunk._record_batch import list_column, made_of

if TYPE_CHECKING:
    import pyarrow as pa

    from ..chunk import Chunk, IndexColumn

_log = logging.getLogger("rerun")

_NANOS = {"ns": 1, "us": 10**3, "ms": 10**6, "s": 10**9}
_PROPERTIES = "__hdf5_properties"
_MOST_BYTES = 64 << 20  # of rows in one chunk


@dataclass(frozen=True)
class DatasetInfo:
    """A dataset: where it is, its dimensions, and what its elements are ("uint8", "float64", "string", or "unsupported")."""

    path: str
    shape: tuple[int, ...]
    dtype: str


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    try:
        import h5py
    except ImportError as error:
        raise ImportError("Hdf5Reader needs the package h5py, which is not installed: pip install h5py", name="h5py") from error
    try:
        file = h5py.File(path, "r")
    except OSError as error:
        raise ValueError(f"{path} cannot be read as HDF5: {error}") from error
    with file:
        yield file


def _dtype(dataset: Any) -> str:
    import h5py

    if h5py.check_string_dtype(dataset.dtype):
        return "string"
    return dataset.dtype.name if dataset.dtype.kind in "biuf" and dataset.dtype.itemsize <= 8 else "unsupported"


def _walk(group: Any, path: str, above: tuple[int, ...] = ()) -> Iterator[tuple[str, Any, dict[str, Any]]]:
    """(path, group, its datasets by name) of a group and all below it. A group within itself is left out, and what is in other files."""
    import h5py

    address = h5py.h5o.get_info(group.id).addr
    if address in above:
        return
    datasets, groups = {}, {}
    for name in sorted(group):
        if isinstance(group.get(name, getlink=True), h5py.ExternalLink):
            continue
        found = group.get(name)
        if isinstance(found, h5py.Group):
            groups[name] = found
        elif isinstance(found, h5py.Dataset) and found.shape is not None:
            datasets[name] = found
    yield path, group, datasets
    for name, inner in groups.items():
        yield from _walk(inner, f"{path.rstrip('/')}/{name}", (*above, address))


def _found(file: Any, path: str) -> Any:
    found = file.get(path) if path.strip("/") else file
    if found is None:
        raise KeyError(f"object {path!r} was not found in the file")
    return found


def _attributes(found: Any) -> dict[str, Any]:
    """The attributes that have values of Python: numbers, texts, and flat lists of them."""
    import h5py
    import numpy

    values = {}
    for name in sorted(found.attrs):
        value = found.attrs[name]
        if isinstance(value, numpy.ndarray):
            if value.dtype.kind not in "biufSOU":
                continue
            value = [_text(v) for v in value.reshape(-1).tolist()]
        elif isinstance(value, numpy.generic):
            if value.dtype.kind not in "biufSU":
                continue
            value = _text(value.item())
        elif isinstance(value, h5py.Empty) or not isinstance(value, (str, bytes, int, float)):
            continue
        values[name] = value
    return values


def _text(value: Any) -> Any:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else value


def _one_each(values: pa.Array) -> pa.Array:
    import pyarrow as pa

    return list_column(pa.array(range(len(values) + 1), pa.int32()), values)


def _rows(dataset: Any, start: int, end: int) -> pa.Array:
    """Rows as one value each: a number, a list of fixed size, or of more dimensions all of their numbers."""
    import numpy
    import pyarrow as pa

    if _dtype(dataset) == "string":
        flat = pa.array([_text(v) for v in numpy.asarray(dataset.asstr(errors="replace")[start:end]).reshape(-1).tolist()], pa.string())
    else:
        read = numpy.ascontiguousarray(dataset[start:end]).reshape(-1)
        flat = pa.array(read.astype(read.dtype.newbyteorder("=")))
    if dataset.ndim == 1:
        return flat
    size = len(flat) // (end - start) if end > start else 0
    if dataset.ndim == 2:
        return pa.FixedSizeListArray.from_arrays(flat, dataset.shape[1])
    return list_column(pa.array(range(0, len(flat) + 1, size), pa.int32()), flat)


@dataclass
class _Layout:
    """What of the file is read, and as what."""

    root: str
    n: int = 0
    index: str | None = None
    kept: dict[str, list[str]] = field(default_factory=dict)  # group -> datasets with rows
    static: dict[str, list[str]] = field(default_factory=dict)


class _Data(Source):
    """What one call of `stream` asks for."""

    def __init__(self, path: Path, prefix: list[str], index: IndexColumn | None, use_structs: bool, layout: _Layout) -> None:
        self.path = path
        self.prefix = prefix
        self.index = index
        self.use_structs = use_structs
        self.layout = layout

    def run(self) -> Iterator[Chunk]:
        return self._chunks()

    def _entity(self, *parts: str) -> str:
        from .._log import new_entity_path

        names = [name for part in parts for name in part.split("/") if name]
        return new_entity_path([*self.prefix, *names]) if self.prefix or names else "/"

    def _chunks(self) -> Iterator[Chunk]:
        layout = self.layout
        with _opened(self.path) as file:
            root = _found(file, layout.root)
            yield from self._properties(root)
            for group in sorted({*layout.kept, *layout.static}):
                entity = self._entity(group)
                if names := layout.static.get(group):
                    yield made_of(entity, [], [(name, None, None, _one_each(_scalar(root[f".{group}"][name]))) for name in names])
                if names := layout.kept.get(group):
                    datasets = [root[f".{group}"][name] for name in names]
                    step = max(1, _MOST_BYTES * layout.n // max(1, sum(d.nbytes for d in datasets)))
                    for start in range(0, layout.n, step):
                        yield self._rows_of(root, entity, names, datasets, start, min(start + step, layout.n))

    def _properties(self, root: Any) -> Iterator[Chunk]:
        for path, group, datasets in _walk(root, "/"):
            for at, found in [(path, group), *((f"{path.rstrip('/')}/{name}", dataset) for name, dataset in datasets.items())]:
                components = []
                for name, value in _attributes(found).items():
                    array = _property(found.attrs[name], value)
                    if array is not None:
                        components.append((name, None, None, _one_each(array)))
                if components:
                    yield made_of(self._entity(_PROPERTIES, at), [], components)

    def _rows_of(self, root: Any, entity: str, names: list[str], datasets: list[Any], start: int, end: int) -> Chunk:
        import pyarrow as pa

        arrays = [_rows(dataset, start, end) for dataset in datasets]
        if len(arrays) > 1 and self.use_structs:
            arrays, names = [pa.StructArray.from_arrays(arrays, names)], ["data"]
        return made_of(entity, [self._times(root, start, end)], [(name, None, None, _one_each(array)) for name, array in zip(names, arrays)], is_sorted=True)

    def _times(self, root: Any, start: int, end: int) -> tuple[str, pa.Array]:
        import numpy
        import pyarrow as pa

        if self.index is None or self.layout.index is None:
            return "row_index", pa.array(range(start, end), pa.int64())
        values = root[f".{self.layout.index}"][start:end]
        scale = 1 if self.index.kind == "sequence" else _NANOS[self.index.input_unit or "ns"]
        if values.dtype.kind == "f":
            if not numpy.isfinite(values).all():
                raise ValueError(f"{self.path}: index dataset {self.index.path!r} has values that are no numbers")
            values = numpy.round(values.astype(numpy.float64) * scale)
            if len(values) and numpy.abs(values).max() >= 2**63:
                raise ValueError(f"{self.path}: index dataset {self.index.path!r} has times beyond 64 bits of nanoseconds")
            values = values.astype(numpy.int64)
        else:
            values = numpy.array([int(v) * scale for v in values.tolist()], dtype=numpy.int64)
        array = pa.array(values)
        if self.index.kind != "sequence":
            array = array.cast(pa.timestamp("ns") if self.index.kind == "timestamp" else pa.duration("ns"))
        return self.layout.index.rpartition("/")[2], array


def _scalar(dataset: Any) -> pa.Array:
    import numpy
    import pyarrow as pa

    if _dtype(dataset) == "string":
        return pa.array([_text(dataset[()])], pa.string())
    return pa.array(numpy.asarray([dataset[()]], dtype=dataset.dtype.newbyteorder("=")))


def _property(raw: Any, value: Any) -> pa.Array | None:
    """An attribute as one value: of a list, a list of fixed size."""
    import numpy
    import pyarrow as pa

    kind = getattr(raw, "dtype", None)
    arrow = None if kind is None or kind.kind not in "biuf" else pa.from_numpy_dtype(kind.newbyteorder("="))
    if not isinstance(raw, numpy.ndarray):
        return pa.array([value], arrow)
    if not value:
        return None
    return pa.FixedSizeListArray.from_arrays(pa.array(value, arrow), len(value))


class Hdf5Reader:
    """The groups of an HDF5 file as entities, and its datasets as components. What is in the file: `groups`, `datasets`, `attributes`.

    FileNotFoundError: there is no such file. Needs h5py, numpy and pyarrow; without h5py, reading raises ImportError."""

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self._path = Path(path)
        if not self._path.exists():
            raise FileNotFoundError(f"HDF5 file not found: {self._path}")

    def stream(
        self,
        *,
        root_group: str | None = None,
        entity_path_prefix: str | None = None,
        index_column: IndexColumn | None = None,
        ignore_datasets: list[str] | None = None,
        use_structs: bool = True,
    ) -> LazyChunkStream:
        """The file's data as a stream.

        Rows are along the first dimension: of a dataset [N] each is a number, of [N, K] a list of K numbers, of more dimensions one list of all. Datasets without dimensions are static,
        and so are attributes, at `/__hdf5_properties/<path>`. Elements that components cannot be are passed over, which is logged.

        root_group: is taken for the whole file; other paths are relative to it. entity_path_prefix: before all entities. index_column: the dataset that is the timeline; None: `row_index`, which counts rows.
        ignore_datasets: datasets and groups that are left out. use_structs: several datasets of a group are the fields of one component `data`; else each is a component.

        ValueError: it is no HDF5 file; a path is not there; a dataset has another number of rows."""
        layout = _Layout("/" + (root_group or "").strip("/"))
        ignored = ["/" + path.strip("/") for path in ignore_datasets or []]
        prefix = [part for part in (entity_path_prefix or "").split("/") if part]
        with _opened(self._path) as file:
            self._lay_out(file, layout, index_column, ignored)
        return LazyChunkStream(_Data(self._path, prefix, index_column, use_structs, layout))

    def _lay_out(self, file: Any, layout: _Layout, index: IndexColumn | None, ignored: list[str]) -> None:
        import h5py

        root = file.get(layout.root)
        if root is None:
            raise ValueError(f"{self._path}: root group {layout.root!r} was not found in the file")
        if not isinstance(root, h5py.Group):
            raise ValueError(f"{self._path}: root group {layout.root!r} is a dataset, not a group")
        if index is not None:
            layout.index = "/" + index.path.strip("/")
            dataset = root.get(f".{layout.index}")
            if not isinstance(dataset, h5py.Dataset):
                raise ValueError(f"{self._path}: index dataset {index.path!r} was not found in the file")
            if dataset.ndim != 1:
                raise ValueError(f"{self._path}: index dataset {index.path!r} must be 1-dimensional, it has the shape {list(dataset.shape)}")
            if dataset.dtype.kind not in "iuf":
                raise ValueError(f"{self._path}: index dataset {index.path!r} is of {_dtype(dataset)}, which no times are")
            layout.n = dataset.shape[0]
        shapes: dict[str, tuple[int, ...]] = {}
        for path, _, datasets in _walk(root, "/"):
            for name, dataset in datasets.items():
                at = f"{path.rstrip('/')}/{name}"
                if at == layout.index or any(at == out or at.startswith(out.rstrip("/") + "/") for out in ignored):
                    continue
                if _dtype(dataset) == "unsupported" or 0 in dataset.shape[1:]:
                    _log.warning(f"{self._path}: dataset {at!r} of {dataset.dtype} and shape {list(dataset.shape)} is passed over")
                elif dataset.ndim == 0:
                    layout.static.setdefault(path, []).append(name)
                else:
                    shapes[at] = dataset.shape
                    layout.kept.setdefault(path, []).append(name)
        if index is None:
            layout.n = next(iter(shapes.values()), (0,))[0]
        others = [f"{at} (shape {list(shape)})" for at, shape in shapes.items() if shape[0] != layout.n]
        if others:
            what = "index column" if index else "row_index timeline"
            raise ValueError(f"{self._path}: datasets are not row-aligned to the {what} of length {layout.n}: {', '.join(others)}. Name them in ignore_datasets, or choose another index_column")

    def groups(self, path: str = "/") -> list[str]:
        """The paths of all groups below a group. KeyError: there is no such group."""
        with self._below(path) as walk:
            return [at for at, _, _ in walk][1:]

    def datasets(self, path: str = "/") -> list[DatasetInfo]:
        """All datasets below a group. KeyError: there is no such group."""
        with self._below(path) as walk:
            return [DatasetInfo(f"{at.rstrip('/')}/{name}", tuple(d.shape), _dtype(d)) for at, _, datasets in walk for name, d in datasets.items()]

    def attributes(self, path: str = "/") -> dict[str, Any]:
        """The attributes of a group or dataset: numbers, texts, and lists of them. KeyError: there is no such thing."""
        with _opened(self._path) as file:
            return _attributes(_found(file, path))

    @contextmanager
    def _below(self, path: str) -> Iterator[Iterator[tuple[str, Any, dict[str, Any]]]]:
        root = "/" + path.strip("/")
        with _opened(self._path) as file:
            found = _found(file, path)
            if not hasattr(found, "keys"):
                raise KeyError(f"group {path!r} was not found in the file: it is a dataset")
            yield _walk(found, root)

    @property
    def path(self) -> Path:
        """Where the file is."""
        return self._path

    def __repr__(self) -> str:
        return f"Hdf5Reader({self._path})"
