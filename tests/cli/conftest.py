"""What the tests of the commands share: running `reel`, and the official tools as judges of what it wrote."""
import os
import subprocess
import sys
from pathlib import Path

import pyarrow
import pytest

ROOT = Path(__file__).resolve().parents[2]
BUILD = Path(os.environ.get("REEL_BUILD", ROOT / "build")).resolve()
REEL = BUILD / "bin/reel"
RERUN = os.environ.get("REEL_RERUN", str(Path(sys.executable).parent / "rerun"))


def run(*arguments, **options):
    options.setdefault("timeout", 120)
    return subprocess.run([str(REEL), *map(str, arguments)], capture_output=True, text=True, stdin=subprocess.DEVNULL, **options)


def verify(path, may_warn=False):
    """The official command line must find nothing wrong, and no warning."""
    done = subprocess.run([RERUN, "rrd", "verify", str(path)], capture_output=True, text=True, timeout=120)
    said = done.stdout + done.stderr
    assert done.returncode == 0, said
    assert may_warn or ("WARN" not in said and "ERROR" not in said), said
    return said


def in_microseconds(times):
    """Python's own dates and durations know no nanoseconds."""
    for is_kind, microseconds in ((pyarrow.types.is_timestamp, pyarrow.timestamp("us")), (pyarrow.types.is_duration, pyarrow.duration("us"))):
        if is_kind(times.type):
            return times.cast(microseconds, safe=False)
    return times


class Recording:
    """A recording as the official reader sees it: rows by entity and component."""

    def __init__(self, path):
        from rerun.chunk import RrdReader

        reader = RrdReader(str(path))
        self.entry = reader.recordings()[0]
        self.batches = [(chunk.entity_path, chunk.is_static, chunk.to_record_batch()) for chunk in reader.store().stream().to_chunks()]

    def entities(self):
        return {str(path) for path, _, _ in self.batches}

    def column(self, entity, name, timeline=None):
        """The values of a component column in time order, one list per row; with a timeline, (time, list) pairs."""
        rows = []
        for path, _, batch in self.batches:
            names = batch.schema.names
            if str(path) != entity or name not in names:
                continue
            values = batch.column(names.index(name)).to_pylist()
            times = in_microseconds(batch.column(names.index(timeline))).to_pylist() if timeline and timeline in names else [None] * len(values)
            ids = batch.column(0).to_pylist()
            rows += [(row_id, time, value) for row_id, time, value in zip(ids, times, values) if value is not None]
        rows.sort(key=lambda row: row[0])
        return [(time, value) for _, time, value in rows] if timeline else [value for _, _, value in rows]

    def timelines(self, entity):
        found = set()
        for path, _, batch in self.batches:
            if str(path) == entity:
                for field in batch.schema:
                    if (field.metadata or {}).get(b"rerun:kind") == b"index":
                        found.add(field.name)
        return found

    def is_static(self, entity):
        return all(static for path, static, _ in self.batches if str(path) == entity)


@pytest.fixture
def recording():
    """recording(path) verifies a file with the official command line, and reads it with the official reader."""

    def read(path):
        verify(path)
        return Recording(path)

    return read
