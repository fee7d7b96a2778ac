"""Recordings as data: read, looked at, changed, written again.

    from reel.chunk import RrdReader

    for chunk in RrdReader("run.rrd").stream().filter(content="/world/**"):
        print(chunk.entity_path, chunk.to_record_batch())

A `Chunk` holds rows of one entity. A `LazyChunkStream` is a pipeline of chunks, of which only a few are in memory at a time. pyarrow is needed for record batches, tables and selectors."""

from __future__ import annotations

from ._chunk import Chunk as Chunk
from ._chunk_store import ChunkStore as ChunkStore
from ._index_column import IndexColumn as IndexColumn
from ._indexed_reader import IndexedReader as IndexedReader
from ._lazy_chunk_stream import LazyChunkStream as LazyChunkStream
from ._lazy_store import LazyStore as LazyStore
from ._lens import DeriveLens as DeriveLens, Lens as Lens, MutateLens as MutateLens
from ._mcap_reader import (
    McapChannelInfo as McapChannelInfo,
    McapChunkInfo as McapChunkInfo,
    McapCompressionInfo as McapCompressionInfo,
    McapInfo as McapInfo,
    McapReader as McapReader,
    McapSchemaInfo as McapSchemaInfo,
)
from ._optimization_profile import OptimizationProfile as OptimizationProfile
from ._rrd_reader import RrdReader as RrdReader
from ._selector import Selector as Selector
from ._store_entry import StoreEntry as StoreEntry
from ._streaming_reader import StreamingReader as StreamingReader
