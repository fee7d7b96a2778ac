"""`reel info`, held against the official reader."""
import json
import subprocess

import pytest
from conftest import REEL, run
from damaged import CHUNK, PYTHONS, damages, messages, written_by, written_by_reel
from reshaped import APPLICATION, chunks_of, flip_bytes_of_a_chunk, official, one, succeed  # noqa: F401


def info(path, *options, expect=0):
    return json.loads(succeed("info", "--json", path, *options, expect=expect).stdout)


def as_the_official_reader_has_it(path):
    """{entity: components}, {timeline: (min, max) in numbers}, chunks, static ones, rows of the one recording."""
    from rerun.chunk import RrdReader

    entities, ranges, chunks, static, rows = {}, {}, 0, 0, 0
    for chunk in chunks_of(RrdReader(str(path))):
        batch = chunk.to_record_batch()
        chunks, static, rows = chunks + 1, static + chunk.is_static, rows + batch.num_rows
        for field, column in zip(batch.schema, batch.columns):
            kind = field.metadata.get(b"rerun:kind")
            if kind == b"data":
                entities.setdefault(str(chunk.entity_path), set()).add(field.name)
            elif kind == b"index":
                times = column.cast("int64").to_pylist()
                low, high = ranges.get(field.name, (times[0], times[0]))
                ranges[field.name] = min(low, *times), max(high, *times)
    return {path: sorted(names) for path, names in entities.items()}, ranges, chunks, static, rows


@pytest.mark.parametrize("version", PYTHONS)
@pytest.mark.parametrize("how", [[], ["--scan"]], ids=["footer", "scan"])
def test_it_says_what_the_official_reader_reads(tmp_path_factory, version, how):
    path = written_by(version, "rows", tmp_path_factory.getbasetemp())
    said = info(path, *how)
    assert said["version"] == version and said["has_footer"] and said["is_from_footer"] == (not how) and said["bytes"] == path.stat().st_size
    [store] = said["stores"]
    assert (store["kind"], store["application_id"], store["recording_id"]) == ("recording", "official_app", "official_recording")
    assert store["source"].startswith("Python SDK 3.") and store["version"] == version
    entities, ranges, chunks, static, rows = as_the_official_reader_has_it(path)
    assert store["entities"] == entities
    assert {line["name"]: (line["min"], line["max"]) for line in store["timelines"]} == ranges
    assert (store["chunks"], store["static_chunks"], store["rows"]) == (chunks, static, rows)
    sizes = [size for _, size, kind in messages(path.read_bytes()) if kind == CHUNK]
    assert (store["bytes"], store["largest_message"]) == (sum(sizes), max(sizes))
    assert store["properties"]["name"] == "official" and store["properties"]["mine:answer"] == 42 and store["properties"]["start_time"] > 1.7e18


def test_the_footer_a_look_at_everything_and_a_pipe_say_the_same(tmp_path):
    path = official(tmp_path / "b.rrd", blueprint=True, chunk_rows=5)
    by_footer, by_scan = info(path), info(path, "--scan")
    by_pipe = json.loads(subprocess.run([REEL, "info", "--json", "-"], input=path.read_bytes(), capture_output=True, check=True).stdout)
    for said in (by_footer, by_scan, by_pipe):
        said["stores"] = sorted(({**store, "timelines": store["timelines"]} for store in said["stores"]), key=lambda s: s["kind"])
    assert by_footer["stores"] == by_scan["stores"] == by_pipe["stores"]
    assert by_footer["is_from_footer"] and not by_scan["is_from_footer"] and by_pipe["file"] == "standard input"
    blueprint, recording = by_footer["stores"]
    assert blueprint["kind"] == "blueprint" and blueprint["make_default"] and not blueprint["make_active"] and blueprint["application_id"] == APPLICATION
    assert recording["properties"] == {"name": "name of one", "site:height": 4.5, "start_time": recording["properties"]["start_time"]}


def test_the_text_names_what_people_look_for(tmp_path, one):
    text = succeed("info", "--entities", one).stdout
    assert text.startswith(f"{one}: ") and "release 0.41.0, with footer" in text
    for part in (f"recording one of {APPLICATION} (Python SDK 3.", '"name of one"', "frame            sequence  0 to 11", "took             duration  0s to 2.75s",
                 "when             timestamp 2023-11-14T22:13:20Z to 2023-11-14T22:13:31Z", "    /world/mesh: Points3D:labels Points3D:positions\n"):
        assert part in text, (part, text)
    assert "/world/mesh" not in succeed("info", one).stdout


def test_recordings_of_reel(tmp_path):
    said = info(written_by_reel(tmp_path / "reel.rrd"))
    [store] = said["stores"]
    assert store["source"] == "Reel 0.1.0" and said["version"] == "0.33.0"
    assert {line["name"]: line["type"] for line in store["timelines"]} == {"line": "sequence", "log_time": "timestamp", "row": "sequence", "time": "timestamp"}
    assert next(line for line in store["timelines"] if line["name"] == "line")["to"] == "49"
    assert store["entities"]["/d.md"] == ["TextDocument:media_type", "TextDocument:text"]


def test_damage_is_told_and_the_rest_is_said(tmp_path, one):
    size = flip_bytes_of_a_chunk(one, tmp_path / "flip.rrd")
    said = info(tmp_path / "flip.rrd", "--scan", expect=1)
    assert said["damaged"] == 1 and said["bytes_lost"] == size
    data = one.read_bytes()
    at, _, _ = messages(data)[-1]
    (tmp_path / "cut.rrd").write_bytes(data[:at + 50])
    said = info(tmp_path / "cut.rrd", expect=1)
    assert said["is_truncated"] and not said["has_footer"] and said["bytes_lost"] == 50
    assert sum(store["chunks"] for store in said["stores"]) == sum(kind == CHUNK for _, _, kind in messages(data)) - 1


def test_recordings_one_behind_another_are_seen_as_one_file(tmp_path, one):
    two = official(tmp_path / "two.rrd", "two", first=50)
    (tmp_path / "both.rrd").write_bytes(one.read_bytes() + two.read_bytes())
    for how in ([], ["--scan"]):
        assert [store["recording_id"] for store in info(tmp_path / "both.rrd", *how)["stores"]] == ["one", "two"]
    assert "2 recordings one behind another" in succeed("info", "--scan", tmp_path / "both.rrd").stdout


@pytest.mark.parametrize("command", [["info"], ["info", "--json", "--scan"], ["stats"], ["stats", "--json"], ["print", "-vv"], ["print", "-vv", "--json"], ["print", "--stable"]], ids=" ".join)
def test_no_damage_ends_a_command_early(tmp_path, command):
    """Each of the commands that look: exit code 0 or 1, and nothing else."""
    data = official(tmp_path / "whole.rrd", n=6, blueprint=True).read_bytes()
    for what, new, _ in damages(data, 60, seed=len(" ".join(command))):
        (tmp_path / "bad.rrd").write_bytes(new)
        done = run(*command, tmp_path / "bad.rrd", timeout=60, errors="replace")
        assert done.returncode in (0, 1), (what, done.returncode, done.stderr)
        if "--json" in command:
            [json.loads(line) for line in done.stdout.splitlines()]


def test_what_is_no_recording(tmp_path, one):
    (tmp_path / "text").write_text("hello\n" * 10)
    (tmp_path / "empty").write_bytes(b"")
    done = run("info", tmp_path / "text", tmp_path / "empty", one)
    assert done.returncode == 1 and "does not begin as a recording does" in done.stderr and "empty: it is empty" in done.stderr and str(one) in done.stdout
    assert run("info").returncode == 2 and run("info", "--nonsense", one).returncode == 2
