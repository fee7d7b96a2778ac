"""The programs on the pages of docs/reference: each is run as it stands there, and its recording is judged by the official tools."""
import subprocess

import pytest
from conftest import MODEL, PROGRAMS, RERUN, ROOT, SNIPPETS, VIEWS
from rerun.chunk import RrdReader

CLASS = "ViewBlueprint:class_identifier"
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
    found, reader = set(), RrdReader(str(recording))
    for chunk in reader.stream(store=reader.recordings()[0]).to_chunks():
        batch = chunk.to_record_batch()
        for field in batch.schema if batch.num_rows else ():
            archetype = (field.metadata or {}).get(b"rerun:archetype")
            if archetype and field.name not in BY_ITSELF:
                found.add(archetype.decode())
    return found


@pytest.mark.parametrize("archetype", MODEL.data(), ids=lambda a: a.c_name)
def test_the_snippet_of_an_archetype_logs_it(archetype, tmp_path):
    assert archetype.full_name in archetypes_in(run(archetype.c_name, tmp_path))


@pytest.mark.parametrize("view", VIEWS, ids=lambda v: v.file_name)
def test_the_snippet_of_a_view_has_it_in_its_blueprint(view, tmp_path):
    recording = run(view.file_name, tmp_path)
    [blueprint] = RrdReader(str(recording)).blueprints()
    classes = []
    for chunk in RrdReader(str(recording)).stream(store=blueprint).to_chunks():
        batch = chunk.to_record_batch()
        if CLASS in batch.schema.names:
            classes += [value for row in batch.column(CLASS).to_pylist() for value in row]
    assert view.identifier in classes
    assert archetypes_in(recording), "there is nothing to see"


def test_every_snippet_has_a_page():
    names = {folder: {path.stem for path in SNIPPETS.glob(f"{folder}/*")} for folder in ("archetypes", "views")}
    assert names == {"archetypes": {archetype.c_name for archetype in MODEL.data()}, "views": {view.file_name for view in VIEWS}}


def test_a_refused_call_ends_a_snippet(tmp_path):
    """The recording can't be made in a folder that is not there."""
    done = subprocess.run([PROGRAMS / "points3d", tmp_path / "nowhere" / "points3d.rrd"], capture_output=True, text=True, timeout=60)
    assert done.returncode == 3 and "nowhere" in done.stderr
