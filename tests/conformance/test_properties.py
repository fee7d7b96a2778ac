"""Properties of a recording, as the official SDK writes them and its reader finds them."""
import time

import pytest
from rerun.chunk import RrdReader

import cases
import judge
from script import Log, Name, New, Property, Sink, StartTime, record_both, record_with_reel


def assert_equal(paths, equal, case):
    found = judge.differences(*map(judge.read, paths))
    equal("cases", f"properties/{case}", not found)
    assert not found, judge.tell(found)
    judge.verify(paths[0])
    judge.compare(*paths)


def test_a_recording_begins_with_its_start_time(tmp_path):
    before = time.time_ns()
    ours, official = record_both(tmp_path, New(properties=True), [Log("x", "Scalars", {"scalars": [1.0]})])
    after = time.time_ns()
    first = [judge.chunks(path)[0] for path in (ours, official)]
    assert [(entity, is_static, batch.schema) for entity, is_static, batch in first[:1]] == [(entity, is_static, batch.schema) for entity, is_static, batch in first[1:]]
    [start] = first[0][2].column("RecordingInfo:start_time").to_pylist()
    assert before <= start[0] <= after
    judge.verify(ours)
    judge.compare(ours, official)


def test_without_properties_there_is_none(tmp_path):
    ours, official = record_both(tmp_path, New(), [Log("x", "Scalars", {"scalars": [1.0]})])
    assert judge.read(ours).keys() == judge.read(official).keys() == {("/x", "Scalars:scalars")}


@pytest.mark.parametrize("name", ["plain", "größe \U0001f916 数据", "with \"quotes\" and / and \\"])
def test_name_and_start_time(tmp_path, equal, name):
    assert_equal(record_both(tmp_path, New(name=name), [StartTime(1_700_000_000_123_456_789)]), equal, f"given at first: {name}")
    (tmp_path / "later").mkdir()
    assert_equal(record_both(tmp_path / "later", New(), [Name("first"), StartTime(-1), Name(name), StartTime(2**63 - 1)]), equal, f"set later: {name}")


@pytest.mark.parametrize("name", ["situation", "a b", "größe", "sub/path", "back\\slash", "\U0001f916"])
def test_own_properties(tmp_path, equal, name):
    """The official SDK takes a name as one part of a path; for Reel it is a path, in which a slash is escaped."""
    ops = [Property(name, "Points3D", cases.together("Points3D", 3)), Property(name, "TextDocument", {"text": "about", "media_type": "text/markdown"}), Property(name, "Scalars", {"scalars": [1.0, 2.0]}),
           Property("other", "Transform3D", {"translation": [[1, 2, 3]]})]
    paths = record_both(tmp_path, New(), ops)
    assert_equal(paths, equal, f"own: {name}")
    assert {entity.split("/")[1] for entity, _ in judge.read(paths[0])} == {"__properties"}


@pytest.mark.parametrize("application_id, recording_id", [("app", "rec"), ("größe \U0001f916/\\", "id with spaces"), ("x" * 1000, "y" * 1000)])
def test_ids(tmp_path, equal, application_id, recording_id):
    entries = [RrdReader(str(path)).recordings()[0] for path in record_both(tmp_path, New(application_id, recording_id), [Log("x", "Scalars", {"scalars": [1.0]})])]
    told = [(entry.application_id, entry.recording_id) for entry in entries]
    equal("cases", f"ids/{application_id[:20]}", told[0] == told[1])
    assert told[0] == told[1]  # the official reader shows some application ids in a form of its own
    assert told[0][1] == recording_id and (len(application_id) > 100 or not application_id.isascii() or told[0][0] == application_id)


def test_an_id_is_made(tmp_path):
    told = set()
    for i in range(3):
        record_with_reel([New(recording_id=""), Sink("file", tmp_path / f"{i}.rrd"), Log("x", "Scalars", {"scalars": [1.0]})])
        told.add(RrdReader(str(tmp_path / f"{i}.rrd")).recordings()[0].recording_id)
    assert len(told) == 3 and all(len(id) == 36 and id.startswith("rec_") and int(id[4:], 16) for id in told)
