"""The official reader as judge of many files at once: `rerun rrd merge` reads them as streams, torn or not, and what it has read is looked at in this process."""
import os
import subprocess
import sys
import warnings
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PROGRAMS = Path(os.environ.get("REEL_TEST_BUILD", ROOT / "build/test")) / "tests/programs"
RERUN = os.environ.get("REEL_RERUN", str(Path(sys.executable).parent / "rerun"))


def rows_of(files, scratch):
    """{recording id: {entity path: [(row, value), ...]}} of everything in these files that is complete. The timeline is called row."""
    from rerun.chunk import RrdReader
    merged = Path(scratch) / "merged.rrd"
    done = subprocess.run([RERUN, "rrd", "merge", *map(str, files), "-o", str(merged)], capture_output=True, text=True, timeout=300)
    said = done.stdout + done.stderr
    assert done.returncode == 0 and "ERROR" not in said, said[-4000:]
    found = {}
    reader = RrdReader(merged)
    for store in reader.recordings():
        paths = found.setdefault(store.recording_id, {})
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            chunks = reader.stream(store=store).to_chunks()
        for chunk in chunks:
            batch = chunk.to_record_batch()
            rows = paths.setdefault(str(chunk.entity_path), [])
            if "row" in batch.schema.names and "Scalars:scalars" in batch.schema.names:
                rows += zip(batch.column("row").cast("int64").to_pylist(), (v[0] for v in batch.column("Scalars:scalars").to_pylist()))
    merged.unlink()
    return found
