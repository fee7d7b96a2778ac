"""What may change with any release, and the older place of the names of `reel.chunk`."""

from __future__ import annotations

import warnings
from importlib import import_module
from typing import Any

_MOVED = frozenset(
    "Chunk ChunkStore LazyChunkStream LazyStore StoreEntry Lens DeriveLens MutateLens Selector IndexColumn OptimizationProfile RrdReader StreamingReader IndexedReader "
    "McapReader McapInfo McapChannelInfo McapChunkInfo McapCompressionInfo McapSchemaInfo".split()
)
_HERE = {
    "DatasetInfo": "_hdf5_reader",
    "Hdf5Reader": "_hdf5_reader",
    "Mp4Reader": "_mp4_reader",
    "Mp4TranscodeOptions": "_mp4_reader",
    "ParquetReader": "_parquet_reader",
    "video": "video",
}
_ABSENT = {
    "it drives a running viewer by the live protocol, which is not there yet: rr.save() a file, which `reel view` shows": (
        "Blueprint BlueprintInfo Command LoadingSource LogEntry OpenResult ProfileTrace Recording Timeline View ViewReport ViewerClient ViewerState"
    ),
    "it is of the catalog, which is not part of Reel. Files are read by rerun.chunk.RrdReader": (
        "BearerTokenObjectStoreAuth ComponentSchema DatasetAssetSchema DatasetSchema EntitySchema MetricsCollector ObjectStoreAuth QueryMetrics RecordingSchema TableColumnSchema query_metrics"
    ),
    "data sets of LeRobot are not read by Reel": "LeRobotReader",
}
_WHY_ABSENT = {name: why for why, names in _ABSENT.items() for name in names.split()}


def __getattr__(name: str) -> Any:
    if name in _WHY_ABSENT:
        from .._absent import absent_class, absent_function

        value = globals()[name] = (absent_function if name.islower() else absent_class)(__name__, name, _WHY_ABSENT[name])
        return value
    if name in _HERE:
        module = import_module(f".{_HERE[name]}", __name__)
        value = module if name == _HERE[name] else getattr(module, name)
        globals()[name] = value
        return value
    if name not in _MOVED and name != "send_chunks":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    place = "rerun" if name == "send_chunks" else "rerun.chunk"
    warnings.warn(f"`rerun.experimental.{name}` moved to `{place}.{name}`. The name in `rerun.experimental` is an old one.", DeprecationWarning, stacklevel=2)
    return getattr(import_module(".._send_chunks" if name == "send_chunks" else "..chunk", __name__), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *_HERE, *_MOVED, *_WHY_ABSENT, "send_chunks"})
