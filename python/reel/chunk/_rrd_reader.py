"""Files of recordings."""

from __future__ import annotations

import os
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

from .. import _reel
from ..error_utils import RerunWarning, warn
from ._lazy_chunk_stream import LazyChunkStream
from ._lazy_store import IndexSource, LazyStore
from ._store_entry import StoreEntry

if TYPE_CHECKING:
    from typing import Literal

_ANY, _FOOTER = 0, 1


class RrdReader:
    """The recordings and blueprints of a .rrd or .rbl file, of rerun 0.23 or later, of whichever SDK.

        reader = RrdReader("run.rrd")
        for entry in reader.recordings():
            for chunk in reader.stream(store=entry): ...

    A file without a footer (it is being written, or its program died) is looked through once; what is damaged is passed over with a RerunWarning. ValueError: there is no such file, or it is no recording."""

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self._path = Path(path)
        self._index: _reel.Index | None = None
        if not self._path.exists():
            raise ValueError(f"RRD file not found: {self._path}")
        with open(self._path, "rb") as file:
            head = file.read(4)
        if not head.startswith(b"RRF"):
            raise ValueError(f"{self._path} is no recording: it begins with {head!r}, not with b'RRF2'")

    def _opened(self) -> _reel.Index:
        if self._index is None:
            self._index = _reel.Index(self._path, _ANY)
            for event in self._index.events():
                warn(event)
        return self._index

    def _entries(self, kind: Literal["recording", "blueprint"]) -> list[StoreEntry]:
        entries = (StoreEntry(k, app or "", rec or "") for k, app, rec, _ in self._opened().stores() if k == kind)
        return sorted(entries, key=lambda entry: (entry.application_id, entry.recording_id))

    def recordings(self) -> list[StoreEntry]:
        """The recordings in the file, by application and id."""
        return self._entries("recording")

    def blueprints(self) -> list[StoreEntry]:
        """The blueprints in the file, by application and id."""
        return self._entries("blueprint")

    def _numbers(self, index: _reel.Index, entry: StoreEntry | None) -> list[int]:
        """The chunks of a store."""
        stores = [StoreEntry(k, app or "", rec or "") for k, app, rec, _ in index.stores()]
        if entry is None:
            recordings = self.recordings()
            if not recordings:
                raise ValueError(f"No recording store is in {self._path}: say which blueprint by store=")
            entry = recordings[0]
            if len(recordings) > 1:
                warnings.warn(f"{self._path} has {len(recordings)} recordings: implicitly using {entry!r}, say which by store=", RerunWarning, stacklevel=3)
        if entry not in stores:
            raise ValueError(f"{entry!r} was not found in {self._path}")
        which = stores.index(entry)
        return [number for number in range(len(index)) if index.entry(number)[0] == which]

    def stream(self, *, store: StoreEntry | None = None) -> LazyChunkStream:
        """The chunks of a store (None: of the first recording), in the order of the file, each read when its turn comes."""
        index = self._opened()
        return LazyChunkStream(IndexSource(index, self._numbers(index, store)))

    def store(self, *, store: StoreEntry | None = None) -> LazyStore:
        """A store (None: the first recording) by the file's footer. ValueError: it has none; `stream().collect()` reads it."""
        self._opened()
        try:
            index = _reel.Index(self._path, _FOOTER)
        except (OSError, ValueError) as error:
            raise ValueError(f"{self._path} has no footer that can be read, use stream(): {error}") from error
        return LazyStore(index, self._numbers(index, store))

    @property
    def path(self) -> Path:
        """Where the file is."""
        return self._path

    def __repr__(self) -> str:
        return f"RrdReader({self._path})"
