"""The programs on the pages of docs/reference: each is run as it stands there, and its recording is judged by the official tools."""
import subprocess

import pytest
from conftest import MODEL, PROGRAMS, RERUN, ROOT, SNIPPETS
from rerun.chunk import RrdReader

BY_ITSELF = {"RecordingInfo:start_time"}  # is in every recording


def run(name, tmp_path):
    """Runs a snippet where it says that it runs; refusals.c makes it fail if a call was refused."""
    recording = tmp_path / f"{name}.rrd"
    done = subprocess.run([PROGRAMS / name, recording], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")
    done = subprocess.run([RERUN, "rrd", "verify", recording], capture_output=True, text=True, timeout=120)
    said = done.stdout + done.stderr
    assert done.returncode == 0 and "WARN" not in said and "ERROR" not in said, said
    return recording


def archetypes_in(recording):
    found = set()
    for chunk in RrdReader(str(recording)).store().stream().to_chunks():
        batch = chunk.to_record_batch()
        for field in batch.schema if batch.num_rows else ():
            archetype = (field.metadata or {}).get(b"rerun:archetype")
            if archetype and field.name not in BY_ITSELF:
                found.add(archetype.decode())
    return found


@pytest.mark.parametrize("archetype", MODEL.data(), ids=lambda a: a.c_name)
def test_the_snippet_of_an_archetype_logs_it(archetype, tmp_path):
    assert archetype.full_name in archetypes_in(run(archetype.c_name, tmp_path))


def test_every_snippet_has_a_page():
    names = {path.stem for path in SNIPPETS.glob("archetypes/*")}
    assert names == {archetype.c_name for archetype in MODEL.data()}


def test_a_refused_call_ends_a_snippet(tmp_path):
    """The recording can't be made in a folder that is not there."""
    done = subprocess.run([PROGRAMS / "points3d", tmp_path / "nowhere" / "points3d.rrd"], capture_output=True, text=True, timeout=60)
    assert done.returncode == 3 and "nowhere" in done.stderr
