"""Files into recordings: by kind, as the official package and `reel record` do, and what is said of files that are none."""

import os
import subprocess
import warnings
from pathlib import Path

import pytest
import reel as rr
import reel.blueprint as rrb

BUILD = Path(os.environ["REEL_BUILD"])
SOURCE = Path(os.environ["REEL_SOURCE"])
PNG = b"\x89PNG\r\n\x1a\n" + bytes(20)


@pytest.fixture(autouse=True)
def fresh(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    rr.set_strict_mode(False)
    yield
    rr.set_strict_mode(False)


@pytest.fixture
def rec():
    recording = rr.RecordingStream("files", recording_id="own")
    recording.save("run.rrd")
    return recording


def stores_of(path):
    """Recordings and blueprints in a file, by the official reader."""
    import rerun

    reader = rerun.chunk.RrdReader(path)
    return [*reader.recordings(), *reader.blueprints()]


def stream_of(path, store):
    import rerun

    return rerun.chunk.RrdReader(path).stream(store=store)


def chunks_of(path):
    """The chunks of the program's own recording: {entity: [chunk, ...]}."""
    found = {}
    for store in stores_of(path):
        for chunk in stream_of(path, store) if (store.kind, store.recording_id) == ("recording", "own") else ():
            if not chunk.entity_path.startswith("/__properties"):
                found.setdefault(chunk.entity_path, []).append(chunk)
    return found


def ended(recording):
    recording.disconnect()
    return {name: chunks[0].to_record_batch() for name, chunks in chunks_of("run.rrd").items()}


# --- kinds --------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "contents", "component", "is_static"),
    [
        ("i.png", PNG, "EncodedImage:blob", False),
        ("t.txt", b"text", "TextDocument:text", True),
        ("t.md", b"# text", "TextDocument:media_type", True),
        ("l.log", b"one\ntwo\n", "TextLog:text", False),
        ("c.csv", b"a\n1\n", "Scalars:scalars", False),
        ("c.tsv", b"a\tb\n1\t2\n", "Scalars:scalars", False),
        ("m.obj", b"v 0 0 0\n", "Asset3D:blob", True),
        ("m.glb", b"glTF" + bytes(20), "Asset3D:media_type", True),
    ],
)
def test_kinds(rec, tmp_path, name, contents, component, is_static):
    Path(name).write_bytes(contents)
    rr.set_strict_mode(True)
    rec.set_time("step", sequence=7)
    rec.log_file_from_path(tmp_path / name, entity_path_prefix="pre/fix")
    rec.log_file_from_contents(f"some/{name}", contents)
    found = ended(rec)
    below = "/a" if "c." in name else ""
    for entity in (f"/some/{name}{below}", rr.new_entity_path(["pre", "fix", *tmp_path.parts[1:], name]) + below):
        names = found[entity].schema.names
        assert component in names and ("log_time" not in names) == is_static
        assert ("step" in names) == (name == "i.png")  # tables and logs have times of their own


def test_an_image_may_be_static(rec):
    rec.log_file_from_contents("i.png", PNG, static=True)
    assert "log_time" not in ended(rec)["/i.png"].schema.names


def test_times_of_the_program_stay(rec):
    rec.set_time("row", sequence=77)
    rec.log_file_from_contents("t.csv", b"a\n1\n2\n")
    rec.log("x", rr.Scalars(1.0))
    found = ended(rec)
    assert found["/t.csv/a"].column("row").to_pylist() == [0, 1] and found["/x"].column("row").to_pylist() == [77]


@pytest.mark.parametrize("name", ["d/t.txt", "./d/t.txt", "../{here}/d/t.txt", "odd name (1).txt", "\u00fc.txt", b"\xff.txt"])
def test_entities_are_those_of_the_official_package(rec, tmp_path, name):
    import rerun

    Path("d").mkdir()
    name = name.format(here=tmp_path.name) if isinstance(name, str) else os.fsdecode(name)
    Path(name).write_text("text")
    if "\udcff" in name:  # there a file of such a name is none
        rec.log_file_from_path(name)
        assert list(ended(rec)) == ["/\\u{FFFD}.txt"]
        return
    official = rerun.RecordingStream("files", recording_id="own")
    official.save("official.rrd")
    for recording in (rec, official):
        recording.log_file_from_path(name)
        recording.log_file_from_path(name, entity_path_prefix="/pre/")
        recording.flush()
        recording.disconnect()
    wanted = chunks_of("official.rrd")
    assert len(wanted) == 2 and set(chunks_of("run.rrd")) == set(wanted)


def test_folders(rec):
    """Every file below, but those that begin with a dot; what cannot be logged is told, and the others go on."""
    for name in ("d/b.txt", "d/a/c.md", "d/.hidden.txt", "d/.git/x.txt", "d/odd.xyz", "d/z.txt"):
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_text("text")
    os.mkfifo("d/pipe.txt")
    Path("d/loop").symlink_to("..")
    with pytest.warns(rr.RerunWarning, match="d/odd.xyz") as told:
        rec.log_file_from_path("d", entity_path_prefix="pre")
    assert len(told) == 1 and sorted(ended(rec)) == ["/pre/d/a/c.md", "/pre/d/b.txt", "/pre/d/z.txt"]


# --- as `reel record` does ----------------------------------------------------------------------------------------------------------

TABLES = {
    "plain.csv": "a,b c,text\n1,2,x\n3,,y\n5,6,z\n",
    "dates.csv": "time,speed (m/s)\n2024-05-06T07:08:09.123Z,1.5\n,2.5\n2024-05-06 07:08:10,nan\nnever,4\n",
    "epoch.tsv": "timestamp\tv\n1700000000\t1\n1700000001.5\t2\n",
    "elapsed.csv": "time,v\n0,1\n0.25,2\n",
    "europe.csv": "a;b\n1,5;2\n2,5;3\n",
    "quoted.csv": '"x ""y""","b,c"\n"1","2"\r\n"3","4"\r\n',
    "headless.csv": "1,2\n3,4\n",
    "twice.csv": "a,a,\n1,2,3\n",
    "mark.csv": "\ufeffa\n1\n",
    "levels.log": "2024-05-06 07:08:09 ERROR broken\n  at line 3\n[info] fine\n\nwarning: odd\n",
}


def rows_of(path):
    """{entity: rows as they were, with all times but that of the call}."""
    found = {}
    for entity, chunks in chunks_of(path).items():
        for chunk in chunks:
            batch = chunk.to_record_batch()
            names = [name for name in batch.schema.names if not name.startswith("rerun.") and name != "log_time"]
            types = {name: str(batch.schema.field(name).type) for name in names}
            found.setdefault(entity, []).extend((types, {name: row[name] for name in names if row[name] is not None}) for row in batch.select(names).to_pylist())
    return found


def test_tables_and_logs_are_what_reel_record_makes_of_them(rec):
    files = [*TABLES, "t.txt", "t.md"]
    for name in files:
        Path(name).write_text(TABLES.get(name, "# text"), newline="")
    for path in sorted((SOURCE / "examples/data").iterdir()):
        Path(path.name).write_bytes(path.read_bytes())
        files.append(path.name)
    done = subprocess.run([BUILD / "bin/reel", "record", "-o", "record.rrd", "--app", "files", "--id", "own", *files], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    rr.set_strict_mode(True)
    for i, name in enumerate(files):
        if i % 2:
            rec.log_file_from_path(name)
        else:
            rec.log_file_from_contents(name, Path(name).read_bytes())
    rec.disconnect()
    wanted = rows_of("record.rrd")
    assert len(wanted) >= 20 and rows_of("run.rrd") == wanted


@pytest.mark.parametrize(
    ("name", "contents"),
    [("text.csv", b"a,b\nx,y\n"), ("empty.csv", b""), ("binary.csv", b"a\0b"), ("binary.log", b"a\0b"), ("fake.png", b"no picture"), ("fake.obj", b"\0\1")],
)
def test_what_reel_record_refuses(rec, name, contents):
    Path(name).write_bytes(contents)
    done = subprocess.run([BUILD / "bin/reel", "record", "-o", "record.rrd", name], capture_output=True, text=True, timeout=60)
    assert done.returncode == 1
    with pytest.warns(rr.RerunWarning, match=name):
        rec.log_file_from_path(name)
    with pytest.warns(rr.RerunWarning, match=name):
        rec.log_file_from_contents(name, contents)
    assert ended(rec) == {}


# --- recordings and blueprints ------------------------------------------------------------------------------------------------------


def make_recording(path, application_id, recording_id, layout=False):
    recording = rr.RecordingStream(application_id, recording_id=recording_id)
    recording.save(path)
    if layout:
        recording.send_blueprint(rrb.Blueprint(rrb.TextLogView(name="logs")), make_active=True, make_default=False)
    recording.set_time("step", sequence=7)
    recording.log("x/y", rr.Scalars(1.0))
    recording.log("s", rr.Scalars(2.0), static=True)
    recording.send_recording_name("the name")
    recording.disconnect()


def facts_of(path):
    """What is in which store, and what becomes of blueprints, by the official package."""
    stores = {(s.kind, s.application_id, s.recording_id): sorted((c.entity_path, c.num_rows, c.is_static) for c in stream_of(path, s)) for s in stores_of(path)}
    printed = subprocess.run([os.environ["REEL_RERUN"], "rrd", "print", path], capture_output=True, text=True, check=True, timeout=60).stdout
    return stores, sorted(line for line in printed.splitlines() if "BlueprintActivation" in line)


@pytest.mark.parametrize("how", ["path", "contents"])
@pytest.mark.parametrize("name", ["other", "same", "same application", "with layout", "two", "layout", "other layout", "cut"])
def test_recordings_go_along_as_in_the_official_package(name, how):
    import rerun

    path = f"{name}.rrd"
    if "layout" in name and name != "with layout":
        path = f"{name}.rbl"
        rrb.Blueprint(rrb.TextLogView(name="logs")).save("elsewhere" if "other" in name else "files", path)
    else:
        make_recording(path, "files" if "same" in name else "elsewhere", "own" if name == "same" else "theirs", name == "with layout")
    if name == "two":
        make_recording("more.rrd", "files", "more")
        Path(path).write_bytes(Path(path).read_bytes() + Path("more.rrd").read_bytes())
    if name == "cut":
        Path(path).write_bytes(Path(path).read_bytes()[:2300])
    for module, output in ((rr, "run.rrd"), (rerun, "official.rrd")):
        recording = module.RecordingStream("files", recording_id="own", send_properties=False)
        recording.save(output)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", rr.RerunWarning)
            if how == "path":
                recording.log_file_from_path(path, static=True)
            else:
                recording.log_file_from_contents(path, Path(path).read_bytes())
        recording.log("goes/on", module.Scalars(1.0))
        recording.flush()
        recording.disconnect()
    found, wanted = facts_of("run.rrd"), facts_of("official.rrd")
    assert found == wanted and len(found[0]) >= (1 if name == "same" else 2)


def test_a_recording_twice(rec):
    make_recording("other.rrd", "elsewhere", "theirs")
    for _ in range(2):
        rec.log_file_from_path("other.rrd")
    rec.disconnect()
    assert [(s.application_id, s.recording_id) for s in stores_of("run.rrd")] == [("elsewhere", "theirs"), ("files", "own")]


def test_a_recording_below_a_prefix(rec):
    """Its entities become this recording's, its name and start do not."""
    make_recording("other.rrd", "elsewhere", "theirs")
    rec.send_recording_name("own name")
    rec.log_file_from_path("other.rrd", entity_path_prefix="/pre/fix/")
    rec.disconnect()
    assert [s.recording_id for s in stores_of("run.rrd")] == ["own"]
    assert sorted(chunks_of("run.rrd")) == ["/pre/fix/s", "/pre/fix/x/y"]
    assert b"the name" not in Path("run.rrd").read_bytes()


def test_memory_and_later_sinks_have_it_all(rec):
    make_recording("other.rrd", "elsewhere", "theirs", layout=True)
    memory = rec.memory_recording()
    rec.log_file_from_path("other.rrd")
    Path("drained.rrd").write_bytes(memory.drain_as_bytes())
    rec.save("later.rrd")
    rec.disconnect()
    assert len(facts_of("drained.rrd")[0]) == 3
    later = {key: [row[0] for row in rows] for key, rows in facts_of("later.rrd")[0].items()}
    assert "/s" in later["recording", "elsewhere", "theirs"] and "/x/y" not in later["recording", "elsewhere", "theirs"]


# --- what is none -------------------------------------------------------------------------------------------------------------------


def test_files_that_are_none(rec, tmp_path):
    make_recording("whole.rrd", "elsewhere", "theirs")
    whole = Path("whole.rrd").read_bytes()
    for name, contents in {"odd.xyz": b"?", "noext": b"?", "empty.png": b"", "fake.png": b"?", "empty.rrd": b"", "bad.rrd": b"no recording", "cut.rrd": whole[:1500], "torn.rrd": whole[:-9]}.items():
        Path(name).write_bytes(contents)
    os.mkfifo("pipe.txt")
    Path("secret.txt").write_text("secret")
    Path("gone.txt").symlink_to("nowhere")
    for name, words in {
        "odd.xyz": "no kind", "noext": "no kind", "empty.png": "empty", "fake.png": "does not hold what its name says", "empty.rrd": "empty", "bad.rrd": "does not begin as",
        "cut.rrd": "damaged or ends too early", "torn.rrd": "damaged or ends too early", "pipe.txt": "neither a file nor a folder", "missing.png": "No such file", "gone.txt": "No such file",
        "/dev/null": "neither a file",
    }.items():  # fmt: skip
        with pytest.warns(rr.RerunWarning, match=f"log_file_from_path: {name}: .*{words}") as told:
            rec.log_file_from_path(name)
        assert len(told) == 1
        with pytest.raises((ValueError, OSError)):
            rr.set_strict_mode(True)
            rec.log_file_from_path(name)
        rr.set_strict_mode(False)
    rec.log("goes/on", rr.Scalars(1.0))
    assert "/goes/on" in ended(rec)


def test_a_file_that_may_not_be_read(rec, monkeypatch):
    Path("secret.txt").write_text("secret")

    def refuse(*_, **__):
        raise PermissionError(13, "Permission denied", "secret.txt")

    monkeypatch.setattr("builtins.open", refuse)
    with pytest.warns(rr.RerunWarning, match="log_file_from_path: secret.txt: .*Permission denied"):
        rec.log_file_from_path("secret.txt")


def test_nothing_is_read_for_a_recording_that_is_disabled():
    rr.set_strict_mode(True)
    rr.RecordingStream("off", default_enabled=False).log_file_from_path("nowhere")
