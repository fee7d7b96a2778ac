"""What the library finds wrong with a row is an error wherever strict mode comes from, and a warning else."""

import os
import subprocess
import sys

import pytest
import reel as rr
from reel import error_utils
from reel.chunk import RrdReader

WRONG = dict(positions=[[1, 2, 3]] * 3, radii=[1.0, 2.0])
SAID = "2 values for 3 instances"


@pytest.fixture
def recording():
    made = rr.RecordingStream("strict")
    yield made
    rr.set_strict_mode(False)


def test_counts_that_do_not_go_together(recording, tmp_path):
    memory = recording.memory_recording()
    points = rr.Points3D(**WRONG)
    before = memory.num_msgs()
    with pytest.raises(ValueError, match=SAID):
        recording.log("called", points, strict=True)
    rr.set_strict_mode(True)
    with pytest.raises(ValueError, match=SAID):
        recording.log("set", points)
    with pytest.raises(ValueError, match=SAID):
        rr.log("set", points, recording=recording)
    assert memory.num_msgs() == before  # nothing of them was logged
    with pytest.warns(rr.RerunWarning, match=SAID):
        recording.log("lenient", points, strict=False)
    rr.set_strict_mode(False)
    with pytest.warns(rr.RerunWarning, match=SAID):
        recording.log("off", points)
    with pytest.raises(ValueError, match=SAID), error_utils.catch_and_log_exceptions("a block", strict=True):
        recording.log("block", points)
    path = tmp_path / "rows.rrd"
    path.write_bytes(memory.drain_as_bytes())
    assert {c.entity_path for c in RrdReader(path).stream() if not c.entity_path.startswith("/__properties")} == {"/lenient", "/off"}


def test_by_the_environment():
    program = "import reel as rr; rr.init('strict'); rr.memory_recording()\n"
    program += f"try: rr.log('a', rr.Points3D(positions={WRONG['positions']}, radii={WRONG['radii']}))\nexcept ValueError as error: print(error)\nelse: print('logged')"
    for value, expected in (("1", SAID), ("0", "logged"), ("", "logged")):
        done = subprocess.run([sys.executable, "-W", "ignore", "-c", program], env={**os.environ, "RERUN_STRICT": value or "off"}, capture_output=True, text=True, timeout=120)
        assert expected in done.stdout, done.stderr
