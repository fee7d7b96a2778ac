"""The examples of docs/cookbook.md, run one after another as they stand there, and what they print."""
import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import rerun as rr
from conftest import ROOT

COOKBOOK = (ROOT / "docs/cookbook.md").read_text()
EXAMPLES = re.findall(r"^```(\w+)\n(.*?)^```", COOKBOOK, re.M | re.S)
BUILD = Path(os.environ.get("REEL_BUILD", ROOT / "build")).resolve()


def drive(path, first, n):
    rec = rr.RecordingStream("cookbook", recording_id=path.stem)
    rec.save(str(path))
    rec.log("map", rr.Points3D(np.zeros((5, 3), np.float32)), static=True)
    for i in range(first, first + n):
        rec.set_time("frame", sequence=i)
        rec.set_time("time", duration=i * 0.1)
        rec.log("speed", rr.Scalars([5 + (i % 100) / 10]))
        if i % 4 == 2:
            rec.log("pose", rr.Transform3D(translation=[i, 0, 0], mat3x3=np.eye(3)))
        if i % 50 == 0:
            rec.log("log", rr.TextLog(f"frame {i}, all well", level="WARN" if i % 100 else "INFO"))
    rec.flush()
    rec.disconnect()


@pytest.fixture(scope="module")
def printed(tmp_path_factory):
    """The output of all examples: shell ones by sh, Python ones as one program that goes on where it was left."""
    folder = tmp_path_factory.mktemp("cookbook")
    drive(folder / "drive1.rrd", 0, 700)
    drive(folder / "drive2.rrd", 700, 800)
    program = ["import subprocess as shell_"]
    for language, text in EXAMPLES:
        program.append(text if language == "python" else f"shell_.run(['sh', '-ec', {text!r}], check=True)")
    env = {**os.environ, "PATH": f"{BUILD / 'bin'}:{os.environ['PATH']}"}
    done = subprocess.run([sys.executable, "-c", "\n".join(program)], cwd=folder, env=env, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr[-3000:]
    return folder, done.stdout.splitlines()


def test_there_are_examples_of_all_kinds():
    assert {language for language, _ in EXAMPLES} == {"sh", "python"} and len(EXAMPLES) >= 12
    text = "".join(text for _, text in EXAMPLES)
    for word in ("pyarrow", "polars", "duckdb", "reel merge", "reel optimize", "reel filter", "reel split", "reel compare", "arrow-stream", "--long"):
        assert word in text


def test_the_examples_print_what_is_in_the_recordings(printed):
    _, lines = printed
    speeds = [5 + (i % 100) / 10 for i in range(1500)]
    for line in (f"mean speed {sum(speeds) / 1500:.3f}".rstrip("0") + " over 1500 rows", "timelines ['frame', 'log_time', 'time']", "warnings 15", f"fastest {list(range(99, 1500, 100))}",
                 "poses with a speed 375", "(1500, 14.9)", "values ('/speed', 'Scalars:scalars', 1500)"):
        assert line in lines, lines
    assert any(line.startswith("levels") and "('INFO', 15)" in line and "('WARN', 15)" in line for line in lines), lines
    assert any(line.startswith("equal: ") for line in lines), lines


def test_the_shell_examples_leave_what_they_say(printed):
    folder, _ = printed
    assert len(list((folder / "minutes").glob("*.rrd"))) == 3
    assert (folder / "log.csv").read_text().count("\n") == 15 and (folder / "short.rrd").stat().st_size < (folder / "drives.rrd").stat().st_size
